package kafkasim

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Record is one record of a topic.
type Record struct {
	Partition  int32
	Time       time.Time // to the millisecond, as the producer's own time; zero: the present
	Key, Value string
}

// Series is records at even times on every partition of a topic. Two seeds from
// the same series are equal to the byte.
type Series struct {
	First time.Time
	Step  time.Duration
	Count int // on each partition
}

// Records are the series' records for so many partitions, by time.
func (s Series) Records(partitions int32) []Record {
	out := make([]Record, 0, s.Count*int(partitions))
	for i := range s.Count {
		for p := range partitions {
			n := strconv.Itoa(i)
			out = append(out, Record{Partition: p, Time: s.First.Add(time.Duration(i) * s.Step), Key: n, Value: n})
		}
	}
	return out
}

// CreateTopic makes an empty topic; config is as in Kafka, such as
// "message.timestamp.type". A topic made again under its name has a new id.
func (s *Sim) CreateTopic(topic string, partitions int32, config map[string]string) error {
	if err := s.kafka.CreateTopic(topic, partitions, config); err != nil {
		return fmt.Errorf("create topic %q: %w", topic, err)
	}
	return nil
}

// DeleteTopic deletes a topic and, as Kafka does, the commits on it.
func (s *Sim) DeleteTopic(topic string) error {
	if err := s.kafka.DeleteTopic(topic); err != nil {
		return fmt.Errorf("delete topic %q: %w", topic, err)
	}
	return nil
}

// Seed creates the topic and fills it.
func (s *Sim) Seed(topic string, partitions int32, records ...Record) error {
	if err := s.CreateTopic(topic, partitions, nil); err != nil {
		return err
	}
	return s.Produce(topic, records...)
}

// SeedSeries creates the topic and fills each partition with the series.
func (s *Sim) SeedSeries(topic string, partitions int32, series Series) error {
	return s.Seed(topic, partitions, series.Records(partitions)...)
}

// Produce appends records, in order on each partition.
func (s *Sim) Produce(topic string, records ...Record) error {
	return produce(s.ctx, s.own, topic, records)
}

// ProduceWithin is Produce for a caller that may have to give up: a broker that cannot be reached is tried for ever.
// What it has given up may still be written.
func (s *Sim) ProduceWithin(ctx context.Context, topic string, records ...Record) error {
	return produce(ctx, s.own, topic, records)
}

func produce(ctx context.Context, cl *kgo.Client, topic string, records []Record) error {
	batch := make([]*kgo.Record, len(records))
	for i, r := range records {
		batch[i] = &kgo.Record{Topic: topic, Partition: r.Partition, Timestamp: r.Time, Key: []byte(r.Key),
			Value: []byte(r.Value)}
	}
	// The client does not let go of a record that it has sent once, for it may be written: it tries until the broker is
	// back, or until it is closed itself.
	done := make(chan error, 1)
	go func() { done <- cl.ProduceSync(ctx, batch...).FirstErr() }()
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("write %d records to %q: %w", len(records), topic, err)
	}
	return nil
}

// AddPartitions grows a topic to so many partitions.
func (s *Sim) AddPartitions(topic string, total int) error {
	got, err := s.Admin().UpdatePartitions(s.ctx, total, topic)
	if err == nil {
		err = got.Error()
	}
	if err != nil {
		return fmt.Errorf("grow %q to %d partitions: %w", topic, total, err)
	}
	return nil
}

// DeleteRecords moves the partition's log start to offset.
func (s *Sim) DeleteRecords(topic string, partition int32, offset int64) error {
	if err := s.kafka.DeleteRecords(topic, partition, offset); err != nil {
		return fmt.Errorf("delete the records of %s:%d before %d: %w", topic, partition, offset, err)
	}
	return nil
}

// Commit commits as a tool does, from outside of the group, and creates it if
// there is none. It fails if any partition does.
func (s *Sim) Commit(group, topic string, offsets map[int32]int64) error {
	return s.CommitWith(group, topic, offsets, "")
}

// CommitWith is Commit with metadata.
func (s *Sim) CommitWith(group, topic string, offsets map[int32]int64, metadata string) error {
	var all kadm.Offsets
	for p, o := range offsets {
		all.Add(kadm.Offset{Topic: topic, Partition: p, At: o, LeaderEpoch: -1, Metadata: metadata})
	}
	if err := s.Admin().CommitAllOffsets(s.ctx, group, all); err != nil {
		return fmt.Errorf("commit for %q on %q: %w", group, topic, err)
	}
	return nil
}

// Transaction is an open transaction: the last stable offset of the partitions
// it wrote to stays before its records until End.
type Transaction struct {
	sim *Sim
	id  string
	cl  *kgo.Client
}

// Begin opens a transaction and writes the records in it.
func (s *Sim) Begin(id, topic string, records ...Record) (*Transaction, error) {
	cl, err := s.client(s.network.dialer("", nil), kgo.TransactionalID(id))
	if err != nil {
		return nil, err
	}
	t := &Transaction{sim: s, id: id, cl: cl}
	if err = cl.BeginTransaction(); err == nil {
		err = produce(s.ctx, cl, topic, records)
	}
	if err != nil {
		cl.Close()
		return nil, fmt.Errorf("open transaction %q: %w", id, err)
	}
	return t, nil
}

// StageOffsets commits within the transaction: until End, a request for the group's stable offsets is answered
// UNSTABLE_OFFSET_COMMIT.
func (t *Transaction) StageOffsets(group, topic string, offsets map[int32]int64) error {
	producer, epoch, err := t.cl.ProducerID(t.sim.ctx)
	if err != nil {
		return fmt.Errorf("stage offsets in %q: %w", t.id, err)
	}
	add := kmsg.NewPtrAddOffsetsToTxnRequest()
	add.TransactionalID, add.ProducerID, add.ProducerEpoch, add.Group = t.id, producer, epoch, group
	added, err := add.RequestWith(t.sim.ctx, t.cl)
	if err == nil {
		err = kerr.ErrorForCode(added.ErrorCode)
	}
	if err != nil {
		return fmt.Errorf("stage offsets in %q: %w", t.id, err)
	}
	commit := kmsg.NewPtrTxnOffsetCommitRequest()
	commit.TransactionalID, commit.ProducerID, commit.ProducerEpoch, commit.Group = t.id, producer, epoch, group
	info := t.sim.kafka.TopicInfo(topic)
	if info == nil {
		return fmt.Errorf("stage offsets in %q: there is no topic %q", t.id, topic)
	}
	rt := kmsg.NewTxnOffsetCommitRequestTopic()
	rt.Topic, rt.TopicID = topic, info.TopicID
	for p, o := range offsets {
		rp := kmsg.NewTxnOffsetCommitRequestTopicPartition()
		rp.Partition, rp.Offset = p, o
		rt.Partitions = append(rt.Partitions, rp)
	}
	commit.Topics = append(commit.Topics, rt)
	done, err := commit.RequestWith(t.sim.ctx, t.cl)
	if err != nil {
		return fmt.Errorf("stage offsets in %q: %w", t.id, err)
	}
	for _, p := range done.Topics[0].Partitions {
		if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
			return fmt.Errorf("stage offset of %s:%d in %q: %w", topic, p.Partition, t.id, err)
		}
	}
	return nil
}

// End commits or aborts.
func (t *Transaction) End(commit bool) error {
	defer t.cl.Close()
	if err := t.cl.EndTransaction(t.sim.ctx, kgo.TransactionEndTry(commit)); err != nil {
		return fmt.Errorf("end transaction %q: %w", t.id, err)
	}
	return nil
}
