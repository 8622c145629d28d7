package app_test

import (
	"fmt"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// P24: an approval is taken back until the write begins.

func TestAnApprovalIsWithdrawn(t *testing.T) {
	t.Parallel()
	s, ann, idle := voters(t, twoNeeded)
	card := s.armedBy("billing@prod-eu orders shift -100", s.Jon, s.Kim)
	s.tells(s.Jon, world.Home, "unapprove "+s.id(card), "Your approval of "+s.ref(card)+" is withdrawn: 1 of 2",
		"not written before it is approved again")
	card = s.shows(s.Jon, card, s.id(card)+".1", "APPROVE?", "Approved by @kim", "Needs 1 more from",
		"@jon withdrew their approval")
	s.replies(card, "@jon withdrew their approval of revision 1 (1 of 2)")
	s.pings(card, "Needs 1 more from", world.PayOwners)
	s.pings(card, "Needs 1 more from", s.Mara.ID)
	s.clicks(s.Kim, card, "unapprove") // from the card's menu
	s.shows(s.Jon, card, "@kim withdrew their approval", "Needs 2 approvals")
	s.clicks(s.Kim, card, "approve")
	card = s.shows(s.Jon, card, "APPROVE?", "Approved by @kim", "Needs 1 more from")
	idle()
	s.wrote(0)
	s.tells(s.Jon, world.Home, "unapprove "+s.id(card), "no approval of "+s.id(card)+" to withdraw")
	s.clicks(ann, card, "approve")
	s.shows(s.Jon, card, "DONE", "pproved by @kim")
	s.wrote(1)
	s.tells(s.Kim, world.Home, "unapprove "+s.id(card), "Too late", "undo "+s.id(card))
	s.tells(s.Jon, world.Home, "history "+s.id(card), "@jon withdrew their approval")
}

// The approval of a schedule covers its runs: it is taken back before it is saved, and what stops the runs is said
// after.
func TestTheApprovalOfAScheduleIsNotWithdrawnAfterItIsSaved(t *testing.T) {
	t.Parallel()
	s, _, cron := atNight(t)
	line := fmt.Sprintf(`schedule add "%s" --tz UTC --name nightly -- billing@prod-eu orders shift -1000`, cron)
	preview := s.tells(s.Mara, world.Incident, line, "PREVIEW", "Needs 1 approval from @pay-owners")
	s.clicks(s.Mara, preview, "approve")
	card := s.sees(s.Jon, world.Home, s.ref(preview), "APPROVE?")
	s.tells(s.Jon, world.Home, "unapprove "+s.id(card), "no approval of "+s.id(card)+" to withdraw")
	s.clicks(s.Jon, card, "approve")
	card = s.shows(s.Jon, card, "SCHEDULE ACTIVE")
	s.tells(s.Jon, world.Home, "unapprove "+s.id(card), "schedule nightly is saved", "schedule pause nightly",
		"schedule remove nightly")
}
