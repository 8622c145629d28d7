package engine_test

import (
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// takenBack is a reset by 400 that needed one approval, and the preview of its undo by mara, who is enough for it.
func (b *bench) takenBack() (old, undo reset.Request) {
	b.t.Helper()
	old = b.ask(mara, reset.Shift{By: -200})
	b.approve(mara, old)
	b.approve(kim, old)
	b.wait(settled)
	b.want(old, reset.Applied, reset.Verified)
	undo = b.undoes(old)
	if undo.Need != 0 || undo.SoloUntil.IsZero() {
		b.t.Fatalf("the undo needs %d", undo.Need)
	}
	return old, undo
}

func (b *bench) undoes(old reset.Request) reset.Request {
	b.t.Helper()
	reply, err := b.Undo(b.t.Context(), b.by(mara, old))
	if err != nil {
		b.t.Fatal(err)
	}
	b.settle()
	return b.want(reply.Request, reset.Draft, "")
}

// another takes a small reset by jon to its end.
func (b *bench) another(by int64) {
	b.t.Helper()
	r := b.ask(jon, reset.Shift{By: by})
	b.approve(jon, r)
	if b.load(r.ID).State == reset.Pending {
		b.approve(kim, r)
	}
	b.wait(settled)
	b.want(r, reset.Applied, reset.Verified)
}

// One person is enough for an undo only while the group is untouched. Whatever touches it between the preview and the
// write, the usual tiers count.
func TestAnUndoOfATouchedGroupIsAskedForAgain(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		touch func(*bench)
		why   string
	}{
		"the group read on": {func(b *bench) { b.cluster.Commit("billing", "orders", 0, 701) }, "touched"},
		"a member came": {func(b *bench) { b.cluster.Join("billing", reset.Member{ID: "m1"}) },
			"touched"},
		"another reset went first":    {func(b *bench) { b.another(-10) }, "rival"},
		"it was moved there and back": {func(b *bench) { b.another(-10); b.another(10) }, "rival"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			_, undo := b.takenBack()
			tt.touch(b)
			b.wait(5 * time.Second)
			if now := b.load(undo.ID); now.Revision > 1 { // a click on the old preview counts for nothing
				_, err := b.Approve(t.Context(), b.by(mara, undo))
				problem(t, err, reset.ProblemStale)
				undo = now
			}
			sent := len(b.cluster.Sent())
			b.approve(mara, undo)
			b.wait(settled)
			undo = b.want(undo, reset.Pending, "")
			if undo.Revision < 2 || undo.Need == 0 || undo.Problem == nil || undo.Problem.Want != tt.why {
				t.Errorf("revision %d, need %d, problem %+v", undo.Revision, undo.Need, undo.Problem)
			}
			b.idle()
			if n := len(b.cluster.Sent()); n != sent {
				t.Errorf("%d requests were sent without approval", n-sent)
			}
		})
	}
}

// The half hour is over while the undo waits.
func TestAnUndoThatWaitsTooLongIsAskedForAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	_, undo := b.takenBack()
	b.wait(29*time.Minute + 50*time.Second - settled)
	if _, err := b.Approve(t.Context(), b.by(mara, undo)); err != nil {
		t.Fatal(err)
	}
	b.jump(10 * time.Minute)
	b.wait(settled)
	if undo = b.want(undo, reset.Pending, ""); undo.Need == 0 {
		t.Errorf("needs %d", undo.Need)
	}
}

// Drafts were planned for offsets that another reset moves: a click on them as they were shown counts for nothing.
func TestDraftsArePlannedAgainWhenAnotherResetIsWritten(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	draft := b.ask(mara, reset.Shift{By: -10})
	waits := b.ask(mara, reset.Time{At: b.clock().Add(time.Hour), Future: true})
	b.another(-20)
	_, err := b.Approve(t.Context(), b.by(mara, draft))
	problem(t, err, reset.ProblemStale)
	now := b.want(draft, reset.Draft, "")
	if now.Revision != 2 || now.Problem == nil || now.Problem.Want != "rival" || now.Before == nil {
		t.Errorf("revision %d, problem %+v", now.Revision, now.Problem)
	}
	if waits = b.load(waits.ID); waits.Revision != 1 {
		t.Errorf("what is for a time to come is at revision %d", waits.Revision)
	}
}

// To do again what was taken back is a reset like any other, and so is an undo of what was not written last.
func TestAnUndoOfAnUndoNeedsTheUsualApprovals(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	_, undo := b.takenBack()
	b.approve(mara, undo)
	b.wait(settled)
	b.want(undo, reset.Applied, reset.Verified)
	if redo := b.undoes(undo); redo.Need != 1 || !redo.SoloUntil.IsZero() {
		t.Errorf("needs %d", redo.Need)
	}
}

// Asked for again, an undo is judged again.
func TestAnUndoThatIsRetriedIsJudgedAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	_, undo := b.takenBack()
	b.wait(31 * time.Minute)
	b.want(undo, reset.Expired, "")
	reply, err := b.Retry(t.Context(), b.by(mara, undo))
	if err != nil {
		t.Fatal(err)
	}
	b.settle()
	if again := b.want(reply.Request, reset.Draft, ""); again.Need != 1 || !again.SoloUntil.IsZero() {
		t.Errorf("needs %d", again.Need)
	}
}
