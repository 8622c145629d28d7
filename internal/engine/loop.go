package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/guard"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// How the loop works: claim what is due, read its state again, do one step, set when it is due next. There are no
// timers per request and no queue.
const (
	claimLimit = 32
	// batches of so many rows each are served in parallel; unclaimed rows hold no lease
	maxBatches       = 16
	idlePollInterval = 500 * time.Millisecond // another process may have made something due
	afterError       = time.Second
	lastCardsWithin  = 5 * time.Second // for cards, once everything else has stopped
)

// urgent are the kinds of rows that a person waits for; patient ones may wait. A process serves only a few patient
// ones at a time: after a restart with dozens of watches, an armed reset must not queue behind them.
var (
	urgent  = []Kind{DueInbox, DueRequest, DueSchedule, DueCard}
	patient = []Kind{DueWatch}
)

const maxPatient = 8

// Run reconciles until ctx is done, and returns after all that it started has stopped and its results were shown.
func (s *Service) Run(ctx context.Context) error {
	var wg guard.Group
	var under atomic.Int32
	wg.Go(func() {
		if err := guard.Do(func() error { return s.identify(ctx) }); err != nil {
			s.Log.Error("find out which kafka each name leads to", "err", err)
		}
	})
	wg.Go(func() { s.keepNames(ctx) })
	if err := s.endAllUnconfigured(ctx); err != nil && ctx.Err() == nil {
		// each ends when it is looked at, then
		s.Log.Error("end what is of clusters that are no longer configured", "err", err)
	}
	for {
		claim := s.claimAll
		if under.Load() >= maxBatches { // people must not queue behind thousands of runs that are due at once
			claim = func(ctx context.Context) ([]Due, error) { return s.claim(ctx, claimLimit, DueInbox) }
		}
		dues, err := claim(ctx)
		switch {
		case err == nil:
			s.lastRound.Store(s.Now().UnixMicro())
			s.members.forget(s.Now().Add(-longestStreak))
		case ctx.Err() == nil:
			s.Log.Error("claim what is due", "err", err)
		}
		if len(dues) > 0 {
			under.Add(1)
			wg.Go(func() {
				if err := guard.Do(func() error { s.serveAll(ctx, dues); return nil }); err != nil {
					// the claims end by themselves, and the rows are served again
					s.Log.Error("serve what is due", "err", err)
				}
				under.Add(-1)
				s.Wake()
			})
			continue
		}
		select {
		case <-ctx.Done():
			wg.Wait()
			s.showLastCards(context.WithoutCancel(ctx))
			return nil
		case <-s.wakeChannel():
		case <-time.After(idlePollInterval):
		}
	}
}

// LastRound is when Run last read what is due; zero: not yet. It is old when the loop hangs or the store does not
// answer.
func (s *Service) LastRound() time.Time {
	if us := s.lastRound.Load(); us != 0 {
		return time.UnixMicro(us)
	}
	return time.Time{}
}

// showLastCards shows the cards that came due while what was under way was finished: the next process may start much
// later, and a card that says "writing" until then is not true.
func (s *Service) showLastCards(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lastCardsWithin)
	defer cancel()
	dues, err := s.claim(ctx, claimLimit, DueCard)
	if err != nil {
		s.Log.Error("claim the last cards", "err", err)
	}
	s.serveAll(ctx, dues)
}

// Reconcile does one round and returns how many rows it served. Tests call it with their own time.
func (s *Service) Reconcile(ctx context.Context) (int, error) {
	dues, err := s.claimAll(ctx)
	if err != nil {
		return 0, fmt.Errorf("claim what is due: %w", err)
	}
	s.serveAll(ctx, dues)
	return len(dues), nil
}

// Wake makes Run check at once.
func (s *Service) Wake() {
	select {
	case s.wakeChannel() <- struct{}{}:
	default:
	}
}

func (s *Service) wakeChannel() chan struct{} {
	s.wakeOnce.Do(func() { s.wake = make(chan struct{}, 1) })
	return s.wake
}

func (s *Service) claim(ctx context.Context, limit int, kinds ...Kind) ([]Due, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return s.Store.Claim(ctx, Claim{Owner: s.Owner, Now: s.Now(), Lease: s.Times.Lease, Limit: limit, Kinds: kinds})
}

// claimAll claims what is urgent, and as many patient rows as may be served at a time.
func (s *Service) claimAll(ctx context.Context) ([]Due, error) {
	if err := s.makeAllDue(ctx); err != nil {
		return nil, err
	}
	dues, err := s.claim(ctx, claimLimit, urgent...)
	room := maxPatient - int(s.watching.Load())
	if err != nil || room <= 0 {
		return dues, err
	}
	more, err := s.claim(ctx, room, patient...)
	s.watching.Add(int32(len(more)))
	return append(dues, more...), err
}

// maxClockSetBack is how far the clock may go back without a correction: rows then wait so much longer.
const maxClockSetBack = time.Second

// makeAllDue makes everything due after the clock was set back: each row has a time by the old clock, and would wait
// for as long as that was ahead.
func (s *Service) makeAllDue(ctx context.Context) error {
	now := s.Now()
	back := time.Duration(s.claimed.Load()-now.UnixMicro()) * time.Microsecond
	if back > maxClockSetBack {
		n, err := s.Store.Recall(ctx, now)
		if err != nil {
			return err
		}
		s.Log.Warn("the clock was set back; all that waits is looked at again", "by", back, "rows", n)
	}
	s.claimed.Store(now.UnixMicro())
	return nil
}

// serveAll does a step of everything claimed, in parallel. Armed requests of one cluster share one check of their
// groups.
func (s *Service) serveAll(ctx context.Context, dues []Due) {
	requests, looks := make([]*reset.Request, len(dues)), make([]bool, len(dues))
	groups := map[string][]string{}
	for i, d := range dues {
		if d.Kind != DueRequest {
			continue
		}
		r, err := s.Store.Load(ctx, d.ID)
		if err != nil {
			if ctx.Err() == nil { // the shutdown ended it: its claim is released below
				s.Log.Error("load what is due", "request", d.ID, "err", err)
			}
			continue
		}
		requests[i] = &r
		if in, ok := r.Intent(); ok && (s.checksNow(r) || s.isFreshDraft(r)) {
			groups[in.Cluster], looks[i] = append(groups[in.Cluster], in.Group), true
		}
	}
	checks := s.prepareChecks(ctx, groups)
	var wg guard.Group
	for i, d := range dues {
		look := func() groupChecks { return groupChecks{} }
		if looks[i] {
			in, _ := requests[i].Intent()
			look = checks[in.Cluster]
		}
		wg.Go(func() { s.serveOne(ctx, d, requests[i], look) })
	}
	wg.Wait()
}

// serveOne does one step and releases the claim. A panic in one step is that step's error.
func (s *Service) serveOne(ctx context.Context, d Due, r *reset.Request, look groupCheck) {
	if slices.Contains(patient, d.Kind) {
		defer s.watching.Add(-1)
	}
	// Only a clock that jumps, or a process that was stopped, finds its own row again: a card must not be posted twice.
	row := [2]string{string(d.Kind), d.ID}
	if _, here := s.serving.LoadOrStore(row, true); here {
		_ = s.Store.Release(ctx, d, s.Now().Add(afterError)) // if that fails, the lease ends
		return
	}
	defer s.serving.Delete(row)
	done := s.renewClaim(ctx, d, s.leaseOf(d, r))
	next, err := s.step(ctx, &d, r, look)
	done()
	var (
		later *reset.Later
		again *Again
	)
	switch {
	case errors.As(err, &later):
		next = later.At
	case errors.As(err, &again):
		next = again.At
	case errors.Is(err, reset.ErrConflict):
		next = s.Now() // another change was first: do it again
	case d.Kind == DueCard && ctx.Err() != nil:
		next = s.Now() // ended by the shutdown: showLastCards serves it
	case err != nil:
		next = s.retryLater(ctx, d, row, err)
	default:
		s.failing.Delete(row)
	}
	err = s.Store.Release(context.WithoutCancel(ctx), d, next)
	switch {
	case errors.Is(err, reset.ErrConflict):
		s.Log.Debug("a claim was taken over", "kind", string(d.Kind), "request", d.ID)
	case err != nil:
		s.Log.Error("release a claim", "kind", string(d.Kind), "request", d.ID, "err", err)
	}
	// a step makes other rows due: a plan its card, a decision its request. They should not wait for the next poll
	s.Wake()
}

// Again is the error of a step that has to wait for another system: it is repeated at that time, and is no failure.
type Again struct{ At time.Time }

func (a *Again) Error() string { return "again at " + a.At.Format(time.RFC3339) }

// maxRenewals bounds how often a claim is renewed: a step that hangs must lose it.
const maxRenewals = 30

// renewClaim renews a claim while its step runs, so that a slow answer is not taken for a dead process, and a dead or
// stopped process still loses its claim within one lease.
func (s *Service) renewClaim(ctx context.Context, d Due, lease time.Duration) (done func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stopped := make(chan struct{})
	renew := func() error {
		tick := time.NewTicker(s.Times.Lease / 3)
		defer tick.Stop()
		for range maxRenewals {
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
			if err := s.Store.Renew(ctx, d, s.Now().Add(lease)); err != nil {
				return nil // the claim is lost, or the store has failed: the fence decides
			}
		}
		return nil
	}
	go func() {
		defer close(stopped)
		if err := guard.Do(renew); err != nil {
			s.Log.Error("hold a claim", "kind", string(d.Kind), "request", d.ID, "err", err)
		}
	}()
	return func() { cancel(); <-stopped }
}

func (s *Service) step(ctx context.Context, d *Due, r *reset.Request, look groupCheck) (next time.Time, err error) {
	err = guard.Do(func() error {
		next, err = s.stepOf(ctx, d, r, look)
		return err
	})
	return next, err
}

func (s *Service) stepOf(ctx context.Context, d *Due, r *reset.Request, look groupCheck) (time.Time, error) {
	switch d.Kind {
	case DueInbox:
		return s.receive(ctx, *d)
	case DueCard:
		return s.show(ctx, *d)
	case DueWatch:
		return s.checkWatch(ctx, *d)
	case DueSchedule:
		return s.processSchedule(ctx, *d)
	case DueRequest: // is below
	}
	if r == nil {
		return time.Time{}, fmt.Errorf("request %s could not be loaded", d.ID)
	}
	return s.stepRequest(ctx, d, *r, look)
}

// stepRequest does the one step that a request's state asks for. The results of its checks are stored in the note of
// its due row.
func (s *Service) stepRequest(ctx context.Context, d *Due, r reset.Request, look groupCheck) (time.Time, error) {
	names, err := s.names(ctx)
	if err != nil {
		return time.Time{}, err
	}
	_, ok := r.Intent()
	switch p := s.unusable(r, names); {
	// planning reports it itself
	case p != nil && slices.Contains(reset.Transitions[r.State], reset.Cancelled) &&
		(r.State != reset.Planning || r.Question != ""):
		return time.Time{}, s.endUnconfigured(ctx, d, r, p)
	case savesSchedule(r.Act):
		return s.processSaveSchedule(ctx, *d, r)
	case !ok:
		return s.processFreeze(ctx, *d, r)
	}
	if r.State != reset.Approved && r.State != reset.Draft {
		// what was seen before a plan, or before an attempt to write, proves nothing after it
		d.Note.Streak = IdleStreak{}
	}
	switch r.State {
	case reset.Planning:
		return s.plan(ctx, *d, r)
	case reset.Pending:
		return s.pending(ctx, d, r)
	case reset.Draft:
		if s.isPastDeadline(r) {
			return s.expire(ctx, *d, r.ID, nil)
		}
		if s.isFreshDraft(r) {
			return s.checkDraftIdle(d, r, look()), nil
		}
		return r.Deadline, nil
	case reset.Approved:
		return s.checkIdle(ctx, d, r, look())
	case reset.Applying:
		return s.resumeAttempt(ctx, *d, r)
	// ended: nothing is left to do
	case reset.Applied, reset.Failed, reset.Refused, reset.Rejected, reset.Cancelled, reset.Expired:
	}
	return time.Time{}, nil
}

// receive lets the chat decide on a recorded envelope, once.
func (s *Service) receive(ctx context.Context, d Due) (time.Time, error) {
	in, err := s.Store.Envelope(ctx, d.ID)
	if err != nil {
		return time.Time{}, err
	}
	if err := s.Chat.Receive(ctx, in); err != nil {
		return time.Time{}, fmt.Errorf("decide envelope %s: %w", in.ID, err)
	}
	return time.Time{}, s.Store.Decided(ctx, in.ID, s.Now())
}

// show lets the chat show a request as it is now.
func (s *Service) show(ctx context.Context, d Due) (time.Time, error) {
	story, err := s.Story(ctx, d.ID)
	if err != nil {
		return time.Time{}, err
	}
	return s.Chat.Show(ctx, story)
}
