package kafka

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/IBM/sarama"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/guard"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// offsetResult is the answer to one look-up in one partition.
type offsetResult struct {
	offset int64
	time   time.Time // of the record, where a time was looked up
	err    string
}

// offsetSpec is what is looked up in a partition: sarama.OffsetOldest, OffsetNewest, or the first record at or after
// a time in milliseconds.
type offsetSpec func(reset.Partition) int64

func atEvery(at int64) offsetSpec { return func(reset.Partition) int64 { return at } }

// listOffsetsAt asks the leaders of the partitions, side by side and in one request each, for an offset. Partitions
// whose broker is not the leader, or has only just become it, are asked for again after a refresh of the metadata,
// within a bound.
func (c *Cluster) listOffsetsAt(
	ctx context.Context, v view, parts []reset.Partition, at offsetSpec, isolation reset.Isolation,
) map[reset.Partition]offsetResult {
	out := make(map[reset.Partition]offsetResult, len(parts))
	for try := 0; ; try++ {
		again := c.lookupOnce(ctx, v, parts, at, isolation, out)
		if len(again) == 0 || try == len(pauses) || pause(ctx, pauses[try]) != nil {
			return out
		}
		c.log.Debug("leaders are asked again", "cluster", c.name, "partitions", len(again), "try", try+1, "err",
			out[again[0]].err)
		fresh, err := c.metadata(ctx, slices.Sorted(maps.Keys(partitionsByTopic(again)))...)
		if err != nil {
			return out
		}
		v, parts = fresh, again
	}
}

// lookupOnce writes what it learns to out and returns the partitions that are worth another try.
func (c *Cluster) lookupOnce(ctx context.Context, v view, parts []reset.Partition, at offsetSpec,
	isolation reset.Isolation,
	out map[reset.Partition]offsetResult,
) (again []reset.Partition) {
	byLeader, none := v.leaders(parts)
	for _, p := range none {
		out[p] = offsetResult{err: name(sarama.ErrLeaderNotAvailable)}
	}
	var mu sync.Mutex
	var wg guard.Group
	for addr, parts := range byLeader {
		wg.Go(func() {
			resp, err := c.listOffsets(ctx, addr, parts, at, isolation)
			mu.Lock()
			defer mu.Unlock()
			for _, p := range parts {
				switch {
				case err != nil:
					out[p] = offsetResult{err: name(sarama.ErrBrokerNotAvailable)}
					if errors.Is(err, errNoAnswer) {
						continue // a second timeout takes as long as the first
					}
				default:
					out[p] = toOffsetResult(resp.GetBlock(p.Topic, p.Partition))
				}
				if passing[out[p].err] {
					again = append(again, p)
				}
			}
		})
	}
	wg.Wait()
	return append(again, none...)
}

// passing are the errors of a partition that fresh metadata may fix.
var passing = map[string]bool{
	name(sarama.ErrNotLeaderForPartition):   true,
	name(sarama.ErrLeaderNotAvailable):      true,
	name(sarama.ErrOffsetNotAvailable):      true, // a leader that does not know its high watermark yet
	name(sarama.ErrFencedLeaderEpoch):       true,
	name(sarama.ErrUnknownLeaderEpoch):      true,
	name(sarama.ErrUnknownTopicOrPartition): true, // a leader that does not know the partition yet
	name(sarama.ErrReplicaNotAvailable):     true,
	name(sarama.ErrBrokerNotAvailable):      true,
	name(sarama.ErrKafkaStorageError):       true,
	name(sarama.ErrRequestTimedOut):         true,
	"the broker's answer leaves it out":     true,
}

func (c *Cluster) listOffsets(
	ctx context.Context, addr string, parts []reset.Partition, at offsetSpec, isolation reset.Isolation,
) (*sarama.OffsetResponse, error) {
	return callBroker(ctx, c, addr, func(b *sarama.Broker) (*sarama.OffsetResponse, error) {
		req := sarama.NewOffsetRequest(c.sarama.Version)
		if isolation == reset.ReadCommitted {
			req.IsolationLevel = sarama.ReadCommitted // the end is the last stable offset then
		}
		for _, p := range parts {
			req.AddBlock(p.Topic, p.Partition, at(p), 1)
		}
		return b.GetAvailableOffsets(req)
	})
}

func toOffsetResult(b *sarama.OffsetResponseBlock) offsetResult {
	switch {
	case b == nil:
		return offsetResult{err: "the broker's answer leaves it out"}
	case b.Err != sarama.ErrNoError:
		return offsetResult{err: name(b.Err)}
	}
	s := offsetResult{offset: b.Offset}
	if b.Timestamp >= 0 {
		s.time = time.UnixMilli(b.Timestamp).UTC()
	}
	return s
}

// leaders groups partitions by their leader's address, with those that have none apart.
func (v view) leaders(parts []reset.Partition) (byLeader map[string][]reset.Partition, none []reset.Partition) {
	byLeader = map[string][]reset.Partition{}
	leader := map[reset.Partition]string{}
	for topic, t := range v.topics {
		for _, p := range t.Partitions {
			leader[reset.Partition{Topic: topic, Partition: p.ID}] = v.nodes[p.Leader] // -1 is no node
		}
	}
	for _, p := range parts {
		if addr := leader[p]; addr != "" {
			byLeader[addr] = append(byLeader[addr], p)
		} else {
			none = append(none, p)
		}
	}
	return byLeader, none
}

// millis is the first millisecond that is not before t, as Kafka counts; never one of its negative special values.
func millis(t time.Time) int64 {
	ms := t.UnixMilli()
	if time.UnixMilli(ms).Before(t) {
		ms++
	}
	return max(0, ms)
}
