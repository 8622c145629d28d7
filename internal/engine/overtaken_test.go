package engine_test

import (
	"sync"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// A consumer that uses assign() and commits its old place again right after the write leaves offsets as they were
// before. Kafka took all partitions all the same, and each of them is told.
func TestOffsetsThatOthersPutBackAtOnceWereWrittenAllTheSame(t *testing.T) {
	t.Parallel()
	for name, parts := range map[string][]int32{"one of two": {0}, "both": {0, 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			r := b.armed()
			b.wait(6 * time.Second)
			var before []int64
			for _, p := range parts {
				before = append(before, b.cluster.Committed("billing", "orders", p).Offset)
			}
			var once sync.Once
			b.cluster.OnRead(func() {
				once.Do(func() {
					for i, p := range parts {
						b.cluster.Commit("billing", "orders", p, before[i])
					}
				})
			})
			b.approve(mara, r)
			b.wait(10 * time.Second)
			r = b.want(r, reset.Applied, reset.Overtaken)
			if w := r.Written; w == nil || w.Partitions != 2 || *w != r.Effect {
				t.Errorf("written %+v, want what Kafka took: %+v", w, r.Effect)
			}
		})
	}
}
