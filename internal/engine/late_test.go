package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset/clustertest"
)

// held takes a reset to the state in which its one request is still on its way, and the offsets are as before, read
// twice.
func (b *bench) held(target reset.Target, f clustertest.WriteFault) reset.Request {
	b.t.Helper()
	r := b.ask(oncall, target, func(in *reset.Intent) { in.Emergency = "INC-1" })
	b.wait(6 * time.Second)
	f.Lost, f.Held = true, true
	b.cluster.Fault(f)
	b.approve(oncall, r)
	b.wait(11 * time.Second)
	b.wait(2 * time.Second)
	r = b.want(r, reset.Failed, reset.Unchanged)
	if !r.Late.Open() || r.Late.Second.Sub(r.Late.First) != 2*time.Second {
		b.t.Fatalf("the lost write is not looked for: %+v", r.Late)
	}
	return r
}

// doubtful is a reset whose answer was lost and beside which another offset was committed: what it wrote is unknown.
func (b *bench) doubtful() reset.Request {
	b.t.Helper()
	r := b.writes(clustertest.WriteFault{Lost: true, Applied: true})
	b.cluster.Commit("billing", "orders", 0, 860)
	b.wait(11 * time.Second)
	b.wait(2 * time.Second)
	b.want(r, reset.Failed, reset.OutcomeUnknown)
	return r
}

// looks lets time pass in the steps in which a lost write is looked for.
func (b *bench) looks(d time.Duration) {
	b.t.Helper()
	for ; d > 0; d -= 2 * time.Second {
		b.wait(2 * time.Second)
	}
}

// entries finds the audit entries of one event.
func (b *bench) entries(r reset.Request, ev reset.Event) []reset.Entry {
	b.t.Helper()
	entries, err := b.Store.Audit(b.t.Context(), r.ID, 0)
	if err != nil {
		b.t.Fatal(err)
	}
	return slices.DeleteFunc(entries, func(e reset.Entry) bool { return e.Event != ev })
}

func TestWriteThatLandsLateIsCorrected(t *testing.T) {
	t.Parallel()
	for name, target := range map[string]reset.Target{"rewind": reset.Shift{By: -50}, "skip": reset.Latest{},
		"delete": reset.Nowhere{}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.cluster.SetLog("orders", 0, 850, 1000) // to delete a commit is to replay and to skip all there is
			b.cluster.SetLog("orders", 1, 850, 1000)
			r := b.held(target, clustertest.WriteFault{})
			b.looks(time.Minute)
			_, err := b.Undo(t.Context(), b.by(mara, r))
			problem(t, err, reset.ProblemNoUndo)
			b.cluster.Land()
			b.looks(2 * time.Second)
			r = b.want(r, reset.Failed, reset.AppliedLate)
			if r.Late.Open() || r.Late.Landed.IsZero() || r.Late.Was != reset.Unchanged {
				t.Errorf("%+v", r.Late)
			}
			if e := b.entries(r, reset.EvLanded); len(e) != 1 || e[0].Facts["outcome"] != string(reset.AppliedLate) ||
				e[0].Facts["was"] != string(reset.Unchanged) {
				t.Errorf("audit %+v", e)
			}
			writes, err := b.WritesFor(t.Context(), r.ID)
			if err != nil || slices.ContainsFunc(writes,
				func(w reset.Write) bool { return w.ReadState != reset.WriteAtTarget }) {
				t.Errorf("%+v, %v", writes, err)
			}
			if _, err := b.Retry(t.Context(), b.by(mara, r)); err == nil {
				t.Error("what has landed can be tried again: a shift would shift twice")
			}
			reply, err := b.Undo(t.Context(), b.by(mara, r))
			if err != nil {
				t.Fatal(err)
			}
			b.settle()
			undo := b.want(reply.Request, reset.Draft, "")
			b.approve(mara, undo)
			b.wait(6 * time.Second)
			b.want(undo, reset.Applied, reset.Verified)
			b.committed(900, 900)
		})
	}
}

func TestWriteThatLandsInPartBlocksTheGroup(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.held(reset.Shift{By: -50}, clustertest.WriteFault{Reject: "TOPIC_AUTHORIZATION_FAILED", Parts: []int32{1}})
	b.cluster.Land()
	b.looks(2 * time.Second)
	b.want(r, reset.Failed, reset.Unchanged) // one reading of a part is not two
	b.looks(2 * time.Second)
	b.want(r, reset.Failed, reset.PartiallyApplied)
	if other := b.ask(mara, reset.Shift{By: -1}); other.Problem == nil || other.Problem.Code != reset.ProblemBlocked ||
		other.Problem.Request != r.ID {
		t.Errorf("another reset of the group: %s, %v", other.State, other.Problem)
	}
}

// What was accepted was another outcome: after a write has landed in part, a person has to look again.
func TestAnAcceptedOutcomeThatChangesBlocksAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.writes(clustertest.WriteFault{Lost: true, Held: true, Reject: "TOPIC_AUTHORIZATION_FAILED",
		Parts: []int32{1}})
	b.cluster.Commit("billing", "orders", 0, 860)
	b.wait(11 * time.Second)
	b.wait(2 * time.Second)
	b.want(r, reset.Failed, reset.OutcomeUnknown)
	if _, err := b.Settle(t.Context(), b.by(kim, r)); err != nil {
		t.Fatal(err)
	}
	b.want(b.ask(mara, reset.Shift{By: -1}), reset.Draft, "")
	b.cluster.Land()
	b.looks(4 * time.Second)
	if r = b.want(r, reset.Failed, reset.PartiallyApplied); r.Settled != nil {
		t.Errorf("settled %+v", r.Settled)
	}
	b.want(b.ask(mara, reset.Shift{By: -1}), reset.Refused, "")
}

func TestLateWatchEndsWithoutAClaim(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		then func(*bench)
		why  reset.LateEnd
	}{
		{"consumers come, and read up to the target", func(b *bench) {
			b.cluster.Join("billing", reset.Member{ID: "m1"})
			b.cluster.Commit("billing", "orders", 0, 1000)
			b.cluster.Commit("billing", "orders", 1, 1000)
			b.looks(2 * time.Second)
		}, reset.LateMember},
		{"consumers come before it lands", func(b *bench) {
			b.cluster.Join("billing", reset.Member{ID: "m1"})
			b.cluster.Land() // and is refused
			b.looks(2 * time.Second)
		}, reset.LateMember},
		{"it never lands", func(b *bench) {
			b.wait(engine.DefaultTimes.Late - 2*time.Second)
			b.want(b.load("k002"), reset.Failed, reset.Unchanged)
			b.wait(time.Minute) // to the next look
		}, reset.LateTime},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			r := b.held(reset.Latest{}, clustertest.WriteFault{})
			tt.then(b)
			if r = b.want(r, reset.Failed, reset.Unchanged); r.Late.Open() || r.Late.Why != tt.why ||
				!r.Late.Landed.IsZero() {
				t.Errorf("%+v", r.Late)
			}
			if e := b.entries(r, reset.EvLateOver); len(e) != 1 {
				t.Errorf("audit %+v", e)
			}
		})
	}
}

func TestOthersWhoMoveOffsetsAreNoLateWrite(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.held(reset.Latest{}, clustertest.WriteFault{})
	b.cluster.Commit("billing", "orders", 0, 950) // a consumer that uses assign, or a tool
	b.looks(2 * time.Second)
	b.cluster.Commit("billing", "orders", 0, 1000)
	b.looks(4 * time.Second)
	if r = b.want(r, reset.Failed, reset.Unchanged); !r.Late.Open() || !r.Late.Moved {
		t.Errorf("%+v", r.Late)
	}
}

func TestLateWriteIsSeenAfterARestart(t *testing.T) {
	t.Parallel()
	for name, target := range map[string]reset.Target{"rewind": reset.Shift{By: -50}, "skip": reset.Latest{}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			r := b.held(target, clustertest.WriteFault{})
			b.cluster.Land() // while no process looks
			b.start()
			b.wait(time.Minute)
			if r = b.want(r, reset.Failed, reset.AppliedLate); !r.Late.Gap {
				t.Error("it is not said that nobody looked")
			}
		})
	}
}

func TestLateWriteHitsANewerReset(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	old := b.held(reset.Shift{By: -50}, clustertest.WriteFault{})
	newer := b.ask(mara, reset.Shift{By: -20})
	newer = b.want(newer, reset.Draft, "")
	if !slices.ContainsFunc(newer.Warnings,
		func(w reset.Warning) bool { return w.Code == reset.WarnAwaited && slices.Contains(w.Names, old.ID) }) {
		t.Errorf("warnings %+v", newer.Warnings)
	}
	b.wait(6 * time.Second)
	b.approve(mara, newer)
	b.want(newer, reset.Applied, reset.Verified)
	b.committed(880, 880)
	b.looks(20 * time.Second)
	b.want(old, reset.Failed, reset.Unchanged) // what the newer one wrote is not the old one's doing
	b.cluster.Land()
	b.looks(10 * time.Second)
	b.want(old, reset.Failed, reset.AppliedLate)
	b.committed(850, 850)
	if newer = b.load(newer.ID); !newer.Watch.Overwrote() || newer.Watch.OverwrittenBy != old.ID {
		t.Errorf("watch %+v", newer.Watch)
	}
}

// A reset whose own watch is over, as that of deleted commits is at once, is corrected by the write that lands on it.
func TestLateWriteHitsAResetThatIsNotWatchedAnyMore(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cluster.SetLog("orders", 0, 850, 1000)
	b.cluster.SetLog("orders", 1, 850, 1000)
	old := b.held(reset.Shift{By: -50}, clustertest.WriteFault{})
	newer := b.ask(oncall, reset.Nowhere{}, func(in *reset.Intent) { in.Emergency = "INC-2" })
	b.wait(6 * time.Second)
	b.approve(oncall, newer)
	b.want(newer, reset.Applied, reset.Verified)
	b.looks(30 * time.Second)
	if newer = b.load(newer.ID); newer.Watch.Open() {
		t.Fatal("what was deleted is still watched")
	}
	b.cluster.Land()
	b.looks(2 * time.Second)
	b.want(old, reset.Failed, reset.AppliedLate)
	if newer = b.load(newer.ID); !newer.Watch.Overwrote() || newer.Watch.OverwrittenBy != old.ID ||
		len(b.entries(newer, reset.EvOverwritten)) != 1 {
		t.Errorf("watch %+v", newer.Watch)
	}
}

func TestALateWriteThatCannotBeReadIsNotKnown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.held(reset.Shift{By: -50}, clustertest.WriteFault{})
	b.cluster.Down(errors.New("connection refused"))
	b.cluster.Land()
	b.wait(20 * time.Minute)
	if r = b.load(r.ID); !r.Late.Open() {
		t.Errorf("given up at once: %+v", r.Late)
	}
	b.wait(12 * time.Minute)
	if r = b.want(r, reset.Failed, reset.Unchanged); r.Late.Why != reset.LateUnread {
		t.Errorf("%+v", r.Late)
	}
}

// What never left cannot have been written, whatever consumers did since.
func TestARequestThatNeverLeftIsNoDoubt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.armed()
	b.wait(6 * time.Second)
	// Two requests, one commit and one delete: an undo to a place that was never committed. The first is denied, so
	// the second is not sent.
	b.cluster.Topic("refunds", "t2", 1, 0, 10)
	b.approve(mara, r)
	b.want(r, reset.Applied, reset.Verified)
	all := b.ask(mara, reset.Exact{Offset: 860},
		func(in *reset.Intent) { in.Scope.Topics = append(in.Scope.Topics, reset.TopicScope{Topic: "refunds"}) })
	b.wait(6 * time.Second)
	b.approve(mara, all)
	if b.load(all.ID).State == reset.Pending {
		b.approve(kim, all)
	}
	b.wait(6 * time.Second)
	b.want(all, reset.Applied, reset.Verified)
	reply, err := b.Undo(t.Context(), b.by(mara, all))
	if err != nil {
		t.Fatal(err)
	}
	b.settle()
	undo := b.want(reply.Request, reset.Draft, "")
	b.cluster.Fault(clustertest.WriteFault{Reject: "GROUP_AUTHORIZATION_FAILED"})
	b.cluster.OnRead(func() { b.cluster.OnRead(nil); b.cluster.Commit("billing", "refunds", 0, 7) })
	b.approve(mara, undo)
	if b.load(undo.ID).State == reset.Pending {
		b.approve(kim, undo)
	}
	b.wait(6 * time.Second)
	undo = b.want(undo, reset.Failed, reset.Unchanged)
	writes, err := b.WritesFor(t.Context(), undo.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range writes {
		if want := map[string]string{"orders": "GROUP_AUTHORIZATION_FAILED",
			"refunds": reset.NotSent}[w.Topic]; w.Result.Rejected != want {
			t.Errorf("%s-%d: %+v, want %s", w.Topic, w.Partition, w.Result, want)
		}
	}
}

func TestNewerResetToTheSamePlaceEndsTheLateWatch(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	old := b.held(reset.Exact{Offset: 850}, clustertest.WriteFault{})
	again := b.ask(mara, reset.Exact{Offset: 850})
	b.wait(6 * time.Second)
	b.approve(mara, again)
	b.want(again, reset.Applied, reset.Verified)
	b.looks(4 * time.Second)
	if old = b.want(old, reset.Failed, reset.Unchanged); old.Late.Why != reset.LateNewer || old.Late.By != again.ID {
		t.Errorf("%+v", old.Late)
	}
}

// What a reset wrote in part and rolled back may have covered the lost write: that it has not landed until then is not
// known any more.
func TestARollbackMayHaveCoveredTheLostWrite(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	old := b.held(reset.Exact{Offset: 850}, clustertest.WriteFault{})
	again := b.ask(mara, reset.Exact{Offset: 870})
	b.wait(6 * time.Second)
	b.cluster.Fault(clustertest.WriteFault{Reject: "TOPIC_AUTHORIZATION_FAILED", Parts: []int32{1}})
	b.approve(mara, again)
	b.wait(6 * time.Second)
	b.want(again, reset.Failed, reset.RolledBack)
	b.looks(4 * time.Second)
	if old = b.load(old.ID); old.Late.Open() && !old.Late.Moved {
		t.Errorf("nothing says that others wrote meanwhile: %+v", old.Late)
	}
	b.cluster.Join("billing", reset.Member{ID: "m1"})
	b.looks(4 * time.Second)
	if old = b.load(old.ID); !old.Late.Moved {
		t.Errorf("its end claims that it had not landed: %+v", old.Late)
	}
}

func TestLostRollbackThatLandsLateIsCorrected(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.writes(clustertest.WriteFault{Reject: "TOPIC_AUTHORIZATION_FAILED", Parts: []int32{1}},
		clustertest.WriteFault{Lost: true, Held: true})
	b.wait(11 * time.Second)
	b.wait(2 * time.Second)
	b.want(r, reset.Failed, reset.PartiallyApplied)
	b.looks(4 * time.Second)
	b.cluster.Land()
	b.looks(2 * time.Second)
	if r = b.want(r, reset.Failed, reset.RolledBack); r.Problem == nil || r.Problem.Rollback != nil {
		t.Errorf("problem %+v beside a rollback that landed", r.Problem)
	}
	b.committed(900, 900)
	b.want(b.ask(mara, reset.Shift{By: -1}), reset.Draft, "") // it blocks no longer
}

func TestTakenOverWriteThatLandsLateIsCorrected(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.armed()
	b.wait(6 * time.Second)
	b.cluster.Fault(clustertest.WriteFault{Lost: true, Held: true})
	b.cluster.OnWrite(func() { panic("killed while the request is on its way") })
	b.approve(mara, r)
	b.want(r, reset.Applying, "")
	b.cluster.OnWrite(nil)
	b.start()
	b.wait(2 * time.Minute)
	b.wait(2 * time.Second)
	b.want(r, reset.Failed, reset.Unchanged)
	b.cluster.Land()
	b.looks(2 * time.Second)
	b.want(r, reset.Failed, reset.AppliedLate)
}

func TestUndoThatLandsLateTakesBack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.doubtful()
	reply, err := b.Undo(t.Context(), b.by(mara, r))
	if err != nil {
		t.Fatal(err)
	}
	b.settle()
	undo := b.want(reply.Request, reset.Draft, "")
	b.cluster.Fault(clustertest.WriteFault{Lost: true, Held: true})
	b.approve(mara, undo)
	if b.load(undo.ID).State == reset.Pending {
		b.approve(kim, undo)
	}
	b.wait(6 * time.Second)
	b.wait(11 * time.Second)
	b.wait(2 * time.Second)
	undo = b.want(undo, reset.Failed, reset.Unchanged)
	if r = b.load(r.ID); r.Settled != nil || r.UndoneBy != "" {
		t.Errorf("nothing was taken back, and it is settled %+v, undone by %q", r.Settled, r.UndoneBy)
	}
	b.cluster.Land()
	b.looks(2 * time.Second)
	b.want(undo, reset.Failed, reset.AppliedLate)
	if r = b.load(r.ID); r.Settled == nil || r.UndoneBy != undo.ID {
		t.Errorf("settled %+v, undone by %q", r.Settled, r.UndoneBy)
	}
}

func TestTheOffsetsDecideAndNotTheCode(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		fault   clustertest.WriteFault
		state   reset.State
		outcome reset.Outcome
	}{
		{"written as a whole", clustertest.WriteFault{Reject: "UNKNOWN_SERVER_ERROR", Stands: true}, reset.Applied,
			reset.Verified},
		{"written in part", clustertest.WriteFault{Reject: "UNKNOWN_SERVER_ERROR", Stands: true, Parts: []int32{1}},
			reset.Applied, reset.Verified},
		{"not written", clustertest.WriteFault{Reject: "UNKNOWN_SERVER_ERROR"}, reset.Failed, reset.Unchanged},
		{"a part not written", clustertest.WriteFault{Reject: "UNKNOWN_SERVER_ERROR", Parts: []int32{1}}, reset.Failed,
			reset.PartiallyApplied},
		{"a code that no one knows", clustertest.WriteFault{Reject: "error code 999", Stands: true}, reset.Applied,
			reset.Verified},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			r := b.writes(tt.fault)
			r = b.want(r, reset.Applying, "")
			if r.Problem == nil || r.Problem.Code != reset.ProblemLost || r.Problem.Got != tt.fault.Reject {
				t.Errorf("problem %+v", r.Problem)
			}
			b.wait(11 * time.Second)
			b.wait(2 * time.Second)
			b.want(r, tt.state, tt.outcome)
			if n := len(b.cluster.Sent()); n != 1 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

func TestOneReadingProvesNothing(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		between func(*bench)
		outcome reset.Outcome
	}{
		{"it lands between the two", func(b *bench) { b.cluster.Land() }, reset.OutcomeUnknown},
		{"a consumer comes and commits between the two", func(b *bench) {
			b.cluster.Join("billing", reset.Member{ID: "m1"})
			b.cluster.Commit("billing", "orders", 0, 905)
		}, reset.OutcomeUnknown},
		{"a consumer comes and commits nothing", func(b *bench) { b.cluster.Join("billing", reset.Member{ID: "m1"}) },
			reset.Unchanged},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			r := b.writes(clustertest.WriteFault{Lost: true, Held: true})
			b.wait(11 * time.Second)
			b.want(r, reset.Applying, "")
			tt.between(b)
			b.wait(2 * time.Second)
			b.want(r, reset.Failed, tt.outcome)
		})
	}
}

func TestTheWaitFollowsTheTimeouts(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Infos[0].Timeout = 30 * time.Second
	r := b.writes(clustertest.WriteFault{Lost: true, Held: true})
	reads := 0
	b.cluster.OnRead(func() { reads++ })
	b.wait(35 * time.Second) // 30 s for the call, 5 s for the brokers, and a second of grace
	if reads > 0 {
		t.Error("read before the write can be known to be over")
	}
	b.wait(time.Second)
	if reads != 1 {
		t.Errorf("read %d times after 36 s", reads)
	}
	b.wait(2 * time.Second)
	b.want(r, reset.Failed, reset.Unchanged)
}

func TestAStoreTooSlowToMarkSendsNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.armed()
	b.wait(6 * time.Second)
	slow := &slowStore{Store: b.Store, b: b, delay: 1500 * time.Millisecond}
	b.Service.Store = slow
	b.approve(mara, r)
	r = b.want(r, reset.Approved, "")
	if r.Problem == nil || r.Problem.Code != reset.ProblemSlowStore {
		t.Errorf("problem %v", r.Problem)
	}
	if n := len(b.cluster.Sent()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
	slow.delay = 0
	for range 30 {
		b.wait(time.Second)
	}
	b.want(r, reset.Applied, reset.Verified)
}

// slowStore takes its time for each update of a request that is applying: a disk that stalls.
type slowStore struct {
	engine.Store
	b     *bench
	delay time.Duration
}

func (s *slowStore) Update(ctx context.Context, id string, hold *engine.Due, change func(*engine.Tx) error) error {
	applying := false
	err := s.Store.Update(ctx, id, hold, func(tx *engine.Tx) error {
		applying = tx.Request.State == reset.Applying
		return change(tx)
	})
	if applying && !errors.Is(err, reset.ErrConflict) {
		s.b.mu.Lock()
		s.b.now = s.b.now.Add(s.delay)
		s.b.mu.Unlock()
	}
	return err
}

func TestAJoinerThatBlocksTheRollbackIsNamed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.armed()
	b.wait(6 * time.Second)
	b.cluster.Fault(clustertest.WriteFault{Reject: "TOPIC_AUTHORIZATION_FAILED", Parts: []int32{1}})
	b.cluster.OnWrite(func() {
		b.cluster.OnWrite(nil)
		b.cluster.Join("billing", reset.Member{ID: "m1", ClientID: "billing", Host: "10.4.7.21"})
	})
	b.approve(mara, r)
	r = b.want(r, reset.Failed, reset.PartiallyApplied)
	p := r.Problem
	if p == nil || p.Got != "TOPIC_AUTHORIZATION_FAILED" || p.Rollback == nil ||
		p.Rollback.Got != "UNKNOWN_MEMBER_ID" || len(p.Rollback.Members) != 1 {
		t.Errorf("problem %+v", p)
	}
	if s, err := b.Story(t.Context(), r.ID); err != nil || strings.Contains(string(s.Request.Outcome),
		"unchanged") || s.States[reset.WriteAtTarget] != 1 {
		t.Errorf("story %+v, %v", s.States, err)
	}
}

// A rollback whose answer was an error, or was lost, may have been done all the same: the offsets say so, and nothing
// else is said then.
func TestAppliedRollbackIsNotReportedAsFailed(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]clustertest.WriteFault{
		"its answer was lost":     {Lost: true, Applied: true},
		"its answer was an error": {Reject: "UNKNOWN_SERVER_ERROR", Stands: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			r := b.writes(clustertest.WriteFault{Reject: "TOPIC_AUTHORIZATION_FAILED", Parts: []int32{1}}, fault)
			b.wait(time.Minute)
			b.wait(3 * time.Second)
			r = b.want(r, reset.Failed, reset.RolledBack)
			if r.Problem == nil || r.Problem.Rollback != nil {
				t.Errorf("problem %+v beside a rollback that was read back", r.Problem)
			}
		})
	}
}

// An armed reset waits behind one that is being written, and behind an outcome in doubt, however long it has been
// approved.
func TestAnArmedResetWaitsBehindADoubt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one, two := b.armed(), b.armed()
	b.wait(6 * time.Second)
	b.cluster.Fault(clustertest.WriteFault{Lost: true, Applied: true})
	b.approve(mara, one)
	b.want(one, reset.Applying, "")
	b.wait(4 * time.Second)
	two = b.want(two, reset.Draft, "") // planned again, as the other takes longer than most
	b.wait(engine.DefaultTimes.Unread)
	b.approve(mara, two)
	b.wait(2 * time.Second)
	if two = b.want(two, reset.Approved,
		""); two.Problem == nil || two.Problem.Request != one.ID || two.Problem.State != reset.Applying {
		t.Errorf("beside a write: problem %+v", two.Problem)
	}
	b.cluster.Commit("billing", "orders", 0, 900)
	b.wait(3 * time.Second)
	b.wait(2 * time.Second)
	b.want(one, reset.Failed, reset.PartiallyApplied)
	for range 20 {
		b.wait(time.Second)
	}
	if two = b.want(two, reset.Approved,
		""); two.Problem == nil || two.Problem.Request != one.ID || two.Problem.Got != string(reset.PartiallyApplied) {
		t.Errorf("behind a doubt: problem %+v", two.Problem)
	}
	if n := len(b.cluster.Sent()); n != 1 {
		t.Fatalf("%d requests were sent", n)
	}
	if _, err := b.Settle(t.Context(), b.by(kim, one)); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		b.wait(time.Second)
	}
	b.want(two, reset.Applied, reset.Verified)
}

// No other process may take a request up while this one may still send: the worst call takes four timeouts.
func TestTheLeaseIsLongerThanTheWorstCall(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.Infos[0].Timeout = 30 * time.Second
	r := b.armed()
	b.wait(6 * time.Second)
	claimed := func() int {
		dues, err := b.Store.Claim(t.Context(),
			engine.Claim{Owner: "another", Now: b.clock(), Lease: time.Minute, Limit: 9,
				Kinds: []engine.Kind{engine.DueRequest}})
		if err != nil {
			t.Error(err)
		}
		return len(dues)
	}
	b.cluster.OnWrite(func() {
		b.cluster.OnWrite(nil)
		for at, want := range []int{0, 1} {
			b.mu.Lock()
			b.now = b.now.Add([]time.Duration{2 * time.Minute, 2 * time.Second}[at])
			b.mu.Unlock()
			if n := claimed(); n != want {
				t.Errorf("look %d: another process claimed %d rows, want %d", at, n, want)
			}
		}
	})
	if _, err := b.Approve(t.Context(), b.by(mara, r)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	// its claim is lost by then: what was answered is not stored, and is found out by reading
	b.want(r, reset.Applying, "")
}
