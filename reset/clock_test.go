package reset_test

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

// Looks that take long are far apart. They may not be taken for gaps, or a group on a slow cluster would never be found inactive for
// long enough: its reset would expire after half an hour without a reason. More of them are needed instead.
func TestASlowClusterIsWrittenAfterMoreLooks(t *testing.T) {
	t.Parallel()
	for took, within := range map[time.Duration][2]time.Duration{
		time.Second: {6 * time.Second, 20 * time.Second}, 2 * time.Second: {12 * time.Second, 30 * time.Second}, 5 * time.Second: {30 * time.Second, time.Minute},
	} {
		b := newBench(t)
		b.cluster.Join("billing", crashing)
		r := b.armed()
		b.approve(mara, r)
		b.Clusters["prod"] = slowly{b.cluster, b, took}
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

func TestBack(t *testing.T) {
	b := newBench(t)
	b.cluster.Join("billing", crashing)
	r := b.armed()
	b.approve(mara, r)
	b.live(10 * time.Second)
	b.jump(-time.Hour)
	b.cluster.Join("billing")
	b.live(time.Minute)
	r = b.load(r.ID)
	t.Logf("%s %v", r.State, r.Problem)
}
