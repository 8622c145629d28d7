package engine

import (
	"slices"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

var gateNow = time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)

// passes is a request that may be written: approved by two for up to 500 messages each way, and moving 100.
func passes() (facts, *Tx) {
	r := reset.Request{ID: "k7f3", Revision: 2, Version: 9, State: reset.Approved, Digest: "d2", Need: 2,
		ClusterID: "K1",
		Act: reset.Move{Intent: reset.Intent{
			Cluster: "prod", Group: "billing", Target: reset.Exact{Offset: 100}}},
		Bounds: reset.Bounds{MaxSkip: 500, MaxReplay: 500}, Deadline: gateNow.Add(time.Minute), NotBefore: gateNow,
		Ruling: reset.Ruling{Rule: "pay"}}
	votes := []reset.Vote{{Request: r.ID, Revision: 2, Digest: "d2", Actor: person("U0JON"), Rule: "pay"},
		{Request: r.ID, Revision: 2, Digest: "d2", Actor: person("U0KIM"), Rule: "pay"}}
	f := facts{now: gateNow, seen: r, group: reset.GroupState{Exists: true, State: "Empty"},
		recheck: reset.Rechecked{Effect: reset.Effect{Replay: 100, Skip: 100}}, authority: authority{votes: votes,
			ruling: reset.Ruling{Allowed: true, Rule: "pay", Need: 2, MaxSkip: 500, MaxReplay: 500}}}
	now := r
	f.infos = []reset.ClusterInfo{{Name: "first"}, {Name: "prod"}, {Name: "second"}}
	return f, &Tx{Request: &now, Votes: slices.Clone(votes), Kafkas: map[string]string{"first": "K2", "prod": "K1"},
		Freezes: []reset.Frozen{{Cluster: "first", ClusterID: "K2"}}}
}

func person(id string) reset.Actor { return reset.Actor{Kind: reset.Person, Team: "T1", ID: id} }

// change is what a case does to a request that may be written.
type change func(f *facts, tx *Tx)

func read(c func(f *facts)) change { return func(f *facts, _ *Tx) { c(f) } }

func stored(c func(tx *Tx)) change { return func(_ *facts, tx *Tx) { c(tx) } }

// both changes the request as it was read and as it is stored.
func both(c func(r *reset.Request)) change {
	return func(f *facts, tx *Tx) { c(&f.seen); c(tx.Request) }
}

func together(changes ...change) change {
	return func(f *facts, tx *Tx) {
		for _, c := range changes {
			c(f, tx)
		}
	}
}

// frozen is a freeze in force beside one that does not matter.
func frozen(f reset.Frozen) change {
	return stored(func(tx *Tx) { tx.Freezes = append(tx.Freezes, f) })
}

func rival(s reset.State, o reset.Outcome, notBefore time.Time) change {
	act := reset.Move{Intent: reset.Intent{Cluster: "prod", Group: "billing"}}
	return stored(func(tx *Tx) {
		tx.Rivals = []reset.Request{{ID: "k222", Act: act, State: s, Outcome: o, NotBefore: notBefore}}
	})
}

// more is an effect beyond the tier that was asked for, in a tier that needs so many, with as many votes.
func more(need int) change {
	return func(f *facts, tx *Tx) {
		f.recheck.Effect.Skip = 501
		f.ruling.Need, f.ruling.MaxSkip = need, 1000
		for len(f.votes) < need {
			v := reset.Vote{Revision: 2, Digest: "d2"}
			f.votes, tx.Votes = append(f.votes, v), append(tx.Votes, v)
		}
	}
}

// wants is a rule in force that asks for so many approvals of the same effect.
func wants(need int) change {
	return read(func(f *facts) { f.ruling.Need, f.agreed.Need = need, need })
}

// drops is a vote that counts no more, so that one is too few.
func drops(who string, why reset.Denial) change {
	return read(func(f *facts) {
		f.ruling.Allowed, f.ruling.Denial = f.ruling.Need < 2, reset.DeniedVotes
		f.ruling.Dropped = []reset.DroppedVote{{Actor: person(who), Why: why}}
	})
}

var (
	// runOf is a run of an active schedule that people approved, because its standing approval did not cover it.
	runOf = together(both(func(r *reset.Request) {
		r.Run = &reset.Run{Schedule: "s1", Revision: 4, At: gateNow, First: gateNow, Planned: gateNow,
			WhenBusy: reset.WhenBusy{Do: reset.BusyWait, For: 20 * time.Minute}}
		r.Mandate = &reset.Mandate{Until: gateNow.Add(time.Hour)}
	}), stored(func(tx *Tx) { tx.Schedule = &reset.Schedule{ID: "s1", Revision: 4, Status: reset.Active} }))
	// coveredRun is one that nobody was asked about.
	coveredRun = together(runOf, func(f *facts, tx *Tx) {
		tx.Votes, f.mandate, f.ruling.MandateValid = nil, tx.Request.Mandate, true
	})
	fileRun = together(coveredRun, both(func(r *reset.Request) { r.Mandate.File = true }))
	solo    = both(func(r *reset.Request) {
		r.Undoes, r.Need, r.SoloUntil = "k111", 0, gateNow.Add(time.Minute)
	})
)

// freezing is a freeze that was asked for so long ago and is not decided yet.
func freezing(cluster string, ago time.Duration) change {
	return stored(func(tx *Tx) { tx.Freezing = []reset.Frozen{{Cluster: cluster, At: gateNow.Add(-ago)}} })
}
func schedule(c func(sc *reset.Schedule)) change { return stored(func(tx *Tx) { c(tx.Schedule) }) }

func run(c func(r *reset.Run)) change { return both(func(r *reset.Request) { c(r.Run) }) }

// objections are all that must not be written, each for one reason alone: a check that is weakened lets it through.
// Each check has some.
var objections = []struct {
	check, what string
	change      change
	then        then
	code        reset.ProblemCode // empty: nobody is told anything
	want        string            // the problem's: why an approval is void
}{
	{"unchanged", "cancelled meanwhile",
		stored(func(tx *Tx) { tx.Request.State = reset.Cancelled }), lookAgain, "", ""},
	{"unchanged", "changed meanwhile",
		stored(func(tx *Tx) { tx.Request.Version++ }), lookAgain, "", ""},

	{"in time", "put off",
		both(func(r *reset.Request) { r.NotBefore = gateNow.Add(1) }), lookAgain, "", ""},
	{"in time", "its deadline passed while Kafka was read",
		both(func(r *reset.Request) { r.Deadline = gateNow }), lookAgain, "", ""},

	{"recorded acts", "a cancel is recorded",
		stored(func(tx *Tx) { tx.Undecided = []Inbox{{Verb: "retry"}, {Verb: "cancel"}} }), wait, reset.ProblemStopping,
		""},

	{"freeze", "frozen", frozen(reset.Frozen{Cluster: "prod", ClusterID: "K9"}), wait, reset.ProblemFrozen, ""},
	{"freeze", "everything is frozen", frozen(reset.Frozen{Cluster: "*"}), wait, reset.ProblemFrozen, ""},
	{"freeze", "its Kafka was frozen under another name",
		frozen(reset.Frozen{Cluster: "old", ClusterID: "K1"}), wait, reset.ProblemFrozen, ""},
	{"freeze", "what was frozen has left the file, and was never known",
		frozen(reset.Frozen{Cluster: "old"}), wait, reset.ProblemFrozen, ""},

	{"one name", "an earlier name leads to its Kafka",
		stored(func(tx *Tx) { tx.Kafkas["first"] = "K1" }), end, reset.ProblemSameKafka, "first"},
	{"one name", "a pinned name leads to its Kafka",
		read(func(f *facts) { f.infos[0].ID = "K1" }), end, reset.ProblemSameKafka, "first"},

	{"recorded freezes", "it was asked for again after the first had run out",
		stored(func(tx *Tx) {
			tx.Freezing = []reset.Frozen{{Cluster: "prod", At: gateNow.Add(-time.Hour)},
				{Cluster: "prod", At: gateNow.Add(-time.Second)}}
		}), wait, reset.ProblemFreezing, ""},
	{"recorded freezes", "a freeze was just asked for", freezing("prod", 0), wait, reset.ProblemFreezing, ""},
	{"recorded freezes", "a freeze of everything was asked for almost a minute ago",
		freezing(reset.Everything, time.Minute-1), wait, reset.ProblemFreezing, ""},
	{"schedule", "its schedule is paused",
		together(runOf, schedule(func(sc *reset.Schedule) { sc.Status = reset.Paused })),
		endRun, reset.ProblemInactive, "paused"},
	{"schedule", "its schedule has expired",
		together(coveredRun, schedule(func(sc *reset.Schedule) { sc.Status = reset.Lapsed })),
		endRun, reset.ProblemInactive, "lapsed"},
	{"schedule", "its schedule is removed",
		together(coveredRun, schedule(func(sc *reset.Schedule) { sc.Status = reset.Removed })),
		endRun, reset.ProblemInactive, "removed"},
	{"schedule", "its schedule was saved anew",
		together(runOf, schedule(func(sc *reset.Schedule) { sc.Revision++ })), endRun, reset.ProblemInactive,
		"changed"},
	{"schedule", "its schedule is not there",
		together(runOf, stored(func(tx *Tx) { tx.Schedule = nil })), endRun, reset.ProblemInactive, "removed"},

	{"approved times", "before its time",
		together(coveredRun, run(func(r *reset.Run) { r.At, r.First = gateNow.Add(1), gateNow.Add(1) })),
		planAgain, reset.ProblemVoided, "time"},
	{"approved times", "put off by more than two hours",
		together(coveredRun, run(func(r *reset.Run) {
			r.At, r.First = gateNow.Add(-reset.MaxDelay-1), gateNow.Add(-reset.MaxDelay-1)
		})),
		planAgain, reset.ProblemVoided, "time"},
	{"approved times", "later than it was approved to wait",
		together(coveredRun, run(func(r *reset.Run) { r.Planned = gateNow.Add(-20*time.Minute - 1) })),
		planAgain, reset.ProblemVoided, "time"},
	{"approved times", "its standing approval has ended",
		together(coveredRun, read(func(f *facts) { f.mandate = &reset.Mandate{Until: gateNow} })),
		planAgain, reset.ProblemVoided, "time"},

	{"standing approval", "Slack does not answer",
		together(coveredRun, read(func(f *facts) { f.unread = &reset.Problem{Code: reset.ProblemDirectory} })),
		askKafka, reset.ProblemDirectory, ""},
	{"standing approval", "a voter left",
		together(coveredRun, read(func(f *facts) { f.ruling.MandateValid, f.ruling.Doubt = false, reset.DeniedNotIn })),
		pauseSchedule, reset.ProblemNoStandingApproval, "people"},

	{"inactive", "a member came",
		read(func(f *facts) { f.group.State = "Stable" }), lookAgain, "", ""},

	{"same act", "a leader is down",
		read(func(f *facts) { f.recheck.Wait = &reset.Problem{Code: reset.ProblemUnread} }),
		askKafka, reset.ProblemUnread, ""},
	{"same act", "another Kafka answers",
		read(func(f *facts) { f.recheck.Void = &reset.Problem{Code: reset.ProblemWrongCluster} }),
		planAgain, reset.ProblemWrongCluster, ""},

	{"effect", "a tier that needs three", more(3), planAgain, reset.ProblemVoided, "effect"},
	{"effect", "beyond the cap",
		together(more(2), read(func(f *facts) { f.ruling.Allowed, f.ruling.Cap = false, "skip 500" })),
		planAgain, reset.ProblemVoided, "effect"},
	{"effect", "an emergency beyond its limit",
		together(more(0), both(func(r *reset.Request) { r.Emergency = &reset.Emergency{} })),
		planAgain, reset.ProblemVoided, "effect"},
	{"effect", "an eased undo beyond its bounds",
		together(more(0), solo, read(func(f *facts) { f.solo = true })), planAgain, reset.ProblemVoided, "effect"},
	{"effect", "an undo whose group was touched",
		together(solo, read(func(f *facts) { f.ruling.Need = 1 })), planAgain, reset.ProblemVoided, "touched"},
	{"effect", "a run beyond its standing approval", together(more(0), runOf), planAgain, reset.ProblemVoided,
		"effect"},
	{"effect", "a time that came, beyond what was agreed to",
		together(more(0), both(func(r *reset.Request) { r.Mandate = &reset.Mandate{} })),
		planAgain, reset.ProblemVoided, "effect"},
	{"effect", "rules that allow it and cover less",
		together(more(2), read(func(f *facts) { f.ruling.MaxSkip = 500 })), planAgain, reset.ProblemVoided, "effect"},

	{"votes", "a vote for another revision",
		func(f *facts, tx *Tx) { f.votes[1].Revision, tx.Votes[1].Revision = 1, 1 }, planAgain, reset.ProblemVoided,
		"rule"},
	{"votes", "a vote for another plan",
		func(f *facts, tx *Tx) { f.votes[1].Digest, tx.Votes[1].Digest = "d1", "d1" },
		planAgain, reset.ProblemVoided, "rule"},
	{"votes", "a vote withdrawn meanwhile",
		stored(func(tx *Tx) { tx.Votes = tx.Votes[:1] }), lookAgain, "", ""},

	{"rule", "the rules in force say no",
		read(func(f *facts) { f.ruling.Allowed, f.ruling.Denial = false, reset.DeniedNotIn }),
		planAgain, reset.ProblemVoided, "rule"},
	{"rule", "no for another reason than the effect, which has grown",
		together(more(2), read(func(f *facts) { f.ruling.Allowed = false })), planAgain, reset.ProblemVoided, "rule"},
	{"rule", "a standing approval that lacks a vote",
		together(runOf, read(func(f *facts) { f.ruling.Allowed, f.ruling.Denial = false, reset.DeniedVotes })),
		planAgain, reset.ProblemVoided, "rule"},

	{"approvals", "the rules in force want three", wants(3), askApproval, "", ""},
	{"approvals", "the rules in force want none, and a vote is dropped",
		together(wants(0), drops("U0JON", reset.DeniedNotIn)), askApproval, "", ""},
	{"approvals", "a deactivated voter", drops("U0KIM", reset.DeniedGone), askApproval, "", ""},
	{"approvals", "a person whose emergency counts no more",
		together(drops("U0KIM", reset.DeniedGone), both(func(r *reset.Request) { r.Emergency = &reset.Emergency{} }),
			read(func(f *facts) { f.ruling.EmergencyOver = reset.DeniedGone })), askApproval, "", ""},

	{"other requests", "another reset is writing",
		rival(reset.Applying, "", gateNow), wait, reset.ProblemBlocked, ""},
	{"other requests", "another reset left it in doubt",
		rival(reset.Failed, reset.OutcomeUnknown, gateNow), wait, reset.ProblemBlocked, ""},
	{"other requests", "a run beside an approved reset",
		together(runOf, rival(reset.Approved, "", gateNow)), wait, reset.ProblemConflictingRequest, ""},
}

func TestTheGateObjects(t *testing.T) {
	t.Parallel()
	cases := map[string]bool{}
	for _, tt := range objections {
		f, tx := passes()
		tt.change(&f, tx)
		v := gate(f, tx)
		var code reset.ProblemCode
		var want string
		if v.problem != nil {
			code, want = v.problem.Code, v.problem.Want
		}
		if v.check != tt.check || v.then != tt.then || code != tt.code || want != tt.want {
			t.Errorf("%s: %q says %d %q %q, want %q %d %q %q", tt.what, v.check, v.then, code, want, tt.check, tt.then,
				tt.code, tt.want)
		}
		cases[tt.check] = true
	}
	for _, c := range gateChecks {
		if !cases[c.name] {
			t.Errorf("the check %q has no case", c.name)
		}
	}
}

// TestTheGateLetsThrough: what looks like a reason and is none.
func TestTheGateLetsThrough(t *testing.T) {
	t.Parallel()
	for what, change := range map[string]change{
		"nothing changed":                                func(*facts, *Tx) {},
		"a later name leads to its Kafka":                stored(func(tx *Tx) { tx.Kafkas["second"] = "K1" }),
		"a name that has left the file led to its Kafka": stored(func(tx *Tx) { tx.Kafkas["old"] = "K1" }),
		"which Kafka it is was not told":                 stored(func(tx *Tx) { tx.Kafkas = nil }),
		"without a deadline":                             both(func(r *reset.Request) { r.Deadline = time.Time{} }),
		"a run that people approved":                     runOf,
		"a run that nobody was asked about":              coveredRun,
		"put off by two hours": together(coveredRun,
			run(func(r *reset.Run) { r.At, r.First = gateNow.Add(-reset.MaxDelay), gateNow.Add(-reset.MaxDelay) })),
		"as late as it was approved to wait": together(coveredRun,
			run(func(r *reset.Run) { r.Planned = gateNow.Add(-20 * time.Minute) })),
		"a missed run that is made up for": together(coveredRun, run(func(r *reset.Run) {
			r.At, r.Planned = gateNow.Add(-6*time.Hour), gateNow.Add(-time.Hour)
			r.IfMissed = reset.IfMissed{Run: true, Within: 6 * time.Hour}
		})),
		"a run beside the approved times that people approved": together(runOf,
			run(func(r *reset.Run) { r.At = gateNow.Add(time.Hour) })),
		"other acts are recorded": stored(func(tx *Tx) {
			tx.Undecided = []Inbox{{Verb: "approve"}, {Verb: "show"}, {Verb: ""}}
		}),
		"a freeze was asked for a minute ago":     freezing("prod", time.Minute),
		"a freeze of another cluster is recorded": freezing("second", 0),
		"a tier that needs no more":               more(2),
		"three votes, and one is dropped": together(drops("U0KIM", reset.DeniedGone), func(f *facts, tx *Tx) {
			third := reset.Vote{Revision: 2, Digest: "d2", Actor: person("U0ANN")}
			f.votes, tx.Votes = append(f.votes, third), append(tx.Votes, third)
			f.ruling.Allowed, f.ruling.Denial = true, ""
		}),
		"another rule that asks for as much": read(func(f *facts) { f.ruling.Rule = "billing" }),
		"an undo of an untouched group":      together(solo, read(func(f *facts) { f.solo, f.ruling.Need = true, 0 })),
		"an undo that needs nobody anyway":   together(solo, read(func(f *facts) { f.ruling.Need = 0 })),
		"an emergency": together(both(func(r *reset.Request) { r.Emergency = &reset.Emergency{} }),
			func(f *facts, tx *Tx) { f.ruling.Need, f.votes, tx.Votes = 0, nil, nil }),
		"a run of the file in another tier": together(more(0), fileRun),
		"a standing approval's votes": func(f *facts, tx *Tx) {
			tx.Votes, f.votes[0].Revision, f.votes[1].Digest = nil, 1, "mandate"
		},
		"an approved reset beside it":         rival(reset.Approved, "", gateNow),
		"a run beside one that is announced":  together(runOf, rival(reset.Approved, "", gateNow.Add(1))),
		"another reset that failed unchanged": rival(reset.Failed, reset.Unchanged, gateNow),
		"the undo of what left it in doubt": together(both(func(r *reset.Request) { r.Undoes = "k222" }),
			rival(reset.Failed, reset.PartiallyApplied, gateNow)),
	} {
		f, tx := passes()
		change(&f, tx)
		if v := gate(f, tx); v.then != write || v.check != "" || v.problem != nil {
			t.Errorf("%s: %q says %d %v", what, v.check, v.then, v.problem)
		}
	}
}

// TestTheGateNamesWhatItIsAbout, for the card.
func TestTheGateNamesWhatItIsAbout(t *testing.T) {
	t.Parallel()
	f, tx := passes()
	rival(reset.Failed, reset.PartiallyApplied, gateNow)(&f, tx)
	p := gate(f, tx).problem
	if p == nil || p.Request != "k222" || p.Group != "billing" || p.Cluster != "prod" || p.Got != "mixed" {
		t.Errorf("%v", p)
	}
}
