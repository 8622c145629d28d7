package engine_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// stumbling is a cluster over which the bot stumbles: a defect, or an answer that nobody expected.
type stumbling struct {
	engine.Cluster
	panics bool
	asked  int
}

func (s *stumbling) Inspect(ctx context.Context, q reset.Query) (reset.Snapshot, error) {
	s.asked++
	if s.panics {
		panic("a defect")
	}
	return s.Cluster.Inspect(ctx, q)
}

// A step that fails again and again is tried less and less often, its request says since when it does not go on, and
// the log has a line for each try and not for each second.
func TestRepeatedErrorBacksOffAndIsReported(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	broken := &stumbling{Cluster: b.cluster, panics: true}
	b.Clusters = map[string]engine.Cluster{"prod": broken}
	var log bytes.Buffer
	b.Log = slog.New(slog.NewTextHandler(&log, nil))
	begun := b.clock()
	r := b.ask(mara, reset.Shift{By: -10})
	for range 20 * 60 {
		b.wait(time.Second)
	}
	r = b.want(r, reset.Planning, "")
	if r.Problem == nil || r.Problem.Code != reset.ProblemInternal || r.Problem.Got != "a defect in the bot" ||
		r.Problem.Since.Sub(begun) > time.Minute {
		t.Errorf("the request says %+v", r.Problem)
	}
	if e := b.entries(r, reset.EvWaiting); len(e) != 1 {
		t.Errorf("told %d times, want once", len(e))
	}
	if n := strings.Count(log.String(), "msg=reconcile"); n != broken.asked || n < 9 || n > 14 {
		t.Errorf("%d lines in the log for %d tries in twenty minutes", n, broken.asked)
	}
	if !strings.Contains(log.String(), "failure_test.go") {
		t.Error("the log has no stack")
	}

	// It goes on by itself when the cause has gone.
	broken.panics = false
	b.wait(5 * time.Minute)
	r = b.want(r, reset.Draft, "")
	if r.Problem != nil {
		t.Errorf("the draft still says %+v", r.Problem)
	}
}

// A single failure is nobody's business.
func TestTemporaryErrorIsNotReported(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	broken := &stumbling{Cluster: b.cluster, panics: true}
	b.Clusters = map[string]engine.Cluster{"prod": broken}
	r := b.ask(mara, reset.Shift{By: -10})
	broken.panics = false
	b.wait(time.Second)
	r = b.want(r, reset.Draft, "")
	if e := b.entries(r, reset.EvWaiting); len(e) != 0 {
		t.Errorf("told: %+v", e)
	}
}
