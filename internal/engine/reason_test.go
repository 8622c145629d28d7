package engine_test

import (
	"regexp"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// A pattern of a whole reason is met by the reason or by the incident, whichever other text there is.
func TestAnIncidentDoesNotUndoAReason(t *testing.T) {
	t.Parallel()
	for name, said := range map[string][2]string{
		"the reason": {"INC-1", "nobody is awake"}, "the incident": {"deploy", "INC-2"}, "both": {"INC-1", "INC-2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			r := b.ask(mara, reset.Shift{By: -200}, func(in *reset.Intent) { in.Reason = said[0] })
			b.approve(mara, r)
			b.rule = func(r *auth.Rule) { r.Reason = regexp.MustCompile(`^INC-\d+$`) }
			b.start()
			d := b.by(oncall, r)
			d.Why = said[1]
			if _, err := b.say(t.Context(), engine.DoEmergency, d); err != nil {
				t.Fatal(err)
			}
			b.wait(settled)
			b.want(r, reset.Applied, reset.Verified)
		})
	}
}

// The reason that a requester gives with the click that submits their draft is judged, stored, and judged again at the
// write; without one it is refused.
func TestAReasonComesWithTheSubmission(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.ask(mara, reset.Shift{By: -200}, func(in *reset.Intent) { in.Reason = "INC-1" })
	b.rule = func(r *auth.Rule) { r.Reason = regexp.MustCompile(`^INC-[2-9]$`) }
	b.start()
	d := b.by(mara, r)
	d.Why = ""
	_, err := b.Approve(t.Context(), d)
	problem(t, err, reset.ProblemDenied)
	d = b.by(mara, r)
	d.Why = "INC-2"
	if _, err := b.Approve(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	b.wait(settled)
	now, err := b.Store.Load(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if in, _ := now.Intent(); in.Reason != "INC-2" {
		t.Errorf("the reason is %q", in.Reason)
	}
}

// What is asked for anew has the reason that was given for asking.
func TestARetryHasItsOwnReason(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cluster.Join("billing", reset.Member{ID: "m1"})
	r := b.ask(mara, reset.Shift{By: -50}, func(in *reset.Intent) { in.Reason, in.NoWait = "first", true })
	b.approve(mara, r)
	b.want(r, reset.Expired, "")
	d := b.by(mara, r)
	d.Why = "second"
	reply, err := b.say(t.Context(), engine.DoRetry, d)
	if err != nil {
		t.Fatal(err)
	}
	if in, _ := reply.Request.Intent(); in.Reason != "second" {
		t.Errorf("the reason is %q", in.Reason)
	}
}
