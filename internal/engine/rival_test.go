package engine_test

import (
	"sync"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// TestADraftIsPlannedAgainAfterAWrite: a plan that reads the offsets while another reset is writing them is out of date
// once they are written. It waits for a write of some seconds; one that takes longer ends with a new plan.
func TestADraftIsPlannedAgainAfterAWrite(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		takes  time.Duration
		during reset.State
		last   int
	}{
		"at once": {0, reset.Planning, 2},
		"long":    {5 * time.Second, reset.Draft, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			other := b.ask(jon, reset.Exact{Offset: 880})
			b.want(other, reset.Draft, "")
			r := b.armed()
			b.wait(settled)
			var once sync.Once
			b.cluster.OnWrite(func() {
				once.Do(func() {
					b.wait(c.takes)
					b.want(other, c.during, "")
				})
			})
			b.approve(mara, r)
			b.wait(time.Second)
			b.want(r, reset.Applied, reset.Verified)
			now := b.want(other, reset.Draft, "")
			if e := now.Effect; e.Replay != 0 || e.Skip != 60 || now.Revision != c.last {
				t.Errorf("revision %d reprocesses %d and skips %d, want %d, 0 and 60", now.Revision, e.Replay, e.Skip, c.last)
			}
		})
	}
}
