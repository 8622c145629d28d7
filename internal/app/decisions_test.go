package app_test

import (
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

const before = world.PerOrders - world.Behind // the committed offset of billing at first

func TestASmallReplayIsTheRequestersOwn(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	m := s.tells(s.Mara, world.Incident, `billing@prod-eu orders back 10m --reason "lost batch"`, "PREVIEW",
		"No approval required")
	s.has(m, "approve", "rows", "cancel")
	if b, _ := m.Button("approve"); b.Label != "Apply rewind" || b.Confirm != nil {
		t.Errorf("the button is %+v", b)
	}
	s.clicks(s.Mara, m, "approve")
	card := s.sees(s.Jon, world.Home, "DONE", "mara", "lost batch", "second approval required")
	s.shows(s.Mara, m, "The card in #kafka-prod")
	s.has(card, "undo")
	s.wrote(1)
}

func TestTwoApprovalsAreTwoPeople(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	card := s.asks(s.Mara, world.Incident, "billing@prod-eu orders to latest")
	s.shows(s.Jon, card, "Needs 2 approvals from @pay-owners", "SKIPS up to 1,200")
	s.clicks(s.Jon, card, "approve")
	s.shows(s.Jon, card, "Approved by @jon", "Needs 1 more from @pay-owners")
	s.told(s.Jon, card, "approve", "Already approved by you", "waiting for approval")
	s.tells(s.Jon, world.PayOps, "approve "+s.ref(card), "Already approved by you")
	s.untouched()
	s.clicks(s.Kim, card, "approve")
	s.shows(s.Jon, card, "DONE", "12 of 12 partitions verified at latest", "up to 1,200 messages", "@jon", "@kim")
	s.stands(world.PerOrders)
	s.wrote(1)
	s.told(s.Kim, s.sees(s.Kim, world.Home, "DONE", "Undo"), "undo", "the offsets before "+s.id(card), "PREVIEW")
}

func TestNoIsNo(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	card := s.asks(s.Mara, world.Incident, "billing@prod-eu orders back 50m")
	s.told(s.Ben, card, "reject", "needs @pay-owners; you are not among them. Rule: pay on production.")
	s.told(s.Mara, card, "approve", "You cannot approve your own request", "@pay-owners")
	s.clicks(s.Jon, card, "reject")
	s.has(s.shows(s.Jon, card, "REJECTED", "Rejected by @jon", "Nothing was changed"))
	s.tells(s.Kim, world.Home, "approve "+s.ref(card), "Too late: "+s.id(card)+" is already rejected")
	s.tells(s.Kim, world.Home, "cancel "+s.id(card), "Too late: "+s.id(card)+" is already rejected")
	s.untouched()
}

func TestEveryButtonCanBeTyped(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	ask := func() string {
		preview := s.tells(s.Mara, world.Incident, "billing@prod-eu orders back 50m", "PREVIEW")
		s.tells(s.Mara, world.Incident, "approve "+s.ref(preview), "is asked for: it needs 1 approval from @pay-owners")
		s.sees(s.Jon, world.Home, s.ref(preview), "APPROVE?")
		return s.id(preview)
	}
	id := ask()
	s.tells(s.Jon, world.PayOps, "show "+id, id+".1", "APPROVE?")
	shown := s.tells(s.Jon, world.PayOps, "approve "+id, "Nothing was decided: name the revision", id+".1")
	s.has(shown, "approve", "reject", "cancel", "rows")
	s.tells(s.Jon, world.PayOps, "reject "+id+`.1 "wrong topic"`, id+" is rejected. Nothing was changed.")
	s.sees(s.Mara, world.Home, "REJECTED", "wrong topic")

	id = ask()
	s.tells(s.Mara, world.Incident, "cancel "+id+" found the other deploy", id+" is cancelled. Nothing was changed.")
	s.sees(s.Jon, world.Home, "Cancelled by @mara", "found the other deploy")
	s.untouched()

	id = ask()
	s.tells(s.Jon, world.PayOps, "approve "+id+".1", id+" is approved. It is written once billing is inactive.",
		"cancel "+id)
	s.sees(s.Jon, world.Home, id, "DONE")
	s.tells(s.Mara, world.Incident, "undo "+id, "PREVIEW", "the offsets before "+id, "Skips up to")
	s.wrote(1)

	// A client that was restarted has forgotten its ephemeral messages; show brings a preview back, with its buttons.
	preview := s.tells(s.Mara, world.Incident, "billing@prod-eu orders back 10m", "PREVIEW",
		"→", "SKIPS up to")
	s.Mara.Reload()
	again := s.tells(s.Mara, world.Incident, "show "+s.id(preview), s.ref(preview), "PREVIEW")
	s.has(again, "approve", "rows", "cancel")
	s.clicks(s.Mara, again, "cancel")
	s.has(s.shows(s.Mara, again, "CANCELLED", "Nothing was changed"))
	s.wrote(1)
}

func TestAPreviewThatIsNotUsedIsGivenUp(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	m := s.tells(s.Mara, world.Incident, "billing@prod-eu orders back 10m", "PREVIEW")
	s.later(31 * time.Minute)
	s.until("the preview has expired", func() bool {
		return holds(s.tells(s.Mara, world.Incident, "show "+s.id(m), s.id(m)),
			[]string{"EXPIRED", "The preview was not used", "Nothing was changed"})
	})
	// Its buttons are there still, because its address has died with it; a click brings a new address, and they go.
	s.clicks(s.Mara, m, "approve")
	s.has(s.shows(s.Mara, m, "Too late: "+s.id(m)+" is already expired"))
	shown := s.tells(s.Mara, world.Incident, "show "+s.id(m), "EXPIRED", "Ask again")
	s.clicks(s.Mara, shown, "retry")
	s.sees(s.Mara, world.Incident, "PREVIEW", "Apply")
	s.untouched()
}

func TestNoDecisionInTime(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	card := s.asks(s.Mara, world.Incident, "billing@prod-eu orders back 50m")
	s.later(31 * time.Minute)
	card = s.shows(s.Jon, card, "EXPIRED", "Not decided before", "Nothing was changed")
	s.has(card, "retry")
	s.tells(s.Jon, world.Home, "approve "+s.id(card)+".1", "Too late: "+s.id(card)+" is already expired")
	s.untouched()

	// Asked again, it is a request of its own, to its new requester alone.
	fresh := s.news(s.Mara, world.Home, func() { s.clicks(s.Mara, card, "retry") }, "PREVIEW", "Ask for approval")
	if s.id(fresh) == s.id(card) {
		t.Errorf("it is still %s", s.id(card))
	}
}

// busyStage is a stage with one consumer in billing.
func busyStage(t *testing.T) (*stage, *kafkasim.Consumer) {
	t.Helper()
	s := newStage(t, world.Options{})
	c, err := s.Prod.StartConsumer(world.Billing, []string{world.Orders},
		kafkasim.ConsumerOptions{Host: "10.4.7.21", Slow: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	s.member(world.Billing, 1)
	s.start()
	return s, c
}

func TestAnArmedResetGivesUpAtItsDeadline(t *testing.T) {
	t.Parallel()
	s, _ := busyStage(t)
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 10m --wait 5m", "PREVIEW",
		"1 consumer is running")
	s.clicks(s.Mara, m, "approve")
	card := s.sees(s.Jon, world.PayOps, "WAITING", "1 consumer is still running", "10.4.7.21",
		"Expires")
	s.later(6 * time.Minute)
	card = s.shows(s.Jon, card, "EXPIRED", "billing did not become inactive before", "10.4.7.21", "Nothing was changed")
	s.has(card, "retry")
	s.wrote(0)
	s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 10m --wait 5h",
		"A wait of 5 h is longer than the rule allows: at most 4 h")
}

func TestCancelWhileArmed(t *testing.T) {
	t.Parallel()
	s, c := busyStage(t)
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 10m", "PREVIEW")
	s.clicks(s.Mara, m, "approve")
	card := s.sees(s.Jon, world.PayOps, "WAITING")
	s.told(s.Ben, card, "cancel", "You may not cancel resets of billing on prod-eu")
	s.clicks(s.Jon, card, "cancel") // an approver may
	s.has(s.shows(s.Jon, card, "CANCELLED", "Cancelled by @jon", "Nothing was changed"))
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	s.tells(s.Mara, world.PayOps, "status", "Nothing is open")
	s.wrote(0)
}

func TestNoWaitGivesUpAtOnce(t *testing.T) {
	t.Parallel()
	s, _ := busyStage(t)
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 10m --no-wait", "PREVIEW",
		"1 consumer is running. --no-wait: the request expires at once unless it stops first")
	s.clicks(s.Mara, m, "approve")
	s.sees(s.Jon, world.PayOps, "EXPIRED", "billing was active (1 consumer: ", "10.4.7.21", "--no-wait was given",
		"Nothing was changed")
	s.wrote(0)
}

func TestApprovingAPlanThatHasMovedShowsBothNumbers(t *testing.T) {
	t.Parallel()
	s, c := busyStage(t)
	if err := s.Prod.Commit("pay-slow", world.Orders, map[int32]int64{0: before}); err != nil {
		t.Fatal(err)
	}
	// A replay of 100 is the requester's own; when it is written, the group has moved on by so much that it would be
	// 100 and 12,000: beyond what needs no approval.
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders to offset 1100", "PREVIEW",
		"up to 9,600 messages", "No approval required")
	s.clicks(s.Mara, m, "approve")
	card := s.sees(s.Jon, world.PayOps, "WAITING")
	to := map[int32]int64{}
	for p := range int32(world.Partitions) {
		to[p] = world.PerOrders
	}
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := s.Prod.Commit(world.Billing, world.Orders, to); err != nil {
		t.Fatal(err)
	}
	id := s.id(card)
	card = s.shows(s.Jon, card, id+".2", "APPROVE?",
		"Changed: reprocesses up to 10,800 now, not up to 9,600", "Needs 1 approval")
	answer := s.tells(s.Jon, world.PayOps, "approve "+id+".1", id+" is at revision 2, not 1: it reprocesses up to 10,800",
		"Nothing was counted", "Approve .2")
	s.wrote(0)
	s.clicks(s.Jon, answer, "approve")
	s.shows(s.Jon, card, "DONE", "up to 10,800 messages")
	s.stands(1100)
	s.wrote(1)
}
