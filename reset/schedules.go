package reset

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// delayBy is how far one word puts a run off.
const delayBy = time.Hour

// shownRuns is how many runs, past and to come, are told of a schedule.
const shownRuns, comingRuns = 20, 5

// Schedules lists the schedules that somebody may view, by name.
func (s *Service) Schedules(ctx context.Context, a Actor, channel, cluster, group string) ([]Schedule, error) {
	all, err := s.Store.Schedules(ctx, ScheduleFilter{Cluster: cluster, Group: group, Kept: true})
	if err != nil {
		return nil, fmt.Errorf("list schedules: %w", err)
	}
	var later *Later
	seen := slices.DeleteFunc(all, func(sc Schedule) bool {
		if later != nil {
			return true
		}
		_, err := s.view(ctx, a, channel, sc.Intent.Cluster, sc.Intent.Group)
		errors.As(err, &later)
		return err != nil
	})
	if later != nil {
		return nil, later // a list that leaves out what could not be judged would say that nothing is there
	}
	return seen, nil
}

// ScheduleStory tells of a schedule, by id or name: what comes, and what was.
func (s *Service) ScheduleStory(ctx context.Context, a Actor, channel, name string) (ScheduleStory, error) {
	sc, err := s.schedule(ctx, name)
	if err != nil {
		return ScheduleStory{}, noSchedule(err, name)
	}
	if _, err := s.view(ctx, a, channel, sc.Intent.Cluster, sc.Intent.Group); err != nil {
		return ScheduleStory{}, err
	}
	st := s.tellSchedule(sc)
	if st.Runs, err = s.Store.List(ctx, Filter{Actor: Actor{Kind: Scheduled, ID: sc.ID}, Limit: shownRuns}); err != nil {
		return ScheduleStory{}, fmt.Errorf("runs of schedule %s: %w", sc.ID, err)
	}
	r, err := s.Store.Load(ctx, sc.Request)
	st.Request = &r
	return st, err
}

// tellSchedule is a schedule with what comes of it.
func (s *Service) tellSchedule(sc Schedule) ScheduleStory {
	st := ScheduleStory{Schedule: sc, Cluster: s.Info(sc.Intent.Cluster), Now: s.Now()}
	if sc.once() {
		if sc.At.After(st.Now) {
			st.Coming = []Coming{{At: sc.At}}
		}
		return st
	}
	rhythm, err := s.Clock.Rhythm(sc.Expr, sc.Zone)
	if err != nil {
		return st // its request says so
	}
	st.Rule = rhythm.Rule()
	for at := s.firstFrom(sc, rhythm); !at.IsZero() && len(st.Coming) < comingRuns; at = rhythm.Next(at) {
		if !sc.Until.IsZero() && !at.Before(sc.Until) {
			break
		}
		st.Coming = append(st.Coming, Coming{At: at, Note: rhythm.Note(at)})
	}
	return st
}

// firstFrom is the next run: one that was left out does not come again.
func (s *Service) firstFrom(sc Schedule, rhythm Rhythm) time.Time {
	if sc.Next.After(s.Now()) {
		return rhythm.Next(sc.Next.Add(-time.Second))
	}
	return rhythm.Next(s.Now())
}

// storySchedule is the schedule that a request saves or is a run of; nil for all others.
func (s *Service) storySchedule(ctx context.Context, r Request) (*ScheduleStory, error) {
	var sc Schedule
	switch a := r.Act.(type) {
	case SaveSchedule:
		sc = a.Schedule
	default:
		if r.Run == nil {
			return nil, nil
		}
		sc.ID = r.Run.Schedule
	}
	if found, err := s.Store.Schedules(ctx, ScheduleFilter{ID: sc.ID}); err != nil {
		return nil, err
	} else if sc.ID != "" && len(found) > 0 && (r.Run != nil || found[0].Request == r.ID) {
		sc = found[0]
	}
	st := s.tellSchedule(sc)
	return &st, nil
}

// Pause stops a schedule, and the run that it has announced. Ref.ID is the schedule's id or name.
func (s *Service) Pause(ctx context.Context, d Decision) (Reply, error) {
	return s.stop(ctx, d, Paused, EvPaused, DidPause)
}

// Remove ends a schedule for good, and the run that it has announced.
func (s *Service) Remove(ctx context.Context, d Decision) (Reply, error) {
	return s.stop(ctx, d, Removed, EvRemoved, DidRemove)
}

// stop pauses or removes a schedule: safe, and so at once.
func (s *Service) stop(ctx context.Context, d Decision, to Status, ev Event, did Did) (Reply, error) {
	sc, again, err := s.hearSchedule(ctx, d, VerbCancel)
	if err != nil || again.Did != "" {
		return again, err
	}
	if sc.Source == FromFile {
		return Reply{}, &Problem{Code: ProblemReadOnly, Got: sc.Label(), Cluster: sc.Intent.Cluster, Group: sc.Intent.Group}
	}
	if to == Paused && sc.Status != Active {
		return Reply{}, sc.inactive()
	}
	var reply Reply
	for range 3 { // the announced run may be moving
		if reply, err = s.retire(ctx, d, sc, to, ev, Reply{Did: did}); !errors.Is(err, ErrConflict) {
			return reply, err
		}
		if sc, again, err = s.hearSchedule(ctx, d, VerbCancel); err != nil || again.Did != "" {
			return again, err
		}
	}
	return reply, ErrConflict
}

// retire stops a schedule with the run that it has announced.
func (s *Service) retire(ctx context.Context, d Decision, sc Schedule, to Status, ev Event, reply Reply) (Reply, error) {
	run, err := s.announced(ctx, sc.ID)
	if err != nil {
		return Reply{}, err
	}
	return s.turn(ctx, d, sc, reply, func(tx *Tx) error {
		tx.Schedule.Status = to
		s.withdraw(tx, run, d.Actor, d.Why)
		tx.Log(s.entry(tx.Request, d.Actor, ev, "schedule", sc.Label(), "why", d.Why))
		return nil
	})
}

// Resume lets a paused schedule run again, while what was agreed to still stands.
func (s *Service) Resume(ctx context.Context, d Decision) (Reply, error) {
	sc, again, err := s.hearSchedule(ctx, d, VerbSchedule)
	if err != nil || again.Did != "" {
		return again, err
	}
	if sc.Status != Paused {
		return Reply{}, sc.inactive()
	}
	if p := sc.stands(s.Now()); p != nil {
		return Reply{}, p
	}
	next, p := s.nextRun(sc, s.Now())
	if p != nil {
		return Reply{}, p
	}
	if next.IsZero() {
		return Reply{}, &Problem{Code: ProblemPassed, Got: fact(sc.At), Cluster: sc.Intent.Cluster, Group: sc.Intent.Group}
	}
	return s.turn(ctx, d, sc, Reply{Did: DidResume}, func(tx *Tx) error {
		tx.Schedule.Status, tx.Schedule.Next = Active, next
		tx.Log(s.entry(tx.Request, d.Actor, EvUnpaused, "schedule", sc.Label(), "next", fact(next)))
		return nil
	})
}

// SkipNext leaves the next run out: the announced one, or the one that comes. Ref.ID is a schedule's id or name, or a run's request.
func (s *Service) SkipNext(ctx context.Context, d Decision) (Reply, error) {
	if r, err := s.load(ctx, d.Ref); err == nil && !saves(r.Act) {
		if r.Run == nil {
			return Reply{}, &Problem{Code: ProblemNotRun, Request: r.ID}
		}
		return s.skipRun(ctx, d, r)
	}
	sc, again, err := s.hearSchedule(ctx, d, VerbCancel)
	if err != nil || again.Did != "" {
		return again, err
	}
	run, err := s.announced(ctx, sc.ID)
	switch {
	case err != nil:
		return Reply{}, err
	case run != nil:
		d.Ref = Ref{ID: run.ID}
		return s.skipRun(ctx, d, *run)
	case sc.Status != Active:
		return Reply{}, sc.inactive()
	}
	next, p := s.nextRun(sc, sc.Next)
	if p != nil {
		return Reply{}, p
	}
	return s.turn(ctx, d, sc, Reply{Did: DidSkip}, func(tx *Tx) error {
		tx.Log(s.entry(tx.Request, d.Actor, EvSkipped, "schedule", sc.Label(), "run", fact(sc.Next), "why", d.Why))
		s.forward(tx.Schedule, next)
		return nil
	})
}

// skipRun cancels an announced run.
func (s *Service) skipRun(ctx context.Context, d Decision, r Request) (Reply, error) {
	reply, err := s.end(ctx, d, VerbCancel, Reply{Did: DidSkip}, Cancelled, EvSkipped)
	if err == nil {
		reply.Schedule = s.scheduleIfAny(ctx, r.Run.Schedule)
	}
	return reply, err
}

// Delay puts an announced run off by an hour. Ref.ID is the run's request.
func (s *Service) Delay(ctx context.Context, d Decision) (Reply, error) {
	return s.shift(ctx, d, VerbCancel, DidDelay, func(r *Request) (Event, []string) {
		from := s.Now()
		if r.NotBefore.After(from) {
			from = r.NotBefore
		}
		r.NotBefore = from.Add(delayBy)
		return EvDelayed, []string{"until", fact(r.NotBefore)}
	})
}

// RunNow begins an announced run at once (Ref.ID is its request), or makes a run beside the plan (a schedule's id or name).
func (s *Service) RunNow(ctx context.Context, d Decision) (Reply, error) {
	if r, err := s.load(ctx, d.Ref); err == nil && !saves(r.Act) {
		return s.shift(ctx, d, VerbSchedule, DidRunNow, func(r *Request) (Event, []string) {
			r.NotBefore = s.Now()
			return EvHurried, nil
		})
	}
	sc, again, err := s.hearSchedule(ctx, d, VerbSchedule)
	if err != nil || again.Did != "" {
		return again, err
	}
	if sc.Status == Removed {
		return Reply{}, sc.inactive()
	}
	if p := sc.stands(s.Now()); p != nil {
		return Reply{}, p
	}
	now := s.Now().Truncate(time.Second)
	run, err := s.makeRun(ctx, sc, Run{At: now, Planned: now}, "schedule "+sc.ID+" now "+d.Origin, d.Actor)
	if err != nil {
		return Reply{}, err
	}
	reply, err := s.turn(ctx, d, sc, Reply{Did: DidRunNow}, func(tx *Tx) error {
		tx.Schedule.LastRun = run.ID
		tx.Log(s.entry(tx.Request, d.Actor, EvHurried, "schedule", sc.Label(), "request", run.ID))
		return nil
	})
	reply.Request = run
	return reply, err
}

// shift moves the time of an announced run. It goes on from there with the patience that it had.
func (s *Service) shift(ctx context.Context, d Decision, verb Verb, did Did, change func(*Request) (Event, []string)) (Reply, error) {
	r, again, err := s.hear(ctx, d)
	if err != nil || again.Did != "" {
		return again, err
	}
	switch {
	case r.Run == nil:
		return Reply{}, &Problem{Code: ProblemNotRun, Request: r.ID}
	case r.State != Planning && r.State != Pending && r.State != Approved, verb == VerbSchedule && r.State != Approved:
		return Reply{}, tooLate(r)
	}
	if err := s.allow(ctx, d, &r, verb, nil); err != nil {
		return Reply{}, err
	}
	reply := Reply{Did: did}
	err = s.decide(ctx, d, &reply, Ref{ID: r.ID}, func(tx *Tx) error {
		r := tx.Request
		if r.State != Planning && r.State != Pending && r.State != Approved {
			return tooLate(*r)
		}
		ev, facts := change(r)
		r.Run.Planned, r.Run.Begun, r.Deadline = r.NotBefore, time.Time{}, r.NotBefore.Add(s.patience(r))
		switch r.State {
		case Planning:
			r.Deadline = r.Run.limit()
		case Pending:
			r.Deadline = r.NotBefore.Add(s.Times.Approval)
		case Approved: // keeps the deadline of its wait
		case Draft, Applying, Applied, Failed, Refused, Rejected, Cancelled, Expired: // were too late above
		}
		tx.Log(s.entry(r, d.Actor, ev, facts...))
		return nil
	})
	reply.Schedule = s.scheduleIfAny(ctx, r.Run.Schedule)
	return reply, err
}

// hearSchedule loads the schedule that a decision is about, when its actor may. A decision that was heard before says what it did.
func (s *Service) hearSchedule(ctx context.Context, d Decision, verb Verb) (Schedule, Reply, error) {
	sc, err := s.schedule(ctx, d.Ref.ID)
	if err != nil {
		return Schedule{}, Reply{}, noSchedule(err, d.Ref.ID)
	}
	r, err := s.Store.Load(ctx, sc.Request)
	if err != nil {
		return Schedule{}, Reply{}, err
	}
	if d.Origin != "" && sc.Heard.Origin == d.Origin {
		return sc, Reply{Did: sc.Heard.Did, Schedule: &sc, Request: r}, nil
	}
	if sc.Status == Removed {
		return sc, Reply{}, sc.inactive()
	}
	return sc, Reply{}, s.allow(ctx, d, &r, verb, nil)
}

// turn runs a decision about a schedule in its transaction.
func (s *Service) turn(ctx context.Context, d Decision, sc Schedule, reply Reply, change func(*Tx) error) (Reply, error) {
	err := s.Store.Update(ctx, sc.Request, nil, func(tx *Tx) error {
		if now := tx.Schedule; now == nil || now.Status != sc.Status || now.Revision != sc.Revision || !now.Next.Equal(sc.Next) {
			return ErrConflict
		}
		if err := change(tx); err != nil {
			return err
		}
		tx.Schedule.Heard = Heard{d.Origin, reply.Did}
		changed := *tx.Schedule
		reply.Request, reply.Schedule = *tx.Request, &changed
		return nil
	})
	if err == nil {
		s.Wake()
	}
	return reply, err
}

// scheduleIfAny is a schedule for a reply, which does without when it cannot be read.
func (s *Service) scheduleIfAny(ctx context.Context, id string) *Schedule {
	sc, err := s.schedule(ctx, id)
	if err != nil {
		return nil
	}
	return &sc
}

func (s Schedule) inactive() *Problem {
	return &Problem{Code: ProblemInactive, Got: s.Label(), Want: string(s.Status), Cluster: s.Intent.Cluster, Group: s.Intent.Group}
}

// noSchedule says that there is none of a name.
func noSchedule(err error, name string) error {
	if errors.Is(err, ErrNotFound) {
		return &Problem{Code: ProblemNoSchedule, Got: name}
	}
	return err
}
