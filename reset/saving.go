package reset

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

const (
	standingFor   = 90 * 24 * time.Hour  // a standing approval of which nobody said how long it lasts
	standsAtMost  = 366 * 24 * time.Hour // and the longest
	onceStandsFor = 7 * 24 * time.Hour   // what was agreed to for one time, after that time: it may be delayed
	lapseWarning  = 7 * 24 * time.Hour   // its owner is told so long before it ends
	fileAsks      = 30 * 24 * time.Hour  // the file's schedules wait for a Kafka that is down when the process starts
	defaultBusy   = 30 * time.Minute     // a run waits so long for what is beside it
)

// saving carries a request that saves a schedule. It is planned as its resets would be, as of now, and voted on like them;
// what is applied is the row.
func (s *Service) saving(ctx context.Context, due Due, r Request) (time.Time, error) {
	switch r.State {
	case Planning:
		return s.plan(ctx, due, r)
	case Draft, Pending:
		if s.over(r) {
			return s.expire(ctx, due, r.ID, nil)
		}
		return r.Deadline, nil
	case Approved:
		return s.saveSchedule(ctx, due, r)
	case Applying, Applied, Failed, Refused, Rejected, Cancelled, Expired: // the row is saved, or never will be
	}
	return time.Time{}, nil
}

// checkSchedule completes the schedule that is to be saved, or says why it cannot be. In is its intent, with the cluster.
func (s *Service) checkSchedule(ctx context.Context, r Request, in Intent) (Schedule, *Problem, error) {
	sc := r.Act.(SaveSchedule).Schedule
	about := &Problem{Cluster: in.Cluster, Group: in.Group}
	sc.Source = cmp.Or(sc.Source, FromSlack)
	if sc.Source == FromSlack {
		sc.Owner, sc.Place = r.Actor, r.Place
	}
	if sc.WhenBusy.Do == "" {
		sc.WhenBusy = WhenBusy{Do: BusyWait}
	}
	if in.Emergency != "" {
		about.Code, about.Want = ProblemNotStand, "emergency"
		return sc, about, nil
	}
	if p := notForRuns(sc, in); p != nil {
		return sc, p, nil
	}
	if p, err := s.named(ctx, r, &sc, in); p != nil || err != nil {
		return sc, p, err
	}
	return sc, s.timed(&sc, in), nil
}

// notForRuns refuses targets that mean something once only.
func notForRuns(sc Schedule, in Intent) *Problem {
	p := &Problem{Code: ProblemNotForRuns, Cluster: in.Cluster, Group: in.Group, Want: "once"}
	p.Got, _ = targetKind(in.Target)
	switch t := in.Target.(type) {
	case Undo:
		p.Want = "never"
		return p
	case SkipRecord, Rows:
		if !sc.once() {
			return p
		}
	case Time:
		if t.Back == 0 && !sc.once() {
			p.Got = cmp.Or(t.Said, p.Got)
			return p
		}
	case Exact, Nowhere, Latest, Earliest, Shift, Current, Like: // mean something at every run
	}
	return nil
}

// named finds the schedule that is changed, or the place for a new one.
func (s *Service) named(ctx context.Context, r Request, sc *Schedule, in Intent) (*Problem, error) {
	if sc.ID == "" && sc.Name == "" {
		sc.ID = r.ID
		return nil, nil
	}
	old, err := s.schedule(ctx, cmp.Or(sc.Name, sc.ID))
	if errors.Is(err, ErrNotFound) {
		sc.ID = cmp.Or(sc.ID, r.ID)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	switch {
	case sc.ID != "" && sc.ID != old.ID, old.Intent.Group != in.Group, old.Intent.Cluster != in.Cluster, old.Source == FromSlack && sc.Source == FromFile:
		return &Problem{Code: ProblemNameTaken, Got: old.Label(), Request: old.ID, Cluster: old.Intent.Cluster, Group: old.Intent.Group}, nil
	case old.Source == FromFile && sc.Source != FromFile:
		return &Problem{Code: ProblemReadOnly, Got: old.Label(), Cluster: in.Cluster, Group: in.Group}, nil
	}
	sc.ID, sc.Name, sc.Revision = old.ID, old.Name, old.Revision
	return nil, nil
}

// timed refuses times that are none, and says when the standing approval ends.
func (s *Service) timed(sc *Schedule, in Intent) *Problem {
	now := s.Now()
	about := &Problem{Cluster: in.Cluster, Group: in.Group}
	first, p := s.nextRun(*sc, now)
	latest := now.Add(standsAtMost)
	switch {
	case p != nil:
		p.Cluster, p.Group = in.Cluster, in.Group
		return p
	case sc.once() && !sc.At.After(now):
		about.Code, about.Got = ProblemPassed, sc.At.UTC().Format(time.RFC3339)
		return about
	case sc.once():
		sc.Until = sc.At.Add(onceStandsFor)
	case sc.Until.IsZero() && sc.Source == FromSlack:
		sc.Until = now.Add(standingFor).Truncate(time.Second)
	}
	if end := sc.Until; !end.IsZero() && (end.After(latest.Add(onceStandsFor)) || !end.After(now) || !first.Before(end)) {
		about.Code, about.Got, about.Want = ProblemEnd, end.UTC().Format(time.RFC3339), latest.UTC().Format(time.RFC3339)
		return about
	}
	return nil
}

// nextRun is the first run after a time; zero: none.
func (s *Service) nextRun(sc Schedule, after time.Time) (time.Time, *Problem) {
	if sc.once() {
		if sc.At.After(after) {
			return sc.At, nil
		}
		return time.Time{}, nil
	}
	rhythm, err := s.Clock.Rhythm(sc.Expr, sc.Zone)
	if err != nil {
		var p *Problem
		if !errors.As(err, &p) {
			p = &Problem{Code: ProblemExpression, Got: sc.Expr, Want: err.Error()}
		}
		return time.Time{}, p
	}
	return rhythm.Next(after), nil
}

// saveSchedule stores what was agreed to, in the transaction that ends its request. A run of the schedule as it was before,
// announced and not begun, goes with it.
func (s *Service) saveSchedule(ctx context.Context, due Due, r Request) (time.Time, error) {
	sc := r.Act.(SaveSchedule).Schedule
	next, p := s.nextRun(sc, s.Now())
	if p != nil {
		return time.Time{}, fmt.Errorf("schedule %s was read and now is not: %w", sc.ID, p)
	}
	_, p, err := s.checkSchedule(ctx, r, sc.Intent)
	switch {
	case err != nil:
		return time.Time{}, err
	case p != nil: // its name was taken, its end has come: planning says so
		return s.Now(), s.void(ctx, due, r, &Problem{Code: ProblemVoided, Want: "schedule", Request: r.ID})
	}
	announced, err := s.announced(ctx, sc.ID)
	if err != nil {
		return time.Time{}, err
	}
	former, err := s.former(ctx, sc)
	if err != nil {
		return time.Time{}, err
	}
	err = s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		if r.State != Approved {
			return ErrConflict
		}
		version := int64(0)
		if old := tx.Schedule; old != nil {
			if old.Revision != sc.Revision {
				return s.changed(tx)
			}
			version = old.Version
		}
		sc.Status, sc.Next, sc.Request, sc.Version, sc.Revision = Active, next, r.ID, version, sc.Revision+1
		sc.Warned = !sc.Until.IsZero() && s.Now().Add(lapseWarning).After(sc.Until)
		sc.Mandate = Mandate{Request: r.ID, Digest: r.Digest, Rule: r.Ruling.Rule, Bounds: r.Bounds, Need: r.Need, Votes: tx.Votes,
			Until: sc.Until, File: sc.Source == FromFile}
		tx.Schedule = &sc
		s.withdraw(tx, announced, r.Actor, "schedule changed")
		if former != nil {
			tx.AlsoSave(*former) // its card says from now on that it was changed since
		}
		tx.Log(s.entry(r, r.Actor, EvSaved, "schedule", sc.Label(), "next", fact(next), "until", fact(sc.Until), "revision", strconv.Itoa(sc.Revision)))
		r.EndedAt, r.Deadline, r.Outcome = s.Now(), time.Time{}, Verified
		if err := r.advance(Applying); err != nil {
			return err
		}
		return r.advance(Applied)
	})
	return time.Time{}, err
}

// former is the request that saved a schedule as it is now, before it is saved again; nil for a new one.
func (s *Service) former(ctx context.Context, sc Schedule) (*Request, error) {
	saved, err := s.scheduleOf(ctx, sc.ID)
	if err != nil || saved == nil {
		return nil, err
	}
	r, err := s.Store.Load(ctx, saved.Request)
	return &r, err
}

// changed plans again what was agreed to for a schedule that somebody else has changed meanwhile.
func (s *Service) changed(tx *Tx) error {
	tx.Request.Problem = &Problem{Code: ProblemVoided, Want: "schedule", Request: tx.Request.ID}
	tx.Log(s.entry(tx.Request, Actor{}, EvVoided, "why", "schedule"))
	return tx.Request.advance(Planning)
}

// announced is the run of a schedule that has been announced and not begun to be written; nil: none.
func (s *Service) announced(ctx context.Context, id string) (*Request, error) {
	open, err := s.Store.List(ctx, Filter{Actor: Actor{Kind: Scheduled, ID: id}, States: []State{Planning, Pending, Approved}, Limit: 1})
	if err != nil || len(open) == 0 {
		return nil, err
	}
	return &open[0], nil
}

// withdraw cancels a run together with what happens to its schedule.
func (s *Service) withdraw(tx *Tx, run *Request, by Actor, why string) {
	if run == nil {
		return
	}
	o := *run
	if err := o.advance(Cancelled); err != nil {
		return
	}
	o.EndedAt, o.Deadline, o.Asked = s.Now(), time.Time{}, true
	tx.Log(s.entry(&o, by, EvCancelled, "why", why))
	tx.AlsoSave(o)
}

func fact(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// saves reports whether an act saves a schedule.
func saves(a Act) bool { _, ok := a.(SaveSchedule); return ok }

// withIntent is an act with another intent.
func withIntent(a Act, in Intent) Act {
	if save, ok := a.(SaveSchedule); ok {
		save.Schedule.Intent = in
		return save
	}
	return Move{in}
}

// act is what was planned: the act with what planning found out.
func (d drafted) act(a Act) Act {
	if saves(a) {
		a = SaveSchedule{d.schedule}
	}
	return withIntent(a, d.intent)
}

// meant is the intent of a request as it has to be planned now. A schedule's is planned as if it ran now.
func (s *Service) meant(r Request) Intent {
	in, _ := r.Move()
	if save, ok := r.Act.(SaveSchedule); ok {
		in.Wait = save.Schedule.WhenBusy.For // the rule says how long anybody may wait
	}
	t, timed := in.Target.(Time)
	switch {
	case !timed:
	case saves(r.Act) && t.Back == 0:
		t.Future = t.At.After(s.Now())
		in.Target = t
	case saves(r.Act):
		in = intentAt(in, s.Now(), s.Now())
	case t.Future && !t.At.After(s.Now()) && r.State == Planning:
		t.Future = false
		in.Target = t
	}
	return in
}

// reach is the effect that is asked for: of what is done later, it may be more than the plan as of now.
func (d drafted) reach(r Request) Effect {
	e := d.plan.Effect
	if saves(r.Act) || future(d.intent) {
		e.Skip, e.Replay = max(e.Skip, d.intent.Upto.Skip), max(e.Replay, d.intent.Upto.Replay)
	}
	return e
}

// scheduled checks what is particular to schedules, their runs and times in the future, before Kafka is asked.
func (s *Service) scheduled(ctx context.Context, r Request, d *drafted) (p *Problem, err error) {
	switch {
	case saves(r.Act):
		d.schedule, p, err = s.checkSchedule(ctx, r, d.intent)
	case r.Run != nil:
		p, err = s.beside(ctx, r)
	case future(d.intent) && d.intent.Emergency != "":
		p = &Problem{Code: ProblemNotStand, Want: "emergency", Cluster: d.intent.Cluster, Group: d.intent.Group}
	}
	return p, err
}

// stood is the ruling on what was agreed to before its time came, with the memberships as they were recorded then. Ok is false
// when it has to be asked for anew.
func (s *Service) stood(ctx context.Context, r Request, in Intent, e *Effect) (Ruling, bool) {
	if r.Standing == nil || e != nil && !r.Standing.Bounds.Covers(*e) {
		return Ruling{}, false
	}
	ruling, err := s.Policy.Rule(ctx, Asking{Actor: r.Actor, Channel: r.Place.Channel, Verb: VerbApply, Cluster: in.Cluster, Group: in.Group,
		Effect: e, Requester: r.Actor, Votes: r.Standing.Votes})
	ruling.Stands = true
	return ruling, err == nil && ruling.Allowed
}
