package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// atHome waits until a person's home says all parts.
func (s *stage) atHome(p *slacksim.Person, parts ...string) string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	v, err := p.WaitHome(ctx, func(v slacksim.View) bool {
		text := v.Text()
		return !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(text, part) })
	})
	if err != nil {
		s.t.Fatalf("no home that says %q: %v", parts, err)
	}
	return v.Text()
}

// TestTheHomesOfPeopleWithDifferentRights: who asks, who approves, who only views, and a guest each see what concerns
// them and nothing else; it is renewed while it is open.
func TestTheHomesOfPeopleWithDifferentRights(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	draft := s.id(s.tells(s.Mara, world.Incident, "billing@prod-eu refunds shift -1", "PREVIEW"))
	card := s.asks(s.Mara, world.Incident, "billing@prod-eu orders back 50m")
	id := s.id(card)
	opens := func(p *slacksim.Person, parts ...string) string {
		t.Helper()
		s.acked(p.OpenHome())
		return s.atHome(p, parts...)
	}
	mara := opens(s.Mara, "Nothing waits for you.", "Your open requests", id, draft, "billing@prod-eu: request")
	jon := opens(s.Jon, "Waiting for your approval\n"+id, "The card", "You have none.", "billing@prod-eu: approve",
		"prod-eu: view, freeze; on some groups: approve")
	ben := opens(s.Ben, "Nothing waits for you.", "You have none.", "prod-eu: view", "sandbox-eu: view")
	gus := opens(s.Gus, "You cannot view any group")
	if strings.Contains(jon, draft) || strings.Contains(ben, draft) || strings.Contains(ben, "billing@prod-eu: ") ||
		strings.Contains(mara, "approve\n") || strings.Contains(gus, "prod-eu") {
		t.Errorf("somebody sees too much:\n%s\n\n%s\n\n%s\n\n%s", mara, jon, ben, gus)
	}

	s.clicks(s.Jon, card, "approve")
	s.shows(s.Jon, card, "12 of 12 partitions verified")
	s.later(time.Minute + time.Second)
	s.atHome(s.Jon, "Nothing waits for you.", "Last resets\n"+id)
	s.atHome(s.Mara, "Last resets\n"+id, draft)
	s.atHome(s.Ben, "Last resets\n"+id)

	s.tells(s.Jon, world.Incident, "freeze prod-eu INC-4711", "FROZEN")
	s.later(time.Minute + time.Second)
	s.atHome(s.Ben, "FROZEN: prod-eu by @jon", "INC-4711")
	s.acked(s.Mara.ClickHome("start-reset", ""))
	s.opens(s.Mara, "Reset offsets", "Consumer group")
}
