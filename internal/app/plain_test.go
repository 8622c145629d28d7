package app_test

import (
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// unequal moves one partition, so that the card has a table: where all are alike, a sentence replaces it.
func (s *stage) unequal() {
	s.t.Helper()
	if err := s.Prod.Commit(world.Billing, world.Orders, map[int32]int64{5: before - 5}); err != nil {
		s.t.Fatal(err)
	}
}

// TestWithoutTables is the whole road with tables as preformatted text everywhere.
func TestWithoutTables(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.configure("slack:\n", "slack:\n  tables: false\n")
	s.unequal()
	s.start()
	card := s.asks(s.Mara, world.Incident, "billing@prod-eu orders back 50m")
	s.shows(s.Jon, card, "orders-0", "change")
	s.clicks(s.Jon, card, "approve")
	card = s.shows(s.Jon, card, "DONE", "verified")
	undo := s.news(s.Mara, world.Home, func() { s.clicks(s.Mara, card, "undo") }, "PREVIEW", "change", "orders-0")
	s.clicks(s.Mara, undo, "approve")
	s.sees(s.Jon, world.Home, s.id(undo), "DONE")
	if got := s.at(0); got != before {
		t.Errorf("orders-0 is at %d", got)
	}
	if strings.Contains(s.Slack.Sent(), `"type":"table"`) {
		t.Error("a table was sent")
	}
}

// TestResponsesWithoutTables: where Slack takes no table through a response_url, previews still come, with their rows.
func TestResponsesWithoutTables(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{Slack: slacksim.Options{PlainResponses: true}})
	s.unequal()
	s.start()
	preview := s.tells(s.Mara, world.Incident, "billing@prod-eu orders back 50m", "PREVIEW", "orders-0", "change")
	s.clicks(s.Mara, preview, "approve")
	card := s.sees(s.Jon, world.Home, s.ref(preview), "APPROVE?", "orders-0")
	s.tells(s.Jon, world.Home, "show "+s.id(card), "orders-0", "change")
	s.clicks(s.Jon, card, "approve")
	s.shows(s.Jon, card, "DONE")
}
