package bot

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

// TestAGroupThatCannotBeReadHidesNoOtherApprover: of those who have to know, all are told who can be found, and the
// home channel is told in any case.
func TestAGroupThatCannotBeReadHidesNoOtherApprover(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	b.rule(func(r *auth.Rule) { r.Approve = []string{"S0GONE", "S0PAY"} })
	b.slack.AddChannel(slacksim.Channel{ID: "C0PRIV", Name: "secret", Private: true, Members: []string{"U0MARA"},
		Bot: true})
	preview := b.asked(t, "C0PRIV")
	b.click(t, b.mara, preview, "approve")
	b.sees(t, b.mara, "C0PRIV", "APPROVE?")
	b.settle()
	b.sees(t, b.jon, b.slack.DM("U0JON"), "k7f3")
	b.sees(t, b.jon, "C0HOME", "k7f3")
}

// TestHomeChannelIsToldOnceSlackAcceptsIt: what passes is tried again.
func TestHomeChannelIsToldOnceSlackAcceptsIt(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	b.slack.AddChannel(slacksim.Channel{ID: "C0PRIV", Name: "secret", Private: true, Members: []string{"U0MARA"},
		Bot: true})
	preview := b.asked(t, "C0PRIV")
	b.bot.pace.postpone(posting+"C0HOME", b.now().Add(3*time.Second)) // as after a 429
	b.click(t, b.mara, preview, "approve")
	b.sees(t, b.jon, b.slack.DM("U0JON"), "k7f3")
	b.until(t, "the home channel is told", func() bool {
		b.settle()
		return slices.ContainsFunc(b.jon.Messages("C0HOME"),
			func(m slacksim.Message) bool { return strings.Contains(m.Text(), "k7f3") })
	})
}
