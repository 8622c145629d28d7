package engine

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// startApply enters applying, if the gate lets it, and then writes.
func (s *Service) startApply(ctx context.Context, due *Due, r reset.Request, snap reset.Snapshot) (time.Time, error) {
	f, err := s.readFacts(ctx, r, snap)
	if err != nil {
		return time.Time{}, err
	}
	attempt, writes := s.attempt(r, *due, f.recheck)
	err = s.Store.Update(ctx, r.ID, due, func(tx *Tx) error {
		f.now = s.Now()
		if v := gate(f, tx); v.then != write {
			return objection{v}
		}
		return s.enterApplying(tx, f, attempt, writes)
	})
	var no objection
	switch {
	case errors.As(err, &no):
		return s.obey(ctx, *due, f, no.verdict)
	case err != nil:
		return time.Time{}, err
	}
	due.Note.Streak = IdleStreak{} // what is tried again after this attempt settles again
	return s.write(ctx, *due, r, attempt, writes)
}

// objection is a verdict of the gate that rolls back the transaction which would have entered applying.
type objection struct{ verdict }

func (o objection) Error() string { return "not written: " + o.check }

// obey handles the verdict on a request that the gate stops.
func (s *Service) obey(ctx context.Context, due Due, f facts, v verdict) (time.Time, error) {
	r := f.seen
	switch v.then {
	case askKafka:
		return s.waitForKafka(ctx, due, r, v.problem)
	case wait:
		return s.waitBehind(ctx, due, r, v.problem)
	case planAgain:
		return s.Now(), s.void(ctx, due, r, v.problem)
	case end:
		return time.Time{}, s.endUnconfigured(ctx, &due, r, v.problem)
	case endRun:
		return time.Time{}, s.endRun(ctx, due, r, v.problem)
	case pauseSchedule:
		return s.Now(), s.pauseDoubted(ctx, due, r, *v.problem.Ruling)
	case askApproval:
		return s.Now(), s.reopen(ctx, due, r, f.authority, f.judged())
	case lookAgain, write: // its state is read again at once
	}
	return s.Now(), nil
}

// readFacts reads what the gate checks and what is too slow for a transaction.
func (s *Service) readFacts(ctx context.Context, r reset.Request, snap reset.Snapshot) (facts, error) {
	planned, err := s.Store.Steps(ctx, r.ID, r.Revision, 0, 0)
	if err != nil {
		return facts{}, err
	}
	f := facts{infos: s.Infos, seen: r, group: snap.Group, recheck: reset.Recheck(r, planned, snap, s.Now())}
	if f.recheck.Wait == nil && f.recheck.Void == nil { // otherwise there is no effect to ask about
		f.authority, err = s.rulesInForce(ctx, r, f.recheck, snap.Group, false)
	}
	return f, err
}

// attempt is the attempt to make: the previous offsets, the offsets to write, cut into chunks.
func (s *Service) attempt(r reset.Request, due Due, rc reset.Rechecked) (reset.Attempt, []reset.Write) {
	in, _ := r.Intent()
	writes := make([]reset.Write, len(rc.Steps))
	for i, st := range rc.Steps {
		writes[i] = reset.Write{Step: st}
	}
	a := reset.Attempt{Request: r.ID, N: r.Attempt + 1, Fence: due.Fence, Revision: r.Revision, StartedAt: s.Now(),
		Effect: rc.Effect, Gone: rc.Gone, ExtraParts: rc.Extra}
	a.Chunks = reset.Chunks(in.Group, writes, 0, false)
	return a, writes
}

// enterApplying stores the attempt, before anything is sent.
func (s *Service) enterApplying(tx *Tx, f facts, a reset.Attempt, writes []reset.Write) error {
	if err := s.makeRoom(tx, reset.Approved, reset.Draft); err != nil {
		return err
	}
	r := tx.Request
	r.Attempt, r.Problem, r.Retries, r.Observation = a.N, nil, 0, f.seen.Observation
	// the rule that it is written by is the one that is shown
	if err := s.settle(tx, f.authority, f.judged()); err != nil {
		return err
	}
	r.Drift = &reset.Drift{At: s.Now(), Effect: a.Effect}
	tx.Begin(a, writes)
	tx.Log(s.entry(r, reset.Actor{}, reset.EvApplying, "attempt", strconv.Itoa(a.N), "partitions",
		strconv.Itoa(len(writes)), "replay", strconv.FormatInt(a.Effect.Replay, 10), "skip",
		strconv.FormatInt(a.Effect.Skip, 10)))
	return r.Advance(reset.Applying)
}

// makeRoom plans again what others in these states had approved, or were about to ask for: it was for offsets that this
// reset moves. Its own undo is none of them: it is settled once that has written something, see undoneRequest.
func (s *Service) makeRoom(tx *Tx, states ...reset.State) error {
	in, _ := tx.Request.Intent()
	for _, o := range rivals(s.Now(), tx) {
		if !slices.Contains(states, o.State) {
			continue
		}
		o.Problem = reset.VoidedProblem(reset.VoidRival).On(in.Cluster, in.Group).For(tx.Request.ID)
		before := o.Effect
		o.Before = &before
		if err := o.Advance(reset.Planning); err != nil {
			return err
		}
		tx.Log(s.entry(&o, reset.Actor{}, reset.EvVoided, "why", "rival", "by", tx.Request.ID))
		tx.AlsoSave(o)
	}
	return nil
}

// rulesInForce asks what the rules as they are now say of what was agreed to, with the memberships as they were
// recorded: a change of shift must not cancel an armed reset. Preview: nothing is written on the answer.
func (s *Service) rulesInForce(
	ctx context.Context, r reset.Request, rc reset.Rechecked, g reset.GroupState, preview bool,
) (authority, error) {
	var a authority
	var err error
	if a.votes, a.mandate, err = s.countedVotes(ctx, r, rc.Effect); err != nil {
		return a, err
	}
	if s.Now().Before(r.SoloUntil) {
		if a.solo, err = s.isUntouched(ctx, r, rc.Steps, g); err != nil {
			return a, err
		}
	}
	return s.authorityOver(ctx, r, rc.Effect, a, preview)
}
