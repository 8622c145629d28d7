package engine

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// memberTimes is when this process saw members in a group, whatever it looked for: a plan, another request's check, a
// reading of the lag. A settle time counts only the looks of its own request, and a consumer that came and left
// between two of them may have been seen by another one.
type memberTimes struct {
	mu    sync.Mutex
	known map[groupOfCluster]seenMembers
}

// seenMembers are the members of a group that were there at the last look that found any.
type seenMembers struct {
	last  time.Time
	first map[string]time.Time // when each was seen first, by its id
}

// longestStreak is longer than any settle time lasts, also on a cluster that answers slowly.
const longestStreak = time.Hour

type groupOfCluster struct{ cluster, group string }

// note keeps that a group has members at a time.
func (m *memberTimes) note(cluster, group string, g reset.GroupState, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := groupOfCluster{cluster, group}
	was := m.known[key]
	if g.Idle() {
		if was.first = nil; !was.last.IsZero() {
			m.known[key] = was
		}
		return
	}
	now := seenMembers{last: at, first: make(map[string]time.Time, len(g.Members))}
	for _, member := range g.Members {
		if now.first[member.ID] = at; was.first[member.ID].After(time.Time{}) {
			now.first[member.ID] = was.first[member.ID]
		}
	}
	if m.known == nil {
		m.known = map[groupOfCluster]seenMembers{}
	}
	m.known[key] = now
}

// since reports whether a member was seen after a time.
func (m *memberTimes) since(cluster, group string, at time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.known[groupOfCluster{cluster, group}].last.After(at)
}

// firstSeen is when each member of a group was seen first.
func (m *memberTimes) firstSeen(cluster, group string) map[string]time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.known[groupOfCluster{cluster, group}].first)
}

// forget drops what was seen before a time.
func (m *memberTimes) forget(before time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.known, func(_ groupOfCluster, seen seenMembers) bool { return seen.last.Before(before) })
}

// noticing is a cluster of which every answer that shows a member is noted.
type noticing struct {
	Cluster
	name string
	s    *Service
}

func (n noticing) States(ctx context.Context, groups []string) (map[string]reset.GroupState, error) {
	states, err := n.Cluster.States(ctx, groups)
	n.s.answers.note(n.name, err, n.s.Now())
	for group, g := range states {
		n.s.members.note(n.name, group, g, n.s.Now())
	}
	return states, err
}

func (n noticing) Look(ctx context.Context, groups []string) (map[string]reset.Look, error) {
	looks, err := n.Cluster.Look(ctx, groups)
	n.s.answers.note(n.name, err, n.s.Now())
	for group, l := range looks {
		n.s.members.note(n.name, group, l.Group, n.s.Now())
	}
	return looks, err
}

func (n noticing) Inspect(ctx context.Context, q reset.Query) (reset.Snapshot, error) {
	snap, err := n.Cluster.Inspect(ctx, q)
	n.s.answers.note(n.name, err, n.s.Now())
	if err == nil {
		n.s.members.note(n.name, q.Group, snap.Group, n.s.Now())
	}
	return snap, err
}

func (n noticing) List(ctx context.Context) (reset.GroupList, error) {
	list, err := n.Cluster.List(ctx)
	n.s.answers.note(n.name, err, n.s.Now())
	return list, err
}

func (n noticing) Lags(ctx context.Context, groups map[string]reset.Isolation) (map[string]reset.GroupLag, error) {
	lags, err := n.Cluster.Lags(ctx, groups)
	for group, l := range lags {
		n.s.members.note(n.name, group, l.Group, n.s.Now())
	}
	return lags, err
}
