package stage

import (
	"context"
	"fmt"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// producer writes a record to every partition of a topic at every step. Each partition is written on its own, so that
// a broker out of reach holds up its own partitions only.
type producer struct{ cancel context.CancelFunc }

// SetProducer starts or stops the producer of a topic.
func (s *Stage) SetProducer(cluster, topic string, on bool) error {
	sim, partitions, err := s.topic(cluster, topic)
	if err != nil {
		return err
	}
	of := at{cluster, topic}
	s.mu.Lock()
	running := s.producers[of]
	switch {
	case on && running == nil:
		s.producers[of] = s.startProducer(sim, topic, partitions)
	case !on:
		delete(s.producers, of)
	}
	s.mu.Unlock()
	if !on && running != nil {
		running.cancel() // a record that is on its way to a stopped broker arrives when that is back, and holds up no one
	}
	return nil
}

func (s *Stage) startProducer(sim *kafkasim.Sim, topic string, partitions int) *producer {
	p := &producer{}
	var ctx context.Context
	ctx, p.cancel = context.WithCancel(s.life)
	for i := range int32(partitions) {
		s.producing.Go(func() {
			tick := time.NewTicker(world.Step)
			defer tick.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
				}
				// it ends with ctx; a broker that refuses a record gets the next one
				_ = sim.ProduceWithin(ctx, topic, kafkasim.Record{Partition: i, Time: s.Now(), Value: "demo"})
			}
		})
	}
	return p
}

// Producing is true while the producer of a topic runs.
func (s *Stage) Producing(cluster, topic string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.producers[at{cluster, topic}] != nil
}

// Produce appends n records to every partition of a topic, and returns how many partitions it has.
func (s *Stage) Produce(ctx context.Context, cluster, topic string, n int) (int, error) {
	sim, partitions, err := s.topic(cluster, topic)
	if err != nil {
		return 0, err
	}
	if n < 1 || n > mostMore {
		return 0, fmt.Errorf("%d records cannot be written; give 1 to %d", n, mostMore)
	}
	var records []kafkasim.Record
	now := s.Now()
	for range n {
		for p := range partitions {
			records = append(records, kafkasim.Record{Partition: int32(p), Time: now, Value: "demo"})
		}
	}
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	if err := sim.ProduceWithin(ctx, topic, records...); err != nil {
		return 0, fmt.Errorf("%w; is a broker stopped? What is on its way to it is written when it is back", err)
	}
	return partitions, nil
}

// topic finds a topic, and how many partitions it has.
func (s *Stage) topic(cluster, topic string) (*kafkasim.Sim, int, error) {
	sim, err := s.Cluster(cluster)
	if err != nil {
		return nil, 0, err
	}
	partitions := len(sim.Kafka().PartitionInfos(topic))
	if partitions == 0 {
		return nil, 0, fmt.Errorf("there is no topic %q; seeded are %s and %s", topic, world.Orders, world.Refunds)
	}
	return sim, partitions, nil
}

// stopProducers ends all of them. The brokers are back by then, so that nothing waits for one.
func (s *Stage) stopProducers() error {
	s.mu.Lock()
	running := s.producers
	s.producers = map[at]*producer{}
	s.mu.Unlock()
	for _, p := range running {
		p.cancel()
	}
	s.producing.Wait()
	return nil
}
