package engine

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Approve is the requester's word on a draft ("apply", "ask for approval") and everybody else's on a pending request.
// Without a revision nothing is decided: the plan is shown.
func (s *Service) Approve(ctx context.Context, d Decision) (reset.Reply, error) {
	r, again, err := s.loadOnce(ctx, d)
	if err != nil || again.Did != "" {
		return again, err
	}
	if d.Ref.Revision == 0 {
		return reset.Reply{Did: reset.DidPlan, Request: r}, nil
	}
	if err := checkRevision(r, d.Ref); err != nil {
		return reset.Reply{}, err
	}
	if err := s.checkShownLongEnough(ctx, r, d); err != nil {
		return reset.Reply{}, err
	}
	switch r.State {
	case reset.Draft:
		return s.submit(ctx, d, r)
	case reset.Pending:
		return s.vote(ctx, d, r)
	// not open for a decision
	case reset.Planning, reset.Approved, reset.Applying, reset.Applied, reset.Failed, reset.Refused, reset.Rejected,
		reset.Cancelled, reset.Expired:
	}
	if v, ok, err := s.findVote(ctx, r, d.Actor); ok || err != nil {
		return reset.Reply{Did: reset.DidAlready, Request: r, At: v.At, By: d.Actor}, err
	}
	return reset.Reply{}, tooLate(r)
}

// effectOf is what a request would do now: what a person's right to agree to it is asked for.
func effectOf(r reset.Request) *reset.Effect {
	e := r.Actual()
	return &e
}

// submit takes a draft to its approvers, or arms it when it needs none.
func (s *Service) submit(ctx context.Context, d Decision, r reset.Request) (reset.Reply, error) {
	if d.Actor != r.Actor {
		return reset.Reply{}, &reset.Problem{Code: reset.ProblemNotYours, Request: r.ID, State: r.State}
	}
	// live: the plan may be half an hour old
	ruling, err := s.ruleOn(ctx, d, &r, askVerb(&r), effectOf(r))
	if err != nil {
		return reset.Reply{}, err
	}
	reply := reset.Reply{Did: reset.DidSubmit}
	err = s.decide(ctx, d, &reply, d.Ref, func(tx *Tx) error {
		if tx.Request.State != reset.Draft {
			return tooLate(*tx.Request)
		}
		tx.Request.Asked = true
		s.judgedBy(tx, ruling)
		if in, _ := tx.Request.Intent(); in.Emergency != "" {
			s.markEmergency(tx, d.Actor, ruling.Principal, in.Emergency)
		}
		if tx.Request.Need == 0 {
			reply.Did = reset.DidArm
			return s.arm(tx, d.Actor)
		}
		tx.Log(s.entry(tx.Request, d.Actor, reset.EvSubmitted, "need", strconv.Itoa(tx.Request.Need)))
		tx.Request.Deadline = s.Now().Add(s.Times.Approval)
		return tx.Request.Advance(reset.Pending)
	})
	return reply, err
}

// vote counts an approval in the transaction that it may complete.
func (s *Service) vote(ctx context.Context, d Decision, r reset.Request) (reset.Reply, error) {
	if v, ok, err := s.standingVote(ctx, r, d.Actor); ok || err != nil {
		return reset.Reply{Did: reset.DidAlready, Request: r, At: v.At, By: d.Actor}, err
	}
	ruling, err := s.ruleOn(ctx, d, &r, reset.VerbApprove, effectOf(r))
	if err != nil {
		return reset.Reply{}, err
	}
	mine := reset.Vote{Request: r.ID, Revision: r.Revision, Digest: r.Digest, Actor: d.Actor, Rule: ruling.Rule,
		Principal: ruling.Principal, At: s.Now()}
	a, err := s.judgeVotes(ctx, r, mine)
	if err != nil {
		return reset.Reply{}, err
	}
	if a.dropped(d.Actor) == reset.DeniedTwice {
		return reset.Reply{Did: reset.DidAlready, Request: r, By: d.Actor}, nil
	}
	reply := reset.Reply{Did: reset.DidVote}
	err = s.decide(ctx, d, &reply, d.Ref, func(tx *Tx) error {
		if err := s.settleVotes(tx, a); err != nil {
			return err
		}
		if i := slices.IndexFunc(tx.Votes, func(v reset.Vote) bool { return v.Actor == d.Actor }); i >= 0 {
			reply.Did, reply.At, reply.By = reset.DidAlready, tx.Votes[i].At, d.Actor
			return nil
		}
		if tx.Request.State != reset.Pending {
			return tooLate(*tx.Request)
		}
		tx.AddVote(mine)
		reply.Votes = len(tx.Votes)
		tx.Log(s.entry(tx.Request, d.Actor, reset.EvVoted, "votes", strconv.Itoa(reply.Votes), "need",
			strconv.Itoa(tx.Request.Need)))
		if reply.Votes < tx.Request.Need {
			return nil
		}
		reply.Did = reset.DidArm
		return s.arm(tx, d.Actor)
	})
	return reply, err
}

// arm enters approved: from here on Reconcile looks until the group is idle.
func (s *Service) arm(tx *Tx, by reset.Actor) error {
	r, now := tx.Request, s.Now()
	in, _ := r.Intent()
	wait := r.Ruling.Wait
	if in.Wait > 0 {
		wait = in.Wait
	}
	from := now
	if r.NotBefore.After(now) {
		from = r.NotBefore
	}
	r.DecidedAt, r.Deadline, r.Problem = now, from.Add(wait), nil
	tx.Log(s.entry(r, by, reset.EvApproved, "replay", strconv.FormatInt(r.Actual().Replay, 10), "skip",
		strconv.FormatInt(r.Actual().Skip, 10)))
	return r.Advance(reset.Approved)
}

// Reject ends a pending request.
func (s *Service) Reject(ctx context.Context, d Decision) (reset.Reply, error) {
	return s.endByDecision(ctx, d, reset.VerbReject, reset.Reply{Did: reset.DidReject}, reset.Rejected,
		reset.EvRejected)
}

// Cancel withdraws a request that has not begun to be written.
func (s *Service) Cancel(ctx context.Context, d Decision) (reset.Reply, error) {
	return s.endByDecision(ctx, d, reset.VerbCancel, reset.Reply{Did: reset.DidCancel}, reset.Cancelled,
		reset.EvCancelled)
}

// endByDecision closes a request by a person's word. A revision that has passed does not matter: no is no.
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
		return tx.Request.Advance(to)
	})
	return reply, err
}

// Choose takes one of the other readings that the plan or the question offered. The first option is 1.
func (s *Service) Choose(ctx context.Context, d Decision, option int) (reset.Reply, error) {
	r, again, err := s.loadOnce(ctx, d)
	if err != nil || again.Did != "" {
		return again, err
	}
	if d.Actor != r.Actor {
		return reset.Reply{}, &reset.Problem{Code: reset.ProblemNotYours, Request: r.ID, State: r.State}
	}
	reply := reset.Reply{Did: reset.DidChoose}
	err = s.decide(ctx, d, &reply, d.Ref, func(tx *Tx) error {
		r := tx.Request
		if r.State != reset.Draft && r.State != reset.Planning {
			return tooLate(*r)
		}
		if option < 1 || option > len(r.Options) {
			return &reset.Problem{Code: reset.ProblemNoOption, Request: r.ID, Count: int64(option),
				Other: int64(len(r.Options))}
		}
		chosen := r.Options[option-1]
		tx.Log(s.entry(r, d.Actor, reset.EvChosen, "option", chosen.Label))
		r.Act, r.Options, r.Question, r.Problem, r.Topics = withOption(r.Act, chosen), nil, "", nil, nil
		if r.State == reset.Planning {
			return nil
		}
		return r.Advance(reset.Planning)
	})
	return reply, err
}

// Retry looks again now at what waits for Kafka; a reset that failed with nothing changed, or was overwritten, is
// asked for anew.
func (s *Service) Retry(ctx context.Context, d Decision) (reset.Reply, error) {
	r, again, err := s.loadOnce(ctx, d)
	if err != nil || again.Did != "" {
		return again, err
	}
	if err := s.checkAllowed(ctx, d, &r, reset.VerbRetry, nil); err != nil {
		return reset.Reply{}, err
	}
	in, move := r.Intent()
	if r.Run != nil {
		in.Wait, in.NoWait = 0, false // how long a run waits is its schedule's word, and not that of who asks again
	}
	switch {
	case !move:
		return reset.Reply{}, tooLate(r)
	case r.State == reset.Failed && !r.Outcome.Blocks() && r.Outcome != reset.AppliedLate,
		r.State == reset.Expired && r.Digest != "":
		made, err := s.create(ctx, reset.Request{Origin: d.Origin, Actor: d.Actor, Place: d.Place,
			Act: reset.Move{Intent: in}, Undoes: r.Undoes})
		return reset.Reply{Did: reset.DidRetry, Request: made}, err
	// an undo is not one any more: what it took back counts as taken back
	case r.State == reset.Applied && r.Watch.Overwrote():
		made, err := s.create(ctx, reset.Request{Origin: d.Origin, Actor: d.Actor, Place: d.Place,
			Act: reset.Move{Intent: in}})
		return reset.Reply{Did: reset.DidRetry, Request: made}, err
	case r.State == reset.Planning || r.State == reset.Approved:
		reply := reset.Reply{Did: reset.DidRetry}
		err := s.decide(ctx, d, &reply, reset.Ref{ID: r.ID},
			func(tx *Tx) error { tx.Request.Retries = 0; tx.RecheckAt(s.Now()); return nil })
		return reply, err
	}
	return reset.Reply{}, tooLate(r)
}

// Settle accepts a mixed or unclear outcome as it is, so that the group may be reset again.
func (s *Service) Settle(ctx context.Context, d Decision) (reset.Reply, error) {
	r, again, err := s.loadOnce(ctx, d)
	if err != nil || again.Did != "" {
		return again, err
	}
	if !r.Outcome.Blocks() || r.Settled != nil {
		return reset.Reply{}, tooLate(r)
	}
	if d.Why == "" {
		return reset.Reply{}, &reset.Problem{Code: reset.ProblemAmbiguous, Want: "why", Request: r.ID}
	}
	if err := s.checkAllowed(ctx, d, &r, reset.VerbSettle, nil); err != nil {
		return reset.Reply{}, err
	}
	reply := reset.Reply{Did: reset.DidSettle}
	err = s.decide(ctx, d, &reply, reset.Ref{ID: r.ID}, func(tx *Tx) error {
		if tx.Request.Settled != nil {
			return tooLate(*tx.Request)
		}
		tx.Request.Settled = &reset.Settlement{By: d.Actor, Why: d.Why, At: s.Now()}
		tx.Log(s.entry(tx.Request, d.Actor, reset.EvSettled, "why", d.Why))
		return nil
	})
	return reply, err
}

// loadOnce loads the request that a decision is about. When it is the decision that was heard last, the reply says
// what it did.
func (s *Service) loadOnce(ctx context.Context, d Decision) (reset.Request, reset.Reply, error) {
	r, err := s.load(ctx, d.Ref)
	if err == nil && d.Origin != "" && r.LastDecision.Origin == d.Origin {
		return r, reset.Reply{Did: r.LastDecision.Did, Request: r}, nil
	}
	return r, reset.Reply{}, err
}

// decide runs a decision in its transaction, after checking again that it speaks of the current revision.
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
		if afterDeadline(*tx.Request, d.At, reply.Did) {
			in, _ := tx.Request.Intent()
			return &reset.Problem{Code: reset.ProblemTooLate, Request: ref.ID, State: reset.Expired,
				Cluster: in.Cluster, Group: in.Group}
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

// afterDeadline reports whether a decision was received when the request's time was up, though nothing has said so
// yet. An act that was received in time counts however late it is decided. Ending a request is never too late.
func afterDeadline(r reset.Request, at time.Time, did reset.Did) bool {
	if r.Deadline.IsZero() || at.Before(r.Deadline) || did == reset.DidCancel || did == reset.DidReject {
		return false
	}
	return r.State == reset.Planning || r.State == reset.Draft || r.State == reset.Pending
}

// checkRevision refuses a decision about a revision that is no more.
func checkRevision(r reset.Request, ref reset.Ref) error {
	if ref.Revision == 0 || ref.Revision == r.Revision {
		return nil
	}
	return staleRevision(r, ref)
}

func staleRevision(r reset.Request, ref reset.Ref) error {
	now := r.Actual()
	return &reset.Problem{Code: reset.ProblemStale, Request: r.ID, State: r.State, Want: strconv.Itoa(r.Revision),
		Got: strconv.Itoa(ref.Revision), Count: now.Replay, Other: now.Skip, Unplaced: r.Unplaced(),
		Ruling: &reset.Ruling{Need: r.Need, Who: r.Ruling.Approvers}}
}

func tooLate(r reset.Request) error {
	in, _ := r.Intent()
	return &reset.Problem{Code: reset.ProblemTooLate, Request: r.ID, State: r.State, Cluster: in.Cluster,
		Group: in.Group, Got: string(r.Outcome)}
}

// askVerb is what a requester needs the right for.
func askVerb(r *reset.Request) reset.Verb {
	in, _ := r.Intent()
	switch {
	case savesSchedule(r.Act):
		return reset.VerbSchedule
	case in.Emergency != "":
		return reset.VerbEmergency
	case r.Undoes != "":
		return reset.VerbUndo
	}
	return reset.VerbRequest
}
