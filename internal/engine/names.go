package engine

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/guard"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// nameCache is what this process remembers of the groups and topics of each cluster, so that a person who types a name
// is answered within the time that Slack allows, also while Kafka does not answer. It is filled in the background, and
// proves nothing: what is asked for with a remembered name is read from Kafka like every request.
type nameCache struct {
	mu    sync.Mutex
	known map[string]*clusterNames
}

// clusterNames are those of one cluster. Groups and topics are replaced as a whole, never changed.
type clusterNames struct {
	groups []string // sorted
	states map[string]reset.GroupState
	topics []string // sorted
	at     time.Time
	failed bool // the last round was not answered

	lags   map[string]seenLag
	own    map[string]seenTopics
	wanted map[string]wantedGroup // were shown, or chosen, without being known well enough
	used   time.Time              // when a person last needed them
	tried  time.Time              // when the last round began
	wake   chan struct{}
}

type seenLag struct {
	reset.GroupLag
	at time.Time
}

type seenTopics struct {
	topics []reset.TopicLag
	at     time.Time
}

// wantedGroup is what is to be read of a group.
type wantedGroup struct {
	isolation reset.Isolation
	topics    bool // it was chosen: also its topics
}

const (
	namesFresh  = 30 * time.Second // between rounds while people fill in forms, at least
	namesInUse  = 5 * time.Minute  // how long a form is being filled in
	namesWithin = 20 * time.Second // for a round
	shownNames  = 100              // suggestions, which is what Slack shows
	keptLags    = 2_000            // groups whose lag is remembered of a cluster
)

// of is what is known of a cluster. The lock is held.
func (c *nameCache) of(cluster string) *clusterNames {
	if c.known == nil {
		c.known = map[string]*clusterNames{}
	}
	n := c.known[cluster]
	if n == nil {
		n = &clusterNames{wake: make(chan struct{}, 1), lags: map[string]seenLag{}, own: map[string]seenTopics{},
			wanted: map[string]wantedGroup{}}
		c.known[cluster] = n
	}
	return n
}

// use notes that a person needs the names of a cluster, and wakes its reader.
func (c *nameCache) use(cluster string, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.of(cluster)
	n.used = now
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

// keepNames reads the names of every cluster in the background until ctx is done.
func (s *Service) keepNames(ctx context.Context) {
	var readers guard.Group
	for name := range s.Clusters {
		readers.Go(func() {
			for ctx.Err() == nil {
				if err := guard.Do(func() error { s.keepNamesOf(ctx, name); return nil }); err != nil {
					s.Log.Error("read the names of a cluster", "cluster", name, "err", err)
				}
			}
		})
	}
	readers.Wait()
}

// keepNamesOf reads the names of one cluster now and then, and soon while they are needed. It returns after a round.
func (s *Service) keepNamesOf(ctx context.Context, cluster string) {
	s.remembered.mu.Lock()
	n := s.remembered.of(cluster)
	inUse, first := s.Now().Sub(n.used) < namesInUse, n.tried.IsZero()
	s.remembered.mu.Unlock()
	var again <-chan time.Time
	switch {
	case inUse:
		again = time.After(namesFresh)
	case s.Times.Names > 0 && first:
		again = time.After(0)
	case s.Times.Names > 0:
		again = time.After(s.Times.Names)
	}
	select {
	case <-ctx.Done():
		return
	case <-again:
	case <-n.wake:
	}
	ctx, cancel := context.WithTimeout(ctx, namesWithin)
	defer cancel()
	if s.namesAreOld(n) {
		s.readNames(ctx, cluster, n)
	}
	s.readWanted(ctx, cluster, n)
}

func (s *Service) namesAreOld(n *clusterNames) bool {
	s.remembered.mu.Lock()
	defer s.remembered.mu.Unlock()
	age := s.Now().Sub(n.tried)
	return n.tried.IsZero() || age >= namesFresh || age < 0 || n.failed && age >= namesFresh/6
}

// readNames is a round: all groups with their states, and all topics. What is not answered stays as it was.
func (s *Service) readNames(ctx context.Context, cluster string, n *clusterNames) {
	at := s.Now()
	kafka, err := s.cluster(cluster)
	var list reset.GroupList
	var topics []string
	if err == nil {
		list, err = kafka.List(ctx)
	}
	if err == nil {
		topics, err = kafka.Topics(ctx)
	}
	if err != nil && ctx.Err() == nil {
		s.Log.Info("the names of a cluster are not read", "cluster", cluster, "err", err)
	}
	s.remembered.mu.Lock()
	defer s.remembered.mu.Unlock()
	n.tried, n.failed = at, err != nil
	if err != nil {
		return
	}
	if list.Missing != "" { // the groups of a broker are unknown: those that were there may still be
		for name, state := range n.states {
			if _, there := list.Groups[name]; !there {
				list.Groups[name] = state
			}
		}
	}
	n.groups, n.states = slices.Sorted(maps.Keys(list.Groups)), list.Groups
	n.topics, n.at = slices.Sorted(slices.Values(topics)), at
}

// readWanted reads the lag of groups that were shown, and the topics of those that were chosen.
func (s *Service) readWanted(ctx context.Context, cluster string, n *clusterNames) {
	s.remembered.mu.Lock()
	wanted := maps.Clone(n.wanted)
	clear(n.wanted)
	s.remembered.mu.Unlock()
	kafka, err := s.cluster(cluster)
	if err != nil || len(wanted) == 0 {
		return
	}
	isolation := make(map[string]reset.Isolation, len(wanted))
	for group, w := range wanted {
		if isolation[group] = w.isolation; w.topics {
			s.readTopicsOf(ctx, kafka, n, reset.Query{Group: group, Isolation: w.isolation})
		}
	}
	at := s.Now()
	lags, err := kafka.Lags(ctx, isolation)
	if err != nil {
		s.Log.Info("the lags of suggested groups are not read", "cluster", cluster, "err", err)
		return
	}
	s.remembered.mu.Lock()
	defer s.remembered.mu.Unlock()
	if len(n.lags)+len(lags) > keptLags {
		clear(n.lags)
	}
	for group, lag := range lags {
		n.lags[group] = seenLag{lag, at}
	}
}

// readTopicsOf reads on which topics a group has committed offsets.
func (s *Service) readTopicsOf(ctx context.Context, kafka Cluster, n *clusterNames, q reset.Query) {
	at := s.Now()
	snap, err := kafka.Inspect(ctx, q)
	if err != nil {
		s.Log.Info("the topics of a group are not read", "group", q.Group, "err", err)
		return
	}
	s.remembered.mu.Lock()
	defer s.remembered.mu.Unlock()
	if len(n.own) > keptLags {
		clear(n.own)
	}
	n.own[q.Group] = seenTopics{reset.Lags(snap), at}
}
