package kafka

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/IBM/sarama"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/guard"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Bounds of reading batches. What a partition may send grows from round to round, because a broker leaves out batches
// that are larger (all but the first partition's); what an answer holds in all is bounded, so that memory is. A walk
// that would need more ends where it is, and proves nothing about what follows.
const (
	firstFetch        = 16 << 10
	easyFetch         = 4 << 20 // as far as the limit grows while batches do come
	largestPart       = 32 << 20
	wholeFetch        = 32 << 20
	walkRounds        = 64
	maxPartitionBytes = 64 << 20
	maxResponseBytes  = 256 << 20
	walkTime          = 10 * time.Second
)

// batchWalk is a reading of one partition's batches in order, from one offset up to another.
type batchWalk struct {
	next, end int64
	// visit gets each batch that ends after next. Its records are nil when the broker truncated it after the header:
	// then visit may return false, and gets it again when it is complete. Setting end to next stops the walk.
	visit func(*batchWalk, *sarama.RecordBatch) bool
	limit int32 // of bytes in the next answer; 0: firstFetch

	// aborted transactions are listed, and nothing after the last stable offset is returned
	committed bool
	aborted   []*sarama.AbortedTransaction // those listed that the walk has not reached, by first offset
	spent     int
	err       sarama.KError
}

func (w *batchWalk) done() bool { return w.next >= w.end }

// walk reads batches side by side at the leaders. A partition that could not be read up to its end, or not within the
// bounds, is left where it came to.
func (c *Cluster) walk(ctx context.Context, v view, walks map[reset.Partition]*batchWalk) {
	ctx, cancel := context.WithTimeout(ctx, walkTime)
	defer cancel()
	var spent atomic.Int64
	left := slices.DeleteFunc(slices.Collect(maps.Keys(walks)), func(p reset.Partition) bool { return walks[p].done() })
	for try := 0; len(left) > 0; try++ {
		for _, p := range left {
			walks[p].err = sarama.ErrNoError
		}
		byLeader, none := v.leaders(left)
		for _, p := range none {
			walks[p].err = sarama.ErrLeaderNotAvailable
		}
		var wg guard.Group
		for addr, parts := range byLeader {
			wg.Go(func() { c.walkAt(ctx, addr, parts, walks, &spent) })
		}
		wg.Wait()
		left = slices.DeleteFunc(left, func(p reset.Partition) bool {
			return walks[p].done() ||
				!passing[name(walks[p].err)]
		})
		if len(left) == 0 || try == len(pauses) || pause(ctx, pauses[try]) != nil {
			return
		}
		fresh, err := c.metadata(ctx, slices.Sorted(maps.Keys(partitionsByTopic(left)))...)
		if err != nil {
			return
		}
		v = fresh
	}
}

// walkAt asks one leader in rounds, until its walks are done, stuck, or out of bounds.
func (c *Cluster) walkAt(
	ctx context.Context, addr string, parts []reset.Partition, walks map[reset.Partition]*batchWalk,
	spent *atomic.Int64,
) {
	for round := 0; round < walkRounds && len(parts) > 0 && spent.Load() < maxResponseBytes; round++ {
		resp, err := c.fetch(ctx, addr, parts, walks)
		if err != nil {
			for _, p := range parts {
				if walks[p].err = sarama.ErrBrokerNotAvailable; errors.Is(err, errNoAnswer) {
					walks[p].err = sarama.ErrNetworkException // a second timeout takes as long as the first
				}
			}
			return
		}
		var waiting, moved []reset.Partition
		for _, p := range parts {
			w := walks[p]
			came := w.take(resp.GetBlock(p.Topic, p.Partition))
			if came {
				spent.Add(int64(w.limit))
				w.spent += int(w.limit)
			}
			switch {
			case w.done(), w.err != sarama.ErrNoError, w.spent >= maxPartitionBytes:
			case came:
				w.limit = max(w.limit, min(w.limit*4, easyFetch))
				moved = append(moved, p)
			default:
				w.limit = min(w.limit*8, largestPart)
				waiting = append(waiting, p)
			}
		}
		parts = append(waiting, moved...) // a broker always sends the first partition's first batch, however large
	}
}

func (c *Cluster) fetch(
	ctx context.Context, addr string, parts []reset.Partition, walks map[reset.Partition]*batchWalk,
) (*sarama.FetchResponse, error) {
	return callBroker(ctx, c, addr, func(b *sarama.Broker) (*sarama.FetchResponse, error) {
		// no session; 0 bytes are enough to answer
		req := &sarama.FetchRequest{Version: 12, SessionEpoch: -1, MaxBytes: wholeFetch}
		for _, p := range parts {
			w := walks[p]
			w.limit = cmp.Or(w.limit, firstFetch)
			if w.committed {
				req.Isolation = sarama.ReadCommitted
			}
			req.AddBlock(p.Topic, p.Partition, w.next, w.limit, -1)
		}
		return b.Fetch(req)
	})
}

// take visits the batches of an answer. It reports whether the walk made progress.
func (w *batchWalk) take(b *sarama.FetchResponseBlock) bool {
	if b == nil {
		return false
	}
	if w.err = b.Err; b.Err != sarama.ErrNoError {
		return false
	}
	if w.committed { // of the whole answer: each answer repeats the list
		w.aborted = slices.SortedFunc(slices.Values(b.AbortedTransactions), func(a, b *sarama.AbortedTransaction) int {
			return cmp.Compare(a.FirstOffset, b.FirstOffset)
		})
	}
	from := w.next
	for _, set := range b.RecordsSet {
		batch := set.RecordBatch
		if batch == nil { // a format from before Kafka 0.11 has no such headers
			w.err = sarama.ErrUnsupportedForMessageFormat
			break
		}
		if batch.LastOffset() < w.next {
			continue
		}
		if w.done() || !w.visit(w, batch) {
			break
		}
		w.next = max(w.next, batch.LastOffset()+1)
	}
	return w.next > from
}
