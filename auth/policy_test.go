package auth_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// town is a workspace: its people, its user groups, and what cannot be read.
type town struct {
	people map[string]auth.Person
	groups map[string][]string
	broken map[string]bool
	asked  []string
}

var errDown = errors.New("slack does not answer")

func (d *town) Person(_ context.Context, user string) (auth.Person, error) {
	d.asked = append(d.asked, user)
	if d.broken[user] {
		return auth.Person{}, errDown
	}
	p, ok := d.people[user]
	if !ok {
		return auth.Person{}, errors.New("user_not_found")
	}
	return p, nil
}

func (d *town) Members(_ context.Context, group string) ([]string, error) {
	d.asked = append(d.asked, group)
	if d.broken[group] {
		return nil, errDown
	}
	return d.groups[group], nil
}

func newTown() *town {
	home := auth.Person{Team: "T0"}
	return &town{
		people: map[string]auth.Person{
			"U0MARA": home, "U0JON": home, "U0BEN": home, "U0ANNA": home, "U0ONCALL": home,
			"U0GUEST":  {Team: "T0", Guest: true},
			"U0BOT":    {Team: "T0", Bot: true},
			"U0GONE":   {Team: "T0", Deleted: true},
			"U0OTHER":  {Team: "T9", Stranger: true},
			"U0SHARED": {Team: "T9"},
		},
		groups: map[string][]string{
			"S0PAY":      {"U0MARA", "U0GUEST", "U0BOT", "U0GONE", "U0OTHER", "U0SHARED"},
			"S0PAYOWNER": {"U0JON", "U0MARA"},
			"S0ONCALL":   {"U0ONCALL"},
		},
		broken: map[string]bool{},
	}
}

// pay is the rule of the design's example.
func pay() auth.Rule {
	return auth.Rule{
		Name: "pay on production", Clusters: []string{"prod-eu"}, Groups: []string{"billing*", "pay-*"},
		View: []string{"members"}, Request: []string{"S0PAY", "U0ANNA"}, Approve: []string{"S0PAYOWNER"},
		Approvals: []auth.Tier{
			{Skip: 0, Replay: 10_000, Need: 0}, {Skip: 1_000, Replay: 1_000_000, Need: 1},
			{Skip: math.MaxInt64, Replay: math.MaxInt64, Need: 2},
		},
		Cap:       &auth.Limit{Skip: 1_000_000, Replay: 50_000_000},
		Emergency: &auth.Emergency{Who: []string{"S0ONCALL"}, Limit: auth.Limit{Skip: 100_000, Replay: 5_000_000}},
		Wait:      30 * time.Minute, MaxWait: 4 * time.Hour, Isolation: reset.ReadCommitted, Owner: "S0PAYOWNER",
		Stop: "stop", Start: "start", Runbook: "https://wiki.example/pay",
	}
}

func policy(d *town, rules ...auth.Rule) *auth.Policy {
	return auth.New(rules, auth.NewDirectory(d, func() time.Time { return time.Unix(0, 0) }))
}

func person(id string) reset.Actor { return reset.Actor{Kind: reset.Person, Team: "T0", ID: id} }

// asking is a question about billing@prod-eu from a channel.
func asking(id string, v reset.Verb, edit ...func(*reset.PolicyQuestion)) reset.PolicyQuestion {
	a := reset.PolicyQuestion{Actor: person(id), Channel: "C0INC", Verb: v, Cluster: "prod-eu", Group: "billing",
		Requester: person("U0REQ")}
	for _, e := range edit {
		e(&a)
	}
	return a
}

func effect(skip, replay int64) func(*reset.PolicyQuestion) {
	return func(a *reset.PolicyQuestion) { a.Effect = &reset.Effect{Skip: skip, Replay: replay} }
}

func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	all := []reset.Verb{reset.VerbView, reset.VerbRequest, reset.VerbApprove, reset.VerbCancel, reset.VerbReject,
		reset.VerbRetry, reset.VerbUndo, reset.VerbSettle, "dance"}
	for id, may := range map[string][]reset.Verb{
		"U0MARA": {reset.VerbView, reset.VerbRequest, reset.VerbApprove, reset.VerbCancel, reset.VerbReject,
			reset.VerbRetry,
			reset.VerbUndo, reset.VerbSettle}, // in both groups
		// named herself
		"U0ANNA":   {reset.VerbView, reset.VerbRequest, reset.VerbCancel, reset.VerbRetry, reset.VerbUndo},
		"U0JON":    {reset.VerbView, reset.VerbApprove, reset.VerbCancel, reset.VerbReject, reset.VerbSettle},
		"U0ONCALL": {reset.VerbView, reset.VerbSettle},
		"U0BEN":    {reset.VerbView},
	} {
		for _, v := range all {
			got, err := policy(newTown(), pay()).Rule(t.Context(), asking(id, v))
			if err != nil {
				t.Fatal(err)
			}
			if want := slices.Contains(may, v); got.Allowed != want || got.Rule != "pay on production" {
				t.Errorf("%s may %s: %+v, want allowed %v", id, v, got, want)
			}
			if !got.Allowed && got.Denial != reset.DeniedNotIn {
				t.Errorf("%s may not %s because of %q", id, v, got.Denial)
			}
		}
	}
}

// Without "members" for view, those with another right may still view.
func TestEveryRightIncludesView(t *testing.T) {
	t.Parallel()
	rule := pay()
	rule.View = nil
	for id, want := range map[string]bool{"U0MARA": true, "U0JON": true, "U0ANNA": true, "U0ONCALL": true,
		"U0BEN": false} {
		got, err := policy(newTown(), rule).Rule(t.Context(), asking(id, reset.VerbView))
		if err != nil || got.Allowed != want {
			t.Errorf("%s may look: %+v, error %v", id, got, err)
		}
	}
}

func TestRefusalsSayWhyAndWhoMay(t *testing.T) {
	t.Parallel()
	actor := func(edit func(*reset.Actor)) func(*reset.PolicyQuestion) {
		return func(a *reset.PolicyQuestion) { edit(&a.Actor) }
	}
	mayAsk, mayApprove := []string{"S0PAY", "U0ANNA"}, []string{"S0PAYOWNER"}
	for name, tt := range map[string]struct {
		a      reset.PolicyQuestion
		broken string
		want   reset.Denial
		rule   string
		who    []string
	}{
		"no rule for the group": {a: asking("U0MARA", reset.VerbView,
			func(a *reset.PolicyQuestion) { a.Group = "audit" }), want: reset.DeniedNoRule},
		"no rule for the cluster": {a: asking("U0MARA", reset.VerbView,
			func(a *reset.PolicyQuestion) { a.Cluster = "prod-us" }), want: reset.DeniedNoRule},
		"not in": {a: asking("U0BEN", reset.VerbRequest), want: reset.DeniedNotIn,
			rule: "pay on production", who: mayAsk},
		"not an approver": {a: asking("U0ANNA", reset.VerbApprove), want: reset.DeniedNotIn,
			rule: "pay on production", who: mayApprove},
		"a guest in the group": {a: asking("U0GUEST", reset.VerbRequest), want: reset.DeniedGuest,
			rule: "pay on production", who: mayAsk},
		"a bot in the group": {a: asking("U0BOT", reset.VerbRequest), want: reset.DeniedBot,
			rule: "pay on production", who: mayAsk},
		"a deactivated account": {a: asking("U0GONE", reset.VerbRequest), want: reset.DeniedGone,
			rule: "pay on production", who: mayAsk},
		"a guest who looks": {a: asking("U0GUEST", reset.VerbView), want: reset.DeniedGuest, rule: "pay on production",
			who: []string{"members", "S0PAY", "U0ANNA", "S0PAYOWNER", "S0ONCALL"}},
		"a stranger": {a: asking("U0OTHER", reset.VerbRequest, actor(func(a *reset.Actor) { a.Team = "T9" })),
			want: reset.DeniedStranger, rule: "pay on production", who: mayAsk},
		"a stranger who looks from home's team": {a: asking("U0OTHER", reset.VerbView), want: reset.DeniedStranger,
			rule: "pay on production", who: []string{"members", "S0PAY", "U0ANNA", "S0PAYOWNER", "S0ONCALL"}},
		"an event of another team": {a: asking("U0MARA", reset.VerbRequest,
			actor(func(a *reset.Actor) { a.Team = "T9" })), want: reset.DeniedStranger, rule: "pay on production",
			who: mayAsk},
		"somebody of a shared channel": {a: asking("U0SHARED", reset.VerbRequest), want: reset.DeniedStranger,
			rule: "pay on production", who: mayAsk},
		"an event without a team": {a: asking("U0MARA", reset.VerbRequest,
			actor(func(a *reset.Actor) { a.Team = "" })), want: reset.DeniedStranger, rule: "pay on production",
			who: mayAsk},
		"an event without a person": {a: asking("", reset.VerbRequest), want: reset.DeniedStranger,
			rule: "pay on production", who: mayAsk},
		"an event without a channel": {a: asking("U0MARA", reset.VerbRequest,
			func(a *reset.PolicyQuestion) { a.Channel = "" }), want: reset.DeniedChannel, rule: "pay on production",
			who: mayAsk},
		"one's own request": {a: asking("U0MARA", reset.VerbApprove,
			func(a *reset.PolicyQuestion) { a.Requester = a.Actor }),
			want: reset.DeniedSelf, rule: "pay on production", who: mayApprove},
		"a person who cannot be read": {a: asking("U0MARA", reset.VerbRequest), broken: "U0MARA",
			want: reset.DeniedUnknown, rule: "pay on production", who: mayAsk},
		"a group that cannot be read": {a: asking("U0MARA", reset.VerbRequest), broken: "S0PAY",
			want: reset.DeniedUnknown, rule: "pay on production", who: mayAsk},
		"the terminal that asks": {a: asking("root", reset.VerbRequest,
			actor(func(a *reset.Actor) { a.Kind = reset.OS })), want: reset.DeniedNotIn, rule: "pay on production",
			who: mayAsk},
		"a schedule": {a: asking("nightly", reset.VerbRequest,
			actor(func(a *reset.Actor) { a.Kind = reset.Scheduled })), want: reset.DeniedNotIn,
			rule: "pay on production", who: mayAsk},
		"nobody at all": {a: asking("", reset.VerbView, actor(func(a *reset.Actor) { *a = reset.Actor{} })),
			want: reset.DeniedNotIn, rule: "pay on production",
			who: []string{"members", "S0PAY", "U0ANNA", "S0PAYOWNER", "S0ONCALL"}},
	} {
		d := newTown()
		d.broken[tt.broken] = true
		got, err := policy(d, pay()).Rule(t.Context(), tt.a)
		if (err != nil) != (tt.want == reset.DeniedUnknown) {
			t.Errorf("%s: error %v", name, err)
		}
		if got.Allowed || got.Denial != tt.want || got.Rule != tt.rule {
			t.Errorf("%s: %+v, want denial %q by %q", name, got, tt.want, tt.rule)
		}
		if diff := cmp.Diff(tt.who, got.Who); diff != "" {
			t.Errorf("%s: who may (-want +got):\n%s", name, diff)
		}
	}
}

func TestTerminalViews(t *testing.T) {
	t.Parallel()
	d := newTown()
	a := reset.PolicyQuestion{Actor: reset.Actor{Kind: reset.OS, ID: "root"}, Verb: reset.VerbView, Cluster: "prod-eu",
		Group: "billing"}
	got, err := policy(d, pay()).Rule(t.Context(), a)
	if err != nil || !got.Allowed || len(d.asked) > 0 {
		t.Errorf("terminal: %+v, error %v, asked %v", got, err, d.asked)
	}
	a.Group = "audit"
	got, err = policy(d, pay()).Rule(t.Context(), a)
	if err != nil || got.Denial != reset.DeniedNoRule {
		t.Errorf("terminal, no rule: %+v, error %v", got, err)
	}
}

// A group that cannot be read does not matter to a user whom the rule names elsewhere.
func TestUnreadGroupMattersOnlyIfNoOtherMatches(t *testing.T) {
	t.Parallel()
	d := newTown()
	d.broken["S0DARK"] = true
	rule := pay()
	rule.Request = []string{"S0DARK", "S0PAY"}
	got, err := policy(d, rule).Rule(t.Context(), asking("U0MARA", reset.VerbRequest))
	if err != nil || !got.Allowed {
		t.Errorf("in the readable group: %+v, error %v", got, err)
	}
	got, err = policy(d, rule).Rule(t.Context(), asking("U0BEN", reset.VerbRequest))
	if !errors.Is(err, errDown) || got.Denial != reset.DeniedUnknown {
		t.Errorf("perhaps in the dark group: %+v, error %v", got, err)
	}
}

// A requester can cancel whatever became of rules, membership and Slack; no other user can.
func TestRequesterCancelsAlways(t *testing.T) {
	t.Parallel()
	d := newTown()
	d.broken["U0BEN"] = true
	own := func(a *reset.PolicyQuestion) { a.Requester = a.Actor }
	for _, rules := range [][]auth.Rule{nil, {pay()}} {
		got, err := policy(d, rules...).Rule(t.Context(), asking("U0BEN", reset.VerbCancel, own))
		if err != nil || !got.Allowed {
			t.Errorf("own request under %d rules: %+v, error %v", len(rules), got, err)
		}
	}
	nobody := asking("", reset.VerbCancel,
		func(a *reset.PolicyQuestion) { a.Actor, a.Requester = reset.Actor{}, reset.Actor{} })
	if got, _ := policy(d, pay()).Rule(t.Context(), nobody); got.Allowed {
		t.Errorf("nobody cancelled nobody's request: %+v", got)
	}
}

func TestChannelsOnlyNarrow(t *testing.T) {
	t.Parallel()
	rule := pay()
	rule.Channels = []string{"C0PAYINC"}
	there := func(a *reset.PolicyQuestion) { a.Channel = "C0PAYINC" }
	for name, tt := range map[string]struct {
		a    reset.PolicyQuestion
		want reset.Denial
	}{
		"asked there":        {asking("U0MARA", reset.VerbRequest, there), ""},
		"asked elsewhere":    {asking("U0MARA", reset.VerbRequest), reset.DeniedChannel},
		"undone elsewhere":   {asking("U0MARA", reset.VerbUndo), reset.DeniedChannel},
		"approved elsewhere": {asking("U0JON", reset.VerbApprove), ""}, // the card may be in the home channel
		"looked elsewhere":   {asking("U0BEN", reset.VerbView), ""},
		"not in, but there":  {asking("U0BEN", reset.VerbRequest, there), reset.DeniedNotIn},
	} {
		got, err := policy(newTown(), rule).Rule(t.Context(), tt.a)
		if err != nil || got.Denial != tt.want || got.Allowed != (tt.want == "") {
			t.Errorf("%s: %+v, error %v, want denial %q", name, got, err, tt.want)
		}
	}
}

func TestTiersAndCap(t *testing.T) {
	t.Parallel()
	small := pay()
	small.Cap, small.Approvals = nil, []auth.Tier{{Skip: 5, Replay: 10, Need: 1}}
	open := pay()
	open.Cap = nil
	none := pay()
	none.Approvals = nil
	for name, tt := range map[string]struct {
		rule         auth.Rule
		skip, replay int64
		want         reset.Ruling // the numbers
	}{
		"nothing": {pay(), 0, 0, reset.Ruling{Allowed: true, Need: 0, MaxSkip: 0, MaxReplay: 10_000}},
		"at the first tier": {pay(), 0, 10_000,
			reset.Ruling{Allowed: true, Need: 0, MaxSkip: 0, MaxReplay: 10_000}},
		"replays one more": {pay(), 0, 10_001,
			reset.Ruling{Allowed: true, Need: 1, MaxSkip: 1_000, MaxReplay: 1_000_000}},
		"skips one": {pay(), 1, 0,
			reset.Ruling{Allowed: true, Need: 1, MaxSkip: 1_000, MaxReplay: 1_000_000}},
		"open tier, to the cap": {pay(), 1_000_000, 0,
			reset.Ruling{Allowed: true, Need: 2, MaxSkip: 1_000_000, MaxReplay: 50_000_000}},
		"skips beyond the cap": {pay(), 1_000_001, 0, reset.Ruling{Denial: reset.DeniedCap, Cap: "skip 1,000,000"}},
		"replays beyond the cap": {pay(), 0, 50_000_001,
			reset.Ruling{Denial: reset.DeniedCap, Cap: "reprocess 50,000,000"}},
		"both": {pay(), math.MaxInt64, math.MaxInt64,
			reset.Ruling{Denial: reset.DeniedCap, Cap: "skip 1,000,000 and reprocess 50,000,000"}},
		"open without a cap": {open, math.MaxInt64, math.MaxInt64,
			reset.Ruling{Allowed: true, Need: 2, MaxSkip: math.MaxInt64, MaxReplay: math.MaxInt64}},
		"no tier covers": {small, 6, 10, reset.Ruling{Denial: reset.DeniedCap, Cap: "skip 5"}},
		"no tier at all": {none, 0, 0, reset.Ruling{Denial: reset.DeniedCap}},
	} {
		got, err := policy(newTown(), tt.rule).Rule(t.Context(),
			asking("U0MARA", reset.VerbRequest, effect(tt.skip, tt.replay)))
		if err != nil {
			t.Fatal(err)
		}
		numbers := reset.Ruling{Allowed: got.Allowed, Denial: got.Denial, Need: got.Need, MaxSkip: got.MaxSkip,
			MaxReplay: got.MaxReplay, Cap: got.Cap}
		if diff := cmp.Diff(tt.want, numbers); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestRulingCarriesTheRule(t *testing.T) {
	t.Parallel()
	got, err := policy(newTown(), pay()).Rule(t.Context(), asking("U0MARA", reset.VerbRequest, effect(0, 20_000)))
	if err != nil {
		t.Fatal(err)
	}
	want := reset.Ruling{Allowed: true, Rule: "pay on production", Who: []string{"S0PAY", "U0ANNA"},
		Principal: "S0PAY", Need: 1,
		MaxSkip: 1_000, MaxReplay: 1_000_000, Isolation: reset.ReadCommitted, Wait: 30 * time.Minute,
		MaxWait: 4 * time.Hour, Owner: "S0PAYOWNER", Approvers: []string{"S0PAYOWNER"},
		EmergencyApprovers: []string{"S0ONCALL"},
		EmergencyMost:      &reset.Reach{Skip: 100_000, Replay: 5_000_000}, Stop: "stop", Start: "start",
		Runbook: "https://wiki.example/pay"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ruling (-want +got):\n%s", diff)
	}
}

func TestFirstRuleDecides(t *testing.T) {
	t.Parallel()
	narrow := auth.Rule{Name: "narrow", Clusters: []string{"prod-eu"}, Groups: []string{"billing"}}
	got, err := policy(newTown(), narrow, pay()).Rule(t.Context(), asking("U0MARA", reset.VerbRequest))
	if err != nil || got.Allowed || got.Rule != "narrow" || got.Who != nil {
		t.Errorf("ruling: %+v, error %v", got, err)
	}
}

func TestPatterns(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pattern, group string
		want           bool
	}{
		{"billing", "billing", true}, {"billing", "billing2", false}, {"billing", "Billing", false},
		{"billing*", "billing", true}, {"billing*", "billing-agg", true}, {"billing*", "my-billing", false},
		{"*", "", true}, {"*", "anything at all / \n*", true}, {"**", "x", true},
		{"*-dlq", "orders-dlq", true}, {"*-dlq", "-dlq", true}, {"*-dlq", "orders-dlq2", false},
		{"a*b*c", "abc", true}, {"a*b*c", "aXbYc", true}, {"a*b*c", "acb", false}, {"a*b*c", "abcbc", true},
		{"a*bc*c", "abc", false}, {"a*a", "a", false}, {"a*a", "aa", true}, {"pay-?", "pay-x", false},
		{"pay-[x]", "pay-x", false}, {"", "", true}, {"", "x", false},
	} {
		rule := auth.Rule{Name: "r", Clusters: []string{"*"}, Groups: []string{"no-such", tt.pattern},
			View: []string{"members"}}
		got, err := policy(newTown(), rule).Rule(t.Context(),
			asking("U0BEN", reset.VerbView, func(a *reset.PolicyQuestion) { a.Group = tt.group }))
		if err != nil || got.Allowed != tt.want {
			t.Errorf("%q matches %q: %v, want %v, error %v", tt.pattern, tt.group, got.Allowed, tt.want, err)
		}
	}
}

func TestRulesThatNeverMatch(t *testing.T) {
	t.Parallel()
	rule := func(name string, clusters, groups []string) auth.Rule {
		return auth.Rule{Name: name, Clusters: clusters, Groups: groups}
	}
	s := func(in ...string) []string { return in }
	for name, tt := range map[string]struct {
		rules []auth.Rule
		want  string // the rules named as those in front
	}{
		"apart":    {[]auth.Rule{rule("a", s("x"), s("a*")), rule("b", s("x"), s("b*"))}, ""},
		"the same": {[]auth.Rule{rule("a", s("x"), s("a*")), rule("b", s("x"), s("a*"))}, `"a"`},
		"narrower behind": {[]auth.Rule{rule("a", s("x"), s("a*")), rule("b", s("x"), s("a*b", "a", "ab*"))},
			`"a"`},
		"narrower in front":     {[]auth.Rule{rule("a", s("x"), s("a*b")), rule("b", s("x"), s("a*"))}, ""},
		"everything behind all": {[]auth.Rule{rule("a", s("x"), s("*")), rule("b", s("x"), s("*"))}, `"a"`},
		"another cluster":       {[]auth.Rule{rule("a", s("x"), s("*")), rule("b", s("x", "y"), s("a"))}, ""},
		"two together": {[]auth.Rule{rule("a", s("x"), s("a*")), rule("b", s("y"), s("*")),
			rule("c", s("x", "y"), s("ab"))}, `"a" and "b"`},
		"one pattern is left": {[]auth.Rule{rule("a", s("x"), s("a*")), rule("b", s("x"), s("ab*", "b"))}, ""},
		"prefix and suffix":   {[]auth.Rule{rule("a", s("x"), s("a*", "*b")), rule("b", s("x"), s("*a*"))}, ""},
		"inside": {[]auth.Rule{rule("a", s("x"), s("*a*")), rule("b", s("x"), s("b*a", "a*", "*ca*c"))},
			`"a"`},
	} {
		got := auth.NeverMatch(tt.rules)
		if tt.want == "" {
			if len(got) > 0 {
				t.Errorf("%s: %q", name, got)
			}
			continue
		}
		last := tt.rules[len(tt.rules)-1].Name
		want := fmt.Sprintf("rule %q can never match: all its groups are decided before it, by %s; move it up, narrow those, or remove it",
			last, tt.want)
		if diff := cmp.Diff([]string{want}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
