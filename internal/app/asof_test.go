package app_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// Slack never stops an approved write. So a card that cannot be edited meanwhile says as of when nothing was written,
// and promises nothing.
func TestACardBeforeTheWriteSaysAsOfWhenItWasNotWritten(t *testing.T) {
	t.Parallel()
	s, c := busyStage(t)
	preview := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders shift -100", "PREVIEW", "Not written as of ")
	s.clicks(s.Mara, preview, "approve")
	card := s.sees(s.Jon, world.PayOps, s.id(preview)+".1", "WAITING", "Not written as of ")
	s.Slack.Fail("chat.update", slacksim.Fault{Status: http.StatusInternalServerError})
	s.leaves(c)
	s.until("the write", func() bool { return s.at(7) == before-100 || s.at(7) == before-99 })
	now, err := s.Jon.Look(card)
	if err != nil {
		t.Fatal(err)
	}
	for _, promise := range []string{"othing was changed", "othing has been changed", "othing is changed",
		"othing changed", "othing was written"} {
		if strings.Contains(now.Text(), promise) {
			t.Errorf("Kafka is written, and the card says %q:\n%s", promise, now.Text())
		}
	}
	s.shows(s.Jon, card, "WAITING", "Not written as of ")
	s.Slack.Heal("chat.update")
	s.shows(s.Jon, card, "DONE")
}
