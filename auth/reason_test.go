package auth_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// A rule that requires a reason refuses what has none that matches: when it is asked for, and when it is written.
func TestAReasonIsRequired(t *testing.T) {
	t.Parallel()
	ticket := regexp.MustCompile(`INC-\d+`)
	for name, c := range map[string]struct {
		rule    *regexp.Regexp
		verb    reset.Verb
		reasons []string
		want    reset.Denial
	}{
		"none is required":       {nil, reset.VerbRequest, []string{""}, ""},
		"any, and there is none": {auth.AnyReason, reset.VerbRequest, []string{" \n"}, reset.DeniedReason},
		"any":                    {auth.AnyReason, reset.VerbRequest, []string{"deploy"}, ""},
		"another":                {ticket, reset.VerbRequest, []string{"bad deploy"}, reset.DeniedReason},
		"in the middle":          {ticket, reset.VerbRequest, []string{"bad deploy (INC-4711), again"}, ""},
		"in other case":          {ticket, reset.VerbRequest, []string{"inc-4711"}, reset.DeniedReason},
		"all of it":              {regexp.MustCompile(`^INC-\d+$`), reset.VerbRequest, []string{"INC-1 x"}, reset.DeniedReason},
		"all of one of several": {regexp.MustCompile(`^INC-\d+$`), reset.VerbApply, []string{"INC-1", "", "kafka is down"},
			""},
		"none of several":        {ticket, reset.VerbApply, []string{"deploy", "kafka is down"}, reset.DeniedReason},
		"at the write":           {ticket, reset.VerbApply, []string{"deploy"}, reset.DeniedReason},
		"at the write, it has":   {ticket, reset.VerbApply, []string{"INC-1"}, ""},
		"an approval needs none": {ticket, reset.VerbApprove, []string{""}, ""},
		"nor does a cancel":      {ticket, reset.VerbCancel, []string{""}, ""},
		"nor an undo":            {ticket, reset.VerbUndo, []string{""}, ""},
	} {
		rules := []auth.Rule{{Name: "pay", Clusters: []string{"prod"}, Groups: []string{"*"}, View: []string{"members"},
			Request: []string{"U0MARA"}, Approve: []string{"U0JON"}, Approvals: []auth.Tier{{Need: 0}}, Reason: c.rule}}
		p := auth.New(rules, auth.NewDirectory(newTown(), time.Now))
		who, asker := reset.Actor{Kind: reset.Person, Team: "T0", ID: "U0MARA"},
			reset.Actor{Kind: reset.Person, Team: "T0", ID: "U0MARA"}
		if c.verb == reset.VerbApprove {
			who.ID = "U0JON"
		}
		r, err := p.Rule(t.Context(), reset.PolicyQuestion{Actor: who, Channel: "C1", Verb: c.verb, Cluster: "prod",
			Group: "billing", Requester: asker, Principal: "U0MARA", Effect: &reset.Effect{}, Reasons: c.reasons})
		if err != nil || r.Denial != c.want || r.Allowed != (c.want == "") {
			t.Errorf("%s: allowed %t, %q, %v", name, r.Allowed, r.Denial, err)
		}
		if c.want != "" && c.rule == ticket && r.Reason != `INC-\d+` {
			t.Errorf("%s: the pattern %q is named", name, r.Reason)
		}
		r, err = p.Rule(t.Context(), reset.PolicyQuestion{Actor: who, Channel: "C1", Verb: c.verb, Cluster: "prod",
			Group: "billing", Requester: asker, Principal: "U0MARA"})
		if err != nil || !r.Allowed {
			t.Errorf("%s: the right alone is refused: %q, %v", name, r.Denial, err)
		}
	}
}
