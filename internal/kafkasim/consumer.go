package kafkasim

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Consumer is a running member of a group.
type Consumer struct {
	cl     *kgo.Client
	group  string
	static bool
	die    context.CancelFunc // ends the client and all it has under way
	pause  context.CancelFunc // ends only the reading
	done   chan struct{}
	ended  sync.Once

	mu       sync.Mutex
	dead     bool
	conns    []net.Conn
	consumed int64
	first    map[string]map[int32]int64
}

// ConsumerOptions of one member. The zero value is a classic member that
// commits every 100 ms.
type ConsumerOptions struct {
	Protocol    string        // "classic" or "consumer" (KIP-848)
	StaticID    string        // group.instance.id: stopping it does not leave the group
	ClientID    string        // default: the group's name
	Host        string        // the address shown for it, such as 10.4.7.21; default 127.0.0.1
	CommitEvery time.Duration // default 100 ms
	Slow        time.Duration // pause after each record
}

// StartConsumer starts a member and returns at once; WaitGroup tells when it has
// joined. Without a commit it begins at the log start.
func (s *Sim) StartConsumer(group string, topics []string, o ConsumerOptions) (*Consumer, error) {
	if o.ClientID == "" {
		o.ClientID = group
	}
	if o.CommitEvery == 0 {
		o.CommitEvery = 100 * time.Millisecond
	}
	opts := []kgo.Opt{
		kgo.ClientID(o.ClientID),
		kgo.ConsumerGroup(group),
		kgo.ConsumeTopics(topics...),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.AutoCommitInterval(o.CommitEvery),
		kgo.SessionTimeout(s.opts.Session),
		kgo.HeartbeatInterval(min(heartbeat, s.opts.Session/3)),
		kgo.FetchMaxWait(100 * time.Millisecond),
	}
	switch o.Protocol {
	case "", "classic":
	case "consumer":
		opts = append(opts, kgo.ServerSideBalancer(), kgo.Balancers(kgo.RangeBalancer()))
	default:
		return nil, fmt.Errorf("no consumer speaks %q; give classic or consumer", o.Protocol)
	}
	if o.StaticID != "" {
		opts = append(opts, kgo.InstanceID(o.StaticID))
	}
	c := &Consumer{group: group, static: o.StaticID != "", done: make(chan struct{}),
		first: map[string]map[int32]int64{}}
	var life, reading context.Context
	life, c.die = context.WithCancel(s.ctx)
	reading, c.pause = context.WithCancel(life)
	opts = append(opts, kgo.WithContext(life))
	var err error
	if c.cl, err = s.client(s.network.dialer(o.Host, c.opened), opts...); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.consumers = append(s.consumers, c)
	s.mu.Unlock()
	s.wg.Go(func() { c.run(reading, o.Slow) })
	return c, nil
}

func (c *Consumer) opened(conn net.Conn) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead {
		return errors.New("this consumer was killed")
	}
	c.conns = append(c.conns, conn)
	return nil
}

func (c *Consumer) run(ctx context.Context, slow time.Duration) {
	defer close(c.done)
	most := 1000
	if slow > 0 {
		most = 1
	}
	for ctx.Err() == nil {
		fetches := c.cl.PollRecords(ctx, most)
		if fetches.IsClientClosed() {
			return
		}
		c.count(fetches)
		if slow > 0 && fetches.NumRecords() > 0 {
			select {
			case <-time.After(slow):
			case <-ctx.Done():
			}
		}
	}
}

func (c *Consumer) count(fetches kgo.Fetches) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fetches.EachRecord(func(r *kgo.Record) {
		c.consumed++
		if c.first[r.Topic] == nil {
			c.first[r.Topic] = map[int32]int64{}
		}
		if _, ok := c.first[r.Topic][r.Partition]; !ok {
			c.first[r.Topic][r.Partition] = r.Offset
		}
	})
}

// Consumed is how many records it has read.
func (c *Consumer) Consumed() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.consumed
}

// First is the first offset that it read of each partition of a topic.
func (c *Consumer) First(topic string) map[int32]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.first[topic])
}

// stopWithin bounds an orderly shutdown.
const stopWithin = 10 * time.Second

// Stop commits what was read and leaves the group, as an orderly shutdown does;
// a static member does not leave and lingers until its session times out.
func (c *Consumer) Stop() error {
	var err error
	c.ended.Do(func() {
		c.pause()
		<-c.done
		// its coordinator may be out of reach; then it leaves without a commit and without saying so
		late := time.AfterFunc(stopWithin, c.die)
		defer late.Stop()
		err = c.cl.CommitUncommittedOffsets(c.cl.Context())
		// kfake never times out a KIP-848 member that said "back soon"; one that says nothing looks the same from
		// outside
		if c.static {
			c.cut()
			return
		}
		c.cl.Close()
		c.die()
	})
	if err != nil {
		return fmt.Errorf("stop a consumer of %q: %w", c.group, err)
	}
	return nil
}

// Kill cuts the consumer off without a commit and without leaving: the group
// keeps it until its session times out.
func (c *Consumer) Kill() {
	c.ended.Do(c.cut)
}

func (c *Consumer) cut() {
	c.mu.Lock()
	c.dead = true
	conns := c.conns
	c.conns = nil
	c.mu.Unlock()
	for _, conn := range conns {
		conn.Close()
	}
	c.die()
	<-c.done
	c.cl.Close()
}
