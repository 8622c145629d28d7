package kafka

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/IBM/sarama"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/guard"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// environment adds what shows a group's kind while it has no members, and what warnings are made of: the names of all
// topics, the configuration of those in scope, and where their logs are about to change. One request for names, one
// to each broker for configuration, and up to five to each leader, however many partitions there are.
func (c *Cluster) environment(ctx context.Context, v view, q reset.Query, s *reset.Snapshot) error {
	every, err := c.metadata(ctx)
	if err != nil {
		return err
	}
	s.Environment.Streams, s.Environment.Mirrors = kindTopics(q.Group, slices.Sorted(maps.Keys(every.topics)))
	var wg guard.Group
	wg.Go(func() { c.configs(ctx, v, s) })
	var unseen, undated map[string]string
	wg.Go(func() { unseen = c.open(ctx, v, q.Isolation, s.Partitions) })
	if len(q.Scope.Topics) == 0 {
		wg.Go(func() { s.Environment.Hidden, s.Environment.HiddenWhy = c.hidden(ctx, every) })
	}
	wg.Wait()
	undated = c.recordAges(ctx, v, s)
	for _, why := range []map[string]string{unseen, undated} {
		for _, topic := range slices.Sorted(maps.Keys(why)) {
			if !slices.Contains(s.Environment.Unread, topic) {
				s.Environment.Unread, s.Environment.UnreadWhy = append(s.Environment.Unread, topic), why[topic]
			}
		}
	}
	return ctx.Err()
}

// kindTopics picks the topics whose names show what runs a group: Kafka Streams names an application's internal
// topics APPLICATION-..., and the application's id is its group; MirrorMaker 2 keeps checkpoints of each source
// cluster in a topic of their own.
func kindTopics(group string, names []string) (streams, mirrors []string) {
	for _, n := range names {
		store, changelog := strings.CutSuffix(n, "-changelog")
		operator, repartition := strings.CutSuffix(n, "-repartition")
		of := len(group) + 1
		switch {
		case changelog && len(store) > of && strings.HasPrefix(store, group+"-"),
			repartition && len(operator) > of && strings.HasPrefix(operator, group+"-"):
			streams = append(streams, n)
		case strings.HasSuffix(n, ".checkpoints.internal"):
			mirrors = append(mirrors, n)
		}
	}
	return streams, mirrors
}

// brokers is the key of the brokers' own configuration among the names of topics.
const brokers = "brokers"

// configs asks one broker for the configuration of the topics in scope, and each broker for its own (a broker returns
// no other's). What is denied, not answered or left out of an answer is noted; it does not fail the plan.
func (c *Cluster) configs(ctx context.Context, v view, s *reset.Snapshot) {
	_, lead := v.someNode()
	topics := slices.Sorted(maps.Keys(topicsOf(s.Partitions)))
	unread := map[string]string{} // why, by name
	var mu sync.Mutex
	var wg guard.Group
	for id, addr := range v.nodes {
		asked := []*sarama.ConfigResource{{Type: sarama.BrokerResource, Name: strconv.Itoa(int(id)),
			ConfigNames: brokerSettings}}
		if addr == lead {
			for _, name := range topics {
				asked = append(asked, &sarama.ConfigResource{Type: sarama.TopicResource, Name: name,
					ConfigNames: topicSettings})
			}
		}
		wg.Go(func() {
			told := c.describeConfigs(ctx, addr, asked)
			mu.Lock()
			defer mu.Unlock()
			for i, r := range asked {
				switch {
				case told[i].err != "" && r.Type == sarama.BrokerResource:
					unread[brokers] = told[i].err
				case told[i].err != "":
					unread[r.Name] = told[i].err
				case r.Type == sarama.BrokerResource:
					// Brokers may be configured differently. The shortest retention and the longest commit timeout
					// count.
					s.Environment.Retention = shortest(s.Environment.Retention,
						period(told[i].values["offsets.retention.minutes"], time.Minute))
					s.Environment.CommitTimeout = max(s.Environment.CommitTimeout,
						period(told[i].values["offsets.commit.timeout.ms"], time.Millisecond))
				default:
					t := s.Topics[r.Name]
					t.Config = toConfig(told[i].values)
					s.Topics[r.Name] = t
				}
			}
		})
	}
	wg.Wait()
	for _, name := range append([]string{brokers}, topics...) {
		if why := unread[name]; why != "" {
			s.Environment.Unread, s.Environment.UnreadWhy = append(s.Environment.Unread, name), why
		}
	}
}

// The settings that are asked for. A broker that returns any setting returns the first of each: without it the answer
// is empty.
var (
	brokerSettings = []string{"offsets.retention.minutes", "offsets.commit.timeout.ms"}
	topicSettings  = []string{"cleanup.policy", "retention.ms", "remote.storage.enable", "local.retention.ms"}
)

// settings are what a broker returns for one resource, or why it does not.
type settings struct {
	values map[string]string
	err    string
}

// describeConfigs returns the settings of each asked resource, in order. A resource, or a first setting, that the
// answer leaves out is not known: it is not the same as a setting that is not set.
func (c *Cluster) describeConfigs(ctx context.Context, addr string, asked []*sarama.ConfigResource) []settings {
	out := make([]settings, len(asked))
	resp, err := callBroker(ctx, c, addr, func(b *sarama.Broker) (*sarama.DescribeConfigsResponse, error) {
		return b.DescribeConfigs(&sarama.DescribeConfigsRequest{Version: 4, Resources: asked})
	})
	for i, r := range asked {
		if err != nil {
			out[i].err = cause(err)
			continue
		}
		out[i] = toSettings(r, resp.Resources)
	}
	return out
}

func toSettings(asked *sarama.ConfigResource, told []*sarama.ResourceResponse) settings {
	i := slices.IndexFunc(told, func(r *sarama.ResourceResponse) bool {
		return r.Type == asked.Type &&
			r.Name == asked.Name
	})
	if i < 0 {
		return settings{err: "the broker's answer leaves it out"}
	}
	if code := sarama.KError(told[i].ErrorCode); code != sarama.ErrNoError {
		return settings{err: name(code)}
	}
	values := map[string]string{}
	for _, e := range told[i].Configs {
		values[e.Name] = e.Value
	}
	if _, ok := values[asked.ConfigNames[0]]; !ok {
		return settings{err: "the broker does not return " + asked.ConfigNames[0]}
	}
	return settings{values: values}
}

// shortest of two periods of which 0 is none.
func shortest(a, b time.Duration) time.Duration {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}

// toConfig reads Kafka's words. A local retention of -2 means that of the topic: then nothing is in remote storage
// alone.
func toConfig(values map[string]string) *reset.TopicConfig {
	policy := strings.Split(values["cleanup.policy"], ",")
	t := &reset.TopicConfig{Compacted: slices.Contains(policy, "compact")}
	if slices.Contains(policy, "delete") {
		t.Retention = period(values["retention.ms"], time.Millisecond)
	}
	if local := period(values["local.retention.ms"],
		time.Millisecond); values["remote.storage.enable"] == "true" && (t.Retention == 0 || local < t.Retention) {
		t.Local = local
	}
	return t
}

// period is a number of units; 0 for none, for -1 (no limit) and -2, and for a period longer than any.
func period(s string, unit time.Duration) time.Duration {
	const forever = 100 * 365 * 24 * time.Hour
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > int64(forever/unit) {
		return 0
	}
	return time.Duration(n) * unit
}

// someNode is the broker that answered last, or any.
func (v view) someNode() (int32, string) {
	ids := slices.Sorted(maps.Keys(v.nodes))
	for _, id := range ids {
		if v.nodes[id] == v.lead {
			return id, v.lead
		}
	}
	return ids[0], v.nodes[ids[0]]
}

func topicsOf(parts []reset.PartitionState) map[string]bool {
	out := map[string]bool{}
	for _, p := range parts {
		out[p.Topic] = true
	}
	return out
}

// open finds records of open transactions: those between the last stable offset and the end. The stable offset is
// asked for last, so that records written between the two questions do not look like a transaction. It returns the
// topics of which that is not known, with why.
func (c *Cluster) open(
	ctx context.Context, v view, isolation reset.Isolation, states []reset.PartitionState,
) map[string]string {
	unseen := map[string]string{}
	var parts []reset.Partition
	ends := map[reset.Partition]offsetResult{}
	for _, p := range states {
		if p.Err == "" && p.End > 0 {
			parts = append(parts, p.Partition)
			ends[p.Partition] = offsetResult{offset: p.End}
		}
	}
	if isolation == reset.ReadCommitted {
		ends = c.listOffsetsAt(ctx, v, parts, atEvery(sarama.OffsetNewest), reset.ReadUncommitted)
	}
	stable := c.listOffsetsAt(ctx, v, parts, atEvery(sarama.OffsetNewest), reset.ReadCommitted)
	for i := range states {
		p := &states[i]
		end, at := ends[p.Partition], stable[p.Partition]
		switch why := cmp.Or(end.err, at.err); {
		case why != "":
			unseen[p.Topic] = why
		case at.offset < end.offset:
			p.Stable, p.Open = at.offset, end.offset-at.offset
		}
	}
	return unseen
}

// recordAges finds, by time look-ups, where each log has what retention deletes soon, what is in remote storage only,
// and what is recent in the life of commits. A miss means that all records are older. It returns the topics that
// could not be read, with why.
func (c *Cluster) recordAges(ctx context.Context, v view, s *reset.Snapshot) map[string]string {
	var wg guard.Group
	var mu sync.Mutex
	undated := map[string]string{}
	var finds []func() // started when all have read the partitions: each writes a field of its own
	find := func(age func(reset.PartitionState) time.Duration, set func(p *reset.PartitionState, offset int64)) {
		at := map[reset.Partition]int64{}
		for _, p := range s.Partitions {
			if d := age(p); d > 0 && p.Err == "" && p.Start < p.End {
				at[p.Partition] = millis(s.At.Add(-d))
			}
		}
		if len(at) == 0 {
			return
		}
		finds = append(finds, func() {
			parts := slices.Collect(maps.Keys(at))
			found := c.listOffsetsAt(ctx, v, parts, func(p reset.Partition) int64 { return at[p] },
				reset.ReadUncommitted)
			for i := range s.Partitions {
				p := &s.Partitions[i]
				switch f, ok := found[p.Partition]; {
				case !ok: // not looked up
				case f.err != "":
					mu.Lock()
					undated[p.Topic] = f.err
					mu.Unlock()
				case f.offset < 0:
					set(p, p.End)
				default:
					set(p, f.offset)
				}
			}
		})
	}
	config := func(p reset.PartitionState) reset.TopicConfig {
		if t := s.Topics[p.Topic].Config; t != nil {
			return *t
		}
		return reset.TopicConfig{}
	}
	find(func(p reset.PartitionState) time.Duration { return config(p).Retention - config(p).Soon() },
		func(p *reset.PartitionState, offset int64) { p.Expiring = offset })
	find(func(p reset.PartitionState) time.Duration { return config(p).Local },
		func(p *reset.PartitionState, offset int64) { p.Remote = offset })
	find(func(p reset.PartitionState) time.Duration {
		if p.Committed.None || s.Group.State != "Empty" {
			return 0
		}
		return s.Environment.Retention / 2
	}, func(p *reset.PartitionState, offset int64) { p.Recent = offset })
	for _, f := range finds {
		wg.Go(f)
	}
	wg.Wait()
	return undated
}
