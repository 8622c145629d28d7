package realkafka

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"
)

// The user of SASL/PLAIN on the secure listener; users of SCRAM come by AddUser.
const (
	PlainUser     = "plain"
	PlainPassword = "plain-secret"
)

// Broker is one of the three, controller and broker in one process.
type Broker struct {
	ID             int `json:"id"`
	Port           int `json:"port"`
	SecurePort     int `json:"secure_port"`
	ControllerPort int `json:"controller_port"`
	PID            int `json:"pid"` // 0 while it is down

	process *process
}

// Kill ends a broker as a power cut would; its connections break at once.
func (c *Cluster) Kill(id int) error {
	b, err := c.broker(id)
	if err != nil {
		return err
	}
	if b.PID != 0 && alive(b.PID, c.properties(b)) {
		if err := syscall.Kill(b.PID, syscall.SIGKILL); err != nil {
			return err
		}
	}
	if err := c.end(b, 0); err != nil {
		return err
	}
	return c.save()
}

// Restart starts a broker that Kill ended, on its old ports and data, and
// returns when it is back in every in-sync set.
func (c *Cluster) Restart(ctx context.Context, id int) error {
	b, err := c.broker(id)
	if err != nil {
		return err
	}
	if b.PID != 0 && alive(b.PID, c.properties(b)) {
		return fmt.Errorf("broker %d runs (pid %d)", id, b.PID)
	}
	if err := c.launch(b); err != nil {
		return err
	}
	return c.WaitReady(ctx)
}

// WaitReady returns when all brokers are listed and answer, every replica is in
// sync and group coordinators are to be had.
func (c *Cluster) WaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	cl, err := kgo.NewClient(kgo.SeedBrokers(c.Bootstrap()...), kgo.MetadataMinAge(100*time.Millisecond))
	if err != nil {
		return err
	}
	defer cl.Close()
	ready := func() error {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		return c.ready(ctx, kadm.NewClient(cl))
	}
	if err := poll(ctx, ready, c.crashed); err != nil {
		return fmt.Errorf("kafka %s at %s: %w", c.Version, strings.Join(c.Bootstrap(), ","), err)
	}
	return nil
}

func (c *Cluster) ready(ctx context.Context, admin *kadm.Client) error {
	meta, err := admin.Metadata(ctx)
	if err != nil {
		return err
	}
	if n := len(meta.Brokers); n < max(1, len(c.Brokers)) {
		return fmt.Errorf("%d of %d brokers are listed", n, len(c.Brokers))
	}
	for _, t := range meta.Topics {
		for _, p := range t.Partitions {
			if len(p.ISR) < len(p.Replicas) {
				return fmt.Errorf("%s-%d has %d of %d replicas in sync", t.Topic, p.Partition, len(p.ISR),
					len(p.Replicas))
			}
		}
	}
	for _, b := range c.Brokers {
		conn, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", b.SecurePort), time.Second)
		if err != nil {
			return err
		}
		if err := conn.Close(); err != nil {
			return err
		}
	}
	// The first look-up creates __consumer_offsets, which takes a second or two.
	return admin.FindGroupCoordinators(ctx, "any group").Error()
}

// crashed tells of a broker that was started and has ended by itself.
func (c *Cluster) crashed() error {
	for _, b := range c.Brokers {
		if b.PID != 0 && !alive(b.PID, c.properties(b)) {
			return fmt.Errorf("broker %d has died; the end of its log:\n%s", b.ID, tail(c.log(b), 2000))
		}
	}
	return nil
}

func (c *Cluster) broker(id int) (*Broker, error) {
	for _, b := range c.Brokers {
		if b.ID == id {
			return b, nil
		}
	}
	return nil, fmt.Errorf("no broker %d that this program may start or stop (brokers 1 to %d)", id, len(c.Brokers))
}

// format writes each broker's settings and prepares its log directory.
func (c *Cluster) format(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, b := range c.Brokers {
		file := c.properties(b)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(c.settings(b)), 0o600); err != nil {
			return err
		}
		g.Go(func() error {
			_, err := c.runTool(ctx, "kafka.tools.StorageTool", "format", "-t", c.ID, "-c", file)
			return err
		})
	}
	return g.Wait()
}

// launch starts a formatted broker and notes its pid.
func (c *Cluster) launch(b *Broker) error {
	p, err := startJava(java{
		jars: c.jars, heap: "600m", main: "kafka.Kafka", args: []string{c.properties(b)},
		log: c.log(b), leashed: c.leashed, scratch: c.scratch(),
	})
	if err != nil {
		return err
	}
	b.process, b.PID = p, p.pid
	return c.save()
}

// end stops a broker, by force if it does not go within the grace.
func (c *Cluster) end(b *Broker, grace time.Duration) error {
	if b.PID == 0 {
		return nil
	}
	if err := endProcess(b.PID, c.properties(b), grace); err != nil {
		return fmt.Errorf("broker %d: %w", b.ID, err)
	}
	b.process.reap()
	b.process, b.PID = nil, 0
	return nil
}

func (c *Cluster) properties(b *Broker) string {
	return filepath.Join(c.Dir, fmt.Sprintf("broker-%d", b.ID), "server.properties")
}

func (c *Cluster) log(b *Broker) string {
	return filepath.Join(c.Dir, fmt.Sprintf("broker-%d", b.ID), "server.log")
}

// scratch is what may be deleted should the test process die.
func (c *Cluster) scratch() string {
	if c.temporary {
		return c.Dir
	}
	return ""
}

// newBrokers picks nine free ports. They lie below the range from which Linux
// (32768) and macOS (49152) give ports to outgoing connections, which would take
// the port of a broker that is down for a moment.
func newBrokers() ([]*Broker, error) {
	const low, high = 21000, 32000
	var seed [2]byte
	if _, err := rand.Read(seed[:]); err != nil {
		return nil, err
	}
	next := low + (int(seed[0])<<8|int(seed[1]))%(high-low-1000)
	free := func() (int, error) {
		for ; next < high; next++ {
			l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", next))
			if err != nil {
				continue
			}
			port := next
			next++
			return port, l.Close()
		}
		return 0, errors.New("no free port between 21000 and 32000")
	}
	var brokers []*Broker
	for id := 1; id <= 3; id++ {
		b := &Broker{ID: id}
		for _, p := range []*int{&b.Port, &b.SecurePort, &b.ControllerPort} {
			var err error
			if *p, err = free(); err != nil {
				return nil, err
			}
		}
		brokers = append(brokers, b)
	}
	return brokers, nil
}

// newClusterID is what `kafka-storage random-uuid` prints, without a JVM. An id
// that begins with a dash would be taken for an option.
func newClusterID() string {
	for {
		var raw [16]byte
		_, _ = rand.Read(raw[:]) // never fails, says its documentation
		if id := base64.RawURLEncoding.EncodeToString(raw[:]); id[0] != '-' {
			return id
		}
	}
}
