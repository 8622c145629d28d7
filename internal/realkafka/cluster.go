// Package realkafka runs Apache Kafka itself for tests: three KRaft brokers out
// of Maven's jars, Java consumers that come and go, and Kafka's own group tool.
//
// It knows how to fetch, format, start, hurt and stop them, and that nothing may
// be left behind, not even by a test that panicked. It does not know the bot:
// what is asked of the brokers is the business of the tests, which carry the
// build tag realkafka. It is never linked into the product.
package realkafka

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// The versions that the tests run on. Both publish all the jars that are needed.
const (
	Default = "4.3.1"
	Older   = "3.9.1"
)

// readyTimeout is ten times what three brokers need on two busy cores.
const readyTimeout = 2 * time.Minute

// Cluster is a running Kafka. What Stop and Restart need is kept in cluster.json
// in its directory, so that another program can go on with it.
type Cluster struct {
	Dir       string    `json:"-"`
	Version   string    `json:"version"`
	ID        string    `json:"id"`
	Brokers   []*Broker `json:"brokers"`
	temporary bool      // Dir is ours to remove
	leashed   bool      // the brokers die with this process
	external  []string  // bootstrap addresses of a cluster that is not ours
	jars      string
	session   time.Duration // how long a silent broker stays in the cluster
}

// Options say which Kafka to start.
type Options struct {
	Version string // Default if empty
	Dir     string // an empty or missing directory; a temporary one if empty
	Keep    bool   // the brokers outlive the process that started them
	// Session is how long a broker may be silent before others take its partitions over; 0: Kafka's default, 9 s.
	Session time.Duration
}

// Start fetches the jars if need be, formats and starts three brokers and
// returns when all of them serve. After an error nothing is left running.
func Start(ctx context.Context, o Options) (_ *Cluster, err error) {
	c := &Cluster{Version: cmp.Or(o.Version, Default), Dir: o.Dir, leashed: !o.Keep, ID: newClusterID(),
		session: cmp.Or(o.Session, 9*time.Second)}
	if c.jars, err = fetchJars(ctx, c.Version); err != nil {
		return nil, err
	}
	if c.Dir == "" {
		if c.Dir, err = os.MkdirTemp("", "realkafka-"); err != nil {
			return nil, err
		}
		c.temporary = true
	} else if c.Dir, err = filepath.Abs(c.Dir); err != nil {
		return nil, err
	}
	if _, err := os.Stat(c.stateFile()); err == nil {
		return nil, fmt.Errorf("%s already holds a cluster; stop it first", c.Dir)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Stop())
		}
	}()
	if err := writeCertificates(c.certDir()); err != nil {
		return nil, err
	}
	if c.Brokers, err = newBrokers(); err != nil {
		return nil, err
	}
	if err := c.format(ctx); err != nil {
		return nil, err
	}
	for _, b := range c.Brokers {
		if err := c.launch(b); err != nil {
			return nil, err
		}
	}
	return c, c.WaitReady(ctx)
}

// Open returns the cluster that another program started in dir.
func Open(ctx context.Context, dir string) (*Cluster, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	c := &Cluster{Dir: dir}
	raw, err := os.ReadFile(c.stateFile())
	if err != nil {
		return nil, fmt.Errorf("no cluster in %q: %w", dir, err)
	}
	if err := json.Unmarshal(raw, c); err != nil {
		return nil, fmt.Errorf("read %s: %w", c.stateFile(), err)
	}
	c.jars, err = fetchJars(ctx, c.Version)
	return c, err
}

// Shared returns one cluster for the whole test process. It fails the test if
// there is none to be had: a test behind the tag realkafka never skips.
//
//	KAFKA_CLUSTER    the directory of a cluster that `scripts/kafka start` made
//	KAFKA_BOOTSTRAP  addresses of any other running one (no Kill, no Restart)
//	neither          starts its own, of KAFKA_VERSION, which dies with the process
func Shared(tb testing.TB) *Cluster {
	tb.Helper()
	c, err := shared()
	if err != nil {
		tb.Fatalf("a real Kafka is needed: %v", err)
	}
	return c
}

var shared = sync.OnceValues(func() (*Cluster, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*readyTimeout)
	defer cancel()
	var c *Cluster
	var err error
	switch dir, addresses := os.Getenv("KAFKA_CLUSTER"), os.Getenv("KAFKA_BOOTSTRAP"); {
	case dir != "":
		c, err = Open(ctx, dir)
	case addresses != "":
		c = &Cluster{Version: cmp.Or(os.Getenv("KAFKA_VERSION"), Default), external: strings.Split(addresses, ",")}
		c.jars, err = fetchJars(ctx, c.Version)
	default:
		return Start(ctx, Options{Version: os.Getenv("KAFKA_VERSION")})
	}
	if err != nil {
		return nil, err
	}
	return c, c.WaitReady(ctx)
})

// Bootstrap lists the addresses of all brokers: plain text, no login, all rights.
func (c *Cluster) Bootstrap() []string {
	if c.external != nil {
		return c.external
	}
	var out []string
	for _, b := range c.Brokers {
		out = append(out, fmt.Sprintf("127.0.0.1:%d", b.Port))
	}
	return out
}

// SecureBootstrap lists the addresses that want TLS (CAFile) and a login, and
// where the authorizer grants nothing that no ACL grants.
func (c *Cluster) SecureBootstrap() []string {
	var out []string
	for _, b := range c.Brokers {
		out = append(out, fmt.Sprintf("127.0.0.1:%d", b.SecurePort))
	}
	return out
}

// CAFile is the PEM file with the authority that signed the brokers' certificate.
func (c *Cluster) CAFile() string { return filepath.Join(c.certDir(), "ca.pem") }

// Client returns a franz-go client for the plain listener, closed with the test.
func (c *Cluster) Client(tb testing.TB, opts ...kgo.Opt) *kgo.Client {
	tb.Helper()
	cl, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(c.Bootstrap()...)}, opts...)...)
	if err != nil {
		tb.Fatalf("kafka client: %v", err)
	}
	tb.Cleanup(cl.Close)
	return cl
}

// AddUser lets name log in with SCRAM-SHA-256 and SCRAM-SHA-512 on the secure
// listener. It may do nothing until it is granted ACLs.
func (c *Cluster) AddUser(ctx context.Context, name, password string) error {
	cl, err := kgo.NewClient(kgo.SeedBrokers(c.Bootstrap()...))
	if err != nil {
		return err
	}
	defer cl.Close()
	// One request each: Kafka calls two mechanisms of one user a DUPLICATE_RESOURCE.
	for _, m := range []kadm.ScramMechanism{kadm.ScramSha256, kadm.ScramSha512} {
		user := kadm.UpsertSCRAM{User: name, Mechanism: m, Iterations: 4096, Password: password}
		altered, err := kadm.NewClient(cl).AlterUserSCRAMs(ctx, nil, []kadm.UpsertSCRAM{user})
		if err := errors.Join(err, altered.Error()); err != nil {
			return fmt.Errorf("add user %q: %w", name, err)
		}
	}
	return nil
}

// Stop ends all brokers and, if Start made the directory, removes it.
func (c *Cluster) Stop() error {
	var wg sync.WaitGroup
	errs := make([]error, len(c.Brokers))
	for i, b := range c.Brokers {
		// Two of three gone, the last has no controller to take its leave of.
		wg.Go(func() { errs[i] = c.end(b, 5*time.Second) })
	}
	wg.Wait()
	err := errors.Join(errs...)
	switch {
	case err != nil || c.Dir == "":
		return err
	case c.temporary:
		return os.RemoveAll(c.Dir)
	}
	return os.RemoveAll(c.stateFile())
}

func (c *Cluster) stateFile() string { return filepath.Join(c.Dir, "cluster.json") }
func (c *Cluster) certDir() string   { return filepath.Join(c.Dir, "tls") }

func (c *Cluster) save() error {
	raw, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(c.stateFile(), append(raw, '\n'), 0o600)
}
