package app_test

import (
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// freezes sets a freeze and returns its card.
func (s *stage) freezes(p *slacksim.Person, words string) slacksim.Message {
	s.t.Helper()
	_, why, _ := strings.Cut(words, " ")
	said := []string{"FROZEN", "paused by @" + nameOf(p), why}
	s.types(p, world.Home, "freeze "+words)
	card := s.finds(p, world.Home, said, func(m slacksim.Message) bool { return !m.Ephemeral && holds(m, said) })
	s.sees(p, world.Home, s.id(card), "FROZEN", "The card in #kafka-prod")
	return card
}

// thaws asks for a thaw that others have to agree to, and returns its card.
func (s *stage) thaws(p *slacksim.Person, words string, parts ...string) slacksim.Message {
	s.t.Helper()
	parts = append(parts, "APPROVE?", "Lifts the freeze", "Needs 1 approval")
	before := map[string]bool{}
	for _, m := range p.Messages(world.Home) {
		before[m.TS] = true
	}
	s.types(p, world.Home, "thaw "+words)
	return s.finds(p, world.Home, parts, func(m slacksim.Message) bool {
		return !before[m.TS] && !m.Ephemeral && holds(m, parts)
	})
}

func nameOf(p *slacksim.Person) string { return strings.ToLower(strings.TrimPrefix(p.ID, "U0")) }

// waits is the card of a small rewind by mara that needs no one else and is held by a freeze.
func (s *stage) waits(parts ...string) slacksim.Message {
	s.t.Helper()
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders shift -100", "PREVIEW", "FROZEN")
	s.clicks(s.Mara, m, "approve")
	return s.sees(s.Jon, world.PayOps, append(parts, s.id(m)+".1 · ", "FROZEN: ")...)
}

// A thaw is asked for one freeze. When that is lifted meanwhile and another one is set, the vote on the old thaw
// lifts nothing.
func TestAThawLiftsTheFreezeItWasAskedForAndNoOther(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	upgrade := s.freezes(s.Jon, "prod-eu broker upgrade")
	armed := s.waits("broker upgrade")
	thaw := s.thaws(s.Kim, "prod-eu", "@jon", "broker upgrade", s.id(upgrade))
	s.types(s.Jon, world.Home, "thaw "+s.id(upgrade)+" upgrade done")
	s.shows(s.Jon, upgrade, "THAWED", "Lifted by @jon", "upgrade done")
	s.shows(s.Jon, armed, "DONE")
	thaw = s.shows(s.Jon, thaw, "CANCELLED", s.id(upgrade)+" was already lifted by @jon")
	s.has(thaw)

	loss := s.freezes(s.Jon, "prod-eu DATA LOSS")
	armed = s.waits("DATA LOSS")
	s.tells(s.Jon, world.Home, "approve "+s.id(thaw)+".1", "Too late: "+s.id(thaw)+" is already cancelled")
	s.tells(s.Mara, world.Home, "status", "FROZEN: prod-eu by @jon", "DATA LOSS", s.id(loss))
	s.shows(s.Jon, armed, "FROZEN: ", "DATA LOSS")
	s.wrote(1)
}

// Freezes stack: one row each. The person who set one lifts it without approval, the others stay; which one is meant
// is asked.
func TestFreezesStack(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	first := s.freezes(s.Jon, "prod-eu broker upgrade")
	second := s.freezes(s.Mara, "prod-eu DATA LOSS")
	armed := s.waits("FROZEN: prod-eu by @jon", "FROZEN: prod-eu by @mara", "DATA LOSS")
	s.stop() // both outlive the process
	s.start()

	which := s.tells(s.Jon, world.Home, "thaw prod-eu", "Which freeze", s.id(first), "@jon", "broker upgrade",
		s.id(second), "@mara", "DATA LOSS")
	s.has(which, "choose.1", "choose.2", "cancel")
	s.clicks(s.Jon, which, "choose.1")
	s.shows(s.Jon, first, "THAWED", "Lifted by @jon")
	s.sees(s.Jon, world.Home, "STILL FROZEN", s.id(second), "@mara")
	s.shows(s.Jon, armed, "FROZEN: ", "by @mara", "DATA LOSS")
	s.wrote(0)

	// Jon did not set the second one: a second person has to agree. Mara may not lift anything but her own.
	thaw := s.thaws(s.Jon, "prod-eu", s.id(second), "@mara", "DATA LOSS")
	s.told(s.Mara, thaw, "approve", "needs @pay-owners; you are not among them")
	s.shows(s.Jon, armed, "FROZEN: ", "by @mara")
	s.types(s.Mara, world.Home, "thaw prod-eu")
	s.shows(s.Jon, second, "THAWED", "Lifted by @mara")
	s.shows(s.Jon, thaw, "CANCELLED", s.id(second)+" was already lifted by @mara")
	s.shows(s.Jon, armed, "DONE")
	s.wrote(1)
}

// everybodys is a sandbox where all may ask, ben and gus's colleague may approve, and ben may act in an emergency,
// beside the strict rule of production.
var everybodys = strings.Replace(world.Policy, "request: [members]\n    approvals: [{need: 0}]",
	"request: [members]\n    approve: [U0BEN, U0MARA]\n    approvals: [{need: 1}]\n    emergency: {who: [U0BEN], skip: 1_000_000, reprocess: 1_000_000}",
	1)

// All clusters at once need the right on each: neither any member, nor two approvers of the sandbox, nor its
// emergency person.
func TestEverythingNeedsTheRightOnEachCluster(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{Policy: everybodys})
	s.start()
	s.tells(s.Ben, world.Home, "freeze everything", "You may not freeze everything", "prod-eu")
	s.tells(s.Mara, world.Home, "status", "Nothing is open")
	all := s.freezes(s.Jon, "everything incident 4711")
	armed := s.waits("incident 4711")

	s.tells(s.Ben, world.Home, "thaw everything", "You may not thaw everything", "prod-eu")
	s.tells(s.Mara, world.Home, "thaw everything", "You may not thaw everything", "prod-eu")
	s.tells(s.Kim, world.Home, "thaw everything", "You may not thaw everything", "sandbox-eu")
	s.tells(s.Ben, world.Home, "freeze sandbox-eu his own", "FROZEN")
	s.shows(s.Jon, armed, "FROZEN: ", "by @jon")
	s.wrote(0)
	s.types(s.Jon, world.Home, "thaw everything") // his own
	s.shows(s.Jon, all, "THAWED", "Lifted by @jon")
	s.shows(s.Jon, armed, "DONE")
	s.wrote(1)
}

// The person who may act in an emergency does not lift freezes: the second person is what a freeze of somebody else
// needs.
func TestNobodyLiftsTheFreezeOfAnotherAlone(t *testing.T) {
	t.Parallel()
	s := newStage(t,
		world.Options{Policy: strings.Replace(world.Policy, "    cap:",
			"    emergency: {who: [U0BEN, U0KIM], skip: 100, reprocess: 100}\n    cap:", 1)})
	s.start()
	s.freezes(s.Jon, "prod-eu DATA LOSS")
	armed := s.waits("DATA LOSS")
	s.tells(s.Ben, world.Home, "thaw prod-eu", "You may not thaw prod-eu")
	thaw := s.thaws(s.Kim, "prod-eu")
	s.tells(s.Kim, world.Home, "emergency "+s.ref(thaw)+" INC-4711", "You may not use break-glass")
	s.told(s.Kim, thaw, "approve", "You cannot approve your own request")
	s.shows(s.Jon, armed, "FROZEN: ", "by @jon")
	s.wrote(0)
}

// The lists of a cluster say who may freeze and thaw it.
func TestTheListsOfAClusterSayWhoMayFreezeAndThaw(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.configure("    label: production\n",
		"    label: production\n    freeze: [U0BEN]\n    thaw: [U0KIM, U0GUS, U0MARA]\n")
	s.start()
	s.tells(s.Jon, world.Home, "freeze prod-eu", "You may not freeze prod-eu. @ben can")
	frozen := s.freezes(s.Ben, "prod-eu DATA LOSS")
	s.tells(s.Ben, world.Home, "thaw prod-eu", "You may not thaw prod-eu") // the list says who may, their own too
	s.tells(s.Gus, world.Home, "thaw prod-eu", "guests have no rights")
	thaw := s.thaws(s.Kim, "prod-eu", "@mara")
	s.told(s.Jon, thaw, "approve", "you are not among them")
	s.clicks(s.Mara, thaw, "approve")
	s.shows(s.Jon, frozen, "THAWED", "Lifted by @kim")
}

// A freeze is in force from its first word on: no card of it says that it waits for a group to become inactive.
func TestAFreezeWaitsForNoGroup(t *testing.T) {
	t.Parallel()
	s, c := busyStage(t)
	frozen := s.freezes(s.Jon, "prod-eu DATA LOSS")
	thaw := s.thaws(s.Kim, "prod-eu")
	s.clicks(s.Jon, thaw, "approve")
	s.shows(s.Jon, frozen, "THAWED")
	s.shows(s.Jon, thaw, "THAWED")
	s.leaves(c)
	for _, call := range s.Slack.Calls() {
		if raw := call.Raw; strings.Contains(raw, "asks to") && strings.Contains(raw, "waiting until") {
			t.Errorf("%s said of a freeze or a thaw: %.400s", call.Method, raw)
		}
	}
}

// The cluster gets another name in the configuration while it is frozen: the freeze holds for the Kafka, and is
// lifted by either name.
func TestAFreezeHoldsWhenItsClusterIsRenamed(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	frozen := s.freezes(s.Jon, "prod-eu DATA LOSS")
	s.stop()
	s.configure("name: prod-eu\n", "name: prod-m\n")
	s.configure("clusters: [prod-eu]", "clusters: [prod-m]")
	s.start()
	m := s.tells(s.Mara, world.PayOps, "billing@prod-m orders shift -100", "PREVIEW", "FROZEN: prod-eu",
		"prod-m", "DATA LOSS")
	s.clicks(s.Mara, m, "approve")
	armed := s.sees(s.Jon, world.PayOps, s.id(m)+".1 · ", "FROZEN: ", "by @jon")
	s.tells(s.Ben, world.Home, "thaw "+s.id(frozen), "You may not thaw")
	s.wrote(0)
	s.types(s.Jon, world.Home, "thaw prod-m")
	s.shows(s.Jon, frozen, "THAWED", "Lifted by @jon")
	s.shows(s.Jon, armed, "DONE")
	s.wrote(1)
}

// The cluster leaves the configuration while it is frozen: the freeze is still listed, holds when the cluster comes
// back, and can be lifted.
func TestAFreezeOutlivesItsClusterInTheConfiguration(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	frozen := s.freezes(s.Mara, "sandbox-eu DATA LOSS")
	s.stop()
	s.configure("name: sandbox-eu\n", "name: sandbox-us\n    cluster_id: another\n")
	s.configure("clusters: [sandbox-eu]", "clusters: [sandbox-us]")
	s.start()
	s.tells(s.Mara, world.Home, "status", "FROZEN: sandbox-eu by @mara", "no longer configured", "thaw "+s.id(frozen))
	s.tells(s.Ben, world.Home, "thaw "+s.id(frozen), "You may not thaw")
	s.stop()
	s.configure("name: sandbox-us\n    cluster_id: another\n", "name: sandbox-eu\n")
	s.configure("clusters: [sandbox-us]", "clusters: [sandbox-eu]")
	s.start()
	s.tells(s.Ben, world.Home, "billing@sandbox-eu orders shift -1", "PREVIEW", "FROZEN: sandbox-eu by @mara")
	s.types(s.Mara, world.Home, "thaw "+s.id(frozen))
	s.shows(s.Mara, frozen, "THAWED", "Lifted by @mara")
}
