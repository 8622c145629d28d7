package engine_test

import (
	"errors"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func slow() error {
	return &reset.Unread{Of: "S0PAY", Code: "ratelimited", Passing: true, Wait: time.Minute}
}

// TestAVoteIsNotRefusedBecauseSlackAsksToWait: nothing is allowed and nothing is refused; the same vote counts
// afterwards.
func TestAVoteIsNotRefusedBecauseSlackAsksToWait(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.ask(mara, reset.Shift{By: -200}) // needs one
	b.approve(mara, r)
	b.want(r, reset.Pending, "")
	vote := b.by(kim, r)
	b.people.err = slow()
	_, err := b.Approve(t.Context(), vote)
	var later *reset.Later
	if !errors.As(err, &later) || !later.At.Equal(b.clock().Add(time.Minute)) {
		t.Fatalf("%v, want it later", err)
	}
	problem(t, err, reset.ProblemDenied) // for those who cannot wait
	b.want(r, reset.Pending, "")
	if n := b.count(r, reset.EvDenied); n != 0 {
		t.Errorf("%d refusals are recorded", n)
	}
	b.people.err = nil
	if reply, err := b.Approve(t.Context(), vote); err != nil || reply.Did != reset.DidArm {
		t.Errorf("%+v, %v", reply, err)
	}
}

// TestAFaultForGoodIsARefusalThatNamesIt: waiting would not help.
func TestAFaultForGoodIsARefusalThatNamesIt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.ask(mara, reset.Shift{By: -200})
	b.approve(mara, r)
	b.people.err = &reset.Unread{Of: "S0PAY", Code: "missing_scope", Scope: "usergroups:read"}
	_, err := b.Approve(t.Context(), b.by(kim, r))
	p := problem(t, err, reset.ProblemDenied)
	if u := p.Ruling.Unread; errors.As(err,
		new(*reset.Later)) || u == nil || u.Scope != "usergroups:read" || p.Ruling.Denial != reset.DeniedUnknown {
		t.Errorf("%+v", p.Ruling)
	}
	if n := b.count(r, reset.EvDenied); n != 1 {
		t.Errorf("%d refusals are recorded", n)
	}
}

// TestPlanningWaitsForSlack: who asks is kept waiting, a freeze too.
func TestPlanningWaitsForSlack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.people.err = slow()
	r := b.ask(mara, reset.Shift{By: -50})
	f, err := b.Ask(t.Context(), engine.Ask{Actor: mara, Place: reset.Place{Channel: "C1"}, Origin: "freeze",
		Act: reset.Freeze{Cluster: "prod"}})
	if err != nil {
		t.Fatal(err)
	}
	b.settle()
	for _, r := range []reset.Request{r, f} {
		if r = b.want(r, reset.Planning, ""); r.Problem == nil || r.Problem.Code != reset.ProblemDirectory {
			t.Errorf("problem %v", r.Problem)
		}
	}
	b.people.err = nil
	b.wait(59 * time.Second)
	b.want(r, reset.Planning, "")
	b.wait(time.Second)
	b.want(f, reset.Applied, reset.Verified)
	if r = b.want(r, reset.Draft, ""); r.Problem != nil {
		t.Errorf("problem %v", r.Problem)
	}
}

// TestUncheckedRightIsNotAnEmptyList: "nothing is open" would be false.
func TestUncheckedRightIsNotAnEmptyList(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.ask(mara, reset.Shift{By: -200})
	b.approve(mara, r)
	b.people.err = slow()
	later := new(*reset.Later)
	if open, _, _, err := b.Status(t.Context(), kim, "C1", "", ""); !errors.As(err, later) {
		t.Errorf("open %v, %v", open, err)
	}
	if all, err := b.History(t.Context(), kim, "C1", reset.Search{}); !errors.As(err, later) {
		t.Errorf("history %v, %v", all, err)
	}
	if access, err := b.Access(t.Context(), kim, "C1", "prod", "billing"); !errors.As(err, later) {
		t.Errorf("access %v, %v", access, err)
	}
}

func (b *bench) count(r reset.Request, ev reset.Event) int {
	b.t.Helper()
	entries, err := b.Store.Audit(b.t.Context(), r.ID, 0)
	if err != nil {
		b.t.Fatal(err)
	}
	n := 0
	for _, e := range entries {
		if e.Event == ev {
			n++
		}
	}
	return n
}
