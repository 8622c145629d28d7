package reset

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// What a cluster can't do is refused, or said, before anything is written.
func TestAClusterThatCannotDelete(t *testing.T) {
	t.Parallel()
	lacks := func(parts ...PartitionState) Snapshot {
		s := snapshot(parts...)
		s.Missing = []string{"DescribeLogDirs", "OffsetDelete"}
		return s
	}
	refused := &Problem{Code: ProblemNoAPI, Cluster: "prod-eu", Group: "billing", Got: "OffsetDelete"}
	saved := []Step{
		{Topic: "orders", TopicID: "t1", Partition: 0, From: Position{Offset: 30}, To: Position{Offset: 50}},
		{Topic: "orders", TopicID: "t1", Partition: 1, From: Position{None: true}, To: Position{Offset: 50}},
	}
	for _, c := range []struct {
		name  string
		in    Intent
		saved []Step
		snap  Snapshot
		want  *Problem
		warns []Partition
	}{
		{"deletes", move(Nowhere{}), nil, lacks(part(0, 0, 100, 50)), refused, nil},
		{"an undo that would delete one of two", move(Undo{}), saved, lacks(part(0, 0, 100, 50), part(1, 0, 100, 50)),
			refused, nil},
		{"an undo that deletes none", move(Undo{}), saved[:1], lacks(part(0, 0, 100, 50)), nil, nil},
		{"moves", move(Earliest{}), nil, lacks(part(0, 0, 100, 50)), nil, nil},
		{"gives a partition its first offset", move(Earliest{}), nil, lacks(part(0, 0, 100, 50), part(1, 0, 100, -1)),
			nil, []Partition{{"orders", 1}}},
		{"deletes where that is known", move(Nowhere{}), nil, snapshot(part(0, 0, 100, 50)), nil, nil},
		{"a first offset where that is known", move(Earliest{}), nil, snapshot(part(0, 0, 100, -1)), nil, nil},
	} {
		plan, problem := MakePlan(c.in, c.saved, c.snap, noon)
		if diff := cmp.Diff(c.want, problem); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		var warned []Partition
		for _, w := range plan.Warnings {
			for _, p := range w.Parts {
				if w.Code == WarnNoWayBack {
					warned = append(warned, Partition{w.Topic, p})
				}
			}
		}
		if diff := cmp.Diff(c.warns, warned, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: warned of (-want +got):\n%s", c.name, diff)
		}
	}
}

// A broker that tells no ids of topics does not say that a topic was made again.
func TestATopicWithoutAnID(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, was, is string
		void, wait    bool
	}{
		{"the same", "t1", "t1", false, false},
		{"another", "t1", "t2", true, false},
		{"never told", "", "", false, false},
		{"not told now", "t1", "", false, true},
		{"not told then", "", "t1", false, false},
	} {
		in := move(Earliest{})
		snap := snapshot(part(0, 0, 100, 50))
		topic := snap.Topics["orders"]
		topic.ID = c.is
		snap.Topics["orders"] = topic
		planned := []Step{{Topic: "orders", TopicID: c.was, End: 100, From: Position{Offset: 50}}}
		r := Request{Act: Move{Intent: in}, ClusterID: snap.ClusterID, Bounds: Bounds{MaxSkip: 1000, MaxReplay: 1000}}
		rc := Recheck(r, planned, snap, noon)
		if recreated := rc.Void != nil && rc.Void.Want == "recreated"; recreated != c.void ||
			(rc.Wait != nil) != c.wait {
			t.Errorf("%s: void %v, wait %v", c.name, rc.Void, rc.Wait)
		}
		if c.wait && rc.Wait.Got != noID {
			t.Errorf("%s: waits because %q", c.name, rc.Wait.Got)
		}
		undo := []Step{{Topic: "orders", TopicID: c.was, From: Position{Offset: 30}, To: Position{Offset: 50}}}
		_, problem := MakePlan(move(Undo{}), undo, snap, noon)
		want := map[bool]ProblemCode{c.void: ProblemRecreated, c.wait: ProblemUnread}[true]
		if problem == nil && want != "" || problem != nil && problem.Code != want {
			t.Errorf("%s: an undo is refused with %v, want %q", c.name, problem, want)
		}
	}
}
