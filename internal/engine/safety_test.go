package engine_test

import (
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func TestEmergencyAppliesWithinItsLimit(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cluster.Join("billing", reset.Member{ID: "m1"})
	r := b.ask(mara, reset.Shift{By: -200}) // 400: needs one
	b.approve(mara, r)
	d := b.by(ben, r)
	d.Why = "INC-4711"
	if _, err := b.Emergency(t.Context(), d); err == nil {
		t.Fatal("somebody whom the rule does not name went alone")
	}
	d = b.by(oncall, r)
	d.Why = ""
	_, err := b.Emergency(t.Context(), d)
	problem(t, err, reset.ProblemAmbiguous)
	d.Why = "INC-4711"
	reply, err := b.Emergency(t.Context(), d)
	if err != nil || reply.Did != reset.DidEmergency {
		t.Fatalf("%+v, %v", reply, err)
	}
	b.wait(time.Second)
	b.want(r, reset.Approved, "") // alone, but not while somebody is in the group
	b.cluster.Join("billing")
	b.wait(time.Second)
	b.wait(6 * time.Second)
	r = b.want(r, reset.Applied, reset.Verified)
	if r.Emergency == nil || r.Emergency.By != oncall || r.Emergency.Incident != "INC-4711" {
		t.Errorf("emergency %+v", r.Emergency)
	}

	large := b.ask(mara, reset.Earliest{}) // 1,400: beyond the limit of 1,000
	b.approve(mara, large)
	d = b.by(oncall, large)
	_, err = b.Emergency(t.Context(), d)
	if p := problem(t, err, reset.ProblemDenied); p.Ruling.Denial != reset.DeniedCap {
		t.Errorf("denied by %s", p.Ruling.Denial)
	}
}

func TestEmergencyAsked(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.ask(oncall, reset.Shift{By: -200}, func(in *reset.Intent) { in.Emergency = "INC-1" })
	r = b.want(r, reset.Draft, "")
	if r.Need != 0 {
		t.Fatalf("needs %d", r.Need)
	}
	b.approve(oncall, r)
	b.wait(6 * time.Second)
	if r = b.want(r, reset.Applied, reset.Verified); r.Emergency == nil || r.Emergency.Incident != "INC-1" {
		t.Errorf("emergency %+v", r.Emergency)
	}
	b.want(b.ask(mara, reset.Shift{By: -1}, func(in *reset.Intent) { in.Emergency = "INC-2" }), reset.Refused, "")
}

func TestUndoSoonAfterNeedsNoApproval(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		then func(*bench)
		need int
	}{
		{"untouched", func(*bench) {}, 0},
		{"half an hour later", func(b *bench) { b.wait(30 * time.Minute) }, 1},
		{"somebody is there", func(b *bench) { b.cluster.Join("billing", reset.Member{ID: "m1"}) }, 1},
		{"somebody committed", func(b *bench) { b.cluster.Commit("billing", "orders", 0, 701) }, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			r := b.ask(mara, reset.Shift{By: -200})
			b.approve(mara, r)
			b.approve(kim, r)
			b.wait(6 * time.Second)
			b.want(r, reset.Applied, reset.Verified)
			tt.then(b)
			reply, err := b.Undo(t.Context(), b.by(mara, r))
			if err != nil {
				t.Fatal(err)
			}
			b.settle()
			undo := b.want(reply.Request, reset.Draft, "")
			if undo.Need != tt.need {
				t.Fatalf("needs %d, want %d", undo.Need, tt.need)
			}
			if tt.need > 0 {
				return
			}
			b.approve(mara, undo)
			b.wait(6 * time.Second)
			b.want(undo, reset.Applied, reset.Verified)
			b.committed(900, 900)
		})
	}
}

func TestPointlessUndoIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.armed()
	b.wait(6 * time.Second)
	b.approve(mara, r)
	b.want(r, reset.Applied, reset.Verified)
	b.cluster.Commit("billing", "orders", 0, 960)
	b.cluster.Commit("billing", "orders", 1, 940)
	reply, err := b.Undo(t.Context(), b.by(mara, r))
	if err != nil {
		t.Fatal(err)
	}
	b.settle()
	if undo := b.want(reply.Request, reset.Refused,
		""); undo.Problem.Code != reset.ProblemReadPast || undo.Problem.Count != 100 {
		t.Errorf("problem %+v", undo.Problem)
	}
}

func TestPhantomCommitterIsReportedAndNothingIsWritten(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cluster.Join("billing", reset.Member{ID: "m1", Host: "10.4.7.21"})
	r := b.armed()
	b.approve(mara, r)
	b.cluster.Join("billing")
	for i := range int64(20) {
		b.wait(time.Second)
		b.cluster.Commit("billing", "orders", 0, 900+i)
	}
	b.wait(time.Second)
	b.wait(5 * time.Second)
	if r = b.want(r, reset.Approved, ""); r.Problem == nil || r.Problem.Code != reset.ProblemPhantom ||
		r.Observation.MovedWhileEmpty == 0 {
		t.Fatalf("problem %v, seen %d times", r.Problem, r.Observation.MovedWhileEmpty)
	}
	b.wait(6 * time.Second)
	b.want(r, reset.Applied, reset.Verified)
}

func TestReturningConsumersAreSeen(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cluster.Join("billing", reset.Member{ID: "m1", Host: "10.4.7.21"})
	r := b.armed()
	b.approve(mara, r)
	b.cluster.Join("billing")
	b.wait(time.Second)
	b.wait(3 * time.Second)
	b.cluster.Join("billing", reset.Member{ID: "m2", Host: "10.4.7.22"})
	b.wait(3 * time.Second)
	r = b.want(r, reset.Approved, "")
	if back := r.Observation.Restarted; back == nil || back.After > time.Minute || len(back.Hosts) != 1 ||
		back.Hosts[0] != "10.4.7.22" {
		t.Errorf("came back %+v", back)
	}
}
