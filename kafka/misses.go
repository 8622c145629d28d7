package kafka

import (
	"context"
	"time"

	"github.com/IBM/sarama"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// noTime is Kafka's timestamp of a record without a time.
const noTime = -1

// timeMiss is a time look-up that found no record, and what is known of the partition's records by now.
type timeMiss struct {
	start, end int64
	at         int64
	proved     int64         // no record before this offset is as late as at
	last       int64         // where the last batch begins; end: not read
	newest     int64         // the largest time in it
	late       *offsetResult // the first record that is as late
	unsure     bool          // a batch says that it has a late record, but not which one
}

// checkMisses decides about time look-ups that found no record although the partition has some. Kafka looks into the
// first segment whose newest record is late enough (UnifiedLog.searchOffsetInLocalLog), and when that record lies
// below the log start after DeleteRecords, or the segment's records have no time at all, the answer is "no record"
// although later ones follow; trusting it would skip them all. Two things prove a miss:
//
//   - Kafka found a record for an earlier time: then none before that record is later, because the segment that it
//     found was the first with a time so late, and the record the first in it;
//   - the header of every batch behind it, up to the log end, says that none is late.
//
// The first shortens the second: the newest time of the last batch is asked for. A late record that is found while
// everything before it is proved is the answer itself. What is neither found nor proved within the bounds is in
// doubt: the log start then, which skips nothing.
func (c *Cluster) checkMisses(
	ctx context.Context, v view, at int64, isolation reset.Isolation, missed []*reset.PartitionState,
) {
	if len(missed) == 0 {
		return
	}
	all := make(map[reset.Partition]*timeMiss, len(missed))
	for _, s := range missed {
		all[s.Partition] = &timeMiss{start: s.Start, end: s.End, at: at, proved: s.Start, last: s.End, newest: noTime}
	}
	c.readLast(ctx, v, all)
	c.askEarlier(ctx, v, isolation, all)
	walks := map[reset.Partition]*batchWalk{}
	for p, m := range all {
		// else the partition can't be read, or nothing is left to read
		if m.late == nil && m.proved < m.end && m.last < m.end {
			walks[p] = &batchWalk{next: m.proved, end: m.end, visit: m.visit}
		}
	}
	c.walk(ctx, v, walks)
	for _, s := range missed {
		m := all[s.Partition]
		if m.newest != noTime {
			s.Newest = time.UnixMilli(m.newest).UTC()
		}
		if w := walks[s.Partition]; w != nil && w.err == sarama.ErrNoError {
			m.proved = max(m.proved, w.next)
		}
		switch {
		case m.late != nil:
			s.Found = &reset.Found{Offset: m.late.offset, At: m.late.time, How: reset.HowRecord}
		case m.proved >= s.End && !m.unsure:
			s.Found = &reset.Found{Offset: s.End, How: reset.HowNoLater}
		default:
			s.Found = &reset.Found{Offset: s.Start, How: reset.HowStartInDoubt}
		}
	}
}

// readLast reads the header of each last batch.
func (c *Cluster) readLast(ctx context.Context, v view, all map[reset.Partition]*timeMiss) {
	walks := make(map[reset.Partition]*batchWalk, len(all))
	for p, m := range all {
		walks[p] = &batchWalk{next: m.end - 1, end: m.end, visit: func(_ *batchWalk, b *sarama.RecordBatch) bool {
			m.last, m.newest = b.FirstOffset, milliseconds(b.MaxTimestamp)
			return true
		}}
	}
	c.walk(ctx, v, walks)
}

// askTimes bounds how often an earlier time is asked for: each answer is a record that is newer than the last one,
// and in a log whose times are in order the first answer lies in the last batch.
const askTimes = 4

// askEarlier asks for the newest time of the last batch, and then for the times after what was found.
func (c *Cluster) askEarlier(
	ctx context.Context, v view, isolation reset.Isolation, all map[reset.Partition]*timeMiss,
) {
	earlier := map[reset.Partition]int64{}
	for p, m := range all {
		if m.newest != noTime && m.newest < m.at {
			earlier[p] = m.newest
		}
	}
	for range askTimes {
		var parts []reset.Partition
		for p := range earlier {
			parts = append(parts, p)
		}
		if len(parts) == 0 {
			return
		}
		found := c.listOffsetsAt(ctx, v, parts, func(p reset.Partition) int64 { return earlier[p] }, isolation)
		for _, p := range parts {
			m, spot := all[p], found[p]
			asked := earlier[p]
			delete(earlier, p)
			if spot.err != "" || spot.offset < m.proved || spot.offset > m.end || milliseconds(spot.time) < asked {
				continue
			}
			m.proved = spot.offset
			switch {
			case milliseconds(spot.time) >= m.at:
				m.late = &spot
			case m.proved >= m.last:
				m.proved = m.end // the last batch proves the rest
			default:
				earlier[p] = milliseconds(spot.time) + 1
			}
		}
	}
}

// visit checks a batch when all records before it are proved to be earlier.
func (m *timeMiss) visit(w *batchWalk, b *sarama.RecordBatch) bool {
	if milliseconds(b.MaxTimestamp) < m.at {
		return true // its header proves it; the rest of the batch does not matter
	}
	if b.Records == nil {
		return false // which of its records is late is not known yet
	}
	newest, late := int64(noTime), []offsetResult(nil)
	for _, r := range b.Records {
		t := milliseconds(b.FirstTimestamp) + r.TimestampDelta.Milliseconds()
		if b.LogAppendTime {
			t = milliseconds(b.MaxTimestamp)
		}
		newest = max(newest, t)
		if offset := b.FirstOffset + r.OffsetDelta; t >= m.at && offset >= m.start && offset < m.end {
			late = append(late, offsetResult{offset: offset, time: time.UnixMilli(t).UTC()})
		}
	}
	switch {
	// times of different units in one batch are further apart than sarama can represent
	case newest != milliseconds(b.MaxTimestamp):
		m.unsure = true
	case len(late) > 0:
		m.late = &late[0]
	default:
		return true
	}
	w.end = w.next
	return true
}

// milliseconds is a time as Kafka counts it. sarama reads "no time" as the zero time.
func milliseconds(t time.Time) int64 {
	if t.IsZero() {
		return noTime
	}
	return t.UnixMilli()
}
