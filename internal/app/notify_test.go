package app_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// TestApproversWhoCannotSeeTheCardGetADirectMessage: in a private incident channel, or while no channel takes the card.
// The home channel is told what waits, and nothing from inside.
func TestApproversWhoCannotSeeTheCardGetADirectMessage(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"a private channel", "no channel"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, world.Options{})
			s.Slack.AddChannel(slacksim.Channel{ID: "C0WAR", Name: "war-room", Members: []string{"U0MARA", "U0BEN"},
				Private: true, Bot: true})
			s.refused = append(s.refused, "is_archived")
			s.errors = append(s.errors, "slack refuses the card in every channel")
			s.start()
			at := "C0WAR"
			if where == "no channel" {
				at = world.Incident
				if err := s.Slack.ChangeChannel(world.Home,
					func(c *slacksim.Channel) { c.Archived = true }); err != nil {
					t.Fatal(err)
				}
			}
			preview := s.tells(s.Mara, at, `billing@prod-eu orders back 50m --reason "the secret of the war room"`,
				"PREVIEW", "Ask for approval")
			s.clicks(s.Mara, preview, "approve")
			for _, p := range []*slacksim.Person{s.Jon, s.Kim} {
				s.sees(p, s.Slack.DM(p.ID), s.ref(preview), "APPROVE?", "ou cannot see the card",
					"As of")
			}
			if where == "a private channel" {
				told := s.sees(s.Jon, world.Home, s.ref(preview), "in a private channel",
					"approve "+s.ref(preview))
				if text := told.Text(); strings.Contains(text, "secret") || strings.Contains(text,
					"mara") || len(told.Buttons()) > 0 {
					t.Errorf("the home channel is told what is inside:\n%s", text)
				}
				if !slices.Contains(told.Pings(), world.PayOwners) {
					t.Error("the approvers are not called there")
				}
			}
			// A click there is judged like any other, and answered in its place.
			call := s.sees(s.Jon, s.Slack.DM("U0JON"), "ou cannot see the card")
			s.clicks(s.Jon, call, "approve")
			s.shows(s.Jon, call, s.id(preview)+" is approved")
			s.sees(s.Mara, s.Slack.DM("U0MARA"), s.id(preview), "DONE", "verified")
			late := s.sees(s.Kim, s.Slack.DM("U0KIM"), "ou cannot see the card")
			s.clicks(s.Kim, late, "approve")
			s.has(s.shows(s.Kim, late, "Too late", s.id(preview)))
			s.wrote(1)
		})
	}
}

// TestMembersWhoCanDecideAreEnough: no one is called out of their channel when enough approvers are in the card's.
func TestMembersWhoCanDecideAreEnough(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.Slack.AddChannel(slacksim.Channel{ID: "C0WAR", Name: "war-room", Members: []string{"U0MARA", "U0JON"},
		Private: true, Bot: true})
	s.start()
	preview := s.tells(s.Mara, "C0WAR", "billing@prod-eu orders back 50m", "PREVIEW")
	s.clicks(s.Mara, preview, "approve")
	card := s.sees(s.Jon, "C0WAR", s.ref(preview), "APPROVE?")
	s.clicks(s.Jon, card, "approve")
	s.sees(s.Mara, s.Slack.DM("U0MARA"), s.id(preview), "DONE")
	if n := len(s.Kim.Messages(s.Slack.DM("U0KIM"))) + len(s.Kim.Messages(world.Home)); n != 0 {
		t.Errorf("%d messages to those who were not needed", n)
	}
}

// TestOwnersHearOfAnEmergencyThatNoChannelShows: an emergency is always reported.
func TestOwnersHearOfAnEmergencyThatNoChannelShows(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{Policy: careful})
	s.refused = append(s.refused, "is_archived")
	s.errors = append(s.errors, "slack refuses the card in every channel")
	s.start()
	m := s.tells(s.Kim, world.Incident, "billing@prod-eu orders shift -1200 --emergency INC-4711", "PREVIEW", "Apply")
	if err := s.Slack.ChangeChannel(world.Home, func(c *slacksim.Channel) { c.Archived = true }); err != nil {
		t.Fatal(err)
	}
	s.clicks(s.Kim, m, "approve")
	told := s.sees(s.Jon, s.Slack.DM("U0JON"), s.id(m), "BREAK-GLASS INC-4711", "applied without approval")
	s.has(told)
	s.sees(s.Kim, s.Slack.DM("U0KIM"), s.id(m), "DONE")
	s.wrote(1)
}

// TestTheAskerIsToldThatNoApproverCanSee: without a home channel and without direct messages the request waits for
// people who do not know of it. The asker learns that at once, with what is wrong and who can change it, where Slack
// lets them be told: in the place of the click, or in the thread of the card in their own channel.
func TestTheAskerIsToldThatNoApproverCanSee(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		at   string
		home bool // takes cards
		tab  bool // direct messages arrive
		told bool
	}{
		"a private channel, nothing else":         {"C0WAR", false, false, true},
		"a private channel, the home channel":     {"C0WAR", true, false, false},
		"a private channel, direct messages":      {"C0WAR", false, true, false},
		"no channel at all, no direct messages":   {world.Incident, false, false, true},
		"no channel at all, but direct messages":  {world.Incident, false, true, false},
		"a private channel and both other places": {"C0WAR", true, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, world.Options{})
			s.Slack.AddChannel(slacksim.Channel{ID: "C0WAR", Name: "war-room", Members: []string{"U0MARA", "U0BEN"},
				Private: true, Bot: true})
			s.refused = append(s.refused, "is_archived", "messages_tab_disabled")
			s.errors = append(s.errors, "slack refuses the card in every channel", "no approver can be told",
				"the requester is not told")
			s.Slack.SetMessagesTab(c.tab)
			if err := s.Slack.ChangeChannel(world.Home, func(h *slacksim.Channel) { h.Archived = !c.home }); err != nil {
				t.Fatal(err)
			}
			s.start()
			preview := s.tells(s.Mara, c.at, "billing@prod-eu orders back 50m", "PREVIEW", "Ask for approval")
			s.clicks(s.Mara, preview, "approve")
			if c.told {
				told := s.sees(s.Mara, c.at, "No approver can see", "is_archived", "a member can unarchive it",
					"messages_tab_disabled", "a manager of the app turns it on", "approve "+s.ref(preview))
				if !told.Ephemeral && !slices.Contains(told.Pings(), "U0MARA") {
					t.Errorf("mara is not called by:\n%s", told.Text())
				}
			} else {
				at := s.Slack.DM("U0JON")
				if !c.tab {
					at = world.Home
				}
				s.sees(s.Jon, at, s.ref(preview), "APPROVE?")
				s.tells(s.Mara, c.at, "show "+s.id(preview), s.id(preview))
				for _, m := range s.Mara.Messages(c.at) {
					if strings.Contains(m.Text(), "No approver can see") {
						t.Errorf("mara is told what is not so:\n%s", m.Text())
					}
				}
			}
			// whoever is asked by hand can decide
			s.types(s.Jon, world.PayOps, "approve "+s.ref(preview))
			s.until("it is written", func() bool { return s.Prod.CountRequests()[kmsg.OffsetCommit] > 0 })
		})
	}
}
