package text

import "strings"

// Nearest returns the candidate that a typo most likely meant; empty when none is near: more than a third of it would
// have to change.
func Nearest(typed string, candidates []string) string {
	if len([]rune(typed)) > maxTypoWord {
		return ""
	}
	best, least := "", max(1, len([]rune(typed))/3)+1
	for _, c := range candidates {
		if len([]rune(c)) > maxTypoWord {
			continue
		}
		if d := EditDistance(strings.ToLower(typed), strings.ToLower(c)); d < least {
			best, least = c, d
		}
	}
	return best
}

// EditDistance counts the letters that were added, left out, replaced or swapped with their neighbour between a and b.
func EditDistance(a, b string) int {
	s, t := []rune(a), []rune(b)
	// the last two rows of the table, and the one being filled
	before, above, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range above {
		above[j] = j
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
		before, above, row = above, row, before
	}
	return above[len(t)]
}

// maxTypoWord bounds the work: no longer word is a typo of a known one.
const maxTypoWord = 40
