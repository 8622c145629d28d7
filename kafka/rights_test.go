package kafka_test

import (
	"slices"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/kafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// right is an ACL of the user bot.
func right(resource kmsg.ACLResourceType, name string, op kmsg.ACLOperation) kfake.ACL {
	return kfake.ACL{Resource: resource, Name: name, Pattern: kmsg.ACLResourcePatternTypeLiteral, Operation: op,
		Allow: true}
}

// documented are the rights of docs/permissions.md, as ACLs.
var documented = []kfake.ACL{
	right(kmsg.ACLResourceTypeCluster, "kafka-cluster", kmsg.ACLOperationDescribe),
	right(kmsg.ACLResourceTypeCluster, "kafka-cluster", kmsg.ACLOperationDescribeConfigs),
	right(kmsg.ACLResourceTypeGroup, "*", kmsg.ACLOperationRead),
	right(kmsg.ACLResourceTypeGroup, "*", kmsg.ACLOperationDelete),
	right(kmsg.ACLResourceTypeTopic, "*", kmsg.ACLOperationRead),
	right(kmsg.ACLResourceTypeTopic, "*", kmsg.ACLOperationDescribeConfigs),
}

// limited is seeded, with a second topic, seen by a login that has these rights and no more.
func limited(t *testing.T, rights ...kfake.ACL) *kafka.Cluster {
	t.Helper()
	const mechanism = "SCRAM-SHA-256"
	s := newSim(t, kafkasim.Options{
		Users: []kafkasim.User{{Mechanism: mechanism, Name: "root", Password: "root"}},
		Kafka: []kfake.Opt{kfake.EnableACLs(), kfake.User(mechanism, "bot", secret, slices.Clone(rights)...)},
	})
	for _, topic := range []string{"orders", "refunds"} {
		ok(t, s.Seed(topic, 1, kafkasim.Record{Time: start, Value: "x"}))
		ok(t, s.Commit("billing", topic, map[int32]int64{0: 1}))
	}
	return open(t, kafka.Config{Bootstrap: s.Addrs(),
		SASL: kafka.SASL{Mechanism: mechanism, User: "bot", Password: secret}})
}

func without(resource kmsg.ACLResourceType, op kmsg.ACLOperation) []kfake.ACL {
	return slices.DeleteFunc(slices.Clone(documented),
		func(a kfake.ACL) bool { return a.Resource == resource && a.Operation == op })
}

func TestRightsThatAreMissingAreNamed(t *testing.T) {
	t.Parallel()
	lack := func(resource, name, op string, optional bool) MissingRight {
		return MissingRight{resource, name, op, optional}
	}
	for _, c := range []struct {
		name   string
		rights []kfake.ACL
		want   []MissingRight
	}{
		{"none", documented, nil},
		{"cluster DESCRIBE", without(kmsg.ACLResourceTypeCluster, kmsg.ACLOperationDescribe),
			[]MissingRight{lack("cluster", "", "DESCRIBE", true)}},
		{"cluster DESCRIBE_CONFIGS", without(kmsg.ACLResourceTypeCluster, kmsg.ACLOperationDescribeConfigs),
			[]MissingRight{lack("cluster", "", "DESCRIBE_CONFIGS", true)}},
		{"group READ", without(kmsg.ACLResourceTypeGroup, kmsg.ACLOperationRead),
			[]MissingRight{lack("group", "billing", "READ", false)}},
		{"group DELETE", without(kmsg.ACLResourceTypeGroup, kmsg.ACLOperationDelete),
			[]MissingRight{lack("group", "billing", "DELETE", true)}},
		{"topic READ", without(kmsg.ACLResourceTypeTopic, kmsg.ACLOperationRead), []MissingRight{
			lack("topic", "orders", "READ", false), lack("topic", "refunds", "READ", false),
		}},
		{"topic DESCRIBE_CONFIGS", without(kmsg.ACLResourceTypeTopic, kmsg.ACLOperationDescribeConfigs), []MissingRight{
			lack("topic", "orders", "DESCRIBE_CONFIGS", true), lack("topic", "refunds", "DESCRIBE_CONFIGS", true),
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := limited(t, c.rights...).Rights(t.Context(), []string{"billing"}, []string{"orders", "refunds"})
			ok(t, err)
			equal(t, "lacks", shorter(got.Lacks), c.want)
			if unknown := c.name == "cluster DESCRIBE"; unknown != (got.HiddenWhy != "") {
				t.Errorf("whether topics are hidden is not known because of %q", got.HiddenWhy)
			}
		})
	}
}

// MissingRight is a kafka.MissingRight without its words.
type MissingRight struct {
	Resource, Name, Operation string
	Optional                  bool
}

func shorter(lacks []kafka.MissingRight) (out []MissingRight) {
	for _, l := range lacks {
		if l.For == "" {
			panic("a right without a purpose")
		}
		out = append(out, MissingRight{l.Resource, l.Name, l.Operation, l.Optional})
	}
	return out
}

// Kafka leaves out the commits on a hidden topic without a word (the simulated one does not, so that only the count is
// looked at here). That something is hidden is found out all the same.
func TestTopicsThatAnACLHidesAreCounted(t *testing.T) {
	t.Parallel()
	all := reset.Query{Scope: reset.Scope{All: true}, Environment: true}
	seen := inspect(t, limited(t, documented...), all)
	equal(t, "nothing is hidden", [3]any{seen.Environment.Hidden, seen.Environment.HiddenWhy, len(seen.Topics)},
		[3]any{0, "", 2})

	rights := append(without(kmsg.ACLResourceTypeTopic, kmsg.ACLOperationRead),
		right(kmsg.ACLResourceTypeTopic, "orders", kmsg.ACLOperationRead))
	seen = inspect(t, limited(t, rights...), all)
	if seen.Environment.Hidden == 0 || seen.Environment.HiddenWhy != "" {
		t.Errorf("%d hidden (%s), want some", seen.Environment.Hidden, seen.Environment.HiddenWhy)
	}
	rights = append(rights, right(kmsg.ACLResourceTypeTopic, "refunds", kmsg.ACLOperationDescribe))
	seen = inspect(t, limited(t, rights...), all)
	equal(t, "DESCRIBE is enough to see", [2]any{seen.Environment.Hidden, len(seen.Topics)}, [2]any{0, 2})
}

// A topic of which the brokers know nothing is not one on which all rights are there.
func TestRightsOnATopicThatIsNotThere(t *testing.T) {
	t.Parallel()
	got, err := limited(t, documented...).Rights(t.Context(), []string{"billing"}, []string{"ordres"})
	ok(t, err)
	equal(t, "unread", got.Unread, []string{"ordres: UNKNOWN_TOPIC_OR_PARTITION"})
}
