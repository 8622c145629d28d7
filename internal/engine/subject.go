package engine

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// subject is what a decision is about.
type subject struct {
	kind    kind
	request reset.Request // its transaction is the decision's: the run itself, or what saved the schedule
	// the schedule that was named; of a decision that names a run or another request: nil
	schedule *reset.Schedule
}

// find finds what a decision is about. A verb about schedules may name a run, a schedule by its name or id, or the
// request that saved it, since its buttons are there. Of what is neither, the right is asked all the same: who may not
// look at the request learns nothing else.
func (s *Service) find(ctx context.Context, d Decision, rows []decision) (subject, error) {
	r, err := s.Store.Load(ctx, d.Ref.ID)
	known := err == nil
	if known && r.IsPrivate(d.Actor) { // to them it is an unknown id
		if err := s.denied(ctx, d, r.ID, reset.NotYoursProblem(r)); err != nil {
			return subject{}, err
		}
		r, known, err = reset.Request{}, false, reset.ErrNotFound
	}
	switch {
	case err != nil && !errors.Is(err, reset.ErrNotFound):
		return subject{}, err
	case has(rows, aRequest) && !known:
		return subject{}, reset.NoRequestProblem(d.Ref.ID)
	case has(rows, aRequest):
		return subject{request: r}, nil
	case known && r.Run != nil && has(rows, aRun):
		return subject{kind: aRun, request: r}, nil
	}
	name := d.Ref.ID
	if save, saves := r.Act.(reset.SaveSchedule); saves {
		name = cmp.Or(save.Schedule.ID, name)
	}
	sc, err := s.schedule(ctx, name)
	if errors.Is(err, reset.ErrNotFound) && known {
		return subject{request: r}, nil
	}
	if err != nil {
		return subject{}, noSchedule(err, d.Ref.ID)
	}
	return s.ofSchedule(ctx, d, sc)
}

// ofSchedule is what a decision about a schedule is about: the schedule, or the run that is skipped.
func (s *Service) ofSchedule(ctx context.Context, d Decision, sc reset.Schedule) (subject, error) {
	saved, err := s.Store.Load(ctx, sc.Request)
	about := subject{kind: aSchedule, request: saved, schedule: &sc}
	if err != nil || d.Verb != DoSkipNext || d.wasMade(&saved, &sc) != "" {
		return about, err
	}
	run, err := s.announcedRun(ctx, sc.ID)
	if run != nil && (d.Option == 0 || d.namedRun().Equal(run.Run.At)) {
		about.kind, about.request = aRun, *run
	}
	return about, err
}

// announcedRun is the open run of a schedule whose time was agreed to and comes first; nil: none.
func (s *Service) announcedRun(ctx context.Context, id string) (*reset.Request, error) {
	open, err := s.openRuns(ctx, id)
	open = slices.DeleteFunc(open, func(r reset.Request) bool { return r.Run == nil || r.Run.Extra })
	if err != nil || len(open) == 0 {
		return nil, err
	}
	first := slices.MinFunc(open, func(a, b reset.Request) int { return a.Run.At.Compare(b.Run.At) })
	return &first, nil
}

// status is the status of the schedule that was named.
func (a subject) status() reset.Status { return statusOf(a.schedule) }

func statusOf(sc *reset.Schedule) reset.Status {
	if sc == nil {
		return ""
	}
	return sc.Status
}

// of is the schedule that was named, as the transaction sees it.
func (a subject) of(tx *Tx) *reset.Schedule {
	if a.schedule == nil {
		return nil
	}
	return tx.Schedule
}

// movedOn reports that the schedule was changed since it was looked at, or asked for a run: what is open of it may be
// something else now.
func (a subject) movedOn(tx *Tx) bool {
	return a.schedule != nil && (tx.Schedule == nil || tx.Schedule.Version != a.schedule.Version)
}

// notThat refuses a verb about schedules on what is neither a schedule nor a run.
func (x *deciding) notThat() error {
	if has(x.rows, aRun) {
		return reset.NotRunProblem(x.Ref.ID)
	}
	return reset.NoScheduleProblem(x.Ref.ID)
}

// decided notes a decision with all that it names, so that it is not made again.
func (a subject) decided(tx *Tx, origin string, did reset.Did) {
	if a.schedule != nil {
		tx.Schedule.LastDecision = tx.Schedule.LastDecision.Then(origin, did)
	}
	if a.kind != aSchedule {
		tx.Request.LastDecision = tx.Request.LastDecision.Then(origin, did)
	}
}

// hiddenAs keeps to the name by which something was asked for: the id of a schedule's request is not told to who may
// not look, and whether it is a run or a schedule neither.
func (d Decision) hiddenAs(err error, rows []decision) error {
	var p *reset.Problem
	switch {
	case !errors.As(err, &p):
	case p.Code == reset.ProblemNoRequest && !has(rows, aRequest):
		return reset.NoScheduleProblem(d.Ref.ID)
	case p.Verb == reset.VerbView:
		p.Request = d.Ref.ID
	}
	return err
}
