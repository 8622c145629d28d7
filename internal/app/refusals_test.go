package app_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// Who may not is told so alone, by which rule, and who may.

func TestRefusalNamesWhoMay(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.Slack.AddUser(slacksim.User{ID: "U0MOE", Name: "moe"})
	s.Slack.AddUser(slacksim.User{ID: "U0XEN", Name: "xen", Team: "T0OTHER", Invisible: true})
	s.refused = append(s.refused, "user_not_visible", "user_not_found")
	const channel = "C0ALL"
	s.Slack.AddChannel(slacksim.Channel{ID: channel, Name: "all",
		Members: []string{"U0MARA", "U0JON", "U0BEN", "U0GUS", "U0SOL", "U0XEN", "U0MOE"}, Bot: true})
	s.start()
	const ask = "billing@prod-eu orders to latest"
	s.tells(s.Ben, channel, ask, "You may not request resets of billing on prod-eu. @pay can. Rule: pay on production.")
	// owners approve; they do not ask
	s.tells(s.Jon, channel, ask, "You may not request resets of billing on prod-eu. @pay can.")
	s.tells(s.Gus, channel, ask, "You may not request resets of billing on prod-eu: guests have no rights here.", "@pay can.")
	s.tells(s.Sol, channel, ask, "people of other organisations have no rights")
	s.tells(s.Slack.Person("U0XEN"), channel, ask, "people of other organisations have no rights")
	s.tells(s.Gus, channel, "lag billing@prod-eu", "You may not view billing on prod-eu: guests have no rights")
	s.tells(s.Sol, channel, "status", "Nothing is open")
	s.tells(s.Mara, channel, "payroll@prod-eu orders to latest", "No rule covers payroll on prod-eu.")

	// Slack does not know the person at all: nothing is known, so the answer is no.
	moe := s.Slack.Person("U0MOE")
	s.Slack.Fail("users.info", slacksim.Fault{Error: "user_not_found"})
	s.tells(moe, channel, ask, "your rights could not be checked: Slack does not know the user U0MOE")
	s.untouched()
}

func TestWhoMayNotDecideChangesNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	card := s.asks(s.Mara, world.Incident, "billing@prod-eu orders back 50m")
	// without the minute as of which it was not written: the card may be drawn again in the next one
	minute := regexp.MustCompile(`as of today at [0-9:]+`)
	drawn := func() string {
		return minute.ReplaceAllString(s.shows(s.Jon, card, "[Approve rewind]").Text(), "")
	}
	was := drawn()
	needs := s.id(card) + " needs @pay-owners; you are not among them. Rule: pay on production."
	for _, who := range []struct {
		p    *slacksim.Person
		says string
	}{
		{s.Ben, needs},
		{s.Gus, "There is no request"},
		{s.Sol, "There is no request"},
		{s.Mara, "You cannot approve your own request. Another person of @pay-owners must approve it."},
	} {
		s.once(who.p, world.Home, func() { s.clicks(who.p, card, "approve") }, who.says)
		s.tells(who.p, world.Home, "approve "+s.ref(card), who.says)
	}
	// Kim may ask and approve, but not both for one request.
	own := s.asks(s.Kim, world.Home, "billing@prod-eu orders back 49m")
	s.told(s.Kim, own, "approve", "You cannot approve your own request")
	if now := drawn(); now != was {
		t.Errorf("the card changed to:\n%s", now)
	}
	s.untouched()
	whole := s.tells(s.Jon, world.Home, "history "+s.id(card), "@ben was not allowed to approve: not named in the rule",
		"@mara was not allowed to approve")
	if strings.Contains(whole.Text(), "approved revision") {
		t.Error("a refused vote was counted")
	}
}

func TestMembershipIsReadWhenItCounts(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	card := s.asks(s.Mara, world.Incident, "billing@prod-eu orders back 50m")
	if err := s.Slack.SetGroupMembers(world.PayOwners, "U0KIM", "U0BEN"); err != nil {
		t.Fatal(err)
	}
	s.told(s.Jon, card, "approve", "needs @pay-owners; you are not among them")
	s.untouched()
	s.clicks(s.Ben, card, "approve")
	s.shows(s.Jon, card, "DONE")
	s.wrote(1)
}

func TestForgedAndLateClicksGetOneAnswer(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	card := s.asks(s.Mara, world.Incident, "billing@prod-eu orders back 50m")
	ref := s.ref(card)
	forge := func(p *slacksim.Person, action, value string) func() {
		return func() {
			s.t.Helper()
			s.acked(p.Forge(slacksim.Forgery{Channel: card.Channel, TS: card.TS, ActionID: action, Value: value}), nil)
		}
	}
	for _, f := range []struct{ action, value, says string }{
		{"approve", "zzzz.1", "There is no request zzzz"},
		{"approve", "' or 1=1.1", "that button is not known here"},
		{"approve", s.id(card), "that button is not known here"},
		{"approve", s.id(card) + ".0", "that button is not known here"},
		{"approve", s.id(card) + ".7", s.id(card) + " is at revision 1, not 7"},
		{"drop_table", ref, "that button is not known here"},
		{"settle", "x", "that button is not known here"},
		{"rows", "x", "that button is not known here"},
		{"page.-3", ref, "that button is not known here"},
		{"choose.99", ref, "Only the requester of "},
		{"undo", ref, "You may not undo resets of billing on prod-eu. @pay can."},
		{"", "", "that button is not known here"},
	} {
		s.once(s.Jon, world.Home, forge(s.Jon, f.action, f.value), f.says)
	}
	s.untouched()

	s.clicks(s.Jon, card, "approve")
	s.shows(s.Jon, card, "DONE")
	late := "Too late: " + s.id(card) + " is already applied"
	s.once(s.Kim, world.Home, forge(s.Kim, "approve", ref), late)
	s.once(s.Kim, world.Home, forge(s.Kim, "reject", ref), late)
	s.once(s.Mara, world.Home, forge(s.Mara, "cancel", ref), late)
	s.once(s.Mara, world.Home, forge(s.Mara, "retry", ref), late)
	s.once(s.Jon, world.Home, forge(s.Jon, "approve", ref), "Already approved by you")
	s.wrote(1)

	// Another person's draft cannot be sent on its way, and a forged click cannot pretend to be its author.
	draft := s.ref(s.tells(s.Mara, world.Home, "billing@prod-eu orders back 10m", "PREVIEW"))
	id, _, _ := strings.Cut(draft, ".")
	s.once(s.Kim, world.Home, forge(s.Kim, "approve", draft), "no request "+id)
	s.wrote(1)
}

// TestACardThatIsPostedTwiceHasButtonsOnce: the answer to the first post is lost, and so is the address of the message.
func TestACardThatIsPostedTwiceHasButtonsOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	card := s.asks(s.Mara, world.Incident, "billing@prod-eu orders back 50m")
	s.Slack.Fail("chat.postMessage", slacksim.Fault{Status: 502, Effect: true, Times: 1})
	preview := s.tells(s.Mara, world.Home, "billing@prod-eu orders back 49m", "PREVIEW")
	s.clicks(s.Mara, preview, "approve")
	newest := s.sees(s.Jon, world.Home, s.ref(preview), "APPROVE?")
	first := s.finds(s.Jon, world.Home, []string{"the first card"}, func(m slacksim.Message) bool {
		return m.TS != newest.TS && strings.Contains(m.Text(), s.id(preview)+buttonsFollow)
	})
	if text := first.Text(); len(first.History) != 1 || len(first.Buttons()) > 0 ||
		!strings.Contains(text, "If no buttons follow, this message is out of date: `show "+s.id(preview)+"`") {
		t.Errorf("the card whose answer was lost, with %d versions:\n%s", len(first.History), text)
	}
	// a click that no one was offered decides nothing, and takes the message for what it is
	s.news(s.Jon, world.Home, func() {
		s.acked(s.Jon.Forge(slacksim.Forgery{Channel: first.Channel, TS: first.TS, ActionID: "approve",
			Value: s.ref(preview)}), nil)
	}, s.id(preview), "this card is out of date", "This click did nothing", "The card in #kafka-prod")
	s.shows(s.Jon, first, "this card is out of date")
	s.untouched()
	s.clicks(s.Jon, newest, "approve")
	s.shows(s.Jon, newest, "DONE")
	s.wrote(1)
	s.shows(s.Jon, card, "APPROVE?")
}
