package app_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// ruleOfTwo needs one approval for pay-one and two for pay-two.
const ruleOfTwo = `
  - name: one
    clusters: [prod-eu]
    groups: [pay-one]
    view: [members]
    request: [S0PAY]
    approve: [S0PAYOWNERS]
    approvals: [{need: 1}]
  - name: two
    clusters: [prod-eu]
    groups: [pay-two]
    view: [members]
    request: [S0PAY]
    approve: [S0PAYOWNERS]
    approvals: [{need: 2}]
`

// TestTwoPeopleClickAtOnce repeats until chance has had its chance: every round is one move by one, so the end tells
// how many were written.
func TestTwoPeopleClickAtOnce(t *testing.T) {
	t.Parallel()
	const rounds = 5
	s := newStage(t, world.Options{Policy: ruleOfTwo, Slack: slacksim.Options{Unhurried: true}})
	for _, group := range []string{"pay-one", "pay-two"} {
		if err := s.Prod.Commit(group, world.Orders, map[int32]int64{0: 1000}); err != nil {
			t.Fatal(err)
		}
	}
	s.opts.Times = func(ts *engine.Times) { ts.Settle, ts.CheckInterval = time.Millisecond, 20*time.Millisecond }
	s.start()
	for round := range rounds {
		for votes, group := range map[int]string{1: "pay-one", 2: "pay-two"} {
			preview := s.tells(s.Mara, world.Home, group+"@prod-eu orders:0 shift -1", "PREVIEW", "Ask for approval")
			s.clicks(s.Mara, preview, "approve")
			card := s.sees(s.Jon, world.Home, s.ref(preview), "APPROVE?")
			s.atOnce(func() { s.clickSoon(s.Jon, card, "approve") }, func() { s.clickSoon(s.Kim, card, "approve") },
				func() { s.clickSoon(s.Jon, card, "approve") })
			s.shows(s.Jon, card, "DONE")
			whole := s.tells(s.Mara, world.Home, "history "+s.id(card), s.id(card), "DONE",
				fmt.Sprintf("approved revision 1 (%d of %d)", votes, votes))
			if votes == 1 && holds(whole, []string{"(2 of"}) {
				t.Errorf("round %d: two votes where one was enough:\n%s", round, whole.Text())
			}
			got, _ := s.Prod.Committed(group, world.Orders, 0)
			if want := int64(1000 - round - 1); got.Offset != want {
				t.Fatalf("round %d: %s is at %d, want %d", round, group, got.Offset, want)
			}
		}
	}
	s.wrote(2 * rounds)
}

func (s *stage) atOnce(acts ...func()) {
	var wg sync.WaitGroup
	for _, act := range acts {
		wg.Go(act)
	}
	wg.Wait()
}

// clickSoon is a click that may come too late for its button.
func (s *stage) clickSoon(p *slacksim.Person, m slacksim.Message, action string) {
	if d, err := p.Click(m, action); err == nil {
		s.acked(d, nil)
	}
}

func TestTheSameEnvelopeActsOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.acks = append(s.acks, slacksim.AckDuplicate)
	s.start()
	asked := s.types(s.Mara, world.Home, "billing@prod-eu orders shift -10")
	preview := s.sees(s.Mara, world.Home, "PREVIEW", "Apply")
	s.Slack.Redeliver(asked)
	s.once(s.Mara, world.Home, func() { s.types(s.Mara, world.Home, "status") }, "Open requests", s.id(preview))

	d := s.clicks(s.Mara, preview, "approve")
	s.atOnce(func() { s.Slack.Redeliver(d) }, func() { s.Slack.Redeliver(d) })
	card := s.sees(s.Mara, world.Home, s.id(preview), "DONE", "Undo")
	s.stands(before - 10)
	s.Slack.Redeliver(d)

	undo := s.types(s.Mara, world.Home, "undo "+s.id(card))
	s.sees(s.Mara, world.Home, "PREVIEW", "the offsets before "+s.id(card))
	s.Slack.Redeliver(undo)
	s.once(s.Mara, world.Home, func() { s.types(s.Mara, world.Home, "history billing@prod-eu") }, "History",
		"1 request")
	s.wrote(1)
}

func TestADoubleClickIsOneAct(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	preview := s.tells(s.Mara, world.Home, "billing@prod-eu orders shift -10", "PREVIEW", "Apply")
	s.atOnce(func() { s.clickSoon(s.Mara, preview, "approve") }, func() { s.clickSoon(s.Mara, preview, "approve") },
		func() { s.clickSoon(s.Mara, preview, "cancel") })
	s.until("it has come to an end", func() bool {
		m := s.tells(s.Mara, world.Home, "show "+s.id(preview), s.id(preview))
		return holds(m, []string{"DONE"}) || holds(m, []string{"CANCELLED"})
	})
	at := s.at(0)
	if at != before && at != before-10 {
		t.Errorf("orders-0 is at %d", at)
	}
	s.stands(at)
}
