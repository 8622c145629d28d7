package reset

import (
	"slices"
	"time"
)

// warnings are what a person should know about a plan, by topic and not by partition.
func warnings(in Intent, snap Snapshot, plan Plan, now time.Time) []Warning {
	var ws []Warning
	ahead := InFuture(in)
	if ahead {
		ws = append(ws, Warning{Code: WarnAhead, At: in.Target.(Time).At})
	}
	for _, n := range in.Notes {
		ws = append(ws, Warning{Code: WarnNote, Text: n})
	}
	if in.Create && !snap.Group.Exists {
		ws = append(ws, Warning{Code: WarnCreates, Names: snap.Near})
	}
	if !snap.Group.Idle() {
		ws = append(ws, Warning{Code: WarnBusy, Count: int64(len(snap.Group.Members)), Text: snap.Group.State})
	}
	last := newest(snap)
	ends := make(map[Partition]int64, len(snap.Partitions))
	for _, p := range snap.Partitions {
		ends[p.Partition] = p.last()
	}
	for _, s := range plan.Steps {
		for _, w := range stepWarnings(s, ends[Partition{s.Topic, s.Partition}], now) {
			if w.Code == WarnNoLater {
				if ahead {
					continue // nor should there be
				}
				w.At = last[Partition{s.Topic, s.Partition}]
			}
			if w.Code == WarnNoneAfter && in.Target == (Nowhere{}) {
				continue // it is what was asked for, and the whole effect
			}
			ws = addWarning(ws, w)
		}
	}
	ws = append(ws, cannotUndo(snap, plan.Steps)...)
	ws = append(ws, unaffectedTopics(in, snap)...)
	ws = append(ws, aroundWarnings(in, snap, plan)...)
	if plan.Effect.Changed == 0 {
		ws = append(ws, Warning{Code: WarnNothing})
	}
	return ws
}

func stepWarnings(s Step, last int64, now time.Time) []Warning {
	one := func(c WarningCode, count int64) Warning {
		return Warning{Code: c, Topic: s.Topic, Parts: []int32{s.Partition}, Count: count}
	}
	var ws []Warning
	switch s.How {
	case HowClampStart:
		ws = append(ws, one(WarnClampedStart, AddSaturating(s.Start, -max(s.Asked, 0))))
	case HowClampEnd:
		ws = append(ws, one(WarnClampedEnd, AddSaturating(s.Asked, -s.To.Offset)))
	case HowNoLater:
		ws = append(ws, one(WarnNoLater, 0))
	case HowStartInDoubt:
		ws = append(ws, one(WarnInDoubt, 0))
	// where it was asked for
	case HowRecord, HowEnd, HowStart, HowExact, HowShifted, HowCommitted, HowLike, HowDeleted, HowSaved:
	}
	switch {
	case s.From.None && !s.To.None:
		w := one(WarnNeverCommit, s.Replay)
		w.Other = s.Skip
		ws = append(ws, w)
	case s.To.None && !s.From.None:
		w := one(WarnNoneAfter, s.Replay)
		w.Other = s.Skip
		ws = append(ws, w)
	}
	if !s.From.None && (s.From.Offset < s.Start || s.From.Offset > last) {
		ws = append(ws, one(WarnOutsideLog, 0))
	}
	if s.RecordAt.After(now) {
		ws = append(ws, one(WarnFutureDated, 0))
		ws[len(ws)-1].At = s.RecordAt
	}
	return ws
}

// addWarning merges a warning into the one of its code and topic.
func addWarning(ws []Warning, w Warning) []Warning {
	for i := range ws {
		if ws[i].Code == w.Code && ws[i].Topic == w.Topic {
			ws[i].Parts = append(ws[i].Parts, w.Parts...)
			ws[i].Count, ws[i].Other = AddSaturating(ws[i].Count, w.Count), AddSaturating(ws[i].Other, w.Other)
			// the newest record of all; else the earliest
			if later := w.At.After(ws[i].At); later == (w.Code == WarnNoLater) {
				ws[i].At = w.At
			}
			return ws
		}
	}
	return append(ws, w)
}

// unaffectedTopics names what a reset of all topics does not touch, as Kafka's own tool does not: deleted topics with
// committed offsets, which must neither fail the reset nor go unmentioned, and partitions without a committed offset.
func unaffectedTopics(in Intent, snap Snapshot) []Warning {
	if !in.Scope.All {
		return nil
	}
	var gone []string
	for name, t := range snap.Topics {
		if t.Partitions == 0 && t.Err == "" {
			gone = append(gone, name)
		}
	}
	var ws []Warning
	if len(gone) > 0 {
		slices.Sort(gone)
		ws = append(ws, Warning{Code: WarnTopicGone, Names: gone, Count: int64(len(gone))})
	}
	for _, p := range snap.Partitions {
		if p.Err == "" && p.Committed.None && snap.Topics[p.Topic].Partitions > 0 {
			ws = addWarning(ws, Warning{Code: WarnNewPartition, Topic: p.Topic, Parts: []int32{p.Partition.Partition}})
		}
	}
	return ws
}

// QuorumWarnings say that nobody can approve a plan: fewer people may than have to.
func QuorumWarnings(r Ruling) []Warning {
	if r.Unreachable == nil {
		return nil
	}
	return []Warning{{Code: WarnQuorum, Count: int64(r.Unreachable.Able), Other: int64(r.Need), Names: r.Approvers}}
}
