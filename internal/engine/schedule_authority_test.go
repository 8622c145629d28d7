package engine_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset/clustertest"
)

// between is a store in which something happens right before a transaction on a request.
type between struct {
	engine.Store
	request string
	do      func()
}

func (s *between) Update(ctx context.Context, id string, hold *engine.Due, change func(*engine.Tx) error) error {
	if do := s.do; id == s.request && do != nil {
		s.do = nil
		do()
	}
	return s.Store.Update(ctx, id, hold, change)
}

// open are the requests of a schedule that can still come to be written.
func (b *bench) open(sc reset.Schedule) (open []reset.Request) {
	b.t.Helper()
	for _, r := range b.runs(sc.ID) {
		if r.State.Open() {
			open = append(open, r)
		}
	}
	return open
}

// The pause comes when the run is about to be asked for: either there is no run, or it ends with the schedule.
func TestPausedWhileARunIsAskedFor(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(b *bench){
		"announced": func(b *bench) { b.upto(night.Add(-10 * time.Minute)) },
		"run now":   func(b *bench) { _, _ = b.RunNow(b.t.Context(), b.of(mara, "nightly")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newNights(t)
			sc := b.save(nightly())
			b.cluster.Join("billing", reset.Member{ID: "m1"})
			paused := &between{Store: b.Store, request: sc.Request}
			paused.do = func() {
				if _, err := b.Pause(t.Context(), b.of(kim, "nightly")); err != nil {
					t.Error(err)
				}
			}
			b.Store = paused
			ask(b)
			if b.settle(); paused.do != nil {
				t.Fatal("nothing was asked for")
			}
			b.cluster.Join("billing")
			b.upto(night.Add(20 * time.Minute))
			if open := b.open(sc); len(open) != 0 {
				t.Errorf("%d requests of a paused schedule are open: %+v", len(open), open)
			}
			b.committed(900, 900)
		})
	}
}

// A run that is armed although its schedule asks for it no more, as a process of before may have left it, is not
// written:
// the transaction that enters applying looks at the schedule.
func TestARunThatItsScheduleAsksForNoMore(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*reset.Schedule){
		"as it is":   func(*reset.Schedule) {},
		"paused":     func(sc *reset.Schedule) { sc.Status = reset.Paused },
		"lapsed":     func(sc *reset.Schedule) { sc.Status = reset.Lapsed },
		"over":       func(sc *reset.Schedule) { sc.Status = reset.Over },
		"removed":    func(sc *reset.Schedule) { sc.Status = reset.Removed },
		"saved anew": func(sc *reset.Schedule) { sc.Revision++ },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newNights(t)
			sc := b.save(nightly())
			b.upto(night.Add(-10 * time.Minute))
			run := b.want(b.run(sc.ID), reset.Approved, "")
			err := b.Store.Update(t.Context(), sc.Request, nil,
				func(tx *engine.Tx) error { change(tx.Schedule); return nil })
			if err != nil {
				t.Fatal(err)
			}
			b.upto(night.Add(5 * time.Minute))
			if name == "as it is" {
				b.want(run, reset.Applied, reset.Verified)
				return
			}
			b.want(run, reset.Cancelled, "")
			if why := b.fact(run.ID, reset.EvCancelled, "why"); !strings.HasPrefix(why, "schedule nightly ") {
				t.Errorf("it ended because %q", why)
			}
			b.committed(900, 900)
		})
	}
}

// Everything open of a schedule ends with it, also a run that was told to run now and one that is being asked about.
func TestWhatEndsAScheduleEndsItsRuns(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(b *bench) error{
		"pause":  func(b *bench) error { _, err := b.Pause(b.t.Context(), b.of(kim, "nightly")); return err },
		"remove": func(b *bench) error { _, err := b.Remove(b.t.Context(), b.of(kim, "nightly")); return err },
		"save anew": func(b *bench) error {
			b.save(nightly(func(sc *reset.Schedule) { sc.Intent.Target = reset.Shift{By: -40} }))
			return nil
		},
		"lapse": func(b *bench) error { b.upto(night.Add(30 * time.Minute)); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newNights(t)
			sc := b.save(nightly(waits(time.Hour), func(sc *reset.Schedule) { sc.Until = night.Add(30 * time.Minute) }))
			b.cluster.Join("billing", reset.Member{ID: "m1"})
			b.upto(night.Add(-10 * time.Minute))
			if _, err := b.RunNow(t.Context(), b.of(mara, "nightly")); err != nil {
				t.Fatal(err)
			}
			b.settle()
			if open := b.open(sc); len(open) != 2 {
				t.Fatalf("%d are open", len(open))
			}
			if err := end(b); err != nil {
				t.Fatal(err)
			}
			b.settle()
			for _, r := range b.runs(sc.ID) {
				if r.Run.Revision != sc.Revision {
					continue
				}
				b.want(r, reset.Cancelled, "")
				if why := b.fact(r.ID, reset.EvCancelled, "why"); !strings.HasPrefix(why, "schedule nightly was ") {
					t.Errorf("%s ended because %q", r.ID, why)
				}
			}
			b.cluster.Join("billing")
			if name != "save anew" {
				b.upto(night.Add(90 * time.Minute))
			}
			b.committed(900, 900)
		})
	}
}

// A run beside the agreed times needs what the same reset would need if it were typed, by others than who started it.
func TestRunNowNeedsWhatTheResetWouldNeed(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	sc := b.save(nightly(larger), kim)
	if _, err := b.RunNow(t.Context(), b.of(jon, "nightly")); err != nil { // jon may ask and approve
		t.Fatal(err)
	}
	b.settle()
	run := b.want(b.run(sc.ID), reset.Pending, "")
	if run.Need != 1 || run.Mandate != nil {
		t.Errorf("need %d, rests on %+v", run.Need, run.Mandate)
	}
	for _, who := range []reset.Actor{jon, mara} {
		_, err := b.Approve(t.Context(), b.by(who, run))
		if p := problem(t, err, reset.ProblemDenied); who == jon && p.Ruling.Denial != reset.DeniedSelf {
			t.Errorf("%s: %s", who.ID, p.Ruling.Denial)
		}
	}
	b.committed(900, 900)
	b.approve(kim, run)
	b.wait(7 * time.Second)
	b.want(run, reset.Applied, reset.Verified)
}

// An announced run is covered from its time on, and for as long as it may be put off.
func TestARunIsCoveredAtTheAgreedTimes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		delays int
		runAt  time.Duration // after its time, 0: by itself
		covers bool
	}{
		{"at its time", 0, 0, true},
		{"early", 0, -10 * time.Minute, false},
		{"put off by an hour", 1, 0, true},
		{"put off by two hours", 2, 0, true},
		{"put off by three hours", 3, 0, false},
		{"put off, then now", 2, 20 * time.Minute, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newNights(t)
			sc := b.save(nightly(larger), kim)
			b.upto(night.Add(-10 * time.Minute))
			run := b.want(b.run(sc.ID), reset.Approved, "")
			for range tt.delays {
				if _, err := b.Delay(t.Context(), b.of(mara, run.ID)); err != nil {
					t.Fatal(err)
				}
			}
			if tt.runAt != 0 {
				b.upto(night.Add(tt.runAt))
				if _, err := b.RunNow(t.Context(), b.of(mara, run.ID)); err != nil {
					t.Fatal(err)
				}
			} else {
				b.settle()
				b.upto(night.Add(time.Duration(tt.delays) * time.Hour))
			}
			b.wait(time.Minute)
			if tt.covers {
				b.want(run, reset.Applied, reset.Verified)
				return
			}
			if run = b.want(run, reset.Pending, ""); run.Need != 1 || run.Problem.Want != "time" {
				t.Errorf("need %d, %v", run.Need, run.Problem)
			}
			b.committed(900, 900)
			b.approve(kim, run)
			b.wait(7 * time.Second)
			b.want(run, reset.Applied, reset.Verified)
		})
	}
}

// Whoever may not ask for resets cannot put a run off beyond what was agreed to: that would be to ask for one.
func TestWhoMayPutARunOff(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	sc := b.save(nightly(larger), jon)
	b.upto(night.Add(-10 * time.Minute))
	run := b.want(b.run(sc.ID), reset.Approved, "")
	for range 2 {
		if _, err := b.Delay(t.Context(), b.of(kim, run.ID)); err != nil {
			t.Fatal(err)
		}
	}
	_, err := b.Delay(t.Context(), b.of(kim, run.ID))
	problem(t, err, reset.ProblemDenied)
}

// What was agreed to ends some time: a run that still waits then expires.
func TestARunIsNotWrittenLaterThanWasAgreed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*reset.Schedule)
		until  time.Duration
	}{
		{"waits", waits(20 * time.Minute), 20 * time.Minute},
		{"skips", busy(reset.BusySkip), reset.Tolerance},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newNights(t)
			sc := b.save(nightly(tt.change))
			b.upto(night.Add(-time.Minute))
			run := b.want(b.run(sc.ID), reset.Approved, "")
			b.cluster.Down(errDown)
			b.upto(night.Add(tt.until - 10*time.Second))
			b.want(run, reset.Approved, "")
			b.upto(night.Add(tt.until + 10*time.Second))
			b.cluster.Down(nil)
			b.upto(night.Add(tt.until + 5*time.Minute))
			b.want(run, reset.Expired, "")
			b.committed(900, 900)
		})
	}
}

// A click names the run that it skips: a second one skips no other, and an old one skips nothing.
func TestSkippingNamesTheRun(t *testing.T) {
	t.Parallel()
	for _, announced := range []bool{false, true} {
		b := newNights(t)
		sc := b.save(nightly())
		if announced {
			b.upto(night.Add(-10 * time.Minute))
		}
		for range 2 {
			click := b.of(mara, "nightly")
			click.Option = int(night.Unix())
			if reply, err := b.SkipNext(t.Context(), click); err != nil || reply.Did != reset.DidSkip {
				t.Fatalf("%+v, %v", reply, err)
			}
		}
		next := b.stored("nightly")
		if !next.Next.Equal(night.Add(24*time.Hour)) || len(next.Skipped) != 1 || !next.Skipped[0].Equal(night) {
			t.Errorf("announced %v: next %s, skipped %s", announced, next.Next, next.Skipped)
		}
		// It stays skipped when the schedule is paused and resumed, and when it is saved anew.
		if _, err := b.Pause(t.Context(), b.of(mara, "nightly")); err != nil {
			t.Fatal(err)
		}
		click := b.of(mara, "nightly")
		click.Option = int(night.Unix())
		if reply, err := b.SkipNext(t.Context(), click); err != nil || reply.Did != reset.DidSkip {
			t.Errorf("once more while it is paused: %+v, %v", reply, err)
		}
		if reply, err := b.Resume(t.Context(),
			b.of(mara, "nightly")); err != nil || !reply.Schedule.Next.Equal(night.Add(24*time.Hour)) {
			t.Errorf("%+v, %v", reply.Schedule, err)
		}
		b.save(nightly(func(sc *reset.Schedule) { sc.Intent.Target = reset.Shift{By: -40} }))
		b.upto(night.Add(time.Hour))
		b.committed(900, 900)
		late := b.of(mara, "nightly")
		late.Option = int(night.Add(time.Hour).Unix())
		_, err := b.SkipNext(t.Context(), late)
		p := problem(t, err, reset.ProblemTimePassed)
		if p.Got != "2026-11-22T05:00:00Z" || p.Want != "2026-11-23T04:00:00Z" {
			t.Error(p)
		}
		b.upto(night.Add(25 * time.Hour))
		b.committed(860, 860)
		if sc.ID != b.stored("nightly").ID {
			t.Error("it is another schedule")
		}
	}
}

// A run of a schedule that was saved anew for the same time is made, although the one of before was ended.
func TestSavedAnewRunsAtTheSameTime(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	b.save(nightly())
	b.upto(night.Add(-10 * time.Minute))
	b.save(nightly(func(sc *reset.Schedule) { sc.Intent.Target = reset.Shift{By: -40} }))
	b.upto(night.Add(time.Minute))
	b.committed(860, 860)
}

// Paused or removed while a change of it is being asked about, a schedule is not put back by that change: it asks
// again.
func TestAChangeDoesNotUndoAPause(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(*bench) error{
		"paused":  func(b *bench) error { _, err := b.Pause(b.t.Context(), b.of(kim, "nightly")); return err },
		"removed": func(b *bench) error { _, err := b.Remove(b.t.Context(), b.of(kim, "nightly")); return err },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newNights(t)
			sc := b.save(nightly(larger), kim)
			change := b.schedule(nightly(func(sc *reset.Schedule) { sc.Intent.Target = reset.Shift{By: -210} }))
			b.approve(mara, change)
			if err := stop(b); err != nil {
				t.Fatal(err)
			}
			b.approve(kim, change)
			change = b.want(change, reset.Pending, "")
			b.wait(engine.DefaultTimes.Unread)
			b.approve(kim, change)
			b.want(change, reset.Applied, reset.Verified)
			if now := b.stored("nightly"); now.Status != reset.Active || (now.ID == sc.ID) != (name == "paused") {
				t.Errorf("%s is %s", now.ID, now.Status)
			}
		})
	}
}

// A default gives way to the rule, when it is asked for and when the rule has become narrower since.
func TestADefaultWaitGivesWayToTheRule(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	sc := b.save(nightly())
	if sc.WhenBusy.For != 30*time.Minute {
		t.Errorf("waits %+v", sc.WhenBusy)
	}
	b.rule = func(r *auth.Rule) {
		r.Schedules, r.Approve, r.Wait, r.MaxWait = true, append(r.Approve, "S0OWNERS"), 2*time.Minute, 2*time.Minute
	}
	b.start()
	again := b.schedule(nightly())
	if s, _ := again.Act.(reset.SaveSchedule); again.State != reset.Draft || s.Schedule.WhenBusy.For != 2*time.Minute {
		t.Errorf("%s, %v, %+v", again.State, again.Problem, again.Act)
	}
	b.cluster.Join("billing", reset.Member{ID: "m1"})
	b.upto(night.Add(time.Minute))
	run := b.want(b.run(sc.ID), reset.Approved, "")
	b.upto(night.Add(3 * time.Minute))
	b.want(run, reset.Expired, "")
}

// A run that was being written when its schedule ended was not ended with it. Kafka takes none of it, and the rule
// allows no schedules any more: it ends, and is not planned for ever.
func TestARunThatOutlivedItsScheduleEnds(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	sc := b.save(nightly())
	b.cluster.Fault(clustertest.WriteFault{Reject: "UNKNOWN_MEMBER_ID"})
	written := false
	b.cluster.OnWrite(func() {
		b.cluster.OnWrite(nil)
		written = true
		if _, err := b.Remove(t.Context(), b.of(kim, "nightly")); err != nil {
			t.Error(err)
		}
	})
	for b.upto(night); !written; {
		b.upto(b.clock().Add(time.Second))
	}
	b.want(b.run(sc.ID), reset.Approved, "")
	b.cluster.Join("billing", reset.Member{ID: "m1"})
	b.cluster.Topic("orders", "made again", 2, 0, 1000) // so that it is planned again
	b.rule = func(r *auth.Rule) { r.Schedules = false }
	b.start()
	b.upto(b.clock().Add(5 * time.Minute))
	run := b.want(b.run(sc.ID), reset.Cancelled, "")
	if why := b.fact(run.ID, reset.EvCancelled, "why"); !strings.HasPrefix(why, "schedule nightly ") {
		t.Errorf("it ended because %q", why)
	}
	b.committed(900, 900)
}
