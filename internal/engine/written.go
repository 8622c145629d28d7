package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// writtenEffect is the effect of what an attempt left at its target; nil when nothing is there. Of an attempt that
// Kafka applied completely it is the whole effect, wherever other clients have moved a partition since.
func writtenEffect(outcome reset.Outcome, writes []reset.Write) *reset.Effect {
	switch outcome {
	case reset.Unchanged, reset.RolledBack:
		return nil
	case reset.Verified, reset.Overtaken:
		e := reset.Total(stepsOf(writes))
		return &e
	case reset.AppliedLate, reset.PartiallyApplied, reset.OutcomeUnknown: // counted write by write, below
	}
	e := reset.Total(stepsOf(slices.DeleteFunc(slices.Clone(writes), func(w reset.Write) bool {
		return w.ReadState != reset.WriteAtTarget && (!w.Result.Written || w.ReadState == reset.WriteUnchanged)
	})))
	return &e
}

// stepsOf are writes as steps: the position before the write, and the target.
func stepsOf(writes []reset.Write) []reset.Step {
	steps := make([]reset.Step, len(writes))
	for i, w := range writes {
		steps[i] = w.Step
	}
	return steps
}

// largest are the steps with the largest effect, and the effect by topic, as Store.Worst has them of a plan.
func largest(steps []reset.Step) (worst []reset.Step, topics []reset.TopicEffect) {
	byTopic := map[string][]reset.Step{}
	for _, s := range steps {
		byTopic[s.Topic] = append(byTopic[s.Topic], s)
	}
	for topic, own := range byTopic {
		topics = append(topics, reset.TopicEffect{Topic: topic, Effect: reset.Total(own)})
	}
	slices.SortFunc(topics, func(a, b reset.TopicEffect) int {
		return cmp.Or(cmp.Compare(reset.AddSaturating(b.Effect.Replay, b.Effect.Skip),
			reset.AddSaturating(a.Effect.Replay, a.Effect.Skip)), cmp.Compare(a.Topic, b.Topic))
	})
	worst = slices.SortedStableFunc(slices.Values(steps), func(a, b reset.Step) int {
		return cmp.Compare(reset.AddSaturating(b.Replay, b.Skip), reset.AddSaturating(a.Replay, a.Skip))
	})
	return worst[:min(reset.MaxWorst, len(worst))], topics
}

// addWrittenRows replaces the rows of the plan by the last attempt's writes once they count, and takes all steps of a
// plan that may leave partitions without a committed offset, since each of them has to be named.
func (s *Service) addWrittenRows(ctx context.Context, st *reset.Story, writes []reset.Write) error {
	r := &st.Request
	in, _ := r.Intent()
	_, undo := in.Target.(reset.Undo)
	switch {
	case r.WasWritten() && len(writes) > 0:
		steps := stepsOf(writes)
		st.RowNotes = reset.NotableRows(r, steps)
		st.Worst, st.Topics = largest(steps)
		if r.Written == nil { // stored by an earlier version without it
			r.Written = writtenEffect(r.Outcome, writes)
		}
	case undo:
		steps, err := s.Store.Steps(ctx, r.ID, r.Revision, 0, 0)
		if err != nil {
			return fmt.Errorf("steps of %s: %w", r.ID, err)
		}
		st.RowNotes = reset.NotableRows(r, steps)
	}
	return nil
}
