package engine_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// larger needs one approval, by one of the team.
func larger(sc *reset.Schedule) { sc.Intent.Target = reset.Shift{By: -200} }

func waits(d time.Duration) func(*reset.Schedule) {
	return func(sc *reset.Schedule) { sc.WhenBusy = reset.WhenBusy{Do: reset.BusyWait, For: d} }
}

func busy(do reset.Busy) func(*reset.Schedule) {
	return func(sc *reset.Schedule) { sc.WhenBusy = reset.WhenBusy{Do: do} }
}

// What was agreed to covers a run, or people are asked, or it is refused: by the rules and the people as they are then.
// Where it is valid no more, the schedule pauses and says why; where Slack does not say, the run waits.
func TestWhatWasAgreedToIsCheckedAtEachRun(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		before func(*bench)
		state  reset.State
		why    string
	}{
		{"nothing has changed", func(*bench) {}, reset.Approved, ""},
		{"a voter was deactivated", func(b *bench) { b.people.gone[kim.ID] = true }, reset.Cancelled, "gone U0KIM"},
		{"its owner was deactivated", func(b *bench) { b.people.gone[mara.ID] = true }, reset.Cancelled, "gone U0MARA"},
		{"a voter left", func(b *bench) {
			b.rule = func(r *auth.Rule) { r.Schedules, r.Approve = true, []string{jon.ID, "S0OWNERS"} }
			b.start()
		}, reset.Cancelled, "not in U0KIM"},
		{"its owner left", func(b *bench) {
			b.rule = func(r *auth.Rule) {
				r.Schedules, r.Request, r.Approve = true, []string{jon.ID, "S0PAY"}, append(r.Approve, "S0OWNERS")
			}
			b.start()
		}, reset.Cancelled, "not in U0MARA"},
		{"Slack does not answer", func(b *bench) { b.people.err = errors.New("slack is down") }, reset.Planning,
			"directory unreadable"},
		{"another rule decides", func(b *bench) {
			b.rule = func(r *auth.Rule) { r.Name, r.Schedules = "new", true }
			b.start()
		}, reset.Cancelled, "changed "},
		{"the team is gone", func(b *bench) { b.rule = func(r *auth.Rule) { r.Schedules = true }; b.start() },
			reset.Cancelled, "no team "},
		{"schedules are off", func(b *bench) { b.rule = nil; b.start() }, reset.Cancelled, "schedules "},
		{"it would do more than was agreed to",
			func(b *bench) { b.cluster.Commit("billing", "orders", 0, 100); b.back(1) }, reset.Pending,
			"effect "},
		{"it would do more than the cap", func(b *bench) {
			b.back(0)
			b.cluster.Topic("orders", "t1", 2, 0, 90_000)
			b.cluster.Commit("billing", "orders", 0, 90_000)
		}, reset.Refused, "denied cap"},
		{"the topic was made again", func(b *bench) { b.cluster.Topic("orders", "t9", 2, 0, 1000) }, reset.Pending,
			"effect "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newNights(t)
			target := larger
			if strings.HasPrefix(tt.name, "it would") {
				target = func(sc *reset.Schedule) { sc.Intent.Target = reset.Time{At: b.clock(), Back: time.Hour} }
				b.back(700)
			}
			sc := b.save(nightly(target), kim)
			tt.before(b)
			b.upto(night.Add(-10 * time.Minute))
			run := b.want(b.run(sc.ID), tt.state, "")
			why := ""
			if p := run.Problem; p != nil && p.Code == reset.ProblemVoided {
				why = p.Want + " " + string(p.Ruling.Doubt)
			} else if p != nil {
				why = string(p.Code) + " " + string(p.Ruling.Denial)
			}
			status := reset.Active
			if tt.state == reset.Cancelled {
				status = reset.Paused
				why = b.fact(sc.Request, reset.EvPaused, "doubt") + " " + b.fact(sc.Request, reset.EvPaused, "about")
			}
			now, err := b.Store.Schedules(t.Context(), reset.ScheduleFilter{ID: sc.ID})
			if err != nil || now[0].Status != status {
				t.Errorf("the schedule is %+v, %v, want %s", now, err, status)
			}
			if why != tt.why || tt.state == reset.Pending && run.Need < 1 {
				t.Errorf("%q, need %d, want %q", why, run.Need, tt.why)
			}
			if tt.name != "the topic was made again" {
				return
			}
			if _, err := b.Approve(t.Context(), b.by(mara, run)); problem(t, err,
				reset.ProblemDenied).Ruling.Denial == "" {
				t.Error("its owner could approve it")
			}
			b.approve(jon, run)
			b.want(run, reset.Approved, "")
			b.upto(night.Add(time.Minute))
			b.want(run, reset.Applied, reset.Verified)
		})
	}
}

// fact is one of the last event of a kind in a request's audit.
func (b *bench) fact(id string, ev reset.Event, name string) (fact string) {
	b.t.Helper()
	entries, err := b.Store.Audit(b.t.Context(), id, 0)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, e := range entries {
		if e.Event == ev {
			fact = e.Facts[name]
		}
	}
	return fact
}

// back makes the look-up of a time in orders end at an offset.
func (b *bench) back(offset int64) {
	for p := range 2 {
		b.cluster.SetTime("orders", p, func(time.Time) reset.Found {
			return reset.Found{Offset: offset, How: reset.HowRecord}
		})
	}
}

func TestAVoterWhoLeftBetweenAnnouncementAndRun(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	sc := b.save(nightly(larger), kim)
	b.upto(night.Add(-time.Minute))
	run := b.want(b.run(sc.ID), reset.Approved, "")
	b.people.gone[kim.ID] = true
	b.upto(night.Add(time.Minute))
	b.want(run, reset.Cancelled, "")
	if now := b.stored("nightly"); now.Status != reset.Paused || b.fact(sc.Request, reset.EvPaused, "about") != kim.ID {
		t.Errorf("the schedule is %s: %s", now.Status, b.told(sc.Request))
	}
	b.committed(900, 900)
}

func TestAChangeVoidsWhatWasAgreedTo(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	sc := b.save(nightly(larger), kim)
	b.upto(night.Add(-10 * time.Minute))
	announced := b.want(b.run(sc.ID), reset.Approved, "")
	draft := b.schedule(nightly(func(sc *reset.Schedule) { sc.Intent.Target = reset.Shift{By: -210} }))
	b.approve(mara, draft)
	b.want(draft, reset.Pending, "")
	b.want(announced, reset.Approved, "") // until it is agreed to, the old one goes on
	b.approve(jon, draft)
	b.want(announced, reset.Cancelled, "")
	now := b.stored("nightly")
	if now.ID != sc.ID || now.Revision != 2 || now.Request != draft.ID || len(now.Mandate.Votes) != 1 ||
		now.Mandate.Votes[0].Actor != jon {
		t.Errorf("stored %+v", now)
	}
	// Whoever asked for a change of what somebody else has changed meanwhile is asked again.
	b.upto(night.Add(2 * time.Hour))
	one, two := b.schedule(nightly(larger)), b.schedule(nightly(larger, waits(time.Minute)))
	b.approve(mara, one)
	b.approve(mara, two)
	b.approve(kim, one)
	b.want(one, reset.Applied, reset.Verified)
	b.approve(kim, two)
	if two = b.load(two.ID); two.State == reset.Applied {
		t.Errorf("%s overwrote %s", two.ID, one.ID)
	}
}

func TestMissedRuns(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		missed reset.IfMissed
		back   time.Duration // after the first run
		runs   int
		told   string
		age    time.Duration // of the one that runs
	}{
		{"a restart", reset.IfMissed{}, 3 * time.Minute, 1, "", 0},
		{"skipped", reset.IfMissed{}, 3 * time.Hour, 0, ", run missed", 0},
		{"run", reset.IfMissed{Run: true, Within: 6 * time.Hour}, 3 * time.Hour, 1, ", run missed", 0},
		{"too old", reset.IfMissed{Run: true, Within: 2 * time.Hour}, 3 * time.Hour, 0, ", run missed", 0},
		{"the latest of three", reset.IfMissed{Run: true, Within: 6 * time.Hour}, 51 * time.Hour, 1, ", run missed",
			48 * time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newNights(t)
			sc := b.save(nightly(func(sc *reset.Schedule) { sc.IfMissed = tt.missed }))
			b.mu.Lock()
			b.now = night.Add(tt.back)
			b.mu.Unlock()
			b.start()
			b.settle()
			if n := len(b.runs(sc.ID)); n != tt.runs {
				t.Fatalf("%d runs", n)
			}
			if got := b.told(sc.Request); !strings.HasSuffix(got, "schedule saved"+tt.told) {
				t.Error(got)
			}
			now := b.stored("nightly")
			if next := now.Next; !next.After(b.clock()) || next.Sub(b.clock()) > 24*time.Hour {
				t.Errorf("the next run is at %s", next)
			}
			if tt.runs == 0 {
				return
			}
			run := b.run(sc.ID)
			if run.Run.At != night.Add(tt.age) {
				t.Errorf("it is the run of %s", run.Run.At)
			}
			if tt.told != "" && !run.NotBefore.Equal(b.clock().Add(15*time.Minute)) {
				t.Errorf("it begins at %s", run.NotBefore)
			}
			b.upto(b.clock().Add(20 * time.Minute))
			b.want(run, reset.Applied, reset.Verified)
			b.committed(850, 850)
		})
	}
}

// Announced, and then the process was down at its time.
func TestRunThatWasNeverStarted(t *testing.T) {
	t.Parallel()
	for _, run := range []bool{false, true} {
		b := newNights(t)
		sc := b.save(
			nightly(func(sc *reset.Schedule) { sc.IfMissed = reset.IfMissed{Run: run, Within: 6 * time.Hour} }))
		b.upto(night.Add(-time.Minute))
		r := b.want(b.run(sc.ID), reset.Approved, "")
		b.mu.Lock()
		b.now = night.Add(2 * time.Hour)
		b.mu.Unlock()
		b.start()
		b.settle()
		b.wait(7 * time.Second)
		if run {
			if r = b.want(r, reset.Applied, reset.Verified); r.Run.Late != 2*time.Hour {
				t.Errorf("late by %s", r.Run.Late)
			}
			continue
		}
		if r = b.want(r, reset.Expired, ""); r.Problem.Code != reset.ProblemMissed || r.Problem.Count != 7200 {
			t.Error(r.Problem)
		}
		b.committed(900, 900)
	}
}

func TestSkipDelayAndRunNow(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	sc := b.save(nightly())
	reply, err := b.SkipNext(t.Context(), b.of(jon, "nightly"))
	if err != nil || reply.Did != reset.DidSkip || !reply.Schedule.Next.Equal(night.Add(24*time.Hour)) {
		t.Fatalf("%+v, %v", reply, err)
	}
	b.upto(night.Add(time.Hour))
	if n := len(b.runs(sc.ID)); n != 0 {
		t.Fatalf("%d runs of one that was left out", n)
	}

	click := b.of(mara, sc.ID)
	first, err := b.RunNow(t.Context(), click)
	if err != nil || first.Did != reset.DidRunNow || first.Request.Run == nil || first.Request.Run.By != mara {
		t.Fatalf("%+v, %v", first, err)
	}
	if again, err := b.RunNow(t.Context(), click); err != nil || again.Did != reset.DidRunNow {
		t.Errorf("the same click again: %+v, %v", again, err)
	}
	b.upto(b.clock().Add(2 * time.Minute))
	b.want(b.run(sc.ID), reset.Applied, reset.Verified)
	b.committed(850, 850)

	two := night.Add(24 * time.Hour)
	b.upto(two.Add(-10 * time.Minute))
	run := b.runs(sc.ID)[1]
	_, err = b.Delay(t.Context(), b.of(ben, run.ID))
	problem(t, err, reset.ProblemDenied)
	delay := b.of(jon, run.ID)
	for range 2 { // an envelope that comes twice delays once
		if reply, err = b.Delay(t.Context(),
			delay); err != nil || reply.Did != reset.DidDelay || !reply.Request.NotBefore.Equal(two.Add(time.Hour)) {
			t.Fatalf("%+v, %v", reply, err)
		}
	}
	if reply, err = b.RunNow(t.Context(), b.of(mara, run.ID)); err != nil || reply.Did != reset.DidRunNow {
		t.Fatalf("%+v, %v", reply, err)
	}
	b.upto(two.Add(-8 * time.Minute))
	b.want(run, reset.Applied, reset.Verified)
	b.committed(800, 800)

	three := night.Add(48 * time.Hour)
	b.upto(three.Add(-10 * time.Minute))
	run = b.runs(sc.ID)[2]
	if reply, err = b.SkipNext(t.Context(),
		b.of(mara, run.ID)); err != nil || reply.Did != reset.DidSkip || reply.Schedule == nil {
		t.Fatalf("%+v, %v", reply, err)
	}
	b.want(run, reset.Cancelled, "")
	_, err = b.Delay(t.Context(), b.of(mara, run.ID))
	problem(t, err, reset.ProblemTooLate)
	_, err = b.Delay(t.Context(), b.of(mara, b.ask(mara, reset.Shift{By: -1}).ID))
	problem(t, err, reset.ProblemNotRun)
}

func TestPauseResumeRemove(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	sc := b.save(nightly())
	b.upto(night.Add(-10 * time.Minute))
	run := b.want(b.run(sc.ID), reset.Approved, "")
	_, err := b.Pause(t.Context(), b.of(ben, "nightly"))
	problem(t, err, reset.ProblemDenied)
	if reply, err := b.Pause(t.Context(),
		b.of(kim, "nightly")); err != nil || reply.Did != reset.DidPause || reply.Schedule.Status != reset.Paused {
		t.Fatalf("%+v, %v", reply, err)
	}
	b.want(run, reset.Cancelled, "")
	_, err = b.Pause(t.Context(), b.of(kim, "nightly"))
	problem(t, err, reset.ProblemInactive)
	b.upto(night.Add(40 * time.Hour))
	b.run(sc.ID) // and no other
	_, err = b.Resume(t.Context(), b.of(kim, "nightly"))
	problem(t, err, reset.ProblemDenied) // approves, and does not ask
	if reply, err := b.Resume(t.Context(),
		b.of(mara, "nightly")); err != nil || reply.Did != reset.DidResume ||
		!reply.Schedule.Next.Equal(night.Add(48*time.Hour)) {
		t.Fatalf("%+v, %v", reply, err)
	}
	b.upto(night.Add(49 * time.Hour))
	if runs := b.runs(sc.ID); len(runs) != 2 || runs[1].State != reset.Applied {
		t.Errorf("%d runs", len(runs))
	}
	if _, err := b.Remove(t.Context(), b.of(mara, "nightly")); err != nil {
		t.Fatal(err)
	}
	b.upto(night.Add(80 * time.Hour))
	if n := len(b.runs(sc.ID)); n != 2 {
		t.Errorf("%d runs of a schedule that was removed", n)
	}
	_, err = b.Resume(t.Context(), b.of(mara, sc.ID))
	problem(t, err, reset.ProblemInactive)
	if all, err := b.Schedules(t.Context(), mara, "C1", "", ""); err != nil || len(all) != 0 {
		t.Errorf("%d schedules, %v", len(all), err)
	}
	if next := b.save(nightly()); next.ID == sc.ID {
		t.Error("a removed one came back")
	}
}

func TestStandingApprovalEnds(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	sc := b.save(nightly(func(sc *reset.Schedule) { sc.Until = night.Add(9*24*time.Hour - time.Hour) }))
	b.upto(night.Add(24 * time.Hour))
	if got := b.told(sc.Request); strings.Contains(got, "ends soon") {
		t.Error(got)
	}
	b.upto(night.Add(49 * time.Hour))
	if got := b.told(sc.Request); strings.Count(got, "approval ends soon") != 1 {
		t.Error(got)
	}
	b.upto(night.Add(9 * 24 * time.Hour))
	if now := b.stored("nightly"); now.Status != reset.Lapsed {
		t.Errorf("it is %s", now.Status)
	}
	if got := b.told(sc.Request); !strings.HasSuffix(got, "approval ends soon, schedule lapsed") || strings.Count(got,
		"ends soon") != 1 {
		t.Error(got)
	}
	if n := len(b.runs(sc.ID)); n != 9 {
		t.Errorf("%d runs", n)
	}
	_, err := b.RunNow(t.Context(), b.of(mara, "nightly"))
	if p := problem(t, err, reset.ProblemNoStandingApproval); p.Want != "ended" {
		t.Error(p)
	}
	if again := b.save(nightly()); again.ID != sc.ID || again.Status != reset.Active {
		t.Errorf("saved again: %+v", again)
	}
}
