package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// delayBy is how far a run is delayed at a time.
const delayBy = time.Hour

// shownRuns is how many past and future runs of a schedule are shown.
const shownRuns, upcomingRuns = 20, 5

// Schedules lists the schedules that a person may view, by name.
func (s *Service) Schedules(
	ctx context.Context, a reset.Actor, channel, cluster, group string,
) ([]reset.Schedule, error) {
	all, err := s.Store.Schedules(ctx, reset.ScheduleFilter{Cluster: cluster, Group: group, Kept: true})
	if err != nil {
		return nil, fmt.Errorf("list schedules: %w", err)
	}
	var later *reset.Later
	seen := slices.DeleteFunc(all, func(sc reset.Schedule) bool {
		if later != nil {
			return true
		}
		_, err := s.viewRuling(ctx, a, channel, sc.Intent.Cluster, sc.Intent.Group)
		errors.As(err, &later)
		return err != nil
	})
	if later != nil {
		return nil, later // a list without what could not be checked would look complete
	}
	return seen, nil
}

// ScheduleStory is a schedule, by id or name, with its future and past runs.
func (s *Service) ScheduleStory(ctx context.Context, a reset.Actor, channel, name string) (reset.ScheduleStory, error) {
	sc, err := s.schedule(ctx, name)
	if err != nil {
		return reset.ScheduleStory{}, noSchedule(err, name)
	}
	if _, err := s.viewRuling(ctx, a, channel, sc.Intent.Cluster, sc.Intent.Group); err != nil {
		return reset.ScheduleStory{}, err
	}
	st := s.describeSchedule(sc)
	if st.Runs, err = s.Store.List(ctx,
		Filter{Actor: reset.Actor{Kind: reset.Scheduled, ID: sc.ID}, Limit: shownRuns}); err != nil {
		return reset.ScheduleStory{}, fmt.Errorf("runs of schedule %s: %w", sc.ID, err)
	}
	r, err := s.Store.Load(ctx, sc.Request)
	st.Request = &r
	return st, err
}

// describeSchedule is a schedule with its next runs.
func (s *Service) describeSchedule(sc reset.Schedule) reset.ScheduleStory {
	st := reset.ScheduleStory{Schedule: sc, Cluster: s.Info(sc.Intent.Cluster), Now: s.Now()}
	if sc.RunsOnce() {
		if sc.At.After(st.Now) {
			st.Upcoming = []reset.UpcomingRun{{At: sc.At}}
		}
		return st
	}
	rhythm, err := s.Cron.Parse(sc.Expr, sc.Zone)
	if err != nil {
		return st // its request says so
	}
	st.Rule = rhythm.Rule()
	for at := s.nextRunOf(sc, rhythm); !at.IsZero() && len(st.Upcoming) < upcomingRuns; at = rhythm.Next(at) {
		if !sc.Until.IsZero() && !at.Before(sc.Until) {
			break
		}
		st.Upcoming = append(st.Upcoming, reset.UpcomingRun{At: at, Note: rhythm.Note(at)})
	}
	return st
}

// nextRunOf is the next run: a skipped one does not run.
func (s *Service) nextRunOf(sc reset.Schedule, rhythm reset.Recurrence) time.Time {
	if sc.Next.After(s.Now()) {
		return rhythm.Next(sc.Next.Add(-time.Second))
	}
	return rhythm.Next(s.Now())
}

// scheduleOfStory is the schedule that a request saves or is a run of; nil for all others.
func (s *Service) scheduleOfStory(ctx context.Context, r reset.Request) (*reset.ScheduleStory, error) {
	var sc reset.Schedule
	switch a := r.Act.(type) {
	case reset.SaveSchedule:
		sc = a.Schedule
	default:
		if r.Run == nil {
			return nil, nil
		}
		sc.ID = r.Run.Schedule
	}
	if found, err := s.Store.Schedules(ctx, reset.ScheduleFilter{ID: sc.ID}); err != nil {
		return nil, err
	} else if sc.ID != "" && len(found) > 0 && (r.Run != nil || found[0].Request == r.ID) {
		sc = found[0]
	}
	st := s.describeSchedule(sc)
	return &st, nil
}

// Pause stops a schedule, and the run that it has announced. Ref.ID is the schedule's id or name.
func (s *Service) Pause(ctx context.Context, d Decision) (reset.Reply, error) {
	return s.stopSchedule(ctx, d, reset.Paused, reset.EvPaused, reset.DidPause)
}

// Remove ends a schedule for good, and the run that it has announced.
func (s *Service) Remove(ctx context.Context, d Decision) (reset.Reply, error) {
	return s.stopSchedule(ctx, d, reset.Removed, reset.EvRemoved, reset.DidRemove)
}

// stopSchedule pauses or removes a schedule: safe, and so at once.
func (s *Service) stopSchedule(
	ctx context.Context, d Decision, to reset.Status, ev reset.Event, did reset.Did,
) (reset.Reply, error) {
	sc, again, err := s.loadScheduleOnce(ctx, d, reset.VerbCancel)
	if err != nil || again.Did != "" {
		return again, err
	}
	if sc.Source == reset.FromFile {
		return reset.Reply{}, reset.ReadOnlyProblem(sc).On(sc.Intent.Cluster, sc.Intent.Group)
	}
	if to == reset.Paused && sc.Status != reset.Active {
		return reset.Reply{}, sc.Inactive()
	}
	var reply reset.Reply
	for range 3 { // the announced run may be moving
		if reply, err = s.stopWithRun(ctx, d, sc, to, ev, reset.Reply{Did: did}); !errors.Is(err, reset.ErrConflict) {
			return reply, err
		}
		if sc, again, err = s.loadScheduleOnce(ctx, d, reset.VerbCancel); err != nil || again.Did != "" {
			return again, err
		}
	}
	return reply, reset.ErrConflict
}

// stopWithRun stops a schedule with the run that it has announced.
func (s *Service) stopWithRun(
	ctx context.Context, d Decision, sc reset.Schedule, to reset.Status, ev reset.Event, reply reset.Reply,
) (reset.Reply, error) {
	run, err := s.announcedRun(ctx, sc.ID)
	if err != nil {
		return reset.Reply{}, err
	}
	return s.updateSchedule(ctx, d, sc, reply, func(tx *Tx) error {
		tx.Schedule.Status = to
		s.cancelRun(tx, run, d.Actor, d.Why)
		tx.Log(s.entry(tx.Request, d.Actor, ev, "schedule", sc.Label(), "why", d.Why))
		return nil
	})
}

// Resume lets a paused schedule run again, while its standing approval is valid.
func (s *Service) Resume(ctx context.Context, d Decision) (reset.Reply, error) {
	sc, again, err := s.loadScheduleOnce(ctx, d, reset.VerbSchedule)
	if err != nil || again.Did != "" {
		return again, err
	}
	if sc.Status != reset.Paused {
		return reset.Reply{}, sc.Inactive()
	}
	if p := sc.CheckValid(s.Now()); p != nil {
		return reset.Reply{}, p
	}
	next, p := s.nextRun(sc, s.Now())
	if p != nil {
		return reset.Reply{}, p
	}
	if next.IsZero() {
		return reset.Reply{}, reset.TimePassedProblem(timeFact(sc.At)).On(sc.Intent.Cluster, sc.Intent.Group)
	}
	return s.updateSchedule(ctx, d, sc, reset.Reply{Did: reset.DidResume}, func(tx *Tx) error {
		tx.Schedule.Status, tx.Schedule.Next = reset.Active, next
		tx.Log(s.entry(tx.Request, d.Actor, reset.EvUnpaused, "schedule", sc.Label(), "next", timeFact(next)))
		return nil
	})
}

// SkipNext skips the next run: the announced one, or the next by its expression. Ref.ID is a schedule's id or name,
// or a run's request.
func (s *Service) SkipNext(ctx context.Context, d Decision) (reset.Reply, error) {
	if r, err := s.load(ctx, d.Ref); err == nil && !savesSchedule(r.Act) {
		if r.Run == nil {
			return reset.Reply{}, reset.NotRunProblem(r.ID)
		}
		return s.skipRun(ctx, d, r)
	}
	sc, again, err := s.loadScheduleOnce(ctx, d, reset.VerbCancel)
	if err != nil || again.Did != "" {
		return again, err
	}
	run, err := s.announcedRun(ctx, sc.ID)
	switch {
	case err != nil:
		return reset.Reply{}, err
	case run != nil:
		d.Ref = reset.Ref{ID: run.ID}
		return s.skipRun(ctx, d, *run)
	case sc.Status != reset.Active:
		return reset.Reply{}, sc.Inactive()
	}
	next, p := s.nextRun(sc, sc.Next)
	if p != nil {
		return reset.Reply{}, p
	}
	return s.updateSchedule(ctx, d, sc, reset.Reply{Did: reset.DidSkip}, func(tx *Tx) error {
		tx.Log(s.entry(tx.Request, d.Actor, reset.EvSkipped, "schedule", sc.Label(), "run", timeFact(sc.Next), "why",
			d.Why))
		s.moveToNextRun(tx.Schedule, next)
		return nil
	})
}

// skipRun cancels an announced run.
func (s *Service) skipRun(ctx context.Context, d Decision, r reset.Request) (reset.Reply, error) {
	reply, err := s.endByDecision(ctx, d, reset.VerbCancel, reset.Reply{Did: reset.DidSkip}, reset.Cancelled,
		reset.EvSkipped)
	if err == nil {
		reply.Schedule = s.scheduleIfAny(ctx, r.Run.Schedule)
	}
	return reply, err
}

// Delay delays an announced run by an hour. Ref.ID is the run's request.
func (s *Service) Delay(ctx context.Context, d Decision) (reset.Reply, error) {
	return s.moveRun(ctx, d, reset.VerbCancel, reset.DidDelay, func(r *reset.Request) (reset.Event, []string) {
		from := s.Now()
		if r.NotBefore.After(from) {
			from = r.NotBefore
		}
		r.NotBefore = from.Add(delayBy)
		return reset.EvDelayed, []string{"until", timeFact(r.NotBefore)}
	})
}

// RunNow begins an announced run at once (Ref.ID is its request), or creates an extra run (a schedule's id or name).
func (s *Service) RunNow(ctx context.Context, d Decision) (reset.Reply, error) {
	if r, err := s.load(ctx, d.Ref); err == nil && !savesSchedule(r.Act) {
		return s.moveRun(ctx, d, reset.VerbSchedule, reset.DidRunNow, func(r *reset.Request) (reset.Event, []string) {
			r.NotBefore = s.Now()
			return reset.EvRunNow, nil
		})
	}
	sc, again, err := s.loadScheduleOnce(ctx, d, reset.VerbSchedule)
	if err != nil || again.Did != "" {
		return again, err
	}
	if sc.Status == reset.Removed {
		return reset.Reply{}, sc.Inactive()
	}
	if p := sc.CheckValid(s.Now()); p != nil {
		return reset.Reply{}, p
	}
	now := s.Now().Truncate(time.Second)
	run, err := s.makeRun(ctx, sc, reset.Run{At: now, Planned: now}, "schedule "+sc.ID+" now "+d.Origin, d.Actor)
	if err != nil {
		return reset.Reply{}, err
	}
	reply, err := s.updateSchedule(ctx, d, sc, reset.Reply{Did: reset.DidRunNow}, func(tx *Tx) error {
		tx.Schedule.LastRun = run.ID
		tx.Log(s.entry(tx.Request, d.Actor, reset.EvRunNow, "schedule", sc.Label(), "request", run.ID))
		return nil
	})
	reply.Request = run
	return reply, err
}

// moveRun moves the time of an announced run. It then waits as long as it would have.
func (s *Service) moveRun(
	ctx context.Context, d Decision, verb reset.Verb, did reset.Did,
	change func(*reset.Request) (reset.Event, []string),
) (reset.Reply, error) {
	r, again, err := s.loadOnce(ctx, d)
	if err != nil || again.Did != "" {
		return again, err
	}
	switch {
	case r.Run == nil:
		return reset.Reply{}, reset.NotRunProblem(r.ID)
	case r.State != reset.Planning && r.State != reset.Pending && r.State != reset.Approved,
		verb == reset.VerbSchedule && r.State != reset.Approved:
		return reset.Reply{}, tooLate(r)
	}
	if err := s.checkAllowed(ctx, d, &r, verb, nil); err != nil {
		return reset.Reply{}, err
	}
	reply := reset.Reply{Did: did}
	err = s.decide(ctx, d, &reply, reset.Ref{ID: r.ID}, func(tx *Tx) error {
		r := tx.Request
		if r.State != reset.Planning && r.State != reset.Pending && r.State != reset.Approved {
			return tooLate(*r)
		}
		ev, facts := change(r)
		r.Run.Planned, r.Run.Begun, r.Deadline = r.NotBefore, time.Time{}, r.NotBefore.Add(s.waitLimit(r))
		switch r.State {
		case reset.Planning:
			r.Deadline = r.Run.GiveUpAt()
		case reset.Pending:
			r.Deadline = r.NotBefore.Add(s.Times.Approval)
		case reset.Approved: // keeps the deadline of its wait
		// were too late above
		case reset.Draft, reset.Applying, reset.Applied, reset.Failed, reset.Refused, reset.Rejected, reset.Cancelled,
			reset.Expired:
		}
		tx.Log(s.entry(r, d.Actor, ev, facts...))
		return nil
	})
	reply.Schedule = s.scheduleIfAny(ctx, r.Run.Schedule)
	return reply, err
}

// loadScheduleOnce loads the schedule that a decision is about, when its actor may. For the last decision the reply
// says what it did.
func (s *Service) loadScheduleOnce(
	ctx context.Context, d Decision, verb reset.Verb,
) (reset.Schedule, reset.Reply, error) {
	sc, err := s.schedule(ctx, d.Ref.ID)
	if err != nil {
		return reset.Schedule{}, reset.Reply{}, noSchedule(err, d.Ref.ID)
	}
	r, err := s.Store.Load(ctx, sc.Request)
	if err != nil {
		return reset.Schedule{}, reset.Reply{}, err
	}
	if d.Origin != "" && sc.LastDecision.Origin == d.Origin {
		return sc, reset.Reply{Did: sc.LastDecision.Did, Schedule: &sc, Request: r}, nil
	}
	if sc.Status == reset.Removed {
		return sc, reset.Reply{}, sc.Inactive()
	}
	return sc, reset.Reply{}, s.checkAllowed(ctx, d, &r, verb, nil)
}

// updateSchedule runs a decision about a schedule in its transaction.
func (s *Service) updateSchedule(
	ctx context.Context, d Decision, sc reset.Schedule, reply reset.Reply, change func(*Tx) error,
) (reset.Reply, error) {
	err := s.Store.Update(ctx, sc.Request, nil, func(tx *Tx) error {
		if now := tx.Schedule; now == nil || now.Status != sc.Status || now.Revision != sc.Revision ||
			!now.Next.Equal(sc.Next) {
			return reset.ErrConflict
		}
		if err := change(tx); err != nil {
			return err
		}
		tx.Schedule.LastDecision = reset.LastDecision{Origin: d.Origin, Did: reply.Did}
		changed := *tx.Schedule
		reply.Request, reply.Schedule = *tx.Request, &changed
		return nil
	})
	if err == nil {
		s.Wake()
	}
	return reply, err
}

// scheduleIfAny is a schedule for a reply; nil when it cannot be read.
func (s *Service) scheduleIfAny(ctx context.Context, id string) *reset.Schedule {
	sc, err := s.schedule(ctx, id)
	if err != nil {
		return nil
	}
	return &sc
}

// noSchedule is the problem of an unknown schedule.
func noSchedule(err error, name string) error {
	if errors.Is(err, reset.ErrNotFound) {
		return reset.NoScheduleProblem(name)
	}
	return err
}
