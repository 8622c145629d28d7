package app_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// dying is the store of a process that, from a moment on, records and acknowledges what people do, claims it, and
// gets no further: as one that is killed just then.
type dying struct {
	engine.Store
	dead *atomic.Bool
}

func (d dying) Claim(ctx context.Context, c engine.Claim) ([]engine.Due, error) {
	claimed, err := d.Store.Claim(ctx, c)
	if d.dead.Load() {
		return nil, err
	}
	return claimed, err
}

// killed is a stage whose first process does nothing more from kill on; restart is the next process.
func killed(t *testing.T) (s *stage, kill, restart func()) {
	t.Helper()
	s = newStage(t, world.Options{})
	var dead atomic.Bool
	s.opts.Store = func(kept engine.Store) engine.Store { return dying{kept, &dead} }
	s.start()
	return s, func() { dead.Store(true) }, func() {
		t.Helper()
		s.stop()
		s.opts.Store = nil
		s.start()
	}
}

// shown is a card that the bot has finished posting, with what belongs into its thread.
func (s *stage) shown(ask string) slacksim.Message {
	s.t.Helper()
	card := s.asks(s.Mara, world.Home, ask)
	s.until("the plan is in the thread", func() bool { return len(s.Jon.Replies(card)) > 0 })
	return card
}

// TestAClickOutlivesTheProcessThatTookIt: it is taken up when the next process runs, not when the lease of the dead
// one ends.
func TestAClickOutlivesTheProcessThatTookIt(t *testing.T) {
	t.Parallel()
	s, kill, restart := killed(t)
	card := s.shown("billing@prod-eu orders back 50m")
	kill()
	s.clicks(s.Jon, card, "approve")
	s.untouched()
	restart()
	began := time.Now()
	s.shows(s.Jon, card, "DONE")
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("taken up after %s", took)
	}
	s.wrote(1)
}

// TestAnApprovalInTimeCountsHoweverLateItIsDecided: the process was killed, and the next one starts after the deadline.
func TestAnApprovalInTimeCountsHoweverLateItIsDecided(t *testing.T) {
	t.Parallel()
	s, kill, restart := killed(t)
	card := s.shown("billing@prod-eu orders back 50m") // open for 30 minutes
	s.later(25 * time.Minute)
	kill()
	s.clicks(s.Jon, card, "approve")
	s.later(6 * time.Minute)
	restart()
	s.shows(s.Jon, card, "DONE")
	s.wrote(1)
}

// TestAnApprovalAfterTheDeadlineIsTooLate: nothing had noticed yet that the time was up.
func TestAnApprovalAfterTheDeadlineIsTooLate(t *testing.T) {
	t.Parallel()
	s, kill, restart := killed(t)
	card := s.shown("billing@prod-eu orders back 50m")
	kill()
	s.later(31 * time.Minute)
	now := s.news(s.Jon, card.Channel, func() { s.clicks(s.Jon, card, "approve"); restart() }, "Too late")
	if !now.Ephemeral {
		t.Errorf("others are told too: %s", now.Text())
	}
	s.shows(s.Jon, card, "EXPIRED")
	s.untouched()
}
