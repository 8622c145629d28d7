// Package kafkatest is one table of scenarios about what package kafka says and does, for every Kafka that it must be
// true of: kafka's own tests run it on the simulated one, and with the build tag realkafka on Apache Kafka.
//
// It knows the facts that are to be seen and makes them with franz-go, a client that shares no code with the one under
// test. Broken connections and brokers that lie can't be made on a real Kafka; those tests are beside package kafka.
package kafkatest

import (
	"context"
	"crypto/rand"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/kafka-reset-bot/kafka-reset-bot/kafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// World is a Kafka to run on, which may be shared: each scenario has topics and groups of its own.
type World struct {
	Addrs     []string
	ClusterID string
	Differs   map[string]string // scenarios that are not true of this one, with the reason
	Only      []string          // a shorter table; empty: all scenarios
	Real      bool              // Apache Kafka, with its own mistakes
	Lacks     []string          // what its brokers do not know: a request such as "OffsetDelete", TopicIDs or ListedStates
	Notes     int               // that a checkup has about it
	// Consume starts a member that commits nothing, with the client id worker-7; leave ends it in order. Nil:
	// franz-go's.
	Consume func(t *testing.T, group, topic, protocol string) (leave func() error)
}

// first is when the first record of each topic was written.
var first = time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)

// at is the time of the nth record.
func at(n int) time.Time { return first.Add(time.Duration(n) * time.Second) }

// TopicIDs are told by Metadata from version 10 on (Kafka 2.8).
const TopicIDs = "topic ids"

// ListedStates are told by ListGroups from version 4 on (Kafka 2.6).
const ListedStates = "states in the list of groups"

func (w World) lacks(what string) bool { return slices.Contains(w.Lacks, what) }

// bench is what one scenario works with.
type bench struct {
	*testing.T
	ctx   context.Context
	world World
	cl    *kgo.Client
	admin *kadm.Client
	kafka *kafka.Cluster
	name  string // unique
}

// Run runs all scenarios but those that are listed as different.
func Run(t *testing.T, w World) {
	table := maps.Clone(scenarios)
	maps.Copy(table, oddities)
	for _, name := range slices.AppendSeq(slices.Clone(w.Only), maps.Keys(w.Differs)) {
		if table[name] == nil {
			t.Errorf("%q is no scenario", name)
		}
	}
	for name, scenario := range table {
		if w.Differs[name] != "" || len(w.Only) > 0 && !slices.Contains(w.Only, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scenario(newBench(t, w, strings.ReplaceAll(name, " ", "-")))
		})
	}
}

func newBench(t *testing.T, w World, name string) *bench {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	b := &bench{T: t, ctx: ctx, world: w, name: name + "-" + strings.ToLower(rand.Text()[:6])}
	b.cl = b.client()
	b.admin = kadm.NewClient(b.cl)
	b.kafka = kafka.Open(kafka.Config{Name: "test", ClusterID: w.ClusterID, Bootstrap: w.Addrs, Now: time.Now})
	t.Cleanup(func() {
		cancel()
		if err := b.kafka.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return b
}

func (b *bench) client(opts ...kgo.Opt) *kgo.Client {
	b.Helper()
	cl, err := kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers(b.world.Addrs...), kgo.MetadataMinAge(20 * time.Millisecond),
		kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.UnknownTopicRetries(-1),
	}, opts...)...)
	b.ok(err)
	b.Cleanup(cl.Close)
	return cl
}

func (b *bench) ok(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// topic makes a topic, named after the scenario, and waits until every broker has heard of it.
func (b *bench) topic(suffix string, partitions int32, config ...string) string {
	b.Helper()
	topic := b.name + suffix
	settings := map[string]*string{}
	for i := 0; i+1 < len(config); i += 2 {
		settings[config[i]] = &config[i+1]
	}
	_, err := b.admin.CreateTopic(b.ctx, partitions, 1, settings, topic)
	b.ok(err)
	b.until("topic "+topic+" is everywhere", func() bool {
		got, err := b.admin.ListEndOffsets(b.ctx, topic)
		return err == nil && got.Error() == nil && len(got[topic]) == int(partitions) &&
			b.everywhere(topic, int(partitions))
	})
	return topic
}

// everywhere asks each broker: one that has not heard of a topic yet says that there is none.
func (b *bench) everywhere(topic string, partitions int) bool {
	for _, broker := range b.cl.DiscoveredBrokers() {
		about := kmsg.NewMetadataRequestTopic()
		about.Topic = &topic
		req := kmsg.NewPtrMetadataRequest()
		req.Topics = append(req.Topics, about)
		got, err := req.RequestWith(b.ctx, broker)
		if err != nil || len(got.Topics) != 1 || got.Topics[0].ErrorCode != 0 ||
			len(got.Topics[0].Partitions) != partitions {
			return false
		}
	}
	return true
}

// fill writes records of the times to a partition, in order.
func (b *bench) fill(topic string, partition int32, times ...time.Time) {
	b.Helper()
	var rs []*kgo.Record
	for _, at := range times {
		rs = append(rs, &kgo.Record{Topic: topic, Partition: partition, Timestamp: at, Value: []byte("x")})
	}
	b.ok(b.cl.ProduceSync(b.ctx, rs...).FirstErr())
}

// series are the times of the records from, ... to-1.
func series(from, to int) (out []time.Time) {
	for n := from; n < to; n++ {
		out = append(out, at(n))
	}
	return out
}

func (b *bench) deleteRecords(topic string, partition int32, before int64) {
	b.Helper()
	var to kadm.Offsets
	to.AddOffset(topic, partition, before, -1)
	got, err := b.admin.DeleteRecords(b.ctx, to)
	b.ok(err)
	b.ok(got.Error())
}

func (b *bench) commit(group, topic string, partition int32, offset int64, metadata string) {
	b.Helper()
	var os kadm.Offsets
	os.Add(kadm.Offset{Topic: topic, Partition: partition, At: offset, LeaderEpoch: -1, Metadata: metadata})
	b.until("commit for "+group, func() bool { return b.admin.CommitAllOffsets(b.ctx, group, os) == nil })
}

// consume starts a member of the group and returns when it has joined. Leave ends it in order.
func (b *bench) consume(group, topic, protocol string) (leave func()) {
	b.Helper()
	if b.world.Consume != nil {
		return b.joined(group, b.world.Consume(b.T, group, topic, protocol))
	}
	opts := []kgo.Opt{
		kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic), kgo.ClientID("worker-7"), kgo.DisableAutoCommit(),
		kgo.FetchMaxWait(100 * time.Millisecond),
	}
	if protocol == "consumer" {
		opts = append(opts, kgo.ServerSideBalancer(), kgo.Balancers(kgo.RangeBalancer()))
	}
	cl := b.client(opts...)
	go func() {
		for !cl.PollFetches(b.ctx).IsClientClosed() && b.ctx.Err() == nil {
		}
	}()
	return b.joined(group, func() error { cl.Close(); return nil })
}

func (b *bench) joined(group string, end func() error) (leave func()) {
	b.Helper()
	b.stable(group)
	return func() {
		b.Helper()
		b.ok(end())
		b.until(group+" is empty", func() bool { return b.state(group).Idle() })
	}
}

func (b *bench) state(group string) reset.GroupState {
	b.Helper()
	states, err := b.kafka.States(b.ctx, []string{group})
	b.ok(err)
	return states[group]
}

// stable is the group's state once it has a member that has settled.
func (b *bench) stable(group string) (s reset.GroupState) {
	b.Helper()
	b.until("a member of "+group, func() bool { s = b.state(group); return s.State == "Stable" && len(s.Members) == 1 })
	return s
}

func (b *bench) inspect(q reset.Query) reset.Snapshot {
	b.Helper()
	s, err := b.kafka.Inspect(b.ctx, q)
	b.ok(err)
	return s
}

func (b *bench) write(group string, c reset.Chunk) []reset.StepResult {
	b.Helper()
	calls := 0
	got, err := b.kafka.Write(b.ctx, group, c, func() error { calls++; return nil })
	b.ok(err)
	if calls != 1 {
		b.Fatalf("ready was called %d times, want once", calls)
	}
	return got
}

func (b *bench) readBack(group string, parts ...reset.Partition) []reset.Position {
	b.Helper()
	got, err := b.kafka.ReadBack(b.ctx, group, parts)
	b.ok(err)
	return got
}

func (b *bench) until(what string, done func() bool) {
	b.Helper()
	for !done() {
		select {
		case <-b.ctx.Done():
			b.Fatalf("waited in vain: %s", what)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func part(topic string, n int32) reset.Partition { return reset.Partition{Topic: topic, Partition: n} }

func scope(topic string, partitions ...int32) reset.Scope {
	return reset.Scope{Topics: []reset.TopicScope{{Topic: topic, Partitions: partitions}}}
}

func to(topic string, partition int32, offset int64, metadata string) reset.WriteStep {
	return reset.WriteStep{Partition: part(topic, partition), To: reset.Position{Offset: offset, Metadata: metadata}}
}
