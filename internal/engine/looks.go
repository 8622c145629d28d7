package engine

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/guard"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// sharedLook is the state of several groups of one cluster, from one round of calls.
type sharedLook struct {
	groups       map[string]reset.Look
	began, ended time.Time
	err          error
}

// of is what the round says of one group: an error where it says nothing, because silence is not "inactive".
func (l sharedLook) of(group string) (reset.Look, error) {
	if l.err != nil {
		return reset.Look{}, l.err
	}
	look, ok := l.groups[group]
	if !ok {
		return reset.Look{}, errNoLook
	}
	return look, nil
}

var errNoLook = errors.New("the look at the group was not finished")

// lookout lets all that look at groups of one cluster at a time share rounds: while one round is under way, the next one
// collects. A thousand armed requests cost a few rounds for each look, not a thousand.
type lookout struct {
	turn sync.Mutex // held by the round under way

	numbering atomic.Int32 // requests whose effect is being recomputed

	mu   sync.Mutex
	next *round // collects groups; nil: none wait
}

type round struct {
	once   sync.Once
	groups map[string]bool
	look   sharedLook
}

// join takes part in the next round, and returns what it says.
func (l *lookout) join(groups []string, do func([]string) sharedLook) sharedLook {
	l.mu.Lock()
	if l.next == nil {
		l.next = &round{groups: map[string]bool{}, look: sharedLook{err: errNoLook}}
	}
	mine := l.next
	for _, g := range groups {
		mine.groups[g] = true
	}
	l.mu.Unlock()
	l.turn.Lock()
	defer l.turn.Unlock()
	mine.once.Do(func() {
		l.mu.Lock()
		l.next = nil
		l.mu.Unlock()
		mine.look = do(slices.Sorted(maps.Keys(mine.groups)))
	})
	return mine.look
}

func (s *Service) lookout(cluster string) *lookout {
	l, _ := s.lookouts.LoadOrStore(cluster, &lookout{})
	return l.(*lookout)
}

// glance is a look at groups of one cluster that the first who asks makes for all of them.
type glance func() sharedLook

// glances prepares a look at each cluster's groups. Only who needs it waits for it: a cluster that does not answer holds up neither
// the requests of another one nor what somebody has just clicked.
func (s *Service) glances(ctx context.Context, groups map[string][]string) map[string]glance {
	looks := make(map[string]glance, len(groups))
	for cluster, names := range groups {
		looks[cluster] = sync.OnceValue(func() (look sharedLook) {
			if err := guard.Do(func() error {
				look = s.lookout(cluster).join(names, func(all []string) sharedLook { return s.look(ctx, cluster, all) })
				return nil
			}); err != nil {
				return sharedLook{err: err}
			}
			return look
		})
	}
	return looks
}

// look makes one round. What Kafka refuses for one group must not blind the others: then each is looked at by itself.
func (s *Service) look(ctx context.Context, cluster string, groups []string) sharedLook {
	look := sharedLook{began: s.Now()}
	kafka, err := s.cluster(cluster)
	if err != nil {
		return sharedLook{began: look.began, ended: s.Now(), err: err}
	}
	look.groups, look.err = kafka.Look(ctx, groups)
	var p *reset.Problem
	if errors.As(look.err, &p) && p.Group != "" && len(groups) > 1 {
		look.groups, look.err = map[string]reset.Look{}, nil
		for _, g := range groups {
			one, err := kafka.Look(ctx, []string{g})
			if err == nil {
				look.groups[g] = one[g]
			}
		}
	}
	look.ended = s.Now()
	return look
}
