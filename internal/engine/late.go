package engine

import "github.com/kafka-reset-bot/kafka-reset-bot/reset"

// landing is what one reading shows of a lost write.
type landing struct {
	parts   int  // partitions of the lost request
	at      int  // of them at the offset that it writes
	arrived int  // of them that got there since the previous reading
	moved   bool // a partition moved elsewhere: other clients commit
}

// compareReadings compares a reading with the one before (Write.Read). Undisturbed means that no consumer and no one
// else can have moved the offsets in between; otherwise only a move backwards proves something, because consumers
// only go forward.
func compareReadings(a reset.Attempt, writes []reset.Write, reads []reset.Position, undisturbed bool) landing {
	var l landing
	for i, w := range writes {
		if w.Chunk < 0 || w.Chunk >= len(a.Chunks) || a.Chunks[w.Chunk].Phase != reset.Sending {
			continue
		}
		goal, was, is := w.Position(a.Chunks[w.Chunk].Back), w.Read, reads[i]
		l.parts++
		if reset.SamePosition(is, goal) {
			l.at++
		}
		switch {
		case reset.SamePosition(is, was):
		case !reset.SamePosition(is, goal):
			l.moved = true
		case undisturbed || goal.None || !was.None && goal.Offset < was.Offset:
			l.arrived++
		default:
			l.moved = true
		}
	}
	return l
}

// complete reports whether all of a lost request was applied.
func (l landing) complete() bool { return l.at == l.parts }

// visible reports whether a lost request can be seen in the offsets: one that writes the offsets that are there
// already cannot.
func (l landing) visible() bool { return l.at < l.parts }

// lateOutcome is the outcome of an attempt whose lost request was applied after the attempt had ended.
func lateOutcome(writes []reset.Write, putBack bool) reset.Outcome {
	if o := reset.Judge(writes, putBack); o != reset.Verified {
		return o
	}
	return reset.AppliedLate
}

// lateWatch is the watch of an attempt that ended with a lost answer; nil when its outcome cannot change any more.
func (s *Service) lateWatch(a reset.Attempt, writes []reset.Write, outcome reset.Outcome) *reset.LateWatch {
	if !a.HasLostAnswer() || outcome == reset.Verified || outcome == reset.Overtaken || outcome == reset.RolledBack {
		return nil
	}
	reads := make([]reset.Position, len(writes))
	for i, w := range writes {
		reads[i] = w.Read
	}
	if !compareReadings(a, writes, reads, true).visible() {
		return nil
	}
	now := s.Now()
	return &reset.LateWatch{First: a.ReadAt, Second: now, Was: outcome, Until: now.Add(s.Times.Late), Base: now}
}
