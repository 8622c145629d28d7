package engine

import (
	"context"
	"maps"
	"slices"
)

// Verbs are the verbs of the table, and RequestVerbs those about any request.
func Verbs() []DecisionVerb { return slices.Sorted(maps.Keys(decisions)) }

func RequestVerbs() []DecisionVerb {
	return slices.DeleteFunc(Verbs(), func(v DecisionVerb) bool { return !has(decisions[v], aRequest) })
}

// ScheduleVerbs are those about schedules or their runs.
func ScheduleVerbs() []DecisionVerb {
	return slices.DeleteFunc(Verbs(), func(v DecisionVerb) bool { return has(decisions[v], aRequest) })
}

// ReadNames is one round of the names of a cluster, with what is wanted of its groups.
func (s *Service) ReadNames(ctx context.Context, cluster string) {
	s.remembered.mu.Lock()
	n := s.remembered.of(cluster)
	s.remembered.mu.Unlock()
	s.readNames(ctx, cluster, n)
	s.readWanted(ctx, cluster, n)
}
