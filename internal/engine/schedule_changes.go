package engine

import (
	"context"
	"slices"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// What the verbs about schedules and their runs change, each in the transaction of its decision (see changes.go).

// delayBy is how far a run is delayed at a time.
const delayBy = time.Hour

// openOfSchedule reads what ends with a schedule.
func openOfSchedule(ctx context.Context, s *Service, x *deciding) (err error) {
	x.open, err = s.openRuns(ctx, x.about.schedule.ID)
	return err
}

// pauseByDecision stops a schedule and all that is open of it: safe, and so at once.
func pauseByDecision(s *Service, tx *Tx, x *deciding) error {
	x.reply.Did = reset.DidPause
	s.stopWithRuns(tx, x.open, stop{x.Actor, reset.Paused, reset.EvPaused, x.Why, []string{"why", x.Why}})
	return nil
}

// removeByDecision ends a schedule for good, and all that is open of it.
func removeByDecision(s *Service, tx *Tx, x *deciding) error {
	x.reply.Did = reset.DidRemove
	s.stopWithRuns(tx, x.open, stop{x.Actor, reset.Removed, reset.EvRemoved, x.Why, []string{"why", x.Why}})
	return nil
}

func inactive(tx *Tx, _ *deciding) error { return tx.Schedule.Inactive() }

// resume lets a paused schedule run again, while what was agreed to still stands.
func resume(s *Service, tx *Tx, x *deciding) error {
	sc := tx.Schedule
	if p := sc.CheckValid(x.now); p != nil {
		return p
	}
	next, p := s.nextRun(*sc, x.now)
	if p != nil {
		return p
	}
	if sc.Next.After(next) {
		next = sc.Next // what was skipped, or announced before the pause, does not come again
	}
	if next.IsZero() {
		return reset.TimePassedProblem(timeFact(sc.At)).On(sc.Intent.Cluster, sc.Intent.Group)
	}
	x.reply.Did = reset.DidResume
	sc.Status, sc.Next, sc.LastRun = reset.Active, next, ""
	tx.Log(s.entry(tx.Request, x.Actor, reset.EvUnpaused, "schedule", sc.Label(), "next", timeFact(next)))
	return nil
}

// namedRun is the run that the button of a skip names: clicked twice it skips one, and it never skips another.
func (d Decision) namedRun() time.Time { return time.Unix(int64(d.Option), 0) }

// skipNext skips the next run of a schedule, which is not announced yet.
func skipNext(s *Service, tx *Tx, x *deciding) error {
	sc := tx.Schedule
	at, named := sc.Next, x.namedRun()
	switch {
	case x.wasSkipped(sc):
		return nil
	case at.IsZero():
		return sc.Inactive()
	case x.Option != 0 && !named.Equal(at):
		x.refused = reset.RunPassedProblem(*sc, timeFact(named), timeFact(at))
		tx.Redraw() // a card is not edited at each run: its button may be of one that has been
		return nil
	}
	next, p := s.nextRun(*sc, at)
	if p != nil {
		return p
	}
	x.reply.Did = reset.DidSkip
	tx.Log(s.entry(tx.Request, x.Actor, reset.EvSkipped, "schedule", sc.Label(), "run", timeFact(at), "why", x.Why))
	sc.Next = next
	s.skipped(sc, at)
	return nil
}

// wasSkipped says that the run which the button names was skipped before: nothing changes.
func (x *deciding) wasSkipped(sc *reset.Schedule) bool {
	skipped := x.Option != 0 && slices.ContainsFunc(sc.Skipped, x.namedRun().Equal)
	if skipped {
		x.reply.Did = reset.DidSkip
	}
	return skipped
}

// skippedAlready answers for a schedule that does not run.
func skippedAlready(tx *Tx, x *deciding) error {
	if x.wasSkipped(tx.Schedule) {
		return nil
	}
	return tx.Schedule.Inactive()
}

// skipRun cancels a run that was asked for.
func skipRun(s *Service, tx *Tx, x *deciding) error {
	if run := tx.Request.Run; !run.Extra && tx.Schedule != nil {
		s.skipped(tx.Schedule, run.At)
	}
	return s.end(tx, x, reset.DidSkip, reset.Cancelled, reset.EvSkipped)
}

// skipped notes that the run of a time was skipped. Times that have passed come back no more.
func (s *Service) skipped(sc *reset.Schedule, at time.Time) {
	sc.Skipped = append(slices.DeleteFunc(sc.Skipped, func(t time.Time) bool { return t.Before(s.Now()) }), at)
}

// extraRun prepares a run beside the agreed times: it needs what the same reset would need if it were typed.
func extraRun(ctx context.Context, s *Service, x *deciding) (err error) {
	sc, now := *x.about.schedule, x.now.Truncate(time.Second)
	x.run, err = s.newRun(ctx, sc, reset.Run{At: now, First: now, By: x.Actor, Extra: true},
		"schedule "+sc.ID+" now "+x.Origin)
	return err
}

// runNow asks for that run.
func runNow(s *Service, tx *Tx, x *deciding) error {
	if p := tx.Schedule.CheckValid(x.now); p != nil {
		return p
	}
	x.reply.Did, x.reply.Request = reset.DidRunNow, x.run
	s.makeRun(tx, x.run)
	tx.Log(s.entry(tx.Request, x.Actor, reset.EvRunNow, "schedule", tx.Schedule.Label(), "request", x.run.ID))
	return nil
}

// noRunNow answers for a schedule that does not run: first that its standing approval has ended, if it has.
func noRunNow(tx *Tx, x *deciding) error {
	if p := tx.Schedule.CheckValid(x.now); p != nil {
		return p
	}
	return tx.Schedule.Inactive()
}

// beginNow begins an announced run at once. Whoever says so asks for it.
func beginNow(s *Service, tx *Tx, x *deciding) error {
	x.reply.Did, tx.Request.Run.By = reset.DidRunNow, x.Actor
	tx.Log(s.entry(tx.Request, x.Actor, reset.EvRunNow))
	return s.beginAt(tx, x.now)
}

// delayed is when a run begins after one more delay.
func delayed(r *reset.Request, now time.Time) time.Time {
	return reset.LaterOf(now, r.NotBefore).Add(delayBy)
}

// delay puts a run off by an hour. Beyond what was agreed to, whoever says so asks for it.
func delay(s *Service, tx *Tx, x *deciding) error {
	begin := delayed(tx.Request, x.now)
	x.reply.Did = reset.DidDelay
	if x.needs == reset.VerbSchedule {
		tx.Request.Run.By = x.Actor
	}
	tx.Log(s.entry(tx.Request, x.Actor, reset.EvDelayed, "until", timeFact(begin)))
	return s.beginAt(tx, begin)
}

// beginAt moves the begin of a run, and its deadline with it. Outside what was approved, the run is asked for by the
// person who moves it: it needs what the same reset would need if they had typed it.
func (s *Service) beginAt(tx *Tx, begin time.Time) error {
	r := tx.Request
	r.NotBefore, r.Run.Planned, r.Run.Begun = begin, begin, time.Time{}
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
