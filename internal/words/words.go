package words

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// title is what and where, with the label of the cluster in capitals.
func title(in reset.Intent, c reset.ClusterInfo) string {
	t := in.Group
	switch where := scopeWord(cmp.Or(c.Name, in.Cluster)); {
	case t == "": // a freeze is about a cluster, a thaw may say no more than which freeze
		t = cmp.Or(where, "freezes")
	case where != "":
		t += " on " + where
	}
	switch {
	case strings.EqualFold(c.Label, "production"):
		t += " · PRODUCTION"
	case c.Label != "":
		t += " · " + c.Label
	}
	return t
}

func status(r reset.Request, words string) string {
	if r.State.Open() && r.Revision > 0 {
		return fmt.Sprintf("%s.%d · %s", r.ID, r.Revision, words)
	}
	return r.ID + " · " + words
}

// isolationLine says what "latest" is for this group: a read_committed group that is moved past an open transaction
// skips what commits later.
func isolationLine(r reset.Request) Line {
	in, _ := r.Intent()
	switch in.Target.(type) {
	case reset.Latest, reset.Current:
	default:
		return nil
	}
	if r.Isolation == reset.ReadCommitted {
		return say("Latest is the last stable offset (read_committed): open transactions are still read later.")
	}
	return say("Latest is the high watermark (read_uncommitted): open transactions are skipped too.")
}

// states names the state of a request, in a word or two, for lists and late clicks.
var states = map[reset.State]string{
	reset.Planning:  "being planned",
	reset.Draft:     "a preview",
	reset.Pending:   "waiting for approval",
	reset.Approved:  "approved, waiting for the group to become inactive",
	reset.Applying:  "being written",
	reset.Applied:   "applied",
	reset.Failed:    "failed",
	reset.Refused:   "refused",
	reset.Rejected:  "rejected",
	reset.Cancelled: "cancelled",
	reset.Expired:   "expired",
}

// stateWord names the state of a request. After a write that arrived late the state is failed, and the word is
// applied.
func stateWord(r reset.Request) string {
	if r.Outcome == reset.AppliedLate {
		return "applied late"
	}
	return states[r.State]
}

// outcomes names how a request ended.
var outcomes = map[reset.Outcome]string{
	reset.Verified:         "applied and verified on every partition",
	reset.Overtaken:        "applied, and another client has committed since",
	reset.Unchanged:        "not applied, the offsets are unchanged",
	reset.AppliedLate:      "the answer was lost, then the write landed: every partition is at its target",
	reset.RolledBack:       "rolled back",
	reset.PartiallyApplied: "partially applied",
	reset.OutcomeUnknown:   "outcome unknown",
}
