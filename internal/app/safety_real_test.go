//go:build realkafka

package app_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// visits joins the group with a consumer that is quick to come and go; leave commits what it has read, and leaves.
func (r *realStage) visits(client, static string) (leave func()) {
	r.t.Helper()
	opts := []kgo.Opt{kgo.SeedBrokers(r.kafka.Bootstrap()...), kgo.ConsumerGroup(r.group), kgo.ConsumeTopics(r.topic),
		kgo.ClientID(client), kgo.SessionTimeout(6 * time.Second), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart())}
	if static != "" {
		opts = append(opts, kgo.InstanceID(static))
	}
	cl, err := kgo.NewClient(opts...)
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(r.ctx)
	var done sync.WaitGroup
	done.Go(func() {
		for ctx.Err() == nil {
			cl.PollFetches(ctx)
		}
	})
	var once sync.Once
	leave = func() { once.Do(func() { cancel(); done.Wait(); cl.Close() }) }
	r.t.Cleanup(leave)
	r.slowly(client+" is a member", func() bool { return r.members("classic") > 0 })
	return leave
}

// empty waits until the group has no members.
func (r *realStage) empty() {
	r.t.Helper()
	r.slowly("the group is empty", func() bool {
		got, err := r.admin.DescribeGroups(r.ctx, r.group)
		return err == nil && got[r.group].State == "Empty"
	})
}

// TestArmedOnApacheKafka: consumers leave and are started again by a controller, the bot is restarted in between, and
// the write follows within two seconds of the settle time once the last one has left for good.
func TestArmedOnApacheKafka(t *testing.T) {
	t.Parallel()
	r := newRealStage(t)
	r.commits(realRecords)
	leave := r.visits("billing-6c9f", "")
	r.start()
	card := r.approves("1 consumer is running")
	card = r.says(card, "1 consumer is still running: 127.0.0.1 (seen since ", "Expires")
	leave()
	card = r.says(card, "Inactive since", "Inactive since")
	leave = r.visits("billing-77aa", "billing-0")
	card = r.says(card, "1 consumer is still running: ", "They came back after ",
		"(127.0.0.1): a controller restarts them")
	r.stop()
	r.start()
	r.tool(realRecords, "billing-77aa")
	leave() // static: it does not leave, the broker misses it
	r.empty()
	idle := time.Now()
	r.slowly("it is written", func() bool { return r.offsets()[0] == realTarget })
	t.Logf("written %s after the broker called the group empty; it has to be quiet for %s",
		time.Since(idle).Round(time.Millisecond), engine.DefaultTimes.Settle)
	r.says(card, "3 of 3 partitions verified at")
	r.tool(realTarget, "has no active members")
}

// TestPhantomCommitterOnApacheKafka: a client commits without being a member, as a consumer with assign() does. Kafka
// lets them; the bot does not write into that.
func TestPhantomCommitterOnApacheKafka(t *testing.T) {
	t.Parallel()
	r := newRealStage(t)
	r.commits(realRecords)
	leave := r.visits("billing-worker", "")
	r.start()
	card := r.approves("1 consumer is running")
	r.says(card, "1 consumer is still running")
	stop, done := make(chan struct{}), make(chan struct{})
	leave()
	go func() {
		defer close(done)
		for n := int64(1); ; n++ {
			select {
			case <-stop:
				return
			case <-time.After(300 * time.Millisecond):
			}
			var one kadm.Offsets
			one.AddOffset(r.topic, 1, realRecords-50+n%50, -1)
			_ = r.admin.CommitAllOffsets(r.ctx, r.group, one) // while it rebalances Kafka says no
		}
	}()
	r.says(card, "move although it has no members", "commits without being a member")
	if at := r.offsets(); at[0] != realRecords || at[1] <= realTarget {
		t.Errorf("something was written: %d", at)
	}
	close(stop)
	<-done
	r.says(card, "3 of 3 partitions verified at")
	r.tool(realTarget, "has no active members")
}

// TestUndoOnApacheKafka: what consumers have done since decides what an undo means.
func TestUndoOnApacheKafka(t *testing.T) {
	t.Parallel()
	r := newRealStage(t)
	var one kadm.Offsets
	one.AddOffset(r.topic, 0, realRecords, -1) // 1 and 2 were never committed
	r.slowly("a commit", func() bool { return r.admin.CommitAllOffsets(r.ctx, r.group, one) == nil })
	r.start()
	card := r.asks(r.Mara, world.Home, r.group+"@prod-eu "+r.topic+" to offset 4000")
	r.says(card, "No committed offset on 2 partitions", "Needs 2 approvals")
	r.clicks(r.Jon, card, "approve")
	r.clicks(r.Kim, card, "approve")
	r.says(card, "3 of 3 partitions verified at")
	id := r.id(card)
	undo := r.news(r.Mara, world.PayOps, func() { r.types(r.Mara, world.PayOps, "undo "+id) }, "PREVIEW",
		"the offsets before "+id, "none", "No approval required")
	r.clicks(r.Mara, undo, "approve")
	r.meets(r.Jon, world.PayOps, r.id(undo), "DONE", "3 of 3 partitions verified at the offsets before "+id)
	if at := r.offsets(); !slices.Equal(at, []int64{realRecords, -1, -1}) {
		t.Errorf("after the undo it is at %d", at)
	}

	r.commits(realRecords)
	card = r.approves("10,800 messages")
	r.says(card, "3 of 3 partitions verified at")
	java := r.consumes("classic", realPartitions*(realRecords-realTarget))
	if err := java.Stop(); err != nil {
		t.Fatal(err)
	}
	r.produce(realRecords, realRecords+10)
	java = r.consumes("classic", realPartitions*10)
	if err := java.Stop(); err != nil {
		t.Fatal(err)
	}
	r.committed(realRecords + 10)
	r.tells(r.Mara, world.PayOps, "undo "+r.id(card), "REFUSED",
		"has moved on: it is 30 messages past its offsets before "+r.id(card))
	r.tool(realRecords+10, "has no active members")
}

// forgetful is a cluster that answers nothing to a write, which Kafka took all the same; afterwards others go on.
type forgetful struct {
	engine.Cluster
	once      sync.Once
	afterward func()
}

func (f *forgetful) Write(
	ctx context.Context, group string, c reset.Chunk, ready func() error,
) ([]reset.StepResult, error) {
	out, err := f.Cluster.Write(ctx, group, c, ready)
	f.once.Do(func() {
		f.afterward()
		for i := range out {
			out[i] = reset.StepResult{Detail: "i/o timeout after 5s"}
		}
	})
	return out, err
}

// TestUnclearOnApacheKafka: an answer is lost, and a consumer has come and gone before the bot could read: what was
// written cannot be known, and the group is blocked until a person decides.
func TestUnclearOnApacheKafka(t *testing.T) {
	t.Parallel()
	r := newRealStage(t)
	r.commits(realRecords)
	r.opts.Times = func(ts *engine.Times) { ts.CheckInterval, ts.Lease = 250*time.Millisecond, 2*slowly }
	r.opts.Kafka = func(c engine.Cluster) engine.Cluster {
		return &forgetful{Cluster: c, afterward: func() {
			// without more records it would end where it was, and its commits could not be seen
			r.produce(realRecords, realRecords+7)
			leave := r.visits("billing-worker", "")
			r.slowly("it goes on", func() bool { return slices.Min(r.offsets()) > realTarget })
			leave()
		}}
	}
	r.start()
	card := r.approves("10,800 messages")
	card = r.says(card, "OUTCOME UNKNOWN", "Kafka's answer was lost", "moved on",
		"are blocked until you undo or accept")
	r.has(card, "undo", "settle")
	id := r.id(card)
	r.tells(r.Mara, world.PayOps, r.group+"@prod-eu "+r.topic+" to latest", "Resets of "+r.group+" are blocked by "+id,
		"settle "+id)
	r.tells(r.Jon, world.PayOps, "settle "+id+` "the consumer has gone on"`, id+" is accepted as it is")
	card = r.says(card, "ACCEPTED AS IS", "Accepted by @jon", "the consumer has gone on")
	if text := card.Text(); strings.Contains(text, "[Undo]") {
		t.Errorf("it can be undone still:\n%s", text)
	}
	r.tells(r.Mara, world.PayOps, r.group+"@prod-eu "+r.topic+" to latest", "PREVIEW")
}
