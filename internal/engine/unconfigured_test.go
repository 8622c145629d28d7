package engine_test

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset/clustertest"
)

// leaves starts a process whose configuration calls the Kafka otherwise.
func (b *bench) leaves() *bytes.Buffer {
	b.t.Helper()
	b.start()
	var log bytes.Buffer
	b.Log = slog.New(slog.NewTextHandler(&log, nil))
	b.Clusters = map[string]engine.Cluster{"main": b.cluster}
	b.Infos = []reset.ClusterInfo{{Name: "main", ID: "K1"}}
	return &log
}

// What was never written of a cluster that has left the configuration is cancelled in words, at the next start.
func TestRequestsOfAClusterThatLeftAreCancelled(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	draft := b.ask(mara, reset.Shift{By: -10})
	pending := b.ask(mara, reset.Shift{By: -200})
	b.approve(mara, pending)
	armed := b.ask(mara, reset.Shift{By: -20})
	b.cluster.Join("billing", reset.Member{ID: "m1"})
	b.approve(mara, armed)
	b.want(draft, reset.Draft, "")
	b.want(pending, reset.Pending, "")
	b.want(armed, reset.Approved, "")
	log := b.leaves()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	open := func(r reset.Request) bool { return b.load(r.ID).State.Open() }
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); <-time.After(5 * time.Millisecond) {
		if !slices.ContainsFunc([]reset.Request{draft, pending, armed}, open) {
			break
		}
	}
	cancel() // the start finishes what it has begun
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for _, r := range []reset.Request{draft, pending, armed} {
		r = b.want(r, reset.Cancelled, "")
		if r.Problem == nil || r.Problem.Code != reset.ProblemClusterGone || r.Problem.Cluster != "prod" ||
			r.Problem.Want != "main" || r.EndedAt.IsZero() {
			t.Errorf("%s: %+v", r.ID, r.Problem)
		}
		if e := b.entries(r, reset.EvCancelled); len(e) != 1 || !strings.Contains(e[0].Facts["why"],
			"prod is no longer in the configuration") {
			t.Errorf("%s: audit %+v", r.ID, e)
		}
	}
	if n := strings.Count(log.String(), "a cluster is no longer configured"); n != 1 || !strings.Contains(log.String(),
		"requests=3") {
		t.Errorf("logged %d times:\n%s", n, log)
	}
	b.committed(900, 900)
}

// Each row ends by itself too, where the start could not: nothing reads a cluster that is not there.
func TestRowsOfAClusterThatLeft(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	armed := b.ask(mara, reset.Shift{By: -20})
	b.cluster.Join("billing", reset.Member{ID: "m1"})
	b.approve(mara, armed)
	b.leaves()
	b.wait(time.Minute)
	b.want(armed, reset.Cancelled, "")
}

// A write that had begun can't be judged any more: its outcome is unknown, and blocks the group.
func TestAWriteOnAClusterThatLeftIsUnknown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.ask(oncall, reset.Shift{By: -50}, func(in *reset.Intent) { in.Emergency = "INC-1" })
	b.wait(6 * time.Second)
	b.cluster.Fault(clustertest.WriteFault{Lost: true, Held: true})
	b.approve(oncall, r)
	b.settle()
	b.want(r, reset.Applying, "")
	b.leaves()
	b.wait(time.Hour)
	r = b.want(r, reset.Failed, reset.OutcomeUnknown)
	if r.Problem == nil || r.Problem.Code != reset.ProblemClusterGone || !r.Outcome.Blocks() {
		t.Errorf("%+v", r.Problem)
	}
}

// A watch of a cluster that has left ends, and says why.
func TestAWatchOfAClusterThatLeftEnds(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.ask(mara, reset.Shift{By: -50})
	b.wait(6 * time.Second)
	b.approve(mara, r)
	b.wait(6 * time.Second)
	r = b.want(r, reset.Applied, reset.Verified)
	b.leaves()
	b.wait(time.Minute)
	r = b.load(r.ID)
	if r.Watch.Open() || r.Watch.Why != reset.WatchCluster {
		t.Errorf("%+v", r.Watch)
	}
}

// What only looks says so too, and nothing is nil.
func TestViewOfAnUnconfiguredCluster(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.leaves()
	// configured, and not opened: a defect that must not end the process
	b.Infos = append(b.Infos, reset.ClusterInfo{Name: "prod"})
	_, err := b.Lag(t.Context(), mara, "C1", "prod", "billing", nil)
	problem(t, err, reset.ProblemClusterGone)
	r := b.ask(mara, reset.Shift{By: -1})
	if r.State != reset.Refused || r.Problem.Code != reset.ProblemClusterGone {
		t.Errorf("%s, %+v", r.State, r.Problem)
	}
}
