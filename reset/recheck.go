package reset

import (
	"slices"
	"time"
)

// Rechecked is what a plan has become when it is about to be written.
type Rechecked struct {
	Steps  []Step // as they will be written: moving targets resolved again, fixed ones clamped to the log as it is now
	Effect Effect
	// records between an agreed target and a log start that overtook it: a new approval would not bring them back
	Gone  int64
	Extra int      // partitions that came after planning: not written, and named
	Void  *Problem // why the approval no longer covers it, whatever the policy says of the effect
	Wait  *Problem // why it cannot be rechecked now (a leader is down): try again
}

// Recheck compares what was approved with what Kafka has now. A recreated topic, a copied target that has moved, and
// a partition that would newly skip messages void the approval. Whether the effect needs more approvals than before
// is judged with the rules in force (internal/engine, boundsNow). Every other change is recorded and shown.
func Recheck(r Request, planned []Step, snap Snapshot, now time.Time) Rechecked {
	in, _ := r.Intent()
	about := func(p *Problem) *Problem { return p.On(in.Cluster, in.Group).For(r.ID) }
	void := func(why VoidReason, topic string, parts ...int32) Rechecked {
		p := about(VoidedProblem(why))
		p.Topic, p.Parts = topic, parts
		return Rechecked{Void: p}
	}
	if snap.ClusterID != r.ClusterID {
		return Rechecked{Void: about(WrongClusterProblem(r.ClusterID, snap.ClusterID))}
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
			return Rechecked{Wait: about(UnreadProblem(topic.Err+p.Err, old.Topic, old.Partition))}
		case topic.Partitions == 0:
			return void(VoidDeleted, old.Topic)
		case idUnknown(old.TopicID, topic):
			return Rechecked{Wait: about(UnreadProblem(noID, old.Topic))}
		case recreated(old.TopicID, topic.ID):
			return void(VoidRecreated, old.Topic)
		case !ok:
			return void(VoidGone, old.Topic, old.Partition)
		}
		s, problem := resolveAgain(in.Target, old, p)
		if problem != nil {
			return Rechecked{Void: about(problem)}
		}
		switch {
		case copiedTargetMoved(in.Target, old, s):
			return void(VoidCopied, old.Topic, old.Partition)
		case newlySkips(in.Target, old, s):
			return void(VoidSkips, old.Topic, old.Partition)
		}
		if s.How == HowClampStart && old.How != HowClampStart {
			out.Gone = AddSaturating(out.Gone, s.Start-s.Asked)
		}
		out.Steps = append(out.Steps, s)
	}
	out.Effect = Total(out.Steps)
	out.Extra = countExtra(in, planned, snap)
	return out
}

// resolveAgain resolves one planned step anew: a moving target from the log as it is, a fixed one from the frozen
// offset.
func resolveAgain(t Target, old Step, p PartitionState) (Step, *Problem) {
	if Moves(t) {
		return resolveStep(t, p, old.TopicID, Position{})
	}
	if skip, ok := t.(SkipRecord); ok {
		return resolveStep(skip, p, old.TopicID, Position{})
	}
	s := Step{Topic: old.Topic, TopicID: old.TopicID, Partition: old.Partition, Start: p.Start, End: p.End,
		From: p.Committed, To: old.To, How: old.How, Asked: old.Asked, RecordAt: old.RecordAt}
	s.clamp(p.last())
	s.Replay, s.Skip = countMoved(s, p.last())
	return s, nil
}

// newlySkips reports whether a partition that was not going to skip messages now would: its log start overtook the
// target, or the group was moved back meanwhile. Where the target goes forward by definition, and where the commit is
// deleted, skipping was approved, and a partition that happened to be at the end when it was planned is no exception.
func newlySkips(t Target, old, s Step) bool {
	switch t := t.(type) {
	case Latest:
		return false
	case Shift:
		if t.By > 0 {
			return false
		}
	// these may go either way
	case Time, Exact, SkipRecord, Rows, Undo, Nowhere, Earliest, Current, Like:
	}
	was, _ := old.Change()
	is, offsets := s.Change()
	return !s.To.None && (old.Skip == 0 && s.Skip > 0 || offsets && was <= 0 && is > 0)
}

// copiedTargetMoved reports whether a target that is copied from another group has moved. A log start that passed it
// is no move.
func copiedTargetMoved(t Target, old, s Step) bool {
	_, copied := t.(Like)
	return copied && old.unclamped() != s.unclamped()
}

// unclamped is where a step's target was before it was clamped into the log.
func (s Step) unclamped() int64 {
	if s.How == HowClampStart || s.How == HowClampEnd {
		return s.Asked
	}
	return s.To.Offset
}

// countExtra counts partitions of whole topics in scope that did not exist when the plan was made.
func countExtra(in Intent, planned []Step, snap Snapshot) int {
	have := make(map[Partition]bool, len(planned))
	for _, s := range planned {
		have[Partition{s.Topic, s.Partition}] = true
	}
	n := 0
	for _, p := range snap.Partitions {
		whole := slices.ContainsFunc(in.Scope.Topics,
			func(ts TopicScope) bool { return ts.Topic == p.Topic && ts.Partitions == nil })
		if whole && !have[p.Partition] {
			n++
		}
	}
	return n
}
