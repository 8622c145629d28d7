package reset

import (
	"slices"
	"strconv"
	"time"
)

// Watch is what is seen of a group after its reset was applied: whether another client overwrote it, which consumers
// came back, where each partition resumed, and when the group had read what was stored by then. It is stored with the
// request; a check that saw nothing new does not change it.
type Watch struct {
	Since   time.Time  // when the reset was applied
	Checked time.Time  // when the offsets were first read again
	First   *Consumers // nil: no consumer has come back
	Parts   int        // partitions that were written
	Resumed int        // that resumed from the target, as far as consuming explains it
	Empty   int        // that are at the target, with nothing to read there
	GoneOn  time.Time  // when every partition had resumed, or had nothing to read
	// Elsewhere are partitions that consumers resumed at another position; Overwritten those that moved while the
	// group had no members.
	Elsewhere   Strays
	Overwritten Strays
	// the request whose lost write arrived late and is what Overwritten shows; empty: not known
	OverwrittenBy string  `json:"HitBy"`
	Lags          []LagAt // oldest first: one for each time that the lag had halved or doubled
	CaughtUp      time.Time
	Markers       int64     // offsets that were ahead then, and are nothing but transaction markers
	Ended         time.Time // zero: it is still being watched
	Why           WatchEnd
	By            string // of WatchNewer: the request that reset the group again
}

// Consumers is the first consumer that was seen after a reset.
type Consumers struct {
	At       time.Time
	ClientID string
	Host     string
	Members  int // in that check
}

// Strays are partitions whose committed offset left the target otherwise than by consuming. A partition that strayed
// stays one although it may pass the target later: all are stored by number, and the evidence of the first ones.
type Strays struct {
	Parts    map[string][]int32 `json:",omitempty"`
	Evidence []Stray            `json:",omitempty"`
}

// Stray is one partition of Strays, as it was first seen.
type Stray struct {
	Partition
	To   Position // where the reset had put it
	Read Position
	At   time.Time
}

// LagAt is the group's lag at a time.
type LagAt struct {
	At  time.Time
	Lag int64
}

// WatchEnd says why a watch has ended.
type WatchEnd string

// The ends of a watch.
const (
	WatchCaughtUp    WatchEnd = "caught up"
	WatchNewer       WatchEnd = "newer reset" // the group was reset again: By
	WatchNoConsumers WatchEnd = "nobody"      // no consumer came back
	WatchTimeout     WatchEnd = "long"        // not caught up in watchFor
	WatchGone        WatchEnd = "gone"        // the committed offsets were deleted
	WatchCluster     WatchEnd = "cluster"     // the cluster is no longer configured
)

// The events of a watch.
const (
	EvChecked       Event = "read again"
	EvOverwritten   Event = "overwritten"
	EvConsumersBack Event = "consumers back"
	EvElsewhere     Event = "went on from elsewhere"
	EvResumed       Event = "resumed"
	EvCaughtUp      Event = "caught up"
	EvUnwatched     Event = "watch ended"
)

const (
	closeWatchFor = 5 * time.Minute // how long a group is checked often
	watchFor      = 4 * time.Hour
	maxLags       = 40
)

// Open reports whether the group is still being watched.
func (w *Watch) Open() bool { return w != nil && w.Ended.IsZero() }

// Overwrote reports whether the reset did not last: a client outside the group moved its offsets.
func (w *Watch) Overwrote() bool { return w != nil && w.Overwritten.Count() > 0 }

// Count is how many partitions strayed.
func (s Strays) Count() int {
	n := 0
	for _, parts := range s.Parts {
		n += len(parts)
	}
	return n
}

func (s Strays) Has(p Partition) bool { return slices.Contains(s.Parts[p.Topic], p.Partition) }

// With returns the strays and one more; what was stored before is left as it is.
func (s Strays) With(st Stray) Strays {
	parts := make(map[string][]int32, len(s.Parts)+1)
	for topic, numbers := range s.Parts {
		parts[topic] = numbers
	}
	parts[st.Topic] = append(slices.Clip(parts[st.Topic]), st.Partition.Partition)
	s.Parts = parts
	if len(s.Evidence) < MaxEvidence {
		s.Evidence = append(slices.Clip(s.Evidence), st)
	}
	return s
}

// WatchTimes are the durations of following a group.
type WatchTimes struct {
	Fast   time.Duration // between checks at first
	Slow   time.Duration // between checks later
	Nobody time.Duration // before it is reported that no consumer came back
}

// Finding is what a check saw for the first time, for an audit entry.
type Finding struct {
	Event Event
	Facts []string
}

// Observe adds a check of the group to its watch. A partition that could not be read proves nothing.
func Observe(r Request, writes []Write, snap Snapshot, now time.Time, t WatchTimes) (Watch, []Finding) {
	w := *r.Watch
	if w.First == nil && len(snap.Group.Members) > 0 {
		m := snap.Group.Members[0]
		w.First = &Consumers{At: now, ClientID: m.ClientID, Host: m.Host, Members: len(snap.Group.Members)}
	}
	seen := w.classify(r, writes, snap, now)
	var said []Finding
	tell := func(ev Event, facts ...string) { said = append(said, Finding{ev, facts}) }
	if w.Checked.IsZero() {
		w.Checked = now
		if w.Overwritten.Count() == 0 {
			tell(EvChecked, "partitions", strconv.Itoa(w.Parts))
		}
	}
	if doubled(r.Watch.Overwritten, w.Overwritten) {
		tell(EvOverwritten, w.Overwritten.Facts()...)
	}
	gone := w.First != nil && w.GoneOn.IsZero() &&
		w.Resumed+w.Empty+w.Elsewhere.Count()+w.Overwritten.Count() >= w.Parts
	if gone {
		w.GoneOn = now
	}
	if w.First != nil && r.Watch.First == nil {
		tell(EvConsumersBack, append(w.First.facts(), w.progress()...)...)
	} else if gone {
		tell(EvResumed, w.progress()...)
	}
	if doubled(r.Watch.Elsewhere, w.Elsewhere) {
		tell(EvElsewhere, w.Elsewhere.Facts()...)
	}
	w.recordLag(seen, now)
	if in, _ := r.Intent(); in.Target == (Nowhere{}) {
		w.Ended, w.Why = now, WatchGone
	} else if ev, ok := w.checkEnd(seen, snap.Group, now, t); ok {
		facts := []string{"why", string(w.Why), "lag", strconv.FormatInt(seen.lag, 10)}
		if seen.markers > 0 {
			facts = append(facts, "markers", strconv.FormatInt(seen.markers, 10))
		}
		tell(ev, facts...)
	}
	return w, said
}

// watchCounts is what one check saw of all partitions.
type watchCounts struct {
	unread  int
	behind  int // partitions that have not read all that was there when the reset was applied
	lag     int64
	markers int64
}

// classify compares each partition with its target, and counts.
func (w *Watch) classify(r Request, writes []Write, snap Snapshot, now time.Time) (seen watchCounts) {
	state := make(map[Partition]PartitionState, len(snap.Partitions))
	for _, p := range snap.Partitions {
		state[p.Partition] = p
	}
	w.Parts, w.Resumed, w.Empty = len(writes), 0, 0
	for _, wr := range writes {
		name := Partition{wr.Topic, wr.Partition}
		p, ok := state[name]
		if !ok || p.Err != "" || recreated(wr.TopicID, snap.Topics[wr.Topic].ID) {
			seen.unread++
			continue
		}
		at, from := p.Committed, p.Committed.Offset
		if at.None {
			from = p.Start
		}
		seen.lag += p.Lag()
		seen.markers += p.Markers
		if max(from, p.Start) < wr.End && p.Lag() > 0 {
			seen.behind++
		}
		stray := Stray{Partition: name, To: wr.To, Read: at, At: now}
		switch {
		case w.Overwritten.Has(name), w.Elsewhere.Has(name):
		case SamePosition(at, wr.To):
			if p.Lag() == 0 {
				w.Empty++
			}
		case w.First == nil && snap.Group.Idle():
			w.Overwritten = w.Overwritten.With(stray)
		case wr.explains(p, r.Isolation):
			w.Resumed++
		default:
			w.Elsewhere = w.Elsewhere.With(stray)
		}
	}
	return seen
}

// explains reports whether consuming from the target explains a partition's committed offset. No consumer can have
// read past the end; past the last stable offset some can.
func (w Write) explains(p PartitionState, i Isolation) bool {
	past := p.Committed.Offset > p.End && i != ReadCommitted
	return !p.Committed.None && !past && (w.To.None || p.Committed.Offset > w.To.Offset)
}

// recordLag stores the lag when it has halved or doubled: a line for every check would be noise.
func (w *Watch) recordLag(seen watchCounts, now time.Time) {
	if seen.unread > 0 || len(w.Lags) >= maxLags {
		return
	}
	if n := len(w.Lags); n > 0 {
		if last := w.Lags[n-1].Lag; seen.lag == last || seen.lag > last/2 && seen.lag < 2*max(last, 1) {
			return
		}
	}
	w.Lags = append(slices.Clip(w.Lags), LagAt{now, seen.lag})
}

// checkEnd reports whether the watch ends. Caught up means that what was stored when the reset was applied has been
// read.
func (w *Watch) checkEnd(seen watchCounts, g GroupState, now time.Time, t WatchTimes) (Event, bool) {
	var ev Event
	switch age := now.Sub(w.Since); {
	case w.First != nil && seen.unread == 0 && seen.behind == 0:
		w.Why, w.CaughtUp, w.Markers, ev = WatchCaughtUp, now, seen.markers, EvCaughtUp
	case w.First == nil && g.Idle() && age >= t.Nobody:
		w.Why, ev = WatchNoConsumers, EvUnwatched
	case age >= watchFor:
		w.Why, ev = WatchTimeout, EvUnwatched
	default:
		return "", false
	}
	w.Ended = now
	return ev, true
}

// WorthSaying reports whether a watch shows something new since was that is worth a message.
func (w Watch) WorthSaying(was Watch) bool {
	more := w.Resumed >= 2*was.Resumed && w.Resumed > was.Resumed
	return more || len(w.Lags) > len(was.Lags) || w.Elsewhere.Count() > was.Elsewhere.Count() ||
		w.Overwritten.Count() > was.Overwritten.Count()
}

// NextCheck is when the group is checked again: often at first, later less often.
func (w Watch) NextCheck(now time.Time, t WatchTimes) time.Time {
	at := now.Add(t.Slow)
	if now.Sub(w.Since) < closeWatchFor {
		at = now.Add(t.Fast)
	}
	if nobody := w.Since.Add(t.Nobody); w.First == nil && nobody.After(now) && nobody.Before(at) {
		return nobody
	}
	return at
}

// doubled reports whether there are at least twice as many strays, so that any number takes few messages.
func doubled(was, is Strays) bool { return is.Count() > was.Count() && is.Count() >= 2*was.Count() }

// Facts are how many strayed, and the first of them.
func (s Strays) Facts() []string {
	e := s.Evidence[0]
	return []string{"partitions", strconv.Itoa(s.Count()), "topic", e.Topic, "partition",
		strconv.Itoa(int(e.Partition.Partition)), "to", e.To.factText(), "read", e.Read.factText()}
}

func (p Position) factText() string {
	if p.None {
		return "none"
	}
	return strconv.FormatInt(p.Offset, 10)
}

func (c Consumers) facts() []string {
	return []string{"client", c.ClientID, "host", c.Host, "members", strconv.Itoa(c.Members)}
}

func (w Watch) progress() []string {
	return []string{"resumed", strconv.Itoa(w.Resumed), "empty", strconv.Itoa(w.Empty), "of", strconv.Itoa(w.Parts)}
}
