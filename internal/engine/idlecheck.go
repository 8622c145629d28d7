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

// groupChecks is the state of several groups of one cluster, from one round of calls.
type groupChecks struct {
	groups       map[string]reset.Look
	began, ended time.Time
	err          error
}

// of is what the round says of one group: an error where it says nothing, because silence is not "inactive".
func (l groupChecks) of(group string) (reset.Look, error) {
	if l.err != nil {
		return reset.Look{}, l.err
	}
	look, ok := l.groups[group]
	if !ok {
		return reset.Look{}, errNotChecked
	}
	return look, nil
}

var errNotChecked = errors.New("the look at the group was not finished")

// checkBatch lets all that look at groups of one cluster at a time share rounds: while one round is under way, the
// next one collects. A thousand armed requests cost a few rounds for each look, not a thousand.
type checkBatch struct {
	turn sync.Mutex // held by the round under way

	numbering atomic.Int32 // requests whose effect is being recomputed

	mu   sync.Mutex
	next *round // collects groups; nil: none wait
}

type round struct {
	once   sync.Once
	groups map[string]bool
	look   groupChecks
}

// join takes part in the next round, and returns what it says.
func (l *checkBatch) join(groups []string, do func([]string) groupChecks) groupChecks {
	l.mu.Lock()
	if l.next == nil {
		l.next = &round{groups: map[string]bool{}, look: groupChecks{err: errNotChecked}}
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

func (s *Service) checkBatch(cluster string) *checkBatch {
	l, _ := s.checkBatches.LoadOrStore(cluster, &checkBatch{})
	return l.(*checkBatch)
}

// groupCheck is a look at groups of one cluster that the first who asks makes for all of them.
type groupCheck func() groupChecks

// prepareChecks prepares a look at each cluster's groups. Only who needs it waits for it: a cluster that does not
// answer holds up neither the requests of another one nor what somebody has just clicked.
func (s *Service) prepareChecks(ctx context.Context, groups map[string][]string) map[string]groupCheck {
	looks := make(map[string]groupCheck, len(groups))
	for cluster, names := range groups {
		looks[cluster] = sync.OnceValue(func() (look groupChecks) {
			if err := guard.Do(func() error {
				look = s.checkBatch(cluster).join(names,
					func(all []string) groupChecks { return s.groupStates(ctx, cluster, all) })
				return nil
			}); err != nil {
				return groupChecks{err: err}
			}
			return look
		})
	}
	return looks
}

// groupStates makes one round. What Kafka refuses for one group must not blind the others: then each is looked at by
// itself.
func (s *Service) groupStates(ctx context.Context, cluster string, groups []string) groupChecks {
	look := groupChecks{began: s.Now()}
	kafka, err := s.cluster(cluster)
	if err != nil {
		return groupChecks{began: look.began, ended: s.Now(), err: err}
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
