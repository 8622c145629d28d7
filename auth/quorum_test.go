package auth_test

import (
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// A preview says when fewer people can approve it than have to. What cannot be read is not counted, and not said.
func TestAQuorumThatCannotBeReached(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		approve []string
		need    int
		change  func(*town)
		want    int // how many can; -1: nothing is said
	}{
		"one other, one needed":            {[]string{"S0PAYOWNER"}, 1, nil, -1},
		"one other, two needed":            {[]string{"S0PAYOWNER"}, 2, nil, 1},
		"only the requester":               {[]string{"U0MARA"}, 1, nil, 0},
		"the same person twice":            {[]string{"S0PAYOWNER", "U0JON"}, 2, nil, 1},
		"two lists":                        {[]string{"S0PAYOWNER", "U0ANNA"}, 2, nil, -1},
		"the other one is deactivated":     {[]string{"U0GONE", "U0MARA"}, 1, nil, 0},
		"a guest, a bot and strangers":     {[]string{"U0GUEST", "U0BOT", "U0OTHER", "U0SHARED"}, 1, nil, 0},
		"a group that is not read":         {[]string{"S0PAYOWNER"}, 2, func(d *town) { d.broken["S0PAYOWNER"] = true }, -1},
		"a person who is not read":         {[]string{"S0PAYOWNER"}, 2, func(d *town) { d.broken["U0JON"] = true }, -1},
		"two ids of the requester":         {[]string{"U0JON"}, 1, func(d *town) { d.sameOrg("U0MARA", "U0JON") }, 0},
		"two ids of one approver":          {[]string{"U0JON", "U0BEN"}, 2, func(d *town) { d.sameOrg("U0JON", "U0BEN") }, 1},
		"nothing is needed":                {[]string{"U0MARA"}, 0, nil, -1},
		"enough before one is not read":    {[]string{"U0JON", "S0NONE"}, 1, func(d *town) { d.broken["S0NONE"] = true }, -1},
		"a group without members, for two": {[]string{"S0NONE", "U0JON"}, 2, nil, 1},
	} {
		dir := newTown()
		if c.change != nil {
			c.change(dir)
		}
		rule := pay()
		rule.Approve, rule.Approvals = c.approve, []auth.Tier{{Skip: 1 << 40, Replay: 1 << 40, Need: c.need}}
		mara := reset.Actor{Kind: reset.Person, Team: "T0", ID: "U0MARA"}
		p := auth.New([]auth.Rule{rule}, auth.NewDirectory(dir, time.Now))
		q := reset.PolicyQuestion{Actor: mara, Requester: mara, Channel: "C1", Verb: reset.VerbRequest, Cluster: "prod-eu",
			Group: "billing", Effect: &reset.Effect{Replay: 1}, Preview: true}
		r, err := p.Rule(t.Context(), q)
		got := -1
		if r.Unreachable != nil {
			got = r.Unreachable.Able
		}
		if err != nil || !r.Allowed || got != c.want {
			t.Errorf("%s: %d can, want %d (%q, %v)", name, got, c.want, r.Denial, err)
		}
		if q.Preview = false; c.change == nil {
			if r, err = p.Rule(t.Context(), q); err != nil || r.Unreachable != nil {
				t.Errorf("%s: a decision counts %+v, %v", name, r.Unreachable, err)
			}
		}
	}
}

// sameOrg makes two ids those of one person of an organisation.
func (d *town) sameOrg(ids ...string) {
	for _, id := range ids {
		p := d.people[id]
		p.OrgID = "W0ONE"
		d.people[id] = p
	}
}

// An emergency of one's own is asked for where the rule takes requests, and refused elsewhere before it is previewed:
// it would be voided at the write.
func TestAnEmergencyFromAnotherChannel(t *testing.T) {
	t.Parallel()
	rule := pay()
	rule.Channels, rule.Emergency = []string{"C0PAY"}, &auth.Emergency{Who: []string{"U0ONCALL"},
		Limit: auth.Limit{Skip: 10, Replay: 10}}
	p := auth.New([]auth.Rule{rule}, auth.NewDirectory(newTown(), time.Now))
	oncall := reset.Actor{Kind: reset.Person, Team: "T0", ID: "U0ONCALL"}
	mara := reset.Actor{Kind: reset.Person, Team: "T0", ID: "U0MARA"}
	for name, c := range map[string]struct {
		channel   string
		requester reset.Actor
		want      reset.Denial
	}{
		"their own, there":                 {"C0PAY", oncall, ""},
		"their own, elsewhere":             {"C0INC", oncall, reset.DeniedChannel},
		"another's request, from anywhere": {"C0INC", mara, ""},
	} {
		r, err := p.Rule(t.Context(), reset.PolicyQuestion{Actor: oncall, Requester: c.requester, Channel: c.channel,
			Verb: reset.VerbEmergency, Cluster: "prod-eu", Group: "billing"})
		if err != nil || r.Denial != c.want {
			t.Errorf("%s: %q, want %q, %v", name, r.Denial, c.want, err)
		}
	}
}
