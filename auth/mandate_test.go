package auth_test

import (
	"strings"
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

// A standing approval rests on people as they are at each run: when it is planned and when it is written.
func TestMandateIsChecked(t *testing.T) {
	t.Parallel()
	vote := func(id string) reset.Vote { return reset.Vote{Actor: person(id), Rule: "pay on production"} }
	mandate := func(votes ...reset.Vote) *reset.Mandate {
		return &reset.Mandate{Rule: "pay on production", Owner: person("U0MARA"), Votes: votes, Need: 1,
			Bounds: reset.Bounds{MaxSkip: 1_000, MaxReplay: 1_000_000}}
	}
	agreed := mandate(vote("U0JON"))
	for name, tt := range map[string]struct {
		rule   auth.Rule
		m      *reset.Mandate
		replay int64
		people func(*town)
		denial reset.Denial
		doubt  reset.Denial
		about  string
		unread bool
	}{
		"as agreed to":      {rule: nights(), m: agreed, replay: 20_000},
		"schedules are off": {rule: pay(), m: agreed, denial: reset.DeniedSchedules},
		"beyond the cap":    {rule: nights(), m: agreed, replay: 50_000_001, denial: reset.DeniedCap},
		"another rule": {rule: nights(func(r *auth.Rule) { r.Name = "new" }), m: agreed,
			doubt: reset.DeniedChanged},
		"the team is gone": {rule: nights(func(r *auth.Rule) { r.Approve = []string{"U0JON"} }), m: agreed,
			replay: 20_000, doubt: reset.DeniedNoTeam},
		"another channel": {rule: nights(func(r *auth.Rule) { r.Channels = []string{"C0OTHER"} }), m: agreed,
			doubt: reset.DeniedChannel},
		"its owner is out of the rule": {rule: nights(func(r *auth.Rule) { r.Request = []string{"U0ANNA", "S0OTHER"} }),
			m: agreed, doubt: reset.DeniedNotIn, about: "U0MARA"},
		"its owner is out of the group": {rule: nights(), m: agreed, people: func(d *town) { d.groups["S0PAY"] = nil },
			doubt: reset.DeniedNotIn, about: "U0MARA"},
		"its owner is a guest": {rule: nights(), m: agreed,
			people: func(d *town) { d.people["U0MARA"] = auth.Person{Team: "T0", Guest: true} },
			doubt:  reset.DeniedNotIn, about: "U0MARA"},
		"its owner is deactivated": {rule: nights(), m: agreed, replay: 5,
			people: func(d *town) { d.people["U0MARA"] = auth.Person{Team: "T0", Deleted: true} },
			doubt:  reset.DeniedGone, about: "U0MARA"},
		"the voter is out of the group": {rule: nights(), m: agreed, replay: 20_000,
			people: func(d *town) { d.groups["S0PAYOWNER"] = []string{"U0OTHER"} }, doubt: reset.DeniedNotIn,
			about: "U0JON"},
		"the voter is deactivated": {rule: nights(), m: agreed, replay: 20_000,
			people: func(d *town) { d.people["U0JON"] = auth.Person{Team: "T0", Deleted: true} },
			doubt:  reset.DeniedGone, about: "U0JON"},
		"nobody is needed for so little": {rule: nights(), m: agreed, replay: 5,
			people: func(d *town) { d.groups["S0PAYOWNER"] = []string{"U0OTHER"} }},
		"one of two left, and one is enough": {rule: nights(
			func(r *auth.Rule) { r.Approve = append(r.Approve, "U0KIM") }),
			m: mandate(vote("U0JON"), vote("U0KIM")), replay: 20_000,
			people: func(d *town) {
				d.groups["S0PAYOWNER"] = []string{"U0OTHER"}
				d.people["U0KIM"] = auth.Person{Team: "T0"}
			}},
		"the rule wants more for the same": {rule: nights(func(r *auth.Rule) { r.Approvals[1].Need = 2 }), m: agreed,
			replay: 20_000, doubt: reset.DeniedNotIn},
		"more than was agreed to is asked about": {rule: nights(), m: agreed, replay: 2_000_000},
		"the owner's own vote": {rule: nights(func(r *auth.Rule) { r.Approve = append(r.Approve, "U0MARA") }),
			m: mandate(vote("U0MARA")), replay: 20_000, doubt: reset.DeniedNotIn},
		"one person voted under two ids": {rule: nights(
			func(r *auth.Rule) { r.Approve, r.Approvals[1].Need = append(r.Approve, "U0KIM"), 2 }),
			m: mandate(vote("U0JON"), vote("U0KIM")), replay: 20_000,
			people: func(d *town) {
				d.people["U0JON"] = auth.Person{Team: "T0", OrgID: "W0JON"}
				d.people["U0KIM"] = auth.Person{Team: "T0", OrgID: "W0JON"}
			}, doubt: reset.DeniedTwice, about: "U0KIM"},
		"its owner voted under another id": {rule: nights(), m: agreed, replay: 20_000,
			people: func(d *town) {
				d.people["U0JON"] = auth.Person{Team: "T0", OrgID: "W0MARA"}
				d.people["U0MARA"] = auth.Person{Team: "T0", OrgID: "W0MARA"}
			}, doubt: reset.DeniedSelf, about: "U0JON"},
		"a group that cannot be read": {rule: nights(), m: agreed, replay: 20_000,
			people: func(d *town) { d.broken["S0PAYOWNER"] = true }, denial: reset.DeniedUnknown, unread: true},
		"an account that cannot be read": {rule: nights(), m: agreed, replay: 20_000,
			people: func(d *town) { d.broken["U0MARA"] = true }, denial: reset.DeniedUnknown, unread: true},
		"a group that cannot be read and does not matter": {rule: nights(
			func(r *auth.Rule) { r.Approve = append(r.Approve, "U0JON") }), m: agreed,
			replay: 20_000, people: func(d *town) { d.broken["S0PAYOWNER"] = true }},
		"the file": {rule: nights(func(r *auth.Rule) { r.Approve = nil }), m: &reset.Mandate{File: true},
			replay: 2_000_000, people: func(d *town) { d.people["U0MARA"] = auth.Person{Team: "T0", Deleted: true} }},
	} {
		for _, verb := range []reset.Verb{reset.VerbRequest, reset.VerbApply} {
			d := newTown()
			if tt.people != nil {
				tt.people(d)
			}
			a := asking("", verb, effect(0, tt.replay), func(a *reset.PolicyQuestion) {
				a.Actor, a.Requester, a.Mandate = reset.Actor{Kind: reset.Scheduled, ID: "k7f3"}, person("U0MARA"), tt.m
			})
			got, err := policy(d, tt.rule).Rule(t.Context(), a)
			if (err != nil) != tt.unread || got.Denial != tt.denial || got.Allowed != (tt.denial == "") {
				t.Errorf("%s, %s: %+v, error %v, want denial %q", name, verb, got, err, tt.denial)
			}
			valid := tt.doubt == "" && tt.denial == ""
			if got.MandateValid != valid || got.Doubt != tt.doubt || strings.Join(got.DoubtAbout, " ") != tt.about {
				t.Errorf("%s, %s: valid %v, doubt %q about %q, want %q about %q", name, verb, got.MandateValid,
					got.Doubt, got.DoubtAbout, tt.doubt, tt.about)
			}
		}
	}
	none := asking("", reset.VerbRequest,
		func(a *reset.PolicyQuestion) { a.Actor = reset.Actor{Kind: reset.Scheduled, ID: "k7f3"} })
	if got, err := policy(newTown(), nights()).Rule(t.Context(), none); err != nil || got.Denial != reset.DeniedNotIn {
		t.Errorf("a schedule without a standing approval: %+v, %v", got, err)
	}
}

// Who else counts as having asked for a request approves it as little as its requester, and may take it back.
func TestWhoAskedDoesNotApprove(t *testing.T) {
	t.Parallel()
	started := func(a *reset.PolicyQuestion) {
		a.Requester, a.Barred = person("U0MARA"), []reset.Actor{person("U0JON")}
	}
	p := policy(newTown(), nights())
	if got, err := p.Rule(t.Context(),
		asking("U0JON", reset.VerbApprove, started)); err != nil || got.Denial != reset.DeniedSelf {
		t.Errorf("who started it: %+v, %v", got, err)
	}
	if got, err := p.Rule(t.Context(), asking("U0JON", reset.VerbCancel, started)); err != nil || !got.Allowed {
		t.Errorf("who started it takes it back: %+v, %v", got, err)
	}
	write := asking("U0MARA", reset.VerbApply, effect(0, 20_000), started, func(a *reset.PolicyQuestion) {
		a.Votes = []reset.Vote{{Actor: person("U0JON"), Rule: "pay on production"}}
	})
	if got, err := p.Rule(t.Context(), write); err != nil || got.Allowed {
		t.Errorf("their vote counted at the write: %+v, %v", got, err)
	}
	write.Barred = nil
	if got, err := p.Rule(t.Context(), write); err != nil || !got.Allowed {
		t.Errorf("another one's vote: %+v, %v", got, err)
	}
}
