package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// waitForKafka leaves a request in its state, stores the problem, and retries later, less and less often. It waits in
// the same way when Slack did not answer who may.
func (s *Service) waitForKafka(ctx context.Context, due Due, r reset.Request, p *reset.Problem) (time.Time, error) {
	wait := s.Times.Again * time.Duration(1+min(r.Retries, 5))
	if p.Code == reset.ProblemDirectory {
		wait = max(wait, p.Ruling.Unread.Wait)
	}
	err := s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		if r.State != reset.Planning && r.State != reset.Approved && r.State != reset.Applying {
			return reset.ErrConflict
		}
		if r.Problem == nil || r.Problem.Code != p.Code {
			tx.Log(s.entry(r, r.Actor, reset.EvWaiting, "why", string(p.Code), "got", p.Got))
		}
		p.Request = r.ID
		// nobody has a preview of a run: what it waits for is said to all
		r.Problem, r.Asked = p, r.Asked || r.Run != nil
		r.Retries++
		return nil
	})
	return s.Now().Add(wait), err
}

// isPastDeadline reports whether a request's deadline has passed.
func (s *Service) isPastDeadline(r reset.Request) bool {
	return !r.Deadline.IsZero() && !s.Now().Before(r.Deadline)
}

// expire ends a request whose deadline has passed. The problem says what it was still waiting for.
func (s *Service) expire(ctx context.Context, due Due, id string, p *reset.Problem) (time.Time, error) {
	err := s.Store.Update(ctx, id, &due, func(tx *Tx) error {
		r := tx.Request
		// a decision set another deadline
		if !slices.Contains(reset.Transitions[r.State], reset.Expired) || p == nil && !s.isPastDeadline(*r) {
			return reset.ErrConflict
		}
		if s.receivedInTime(tx) {
			return errUndecided
		}
		if p != nil {
			r.Problem = p
		}
		tx.Log(s.entry(r, reset.Actor{}, reset.EvExpired, "state", string(r.State)))
		r.EndedAt, r.Deadline = s.Now(), time.Time{}
		return r.Advance(reset.Expired)
	})
	switch {
	case errors.Is(err, reset.ErrConflict):
		return s.Now(), nil
	case errors.Is(err, errUndecided):
		return s.Now().Add(s.Times.CheckInterval), nil
	}
	return time.Time{}, err
}

// UndecidedAtMost is how long a recorded action may wait for a directory that does not answer. Then it is refused.
const UndecidedAtMost = 15 * time.Minute

// errUndecided keeps a request from expiring.
var errUndecided = errors.New("an act that came in time is not decided yet")

// receivedInTime reports whether an act about the request was received before its deadline and is not decided yet: it
// would be too late only because the process was slow, or was killed. An action that cannot be decided delays the
// expiry for a limited time.
func (s *Service) receivedInTime(tx *Tx) bool {
	return slices.ContainsFunc(tx.Undecided, func(in Inbox) bool {
		return in.ReceivedAt.Before(tx.Request.Deadline) && s.Now().Sub(in.ReceivedAt) < UndecidedAtMost+time.Minute
	})
}
