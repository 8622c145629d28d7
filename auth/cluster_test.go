package auth_test

import (
	"math"
	"slices"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// two is a policy with a strict production and a sandbox where every member may ask, anna and ben may approve and ben
// may go alone.
func two(edit ...func(*auth.Policy)) *auth.Policy { return twoIn(newTown(), edit...) }

func twoIn(d *town, edit ...func(*auth.Policy)) *auth.Policy {
	sandbox := auth.Rule{Name: "sandbox", Clusters: []string{"sandbox"}, Groups: []string{"*"},
		Request:   []string{"members"},
		Approve:   []string{"U0ANNA", "U0BEN"},
		Approvals: []auth.Tier{{Skip: math.MaxInt64, Replay: math.MaxInt64, Need: 1}},
		Emergency: &auth.Emergency{Who: []string{"U0BEN"},
			Limit: auth.Limit{Skip: math.MaxInt64, Replay: math.MaxInt64}}}
	p := policy(d, pay(), sandbox)
	p.Clusters = []auth.Cluster{{Name: "prod-eu"}, {Name: "sandbox"}}
	for _, e := range edit {
		e(p)
	}
	return p
}

func ofCluster(id string, v reset.Verb, cluster string, edit ...func(*reset.PolicyQuestion)) reset.PolicyQuestion {
	about := func(a *reset.PolicyQuestion) { a.Cluster, a.Group = cluster, "" }
	return asking(id, v, append([]func(*reset.PolicyQuestion){about}, edit...)...)
}

func own(a *reset.PolicyQuestion) { a.OneIsEnough = true }

func TestWhoMayFreezeAndThaw(t *testing.T) {
	t.Parallel()
	const all, prod, box = reset.Everything, "prod-eu", "sandbox"
	lists := func(p *auth.Policy) {
		p.Clusters[0].Freeze, p.Clusters[0].Thaw = []string{"U0BEN"}, []string{"U0ANNA", "S0ONCALL"}
	}
	freeze, thaw, approve := reset.VerbFreeze, reset.VerbThaw, reset.VerbApprove
	for name, tt := range map[string]struct {
		p    *auth.Policy
		a    reset.PolicyQuestion
		want reset.Denial
		need int
		rule string // that decided
	}{
		"a requester freezes":         {p: two(), a: ofCluster("U0ANNA", freeze, prod)},
		"an approver freezes":         {p: two(), a: ofCluster("U0JON", freeze, prod)},
		"an emergency person freezes": {p: two(), a: ofCluster("U0ONCALL", freeze, prod)},
		"another member does not freeze": {p: two(), a: ofCluster("U0BEN", freeze, prod),
			want: reset.DeniedNotIn, rule: "all rules of prod-eu"},
		"a guest does not freeze": {p: two(), a: ofCluster("U0GUEST", freeze, box),
			want: reset.DeniedGuest},
		"any member freezes the sandbox": {p: two(), a: ofCluster("U0ONCALL", freeze, box)},
		"a sandbox's member does not freeze all": {p: two(), a: ofCluster("U0BEN", freeze, all),
			want: reset.DeniedNotIn, rule: "all rules of prod-eu"},
		"an approver of production freezes all": {p: two(), a: ofCluster("U0JON", freeze, all)},
		"an approver asks to thaw":              {p: two(), a: ofCluster("U0JON", thaw, prod), need: 1},
		"a requester does not thaw": {p: two(), a: ofCluster("U0ANNA", thaw, prod),
			want: reset.DeniedNotIn},
		"a requester thaws their own alone": {p: two(), a: ofCluster("U0ANNA", thaw, prod, own)},
		"no one thaws what they may not freeze": {p: two(), a: ofCluster("U0BEN", thaw, prod, own),
			want: reset.DeniedNotIn},
		"emergency does not thaw": {p: two(), a: ofCluster("U0ONCALL", thaw, prod),
			want: reset.DeniedNotIn},
		"nor go alone on a thaw": {p: two(),
			a: ofCluster("U0ONCALL", reset.VerbEmergency, prod, effect(0, 0)), want: reset.DeniedNotIn},
		"nor on one of all": {p: two(),
			a: ofCluster("U0BEN", reset.VerbEmergency, all, effect(0, 0)), want: reset.DeniedNotIn},
		"an approver of the sandbox does not thaw": {p: two(), a: ofCluster("U0BEN", thaw, all),
			want: reset.DeniedNotIn, rule: "all rules of prod-eu"},
		"one of production does not thaw all": {p: two(), a: ofCluster("U0JON", thaw, all),
			want: reset.DeniedNotIn, rule: "all rules of sandbox"},
		"nor does one of the sandbox approve it": {p: two(), a: ofCluster("U0ANNA", approve, all),
			want: reset.DeniedNotIn, rule: "all rules of prod-eu"},
		"an approver approves a thaw": {p: two(), a: ofCluster("U0JON", approve, prod)},
		"and not their own": {p: two(), a: ofCluster("U0REQ", approve, prod),
			want: reset.DeniedSelf},
		"a cluster without rules": {p: two(), a: ofCluster("U0JON", freeze, "other"),
			want: reset.DeniedNoRule},
		"a list says who freezes": {p: two(lists), a: ofCluster("U0BEN", freeze, prod)},
		"and nobody else": {p: two(lists), a: ofCluster("U0JON", freeze, prod),
			want: reset.DeniedNotIn},
		"a list says who thaws":   {p: two(lists), a: ofCluster("U0ONCALL", thaw, prod), need: 1},
		"alone what is their own": {p: two(lists), a: ofCluster("U0ANNA", thaw, prod, own)},
		"and nobody else, not even their own": {p: two(lists), a: ofCluster("U0BEN", thaw, prod, own),
			want: reset.DeniedNotIn},
		"one of the list approves": {p: two(lists), a: ofCluster("U0ANNA", approve, prod)},
		"one of the rules does not any more": {p: two(lists), a: ofCluster("U0JON", approve, prod),
			want: reset.DeniedNotIn},
		"whoever may look at one may see that of all": {p: two(), a: ofCluster("U0BEN", reset.VerbView, all)},
		"without clusters there is no everything": {p: two(func(p *auth.Policy) { p.Clusters = nil }),
			a: ofCluster("U0JON", freeze, all), want: reset.DeniedNoRule},
	} {
		got, err := tt.p.Rule(t.Context(), tt.a)
		if err != nil || got.Denial != tt.want || got.Allowed != (tt.want == "") ||
			got.Allowed && got.Need != tt.need && tt.a.Verb == thaw {
			t.Errorf("%s: %+v, error %v, want denial %q and need %d", name, got, err, tt.want, tt.need)
		}
		if tt.rule != "" && got.Rule != tt.rule {
			t.Errorf("%s: %q decided, want %q", name, got.Rule, tt.rule)
		}
	}
}

// Where no rule names approvers, those who ask thaw without a second person.
func TestAClusterWithoutApproversIsThawedByItsRequesters(t *testing.T) {
	t.Parallel()
	free := auth.Rule{Name: "free", Clusters: []string{"sandbox"}, Groups: []string{"*"}, Request: []string{"members"},
		Approvals: []auth.Tier{{Skip: 1, Replay: 1}}}
	got, err := policy(newTown(), free).Rule(t.Context(), ofCluster("U0BEN", reset.VerbThaw, "sandbox"))
	if err != nil || !got.Allowed || got.Need != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

// What was agreed to is judged again by the lists as they are when the thaw takes effect, in every cluster.
func TestAThawInForce(t *testing.T) {
	t.Parallel()
	votes := func(id, rule string) []reset.Vote { return []reset.Vote{{Actor: person(id), Rule: rule}} }
	by := func(id, principal string) []reset.Vote {
		return []reset.Vote{{Actor: person(id), Principal: principal}}
	}
	const prod = "all rules of prod-eu"
	for name, tt := range map[string]struct {
		by      string
		as      string // the principal that was recorded
		cluster string
		own     bool
		votes   []reset.Vote
		gone    string
		want    reset.Denial
	}{
		"as agreed":      {by: "U0JON", cluster: "prod-eu", votes: votes("U0MARA", prod)},
		"without a vote": {by: "U0JON", cluster: "prod-eu", want: reset.DeniedVotes},
		"their own":      {by: "U0ANNA", cluster: "prod-eu", own: true},
		"a vote of their own": {by: "U0JON", cluster: "prod-eu",
			votes: votes("U0JON", prod), want: reset.DeniedVotes},
		"a vote by another rule": {by: "U0JON", cluster: "prod-eu",
			votes: votes("U0MARA", "sandbox"), want: reset.DeniedVotes},
		"who asked is deactivated": {by: "U0JON", cluster: "prod-eu",
			votes: votes("U0MARA", prod), gone: "U0JON", want: reset.DeniedGone},
		"who agreed is deactivated": {by: "U0JON", cluster: "prod-eu",
			votes: votes("U0MARA", prod), gone: "U0MARA", want: reset.DeniedVotes},
		"by a principal that is listed": {by: "U0BEN", as: "S0PAYOWNER", cluster: "prod-eu",
			votes: by("U0ANNA", "S0PAYOWNER")},
		"by one that is not any more": {by: "U0JON", as: "S0OTHERS", cluster: "prod-eu", want: reset.DeniedNotIn},
		"agreed to by one that is not": {by: "U0JON", as: "S0PAYOWNER", cluster: "prod-eu",
			votes: by("U0MARA", "S0OTHERS"), want: reset.DeniedVotes},
		"all, by a principal of each": {by: "U0BEN", as: "S0PAYOWNER U0ANNA", cluster: reset.Everything,
			votes: by("U0MARA", "S0PAYOWNER U0BEN")},
		"all, agreed to by a principal of one": {by: "U0BEN", as: "S0PAYOWNER U0ANNA", cluster: reset.Everything,
			votes: by("U0MARA", "S0PAYOWNER"), want: reset.DeniedVotes},
		"all, by those of each": {by: "U0JON", cluster: reset.Everything, own: true, votes: nil},
		"all, by those of one":  {by: "U0BEN", cluster: "sandbox", votes: votes("U0ANNA", "all rules of sandbox")},
		"all, agreed to by those of one": {by: "U0JON", cluster: reset.Everything,
			votes: votes("U0ANNA", "all rules of all clusters"), want: reset.DeniedNotIn},
	} {
		d := newTown()
		if tt.gone != "" {
			d.people[tt.gone] = auth.Person{Team: "T0", Deleted: true}
		}
		got, err := twoIn(d).Rule(t.Context(),
			ofCluster(tt.by, reset.VerbApply, tt.cluster, func(a *reset.PolicyQuestion) {
				a.Requester, a.For, a.Votes, a.OneIsEnough = a.Actor, reset.VerbThaw, tt.votes, tt.own
				a.Principal = tt.as
			}))
		if err != nil || got.Denial != tt.want {
			t.Errorf("%s: %+v, %v, want %q", name, got, err, tt.want)
		}
	}
}

func TestTheGroupsOfFreezeListsAreKnown(t *testing.T) {
	t.Parallel()
	listed := auth.Cluster{Name: "prod-eu", Freeze: []string{"members", "S0SRE"}, Thaw: []string{"U0ANNA", "S0LEADS"}}
	got := auth.GroupsOf([]auth.Rule{pay()}, []auth.Cluster{listed})
	for _, id := range []string{"S0SRE", "S0LEADS", "S0PAY"} {
		if !slices.Contains(got, id) {
			t.Errorf("%s is not among %v", id, got)
		}
	}
}

func TestClustersThatNobodyMayFreeze(t *testing.T) {
	t.Parallel()
	p := two(func(p *auth.Policy) { p.Clusters = append(p.Clusters, auth.Cluster{Name: "bare"}) })
	if got := p.Unfrozen(); !slices.Equal(got, []string{"bare"}) {
		t.Errorf("%v", got)
	}
}

// TestOnSomeGroup: a person is told what the rules of a cluster give them somewhere, and nothing of other clusters.
func TestOnSomeGroup(t *testing.T) {
	t.Parallel()
	d := newTown()
	p := policy(d, pay())
	some := func(cluster string) func(*reset.PolicyQuestion) {
		return func(a *reset.PolicyQuestion) { a.Group, a.Cluster, a.AnyGroup, a.Preview = "", cluster, true, true }
	}
	for _, tt := range []struct {
		id, cluster string
		verb        reset.Verb
		want        bool
	}{
		{"U0JON", "prod-eu", reset.VerbApprove, true}, {"U0JON", "prod-eu", reset.VerbRequest, false},
		{"U0MARA", "prod-eu", reset.VerbRequest, true}, {"U0ONCALL", "prod-eu", reset.VerbEmergency, true},
		{"U0JON", "sandbox-eu", reset.VerbApprove, false}, {"U0GUEST", "prod-eu", reset.VerbRequest, false},
	} {
		got, err := p.Rule(t.Context(), asking(tt.id, tt.verb, some(tt.cluster)))
		if err != nil || got.Allowed != tt.want {
			t.Errorf("%+v: %+v, %v", tt, got, err)
		}
	}
	d.broken["S0PAYOWNER"] = true
	if got, err := policy(d, pay()).Rule(t.Context(), asking("U0JON", reset.VerbApprove, some("prod-eu"))); err == nil ||
		got.Allowed {
		t.Errorf("not readable: %+v, %v", got, err)
	}
}
