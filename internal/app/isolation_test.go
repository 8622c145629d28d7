package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// committedOnly is the policy of the world for groups that read committed records.
var committedOnly = strings.Replace(world.Policy, "    wait:", "    isolation: read_committed\n    wait:", 1)

// A transaction is open over the last records: latest is before it, and an offset that was named is where it was named.
func TestAnExactOffsetIsNotMovedToTheLastStableOne(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{Policy: committedOnly})
	if err := s.Prod.Commit("pay-tx", world.Orders, map[int32]int64{0: world.PerOrders - 10}); err != nil {
		t.Fatal(err)
	}
	var records []kafkasim.Record
	for range 15 {
		records = append(records, kafkasim.Record{Time: time.Now(), Key: "k", Value: "v"})
	}
	open, err := s.Prod.Begin("tx-1", world.Orders, records...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = open.End(false) })
	s.start()
	at := func() int64 {
		got, _ := s.Prod.Committed("pay-tx", world.Orders, 0)
		return got.Offset
	}
	card := s.asks(s.Mara, world.Home, "pay-tx@prod-eu orders:0 to offset 2013")
	card = s.shows(s.Jon, card, "offset 2,013", "SKIPS up to 23")
	if strings.Contains(card.Text(), "beyond the end") {
		t.Errorf("the log has records up to 2,015:\n%s", card.Text())
	}
	s.clicks(s.Jon, card, "approve")
	s.shows(s.Jon, card, "DONE", "1 of 1 partition verified at offset 2,013")
	if at() != 2013 {
		t.Errorf("it is at %d, want 2013", at())
	}
	// Its undo goes back by as much, and latest is still the last stable offset.
	back := s.tells(s.Mara, world.Home, "pay-tx@prod-eu orders:0 to latest", "PREVIEW", "up to 13 messages",
		"−13")
	s.clicks(s.Mara, back, "rows")
	s.opens(s.Mara, "last stable offset", "2,000")
	undo := s.tells(s.Mara, world.Home, "undo "+s.id(card), "PREVIEW", "−23", "up to 23 messages")
	s.clicks(s.Mara, undo, "approve")
	s.sees(s.Jon, world.Home, s.id(undo), "DONE")
	if at() != world.PerOrders-10 {
		t.Errorf("after the undo it is at %d", at())
	}
}
