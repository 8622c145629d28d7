package engine_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

var crashing = reset.Member{ID: "m1", ClientID: "billing", Host: "10.4.7.21"}

// T24: consumers that crash and restart leave the group Empty for less than half a second each time.
func TestACrashLoopIsNotWrittenInAGap(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cluster.Join("billing", crashing)
	r := b.armed()
	b.approve(mara, r)
	for range 60 {
		b.cluster.Join("billing")
		b.live(450 * time.Millisecond)
		b.want(r, reset.Approved, "")
		b.cluster.Join("billing", crashing)
		b.live(time.Second)
	}
	if sent := b.cluster.Sent(); len(sent) > 0 {
		t.Fatalf("written between two restarts: %+v", sent)
	}
	b.cluster.Join("billing")
	b.live(5 * time.Second)
	b.want(r, reset.Approved, "")
	b.live(3 * time.Second)
	b.want(r, reset.Applied, reset.Verified)
	b.committed(850, 850)
}

// A member that joins and leaves between two looks is told by the epoch of a group of the new protocol.
func TestMemberBetweenTwoChecksRestartsTheSettleTime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cluster.Epoch("billing", 4)
	b.cluster.Join("billing", crashing)
	r := b.armed()
	b.approve(mara, r)
	b.cluster.Join("billing")
	for epoch := int32(6); epoch < 12; epoch += 2 {
		b.live(5 * time.Second)
		b.cluster.Epoch("billing", epoch)
	}
	b.live(5 * time.Second)
	if r = b.want(r, reset.Approved, ""); r.Problem != nil {
		t.Errorf("problem %v, although a member came", r.Problem)
	}
	b.live(4 * time.Second)
	b.want(r, reset.Applied, reset.Verified)
}

// What any look of this process saw of a group counts, whatever it looked for: here a preview of another request
// meets a member that has left again when the settling request looks.
func TestMemberSeenByAnotherCheckRestartsTheSettleTime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.armed()
	b.approve(mara, r)
	b.live(4 * time.Second)
	b.cluster.Join("billing", crashing)
	if _, err := b.Lag(b.t.Context(), mara, "C1", "prod", "billing", nil); err != nil {
		t.Fatal(err)
	}
	b.cluster.Join("billing")
	b.live(4 * time.Second)
	b.want(r, reset.Approved, "")
	b.live(4 * time.Second)
	b.want(r, reset.Applied, reset.Verified)
}

// A group that was empty at the preview has served its time by the click only if every look since then found it so.
func TestAPromptClickFindsTheSettleTimeServed(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		between func(*bench)
		written bool
	}{
		"nothing happened": {func(b *bench) { b.live(10 * time.Second) }, true},
		"too prompt":       {func(b *bench) { b.live(5 * time.Second) }, false},
		"a member came and went": {func(b *bench) {
			b.live(5 * time.Second)
			b.cluster.Join("billing", crashing)
			b.live(2 * time.Second)
			b.cluster.Join("billing")
			b.live(4 * time.Second)
		}, false},
		"another topic's commits moved": {func(b *bench) {
			b.cluster.Topic("refunds", "t2", 1, 0, 10)
			b.cluster.Commit("billing", "refunds", 0, 3)
			b.live(5 * time.Second)
			b.cluster.Commit("billing", "refunds", 0, 4)
			b.live(5 * time.Second)
		}, false},
		"a look failed": {func(b *bench) {
			b.live(5 * time.Second)
			b.cluster.Down(errors.New("connection refused"))
			b.live(2 * time.Second)
			b.cluster.Down(nil)
			b.live(4 * time.Second)
		}, false},
		"the process stood still": {func(b *bench) { b.live(2 * time.Second); b.jump(10 * time.Second) }, false},
		"the process was restarted": {func(b *bench) { b.live(5 * time.Second); b.start(); b.jump(4 * time.Second) },
			false},
		"another took over in a look": {func(b *bench) { b.live(5 * time.Second); b.start(); b.live(5 * time.Second) },
			true},
		"after two minutes": {func(b *bench) { b.live(2*time.Minute + 4*time.Second) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			r := b.armed()
			tc.between(b)
			looks := b.cluster.Looks()
			b.approve(mara, r)
			if b.cluster.Looks() == looks {
				t.Error("no look followed the click")
			}
			if !tc.written {
				b.want(r, reset.Approved, "")
				b.live(settled)
			}
			b.want(r, reset.Applied, reset.Verified)
		})
	}
}

// Only the group of a draft that a click alone takes further is looked at, and not for ever.
func TestDraftsAreCheckedOnlyWhereAClickIsEnough(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.want(b.ask(mara, reset.Shift{By: -200}), reset.Draft, "") // needs approval
	b.live(time.Minute)
	if n := b.cluster.Looks(); n != 0 {
		t.Errorf("%d looks at a draft that has to be approved", n)
	}
	b.want(b.ask(mara, reset.Shift{By: -1}), reset.Draft, "")
	b.live(2 * time.Minute)
	first := b.cluster.Looks()
	b.live(time.Minute)
	if n := b.cluster.Looks(); n != first || n < 110 || n > 130 {
		t.Errorf("%d looks in two minutes, %d in the third", first, n-first)
	}
}

// However many requests are armed, they share rounds of looks.
func TestArmedRequestsShareTheirChecks(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	const most = 100
	for i := range most {
		group := fmt.Sprintf("g%d", i)
		b.cluster.Commit(group, "orders", 0, 900)
		b.cluster.Commit(group, "orders", 1, 900)
		b.cluster.Join(group, crashing)
		b.approve(mara, b.ask(mara, reset.Shift{By: -50}, func(in *reset.Intent) { in.Group = group }))
	}
	b.live(3 * time.Second)
	before := b.cluster.Looks()
	b.live(10 * time.Second)
	// A claim takes 32 rows, and claims are made one after the other here: four rounds for each look, not a hundred.
	if n := b.cluster.Looks() - before; n > 4*11 {
		t.Errorf("%d rounds of looks for %d armed requests in ten seconds", n, most)
	}
}
