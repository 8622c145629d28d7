package text

import "strings"

// Nearest returns the candidate that a typo most likely meant; empty when none is near: more than a third of it would
// have to change.
func Nearest(typed string, candidates []string) string {
	best, least := "", max(1, len([]rune(typed))/3)+1
	for _, c := range candidates {
		if d := editDistance(strings.ToLower(typed), strings.ToLower(c)); d < least {
			best, least = c, d
		}
	}
	return best
}

// editDistance counts the letters that were added, left out, replaced or swapped with their neighbour between a and b.
func editDistance(a, b string) int {
	s, t := []rune(a), []rune(b)
	if len(s) > maxTypoWord || len(t) > maxTypoWord {
		return maxTypoWord
	}
	var before, above, row [maxTypoWord + 1]int // the last two rows of the table, and the one being filled
	for j := range t {
		above[j+1] = j + 1
	}
	for i := range s {
		row[0] = i + 1
		for j := range t {
			cost := 1
			if s[i] == t[j] {
				cost = 0
			}
			row[j+1] = min(above[j+1]+1, row[j]+1, above[j]+cost)
			if i > 0 && j > 0 && s[i] == t[j-1] && s[i-1] == t[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, above = above, row
	}
	return above[len(t)]
}

// maxTypoWord bounds the work: no longer word is a typo of a known one.
const maxTypoWord = 40
