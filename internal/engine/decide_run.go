package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// scheduleDecision is a verb about a schedule or a run of one: the right that it needs, and what it does.
type scheduleDecision struct {
	right  reset.Verb
	decide func(*Service, context.Context, Decision) (reset.Reply, error)
	holds  bool // while it is recorded and not decided, no run of its schedule is written
}

// scheduleDecisions are those verbs. What they are about may be named as a request or as a schedule. The other verbs
// have rows in decisions; TestEveryVerbIsKnownOnce says that none is forgotten.
//
//exhaustive:ignore
var scheduleDecisions = map[DecisionVerb]scheduleDecision{
	DoPause:    {reset.VerbCancel, (*Service).Pause, true},
	DoResume:   {reset.VerbSchedule, (*Service).Resume, false},
	DoRemove:   {reset.VerbCancel, (*Service).Remove, true},
	DoRunNow:   {reset.VerbSchedule, (*Service).RunNow, false},
	DoSkipNext: {reset.VerbCancel, (*Service).SkipNext, true},
	DoDelay:    {reset.VerbCancel, (*Service).Delay, true},
}

// decideSchedule is Decide for them: the right first, here too. Of a name that is none, the verb says so.
func (s *Service) decideSchedule(ctx context.Context, d Decision, row scheduleDecision) (reset.Reply, error) {
	r, err := s.Store.Load(ctx, d.Ref.ID)
	if errors.Is(err, reset.ErrNotFound) {
		var sc reset.Schedule
		if sc, err = s.schedule(ctx, d.Ref.ID); errors.Is(err, reset.ErrNotFound) {
			return row.decide(s, ctx, d)
		}
		if err == nil {
			r, err = s.Store.Load(ctx, sc.Request)
		}
	}
	if err != nil {
		return reset.Reply{}, err
	}
	if _, _, err := s.right(ctx, d, &r, decision{right: needs(row.right)}); err != nil {
		return reset.Reply{}, calledAs(err, d.Ref.ID)
	}
	return row.decide(s, ctx, d)
}

// calledAs keeps to the name by which a schedule was asked for: the id of its request is not told to who may not look.
func calledAs(err error, name string) error {
	var p *reset.Problem
	if errors.As(err, &p) && p.Code == reset.ProblemDenied && p.Verb == reset.VerbView {
		p.Request = name
	}
	return err
}

// endByDecision ends a request by a person's decision. It counts for an old revision too.
func (s *Service) endByDecision(
	ctx context.Context, d Decision, verb reset.Verb, reply reset.Reply, to reset.State, ev reset.Event,
) (reset.Reply, error) {
	r, again, err := s.loadOnce(ctx, d)
	if err != nil || again.Did != "" {
		return again, err
	}
	if !slices.Contains(reset.Transitions[r.State], to) {
		return reset.Reply{}, tooLate(r)
	}
	if err := s.checkAllowed(ctx, d, &r, verb, nil); err != nil {
		return reset.Reply{}, err
	}
	err = s.decide(ctx, d, &reply, reset.Ref{ID: r.ID}, func(tx *Tx) error {
		if !slices.Contains(reset.Transitions[tx.Request.State], to) {
			return tooLate(*tx.Request)
		}
		tx.Log(s.entry(tx.Request, d.Actor, ev, "why", d.Why))
		tx.Request.EndedAt, tx.Request.Deadline = s.Now(), time.Time{}
		if run := tx.Request.Run; reply.Did == reset.DidSkip && run != nil && !run.Extra && tx.Schedule != nil {
			s.skipped(tx.Schedule, run.At)
		}
		return tx.Request.Advance(to)
	})
	return reply, err
}

// loadOnce loads the request that a decision is about. For the last decision the reply says what it did.
func (s *Service) loadOnce(ctx context.Context, d Decision) (reset.Request, reset.Reply, error) {
	r, err := s.load(ctx, d.Ref)
	if err == nil && d.Origin != "" && r.LastDecision.Origin == d.Origin {
		return r, reset.Reply{Did: r.LastDecision.Did, Request: r}, nil
	}
	return r, reset.Reply{}, err
}

// decide runs a decision in its transaction, after checking again that it is about the current revision.
func (s *Service) decide(
	ctx context.Context, d Decision, reply *reset.Reply, ref reset.Ref, change func(*Tx) error,
) error {
	err := s.Store.Update(ctx, ref.ID, nil, func(tx *Tx) error {
		if d.Origin != "" && tx.Request.LastDecision.Origin == d.Origin {
			*reply = reset.Reply{Did: tx.Request.LastDecision.Did, Request: *tx.Request}
			return nil
		}
		if err := checkRevision(*tx.Request, ref); err != nil {
			return err
		}
		if reply.Did != reset.DidCancel && afterDeadline(*tx.Request, d.At) {
			in, _ := tx.Request.Intent()
			return reset.TooLateProblem(ref.ID, reset.Expired, "").On(in.Cluster, in.Group)
		}
		if err := change(tx); err != nil {
			return err
		}
		if reply.Did != reset.DidAlready && reply.Did != reset.DidRetry {
			tx.Request.LastDecision = reset.LastDecision{Origin: d.Origin, Did: reply.Did}
		}
		reply.Request = *tx.Request
		return nil
	})
	if err == nil {
		s.Wake()
	}
	return err
}

// checkAllowed asks the policy whether a person may make a decision on a request. A refusal is recorded and is a
// Problem.
func (s *Service) checkAllowed(
	ctx context.Context, d Decision, r *reset.Request, verb reset.Verb, _ *reset.Effect,
) error {
	_, _, err := s.right(ctx, d, r, decision{right: needs(verb)})
	return err
}
