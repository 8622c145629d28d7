package engine_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func TestARunWhoseGroupIsInUse(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		do    func(*reset.Schedule)
		upto  time.Duration
		state reset.State
		want  string
	}{
		{"waits", waits(45 * time.Minute), 44 * time.Minute, reset.Approved, ""},
		{"waits and gives up", waits(45 * time.Minute), 46 * time.Minute, reset.Expired, ""},
		{"waits as the rule says", func(*reset.Schedule) {}, 31 * time.Minute, reset.Expired, ""},
		{"skips", busy(reset.BusySkip), time.Minute, reset.Expired, "busy"},
		{"fails", busy(reset.BusyFail), time.Minute, reset.Expired, "busy"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newNights(t)
			sc := b.save(nightly(tt.do))
			b.cluster.Join("billing", reset.Member{ID: "m1", Host: "10.4.7.21"})
			b.upto(night.Add(-time.Second))
			b.want(b.run(sc.ID), reset.Approved, "")
			b.upto(night.Add(tt.upto))
			run := b.want(b.run(sc.ID), tt.state, "")
			if now := b.stored(sc.ID); (now.Status == reset.Paused) != (tt.name == "fails") {
				t.Errorf("the schedule is %s", now.Status)
			}
			if run.Problem != nil && string(run.Problem.Code) != tt.want {
				t.Errorf("problem %v, want %s", run.Problem, tt.want)
			}
			// who asks again waits as the rule lets anybody
			if tt.name == "skips" {
				reply, err := b.Retry(t.Context(), b.by(mara, run))
				if in, _ := reply.Request.Intent(); err != nil || in.NoWait || reply.Request.Run != nil {
					t.Errorf("asked again: %+v, %v", reply.Request, err)
				}
			}
			if tt.state != reset.Approved {
				return
			}
			b.cluster.Join("billing")
			b.wait(time.Second)
			b.wait(6 * time.Second)
			b.want(run, reset.Applied, reset.Verified)
		})
	}
	b := newNights(t)
	if r := b.schedule(nightly(waits(2 * time.Hour))); r.State != reset.Refused ||
		r.Problem.Code != reset.ProblemTooLong {
		t.Errorf("%s, %v: longer than the rule lets anybody wait", r.State, r.Problem)
	}
}

var errDown = errors.New("connection refused")

// What somebody is doing, or just did, is not overwritten.
func TestARunBesideAnOpenRequest(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		do   func(*reset.Schedule)
		ends reset.State
	}{
		{"waits and announces itself again", waits(time.Hour), reset.Applied},
		{"skips", busy(reset.BusySkip), reset.Expired},
		{"gives up", waits(10 * time.Minute), reset.Expired},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newNights(t)
			sc := b.save(nightly(tt.do))
			b.upto(night.Add(-10 * time.Minute))
			run := b.want(b.run(sc.ID), reset.Approved, "")
			other := b.ask(mara, reset.Shift{By: -200})
			b.approve(mara, other)
			b.want(other, reset.Pending, "")
			b.upto(night.Add(time.Minute))
			if run = b.load(run.ID); run.State == reset.Planning &&
				(run.Problem.Code != reset.ProblemConflictingRequest || run.Problem.Request != other.ID) {
				t.Fatalf("%s, %v", run.State, run.Problem)
			}
			b.committed(900, 900)
			b.upto(night.Add(12 * time.Minute))
			if _, err := b.Reject(t.Context(), b.by(jon, other)); err != nil {
				t.Fatal(err)
			}
			b.upto(night.Add(14 * time.Minute))
			if tt.ends == reset.Applied {
				run = b.want(run, reset.Approved, "")
				if ahead := run.NotBefore.Sub(b.clock()); ahead < 13*time.Minute || ahead > 15*time.Minute ||
					run.Revision != 2 {
					t.Errorf("announced again %s ahead at revision %d", ahead, run.Revision)
				}
				if got := b.told(run.ID); strings.Count(got, "held back") != 1 {
					t.Error(got)
				}
			}
			b.upto(night.Add(59 * time.Minute))
			if run = b.load(run.ID); run.State != tt.ends {
				t.Errorf("%s, %v, want %s", run.State, run.Problem, tt.ends)
			}
		})
	}
}

func TestARunBesideAResetThatIsWatched(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	sc := b.save(nightly(waits(time.Hour)))
	b.upto(night.Add(-5 * time.Minute))
	run := b.want(b.run(sc.ID), reset.Approved, "")
	other := b.ask(mara, reset.Shift{By: -10})
	b.wait(6 * time.Second)
	b.approve(mara, other)
	b.want(other, reset.Applied, reset.Verified)
	b.committed(890, 890)
	b.upto(night.Add(time.Minute))
	if run = b.want(run, reset.Planning,
		""); run.Problem.Code != reset.ProblemConflictingRequest || run.Problem.Request != other.ID ||
		run.Problem.State != reset.Applied {
		t.Fatal(run.Problem)
	}
	b.cluster.Join("billing", reset.Member{ID: "m1"})
	b.cluster.Commit("billing", "orders", 0, 1000)
	b.cluster.Commit("billing", "orders", 1, 1000)
	b.wait(5 * time.Minute)
	b.cluster.Join("billing")
	b.upto(night.Add(58 * time.Minute))
	b.want(run, reset.Applied, reset.Verified)
	b.committed(950, 950)
}

func TestRunIsNotPostponedForPreviewsOrItsOwnWatch(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	sc := b.save(nightly())
	b.upto(night.Add(time.Minute))
	b.want(b.run(sc.ID), reset.Applied, reset.Verified)
	b.ask(mara, reset.Shift{By: -200})
	if _, err := b.RunNow(t.Context(), b.of(mara, sc.ID)); err != nil {
		t.Fatal(err)
	}
	b.upto(night.Add(4 * time.Minute))
	b.want(b.runs(sc.ID)[1], reset.Applied, reset.Verified)
	b.committed(800, 800)
}

func TestARunWaitsForKafkaAndForThaw(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	sc := b.save(nightly(waits(time.Hour)))
	b.cluster.Down(errDown)
	b.upto(night.Add(-10 * time.Minute))
	if run := b.want(b.run(sc.ID), reset.Planning, ""); run.Problem.Code != reset.ProblemUnreachable {
		t.Error(run.Problem)
	}
	b.upto(night.Add(10 * time.Minute))
	b.cluster.Down(nil)
	b.upto(night.Add(13 * time.Minute)) // late, and not missed: the bot was there
	b.want(b.run(sc.ID), reset.Applied, reset.Verified)

	b.upto(night.Add(23 * time.Hour))
	if _, err := b.Ask(t.Context(), engine.Ask{Actor: kim, Place: reset.Place{Channel: "C1"}, Origin: "freeze",
		Act: reset.Freeze{Cluster: "prod", Why: "migration"}}); err != nil {
		t.Fatal(err)
	}
	b.upto(night.Add(24*time.Hour + 30*time.Minute))
	if run := b.want(b.runs(sc.ID)[1], reset.Approved,
		""); run.Problem == nil || run.Problem.Code != reset.ProblemFrozen {
		t.Error(run.Problem)
	}
	b.upto(night.Add(25*time.Hour + time.Minute))
	b.want(b.runs(sc.ID)[1], reset.Expired, "")
}

func TestOneShot(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	for p := range 2 {
		b.cluster.SetTime("orders", p, func(at time.Time) reset.Found {
			if !at.Equal(night.Add(-30 * time.Minute)) {
				return reset.Found{How: reset.HowNoLater}
			}
			return reset.Found{Offset: 870, How: reset.HowRecord, At: at}
		})
	}
	sc := b.save(reset.Schedule{At: night, Announce: 10 * time.Minute,
		Intent: reset.Intent{Cluster: "prod", Group: "billing", Target: reset.Time{At: night.Add(-30 * time.Minute)},
			Scope: reset.Scope{Topics: []reset.TopicScope{{Topic: "orders"}}}}})
	b.upto(night.Add(-9 * time.Minute))
	run := b.run(sc.ID)
	if now := b.stored(sc.ID); now.Status != reset.Active || !now.Next.IsZero() || now.LastRun != run.ID {
		t.Errorf("after its one run was announced it is %+v", now)
	}
	b.upto(night.Add(time.Minute))
	b.want(run, reset.Applied, reset.Verified)
	if now := b.stored(sc.ID); now.Status != reset.Over {
		t.Errorf("after its one run it is %s", now.Status)
	}
	b.committed(870, 870)
	b.upto(night.Add(50 * time.Hour))
	b.run(sc.ID)
}

// ahead is a time in an hour that is meant.
func (b *bench) ahead(in *reset.Intent) {
	in.Target = reset.Time{At: night, Said: "04:00", Future: true}
}

func TestATimeInTheFuture(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		lag   int64 // at its time, beyond what has been stored
		state reset.State
		need  int
	}{
		{"within what was agreed to", 200, reset.Applied, 0},
		{"beyond it", 400, reset.Pending, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newNights(t)
			r := b.ask(mara, nil, b.ahead)
			if r.State != reset.Draft || r.Need != 1 || r.Effect.Skip != 200 || len(r.Warnings) == 0 ||
				r.Warnings[0].Code != reset.WarnAhead {
				t.Fatalf("%s, need %d, %+v, %v, %+v", r.State, r.Need, r.Effect, r.Problem, r.Warnings)
			}
			b.approve(mara, r)
			b.approve(kim, r)
			if r = b.want(r, reset.Approved, ""); !r.NotBefore.Equal(night) ||
				!r.Deadline.Equal(night.Add(30*time.Minute)) {
				t.Errorf("not before %s, until %s", r.NotBefore, r.Deadline)
			}
			b.cluster.Join("billing", reset.Member{ID: "m1"}) // and it goes on
			b.upto(night.Add(-time.Second))
			b.want(r, reset.Approved, "")
			for p := range 2 {
				b.cluster.SetLog("orders", p, 0, 1500)
				b.cluster.SetTime("orders", p, func(at time.Time) reset.Found {
					return reset.Found{Offset: 900 + tt.lag, How: reset.HowRecord, At: at}
				})
			}
			b.upto(night.Add(time.Minute))
			if tt.state == reset.Pending {
				if now := b.want(r, reset.Pending,
					""); now.Need != tt.need || now.Effect.Skip != 2*tt.lag || now.Problem.Want != "effect" {
					t.Errorf("need %d, %+v, %v", now.Need, now.Effect, now.Problem)
				}
				return
			}
			b.want(r, reset.Approved, "")
			b.cluster.Join("billing") // idle only now; it still starts at four
			b.upto(night.Add(3 * time.Minute))
			b.want(r, reset.Applied, reset.Verified)
			b.committed(900+tt.lag, 900+tt.lag)
		})
	}
}

func TestATimeInTheFutureThatNothingFollowsIsTheEnd(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	r := b.ask(mara, nil, b.ahead)
	b.approve(mara, r)
	b.approve(kim, r)
	b.upto(night.Add(2 * time.Minute))
	b.want(r, reset.Applied, reset.Verified)
	b.committed(1000, 1000)

	past := b.ask(mara, reset.Time{At: b.clock().Add(time.Hour)})
	if past = b.want(past, reset.Planning, ""); past.Question != reset.AskLater || len(past.Options) != 2 {
		t.Error(past.Problem, past.Options)
	}
	urgent := b.ask(oncall, nil, func(in *reset.Intent) {
		in.Target, in.Emergency = reset.Time{At: b.clock().Add(time.Hour), Future: true}, "INC-1"
	})
	if urgent = b.want(urgent, reset.Refused, ""); urgent.Problem.Code != reset.ProblemNoStandingApproval {
		t.Error(urgent.Problem)
	}
}

func TestSchedulesOfTheFile(t *testing.T) {
	t.Parallel()
	b := newNights(t, func(r *auth.Rule) { r.Cap = &auth.Limit{Skip: 10_000, Replay: 500} })
	sync := func(file ...reset.Schedule) {
		t.Helper()
		if err := b.SyncFileSchedules(t.Context(), file); err != nil {
			t.Fatal(err)
		}
		b.settle()
	}
	filed := nightly(larger, func(sc *reset.Schedule) {
		sc.Owner, sc.Place = reset.Actor{Kind: reset.Person, ID: "S0OWNERS"}, reset.Place{Channel: "C1"}
	})
	b.cluster.Down(errDown)
	sync(filed)
	b.wait(time.Hour / 2)
	b.cluster.Down(nil)
	b.wait(2 * time.Minute) // a Kafka that is down when the bot starts is waited for
	sc := b.stored("nightly")
	if sc.Source != reset.FromFile || sc.Status != reset.Active || !sc.Until.IsZero() {
		t.Fatalf("stored %+v", sc)
	}
	sync(filed)
	b.start()
	sync(filed)
	if again := b.stored("nightly"); again.Revision != 1 {
		t.Errorf("saved %d times", again.Revision)
	}
	for _, verb := range []func() error{
		func() error { _, err := b.Pause(t.Context(), b.of(kim, "nightly")); return err },
		func() error { _, err := b.Remove(t.Context(), b.of(kim, "nightly")); return err },
	} {
		problem(t, verb(), reset.ProblemReadOnly)
	}
	if r := b.schedule(nightly()); r.State != reset.Refused || r.Problem.Code != reset.ProblemReadOnly {
		t.Errorf("%s, %v", r.State, r.Problem)
	}
	b.upto(night.Add(time.Minute))
	b.want(b.run(sc.ID), reset.Applied, reset.Verified) // nobody was asked, though 400 would need somebody
	b.committed(700, 700)

	changed := filed
	changed.Intent.Target = reset.Shift{By: -300}
	sync(changed)
	if now := b.stored("nightly"); now.Revision != 1 {
		t.Errorf("600 are beyond the cap, and it was saved: %+v", now)
	}
	changed.Intent.Target = reset.Shift{By: -250}
	sync(changed)
	if now := b.stored("nightly"); now.Revision != 2 || now.ID != sc.ID {
		t.Errorf("changed: %+v", now)
	}
	sync()
	if all, err := b.Schedules(t.Context(), mara, "C1", "", ""); err != nil || len(all) != 0 {
		t.Errorf("%d left, %v", len(all), err)
	}
	sync(filed)
	if now := b.stored("nightly"); now.ID == sc.ID || now.Status != reset.Active {
		t.Errorf("put back into the file: %+v", now)
	}
}
