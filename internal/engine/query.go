package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Story is a request with all that belongs to it, as it is now.
func (s *Service) Story(ctx context.Context, id string) (reset.Story, error) {
	r, err := s.load(ctx, reset.Ref{ID: id})
	if err != nil {
		return reset.Story{}, err
	}
	in, _ := r.Intent()
	st := reset.Story{Request: r, Cluster: s.Info(in.Cluster), Now: s.Now()}
	if st.Worst, st.Topics, err = s.Store.Worst(ctx, id, r.Revision, reset.MaxWorst); err != nil {
		return reset.Story{}, fmt.Errorf("steps of %s: %w", id, err)
	}
	if st.Votes, err = s.Store.Votes(ctx, id, r.Revision); err != nil {
		return reset.Story{}, fmt.Errorf("votes of %s: %w", id, err)
	}
	if st.Entries, err = s.Store.Audit(ctx, id, 0); err != nil {
		return reset.Story{}, fmt.Errorf("audit of %s: %w", id, err)
	}
	if r.Problem != nil && r.Problem.Code == reset.ProblemBlocked {
		st.Blocking = r.Problem.Request
	}
	if st.Frozen, err = s.frozenBeside(ctx, r); err != nil {
		return reset.Story{}, err
	}
	if st.Schedule, err = s.scheduleOfStory(ctx, r); err != nil {
		return reset.Story{}, fmt.Errorf("schedule of %s: %w", id, err)
	}
	return st, s.addAttempt(ctx, &st)
}

// addAttempt adds the last attempt, and the state of its partitions when not all are at the target.
func (s *Service) addAttempt(ctx context.Context, st *reset.Story) error {
	a, err := s.Store.LastAttempt(ctx, st.Request.ID)
	if errors.Is(err, reset.ErrNotFound) {
		return s.addWrittenRows(ctx, st, nil)
	}
	if err != nil {
		return fmt.Errorf("attempt of %s: %w", st.Request.ID, err)
	}
	st.Attempt = &a
	if st.Request.Outcome == "" {
		return nil
	}
	writes, err := s.Store.Writes(ctx, st.Request.ID, a.N)
	if err != nil {
		return fmt.Errorf("writes of %s: %w", st.Request.ID, err)
	}
	if err := s.addWrittenRows(ctx, st, writes); err != nil || st.Request.Outcome == reset.Verified {
		return err
	}
	// Partitions that are at neither the target nor the previous position come first.
	rank := map[reset.WriteState]int{reset.WriteMoved: 0, reset.WriteUnread: 0, "": 0, reset.WriteUnchanged: 1,
		reset.WriteAtTarget: 2}
	slices.SortStableFunc(writes, func(a, b reset.Write) int { return rank[a.ReadState] - rank[b.ReadState] })
	st.States = make(map[reset.WriteState]int)
	for _, w := range writes {
		st.States[w.ReadState]++
	}
	st.Evidence = writes[:min(reset.MaxEvidence, len(writes))]
	return nil
}

// StoryFor is Story for a person who may view the group.
func (s *Service) StoryFor(ctx context.Context, a reset.Actor, channel, id string) (reset.Story, error) {
	st, err := s.Story(ctx, id)
	if err != nil {
		return reset.Story{}, err
	}
	if err := s.mayView(ctx, a, channel, &st.Request); err != nil {
		return reset.Story{}, err
	}
	return st, nil
}

// StepsFor returns a page of a revision's steps, and how many there are in all: of what was written, once it was.
// Revision 0 is the current one.
func (s *Service) StepsFor(
	ctx context.Context, a reset.Actor, channel string, ref reset.Ref, offset, limit int,
) ([]reset.Step, int, error) {
	r, err := s.load(ctx, ref)
	if err != nil {
		return nil, 0, err
	}
	if err := s.mayView(ctx, a, channel, &r); err != nil {
		return nil, 0, err
	}
	if err := checkRevision(r, ref); err != nil {
		return nil, 0, err
	}
	if r.WasWritten() {
		writes, err := s.WritesFor(ctx, r.ID)
		page := writes[min(offset, len(writes)):]
		if limit > 0 {
			page = page[:min(limit, len(page))]
		}
		return stepsOf(page), len(writes), err
	}
	steps, err := s.Store.Steps(ctx, r.ID, r.Revision, offset, limit)
	return steps, r.Effect.Partitions, err
}

// WritesFor returns what the last attempt of a request wrote and saved, by topic and partition.
func (s *Service) WritesFor(ctx context.Context, id string) ([]reset.Write, error) {
	a, err := s.Store.LastAttempt(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.Store.Writes(ctx, id, a.N)
}

// Lag reads the lag of a group.
func (s *Service) Lag(
	ctx context.Context, a reset.Actor, channel, cluster, group string, topics []reset.TopicScope,
) (reset.Lag, error) {
	cluster, err := s.Resolve(channel, cluster, "")
	if err != nil {
		return reset.Lag{}, withGroup(err, group)
	}
	ruling, err := s.viewRuling(ctx, a, channel, cluster, group)
	if err != nil {
		return reset.Lag{}, err
	}
	if err := s.inUse(ctx, cluster, group); err != nil {
		return reset.Lag{}, err
	}
	q := reset.Query{Group: group, Isolation: ruling.Isolation, Markers: true, Scope: reset.Scope{Topics: topics}}
	kafka, err := s.cluster(cluster)
	if err != nil {
		return reset.Lag{}, err
	}
	snap, err := kafka.Inspect(ctx, q)
	if err != nil {
		return reset.Lag{}, asProblem(err, cluster)
	}
	if p := reset.CheckExists(reset.Intent{Cluster: cluster, Group: group}, snap); p != nil {
		p.Names = s.viewableNames(ctx, a, channel, cluster, p.Names)
		return reset.Lag{}, p
	}
	if p := reset.CheckTopics(cluster, group, topics, snap); p != nil {
		return reset.Lag{}, p
	}
	if err := s.inUse(ctx, cluster, group); err != nil { // it has just said which Kafka it is
		return reset.Lag{}, err
	}
	open, _, err := s.visible(ctx, a, channel,
		Filter{Cluster: cluster, Group: group, States: openStates, Shown: true, Own: a})
	return reset.Lag{Cluster: s.Info(cluster), Group: group, Asked: topics, Snapshot: snap, Ruling: ruling, Open: open,
		Since: s.members.firstSeen(cluster, group)}, err
}

// viewableNames are the groups of a list that a person may view: a suggestion must not name others.
func (s *Service) viewableNames(ctx context.Context, a reset.Actor, channel, cluster string, groups []string) []string {
	return slices.DeleteFunc(slices.Clone(groups), func(group string) bool {
		_, err := s.viewRuling(ctx, a, channel, cluster, group)
		return err != nil
	})
}

// Access is every right of a person on a group and on its cluster, and the rule of each.
func (s *Service) Access(ctx context.Context, a reset.Actor, channel, cluster, group string) (reset.Access, error) {
	cluster, err := s.Resolve(channel, cluster, "")
	if err != nil {
		return reset.Access{}, withGroup(err, group)
	}
	out := reset.Access{Cluster: s.Info(cluster), Group: group, Rulings: make(map[reset.Verb]reset.Ruling)}
	for _, v := range reset.Rights {
		q := reset.PolicyQuestion{Actor: a, Channel: channel, Verb: v, Cluster: cluster, Group: group, Preview: true}
		if v == reset.VerbFreeze || v == reset.VerbThaw {
			q.Group = "" // they are rights on the cluster
		}
		ruling, p := s.permit(ctx, q, "")
		if p != nil && p.Code == reset.ProblemDirectory {
			return reset.Access{}, s.postponed(p)
		}
		out.Rulings[v] = ruling
	}
	return out, nil
}

// viewRuling refuses a person who may not view a group that they have named themselves.
func (s *Service) viewRuling(ctx context.Context, a reset.Actor, channel, cluster, group string) (reset.Ruling, error) {
	ruling, p := s.permit(ctx, reset.PolicyQuestion{Actor: a, Channel: channel, Verb: reset.VerbView,
		Cluster: cluster, Group: group}, "")
	if p != nil {
		return ruling, s.postponed(p)
	}
	return ruling, nil
}

// withGroup adds the group to a problem without one.
func withGroup(err error, group string) error {
	var p *reset.Problem
	if !errors.As(err, &p) {
		return err
	}
	c := *p
	c.Group = group
	return &c
}

// suggestGroups turns "no rule covers it" into "no such group" with similar names that this person may view, when the
// group does not exist. Other groups stay unnamed.
func (s *Service) suggestGroups(
	ctx context.Context, r reset.Request, in reset.Intent, denied *reset.Problem,
) *reset.Problem {
	if in.Group == "" || denied.Ruling == nil || denied.Ruling.Denial != reset.DeniedNoRule {
		return denied
	}
	kafka, err := s.cluster(in.Cluster)
	if err != nil {
		return denied
	}
	snap, err := kafka.Inspect(ctx, reset.Query{Group: in.Group})
	if err != nil || snap.Group.Exists {
		return denied
	}
	near := s.viewableNames(ctx, r.Actor, r.Place.Channel, in.Cluster, snap.Near)
	if len(near) == 0 {
		return denied
	}
	return reset.NoGroupProblem(in.Cluster, in.Group, near)
}
