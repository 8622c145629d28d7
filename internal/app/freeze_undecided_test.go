package app_test

import (
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// A freeze holds what is armed from when it is received on, although Slack cannot say just now who asked for it.
func TestAFreezeHoldsWhileSlackCannotSayWhoAsked(t *testing.T) {
	t.Parallel()
	s, c := busyStage(t)
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 10m", "PREVIEW")
	s.clicks(s.Mara, m, "approve")
	card := s.sees(s.Jon, world.PayOps, "WAITING")
	s.Slack.Fail("users.info", slacksim.Fault{Status: 429, RetryAfter: 5 * time.Second})
	s.types(s.Jon, world.PayOps, "freeze prod-eu data loss")
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	s.shows(s.Jon, card, "A freeze of prod-eu was requested", "Nothing is written until then")
	s.wrote(0)
	s.Slack.Heal("users.info")
	s.shows(s.Jon, card, "FROZEN", "data loss")
	s.wrote(0)
}
