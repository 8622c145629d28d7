package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// What each verb does in each state, said by each person. Mara asked, and may ask; jon may ask and approve; kim may
// approve; oncall may go alone in an emergency; ben may look and nothing else. "partial" is failed with an outcome that
// blocks the group. Of the answers: late is too late, no is not allowed, self that nobody approves their own, theirs
// that it belongs to the requester, nothing that there is nothing to undo, novote that there is no vote to withdraw;
// all others say what was done.
const everyCell = `
                 planning draft   pending approved applying applied failed  partial refused rejected cancelled expired
approve   mara   late     asked   self    late     late     late    late    late    late    late     late      late
approve   jon    late     theirs  voted   late     late     late    late    late    late    late     late      late
approve   kim    late     theirs  voted   late     late     late    late    late    late    late     late      late
approve   oncall no       theirs  no      no       no       no      no      no      no      no       no        no
approve   ben    no       theirs  no      no       no       no      no      no      no      no       no        no
emergency mara   no       no      no      no       no       no      no      no      no      no       no        no
emergency kim    no       theirs  no      no       no       no      no      no      no      no       no        no
emergency oncall late     theirs  alone   late     late     late    late    late    late    late     late      late
unapprove kim    novote   late    novote  novote   late     late    late    late    late    late     late     late
unapprove ben    novote   late    novote  novote   late     late    late    late    late    late     late     late
reject    mara   no       no      no      no       no       no      no      no      no      no       no        no
reject    kim    late     late    ends    late     late     late    late    late    late    late     late      late
reject    ben    no       no      no      no       no       no      no      no      no      no       no        no
cancel    mara   ends     ends    ends    ends     late     late    late    late    late    late     late      late
cancel    kim    ends     ends    ends    ends     late     late    late    late    late    late     late      late
cancel    oncall no       no      no      no       no       no      no      no      no      no       no        no
choose    mara   chosen   chosen  late    late     late     late    late    late    late    late     late      late
choose    jon    theirs   theirs  theirs  theirs   theirs   theirs  theirs  theirs  theirs  theirs   theirs    theirs
retry     mara   again    late    late    again    late     late    again   late    late    late     late      again
retry     jon    again    late    late    again    late     late    again   late    late    late     late      again
retry     kim    no       no      no      no       no       no      no      no      no      no       no        no
undo      mara   nothing  nothing nothing nothing  nothing  undone  nothing undone  nothing nothing  nothing   nothing
undo      kim    no       no      no      no       no       no      no      no      no      no       no        no
settle    kim    late     late    late    late     late     late    late    settled late    late     late      late
settle    oncall late     late    late    late     late     late    late    settled late    late     late      late
settle    mara   no       no      no      no       no       no      no      no      no      no       no        no
`

var stateOf = map[string]reset.State{"planning": reset.Planning, "draft": reset.Draft, "pending": reset.Pending,
	"approved": reset.Approved, "applying": reset.Applying, "applied": reset.Applied, "failed": reset.Failed,
	"partial": reset.Failed, "refused": reset.Refused, "rejected": reset.Rejected, "cancelled": reset.Cancelled,
	"expired": reset.Expired, "delayed": reset.Approved}

var outcomeOf = map[string]reset.Outcome{"applied": reset.Verified, "failed": reset.Unchanged,
	"partial": reset.PartiallyApplied}

var personOf = map[string]reset.Actor{"mara": mara, "jon": jon, "kim": kim, "oncall": oncall, "ben": ben}

// stands stores a request in a state, as if its road had led there. All know of it.
func (b *bench) stands(column string, change ...func(*reset.Request)) reset.Request {
	b.t.Helper()
	b.ids++
	in := reset.Intent{Cluster: "prod", Group: fmt.Sprintf("group-%d", b.ids), Target: reset.Shift{By: -200},
		Scope: reset.Scope{Topics: []reset.TopicScope{{Topic: "orders"}}}}
	r := reset.Request{ID: fmt.Sprintf("r%03d", b.ids), Origin: fmt.Sprintf("stands %d", b.ids), Revision: 1,
		State: stateOf[column], Outcome: outcomeOf[column], Actor: mara, Place: reset.Place{Channel: "C1"},
		Act: reset.Move{Intent: in}, Digest: "d1", Need: 2, Deadline: b.clock().Add(time.Minute),
		Options: []reset.Option{{Label: "other", Intent: in}}, Effect: reset.Effect{Replay: 400}, Asked: true}
	for _, c := range change {
		c(&r)
	}
	made, _, err := b.Store.Create(b.t.Context(), r, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return made
}

// done and refusals are the cells' words.
var (
	done = map[reset.Did]string{reset.DidSubmit: "asked", reset.DidVote: "voted", reset.DidEmergency: "alone",
		reset.DidReject: "ends", reset.DidCancel: "ends", reset.DidChoose: "chosen", reset.DidRetry: "again",
		reset.DidUndo: "undone", reset.DidSettle: "settled", reset.DidPause: "paused", reset.DidResume: "resumed",
		reset.DidRemove: "removed", reset.DidRunNow: "begun", reset.DidSkip: "skipped", reset.DidDelay: "put-off"}
	refusals = map[reset.ProblemCode]string{reset.ProblemTooLate: "late", reset.ProblemDenied: "no",
		reset.ProblemNotYours: "theirs", reset.ProblemNoUndo: "nothing", reset.ProblemInactive: "idle",
		reset.ProblemReadOnly: "file", reset.ProblemNotRun: "norun", reset.ProblemNoSchedule: "none",
		reset.ProblemNoVote: "novote"}
)

// answered is a cell's word for what came of a decision.
func answered(reply reset.Reply, err error) string {
	var p *reset.Problem
	switch {
	case err == nil:
		return done[reply.Did]
	case !errors.As(err, &p):
		return err.Error()
	case p.Code == reset.ProblemDenied && p.Ruling.Denial == reset.DeniedSelf:
		return "self"
	}
	return refusals[p.Code]
}

func TestEveryVerbInEveryState(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	lines := strings.Split(strings.Trim(everyCell, "\n"), "\n")
	columns := strings.Fields(lines[0])
	said := map[string]bool{}
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		if len(cells) != len(columns)+2 {
			t.Fatalf("%d cells in %q", len(cells), line)
		}
		verb, who := cells[0], personOf[cells[1]]
		said[verb] = true
		for i, column := range columns {
			b.cell(engine.DecisionVerb(verb), who, column, cells[i+2])
		}
	}
	for _, verb := range engine.RequestVerbs() {
		if !said[string(verb)] {
			t.Errorf("the verb %s has no line", verb)
		}
	}
}

// cell says a verb about a request in a state, and checks the answer, and that a refusal changed nothing.
func (b *bench) cell(verb engine.DecisionVerb, who reset.Actor, column, want string) {
	b.t.Helper()
	r := b.stands(column)
	d := b.by(who, r)
	d.Option = 1
	reply, err := b.say(b.t.Context(), verb, d)
	if got := answered(reply, err); got != want {
		b.t.Errorf("%s by %s in %s: %s, want %s (%v)", verb, who.ID, column, got, want, err)
	}
	changes := []string{"asked", "voted", "alone", "ends", "chosen", "settled"}
	if now := b.load(r.ID); !slices.Contains(changes, want) && (now.State != r.State || now.Settled != nil) {
		b.t.Errorf("%s by %s in %s: it is %s now", verb, who.ID, column, now.State)
	}
}

// TestADraftIsItsRequestersAlone: of what was never asked for, everybody else is told what an unknown id is, although
// they may approve, cancel or go alone.
func TestADraftIsItsRequestersAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.rule = func(r *auth.Rule) { r.Emergency.Who = append(r.Emergency.Who, kim.ID) }
	b.start()
	for _, column := range []string{"planning", "draft", "refused", "cancelled", "expired"} {
		for _, verb := range engine.Verbs() {
			r := b.stands(column, func(r *reset.Request) { r.Asked = false })
			_, err := b.say(t.Context(), verb, b.by(kim, r))
			none := r
			none.ID = "zzzz"
			_, unknown := b.say(t.Context(), verb, b.by(kim, none))
			if err == nil || err.Error() != strings.ReplaceAll(fmt.Sprint(unknown), "zzzz", r.ID) {
				t.Errorf("%s of %s: %v, of an unknown id: %v", verb, column, err, unknown)
			}
			if n := b.count(r, reset.EvDenied); n != 1 {
				t.Errorf("%s of %s: %d refusals are recorded", verb, column, n)
			}
		}
		r := b.stands(column, func(r *reset.Request) { r.Asked = false })
		_, err := b.StoryFor(t.Context(), kim, "C1", r.ID)
		problem(t, err, reset.ProblemNoRequest)
		_, _, err = b.StepsFor(t.Context(), kim, "C1", reset.Ref{ID: r.ID}, 0, 10)
		problem(t, err, reset.ProblemNoRequest)
		if _, err := b.StoryFor(t.Context(), mara, "C1", r.ID); err != nil {
			t.Errorf("its requester may not look at what is %s: %v", column, err)
		}
	}
}

// TestWhoMayNotLookLearnsNothing: every verb, every state, any revision: one refusal that tells nothing, the same as of
// an id that nobody has.
func TestWhoMayNotLookLearnsNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.rule = func(r *auth.Rule) { r.View = nil }
	b.start()
	for column := range stateOf {
		for _, verb := range engine.Verbs() {
			for _, revision := range []int{0, 1, 7} {
				r := b.stands(column)
				for _, id := range []string{r.ID, "zzzz"} {
					d := b.by(ben, r)
					d.Ref, d.Option, d.Why = reset.Ref{ID: id, Revision: revision}, 1, ""
					_, err := b.say(t.Context(), verb, d)
					want := reset.Problem{Code: reset.ProblemNoRequest, Request: id}
					if slices.Contains(engine.ScheduleVerbs(), verb) {
						want = reset.Problem{Code: reset.ProblemNoSchedule, Got: id}
					}
					if diff := cmp.Diff(want, problem(t, err, want.Code)); diff != "" {
						t.Errorf("%s of %s.%d %s (-want +got):\n%s", verb, column, revision, id, diff)
					}
				}
				if n := b.count(r, reset.EvDenied); n != 1 {
					t.Errorf("%s of %s: %d refusals are recorded", verb, column, n)
				}
			}
		}
		r := b.stands(column)
		for _, id := range []string{r.ID, "zzzz"} {
			_, err := b.StoryFor(t.Context(), ben, "C1", id)
			want := reset.Problem{Code: reset.ProblemNoRequest, Request: id}
			if diff := cmp.Diff(want, problem(t, err, want.Code)); diff != "" {
				t.Errorf("show %s (-want +got):\n%s", id, diff)
			}
		}
	}
}
