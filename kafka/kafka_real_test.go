//go:build realkafka

package kafka_test

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/realkafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/kafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/kafka/kafkatest"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func TestScenariosOnApacheKafka(t *testing.T) {
	t.Parallel()
	c := realkafka.Shared(t)
	kafkatest.Run(t, apache(c))
}

// An older Kafka, and a shorter table: what a broker answers, and by which versions of the protocol, is what differs.
func TestScenariosOnOlderKafka(t *testing.T) {
	t.Parallel()
	c, err := realkafka.Start(t.Context(), realkafka.Options{Version: realkafka.Older})
	ok(t, err)
	t.Cleanup(func() { ok(t, c.Stop()) })
	w := apache(c)
	w.Only = []string{"partition facts", "time in each place", "time of the broker", "time before the log start",
		"open transaction", "classic group", "consumer group", "several states at once", "unknown group",
		"unknown topic", "topic made again", "some steps refused", "topic deleted among commits", "checkup"}
	kafkatest.Run(t, w)
}

// apache is a cluster of Apache Kafka with Java consumers.
func apache(c *realkafka.Cluster) kafkatest.World {
	return kafkatest.World{
		Addrs: c.Bootstrap(), ClusterID: c.ID, Real: true,
		Consume: func(t *testing.T, group, topic, protocol string) func() error {
			return c.Consume(t, realkafka.Consumption{Group: group, Topic: topic, Protocol: protocol,
				Properties: map[string]string{
					"client.id": "worker-7", "enable.auto.commit": "false",
				}}).Stop
		},
	}
}

// What an authorizer denies is told by Kafka's name for it, and hides nothing; a wrong password is told as such,
// without it.
func TestRightsOnApacheKafka(t *testing.T) {
	t.Parallel()
	k := realkafka.Shared(t)
	ctx := t.Context()
	ok(t, k.AddUser(ctx, "reader", secret))
	admin := kadm.NewClient(k.Client(t))
	_, err := admin.CreateTopic(ctx, 1, 1, nil, "denied-orders")
	ok(t, err)
	ca, err := os.ReadFile(k.CAFile())
	ok(t, err)
	trust := x509.NewCertPool()
	trust.AppendCertsFromPEM(ca)
	cfg := kafka.Config{
		Bootstrap: k.SecureBootstrap(), ClusterID: k.ID, TLS: &tls.Config{RootCAs: trust},
		SASL: kafka.SASL{Mechanism: "SCRAM-SHA-512", User: "reader", Password: secret},
	}
	query := reset.Query{Group: "denied-billing", Scope: scope("denied-orders")}

	wrong := cfg
	wrong.SASL.Password += "-mistyped"
	_, err = open(t, wrong).Inspect(ctx, query)
	if p := problem(t, err); p.Code != reset.ProblemUnreachable || p.Got != "SASL_AUTHENTICATION_FAILED" {
		t.Errorf("a wrong password: %+v", p)
	}
	c := open(t, cfg)
	_, err = c.Inspect(ctx, query)
	if p := problem(t, err); p.Code != reset.ProblemUnread || p.Got != "GROUP_AUTHORIZATION_FAILED" {
		t.Errorf("no right on the group: %+v", p)
	}
	grant := func(b *kadm.ACLBuilder) {
		t.Helper()
		_, err := admin.CreateACLs(ctx,
			b.Allow("User:reader").AllowHosts("*").ResourcePatternType(kadm.ACLPatternLiteral))
		ok(t, err)
	}
	grant(kadm.NewACLs().Groups("denied-billing").Operations(kadm.OpDescribe))
	deadline := time.Now().Add(20 * time.Second)
	for { // until every broker has heard of the grant
		var snap reset.Snapshot
		snap, err = c.Inspect(ctx, query)
		var p *reset.Problem
		if err == nil || !errors.As(err, &p) || p.Got != "GROUP_AUTHORIZATION_FAILED" || time.Now().After(deadline) {
			ok(t, err)
			equal(t, "no right on the topic", snap.Topics["denied-orders"],
				reset.Topic{Err: "TOPIC_AUTHORIZATION_FAILED"})
			break
		}
	}
	_, err = c.Write(ctx, "denied-billing", chunk(1), ready)
	if err != nil && strings.Contains(err.Error(), secret) {
		t.Errorf("the password is in %v", err)
	}
	got, err := c.Write(ctx, "denied-billing", chunk(1), ready)
	ok(t, err)
	equal(t, "a write without the right to", got, []reset.StepResult{{Rejected: "GROUP_AUTHORIZATION_FAILED"}})
}

// TestThrottledOnApacheKafka: a login over its quota is answered late, and told so. Everything it is told is right
// all the same.
func TestThrottledOnApacheKafka(t *testing.T) {
	t.Parallel()
	k := realkafka.Shared(t)
	ctx := t.Context()
	user, topic := "slow-"+strings.ToLower(rand.Text()[:6]), "slow-"+strings.ToLower(rand.Text()[:6])
	ok(t, k.AddUser(ctx, user, secret))
	admin := kadm.NewClient(k.Client(t))
	_, err := admin.CreateTopic(ctx, 3, 3, nil, topic)
	ok(t, err)
	for _, b := range []*kadm.ACLBuilder{
		kadm.NewACLs().Groups(topic).Operations(kadm.OpDescribe, kadm.OpRead),
		kadm.NewACLs().Topics(topic).Operations(kadm.OpDescribe, kadm.OpRead),
	} {
		_, err := admin.CreateACLs(ctx, b.Allow("User:"+
			user).AllowHosts("*").ResourcePatternType(kadm.ACLPatternLiteral))
		ok(t, err)
	}
	_, err = admin.AlterClientQuotas(ctx, []kadm.AlterClientQuotaEntry{{
		Entity: kadm.ClientQuotaEntity{{Type: "user", Name: &user}},
		Ops:    []kadm.AlterClientQuotaOp{{Key: "request_percentage", Value: 0.01}},
	}})
	ok(t, err)
	ca, err := os.ReadFile(k.CAFile())
	ok(t, err)
	trust := x509.NewCertPool()
	trust.AppendCertsFromPEM(ca)
	var late throttles
	peer := k.Client(t, kgo.SeedBrokers(k.SecureBootstrap()...), kgo.DialTLSConfig(&tls.Config{RootCAs: trust}),
		kgo.SASL(scram.Auth{User: user, Pass: secret}.AsSha512Mechanism()), kgo.WithHooks(&late))
	c := open(t, kafka.Config{
		Bootstrap: k.SecureBootstrap(), ClusterID: k.ID, TLS: &tls.Config{RootCAs: trust}, Timeout: time.Minute,
		SASL: kafka.SASL{Mechanism: "SCRAM-SHA-512", User: user, Password: secret},
	})
	all := reset.Chunk{}
	for n := range int32(3) {
		all.Steps = append(all.Steps, reset.WriteStep{Partition: reset.Partition{Topic: topic, Partition: n},
			To: reset.Position{Offset: int64(n)}})
	}
	deadline := time.Now().Add(90 * time.Second)
	for late.most.Load() == 0 { // until the quota is everywhere and used up
		if time.Now().After(deadline) {
			t.Fatal("nobody was throttled")
		}
		_, _ = kadm.NewClient(peer).ListGroups(ctx)
		snap, err := c.Inspect(ctx, reset.Query{Group: topic, Scope: scope(topic)})
		var p *reset.Problem
		if errors.As(err, &p) && strings.HasSuffix(p.Got, "AUTHORIZATION_FAILED") {
			continue // the grant is not everywhere yet
		}
		ok(t, err)
		equal(t, "partitions", len(snap.Partitions), 3)
	}
	got, err := c.Write(ctx, topic, all, ready)
	ok(t, err)
	equal(t, "a throttled write", got, []reset.StepResult{{Written: true}, {Written: true}, {Written: true}})
	at, err := c.ReadBack(ctx, topic, []reset.Partition{{Topic: topic, Partition: 0}, {Topic: topic, Partition: 1},
		{Topic: topic, Partition: 2}})
	ok(t, err)
	for n := range at {
		equal(t, "read back", at[n].Offset, int64(n))
	}
	t.Logf("throttled for up to %s", time.Duration(late.most.Load()))
}

// throttles is the longest that a broker told a client to wait.
type throttles struct{ most atomic.Int64 }

func (l *throttles) OnBrokerThrottle(_ kgo.BrokerMetadata, wait time.Duration, _ bool) {
	l.most.Store(max(l.most.Load(), int64(wait)))
}

// A commit whose replicas are slow is answered COORDINATOR_NOT_AVAILABLE and stands all the same: Kafka says so of
// what was never appended, too, so the answer proves nothing, and the result is lost. A cluster of its own: two
// brokers are frozen.
func TestCommitThatOutlivesItsAnswer(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	k, err := realkafka.Start(ctx, realkafka.Options{Version: os.Getenv("KAFKA_VERSION")})
	ok(t, err)
	t.Cleanup(func() { ok(t, k.Stop()) })
	admin := kadm.NewClient(k.Client(t))
	_, err = admin.CreateTopic(ctx, 1, 3, nil, "orders")
	ok(t, err)
	c := open(t, kafka.Config{Bootstrap: k.Bootstrap(), ClusterID: k.ID, Timeout: 15 * time.Second})
	deadline := time.Now().Add(30 * time.Second)
	for got := write(t, c, chunk(1)); !got[0].Written; got = write(t, c, chunk(1)) { // until the topic is everywhere
		if time.Now().After(deadline) {
			t.Fatalf("the first write: %+v", got)
		}
	}
	home := admin.FindGroupCoordinators(ctx, "billing")["billing"].NodeID

	freeze := func(signal syscall.Signal) {
		for _, b := range k.Brokers {
			if int32(b.ID) != home {
				ok(t, syscall.Kill(b.PID, signal))
			}
		}
	}
	t.Cleanup(func() { freeze(syscall.SIGCONT) })
	got, err := c.Write(ctx, "billing", chunk(2), func() error { freeze(syscall.SIGSTOP); return nil })
	ok(t, err)
	equal(t, "the answer after offsets.commit.timeout.ms", got,
		[]reset.StepResult{{Detail: "COORDINATOR_NOT_AVAILABLE"}})
	freeze(syscall.SIGCONT)
	deadline = time.Now().Add(30 * time.Second)
	for {
		at, err := c.ReadBack(ctx, "billing", []reset.Partition{orders(0)})
		if err == nil && at[0].Offset == 2 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the commit is at %v (%v), want 2: it was appended", at, err)
		}
	}
}

// The whole road on warm connections, and beside it a floor: the same reads and the write by another client.
func BenchmarkRoad(b *testing.B) {
	for _, n := range []int32{10, 100, 1_000, 10_000} {
		b.Run(strconv.Itoa(int(n)), func(b *testing.B) { benchmarkRoad(b, n) })
	}
}

func benchmarkRoad(b *testing.B, partitions int32) {
	k, ctx := realkafka.Shared(b), b.Context()
	topic := "bench-" + strconv.Itoa(int(partitions))
	admin := kadm.NewClient(k.Client(b))
	// A controller takes 10,000 records at once, and the topic itself is one.
	if _, err := admin.CreateTopic(ctx, min(partitions, 5_000), 1, nil, topic); err != nil && !errors.Is(err,
		kerr.TopicAlreadyExists) {
		b.Fatal(err)
	}
	if _, err := admin.UpdatePartitions(ctx, int(partitions), topic); err != nil {
		b.Fatal(err)
	}
	c := kafka.Open(kafka.Config{Bootstrap: k.Bootstrap(), Timeout: 30 * time.Second, Now: time.Now})
	defer c.Close()
	var all reset.Chunk
	var parts []reset.Partition
	var offsets kadm.Offsets
	for n := range partitions {
		p := reset.Partition{Topic: topic, Partition: n}
		parts = append(parts, p)
		all.Steps = append(all.Steps, reset.WriteStep{Partition: p})
		offsets.AddOffset(topic, n, 0, -1)
	}
	road := func() error {
		s, err := c.Inspect(ctx, reset.Query{Group: topic, Scope: scope(topic), At: start})
		if err != nil {
			return err
		}
		if len(s.Partitions) != int(partitions) {
			return fmt.Errorf("%d of %d partitions are known", len(s.Partitions), partitions)
		}
		for _, p := range s.Partitions {
			if p.Err != "" {
				return fmt.Errorf("%s:%d: %s", p.Topic, p.Partition.Partition, p.Err)
			}
		}
		if _, err = c.Write(ctx, topic, all, ready); err != nil {
			return err
		}
		_, err = c.ReadBack(ctx, topic, parts)
		return err
	}
	floor := func() error {
		_, listed := admin.ListGroups(ctx)
		_, described := admin.DescribeGroups(ctx, topic)
		_, fetched := admin.FetchOffsets(ctx, topic)
		_, started := admin.ListStartOffsets(ctx, topic)
		_, ended := admin.ListEndOffsets(ctx, topic)
		_, timed := admin.ListOffsetsAfterMilli(ctx, start.UnixMilli(), topic)
		written := admin.CommitAllOffsets(ctx, topic, offsets)
		_, read := admin.FetchOffsets(ctx, topic)
		return errors.Join(listed, described, fetched, started, ended, timed, written, read)
	}
	for name, run := range map[string]func() error{"bot": road, "kadm": floor} {
		b.Run(name, func(b *testing.B) {
			deadline := time.Now().Add(5 * time.Minute) // 10,000 new partitions take two
			for err := run(); err != nil; err = run() { // until the topic is everywhere
				if time.Now().After(deadline) {
					b.Fatal(err)
				}
			}
			for b.Loop() {
				if err := run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
