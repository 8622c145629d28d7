//go:build realkafka

package kafka_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/realkafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/kafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// eventually polls until nothing differs any more: a broker that hears of a topic, a group or an ACL a moment later
// is no failure.
func eventually(t *testing.T, what string, diff func() string) {
	t.Helper()
	deadline := time.Now().Add(45 * time.Second)
	for {
		d := diff()
		if d == "" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s (-want +got):\n%s", what, d)
		}
	}
}

// made creates topics with a configuration.
func made(t *testing.T, k *realkafka.Cluster, config map[string]*string, topics ...string) {
	t.Helper()
	created, err := kadm.NewClient(k.Client(t)).CreateTopics(t.Context(), 1, 3, config, topics...)
	ok(t, err)
	ok(t, created.Error())
}

// produced writes a record for each age.
func produced(t *testing.T, cl *kgo.Client, topic string, ages ...time.Duration) {
	t.Helper()
	for _, age := range ages {
		r := &kgo.Record{Topic: topic, Key: []byte(age.String()), Value: []byte("x"), Timestamp: time.Now().Add(-age)}
		ok(t, cl.ProduceSync(t.Context(), r).FirstErr())
	}
}

// Groups of every kind are known for what they are, with members and when the last one has left.
func TestWhatRunsAGroupOnApacheKafka(t *testing.T) {
	t.Parallel()
	k := realkafka.Shared(t)
	c := open(t, kafka.Config{Bootstrap: k.Bootstrap(), ClusterID: k.ID})
	run := fmt.Sprintf("kinds-%d", time.Now().UnixNano())
	is := func(group string, want reset.GroupState) {
		t.Helper()
		want.Exists = true
		eventually(t, group, func() string {
			got := states(t, c, group)[group]
			got.Members = nil
			return cmp.Diff(want, got)
		})
	}
	leave := member(t, k.Bootstrap(), run+"-workers", "connect", "compatible")
	is(run+"-workers", reset.GroupState{State: "Stable", Type: "classic", Protocol: "connect", Assignor: "compatible"})
	leave()
	is(run+"-workers", reset.GroupState{State: "Empty", Type: "classic", Protocol: "connect"})
	leave = member(t, k.Bootstrap(), run+"-agg", "consumer", "stream")
	is(run+"-agg", reset.GroupState{State: "Stable", Type: "classic", Protocol: "consumer", Assignor: "stream"})
	leave()
	is(run+"-agg", reset.GroupState{State: "Empty", Type: "classic", Protocol: "consumer"})

	made(t, k, nil, run+"-agg-store-changelog", run+"-agg-by-user-repartition", run+"-us.checkpoints.internal",
		run+"-plain")
	eventually(t, "internal topics", func() string {
		snap := inspect(t, c, reset.Query{Group: run + "-agg", Scope: scope(run + "-plain"), Environment: true})
		if !slices.Contains(snap.Environment.Mirrors, run+"-us.checkpoints.internal") {
			return fmt.Sprintf("mirrors: %v", snap.Environment.Mirrors)
		}
		return cmp.Diff([]string{run + "-agg-by-user-repartition", run + "-agg-store-changelog"},
			snap.Environment.Streams)
	})
	if strings.HasPrefix(k.Version, "3.") {
		return // neither share groups nor groups of the type streams
	}
	share := kmsg.NewPtrShareGroupHeartbeatRequest()
	share.GroupID, share.MemberID, share.SubscribedTopicNames = run+"-share", "AAAAAAAAAAAAAAAAAAAAAA",
		[]string{run + "-plain"}
	streams := kmsg.NewPtrStreamsGroupHeartbeatRequest()
	streams.Group, streams.MemberID, streams.RebalanceTimeoutMillis = run+"-streams", "AAAAAAAAAAAAAAAAAAAAAA", 60_000
	topology := kmsg.NewStreamsGroupHeartbeatRequestTopology()
	sub := kmsg.NewStreamsGroupHeartbeatRequestTopologySubtopology()
	sub.SubtopologyID, sub.SourceTopics = "0", []string{run + "-plain"}
	topology.Subtopologies = append(topology.Subtopologies, sub)
	streams.Topology = &topology
	streams.ActiveTasks, streams.StandbyTasks, streams.WarmupTasks = []kmsg.TaskIDs{}, []kmsg.TaskIDs{},
		[]kmsg.TaskIDs{}
	cl := k.Client(t, kgo.MaxVersions(nil))
	eventually(t, "heartbeats", func() string {
		shared, err := share.RequestWith(t.Context(), cl)
		ok(t, err)
		home := kadm.NewClient(cl).FindGroupCoordinators(t.Context(), streams.Group)[streams.Group]
		ok(t, home.Err)
		// the client routes no such request itself
		streamed, err := streams.RequestWith(t.Context(), cl.Broker(int(home.NodeID)))
		ok(t, err)
		return cmp.Diff([2]int16{}, [2]int16{shared.ErrorCode, streamed.ErrorCode})
	})
	for _, kind := range []string{"share", "streams"} {
		if got := states(t, c, run+"-"+kind)[run+"-"+kind]; got.Type != kind || !got.Exists {
			t.Errorf("a group of the type %s is %+v", kind, got)
		}
	}
}

// secured is the configuration of a login of its own, with the documented rights but those for which drop says so.
func secured(
	t *testing.T, k *realkafka.Cluster, user string, drop func(resource string, op kadm.ACLOperation) bool,
	topics ...string,
) kafka.Config {
	t.Helper()
	ok(t, k.AddUser(t.Context(), user, secret))
	admin := kadm.NewClient(k.Client(t))
	if len(topics) == 0 {
		topics = []string{"*"}
	}
	grant := func(resource string, on func(*kadm.ACLBuilder) *kadm.ACLBuilder, ops ...kadm.ACLOperation) {
		for _, op := range ops {
			if drop(resource, op) {
				continue
			}
			b := on(kadm.NewACLs()).Operations(op).Allow("User:" +
				user).AllowHosts("*").ResourcePatternType(kadm.ACLPatternLiteral)
			done, err := admin.CreateACLs(t.Context(), b)
			ok(t, err)
			for _, d := range done {
				ok(t, d.Err)
			}
		}
	}
	grant("cluster", func(b *kadm.ACLBuilder) *kadm.ACLBuilder { return b.Clusters() }, kadm.OpDescribe,
		kadm.OpDescribeConfigs)
	grant("group", func(b *kadm.ACLBuilder) *kadm.ACLBuilder { return b.Groups("*") }, kadm.OpRead, kadm.OpDelete)
	grant("topic", func(b *kadm.ACLBuilder) *kadm.ACLBuilder { return b.Topics(topics...) }, kadm.OpRead,
		kadm.OpDescribeConfigs)
	ca, err := os.ReadFile(k.CAFile())
	ok(t, err)
	trust := x509.NewCertPool()
	trust.AppendCertsFromPEM(ca)
	return kafka.Config{
		Bootstrap: k.SecureBootstrap(), ClusterID: k.ID, TLS: &tls.Config{RootCAs: trust},
		SASL: kafka.SASL{Mechanism: "SCRAM-SHA-512", User: user, Password: secret},
	}
}

// The road works with exactly the rights of docs/permissions.md; each that is missing is named; and a topic that ACLs
// hide is noticed, although Kafka leaves its commits out without a word.
func TestLeastRightsOnApacheKafka(t *testing.T) {
	t.Parallel()
	k := realkafka.Shared(t)
	run := fmt.Sprintf("least-%d", time.Now().UnixNano())
	topics := []string{run + "-orders", run + "-refunds"}
	made(t, k, nil, topics...)
	plain := open(t, kafka.Config{Bootstrap: k.Bootstrap(), ClusterID: k.ID})
	for _, topic := range topics {
		eventually(t, "the first commit", func() string {
			return cmp.Diff([]reset.StepResult{{Written: true}}, writeTo(t, plain, run, topic, reset.Position{}))
		})
	}
	groups := []string{run}
	t.Run("all", func(t *testing.T) {
		t.Parallel()
		c := open(t, secured(t, k, run+"-all", func(string, kadm.ACLOperation) bool { return false }))
		eventually(t, "rights", func() string { return lacksOf(t, c, groups, topics, nil) })
		check, err := c.Check(t.Context())
		ok(t, err)
		equal(t, "cluster", check.ClusterID, k.ID)
		snap := inspect(t, c, reset.Query{Group: run, Scope: reset.Scope{All: true}, At: time.Now(), Environment: true})
		equal(t, "all topics", [3]any{len(snap.Topics), snap.Environment.Hidden, snap.Environment.HiddenWhy},
			[3]any{2, 0, ""})
		equal(t, "configurations", [3]any{snap.Environment.Unread, snap.Environment.Retention,
			snap.Environment.CommitTimeout},
			[3]any{[]string(nil), 7 * 24 * time.Hour, 5 * time.Second})
		for _, to := range []reset.Position{{Offset: 0}, {None: true}, {Offset: 0}} {
			equal(t, "a write", writeTo(t, c, run, topics[0], to), []reset.StepResult{{Written: true}})
			back, err := c.ReadBack(t.Context(), run, []reset.Partition{{Topic: topics[0]}})
			ok(t, err)
			equal(t, "read back", back, []reset.Position{to})
		}
	})
	for _, missing := range []struct {
		resource string
		op       kadm.ACLOperation
		want     []MissingRight
	}{
		{"cluster", kadm.OpDescribe, []MissingRight{{"cluster", "", "DESCRIBE", true}}},
		{"cluster", kadm.OpDescribeConfigs, []MissingRight{{"cluster", "", "DESCRIBE_CONFIGS", true}}},
		{"group", kadm.OpRead, []MissingRight{{"group", run, "READ", false}}},
		{"group", kadm.OpDelete, []MissingRight{{"group", run, "DELETE", true}}},
		{"topic", kadm.OpRead, []MissingRight{{"topic", topics[0], "READ", false},
			{"topic", topics[1], "READ", false}}},
		{"topic", kadm.OpDescribeConfigs, []MissingRight{{"topic", topics[0], "DESCRIBE_CONFIGS", true},
			{"topic", topics[1], "DESCRIBE_CONFIGS", true}}},
	} {
		t.Run(missing.resource+" "+missing.op.String(), func(t *testing.T) {
			t.Parallel()
			user := fmt.Sprintf("%s-%s-%d", run, missing.resource, missing.op)
			c := open(t,
				secured(t, k, user, func(r string,
					op kadm.ACLOperation) bool {
					return r == missing.resource && op == missing.op
				}))
			eventually(t, "what is missing", func() string { return lacksOf(t, c, groups, topics, missing.want) })
		})
	}
	t.Run("a hidden topic", func(t *testing.T) {
		t.Parallel()
		c := open(t, secured(t, k, run+"-some", func(string, kadm.ACLOperation) bool { return false }, topics[0]))
		eventually(t, "rights", func() string { return lacksOf(t, c, groups, topics[:1], nil) })
		snap := inspect(t, c, reset.Query{Group: run, Scope: reset.Scope{All: true}, Environment: true})
		if _, seen := snap.Topics[topics[1]]; seen || len(snap.Topics) != 1 || snap.Environment.Hidden == 0 {
			t.Errorf("%d topics are hidden, and these are seen: %v", snap.Environment.Hidden, snap.Topics)
		}
		in := reset.Intent{Group: run, Scope: reset.Scope{All: true}, Target: reset.Latest{}}
		if _, p := reset.CheckGroup(in, reset.ClusterInfo{SeesAll: true},
			snap); p == nil || p.Code != reset.ProblemHidden {
			t.Errorf("all topics: %+v, want a refusal", p)
		}
		r, err := c.Rights(t.Context(), groups, nil)
		ok(t, err)
		if !slices.Contains(r.Hidden, topics[1]) {
			t.Errorf("hidden are %v, want %s among them", r.Hidden, topics[1])
		}
	})
}

func writeTo(t *testing.T, c *kafka.Cluster, group, topic string, to reset.Position) []reset.StepResult {
	t.Helper()
	got, err := c.Write(t.Context(), group,
		reset.Chunk{Delete: to.None, Steps: []reset.WriteStep{{Partition: reset.Partition{Topic: topic}, To: to}}},
		ready)
	ok(t, err)
	return got
}

// lacksOf differs while brokers have not heard of every ACL, and of the user itself.
func lacksOf(t *testing.T, c *kafka.Cluster, groups, topics []string, want []MissingRight) string {
	t.Helper()
	r, err := c.Rights(t.Context(), groups, topics)
	if err != nil {
		return err.Error()
	}
	return cmp.Diff(want, shorter(r.Lacks))
}

// What warnings rest on, as a real Kafka tells it. Not here: remote storage, for which brokers need a plugin that
// Apache Kafka does not ship, and MirrorMaker 2 at work, which is a Connect cluster of its own; both are known by
// configuration and names.
func TestWarningsOnApacheKafka(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	k := realkafka.Shared(t)
	run := fmt.Sprintf("warn-%d", time.Now().UnixNano())
	aged, open1 := run+"-aged", run+"-open"
	made(t, k, map[string]*string{"retention.ms": kadm.StringPtr("604800000"),
		"cleanup.policy": kadm.StringPtr("compact,delete")}, aged)
	made(t, k, nil, open1)
	cl := k.Client(t, kgo.RecordPartitioner(kgo.ManualPartitioner()))
	produced(t, cl, aged, 7*day-time.Hour, 7*day-2*time.Hour, 5*day, time.Hour, time.Minute)
	produced(t, cl, open1, time.Hour)
	tx := k.Client(t, kgo.TransactionalID(run), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	ok(t, tx.BeginTransaction())
	produced(t, tx, open1, time.Minute, time.Minute)
	c := open(t, kafka.Config{Bootstrap: k.Bootstrap(), ClusterID: k.ID})
	// a group that consumers were in, so that it is Empty of itself
	leave := member(t, k.Bootstrap(), run, "consumer", "range")
	leave()
	eventually(t, "the first commit", func() string {
		return cmp.Diff([]reset.StepResult{{Written: true}}, writeTo(t, c, run, aged, reset.Position{Offset: 3}))
	})

	warns := func(committed int64, target reset.Target) []reset.WarningCode {
		t.Helper()
		writeTo(t, c, run, aged, reset.Position{Offset: committed})
		writeTo(t, c, run, open1, reset.Position{Offset: 0})
		in := reset.Intent{Group: run, Scope: scope(aged, open1), Target: target}
		q := reset.QueryOf(in, nil, reset.ReadUncommitted)
		q.Environment = true
		snap := inspect(t, c, q)
		plan, problem := reset.MakePlan(in, nil, snap, snap.At)
		if problem != nil {
			t.Fatalf("no plan: %+v", problem)
		}
		var codes []reset.WarningCode
		for _, w := range plan.Warnings {
			codes = append(codes, w.Code)
			if w.Code == reset.WarnRetention && w.Count != 2 || w.Code == reset.WarnPastOpen && w.Count != 2 {
				t.Errorf("%s counts %d, want 2", w.Code, w.Count)
			}
		}
		return codes
	}
	// Another test may have made topics of MirrorMaker's; its warning is not this one's business.
	without := func(codes []reset.WarningCode) []reset.WarningCode {
		return slices.DeleteFunc(codes, func(w reset.WarningCode) bool { return w == reset.WarnMirrored })
	}
	equal(t, "back to the start, long unread", without(warns(3, reset.Earliest{})),
		[]reset.WarningCode{reset.WarnRetention, reset.WarnOpen, reset.WarnCompacted, reset.WarnExpires})
	equal(t, "to the end, a recent record was read", without(warns(4, reset.Latest{})),
		[]reset.WarningCode{reset.WarnPastOpen, reset.WarnCompacted})
	ok(t, tx.EndTransaction(t.Context(), kgo.TryAbort))
}
