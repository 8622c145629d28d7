package app_test

import (
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// P5: what nobody can approve says so in its preview, and who to ask.
func TestNobodyCanApproveIt(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{Policy: strings.ReplaceAll(twoNeeded, "approve: [S0PAYOWNERS, S0DBA]",
		"approve: [U0MARA, U0JON]")})
	s.start()
	preview := s.tells(s.Mara, world.Home, "billing@prod-eu orders shift -100", "PREVIEW", "Nobody can approve this",
		"1 of 2 needed approvers")
	s.clicks(s.Mara, preview, "rows")
	s.opens(s.Mara, "needs 2 approvals from @mara or @jon", "1 other person", "Ask the owner of the rule, @pay-owners")
}

// P16: an emergency from a channel that the rule does not take requests from is refused before it is previewed.
func TestAnEmergencyFromAChannelThatTheRuleDoesNotTake(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{Policy: strings.ReplaceAll(strings.ReplaceAll(oneNeeded, "S0DBA", "U0KIM"),
		"    owner: S0PAYOWNERS", "    channels: ["+world.PayOps+"]\n    owner: S0PAYOWNERS")})
	s.start()
	s.tells(s.Ben, world.Home, "billing@prod-eu orders shift -100 --emergency INC-4711", "from this channel",
		"one of the channels in the rule")
	preview := s.tells(s.Ben, world.PayOps, "billing@prod-eu orders shift -100 --emergency INC-4711", "PREVIEW")
	s.clicks(s.Ben, preview, "approve")
	s.sees(s.Jon, world.PayOps, s.id(preview), "DONE")
	s.wrote(1)
}

// P23: what would write the offsets that are there is not armed.
func TestAResetThatChangesNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	s.tells(s.Mara, world.PayOps, "billing@prod-eu orders to current", "Already there", "12 partitions", "Nothing to do")
	s.untouched()
}
