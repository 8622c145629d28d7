package engine_test

import (
	"context"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset/clustertest"
)

// slowly is a cluster whose looks take so long.
type slowly struct {
	*clustertest.Cluster
	b *bench
	d time.Duration
}

func (s slowly) Look(ctx context.Context, groups []string) (map[string]reset.Look, error) {
	l, err := s.Cluster.Look(ctx, groups)
	s.b.mu.Lock()
	s.b.now = s.b.now.Add(s.d)
	s.b.mu.Unlock()
	return l, err
}

// Looks that take long are far apart. They may not be taken for gaps, or a group on a slow cluster would never be
// found inactive for long enough: its reset would expire after half an hour without a reason. More of them are needed
// instead.
func TestSlowClusterIsWrittenAfterMoreChecks(t *testing.T) {
	t.Parallel()
	for took, within := range map[time.Duration][2]time.Duration{
		time.Second: {6 * time.Second, 20 * time.Second}, 2 * time.Second: {12 * time.Second, 30 * time.Second},
		5 * time.Second: {30 * time.Second, time.Minute},
	} {
		b := newBench(t)
		b.cluster.Join("billing", crashing)
		r := b.armed()
		b.approve(mara, r)
		b.Clusters["prod"] = slowly{Cluster: b.cluster, b: b, d: took}
		b.live(10 * time.Second)
		b.cluster.Join("billing")
		left := b.clock()
		for b.clock().Sub(left) < within[1] && b.load(r.ID).State == reset.Approved {
			b.live(time.Second)
		}
		b.want(r, reset.Applied, reset.Verified)
		if after := b.clock().Sub(left); after < within[0] {
			t.Errorf("looks of %s: written after %s", took, after)
		}
	}
}

// A clock that was set back by an hour (by NTP, after a start with a wrong one) must not make what waits for the next
// second wait for an hour.
func TestAClockThatIsSetBack(t *testing.T) {
	t.Parallel()
	t.Run("armed", func(t *testing.T) {
		t.Parallel()
		b := newBench(t)
		b.cluster.Join("billing", crashing)
		r := b.armed()
		b.approve(mara, r)
		b.live(10 * time.Second)
		b.jump(-time.Hour)
		b.cluster.Join("billing")
		b.live(4 * time.Second)
		b.want(r, reset.Approved, "")
		b.live(8 * time.Second)
		b.want(r, reset.Applied, reset.Verified)
	})
	t.Run("pending", func(t *testing.T) {
		t.Parallel()
		b := newBench(t)
		r := b.rewinds()
		b.live(10 * time.Second)
		b.jump(-time.Hour)
		b.goesOn(940)
		b.live(time.Minute)
		if now := b.load(r.ID); now.Drift == nil || now.Drift.Effect.Replay != 480 {
			t.Errorf("the numbers of now are %+v", now.Drift)
		}
		b.goesOn(980) // 560: two people
		b.live(40 * time.Second)
		if r = b.want(r, reset.Pending, ""); r.Revision != 2 || r.Need != 2 {
			t.Fatalf("revision %d needs %d", r.Revision, r.Need)
		}
		b.jump(-time.Hour)
		b.approve(jon, r)
		if votes, err := b.Store.Votes(t.Context(), r.ID, 2); err != nil || len(votes) != 1 {
			t.Errorf("votes %v, %v", votes, err)
		}
	})
	for after, name := range map[time.Duration]string{time.Second: "while an answer is waited for",
		10*time.Second + time.Millisecond: "between the two readings after a lost answer"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			r := b.armed()
			b.wait(6 * time.Second)
			b.cluster.Fault(clustertest.WriteFault{Lost: true, Held: true})
			b.approve(mara, r)
			b.live(after)
			b.want(r, reset.Applying, "")
			b.jump(-time.Hour)
			b.live(15 * time.Second)
			b.want(r, reset.Failed, reset.Unchanged)
		})
	}
	t.Run("while a late write is looked for", func(t *testing.T) {
		t.Parallel()
		b := newBench(t)
		r := b.held(reset.Shift{By: -50}, clustertest.WriteFault{})
		b.cluster.Land()
		b.jump(-time.Hour)
		if r = b.want(r, reset.Failed, reset.AppliedLate); !r.Late.Gap {
			t.Error("for how long no one looked is not known")
		}
	})
}
