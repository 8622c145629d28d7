package app_test

import (
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// Who may not view a request learns nothing about it: whatever they type, and whatever its state, the answer is the
// same sentence, without its state, its numbers, its group, its rule or a button.

// words are all verbs about a request, as they are typed. ID stands for the request.
var words = []string{
	"approve ID", "approve ID.1", "approve ID.7", "reject ID", "cancel ID.7", "choose ID 1", "choose ID 99", "retry ID",
	"undo ID", "settle ID.7 seen", "emergency ID.1 INC-1", "emergency ID.7 INC-1", "show ID", "show ID.7", "history ID",
	"run ID", "skip-next ID", "delay ID",
}

// learnsNothing types every verb about a request as a user who may not view it: it could as well not be there.
func (s *stage) learnsNothing(p *slacksim.Person, id string) {
	s.t.Helper()
	for _, w := range words {
		text := strings.ReplaceAll(w, "ID", id)
		answer := s.news(p, world.Incident, func() { s.types(p, world.Incident, text) })
		says := id + "\nnothing was changed\nThere is no request " + id +
			" that you may view. status lists those that are open."
		switch verb, _, _ := strings.Cut(w, " "); verb {
		case "run", "skip-next", "delay":
			says = "Not done\nnothing was changed\nThere is no schedule " + id +
				" that you may view. schedule list lists them."
		case "history": // it may be the name of a group
			says = "History\n0 requests\nOnly: group " + id + ". For a person: history @" + id +
				".\nNo request matches, of those that you may view."
		}
		if got := strings.TrimSpace(answer.Text()); got != says {
			s.t.Errorf("%s is told %q, want %q", text, got, says)
		}
		if !answer.Ephemeral || len(answer.Buttons()) > 0 {
			s.t.Errorf("%s: others see it (%t), buttons %v", text, !answer.Ephemeral, answer.Buttons())
		}
	}
}

func TestWhoMayNotLookLearnsNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.configure("view: [members]", "view: []") // ben: a full member whom no rule names
	s.start()
	pending := s.id(s.asks(s.Mara, world.Incident, "billing@prod-eu orders back 50m"))
	preview := s.tells(s.Mara, world.PayOps, "billing@prod-eu refunds shift -1", "PREVIEW", "Apply")
	s.clicks(s.Mara, preview, "approve")
	done := s.id(s.sees(s.Mara, world.PayOps, s.id(preview), "DONE"))
	s.learnsNothing(s.Ben, pending)
	s.learnsNothing(s.Gus, pending)
	s.learnsNothing(s.Sol, done)
	s.learnsNothing(s.Ben, "zzzz")
	s.untouchedOrders()
	whole := s.tells(s.Jon, world.Home, "history "+pending, "@ben was not allowed to accept the outcome")
	if strings.Contains(whole.Text(), "approved revision") {
		t.Error("a refused vote was counted")
	}
}

// A draft is its requester's alone: to all others, approvers too, its id is one that is not there (P18).
func TestADraftIsItsRequestersAlone(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	draft := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 5m", "PREVIEW")
	for _, p := range []*slacksim.Person{s.Jon, s.Ben, s.Gus} {
		for _, w := range words {
			told := s.news(p, world.PayOps, func() { s.types(p, world.PayOps, strings.ReplaceAll(w, "ID", s.id(draft))) })
			none := s.news(p, world.PayOps, func() { s.types(p, world.PayOps, strings.ReplaceAll(w, "ID", "zzzz")) })
			if told.Text() != strings.ReplaceAll(none.Text(), "zzzz", s.id(draft)) {
				t.Errorf("%q by %s tells of the draft:\n%s\nof an unknown id:\n%s", w, p.ID, told.Text(), none.Text())
			}
		}
	}
	s.tells(s.Mara, world.PayOps, "show "+s.id(draft), "PREVIEW")
	s.clicks(s.Mara, draft, "approve")
	s.tells(s.Jon, world.PayOps, "show "+s.id(draft), s.id(draft))
}

// untouchedOrders checks that billing did not move on orders.
func (s *stage) untouchedOrders() {
	s.t.Helper()
	s.stands(world.PerOrders - world.Behind)
	s.wrote(1) // the small reset of refunds
}

// Who may look and not decide is told which rule says so, and neither whether the revision is there nor what became of
// the request.
func TestRightsComeBeforeTheState(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	id := s.id(s.asks(s.Mara, world.Incident, "billing@prod-eu orders back 50m"))
	const by, needs = " Rule: pay on production.", " needs @pay-owners; you are not among them."
	may := map[string]string{
		"approve ID.7":          needs + by,
		"reject ID":             needs + by,
		"undo ID":               "You may not undo resets of billing on prod-eu. @pay can." + by,
		"retry ID":              "You may not retry resets of billing on prod-eu. @pay can." + by,
		"settle ID.7 seen":      "You may not settle resets of billing on prod-eu. @pay-owners can." + by,
		"emergency ID.7 INC-47": "You may not use break-glass on billing on prod-eu: the rule names no one for it." + by,
		"cancel ID":             "You may not cancel resets of billing on prod-eu. @pay and @pay-owners can." + by,
		"choose ID 9":           "Only the requester of ",
	}
	decided := func() {
		t.Helper()
		for text, says := range may {
			answer := s.tells(s.Ben, world.Incident, strings.ReplaceAll(text, "ID", id), says)
			tells := strings.Contains(answer.Text(), "revision") || strings.Contains(answer.Text(), "Too late")
			if len(answer.Buttons()) > 0 || tells {
				t.Errorf("%s tells more than who may: %s", text, answer.Text())
			}
		}
	}
	decided()
	s.tells(s.Jon, world.Home, "reject "+id+" no")
	s.sees(s.Mara, world.Home, id, "REJECTED")
	decided()
	s.untouched()
}
