//go:build realkafka

package realkafka_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/realkafka"
)

// TestConsumersJoinAndLeave shows what the suites of the product rest on: records
// in, a Java consumer of each protocol, its group seen by the API for its type,
// empty after Stop, still a member after Kill.
func TestConsumersJoinAndLeave(t *testing.T) {
	t.Parallel()
	c := realkafka.Shared(t)
	for _, protocol := range []string{"classic", "consumer"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
			defer cancel()
			topic := unique("come-and-go-" + protocol)
			group := "group of " + topic
			admin := kadm.NewClient(c.Client(t))
			produce(ctx, t, c, topic, 100)

			k := c.Consume(t, realkafka.Consumption{Group: group, Topic: topic, Protocol: protocol})
			if err := k.Wait(ctx, 100); err != nil {
				t.Fatal(err)
			}
			if got := members(ctx, t, admin, group, protocol); got != 1 {
				t.Fatalf("%d members while one consumer runs", got)
			}
			if err := k.Stop(); err != nil {
				t.Fatal(err)
			}
			if got := members(ctx, t, admin, group, protocol); got != 0 {
				t.Errorf("%d members after the consumer has left", got)
			}
			committed, err := admin.FetchOffsets(ctx, group)
			if err != nil {
				t.Fatal(err)
			}
			var sum int64
			committed.Each(func(o kadm.OffsetResponse) { sum += o.At })
			if sum != 100 {
				t.Errorf("the commits add up to %d, want 100", sum)
			}

			crashed := c.Consume(t, realkafka.Consumption{Group: group, Topic: topic, Protocol: protocol})
			waitMembers(ctx, t, admin, group, protocol, 1)
			if err := crashed.Kill(); err != nil {
				t.Fatal(err)
			}
			if got := members(ctx, t, admin, group, protocol); got != 1 {
				t.Errorf("%d members right after a crash, want the crashed one until its session ends", got)
			}
			waitMembers(ctx, t, admin, group, protocol, 0)
		})
	}
}

func TestGroupToolSeesTheGroups(t *testing.T) {
	t.Parallel()
	c := realkafka.Shared(t)
	ctx := t.Context()
	topic := unique("tool")
	produce(ctx, t, c, topic, 30)
	var offsets kadm.Offsets
	offsets.AddOffset(topic, 0, 2, -1)
	admin := kadm.NewClient(c.Client(t))
	for _, group := range []string{"tool-a", "tool-b"} {
		if err := admin.CommitAllOffsets(ctx, group, offsets); err != nil {
			t.Fatal(err)
		}
	}
	out, err := c.GroupTool(ctx, "--reset-offsets", "--dry-run", "--group", "tool-a", "--group", "tool-b", "--topic",
		topic+":0", "--to-earliest")
	if err != nil {
		t.Fatal(err)
	}
	for _, group := range []string{"tool-a", "tool-b"} {
		if !strings.Contains(out, group) {
			t.Errorf("the tool does not speak of %s:\n%s", group, out)
		}
	}
}

// TestSecureListener: a login alone is worth nothing, an ACL is what grants.
func TestSecureListener(t *testing.T) {
	t.Parallel()
	c := realkafka.Shared(t)
	ctx := t.Context()
	topic := unique("secret")
	produce(ctx, t, c, topic, 1)
	if err := c.AddUser(ctx, "reset-bot", "hunter2"); err != nil {
		t.Fatal(err)
	}
	ca, err := os.ReadFile(c.CAFile())
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	cl, err := kgo.NewClient(kgo.SeedBrokers(c.SecureBootstrap()...), kgo.DialTLSConfig(&tls.Config{RootCAs: roots}),
		kgo.SASL(scram.Auth{User: "reset-bot", Pass: "hunter2"}.AsSha512Mechanism()))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	ends := func() error {
		listed, err := kadm.NewClient(cl).ListEndOffsets(ctx, topic)
		return errors.Join(err, listed.Error())
	}
	if err := ends(); !errors.Is(err, kerr.TopicAuthorizationFailed) {
		t.Fatalf("without an ACL: %v, want TOPIC_AUTHORIZATION_FAILED", err)
	}
	acl := kadm.NewACLs().Allow("User:reset-bot").AllowHosts("*").Topics(topic).
		Operations(kadm.OpDescribe).ResourcePatternType(kadm.ACLPatternLiteral)
	if _, err := kadm.NewClient(c.Client(t)).CreateACLs(ctx, acl); err != nil {
		t.Fatal(err)
	}
	eventually(ctx, t, ends)
}

// TestBrokerIsKilledAndRestarted has a cluster of its own: other tests would
// not like this one's. It also shows that Stop leaves no process behind.
func TestBrokerIsKilledAndRestarted(t *testing.T) {
	ctx := t.Context()
	c, err := realkafka.Start(ctx, realkafka.Options{Version: realkafka.Older, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	}()
	produce(ctx, t, c, "survivor", 10)
	if err := c.Kill(2); err != nil {
		t.Fatal(err)
	}
	again, err := realkafka.Open(ctx, c.Dir) // as another program would
	if err != nil {
		t.Fatal(err)
	}
	if pid := again.Brokers[1].PID; pid != 0 {
		t.Errorf("broker 2 is written down as pid %d after Kill", pid)
	}
	if err := c.Restart(ctx, 2); err != nil {
		t.Fatal(err)
	}
	k := c.Consume(t, realkafka.Consumption{Group: "g", Topic: "survivor", Protocol: "consumer"})
	if err := k.Wait(ctx, 10); err != nil {
		t.Fatal(err)
	}
	if err := k.Stop(); err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, b := range c.Brokers {
		pids = append(pids, b.PID)
	}
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	for _, pid := range pids {
		if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
			t.Errorf("pid %d after Stop: %v, want no such process", pid, err)
		}
	}
}

// unique is a name that a kept cluster has not seen: a test runs there again and again.
func unique(name string) string { return fmt.Sprintf("%s-%d", name, time.Now().UnixNano()) }

// produce makes a topic of three partitions and n records in it.
func produce(ctx context.Context, t *testing.T, c *realkafka.Cluster, topic string, n int) {
	t.Helper()
	// just made, it is not everywhere yet
	cl := c.Client(t, kgo.DefaultProduceTopic(topic), kgo.UnknownTopicRetries(-1))
	if _, err := kadm.NewClient(cl).CreateTopic(ctx, 3, 3, nil, topic); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		r := &kgo.Record{Key: fmt.Append(nil, i), Value: fmt.Append(nil, "record ", i)}
		cl.Produce(ctx, r, func(_ *kgo.Record, err error) {
			if err != nil {
				t.Errorf("produce: %v", err)
			}
		})
	}
	if err := cl.Flush(ctx); err != nil {
		t.Fatal(err)
	}
}

func members(ctx context.Context, t *testing.T, admin *kadm.Client, group, protocol string) int {
	t.Helper()
	if protocol == "consumer" {
		described, err := admin.DescribeConsumerGroups(ctx, group)
		if err = errors.Join(err, described.Error()); err != nil {
			t.Fatal(err)
		}
		return len(described[group].Members)
	}
	described, err := admin.DescribeGroups(ctx, group)
	if err = errors.Join(err, described.Error()); err != nil {
		t.Fatal(err)
	}
	return len(described[group].Members)
}

func waitMembers(ctx context.Context, t *testing.T, admin *kadm.Client, group, protocol string, want int) {
	t.Helper()
	eventually(ctx, t, func() error {
		if got := members(ctx, t, admin, group, protocol); got != want {
			return fmt.Errorf("%d members of %s, want %d", got, group, want)
		}
		return nil
	})
}

func eventually(ctx context.Context, t *testing.T, ok func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ok()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal(err)
		}
	}
}
