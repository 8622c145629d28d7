package words

import (
	"cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// mayNot is what a person wanted to do, after "You may not".
var mayNot = map[reset.Verb]string{
	reset.VerbView:      "look at",
	reset.VerbRequest:   "ask for resets of",
	reset.VerbApprove:   "approve resets of",
	reset.VerbCancel:    "cancel resets of",
	reset.VerbReject:    "reject resets of",
	reset.VerbRetry:     "retry resets of",
	reset.VerbUndo:      "undo resets of",
	reset.VerbSettle:    "settle resets of",
	reset.VerbEmergency: "go alone in an emergency on",
	reset.VerbFreeze:    "freeze",
	reset.VerbThaw:      "thaw",
	reset.VerbApply:     "apply resets of",

	reset.VerbSchedule: "schedule resets of",
}

// denialLines refuse, with the rule and with the people who may.
func denialLines(p *reset.Problem) []Line {
	r := reset.Ruling{Denial: reset.DeniedNoRule}
	if p.Ruling != nil {
		r = *p.Ruling
	}
	what := cmp.Or(p.Group, "this group") + onCluster(p)
	if p.Verb == reset.VerbFreeze || p.Verb == reset.VerbThaw {
		what = scopeWord(p.Cluster)
	}
	refused := say("You may not ", cmp.Or(mayNot[p.Verb], "do that with"), " ", what)
	rule := ""
	if r.Rule != "" {
		rule = " Rule: " + r.Rule + "."
	}
	switch r.Denial {
	case reset.DeniedNoRule:
		return []Line{say("No rule covers ", what,
			", so nobody may. Whoever keeps the bot's configuration can add one.")}
	case reset.DeniedNotIn:
		if p.Request != "" && (p.Verb == reset.VerbApprove || p.Verb == reset.VerbReject) {
			return []Line{say(p.Request, " needs ", people(r.Who, User, "or"), "; you are not among them.", rule)}
		}
		if len(r.Who) == 0 {
			return []Line{say(refused, ": nobody may.", rule, ruleOwner(r))}
		}
		return []Line{say(refused, ". ", people(r.Who, User, "and"), " may.", rule)}
	case reset.DeniedChannel:
		return []Line{say(refused, " from this channel.", rule, " Ask in one of the channels that the rule names",
			ownerOr(r), ".")}
	case reset.DeniedGuest:
		return []Line{say(refused, ": guests never may.", mayInstead(r), rule)}
	case reset.DeniedBot:
		return []Line{say(refused, ": bots and apps never may, a person has to.", mayInstead(r), rule)}
	case reset.DeniedStranger:
		return []Line{say(refused, ": people of other organisations never may.", mayInstead(r), rule)}
	case reset.DeniedGone:
		return []Line{say(refused, ": the account is deactivated.", mayInstead(r), rule)}
	case reset.DeniedCap:
		if p.Verb == reset.VerbEmergency {
			return []Line{say("That is beyond what one person may do alone in an emergency", limit(r.Cap), ".", rule,
				" Move fewer partitions or go less far, or ask for approval by ", people(r.Approvers, User, "or"), ".")}
		}
		return []Line{say("That is beyond the cap of what may be done here at all", limit(r.Cap), ".", rule,
			" Move fewer partitions or go less far", ownerOr(r), ".")}
	case reset.DeniedSelf:
		return []Line{say("Nobody approves their own request. Somebody else of ", people(r.Who, User, "or"), " has to.",
			rule)}
	case reset.DeniedTwice:
		return []Line{say("You have approved ", p.Request, " under another id.", rule)}
	case reset.DeniedVotes:
		return []Line{say(refused, ": it needs ", text.Counted(r.Need, "approval"), " from ", people(r.Approvers, User,
			"or"),
			".", rule)}
	case reset.DeniedUnknown:
		return []Line{unreadLine(r, rule)}
	case reset.DeniedSchedules:
		return []Line{say(refused, ": it allows no schedules.", rule, " Its owner can say ", code("schedules: true"),
			" there.")}
	case reset.DeniedNoTeam:
		return []Line{say(refused, ": a standing approval rests on a team that lasts, and no user group may approve.",
			rule)}
	case reset.DeniedChanged:
		return []Line{say(refused, ": what was agreed to is not what would be done now.", rule)}
	}
	return []Line{say(refused, ".", mayInstead(r), rule)}
}

func limit(limit string) string {
	if limit == "" {
		return ""
	}
	return ": " + limit
}

func mayInstead(r reset.Ruling) Line {
	if len(r.Who) == 0 {
		return nil
	}
	return say(" ", people(r.Who, User, "and"), " may.")
}

func ruleOwner(r reset.Ruling) Line {
	if r.Owner == "" {
		return nil
	}
	return say(" Its owner is ", people([]string{r.Owner}, User, "or"), ".")
}

func ownerOr(r reset.Ruling) Line {
	if r.Owner == "" {
		return nil
	}
	return say(", or ask its owner ", people([]string{r.Owner}, User, "or"))
}

// AccessOf is who may do what with a group, for the person who asked.
func AccessOf(a reset.Access) Content {
	c := Content{Title: title(reset.Intent{Group: a.Group}, a.Cluster), Status: "what you may do"}
	for _, verb := range []reset.Verb{reset.VerbView, reset.VerbRequest, reset.VerbApprove, reset.VerbEmergency,
		reset.VerbSettle} {
		r, ok := a.Rulings[verb]
		if !ok || verb == reset.VerbEmergency && len(r.Who) == 0 {
			continue // no rule of this group knows emergencies
		}
		word := accessWords[verb]
		if r.Allowed {
			c.Lines = append(c.Lines, say("✓ ", word, ruleOf(r)))
			continue
		}
		l := say("✗ ", word, ": ", denials[r.Denial])
		if len(r.Who) > 0 {
			l = say(l, "; ", people(r.Who, User, "and"), " may")
		}
		c.Lines = append(c.Lines, say(l, ruleOf(r)))
	}
	if r := a.Rulings[reset.VerbRequest]; r.Owner != "" {
		c.Foot = []Line{say("Owner of the rule: ", people([]string{r.Owner}, User, "or"))}
	}
	c.Fallback = fallback(c)
	return c
}

var accessWords = map[reset.Verb]string{
	reset.VerbView:      "look: lag, show, history",
	reset.VerbRequest:   "ask for resets, retry, undo",
	reset.VerbApprove:   "approve and reject resets of others",
	reset.VerbEmergency: "go alone in an emergency",
	reset.VerbSettle:    "settle an unclear outcome",
}

// denials are the reasons for a refusal, in a few words.
var denials = map[reset.Denial]string{
	reset.DeniedNoRule:   "no rule covers this group",
	reset.DeniedNotIn:    "not among those named",
	reset.DeniedChannel:  "not from this channel",
	reset.DeniedGuest:    "guests never may",
	reset.DeniedBot:      "bots never may",
	reset.DeniedStranger: "people of other organisations never may",
	reset.DeniedGone:     "the account is deactivated",
	reset.DeniedCap:      "beyond the rule's cap",
	reset.DeniedSelf:     "nobody approves their own request",
	reset.DeniedTwice:    "the same person has approved under another id",
	reset.DeniedVotes:    "more approvals are needed",
	reset.DeniedUnknown:  "Slack did not say who is in which group",

	reset.DeniedSchedules: "the rule allows no schedules",
	reset.DeniedNoTeam:    "no user group may approve, and a standing approval needs one",
	reset.DeniedChanged:   "what was agreed to is not this",
}
