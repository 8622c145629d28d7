package words

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// voteDroppedLine says whose approval no longer counts, and why.
func voteDroppedLine(e entry) Line {
	return say("The approval by ", people([]string{e.Facts["person"]}, User, "or"), " no longer counts: ",
		overReason(e), ".")
}

// emergencyOverLine says whose emergency no longer counts, and why.
func emergencyOverLine(e entry) Line {
	return say("The emergency", e.fact("incident", " "), " of ", people([]string{e.Facts["person"]}, User, "or"),
		" no longer counts: ", overReason(e), ".")
}

// overReason says why what a person did no longer counts.
func overReason(e entry) Line {
	switch why := reset.Denial(e.Facts["why"]); why {
	case reset.DeniedGone:
		return say("the account was deactivated")
	case reset.DeniedNotIn:
		listed := cmp.Or(e.Facts["principal"], e.Facts["person"])
		return say("the rule in force does not list ", people([]string{listed}, User, "or"))
	default:
		return say(cmp.Or(denials[why].brief, string(why)))
	}
}

// noVoteLine says that a person has no approval to withdraw, and what stops the request instead.
func noVoteLine(p *reset.Problem) Line {
	switch reset.RestsOn(p.Want) {
	case reset.RestsOnSaved:
		return say("Too late: schedule ", p.Got, " is saved, and its approval holds for the runs to come. Stop them: ",
			code("schedule pause "+p.Got), ", or for good: ", code("schedule remove "+p.Got))
	case reset.RestsOnSchedule:
		return say("You have not approved ", p.Request, ": it runs by the standing approval of schedule ", p.Got,
			". Skip this run: ", code("skip-next "+p.Request), ". Stop all runs: ", code("schedule pause "+p.Got))
	case reset.RestsOnEmergency:
		return say("You have not approved ", p.Request, ": it goes ahead by your emergency. Stop it: ",
			code("cancel "+p.Request))
	case reset.RestsOnOthers:
	}
	return say("You have no approval of ", p.Request, " to withdraw. Who approved it: ", code("show "+p.Request),
		". Stop it: ", code("cancel "+p.Request))
}

// rulesChangedLine says which rule decides now, and what it asks for.
func rulesChangedLine(e entry) Line {
	l := say("The policy was changed", e.fact("rule", ": the rule in force is "))
	if need, was := e.number("need"), e.number("was"); need != was {
		l = say(l, ", which needs ", text.Counted(need, "approval"), " instead of ", strconv.Itoa(was))
	}
	return say(l, ".")
}

// reopenedLine calls those who may approve, and the requester, who may have stopped the consumers already.
func reopenedLine(e entry) Line {
	lacks := max(0, e.number("need")-e.number("votes"))
	return say(strong("Needs "+strconv.Itoa(lacks)+" more"), " from ",
		people(e.request.Ruling.Approvers, Notify, "or"), "; not written until then. ",
		mentionPerson(e.request.Actor))
}

// overEvents are those after which what a person agreed to no longer counts.
var overEvents = []reset.Event{reset.EvVoteDropped, reset.EvVoteWithdrawn, reset.EvEmergencyOver}

// droppedLines are the approvals of this revision that no longer count, for the card that waits for others instead.
func droppedLines(s reset.Story) []Line {
	var lines []Line
	for i, e := range s.Entries {
		if e.Revision != s.Request.Revision || !slices.Contains(overEvents, e.Event) {
			continue
		}
		again := slices.ContainsFunc(s.Entries[i:], func(later reset.Entry) bool {
			return later.Event == reset.EvVoted && later.Actor.ID == cmp.Or(e.Facts["person"], e.Actor.ID)
		})
		if !again {
			lines = append(lines, eventLine(e, s))
		}
	}
	return lines
}

// quorumLine says that a request cannot be approved, why, and who to ask.
func quorumLine(g warningGroup) Line {
	l := say(strong("Nobody can approve this"), ": it needs ", text.Counted(int(g.other), "approval"), " from ",
		people(g.names, User, "or"))
	if g.count == 0 {
		l = say(l, ", and no other person there can.")
	} else {
		l = say(l, ", where ", text.Counted(g.count, "other person"), " can.")
	}
	if owner := g.request.Ruling.Owner; owner != "" {
		return say(l, " Ask the owner of the rule, ", people([]string{owner}, User, "or"), ", to name more approvers.")
	}
	return say(l, " Ask the people who run the bot to name more approvers.")
}
