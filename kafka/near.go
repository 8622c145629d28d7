package kafka

import (
	"cmp"
	"slices"
	"strings"
)

// near are up to three of the names that resemble want, the nearest first.
func near(want string, names []string) []string {
	type candidate struct {
		name       string
		far, exact int // with capitals ignored, and with them
	}
	var found []candidate
	w := strings.ToLower(want)
	for _, n := range names {
		l := strings.ToLower(n)
		far := distance(w, l)
		switch {
		case n == want:
			continue
		case far <= max(1, len(w)/3):
		case len(w) >= 3 && len(l) >= 3 && (strings.Contains(l, w) || strings.Contains(w, l)):
			far += len(w) // a longer or shorter name comes after a misspelt one
		default:
			continue
		}
		found = append(found, candidate{n, far, distance(want, n)})
	}
	slices.SortFunc(found, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.far, b.far), cmp.Compare(a.exact, b.exact), cmp.Compare(a.name, b.name))
	})
	var out []string
	for _, f := range found[:min(3, len(found))] {
		out = append(out, f.name)
	}
	return out
}

// distance counts the letters to change, add, drop or swap with their neighbour. Names of Kafka's are ASCII.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
