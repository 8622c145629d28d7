//go:build realkafka

package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/realkafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// saboteur is a cluster on which something happens, once, at the call that a test has chosen.
type saboteur struct {
	engine.Cluster
	mu    sync.Mutex
	plans map[string]func()
}

// at plans what happens just before the next such call.
func (s *saboteur) at(call string, do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plans[call] = do
}

func (s *saboteur) strike(call string) {
	s.mu.Lock()
	do := s.plans[call]
	delete(s.plans, call)
	s.mu.Unlock()
	if do != nil {
		do()
	}
}

func (s *saboteur) Inspect(ctx context.Context, q reset.Query) (reset.Snapshot, error) {
	s.strike("inspect")
	return s.Cluster.Inspect(ctx, q)
}

func (s *saboteur) Write(
	ctx context.Context, group string, c reset.Chunk, ready func() error,
) ([]reset.StepResult, error) {
	return s.Cluster.Write(ctx, group, c, func() error {
		err := ready()
		s.strike("write") // the connection stands, the next thing is to send
		return err
	})
}

func (s *saboteur) ReadBack(ctx context.Context, group string, parts []reset.Partition) ([]reset.Position, error) {
	s.strike("read back")
	return s.Cluster.ReadBack(ctx, group, parts)
}

// TestBrokerDiesOnApacheKafka kills a broker while the bot inspects, writes and reads back. Whatever it says in the
// end is what stands in Kafka. One cluster of its own, one death after the other.
func TestBrokerDiesOnApacheKafka(t *testing.T) {
	t.Parallel()
	k, err := realkafka.Start(t.Context(), realkafka.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := k.Stop(); err != nil {
			t.Error(err)
		}
	})
	r := newRealStageOn(t, k)
	evil := &saboteur{plans: map[string]func(){}}
	r.opts.Kafka = func(c engine.Cluster) engine.Cluster {
		if evil.Cluster == nil { // prod-eu, the first of the configuration
			evil.Cluster = c
			return evil
		}
		return c
	}
	r.opts.Times = func(ts *engine.Times) { ts.CheckInterval, ts.Again = 250*time.Millisecond, 2*time.Second }
	r.start()
	for _, c := range []struct {
		name, call string
		want       []string // what the bot may truthfully say
	}{
		{"while it inspects", "inspect", []string{"verified"}},
		{"while it writes", "write", []string{"verified", "Not applied: Kafka rejected the commit",
			"unchanged when read", "OUTCOME UNKNOWN"}},
		{"while it reads back", "read back", []string{"verified"}},
	} {
		r.group = fmt.Sprintf("billing-%s-%d", strings.ReplaceAll(c.call, " ", "-"), time.Now().UnixNano())
		r.commits(realRecords)
		victim := r.coordinator()
		evil.at(c.call, func() { r.kills(victim) })
		r.truth(c.name, victim, r.approves("10,800 messages"), c.want)
	}
	r.leaderDown()
}

// coordinator is the broker that the group's commits live on.
func (r *realStage) coordinator() (id int) {
	r.t.Helper()
	r.slowly("a coordinator", func() bool {
		c := r.admin.FindGroupCoordinators(r.ctx, r.group)[r.group]
		id = int(c.NodeID)
		return c.Err == nil && id > 0
	})
	return id
}

// kills ends a broker as a power cut does.
func (r *realStage) kills(id int) {
	if err := syscall.Kill(r.kafka.Brokers[id-1].PID, syscall.SIGKILL); err != nil {
		r.t.Errorf("kill broker %d: %v", id, err)
	}
}

func (r *realStage) restarts(id int) {
	r.t.Helper()
	if err := r.kafka.Kill(id); err != nil { // it is dead: this notes it
		r.t.Fatal(err)
	}
	if err := r.kafka.Restart(r.ctx, id); err != nil {
		r.t.Fatal(err)
	}
}

// truth waits for the last word on the card, while the broker is still down, and holds it against Kafka.
func (r *realStage) truth(when string, victim int, card slacksim.Message, want []string) {
	r.t.Helper()
	var said string
	r.slowly(when+": the last word on the card", func() bool {
		now, err := r.Jon.Look(card)
		if err != nil {
			return false
		}
		for _, w := range []string{"verified", "OUTCOME UNKNOWN", "unchanged when read",
			"Not applied: Kafka rejected the commit"} {
			if strings.Contains(now.Text(), w) && !strings.Contains(now.Text(), "WAITING") {
				said = w
				card = now
			}
		}
		return said != ""
	})
	r.t.Logf("a broker died %s; the card said: %s", when, said)
	if !slices.Contains(want, said) {
		r.t.Errorf("a broker died %s: the card said\n%s", when, card.Text())
	}
	stands := map[string][]int64{"verified": {realTarget, realTarget, realTarget},
		"Not applied: Kafka rejected the commit": {realRecords, realRecords, realRecords},
		"unchanged when read":                    {realRecords, realRecords, realRecords}}[said]
	r.restarts(victim)
	var got []int64
	r.slowly("offsets that can be read", func() bool { got = r.offsets(); return got != nil })
	if stands != nil && !slices.Equal(got, stands) {
		r.t.Errorf("a broker died %s: the group is at %d, and the card said\n%s", when, got, card.Text())
	}
}

// leaderDown: a partition whose only replica is down is refused by name before anything is written; once it is back,
// asking again goes through.
func (r *realStage) leaderDown() {
	r.t.Helper()
	r.topic += "-single"
	if _, err := r.admin.CreateTopic(r.ctx, realPartitions, 1, nil, r.topic); err != nil {
		r.t.Fatal(err)
	}
	r.produce(0, realRecords)
	r.group = fmt.Sprintf("billing-leader-%d", time.Now().UnixNano())
	r.commits(realRecords)
	meta, err := r.admin.Metadata(r.ctx, r.topic)
	if err != nil {
		r.t.Fatal(err)
	}
	victim := int(meta.Topics[r.topic].Partitions[0].Leader)
	r.kills(victim)
	ask := r.group + "@prod-eu " + r.topic + " to " + r.hourAgo()
	r.types(r.Mara, world.Incident, ask)
	r.slowly("a refusal that names the partition", func() bool {
		return slices.ContainsFunc(r.Mara.Messages(world.Incident), func(m slacksim.Message) bool {
			// until the controller has noticed, the dead broker is still called the leader
			return strings.Contains(m.Text(), r.topic+"-0") &&
				(strings.Contains(m.Text(), "LEADER_NOT_AVAILABLE") ||
					strings.Contains(m.Text(), "BROKER_NOT_AVAILABLE"))
		})
	})
	r.restarts(victim)
	if got := r.offsets(); !slices.Equal(got, []int64{realRecords, realRecords, realRecords}) {
		r.t.Errorf("the group is at %d, and nothing was to be written", got)
	}
	r.approves("10,800 messages")
}
