package app_test

import (
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// TestWithoutTables is the whole road with tables as preformatted text everywhere.
func TestWithoutTables(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.configure("slack:\n", "slack:\n  tables: false\n")
	s.start()
	card := s.asks(s.Mara, world.Incident, "billing@prod-eu orders back 50m")
	s.shows(s.Jon, card, "orders-5", "1,900", "committed")
	s.clicks(s.Jon, card, "approve")
	card = s.shows(s.Jon, card, "done", "were read back")
	undo := s.news(s.Mara, world.Home, func() { s.clicks(s.Mara, card, "undo") }, "preview", "committed", "orders-5")
	s.clicks(s.Mara, undo, "approve")
	s.sees(s.Jon, world.Home, s.id(undo)+" · done")
	s.stands(before)
	if strings.Contains(s.Slack.Sent(), `"type":"table"`) {
		t.Error("a table was sent")
	}
}

// TestResponsesWithoutTables: where Slack takes no table through a response_url, previews still come, with their rows.
func TestResponsesWithoutTables(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{Slack: slacksim.Options{PlainResponses: true}})
	s.start()
	preview := s.tells(s.Mara, world.Incident, "billing@prod-eu orders back 50m", "preview", "orders-0", "committed",
		"1,900")
	s.clicks(s.Mara, preview, "approve")
	card := s.sees(s.Jon, world.Home, s.ref(preview)+" · waiting for approval", "orders-0")
	s.tells(s.Jon, world.Home, "show "+s.id(card), "orders-0", "1,900")
	s.clicks(s.Jon, card, "approve")
	s.shows(s.Jon, card, "done")
}
