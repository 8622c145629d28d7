package reset

import (
	"testing"
	"time"
)

// A target in the past that would skip what is unread is asked about; one that says so, or that finds its records
// ahead, is not.
func TestAhead(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC)
	back := Time{At: now.Add(-30 * time.Minute), Back: 30 * time.Minute, Said: "back 30m"}
	to := Time{At: now.Add(-30 * time.Minute), Said: "to 02:30"}
	seconds := time.UnixMilli(now.Unix()).UTC()
	blind := PartitionState{Partition: Partition{"t", 0}, End: 100, Committed: Position{Offset: 80},
		Found: &Found{Offset: 100, How: HowNoLater}, Newest: seconds}
	read, ahead, behind := blind, blind, blind
	read.Committed.Offset = 100
	ahead.Partition.Partition, ahead.Found, ahead.Newest = 1, &Found{Offset: 90, At: back.At, How: HowRecord},
		time.Time{}
	behind.Partition.Partition, behind.Found, behind.Newest = 2, &Found{Offset: 70, At: back.At, How: HowRecord},
		time.Time{}
	none := blind
	none.Committed = Position{None: true}
	for _, c := range []struct {
		name    string
		target  Target
		skip    bool
		parts   []PartitionState
		options int // 0: not asked
	}{
		{"back, and no record is as late", back, false, []PartitionState{blind}, 2},
		{"back, elsewhere it is a rewind", back, false, []PartitionState{blind, behind}, 3},
		{"back, elsewhere it is ahead", back, false, []PartitionState{blind, ahead}, 3},
		{"back, and its records are ahead", back, false, []PartitionState{ahead}, 0},
		{"back, some of it is ahead", back, false, []PartitionState{ahead, behind}, 0},
		{"back, nothing is unread", back, false, []PartitionState{read}, 0},
		{"back, never committed", back, false, []PartitionState{none}, 0},
		{"back, and to skip is meant", back, true, []PartitionState{blind}, 0},
		{"a time, and no record is as late", to, false, []PartitionState{blind}, 2},
		{"a time, elsewhere it is a rewind", to, false, []PartitionState{blind, behind}, 3},
		{"a time that is ahead", to, false, []PartitionState{ahead}, 0},
		{"a time that is ahead, and the rest goes along", to, false, []PartitionState{blind, ahead}, 0},
		{"a time that has not come", Time{At: now.Add(time.Hour), Future: true}, false, []PartitionState{blind}, 0},
		{"the end", Latest{}, false, []PartitionState{blind}, 0},
	} {
		in := Intent{Cluster: "prod-eu", Group: "billing", Target: c.target, SkipAhead: c.skip,
			Scope: Scope{Topics: []TopicScope{{Topic: "t"}}}}
		snap := Snapshot{At: now, Topics: map[string]Topic{"t": {ID: "1", Partitions: 3}}, Partitions: c.parts}
		plan, p := MakePlan(in, nil, snap, now)
		if p != nil {
			t.Fatalf("%s: %v", c.name, p)
		}
		options, p := Ahead(in, plan, snap)
		if len(options) != c.options || (p != nil) != (c.options > 0) {
			t.Errorf("%s: %d options (%v), want %d", c.name, len(options), p, c.options)
			continue
		}
		if p == nil {
			continue
		}
		if p.Code != ProblemAmbiguous || p.Want != "ahead" || p.Count != plan.Effect.Skip ||
			p.Other > 0 && p.Newest != seconds.UnixMilli() {
			t.Errorf("%s: the question is %+v", c.name, p)
		}
		for _, o := range options { // none of them asks again
			again, p := MakePlan(o.Intent, nil, snap, now)
			if p != nil {
				t.Fatalf("%s, %s: %v", c.name, o.Label, p)
			}
			if _, p := Ahead(o.Intent, again, snap); p != nil {
				t.Errorf("%s, %s: asked again", c.name, o.Label)
			}
		}
	}
}
