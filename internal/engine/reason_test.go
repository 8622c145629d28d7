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
