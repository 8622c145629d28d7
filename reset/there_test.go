package reset

import "testing"

// What can only write what is there already is refused at once; what may move something later is not.
func TestAlreadyThere(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		target  Target
		changed int
		there   bool
	}{
		"to current":                              {Current{}, 0, true},
		"to current, one has no commit":           {Current{}, 1, false},
		"to latest, the consumers have caught up": {Latest{}, 0, false},
		"to an offset where it is now":            {Exact{Offset: 5}, 0, false},
	} {
		p := ThereProblem(Intent{Cluster: "prod", Group: "billing", Target: c.target},
			Plan{Effect: Effect{Partitions: 12, Changed: c.changed}})
		if (p != nil) != c.there || p != nil && (p.Count != 12 || p.Group != "billing") {
			t.Errorf("%s: %+v", name, p)
		}
	}
}
