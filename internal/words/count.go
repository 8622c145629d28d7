package words

import (
	"slices"
	"strings"
	"unicode"
)

// mostWords is how many of our own words a card has before its buttons: what a person reads in ten seconds.
const mostWords = 45

// OwnWords counts the words of a card before its buttons that are ours. Not counted are names and reasons (Name),
// commands, people, channels and times, and in our own sentences whatever has a digit or another sign in it: numbers,
// ids, addresses, "billing@prod-eu". Of a table each word counts once, since a column is read at a glance.
func OwnWords(c Content) int {
	n := ownWords(c.Title) + ownWords(c.Status)
	for _, line := range slices.Concat(c.Lines, c.Warnings, c.Hints, c.Foot) {
		for _, s := range line {
			if s.Kind == Text || s.Kind == Strong || s.Kind == Link {
				n += ownWords(s.Text)
			}
		}
	}
	if c.Table == nil {
		return n
	}
	seen := map[string]bool{}
	for _, row := range append([][]string{c.Table.Head}, c.Table.Rows...) {
		for _, cell := range row {
			for word := range strings.FieldsSeq(cell) {
				if isWord(word) && !seen[word] {
					seen[word] = true
					n++
				}
			}
		}
	}
	return n
}

func ownWords(s string) int {
	n := 0
	for word := range strings.FieldsSeq(s) {
		if isWord(word) {
			n++
		}
	}
	return n
}

// isWord reports whether a piece of a sentence is letters, whatever signs are around it, with hyphens and apostrophes
// within.
func isWord(s string) bool {
	s = strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && r != '-' && r != '\'' && r != '’'
	})
}
