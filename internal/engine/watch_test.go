package engine_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset/clustertest"
)

var back = reset.Member{ID: "m1", ClientID: "billing", Host: "10.4.7.21"}

// applied is a reset of billing from 900 to 850 that was written now.
func (b *bench) applied() reset.Request {
	b.t.Helper()
	r := b.armed()
	b.wait(6 * time.Second)
	b.approve(mara, r)
	return b.want(r, reset.Applied, reset.Verified)
}

// watched is what the audit says of a request since it was applied.
func (b *bench) watched(r reset.Request, want ...reset.Event) {
	b.t.Helper()
	entries, err := b.Store.Audit(b.t.Context(), r.ID, 0)
	if err != nil {
		b.t.Fatal(err)
	}
	var got []reset.Event
	for i := slices.IndexFunc(entries, func(e reset.Entry) bool { return e.Event == reset.EvApplied }) +
		1; i < len(entries); i++ {
		got = append(got, entries[i].Event)
	}
	if !slices.Equal(got, want) {
		b.t.Errorf("since it was applied: %q, want %q", got, want)
	}
}

// due is how long from now until something is looked at; false: never.
func (b *bench) due() (time.Duration, bool) {
	b.t.Helper()
	at, err := b.Store.Soonest(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return at.Sub(b.clock()), !at.IsZero()
}

func (b *bench) wantDue(want time.Duration) {
	b.t.Helper()
	if got, ok := b.due(); !ok || got != want {
		b.t.Errorf("looks again in %v (%v), want in %v", got, ok, want)
	}
}

func (b *bench) at(offsets ...int64) {
	for p, o := range offsets {
		b.cluster.Commit("billing", "orders", int32(p), o)
	}
}

func TestWatchUntilCaughtUp(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.applied()
	b.wantDue(15 * time.Second)
	b.wait(15 * time.Second)
	b.watched(r, reset.EvChecked)
	b.wantDue(10 * time.Second)
	version := b.load(r.ID).Version
	b.wait(10 * time.Second)
	if got := b.load(r.ID).Version; got != version {
		t.Errorf("a look that saw nothing new made version %d of %d", got, version)
	}
	b.cluster.Join("billing", back)
	b.wait(10 * time.Second)
	b.at(900, 860)
	b.wait(10 * time.Second)
	b.watched(r, reset.EvChecked, reset.EvConsumersBack, reset.EvResumed)
	b.jump(5 * time.Minute)
	b.wantDue(30 * time.Second)
	b.cluster.SetLog("orders", 0, 0, 1100)
	b.at(1001, 1000)
	b.wait(30 * time.Second)
	b.watched(r, reset.EvChecked, reset.EvConsumersBack, reset.EvResumed, reset.EvCaughtUp)
	w := b.load(r.ID).Watch
	if w.Why != reset.WatchCaughtUp || w.CaughtUp.Sub(w.Since) != 6*time.Minute+15*time.Second || w.Resumed != 2 ||
		w.First.Host != back.Host {
		t.Errorf("%+v", w)
	}
	if d, ok := b.due(); ok {
		t.Errorf("something is due in %v although the watch has ended", d)
	}
}

func TestWatchSaysThatItWasOverwritten(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.applied()
	b.at(905, 850)
	b.wait(15 * time.Second)
	b.watched(r, reset.EvOverwritten)
	e := b.load(r.ID).Watch.Overwritten.Evidence
	if len(e) != 1 || e[0].Topic != "orders" || e[0].To.Offset != 850 || e[0].Read.Offset != 905 {
		t.Errorf("evidence %+v", e)
	}
	reply, err := b.Retry(t.Context(), b.by(mara, r))
	if err != nil || reply.Request.ID == r.ID {
		t.Fatalf("tried again as %s: %v", reply.Request.ID, err)
	}
	b.settle()
	b.want(reply.Request, reset.Draft, "")
}

// An undo that was overwritten cannot be undone twice; it can be tried again.
func TestOverwrittenUndoIsTriedAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.applied()
	reply, err := b.Undo(t.Context(), b.by(mara, r))
	if err != nil {
		t.Fatal(err)
	}
	b.settle()
	b.approve(mara, b.want(reply.Request, reset.Draft, ""))
	b.wait(6 * time.Second)
	undo := b.want(reply.Request, reset.Applied, reset.Verified)
	b.at(860, 860)
	b.wait(15 * time.Second)
	b.watched(undo, reset.EvOverwritten)
	if reply, err = b.Retry(t.Context(), b.by(jon, undo)); err != nil {
		t.Fatal(err)
	}
	b.settle()
	again := b.want(reply.Request, reset.Draft, "")
	if again.Effect.Skip != 80 {
		t.Errorf("effect %+v", again.Effect)
	}
}

func TestRetryOfAResetThatLastsIsTooLate(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.applied()
	b.wait(15 * time.Second)
	_, err := b.Retry(t.Context(), b.by(mara, r))
	if p := problem(t, err, reset.ProblemTooLate); p.State != reset.Applied {
		t.Errorf("%v", p)
	}
}

func TestWatchEndsWithoutConsumers(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.applied()
	for range 63 {
		b.wait(29 * time.Second)
	}
	b.watched(r, reset.EvChecked, reset.EvUnwatched)
	if w := b.load(r.ID).Watch; w.Why != reset.WatchNoConsumers {
		t.Errorf("%+v", w)
	}
}

func TestNewerResetEndsTheWatchAndIsNoOverwriter(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	old := b.applied()
	b.wait(15 * time.Second)
	newer := b.ask(mara, reset.Shift{By: -20})
	b.approve(mara, newer)
	b.wait(10 * time.Second)
	b.want(newer, reset.Applied, reset.Verified)
	b.wait(10 * time.Second)
	b.watched(old, reset.EvChecked, reset.EvUnwatched)
	if w := b.load(old.ID).Watch; w.Why != reset.WatchNewer || w.By != newer.ID || w.Overwrote() {
		t.Errorf("%+v", w)
	}
	if !b.load(newer.ID).Watch.Open() {
		t.Error("the newer reset is not watched")
	}
}

func TestResetThatWroteNothingDoesNotEndTheWatch(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	old := b.applied()
	b.wait(15 * time.Second)
	newer := b.ask(mara, reset.Shift{By: -20})
	b.cluster.Fault(clustertest.WriteFault{Reject: "GROUP_AUTHORIZATION_FAILED"})
	b.approve(mara, newer)
	b.wait(10 * time.Second)
	b.want(newer, reset.Failed, reset.Unchanged)
	b.wait(10 * time.Second)
	b.watched(old, reset.EvChecked)
	if !b.load(old.ID).Watch.Open() {
		t.Error("the watch ended")
	}
}

func TestWatchConcludesNothingWhileKafkaDoesNotAnswer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.applied()
	b.cluster.Down(errors.New("connection refused"))
	for range 200 {
		b.wait(30 * time.Second)
	}
	b.watched(r)
	b.wantDue(30 * time.Second)
	b.cluster.Down(nil)
	b.cluster.Join("billing", back)
	b.at(1000, 1000)
	b.wait(30 * time.Second)
	b.watched(r, reset.EvChecked, reset.EvConsumersBack, reset.EvCaughtUp)
}

func TestWatchSurvivesARestartAndIsHeldByOne(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.applied()
	b.wait(15 * time.Second)
	b.cluster.Join("billing", back)
	first := b.Service
	b.start() // two processes on one store, the first one still at work
	b.mu.Lock()
	b.now = b.now.Add(10 * time.Second)
	b.mu.Unlock()
	done := make(chan error, 2)
	for _, s := range []*engine.Service{first, b.Service} {
		go func() { _, err := s.Reconcile(t.Context()); done <- err }()
	}
	if err := errors.Join(<-done, <-done); err != nil {
		t.Fatal(err)
	}
	b.settle()
	b.at(870, 870)
	b.wait(10 * time.Second)
	b.watched(r, reset.EvChecked, reset.EvConsumersBack, reset.EvResumed)
}

// A process that slept through its lease while it looked must not say what another one has said.
func TestWatchThatLostItsClaimSaysNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.applied()
	b.mu.Lock()
	b.now = b.now.Add(15 * time.Second)
	b.mu.Unlock()
	slow := b.Service
	b.start()
	slow.Clusters = map[string]engine.Cluster{"prod": asleep{Cluster: b.cluster, pass: func() { b.wait(time.Minute) }}}
	if _, err := slow.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.watched(r, reset.EvChecked)
}

// asleep is a cluster that lets time pass before it answers.
type asleep struct {
	engine.Cluster
	pass func()
}

func (a asleep) Inspect(ctx context.Context, q reset.Query) (reset.Snapshot, error) {
	a.pass()
	return a.Cluster.Inspect(ctx, q)
}
