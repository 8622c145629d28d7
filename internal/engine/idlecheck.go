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

// of is the result for one group: an error where there is none, because a missing result is not "inactive".
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

// checkBatch batches the checks of groups of one cluster: while one round is under way, the next one collects groups.
// A thousand armed requests cost a few rounds for each check, not a thousand.
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

// join adds groups to the next round, and returns its result.
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

// groupCheck is a check of groups of one cluster, made once by the first caller for all.
type groupCheck func() groupChecks

// prepareChecks prepares a check of each cluster's groups. Only the steps that need it wait for it: a cluster that
// does not answer delays neither the requests of another one nor a click.
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

// groupStates makes one round. An error for one group must not hide the others: then each is checked by itself.
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
