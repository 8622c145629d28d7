package words

import (
	"cmp"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// approvalGaps says why a standing approval lets nothing run.
var approvalGaps = map[reset.ApprovalGap]string{
	reset.GapEnded:     "the standing approval has ended",
	reset.GapChanged:   "it was changed since",
	reset.GapEmergency: "an emergency is no standing approval",
	reset.GapPeople:    "the people who gave it no longer have the right",
}

func reasonOf(why string) string {
	if why == "" {
		return ""
	}
	return ": " + strings.TrimSuffix(why, ".")
}

func example(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "Example: " + names[0] + ". "
}

// warned mentions the owner of a schedule, who has to do something.
func warned(s reset.Story) Line {
	if s.Schedule == nil || s.Schedule.Schedule.Owner.ID == "" {
		return nil
	}
	owner := s.Schedule.Schedule.Owner
	return say(Span{Kind: Notify, ID: owner.ID, Text: "@" + owner.ID}, ": ")
}

func firstLine(l Line, otherwise string) Line {
	if l == nil {
		return say(otherwise)
	}
	return l
}

// pausedBecause is why a schedule paused itself, and what to do about it.
func pausedBecause(e reset.Entry) Line {
	doubt := reset.Denial(e.Facts["doubt"])
	if doubt == "" {
		return say(" found the group in use, or being reset. Check it, then resume the schedule.")
	}
	l := say(" was not started: the standing approval is no longer valid: ",
		cmp.Or(denials[doubt].brief, string(doubt)))
	if about := strings.Fields(e.Facts["about"]); len(about) > 0 {
		l = say(l, " (", people(about, User, "and"), ")")
	}
	return say(l, ". Save the schedule again under its name to ask for a new approval.")
}

// utcOfFact is a time as facts and problems carry it, for people.
func utcOfFact(said string) string {
	t, err := time.Parse(time.RFC3339, said)
	if err != nil {
		return cmp.Or(said, "then")
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

// standingApproval is the approval that a run relies on, while no approval was asked for it.
func standingApproval(m reset.Mandate, v timeFormat) Line {
	switch {
	case m.File:
		return say("Approved by review of the configuration file", until(" until ", m.Until, v))
	case len(m.Votes) == 0:
		return say("Approved in ", name(m.Request), " (no second approval required)", until(" until ", m.Until, v))
	}
	return say("Approved in ", name(m.Request), " by ", approvers(m.Votes), until(" until ", m.Until, v))
}
