package stage

import (
	"context"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// hosts are where the consumers of the demo run, or so Kafka believes.
var hosts = []string{"10.4.7.21", "10.4.9.3", "10.4.7.22", "10.4.9.4"}

// slow is a consumer's pause after each record.
const slow = 20 * time.Millisecond

// StartConsumers adds members to a group on prod-eu and waits until all have joined.
func (s *Stage) StartConsumers(ctx context.Context, group string, n int) error {
	running := s.consumers[group]
	for range n {
		c, err := s.Prod.StartConsumer(group, []string{world.Orders, world.Refunds},
			kafkasim.ConsumerOptions{ClientID: group + "-6c9f", Host: hosts[len(running)%len(hosts)], Slow: slow})
		if err != nil {
			return err
		}
		running = append(running, c)
		s.consumers[group] = running
	}
	return s.joined(ctx, group)
}

// StopConsumers lets so many members leave, the last to come first; n < 0: all.
func (s *Stage) StopConsumers(ctx context.Context, group string, n int) error {
	for ; n != 0 && len(s.consumers[group]) > 0; n-- {
		last := len(s.consumers[group]) - 1
		c := s.consumers[group][last]
		s.consumers[group] = s.consumers[group][:last]
		if err := c.Stop(); err != nil {
			return err
		}
	}
	return s.joined(ctx, group)
}

// Consumers is how many members of a group run here.
func (s *Stage) Consumers(group string) int { return len(s.consumers[group]) }

// joined waits until Kafka knows who is there.
func (s *Stage) joined(ctx context.Context, group string) error {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	state, n := "Stable", len(s.consumers[group])
	if n == 0 {
		state = "Empty"
	}
	return s.Prod.WaitGroup(ctx, group, state, n)
}
