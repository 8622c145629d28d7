package reset

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// part is a partition of topic orders with committed offset c; -1 is none.
func part(p int32, start, end, c int64) PartitionState {
	pos := Position{Offset: c}
	if c < 0 {
		pos = Position{None: true}
	}
	return PartitionState{Partition: Partition{"orders", p}, Start: start, End: end, Committed: pos}
}

func found(p PartitionState, f Found) PartitionState { p.Found = &f; return p }

func snapshot(parts ...PartitionState) Snapshot {
	return Snapshot{At: noon, ClusterID: "K1", Group: GroupState{Exists: true, State: "Empty", Type: "classic"},
		Topics: map[string]Topic{"orders": {ID: "t1", Partitions: 12, Commits: len(parts)}}, Partitions: parts}
}

func move(t Target) Intent {
	return Intent{Cluster: "prod-eu", Group: "billing", Target: t,
		Scope: Scope{Topics: []TopicScope{{Topic: "orders"}}}}
}

func TestTargets(t *testing.T) {
	t.Parallel()
	at := noon.Add(-time.Hour)
	for _, tt := range []struct {
		name   string
		target Target
		part   PartitionState
		to     int64
		how    How
		replay int64
		skip   int64
		asked  int64
	}{
		{"latest", Latest{}, part(0, 0, 100, 40), 100, HowEnd, 0, 60, 0},
		{"earliest", Earliest{}, part(0, 7, 100, 40), 7, HowStart, 33, 0, 0},
		{"time, a record", Time{At: at}, found(part(0, 0, 100, 40), Found{Offset: 30, At: at, How: HowRecord}), 30,
			HowRecord, 10, 0, 0},
		{"time, no later record is the end", Time{At: at},
			found(part(0, 0, 100, 40), Found{Offset: -1, How: HowNoLater}), 100, HowNoLater, 0, 60, 0},
		{"time, in doubt the log start", Time{At: at},
			found(part(0, 33, 60, 40), Found{Offset: 33, How: HowStartInDoubt}), 33, HowStartInDoubt, 7, 0, 0},
		{"exact", Exact{Offset: 55}, part(0, 0, 100, 40), 55, HowExact, 0, 15, 0},
		{"exact behind the end", Exact{Offset: 555}, part(0, 0, 100, 40), 100, HowClampEnd, 0, 60, 555},
		{"exact before the start", Exact{Offset: 1}, part(0, 9, 100, 40), 9, HowClampStart, 31, 0, 1},
		{"a sentinel is never committed", Exact{Offset: -1}, part(0, 0, 100, 40), 0, HowClampStart, 40, 0, -1},
		{"shift back", Shift{By: -15}, part(0, 0, 100, 40), 25, HowShifted, 15, 0, 0},
		{"shift ahead", Shift{By: 15}, part(0, 0, 100, 40), 55, HowShifted, 0, 15, 0},
		{"shift saturates down", Shift{By: math.MinInt64}, part(0, 5, 100, 40), 5, HowClampStart, 35, 0,
			math.MinInt64 + 40},
		{"shift saturates up", Shift{By: math.MaxInt64}, part(0, 5, 100, 40), 100, HowClampEnd, 0, 60, math.MaxInt64},
		{"current", Current{}, part(0, 0, 100, 40), 40, HowCommitted, 0, 0, 0},
		{"current without a commit is the end", Current{}, part(0, 0, 100, -1), 100, HowEnd, 0, 100, 0},
		{"current behind the end is clamped", Current{}, part(0, 0, 100, 140), 100, HowClampEnd, 0, 100, 140},
		{"skip one record", SkipRecord{Offset: 40}, part(0, 0, 100, 40), 41, HowExact, 0, 1, 0},
		{"never committed counts on both sides", Exact{Offset: 30}, part(0, 10, 100, -1), 30, HowExact, 70, 20, 0},
		{"a commit before the log counts on both sides", Exact{Offset: 30}, part(0, 10, 100, 4), 30, HowExact, 70, 20,
			0},
		{"an empty partition", Latest{}, part(0, 9, 9, 9), 9, HowEnd, 0, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			plan, problem := MakePlan(skipScope(move(tt.target)), nil, snapshot(tt.part), noon)
			if problem != nil {
				t.Fatal(problem)
			}
			want := Step{Topic: "orders", TopicID: "t1", Start: tt.part.Start, End: tt.part.End,
				From: tt.part.Committed, To: Position{Offset: tt.to}, How: tt.how, Asked: tt.asked, Replay: tt.replay,
				Skip: tt.skip}
			if tt.how == HowRecord {
				want.RecordAt = at
			}
			if diff := cmp.Diff(want, plan.Steps[0]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// skipScope narrows a skip to its one partition.
func skipScope(in Intent) Intent {
	if _, ok := in.Target.(SkipRecord); ok {
		in.Scope.Topics[0].Partitions = []int32{0}
	}
	return in
}

func TestPlanIsWholeOrNotMade(t *testing.T) {
	t.Parallel()
	unread := part(1, 0, 0, 0)
	unread.Err = "LEADER_NOT_AVAILABLE"
	gone := snapshot()
	gone.Topics["orders"] = Topic{Near: []string{"order"}}
	hidden := snapshot(part(0, 0, 9, 3))
	hidden.Topics["secrets"] = Topic{Err: "TOPIC_AUTHORIZATION_FAILED", Commits: 1}
	all := move(Latest{})
	all.Scope = Scope{All: true}
	many := move(Latest{})
	many.Scope.Topics[0].Partitions = []int32{0, 12, 13}
	for _, tt := range []struct {
		name string
		in   Intent
		snap Snapshot
		want Problem
	}{
		{"a leader is down", move(Latest{}), snapshot(part(0, 0, 9, 3), unread),
			Problem{Code: ProblemUnread, Topic: "orders", Parts: []int32{1}, Got: "LEADER_NOT_AVAILABLE"}},
		{"no such topic", move(Latest{}), gone,
			Problem{Code: ProblemNoTopic, Topic: "orders", Names: []string{"order"}}},
		{"no such partition", many, snapshot(part(0, 0, 9, 3)),
			Problem{Code: ProblemNoPartition, Topic: "orders", Parts: []int32{12, 13}, Count: 12}},
		{"shift without commits names them all", move(Shift{By: 1}),
			snapshot(part(0, 0, 9, 3), part(1, 0, 9, -1), part(2, 0, 9, -1)),
			Problem{Code: ProblemNoCommit, Topic: "orders", Parts: []int32{1, 2}}},
		{"skip of a record that is not next", skipScope(move(SkipRecord{Offset: 5})), snapshot(part(0, 0, 9, 3)),
			Problem{Code: ProblemSkipMoved, Topic: "orders", Parts: []int32{0}, Count: 5, Other: 3}},
		{"skip of a record that is consumed", skipScope(move(SkipRecord{Offset: 8})), snapshot(part(0, 0, 9, 9)),
			Problem{Code: ProblemSkipMoved, Topic: "orders", Parts: []int32{0}, Count: 8, Other: 9}},
		{"skip beyond the end, and ahead", skipScope(move(SkipRecord{Offset: 10})), snapshot(part(0, 0, 9, 3)),
			Problem{Code: ProblemNoRecord, Topic: "orders", Parts: []int32{0}, Count: 10, Other: 9}},
		{"skip at the end", skipScope(move(SkipRecord{Offset: 9})), snapshot(part(0, 0, 9, 9)),
			Problem{Code: ProblemNoRecord, Topic: "orders", Parts: []int32{0}, Count: 9, Other: 9}},
		{"skip in two partitions", move(SkipRecord{Offset: 3}), snapshot(part(0, 0, 9, 3), part(1, 0, 9, 3)),
			Problem{Code: ProblemOneRecord, Count: 2}},
		{"a time to come", move(Time{At: noon.Add(time.Hour), Said: "13:00"}), snapshot(part(0, 0, 9, 3)),
			Problem{Code: ProblemFuture, Got: "13:00", Count: 3600}},
		{"all topics, one hidden by ACL", all, hidden,
			Problem{Code: ProblemUnread, Topic: "secrets", Got: "TOPIC_AUTHORIZATION_FAILED"}},
		{"all topics, no commits", all, snapshot(), Problem{Code: ProblemNoCommits}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.want.Cluster, tt.want.Group = "prod-eu", "billing"
			plan, problem := MakePlan(tt.in, nil, tt.snap, noon)
			if problem == nil {
				t.Fatalf("planned %+v", plan)
			}
			if diff := cmp.Diff(&tt.want, problem); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDeletedTopicIsNamedAndNotWritten(t *testing.T) {
	t.Parallel()
	in := move(Latest{})
	in.Scope = Scope{All: true}
	ghost := PartitionState{Partition: Partition{"ghost", 0}, Committed: Position{Offset: 5},
		Err: "UNKNOWN_TOPIC_OR_PARTITION"}
	snap := snapshot(ghost, part(0, 0, 9, 3))
	snap.Topics["ghost"] = Topic{Commits: 1}
	plan, problem := MakePlan(in, nil, snap, noon)
	if problem != nil {
		t.Fatal(problem)
	}
	if len(plan.Steps) != 1 || plan.Steps[0].Topic != "orders" {
		t.Errorf("steps %+v", plan.Steps)
	}
	if diff := cmp.Diff([]Warning{{Code: WarnTopicGone, Names: []string{"ghost"}, Count: 1}},
		plan.Warnings); diff != "" {
		t.Error(diff)
	}
}

func TestPlanFileAndUndoGoWhereTheySay(t *testing.T) {
	t.Parallel()
	rows := Intent{Group: "billing", Target: Rows{Rows: []Row{{"orders", 1, 7}, {"orders", 0, 99}}}}
	if diff := cmp.Diff(Scope{Topics: []TopicScope{{"orders", []int32{1, 0}}}},
		QueryOf(rows, nil, "").Scope); diff != "" {
		t.Error(diff)
	}
	plan, problem := MakePlan(rows, nil, snapshot(part(0, 0, 50, 40), part(1, 0, 50, 40)), noon)
	if problem != nil {
		t.Fatal(problem)
	}
	if plan.Steps[0].To.Offset != 50 || plan.Steps[0].How != HowClampEnd || plan.Steps[1].To.Offset != 7 {
		t.Errorf("plan file went to %+v", plan.Steps)
	}

	undo := Intent{Group: "billing", Target: Undo{Of: "k7f3"}}
	saved := []Step{
		{Topic: "orders", TopicID: "t1", Partition: 0, From: Position{Offset: 12, Metadata: "m"},
			To: Position{Offset: 30}},
		{Topic: "orders", TopicID: "t1", Partition: 1, From: Position{None: true}, To: Position{Offset: 30}},
	}
	plan, problem = MakePlan(undo, saved, snapshot(part(0, 0, 50, 30), part(1, 10, 50, 30)), noon)
	if problem != nil {
		t.Fatal(problem)
	}
	if diff := cmp.Diff(Position{Offset: 12, Metadata: "m"}, plan.Steps[0].To); diff != "" {
		t.Error(diff)
	}
	if s := plan.Steps[1]; !s.To.None || s.Replay != 20 || s.Skip != 20 {
		t.Errorf("back to never committed: %+v, want none with its worst case on both sides", s)
	}
	again := snapshot(part(0, 0, 50, 30))
	again.Topics["orders"] = Topic{ID: "t2", Partitions: 12}
	if _, problem := MakePlan(undo, saved, again, noon); problem == nil || problem.Code != ProblemRecreated {
		t.Errorf("undo on a topic made again: %v, want recreated", problem)
	}
}

// copied is a partition on which the group is at 40, and the one that is copied elsewhere.
func copied(other int64) PartitionState {
	p := part(0, 0, 100, 40)
	p.Other = &Position{Offset: other}
	return p
}

func TestRecheck(t *testing.T) {
	t.Parallel()
	at := noon.Add(-time.Hour)
	back := found(part(0, 0, 100, 40), Found{Offset: 30, At: at, How: HowRecord})
	for _, tt := range []struct {
		name   string
		target Target
		plan   PartitionState
		now    func(*Snapshot)
		bounds Bounds
		to     int64
		void   string
		wait   ProblemCode
		gone   int64
		extra  int
	}{
		{name: "the group went on, within bounds", target: Time{At: at}, plan: back, bounds: Bounds{MaxReplay: 100},
			now: func(s *Snapshot) { s.Partitions[0].Committed.Offset = 60 }, to: 30},
		{name: "a rewind became a skip", target: Time{At: at}, plan: back,
			now: func(s *Snapshot) { s.Partitions[0].Committed.Offset = 10 }, void: "skips"},
		{name: "the log start overtook what it was a rewind to", target: Shift{By: -50}, plan: part(0, 0, 400, 200),
			now: func(s *Snapshot) { s.Partitions[0].Start = 300 }, void: "skips"},
		{name: "a skip became a rewind", target: Exact{Offset: 60}, plan: part(0, 0, 100, 40),
			now: func(s *Snapshot) { s.Partitions[0].Committed.Offset = 80 }, to: 60},
		{name: "latest, where nothing was ahead", target: Latest{}, plan: part(0, 0, 100, 100),
			now: func(s *Snapshot) { s.Partitions[0].End = 120 }, to: 120},
		{name: "forward, where nothing was ahead", target: Shift{By: 10}, plan: part(0, 0, 100, 100),
			now: func(s *Snapshot) { s.Partitions[0].End = 105 }, to: 105},
		{name: "deleted, where nothing was ahead", target: Nowhere{}, plan: part(0, 0, 100, 100),
			now: func(s *Snapshot) { s.Partitions[0].End = 120 }},
		{name: "the copied group is where it was", target: Like{Group: "audit"}, plan: copied(30),
			now: func(s *Snapshot) { s.Partitions[0].Committed.Offset = 60 }, to: 30},
		{name: "the copied group went on", target: Like{Group: "audit"}, plan: copied(30),
			now: func(s *Snapshot) { s.Partitions[0].Other.Offset = 31 }, void: "copied"},
		{name: "the copied group has no commit any more", target: Like{Group: "audit"}, plan: copied(30),
			now: func(s *Snapshot) { s.Partitions[0].Other.None = true }, void: string(ProblemNoCommit)},
		{name: "the log start overtook the copied group", target: Like{Group: "audit"}, plan: copied(30),
			now: func(s *Snapshot) { s.Partitions[0].Start = 35 }, to: 35, gone: 5},
		{name: "the log start overtook a fixed target", target: Time{At: at}, plan: back,
			bounds: Bounds{MaxReplay: 100}, now: func(s *Snapshot) { s.Partitions[0].Start = 35 }, to: 35, gone: 5},
		{name: "latest moves along", target: Latest{}, plan: part(0, 0, 100, 40), bounds: Bounds{MaxSkip: 100},
			now: func(s *Snapshot) { s.Partitions[0].End = 120 }, to: 120},
		{name: "a shift counts from where the group stands now", target: Shift{By: -10}, plan: part(0, 0, 100, 40),
			bounds: Bounds{MaxReplay: 10}, now: func(s *Snapshot) { s.Partitions[0].Committed.Offset = 50 }, to: 40},
		{name: "the topic was made again", target: Latest{}, plan: part(0, 0, 100, 40), bounds: Bounds{MaxSkip: 100},
			now: func(s *Snapshot) { s.Topics["orders"] = Topic{ID: "t2", Partitions: 12} }, void: "recreated"},
		{name: "a partition is gone", target: Latest{}, plan: part(0, 0, 100, 40), bounds: Bounds{MaxSkip: 100},
			now: func(s *Snapshot) { s.Partitions = nil }, void: "gone"},
		{name: "a leader is down", target: Latest{}, plan: part(0, 0, 100, 40), bounds: Bounds{MaxSkip: 100},
			now: func(s *Snapshot) { s.Partitions[0].Err = "LEADER_NOT_AVAILABLE" }, wait: ProblemUnread},
		{name: "new partitions are not written", target: Latest{}, plan: part(0, 0, 100, 40),
			bounds: Bounds{MaxSkip: 100}, now: func(s *Snapshot) {
				s.Partitions = append(s.Partitions, part(1, 0, 9, -1))
			}, to: 100, extra: 1},
		{name: "another cluster answers", target: Latest{}, plan: part(0, 0, 100, 40), bounds: Bounds{MaxSkip: 100},
			now: func(s *Snapshot) { s.ClusterID = "K2" }, void: string(ProblemWrongCluster)},
		{name: "the record to skip was consumed", target: SkipRecord{Offset: 40}, plan: part(0, 0, 100, 40),
			bounds: Bounds{MaxSkip: 1}, now: func(s *Snapshot) { s.Partitions[0].Committed.Offset = 41 },
			void: string(ProblemSkipMoved)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := skipScope(move(tt.target))
			snap := snapshot(tt.plan)
			plan, problem := MakePlan(in, nil, snap, noon)
			if problem != nil {
				t.Fatal(problem)
			}
			tt.now(&snap)
			got := Recheck(Request{ID: "k7f3", Act: Move{in}, ClusterID: "K1", Bounds: tt.bounds}, plan.Steps, snap,
				noon)
			void := ""
			if got.Void != nil {
				if void = got.Void.Want; got.Void.Code != ProblemVoided {
					void = string(got.Void.Code)
				}
			}
			if void != tt.void {
				t.Fatalf("voided by %q, want %q", void, tt.void)
			}
			if tt.wait != "" && (got.Wait == nil || got.Wait.Code != tt.wait) {
				t.Fatalf("waits for %v, want %s", got.Wait, tt.wait)
			}
			if tt.void != "" || tt.wait != "" {
				return
			}
			if got.Steps[0].To.Offset != tt.to || got.Gone != tt.gone || got.Extra != tt.extra || len(got.Steps) != 1 {
				t.Errorf("to %d gone %d extra %d steps %d, want to %d gone %d extra %d steps 1",
					got.Steps[0].To.Offset, got.Gone, got.Extra, len(got.Steps), tt.to, tt.gone, tt.extra)
			}
		})
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	yes, no, lost := StepResult{Written: true}, StepResult{Rejected: "TOPIC_AUTHORIZATION_FAILED"},
		StepResult{Detail: "i/o timeout"}
	w := func(r StepResult, read int64) Write {
		w := Write{Step: Step{From: Position{Offset: 10}, To: Position{Offset: 5}}, Result: r,
			Read: Position{Offset: read}}
		w.ReadState = w.StateAt(w.Read)
		return w
	}
	for _, tt := range []struct {
		name   string
		writes []Write
		back   bool
		want   Outcome
	}{
		{"all at the target", []Write{w(yes, 5), w(yes, 5)}, false, Verified},
		{"lost, and all at the target", []Write{w(lost, 5), w(lost, 5)}, false, Verified},
		{"written, and somebody moved on", []Write{w(yes, 5), w(yes, 6)}, false, Overtaken},
		{"all turned down", []Write{w(no, 10), w(no, 10)}, false, Unchanged},
		{"all turned down, and the group moved", []Write{w(no, 10), w(no, 12)}, false, Unchanged},
		{"lost, and all as before", []Write{w(lost, 10), w(lost, 10)}, false, Unchanged},
		{"lost, and half of it there", []Write{w(lost, 10), w(lost, 5)}, false, PartiallyApplied},
		{"lost, and the consumers have moved on", []Write{w(lost, 7), w(lost, 5)}, false, OutcomeUnknown},
		{"lost, and could not be read", []Write{{Result: lost, ReadState: WriteUnread}}, false, OutcomeUnknown},
		{"put back", []Write{w(yes, 10), w(no, 10)}, true, RolledBack},
		{"put back, but not all", []Write{w(yes, 5), w(no, 10)}, true, PartiallyApplied},
	} {
		if got := Judge(tt.writes, tt.back); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestChunksStayBelowWhatABrokerTakes(t *testing.T) {
	t.Parallel()
	writes := make([]Write, 20_000)
	for i := range writes {
		writes[i].Topic, writes[i].Partition = "a-topic-with-a-name-of-forty-characters!", int32(i)
		writes[i].To.None = i%10 == 0
	}
	chunks := Chunks("a-group-with-a-name-of-forty-characters!", writes, 0, false)
	if len(chunks) < 4 {
		t.Fatalf("%d chunks for 20,000 partitions with long names", len(chunks))
	}
	seen := 0
	for _, c := range chunks {
		out, at := ChunkOf(c, writes)
		seen += len(at)
		if bytes := len(at) * (80 + 45); bytes > 1_048_588 {
			t.Errorf("chunk %d would be about %d bytes", c.N, bytes)
		}
		for _, s := range out.Steps {
			if s.To.None != c.Delete {
				t.Fatalf("chunk %d mixes commits and deletes", c.N)
			}
		}
	}
	if seen != len(writes) {
		t.Errorf("%d of %d writes are in a chunk", seen, len(writes))
	}
}

func TestDigestCoversWhatIsVotedOnAndNothingElse(t *testing.T) {
	t.Parallel()
	in := move(Exact{Offset: 5})
	steps := []Step{{Topic: "orders", To: Position{Offset: 5}}}
	base, err := DigestOf("K1", in, steps, Bounds{MaxSkip: 1}, 1)
	if err != nil {
		t.Fatal(err)
	}
	same := in
	same.Reason, same.Wait, same.Notes = "why", time.Hour, []string{"n"}
	if d, _ := DigestOf("K1", same, steps, Bounds{MaxSkip: 1}, 1); d != base {
		t.Error("a reason changes what is voted on")
	}
	for name, d := range map[string]func() (string, error){
		"cluster": func() (string, error) { return DigestOf("K2", in, steps, Bounds{MaxSkip: 1}, 1) },
		"bounds":  func() (string, error) { return DigestOf("K1", in, steps, Bounds{MaxSkip: 2}, 1) },
		"need":    func() (string, error) { return DigestOf("K1", in, steps, Bounds{MaxSkip: 1}, 2) },
		"offset": func() (string, error) {
			return DigestOf("K1", in, []Step{{Topic: "orders"}}, Bounds{MaxSkip: 1}, 1)
		},
		"target": func() (string, error) {
			return DigestOf("K1", move(Exact{Offset: 6}), steps, Bounds{MaxSkip: 1}, 1)
		},
	} {
		if got, err := d(); err != nil || got == base {
			t.Errorf("another %s does not change the digest (%v)", name, err)
		}
	}
}

func TestAllTopicsMeansWhatIsCommitted(t *testing.T) {
	t.Parallel()
	in := move(Shift{By: -1})
	in.Scope = Scope{All: true}
	plan, problem := MakePlan(in, nil, snapshot(part(0, 0, 9, 3), part(1, 0, 9, -1)), noon)
	if problem != nil {
		t.Fatal(problem)
	}
	if len(plan.Steps) != 1 || plan.Steps[0].Partition != 0 {
		t.Errorf("steps %+v", plan.Steps)
	}
	if diff := cmp.Diff([]Warning{{Code: WarnNewPartition, Topic: "orders", Parts: []int32{1}}},
		plan.Warnings); diff != "" {
		t.Error(diff)
	}
}
