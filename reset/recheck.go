package reset

import (
	"slices"
	"time"
)

// Rechecked is what a plan has become when it is about to be written.
type Rechecked struct {
	Steps  []Step // as they will be written: moving targets resolved again, fixed ones clamped to the log as it is now
	Effect Effect
	Gone   int64    // records between an agreed target and a log start that overtook it: asking again brings nothing back
	Extra  int      // partitions that came after planning: not written, and named
	Void   *Problem // why the approval no longer covers it
	Wait   *Problem // why it cannot be told now (a leader is down): look again
}

// Recheck compares what was approved with what Kafka says now. Only what leaves the bounds voids an approval; everything
// else that moved is recorded and shown.
func Recheck(r Request, planned []Step, snap Snapshot, now time.Time) Rechecked {
	in, _ := r.Move()
	about := func(code ProblemCode, topic string, parts ...int32) *Problem {
		return &Problem{Code: code, Cluster: in.Cluster, Group: in.Group, Request: r.ID, Topic: topic, Parts: parts}
	}
	void := func(why, topic string, parts ...int32) Rechecked {
		p := about(ProblemVoided, topic, parts...)
		p.Want = why
		return Rechecked{Void: p}
	}
	if snap.ClusterID != r.ClusterID {
		p := about(ProblemWrongCluster, "")
		p.Want, p.Got = r.ClusterID, snap.ClusterID
		return Rechecked{Void: p}
	}
	state := make(map[Partition]PartitionState, len(snap.Partitions))
	for _, p := range snap.Partitions {
		state[p.Partition] = p
	}
	var out Rechecked
	for _, old := range planned {
		p, ok := state[Partition{old.Topic, old.Partition}]
		topic := snap.Topics[old.Topic]
		switch {
		case topic.Err != "", ok && p.Err != "":
			w := about(ProblemUnread, old.Topic, old.Partition)
			w.Got = topic.Err + p.Err
			return Rechecked{Wait: w}
		case topic.Partitions == 0:
			return void("deleted", old.Topic)
		case idUntold(old.TopicID, topic):
			w := about(ProblemUnread, old.Topic)
			w.Got = noID
			return Rechecked{Wait: w}
		case madeAgain(old.TopicID, topic.ID):
			return void("recreated", old.Topic)
		case !ok:
			return void("gone", old.Topic, old.Partition)
		}
		s, problem := again(in.Target, old, p)
		if problem != nil {
			problem.Cluster, problem.Group, problem.Request = in.Cluster, in.Group, r.ID
			return Rechecked{Void: problem}
		}
		if flipped(old, s) {
			return void("direction", old.Topic, old.Partition)
		}
		if s.How == HowClampStart && old.How != HowClampStart {
			out.Gone = saturatingAdd(out.Gone, s.Start-s.Asked)
		}
		out.Steps = append(out.Steps, s)
	}
	out.Effect = Total(out.Steps)
	out.Extra = extra(in, planned, snap)
	if !r.Bounds.Covers(out.Effect) {
		return void("effect", "")
	}
	return out
}

// again resolves one planned step anew: a moving target from the log as it is, a fixed one from the frozen offset.
func again(t Target, old Step, p PartitionState) (Step, *Problem) {
	if Moves(t) {
		return step(t, p, old.TopicID, Position{})
	}
	if skip, ok := t.(SkipRecord); ok {
		return step(skip, p, old.TopicID, Position{})
	}
	s := Step{Topic: old.Topic, TopicID: old.TopicID, Partition: old.Partition, Start: p.Start, End: p.End,
		From: p.Committed, To: old.To, How: old.How, Asked: old.Asked, RecordAt: old.RecordAt}
	s.clamp(p.last())
	s.Replay, s.Skip = moved(s, p.last())
	return s, nil
}

// flipped reports whether a replay became a skip or the other way round. A partition without a known place counts on both
// sides and cannot flip.
func flipped(old, s Step) bool {
	return old.Replay > 0 && old.Skip == 0 && s.Skip > 0 || old.Skip > 0 && old.Replay == 0 && s.Replay > 0
}

// extra counts partitions of whole topics in scope that were not there when the plan was made.
func extra(in Intent, planned []Step, snap Snapshot) int {
	have := make(map[Partition]bool, len(planned))
	for _, s := range planned {
		have[Partition{s.Topic, s.Partition}] = true
	}
	n := 0
	for _, p := range snap.Partitions {
		whole := slices.ContainsFunc(in.Scope.Topics, func(ts TopicScope) bool { return ts.Topic == p.Topic && ts.Partitions == nil })
		if whole && !have[p.Partition] {
			n++
		}
	}
	return n
}
