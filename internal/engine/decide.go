package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Decision is a person's decision on a request or a schedule. It is a value: Service.Decide is the one way in, and
// the table of verbs.go says what each needs and changes.
type Decision struct {
	Verb   DecisionVerb
	Actor  reset.Actor
	Place  reset.Place
	Ref    reset.Ref
	Option int // of DoChoose, the first is 1; of DoSkipNext the time of the run that is meant, in Unix seconds, or 0
	Why    string
	Origin string    // the envelope's id: the same one is decided once
	At     time.Time // when it was received: deadlines are compared with this, not with the time of the decision
}

// ErrNoVerb is returned for a verb that is not in the table.
var ErrNoVerb = errors.New("no such decision")

// mostTries bounds how often a decision is judged anew because its request moved on meanwhile.
const mostTries = 3

// deciding is a decision on its way through the runner, as its change sees it.
type deciding struct {
	Decision
	rows    []decision
	row     decision
	ruling  reset.Ruling   // on the right
	effect  reset.Effect   // for which the right was asked
	beyond  *reset.Problem // that effect is larger than any approval covers
	shownAt time.Time      // when the current revision was shown
	reply   reset.Reply

	authority authority // of a vote: what the rules say of all votes, with this one

	ask *reset.Request // a new request that the change asks for
}

// Decide applies a person's decision. The order is the same for every verb: the right first, since a person without
// it is told nothing else; then the reason; then, in one transaction, state, deadline, revision, and the change. A
// state that moved into another row meanwhile, or another effect than the right was asked for, is judged from the
// beginning.
func (s *Service) Decide(ctx context.Context, d Decision) (reset.Reply, error) {
	if row, known := scheduleDecisions[d.Verb]; known {
		return s.decideSchedule(ctx, d, row)
	}
	rows, known := decisions[d.Verb]
	if !known {
		return reset.Reply{}, ErrNoVerb
	}
	for range mostTries {
		reply, err := s.decideOnce(ctx, d, rows)
		if !errors.Is(err, reset.ErrConflict) {
			return reply, err
		}
	}
	return reset.Reply{}, reset.ErrConflict
}

func (s *Service) decideOnce(ctx context.Context, d Decision, rows []decision) (reset.Reply, error) {
	r, err := s.load(ctx, d.Ref)
	if err != nil {
		return reset.Reply{}, err
	}
	if d.wasMade(r) {
		return reset.Reply{Did: r.LastDecision.Did, Request: r}, nil
	}
	x := &deciding{Decision: d, rows: rows, row: rowFor(rows, r.State), effect: r.Actual()}
	if x.ruling, x.beyond, err = s.right(ctx, d, &r, x.row); err != nil {
		return reset.Reply{}, err
	}
	if x.row.reason != "" && d.Why == "" {
		return reset.Reply{}, reset.AmbiguousProblem(x.row.reason).For(r.ID)
	}
	if x.shownAt, err = s.shownAt(ctx, r); err != nil {
		return reset.Reply{}, err
	}
	if x.row.votes && x.beyond == nil {
		if x.authority, err = s.judgeVotes(ctx, r, s.voteOf(r, x)); err != nil {
			return reset.Reply{}, err
		}
	}
	err = s.Store.Update(ctx, r.ID, nil, func(tx *Tx) error { return s.judge(tx, x) })
	switch {
	case x.beyond != nil && errors.Is(err, x.beyond):
		if failed := s.denied(ctx, d, r.ID, x.beyond); failed != nil {
			err = failed
		}
		return reset.Reply{}, err
	case err != nil:
		return reset.Reply{}, err
	case x.ask != nil:
		x.ask.Origin, x.ask.Actor, x.ask.Place = d.Origin, d.Actor, d.Place
		x.reply.Request, err = s.create(ctx, *x.ask)
	}
	s.Wake()
	return x.reply, err
}

// wasMade reports whether a request was changed last by this very decision. A process that dies before it has noted
// that the envelope is decided leaves it to the next one, which must neither act on it twice nor say that it comes too
// late.
func (d Decision) wasMade(r reset.Request) bool {
	return d.Origin != "" && r.LastDecision.Origin == d.Origin
}

// judge is the transaction of a decision. The state is tested here and nowhere else.
func (s *Service) judge(tx *Tx, x *deciding) error {
	r := tx.Request
	x.reply = reset.Reply{Request: *r}
	if x.wasMade(*r) {
		x.reply.Did = r.LastDecision.Did
		return nil
	}
	if !slices.Contains(x.row.from, r.State) {
		if slices.Contains(rowFor(x.rows, r.State).from, r.State) {
			return reset.ErrConflict // it moved on to where another right is needed
		}
		return x.tooLate(tx)
	}
	if !x.row.ends && afterDeadline(*r, x.At) {
		in, _ := r.Intent()
		return reset.TooLateProblem(r.ID, reset.Expired, "").On(in.Cluster, in.Group)
	}
	if x.row.revision == named && x.Ref.Revision == 0 {
		x.reply.Did = reset.DidPlan
		return nil
	}
	if err := s.isCurrent(r, x); err != nil {
		return err
	}
	if x.beyond != nil {
		return x.beyond
	}
	if err := x.row.change(s, tx, x); err != nil {
		return err
	}
	if did := x.reply.Did; x.ask == nil && did != reset.DidAlready && did != reset.DidRetry {
		r.LastDecision = reset.LastDecision{Origin: x.Origin, Did: did}
	}
	x.reply.Request = *r
	return nil
}

// isCurrent refuses a decision on an old revision, or on one that its person can't have read yet, and starts again
// when the right was checked for another effect.
func (s *Service) isCurrent(r *reset.Request, x *deciding) error {
	if x.row.revision == anyRevision {
		return nil
	}
	if x.Ref.Revision != 0 && x.Ref.Revision != r.Revision {
		return staleRevision(*r, x.Ref)
	}
	if x.row.revision == named && s.tooSoon(*r, x) {
		return staleRevision(*r, reset.Ref{ID: r.ID, Revision: r.Revision - 1})
	}
	if x.row.effect && r.Actual() != x.effect {
		return reset.ErrConflict
	}
	return nil
}

// tooLate answers a decision in a state that is not open for it.
func (x *deciding) tooLate(tx *Tx) error {
	if x.row.late != nil {
		return x.row.late(tx, x)
	}
	return tooLate(*tx.Request)
}

// afterDeadline reports whether a decision was received after the request's deadline, although the request has not
// expired yet. A decision that was received in time counts however late it is made.
func afterDeadline(r reset.Request, at time.Time) bool {
	if r.Deadline.IsZero() || at.Before(r.Deadline) {
		return false
	}
	return r.State == reset.Planning || r.State == reset.Draft || r.State == reset.Pending
}

// shownAt is when the current revision was shown to those who decide.
func (s *Service) shownAt(ctx context.Context, r reset.Request) (time.Time, error) {
	if r.Before == nil || s.Times.Unread <= 0 {
		return time.Time{}, nil
	}
	card, err := s.Store.Card(ctx, r.ID)
	if err == nil && card.Revision == r.Revision && card.RevisedAt.After(r.PlannedAt) {
		return card.RevisedAt, nil
	}
	return r.PlannedAt, err
}

// tooSoon reports that a click came so soon after a new revision replaced another that it was meant for the one before:
// a button changes under the finger. It is answered with the numbers of now, and asked again.
func (s *Service) tooSoon(r reset.Request, x *deciding) bool {
	if r.Before == nil || s.Times.Unread <= 0 || x.shownAt.IsZero() {
		return false
	}
	at := x.At
	if at.IsZero() {
		at = s.Now()
	}
	since := at.Sub(x.shownAt)
	return since < s.Times.Unread && since >= -clockSetBack
}

func staleRevision(r reset.Request, ref reset.Ref) error {
	now := r.Actual()
	return reset.StaleProblem(r, ref.Revision, now)
}

func tooLate(r reset.Request) error {
	in, _ := r.Intent()
	return reset.TooLateProblem(r.ID, r.State, r.Outcome).On(in.Cluster, in.Group)
}

// checkRevision refuses a decision about an old revision.
func checkRevision(r reset.Request, ref reset.Ref) error {
	if ref.Revision == 0 || ref.Revision == r.Revision {
		return nil
	}
	return staleRevision(r, ref)
}
