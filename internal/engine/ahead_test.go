package engine_test

import (
	"errors"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// What was agreed to before its time came is one reading of that time. Another reading is agreed to anew.
func TestAnotherReadingOfATimeThatHasComeIsAgreedToAnew(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	other := night.Add(-50 * time.Minute)
	r := b.ask(mara, nil, func(in *reset.Intent) {
		in.Target = reset.Time{At: night, Said: "04:00", Zone: "UTC", Future: true,
			Other: &reset.Time{At: other, Said: "04:00", Zone: "Europe/Berlin"}}
	})
	b.want(r, reset.Draft, "")
	b.approve(mara, r)
	b.approve(kim, r)
	b.want(r, reset.Approved, "")
	for p := range 2 {
		b.cluster.SetLog("orders", p, 0, 1500)
		b.cluster.SetTime("orders", p, func(at time.Time) reset.Found {
			if at.Equal(night) {
				return reset.Found{Offset: 1000, How: reset.HowRecord, At: at}
			}
			return reset.Found{Offset: 700, How: reset.HowRecord, At: at}
		})
	}
	b.upto(night.Add(-time.Minute))
	b.cluster.Down(errors.New("away"))
	b.upto(night.Add(10 * time.Second))
	now := b.want(r, reset.Planning, "")
	d := b.by(mara, now)
	d.Verb, d.Option, d.Ref.Revision = engine.DoChoose, 1, 0
	if _, err := b.Decide(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	b.cluster.Down(nil)
	b.upto(night.Add(5 * time.Minute))
	b.committed(900, 900)
	now = b.want(r, reset.Pending, "")
	if votes, err := b.Store.Votes(t.Context(), r.ID, now.Revision); err != nil || len(votes) > 0 ||
		now.Revision != 2 || now.Need != 1 {
		t.Errorf("revision %d needs %d and has %v, %v", now.Revision, now.Need, votes, err)
	}
	b.approve(kim, now)
	b.wait(settled)
	b.want(r, reset.Applied, reset.Verified)
	b.committed(700, 700)
}

// An emergency lends nothing to a run that begins later.
func TestNoEmergencyForARunThatBeginsLater(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	sc := b.save(nightly(func(sc *reset.Schedule) { sc.Intent.Target = reset.Latest{} }), kim)
	for p := range 2 {
		b.cluster.SetLog("orders", p, 0, 1300)
	}
	b.upto(night.Add(-14 * time.Minute))
	run := b.run(sc.ID)
	b.want(run, reset.Pending, "")
	d := b.by(oncall, run)
	d.Verb = engine.DoEmergency
	_, err := b.Decide(t.Context(), d)
	problem(t, err, reset.ProblemNoStandingApproval)
	b.upto(night.Add(5 * time.Minute))
	b.committed(900, 900)
	d = b.by(oncall, b.want(run, reset.Pending, "")) // its time has come
	d.Verb = engine.DoEmergency
	if _, err := b.Decide(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	b.wait(settled)
	b.want(run, reset.Applied, reset.Verified)
}
