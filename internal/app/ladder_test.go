package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// refuses records an error that Slack answers in this story, and that is logged for the operator.
func (s *stage) refuses(code string) {
	s.refused = append(s.refused, code)
	s.errors = append(s.errors, "slack takes", "slack does not take", "slack does not show a card",
		"the requester is not told", "slack refuses")
}

// alone are the direct messages of the bot to a person.
func (s *stage) alone(p *slacksim.Person) []slacksim.Message { return p.Messages(s.Slack.DM(p.ID)) }

// TestAnEditThatSlackRefusesMakesANewCard: Slack's errors are an open list. Whatever refuses an edit, those who
// decide and those who asked see how it ended, and the old buttons decide nothing.
func TestAnEditThatSlackRefusesMakesANewCard(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"edit_window_closed", "msg_too_long", "invalid_blocks", "cant_update_message",
		"an_error_of_next_year"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, world.Options{})
			s.refuses(code)
			s.start()
			old := s.asks(s.Mara, world.Home, "billing@prod-eu orders back 50m")
			s.Slack.Fail("chat.update", slacksim.Fault{Error: code})
			s.clicks(s.Jon, old, "approve")
			now := s.finds(s.Jon, world.Home, []string{"DONE", "Undo"}, func(m slacksim.Message) bool {
				return m.TS != old.TS && m.Thread == "" && holds(m, []string{s.id(old), "DONE", "Undo"})
			})
			s.until("the decisions are in a thread", func() bool {
				return slices.ContainsFunc(s.Jon.Messages(world.Home),
					func(m slacksim.Message) bool { return m.Thread != "" && holds(m, []string{"Applied"}) })
			})
			s.sees(s.Mara, s.Slack.DM("U0MARA"), s.id(old), "DONE", "The card in #kafka-prod")

			// The old card still says that it waits; a click on it is judged by what is so now.
			if m := s.shows(s.Kim, old); len(m.Buttons()) > 0 {
				s.told(s.Kim, old, "approve", "This click did nothing", s.id(old), "DONE", "The card in #kafka-prod")
			}
			s.until("its buttons are gone", func() bool {
				m, err := s.Kim.Look(old)
				return err == nil &&
					len(m.Buttons()) == 0
			})
			s.has(s.shows(s.Jon, now), "undo")
			s.wrote(1)
		})
	}
}

// TestRequesterIsToldWhenNoApproverSeesTheCard: what refuses the card, what it means for the request, and who
// can change it; and once it is changed, the card comes.
func TestRequesterIsToldWhenNoApproverSeesTheCard(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		code   string
		breaks func(*stage)
		mends  func(*stage)
		who    string
	}{
		"archived": {"is_archived", func(s *stage) { s.home(func(c *slacksim.Channel) { c.Archived = true }) },
			func(s *stage) { s.home(func(c *slacksim.Channel) { c.Archived = false }) }, "unarchive"},
		"removed": {"not_in_channel", func(s *stage) { s.home(func(c *slacksim.Channel) { c.Bot = false }) },
			func(s *stage) { s.home(func(c *slacksim.Channel) { c.Bot = true }) }, "/invite"},
		"scope": {"missing_scope", func(s *stage) {
			s.Slack.SetScopes(slices.DeleteFunc(slices.Clone(slacksim.DefaultScopes),
				func(x string) bool { return x == "chat:write" })...)
		}, func(s *stage) { s.Slack.SetScopes(slacksim.DefaultScopes...) }, "a workspace admin"},
		"restricted": {"restricted_action",
			func(s *stage) { s.Slack.Fail("chat.postMessage", slacksim.Fault{Error: "restricted_action"}) },
			func(s *stage) { s.Slack.Heal("chat.postMessage") }, "manager of the channel"},
		"unknown": {"an_error_of_next_year",
			func(s *stage) { s.Slack.Fail("chat.postMessage", slacksim.Fault{Error: "an_error_of_next_year"}) },
			func(s *stage) { s.Slack.Heal("chat.postMessage") }, "people who run the bot"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, world.Options{})
			s.refuses(c.code)
			s.start()
			preview := s.tells(s.Mara, world.Incident, "billing@prod-eu orders back 50m", "PREVIEW", "Ask for approval")
			c.breaks(s)
			s.clicks(s.Mara, preview, "approve")
			unseen := s.shows(s.Mara, preview, s.ref(preview), "No channel shows this request",
				c.code, c.who, "Not written as of", "approve "+s.ref(preview))
			s.has(unseen, "cancel")
			c.mends(s)
			s.later(61 * time.Second)
			card := s.sees(s.Jon, world.Home, s.ref(preview), "APPROVE?", "Approve")
			s.shows(s.Mara, preview, "APPROVE?", "As of", "The card in #kafka-prod")
			s.clicks(s.Jon, card, "approve")
			s.sees(s.Mara, s.Slack.DM("U0MARA"), s.id(preview), "DONE", "verified")
			s.wrote(1)
		})
	}
}

func (s *stage) home(change func(*slacksim.Channel)) {
	s.t.Helper()
	if err := s.Slack.ChangeChannel(world.Home, change); err != nil {
		s.t.Fatal(err)
	}
}

// TestCancelledWhileNoOneElseCanSeeIt: the line that says so can be clicked, and the click is answered.
func TestCancelledWhileNoOneElseCanSeeIt(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.refuses("is_archived")
	s.start()
	preview := s.tells(s.Mara, world.Incident, "billing@prod-eu orders back 50m", "PREVIEW")
	s.home(func(c *slacksim.Channel) { c.Archived = true })
	s.clicks(s.Mara, preview, "approve")
	s.shows(s.Mara, preview, "No channel shows this request")
	s.clicks(s.Mara, preview, "cancel")
	s.has(s.shows(s.Mara, preview, s.id(preview), "CANCELLED"))
	s.untouched()
}

// TestSelfConfirmedAndNoChannelTakesTheCard: approved writes never wait for Slack, so the requester is told that it
// goes on without a card, and how it ended.
func TestSelfConfirmedAndNoChannelTakesTheCard(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.refuses("is_archived")
	s.start()
	preview := s.tells(s.Mara, world.Incident, "billing@prod-eu orders back 10m", "PREVIEW", "Apply")
	s.home(func(c *slacksim.Channel) { c.Archived = true })
	s.clicks(s.Mara, preview, "approve")
	s.has(s.shows(s.Mara, preview, s.id(preview), "is_archived", "unarchive"), "cancel")
	end := s.sees(s.Mara, s.Slack.DM("U0MARA"), s.id(preview), "DONE", "verified")
	s.wrote(1)
	if now := s.shows(s.Mara, preview); strings.Contains(now.Text(), "Nothing has been changed") {
		t.Errorf("still said after the write:\n%s", now.Text())
	}
	if got := s.alone(s.Mara); len(got) != 1 || got[0].TS != end.TS {
		t.Errorf("%d direct messages, want the end alone", len(got))
	}
}

// TestThePreviewFollowsToTheEnd: one line as of a time in its place, and the end as one direct message, wherever it
// was asked for.
func TestThePreviewFollowsToTheEnd(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault slacksim.Fault
		dm    bool
	}{
		"answers at once": {},
		"one 429":         {fault: slacksim.Fault{Status: 429, RetryAfter: time.Second, Times: 1}},
		"two 503":         {fault: slacksim.Fault{Status: 503, Times: 2}},
		"address gone":    {fault: slacksim.Fault{Status: 404}, dm: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, world.Options{})
			s.start()
			preview := s.tells(s.Mara, world.Home, "billing@prod-eu orders back 50m", "PREVIEW", "Ask for approval")
			if c.fault.Status != 0 {
				s.Slack.Fail(slacksim.ResponseURLs, c.fault)
			}
			s.clicks(s.Mara, preview, "approve")
			pointer := "The card in #kafka-prod"
			if c.dm {
				s.sees(s.Mara, s.Slack.DM("U0MARA"), s.ref(preview), "APPROVE?", "As of", pointer)
			} else {
				s.has(s.shows(s.Mara, preview, s.ref(preview), "APPROVE?", "As of", pointer))
			}
			s.Slack.Heal(slacksim.ResponseURLs)
			card := s.sees(s.Jon, world.Home, s.ref(preview), "APPROVE?")
			s.clicks(s.Jon, card, "approve")
			s.sees(s.Mara, s.Slack.DM("U0MARA"), s.id(preview), "DONE", "verified", pointer)
			s.shows(s.Jon, card, "DONE", "Undo")
		})
	}
}

// TestStrangersClicksAreNothingToTheRequester: what others try and may not is answered to them, and to no one else.
func TestStrangersClicksAreNothingToTheRequester(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	card := s.asks(s.Mara, world.Incident, "billing@prod-eu orders back 50m")
	s.clicks(s.Jon, card, "approve")
	s.shows(s.Jon, card, "DONE", "Undo")
	s.sees(s.Mara, s.Slack.DM("U0MARA"), s.id(card), "DONE", "verified")
	heard := len(s.alone(s.Mara))
	for range 3 { // each is in the audit, and so shows the card again; one Show ends before the next begins
		edits := len(s.Slack.Calls("chat.update"))
		s.told(s.Ben, card, "undo", "Not allowed")
		s.until("the card was shown again", func() bool { return len(s.Slack.Calls("chat.update")) > edits })
	}
	if n := len(s.alone(s.Mara)); n != heard {
		t.Errorf("%d direct messages because a stranger clicked", n-heard)
	}
}
