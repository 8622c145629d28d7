package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
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
	ctx context.Context, r reset.Request, in reset.Intent, rule reset.Ruling,
) (reset.Schedule, *reset.Problem, error) {
	sc := r.Act.(reset.SaveSchedule).Schedule
	sc.Source = cmp.Or(sc.Source, reset.FromSlack)
	if sc.Source == reset.FromSlack {
		sc.Owner, sc.Place = r.Actor, r.Place
	}
	sc.WhenBusy = sc.WhenBusy.Within(rule)
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
		if !t.Recurs() && !sc.RunsOnce() {
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
	switch {
	case errors.Is(err, reset.ErrNotFound), err == nil && old.Status == reset.Removed: // for good: this is another one
		sc.ID, sc.Revision, sc.Status = r.ID, 0, ""
		return nil, nil
	case err != nil:
		return nil, err
	case sc.ID != "" && sc.ID != old.ID, old.Intent.Group != in.Group, old.Intent.Cluster != in.Cluster,
		old.Source == reset.FromSlack && sc.Source == reset.FromFile:
		return s.nameTaken(ctx, r, cmp.Or(sc.Name, sc.ID), old), nil
	case old.Source == reset.FromFile && sc.Source != reset.FromFile:
		return reset.ReadOnlyProblem(old).On(in.Cluster, in.Group), nil
	}
	sc.ID, sc.Name, sc.Revision, sc.Status = old.ID, old.Name, old.Revision, old.Status
	return nil, nil
}

// nameTaken refuses a name that another schedule has. It names the owner to those who may look at that one.
func (s *Service) nameTaken(ctx context.Context, r reset.Request, name string, old reset.Schedule) *reset.Problem {
	if s.mayViewSchedule(ctx, r.Actor, r.Place.Channel, old, name) != nil {
		return reset.NameTakenProblem(reset.Schedule{Name: name})
	}
	return reset.NameTakenProblem(old).On(old.Intent.Cluster, old.Intent.Group)
}

// saveSchedule stores the approved schedule, in the transaction that ends its request. An announced run of the
// previous version is cancelled with it.
func (s *Service) saveSchedule(ctx context.Context, due Due, r reset.Request) (time.Time, error) {
	sc := r.Act.(reset.SaveSchedule).Schedule
	_, p, err := s.checkSchedule(ctx, r, sc.Intent, r.Ruling)
	switch {
	case err != nil:
		return time.Time{}, err
	case p != nil: // its name was taken, or its end has come: planning reports it
		return s.Now(), s.void(ctx, due, r, reset.VoidedProblem(reset.VoidSchedule).For(r.ID))
	}
	old, err := s.scheduleOf(ctx, sc.ID)
	if err != nil {
		return time.Time{}, err
	}
	next, p := s.nextRun(sc, s.Now())
	for old != nil && p == nil && slices.ContainsFunc(old.Skipped, next.Equal) {
		next, p = s.nextRun(sc, next) // what was skipped stays skipped
	}
	if p != nil {
		return time.Time{}, fmt.Errorf("schedule %s was read and now is not: %w", sc.ID, p)
	}
	open, err := s.openRuns(ctx, sc.ID)
	if err != nil {
		return time.Time{}, err
	}
	former, err := s.formerRequest(ctx, old)
	if err != nil {
		return time.Time{}, err
	}
	var again time.Time
	err = s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		switch now := tx.Schedule; {
		case noActHolds(facts{}, tx).then != write: // what came in time is not answered that the schedule is saved
			again = s.nextCheck()
			return nil
		case r.State != reset.Approved, (now == nil) != (old == nil), now != nil && now.Version != old.Version:
			return reset.ErrConflict
		case now != nil && (now.Revision != sc.Revision || now.Status != sc.Status && now.Status != reset.Active):
			again = s.Now()
			return s.replanChanged(tx)
		case now != nil:
			sc.Version, sc.Skipped = now.Version, now.Skipped
		}
		sc.Status, sc.Next, sc.Request, sc.Revision = reset.Active, next, r.ID, sc.Revision+1
		sc.Warned = !sc.Until.IsZero() && s.Now().Add(reset.ExpiryWarning).After(sc.Until)
		sc.Mandate = reset.Mandate{Request: r.ID, Digest: r.Digest, Rule: r.Ruling.Rule, Bounds: r.Bounds, Need: r.Need,
			Owner: sc.Owner, Votes: tx.Votes, Until: sc.Until, File: sc.Source == reset.FromFile}
		tx.Schedule = &sc
		s.endRuns(tx, open, r.Actor, sc.Ended(reset.Active, ""))
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
	return again, err
}

// formerRequest is the request that saved a schedule as it is now, before it is saved again; nil for a new one.
func (s *Service) formerRequest(ctx context.Context, saved *reset.Schedule) (*reset.Request, error) {
	if saved == nil {
		return nil, nil
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
	if !o.At.IsZero() {
		return scheduledAt(o)
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
		if !save.Schedule.WhenBusy.Default {
			in.Wait = save.Schedule.WhenBusy.For // the rule says how long anybody may wait
		}
	}
	t, timed := in.Target.(reset.Time)
	switch {
	case !timed:
	case savesSchedule(r.Act) && !t.Recurs():
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
		d.schedule, p, err = s.checkSchedule(ctx, r, d.intent, d.ruling)
	case r.Run != nil:
		var sc *reset.Schedule
		if sc, err = s.scheduleOf(ctx, r.Run.Schedule); err == nil && !sc.Current(*r.Run) {
			return inactiveRun(sc, &r), nil
		}
		if err == nil {
			p, err = s.conflictingRequest(ctx, r)
		}
	case reset.InFuture(d.intent) && d.intent.Emergency != "":
		p = reset.NoStandingApprovalProblem(reset.GapEmergency).On(d.intent.Cluster, d.intent.Group)
	}
	return p, err
}
