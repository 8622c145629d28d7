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
	short  string // in a home, of the rights that it tells
}{
	reset.VerbView:      {"view", "view", "view: lag, show, history", "view"},
	reset.VerbRequest:   {"request resets of", "request it", "request resets, retry, undo", "request"},
	reset.VerbApprove:   {"approve resets of", "approve", "approve and reject resets of others", "approve"},
	reset.VerbCancel:    {"cancel resets of", "cancel", "", ""},
	reset.VerbReject:    {"reject resets of", "reject", "", ""},
	reset.VerbRetry:     {"retry resets of", "retry it", "", ""},
	reset.VerbUndo:      {"undo resets of", "undo it", "", ""},
	reset.VerbSettle:    {"settle resets of", "accept the outcome", "settle an unknown outcome", ""},
	reset.VerbEmergency: {"use break-glass on", "use break-glass", "break-glass: apply without approval", "break-glass"},
	reset.VerbFreeze:    {"freeze", "freeze", "freeze the cluster", "freeze"},
	reset.VerbThaw:      {"thaw", "thaw", "thaw freezes of others", ""},
	reset.VerbApply:     {"apply resets of", "apply", "", ""},
	reset.VerbSchedule:  {"schedule resets of", "schedule", "schedule resets", ""},
}

// denials says why a right is not there: in a few words, and to the person who wanted it, with who may instead.
var denials = map[reset.Denial]struct {
	brief string
	line  func(no denial) Line
}{
	reset.DeniedNoRule: {"no rule covers this group", func(no denial) Line {
		return say("No rule covers ", no.what(),
			". The owner of the bot's configuration can add one.")
	}},
	reset.DeniedNotIn: {"not named in the rule", func(no denial) Line {
		if no.Request != "" && (no.Verb == reset.VerbApprove || no.Verb == reset.VerbReject) {
			return say(no.Request, " needs ", people(no.ruling.Who, User, "or"), "; you are not among them.", no.rule())
		}
		if len(no.ruling.Who) == 0 {
			return say(no.refused(), ": the rule names no one for it.", no.rule(), ruleOwner(no.ruling))
		}
		return say(no.refused(), ". ", people(no.ruling.Who, User, "and"), " can.", no.rule())
	}},
	reset.DeniedChannel: {"not from this channel", func(no denial) Line {
		return say(no.refused(), " from this channel.", no.rule(), " Use one of the channels in the rule",
			ownerOr(no.ruling), ".")
	}},
	reset.DeniedGuest: {"guests have no rights", func(no denial) Line {
		return say(no.refused(), ": guests have no rights here.", mayInstead(no.ruling), no.rule())
	}},
	reset.DeniedBot: {"bots have no rights", func(no denial) Line {
		return say(no.refused(), ": bots and apps have no rights here; a person must do it.", mayInstead(no.ruling), no.rule())
	}},
	reset.DeniedStranger: {"people of other organisations have no rights", func(no denial) Line {
		return say(no.refused(), ": people of other organisations have no rights here.", mayInstead(no.ruling), no.rule())
	}},
	reset.DeniedGone: {"the account is deactivated", func(no denial) Line {
		return say(no.refused(), ": the account is deactivated.", mayInstead(no.ruling), no.rule())
	}},
	reset.DeniedCap: {"above the rule's cap", func(no denial) Line {
		if no.Verb == reset.VerbEmergency {
			return say("That exceeds the limit of break-glass", limit(no.ruling.Cap), ".",
				no.rule(), " Reset fewer partitions or a shorter time, or ask for approval by ",
				people(no.ruling.Approvers, User, "or"), ".")
		}
		return say("That exceeds the rule's cap", limit(no.ruling.Cap), ".", no.rule(),
			" Reset fewer partitions or a shorter time", ownerOr(no.ruling), ".")
	}},
	reset.DeniedSelf: {"requesters cannot approve their own request", func(no denial) Line {
		return say("You cannot approve your own request. Another person of ", people(no.ruling.Who, User, "or"),
			" must approve it.", no.rule())
	}},
	reset.DeniedTwice: {"the same person has already approved under another id", func(no denial) Line {
		return say("You have already approved ", no.Request, " under another id.", no.rule())
	}},
	reset.DeniedVotes: {"more approvals are needed", func(no denial) Line {
		return say(no.refused(), ": it needs ", text.Counted(no.ruling.Need, "approval"), " from ",
			people(no.ruling.Approvers, User, "or"), ".", no.rule())
	}},
	reset.DeniedUnknown: {"user groups could not be read from Slack", func(no denial) Line {
		return unreadLine(no.ruling, no.rule())
	}},
	reset.DeniedReason: {"without the reason that the rule requires", func(no denial) Line {
		return say("A reason is required", reasonPattern(no.ruling), ".", no.rule(), " Add it: ", code(`--reason "..."`))
	}},
	reset.DeniedSchedules: {"the rule allows no schedules", func(no denial) Line {
		return say(no.refused(), ": the rule allows no schedules.", no.rule(), " Its owner can set ", code("schedules: true"),
			" there.")
	}},
	reset.DeniedNoTeam: {"a standing approval needs a user group in approve", func(no denial) Line {
		return say(no.refused(), ": a standing approval needs a user group in approve, and the rule names none.",
			no.rule())
	}},
	reset.DeniedChanged: {"it is not what was approved", func(no denial) Line {
		return say(no.refused(), ": it is not what was approved.", no.rule())
	}},
}

// denialLine says no to the person who wanted it, which rule says so, and who may instead.
func denialLine(p *reset.Problem) Line { return denialOf(p, say("You")) }

// denialOf is denialLine where others read it too: it names whom it says no to.
func denialOf(p *reset.Problem, whom Line) Line {
	no := denial{Problem: p, ruling: reset.Ruling{Denial: reset.DeniedNoRule}, whom: whom}
	if p.Ruling != nil {
		no.ruling = *p.Ruling
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

// reasonPattern is what a reason has to match.
func reasonPattern(r reset.Ruling) Line {
	if r.Reason == "" {
		return nil
	}
	return say(" that matches ", code(r.Reason))
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
	return say(" ", people(r.Who, User, "and"), " can.")
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

// mostWho is how many of those who have a right are named.
const mostWho = 5

// AccessOf is who may do what with a group, for the person who asked.
func AccessOf(a reset.Access) Content {
	c := Content{Title: title(reset.Intent{Group: a.Group}, a.Cluster), Status: "your rights"}
	for _, verb := range reset.Rights {
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
			l = say(l, "; ", people(r.Who[:min(len(r.Who), mostWho)], User, "and"), " can")
		}
		if more := len(r.Who) - mostWho; more > 0 {
			l = say(l, ", and ", text.WithCommas(more), " more")
		}
		c.Lines = append(c.Lines, say(l, ruleOf(r)))
	}
	if r := a.Rulings[reset.VerbRequest]; r.Owner != "" {
		c.Foot = []Line{say("Owner of the rule: ", people([]string{r.Owner}, User, "or"))}
	}
	c.Fallback = fallback(c)
	return c
}
