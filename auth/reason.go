package auth

import (
	"regexp"
	"slices"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// AnyReason is the pattern of a rule that requires a reason and does not say which.
var AnyReason = regexp.MustCompile(`\S`)

// reasonMissing reports whether the rule requires a reason that is not there. The pattern is found anywhere in one of
// the texts that were given: joined, the incident of an emergency would undo a reason that matches all of its text. It
// is about what is asked for or written: resets, schedules and their runs, and emergencies, whose incident is a reason.
// An undo names the reset that it undoes, whose reason is recorded. Freezes concern clusters, which no rule of a group
// decides: a stop does not wait for a ticket.
func (r Rule) reasonMissing(a reset.PolicyQuestion) bool {
	switch a.Verb {
	case reset.VerbRequest, reset.VerbSchedule, reset.VerbEmergency, reset.VerbApply:
	default:
		return false
	}
	return r.Reason != nil && a.Reasons != nil && !slices.ContainsFunc(a.Reasons, func(given string) bool {
		return r.Reason.MatchString(strings.TrimSpace(given))
	})
}

// withoutReason denies for want of a reason.
func (r Rule) withoutReason(out reset.Ruling) reset.Ruling {
	if r.Reason != AnyReason {
		out.Reason = r.Reason.String()
	}
	return deny(out, reset.DeniedReason)
}
