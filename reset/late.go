package reset

import "time"

// LateWatch follows a write whose answer was lost, after its attempt has ended. A commit that the bot has given up
// may still arrive: Linux retransmits what a dead connection holds for about 15 minutes, and a broker or a proxy may
// hold a request. Without this watch "as before when read at T1 and T2" would stay the result although the offsets
// moved at T3.
type LateWatch struct {
	First  time.Time // when the offsets were read for the first time after the answer was lost
	Second time.Time // when they were read again, and the attempt ended
	Was    Outcome   // as judged by these two readings
	Until  time.Time // when a write that has not arrived is considered lost

	Base time.Time // up to when resets of the group by other requests are accounted for in Write.Read
	// others moved the offsets meanwhile: then only a move back to the target is taken for this write
	Moved     bool
	Suspected time.Time // when some partitions were first seen at the target: one more reading has to confirm it

	Landed time.Time // when the write was seen
	// of Landed: the bot did not read for a while before, so consumers may have committed the same offsets
	Gap   bool
	Ended time.Time // zero: the group is still being read
	Why   LateEnd
	By    string // of LateNewer: the request that wrote the same
}

// LateEnd says why a late write is no longer looked for.
type LateEnd string

// The ends of a LateWatch.
const (
	LateLanded LateEnd = "landed"
	LateTime   LateEnd = "time"   // it had not arrived by Until
	LateMember LateEnd = "member" // consumers joined: their commits cannot be told apart from the late write
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

// HasLostAnswer reports whether a request of the attempt was sent without an answer that proves what became of it.
func (a Attempt) HasLostAnswer() bool {
	for _, c := range a.Chunks {
		if c.Phase == Sending {
			return true
		}
	}
	return false
}
