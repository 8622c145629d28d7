package reset

import (
	"testing"
	"time"
)

// What can only write what is there already is refused at once; what may move something later is not.
func TestAlreadyThere(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		target  Target
		changed int
		there   bool
		busy    bool
	}{
		"to current":                              {target: Current{}, there: true},
		"to current, one has no commit":           {target: Current{}, changed: 1},
		"to current, it has consumers":            {target: Current{}, there: true, busy: true},
		"to latest, the consumers have caught up": {target: Latest{}},
		"to earliest, nothing was read":           {target: Earliest{}},
		"like a group that is there too":          {target: Like{Group: "blue"}},
		"to an offset where it is now":            {target: Exact{Offset: 5}, there: true},
		"to an offset that it will have left":     {target: Exact{Offset: 5}, busy: true},
		"to a time":                               {target: Time{At: time.Unix(7, 0)}, there: true},
		"to a time that it will have left":        {target: Time{At: time.Unix(7, 0)}, busy: true},
		"to a time that comes":                    {target: Time{Future: true}},
		"to rows where it is":                     {target: Rows{Rows: []Row{{Topic: "orders"}}}, there: true},
		"an undo":                                 {target: Undo{Of: "k7f3"}},
	} {
		group := GroupState{State: "Empty", Exists: true}
		if c.busy {
			group = GroupState{State: "Stable", Exists: true, Members: []Member{{ClientID: "billing-1"}}}
		}
		p := ThereProblem(Intent{Cluster: "prod", Group: "billing", Target: c.target},
			Plan{Effect: Effect{Partitions: 12, Changed: c.changed}}, group)
		if (p != nil) != c.there || p != nil && (p.Count != 12 || p.Group != "billing") {
			t.Errorf("%s: %+v", name, p)
		}
	}
}
