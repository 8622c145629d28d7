package reset

import (
	"math"
	"time"
)

// QueryOf says what has to be read to plan an intent. Saved are the steps that an undo goes back to.
func QueryOf(in Intent, saved []Step, iso Isolation) Query {
	q := Query{Group: in.Group, Scope: in.Scope, Isolation: iso}
	if in.Target != nil {
		in.Target.query(&q, saved)
	}
	return q
}

// Moves reports whether t is resolved again when the reset is applied.
func Moves(t Target) bool { return t != nil && t.moves() }

// ScopeOf collects partitions into a scope, topics in the order in which they come first.
func ScopeOf(parts []Partition) Scope {
	var sc Scope
	at := map[string]int{}
	for _, p := range parts {
		i, ok := at[p.Topic]
		if !ok {
			i = len(sc.Topics)
			at[p.Topic] = i
			sc.Topics = append(sc.Topics, TopicScope{Topic: p.Topic})
		}
		sc.Topics[i].Partitions = append(sc.Topics[i].Partitions, p.Partition)
	}
	return sc
}

// place is the target in one partition, before it is clamped.
type place struct {
	pos Position
	how How
	at  time.Time
}

// locate finds the target in one partition. Saved is the position that an undo or a plan file names.
func locate(t Target, p PartitionState, saved Position) (place, *Problem) {
	if t == nil {
		return place{}, AmbiguousProblem(AskTarget)
	}
	return t.locate(p, saved)
}

// resolveStep resolves one partition: where the target is, clamped into the log, and what moving there does.
func resolveStep(t Target, p PartitionState, id string, saved Position) (Step, *Problem) {
	pl, problem := locate(t, p, saved)
	if problem != nil {
		return Step{}, problem
	}
	s := Step{Topic: p.Topic, TopicID: id, Partition: p.Partition.Partition, Start: p.Start, End: p.End,
		From: p.Committed, To: pl.pos, How: pl.how, RecordAt: pl.at}
	s.clamp(p.last())
	s.Replay, s.Skip = countMoved(s, p.last())
	return s, nil
}

// clamp moves To into the log. Kafka commits any number; outside the log the consumer's auto.offset.reset decides,
// which may skip everything. The log ends at the high watermark also for a group that reads committed records only:
// an offset after the last stable one exists, and clamping to that would move a group back that was sent forward. A
// step that was clamped to the log start before, and is clamped again, keeps its requested offset.
func (s *Step) clamp(last int64) {
	asked := s.To.Offset
	if s.How == HowClampStart {
		asked = s.Asked
	}
	switch {
	case s.To.None:
	case s.To.Offset < s.Start:
		s.Asked, s.To.Offset, s.How, s.RecordAt = asked, s.Start, HowClampStart, time.Time{}
	case s.To.Offset > last:
		s.Asked, s.To.Offset, s.How, s.RecordAt = asked, last, HowClampEnd, time.Time{}
	}
}

// countMoved counts what a step replays and skips, at most. Where the group's position is not known (never committed,
// or a commit outside the log), its auto.offset.reset decides, and both counts are the worst case.
func countMoved(s Step, last int64) (replay, skip int64) {
	known := func(p Position) bool { return !p.None && p.Offset >= s.Start && p.Offset <= last }
	from, to := known(s.From), known(s.To)
	switch {
	case from && to:
		return max(0, s.From.Offset-s.To.Offset), max(0, s.To.Offset-s.From.Offset)
	case to:
		return max(0, s.End-s.To.Offset), s.To.Offset - s.Start
	case from:
		return s.From.Offset - s.Start, max(0, s.End-s.From.Offset)
	case s.From.None == s.To.None && s.From.Offset == s.To.Offset:
		return 0, 0
	default:
		return last - s.Start, last - s.Start
	}
}

func AddSaturating(a, b int64) int64 {
	switch {
	case b > 0 && a > math.MaxInt64-b:
		return math.MaxInt64
	case b < 0 && a < math.MinInt64-b:
		return math.MinInt64
	}
	return a + b
}

// InFuture reports whether an intent's time has not come, and the requester wants to wait for it.
func InFuture(in Intent) bool {
	t, ok := in.Target.(Time)
	return ok && t.Future
}
