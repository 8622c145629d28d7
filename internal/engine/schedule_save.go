package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// processSaveSchedule plans and applies a request that saves a schedule. It is planned like its resets, as of now,
// and approved like them; applying it stores the row.
func (s *Service) processSaveSchedule(ctx context.Context, due Due, r reset.Request) (time.Time, error) {
	switch r.State {
	case reset.Planning:
		return s.plan(ctx, due, r)
	case reset.Draft, reset.Pending:
		if s.isPastDeadline(r) {
			return s.expire(ctx, due, r.ID, nil)
		}
		return r.Deadline, nil
	case reset.Approved:
		return s.saveSchedule(ctx, due, r)
	// the request has ended
	case reset.Applying, reset.Applied, reset.Failed, reset.Refused, reset.Rejected, reset.Cancelled, reset.Expired:
	}
	return time.Time{}, nil
}

// checkSchedule completes the schedule to save, or says why it cannot be saved. In is its intent, with the cluster.
func (s *Service) checkSchedule(
	ctx context.Context, r reset.Request, in reset.Intent,
) (reset.Schedule, *reset.Problem, error) {
	sc := r.Act.(reset.SaveSchedule).Schedule
	sc.Source = cmp.Or(sc.Source, reset.FromSlack)
	if sc.Source == reset.FromSlack {
		sc.Owner, sc.Place = r.Actor, r.Place
	}
	if sc.WhenBusy.Do == "" {
		sc.WhenBusy = reset.WhenBusy{Do: reset.BusyWait}
	}
	if in.Emergency != "" {
		return sc, reset.NoStandingApprovalProblem(reset.GapEmergency).On(in.Cluster, in.Group), nil
	}
	if p := notForRuns(sc, in); p != nil {
		return sc, p, nil
	}
	if p, err := s.findSchedule(ctx, r, &sc, in); p != nil || err != nil {
		return sc, p, err
	}
	return sc, s.checkTimes(&sc, in), nil
}

// notForRuns refuses targets that make sense only once.
func notForRuns(sc reset.Schedule, in reset.Intent) *reset.Problem {
	if in.Target == nil {
		return nil
	}
	kind := string(in.Target.Kind())
	switch t := in.Target.(type) {
	case reset.Undo:
		return reset.NotForRunsProblem(kind, true).On(in.Cluster, in.Group)
	case reset.SkipRecord, reset.Rows:
		if !sc.RunsOnce() {
			return reset.NotForRunsProblem(kind, false).On(in.Cluster, in.Group)
		}
	case reset.Time:
		if t.Back == 0 && !sc.RunsOnce() {
			return reset.NotForRunsProblem(cmp.Or(t.Said, kind), false).On(in.Cluster, in.Group)
		}
	// make sense at every run
	case reset.Exact, reset.Nowhere, reset.Latest, reset.Earliest, reset.Shift, reset.Current, reset.Like:
	}
	return nil
}

// findSchedule finds the schedule to change, or checks the name of a new one.
func (s *Service) findSchedule(
	ctx context.Context, r reset.Request, sc *reset.Schedule, in reset.Intent,
) (*reset.Problem, error) {
	if sc.ID == "" && sc.Name == "" {
		sc.ID = r.ID
		return nil, nil
	}
	old, err := s.schedule(ctx, cmp.Or(sc.Name, sc.ID))
	if errors.Is(err, reset.ErrNotFound) {
		sc.ID = cmp.Or(sc.ID, r.ID)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	switch {
	case sc.ID != "" && sc.ID != old.ID, old.Intent.Group != in.Group, old.Intent.Cluster != in.Cluster,
		old.Source == reset.FromSlack && sc.Source == reset.FromFile:
		return reset.NameTakenProblem(old).On(old.Intent.Cluster, old.Intent.Group), nil
	case old.Source == reset.FromFile && sc.Source != reset.FromFile:
		return reset.ReadOnlyProblem(old).On(in.Cluster, in.Group), nil
	}
	sc.ID, sc.Name, sc.Revision = old.ID, old.Name, old.Revision
	return nil, nil
}

// checkTimes refuses invalid times, and sets when the standing approval ends.
func (s *Service) checkTimes(sc *reset.Schedule, in reset.Intent) *reset.Problem {
	now := s.Now()
	first, p := s.nextRun(*sc, now)
	latest := now.Add(reset.LongestApproval)
	switch {
	case p != nil:
		p.Cluster, p.Group = in.Cluster, in.Group
		return p
	case sc.RunsOnce() && !sc.At.After(now):
		return reset.TimePassedProblem(sc.At.UTC().Format(time.RFC3339)).On(in.Cluster, in.Group)
	case sc.RunsOnce():
		sc.Until = sc.At.Add(reset.OnceApprovalLasts)
	case sc.Until.IsZero() && sc.Source == reset.FromSlack:
		sc.Until = now.Add(reset.ApprovalLasts).Truncate(time.Second)
	}
	if end := sc.Until; !end.IsZero() &&
		(end.After(latest.Add(reset.OnceApprovalLasts)) || !end.After(now) || !first.Before(end)) {
		return reset.EndProblem(end, latest).On(in.Cluster, in.Group)
	}
	return nil
}

// nextRun is the first run after a time; zero: none.
func (s *Service) nextRun(sc reset.Schedule, after time.Time) (time.Time, *reset.Problem) {
	if sc.RunsOnce() {
		if sc.At.After(after) {
			return sc.At, nil
		}
		return time.Time{}, nil
	}
	rhythm, err := s.Cron.Parse(sc.Expr, sc.Zone)
	if err != nil {
		var p *reset.Problem
		if !errors.As(err, &p) {
			p = reset.ExpressionProblem(sc.Expr, err.Error())
		}
		return time.Time{}, p
	}
	return rhythm.Next(after), nil
}

// saveSchedule stores the approved schedule, in the transaction that ends its request. An announced run of the
// previous version is cancelled with it.
func (s *Service) saveSchedule(ctx context.Context, due Due, r reset.Request) (time.Time, error) {
	sc := r.Act.(reset.SaveSchedule).Schedule
	next, p := s.nextRun(sc, s.Now())
	if p != nil {
		return time.Time{}, fmt.Errorf("schedule %s was read and now is not: %w", sc.ID, p)
	}
	_, p, err := s.checkSchedule(ctx, r, sc.Intent)
	switch {
	case err != nil:
		return time.Time{}, err
	case p != nil: // its name was taken, or its end has come: planning reports it
		return s.Now(), s.void(ctx, due, r, reset.VoidedProblem(reset.VoidSchedule).For(r.ID))
	}
	announced, err := s.announcedRun(ctx, sc.ID)
	if err != nil {
		return time.Time{}, err
	}
	former, err := s.formerRequest(ctx, sc)
	if err != nil {
		return time.Time{}, err
	}
	err = s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		if r.State != reset.Approved {
			return reset.ErrConflict
		}
		version := int64(0)
		if old := tx.Schedule; old != nil {
			if old.Revision != sc.Revision {
				return s.replanChanged(tx)
			}
			version = old.Version
		}
		sc.Status, sc.Next, sc.Request, sc.Version, sc.Revision = reset.Active, next, r.ID, version, sc.Revision+1
		sc.Warned = !sc.Until.IsZero() && s.Now().Add(reset.ExpiryWarning).After(sc.Until)
		sc.Mandate = reset.Mandate{Request: r.ID, Digest: r.Digest, Rule: r.Ruling.Rule, Bounds: r.Bounds, Need: r.Need,
			Votes: tx.Votes, Until: sc.Until, File: sc.Source == reset.FromFile}
		tx.Schedule = &sc
		s.cancelRun(tx, announced, r.Actor, "schedule changed")
		if former != nil {
			tx.AlsoSave(*former) // its card shows that it was changed
		}
		tx.Log(s.entry(r, r.Actor, reset.EvSaved, "schedule", sc.Label(), "next", timeFact(next), "until",
			timeFact(sc.Until), "revision", strconv.Itoa(sc.Revision)))
		r.EndedAt, r.Deadline, r.Outcome = s.Now(), time.Time{}, reset.Verified
		if err := r.Advance(reset.Applying); err != nil {
			return err
		}
		return r.Advance(reset.Applied)
	})
	return time.Time{}, err
}

// formerRequest is the request that saved the current version of a schedule; nil for a new one.
func (s *Service) formerRequest(ctx context.Context, sc reset.Schedule) (*reset.Request, error) {
	saved, err := s.scheduleOf(ctx, sc.ID)
	if err != nil || saved == nil {
		return nil, err
	}
	r, err := s.Store.Load(ctx, saved.Request)
	return &r, err
}

// replanChanged plans a request again whose schedule was changed by another one meanwhile.
func (s *Service) replanChanged(tx *Tx) error {
	tx.Request.Problem = reset.VoidedProblem(reset.VoidSchedule).For(tx.Request.ID)
	tx.Log(s.entry(tx.Request, reset.Actor{}, reset.EvVoided, "why", "schedule"))
	return tx.Request.Advance(reset.Planning)
}

// announcedRun is the announced run of a schedule whose write has not begun; nil: none.
func (s *Service) announcedRun(ctx context.Context, id string) (*reset.Request, error) {
	open, err := s.Store.List(ctx, Filter{Actor: reset.Actor{Kind: reset.Scheduled, ID: id},
		States: []reset.State{reset.Planning, reset.Pending, reset.Approved}, Limit: 1})
	if err != nil || len(open) == 0 {
		return nil, err
	}
	return &open[0], nil
}

// cancelRun cancels a run in the transaction that changes its schedule.
func (s *Service) cancelRun(tx *Tx, run *reset.Request, by reset.Actor, why string) {
	if run == nil {
		return
	}
	o := *run
	if err := o.Advance(reset.Cancelled); err != nil {
		return
	}
	o.EndedAt, o.Deadline, o.Asked = s.Now(), time.Time{}, true
	tx.Log(s.entry(&o, by, reset.EvCancelled, "why", why))
	tx.AlsoSave(o)
}

func timeFact(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// savesSchedule reports whether an act saves a schedule.
func savesSchedule(a reset.Act) bool { _, ok := a.(reset.SaveSchedule); return ok }

// withOption is an act with the reading that was chosen.
func withOption(a reset.Act, o reset.Option) reset.Act {
	if thaw, ok := a.(reset.Thaw); ok && o.Freeze != nil {
		thaw.FreezeID = o.Freeze.ID
		return thaw
	}
	return withIntent(a, o.Intent)
}

// withIntent is an act with another intent.
func withIntent(a reset.Act, in reset.Intent) reset.Act {
	if save, ok := a.(reset.SaveSchedule); ok {
		save.Schedule.Intent = in
		return save
	}
	return reset.Move{Intent: in}
}

// plannedAct is the act with the result of planning.
func (d draftResult) plannedAct(a reset.Act) reset.Act {
	if savesSchedule(a) {
		a = reset.SaveSchedule{Schedule: d.schedule}
	}
	return withIntent(a, d.intent)
}

// effectiveIntent is the intent of a request as it has to be planned now. A schedule is planned as if it ran now.
func (s *Service) effectiveIntent(r reset.Request) reset.Intent {
	in, _ := r.Intent()
	if save, ok := r.Act.(reset.SaveSchedule); ok {
		in.Wait = save.Schedule.WhenBusy.For // the rule limits the wait
	}
	t, timed := in.Target.(reset.Time)
	switch {
	case !timed:
	case savesSchedule(r.Act) && t.Back == 0:
		t.Future = t.At.After(s.Now())
		in.Target = t
	case savesSchedule(r.Act):
		in = intentAt(in, s.Now(), s.Now())
	case t.Future && !t.At.After(s.Now()) && r.State == reset.Planning:
		t.Future = false
		in.Target = t
	}
	return in
}

// askedEffect is the effect for which approval is asked: for a later write it may be larger than the current plan.
func (d draftResult) askedEffect(r reset.Request) reset.Effect {
	e := d.plan.Effect
	if savesSchedule(r.Act) || reset.InFuture(d.intent) {
		e.Skip, e.Replay = max(e.Skip, d.intent.Upto.Skip), max(e.Replay, d.intent.Upto.Replay)
	}
	return e
}

// checkScheduled checks what is particular to schedules, their runs and times in the future, before Kafka is asked.
func (s *Service) checkScheduled(ctx context.Context, r reset.Request, d *draftResult) (p *reset.Problem, err error) {
	switch {
	case savesSchedule(r.Act):
		d.schedule, p, err = s.checkSchedule(ctx, r, d.intent)
	case r.Run != nil:
		p, err = s.conflictingRequest(ctx, r)
	case reset.InFuture(d.intent) && d.intent.Emergency != "":
		p = reset.NoStandingApprovalProblem(reset.GapEmergency).On(d.intent.Cluster, d.intent.Group)
	}
	return p, err
}

// rulingBefore is the ruling on an approval from before the time came, with the memberships as recorded then. Ok is
// false when approval has to be asked for again.
func (s *Service) rulingBefore(
	ctx context.Context, r reset.Request, in reset.Intent, e *reset.Effect,
) (reset.Ruling, bool) {
	if r.StandingApproval == nil || e != nil && !r.StandingApproval.Bounds.Covers(*e) {
		return reset.Ruling{}, false
	}
	ruling, denied := s.permit(ctx, reset.PolicyQuestion{Actor: r.Actor, Channel: r.Place.Channel,
		Verb: reset.VerbApply, Cluster: in.Cluster, Group: in.Group, Effect: e, Requester: r.Actor,
		Votes: r.StandingApproval.Votes}, r.ID)
	ruling.MandateValid = true
	return ruling, denied == nil
}
