package engine_test

import (
	"slices"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset/clustertest"
)

// written takes a small rewind to its end, with something happening between the agreement and the write.
func (b *bench) written(target reset.Target, meanwhile func()) (reset.Story, []reset.Step) {
	b.t.Helper()
	r := b.ask(mara, target)
	b.want(r, reset.Draft, "")
	meanwhile()
	b.wait(6 * time.Second)
	b.approve(mara, r)
	b.wait(10 * time.Second)
	st, err := b.Story(b.t.Context(), r.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	steps, total, err := b.StepsFor(b.t.Context(), mara, "C1", reset.Ref{ID: r.ID}, 0, 0)
	if err != nil || total != len(steps) {
		b.t.Fatalf("%d steps of %d: %v", len(steps), total, err)
	}
	return st, steps
}

// What is told of a reset that was written is one projection of its writes: rows, sums by topic and the total agree.
func TestStoryHasWhatWasWritten(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	st, steps := b.written(reset.Exact{Offset: 870}, func() { b.cluster.SetLog("orders", 0, 880, 1000) })
	b.want(st.Request, reset.Applied, reset.Verified)
	if got := st.Request.Actual(); got.Replay != 50 || got.Clamped != 1 || st.Request.Effect.Replay != 60 {
		t.Errorf("written %+v, planned %+v; want 50 and 60 to be reprocessed", got, st.Request.Effect)
	}
	if st.Misses != 1 || st.Missed[0].Partition != 0 || st.Missed[0].To.Offset != 880 || st.Missed[0].Gone() != 10 {
		t.Errorf("missed: %d %+v; want orders-0 at 880, with 10 messages gone", st.Misses, st.Missed)
	}
	worst, topics := reset.Total(st.Worst), st.Topics[0].Effect
	if rows := reset.Total(steps); rows != st.Request.Actual() || worst != rows || topics != rows {
		t.Errorf("rows %+v, the largest %+v, by topic %+v, in all %+v: want the same", rows, worst, topics,
			st.Request.Actual())
	}
	all, err := b.History(b.t.Context(), mara, "C1", reset.Search{Cluster: "prod", Group: "billing"})
	if err != nil || len(all.Rows) != 1 || all.Rows[0].Request.Actual().Replay != 50 {
		t.Errorf("the history has %+v: %v", all, err)
	}
}

// Only the rows that are at their target count as written, and nothing is when all was put back.
func TestOnlyWhatWasReadBackCountsAsWritten(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.armed()
	// The chunk is taken in part; putting it back is lost, and was not done.
	rejects := clustertest.WriteFault{Reject: "TOPIC_AUTHORIZATION_FAILED", Parts: []int32{1}}
	b.cluster.Fault(rejects, clustertest.WriteFault{Lost: true})
	b.wait(6 * time.Second)
	b.approve(mara, r)
	for range 6 {
		b.wait(10 * time.Second)
	}
	st, err := b.Story(b.t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	b.want(r, reset.Failed, reset.PartiallyApplied)
	if w := st.Request.Written; w == nil || w.Partitions != 1 || w.Replay != 50 {
		t.Errorf("written %+v, want one partition that reprocesses 50", w)
	}
	none := newBench(t)
	r = none.armed()
	none.cluster.Fault(rejects)
	none.wait(6 * time.Second)
	none.approve(mara, r)
	none.wait(10 * time.Second)
	if got := none.want(r, reset.Failed, reset.RolledBack); got.Written != nil {
		t.Errorf("written %+v after all was put back", got.Written)
	}
}

// The way back has to name each partition without a committed offset, not those of the rows that happen to be shown.
func TestUndoNamesEveryPartitionThatHadNoOffset(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cluster.Topic("wide", "t2", 60, 0, 10)
	b.cluster.Commit("billing", "wide", 7, 10)
	r := b.ask(mara, reset.Latest{}, func(in *reset.Intent) {
		in.Scope = reset.Scope{Topics: []reset.TopicScope{{Topic: "wide"}}}
	})
	b.approve(mara, r)
	b.approve(jon, b.load(r.ID))
	b.approve(kim, b.load(r.ID))
	b.wait(10 * time.Second)
	b.want(r, reset.Applied, reset.Verified)
	st, err := b.Story(b.t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(st.NoneBack) != 59 || slices.Contains(st.NoneBack, reset.Partition{Topic: "wide", Partition: 7}) ||
		st.Back != 1 || len(st.None) != 0 {
		t.Errorf("%d partitions lose their offset on the way back, %d go back to one", len(st.NoneBack), st.Back)
	}
	undo, err := b.Undo(b.t.Context(), b.by(mara, r))
	if err != nil {
		t.Fatal(err)
	}
	b.settle()
	if st, err = b.Story(b.t.Context(), undo.Request.ID); err != nil || len(st.None) != 59 {
		t.Errorf("the undo's plan leaves %d partitions without an offset, want 59: %v", len(st.None), err)
	}
}

// Only a reset is written: the rows of a schedule that is saved are those of its plan, and a freeze has none.
func TestTheRowsOfWhatIsSavedAreThoseOfItsPlan(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	sc := b.save(nightly())
	steps, total, err := b.StepsFor(b.t.Context(), mara, "C1", reset.Ref{ID: sc.Mandate.Request}, 0, 0)
	if err != nil || total == 0 || len(steps) != total {
		t.Errorf("a saved schedule: %d steps of %d, %v", len(steps), total, err)
	}
	freeze := reset.Request{State: reset.Applied, Act: reset.Freeze{Cluster: "prod-eu"}}
	if freeze.WasWritten() {
		t.Error("a freeze has written offsets")
	}
}
