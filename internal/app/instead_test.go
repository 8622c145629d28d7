package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// What was most likely meant is offered: as a button, and as the whole line to copy. What is chosen is planned and
// judged as if it had been typed.

// clicksValue is a click whose button holds another value: no client of Slack's sends it.
func (s *stage) clicksValue(p *slacksim.Person, m slacksim.Message, action, value string) {
	s.t.Helper()
	d, err := p.Click(m, action, func(payload map[string]any) {
		actions, _ := payload["actions"].([]any)
		button, _ := actions[0].(map[string]any)
		button["value"] = value
	})
	s.acked(d, err)
}

// lacks checks that a message does not say something.
func (s *stage) lacks(m slacksim.Message, what string) {
	s.t.Helper()
	if strings.Contains(m.Text(), what) {
		s.t.Errorf("%q is said:\n%s", what, m.Text())
	}
}

func TestATyposButton(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	m := s.tells(s.Mara, world.Incident, "biling@prod-eu orders to latest",
		"No group biling on prod-eu. Did you mean billing?", "billing@prod-eu orders to latest")
	s.has(m, "choose.1", "cancel")
	s.clicks(s.Mara, m, "choose.1")
	s.shows(s.Mara, m, "PREVIEW", "billing@prod-eu", "orders → latest", "up to 1,200 messages", "Needs 2 approvals")

	m = s.tells(s.Mara, world.Incident, "billing@prod-eu ordres to latest", "No topic ordres on prod-eu. Did you mean orders?",
		"billing@prod-eu orders to latest")
	s.has(m, "choose.1", "cancel")
	s.clicks(s.Mara, m, "choose.1")
	s.shows(s.Mara, m, "PREVIEW", "orders → latest")

	m = s.tells(s.Kim, world.PayOps, "billing@prod-eu skip orders:7@1931", "Offset 1,931 of orders-7 is ahead",
		"up to 31 messages lie before it", "billing@prod-eu orders:7 to offset 1932")
	s.clicks(s.Kim, m, "choose.1")
	s.shows(s.Kim, m, "PREVIEW", "orders-7 → offset 1,932", "SKIPS up to 32 messages")
	s.untouched()
}

// A line that was not understood is sent again by a click, put right: by its author alone, and what it asks for is
// judged anew. What decides is typed.
func TestALineIsPutRightByAClick(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	m := s.tells(s.Mara, world.Incident, "billing@prod-eu orders to lattest", "Did you mean latest?",
		"Corrected: billing@prod-eu orders to latest")
	s.has(m, "retype")
	s.clicks(s.Mara, m, "retype")
	s.sees(s.Mara, world.Incident, "PREVIEW", "orders → latest", "Needs 2 approvals")

	// Another person's line is not theirs to send.
	m = s.tells(s.Mara, world.Incident, "lag billing@prod-eu --tpic orders", "Did you mean --topic?")
	forged := s.tells(s.Ben, world.Incident, "lag billing@prod-eu --tpic orders", "Did you mean --topic?")
	value := m.Buttons()[0].Value
	s.news(s.Ben, world.Incident, func() { s.clicksValue(s.Ben, forged, "retype", value) },
		"that button is not known here")
	s.clicks(s.Mara, m, "retype")
	s.sees(s.Mara, world.Incident, "billing on prod-eu", "Lag: up to 1,200 messages on 1 topic")

	for _, line := range []string{"aprove k7f3.1", "freeze prod-eo"} {
		s.has(s.tells(s.Mara, world.Incident, line, "Corrected: "))
	}
	s.untouched()
}

func TestOneGroupAtATime(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	for _, group := range []string{"billing-eu", "pay-out", "secret-billing"} {
		if err := s.Prod.Commit(group, world.Orders, map[int32]int64{0: 1900}); err != nil {
			t.Fatal(err)
		}
	}
	s.start()
	m := s.tells(s.Mara, world.Incident, "billing*@prod-eu orders to latest", "One group per reset",
		`Visible matches of "billing*": billing and billing-eu.`, "billing-eu@prod-eu orders to latest")
	s.has(m, "choose.1", "choose.2", "cancel")
	s.clicks(s.Mara, m, "choose.2")
	s.shows(s.Mara, m, "PREVIEW", "billing-eu@prod-eu", "orders → latest")

	// What the asker may not view is not named.
	m = s.tells(s.Mara, world.Incident, "*billing,pay-out@prod-eu orders to latest", ": billing and pay-out.")
	s.lacks(m, "secret")
	s.tells(s.Mara, world.Incident, "billing,payments@prod-eu orders to latest",
		`Visible matches of "billing,payments": billing. Not found or not visible: payments.`)
	s.tells(s.Gus, world.Incident, "billing*@prod-eu orders to latest", "guests have no rights")
	s.untouched()
}

func TestAPatternOfTopicsIsAListFromThenOn(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	for _, topic := range []string{"orders-de", "orders-fr", "orders-uk"} {
		if err := s.Prod.CreateTopic(topic, 1, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, topic := range []string{"orders-de", "orders-fr"} {
		if err := s.Prod.Commit(world.Billing, topic, map[int32]int64{0: 0}); err != nil {
			t.Fatal(err)
		}
	}
	s.start()
	m := s.tells(s.Mara, world.Incident, "billing@prod-eu orders* to latest", "PREVIEW",
		"orders, orders-de and orders-fr → latest", "orders* is: orders, orders-de, orders-fr.")
	// A topic that comes later is not a part of it.
	if err := s.Prod.Commit(world.Billing, "orders-uk", map[int32]int64{0: 0}); err != nil {
		t.Fatal(err)
	}
	s.clicks(s.Mara, m, "approve")
	card := s.sees(s.Jon, world.Home, "APPROVE?", s.ref(m))
	s.lacks(card, "orders-uk")

	s.tells(s.Mara, world.Incident, "billing@prod-eu order_* to latest",
		"billing has committed offsets on no topic like order_*", "orders-de")
	s.tells(s.Mara, world.Incident, "billing@prod-eu * to latest", `"*" is every topic: say --all-topics`,
		"billing@prod-eu --all-topics to latest")
	s.untouched()
}

func TestATimeInTheFutureIsWaitedForOrAskedThen(t *testing.T) {
	t.Parallel()
	s, _, _ := atNight(t)
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	day := s.clock.now().In(berlin).AddDate(0, 0, 1)
	at := time.Date(day.Year(), day.Month(), day.Day(), 8, 0, 0, 0, berlin).UTC().Format(time.RFC3339)
	const line = "billing@prod-eu orders to tomorrow 08:00"
	m := s.tells(s.Mara, world.Incident, line, "is in the future (it is in ", "billing@prod-eu orders to "+at+" --future",
		"at "+at+" -- billing@prod-eu orders to "+at)
	s.has(m, "choose.1", "choose.2", "cancel")
	s.clicks(s.Mara, m, "choose.1")
	s.shows(s.Mara, m, "PREVIEW", day.Format("2006-01-02")+" 08:00 Berlin")

	m = s.tells(s.Mara, world.Incident, line, "is in the future")
	s.clicks(s.Mara, m, "choose.2")
	m = s.shows(s.Mara, m, "PREVIEW", "at "+day.Format("2006-01-02")+" 08:00 Berlin")
	s.clicks(s.Mara, m, "approve")
	s.sees(s.Jon, world.Home, "APPROVE?", s.ref(m), "schedule")
	s.untouched()
}
