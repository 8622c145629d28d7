package realkafka

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Consumer is Kafka's own console consumer in a JVM of its own. It commits every
// 5 s and once more when it leaves, as most Java consumers do.
type Consumer struct {
	process *process
	mark    string
	mu      sync.Mutex
	values  []string
	errors  bytes.Buffer
}

// Consumption says what a Consumer consumes, and as whom.
type Consumption struct {
	Group, Topic string
	Protocol     string            // classic if empty, or consumer (KIP-848)
	Properties   map[string]string // client.id, group.instance.id, isolation.level, ...
}

// Consume starts a console consumer; it starts at the beginning where the group
// has no commit. A crashed one is missed after 6 s. It is killed with the test.
func (c *Cluster) Consume(tb testing.TB, what Consumption) *Consumer {
	tb.Helper()
	protocol := cmp.Or(what.Protocol, "classic")
	properties := map[string]string{"group.protocol": protocol, "auto.offset.reset": "earliest"}
	if protocol == "classic" { // with the new one the broker sets these two
		properties["session.timeout.ms"] = "6000"
		properties["heartbeat.interval.ms"] = "1000"
	}
	for k, v := range what.Properties {
		properties[k] = v
	}
	args := []string{"--bootstrap-server", strings.Join(c.Bootstrap(), ","), "--topic", what.Topic, "--group",
		what.Group}
	flag := "--command-property" // KIP-1147; the old name draws a warning among the records
	if strings.HasPrefix(c.Version, "3.") {
		flag = "--consumer-property"
	}
	for k, v := range properties {
		args = append(args, flag, k+"="+v)
	}
	out, in := io.Pipe()
	k := &Consumer{mark: what.Group}
	p, err := startJava(java{
		jars: c.jars, heap: "128m", flags: quick, main: "org.apache.kafka.tools.consumer.ConsoleConsumer",
		args: args, out: in, err: lockedWriter{&k.mu, &k.errors}, leashed: true,
	})
	if err != nil {
		tb.Fatalf("start a Java consumer: %v", err)
	}
	k.process = p
	go k.read(out)
	go func() {
		<-p.ended
		_ = in.Close()
	}()
	tb.Cleanup(func() {
		if err := k.Kill(); err != nil {
			tb.Error(err)
		}
	})
	return k
}

// Values returns the records consumed so far.
func (k *Consumer) Values() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]string(nil), k.values...)
}

// Wait returns when n records have been consumed.
func (k *Consumer) Wait(ctx context.Context, n int) error {
	enough := func() error {
		if got := len(k.Values()); got < n {
			return fmt.Errorf("%d of %d records consumed", got, n)
		}
		return nil
	}
	return poll(ctx, enough, func() error {
		select {
		case <-k.process.ended:
			k.mu.Lock()
			defer k.mu.Unlock()
			return fmt.Errorf("the Java consumer of %s ended:\n%s", k.mark, lastLines(k.errors.String(), 20))
		default:
			return nil
		}
	})
}

// Stop lets the consumer commit and leave its group (TERM).
func (k *Consumer) Stop() error { return k.end(20 * time.Second) }

// Kill ends it without a word to its group, which misses it after the session's timeout.
func (k *Consumer) Kill() error {
	if alive(k.process.pid, k.mark) {
		if err := syscall.Kill(k.process.pid, syscall.SIGKILL); err != nil {
			return err
		}
	}
	return k.end(0)
}

func (k *Consumer) end(grace time.Duration) error {
	if err := endProcess(k.process.pid, k.mark, grace); err != nil {
		return fmt.Errorf("the Java consumer of %s: %w", k.mark, err)
	}
	k.process.reap()
	return nil
}

func (k *Consumer) read(r io.Reader) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		k.mu.Lock()
		k.values = append(k.values, lines.Text())
		k.mu.Unlock()
	}
}

// GroupTool runs kafka-consumer-groups.sh against the cluster and returns what
// it printed. The tool takes --group many times; one JVM per call costs a second.
// Its exit status is of little worth: most refusals are only printed.
func (c *Cluster) GroupTool(ctx context.Context, args ...string) (string, error) {
	args = append([]string{"--bootstrap-server", strings.Join(c.Bootstrap(), ",")}, args...)
	return c.runTool(ctx, "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", args...)
}

// runTool runs a main class that ends by itself.
func (c *Cluster) runTool(ctx context.Context, main string, args ...string) (string, error) {
	var out bytes.Buffer
	cmd := java{jars: c.jars, heap: "256m", flags: quick, main: main, args: args, out: &out, err: &out}.command(ctx)
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("%s %s: %w\n%s", main, strings.Join(args, " "), err,
			lastLines(out.String(), 20))
	}
	return out.String(), nil
}

// quick starts a short-lived JVM in half the time.
var quick = []string{"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"}

type lockedWriter struct {
	mu *sync.Mutex
	w  io.Writer
}

func (l lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
