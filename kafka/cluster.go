// Package kafka reads and writes the committed offsets of one Kafka cluster: it implements engine.Cluster.
//
// It is the only package that imports sarama, and nothing of sarama leaves it. It asks brokers by batched raw
// requests on connections of its own, never joins a group, and never decides: package reset decides what an answer
// means for a reset, internal/words has the text.
package kafka

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/IBM/sarama"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/guard"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Cluster is one Kafka cluster. It dials on the first request, and again after failures. Its methods may be called
// from several goroutines.
type Cluster struct {
	name      string
	pinned    string
	bootstrap []string
	timeout   time.Duration
	password  string
	now       func() time.Time
	log       *slog.Logger
	sarama    *sarama.Config

	mu      sync.Mutex
	closed  bool
	known   []string               // addresses that metadata named, the one that answered last first
	idle    map[string][]*link     // by address
	links   map[*link]struct{}     // all that are open
	apis    map[string]apiVersions // what each broker supported when it was last connected to, by address
	running guard.Group            // calls under way, those given up included
}

// Config says which cluster, and how to log in.
type Config struct {
	Name      string   // the configured name; errors have it
	ClusterID string   // pinned: any other cluster is refused; empty: not pinned
	Bootstrap []string // host:port
	TLS       *tls.Config
	SASL      SASL
	Timeout   time.Duration // of connecting, and of each request; default 5 s
	Now       func() time.Time
	Log       *slog.Logger // default: nothing is logged
}

// Open returns a cluster that has not been dialled yet.
func Open(cfg Config) *Cluster {
	c := &Cluster{
		name: cfg.Name, pinned: cfg.ClusterID, bootstrap: cfg.Bootstrap, password: cfg.SASL.Password,
		timeout: cmp.Or(cfg.Timeout, 5*time.Second), now: cfg.Now, log: cfg.Log,
		idle: map[string][]*link{}, links: map[*link]struct{}{}, apis: map[string]apiVersions{},
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	s := sarama.NewConfig()
	s.ClientID = "kafka-reset-bot"
	s.Version = sarama.V4_0_0_0 // the newest protocol used; each broker's ApiVersions lowers it
	// Calls are bounded by contexts (see link.go). sarama's own limits come later, so that there is one kind of
	// timeout.
	s.Net.ReadTimeout, s.Net.WriteTimeout, s.Net.DialTimeout = c.timeout+time.Second, c.timeout+time.Second, c.timeout
	s.Net.TLS.Enable, s.Net.TLS.Config = cfg.TLS != nil, cfg.TLS
	cfg.SASL.logIn(s)
	c.sarama = s
	return c
}

// Close cuts every connection and waits until nothing runs any more. Calls under way fail.
func (c *Cluster) Close() error {
	c.mu.Lock()
	c.closed = true
	links := slices.Collect(maps.Keys(c.links))
	idle := c.idle
	c.idle = map[string][]*link{}
	c.mu.Unlock()
	for _, l := range links {
		l.socket.close()
	}
	for _, some := range idle {
		for _, l := range some {
			c.closeLink(l)
		}
	}
	c.running.Wait()
	return nil
}

// view is the cluster as the metadata answer of one broker describes it.
type view struct {
	id     string
	lead   string           // address of the broker that answered
	nodes  map[int32]string // addresses by node id
	topics map[string]*sarama.TopicMetadata
}

// anyTopic is requested where only the brokers matter: sarama sends an empty list of topics as "all of them". Asking
// for a topic creates none, see metadata.
const anyTopic = "__consumer_offsets"

// refreshBrokers reads the current brokers.
func (c *Cluster) refreshBrokers(ctx context.Context) (view, error) { return c.metadata(ctx, anyTopic) }

// ID returns the cluster's own id, as the first broker that answers returns it.
func (c *Cluster) ID(ctx context.Context) (string, error) {
	v, err := c.refreshBrokers(ctx)
	return v.id, err
}

// metadata asks brokers one by one, the next one as soon as the last failed or is slow, and takes the first answer.
// Without topics it reads all of them. It is where reachability and the pinned cluster id are checked, before
// anything else is asked or written.
func (c *Cluster) metadata(ctx context.Context, topics ...string) (view, error) {
	bounded, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	addrs := c.addresses()
	answers := make(chan metadataAnswer, len(addrs))
	tick := time.NewTicker(c.timeout / 16) // 300 ms for a slow broker
	defer tick.Stop()
	var causes []error
	started := 0
	next := func() {
		if started < len(addrs) {
			addr := addrs[started]
			go func() { answers <- c.askMetadata(bounded, addr, topics) }()
			started++
		}
	}
	for next(); len(causes) < len(addrs); {
		select {
		case a := <-answers:
			if a.err == nil {
				return c.recognise(a.addr, a.resp)
			}
			causes = append(causes, a.err)
			next()
		case <-tick.C:
			next()
		}
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return view{}, ctx.Err()
	}
	return view{}, c.unreachable(addrs, causes)
}

type metadataAnswer struct {
	addr string
	resp *sarama.MetadataResponse
	err  error
}

func (c *Cluster) askMetadata(ctx context.Context, addr string, topics []string) (a metadataAnswer) {
	a.addr = addr
	a.err = guard.Do(func() (err error) {
		a.resp, err = c.topicMetadata(ctx, addr, topics)
		return err
	})
	return a
}

func (c *Cluster) topicMetadata(ctx context.Context, addr string, topics []string) (*sarama.MetadataResponse, error) {
	resp, err := callBroker(ctx, c, addr, func(b *sarama.Broker) (*sarama.MetadataResponse, error) {
		req := sarama.NewMetadataRequest(c.sarama.Version, topics)
		req.AllowAutoTopicCreation = false // a typo must not create a topic
		return b.GetMetadata(req)
	})
	if err == nil && len(resp.Brokers) == 0 {
		err = errors.New("it knows no brokers yet")
	}
	return resp, err
}

// recognise refuses any cluster but the pinned one, and stores the brokers.
func (c *Cluster) recognise(addr string, resp *sarama.MetadataResponse) (view, error) {
	v := view{lead: addr, nodes: map[int32]string{}, topics: map[string]*sarama.TopicMetadata{}}
	if resp.ClusterID != nil {
		v.id = *resp.ClusterID
	}
	if c.pinned != "" && v.id != c.pinned {
		return view{}, reset.WrongClusterProblem(c.pinned, v.id, addr).On(c.name, "")
	}
	known := []string{addr}
	for _, b := range resp.Brokers {
		v.nodes[b.ID()] = b.Addr()
		known = append(known, b.Addr())
	}
	for _, t := range resp.Topics {
		v.topics[t.Name] = t
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known = known
	return v, nil
}

// addresses are the brokers to try, in order.
func (c *Cluster) addresses() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for _, addr := range slices.Concat(c.known, c.bootstrap) {
		if !slices.Contains(out, addr) {
			out = append(out, addr)
		}
	}
	return out
}
