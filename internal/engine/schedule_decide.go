package engine

import (
	"context"
	"slices"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// delayBy is how far a run is delayed at a time.
const delayBy = time.Hour

// Resume lets a paused schedule run again, while what was agreed to still stands.
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
	if sc.Next.After(next) {
		next = sc.Next // what was skipped, or announced before the pause, does not come again
	}
	if next.IsZero() {
		return reset.Reply{}, reset.TimePassedProblem(timeFact(sc.At)).On(sc.Intent.Cluster, sc.Intent.Group)
	}
	return s.updateSchedule(ctx, d, sc, reset.Reply{Did: reset.DidResume}, func(tx *Tx) error {
		tx.Schedule.Status, tx.Schedule.Next, tx.Schedule.LastRun = reset.Active, next, ""
		tx.Log(s.entry(tx.Request, d.Actor, reset.EvUnpaused, "schedule", sc.Label(), "next", timeFact(next)))
		return nil
	})
}

// SkipNext skips the next run: the announced one, or the one that comes. Ref.ID is a schedule's id or name, or a run's
// request. A button names the run that it skips (Option): clicked twice it skips one, and it never skips another.
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
	if err != nil {
		return reset.Reply{}, err
	}
	at, named := sc.Next, time.Unix(int64(d.Option), 0)
	if run != nil && (d.Option == 0 || named.Equal(run.Run.At)) {
		d.Ref = reset.Ref{ID: run.ID}
		return s.skipRun(ctx, d, *run)
	}
	switch {
	case d.Option != 0 && slices.ContainsFunc(sc.Skipped, named.Equal):
		return reset.Reply{Did: reset.DidSkip, Schedule: &sc}, nil
	case sc.Status != reset.Active || at.IsZero():
		return reset.Reply{}, sc.Inactive()
	case d.Option != 0 && !named.Equal(at):
		return reset.Reply{}, reset.RunPassedProblem(sc, timeFact(named), timeFact(at))
	}
	next, p := s.nextRun(sc, at)
	if p != nil {
		return reset.Reply{}, p
	}
	return s.updateSchedule(ctx, d, sc, reset.Reply{Did: reset.DidSkip}, func(tx *Tx) error {
		tx.Log(s.entry(tx.Request, d.Actor, reset.EvSkipped, "schedule", sc.Label(), "run", timeFact(at), "why", d.Why))
		tx.Schedule.Next = next
		s.skipped(tx.Schedule, at)
		return nil
	})
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

// skipRun cancels an announced run.
func (s *Service) skipRun(ctx context.Context, d Decision, r reset.Request) (reset.Reply, error) {
	reply, err := s.endByDecision(ctx, d, reset.VerbCancel, reset.Reply{Did: reset.DidSkip}, reset.Cancelled,
		reset.EvSkipped)
	if err == nil {
		reply.Schedule = s.scheduleIfAny(ctx, r.Run.Schedule)
	}
	return reply, err
}

// skipped notes that the run of a time was skipped. Times that have passed come back no more.
func (s *Service) skipped(sc *reset.Schedule, at time.Time) {
	sc.Skipped = append(slices.DeleteFunc(sc.Skipped, func(t time.Time) bool { return t.Before(s.Now()) }), at)
}

// Delay puts an announced run off by an hour. Ref.ID is the run's request.
func (s *Service) Delay(ctx context.Context, d Decision) (reset.Reply, error) {
	return s.moveRun(ctx, d, reset.DidDelay, func(r reset.Request) time.Time {
		return slices.MaxFunc([]time.Time{s.Now(), r.NotBefore}, time.Time.Compare).Add(delayBy)
	})
}

// RunNow begins an announced run at once (Ref.ID is its request), or asks for a run beside the agreed times (a
// schedule's id or name): that one needs what the same reset would need if it were typed.
func (s *Service) RunNow(ctx context.Context, d Decision) (reset.Reply, error) {
	if r, err := s.load(ctx, d.Ref); err == nil && !savesSchedule(r.Act) {
		return s.moveRun(ctx, d, reset.DidRunNow, func(reset.Request) time.Time { return s.Now() })
	}
	sc, again, err := s.loadScheduleOnce(ctx, d, reset.VerbSchedule)
	if err != nil || again.Did != "" {
		return again, err
	}
	if p := sc.CheckValid(s.Now()); p != nil {
		return reset.Reply{}, p
	}
	if sc.Status != reset.Active {
		return reset.Reply{}, sc.Inactive()
	}
	now := s.Now().Truncate(time.Second)
	run, err := s.newRun(ctx, sc, reset.Run{At: now, First: now, By: d.Actor, Extra: true},
		"schedule "+sc.ID+" now "+d.Origin)
	if err != nil {
		return reset.Reply{}, err
	}
	reply, err := s.updateSchedule(ctx, d, sc, reset.Reply{Did: reset.DidRunNow}, func(tx *Tx) error {
		s.makeRun(tx, run)
		tx.Log(s.entry(tx.Request, d.Actor, reset.EvRunNow, "schedule", sc.Label(), "request", run.ID))
		return nil
	})
	reply.Request = run
	return reply, err
}

// moveRun moves the begin of a run. Outside what was approved, the run is asked for by the person who moves it: it
// needs what the same reset would need if they had typed it.
func (s *Service) moveRun(
	ctx context.Context, d Decision, did reset.Did, when func(reset.Request) time.Time,
) (reset.Reply, error) {
	r, again, err := s.loadOnce(ctx, d)
	if err != nil || again.Did != "" {
		return again, err
	}
	movable := []reset.State{reset.Planning, reset.Pending, reset.Approved}
	if did == reset.DidRunNow {
		movable = []reset.State{reset.Approved}
	}
	if r.Run == nil {
		return reset.Reply{}, reset.NotRunProblem(r.ID)
	}
	if !slices.Contains(movable, r.State) {
		return reset.Reply{}, tooLate(r)
	}
	begin, verb := when(r), reset.VerbCancel
	if did == reset.DidRunNow || !r.Run.OnTime(begin) {
		verb = reset.VerbSchedule
	}
	if err := s.checkAllowed(ctx, d, &r, verb, nil); err != nil {
		return reset.Reply{}, err
	}
	reply := reset.Reply{Did: did}
	err = s.decide(ctx, d, &reply, reset.Ref{ID: r.ID}, func(tx *Tx) error {
		if now := tx.Request; !slices.Contains(movable, now.State) || !now.NotBefore.Equal(r.NotBefore) {
			return tooLate(*now)
		}
		if verb == reset.VerbSchedule {
			tx.Request.Run.By = d.Actor
		}
		return s.beginAt(tx, d, did, begin)
	})
	reply.Schedule = s.scheduleIfAny(ctx, r.Run.Schedule)
	return reply, err
}

// beginAt moves the begin of a run, and its deadline with it.
func (s *Service) beginAt(tx *Tx, d Decision, did reset.Did, begin time.Time) error {
	r := tx.Request
	r.NotBefore, r.Run.Planned, r.Run.Begun = begin, begin, time.Time{}
	if did == reset.DidDelay {
		tx.Log(s.entry(r, d.Actor, reset.EvDelayed, "until", timeFact(begin)))
	} else {
		tx.Log(s.entry(r, d.Actor, reset.EvRunNow))
	}
	agreed := r.Run.OnTime(begin) && r.Emergency == nil // an emergency approves what is written now, and nothing later
	if !agreed {
		r.Mandate, r.Emergency = nil, nil
	}
	switch r.State {
	case reset.Planning:
		r.Deadline = r.Run.PostponedUntil()
	case reset.Pending:
		r.Deadline = begin.Add(s.Times.Approval)
	default:
		r.Deadline = begin.Add(s.waitLimit(r))
		boundDeadline(tx)
	}
	if r.State != reset.Approved || agreed {
		return nil
	}
	tx.Log(s.entry(r, reset.Actor{}, reset.EvVoided, "why", "time"))
	return r.Advance(reset.Planning)
}

// loadScheduleOnce loads the schedule that a decision is about, when its actor may. A decision that was heard before
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
		if tx.Schedule == nil || tx.Schedule.Version != sc.Version {
			return reset.ErrConflict // a run was asked for, or it was changed: look again
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
