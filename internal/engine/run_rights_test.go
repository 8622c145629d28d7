package engine_test

import (
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Who may not look learns nothing of a run either.
func TestVerbsOfRunsTellNothingToWhoMayNotLook(t *testing.T) {
	t.Parallel()
	b := newNights(t, func(r *auth.Rule) { r.View = nil })
	sc := b.save(nightly())
	b.upto(night.Add(5 * time.Minute))
	run := b.want(b.run(sc.ID), reset.Applied, reset.Verified)
	for _, verb := range []engine.DecisionVerb{engine.DoRunNow, engine.DoSkipNext, engine.DoDelay} {
		_, err := b.say(t.Context(), verb, b.of(ben, run.ID))
		if p := problem(t, err, reset.ProblemNoSchedule); p.Group != "" {
			t.Errorf("%s: %+v", verb, p)
		}
	}
	_, err := b.Cancel(t.Context(), b.of(ben, run.ID))
	if p := problem(t, err, reset.ProblemNoRequest); p.Group != "" {
		t.Errorf("cancel: %+v", p)
	}
}

// A run that was asked for beside its times and needed nobody's... its one voter is deactivated before the write.
func TestDelayKeepsNoEmergency(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	sc := b.save(nightly(func(sc *reset.Schedule) { sc.Intent.Target = reset.Latest{} }), kim)
	for p := range 2 {
		b.cluster.SetLog("orders", p, 0, 1300)
	}
	b.upto(night.Add(time.Minute))
	b.cluster.Join("billing", reset.Member{ID: "m1"})
	run := b.want(b.run(sc.ID), reset.Pending, "")
	d := b.by(oncall, run)
	d.Verb = engine.DoEmergency
	if _, err := b.Decide(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	d = b.of(kim, run.ID)
	d.Verb = engine.DoDelay
	if _, err := b.Decide(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	b.cluster.Join("billing")
	b.upto(night.Add(70 * time.Minute))
	now := b.load(run.ID)
	t.Logf("%s %s %s", now.State, now.Outcome, now.NotBefore)
	b.committed(900, 900)
}
