package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// undoSteps are the steps that an undo restores: of the last attempt of the request that it undoes, on the topics
// that still exist.
func (s *Service) undoSteps(ctx context.Context, in reset.Intent) ([]reset.Step, error) {
	u, ok := in.Target.(reset.Undo)
	if !ok {
		return nil, nil
	}
	a, err := s.Store.LastAttempt(ctx, u.Of)
	if err != nil {
		return nil, fmt.Errorf("read what %s saved: %w", u.Of, err)
	}
	writes, err := s.Store.Writes(ctx, u.Of, a.N)
	if err != nil {
		return nil, fmt.Errorf("read what %s saved: %w", u.Of, err)
	}
	steps := make([]reset.Step, 0, len(writes))
	for _, w := range writes {
		if in.Scope.Empty() || slices.ContainsFunc(in.Scope.Topics,
			func(ts reset.TopicScope) bool { return ts.Topic == w.Topic }) {
			steps = append(steps, w.Step)
		}
	}
	return steps, nil
}

// deletedTopics turns "no such topic" into "deleted" for a topic that existed before, with the earliest time. Where
// the request has other topics too, an option offers to continue with them.
func (s *Service) deletedTopics(
	ctx context.Context, r reset.Request, d *draftResult, saved []reset.Step, p *reset.Problem,
) (*reset.Problem, error) {
	if p.Code != reset.ProblemNoTopic {
		return p, nil
	}
	was, since, err := s.topicsSeen(ctx, r, saved)
	if err != nil || !was[p.Topic] {
		return p, err
	}
	var gone []string
	for _, name := range slices.Sorted(maps.Keys(d.snap.Topics)) {
		if t := d.snap.Topics[name]; was[name] && t.Partitions == 0 && t.Err == "" {
			gone = append(gone, name)
		}
	}
	rest, some := withoutTopics(d.intent, saved, gone)
	p = reset.DeletedProblem(gone, since).On(p.Cluster, p.Group).For(r.ID)
	if some {
		d.options = []reset.Option{{Label: "Go on with the rest", Typed: "without the deleted topics", Intent: rest}}
	}
	return p, nil
}

// topicsSeen are the topics that existed, and when: at the plan before this one, or at the reset that is undone.
func (s *Service) topicsSeen(
	ctx context.Context, r reset.Request, saved []reset.Step,
) (map[string]bool, time.Time, error) {
	was := map[string]bool{}
	for _, st := range saved {
		was[st.Topic] = true
	}
	if r.Digest == "" {
		if r.Undoes == "" {
			return was, time.Time{}, nil
		}
		undone, err := s.Store.Load(ctx, r.Undoes)
		return was, undone.EndedAt, err
	}
	planned, err := s.Store.Steps(ctx, r.ID, r.Revision, 0, 0)
	if err != nil {
		return nil, time.Time{}, err
	}
	for _, st := range planned {
		was[st.Topic] = true
	}
	entries, err := s.Store.Audit(ctx, r.ID, 0)
	since := r.CreatedAt
	for _, e := range entries {
		if e.Event == reset.EvPlanned {
			since = e.At
		}
	}
	return was, since, err
}

// withoutTopics is an intent without some topics, and whether any topic is left.
func withoutTopics(in reset.Intent, saved []reset.Step, gone []string) (reset.Intent, bool) {
	left := func(topic string) bool { return !slices.Contains(gone, topic) }
	switch t := in.Target.(type) {
	case reset.Rows:
		t.Rows = slices.DeleteFunc(slices.Clone(t.Rows), func(row reset.Row) bool { return !left(row.Topic) })
		in.Target = t
		return in, len(t.Rows) > 0
	case reset.Undo:
		in.Scope = reset.Scope{}
		for _, st := range saved {
			if left(st.Topic) && !slices.ContainsFunc(in.Scope.Topics,
				func(ts reset.TopicScope) bool { return ts.Topic == st.Topic }) {
				in.Scope.Topics = append(in.Scope.Topics, reset.TopicScope{Topic: st.Topic})
			}
		}
		return in, len(in.Scope.Topics) > 0
	// name no topics: the scope does
	case reset.Time, reset.Exact, reset.SkipRecord, reset.Nowhere, reset.Latest, reset.Earliest, reset.Shift,
		reset.Current, reset.Like:
	}
	in.Scope.Topics = slices.DeleteFunc(slices.Clone(in.Scope.Topics),
		func(ts reset.TopicScope) bool { return !left(ts.Topic) })
	return in, len(in.Scope.Topics) > 0
}
