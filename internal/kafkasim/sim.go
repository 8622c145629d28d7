// Package kafkasim is a Kafka to reset, for tests and the demo: brokers on
// loopback sockets that speak Kafka's protocol, with topics, records and
// commits to seed, consumers that start, stop and crash, and brokers that
// refuse, lose answers or fall silent on demand.
//
// It knows franz-go's kfake, which does the broker's work, and where kfake is
// kinder than Apache Kafka (differences.go). It knows nothing of the bot and is
// never linked into it.
package kafkasim

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kversion"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// Sim is a running cluster. Its methods may be called from several goroutines.
type Sim struct {
	opts    Options
	kafka   *kfake.Cluster
	network *network
	own     *kgo.Client // seeds and admin; its connections are exempt from faults and counts
	ctx     context.Context
	cancel  context.CancelFunc

	mu        sync.Mutex
	types     map[string]string // group -> consumer, classic, share, as its members' requests say
	strict    *kfake.FaultHandle
	consumers []*Consumer
	wg        sync.WaitGroup
}

// Options of a cluster. The zero value is three brokers without TLS or SASL
// that speak the newest protocol.
type Options struct {
	Brokers   int           // default 3
	Ports     []int         // fixed ports, one for each broker; default: free ones
	ClusterID string        // default "kafkasim"
	Version   string        // such as "3.9": nothing newer is spoken; default: the newest
	Session   time.Duration // session timeout of consumers; default 45 s, as in Kafka
	TLS       *tls.Config   // brokers speak TLS only
	Users     []User        // brokers demand SASL; the first user is the simulator's own
	Kafka     []kfake.Opt   // anything else kfake can do, such as ACLs
}

// User may log in by PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512.
type User struct{ Mechanism, Name, Password string }

// heartbeat of KIP-848 consumers. Kafka's 5 s would make every rebalance of a
// test take that long.
const heartbeat = 100 * time.Millisecond

// New starts a cluster. It runs until Close, and ctx ends its consumers too.
func New(ctx context.Context, o Options) (*Sim, error) {
	if o.Brokers == 0 {
		o.Brokers = max(3, len(o.Ports))
	}
	if o.ClusterID == "" {
		o.ClusterID = "kafkasim"
	}
	if o.Session == 0 {
		o.Session = 45 * time.Second
	}
	s := &Sim{opts: o, types: map[string]string{}}
	s.ctx, s.cancel = context.WithCancel(ctx)
	s.network = newNetwork(s.ctx, o.TLS, s.correct)
	opts, err := s.kafkaOptions()
	if err != nil {
		return nil, err
	}
	if s.kafka, err = kfake.NewCluster(opts...); err != nil {
		return nil, fmt.Errorf("start the simulated Kafka: %w", err)
	}
	s.observe()
	if s.own, err = s.client(s.network.dialer("", nil)); err != nil {
		s.kafka.Close()
		return nil, err
	}
	return s, nil
}

func (s *Sim) kafkaOptions() ([]kfake.Opt, error) {
	session := fmt.Sprint(s.opts.Session.Milliseconds())
	opts := []kfake.Opt{
		kfake.NumBrokers(s.opts.Brokers),
		kfake.ClusterID(s.opts.ClusterID),
		kfake.ListenFn(s.network.listen),
		kfake.GroupMinSessionTimeout(10 * time.Millisecond),
		kfake.BrokerConfigs(map[string]string{
			"group.consumer.heartbeat.interval.ms": fmt.Sprint(heartbeat.Milliseconds()),
			"group.consumer.session.timeout.ms":    session,
		}),
	}
	if len(s.opts.Ports) > 0 {
		opts = append(opts, kfake.Ports(s.opts.Ports...))
	}
	if s.opts.Version != "" {
		v := kversion.FromString(s.opts.Version)
		if v == nil {
			return nil, fmt.Errorf("no Kafka version %q is known; give one such as 3.9", s.opts.Version)
		}
		opts = append(opts, kfake.MaxVersions(v))
	}
	for i, u := range s.opts.Users {
		if i == 0 {
			opts = append(opts, kfake.EnableSASL(), kfake.Superuser(u.Mechanism, u.Name, u.Password))
			continue
		}
		opts = append(opts, kfake.User(u.Mechanism, u.Name, u.Password))
	}
	return append(opts, s.opts.Kafka...), nil
}

// client is a franz-go client of the simulator's own.
func (s *Sim) client(dial dialer, more ...kgo.Opt) (*kgo.Client, error) {
	opts := []kgo.Opt{
		kgo.SeedBrokers(s.Addrs()...),
		kgo.WithContext(s.ctx),
		kgo.Dialer(dial),
		kgo.MetadataMinAge(10 * time.Millisecond),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
	}
	if len(s.opts.Users) > 0 {
		opts = append(opts, kgo.SASL(s.opts.Users[0].mechanism()))
	}
	cl, err := kgo.NewClient(append(opts, more...)...)
	if err != nil {
		return nil, fmt.Errorf("make a client of the simulated Kafka: %w", err)
	}
	return cl, nil
}

func (u User) mechanism() sasl.Mechanism {
	switch u.Mechanism {
	case "SCRAM-SHA-256":
		return scram.Auth{User: u.Name, Pass: u.Password}.AsSha256Mechanism()
	case "SCRAM-SHA-512":
		return scram.Auth{User: u.Name, Pass: u.Password}.AsSha512Mechanism()
	default:
		return plain.Auth{User: u.Name, Pass: u.Password}.AsMechanism()
	}
}

// Addrs are the brokers' host:port, in the order of their node ids.
func (s *Sim) Addrs() []string { return s.network.addrs() }

// ClusterID is what metadata answers as the cluster's id.
func (s *Sim) ClusterID() string { return s.opts.ClusterID }

// Kafka is the cluster beneath, for what this package has no words for.
func (s *Sim) Kafka() *kfake.Cluster { return s.kafka }

// Admin is a client outside of all faults and counts.
func (s *Sim) Admin() *kadm.Client { return kadm.NewClient(s.own) }

// Close kills the consumers and stops the brokers.
func (s *Sim) Close() {
	s.mu.Lock()
	running := s.consumers
	s.consumers = nil
	s.mu.Unlock()
	s.cancel()
	for _, c := range running {
		c.Kill()
	}
	s.wg.Wait()
	s.own.Close()
	s.kafka.Close()
	s.network.close()
}

// WaitGroup waits until the group is in the state (Empty, Stable, ...) with so
// many members; the state Dead means that there is no such group.
func (s *Sim) WaitGroup(ctx context.Context, group, state string, members int) error {
	seen, err := s.kafka.WaitGroupInfo(ctx, group, func(g *kfake.GroupInfo) bool {
		if g == nil {
			return state == "Dead"
		}
		return g.State == state && len(g.Members) == members
	})
	if err == nil {
		return nil
	}
	was := "unknown"
	if seen != nil {
		was = fmt.Sprintf("%s with %d members", seen.State, len(seen.Members))
	}
	return fmt.Errorf("wait for %q to be %s with %d members; it is %s: %w", group, state, members, was, err)
}

// Committed is the group's committed offset of a partition as the broker has it.
func (s *Sim) Committed(group, topic string, partition int32) (kfake.GroupCommit, bool) {
	g := s.kafka.GroupInfo(group)
	if g == nil {
		return kfake.GroupCommit{}, false
	}
	c, ok := g.Commits[topic][partition]
	return c, ok
}

var errClosed = fmt.Errorf("the simulated broker hung up: %w", net.ErrClosed)
