package app_test

import (
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// runningStage has a consumer of billing that has read next to nothing, and a settle time that no change of consumers
// is long enough for.
func runningStage(t *testing.T) (s *stage, goesOn func()) {
	t.Helper()
	s = newStage(t, world.Options{})
	usual := s.opts.Times
	s.opts.Times = func(ts *engine.Times) { usual(ts); ts.Settle = 20 * time.Second }
	slow := s.joins(kafkasim.ConsumerOptions{Host: "10.4.7.21"}, 1)
	s.start()
	return s, func() {
		s.t.Helper()
		s.leaves(slow)
		s.consumer("10.4.7.22") // reads all that is there
		s.until("billing has read everything", func() bool {
			for p := range int32(world.Partitions) {
				if s.at(p) < world.PerOrders {
					return false
				}
			}
			return true
		})
	}
}

// more checks what is asked for when the effect has crossed a tier: at once, of whom, and nothing else is said.
func (s *stage) more(card slacksim.Message, parts ...string) slacksim.Message {
	s.t.Helper()
	s.later(31 * time.Second)
	card = s.shows(s.Jon, card, append([]string{s.id(card) + ".2", "APPROVE?"}, parts...)...)
	s.replies(card, "More approvals are needed")
	if n, err := s.Prod.CountRequests(),
		s.Prod.WaitGroup(s.ctx, world.Billing, "Stable", 1); err != nil || len(n) == 0 {
		s.t.Errorf("the consumers are not there any more: %v", err)
	}
	s.wrote(0)
	return card
}

// T25: the tier is crossed while the service runs, and said then, not when it was stopped.
func TestAnArmedResetThatCrossesATierAsksWhileTheServiceRuns(t *testing.T) {
	t.Parallel()
	s, goesOn := runningStage(t)
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders to offset 1100", "PREVIEW", "up to 9,6",
		"No approval required")
	s.clicks(s.Mara, m, "approve")
	card := s.sees(s.Jon, world.PayOps, s.id(m), "WAITING")
	goesOn()
	card = s.more(card, "10,800", "Needs 1 approval")
	s.clicks(s.Jon, card, "approve")
	s.shows(s.Jon, card, "WAITING", "Approved by @jon")
}

func TestAPendingResetThatCrossesATierAsksForMore(t *testing.T) {
	t.Parallel()
	s, goesOn := runningStage(t)
	card := s.asks(s.Mara, world.Home, "billing@prod-eu orders to offset 300")
	card = s.shows(s.Jon, card, "up to 19,2", "Needs 1 approval")
	goesOn()
	card = s.more(card, "20,400", "Needs 2 approvals")
	s.clicks(s.Jon, card, "approve")
	s.shows(s.Jon, card, "Approved by @jon", "Needs 1 more from")
	s.wrote(0)
}

// Numbers that change within the approval are shown, without a question or a notification.
func TestDriftIsShownQuietly(t *testing.T) {
	t.Parallel()
	s, goesOn := runningStage(t)
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders to offset 1200", "PREVIEW", "up to 8,4",
		"No approval required")
	s.clicks(s.Mara, m, "approve")
	card := s.sees(s.Jon, world.PayOps, s.id(m)+".1", "WAITING")
	said := func() (n int) {
		for _, m := range s.Jon.Replies(card) {
			if m.Text() != "" { // and is no file
				n++
			}
		}
		return n
	}
	s.until("the thread tells of the click", func() bool { return said() > 0 })
	before := said()
	goesOn()
	s.later(31 * time.Second)
	card = s.shows(s.Jon, card, s.id(m)+".1", "WAITING", "up to 9,600")
	if n := said(); n != before {
		t.Errorf("the thread has %d messages more", n-before)
	}
	s.wrote(0)
}
