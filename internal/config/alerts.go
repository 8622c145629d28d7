package config

import (
	"fmt"
	"strings"
	"unicode"
)

// checkAliases finds a name by which alerts would mean two clusters.
func (r *reader) checkAliases(at string, aliases []string, i int, taken map[string]int) {
	for j, a := range aliases {
		key, low := fmt.Sprintf("%s[%d]", at, j), strings.ToLower(a)
		switch first, twice := taken[low]; {
		case a == "" || strings.ContainsFunc(a, unicode.IsSpace):
			r.bad(key, "must be a name as alerts write it, without blanks; it is %s", r.written(key))
		case twice && first != i:
			r.bad(key, "clusters[%d] is called so too, and no cluster is ever guessed; keep one", first)
		default:
			taken[low] = i
		}
	}
}

// checkAlerts finds labels that would mean two things.
func (r *reader) checkAlerts(l *AlertLabels) {
	taken := map[string]string{}
	for _, kind := range []struct {
		name   string
		labels []string
	}{{"group", l.Group}, {"topic", l.Topic}, {"partition", l.Partition}, {"cluster", l.Cluster}} {
		for j, label := range kind.labels {
			key := fmt.Sprintf("alerts.labels.%s[%d]", kind.name, j)
			low := strings.ToLower(label)
			switch other, twice := taken[low]; {
			case !strings.ContainsFunc(label, unicode.IsLetter):
				r.bad(key, "must be the name of a label, with a letter; it is %s", r.written(key))
			case twice && other != kind.name:
				r.bad(key, "is a label of alerts.labels.%s too, and can name only one of them; keep one", other)
			default:
				taken[low] = kind.name
			}
		}
	}
}
