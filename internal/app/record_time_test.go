package app_test

import (
	"encoding/binary"
	"hash/crc32"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// produces appends one batch of records with these times, in milliseconds, as bytes of its own: client libraries
// cannot say times beyond their own calendars.
func (s *stage) produces(topic string, times ...int64) {
	s.t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(s.Prod.Addrs()...))
	if err != nil {
		s.t.Fatal(err)
	}
	defer cl.Close()
	batch := kmsg.RecordBatch{PartitionLeaderEpoch: -1, Magic: 2, LastOffsetDelta: int32(len(times) - 1),
		FirstTimestamp: times[0], ProducerID: -1, ProducerEpoch: -1, FirstSequence: -1, NumRecords: int32(len(times))}
	for n, at := range times {
		batch.MaxTimestamp = max(batch.MaxTimestamp, at)
		r := kmsg.Record{TimestampDelta64: at - times[0], OffsetDelta: int32(n), Value: []byte("x")}
		r.Length = int32(len(r.AppendTo(nil)) - 1) // a length of 0 takes one byte
		batch.Records = r.AppendTo(batch.Records)
	}
	raw := batch.AppendTo(nil)
	binary.BigEndian.PutUint32(raw[8:], uint32(len(raw)-12))
	binary.BigEndian.PutUint32(raw[17:], crc32.Checksum(raw[21:], crc32.MakeTable(crc32.Castagnoli)))
	part := kmsg.NewProduceRequestTopicPartition()
	part.Records = raw
	about := kmsg.NewProduceRequestTopic()
	about.Topic, about.Partitions = topic, append(about.Partitions, part)
	about.TopicID = s.Prod.Kafka().TopicInfo(topic).TopicID
	req := kmsg.NewPtrProduceRequest()
	req.Acks, req.TimeoutMillis, req.Topics = -1, 5000, append(req.Topics, about)
	led, err := s.Prod.Admin().Metadata(s.ctx, topic)
	if err != nil {
		s.t.Fatal(err)
	}
	resp, err := req.RequestWith(s.ctx, cl.Broker(int(led.Topics[topic].Partitions[0].Leader)))
	if err != nil || resp.Topics[0].Partitions[0].ErrorCode != 0 {
		s.t.Fatalf("produce to %s: %v, %+v", topic, err, resp)
	}
}

// Producers that count in microseconds, or in nanoseconds, date their records in the year 58,000 and later. That is
// planned, shown, stored and written like any other reset, with the unit that was probably meant.
func TestRecordsDatedInTheWrongUnit(t *testing.T) {
	t.Parallel()
	for unit, c := range map[string]struct {
		of   func(time.Time) int64
		year string
	}{
		"microseconds": {time.Time.UnixMicro, "year 5"},
		"nanoseconds":  {time.Time.UnixNano, "year 5"},
	} {
		t.Run(unit, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, world.Options{})
			if err := s.Prod.CreateTopic("micro", 1, nil); err != nil {
				t.Fatal(err)
			}
			b := s.Born.Add(-time.Hour)
			var times []int64
			for n := range 60 {
				times = append(times, c.of(b.Add(time.Duration(n)*time.Minute)))
			}
			s.produces("micro", times...)
			if err := s.Prod.Commit(world.Billing, "micro", map[int32]int64{0: 55}); err != nil {
				t.Fatal(err)
			}
			s.start()
			m := s.tells(s.Mara, world.PayOps, "billing@prod-eu micro back 30m", "PREVIEW", "dated "+c.year,
				"probably "+unit)
			s.has(m, "approve", "rows", "cancel")
			s.clicks(s.Mara, m, "approve")
			s.sees(s.Jon, world.PayOps, s.id(m), "DONE")
			if got, _ := s.Prod.Committed(world.Billing, "micro", 0); got.Offset != 0 {
				t.Errorf("micro-0 is at %d, want 0: the first record that is as late", got.Offset)
			}
			s.tells(s.Mara, world.PayOps, "show "+s.id(m), "DONE")
			s.tells(s.Mara, world.PayOps, "history "+s.id(m), "Applied")
		})
	}
}
