package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// daily reads "HH:MM", every day in UTC: cron's own expressions are internal/cron's, and the year that a core lives
// through with them is internal/app's.
type daily struct{}

type at time.Duration

func (daily) Parse(expr, _ string) (reset.Recurrence, error) {
	t, err := time.Parse("15:04", expr)
	if err != nil {
		return nil, &reset.Problem{Code: reset.ProblemExpression, Got: expr, Want: "it is no time of the day",
			Names: []string{"02:00"}}
	}
	return at(t.Hour())*at(time.Hour) + at(t.Minute())*at(time.Minute), nil
}

func (a at) Next(after time.Time) time.Time {
	run := after.UTC().Truncate(24 * time.Hour).Add(time.Duration(a))
	if !run.After(after) {
		run = run.Add(24 * time.Hour)
	}
	return run
}

func (at) Rule() string          { return "" }
func (at) Note(time.Time) string { return "" }

// night is when the runs of these tests are due; the bench's clock begins an hour before, at 03:00.
var night = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

// newNights is a bench whose rule allows schedules, approved by a team.
func newNights(t *testing.T, change ...func(*auth.Rule)) *bench {
	t.Helper()
	b := newBench(t)
	b.rule = func(r *auth.Rule) {
		r.Schedules, r.Approve = true, append(r.Approve, "S0OWNERS")
		for _, c := range change {
			c(r)
		}
	}
	b.start()
	return b
}

// nightly replays 50 on each partition every night at four, told 15 minutes ahead.
func nightly(change ...func(*reset.Schedule)) reset.Schedule {
	sc := reset.Schedule{Name: "nightly", Expr: "04:00", Zone: "UTC", Announce: 15 * time.Minute,
		Intent: reset.Intent{Cluster: "prod", Group: "billing",
			Target: reset.Shift{By: -50}, Scope: reset.Scope{Topics: []reset.TopicScope{{Topic: "orders"}}}}}
	for _, c := range change {
		c(&sc)
	}
	return sc
}

// save asks for a schedule and agrees to it.
func (b *bench) save(sc reset.Schedule, voters ...reset.Actor) reset.Schedule {
	b.t.Helper()
	r := b.want(b.schedule(sc), reset.Draft, "")
	b.approve(mara, r)
	for _, v := range voters {
		b.approve(v, r)
	}
	b.want(r, reset.Applied, reset.Verified)
	return b.stored(r.ID, sc.Name)
}

// schedule asks for a schedule and plans it.
func (b *bench) schedule(sc reset.Schedule) reset.Request {
	b.t.Helper()
	b.ids++
	r, err := b.Ask(b.t.Context(), engine.Ask{Actor: mara, Place: reset.Place{Channel: "C1"},
		Origin: fmt.Sprintf("envelope %d", b.ids), Act: reset.SaveSchedule{Schedule: sc}})
	if err != nil {
		b.t.Fatal(err)
	}
	b.settle()
	return b.load(r.ID)
}

// stored finds a schedule by name or id.
func (b *bench) stored(names ...string) reset.Schedule {
	b.t.Helper()
	for _, name := range names {
		if st, err := b.ScheduleStory(b.t.Context(), mara, "C1", name); err == nil {
			return st.Schedule
		}
	}
	b.t.Fatalf("no schedule %q", names)
	return reset.Schedule{}
}

// upto lets time pass, from one time at which something is due to the next, and at least a minute.
func (b *bench) upto(end time.Time) {
	b.t.Helper()
	for b.clock().Before(end) {
		soonest, err := b.Store.Soonest(b.t.Context())
		if err != nil {
			b.t.Fatal(err)
		}
		left := end.Sub(b.clock())
		if soonest.IsZero() {
			soonest = end
		}
		step := min(max(soonest.Sub(b.clock()), 2*time.Minute), left)
		b.jump(step - min(settled, step))
		b.live(min(settled, step))
	}
}

// runs are a schedule's requests, oldest first.
func (b *bench) runs(id string) []reset.Request {
	b.t.Helper()
	all, err := b.Store.List(b.t.Context(), engine.Filter{Actor: reset.Actor{Kind: reset.Scheduled, ID: id}})
	if err != nil {
		b.t.Fatal(err)
	}
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	return all
}

// run is the only run so far.
func (b *bench) run(id string) reset.Request {
	b.t.Helper()
	all := b.runs(id)
	if len(all) != 1 {
		b.t.Fatalf("%d runs: %+v", len(all), all)
	}
	return all[0]
}

// of is a decision about a schedule.
func (b *bench) of(who reset.Actor, id string) engine.Decision {
	d := b.by(who, reset.Request{ID: id})
	d.Ref.Revision = 0
	return d
}

// told are the events of a request's audit.
func (b *bench) told(id string) string {
	b.t.Helper()
	entries, err := b.Store.Audit(b.t.Context(), id, 0)
	if err != nil {
		b.t.Fatal(err)
	}
	var events []string
	for _, e := range entries {
		events = append(events, string(e.Event))
	}
	return strings.Join(events, ", ")
}

func TestANightlyReplay(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	draft := b.schedule(nightly())
	if draft.State != reset.Draft || draft.Effect.Replay != 100 || draft.Need != 0 {
		t.Fatalf("%s, %+v, need %d, %v", draft.State, draft.Effect, draft.Need, draft.Problem)
	}
	story, err := b.Story(t.Context(), draft.ID)
	if err != nil || story.Schedule == nil || len(story.Schedule.Upcoming) != 5 ||
		!story.Schedule.Upcoming[4].At.Equal(night.Add(4*24*time.Hour)) {
		t.Fatalf("the preview tells of %+v, %v", story.Schedule, err)
	}
	b.approve(mara, draft)
	sc := b.stored("nightly")
	if sc.ID != draft.ID || sc.Status != reset.Active || !sc.Next.Equal(night) || sc.Owner != mara ||
		!sc.Until.Equal(b.clock().Add(90*24*time.Hour)) {
		t.Fatalf("stored %+v", sc)
	}
	b.upto(night.Add(-16 * time.Minute))
	if n := len(b.runs(sc.ID)); n != 0 {
		t.Fatalf("%d runs before it is announced", n)
	}
	b.upto(night.Add(-15 * time.Minute))
	run := b.want(b.run(sc.ID), reset.Approved, "")
	if run.Origin != "schedule "+sc.ID+" @ 2026-11-22T04:00:00Z" || !run.NotBefore.Equal(night) || !run.Asked ||
		run.Effect.Replay != 100 {
		t.Errorf("announced %+v", run)
	}
	b.upto(night.Add(-time.Second))
	b.want(run, reset.Approved, "")
	b.committed(900, 900)
	b.upto(night)
	b.want(run, reset.Applied, reset.Verified)
	b.committed(850, 850)
	if sc = b.stored("nightly"); !sc.Next.Equal(night.Add(24 * time.Hour)) {
		t.Errorf("the next run is at %s", sc.Next)
	}
	if got := b.told(draft.ID); !strings.HasSuffix(got, "approved, schedule saved") {
		t.Error(got)
	}
	if got := b.told(run.ID); !strings.Contains(got, "run announced, approved, applying, sent, applied") {
		t.Error(got)
	}
	b.upto(night.Add(25 * time.Hour))
	if n := len(b.runs(sc.ID)); n != 2 {
		t.Errorf("%d runs after two nights", n)
	}
}

func TestAScheduleAsksForWhatItsRunsNeed(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	r := b.schedule(nightly(func(sc *reset.Schedule) { sc.Intent.Target = reset.Shift{By: -200} }))
	if r.Need != 1 {
		t.Fatalf("needs %d", r.Need)
	}
	b.approve(mara, r)
	r = b.want(r, reset.Pending, "")
	_, err := b.Emergency(t.Context(), b.by(oncall, r))
	if p := problem(t, err, reset.ProblemNoStandingApproval); p.Want != "emergency" {
		t.Error(p)
	}
	b.approve(kim, r)
	sc := b.stored("nightly")
	if m := sc.Mandate; len(m.Votes) != 1 || m.Votes[0].Actor != kim || m.Bounds.MaxReplay != 500 || m.Rule != "pay" ||
		m.Request != r.ID {
		t.Errorf("mandate %+v", m)
	}
	b.upto(night.Add(time.Minute))
	b.want(b.run(sc.ID), reset.Applied, reset.Verified)
	b.committed(700, 700)
}

// Nothing is behind when a schedule is saved, and much when it runs: approval can be asked for ahead.
func TestAScheduleMayAskForMoreThanItWouldDoNow(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	for p := range int32(2) {
		b.cluster.Commit("billing", "orders", p, 1000)
	}
	latest := nightly(func(sc *reset.Schedule) {
		sc.Intent.Target, sc.Intent.Upto = reset.Latest{},
			reset.Reach{Skip: 450}
	})
	sc := b.save(latest, jon)
	if sc.Mandate.Need != 1 || sc.Mandate.Bounds.MaxSkip != 500 {
		t.Errorf("mandate %+v", sc.Mandate)
	}
	b.cluster.SetLog("orders", 0, 0, 1400)
	b.upto(night.Add(time.Minute))
	b.want(b.run(sc.ID), reset.Applied, reset.Verified)
	b.committed(1400, 1000)
}

func TestWhoMaySchedule(t *testing.T) {
	t.Parallel()
	large := nightly(func(sc *reset.Schedule) { sc.Intent.Target = reset.Shift{By: -200} })
	for _, tt := range []struct {
		name string
		rule func(*auth.Rule)
		sc   reset.Schedule
		want reset.Denial
	}{
		{"the rule allows none", func(r *auth.Rule) { r.Schedules = false }, nightly(), reset.DeniedSchedules},
		{"nobody lasts", func(r *auth.Rule) { r.Approve = r.Approve[:2] }, large, reset.DeniedNoTeam},
		{"nobody is needed", func(r *auth.Rule) { r.Approve = r.Approve[:2] }, nightly(), ""},
		{"beyond the cap", func(r *auth.Rule) { r.Cap = &auth.Limit{Skip: 1, Replay: 399} }, large, reset.DeniedCap},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newNights(t, tt.rule).schedule(tt.sc)
			if tt.want == "" && r.State == reset.Draft {
				return
			}
			if r.State != reset.Refused || r.Problem.Ruling == nil || r.Problem.Ruling.Denial != tt.want {
				t.Errorf("%s, %v, want %s", r.State, r.Problem, tt.want)
			}
		})
	}
}

func TestWhatIsNoSchedule(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	b.save(nightly())
	for _, tt := range []struct {
		name   string
		change func(*reset.Schedule)
		want   reset.ProblemCode
	}{
		{"not read", func(sc *reset.Schedule) { sc.Expr = "25:00" }, reset.ProblemExpression},
		{"a time of its own", func(sc *reset.Schedule) { sc.Intent.Target = reset.Time{At: night, Said: "04:00"} },
			reset.ProblemNotForRuns},
		{"one record", func(sc *reset.Schedule) { sc.Intent.Target = reset.SkipRecord{Offset: 900} },
			reset.ProblemNotForRuns},
		{"an undo", func(sc *reset.Schedule) { sc.Intent.Target = reset.Undo{Of: "k001"} }, reset.ProblemNotForRuns},
		{"an emergency", func(sc *reset.Schedule) { sc.Intent.Emergency = "INC-1" }, reset.ProblemNoStandingApproval},
		{"ends too late", func(sc *reset.Schedule) { sc.Until = night.Add(400 * 24 * time.Hour) }, reset.ProblemEnd},
		{"has ended", func(sc *reset.Schedule) { sc.Until = night.Add(-24 * time.Hour) }, reset.ProblemEnd},
		{"ends before its first run", func(sc *reset.Schedule) { sc.Until = night }, reset.ProblemEnd},
		{"a time of its day that has not come", func(sc *reset.Schedule) {
			sc.Intent.Target = reset.Time{At: night, Day: reset.Today, Clock: 5 * time.Hour, Said: "today 05:00"}
		}, reset.ProblemFuture},
		{"has passed", func(sc *reset.Schedule) { sc.Expr, sc.At = "", night.Add(-2*time.Hour) },
			reset.ProblemTimePassed},
		{"another's name", func(sc *reset.Schedule) { sc.Name, sc.Intent.Group = "nightly", "audit" },
			reset.ProblemNameTaken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b.t = t
			b.cluster.Commit("audit", "orders", 0, 5)
			r := b.schedule(nightly(func(sc *reset.Schedule) { sc.Name = "other"; tt.change(sc) }))
			if r.State != reset.Refused || r.Problem.Code != tt.want {
				t.Errorf("%s, %v, want %s", r.State, r.Problem, tt.want)
			}
		})
	}
	_, err := b.Pause(t.Context(), b.of(mara, "weekly"))
	problem(t, err, reset.ProblemNoSchedule)
}

// looksUp keeps the times that are looked up on orders; each finds the offset 860.
func (b *bench) looksUp(times *[]time.Time) {
	for p := range 2 {
		b.cluster.SetTime("orders", p, func(at time.Time) reset.Found {
			*times = append(*times, at)
			return reset.Found{Offset: 860, How: reset.HowRecord, At: at}
		})
	}
}

func TestDurationsCountFromTheRunsOwnTime(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	var looked []time.Time
	b.looksUp(&looked)
	sc := b.save(nightly(func(sc *reset.Schedule) {
		sc.Intent.Target = reset.Time{At: b.clock(), Back: time.Hour, Said: "back 1h"}
	}))
	looked = nil
	b.upto(night.Add(-15 * time.Minute))
	run := b.run(sc.ID)
	if _, err := b.Delay(t.Context(), b.of(mara, run.ID)); err != nil {
		t.Fatal(err)
	}
	b.upto(night.Add(59 * time.Minute))
	b.want(run, reset.Approved, "")
	b.upto(night.Add(61 * time.Minute))
	b.want(run, reset.Applied, reset.Verified)
	b.committed(860, 860)
	for _, at := range looked {
		if !at.Equal(night.Add(-time.Hour)) {
			t.Errorf("looked up %s", at)
		}
	}
}

// "to yesterday" is a day of the calendar, counted from the run's own time, whenever it is written.
func TestDaysCountFromTheRunsOwnTime(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	var looked []time.Time
	b.looksUp(&looked)
	sc := b.save(nightly(func(sc *reset.Schedule) {
		sc.Intent.Target = reset.Time{At: night.Add(-1000 * time.Hour), Day: reset.Yesterday, Clock: 22 * time.Hour,
			Zone: "Europe/Berlin", Said: "yesterday 22:00"}
	}))
	looked = nil
	b.upto(night.Add(61 * time.Minute))
	b.want(b.run(sc.ID), reset.Applied, reset.Verified)
	want := time.Date(2026, 11, 21, 21, 0, 0, 0, time.UTC)
	if len(looked) == 0 {
		t.Error("nothing was looked up")
	}
	for _, at := range looked {
		if !at.Equal(want) {
			t.Errorf("looked up %s, want %s", at, want)
		}
	}
}

// An approval that was not limited lasts for the next run at least, where that is in a year.
func TestTheApprovalOfAYearlyRun(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	b.Cron = yearly{}
	july := time.Date(2027, 7, 1, 2, 0, 0, 0, time.UTC)
	if sc := b.save(nightly()); !sc.Until.Equal(july.AddDate(0, 0, 1)) {
		t.Errorf("until %s", sc.Until)
	}
	r := b.schedule(nightly(func(sc *reset.Schedule) { sc.Name, sc.Until = "other", july }))
	if r.Problem == nil || len(r.Problem.Names) != 2 || r.Problem.Names[1] != "2027-07-02" {
		t.Errorf("%+v", r.Problem)
	}
}

// yearly is on 1 July at two.
type yearly struct{}

func (yearly) Parse(string, string) (reset.Recurrence, error) { return yearly{}, nil }
func (yearly) Rule() string                                   { return "" }
func (yearly) Note(time.Time) string                          { return "" }

func (yearly) Next(after time.Time) time.Time {
	run := time.Date(after.Year(), 7, 1, 2, 0, 0, 0, time.UTC)
	if !run.After(after) {
		run = run.AddDate(1, 0, 0)
	}
	return run
}

func TestRestartsAndSecondProcessesMakeOneRun(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	sc := b.save(nightly(func(sc *reset.Schedule) { sc.Announce = 0 }))
	one := b.Service
	b.start()
	two := b.Service
	b.mu.Lock()
	b.now = night
	b.mu.Unlock()
	both := make(chan error, 2)
	for _, s := range []*engine.Service{one, two} {
		go func() {
			var err error
			for range 40 {
				if _, e := s.Reconcile(t.Context()); e != nil && !errors.Is(e, reset.ErrConflict) {
					err = e
				}
			}
			both <- err
		}()
	}
	for range 2 {
		if err := <-both; err != nil {
			t.Error(err)
		}
	}
	b.start()
	b.settle()
	b.wait(engine.DefaultTimes.Settle)
	b.wait(engine.DefaultTimes.Lease)
	b.want(b.run(sc.ID), reset.Applied, reset.Verified)
	b.committed(850, 850)

	// A clock that goes back an hour makes nothing run again.
	b.mu.Lock()
	b.now = night.Add(-time.Hour)
	b.mu.Unlock()
	b.start()
	b.upto(night.Add(time.Hour))
	b.run(sc.ID)
	b.committed(850, 850)
}

func TestKilledBetweenRunAndSchedule(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	sc := b.save(nightly())
	b.upto(night.Add(-15*time.Minute - time.Second))
	// The process died after the run was stored and before the schedule moved on.
	origin := "schedule " + sc.ID + " @ 2026-11-22T04:00:00Z"
	in := sc.Intent
	if _, _, err := b.Store.Create(t.Context(),
		reset.Request{ID: "krun", Revision: 1, State: reset.Planning, Origin: origin,
			Actor: reset.Actor{Kind: reset.Scheduled, ID: sc.ID}, Place: sc.Place, Act: reset.Move{Intent: in},
			NotBefore: night, Deadline: night.Add(30 * time.Minute), CreatedAt: b.clock(),
			Mandate: &sc.Mandate, Run: &reset.Run{Schedule: sc.ID, Revision: 1, At: night, First: night, Planned: night,
				Owner: mara, WhenBusy: sc.WhenBusy}}, nil); err != nil {
		t.Fatal(err)
	}
	b.start()
	b.upto(night.Add(time.Minute))
	if run := b.want(b.run(sc.ID), reset.Applied,
		reset.Verified); run.ID != "krun" || b.stored("nightly").LastRun != "krun" {
		t.Errorf("ran %s, last %s", run.ID, b.stored("nightly").LastRun)
	}
}
