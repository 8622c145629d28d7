package engine_test

import (
	"context"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// heard records that a person acted on a request; whoever decides it has not come to it yet.
func (b *bench) heard(r reset.Request, id, verb string) engine.Inbox {
	b.t.Helper()
	in := engine.Inbox{ID: id, Kind: "click", Verb: verb, About: r.ID, Raw: []byte("{}"), ReceivedAt: b.clock()}
	if _, err := b.Store.Record(b.t.Context(), in); err != nil {
		b.t.Fatal(err)
	}
	return in
}

// undeciding is a chat that never comes to decide anything.
type undeciding struct{ mute }

func (undeciding) Receive(context.Context, engine.Inbox) error {
	return &reset.Later{At: time.Unix(1<<40, 0)}
}

// TestWhatWasReceivedInTimeIsNotExpired: the process was slow, or another one died with the click.
func TestWhatWasReceivedInTimeIsNotExpired(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Chat = undeciding{}
	r := b.ask(mara, reset.Shift{By: -200})
	b.approve(mara, r)
	b.wait(29 * time.Minute)
	in := b.heard(r, "click 1", "approve")
	b.wait(2 * time.Minute)
	b.want(r, reset.Pending, "")
	vote := b.by(kim, r)
	vote.Origin, vote.At = in.ID, in.ReceivedAt
	if reply, err := b.Approve(t.Context(), vote); err != nil || reply.Did != reset.DidArm {
		t.Fatalf("%+v, %v", reply, err)
	}
}

// TestWhatCannotBeDecidedHoldsNothingUpForEver: the request expires in the end.
func TestWhatCannotBeDecidedHoldsNothingUpForEver(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Chat = undeciding{}
	r := b.ask(mara, reset.Shift{By: -200})
	b.approve(mara, r)
	b.wait(29 * time.Minute)
	b.heard(r, "click 1", "approve")
	b.wait(15 * time.Minute)
	b.want(r, reset.Pending, "")
	b.wait(time.Minute)
	b.want(r, reset.Expired, "")
}

// TestWhatWasReceivedTooLateIsTooLate, though nothing has noticed yet that the time is up. Ending it is never too late.
func TestWhatWasReceivedTooLateIsTooLate(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.ask(mara, reset.Shift{By: -200})
	b.approve(mara, r)
	b.mu.Lock()
	b.now = b.now.Add(30 * time.Minute)
	b.mu.Unlock()
	vote := b.by(kim, r)
	vote.At = b.clock()
	_, err := b.Approve(t.Context(), vote)
	if p := problem(t, err, reset.ProblemTooLate); p.State != reset.Expired {
		t.Errorf("told that it is %s", p.State)
	}
	if reply, err := b.Reject(t.Context(), vote); err != nil || reply.Did != reset.DidReject {
		t.Errorf("%+v, %v", reply, err)
	}
}

// TestTheNextProcessGoesOnAtOnce: what the one before held is taken over when the store is served alone, and not
// otherwise.
func TestTheNextProcessGoesOnAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.ask(mara, reset.Shift{By: -200})
	b.heard(r, "click 1", "approve")
	claim := func(owner string) int {
		t.Helper()
		dues, err := b.Store.Claim(t.Context(),
			engine.Claim{Owner: owner, Now: b.clock(), Lease: 30 * time.Second, Kinds: []engine.Kind{engine.DueInbox}})
		if err != nil {
			t.Fatal(err)
		}
		return len(dues)
	}
	if claim("dead") != 1 || claim("next") != 0 {
		t.Fatal("the claim does not hold")
	}
	if n, err := b.Store.TakeOver(t.Context(), "next"); err != nil || n != 1 {
		t.Fatalf("took over %d, %v", n, err)
	}
	if claim("next") != 1 {
		t.Error("what was taken over is not due")
	}
	if n, err := b.Store.TakeOver(t.Context(), "next"); err != nil || n != 0 {
		t.Errorf("took over %d of its own, %v", n, err)
	}
}
