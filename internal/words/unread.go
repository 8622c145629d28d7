package words

import (
	"cmp"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// cause says why Slack did not return an account or the members of a group, and who can repair that. Waiting helps
// only where it says so.
func cause(u reset.Unread) Line {
	switch u.Code {
	case "ratelimited":
		return say("Slack asks to wait", waiting(u.Wait),
			" (its rate limit) before the bot may read who is in which group")
	case "missing_scope":
		return say("the app lacks the scope ", code(cmp.Or(u.Scope, "that this needs")),
			": a workspace admin must add it to the app and install the app again")
	case "subteam_disabled":
		return say("user group ", code(u.Of),
			" is disabled: a workspace admin must enable it again, or the people who run the bot must name another one in the policy")
	case "no_such_subteam":
		return say("Slack has no user group ", code(u.Of),
			" (disabled or deleted): the people who run the bot must correct the policy, or a workspace admin must enable the group again")
	case "plan_upgrade_required":
		return say("this Slack workspace has no user groups (paid plans only): the people who run the bot must name people instead of ",
			code(u.Of), " in the policy")
	case "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "app_uninstalled":
		return say("Slack no longer accepts the bot's token (", code(u.Code),
			"): the people who run the bot must install the app again and configure its new token")
	case "user_not_found":
		return say("Slack does not know the user ", code(u.Of))
	case "":
		return say("Slack could not be asked")
	}
	if u.Passing {
		return say("Slack did not answer who is in which group (", code(u.Code), ")")
	}
	return say("Slack refused to say who ", code(u.Of), " is (", code(u.Code),
		"): the people who run the bot must find out why")
}

func waiting(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return " " + text.Duration(d.Round(time.Second))
}

// CauseOf is cause for a terminal or a log.
func CauseOf(u reset.Unread) string { return cause(u).String() }

func capitalLine(l Line) Line {
	if len(l) > 0 {
		l[0].Text = text.Capital(l[0].Text)
	}
	return l
}

// unreadLine is the answer to a person whose right could not be checked, where the action cannot wait.
func unreadLine(r reset.Ruling, rule string) Line {
	var u reset.Unread
	if r.Unread != nil {
		u = *r.Unread
	}
	l := say("Not allowed, because your rights could not be checked: ", cause(u), ".", rule)
	if u.Passing || u.Code == "" {
		return say(l, " Try again in a minute.")
	}
	return l
}

// directoryProblem is the preview's text for a request that waits for Slack.
func directoryProblem(p *reset.Problem) Line {
	var u reset.Unread
	if p.Ruling != nil && p.Ruling.Unread != nil {
		u = *p.Ruling.Unread
	}
	if p.Want == "mandate" {
		return say("It waits for Slack: whether its standing approval is still valid cannot be checked yet: ", cause(u),
			".")
	}
	return say("Your rights cannot be checked yet: ", cause(u), ".")
}

// Recorded says that an action waits for Slack, and until when.
func Recorded(later *reset.Later, until time.Time) Content {
	var u reset.Unread
	if p := later.Problem; p != nil && p.Ruling != nil && p.Ruling.Unread != nil {
		u = *p.Ruling.Unread
	}
	c := Content{Title: "Recorded", Status: "not decided yet",
		Lines: []Line{say("Recorded. ", capitalLine(cause(u)), ". The bot asks Slack again until ",
			timeFormat{time.UTC, later.At}.clock(until),
			". What you did counts from when you did it; do not repeat it.")}}
	c.Fallback = fallback(c)
	return c
}

// unreadableLine says which group or partitions Kafka did not describe.
func unreadableLine(p *reset.Problem) Line {
	if p.Topic == "" {
		return say("Group ", p.Group, onCluster(p), " could not be read: ", cmp.Or(p.Got, "no reason given"),
			". If Kafka denies it, the bot's login needs DESCRIBE and READ on the group.")
	}
	return say(partitionsLabel(p.Topic, p.Parts), " could not be read: ", cmp.Or(p.Got, "no reason given"),
		". A plan that leaves it out would look whole and not be, so there is none. Try again, or name only the other partitions.")
}
