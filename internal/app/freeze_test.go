package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

func TestFreezeStopsEveryWriteAndIsOnEveryOpenCard(t *testing.T) {
	t.Parallel()
	s, c := busyStage(t)
	armed := s.arms("", "WAITING")
	pending := s.asks(s.Mara, world.Home, "pay-refunds@prod-eu orders:0 to latest --create-group")
	s.news(s.Jon, world.PayOps, func() { s.types(s.Jon, world.PayOps, `freeze prod-eu --reason "broker upgrade"`) },
		"FROZEN", "paused by @jon", "broker upgrade", "Lift it: thaw ")
	const banner = "FROZEN: prod-eu by @jon"
	armed = s.shows(s.Jon, armed, banner, "broker upgrade", "Lift it: thaw ")
	pending = s.shows(s.Jon, pending, banner)
	s.leaves(c)
	s.until("the freeze is what it waits for", func() bool {
		return holds(s.shows(s.Jon, armed), []string{"FROZEN: prod-eu"})
	})
	s.tells(s.Mara, world.PayOps, "status", banner)
	s.wrote(0)
	s.stop() // a freeze outlives the process
	s.start()
	s.tells(s.Mara, world.PayOps, "billing@sandbox-eu orders back 10m", "PREVIEW") // another cluster is not concerned
	s.wrote(0)

	// The person who froze may thaw; another needs a second person.
	thaw := s.news(s.Kim, world.PayOps, func() { s.types(s.Kim, world.PayOps, "thaw prod-eu upgrade done") },
		"Lifts the freeze ", "of prod-eu", "Needs 1 approval from @pay-owners")
	s.has(thaw, "approve", "reject", "cancel")
	s.told(s.Kim, thaw, "approve", "You cannot approve your own request")
	s.wrote(0)
	s.clicks(s.Jon, thaw, "approve")
	s.shows(s.Jon, thaw, "Thawed by @kim", "Approved requests are written once their group is inactive")
	armed = s.shows(s.Jon, armed, "DONE")
	if text := s.shows(s.Jon, pending).Text(); strings.Contains(text, "FROZEN") {
		s.until("the banner goes", func() bool { return !strings.Contains(s.shows(s.Jon, pending).Text(), "FROZEN") })
	}
	s.replies(armed, "@jon froze prod-eu")
	s.replies(armed, "@kim thawed prod-eu")
	s.wrote(1)
}

func TestEverythingIsFrozen(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	s.tells(s.Gus, world.PayOps, "freeze everything", "You may not freeze everything: guests have no rights")
	s.news(s.Jon, world.Home, func() { s.types(s.Jon, world.Home, "freeze everything incident 4711") }, "FROZEN",
		"paused by @jon", "incident 4711")
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 10m", "PREVIEW", "FROZEN: everything by @jon")
	s.clicks(s.Mara, m, "approve")
	card := s.sees(s.Jon, world.PayOps, s.id(m), "FROZEN: everything by @jon")
	s.tells(s.Mara, world.PayOps, "thaw everything", "You may not thaw everything. @pay-owners can")
	s.tells(s.Jon, world.PayOps, "thaw prod-eu", "There is no freeze of prod-eu")
	s.later(10 * time.Minute)
	s.wrote(0)
	s.news(s.Jon, world.Home, func() { s.types(s.Jon, world.Home, "thaw everything") }, "THAWED", "Thawed by @jon")
	s.shows(s.Jon, card, "DONE")
	s.wrote(1)
	s.tells(s.Jon, world.PayOps, "thaw everything", "There is no freeze of everything")
}
