package app_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

const membersOf = "usergroups.users.list"

// TestABusyIncidentStaysWithinSlacksLimits: four requests, some looks and two approvals within seconds. Slack answers
// usergroups.users.list 20 times a minute; the simulator enforces it. Every act counts, and none is refused.
func TestABusyIncidentStaysWithinSlacksLimits(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	var cards []slacksim.Message
	for _, back := range []string{"41m", "42m", "43m", "44m"} {
		cards = append(cards, s.asks(s.Mara, world.Home, "billing@prod-eu orders back "+back))
		for range 2 {
			s.tells(s.Mara, world.PayOps, "status", "Open requests")
			s.tells(s.Jon, world.PayOps, "lag billing@prod-eu", "orders")
		}
		s.tells(s.Kim, world.PayOps, "access billing@prod-eu", "your rights")
	}
	for _, card := range cards[:2] {
		s.clicks(s.Jon, card, "approve")
		s.until("the approval counts", func() bool {
			now, err := s.Jon.Look(card)
			return err == nil && !strings.Contains(now.Text(), "APPROVE?")
		})
	}
	for _, p := range []*slacksim.Person{s.Mara, s.Jon, s.Kim} {
		for _, m := range p.Messages(world.PayOps) {
			if strings.Contains(m.Text(), "your rights could not be checked") {
				t.Errorf("refused because Slack asked to wait: %s", m.Text())
			}
		}
	}
	if n := len(s.Slack.Calls(membersOf)); n > 20 {
		t.Errorf("%s was asked %d times; Slack allows 20 a minute", membersOf, n)
	}
}

// TestAnApprovalWaitsUntilSlackAnswers: Slack asks to wait a minute before it says who may approve. The click is
// recorded, the approver is told so, and it counts as soon as Slack answers; clicking again is not asked for.
func TestAnApprovalWaitsUntilSlackAnswers(t *testing.T) {
	t.Parallel()
	for _, method := range []string{membersOf, "users.info"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, world.Options{})
			s.start()
			card := s.asks(s.Mara, world.Home, "billing@prod-eu orders back 50m")
			s.Slack.Fail(method, slacksim.Fault{Status: 429, RetryAfter: time.Minute})
			s.told(s.Jon, card, "approve", "Recorded.", "Slack asks to wait")
			s.untouched()
			asked := len(s.Slack.Calls(method))
			s.Slack.Heal(method)
			s.later(time.Minute)
			s.shows(s.Jon, card, "DONE")
			if n := len(s.Slack.Calls(method)) - asked; n > 10 {
				t.Errorf("%s was asked %d times after the wait", method, n)
			}
			s.wrote(1)
		})
	}
}

// TestAPreviewWaitsUntilSlackAnswers: the one who asks is kept waiting, not refused, and told why.
func TestAPreviewWaitsUntilSlackAnswers(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	s.Slack.Fail(membersOf, slacksim.Fault{Status: 429, RetryAfter: time.Minute})
	s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 50m", "Slack asks to wait")
	s.Slack.Heal(membersOf)
	s.news(s.Mara, world.PayOps, func() { s.later(time.Minute) }, "PREVIEW", "Ask for approval")
	s.untouched()
}

// lookedAt counts how often a cluster is asked for what a plan needs.
type lookedAt struct {
	engine.Cluster
	times *atomic.Int64
}

func (c lookedAt) Inspect(ctx context.Context, q reset.Query) (reset.Snapshot, error) {
	c.times.Add(1)
	return c.Cluster.Inspect(ctx, q)
}

// TestSlackIsNotAskedWhileKafkaIsDown: while Kafka does not answer there is no plan to judge, and Slack is not asked
// again and again who is in which group. When there is one, a 429 does not refuse what was promised to be looked at
// again.
func TestSlackIsNotAskedWhileKafkaIsDown(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	var looks atomic.Int64
	s.opts.Kafka = func(c engine.Cluster) engine.Cluster { return lookedAt{c, &looks} }
	s.start()
	s.Prod.Unreachable(true)
	for _, back := range []string{"41m", "42m", "43m"} {
		s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back "+back, "does not answer")
	}
	asked := func() int { return len(s.Slack.Calls(membersOf)) + len(s.Slack.Calls("users.info")) }
	before := asked()
	s.later(2 * time.Minute) // longer than anything is remembered
	tries := looks.Load()
	s.until("kafka was asked again", func() bool { return looks.Load() >= tries+9 })
	if n := asked() - before; n > 0 {
		t.Errorf("Slack was asked %d times while there was no plan to judge", n)
	}
	s.Slack.Fail(membersOf, slacksim.Fault{Status: 429, RetryAfter: 10 * time.Minute})
	s.Prod.Unreachable(false)
	s.until("each asker is told that Slack asks to wait", func() bool {
		told := 0
		for _, m := range s.Mara.Messages(world.PayOps) {
			if strings.Contains(m.Text(), "Slack asks to wait") {
				told++
			}
		}
		return told == 3
	})
	s.Slack.Heal(membersOf)
	s.news(s.Mara, world.PayOps, func() { s.later(10 * time.Minute) }, "PREVIEW", "Ask for approval")
	s.untouched()
}
