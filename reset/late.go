package reset

import "time"

// LateWatch follows a write whose answer was lost, after its attempt has ended. A commit that the bot has given up may still be
// on its way: Linux goes on sending what a dead connection holds for about 15 minutes, and a broker or a proxy may hold a request.
// Without this watch "as before when read at T1 and T2" would stand for good although the offsets moved at T3.
type LateWatch struct {
	First  time.Time // when the offsets were read for the first time after the answer was lost
	Second time.Time // when they were read again, and the attempt ended
	Was    Outcome   // as judged by these two readings
	Until  time.Time // when a write that has not landed is taken to be lost for good

	Base      time.Time // up to when resets of the group by other requests are accounted for in Write.Read
	Moved     bool      // others moved the offsets meanwhile: then only a move back to the target is taken for this write
	Suspected time.Time // when a part of the partitions was first seen at the target: one more reading has to agree

	Landed time.Time // when the write was seen
	Gap    bool      // of Landed: for a while before, the bot did not look, so consumers may have committed the same
	Ended  time.Time // zero: the group is still being read
	Why    LateEnd
	By     string // of LateNewer: the request that wrote the same
}

// LateEnd says why a late write is no longer looked for.
type LateEnd string

// The ends of a LateWatch.
const (
	LateLanded LateEnd = "landed"
	LateTime   LateEnd = "time"   // it was looked for until Until, and never came
	LateMember LateEnd = "member" // consumers came: what they commit looks like a write that landed
	LateUnread LateEnd = "unread" // the offsets could not be read any more
	LateNewer  LateEnd = "newer"  // another request wrote the same offsets: By

	LateCluster LateEnd = "cluster" // the cluster is no longer configured
)

// The events of a LateWatch.
const (
	EvLanded   Event = "landed late"
	EvLateOver Event = "late watch ended"
)

// Open reports whether the write may still land, as far as is known.
func (l *LateWatch) Open() bool { return l != nil && l.Ended.IsZero() }

// landing is what one reading says about a lost write.
type landing struct {
	parts int  // partitions of the lost request
	at    int  // of them at the place that it writes
	came  int  // of them that came there since the reading before
	moved bool // a partition went elsewhere: others commit
}

// land compares a reading with the one before (Write.Read). Undisturbed means that no consumer and no one else can have moved the
// offsets in between; otherwise only a move backwards proves something, because consumers only go forward.
func land(a Attempt, writes []Write, reads []Position, undisturbed bool) landing {
	var l landing
	for i, w := range writes {
		if w.Chunk < 0 || w.Chunk >= len(a.Chunks) || a.Chunks[w.Chunk].Phase != Sending {
			continue
		}
		goal, was, is := w.goal(a.Chunks[w.Chunk].Back), w.Read, reads[i]
		l.parts++
		if same(is, goal) {
			l.at++
		}
		switch {
		case same(is, was):
		case !same(is, goal):
			l.moved = true
		case undisturbed || goal.None || !was.None && goal.Offset < was.Offset:
			l.came++
		default:
			l.moved = true
		}
	}
	return l
}

// whole reports whether all of a lost request has landed.
func (l landing) whole() bool { return l.at == l.parts }

// visible reports whether a lost request can be told from the offsets as they are: one that would write what is there already
// cannot.
func (l landing) visible() bool { return l.at < l.parts }

// late is how an attempt ended whose lost request was seen to land after it had been judged.
func late(writes []Write, putBack bool) Outcome {
	if o := Judge(writes, putBack); o != Verified {
		return o
	}
	return Late
}

// unanswered reports whether a request of the attempt was sent without an answer that proves what became of it.
func (a Attempt) unanswered() bool {
	for _, c := range a.Chunks {
		if c.Phase == Sending {
			return true
		}
	}
	return false
}

// lateWatch is what follows an attempt that ended in doubt; nil when its outcome cannot change any more.
func (s *Service) lateWatch(a Attempt, writes []Write, outcome Outcome) *LateWatch {
	if !a.unanswered() || outcome == Verified || outcome == Overtaken || outcome == PutBack {
		return nil
	}
	reads := make([]Position, len(writes))
	for i, w := range writes {
		reads[i] = w.Read
	}
	if !land(a, writes, reads, true).visible() {
		return nil
	}
	now := s.Now()
	return &LateWatch{First: a.ReadAt, Second: now, Was: outcome, Until: now.Add(s.Times.Late), Base: now}
}
