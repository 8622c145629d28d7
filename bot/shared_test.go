package bot

import (
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

// TestInDoubtAChannelIsShared: only what Slack calls the organisation's own is not. A card that is there already is
// moved only when the channel is known to be shared.
func TestInDoubtAChannelIsShared(t *testing.T) {
	t.Parallel()
	b := quiet(t, slacksim.Options{})
	for name, c := range map[string]struct {
		channel      slacksim.Channel
		fault        slacksim.Fault
		shared, left bool
	}{
		"own":        {channel: slacksim.Channel{ID: "C0OWN", Bot: true}},
		"of the org": {channel: slacksim.Channel{ID: "C0ORG", Bot: true, OrgShared: true}},
		"shared":     {channel: slacksim.Channel{ID: "C0EXT", Bot: true, ExtShared: true}, shared: true, left: true},
		"both": {channel: slacksim.Channel{ID: "C0BOTH", Bot: true, ExtShared: true, OrgShared: true},
			shared: true, left: true},
		"invited":     {channel: slacksim.Channel{ID: "C0SOON", Bot: true, Pending: true}, shared: true, left: true},
		"not visible": {channel: slacksim.Channel{ID: "C0HID", Private: true}, shared: true},
		"failed": {channel: slacksim.Channel{ID: "C0FAIL", Bot: true}, fault: slacksim.Fault{Status: 500},
			shared: true},
		"no scope": {channel: slacksim.Channel{ID: "C0NONE", Bot: true}, fault: slacksim.Fault{Error: "missing_scope"},
			shared: true},
	} {
		b.slack.AddChannel(c.channel)
		if c.fault != (slacksim.Fault{}) {
			b.slack.Fail("conversations.info", c.fault)
		}
		if got := b.bot.isNowShared(t.Context(), c.channel.ID); got != c.left {
			t.Errorf("%s: a card leaves it: %v", name, got)
		}
		if got := b.bot.shared(t.Context(), c.channel.ID); got != c.shared {
			t.Errorf("%s: shared is %v", name, got)
		}
		b.slack.Heal("conversations.info")
	}
	b.slack.Fail("conversations.info", slacksim.Fault{Status: 429, RetryAfter: time.Minute})
	for range 2 {
		if !b.bot.shared(t.Context(), "C0OWN") {
			t.Error("a channel that Slack does not tell about is not shared")
		}
	}
}
