package engine

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// tolerance is how late a run may begin and still be on time: a restart of the bot. It is less than the shortest time
// between two runs (internal/cron: Least).
const tolerance = 4 * time.Minute

// maxMissed bounds how many missed runs are counted; more are "more".
const maxMissed = 1000

// processSchedule does what is due for a schedule: it warns, expires it, reports missed runs, and creates the run to
// announce now. Its progress is in Next, which only moves forward, and the run's origin is unique: neither a restart,
// nor a second process, nor a clock that goes back creates a run twice.
func (s *Service) processSchedule(ctx context.Context, due Due) (time.Time, error) {
	found, err := s.scheduleOf(ctx, due.ID)
	if err != nil || found == nil || found.Status != reset.Active {
		return time.Time{}, err
	}
	sc, now := *found, s.Now()
	names, err := s.names(ctx)
	if err != nil {
		return time.Time{}, err
	}
	if p := s.unusable(reset.Request{Act: reset.SaveSchedule{Schedule: sc}}, names); p != nil {
		return time.Time{}, s.pauseUnconfigured(ctx, &due, sc, p)
	}
	warnAt, end := sc.Until.Add(-reset.ExpiryWarning), !sc.Until.IsZero()
	switch {
	case sc.CheckValid(now) != nil:
		return time.Time{}, s.updateScheduleRow(ctx, due, sc, func(tx *Tx) { tx.Schedule.Status = reset.Lapsed },
			reset.EvApprovalExpired)
	case end && !sc.RunsOnce() && !sc.Warned && !now.Before(warnAt):
		return now, s.updateScheduleRow(ctx, due, sc, func(tx *Tx) { tx.Schedule.Warned = true },
			reset.EvApprovalExpiring, "until", timeFact(sc.Until))
	}
	at := sc.Next.Add(-sc.Announce)
	if end && !sc.Next.Before(sc.Until) {
		at = sc.Until
	}
	if now.Before(at) {
		if end && !sc.RunsOnce() && !sc.Warned && warnAt.Before(at) {
			at = warnAt
		}
		return at, nil
	}
	if now.Sub(sc.Next) > tolerance {
		return s.recordMissed(ctx, due, sc)
	}
	return now, s.announce(ctx, due, sc)
}

// updateScheduleRow changes a schedule and records the event, if there is one.
func (s *Service) updateScheduleRow(
	ctx context.Context, due Due, sc reset.Schedule, change func(*Tx), ev reset.Event, facts ...string,
) error {
	return s.Store.Update(ctx, sc.Request, &due, func(tx *Tx) error {
		if tx.Schedule == nil || tx.Schedule.Version != sc.Version {
			return reset.ErrConflict
		}
		change(tx)
		if ev == "" {
			return nil
		}
		tx.Log(s.entry(tx.Request, reset.Actor{Kind: reset.Scheduled, ID: sc.ID}, ev,
			append([]string{"schedule", sc.Label()}, facts...)...))
		return nil
	})
}

// recordMissed reports the runs that were due while the bot was down, and runs the latest of them when the schedule
// says so.
func (s *Service) recordMissed(ctx context.Context, due Due, sc reset.Schedule) (time.Time, error) {
	now, last, count := s.Now(), sc.Next, 1
	next, p := s.nextRun(sc, last)
	for ; p == nil && !next.IsZero() && next.Before(now.Add(-tolerance)) && count < maxMissed; count++ {
		last = next
		next, p = s.nextRun(sc, last)
	}
	if count == maxMissed {
		next, p = s.nextRun(sc, now)
	}
	if p != nil {
		return time.Time{}, p
	}
	late, then := now.Sub(last), "skipped"
	if sc.IfMissed.Run && (sc.IfMissed.Within == 0 || late <= sc.IfMissed.Within) {
		then = "run"
		begin := now.Add(sc.Announce)
		if _, err := s.makeRun(ctx, sc, reset.Run{At: last, Planned: begin, Late: late}, runOrigin(sc, last),
			reset.Actor{}); err != nil {
			return time.Time{}, err
		}
	}
	return now, s.updateScheduleRow(ctx, due, sc, func(tx *Tx) { s.moveToNextRun(tx.Schedule, next) }, reset.EvMissed,
		"run", timeFact(last), "count", strconv.Itoa(count), "then", then)
}

// moveToNextRun moves a schedule to its next run. Without one it has ended.
func (s *Service) moveToNextRun(sc *reset.Schedule, next time.Time) {
	if sc.Next = next; next.IsZero() {
		sc.Status = reset.Over
	}
}

// announce creates the next run of a schedule, and moves the schedule to the one after.
func (s *Service) announce(ctx context.Context, due Due, sc reset.Schedule) error {
	at := sc.Next
	next, p := s.nextRun(sc, at)
	if p != nil {
		return p
	}
	r, err := s.makeRun(ctx, sc, reset.Run{At: at, Planned: at}, runOrigin(sc, at), reset.Actor{})
	if err != nil {
		return err
	}
	// the run has its own event
	return s.updateScheduleRow(ctx, due, sc,
		func(tx *Tx) { tx.Schedule.LastRun = r.ID; s.moveToNextRun(tx.Schedule, next) }, "")
}

// runOrigin is the origin of the run of a time, the same in every process.
func runOrigin(sc reset.Schedule, at time.Time) string {
	return "schedule " + sc.ID + " @ " + timeFact(at)
}

// makeRun creates the request of one run. By is the person who asked for it; zero: the schedule.
func (s *Service) makeRun(
	ctx context.Context, sc reset.Schedule, run reset.Run, origin string, by reset.Actor,
) (reset.Request, error) {
	run.Schedule, run.Name, run.Owner, run.WhenBusy, run.IfMissed = sc.ID, sc.Label(), sc.Owner, sc.WhenBusy,
		sc.IfMissed
	run.Announce, run.Mandate, run.By = sc.Announce, sc.Mandate, by
	in := intentAt(sc.Intent, run.At, s.Now())
	in.Wait, in.NoWait = sc.WhenBusy.For, sc.WhenBusy.Do != reset.BusyWait
	r := reset.Request{Origin: origin, Actor: reset.Actor{Kind: reset.Scheduled, ID: sc.ID}, Place: sc.Place,
		Act: reset.Move{Intent: in}, Run: &run, NotBefore: run.Planned}
	r.Deadline = run.GiveUpAt()
	return s.create(ctx, r)
}

// requesterOf is who must not approve a request: its requester, and for a run the schedule's owner.
func requesterOf(r *reset.Request) reset.Actor {
	if r.Run != nil {
		return r.Run.Owner
	}
	return r.Actor
}

// conflictingRequest is what a run must not overwrite: an open request on its group, or another's reset that is still
// watched. Previews and announced runs do not count.
func (s *Service) conflictingRequest(ctx context.Context, r reset.Request) (*reset.Problem, error) {
	in, _ := r.Intent()
	others, err := s.Store.List(ctx, Filter{Group: in.Group,
		States: []reset.State{reset.Pending, reset.Approved, reset.Applying, reset.Applied}, Limit: 100})
	if err != nil {
		return nil, fmt.Errorf("list what is beside %s: %w", r.ID, err)
	}
	for _, o := range others {
		there, move := o.Intent()
		watched := o.State == reset.Applied && o.Watch.Open() && o.Actor != r.Actor
		open := o.State.Open() && !o.NotBefore.After(s.Now())
		if move && o.ID != r.ID && there.Cluster == in.Cluster && (open || watched) {
			return reset.ConflictingRequestProblem(o).On(in.Cluster, in.Group), nil
		}
	}
	return nil, nil
}

// postpone keeps a run in planning while another request conflicts, or gives it up.
func (s *Service) postpone(ctx context.Context, due Due, r reset.Request, p *reset.Problem) (time.Time, error) {
	if limit := r.Run.GiveUpAt(); !s.Now().Before(limit) ||
		r.State == reset.Approved && r.Run.WhenBusy.Do != reset.BusyWait {
		return s.giveUp(ctx, due, r, p)
	}
	again := s.Now().Add(time.Minute)
	if limit := r.Run.GiveUpAt(); limit.Before(again) {
		again = limit
	}
	return again, s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		if r.State != reset.Planning && r.State != reset.Approved {
			return reset.ErrConflict
		}
		if r.Problem == nil || r.Problem.Code != p.Code || r.Problem.Request != p.Request {
			tx.Log(s.entry(r, r.Actor, reset.EvPostponed, "by", p.Request, "state", string(p.State)))
		}
		r.Asked, r.Problem, r.Run.Begun, r.Run.Postponed, r.Deadline = true, p, time.Time{}, true, r.Run.GiveUpAt()
		if r.State == reset.Approved {
			return r.Advance(reset.Planning)
		}
		return nil
	})
}

// startRun prepares the first check of an approved request: a time in the future that has come is planned, and a run
// begins, is too late, or is postponed. Waits reports that there is nothing more to do now.
func (s *Service) startRun(ctx context.Context, due Due, r reset.Request) (next time.Time, waits bool, err error) {
	in, _ := r.Intent()
	if reset.InFuture(in) {
		return s.Now(), true, s.planDeferred(ctx, due, r)
	}
	if r.Run == nil || !r.Run.Begun.IsZero() {
		return time.Time{}, false, nil
	}
	late := s.Now().Sub(r.NotBefore)
	if r.DecidedAt.After(r.NotBefore) {
		late = s.Now().Sub(r.DecidedAt) // it was planned, or approved, after its time
	}
	onTime := late <= tolerance
	if missed := r.Run.IfMissed; !onTime && (!missed.Run || missed.Within > 0 && late > missed.Within) {
		next, err = s.expire(ctx, due, r.ID,
			reset.MissedProblem(late).On(in.Cluster, in.Group).For(r.ID))
		return next, true, err
	}
	if p, err := s.conflictingRequest(ctx, r); p != nil || err != nil {
		if err == nil {
			next, err = s.postpone(ctx, due, r, p)
		}
		return next, true, err
	}
	return s.Now(), true, s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		if r.State != reset.Approved || r.NotBefore.After(s.Now()) {
			return reset.ErrConflict
		}
		r.Run.Begun = s.Now()
		if !onTime {
			r.Run.Late, r.Deadline = late, s.Now().Add(s.waitLimit(r))
		}
		return nil
	})
}

// planDeferred plans a request whose time in the future has come. Its approvals continue to count, within their
// bounds.
func (s *Service) planDeferred(ctx context.Context, due Due, r reset.Request) error {
	return s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		if r.State != reset.Approved {
			return reset.ErrConflict
		}
		in, _ := r.Intent()
		t := in.Target.(reset.Time)
		t.Future = false
		in.Target = t
		r.Act = reset.Move{Intent: in}
		if r.Run == nil {
			r.StandingApproval = &reset.Mandate{Request: r.ID, Digest: r.Digest, Rule: r.Ruling.Rule, Bounds: r.Bounds,
				Need: r.Need, Votes: tx.Votes}
		}
		before := r.Effect
		r.Before, r.Deadline = &before, s.Now().Add(s.waitLimit(r))
		tx.Log(s.entry(r, reset.Actor{}, reset.EvTimeReached, "at", timeFact(t.At)))
		return r.Advance(reset.Planning)
	})
}

// useStandingApproval arms a planned request whose standing approval covers it; else it asks for approvals where the
// request has no person to confirm it. Done is false when the usual steps follow.
func (s *Service) useStandingApproval(tx *Tx, d draftResult) (done bool, err error) {
	r := tx.Request
	if t, ok := d.intent.Target.(reset.Time); ok && t.Future && t.At.After(r.NotBefore) {
		r.NotBefore = t.At
	}
	m := r.Mandate()
	covered := m != nil && d.ruling.MandateValid && (m.Until.IsZero() || s.Now().Before(m.Until)) &&
		m.Covers(d.plan.Effect, d.plan.Steps)
	switch {
	case r.Actor.Kind == reset.Config:
		r.Asked = true
		return true, s.arm(tx, r.Actor)
	case covered:
		r.Asked = true
		if !m.File {
			r.Bounds.MaxSkip, r.Bounds.MaxReplay = m.Bounds.MaxSkip, m.Bounds.MaxReplay
		}
		if r.Run != nil && r.Run.Postponed && !r.NotBefore.After(s.Now()) { // it announces itself again
			r.NotBefore = slices.MinFunc([]time.Time{s.Now().Add(r.Run.Announce), r.Run.GiveUpAt()}, time.Time.Compare)
		}
		if r.Run != nil {
			r.Run.Postponed = false
			tx.Log(s.entry(r, r.Actor, reset.EvAnnounced, "run", timeFact(r.Run.At), "begins", timeFact(r.NotBefore),
				"revision", strconv.Itoa(r.Revision)))
		}
		return true, s.arm(tx, r.Actor)
	case r.Run == nil && m != nil:
		r.Problem = reset.VoidedProblem(mandateGap(*m, d)).On(d.intent.Cluster, d.intent.Group).For(r.ID)
		return false, nil
	case r.Run == nil:
		return false, nil
	}
	r.Asked, r.Need = true, max(1, r.Need)
	why, ruling := mandateGap(*m, d), d.ruling
	r.Problem = reset.VoidedProblem(why).On(d.intent.Cluster, d.intent.Group).For(r.ID)
	r.Problem.Ruling = &ruling
	r.Deadline = slices.MaxFunc([]time.Time{s.Now(), r.NotBefore}, time.Time.Compare).Add(s.Times.Approval)
	tx.Log(s.entry(r, r.Actor, reset.EvSubmitted, "need", strconv.Itoa(r.Need), "why", string(why), "doubt",
		string(d.ruling.Doubt)))
	return true, r.Advance(reset.Pending)
}

// mandateGap says why a standing approval does not cover a plan.
func mandateGap(m reset.Mandate, d draftResult) reset.VoidReason {
	if !m.Covers(d.plan.Effect, d.plan.Steps) {
		return reset.VoidEffect
	}
	return reset.VoidStanding
}

// countedVotes are the votes that count for the write: those on the request, else those of its standing approval,
// within its bounds.
func (s *Service) countedVotes(ctx context.Context, r reset.Request, e reset.Effect) ([]reset.Vote, error) {
	votes, err := s.Store.Votes(ctx, r.ID, r.Revision)
	if m := r.Mandate(); err == nil && len(votes) == 0 && m != nil && m.Bounds.Covers(e) &&
		(m.Until.IsZero() || s.Now().Before(m.Until)) {
		return m.Votes, nil
	}
	return votes, err
}

// waitLimit is how long a request waits for an idle group.
func (s *Service) waitLimit(r *reset.Request) time.Duration {
	if in, _ := r.Intent(); in.Wait > 0 {
		return in.Wait
	}
	return r.Ruling.Wait
}

// schedule finds a schedule by its name or id.
func (s *Service) schedule(ctx context.Context, name string) (reset.Schedule, error) {
	for _, f := range []reset.ScheduleFilter{{Name: name, Kept: true, Limit: 1}, {ID: name}} {
		found, err := s.Store.Schedules(ctx, f)
		if err != nil || len(found) > 0 {
			return append(found, reset.Schedule{})[0], err
		}
	}
	return reset.Schedule{}, reset.ErrNotFound
}

// scheduleOf is a schedule by its id; nil when there is none.
func (s *Service) scheduleOf(ctx context.Context, id string) (*reset.Schedule, error) {
	found, err := s.Store.Schedules(ctx, reset.ScheduleFilter{ID: id})
	if err != nil || len(found) == 0 || id == "" {
		return nil, err
	}
	return &found[0], nil
}

// giveUp expires a request whose group is busy. A run follows its schedule: with BusyFail the schedule is paused
// first, so that after a crash in between it is found paused, and the run is given up.
func (s *Service) giveUp(ctx context.Context, due Due, r reset.Request, p *reset.Problem) (time.Time, error) {
	if r.Run == nil {
		return s.expire(ctx, due, r.ID, p)
	}
	p.Want = string(r.Run.WhenBusy.Do)
	if r.Run.WhenBusy.Do == reset.BusyFail {
		sc, err := s.scheduleOf(ctx, r.Run.Schedule)
		if err == nil && sc != nil && sc.Status == reset.Active {
			err = s.updateScheduleRow(ctx, due, *sc, func(tx *Tx) { tx.Schedule.Status = reset.Paused }, reset.EvPaused,
				"run", timeFact(r.Run.At), "request", r.ID)
		}
		if err != nil {
			return time.Time{}, err
		}
	}
	return s.expire(ctx, due, r.ID, p)
}
