package reset

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// What a reset did is told by its writes, never by its plan: while a request waits, moving targets are resolved anew, log starts
// overtake targets and groups read on. Everything that shows numbers or rows of a request that has been written reads them here.

// Actual is the effect to tell of a request: of what was written once it was applied, or landed late; until then of what it
// would do now, where that was recomputed, and else of its plan.
func (r *Request) Actual() Effect {
	if (r.State == Applied || r.Outcome == Late) && r.Written != nil {
		return *r.Written
	}
	if r.Drift != nil {
		return r.Drift.Effect
	}
	return r.Effect
}

// WasWritten reports whether the rows to show are those of the last attempt: once it is known what it wrote, whole or in part.
func (r *Request) WasWritten() bool {
	_, move := r.Move()
	return move && (r.State == Applied || r.State == Failed && (r.Outcome == Late || r.Outcome.Blocks()))
}

// Unplaced says which place of a reset is known of no partition, so that no number of messages can be promised: each consumer's own
// auto.offset.reset decides there.
type Unplaced string

// The places that may not be known.
const (
	UnplacedAfter  Unplaced = "after"  // the committed offsets are deleted
	UnplacedBefore Unplaced = "before" // no partition had a committed offset
)

// Unplaced is the place that is known of no partition; empty where both are of some.
func (r *Request) Unplaced() Unplaced {
	in, _ := r.Move()
	switch e := r.Actual(); {
	case in.Target == (Nowhere{}):
		return UnplacedAfter
	case e.None > 0 && e.None == e.Partitions:
		return UnplacedBefore
	}
	return ""
}

// writtenEffect is the effect of what an attempt left at its target; nil when nothing is there. Of an attempt that Kafka took whole it
// is the effect of all of it, wherever others have moved a partition since: back to where it had been, too.
func writtenEffect(outcome Outcome, writes []Write) *Effect {
	switch outcome {
	case Unchanged, PutBack:
		return nil
	case Verified, Overtaken:
		e := Total(stepsOf(writes))
		return &e
	case Late, Mixed, Unclear: // counted write by write, below
	}
	e := Total(stepsOf(slices.DeleteFunc(slices.Clone(writes), func(w Write) bool {
		return w.Stands != StandsTarget && (!w.Result.Written || w.Stands == StandsBefore)
	})))
	return &e
}

// stepsOf are writes as steps: where each partition was when it was written, and where it went.
func stepsOf(writes []Write) []Step {
	steps := make([]Step, len(writes))
	for i, w := range writes {
		steps[i] = w.Step
	}
	return steps
}

// Missed reports whether a step ends elsewhere than asked: the log had no such place, or the look-up found none.
func (s Step) Missed() bool {
	switch s.How {
	case HowClampStart, HowClampEnd, HowNoLater, HowStartInDoubt:
		return true
	case HowRecord, HowEnd, HowStart, HowExact, HowShifted, HowCommitted, HowLike, HowDeleted, HowSaved:
		return false
	}
	return false
}

// Gone is how many messages lie between the asked offset and the log start that overtook it: retention deleted them.
func (s Step) Gone() int64 {
	if s.How != HowClampStart {
		return 0
	}
	return saturatingAdd(s.Start, -max(s.Asked, 0))
}

// Forward reports whether a step goes forward.
func (s Step) Forward() bool {
	n, ok := s.Change()
	return ok && n > 0
}

// Told is what is said of particular rows of a plan or of an attempt, beside those with the largest effect.
type Told struct {
	Missed  []Step // end elsewhere than asked, 20 at most
	Misses  int    // how many do
	Forward []Step // go forward, 20 at most
	Ahead   int    // how many do
	// Of Kafka's own tool: a file of offsets cannot say "no committed offset". All of them, by topic and number.
	None     []Partition // end without a committed offset
	NoneBack []Partition // had none before, and have one now: the way back deletes it
	Back     int         // how many had one before: the rows of the file of the way back
}

// told picks the rows to speak of. Who asks for a time that is still to come asks before anything is stored that is as late: when it
// has come, the log end is the place.
func told(r *Request, steps []Step) Told {
	var out Told
	in, _ := r.Move()
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
	out.Missed, out.Forward = out.Missed[:min(worstSteps, out.Misses)], out.Forward[:min(worstSteps, out.Ahead)]
	return out
}

// largest are the steps with the largest effect, and the effect by topic, as Store.Worst has them of a plan.
func largest(steps []Step) (worst []Step, topics []TopicEffect) {
	byTopic := map[string][]Step{}
	for _, s := range steps {
		byTopic[s.Topic] = append(byTopic[s.Topic], s)
	}
	for topic, own := range byTopic {
		topics = append(topics, TopicEffect{Topic: topic, Effect: Total(own)})
	}
	slices.SortFunc(topics, func(a, b TopicEffect) int {
		return cmp.Or(cmp.Compare(saturatingAdd(b.Effect.Replay, b.Effect.Skip), saturatingAdd(a.Effect.Replay, a.Effect.Skip)), cmp.Compare(a.Topic, b.Topic))
	})
	worst = slices.SortedStableFunc(slices.Values(steps), func(a, b Step) int {
		return cmp.Compare(saturatingAdd(b.Replay, b.Skip), saturatingAdd(a.Replay, a.Skip))
	})
	return worst[:min(worstSteps, len(worst))], topics
}

// tellRows replaces what is told of the plan: by the last attempt's writes where there was one that counts, and where a plan may
// leave partitions without a committed offset by all of its steps, since each of them has to be named.
func (s *Service) tellRows(ctx context.Context, st *Story, writes []Write) error {
	r := &st.Request
	in, _ := r.Move()
	_, undo := in.Target.(Undo)
	switch {
	case r.WasWritten() && len(writes) > 0:
		steps := stepsOf(writes)
		st.Told = told(r, steps)
		st.Worst, st.Topics = largest(steps)
		if r.Written == nil { // written by a version that did not keep it
			r.Written = writtenEffect(r.Outcome, writes)
		}
	case undo:
		steps, err := s.Store.Steps(ctx, r.ID, r.Revision, 0, 0)
		if err != nil {
			return fmt.Errorf("steps of %s: %w", r.ID, err)
		}
		st.Told = told(r, steps)
	}
	return nil
}
