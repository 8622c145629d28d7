package reset_test

import (
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// A group that reads committed records has its latest at the last stable offset. An offset that was named is behind
// no end: the log goes on to the high watermark.
func TestAnExactOffsetMayLieBehindTheLastStableOne(t *testing.T) {
	t.Parallel()
	part := reset.Partition{Topic: "orders"}
	state := func(committed int64) reset.Snapshot {
		return reset.Snapshot{Group: reset.GroupState{Exists: true, State: "Empty"},
			Topics: map[string]reset.Topic{"orders": {ID: "t1", Partitions: 1}},
			Partitions: []reset.PartitionState{{Partition: part, End: 15, High: 30,
				Committed: reset.Position{Offset: committed}, Other: &reset.Position{Offset: 27}}}}
	}
	scope := reset.Scope{Topics: []reset.TopicScope{{Topic: "orders"}}}
	saved := []reset.Step{{Topic: "orders", TopicID: "t1", From: reset.Position{Offset: 26},
		To: reset.Position{Offset: 3}}}
	for name, tc := range map[string]struct {
		target       reset.Target
		from, to     int64
		replay, skip int64
		how          reset.How
	}{
		"an offset":          {reset.Exact{Offset: 28}, 10, 28, 0, 18, reset.HowExact},
		"one behind the log": {reset.Exact{Offset: 33}, 10, 30, 0, 20, reset.HowClampEnd},
		"a row of a file": {reset.Rows{Rows: []reset.Row{{Topic: "orders", Offset: 28}}}, 10, 28, 0, 18,
			reset.HowExact},
		"a shift":              {reset.Shift{By: 8}, 14, 22, 0, 8, reset.HowShifted},
		"a shift back":         {reset.Shift{By: -2}, 29, 27, 2, 0, reset.HowShifted},
		"where another is":     {reset.Like{Group: "other"}, 10, 27, 0, 17, reset.HowLike},
		"an undo":              {reset.Undo{Of: "k001"}, 3, 26, 0, 23, reset.HowSaved},
		"where it is":          {reset.Current{}, 28, 28, 0, 0, reset.HowCommitted},
		"latest":               {reset.Latest{}, 10, 15, 0, 5, reset.HowEnd},
		"latest, from further": {reset.Latest{}, 20, 15, 5, 0, reset.HowEnd},
		"one record":           {reset.SkipRecord{Offset: 20}, 20, 21, 0, 1, reset.HowExact},
	} {
		steps := saved
		if _, undo := tc.target.(reset.Undo); !undo {
			steps = nil
		}
		plan, problem := reset.MakePlan(reset.Intent{Group: "billing", Target: tc.target, Scope: scope}, steps,
			state(tc.from), time.Unix(0, 0))
		if problem != nil {
			t.Errorf("%s: %v", name, problem)
			continue
		}
		s := plan.Steps[0]
		if s.To.Offset != tc.to || s.How != tc.how || s.Replay != tc.replay || s.Skip != tc.skip {
			t.Errorf("%s: %+v, want to %d (%s), %d reprocessed and %d skipped", name, s, tc.to, tc.how, tc.replay,
				tc.skip)
		}
		for _, w := range plan.Warnings {
			if w.Code == reset.WarnOutsideLog ||
				w.Code == reset.WarnClampedEnd && (tc.how != reset.HowClampEnd || w.Count != 3) {
				t.Errorf("%s: a wrong warning %+v", name, w)
			}
		}
	}
	// A commit that no consumer can have made from the log is outside of it.
	plan, problem := reset.MakePlan(reset.Intent{Group: "billing", Target: reset.Exact{Offset: 5}, Scope: scope}, nil,
		state(31), time.Unix(0, 0))
	if problem != nil || plan.Warnings[0].Code != reset.WarnOutsideLog {
		t.Errorf("%+v, %v", plan, problem)
	}
}

// A log start that overtakes a target twice leaves what was asked for as it was asked.
func TestWhatWasAskedSurvivesASecondClamp(t *testing.T) {
	t.Parallel()
	snap := reset.Snapshot{ClusterID: "K1", Topics: map[string]reset.Topic{"orders": {ID: "t1", Partitions: 1}},
		Partitions: []reset.PartitionState{{Partition: reset.Partition{Topic: "orders"}, Start: 500, End: 900,
			Committed: reset.Position{Offset: 800}}}}
	planned := []reset.Step{{Topic: "orders", TopicID: "t1", Start: 400, End: 900, From: reset.Position{Offset: 800},
		To: reset.Position{Offset: 400}, How: reset.HowClampStart, Asked: 100, Replay: 400}}
	r := reset.Request{ClusterID: "K1", Act: reset.Move{Intent: reset.Intent{Target: reset.Exact{Offset: 100}}},
		Bounds: reset.Bounds{MaxReplay: 1000}}
	rc := reset.Recheck(r, planned, snap, time.Unix(0, 0))
	if rc.Void != nil || rc.Steps[0].To.Offset != 500 || rc.Steps[0].Asked != 100 || rc.Steps[0].Gone() != 400 {
		t.Errorf("%+v", rc)
	}
}
