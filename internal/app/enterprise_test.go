package app_test

import (
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// newcomer adds a person to the home channel who is not of the app's own workspace.
func (s *stage) newcomer(u slacksim.User) *slacksim.Person {
	s.t.Helper()
	s.Slack.AddTeam(u.Team, u.Team)
	p := s.Slack.AddUser(u)
	if err := s.Slack.ChangeChannel(world.Home, func(c *slacksim.Channel) {
		c.Members = append(c.Members, p.ID)
	}); err != nil {
		s.t.Fatal(err)
	}
	return p
}

// clicksAs clicks with a payload that names the person's team as Slack may.
func (s *stage) clicksAs(p *slacksim.Person, m slacksim.Message, action, team string) {
	s.t.Helper()
	d, err := p.Click(m, action, func(payload map[string]any) {
		user, _ := payload["user"].(map[string]any)
		user["team_id"] = team
	})
	s.acked(d, err)
}

// TestPeopleOfASiblingWorkspace: in an Enterprise Grid a person is judged by (enterprise, user), for clicks as for
// commands, whichever of their teams Slack names.
func TestPeopleOfASiblingWorkspace(t *testing.T) {
	t.Parallel()
	for name, team := range map[string]string{"by their workspace": "T0SIB", "by the organisation": "E0ORG",
		"by the app's workspace": slacksim.HomeTeam} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, world.Options{Slack: slacksim.Options{Enterprise: "E0ORG"}})
			sib := s.newcomer(slacksim.User{ID: "W0SIB", Name: "sib", Team: "T0SIB", Enterprise: "E0ORG"})
			if err := s.Slack.SetGroupMembers(world.PayOwners, sib.ID, "U0MARA"); err != nil {
				t.Fatal(err)
			}
			if err := s.Slack.SetGroupMembers(world.Pay, sib.ID, "U0MARA"); err != nil {
				t.Fatal(err)
			}
			s.start()
			byClick := s.asks(s.Mara, world.Home, "billing@prod-eu orders back 50m")
			s.clicksAs(sib, byClick, "approve", team)
			s.shows(s.Jon, byClick, "DONE")
			s.wrote(1)
			byCommand := s.asks(s.Mara, world.Home, "billing@prod-eu orders back 49m")
			s.types(sib, world.Home, "approve "+s.ref(byCommand))
			s.shows(s.Jon, byCommand, "DONE")
			s.wrote(2)
			// what was asked for by a command is one's own by a click
			own := s.asks(sib, world.Home, "billing@prod-eu orders back 48m")
			s.news(sib, own.Channel, func() { s.clicksAs(sib, own, "approve", team) },
				"You cannot approve your own request")
			s.wrote(2)
		})
	}
}

// TestStrangersInAnEnterpriseGrid: whatever a payload says, who is of another organisation or of none decides nothing,
// a member of the user group or not.
func TestStrangersInAnEnterpriseGrid(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{Slack: slacksim.Options{Enterprise: "E0ORG"}})
	people := map[string]*slacksim.Person{
		"another organisation": s.newcomer(slacksim.User{ID: "W0FAR", Name: "far", Team: "T0FAR", Enterprise: "E0FAR"}),
		"no organisation":      s.newcomer(slacksim.User{ID: "U0FAR", Name: "far2", Team: "T0FAR"}),
		"marked by Slack": s.newcomer(slacksim.User{ID: "W0ODD", Name: "odd", Team: "T0FAR", Enterprise: "E0ORG",
			Stranger: true}),
		"not visible": s.newcomer(slacksim.User{ID: "U0HID", Name: "hid", Team: "T0FAR", Invisible: true}),
	}
	if err := s.Slack.SetGroupMembers(world.PayOwners, "U0JON", "W0FAR", "U0FAR", "W0ODD", "U0HID"); err != nil {
		t.Fatal(err)
	}
	s.refused = append(s.refused, "user_not_visible")
	s.start()
	card := s.asks(s.Mara, world.Home, "billing@prod-eu orders back 50m")
	for name, p := range people {
		for _, team := range []string{"T0FAR", "E0FAR", "E0ORG", slacksim.HomeTeam} {
			s.news(p, card.Channel, func() { s.clicksAs(p, card, "approve", team) },
				"There is no request")
			if t.Failed() {
				t.Fatalf("%s as %s", name, team)
			}
		}
		s.tells(p, world.Home, "approve "+s.ref(card), "There is no request")
	}
	s.wrote(0)
	s.clicks(s.Jon, card, "approve")
	s.shows(s.Jon, card, "DONE")
	s.wrote(1)
}
