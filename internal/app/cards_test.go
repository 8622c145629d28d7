package app_test

import (
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// A small reset is a command and a click. An approver adds a click, and a confirmation is asked for a skip alone.
func TestASmallResetIsTwoInteractions(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	before := len(s.Slack.Acks())
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 10m", "👀 PREVIEW · billing@prod-eu")
	if b, _ := m.Button("approve"); b.Confirm != nil {
		t.Errorf("a rewind asks again: %+v", b.Confirm)
	}
	s.clicks(s.Mara, m, "approve")
	s.sees(s.Jon, world.PayOps, s.id(m), "✅ DONE · billing@prod-eu")
	if n := len(s.Slack.Acks()) - before; n != 2 {
		t.Errorf("a small reset took %d interactions", n)
	}

	before = len(s.Slack.Acks())
	card := s.asks(s.Mara, world.Home, "billing@prod-eu orders back 50m")
	if b, _ := card.Button("approve"); b.Label != "Approve rewind" || b.Style != "primary" || b.Confirm != nil {
		t.Errorf("the button of a rewind is %+v", b)
	}
	s.clicks(s.Jon, card, "approve")
	s.shows(s.Jon, card, "DONE")
	if n := len(s.Slack.Acks()) - before; n != 3 {
		t.Errorf("a reset with one approver took %d interactions", n)
	}
}

// A skip does not look like a rewind, and asks before it is approved.
func TestASkipLooksLikeOne(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	card := s.asks(s.Mara, world.Home, "billing@prod-eu orders to latest")
	card = s.shows(s.Jon, card, "⏭ SKIPS up to 1,200 messages: billing will never process them. Reprocesses none.",
		"orders → latest, +100 on each of 12 partitions")
	b, _ := card.Button("approve")
	if b.Label != "Approve SKIP" || b.Style != "danger" || b.Confirm == nil ||
		!strings.Contains(b.Confirm.Text, "never process") {
		t.Errorf("the button of a skip is %+v", b)
	}
	if want := "Approve? @mara: SKIP up to 1,200 on billing@prod-eu, orders to latest, by "; !strings.HasPrefix(
		card.Fallback, want) {
		t.Errorf("the notification says %q", card.Fallback)
	}
}

// The newest fact owns the header: what was undone does not say that it is done.
func TestAnUndoneResetSaysSo(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders shift -10", "PREVIEW")
	s.clicks(s.Mara, m, "approve")
	card := s.sees(s.Jon, world.PayOps, s.id(m), "DONE")
	undo := s.tells(s.Mara, world.PayOps, "undo "+s.id(card), "PREVIEW", "already processed before "+s.id(card))
	s.clicks(s.Mara, undo, "approve")
	card = s.shows(s.Jon, card, "UNDONE by "+s.id(undo)+" · billing@prod-eu")
	if text := card.Text(); strings.Contains(text, "verified") || strings.Contains(text, "DONE ·") &&
		!strings.Contains(text, "UNDONE") {
		t.Errorf("it still says what was done:\n%s", text)
	}
	s.has(card)
}
