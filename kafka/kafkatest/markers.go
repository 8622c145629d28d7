package kafkatest

import (
	"context"
	"crypto/rand"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// A marker takes an offset and is delivered to no consumer: after the last message there may be nothing to read
// although the end is not reached. Aborted messages are read by consumers with read_uncommitted only.
func transactionMarkers(b *bench) {
	topic, group := b.topic("", 4), b.name
	b.fill(topic, 0, series(0, 5)...)
	b.transaction(topic, 0, kgo.TryCommit, 3) // 5 to 7, marker 8
	b.transaction(topic, 1, kgo.TryAbort, 3)  // 0 to 2, marker 3
	b.transaction(topic, 2, kgo.TryCommit, 1) // 0, marker 1
	b.transaction(topic, 2, kgo.TryAbort, 1)  // 2, marker 3
	b.transaction(topic, 2, kgo.TryCommit, 1) // 4, marker 5
	b.transaction(topic, 3, kgo.TryCommit, 2) // 0 and 1, marker 2
	b.fill(topic, 3, series(0, 150)...)
	at := func(isolation reset.Isolation, offsets ...int64) (markers []int64) {
		for p, o := range offsets {
			b.commit(group, topic, int32(p), o, "")
		}
		for _, p := range b.inspect(reset.Query{Group: group, Scope: scope(topic), Isolation: isolation,
			Markers: true}).Partitions {
			if p.Err != "" {
				b.Fatalf("%+v", p)
			}
			markers = append(markers, p.Markers)
		}
		return markers
	}
	b.until("the markers are stable", func() bool {
		got := b.inspect(reset.Query{Group: group, Scope: scope(topic), Isolation: reset.ReadCommitted}).Partitions
		return got[0].End == 9 && got[1].End == 4 && got[2].End == 6 && got[3].End == 153
	})
	b.equal("behind the last message", at(reset.ReadUncommitted, 8, 3, 5, 152), []int64{1, 1, 1, 0})
	b.equal("before it", at(reset.ReadUncommitted, 7, 2, 4, 2), []int64{0, 0, 0, 0})
	b.equal("before a marker with messages behind it", at(reset.ReadUncommitted, 9, 0, 1, 2), []int64{0, 0, 0, 0})
	b.equal("what was rolled back, for those who read committed", at(reset.ReadCommitted, 8, 0, 5, 2),
		[]int64{1, 4, 1, 0})
	b.equal("from within it", at(reset.ReadCommitted, 7, 2, 3, 2), []int64{0, 2, 0, 0})
	without := b.inspect(reset.Query{Group: group, Scope: scope(topic)}).Partitions[1]
	b.equal("not asked for", without.Markers, int64(0))
}

// transaction writes n messages to a partition and ends their transaction.
func (b *bench) transaction(topic string, partition int32, end kgo.TransactionEndTry, n int) {
	b.Helper()
	cl := b.client(kgo.TransactionalID(b.name + strings.ToLower(rand.Text()[:6])))
	marked := b.end(topic, partition, b.admin.ListEndOffsets) + int64(n) + 1
	b.ok(cl.BeginTransaction())
	for range n {
		b.ok(cl.ProduceSync(b.ctx, &kgo.Record{Topic: topic, Partition: partition, Value: []byte("x")}).FirstErr())
	}
	b.ok(cl.EndTransaction(b.ctx, end))
	// Kafka answers before the marker is written (TransactionCoordinator: the end is in its own log first).
	b.until("the marker", func() bool { return b.end(topic, partition, b.admin.ListCommittedOffsets) == marked })
}

func (b *bench) end(
	topic string, partition int32, list func(context.Context, ...string) (kadm.ListedOffsets, error),
) int64 {
	b.Helper()
	got, err := list(b.ctx, topic)
	b.ok(err)
	o, _ := got.Lookup(topic, partition)
	return o.Offset
}
