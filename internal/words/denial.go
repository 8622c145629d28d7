package words

import (
	"cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// verbs names what a person wants to do.
var verbs = map[reset.Verb]struct {
	mayNot string // after "You may not", before a group
	denied string // after "was not allowed to"
	access string // in the list of one's own rights; empty: another verb's line covers it
}{
	reset.VerbView:      {"look at", "view", "look: lag, show, history"},
	reset.VerbRequest:   {"ask for resets of", "ask for it", "ask for resets, retry, undo"},
	reset.VerbApprove:   {"approve resets of", "approve", "approve and reject resets of others"},
	reset.VerbCancel:    {"cancel resets of", "cancel", ""},
	reset.VerbReject:    {"reject resets of", "reject", ""},
	reset.VerbRetry:     {"retry resets of", "ask for it again", ""},
	reset.VerbUndo:      {"undo resets of", "take it back", ""},
	reset.VerbSettle:    {"settle resets of", "accept the outcome", "settle an unclear outcome"},
	reset.VerbEmergency: {"go alone in an emergency on", "go alone", "go alone in an emergency"},
	reset.VerbFreeze:    {"freeze", "freeze", ""},
	reset.VerbThaw:      {"thaw", "thaw", ""},
	reset.VerbApply:     {"apply resets of", "apply", ""},
	reset.VerbSchedule:  {"schedule resets of", "schedule", ""},
}

// denials says why a right is not there: in a few words, and to the person who wanted it, with who may instead.
var denials = map[reset.Denial]struct {
	brief string
	line  func(no denial) Line
}{
	reset.DeniedNoRule: {"no rule covers this group", func(no denial) Line {
		return say("No rule covers ", no.what(),
			", so nobody may. Whoever keeps the bot's configuration can add one.")
	}},
	reset.DeniedNotIn: {"not among those named", func(no denial) Line {
		if no.Request != "" && (no.Verb == reset.VerbApprove || no.Verb == reset.VerbReject) {
			return say(no.Request, " needs ", people(no.ruling.Who, User, "or"), "; you are not among them.", no.rule())
		}
		if len(no.ruling.Who) == 0 {
			return say(no.refused(), ": nobody may.", no.rule(), ruleOwner(no.ruling))
		}
		return say(no.refused(), ". ", people(no.ruling.Who, User, "and"), " may.", no.rule())
	}},
	reset.DeniedChannel: {"not from this channel", func(no denial) Line {
		return say(no.refused(), " from this channel.", no.rule(), " Ask in one of the channels that the rule names",
			ownerOr(no.ruling), ".")
	}},
	reset.DeniedGuest: {"guests never may", func(no denial) Line {
		return say(no.refused(), ": guests never may.", mayInstead(no.ruling), no.rule())
	}},
	reset.DeniedBot: {"bots never may", func(no denial) Line {
		return say(no.refused(), ": bots and apps never may, a person has to.", mayInstead(no.ruling), no.rule())
	}},
	reset.DeniedStranger: {"people of other organisations never may", func(no denial) Line {
		return say(no.refused(), ": people of other organisations never may.", mayInstead(no.ruling), no.rule())
	}},
	reset.DeniedGone: {"the account is deactivated", func(no denial) Line {
		return say(no.refused(), ": the account is deactivated.", mayInstead(no.ruling), no.rule())
	}},
	reset.DeniedCap: {"beyond the rule's cap", func(no denial) Line {
		if no.Verb == reset.VerbEmergency {
			return say("That is beyond what one person may do alone in an emergency", limit(no.ruling.Cap), ".",
				no.rule(), " Move fewer partitions or go less far, or ask for approval by ",
				people(no.ruling.Approvers, User, "or"), ".")
		}
		return say("That is beyond the cap of what may be done here at all", limit(no.ruling.Cap), ".", no.rule(),
			" Move fewer partitions or go less far", ownerOr(no.ruling), ".")
	}},
	reset.DeniedSelf: {"nobody approves their own request", func(no denial) Line {
		return say("Nobody approves their own request. Somebody else of ", people(no.ruling.Who, User, "or"),
			" has to.", no.rule())
	}},
	reset.DeniedTwice: {"the same person has approved under another id", func(no denial) Line {
		return say("You have approved ", no.Request, " under another id.", no.rule())
	}},
	reset.DeniedVotes: {"more approvals are needed", func(no denial) Line {
		return say(no.refused(), ": it needs ", text.Counted(no.ruling.Need, "approval"), " from ",
			people(no.ruling.Approvers, User, "or"), ".", no.rule())
	}},
	reset.DeniedUnknown: {"Slack did not say who is in which group", func(no denial) Line {
		return unreadLine(no.ruling, no.rule())
	}},
	reset.DeniedSchedules: {"the rule allows no schedules", func(no denial) Line {
		return say(no.refused(), ": it allows no schedules.", no.rule(), " Its owner can say ", code("schedules: true"),
			" there.")
	}},
	reset.DeniedNoTeam: {"no user group may approve, and a standing approval needs one", func(no denial) Line {
		return say(no.refused(), ": a standing approval rests on a team that lasts, and no user group may approve.",
			no.rule())
	}},
	reset.DeniedChanged: {"what was agreed to is not this", func(no denial) Line {
		return say(no.refused(), ": what was agreed to is not what would be done now.", no.rule())
	}},
}

// hiddenLine is all that is said of a request to who may not look at it.
func hiddenLine(request string, why reset.Denial) Line {
	refused := say("You may not look at request ", request, " or decide about it")
	switch why {
	case reset.DeniedGuest, reset.DeniedBot, reset.DeniedStranger, reset.DeniedGone, reset.DeniedChannel:
		return say(refused, ": ", denials[why].brief, ".")
	default: // nothing of the policy is shown here
		return say(refused, ". ", code("access GROUP"), " says who may.")
	}
}

// denialLine says no to the person who wanted it, which rule says so, and who may instead.
func denialLine(p *reset.Problem) Line { return denialOf(p, say("You")) }

// denialOf is denialLine where others read it too: it names whom it says no to.
func denialOf(p *reset.Problem, whom Line) Line {
	no := denial{Problem: p, ruling: reset.Ruling{Denial: reset.DeniedNoRule}, whom: whom}
	if p.Ruling != nil {
		no.ruling = *p.Ruling
	}
	if p.Verb == reset.VerbView && p.Request != "" && no.ruling.Denial != reset.DeniedUnknown {
		return hiddenLine(p.Request, no.ruling.Denial)
	}
	if row, ok := denials[no.ruling.Denial]; ok {
		return row.line(no)
	}
	return say(no.refused(), ".", mayInstead(no.ruling), no.rule())
}

// denial is a denied problem with what its sentence is made of.
type denial struct {
	*reset.Problem
	ruling reset.Ruling
	whom   Line
}

func (no denial) what() string {
	if v := no.Verb; v == reset.VerbFreeze || v == reset.VerbThaw {
		return scopeWord(no.Cluster)
	}
	return cmp.Or(no.Group, "this group") + onCluster(no.Problem)
}

func (no denial) refused() Line {
	return say(no.whom, " may not ", cmp.Or(verbs[no.Verb].mayNot, "do that with"), " ", no.what())
}

func (no denial) rule() string {
	if no.ruling.Rule == "" {
		return ""
	}
	return " Rule: " + no.ruling.Rule + "."
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
		word := verbs[verb].access
		if r.Allowed {
			c.Lines = append(c.Lines, say("✓ ", word, ruleOf(r)))
			continue
		}
		l := say("✗ ", word, ": ", denials[r.Denial].brief)
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
