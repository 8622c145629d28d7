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

// careful is the policy of the world with an emergency, a cap that a reset of orders can reach, and an owner who is
// no approver.
const careful = `
  - name: pay on production
    clusters: [prod-eu]
    groups: ["billing*", "pay-*"]
    view: [members]
    request: [S0PAY]
    approve: [S0PAYOWNERS]
    approvals:
      - {skip: 0, reprocess: 10_000, need: 0}
      - {skip: 1_000, reprocess: 20_000, need: 1}
      - {need: 2}
    cap: {skip: 1_000_000, reprocess: 22_000}
    emergency: {who: [U0KIM, U0BEN], skip: 0, reprocess: 18_000}
    wait: {default: 30m, max: 4h}
    owner: S0PAYOWNERS
    stop: "kubectl -n pay scale deploy/billing --replicas=0"
    start: "kubectl -n pay scale deploy/billing --replicas=3"
    runbook: https://runbooks.example.com/billing
`

// joins adds a consumer to billing that reads next to nothing.
func (s *stage) joins(o kafkasim.ConsumerOptions, members int) *kafkasim.Consumer {
	s.t.Helper()
	o.Slow = time.Hour
	c, err := s.Prod.StartConsumer(world.Billing, []string{world.Orders}, o)
	if err != nil {
		s.t.Fatal(err)
	}
	s.member(world.Billing, members)
	return c
}

func (s *stage) leaves(c *kafkasim.Consumer) {
	s.t.Helper()
	if err := c.Stop(); err != nil {
		s.t.Fatal(err)
	}
}

// arms takes a small replay of orders, which needs no approval, as far as its public card.
func (s *stage) arms(options string, parts ...string) slacksim.Message {
	s.t.Helper()
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders shift -100 "+options, "PREVIEW", "No approval required")
	s.clicks(s.Mara, m, "approve")
	return s.sees(s.Jon, world.PayOps, append(parts, s.id(m)+".1 · ")...)
}

func TestArmedNamesTheMembersUntilThereAreNone(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{Kafka: kafkasim.Options{Session: 3 * time.Second}})
	first := s.joins(kafkasim.ConsumerOptions{ClientID: "billing-6c9f", Host: "10.4.7.21"}, 1)
	second := s.joins(kafkasim.ConsumerOptions{ClientID: "billing-77aa", Host: "10.4.9.3", StaticID: "billing-0"}, 2)
	s.start()
	card := s.arms("", "WAITING", "2 consumers are still running",
		"10.4.7.21 and 10.4.9.3", "(seen since ", "Expires", "kubectl -n pay scale deploy/billing --replicas=0", "Runbook")
	s.tells(s.Mara, world.PayOps, "show "+s.id(card), "billing-6c9f", "billing-77aa",
		"1 member has a static id (billing-0) and does not leave when stopped")
	s.has(card, "retry", "cancel")

	s.leaves(first)
	s.shows(s.Jon, card, "1 of 2 consumers is still running", "10.4.9.3")
	s.wrote(0)
	s.stop() // the wait outlives the process
	s.start()
	s.leaves(second) // its session has to time out: it is static
	s.shows(s.Jon, card, "DONE", "12 of 12 partitions", "verified", "--replicas=3")
	if at := s.at(0); at < before-100 || at > before-98 { // each of the two may have read a record before it left
		s.t.Errorf("orders-0 is at %d", at)
	}
	s.wrote(1)
}

func TestTheWriteFollowsTheSettleTimeWithinTwoSeconds(t *testing.T) {
	t.Parallel()
	s, c := busyStage(t)
	card := s.arms("", "WAITING")
	s.leaves(c)
	s.until("billing is empty", func() bool { return s.Prod.WaitGroup(s.ctx, world.Billing, "Empty", 0) == nil })
	idle := time.Now()
	s.until("orders-0 is written", func() bool { return s.at(0) < before-90 })
	took := time.Since(idle)
	settle := 600 * time.Millisecond // newStage
	if most := settle + 2*time.Second; took > most {
		t.Errorf("written %s after the group was idle, want %s at most", took, most)
	}
	t.Logf("written %s after the group was idle; it has to be quiet for %s", took.Round(time.Millisecond), settle)
	s.shows(s.Jon, card, "DONE")
}

func TestReturningConsumersAreReportedAsRestarted(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	usual := s.opts.Times
	s.opts.Times = func(ts *engine.Times) { usual(ts); ts.Settle = 5 * time.Second }
	c := s.joins(kafkasim.ConsumerOptions{Host: "10.4.7.21"}, 1)
	s.start()
	card := s.arms("", "WAITING")
	s.leaves(c)
	card = s.shows(s.Jon, card, "Inactive since", "Inactive since")
	c = s.joins(kafkasim.ConsumerOptions{Host: "10.4.7.22"}, 1)
	s.shows(s.Jon, card, "They came back after ", "(10.4.7.22): a controller restarts them")
	s.wrote(0)
	s.leaves(c)
	s.shows(s.Jon, card, "DONE")
	s.wrote(1)
}

func TestDriftWithinTheBoundsIsShownAndNotAskedAgain(t *testing.T) {
	t.Parallel()
	s, c := busyStage(t)
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders to offset 1500", "PREVIEW",
		"up to 4,800 messages")
	s.clicks(s.Mara, m, "approve")
	card := s.sees(s.Jon, world.PayOps, s.id(m), "WAITING")
	s.leaves(c)
	if err := s.Prod.Commit(world.Billing, world.Orders, map[int32]int64{0: before + 40}); err != nil {
		t.Fatal(err)
	}
	s.shows(s.Jon, card, "DONE", "up to 4,84", " more than previewed", "Skipped none")
	s.stands(1500)
	s.wrote(1)
}

func TestBeyondTheCapIsRefusedWithItsName(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{Policy: careful})
	s.start()
	s.tells(s.Mara, world.PayOps, "billing@prod-eu orders to earliest", "REFUSED", "exceeds the rule's cap",
		"reprocess 22,000",
		"Rule: pay on production")
	s.tells(s.Mara, world.PayOps, "billing@prod-eu orders to latest", "PREVIEW", "up to 1,200 messages",
		"Reprocesses none", "2 approvals")
	s.untouched()
}

func TestCommitsWithoutMembership(t *testing.T) {
	t.Parallel()
	s, c := busyStage(t)
	card := s.arms("", "WAITING")
	o := s.Prod.StartOverwriter(world.Billing, world.Orders, map[int32]int64{3: 1000}, 20*time.Millisecond)
	t.Cleanup(o.Stop)
	s.leaves(c)
	s.shows(s.Jon, card, "Offsets of billing move although it has no members", "commits without being a member",
		"find the process and stop it")
	s.wrote(0)
	o.Stop()
	s.shows(s.Jon, card, "DONE")
	s.wrote(1)
}

func TestEmergencyByButton(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{Policy: careful})
	s.start()
	card := s.asks(s.Mara, world.Incident, "billing@prod-eu orders shift -1200")
	card = s.shows(s.Jon, card, "[Approve rewind]", "Emergency")
	s.has(card, "approve", "reject", "cancel", "emergency", "rows")

	s.clicks(s.Jon, card, "emergency") // an approver, but not named
	s.acked(s.Jon.Submit(s.opens(s.Jon, "BREAK-GLASS", "Which incident is it?"),
		map[string]string{"why": "INC-4711"}))
	s.sees(s.Jon, s.Slack.DM(s.Jon.ID),
		"You may not use break-glass on billing on prod-eu. @kim and @ben can.")
	s.untouched()

	s.clicks(s.Ben, card, "emergency")
	modal := s.opens(s.Ben, "BREAK-GLASS", "The owners are notified, and the card shows it for good")
	s.acked(s.Ben.Submit(modal, map[string]string{"why": " "}))
	s.acked(s.Ben.Submit(s.opens(s.Ben, "Name the incident."), map[string]string{"why": "INC-4711"}))
	card = s.shows(s.Jon, card, "DONE", "reak-glass by @ben", "@pay-owners")
	s.pings(card, "BREAK-GLASS INC-4711: applied without approval by @ben", world.PayOwners)
	s.wrote(1)
	s.tells(s.Jon, world.PayOps, "show "+s.id(card), "BREAK-GLASS INC-4711: applied without approval by @ben",
		"@jon was not allowed to use break-glass: not named in the rule", "BREAK-GLASS INC-4711")
}

// pings waits for a reply in a card's thread with a text and a notification.
func (s *stage) pings(card slacksim.Message, says, whom string) {
	s.t.Helper()
	s.replies(card, says)
	for _, m := range s.Jon.Replies(card) {
		if strings.Contains(m.Text(), says) && !slices.Contains(m.Pings(), whom) {
			s.t.Errorf("%s is not notified by: %s", whom, m.Text())
		}
	}
}

func TestEmergencyTyped(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{Policy: careful})
	c := s.joins(kafkasim.ConsumerOptions{Host: "10.4.7.21"}, 1)
	s.start()
	s.tells(s.Mara, world.PayOps, "billing@prod-eu orders shift -1200 --emergency INC-1",
		"You may not use break-glass on billing on prod-eu. @kim and @ben can.")
	s.tells(s.Ben, world.PayOps, "billing@prod-eu orders shift -1600 --emergency INC-1",
		"exceeds the limit of break-glass: reprocess 18,000", "@pay-owners")

	m := s.tells(s.Kim, world.PayOps, "billing@prod-eu orders shift -1200 --emergency INC-4711", "PREVIEW",
		"Will be applied without approval", "Apply")
	s.clicks(s.Kim, m, "approve")
	card := s.sees(s.Jon, world.PayOps, s.id(m)+".1", "WAITING",
		"reak-glass by @kim", "@pay-owners")
	if first := s.shows(s.Jon, card); !slices.Contains(first.Pings(), world.PayOwners) {
		t.Error("the owners are not notified by the card")
	}
	s.wrote(0) // without approval, but never while the group has members
	s.leaves(c)
	s.shows(s.Jon, card, "DONE", "reak-glass by @kim")
	s.wrote(1)
}

func TestEmergencyTypedOnAPendingRequest(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{Policy: careful})
	s.start()
	large := s.asks(s.Mara, world.Home, "billing@prod-eu orders to latest")
	s.tells(s.Kim, world.PayOps, "emergency "+s.ref(large)+" INC-2",
		"exceeds the limit of break-glass: skip 0", "ask for approval by @pay-owners")
	s.clicks(s.Mara, large, "cancel")

	card := s.asks(s.Mara, world.Home, "billing@prod-eu orders shift -1200")
	s.tells(s.Kim, world.PayOps, "emergency "+s.id(card), "which emergency?")
	s.tells(s.Kim, world.PayOps, "emergency "+s.id(card)+" INC-2", "Nothing was decided: name the revision")
	s.untouched()
	s.tells(s.Kim, world.PayOps, "emergency "+s.ref(card)+" INC-2",
		s.id(card)+" goes on without approval; its owners are notified")
	s.shows(s.Jon, card, "DONE", "reak-glass by @kim")
	s.wrote(1)
	s.tells(s.Kim, world.PayOps, "emergency "+s.ref(card)+" INC-2", "Too late: "+s.id(card)+" is already applied")
}
