package clustertest

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// List implements engine.Cluster.
func (c *Cluster) List(ctx context.Context) (reset.GroupList, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := errors.Join(c.down, ctx.Err()); err != nil {
		return reset.GroupList{}, err
	}
	out := reset.GroupList{ClusterID: c.id, Brokers: 1, Groups: map[string]reset.GroupState{}}
	for g := range c.commits {
		s := c.state(g)
		s.Members = nil
		out.Groups[g] = s
	}
	return out, nil
}

// Topics implements engine.Cluster.
func (c *Cluster) Topics(ctx context.Context) ([]string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Sorted(maps.Keys(c.topics)), errors.Join(c.down, ctx.Err())
}

// Lags implements engine.Cluster.
func (c *Cluster) Lags(ctx context.Context, groups map[string]reset.Isolation) (map[string]reset.GroupLag, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := errors.Join(c.down, ctx.Err()); err != nil {
		return nil, err
	}
	out := make(map[string]reset.GroupLag, len(groups))
	for g := range groups {
		l := reset.GroupLag{Group: c.state(g)}
		topics := map[string]bool{}
		for p := range c.commits[g] {
			for _, st := range c.read(nil, reset.Query{Group: g}, p) {
				topics[p.Topic] = true
				if st.Err != "" {
					l.Unread, l.Why = l.Unread+1, st.Err
					continue
				}
				l.Partitions++
				l.Lag += st.Lag()
			}
		}
		l.Topics = len(topics)
		out[g] = l
	}
	return out, nil
}
