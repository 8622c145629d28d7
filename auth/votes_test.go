package auth_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// vote is an approval by the rule of pay.
func vote(id, principal string) reset.Vote {
	return reset.Vote{Actor: person(id), Rule: "pay on production", Principal: principal}
}

// atWrite asks what is left of a request of mara when it is written. No user group has members any more.
func atWrite(t *testing.T, d *town, rule auth.Rule, edit ...func(*reset.PolicyQuestion)) reset.Ruling {
	t.Helper()
	d.groups = nil
	a := asking("U0MARA", reset.VerbApply, append([]func(*reset.PolicyQuestion){effect(0, 20_000),
		func(a *reset.PolicyQuestion) { a.Requester, a.Principal = a.Actor, "S0PAY" }}, edit...)...)
	got, err := policy(d, rule).Rule(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func votes(v ...reset.Vote) func(*reset.PolicyQuestion) {
	return func(a *reset.PolicyQuestion) { a.Votes = v }
}

// A vote counts while the rule in force lists the principal by which its voter had the right, and the voter has an
// account: whatever became of the user group since.
func TestWhichVotesCountAtTheWrite(t *testing.T) {
	t.Parallel()
	renamed := pay()
	renamed.Name = "pay"
	others := pay()
	others.Approve = []string{"S0OTHER", "U0BEN"}
	both := pay()
	both.Approve = []string{"S0OTHER", "S0PAYOWNER"}
	two := pay()
	two.Approvals = []auth.Tier{{Skip: 0, Replay: 50_000_000, Need: 2}}
	jon, ben := vote("U0JON", "S0PAYOWNER"), vote("U0BEN", "S0PAYOWNER")
	before := vote("U0JON", "")
	for name, tt := range map[string]struct {
		rule    auth.Rule
		votes   []reset.Vote
		gone    string
		dropped map[string]reset.Denial
		want    reset.Denial
	}{
		"as approved":                           {rule: pay(), votes: []reset.Vote{jon}},
		"another rule that lists the principal": {rule: renamed, votes: []reset.Vote{jon}},
		"a list that holds the principal":       {rule: both, votes: []reset.Vote{jon}},
		"a list that holds another group": {rule: others, votes: []reset.Vote{jon},
			dropped: map[string]reset.Denial{"U0JON": reset.DeniedNotIn}, want: reset.DeniedVotes},
		"a list that holds the voter": {rule: others, votes: []reset.Vote{vote("U0BEN", "U0BEN")}},
		"the voter was found by a group": {rule: others, votes: []reset.Vote{ben},
			dropped: map[string]reset.Denial{"U0BEN": reset.DeniedNotIn}, want: reset.DeniedVotes},
		"no vote":                       {rule: pay(), want: reset.DeniedVotes},
		"two are needed and one counts": {rule: two, votes: []reset.Vote{jon}, want: reset.DeniedVotes},
		"deactivated": {rule: pay(), votes: []reset.Vote{jon}, gone: "U0JON",
			dropped: map[string]reset.Denial{"U0JON": reset.DeniedGone}, want: reset.DeniedVotes},
		"deactivated, and what remains counts": {rule: pay(), votes: []reset.Vote{jon, ben}, gone: "U0JON",
			dropped: map[string]reset.Denial{"U0JON": reset.DeniedGone}},
		"of the requester": {rule: pay(), votes: []reset.Vote{vote("U0MARA", "S0PAYOWNER")},
			dropped: map[string]reset.Denial{"U0MARA": reset.DeniedSelf}, want: reset.DeniedVotes},
		"recorded without a principal": {rule: pay(), votes: []reset.Vote{before}},
		"recorded without it, another rule": {rule: renamed, votes: []reset.Vote{before},
			dropped: map[string]reset.Denial{"U0JON": reset.DeniedNotIn}, want: reset.DeniedVotes},
		"recorded without it, nobody but others": {rule: func() auth.Rule {
			r := pay()
			r.Approve = []string{"U0BEN"}
			return r
		}(), votes: []reset.Vote{before}, dropped: map[string]reset.Denial{"U0JON": reset.DeniedNotIn},
			want: reset.DeniedVotes},
	} {
		d := newTown()
		if tt.gone != "" {
			d.people[tt.gone] = auth.Person{Team: "T0", Deleted: true}
		}
		got := atWrite(t, d, tt.rule, votes(tt.votes...))
		if got.Denial != tt.want || got.Allowed != (tt.want == "") {
			t.Errorf("%s: %+v, want denial %q", name, got, tt.want)
		}
		var dropped map[string]reset.Denial
		for _, v := range got.Dropped {
			if dropped == nil {
				dropped = map[string]reset.Denial{}
			}
			dropped[v.Actor.ID] = v.Why
		}
		if diff := cmp.Diff(tt.dropped, dropped); diff != "" {
			t.Errorf("%s: dropped (-want +got):\n%s", name, diff)
		}
	}
}

// One person with two ids is one voter, and no second person for what they asked for.
func TestTwoIDsOfOnePerson(t *testing.T) {
	t.Parallel()
	d := newTown()
	d.people["U0JON"], d.people["W0JON"] = auth.Person{Team: "T0", OrgID: "W0JON"}, auth.Person{Team: "T0",
		OrgID: "W0JON"}
	d.people["U0MARA"], d.people["W0MARA"] = auth.Person{Team: "T0", OrgID: "W0MARA"}, auth.Person{Team: "T0",
		OrgID: "W0MARA"}
	d.groups["S0PAYOWNER"] = []string{"U0JON", "W0JON", "W0MARA"}
	for id, want := range map[string]reset.Denial{"U0JON": "", "W0JON": "", "W0MARA": reset.DeniedSelf} {
		a := asking(id, reset.VerbApprove, func(a *reset.PolicyQuestion) { a.Requester = person("U0MARA") })
		if got, err := policy(d, pay()).Rule(t.Context(), a); err != nil || got.Denial != want {
			t.Errorf("%s approves: %+v, error %v, want %q", id, got, err, want)
		}
	}
	d.broken["U0MARA"] = true // whether it is the requester is not known
	a := asking("W0JON", reset.VerbApprove, func(a *reset.PolicyQuestion) { a.Requester = person("U0MARA") })
	if got, err := policy(d, pay()).Rule(t.Context(), a); err == nil || got.Denial != reset.DeniedUnknown {
		t.Errorf("the requester cannot be read: %+v, error %v", got, err)
	}
	d.broken["U0MARA"] = false
	got := atWrite(t, d, pay(), votes(vote("U0JON", "S0PAYOWNER"), vote("W0JON", "S0PAYOWNER"), vote("W0MARA",
		"S0PAYOWNER")))
	want := []reset.DroppedVote{{Actor: person("W0JON"), Principal: "S0PAYOWNER", Why: reset.DeniedTwice},
		{Actor: person("W0MARA"), Principal: "S0PAYOWNER", Why: reset.DeniedSelf}}
	if diff := cmp.Diff(want, got.Dropped); diff != "" || !got.Allowed {
		t.Errorf("%+v, dropped (-want +got):\n%s", got, diff)
	}
}

// The requester must be one who could ask, by the rule in force and what was recorded then.
func TestTheRequesterAtTheWrite(t *testing.T) {
	t.Parallel()
	narrowed, others := pay(), pay()
	narrowed.Channels = []string{"C0PAYINC"}
	others.Request = []string{"S0OTHER"}
	good := votes(vote("U0JON", "S0PAYOWNER"))
	alone := func(a *reset.PolicyQuestion) { a.Principal = "" }
	for name, tt := range map[string]struct {
		rule   auth.Rule
		edit   []func(*reset.PolicyQuestion)
		gone   string
		broken string
		want   reset.Denial
		note   bool
	}{
		"no longer in the group": {rule: pay(), edit: []func(*reset.PolicyQuestion){good}},
		"the group is no longer listed": {rule: others, edit: []func(*reset.PolicyQuestion){good},
			want: reset.DeniedNotIn},
		"recorded without a principal": {rule: others, edit: []func(*reset.PolicyQuestion){good, alone}},
		"the channel is no longer one": {rule: narrowed, edit: []func(*reset.PolicyQuestion){good},
			want: reset.DeniedChannel},
		"deactivated": {rule: pay(), edit: []func(*reset.PolicyQuestion){good}, gone: "U0MARA",
			want: reset.DeniedGone},
		"beyond the cap now": {rule: pay(), edit: []func(*reset.PolicyQuestion){good, effect(0,
			50_000_001)}, want: reset.DeniedCap},
		"needs two now": {rule: pay(), edit: []func(*reset.PolicyQuestion){good, effect(0,
			2_000_000)}, want: reset.DeniedVotes},
		"nobody else is needed": {rule: pay(), edit: []func(*reset.PolicyQuestion){effect(0, 10_000)}},
		"slack is down for the requester": {rule: pay(), edit: []func(*reset.PolicyQuestion){good}, broken: "U0MARA",
			note: true},
		"slack is down for the voter": {rule: pay(), edit: []func(*reset.PolicyQuestion){good}, broken: "U0JON",
			note: true},
		"slack is half down": {rule: pay(), edit: []func(*reset.PolicyQuestion){good}, broken: "U0MARA",
			gone: "U0JON", want: reset.DeniedVotes, note: true},
	} {
		d := newTown()
		d.broken[tt.broken] = true
		if tt.gone != "" {
			d.people[tt.gone] = auth.Person{Team: "T0", Deleted: true}
		}
		got := atWrite(t, d, tt.rule, tt.edit...)
		if got.Denial != tt.want || got.Allowed != (tt.want == "") || (got.Note != "") != tt.note {
			t.Errorf("%s: %+v, want denial %q, a note %v", name, got, tt.want, tt.note)
		}
	}
	got, err := policy(newTown()).Rule(t.Context(), asking("U0MARA", reset.VerbApply, effect(0, 1)))
	if err != nil || got.Denial != reset.DeniedNoRule {
		t.Errorf("no rule is left: %+v, error %v", got, err)
	}
}

// An emergency counts while the rule lists its person and they have an account. Without it the usual tiers count.
func TestAnEmergencyAtTheWrite(t *testing.T) {
	t.Parallel()
	alone := func(id, principal string) func(*reset.PolicyQuestion) {
		return func(a *reset.PolicyQuestion) {
			a.Emergency = &reset.Emergency{By: person(id), Principal: principal, Incident: "INC-1"}
		}
	}
	own := func(a *reset.PolicyQuestion) {
		a.Requester, a.Principal = person("U0ONCALL"), "S0ONCALL"
	}
	others := pay()
	others.Emergency = &auth.Emergency{Who: []string{"S0OTHER"}, Limit: pay().Emergency.Limit}
	none := pay()
	none.Emergency = nil
	for name, tt := range map[string]struct {
		rule       auth.Rule
		edit       []func(*reset.PolicyQuestion)
		gone       string
		over, want reset.Denial
		need       int
	}{
		"as it was": {rule: pay(), edit: []func(*reset.PolicyQuestion){alone("U0ONCALL",
			"S0ONCALL")}},
		"deactivated": {rule: pay(), edit: []func(*reset.PolicyQuestion){alone("U0ONCALL",
			"S0ONCALL")}, gone: "U0ONCALL", over: reset.DeniedGone, want: reset.DeniedVotes, need: 1},
		"no longer listed": {rule: others, edit: []func(*reset.PolicyQuestion){alone("U0ONCALL",
			"S0ONCALL")}, over: reset.DeniedNotIn, want: reset.DeniedVotes, need: 1},
		"no emergencies any more": {rule: none, edit: []func(*reset.PolicyQuestion){alone("U0ONCALL",
			"S0ONCALL")}, over: reset.DeniedNotIn, want: reset.DeniedVotes, need: 1},
		"no longer listed, but nothing": {rule: others, edit: []func(*reset.PolicyQuestion){alone("U0ONCALL",
			"S0ONCALL"), effect(0, 1)}, over: reset.DeniedNotIn},
		"its own requester": {rule: pay(), edit: []func(*reset.PolicyQuestion){own, alone("U0ONCALL",
			"S0ONCALL")}},
		"its own requester, gone": {rule: pay(), edit: []func(*reset.PolicyQuestion){own, alone("U0ONCALL",
			"S0ONCALL")}, gone: "U0ONCALL", over: reset.DeniedGone, want: reset.DeniedGone},
		"beyond its limit": {rule: pay(), edit: []func(*reset.PolicyQuestion){alone("U0ONCALL",
			"S0ONCALL"), effect(0, 5_000_001)}, want: reset.DeniedCap},
	} {
		d := newTown()
		if tt.gone != "" {
			d.people[tt.gone] = auth.Person{Team: "T0", Deleted: true}
		}
		got := atWrite(t, d, tt.rule, tt.edit...)
		if got.Denial != tt.want || got.EmergencyOver != tt.over || got.Need != tt.need {
			t.Errorf("%s: %+v, want denial %q, over %q, need %d", name, got, tt.want, tt.over, tt.need)
		}
	}
}
