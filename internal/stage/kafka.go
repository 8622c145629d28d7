package stage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// at is a group, or a topic, of a cluster.
type at struct{ cluster, name string }

// Clusters are the names of the clusters.
var Clusters = []string{"prod-eu", "sandbox-eu"}

// Topics are the topics of each cluster.
var Topics = []string{world.Orders, world.Refunds}

// hosts are where the consumers of the demo run, or so Kafka believes.
var hosts = []string{"10.4.7.21", "10.4.9.3", "10.4.7.22", "10.4.9.4"}

const (
	slow     = 20 * time.Millisecond // a consumer's pause after each record
	mostRun  = 20                    // consumers of one group
	mostMore = 10_000                // records for each partition at once
)

// Cluster is a simulated cluster by its name.
func (s *Stage) Cluster(name string) (*kafkasim.Sim, error) {
	switch name {
	case "prod-eu":
		return s.Prod, nil
	case "sandbox-eu":
		return s.Sandbox, nil
	}
	return nil, fmt.Errorf("there is no cluster %q; there are %s", name, strings.Join(Clusters, " and "))
}

// StartConsumers adds members to a group and waits until all have joined.
func (s *Stage) StartConsumers(ctx context.Context, cluster, group string, n int) error {
	sim, err := s.Cluster(cluster)
	if err != nil {
		return err
	}
	if group == "" {
		return errors.New("a consumer without a group commits nothing; give the group's name")
	}
	if err := s.addConsumers(sim, at{cluster, group}, n); err != nil {
		return err
	}
	return s.joined(ctx, sim, at{cluster, group})
}

// addConsumers starts all of them, or none where they would be too many.
func (s *Stage) addConsumers(sim *kafkasim.Sim, of at, n int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	running := len(s.consumers[of])
	if n > mostRun-running {
		return fmt.Errorf("%d consumers of %s run already, and %d are the most; stop one first, or start fewer", running,
			of.name, mostRun)
	}
	for i := range n {
		c, err := sim.StartConsumer(of.name, topicsOf(of.name),
			kafkasim.ConsumerOptions{ClientID: of.name + "-6c9f", Host: hosts[(running+i)%len(hosts)], Slow: slow})
		if err != nil {
			return err
		}
		s.consumers[of] = append(s.consumers[of], c)
	}
	return nil
}

// StopConsumers lets so many members leave, the last to come first; n < 0: all.
func (s *Stage) StopConsumers(ctx context.Context, cluster, group string, n int) error {
	sim, err := s.Cluster(cluster)
	if err != nil {
		return err
	}
	of := at{cluster, group}
	for ; n != 0; n-- {
		c := s.takeConsumer(of)
		if c == nil {
			break
		}
		if err := c.Stop(); err != nil {
			return fmt.Errorf("the consumer could not commit and leave: %w; is a broker stopped? "+
				"Kafka keeps it as a member until its session times out", err)
		}
	}
	return s.joined(ctx, sim, of)
}

// takeConsumer is the consumer that came last, which then no longer counts; nil: none runs.
func (s *Stage) takeConsumer(of at) *kafkasim.Consumer {
	s.mu.Lock()
	defer s.mu.Unlock()
	running := s.consumers[of]
	if len(running) == 0 {
		return nil
	}
	c := running[len(running)-1]
	s.consumers[of] = running[:len(running)-1]
	return c
}

// Consumers is how many members of a group run here.
func (s *Stage) Consumers(cluster, group string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.consumers[at{cluster, group}])
}

// joined waits until Kafka knows who is there, also if others start or stop consumers of the group in the same moment.
func (s *Stage) joined(ctx context.Context, sim *kafkasim.Sim, of at) error {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	n := 0
	seen, err := sim.Kafka().WaitGroupInfo(ctx, of.name, func(g *kfake.GroupInfo) bool {
		n = s.Consumers(of.cluster, of.name)
		if g == nil {
			return n == 0
		}
		return len(g.Members) == n && (g.State == "Stable" || g.State == "Empty")
	})
	if err == nil {
		return nil
	}
	members := 0
	if seen != nil {
		members = len(seen.Members)
	}
	return fmt.Errorf("%d consumers of %s run and Kafka knows %d members (%w); is a broker stopped?", n, of.name,
		members, err)
}

// Groups are the consumer groups of a cluster that are known here: the seeded ones, those whose consumers were started
// here, and those that Kafka listed when it was last asked.
func (s *Stage) Groups(cluster string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for of := range s.groups {
		if of.cluster == cluster {
			out = append(out, of.name)
		}
	}
	for of := range s.consumers {
		if of.cluster == cluster && !s.groups[of] {
			out = append(out, of.name)
		}
	}
	slices.Sort(out)
	return out
}

const (
	listEvery  = 2 * time.Second
	listWithin = time.Second
)

// listGroups asks Kafka again and again which groups there are: the bot can create one.
func (s *Stage) listGroups(ctx context.Context) {
	tick := time.NewTicker(listEvery)
	defer tick.Stop()
	for {
		for _, name := range Clusters {
			s.listGroupsOf(ctx, name)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *Stage) listGroupsOf(ctx context.Context, cluster string) {
	sim, err := s.Cluster(cluster)
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, listWithin)
	defer cancel()
	listed, err := sim.Admin().ListGroups(ctx)
	if err != nil {
		return // a broker is out of reach: what was known stays
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for group := range listed {
		s.groups[at{cluster, group}] = true
	}
}

// SetBroker makes a broker reachable or not.
func (s *Stage) SetBroker(cluster string, id int32, up bool) error {
	sim, err := s.Cluster(cluster)
	if err != nil {
		return err
	}
	if n := len(sim.Addrs()); id < 0 || int(id) >= n {
		return fmt.Errorf("%s has no broker %d; its brokers are 0 to %d", cluster, id, n-1)
	}
	s.mu.Lock()
	defer s.mu.Unlock() // what is shown and what is so change together
	s.down[at{cluster, fmt.Sprint(id)}] = !up
	sim.Unreachable(!up, id)
	return nil
}

// healKafka makes all brokers reachable again.
func (s *Stage) healKafka() {
	for _, sim := range []*kafkasim.Sim{s.Prod, s.Sandbox} {
		if sim != nil {
			sim.Unreachable(false)
		}
	}
}

// BrokerUp is false while a broker cannot be reached.
func (s *Stage) BrokerUp(cluster string, id int32) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.down[at{cluster, fmt.Sprint(id)}]
}
