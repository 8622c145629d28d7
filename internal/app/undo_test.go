package app_test

import (
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// large takes a replay that needs one approval to its end.
func (s *stage) large() slacksim.Message {
	s.t.Helper()
	card := s.asks(s.Mara, world.Home, "billing@prod-eu orders shift -1200")
	s.clicks(s.Jon, card, "approve")
	return s.shows(s.Jon, card, "DONE")
}

func TestUndoAtOnceNeedsNoApproval(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	card := s.large()
	undo := s.tells(s.Mara, world.PayOps, "undo "+s.id(card), "PREVIEW", "the offsets before "+s.id(card),
		"Skips up to 14,400 messages, already processed before "+s.id(card), "No approval required", "Apply")
	s.clicks(s.Mara, undo, "approve")
	s.sees(s.Jon, world.PayOps, s.id(undo), "DONE",
		"o second approval required: unchanged since "+s.id(card))
	s.shows(s.Jon, card, "UNDONE by "+s.id(undo))
	s.stands(before)
}

func TestUndoLaterGoesTheUsualWay(t *testing.T) {
	t.Parallel()
	for name, then := range map[string]func(*stage){
		"half an hour later": func(s *stage) { s.later(31 * time.Minute) },
		"somebody committed": func(s *stage) {
			if err := s.Prod.Commit(world.Billing, world.Orders, map[int32]int64{0: before - 1190}); err != nil {
				s.t.Fatal(err)
			}
		},
		"somebody is there": func(s *stage) { s.joins(kafkasim.ConsumerOptions{Host: "10.4.7.21"}, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, world.Options{})
			s.start()
			card := s.large()
			then(s)
			undo := s.tells(s.Mara, world.PayOps, "undo "+s.id(card), "PREVIEW", "the offsets before "+s.id(card),
				"Needs 2 approvals from @pay-owners")
			s.clicks(s.Mara, undo, "approve")
			s.sees(s.Jon, world.PayOps, s.id(undo)+".1", "APPROVE?")
			s.wrote(1)
		})
	}
}

func TestAPointlessUndoIsRefusedWithHowFarTheGroupIs(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	card := s.large()
	on := map[int32]int64{}
	for p := range int32(world.Partitions) {
		on[p] = before + 20
	}
	if err := s.Prod.Commit(world.Billing, world.Orders, on); err != nil {
		t.Fatal(err)
	}
	s.tells(s.Mara, world.PayOps, "undo "+s.id(card), "REFUSED",
		"billing has moved on: it is 240 messages past its offsets before "+s.id(card), "would only reprocess them")
	s.wrote(1)
}

func TestUndoForgetsWhatWasNeverCommitted(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	if err := s.Prod.Commit("pay-new", world.Orders, map[int32]int64{0: before}); err != nil {
		t.Fatal(err)
	}
	s.start()
	card := s.asks(s.Mara, world.Home, "pay-new@prod-eu orders:0-2 to latest")
	s.shows(s.Jon, card, "No committed offset on 2 partitions")
	s.clicks(s.Jon, card, "approve")
	s.clicks(s.Kim, card, "approve")
	card = s.shows(s.Jon, card, "DONE")
	undo := s.tells(s.Mara, world.PayOps, "undo "+s.id(card), "PREVIEW", "orders-1", "none", "No approval required")
	s.clicks(s.Mara, undo, "rows")
	s.opens(s.Mara, "without the bot", "orders,0,1900", "--from-file "+s.ref(undo)+".csv --execute",
		"--delete-offsets --topic orders:1,2")
	s.clicks(s.Mara, undo, "approve")
	s.sees(s.Jon, world.PayOps, s.id(undo), "DONE", "3 of 3 partitions verified at the offsets before "+s.id(card))
	for p := range int32(3) {
		got, ok := s.Prod.Committed("pay-new", world.Orders, p)
		if want := p == 0; ok != want || ok && got.Offset != before {
			t.Errorf("orders-%d: %v %+v", p, ok, got)
		}
	}
}
