package reset

import (
	"math"
	"time"
)

// QueryOf says what has to be read to plan an intent. Saved are the steps that an undo goes back to.
func QueryOf(in Intent, saved []Step, iso Isolation) Query {
	q := Query{Group: in.Group, Scope: in.Scope, Isolation: iso}
	switch t := in.Target.(type) {
	case Time:
		q.At = t.At
	case Like:
		q.Like = t.Group
	case Rows:
		parts := make([]Partition, len(t.Rows))
		for i, r := range t.Rows {
			parts[i] = Partition{r.Topic, r.Partition}
		}
		q.Scope = ScopeOf(parts)
	case Undo:
		parts := make([]Partition, len(saved))
		for i, s := range saved {
			parts[i] = Partition{s.Topic, s.Partition}
		}
		q.Scope = ScopeOf(parts)
	// the log's ends and the committed offsets are read anyway
	case Latest, Earliest, Exact, SkipRecord, Shift, Current, Nowhere:
	}
	return q
}

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
	switch t := t.(type) {
	case Latest:
		return place{pos: Position{Offset: p.End}, how: HowEnd}, nil
	case Earliest:
		return place{pos: Position{Offset: p.Start}, how: HowStart}, nil
	case Time:
		return locateTime(p)
	case Exact:
		return place{pos: Position{Offset: t.Offset}, how: HowExact}, nil
	case Rows:
		return place{pos: saved, how: HowExact}, nil
	case Undo:
		return place{pos: saved, how: HowSaved}, nil
	case Shift:
		if p.Committed.None {
			return place{}, &Problem{Code: ProblemNoCommit, Topic: p.Topic, Parts: []int32{p.Partition.Partition}}
		}
		return place{pos: Position{Offset: AddSaturating(p.Committed.Offset, t.By)}, how: HowShifted}, nil
	case Current:
		if p.Committed.None {
			return place{pos: Position{Offset: p.End}, how: HowEnd}, nil
		}
		return place{pos: Position{Offset: p.Committed.Offset}, how: HowCommitted}, nil
	case Nowhere:
		return place{pos: Position{None: true}, how: HowDeleted}, nil
	case Like:
		if p.Other == nil || p.Other.None {
			return place{}, &Problem{Code: ProblemNoCommit, Topic: p.Topic, Parts: []int32{p.Partition.Partition},
				Want: t.Group}
		}
		return place{pos: Position{Offset: p.Other.Offset}, how: HowLike}, nil
	case SkipRecord:
		return locateSkip(t, p)
	}
	return place{}, &Problem{Code: ProblemAmbiguous, Want: "target"}
}

func locateTime(p PartitionState) (place, *Problem) {
	if p.Found == nil {
		return place{}, &Problem{Code: ProblemUnread, Topic: p.Topic, Parts: []int32{p.Partition.Partition},
			Got: "the time was not looked up"}
	}
	if p.Found.How == HowNoLater {
		return place{pos: Position{Offset: p.End}, how: HowNoLater}, nil
	}
	return place{pos: Position{Offset: p.Found.Offset}, how: p.Found.How, at: p.Found.At}, nil
}

// locateSkip passes over one record only while that record is the next one to be read.
func locateSkip(t SkipRecord, p PartitionState) (place, *Problem) {
	parts := []int32{p.Partition.Partition}
	switch {
	case p.Committed.None:
		return place{}, &Problem{Code: ProblemNoCommit, Topic: p.Topic, Parts: parts}
	case p.Committed.Offset != t.Offset:
		return place{}, &Problem{Code: ProblemSkipMoved, Topic: p.Topic, Parts: parts, Count: t.Offset,
			Other: p.Committed.Offset}
	case t.Offset >= p.last():
		return place{}, &Problem{Code: ProblemNoRecord, Topic: p.Topic, Parts: parts, Count: t.Offset, Other: p.last()}
	}
	return place{pos: Position{Offset: t.Offset + 1}, how: HowExact}, nil
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
