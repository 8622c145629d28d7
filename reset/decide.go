package reset

import (
	"context"
	"slices"
	"strconv"
	"time"
)

// Approve is the requester's word on a draft ("apply", "ask for approval") and everybody else's on a pending request.
// Without a revision nothing is decided: the plan is shown.
func (s *Service) Approve(ctx context.Context, d Decision) (Reply, error) {
	r, again, err := s.hear(ctx, d)
	if err != nil || again.Did != "" {
		return again, err
	}
	if d.Ref.Revision == 0 {
		return Reply{Did: DidPlan, Request: r}, nil
	}
	if err := current(r, d.Ref); err != nil {
		return Reply{}, err
	}
	if err := s.justShown(ctx, r, d); err != nil {
		return Reply{}, err
	}
	switch r.State {
	case Draft:
		return s.submit(ctx, d, r)
	case Pending:
		return s.vote(ctx, d, r)
	case Planning, Approved, Applying, Applied, Failed, Refused, Rejected, Cancelled, Expired: // not open for a decision
	}
	if v, ok, err := s.voted(ctx, r, d.Actor); ok || err != nil {
		return Reply{Did: DidAlready, Request: r, At: v.At, By: d.Actor}, err
	}
	return Reply{}, tooLate(r)
}

// effectOf is what a request would do now: what a person's right to agree to it is asked for.
func effectOf(r Request) *Effect {
	e := r.Actual()
	return &e
}

// submit takes a draft to its approvers, or arms it when it needs none.
func (s *Service) submit(ctx context.Context, d Decision, r Request) (Reply, error) {
	if d.Actor != r.Actor {
		return Reply{}, &Problem{Code: ProblemNotYours, Request: r.ID, State: r.State}
	}
	if err := s.allow(ctx, d, &r, askVerb(&r), effectOf(r)); err != nil { // live: the plan may be half an hour old
		return Reply{}, err
	}
	reply := Reply{Did: DidSubmit}
	err := s.decide(ctx, d, &reply, d.Ref, func(tx *Tx) error {
		if tx.Request.State != Draft {
			return tooLate(*tx.Request)
		}
		tx.Request.Asked = true
		if in, _ := tx.Request.Move(); in.Emergency != "" {
			s.alone(tx, d.Actor, in.Emergency)
		}
		if tx.Request.Need == 0 {
			reply.Did = DidArm
			return s.arm(tx, d.Actor)
		}
		tx.Log(s.entry(tx.Request, d.Actor, EvSubmitted, "need", strconv.Itoa(tx.Request.Need)))
		tx.Request.Deadline = s.Now().Add(s.Times.Approval)
		return tx.Request.advance(Pending)
	})
	return reply, err
}

// vote counts an approval in the transaction that it may complete.
func (s *Service) vote(ctx context.Context, d Decision, r Request) (Reply, error) {
	if v, ok, err := s.voted(ctx, r, d.Actor); ok || err != nil {
		return Reply{Did: DidAlready, Request: r, At: v.At, By: d.Actor}, err
	}
	if err := s.allow(ctx, d, &r, VerbApprove, effectOf(r)); err != nil {
		return Reply{}, err
	}
	reply := Reply{Did: DidVote}
	err := s.decide(ctx, d, &reply, d.Ref, func(tx *Tx) error {
		if i := slices.IndexFunc(tx.Votes, func(v Vote) bool { return v.Actor == d.Actor }); i >= 0 {
			reply.Did, reply.At, reply.By = DidAlready, tx.Votes[i].At, d.Actor
			return nil
		}
		if tx.Request.State != Pending {
			return tooLate(*tx.Request)
		}
		tx.AddVote(Vote{Request: r.ID, Revision: tx.Request.Revision, Digest: tx.Request.Digest, Actor: d.Actor, Rule: r.Ruling.Rule, At: s.Now()})
		reply.Votes = len(tx.Votes)
		tx.Log(s.entry(tx.Request, d.Actor, EvVoted, "votes", strconv.Itoa(reply.Votes), "need", strconv.Itoa(tx.Request.Need)))
		if reply.Votes < tx.Request.Need {
			return nil
		}
		reply.Did = DidArm
		return s.arm(tx, d.Actor)
	})
	return reply, err
}

// arm enters approved: from here on Reconcile looks until the group is idle.
func (s *Service) arm(tx *Tx, by Actor) error {
	r, now := tx.Request, s.Now()
	in, _ := r.Move()
	wait := r.Ruling.Wait
	if in.Wait > 0 {
		wait = in.Wait
	}
	from := now
	if r.NotBefore.After(now) {
		from = r.NotBefore
	}
	r.DecidedAt, r.Deadline, r.Problem = now, from.Add(wait), nil
	tx.Log(s.entry(r, by, EvApproved, "replay", strconv.FormatInt(r.Actual().Replay, 10), "skip", strconv.FormatInt(r.Actual().Skip, 10)))
	return r.advance(Approved)
}

// Reject ends a pending request.
func (s *Service) Reject(ctx context.Context, d Decision) (Reply, error) {
	return s.end(ctx, d, VerbReject, Reply{Did: DidReject}, Rejected, EvRejected)
}

// Cancel withdraws a request that has not begun to be written.
func (s *Service) Cancel(ctx context.Context, d Decision) (Reply, error) {
	return s.end(ctx, d, VerbCancel, Reply{Did: DidCancel}, Cancelled, EvCancelled)
}

// end closes a request by a person's word. A revision that has passed does not matter: no is no.
func (s *Service) end(ctx context.Context, d Decision, verb Verb, reply Reply, to State, ev Event) (Reply, error) {
	r, again, err := s.hear(ctx, d)
	if err != nil || again.Did != "" {
		return again, err
	}
	if !slices.Contains(next[r.State], to) {
		return Reply{}, tooLate(r)
	}
	if err := s.allow(ctx, d, &r, verb, nil); err != nil {
		return Reply{}, err
	}
	err = s.decide(ctx, d, &reply, Ref{ID: r.ID}, func(tx *Tx) error {
		if !slices.Contains(next[tx.Request.State], to) {
			return tooLate(*tx.Request)
		}
		tx.Log(s.entry(tx.Request, d.Actor, ev, "why", d.Why))
		tx.Request.EndedAt, tx.Request.Deadline = s.Now(), time.Time{}
		return tx.Request.advance(to)
	})
	return reply, err
}

// Choose takes one of the other readings that the plan or the question offered. The first option is 1.
func (s *Service) Choose(ctx context.Context, d Decision, option int) (Reply, error) {
	r, again, err := s.hear(ctx, d)
	if err != nil || again.Did != "" {
		return again, err
	}
	if d.Actor != r.Actor {
		return Reply{}, &Problem{Code: ProblemNotYours, Request: r.ID, State: r.State}
	}
	reply := Reply{Did: DidChoose}
	err = s.decide(ctx, d, &reply, d.Ref, func(tx *Tx) error {
		r := tx.Request
		if r.State != Draft && r.State != Planning {
			return tooLate(*r)
		}
		if option < 1 || option > len(r.Options) {
			return &Problem{Code: ProblemNoOption, Request: r.ID, Count: int64(option), Other: int64(len(r.Options))}
		}
		chosen := r.Options[option-1]
		tx.Log(s.entry(r, d.Actor, EvChosen, "option", chosen.Label))
		r.Act, r.Options, r.Question, r.Problem, r.Topics = withIntent(r.Act, chosen.Intent), nil, "", nil, nil
		if r.State == Planning {
			return nil
		}
		return r.advance(Planning)
	})
	return reply, err
}

// Retry looks again now at what waits for Kafka; a reset that failed with nothing changed, or was overwritten, is asked for anew.
func (s *Service) Retry(ctx context.Context, d Decision) (Reply, error) {
	r, again, err := s.hear(ctx, d)
	if err != nil || again.Did != "" {
		return again, err
	}
	if err := s.allow(ctx, d, &r, VerbRetry, nil); err != nil {
		return Reply{}, err
	}
	in, move := r.Move()
	if r.Run != nil {
		in.Wait, in.NoWait = 0, false // how long a run waits is its schedule's word, and not that of who asks again
	}
	switch {
	case !move:
		return Reply{}, tooLate(r)
	case r.State == Failed && !r.Outcome.Blocks() && r.Outcome != Late, r.State == Expired && r.Digest != "":
		made, err := s.create(ctx, Request{Origin: d.Origin, Actor: d.Actor, Place: d.Place, Act: Move{in}, Undoes: r.Undoes})
		return Reply{Did: DidRetry, Request: made}, err
	case r.State == Applied && r.Watch.Overwrote(): // an undo is not one any more: what it took back counts as taken back
		made, err := s.create(ctx, Request{Origin: d.Origin, Actor: d.Actor, Place: d.Place, Act: Move{in}})
		return Reply{Did: DidRetry, Request: made}, err
	case r.State == Planning || r.State == Approved:
		reply := Reply{Did: DidRetry}
		err := s.decide(ctx, d, &reply, Ref{ID: r.ID}, func(tx *Tx) error { tx.Request.Retries = 0; tx.LookAt(s.Now()); return nil })
		return reply, err
	}
	return Reply{}, tooLate(r)
}

// Settle accepts a mixed or unclear outcome as it is, so that the group may be reset again.
func (s *Service) Settle(ctx context.Context, d Decision) (Reply, error) {
	r, again, err := s.hear(ctx, d)
	if err != nil || again.Did != "" {
		return again, err
	}
	if !r.Outcome.Blocks() || r.Settled != nil {
		return Reply{}, tooLate(r)
	}
	if d.Why == "" {
		return Reply{}, &Problem{Code: ProblemWhich, Want: "why", Request: r.ID}
	}
	if err := s.allow(ctx, d, &r, VerbSettle, nil); err != nil {
		return Reply{}, err
	}
	reply := Reply{Did: DidSettle}
	err = s.decide(ctx, d, &reply, Ref{ID: r.ID}, func(tx *Tx) error {
		if tx.Request.Settled != nil {
			return tooLate(*tx.Request)
		}
		tx.Request.Settled = &Settlement{By: d.Actor, Why: d.Why, At: s.Now()}
		tx.Log(s.entry(tx.Request, d.Actor, EvSettled, "why", d.Why))
		return nil
	})
	return reply, err
}

// Heard is a decision that changed a request, by its envelope. A process that dies before it has noted that the envelope is
// decided leaves it to the next one, which must neither act on it twice nor say that it comes too late.
type Heard struct {
	Origin string
	Did    Did
}

// hear loads the request that a decision is about. When it is the decision that was heard last, the reply says what it did.
func (s *Service) hear(ctx context.Context, d Decision) (Request, Reply, error) {
	r, err := s.load(ctx, d.Ref)
	if err == nil && d.Origin != "" && r.Heard.Origin == d.Origin {
		return r, Reply{Did: r.Heard.Did, Request: r}, nil
	}
	return r, Reply{}, err
}

// decide runs a decision in its transaction, after checking again that it speaks of the current revision.
func (s *Service) decide(ctx context.Context, d Decision, reply *Reply, ref Ref, change func(*Tx) error) error {
	err := s.Store.Update(ctx, ref.ID, nil, func(tx *Tx) error {
		if d.Origin != "" && tx.Request.Heard.Origin == d.Origin {
			*reply = Reply{Did: tx.Request.Heard.Did, Request: *tx.Request}
			return nil
		}
		if err := current(*tx.Request, ref); err != nil {
			return err
		}
		if afterDeadline(*tx.Request, d.At, reply.Did) {
			in, _ := tx.Request.Move()
			return &Problem{Code: ProblemTooLate, Request: ref.ID, State: Expired, Cluster: in.Cluster, Group: in.Group}
		}
		if err := change(tx); err != nil {
			return err
		}
		if reply.Did != DidAlready && reply.Did != DidRetry {
			tx.Request.Heard = Heard{d.Origin, reply.Did}
		}
		reply.Request = *tx.Request
		return nil
	})
	if err == nil {
		s.Wake()
	}
	return err
}

// afterDeadline reports whether a decision was received when the request's time was up, though nothing has said so yet. An act that was
// received in time counts however late it is decided. Ending a request is never too late.
func afterDeadline(r Request, at time.Time, did Did) bool {
	if r.Deadline.IsZero() || at.Before(r.Deadline) || did == DidCancel || did == DidReject {
		return false
	}
	return r.State == Planning || r.State == Draft || r.State == Pending
}

// current refuses a decision about a revision that is no more.
func current(r Request, ref Ref) error {
	if ref.Revision == 0 || ref.Revision == r.Revision {
		return nil
	}
	return stale(r, ref)
}

func stale(r Request, ref Ref) error {
	now := r.Actual()
	return &Problem{Code: ProblemStale, Request: r.ID, State: r.State, Want: strconv.Itoa(r.Revision), Got: strconv.Itoa(ref.Revision),
		Count: now.Replay, Other: now.Skip, Unplaced: r.Unplaced(), Ruling: &Ruling{Need: r.Need, Who: r.Ruling.Approvers}}
}

func tooLate(r Request) error {
	in, _ := r.Move()
	return &Problem{Code: ProblemTooLate, Request: r.ID, State: r.State, Cluster: in.Cluster, Group: in.Group, Got: string(r.Outcome)}
}

// voted finds a person's vote on the request as it is now.
func (s *Service) voted(ctx context.Context, r Request, a Actor) (Vote, bool, error) {
	votes, err := s.Store.Votes(ctx, r.ID, r.Revision)
	i := slices.IndexFunc(votes, func(v Vote) bool { return v.Actor == a })
	if err != nil || i < 0 {
		return Vote{}, false, err
	}
	return votes[i], true, nil
}

// askVerb is what a requester needs the right for.
func askVerb(r *Request) Verb {
	in, _ := r.Move()
	switch {
	case saves(r.Act):
		return VerbSchedule
	case in.Emergency != "":
		return VerbAlone
	case r.Undoes != "":
		return VerbUndo
	}
	return VerbRequest
}
