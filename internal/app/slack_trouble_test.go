package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

func TestTheCardGoesWhereItMay(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	all := []string{"U0MARA", "U0JON", "U0KIM"}
	s.Slack.AddChannel(slacksim.Channel{ID: "C0PRIVATE", Name: "private", Members: all, Private: true})
	s.Slack.AddChannel(slacksim.Channel{ID: "C0HIDDEN", Name: "hidden", Members: all, Private: true, Bot: true})
	s.Slack.AddChannel(slacksim.Channel{ID: "C0OLD", Name: "old", Members: all, Bot: true})
	s.Slack.AddChannel(slacksim.Channel{ID: "C0SHARED", Name: "shared", Members: append(all, "U0SOL"), Bot: true,
		ExtShared: true})
	s.refused = append(s.refused, "is_archived")
	s.start()
	for _, c := range []struct{ asked, shown, named string }{
		{world.Incident, world.Home, "kafka-prod"}, // not a member
		{world.PayOps, world.PayOps, "pay-ops"},    // a member
		{"C0PRIVATE", world.Home, "kafka-prod"},    // it does not exist for the bot
		{"C0HIDDEN", "C0HIDDEN", "hidden"},         // private, and invited
		{"C0OLD", world.Home, "kafka-prod"},        // archived between the command and the card
		{"C0SHARED", world.Home, "kafka-prod"},     // other organisations read there
		{s.Slack.DM("U0MARA"), world.Home, "kafka-prod"},
	} {
		preview := s.tells(s.Mara, c.asked, "billing@prod-eu orders back 50m", "PREVIEW", "Ask for approval")
		if c.asked == "C0OLD" {
			if err := s.Slack.ChangeChannel("C0OLD", func(c *slacksim.Channel) { c.Archived = true }); err != nil {
				t.Fatal(err)
			}
		}
		s.clicks(s.Mara, preview, "approve")
		card := s.sees(s.Mara, c.shown, s.ref(preview), "APPROVE?", "Approve")
		if card.Ephemeral {
			t.Errorf("asked in %s, nobody else sees the card", c.asked)
		}
		// She is told where it is, in place of her preview.
		s.has(s.shows(s.Mara, preview, s.ref(preview), "The card in #"+c.named))
	}
	s.untouched()
}

func TestAnOutcomeReachesTheRequesterWhoAskedElsewhere(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	card := s.asks(s.Mara, s.Slack.DM("U0MARA"), "billing@prod-eu orders back 50m")
	s.clicks(s.Jon, card, "approve")
	s.sees(s.Mara, s.Slack.DM("U0MARA"), s.id(card), "DONE", "verified", "The card in #kafka-prod")
	s.wrote(1)
}

// TestSlackInTroubleTheWorkGoesOn: whatever Slack does not answer, the reset is carried out once, and the card
// catches up.
func TestSlackInTroubleTheWorkGoesOn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method string
		fault  slacksim.Fault
	}{
		"post asked to wait": {"chat.postMessage",
			slacksim.Fault{Status: 429, RetryAfter: time.Second, Times: 2}},
		"post failed":              {"chat.postMessage", slacksim.Fault{Status: 500, Times: 1}},
		"post says internal error": {"chat.postMessage", slacksim.Fault{Error: "internal_error", Times: 1}},
		"post cut":                 {"chat.postMessage", slacksim.Fault{Drop: true, Times: 1}},
		"edit asked to wait": {"chat.update",
			slacksim.Fault{Status: 429, RetryAfter: time.Second, Times: 2}},
		"edit failed":          {"chat.update", slacksim.Fault{Status: 503, Times: 1}},
		"edit lost its answer": {"chat.update", slacksim.Fault{Status: 502, Effect: true, Times: 1}},
		"files failed":         {"files.getUploadURLExternal", slacksim.Fault{Status: 500, Times: 1}},
		"files cut":            {slacksim.Uploads, slacksim.Fault{Drop: true, Times: 1}},
		"files not shared": {"files.completeUploadExternal",
			slacksim.Fault{Error: "internal_error", Times: 1}},
		"names unknown":             {"usergroups.list", slacksim.Fault{Status: 500}},
		"links unknown":             {"chat.getPermalink", slacksim.Fault{Status: 500}},
		"answers failed":            {slacksim.ResponseURLs, slacksim.Fault{Status: 500, Times: 1}},
		"answers lost their answer": {slacksim.ResponseURLs, slacksim.Fault{Status: 502, Effect: true, Times: 1}},
		"direct messages asked to wait": {"conversations.open",
			slacksim.Fault{Status: 429, RetryAfter: time.Second, Times: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, world.Options{})
			s.refused = append(s.refused, c.fault.Error)
			s.start()
			preview := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 50m", "PREVIEW", "Ask for approval")
			s.Slack.Fail(c.method, c.fault)
			s.clicks(s.Mara, preview, "approve")
			card := s.sees(s.Jon, world.PayOps, s.ref(preview), "APPROVE?")
			s.clicks(s.Jon, card, "approve")
			s.until("it is written", func() bool { return s.at(0) < before })
			s.sees(s.Jon, world.PayOps, s.id(preview), "DONE", "verified", "Undo")
			s.wrote(1)
		})
	}
}

// TestSlackThatDoesNotAnswerHoldsNothingUp: a call that hangs is given up after a while; the write does not wait for
// it.
func TestSlackThatDoesNotAnswerHoldsNothingUp(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	preview := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 10m", "PREVIEW", "Apply")
	s.errors = append(s.errors, "release a claim") // Slack is waited for longer than this stage's short claims last
	for _, method := range []string{"chat.postMessage", "chat.update", slacksim.ResponseURLs} {
		s.Slack.Fail(method, slacksim.Fault{Hang: true})
	}
	s.clicks(s.Mara, preview, "approve")
	s.until("it is written while Slack says nothing", func() bool { return s.at(0) < before })
	for _, method := range []string{"chat.postMessage", "chat.update", slacksim.ResponseURLs} {
		s.Slack.Heal(method)
	}
	s.sees(s.Jon, world.PayOps, s.id(preview), "DONE")
	s.wrote(1)
}

// TestMembershipThatCannotBeReadIsWaitedFor: nothing is allowed while Slack does not return the account. The click is
// recorded all the same, and judged when Slack answers.
func TestMembershipThatCannotBeReadIsWaitedFor(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"usergroups.users.list", "users.info"} {
		for name, f := range map[string]slacksim.Fault{"failed": {Status: 500}, "cut": {Drop: true}} {
			t.Run(method+" "+name, func(t *testing.T) {
				t.Parallel()
				s := newStage(t, world.Options{})
				s.start()
				card := s.asks(s.Mara, world.Home, "billing@prod-eu orders back 50m")
				s.Slack.Fail(method, f)
				s.told(s.Jon, card, "approve", "Recorded.", "The bot asks Slack again")
				s.untouched()
				s.Slack.Heal(method)
				s.later(time.Minute)
				s.shows(s.Jon, card, "DONE")
				s.wrote(1)
			})
		}
	}
}

func TestAnArmedResetOutlivesSlack(t *testing.T) {
	t.Parallel()
	s, c := busyStage(t)
	s.refused = append(s.refused, "internal_error")
	preview := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 10m", "PREVIEW")
	s.clicks(s.Mara, preview, "approve")
	card := s.sees(s.Jon, world.PayOps, "WAITING")
	s.Slack.Fail(slacksim.AnyRequest, slacksim.Fault{Status: 503})
	s.Slack.Cut()
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	s.until("it is written", func() bool { return s.at(0) < before })
	s.wrote(1)
	s.Slack.Heal(slacksim.AnyRequest)
	s.shows(s.Jon, card, "DONE", "verified")
	s.until("the files of what was done have come as well", func() bool {
		return slices.ContainsFunc(s.Jon.Replies(card), func(m slacksim.Message) bool { return len(m.Files) == 2 })
	})
	if strings.Contains(s.log.String(), "files are left out") {
		t.Error("a file was left out because Slack did not answer for a while")
	}
}

func TestSocketsComeAndGo(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	preview := s.tells(s.Mara, world.Home, "billing@prod-eu orders back 50m", "PREVIEW")
	s.Slack.Disconnect(slacksim.ReasonWarning)
	s.back()
	s.clicks(s.Mara, preview, "approve")
	card := s.sees(s.Jon, world.Home, s.ref(preview), "APPROVE?")
	s.Slack.Disconnect(slacksim.ReasonRefreshRequested)
	s.back()
	s.told(s.Ben, card, "approve", "you are not among them")
	s.Slack.Cut()
	s.back()
	s.clicks(s.Jon, card, "approve")
	s.shows(s.Jon, card, "DONE")
	s.wrote(1)
}

// back waits until the bot is connected again.
func (s *stage) back() {
	s.t.Helper()
	count := func() int { return strings.Count(s.log.String(), "socket connected") }
	was := count()
	s.until("the bot is connected again", func() bool { return count() > was && s.Slack.Connections() > 0 })
}
