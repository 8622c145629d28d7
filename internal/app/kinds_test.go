package app_test

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/app"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/config"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// What runs a group decides whether its offsets may be moved here; what surrounds it is shown before an approval.

func kindStage(t *testing.T, groups ...string) *stage {
	t.Helper()
	s := newStage(t, world.Options{})
	s.configure(`groups: ["billing*", "pay-*"]`, `groups: ["*"]`)
	for _, g := range groups {
		must(t, s.Prod.Commit(g, world.Orders, map[int32]int64{0: world.PerOrders - world.Behind}))
	}
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAConnectSinkGoesOnWhenItsConnectorIsStopped(t *testing.T) {
	t.Parallel()
	s := kindStage(t, "connect-warehouse")
	s.start()
	const ask = "connect-warehouse@prod-eu orders:0 back 5m"
	m := s.tells(s.Mara, world.Incident, ask, "the Kafka Connect sink warehouse. Is the connector stopped?",
		"PUT /connectors/warehouse/stop", "The connector is stopped")
	s.clicks(s.Mara, m, "choose.1")
	m = s.shows(s.Mara, m, "PREVIEW", "said to be stopped")
	s.clicks(s.Mara, m, "approve")
	card := s.sees(s.Jon, world.Home, s.id(m), "DONE")
	s.wrote(1)

	// The undo asks again: the connector may run by now.
	back := s.news(s.Mara, world.Home, func() { s.clicks(s.Mara, card, "undo") }, "Is the connector stopped?")
	s.clicks(s.Mara, back, "choose.1")
	s.shows(s.Mara, back, "PREVIEW", "the offsets before "+s.id(card), "said to be stopped")

	s.tells(s.Mara, world.Incident, "connect-warehouse@prod-eu orders:0 back 9m --connector-stopped", "PREVIEW",
		"said to be stopped")
	s.wrote(1)
}

func TestGroupsThatAnotherToolMoves(t *testing.T) {
	t.Parallel()
	s := kindStage(t, "agg", "etl-7", "nightly", "connect-raw", "agg-plain")
	s.configure("    home_channel: "+world.Home, `    groups:
      - {name: "etl-*", kind: flink}
      - {name: nightly, kind: spark}
      - {name: connect-raw, kind: connect}
      - {name: agg-plain, kind: consumer}
    home_channel: `+world.Home)
	for _, topic := range []string{"agg-store-changelog", "agg-plain-x-changelog"} {
		must(t, s.Prod.CreateTopic(topic, 1, nil))
	}
	s.start()
	s.tells(s.Mara, world.Incident, "agg@prod-eu orders to latest", "agg looks like Kafka Streams (",
		"agg-store-changelog", "kafka-streams-application-reset.sh")
	s.tells(s.Mara, world.Incident, "etl-7@prod-eu orders to latest", "etl-7 is Flink's", "scan.startup.mode")
	s.tells(s.Mara, world.Incident, "nightly@prod-eu orders to latest", "nightly is Spark's",
		"startingOffsetsByTimestamp")
	s.tells(s.Mara, world.Incident, "connect-raw@prod-eu orders to latest", "connect-raw belongs to Kafka Connect",
		"PATCH /connectors/NAME/offsets")
	s.tells(s.Mara, world.Incident, "agg-plain@prod-eu orders:0 back 5m", "PREVIEW")
	s.wrote(0)
}

func TestAllTopicsAreRefusedWhenTopicsMayBeHidden(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	denied := s.Prod.Fail(-1, kmsg.DescribeLogDirs, kerr.ClusterAuthorizationFailed)
	s.start()
	const ask = "billing@prod-eu --all-topics to latest"
	s.tells(s.Mara, world.Incident, ask, "can't be told", "could be less than all. Name the topics instead",
		"orders and refunds")
	s.tells(s.Mara, world.Incident, "billing@prod-eu orders refunds to latest", "PREVIEW")
	s.stop()
	s.configure("    home_channel: "+world.Home, "    sees_all_topics: true\n    home_channel: "+world.Home)
	s.start()
	s.tells(s.Mara, world.Incident, ask, "PREVIEW", "Topics may be hidden by ACLs")
	denied.Remove()
	m := s.tells(s.Mara, world.Incident, ask, "PREVIEW", "refunds")
	if strings.Contains(m.Text(), "ACLs") {
		t.Errorf("nothing is hidden, and it says:\n%s", m.Text())
	}
	s.untouched()
}

func TestEnvironmentOfAPlanIsShown(t *testing.T) {
	t.Parallel()
	s := kindStage(t, "my-flink-job")
	must(t, s.Prod.CreateTopic("us.checkpoints.internal", 1, nil))
	must(t, s.Prod.CreateTopic("state", 1,
		map[string]string{"cleanup.policy": "compact,delete", "retention.ms": "7200000"}))
	old := s.Born.Add(-110 * time.Minute)
	must(t, s.Prod.Produce("state", kafkasim.Record{Time: old, Key: "a", Value: "1"},
		kafkasim.Record{Time: s.Born, Key: "b", Value: "2"}))
	must(t, s.Prod.Commit("my-flink-job", "state", map[int32]int64{0: 2}))
	tx, err := s.Prod.Begin("t", "state", kafkasim.Record{Time: s.Born, Key: "c", Value: "3"})
	must(t, err)
	s.start()
	flink := s.tells(s.Mara, world.Incident, "my-flink-job@prod-eu state to earliest", "PREVIEW",
		"Looks like Flink",
		"p to 1 message may be deleted within 1 h", "more warnings: see Partitions")
	s.clicks(s.Mara, flink, "rows")
	s.opens(s.Mara, "By its name this is Flink", "state is compacted", "latest state by key", "up to 1 message",
		"may be gone within 1 h", "Transactions are open on 1 partition",
		"MirrorMaker 2 writes to this cluster (us.checkpoints.internal)")
	s.tells(s.Mara, world.Incident, "my-flink-job@prod-eu state to latest", "PREVIEW",
		"read_committed consumers never see up to 1 message")
	must(t, tx.End(true))
	s.Prod.Fail(-1, kmsg.DescribeConfigs, kerr.TopicAuthorizationFailed)
	m := s.tells(s.Mara, world.Incident, "my-flink-job@prod-eu state to earliest", "PREVIEW",
		"not checked on brokers and state")
	if strings.Contains(m.Text(), "Open transactions") || strings.Contains(m.Text(), "Compacted") {
		t.Errorf("what is not known is said:\n%s", m.Text())
	}
}

// The records of orders are of today. A group that is empty and has read none of them may have been so for long.
func TestACommitMayExpire(t *testing.T) {
	t.Parallel()
	s := newStage(t,
		world.Options{Kafka: kafkasim.Options{Kafka: []kfake.Opt{kfake.BrokerConfigs(
			map[string]string{"offsets.retention.minutes": "40"})}}})
	must(t, s.Prod.Commit("billing-old", world.Orders, map[int32]int64{0: 10}))
	s.start()
	s.tells(s.Mara, world.Incident, "billing-old@prod-eu orders:0 to latest", "PREVIEW",
		"Kafka deletes these offsets after 40 min without consumers")
	m := s.tells(s.Mara, world.Incident, "billing@prod-eu orders back 5m", "PREVIEW")
	if strings.Contains(m.Text(), "Kafka deletes") {
		t.Errorf("it has read records a while ago, and is told:\n%s", m.Text())
	}
}

func TestCheckNamesEachMissingRight(t *testing.T) {
	t.Parallel()
	const mechanism = "SCRAM-SHA-256"
	right := func(resource kmsg.ACLResourceType, name string, op kmsg.ACLOperation) kfake.ACL {
		return kfake.ACL{Resource: resource, Name: name, Pattern: kmsg.ACLResourcePatternTypeLiteral, Operation: op,
			Allow: true}
	}
	s := newStage(t, world.Options{Kafka: kafkasim.Options{
		Users: []kafkasim.User{{Mechanism: mechanism, Name: "root", Password: "root"}},
		Kafka: []kfake.Opt{kfake.EnableACLs(), kfake.User(mechanism, "bot", "hunter2",
			right(kmsg.ACLResourceTypeCluster, "kafka-cluster", kmsg.ACLOperationDescribe),
			right(kmsg.ACLResourceTypeGroup, "*", kmsg.ACLOperationRead),
			right(kmsg.ACLResourceTypeTopic, world.Orders, kmsg.ACLOperationRead),
			right(kmsg.ACLResourceTypeTopic, world.Orders, kmsg.ACLOperationDescribeConfigs),
			right(kmsg.ACLResourceTypeTopic, world.Refunds, kmsg.ACLOperationDescribe),
		)},
	}})
	s.configure("    home_channel: "+world.Home,
		"    sasl: {mechanism: "+mechanism+", username: bot, password: hunter2}\n    home_channel: "+world.Home)
	cfg, err := config.Load(s.ConfigFile, func(string) (string, bool) { return "", false }, os.ReadFile)
	must(t, err)
	var out bytes.Buffer
	if err := app.Check(s.ctx, cfg, app.CheckOptions{}, &out, time.Now); err == nil {
		t.Error("everything is fine, says check")
	}
	for _, want := range []string{
		"note   cluster prod-eu: the login lacks DESCRIBE_CONFIGS on cluster, needed for warning that committed offsets may expire; grant it: kafka-acls.sh --bootstrap-server " +
			s.Prod.Addrs()[0] +
			" --add --allow-principal User:bot --operation DescribeConfigs --cluster\n",
		`note   cluster prod-eu: the login lacks DELETE on group billing, needed for deleting committed offsets`,
		`WRONG  cluster prod-eu: the login lacks READ on topic refunds, needed for committing offsets`,
		"--operation Read --topic refunds\n",
		`note   cluster prod-eu: the login lacks DESCRIBE_CONFIGS on topic refunds`,
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("check does not say %q:\n%s", want, out.String())
		}
	}
	for _, not := range []string{"topic orders", "READ on group", "hunter2"} {
		if strings.Contains(out.String(), not) {
			t.Errorf("check says %q:\n%s", not, out.String())
		}
	}
}
