package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/guard"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// A repeated error that no person caused must neither fill the log nor leave the requester without a message: the row
// is retried less and less often, and its request shows since when it makes no progress.
const (
	maxRetryDelay  = 5 * time.Minute // between two tries of a row that keeps failing
	failuresToTell = 3               // failures in a row; fewer are not reported
)

// rowFailure is a row that keeps failing. It is kept in memory: a new process starts at zero.
type rowFailure struct {
	since time.Time
	times int
}

// wait is how long to wait after so many failures: a second, and then twice as long each time.
func (t rowFailure) wait() time.Duration {
	if t.times > 9 { // 2^9 s is beyond the longest
		return maxRetryDelay
	}
	return min(afterError<<(t.times-1), maxRetryDelay)
}

// retryLater records that a row has failed once more, logs it and reports it on its request. It returns when to try
// again.
func (s *Service) retryLater(ctx context.Context, d Due, row [2]string, err error) time.Time {
	now := s.Now()
	t := rowFailure{since: now}
	if old, ok := s.failing.Load(row); ok {
		t = old.(rowFailure)
	}
	t.times++
	s.failing.Store(row, t)
	next := now.Add(t.wait())
	if ctx.Err() != nil {
		return next
	}
	s.Log.Error("reconcile", "kind", string(d.Kind), "request", d.ID, "times", t.times, "since", t.since, "again", next,
		"err", err)
	if d.Kind == DueRequest && t.times >= failuresToTell {
		if told := s.recordFailure(ctx, d, t, err); told != nil && !errors.Is(told, reset.ErrConflict) {
			s.Log.Warn("that a request does not go on cannot be stored", "request", d.ID, "err", told)
		}
	}
	return next
}

// recordFailure stores with a request that it makes no progress, and since when.
func (s *Service) recordFailure(ctx context.Context, d Due, t rowFailure, err error) error {
	ctx, cancel := context.WithTimeout(ctx, s.Times.Lease/2)
	defer cancel()
	return s.Store.Update(ctx, d.ID, &d, func(tx *Tx) error {
		r := tx.Request
		if !slices.Contains([]reset.State{reset.Planning, reset.Approved, reset.Applying}, r.State) {
			return reset.ErrConflict
		}
		if r.Problem != nil && r.Problem.Code == reset.ProblemInternal {
			return reset.ErrConflict // it is stored already
		}
		in, _ := r.Intent()
		r.Problem = reset.InternalProblem(failureText(err), t.since.UTC()).On(in.Cluster, in.Group).For(r.ID)
		tx.Log(s.entry(r, reset.Actor{}, reset.EvWaiting, "why", string(reset.ProblemInternal), "got", r.Problem.Got))
		return nil
	})
}

// failureText is an error without paths and addresses; the log has all of it.
func failureText(err error) string {
	var store *reset.StoreError
	var panicked *guard.Panic
	switch {
	case errors.As(err, &store):
		return "the database " + store.What()
	case errors.As(err, &panicked):
		return "a defect in the bot"
	case errors.Is(err, context.DeadlineExceeded):
		return "it takes too long"
	}
	return ""
}
