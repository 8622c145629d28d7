package auth_test

import (
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// nights is pay's rule with schedules allowed.
func nights(change ...func(*auth.Rule)) auth.Rule {
	r := pay()
	r.Schedules = true
	for _, c := range change {
		c(&r)
	}
	return r
}

func TestWhoMaySchedule(t *testing.T) {
	t.Parallel()
	config := func(a *reset.PolicyQuestion) { a.Actor = reset.Actor{Kind: reset.Config, ID: "config"} }
	alone := func(r *auth.Rule) { r.Approve = []string{"U0JON"} }
	for name, tt := range map[string]struct {
		rule auth.Rule
		a    reset.PolicyQuestion
		want reset.Denial
		need int
	}{
		"a requester": {nights(), asking("U0MARA", reset.VerbSchedule, effect(0, 20_000)), "",
			1},
		"an approver":             {nights(), asking("U0JON", reset.VerbSchedule), reset.DeniedNotIn, 0},
		"where it is not allowed": {pay(), asking("U0MARA", reset.VerbSchedule), reset.DeniedSchedules, 0},
		"beyond the cap": {nights(), asking("U0MARA", reset.VerbSchedule, effect(0, 50_000_001)),
			reset.DeniedCap, 0},
		"without a team": {nights(alone), asking("U0MARA", reset.VerbSchedule, effect(0, 20_000)),
			reset.DeniedNoTeam, 0},
		"without a team, and nobody needed": {nights(alone), asking("U0MARA", reset.VerbSchedule, effect(0, 5)), "",
			0},
		"the file": {nights(alone), asking("", reset.VerbSchedule, config, effect(0, 20_000)),
			"", 0},
		"the file, beyond the cap": {nights(), asking("", reset.VerbSchedule, config, effect(0, 50_000_001)),
			reset.DeniedCap, 0},
		"the file, where it is not allowed":  {pay(), asking("", reset.VerbSchedule, config), reset.DeniedSchedules, 0},
		"the file, which asks for one reset": {nights(), asking("", reset.VerbRequest, config), reset.DeniedNotIn, 0},
	} {
		got, err := policy(newTown(), tt.rule).Rule(t.Context(), tt.a)
		if err != nil || got.Denial != tt.want || got.Allowed != (tt.want == "") || got.Allowed && got.Need != tt.need {
			t.Errorf("%s: %+v, error %v, want %q and need %d", name, got, err, tt.want, tt.need)
		}
	}
}

func TestMandateIsChecked(t *testing.T) {
	t.Parallel()
	vote := func(id string) reset.Vote { return reset.Vote{Actor: person(id), Rule: "pay on production"} }
	agreed := reset.Mandate{Rule: "pay on production", Votes: []reset.Vote{vote("U0JON")}}
	for name, tt := range map[string]struct {
		rule   auth.Rule
		m      *reset.Mandate
		verb   reset.Verb
		replay int64
		gone   string
		denial reset.Denial
		doubt  reset.Denial
	}{
		"as agreed to":      {rule: nights(), m: &agreed, replay: 20_000},
		"no mandate":        {rule: nights(), denial: reset.DeniedNotIn},
		"another verb":      {rule: nights(), m: &agreed, verb: reset.VerbApprove, denial: reset.DeniedNotIn},
		"schedules are off": {rule: pay(), m: &agreed, denial: reset.DeniedSchedules},
		"beyond the cap":    {rule: nights(), m: &agreed, replay: 50_000_001, denial: reset.DeniedCap},
		"another rule": {rule: nights(func(r *auth.Rule) { r.Name = "new" }), m: &agreed,
			doubt: reset.DeniedChanged},
		"the team is gone": {rule: nights(func(r *auth.Rule) { r.Approve = []string{"U0JON"} }), m: &agreed,
			replay: 20_000, doubt: reset.DeniedNoTeam},
		"its owner may not ask": {rule: nights(func(r *auth.Rule) { r.Request = []string{"U0ANNA"} }), m: &agreed,
			doubt: reset.DeniedNotIn},
		"more are needed now": {rule: nights(), m: &agreed, replay: 2_000_000, doubt: reset.DeniedNotIn},
		"the owner's own vote": {rule: nights(),
			m: &reset.Mandate{Rule: "pay on production", Votes: []reset.Vote{vote("U0MARA")}}, replay: 20_000,
			doubt: reset.DeniedNotIn},
		"a voter is deactivated":   {rule: nights(), m: &agreed, replay: 5, gone: "U0JON", doubt: reset.DeniedGone},
		"its owner is deactivated": {rule: nights(), m: &agreed, replay: 5, gone: "U0MARA", doubt: reset.DeniedGone},
		"the file": {rule: nights(func(r *auth.Rule) { r.Approve = nil }),
			m: &reset.Mandate{File: true}, replay: 2_000_000, gone: "U0MARA"},
	} {
		d := newTown()
		d.groups = nil // memberships are those recorded
		if tt.gone != "" {
			d.people[tt.gone] = auth.Person{Team: "T0", Deleted: true}
		}
		verb := reset.VerbRequest
		if tt.verb != "" {
			verb = tt.verb
		}
		a := asking("", verb, effect(0, tt.replay), func(a *reset.PolicyQuestion) {
			a.Actor, a.Requester, a.Mandate = reset.Actor{Kind: reset.Scheduled, ID: "k7f3"}, person("U0MARA"), tt.m
		})
		got, err := policy(d, tt.rule).Rule(t.Context(), a)
		if err != nil || got.Denial != tt.denial || got.Allowed != (tt.denial == "") {
			t.Errorf("%s: %+v, error %v, want denial %q", name, got, err, tt.denial)
		}
		if got.Allowed && (got.MandateValid != (tt.doubt == "") || got.Doubt != tt.doubt) {
			t.Errorf("%s: stands %v, doubt %q, want %q", name, got.MandateValid, got.Doubt, tt.doubt)
		}
		if !got.Allowed || tt.m == nil || got.Doubt != "" || tt.gone != "" {
			continue
		}
		// What stands when a run is planned still stands when it is written.
		a.Verb, a.Votes = reset.VerbApply, tt.m.Votes
		if got, err = policy(d, tt.rule).Rule(t.Context(), a); err != nil || !got.Allowed {
			t.Errorf("%s, at its write: %+v, error %v", name, got, err)
		}
	}
}
