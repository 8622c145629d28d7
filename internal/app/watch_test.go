package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// newWatchStage is a stage on which an applied reset is looked at soon and often.
func newWatchStage(t *testing.T, change ...func(*engine.Times)) *stage {
	t.Helper()
	s := newStage(t, world.Options{})
	before := s.opts.Times
	s.opts.Times = func(ts *engine.Times) {
		before(ts)
		ts.WatchFirst, ts.Watch, ts.WatchSlow = time.Second, 200*time.Millisecond, 200*time.Millisecond
		for _, c := range change {
			c(ts)
		}
	}
	return s
}

// replays takes a small reset of billing, which needs no approval, as far as its end. It returns its card.
func (s *stage) replays(by string) slacksim.Message {
	s.t.Helper()
	preview := s.tells(s.Mara, world.Home, "billing@prod-eu orders shift "+by, "PREVIEW", "No approval required")
	s.clicks(s.Mara, preview, "approve")
	return s.sees(s.Jon, world.Home, s.id(preview), "DONE", "12 of 12 partitions", "verified")
}

// replies waits until a card's thread says all parts in one message.
func (s *stage) replies(card slacksim.Message, parts ...string) {
	s.t.Helper()
	s.until("the thread says "+strings.Join(parts, ", "), func() bool {
		return slices.ContainsFunc(s.Jon.Replies(card), func(m slacksim.Message) bool { return holds(m, parts) })
	})
}

// silent checks that a card and its thread do not say something.
func (s *stage) silent(card slacksim.Message, what string) {
	s.t.Helper()
	now, err := s.Jon.Look(card)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, m := range append(s.Jon.Replies(card), now) {
		if strings.Contains(m.Text(), what) {
			s.t.Errorf("%q is said:\n%s", what, m.Text())
		}
	}
}

func (s *stage) consumer(host string) *kafkasim.Consumer {
	s.t.Helper()
	c, err := s.Prod.StartConsumer(world.Billing, []string{world.Orders}, kafkasim.ConsumerOptions{Host: host})
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

func TestConsumersComeBackAndCatchUp(t *testing.T) {
	t.Parallel()
	s := newWatchStage(t)
	s.start()
	card := s.replays("-100")
	s.shows(s.Jon, card, "No consumer yet, not overwritten")
	s.consumer("10.4.7.21")
	card = s.shows(s.Jon, card, "seen since",
		"billing from 10.4.7.21 back", "12 of 12 partitions resumed at the target", "Caught up",
		"after the reset")
	s.replies(card, "First consumer joined: billing from 10.4.7.21")
	s.replies(card, "Caught up, ", " s after the reset.")
	s.silent(card, "verwritten")
	s.silent(card, "elsewhere")
	s.has(card, "undo")
	s.stands(world.PerOrders)
}

func TestNoConsumersComeBack(t *testing.T) {
	t.Parallel()
	s := newWatchStage(t, func(ts *engine.Times) { ts.NoConsumers = 2 * time.Second })
	s.start()
	card := s.replays("-100")
	s.shows(s.Jon, card, "No consumer came back in ", " s. Was ")
	s.replies(card, "No consumer came back in ", " s, lag 2,400. Was it started?", "mara")
	s.consumer("10.4.7.21")
	s.member(world.Billing, 1)
	s.until("the consumer has caught up", func() bool { return s.at(7) == world.PerOrders })
	s.silent(card, "First consumer")
}

func TestOverwrittenFromOutsideTheGroup(t *testing.T) {
	t.Parallel()
	s := newWatchStage(t)
	s.start()
	card := s.replays("-100")
	o := s.Prod.StartOverwriter(world.Billing, world.Orders, map[int32]int64{3: before + 7}, 100*time.Millisecond)
	card = s.shows(s.Jon, card, "OVERWRITTEN",
		"Overwritten by a process outside the group: orders-3 is at 1,9", "instead of 1,800",
		"No member was seen in billing.")
	s.replies(card, "Overwritten by a process outside the group: orders-3 is at 1,9",
		"Undo it, or stop that process and retry.", "mara")
	s.silent(card, "not overwritten")
	s.has(card, "undo", "retry")

	o.Stop()
	s.clicks(s.Mara, card, "retry")
	again := s.sees(s.Mara, world.Home, "PREVIEW", "back 100 offsets", "No approval required")
	if s.id(again) == s.id(card) {
		t.Error("the same request is tried again, not a new one")
	}
}

func TestNewerResetEndsTheWatch(t *testing.T) {
	t.Parallel()
	s := newWatchStage(t)
	s.start()
	old := s.replays("-100")
	newer := s.replays("-50")
	s.shows(s.Jon, old, s.id(newer)+" has reset the group again", "has reset the group again")
	s.replies(old, s.id(newer)+" has reset the group again")
	s.consumer("10.4.7.21")
	s.shows(s.Jon, newer, "12 of 12 partitions resumed at the target", "Caught up")
	s.silent(old, "verwritten")
	s.silent(old, "First consumer")
	s.silent(newer, "verwritten")
}

func TestWatchGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	s := newWatchStage(t)
	s.start()
	card := s.replays("-100")
	s.shows(s.Jon, card, "No consumer yet")
	s.stop()
	s.consumer("10.4.7.22")
	s.until("the consumer has caught up", func() bool { return s.at(7) == world.PerOrders })
	s.start()
	s.shows(s.Jon, card, "seen since", "10.4.7.22", "12 of 12 partitions resumed at the target", "Caught up")
	s.replies(card, "Caught up, ")
}
