package engine

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// StartForm is what a form knows before anything is filled in. The names of its clusters are read in the background
// from here on.
func (s *Service) StartForm(ctx context.Context, a reset.Actor, channel string) (reset.FormStart, error) {
	var out reset.FormStart
	var untold error
	for _, info := range s.Infos {
		_, err := s.viewRuling(ctx, a, channel, info.Name, "")
		var p *reset.Problem
		switch later := laterOf(err); {
		case later != nil:
			return out, later
		case err == nil:
			out.Clusters = append(out.Clusters, info.Name)
		case errors.As(err, &p) && p.Ruling != nil && p.Ruling.Denial == reset.DeniedUnknown:
			untold = err
		}
	}
	if len(out.Clusters) == 0 && untold != nil { // it is not known, which is another answer than none
		return out, untold
	}
	if bound, err := s.Resolve(channel, "", ""); err == nil && slices.Contains(out.Clusters, bound) {
		out.Bound = bound
	}
	for _, cluster := range out.Clusters {
		s.remembered.use(cluster, s.Now())
	}
	return out, nil
}

// SuggestGroups are groups of a cluster that a person may view and whose names match what they typed, from memory
// alone: names that begin with it come first. Without anything typed, those that are furthest behind come first, as
// far as that is known. An error means that it is not known what they may view.
func (s *Service) SuggestGroups(
	ctx context.Context, a reset.Actor, channel, cluster, typed string,
) (reset.Suggestions, error) {
	if s.Clusters[cluster] == nil {
		return reset.Suggestions{}, nil
	}
	s.remembered.use(cluster, s.Now())
	s.remembered.mu.Lock()
	n := s.remembered.of(cluster)
	out := reset.Suggestions{At: n.at, Failed: n.failed}
	groups, states := n.groups, n.states
	lags := make(map[string]int64, len(n.lags))
	for group, lag := range n.lags {
		lags[group] = lag.Lag
	}
	s.remembered.mu.Unlock()

	found := matching(groups, typed)
	if typed == "" {
		slices.SortStableFunc(found, func(a, b string) int { return cmp.Compare(lags[b], lags[a]) })
	}
	may := map[string]wantedGroup{}
	for _, group := range found {
		ruling, err := s.viewRuling(ctx, a, channel, cluster, group)
		if later := laterOf(err); later != nil {
			return out, later
		}
		if err != nil {
			continue
		}
		if len(out.Names) == shownNames {
			out.More = true
			break
		}
		lag, read := lags[group]
		out.Names = append(out.Names, reset.Suggestion{Name: group, State: states[group].State, Lag: lag, Read: read})
		may[group] = wantedGroup{isolation: ruling.Isolation}
	}
	s.want(cluster, may)
	return out, nil
}

// SuggestTopics are topics for a group that a person may view: those that it has committed offsets on, and, once
// something is typed, others of the cluster too, for who may request a reset: they could name any.
func (s *Service) SuggestTopics(
	ctx context.Context, a reset.Actor, channel, cluster, group, typed string,
) (reset.Suggestions, error) {
	if s.Clusters[cluster] == nil || group == "" {
		return reset.Suggestions{}, nil
	}
	s.remembered.use(cluster, s.Now())
	ruling, err := s.viewRuling(ctx, a, channel, cluster, group)
	if later := laterOf(err); later != nil {
		return reset.Suggestions{}, later
	}
	if err != nil {
		return reset.Suggestions{}, nil //nolint:nilerr // of a group that they may not view, nothing is known to them
	}
	s.want(cluster, map[string]wantedGroup{group: {isolation: ruling.Isolation, topics: true}})

	s.remembered.mu.Lock()
	n := s.remembered.of(cluster)
	out := reset.Suggestions{At: n.at, Failed: n.failed}
	topics, own := n.topics, n.own[group]
	s.remembered.mu.Unlock()
	if typed == "" { // only the group's own topics are listed, which are read apart from the names of all
		out.At = own.at
	}

	there := map[string]bool{}
	var names []string
	lags := map[string]int64{}
	for _, t := range own.topics {
		if t.Committed > 0 {
			there[t.Topic], lags[t.Topic] = true, t.Lag
			names = append(names, t.Topic)
		}
	}
	for _, topic := range matching(names, typed) {
		out.Names = append(out.Names, reset.Suggestion{Name: topic, Own: true, Lag: lags[topic], Read: true})
	}
	if typed == "" || !s.mayRequest(ctx, a, channel, cluster, group) {
		topics = nil
	}
	for _, topic := range matching(topics, typed) {
		if !there[topic] {
			out.Names = append(out.Names, reset.Suggestion{Name: topic})
		}
	}
	if out.More = len(out.Names) > shownNames; out.More {
		out.Names = out.Names[:shownNames]
	}
	return out, nil
}

func (s *Service) mayRequest(ctx context.Context, a reset.Actor, channel, cluster, group string) bool {
	_, p := s.permit(ctx, reset.PolicyQuestion{Actor: a, Channel: channel, Verb: reset.VerbRequest, Cluster: cluster,
		Group: group, Preview: true}, "")
	return p == nil
}

// NameOf is the remembered group or topic of a cluster that is meant by a short stand-in for its name.
func (s *Service) NameOf(cluster string, is func(name string) bool) (string, bool) {
	s.remembered.mu.Lock()
	n := s.remembered.of(cluster)
	groups, topics := n.groups, n.topics
	s.remembered.mu.Unlock()
	for _, names := range [][]string{groups, topics} {
		if i := slices.IndexFunc(names, is); i >= 0 {
			return names[i], true
		}
	}
	return "", false
}

// want notes what is to be read of groups, unless it was read lately.
func (s *Service) want(cluster string, groups map[string]wantedGroup) {
	now := s.Now()
	s.remembered.mu.Lock()
	defer s.remembered.mu.Unlock()
	n := s.remembered.of(cluster)
	for group, w := range groups {
		stale := now.Sub(n.lags[group].at) >= namesFresh || w.topics && now.Sub(n.own[group].at) >= namesFresh
		if stale && (len(n.wanted) < shownNames || w.topics) {
			w.topics = w.topics || n.wanted[group].topics
			n.wanted[group] = w
		}
	}
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

// matching are the names that fit what was typed, in any case of letters: first those that begin with it. A * stands
// for any characters.
func matching(names []string, typed string) []string {
	typed = strings.ToLower(strings.TrimSpace(typed))
	var begin, within []string
	for _, name := range names {
		lower := strings.ToLower(name)
		switch {
		case strings.HasPrefix(lower, typed):
			begin = append(begin, name)
		case strings.Contains(typed, "*") && reset.Matches(typed, lower), strings.Contains(lower, typed):
			within = append(within, name)
		}
	}
	return append(begin, within...)
}
