package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// TestAChannelIsSharedWhenInDoubt: Slack does not say whether other organisations read the channel where a reset was
// asked for. They do: neither the numbers nor [Approve] go there.
func TestAChannelIsSharedWhenInDoubt(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]slacksim.Fault{
		"asked to wait": {Status: 429, RetryAfter: time.Minute}, "failed": {Status: 500},
		"missing scope": {Error: "missing_scope"}, "cut": {Drop: true}, "not found": {Error: "channel_not_found"},
		"no answer": {Hang: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, world.Options{})
			s.refused = append(s.refused, f.Error)
			s.Slack.AddChannel(slacksim.Channel{ID: "C0SHARED", Name: "shared",
				Members: []string{"U0MARA", "U0JON", "U0SOL"}, Bot: true, ExtShared: true})
			s.start()
			preview := s.tells(s.Mara, "C0SHARED", "billing@prod-eu orders back 50m", "PREVIEW", "Ask for approval")
			s.Slack.Fail("conversations.info", f)
			s.clicks(s.Mara, preview, "approve")
			card := s.sees(s.Jon, world.Home, s.ref(preview), "APPROVE?")
			s.clicks(s.Jon, card, "approve")
			s.shows(s.Jon, card, "DONE")
			for _, m := range s.Slack.Person("U0SOL").Messages("C0SHARED") {
				t.Errorf("another organisation reads: %s", m.Text())
			}
		})
	}
}

// TestACardLeavesAChannelThatIsShared: the channel was the team's own when the card was posted there.
func TestACardLeavesAChannelThatIsShared(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	preview := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 50m", "PREVIEW", "Ask for approval")
	s.clicks(s.Mara, preview, "approve")
	card := s.sees(s.Jon, world.PayOps, s.ref(preview), "APPROVE?")
	s.until("the plan is in the thread", func() bool { return len(s.Jon.Replies(card)) > 0 })
	if err := s.Slack.ChangeChannel(world.PayOps, func(c *slacksim.Channel) { c.ExtShared = true }); err != nil {
		t.Fatal(err)
	}
	s.later(2 * time.Minute)
	s.clicks(s.Jon, card, "approve")
	s.sees(s.Jon, world.Home, s.id(preview), "DONE")
	s.until("the old card has no buttons and no numbers", func() bool {
		now, err := s.Jon.Look(card)
		return err == nil && len(now.Buttons()) == 0 && !strings.Contains(now.Text(), "16,800")
	})
	for _, m := range s.Jon.Replies(card) {
		if strings.Contains(m.Text(), "approved") ||
			slices.ContainsFunc(m.Files, func(f slacksim.File) bool { return strings.Contains(f.Name, "undo") }) {
			t.Errorf("said in the shared channel: %s", m.Text())
		}
	}
}

// TestSlowEditsHoldNothingElseUp: Slack asks to wait with chat.update. Threads, new cards and answers go on.
func TestSlowEditsHoldNothingElseUp(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	card := s.asks(s.Mara, world.Home, "billing@prod-eu orders back 41m")
	s.Slack.Fail("chat.update", slacksim.Fault{Status: 429, RetryAfter: 5 * time.Minute})
	s.clicks(s.Jon, card, "approve")
	s.until("the thread says that it is done", func() bool {
		return slices.ContainsFunc(s.Jon.Replies(card),
			func(m slacksim.Message) bool { return strings.Contains(m.Text(), "Applied and verified") })
	})
	s.asks(s.Mara, world.Home, "billing@prod-eu orders to latest")
	if n := len(s.Slack.Calls("chat.update")); n > 3 {
		t.Errorf("chat.update was called %d times though Slack asked to wait", n)
	}
	s.Slack.Heal("chat.update")
	s.later(5 * time.Minute)
	s.shows(s.Jon, card, "DONE")
	s.wrote(1)
}

// TestSlowPostsHoldTheirOwnChannel: a 429 on a channel's messages is that channel's.
func TestSlowPostsHoldTheirOwnChannel(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	card := s.asks(s.Mara, world.Home, "billing@prod-eu orders back 41m")
	s.until("the plan is in the thread", func() bool { return len(s.Jon.Replies(card)) > 0 })
	s.Slack.Fail("chat.postMessage", slacksim.Fault{Status: 429, RetryAfter: 5 * time.Minute, Times: 1})
	s.clicks(s.Jon, card, "approve") // the reply in its thread has to wait
	s.shows(s.Jon, card, "DONE")
	preview := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders to latest", "PREVIEW", "Ask for approval")
	s.clicks(s.Mara, preview, "approve")
	s.sees(s.Jon, world.PayOps, s.ref(preview), "APPROVE?")
}
