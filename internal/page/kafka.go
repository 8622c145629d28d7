package page

import (
	"maps"
	"slices"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/stage"
)

// kafkaEvent is Kafka as the brokers have it.
type kafkaEvent struct {
	Clusters []kafkaCluster `json:"clusters"`
}

type kafkaCluster struct {
	Name    string       `json:"name"`
	Brokers []broker     `json:"brokers"`
	Topics  []topic      `json:"topics"`
	Groups  []kafkaGroup `json:"groups"`
}

type broker struct {
	ID int32 `json:"id"`
	Up bool  `json:"up"`
}

type topic struct {
	Name       string  `json:"name"`
	Producing  bool    `json:"producing"`
	Partitions []ledge `json:"partitions"`
}

// ledge is the log of a partition: its log-start and log-end offset.
type ledge struct {
	Start int64 `json:"start"`
	End   int64 `json:"end"`
}

type kafkaGroup struct {
	Name    string       `json:"name"`
	State   string       `json:"state"`
	Members []member     `json:"members"`
	Ours    int          `json:"ours"` // members that were started here
	Topics  []groupTopic `json:"topics"`
}

type member struct {
	ID   string `json:"id"`
	Host string `json:"host"`
}

type groupTopic struct {
	Name       string           `json:"name"`
	Partitions []groupPartition `json:"partitions"`
}

type groupPartition struct {
	Partition int32 `json:"partition"`
	Committed int64 `json:"committed"` // -1: none
	Start     int64 `json:"start"`
	End       int64 `json:"end"`
}

// lookAtKafka asks the brokers themselves, not the bot.
func (p *Server) lookAtKafka() kafkaEvent {
	out := kafkaEvent{Clusters: []kafkaCluster{}}
	for _, name := range stage.Clusters {
		sim, err := p.stage.Cluster(name)
		if err != nil {
			continue
		}
		c := kafkaCluster{Name: name, Brokers: []broker{}, Topics: []topic{}, Groups: []kafkaGroup{}}
		for id := range int32(len(sim.Addrs())) {
			c.Brokers = append(c.Brokers, broker{ID: id, Up: p.stage.BrokerUp(name, id)})
		}
		for _, t := range stage.Topics {
			c.Topics = append(c.Topics, topic{Name: t, Producing: p.stage.Producing(name, t), Partitions: logs(sim, t)})
		}
		for _, g := range p.stage.Groups(name) {
			if info := sim.Kafka().GroupInfo(g); info != nil {
				c.Groups = append(c.Groups, p.groupOf(sim, name, info))
			}
		}
		out.Clusters = append(out.Clusters, c)
	}
	return out
}

// logs are the partitions of a topic in their order.
func logs(sim *kafkasim.Sim, topic string) []ledge {
	infos := sim.Kafka().PartitionInfos(topic)
	slices.SortFunc(infos, func(a, b *kfake.PartitionInfo) int { return int(a.Partition - b.Partition) })
	out := []ledge{}
	for _, info := range infos {
		out = append(out, ledge{Start: info.LogStartOffset, End: info.HighWatermark})
	}
	return out
}

func (p *Server) groupOf(sim *kafkasim.Sim, cluster string, info *kfake.GroupInfo) kafkaGroup {
	g := kafkaGroup{Name: info.Group, State: info.State, Members: []member{}, Topics: []groupTopic{},
		Ours: p.stage.Consumers(cluster, info.Group)}
	reads := map[string]bool{}
	for topic := range info.Commits {
		reads[topic] = true
	}
	for _, m := range info.Members {
		g.Members = append(g.Members, member{ID: m.MemberID, Host: m.ClientHost})
		for topic := range m.Assignment {
			reads[topic] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(reads)) {
		t := groupTopic{Name: name, Partitions: []groupPartition{}}
		for i, log := range logs(sim, name) {
			at := groupPartition{Partition: int32(i), Committed: -1, Start: log.Start, End: log.End}
			if c, ok := info.Commits[name][int32(i)]; ok {
				at.Committed = c.Offset
			}
			t.Partitions = append(t.Partitions, at)
		}
		g.Topics = append(g.Topics, t)
	}
	return g
}
