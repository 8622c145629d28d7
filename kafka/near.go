package kafka

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
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
		far := text.EditDistance(w, l)
		switch {
		case n == want:
			continue
		case far <= max(1, len(w)/3):
		case len(w) >= 3 && len(l) >= 3 && (strings.Contains(l, w) || strings.Contains(w, l)):
			far += len(w) // a longer or shorter name comes after a misspelt one
		default:
			continue
		}
		found = append(found, candidate{n, far, text.EditDistance(want, n)})
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
