package engine

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// maxMissed bounds how many missed runs are counted; more are "more".
const maxMissed = 1000

// processSchedule looks at a schedule: it warns, ends, tells what was missed, and asks for the run that has to be
// announced now. Each of these is one transaction, in which the schedule has to be as it was when this was decided: no
// run is asked for by a schedule that somebody just paused, and none is asked for twice.
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
	failed, err := s.failedRun(ctx, sc)
	if err != nil {
		return time.Time{}, err
	}
	if failed != nil {
		return time.Time{}, s.stopUnasked(ctx, &due, sc, stop{itself(sc), reset.Paused, reset.EvPaused,
			"its run found the group in use", []string{"run", timeFact(failed.Run.At), "request", failed.ID}})
	}
	warnAt, end := sc.Until.Add(-reset.ExpiryWarning), !sc.Until.IsZero()
	switch {
	case sc.CheckValid(now) != nil:
		return time.Time{}, s.stopUnasked(ctx, &due, sc, stop{itself(sc), reset.Lapsed, reset.EvApprovalExpired,
			"its standing approval has ended", nil})
	case end && !sc.RunsOnce() && !sc.Warned && !now.Before(warnAt):
		return now, s.updateScheduleRow(ctx, due, sc, func(tx *Tx) { tx.Schedule.Warned = true },
			reset.EvApprovalExpiring, "until", timeFact(sc.Until))
	case sc.Next.IsZero():
		return time.Time{}, s.endWithLastRun(ctx, due, sc)
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
	if now.Sub(sc.Next) > reset.Tolerance {
		return s.recordMissed(ctx, due, sc)
	}
	return now, s.announce(ctx, due, sc)
}

// failedRun is the last run of a schedule, when its end is one that somebody has to look at (BusyFail).
func (s *Service) failedRun(ctx context.Context, sc reset.Schedule) (*reset.Request, error) {
	if sc.LastRun == "" || sc.WhenBusy.Do != reset.BusyFail {
		return nil, nil
	}
	r, err := s.Store.Load(ctx, sc.LastRun)
	if err != nil || r.State != reset.Expired || r.Problem == nil || r.Run == nil || r.Run.Revision != sc.Revision {
		return nil, err
	}
	switch r.Problem.Code {
	case reset.ProblemBusy, reset.ProblemConflictingRequest, reset.ProblemBlocked:
		return &r, nil
	default: // it expired for another reason
		return nil, nil
	}
}

// endWithLastRun ends a schedule that has no run to come, once its last one is over. That makes the schedule due.
func (s *Service) endWithLastRun(ctx context.Context, due Due, sc reset.Schedule) error {
	open, err := s.openRuns(ctx, sc.ID)
	if err != nil || len(open) > 0 {
		return err
	}
	return s.updateScheduleRow(ctx, due, sc, func(tx *Tx) { tx.Schedule.Status = reset.Over }, "")
}

// updateScheduleRow changes a schedule and tells it, if there is an event to tell.
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
	for ; p == nil && !next.IsZero() && next.Before(now.Add(-reset.Tolerance)) && count < maxMissed; count++ {
		last = next
		next, p = s.nextRun(sc, last)
	}
	if count == maxMissed {
		next, p = s.nextRun(sc, now)
	}
	if p != nil {
		return time.Time{}, p
	}
	late, then, r := now.Sub(last), "skipped", (*reset.Request)(nil)
	if within := sc.IfMissed.Within; sc.IfMissed.Run && (within == 0 || late <= within) {
		then = "run"
		begin := now.Add(sc.Announce)
		if end := last.Add(within); within > 0 && end.Before(begin) {
			begin = end // it is made up for so long and no longer
		}
		made, err := s.newRun(ctx, sc, reset.Run{At: last, First: begin, Late: late}, runOrigin(sc, last))
		if err != nil {
			return time.Time{}, err
		}
		r = &made
	}
	return now, s.updateScheduleRow(ctx, due, sc, func(tx *Tx) {
		if r != nil {
			s.makeRun(tx, *r)
		}
		tx.Schedule.Next = next
	}, reset.EvMissed, "run", timeFact(last), "count", strconv.Itoa(count), "then", then)
}

// announce asks for the run of a schedule that comes next, and moves the schedule on. The run tells itself.
func (s *Service) announce(ctx context.Context, due Due, sc reset.Schedule) error {
	at := sc.Next
	next, p := s.nextRun(sc, at)
	if p != nil {
		return p
	}
	r, err := s.newRun(ctx, sc, reset.Run{At: at, First: at}, runOrigin(sc, at))
	if err != nil {
		return err
	}
	return s.updateScheduleRow(ctx, due, sc, func(tx *Tx) { s.makeRun(tx, r); tx.Schedule.Next = next }, "")
}

// runOrigin is the same for every process that asks for the run of a time. What was saved anew asks for its own.
func runOrigin(sc reset.Schedule, at time.Time) string {
	id := sc.ID
	if sc.Revision > 1 {
		id += "." + strconv.Itoa(sc.Revision)
	}
	return "schedule " + id + " @ " + timeFact(at)
}

// newRun is one run of a schedule, as a request that is not stored yet; or the one that is stored already. It rests on
// what was agreed to, unless somebody asked for it beside the agreed times.
func (s *Service) newRun(ctx context.Context, sc reset.Schedule, run reset.Run, origin string) (reset.Request, error) {
	if made, err := s.Store.List(ctx, Filter{Origin: origin, Limit: 1}); err != nil || len(made) > 0 {
		return append(made, reset.Request{})[0], err
	}
	run.Schedule, run.Name, run.Owner, run.Revision, run.Planned = sc.ID, sc.Label(), sc.Owner, sc.Revision, run.First
	run.WhenBusy, run.IfMissed, run.Announce = sc.WhenBusy, sc.IfMissed, sc.Announce
	in := intentAt(sc.Intent, run.At, s.Now())
	in.Wait, in.NoWait = sc.WhenBusy.For, sc.WhenBusy.Do != reset.BusyWait
	r := reset.Request{Origin: origin, Actor: reset.Actor{Kind: reset.Scheduled, ID: sc.ID}, Place: sc.Place,
		Act: reset.Move{Intent: in}, Run: &run, NotBefore: run.First, Deadline: run.PostponedUntil()}
	if !run.Extra {
		r.Mandate = &sc.Mandate
	}
	return s.newRequest(r), nil
}

// makeRun asks for a run in the transaction that moves its schedule on: who pauses the schedule finds either none of it
// or the run.
func (s *Service) makeRun(tx *Tx, r reset.Request) {
	if r.Version == 0 {
		tx.Make(r, reset.Entry{At: s.Now(), Request: r.ID, Revision: r.Revision, Actor: r.Actor, Event: reset.EvAsked})
	}
	tx.Schedule.LastRun = r.ID
}

// askers are who counts as having asked for a request, and so must not approve it: first the one whose right to ask is
// judged. Of a run these are who said when it begins, if somebody did, and the owner of its schedule.
func askers(r *reset.Request) []reset.Actor {
	switch {
	case r.Run == nil:
		return []reset.Actor{r.Actor}
	case r.Run.By == (reset.Actor{}):
		return []reset.Actor{r.Run.Owner}
	}
	return []reset.Actor{r.Run.By, r.Run.Owner}
}

// question asks the policy about a request: whether those who asked for it may, or whether what it rests on is valid.
func question(r *reset.Request, in reset.Intent, verb reset.Verb, e *reset.Effect) reset.PolicyQuestion {
	who := askers(r)
	q := reset.PolicyQuestion{Actor: who[0], Channel: r.Place.Channel, Verb: verb, Cluster: in.Cluster, Group: in.Group,
		Effect: e, Requester: who[0], Barred: who[1:], Reasons: reasonsOf(r, &deciding{})}
	if r.Run != nil && r.Mandate != nil {
		q.Actor, q.Mandate = r.Actor, r.Mandate
	}
	return q
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
	limit := r.Run.PostponedUntil()
	if !s.Now().Before(limit) || r.State == reset.Approved && r.Run.WhenBusy.Do != reset.BusyWait {
		return s.expire(ctx, due, r.ID, p)
	}
	again := slices.MinFunc([]time.Time{s.Now().Add(time.Minute), limit}, time.Time.Compare)
	return again, s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		if r.State != reset.Planning && r.State != reset.Approved {
			return reset.ErrConflict
		}
		if r.Problem == nil || r.Problem.Code != p.Code || r.Problem.Request != p.Request {
			tx.Log(s.entry(r, r.Actor, reset.EvPostponed, "by", p.Request, "state", string(p.State)))
		}
		r.Asked, r.Problem, r.Run.Begun, r.Run.Postponed, r.Deadline = true, p, time.Time{}, true, limit
		if r.State == reset.Approved {
			return r.Advance(reset.Planning)
		}
		return nil
	})
}

// beforeFirstCheck decides what comes before the first check of an approved request: a time in the future that has come
// is planned, and a run begins, is too late, or is postponed. Waits reports that there is nothing more to do now.
func (s *Service) beforeFirstCheck(
	ctx context.Context, due Due, r reset.Request,
) (next time.Time, waits bool, err error) {
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
	onTime := late <= reset.Tolerance
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
		boundDeadline(tx)
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
			r.Mandate = &reset.Mandate{Request: r.ID, Digest: r.Digest, Rule: r.Ruling.Rule, Bounds: r.Bounds,
				Need: r.Need, Owner: r.Actor, Votes: tx.Votes}
		}
		before := r.Effect
		r.Before, r.Deadline = &before, s.Now().Add(s.waitLimit(r))
		tx.Log(s.entry(r, reset.Actor{}, reset.EvTimeReached, "at", timeFact(t.At)))
		return r.Advance(reset.Planning)
	})
}

// pausing are the denials that end all runs of a schedule, and not one.
var pausing = []reset.Denial{reset.DeniedNoRule, reset.DeniedSchedules, reset.DeniedReason}

// planRun carries on a run whose planning found what concerns runs alone. Done is false when it is planned as any other
// request.
func (s *Service) planRun(
	ctx context.Context, due Due, r reset.Request, d draftResult, p *reset.Problem,
) (next time.Time, done bool, err error) {
	switch {
	case p == nil && r.Mandate != nil && !d.ruling.MandateValid:
		return s.Now(), true, s.pauseDoubted(ctx, due, r, d.ruling)
	case p == nil:
		return time.Time{}, false, nil
	case p.Code == reset.ProblemConflictingRequest, p.Code == reset.ProblemBlocked:
		next, err = s.postpone(ctx, due, r, p)
		return next, true, err
	case p.Code == reset.ProblemDenied && r.Mandate != nil &&
		slices.Contains(pausing, p.Ruling.Denial):
		ruling := *p.Ruling
		ruling.Doubt = ruling.Denial
		return s.Now(), true, s.pauseDoubted(ctx, due, r, ruling)
	case p.Code == reset.ProblemInactive:
		return time.Time{}, true, s.endRun(ctx, due, r, p)
	}
	return time.Time{}, false, nil
}

// waitLimit is how long a request waits for an idle group.
func (s *Service) waitLimit(r *reset.Request) time.Duration {
	in, _ := r.Intent()
	switch {
	case in.Wait == 0:
		return r.Ruling.Wait
	case r.Ruling.MaxWait > 0:
		return min(in.Wait, r.Ruling.MaxWait) // the rule may have become narrower since a schedule was agreed to
	}
	return in.Wait
}
