package reset_test

import (
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// rowsOf are rows of a plan file.
func rowsOf(rows ...reset.Row) reset.Rows { return reset.Rows{Rows: rows} }

// Rows and undo concern their own partitions only: a committed offset on a deleted topic does not matter there.
func TestRowsAndUndoConcernTheirOwnPartitions(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC)
	snap := reset.Snapshot{ClusterID: "K1", Group: reset.GroupState{Exists: true, State: "Empty"},
		Topics: map[string]reset.Topic{"orders": {ID: "t1", Partitions: 1},
			"limbo": {Commits: 1, Near: []string{"limbo2"}}},
		Partitions: []reset.PartitionState{{Partition: reset.Partition{Topic: "orders"}, End: 1000,
			Committed: reset.Position{Offset: 900}}}}
	saved := []reset.Step{{Topic: "orders", TopicID: "t1", From: reset.Position{Offset: 800},
		To: reset.Position{Offset: 900}}}
	for name, c := range map[string]struct {
		target reset.Target
		saved  []reset.Step
		topic  string // that is missing; empty: there is a plan
	}{
		"rows": {rowsOf(reset.Row{Topic: "orders", Offset: 5}), nil, ""},
		"rows of the topic": {rowsOf(reset.Row{Topic: "orders", Offset: 5}, reset.Row{Topic: "limbo", Offset: 5}), nil,
			"limbo"},
		"undo": {reset.Undo{Of: "k001"}, saved, ""},
		"undo on the topic": {reset.Undo{Of: "k001"}, append(saved, reset.Step{Topic: "limbo", TopicID: "t9"}),
			"limbo"},
		"the topic, by name": {reset.Latest{}, nil, "limbo"},
	} {
		in := reset.Intent{Cluster: "prod", Group: "billing", Target: c.target}
		if c.target == (reset.Latest{}) {
			in.Scope = reset.Scope{Topics: []reset.TopicScope{{Topic: "limbo"}}}
		}
		plan, p := reset.MakePlan(in, c.saved, snap, now)
		switch {
		case c.topic == "" && (p != nil || len(plan.Steps) != 1 || plan.Steps[0].Topic != "orders"):
			t.Errorf("%s: %+v, %v", name, plan.Steps, p)
		case c.topic != "" && (p == nil || p.Code != reset.ProblemNoTopic || p.Topic != c.topic):
			t.Errorf("%s: %v, want no topic %s", name, p, c.topic)
		}
	}
}
