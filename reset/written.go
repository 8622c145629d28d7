package reset

// What a reset did is shown by its writes, never by its plan: while a request waits, moving targets are resolved
// again, log starts pass targets and groups read on. Everything that shows numbers or rows of a written request reads
// them here.

// Actual is the effect to show of a request: of what was written once it was applied; before that of what it would do
// now, where that was recomputed, else of its plan.
func (r *Request) Actual() Effect {
	if (r.State == Applied || r.Outcome == AppliedLate) && r.Written != nil {
		return *r.Written
	}
	if r.Drift != nil {
		return r.Drift.Effect
	}
	return r.Effect
}

// WasWritten reports whether the rows to show are those of the last attempt: once it is known what it wrote, whole or
// in part.
func (r *Request) WasWritten() bool {
	_, move := r.Intent()
	return move && (r.State == Applied || r.State == Failed && (r.Outcome == AppliedLate || r.Outcome.Blocks()))
}

// Unplaced names the side of a reset whose position is not known for any partition, so that the number of messages is
// not known: each consumer's own auto.offset.reset decides there.
type Unplaced string

// The sides that may not be known.
const (
	UnplacedAfter  Unplaced = "after"  // the committed offsets are deleted
	UnplacedBefore Unplaced = "before" // no partition had a committed offset
)

// Unplaced is the side that is not known for any partition; empty where both are known for some.
func (r *Request) Unplaced() Unplaced {
	in, _ := r.Intent()
	switch e := r.Actual(); {
	case in.Target == (Nowhere{}):
		return UnplacedAfter
	case e.None > 0 && e.None == e.Partitions:
		return UnplacedBefore
	}
	return ""
}

// Missed reports whether a step ends elsewhere than asked: the log had no such offset, or the look-up found none.
func (s Step) Missed() bool {
	switch s.How {
	case HowClampStart, HowClampEnd, HowNoLater, HowStartInDoubt:
		return true
	case HowRecord, HowEnd, HowStart, HowExact, HowShifted, HowCommitted, HowLike, HowDeleted, HowSaved:
		return false
	}
	return false
}

// Gone is the number of messages between the asked offset and the log start that passed it: retention deleted them.
func (s Step) Gone() int64 {
	if s.How != HowClampStart {
		return 0
	}
	return AddSaturating(s.Start, -max(s.Asked, 0))
}

// Forward reports whether a step goes forward.
func (s Step) Forward() bool {
	n, ok := s.Change()
	return ok && n > 0
}

// RowNotes are particular rows of a plan or of an attempt, besides those with the largest effect.
type RowNotes struct {
	Missed  []Step // end elsewhere than asked, 20 at most
	Misses  int    // how many do
	Forward []Step // go forward, 20 at most
	Ahead   int    // how many do
	// For Kafka's own tool: a file of offsets cannot say "no committed offset". All of them, by topic and number.
	None     []Partition // end without a committed offset
	NoneBack []Partition // had none before, and have one now: an undo deletes it
	Back     int         // how many had one before: the rows of the undo file
}

// NotableRows picks the rows to name. For a time in the future no record is stored yet when it is asked for: once it
// has come, the log end is the target.
func NotableRows(r *Request, steps []Step) RowNotes {
	var out RowNotes
	in, _ := r.Intent()
	t, timed := in.Target.(Time)
	ahead := timed && t.At.After(r.CreatedAt)
	for _, s := range steps {
		if s.Missed() && (s.How != HowNoLater || !ahead) {
			out.Misses++
			out.Missed = append(out.Missed, s)
		}
		if s.Forward() {
			out.Ahead++
			out.Forward = append(out.Forward, s)
		}
		switch at := (Partition{s.Topic, s.Partition}); {
		case s.To.None:
			out.None = append(out.None, at)
		case s.From.None:
			out.NoneBack = append(out.NoneBack, at)
		}
		if !s.From.None {
			out.Back++
		}
	}
	out.Missed, out.Forward = out.Missed[:min(MaxWorst, out.Misses)], out.Forward[:min(MaxWorst, out.Ahead)]
	return out
}
