package kafka_test

import (
	"maps"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/kafka/kafkatest"
)

// Reasons why a scenario can't be made on a service.
const (
	noNewProtocol = "it has no groups of the new protocol (KIP-848)"
	noTopicIDs    = "it does not tell the ids of topics"
)

// service is a Kafka that offers less than Apache Kafka's newest release: what it lacks, and which scenarios can't be
// made on it.
type service struct {
	from    func() *kversion.Versions // whose list it is
	caps    map[kmsg.Key]int16        // the newest version of a request; -1: it does not know the request
	lacks   []string
	notes   int
	differs map[string]string
}

var withoutNewProtocol = map[string]string{
	"consumer group": noNewProtocol, "several states at once": noNewProtocol,
	"a member between two looks": noNewProtocol,
}

func alsoDiffers(scenario, why string) map[string]string {
	out := maps.Clone(withoutNewProtocol)
	out[scenario] = why
	return out
}

// services are what providers offer. Lists: Kafka's own 2.2 (also ApsaraMQ for Kafka); MSK Serverless as in
// tchiotludo/akhq#1113; the rest as their documentation and users tell (DescribeLogDirs is denied on Confluent Cloud,
// DescribeConfigs partial on Event Hubs, OffsetDelete missing on several).
var services = map[string]service{
	"Kafka 2.2": {
		from:  kversion.V2_2_0,
		lacks: []string{"OffsetDelete", kafkatest.TopicIDs, kafkatest.ListedStates}, notes: 4,
		differs: alsoDiffers("topic made again", noTopicIDs),
	},
	"MSK Serverless": {
		from: kversion.V2_8_0,
		caps: map[kmsg.Key]int16{kmsg.ListGroups: 4, kmsg.OffsetFetch: 7, kmsg.DescribeLogDirs: -1}, notes: 2,
		differs: withoutNewProtocol,
	},
	"no OffsetDelete": {
		from: kversion.Stable, caps: map[kmsg.Key]int16{kmsg.OffsetDelete: -1}, lacks: []string{"OffsetDelete"},
		notes: 1,
	},
	"no DescribeLogDirs, no DescribeConfigs": {
		from: kversion.Stable, caps: map[kmsg.Key]int16{kmsg.DescribeLogDirs: -1, kmsg.DescribeConfigs: -1}, notes: 2,
	},
	"old requests for groups": {
		from: kversion.V2_8_0, caps: map[kmsg.Key]int16{kmsg.OffsetCommit: 2, kmsg.OffsetFetch: 5, kmsg.ListGroups: 0,
			kmsg.OffsetDelete: -1},
		lacks: []string{"OffsetDelete", kafkatest.ListedStates}, notes: 3, differs: withoutNewProtocol,
	},
}

// Everything that a plain reset needs works on each of them, and what does not is said before anything is written.
func TestScenariosOnServices(t *testing.T) {
	t.Parallel()
	for name, s := range services {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := s.from()
			for key, newest := range s.caps {
				v.SetMaxKeyVersion(int16(key), newest)
			}
			sim := newSim(t, kafkasim.Options{Brokers: 1, Kafka: []kfake.Opt{kfake.MaxVersions(v)}})
			differs := maps.Clone(kfakeDiffers)
			maps.Copy(differs, s.differs)
			kafkatest.Run(t, kafkatest.World{Addrs: sim.Addrs(), ClusterID: sim.ClusterID(), Differs: differs,
				Lacks: s.lacks, Notes: s.notes})
		})
	}
}
