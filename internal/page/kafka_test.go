package page_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/stage"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// TestKafkaIsShownAsTheBrokersHaveIt: members, committed offsets, log ends and brokers, after each act.
func TestKafkaIsShownAsTheBrokersHaveIt(t *testing.T) {
	b := newBrowser(t)
	mara := b.watches("mara")
	mara.group("billing with two consumers", "prod-eu", world.Billing, func(g group) bool {
		return g.State == "Stable" && len(g.Members) == 2 && g.Ours == 2 && strings.HasPrefix(g.Members[0].Host, "/10.4.")
	})
	mara.group("a lag that goes", "prod-eu", world.Billing, func(g group) bool {
		return len(g.Topics) == 2 && len(g.Topics[0].Partitions) == world.Partitions &&
			g.Topics[0].Partitions[0].Committed > world.PerOrders-world.Behind
	})
	of := fields{"cluster": "prod-eu", "group": world.Billing}
	acts := func(delta int) { of["delta"] = delta; b.acts("ben", "consumers", of) }
	acts(1)
	mara.group("a third", "prod-eu", world.Billing, func(g group) bool { return len(g.Members) == 3 && g.Ours == 3 })
	acts(-1)
	mara.group("two again", "prod-eu", world.Billing, func(g group) bool { return len(g.Members) == 2 })
	acts(0)
	mara.group("none", "prod-eu", world.Billing, func(g group) bool { return g.State == "Empty" && g.Ours == 0 })
	of["cluster"] = "sandbox-eu"
	acts(2)
	mara.group("two on the sandbox", "sandbox-eu", world.Billing, func(g group) bool { return len(g.Members) == 2 })

	end := func() (end int64) { e := mara.topic("prod-eu", world.Refunds); return e }
	before := end()
	b.acts("mara", "produce", fields{"cluster": "prod-eu", "topic": world.Refunds, "n": 5})
	mara.until("five more refunds", func() bool { return end() == before+5 })
	b.acts("mara", "producer", fields{"cluster": "prod-eu", "topic": world.Refunds, "on": true})
	mara.until("more refunds by themselves", func() bool { return end() > before+5 })
	b.acts("mara", "producer", fields{"cluster": "prod-eu", "topic": world.Refunds, "on": false})

	b.acts("mara", "broker", fields{"cluster": "sandbox-eu", "id": 0, "up": false})
	mara.until("a broker that is down", func() bool { return !mara.broker("sandbox-eu", 0) })
	b.acts("mara", "command", fields{"channel": world.Sandbox, "text": "billing orders to earliest"})
	mara.sees(world.Sandbox, "sandbox-eu", "does not answer")
	b.acts("mara", "broker", fields{"cluster": "sandbox-eu", "id": 0, "up": true})
	mara.until("a broker that is up", func() bool { return mara.broker("sandbox-eu", 0) })

	for act, says := range map[string]string{"consumers": "no cluster", "producer": "no cluster", "produce": "no cluster", "broker": "no cluster"} {
		b.refused(denied, "mara", act, fields{"cluster": "prod-us", "group": "x", "topic": "x", "n": 1, "delta": 1}, says)
	}
	b.refused(denied, "mara", "broker", fields{"cluster": "prod-eu", "id": 7}, "0 to 2")
	b.refused(denied, "mara", "produce", fields{"cluster": "prod-eu", "topic": world.Orders, "n": 1_000_000}, "10000")
}

// topic is the end of the first partition of a topic, as it was sent last.
func (e *events) topic(cluster, name string) int64 {
	var k kafkaEvent
	e.newest("kafka", &k)
	for _, c := range k.Clusters {
		for _, t := range c.Topics {
			if c.Name == cluster && t.Name == name {
				return t.Partitions[0].End
			}
		}
	}
	return -1
}

func (e *events) broker(cluster string, id int) bool {
	var k kafkaEvent
	e.newest("kafka", &k)
	for _, c := range k.Clusters {
		if c.Name == cluster {
			return c.Brokers[id].Up
		}
	}
	return false
}

// TestSlackAnswers429: the page says so, nothing new comes from the bot, and what it has to say comes afterwards.
func TestSlackAnswers429(t *testing.T) {
	b := newBrowser(t)
	mara := b.watches("mara")
	b.acts("jon", "slack429", fields{"on": true})
	mara.slack("the trouble in words", func(s slackEvent) bool { return len(s.Trouble) == 1 && strings.Contains(s.Trouble[0], "429") })
	b.acts("mara", "command", fields{"channel": world.PayOps, "text": "billing@prod-eu orders back 5m"})
	b.acts("jon", "slack429", fields{"on": false})
	mara.slack("no trouble", func(s slackEvent) bool { return len(s.Trouble) == 0 })
	mara.sees(world.PayOps, "PREVIEW", "billing@prod-eu")
}

// TestTheClockGoesOn: the time of a scheduled reset comes at once, and no page has to be opened again for it.
func TestTheClockGoesOn(t *testing.T) {
	b := newBrowser(t)
	mara := b.watches("mara")
	before := mara.slack("the time", func(s slackEvent) bool { return s.Now != "" }).time(t)
	b.acts("mara", "consumers", fields{"cluster": "prod-eu", "group": stage.Ledger, "delta": 0})
	b.acts("mara", "command", fields{"channel": world.PayOps, "text": "at " + berlin(t, before.Add(8*time.Minute)) + " -- pay-ledger@prod-eu orders shift -10"})
	ask := mara.sees(world.PayOps, "pay-ledger@prod-eu", "Not saved")
	b.acts("mara", "click", fields{"channel": world.PayOps, "ts": ask.TS, "action_id": ask.action(t, "Save schedule")})
	mara.sees(world.PayOps, "SCHEDULED", "pay-ledger@prod-eu")
	b.acts("mara", "skipTime", fields{"seconds": 600})
	mara.slack("ten minutes later", func(s slackEvent) bool { return s.time(t).Sub(before) >= 10*time.Minute })
	b.watches("jon").sees(world.PayOps, "DONE", "pay-ledger@prod-eu", "12 of 12 partitions")
	b.refused(denied, "mara", "skipTime", fields{"seconds": -60}, "more than 0")
}

// berlin is a time as mara types it.
func berlin(t *testing.T, at time.Time) string {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return at.In(zone).Format("15:04")
}

func (s slackEvent) time(t *testing.T) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s.Now)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestASlowActHoldsUpNothing: while one act is under way, others are done and shown.
func TestASlowActHoldsUpNothing(t *testing.T) {
	b := newBrowser(t)
	mara := b.watches("mara")
	body, rest := io.Pipe()
	slow := make(chan int, 1)
	go func() {
		answer, err := http.Post(b.page.URL()+"act", "application/json", body)
		if err != nil {
			slow <- 0
			return
		}
		_ = answer.Body.Close()
		slow <- answer.StatusCode
	}()
	if _, err := io.WriteString(rest, `{"as": "mara", "do": `); err != nil {
		t.Fatal(err)
	}
	b.acts("jon", "say", fields{"channel": world.PayOps, "text": "is it Kafka?"})
	mara.sees(world.PayOps, "is it Kafka?")
	if _, err := io.WriteString(rest, `"openHome"}`); err != nil {
		t.Fatal(err)
	}
	_ = rest.Close()
	if status := <-slow; status != http.StatusOK {
		t.Errorf("the slow act: %d", status)
	}
}

// TestAConsumerWhoseBrokersAreStopped cannot leave: the page says why, and goes on.
func TestAConsumerWhoseBrokersAreStopped(t *testing.T) {
	b := newBrowser(t)
	mara := b.watches("mara")
	for id := range 3 {
		b.acts("mara", "broker", fields{"cluster": "prod-eu", "id": id, "up": false})
	}
	stop := fields{"cluster": "prod-eu", "group": stage.Ledger, "delta": -1}
	b.refused(denied, "mara", "consumers", stop, "is a broker stopped?")
	b.acts("mara", "producer", fields{"cluster": "prod-eu", "topic": world.Orders, "on": false})
	mara.until("no producer", func() bool {
		var k kafkaEvent
		return mara.newest("kafka", &k) && !k.Clusters[0].Topics[0].Producing
	})
}
