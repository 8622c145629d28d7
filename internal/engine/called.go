package engine

import (
	"context"
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// ClusterCalled is the configured cluster that others call so; empty: none is.
func (s *Service) ClusterCalled(ctx context.Context, name string) (string, error) {
	names, err := s.names(ctx)
	return names.Called(name), err
}

// KnownGroups are those of names that are remembered as groups of a cluster and that a person may view, in their
// order. An error means that it is not known what they may view.
func (s *Service) KnownGroups(
	ctx context.Context, a reset.Actor, channel, cluster string, names []string,
) ([]string, error) {
	if s.Clusters[cluster] == nil {
		return nil, nil
	}
	s.remembered.mu.Lock()
	groups := s.remembered.of(cluster).groups // sorted, and never changed
	s.remembered.mu.Unlock()
	var out []string
	for _, name := range names {
		if _, there := slices.BinarySearch(groups, name); !there {
			continue
		}
		_, err := s.viewRuling(ctx, a, channel, cluster, name)
		if later := laterOf(err); later != nil {
			return out, later
		}
		if err == nil {
			out = append(out, name)
		}
	}
	return out, nil
}
