package kafka

import (
	"context"

	"github.com/IBM/sarama"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

const (
	// maxMarkers is how far from the end a group is looked at for markers: a transaction leaves one in each partition
	// that it wrote to, and a group with a larger lag almost certainly has messages to read.
	maxMarkers  = 100
	headerFetch = 512 // bytes, enough for the header of a batch and for a few markers whole
)

// markers finds out where nothing but transaction markers lies between a committed offset and the end. They take
// offsets and are delivered to no consumer, so a group that has read everything may keep a lag of one (librdkafka,
// and every client that commits the offset of the last message plus one). The headers of the batches show it: only
// control batches (KafkaConsumer skips them whole), and for groups that read committed messages also what was rolled
// back. What cannot be read counts as messages.
func (c *Cluster) markers(ctx context.Context, v view, isolation reset.Isolation, states []reset.PartitionState) {
	walks := map[reset.Partition]*batchWalk{}
	ahead := map[reset.Partition]*unreadTail{}
	for _, s := range states {
		at := s.Committed.Offset
		if s.Err != "" || s.Committed.None || at < s.Start || at >= s.End || s.End-at > maxMarkers {
			continue
		}
		t := &unreadTail{aborted: map[int64]bool{}}
		ahead[s.Partition] = t
		walks[s.Partition] = &batchWalk{next: at, end: s.End, visit: t.visit, limit: headerFetch,
			committed: isolation == reset.ReadCommitted}
	}
	c.walk(ctx, v, walks)
	for i := range states {
		s := &states[i]
		if w := walks[s.Partition]; w != nil && w.err == sarama.ErrNoError && w.done() && !ahead[s.Partition].messages {
			s.Markers = s.End - s.Committed.Offset
		}
	}
}

// unreadTail is what lies between a committed offset and the end.
type unreadTail struct {
	messages bool
	aborted  map[int64]bool // producers with an aborted transaction at this position
}

// visit stops at the first batch with a message for a consumer.
func (t *unreadTail) visit(w *batchWalk, b *sarama.RecordBatch) bool {
	for len(w.aborted) > 0 && w.aborted[0].FirstOffset <= b.LastOffset() {
		t.aborted[w.aborted[0].ProducerID] = true
		w.aborted = w.aborted[1:]
	}
	switch {
	case b.Control: // it ends its producer's transaction, and is no message
		delete(t.aborted, b.ProducerID)
		return true
	case b.IsTransactional && t.aborted[b.ProducerID]:
		return true
	case b.Records != nil && !hasMessageAt(b, w.next): // compaction leaves headers whose messages are gone
		return true
	}
	t.messages = true
	w.end = w.next
	return true
}

// hasMessageAt reports whether a batch has a message at an offset or after it.
func hasMessageAt(b *sarama.RecordBatch, offset int64) bool {
	for _, r := range b.Records {
		if b.FirstOffset+r.OffsetDelta >= offset {
			return true
		}
	}
	return false
}
