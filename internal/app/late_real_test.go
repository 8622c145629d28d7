//go:build realkafka

package app_test

import (
	"errors"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/realkafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// The one commit of a reset is held by a proxy until every deadline has passed: the bot gives it up, reads twice that
// the offsets are as before, and says so with the times. Then the proxy passes the commit on, and Apache Kafka takes
// it.
func TestACommitThatAProxyHoldsIsCorrectedOnApacheKafka(t *testing.T) {
	t.Parallel()
	k := realkafka.Shared(t)
	p := k.Proxy(t)
	r := newRealStageAt(t, k, p.Addrs())
	r.opts.Times = func(ts *engine.Times) {
		ts.CheckInterval, ts.Watch, ts.WatchSlow = 250*time.Millisecond, 500*time.Millisecond, 500*time.Millisecond
	}
	const stood, target = 4000, 3900
	r.commits(stood)
	r.start()

	m := r.tells(r.Mara, world.PayOps, r.group+"@prod-eu "+r.topic+" shift -100", "PREVIEW", "No approval required")
	held := p.Hold(kmsg.OffsetCommit)
	r.clicks(r.Mara, m, "approve")
	id := r.id(m)
	card := r.meets(r.Jon, world.PayOps, id, "OFFSETS UNCHANGED", "unchanged when read ",
		" and ", "The write may still land until ")
	if !slices.Equal(r.offsets(), []int64{stood, stood, stood}) {
		t.Fatalf("the group is at %d, want it as before", r.offsets())
	}
	select {
	case end := <-held.Ended():
		if !errors.Is(end, syscall.ECONNRESET) {
			t.Errorf("the proxy saw %v, want that the bot has reset its connection", end)
		}
	case <-time.After(patience):
		t.Error("the bot still waits for the answer")
	}

	held.Release()
	r.committed(target)
	card = r.says(card, "APPLIED LATE", id, "The write landed late: 3 of 3 partitions verified at their targets")
	r.threadSays(card, "The write whose answer was lost has landed",
		"Reported before: not applied, the offsets are unchanged")
	r.tool(target)
	undo := r.news(r.Mara, world.PayOps, func() { r.clicks(r.Mara, card, "undo") }, "PREVIEW", "the offsets before "+id)
	r.clicks(r.Mara, undo, "approve")
	r.meets(r.Jon, world.PayOps, r.id(undo), "DONE")
	r.committed(stood)
}
