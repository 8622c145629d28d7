package kafka

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/IBM/sarama"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// checkMisses decides about time look-ups that found no record although the partition has some. Kafka looks into the first
// segment whose newest record is late enough, and after DeleteRecords or retention that segment can lie below the log start:
// then it says "no record" although later ones follow, and believing it would skip them all. So the first and the last batch
// are read: a late record in the first one is the answer; a late one in the last batch only leaves it in doubt where they
// begin, and so does a batch that could not be read; the log start is safe then, it skips nothing.
func (c *Cluster) checkMisses(ctx context.Context, v view, at int64, missed []*reset.PartitionState) {
	if len(missed) == 0 {
		return
	}
	first, last := map[reset.Partition]window{}, map[reset.Partition]window{}
	for _, s := range missed {
		first[s.Partition] = window{s.Start, s.Start, s.End}
		last[s.Partition] = window{s.End - 1, s.Start, s.End}
	}
	var heads, tails map[reset.Partition]batch
	var wg sync.WaitGroup
	wg.Go(func() { heads = c.batches(ctx, v, first, at) })
	wg.Go(func() { tails = c.batches(ctx, v, last, at) })
	wg.Wait()
	for _, s := range missed {
		head, read := heads[s.Partition]
		tail, readToo := tails[s.Partition]
		switch {
		case head.late:
			s.Found = &reset.Found{Offset: head.offset, At: head.time, How: reset.HowRecord}
		case read && readToo && !head.late && !tail.late:
			s.Found = &reset.Found{Offset: s.End, How: reset.HowNoLater}
		default:
			s.Found = &reset.Found{Offset: s.Start, How: reset.HowStartInDoubt}
		}
	}
}

// window is where to fetch, and which records of what comes count: a batch may begin before the log start, and go on behind
// the last stable offset.
type window struct{ from, start, end int64 }

// batch is what one batch of records says about a time: whether a record of it is that late, and which is the first.
type batch struct {
	late bool
	spot
}

// Fetch limits: what a partition may send grows from round to round, because a broker leaves out batches that are larger
// (all but the first partition's); what an answer holds in all is bounded, so that memory is.
const (
	firstFetch  = 16 << 10
	largestPart = 32 << 20
	wholeFetch  = 32 << 20
	fetchRounds = 12
)

// batches reads the batch at an offset of each partition, side by side at the leaders. Those that can't be read are left out.
func (c *Cluster) batches(ctx context.Context, v view, from map[reset.Partition]window, at int64) map[reset.Partition]batch {
	out := make(map[reset.Partition]batch, len(from))
	byLeader, _ := v.leaders(slices.Collect(maps.Keys(from)))
	var mu sync.Mutex
	var wg sync.WaitGroup
	for addr, parts := range byLeader {
		wg.Go(func() {
			limit := int32(firstFetch)
			for round := 0; round < fetchRounds && len(parts) > 0; round++ {
				resp, err := c.fetch(ctx, addr, parts, from, limit)
				if err != nil {
					return
				}
				left := parts[:0:0]
				mu.Lock()
				for _, p := range parts {
					b := resp.GetBlock(p.Topic, p.Partition)
					switch got, whole := toBatch(b, from[p], at); {
					case whole:
						out[p] = got
					case b != nil && b.Err == sarama.ErrNoError:
						left = append(left, p)
					}
				}
				mu.Unlock()
				if len(left) > len(parts)/2 {
					limit = min(limit*8, largestPart)
				}
				parts = left
			}
		})
	}
	wg.Wait()
	return out
}

func (c *Cluster) fetch(ctx context.Context, addr string, parts []reset.Partition, from map[reset.Partition]window, limit int32) (*sarama.FetchResponse, error) {
	return ask(ctx, c, addr, func(b *sarama.Broker) (*sarama.FetchResponse, error) {
		req := &sarama.FetchRequest{Version: 12, SessionEpoch: -1, MaxBytes: wholeFetch} // no session; 0 bytes are enough to answer
		for _, p := range parts {
			req.AddBlock(p.Topic, p.Partition, from[p].from, limit, -1)
		}
		return b.Fetch(req)
	})
}

// toBatch looks through the first batch of an answer. Whole is false when the broker left it out, or cut it off.
func toBatch(b *sarama.FetchResponseBlock, w window, at int64) (got batch, whole bool) {
	if b == nil || b.Err != sarama.ErrNoError || len(b.RecordsSet) == 0 {
		return batch{}, false
	}
	records := b.RecordsSet[0].RecordBatch
	if records == nil || records.PartialTrailingRecord {
		return batch{}, false // or a format from before Kafka 0.11: in doubt
	}
	for _, r := range records.Records {
		t := records.FirstTimestamp.Add(r.TimestampDelta)
		if records.LogAppendTime {
			t = records.MaxTimestamp
		}
		if offset := records.FirstOffset + r.OffsetDelta; offset >= w.start && offset < w.end && t.UnixMilli() >= at {
			return batch{true, spot{offset: offset, time: t.UTC()}}, true
		}
	}
	return batch{}, true
}
