package engine_test

import (
	stdcmp "cmp"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// What each verb does with a run in each state, said by each person (see everyCell). Mara owns the schedule. "delayed"
// is a run that was announced and has been delayed by two hours: to delay it again is to ask for it. Of the answers:
// late is too late, no is not allowed; all others say what was done.
const everyRunCell = `
                 planning draft   pending approved delayed applying applied failed refused rejected cancelled expired
run       mara   late     late    late    begun    begun   late     late    late   late    late     late      late
run       jon    late     late    late    begun    begun   late     late    late   late    late     late      late
run       kim    no       no      no      no       no      no       no      no     no      no       no        no
run       oncall no       no      no      no       no      no       no      no     no      no       no        no
run       ben    no       no      no      no       no      no       no      no     no      no       no        no
skip-next mara   skipped  skipped skipped skipped  skipped late     late    late   late    late     late      late
skip-next kim    skipped  skipped skipped skipped  skipped late     late    late   late    late     late      late
skip-next oncall no       no      no      no       no      no       no      no     no      no       no        no
skip-next ben    no       no      no      no       no      no       no      no     no      no       no        no
delay     mara   put-off  late    put-off put-off  put-off late     late    late   late    late     late      late
delay     kim    put-off  late    put-off put-off  no      late     late    late   late    late     late      late
delay     oncall no       no      no      no       no      no       no      no     no      no       no        no
delay     ben    no       no      no      no       no      no       no      no     no      no       no        no
cancel    mara   ends     ends    ends    ends     ends    late     late    late   late    late     late      late
cancel    kim    ends     ends    ends    ends     ends    late     late    late   late    late     late      late
cancel    ben    no       no      no      no       no      no       no      no     no      no       no        no
pause     mara   none     none    none    none     none    none     none    none   none    none     none      none
resume    mara   none     none    none    none     none    none     none    none   none    none     none      none
remove    mara   none     none    none    none     none    none     none    none   none    none     none      none
`

// What each verb does with a schedule in each status. "filed" is an active schedule of the configuration file. Of the
// answers: idle is that it does not run, file that the file says, norun that it is no run.
const everyScheduleCell = `
                 active  paused  lapsed  over    removed filed
pause     mara   paused  idle    idle    idle    idle    file
pause     kim    paused  idle    idle    idle    idle    file
pause     oncall no      no      no      no      no      no
pause     ben    no      no      no      no      no      no
resume    mara   idle    resumed idle    idle    idle    idle
resume    jon    idle    resumed idle    idle    idle    idle
resume    kim    no      no      no      no      no      no
resume    ben    no      no      no      no      no      no
remove    mara   removed removed removed removed idle    file
remove    kim    removed removed removed removed idle    file
remove    oncall no      no      no      no      no      no
remove    ben    no      no      no      no      no      no
run       mara   begun   idle    idle    idle    idle    begun
run       jon    begun   idle    idle    idle    idle    begun
run       kim    no      no      no      no      no      no
run       ben    no      no      no      no      no      no
skip-next mara   skipped idle    idle    idle    idle    skipped
skip-next kim    skipped idle    idle    idle    idle    skipped
skip-next oncall no      no      no      no      no      no
skip-next ben    no      no      no      no      no      no
delay     mara   norun   norun   norun   norun   norun   norun
delay     ben    no      no      no      no      no      no
`

// countedPolicy is a policy that knows what it was asked.
type countedPolicy struct {
	engine.Policy
	asked []reset.Verb
}

func (p *countedPolicy) Rule(ctx context.Context, q reset.PolicyQuestion) (reset.Ruling, error) {
	p.asked = append(p.asked, q.Verb)
	return p.Policy.Rule(ctx, q)
}

// standsSaved stores a schedule in a status, as if its road had led there, with the request that saved it.
func (b *bench) standsSaved(status reset.Status, source reset.Source) (reset.Schedule, reset.Request) {
	b.t.Helper()
	saver := b.stands("applied")
	in, _ := saver.Intent()
	sc := reset.Schedule{ID: saver.ID, Name: "nightly-" + saver.ID, Expr: "04:00", Zone: "UTC", Intent: in, Owner: mara,
		Place: saver.Place, Source: source, Status: status, Next: night, Revision: 1, Request: saver.ID}
	digest, err := sc.Digest(reset.Bounds{}, "pay", 0)
	if err != nil {
		b.t.Fatal(err)
	}
	sc.Mandate = reset.Mandate{Request: saver.ID, Digest: digest, Rule: "pay", Owner: mara}
	err = b.Store.Update(b.t.Context(), saver.ID, nil, func(tx *engine.Tx) error {
		tx.Request.Act, tx.Schedule = reset.SaveSchedule{Schedule: sc}, &sc
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return b.stored(sc.ID), b.load(saver.ID)
}

// standsRun stores a run in a state, of an active schedule.
func (b *bench) standsRun(column string) reset.Request {
	b.t.Helper()
	sc, _ := b.standsSaved(reset.Active, reset.FromSlack)
	r := b.stands(column)
	begins := night
	if column == "delayed" {
		begins = night.Add(reset.MaxDelay)
	}
	err := b.Store.Update(b.t.Context(), r.ID, nil, func(tx *engine.Tx) error {
		r := tx.Request
		r.Actor, r.Act, r.NotBefore = reset.Actor{Kind: reset.Scheduled, ID: sc.ID}, reset.Move{Intent: sc.Intent}, begins
		r.Run = &reset.Run{Schedule: sc.ID, Name: sc.Name, At: night, First: night, Planned: begins, Owner: mara,
			Revision: 1}
		r.Mandate = &sc.Mandate
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return b.load(r.ID)
}

// eachCell says the verbs of a table, and says which verbs it has.
func (b *bench) eachCell(
	table string, say func(verb engine.DecisionVerb, who reset.Actor, column string) string,
) string {
	b.t.Helper()
	lines := strings.Split(strings.Trim(table, "\n"), "\n")
	columns, said := strings.Fields(lines[0]), ""
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		if len(cells) != len(columns)+2 {
			b.t.Fatalf("%d cells in %q", len(cells), line)
		}
		said += cells[0] + " "
		for i, column := range columns {
			if got := say(engine.DecisionVerb(cells[0]), personOf[cells[1]], column); got != cells[i+2] {
				b.t.Errorf("%s by %s, %s: %s, want %s", cells[0], cells[1], column, got, cells[i+2])
			}
		}
	}
	return said
}

func TestEveryVerbOfARunInEveryState(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	said := b.eachCell(everyRunCell, func(verb engine.DecisionVerb, who reset.Actor, column string) string {
		r := b.standsRun(column)
		reply, err := b.say(t.Context(), verb, b.by(who, r))
		now, answer := b.load(r.ID), answered(reply, err)
		changes := answer == "begun" || answer == "skipped" || answer == "put-off" || answer == "ends"
		if changed := now.State != r.State || !now.NotBefore.Equal(r.NotBefore); changed != changes {
			t.Errorf("%s by %s in %s: %s, and it is %s, begins %s", verb, who.ID, column, answer, now.State, now.NotBefore)
		}
		return answer
	})
	for _, verb := range engine.ScheduleVerbs() {
		if !strings.Contains(said, string(verb)+" ") {
			t.Errorf("the verb %s has no line", verb)
		}
	}
}

func TestEveryVerbOfAScheduleInEveryStatus(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	sourceOf := map[string]reset.Source{"filed": reset.FromFile}
	said := b.eachCell(everyScheduleCell, func(verb engine.DecisionVerb, who reset.Actor, column string) string {
		status := reset.Status(column)
		if column == "filed" {
			status = reset.Active
		}
		sc, saver := b.standsSaved(status, sourceOf[column])
		name := sc.Name
		if status == reset.Removed {
			name = sc.ID // its name is free for others
		}
		reply, err := b.say(t.Context(), verb, b.of(who, name))
		answer := answered(reply, err)
		if now := b.stored(sc.ID); answer == "no" && b.count(saver, reset.EvDenied) != 1 {
			t.Errorf("%s by %s, %s: %d refusals are recorded", verb, who.ID, column, b.count(saver, reset.EvDenied))
		} else if answer != "paused" && answer != "resumed" && answer != "removed" && now.Status != status {
			t.Errorf("%s by %s, %s: %s, and it is %s", verb, who.ID, column, answer, now.Status)
		}
		return answer
	})
	for _, verb := range engine.ScheduleVerbs() {
		if !strings.Contains(said, string(verb)+" ") {
			t.Errorf("the verb %s has no line", verb)
		}
	}
}

// Named by its name, its id, or the request that saved it: who may not look at it learns nothing of a schedule.
func TestWhoMayNotLookLearnsNothingOfSchedules(t *testing.T) {
	t.Parallel()
	b := newNights(t, func(r *auth.Rule) { r.View = nil })
	for _, status := range []reset.Status{reset.Active, reset.Paused, reset.Lapsed, reset.Over, reset.Removed} {
		for _, verb := range engine.ScheduleVerbs() {
			sc, saver := b.standsSaved(status, reset.FromSlack)
			names := []string{sc.ID, sc.Name}
			if status == reset.Removed {
				names = names[:1]
			}
			for i, name := range names {
				want := reset.Problem{Code: reset.ProblemNoSchedule, Got: name}
				_, err := b.say(t.Context(), verb, b.of(ben, name))
				if diff := cmp.Diff(want, problem(t, err, want.Code)); diff != "" {
					t.Errorf("%s of %s, %s (-want +got):\n%s", verb, name, status, diff)
				}
				_, err = b.ScheduleStory(t.Context(), ben, "C1", name)
				if diff := cmp.Diff(want, problem(t, err, want.Code)); diff != "" {
					t.Errorf("show %s, %s (-want +got):\n%s", name, status, diff)
				}
				if n := b.count(saver, reset.EvDenied); n != i+1 {
					t.Errorf("%s of %s, %s: %d refusals are recorded", verb, name, status, n)
				}
			}
		}
	}
}

// The right is asked once for each decision, whatever it is about.
func TestTheRightIsAskedOnce(t *testing.T) {
	t.Parallel()
	for _, verb := range engine.ScheduleVerbs() {
		for _, about := range []string{"run", "schedule", "skipped by name"} {
			b := newNights(t)
			r := b.standsRun("approved")
			d := b.by(mara, r)
			if about != "run" {
				d = b.of(mara, r.Run.Schedule)
			}
			if about == "schedule" {
				sc, _ := b.standsSaved(reset.Active, reset.FromSlack)
				d = b.of(mara, sc.ID)
			}
			counted := &countedPolicy{Policy: b.Policy}
			b.Policy = counted
			if _, err := b.say(t.Context(), verb, d); answered(reset.Reply{}, err) == "no" || len(counted.asked) != 1 {
				t.Errorf("%s of a %s asks for %v: %v", verb, about, counted.asked, err)
			}
		}
	}
}

// A skip that named the schedule is not made a second time by the process that comes after a crash.
func TestASkipByNameIsMadeOnce(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	b.save(nightly())
	b.upto(night.Add(-10 * time.Minute))
	d := b.of(mara, "nightly")
	for range 2 {
		if reply, err := b.SkipNext(t.Context(), d); err != nil || reply.Did != reset.DidSkip {
			t.Fatalf("%+v, %v", reply, err)
		}
	}
	if sc := b.stored("nightly"); fmt.Sprint(sc.Skipped) != fmt.Sprint([]time.Time{night}) {
		t.Errorf("skipped %s", sc.Skipped)
	}
}

// A delay that the process of before had made, but not noted as decided, is not made a second time, whatever was
// decided in between.
func TestADelayIsMadeOnce(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	r := b.standsRun("approved")
	first, second := b.by(mara, r), b.by(kim, r)
	for _, d := range []engine.Decision{first, second, first} {
		if reply, err := b.Delay(t.Context(), d); err != nil || reply.Did != reset.DidDelay {
			t.Fatalf("%+v, %v", reply, err)
		}
	}
	if now := b.load(r.ID); !now.NotBefore.Equal(night.Add(2 * time.Hour)) {
		t.Errorf("it begins %s", now.NotBefore)
	}
}

// The name of a schedule is taken, and no more, for who may not look at it.
func TestATakenNameTellsWhoseItIsToWhoMayLook(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	other := auth.Rule{Name: "other", Clusters: []string{"prod"}, Groups: []string{"billing"}, Request: []string{mara.ID},
		Approve: []string{"S0OWNERS"}, Schedules: true}
	b.rules = func(rules []auth.Rule) []auth.Rule {
		rules[0].Groups, rules[0].Schedules, rules[0].View = []string{"ledger"}, true, nil
		other.Approvals, other.Cap = rules[0].Approvals, rules[0].Cap
		return append(rules, other)
	}
	b.start()
	b.cluster.Commit("ledger", "orders", 0, 900)
	b.cluster.Commit("ledger", "orders", 1, 900)
	b.save(nightly())
	ledger := nightly(func(sc *reset.Schedule) { sc.Intent.Group = "ledger" })
	for who, want := range map[reset.Actor]reset.Problem{
		mara: {Code: reset.ProblemNameTaken, Got: "nightly", Request: b.stored("nightly").ID, Cluster: "prod",
			Group: "billing"},
		jon: {Code: reset.ProblemNameTaken, Got: "nightly"},
	} {
		r, err := b.Ask(t.Context(), engine.Ask{Actor: who, Place: reset.Place{Channel: "C1"}, Origin: "as " + who.ID,
			Act: reset.SaveSchedule{Schedule: ledger}})
		if err != nil {
			t.Fatal(err)
		}
		b.settle()
		now := b.load(r.ID)
		if now.Problem == nil {
			t.Fatalf("%s: it is %s", who.ID, now.State)
		}
		want.Request = stdcmp.Or(want.Request, r.ID) // a problem of its own names the request that has it
		if diff := cmp.Diff(want, *now.Problem); diff != "" {
			t.Errorf("%s is told (-want +got):\n%s", who.ID, diff)
		}
	}
}
