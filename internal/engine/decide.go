package engine

import (
	"context"
	"errors"
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
	Option int    // of DoChoose, the first is 1; of DoSkipNext the time of the run that is meant, in Unix seconds, or 0
	Choice string // of DoChoose by a click: the tag of the option that was shown
	Why    string
	Form   string    // by which form: DoCancel means only what is still in it, and Why of DoApprove is all of the reason
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
	about   subject
	now     time.Time      // right and change are judged by the same one
	needs   reset.Verb     // the right that was asked for
	voter   reset.Actor    // whose vote is theirs: they may have voted under another id
	ruling  reset.Ruling   // on it
	effect  reset.Effect   // for which the right was asked
	beyond  *reset.Problem // that effect is larger than any approval covers
	shownAt time.Time      // when the current revision was shown
	reply   reset.Reply

	authority authority // of a vote: what the rules say of all votes, with this one

	ask  *reset.Request  // a new request that the change asks for
	open []reset.Request // of a schedule: what is open of it
	run  reset.Request   // of "run now": the run that is asked for

	refused *reset.Problem // is answered, after what the change stored
}

// Decide applies a person's decision. The order is the same for every verb: the right first, since a person without
// it is told nothing else; then the reason; then, in one transaction, state, deadline, revision, and the change. A
// state that moved into another row meanwhile, or another right or effect than was asked about, is judged from the
// beginning.
func (s *Service) Decide(ctx context.Context, d Decision) (reset.Reply, error) {
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
	about, err := s.find(ctx, d, rows)
	if err != nil {
		return reset.Reply{}, err
	}
	r := about.request
	if did := d.wasMade(&r, about.schedule); did != "" {
		return reset.Reply{Did: did, Request: r, Schedule: about.schedule}, nil
	}
	x := &deciding{Decision: d, rows: rows, about: about, now: s.Now(), effect: r.Actual(),
		row: rowFor(rows, about.kind, r.State, about.status())}
	if err = s.right(ctx, x, &r); err != nil {
		return reset.Reply{}, d.hiddenAs(err, rows)
	}
	if x.row.reason != "" && d.Why == "" {
		return reset.Reply{}, reset.AmbiguousProblem(x.row.reason).For(r.ID)
	}
	if err := s.readForDecision(ctx, x); err != nil {
		return reset.Reply{}, err
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
	case x.refused != nil:
		s.Wake()
		return reset.Reply{}, x.refused
	case x.ask != nil:
		x.ask.Origin, x.ask.Actor, x.ask.Place = d.Origin, d.Actor, d.Place
		x.reply.Request, err = s.create(ctx, *x.ask)
	}
	s.Wake()
	return x.reply, err
}

// readForDecision reads what the transaction of a decision needs and cannot read itself.
func (s *Service) readForDecision(ctx context.Context, x *deciding) (err error) {
	r := x.about.request
	if x.shownAt, err = s.shownAt(ctx, r); err != nil {
		return err
	}
	if x.row.votes && x.beyond == nil {
		if x.authority, err = s.judgeVotes(ctx, r, s.voteOf(r, x)); err != nil {
			return err
		}
	}
	if x.row.reads != nil && x.row.of == x.about.kind {
		return x.row.reads(ctx, s, x)
	}
	return nil
}

// wasMade is what this very decision did, if it was made. A process that dies before it has noted that the envelope is
// decided leaves it to the next one, which must neither act on it twice nor say that it comes too late.
func (d Decision) wasMade(r *reset.Request, sc *reset.Schedule) reset.Did {
	if did := r.LastDecision.Of(d.Origin); did != "" || sc == nil {
		return did
	}
	return sc.LastDecision.Of(d.Origin)
}

// judge is the transaction of a decision. State and status are tested here and nowhere else.
func (s *Service) judge(tx *Tx, x *deciding) error {
	r := tx.Request
	x.reply = reset.Reply{Request: *r}
	if x.about.kind != aRequest {
		x.reply.Schedule = tx.Schedule
	}
	if x.reply.Did = x.wasMade(r, x.about.of(tx)); x.reply.Did != "" {
		return nil
	}
	if open, err := x.isOpen(tx); !open {
		return err
	}
	if !x.row.ends && afterDeadline(*r, x.At) {
		in, _ := r.Intent()
		return reset.TooLateProblem(*r, reset.Expired).On(in.Cluster, in.Group)
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
	if x.refused != nil {
		return nil //nolint:nilerr // the refusal is stored in this transaction and told after it
	}
	if did := x.reply.Did; x.ask == nil && did != reset.DidAlready && did != reset.DidRetry {
		x.about.decided(tx, x.Origin, did)
	}
	if x.reply.Request.ID == r.ID {
		x.reply.Request = *r
	}
	return nil
}

// isOpen tests state or status, and answers where a decision comes too late. What moved on to where another row,
// another right or another version is meant is looked at again.
func (x *deciding) isOpen(tx *Tx) (bool, error) {
	r, what, status := tx.Request, x.about.kind, statusOf(tx.Schedule)
	switch {
	case x.about.movedOn(tx):
		return false, reset.ErrConflict
	case what != x.row.of:
		return false, x.notThat()
	case x.row.unfiled && tx.Schedule.Source == reset.FromFile:
		return false, reset.ReadOnlyProblem(*tx.Schedule).On(tx.Schedule.Intent.Cluster, tx.Schedule.Intent.Group)
	case !x.row.takes(what, r.State, status):
		if rowFor(x.rows, what, r.State, status).takes(what, r.State, status) {
			return false, reset.ErrConflict
		}
		return false, x.tooLate(tx)
	case x.row.right != nil && x.row.right(r, x) != x.needs:
		return false, reset.ErrConflict
	}
	return true, nil
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
	return reset.TooLateProblem(r, r.State).On(in.Cluster, in.Group)
}

// checkRevision refuses a decision about an old revision.
func checkRevision(r reset.Request, ref reset.Ref) error {
	if ref.Revision == 0 || ref.Revision == r.Revision {
		return nil
	}
	return staleRevision(r, ref)
}
