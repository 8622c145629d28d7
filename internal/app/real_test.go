//go:build realkafka

package app_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/realkafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// slowly is the patience with JVMs that start on a busy machine.
const slowly = 90 * time.Second

// The log of the topic on Apache Kafka: a record each second, the last as old as the world.
const (
	realPartitions = 3
	realRecords    = 4500 // on each
	realTarget     = 900  // offset of the record at hourAgo
)

// realStage is a stage whose prod-eu is Apache Kafka, with a topic and a group of its own. The bot's durations are
// those of production, but for how often it looks.
type realStage struct {
	*stage
	kafka        *realkafka.Cluster
	admin        *kadm.Client
	cl           *kgo.Client
	topic, group string
}

func newRealStage(t *testing.T) *realStage {
	t.Helper()
	return newRealStageOn(t, realkafka.Shared(t))
}

func newRealStageOn(t *testing.T, k *realkafka.Cluster) *realStage {
	t.Helper()
	return newRealStageAt(t, k, k.Bootstrap())
}

// newRealStageAt is a stage whose bot reaches the brokers at addresses of its own.
func newRealStageAt(t *testing.T, k *realkafka.Cluster, brokers []string) *realStage {
	t.Helper()
	s := newStage(t, world.Options{Brokers: brokers, ClusterID: k.ID})
	s.opts.Times = func(ts *engine.Times) { ts.CheckInterval = 250 * time.Millisecond }
	cl := k.Client(t, kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.UnknownTopicRetries(-1))
	id := strings.ToLower(rand.Text()[:6])
	r := &realStage{stage: s, kafka: k, admin: kadm.NewClient(cl), cl: cl, topic: "orders-" + id,
		group: "billing-" + id}
	if _, err := r.admin.CreateTopic(r.ctx, realPartitions, 3, nil, r.topic); err != nil {
		t.Fatal(err)
	}
	r.produce(0, realRecords)
	return r
}

// hourAgo is the time of the record at realTarget.
func (r *realStage) hourAgo() string {
	return r.Born.Add((realTarget - realRecords) * time.Second).UTC().Format(time.RFC3339)
}

// produce writes the records from, ... to-1 to each partition; a record's value says where it is.
func (r *realStage) produce(from, to int) {
	r.t.Helper()
	r.stores(from, to, func(n int) time.Time { return r.Born.Add(time.Duration(n-realRecords) * time.Second) })
}

// stores is produce with the dates that their producer gives the records.
func (r *realStage) stores(from, to int, date func(n int) time.Time) {
	r.t.Helper()
	var all []*kgo.Record
	for n := from; n < to; n++ {
		for p := range int32(realPartitions) {
			all = append(all, &kgo.Record{Topic: r.topic, Partition: p, Value: []byte(place(p, n)), Timestamp: date(n)})
		}
	}
	if err := r.cl.ProduceSync(r.ctx, all...).FirstErr(); err != nil {
		r.t.Fatal(err)
	}
}

func place(partition int32, offset int) string { return fmt.Sprintf("%d:%06d", partition, offset) }

// consumes starts a Java consumer, and waits until it has read so many records.
func (r *realStage) consumes(protocol string, records int) *realkafka.Consumer {
	r.t.Helper()
	c := r.kafka.Consume(r.t, realkafka.Consumption{Group: r.group, Topic: r.topic, Protocol: protocol,
		Properties: map[string]string{"client.id": "billing-worker"}})
	ctx, cancel := context.WithTimeout(r.ctx, slowly)
	defer cancel()
	if err := c.Wait(ctx, records); err != nil {
		r.t.Fatal(err)
	}
	return c
}

// reads is what a consumer that starts at an offset of each partition has to see, in the order of their values.
func reads(from, to int) (out []string) {
	for p := range int32(realPartitions) {
		for n := from; n < to; n++ {
			out = append(out, place(p, n))
		}
	}
	return out
}

// committed waits until the group stands at an offset on each partition.
func (r *realStage) committed(want int64) {
	r.t.Helper()
	r.slowly(fmt.Sprintf("%s at %d", r.group, want),
		func() bool { return slices.Equal(r.offsets(), []int64{want, want, want}) })
}

func (r *realStage) offsets() []int64 {
	got, err := r.admin.FetchOffsets(r.ctx, r.group)
	if err != nil {
		return nil
	}
	out := make([]int64, realPartitions)
	for p := range out {
		out[p] = -1
		if o, ok := got.Lookup(r.topic, int32(p)); ok {
			out[p] = o.At
		}
	}
	return out
}

func (r *realStage) slowly(what string, ok func() bool) {
	r.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(slowly); !ok(); <-tick.C {
		if time.Now().After(end) {
			r.t.Fatalf("%s: not within %s; it is at %d", what, slowly, r.offsets())
		}
	}
}

// says waits, with patience for Java, until a message says all parts.
func (r *realStage) says(m slacksim.Message, parts ...string) slacksim.Message {
	r.t.Helper()
	return r.awaits(r.Jon, m.Channel, parts,
		func(now slacksim.Message) bool { return now.TS == m.TS && holds(now, parts) })
}

// meets waits as long for a message that a person sees.
func (r *realStage) meets(p *slacksim.Person, channel string, parts ...string) slacksim.Message {
	r.t.Helper()
	return r.awaits(p, channel, parts, func(m slacksim.Message) bool { return holds(m, parts) })
}

func (r *realStage) awaits(
	p *slacksim.Person, channel string, parts []string, want func(slacksim.Message) bool,
) slacksim.Message {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.ctx, slowly)
	defer cancel()
	found, err := p.WaitMessage(ctx, channel, want)
	if err != nil {
		r.t.Fatalf("no message that says %q: %v", parts, err)
	}
	return found
}

// tool checks by Kafka's own tool where the group stands and who is in it.
func (r *realStage) tool(offset int64, rest ...string) {
	r.t.Helper()
	out, err := r.kafka.GroupTool(r.ctx, "--describe", "--group", r.group)
	if err != nil {
		r.t.Fatal(err)
	}
	for p := range realPartitions {
		row := []string{r.group, r.topic, fmt.Sprint(p), fmt.Sprint(offset)}
		if !slices.ContainsFunc(strings.Split(out, "\n"), func(line string) bool {
			words := strings.Fields(line)
			return len(words) > len(row) && slices.Equal(words[:len(row)], row)
		}) {
			r.t.Errorf("kafka's tool does not say %q:\n%s", row, out)
		}
	}
	for _, part := range rest {
		if !strings.Contains(out, part) {
			r.t.Errorf("kafka's tool does not say %q:\n%s", part, out)
		}
	}
}

// approves takes the reset from Mara's command to Jon's click. The preview and the card name the consumer.
func (r *realStage) approves(who ...string) (card slacksim.Message) {
	r.t.Helper()
	r.types(r.Mara, world.Incident, r.group+"@prod-eu "+r.topic+" to "+r.hourAgo()+` --reason "bad deploy 4711"`)
	title := r.group + "@prod-eu"
	preview := r.meets(r.Mara, world.Incident, append(who, title, "PREVIEW", "on each of 3 partitions",
		"10,800 messages")...)
	r.clicks(r.Mara, preview, "approve")
	card = r.meets(r.Jon, world.Home, title, "APPROVE?", "bad deploy 4711")
	r.clicks(r.Jon, card, "approve")
	return card
}

// TestWrongDeployOnApacheKafka is the main story with Kafka's own broker, consumer and tool, for both kinds of groups.
func TestWrongDeployOnApacheKafka(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"classic", "consumer"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			r := newRealStage(t)
			java := r.consumes(protocol, realPartitions*realRecords)
			r.committed(realRecords)
			r.start()
			card := r.approves("1 consumer is running")
			card = r.says(card, "WAITING",
				"1 consumer is still running: 127.0.0.1")
			r.tool(realRecords, "billing-worker")

			if err := java.Stop(); err != nil { // TERM: it commits and leaves
				t.Fatal(err)
			}
			card = r.says(card, "DONE", "3 of 3 partitions verified at",
				"Rewound: up to 10,800 messages to reprocess. Skipped none.")
			r.tool(realTarget, "has no active members")

			if protocol == "consumer" {
				r.resumes(protocol, realTarget, realRecords)
				return
			}
			r.clicks(r.Mara, card, "undo")
			preview := r.sees(r.Mara, world.Home, "PREVIEW", "the offsets before ")
			r.clicks(r.Mara, preview, "approve")
			r.sees(r.Jon, world.Home, "3 of 3 partitions verified at the offsets before ")
			r.tool(realRecords, "has no active members")
			r.produce(realRecords, realRecords+5)
			r.resumes(protocol, realRecords, realRecords+5)
		})
	}
}

// resumes starts a Java consumer, which has to read exactly the records from one offset to the other.
func (r *realStage) resumes(protocol string, from, to int) {
	r.t.Helper()
	java := r.consumes(protocol, realPartitions*(to-from))
	r.committed(int64(to))
	if err := java.Stop(); err != nil {
		r.t.Fatal(err)
	}
	got := java.Values()
	slices.Sort(got)
	if want := reads(from, to); !slices.Equal(got, want) {
		r.t.Errorf("the consumer read %d records from %s to %s, want %d from %s to %s", len(got), got[0],
			got[len(got)-1], len(want), want[0], want[len(want)-1])
	}
}

// TestKilledConsumerOnApacheKafka: a crashed consumer stays in its group until the broker misses it. The card says
// so, and the reset goes on after that.
func TestKilledConsumerOnApacheKafka(t *testing.T) {
	t.Parallel()
	r := newRealStage(t)
	java := r.consumes("classic", realPartitions*realRecords)
	r.committed(realRecords)
	r.start()
	card := r.approves("1 consumer is running")
	r.says(card, "1 consumer is still running: ")
	if err := java.Kill(); err != nil {
		t.Fatal(err)
	}
	killed := time.Now()
	now, err := r.Jon.Look(card)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(now.Text(), "1 consumer is still running: ") {
		t.Errorf("right after the crash the card says:\n%s", now.Text())
	}
	r.says(card, "verified")
	if took := time.Since(killed); took < engine.DefaultTimes.Settle {
		t.Errorf("done %s after the crash, sooner than the group could have been seen idle for %s", took,
			engine.DefaultTimes.Settle)
	}
	r.tool(realTarget, "has no active members")
}

// intruder is a cluster on which something happens between the bot's last look and its write.
type intruder struct {
	engine.Cluster
	once   sync.Once
	before func()
}

func (i *intruder) Write(
	ctx context.Context, group string, c reset.Chunk, ready func() error,
) ([]reset.StepResult, error) {
	i.once.Do(i.before)
	return i.Cluster.Write(ctx, group, c, ready)
}

// TestConsumerJoinsBeforeTheWriteOnApacheKafka: the broker alone closes the gap between the last look and the commit.
// It turns the write down, nothing is written, and the reset stays armed.
func TestConsumerJoinsBeforeTheWriteOnApacheKafka(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"classic", "consumer"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			r := newRealStage(t)
			r.commits(realRecords)
			joined := make(chan *realkafka.Consumer, 1)
			// a JVM starts in the midst of it
			r.opts.Times = func(ts *engine.Times) { ts.CheckInterval, ts.Lease = 250*time.Millisecond, 2*slowly }
			r.opts.Kafka = func(c engine.Cluster) engine.Cluster {
				return &intruder{Cluster: c, before: func() { joined <- r.joins(protocol) }}
			}
			r.start()
			card := r.approves("10,800 messages")
			java := <-joined
			r.slowly("the card's thread tells what Kafka answered", func() bool {
				return slices.ContainsFunc(r.Jon.Replies(card), func(m slacksim.Message) bool {
					return strings.Contains(m.Text(),
						"Not applied: Kafka rejected the commit: UNKNOWN_MEMBER_ID.")
				})
			})
			r.tool(realRecords, "billing-worker")
			card = r.says(card, "WAITING", "1 consumer is still running: ")

			if err := java.Stop(); err != nil {
				t.Fatal(err)
			}
			r.says(card, "verified")
			r.tool(realTarget, "has no active members")
		})
	}
}

// commits writes the group's offsets as a tool does.
func (r *realStage) commits(offset int64) {
	r.t.Helper()
	var all kadm.Offsets
	for p := range int32(realPartitions) {
		all.AddOffset(r.topic, p, offset, -1)
	}
	r.slowly("a commit for "+r.group, func() bool { return r.admin.CommitAllOffsets(r.ctx, r.group, all) == nil })
}

// joins starts a Java consumer and waits until it is a member. It is not called on the test's own goroutine.
func (r *realStage) joins(protocol string) *realkafka.Consumer {
	java := r.kafka.Consume(r.t, realkafka.Consumption{Group: r.group, Topic: r.topic, Protocol: protocol,
		Properties: map[string]string{"client.id": "billing-worker"}})
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(slowly); time.Now().Before(end); <-tick.C {
		if r.members(protocol) > 0 {
			return java
		}
	}
	r.t.Errorf("no member of %s within %s", r.group, slowly)
	return java
}

func (r *realStage) members(protocol string) int {
	if protocol == "consumer" {
		got, err := r.admin.DescribeConsumerGroups(r.ctx, r.group)
		if err = cmp.Or(err, got.Error()); err != nil {
			return 0
		}
		return len(got[r.group].Members)
	}
	got, err := r.admin.DescribeGroups(r.ctx, r.group)
	if err = cmp.Or(err, got.Error()); err != nil || got[r.group].State != "Stable" {
		return 0
	}
	return len(got[r.group].Members)
}
