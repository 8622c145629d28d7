package app_test

import (
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// P24: a reason, or a ticket, that the policy requires.

var ticketNeeded = strings.ReplaceAll(oneNeeded, "    owner: S0PAYOWNERS", `    require_reason: 'INC-\d+'
    schedules: true
    owner: S0PAYOWNERS`)

func TestAReasonThatThePolicyRequires(t *testing.T) {
	t.Parallel()
	s, _, idle := voters(t, ticketNeeded)
	idle()
	s.tells(s.Mara, world.Home, "billing@prod-eu orders shift -100", "A reason is required that matches INC-\\d+",
		"Rule: pay on production", `billing@prod-eu orders shift -100 --reason "INC-\d+"`)
	s.tells(s.Mara, world.Home, `billing@prod-eu orders shift -100 --reason "bad deploy"`, "A reason is required")
	s.tells(s.Mara, world.Home, `schedule add "0 2 * * *" --tz UTC -- billing@prod-eu orders shift -100`,
		"A reason is required")
	preview := s.tells(s.Mara, world.Home, `billing@prod-eu orders shift -100 --reason "bad deploy, INC-4711"`, "PREVIEW")
	s.clicks(s.Mara, preview, "approve")
	card := s.sees(s.Jon, world.Home, s.ref(preview), "APPROVE?", "INC-4711")
	s.clicks(s.Jon, card, "approve")
	s.shows(s.Jon, card, "DONE")
	s.wrote(1)
	undo := s.tells(s.Mara, world.Home, "undo "+s.id(card), "PREVIEW") // it names what it undoes
	if holds(undo, []string{"reason is required"}) {
		t.Error("an undo is asked for a reason")
	}
}

// The incident of an emergency is a reason.
func TestTheIncidentOfAnEmergencyIsAReason(t *testing.T) {
	t.Parallel()
	s, _, idle := voters(t, ticketNeeded)
	idle()
	s.tells(s.Ben, world.Home, "billing@prod-eu orders shift -100 --emergency fire", "A reason is required")
	preview := s.tells(s.Ben, world.Home, "billing@prod-eu orders shift -100 --emergency INC-1", "PREVIEW")
	s.clicks(s.Ben, preview, "approve")
	s.sees(s.Jon, world.Home, s.id(preview), "DONE")
	s.wrote(1)
}

// The rule in force decides: what was approved without a reason is not written once one is required.
func TestAReasonIsRequiredWhileAResetWaits(t *testing.T) {
	t.Parallel()
	s, _, idle := voters(t, oneNeeded)
	card := s.armedBy("billing@prod-eu orders shift -100", s.Jon)
	s.policyBecomes("    owner: S0PAYOWNERS", "    require_reason: true\n    owner: S0PAYOWNERS")
	idle()
	s.shows(s.Jon, card, "REFUSED", "A reason is required")
	s.wrote(0)
}
