package kafka_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/kafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// capped knows no newer version of one request; -1: it does not know the request at all.
func capped(key kmsg.Key, newest int16) kafkasim.Options {
	v := kversion.Stable()
	for _, byTopicID := range []kmsg.Key{kmsg.OffsetCommit, kmsg.OffsetFetch} {
		v.SetMaxKeyVersion(int16(byTopicID), 9) // of the simulator's own clients, who may not get to know topic ids
	}
	v.SetMaxKeyVersion(int16(key), newest)
	return kafkasim.Options{Brokers: 1, Kafka: []kfake.Opt{kfake.MaxVersions(v)}}
}

// spoken are the requests that package kafka sends: up to which version, and from which on it means what is meant.
// Below that a broker is not used.
var spoken = []struct {
	key          kmsg.Key
	oldest, upTo int16
}{
	{kmsg.Fetch, 4, 12},
	{kmsg.ListOffsets, 2, 6},
	{kmsg.Metadata, 4, 11},
	{kmsg.OffsetCommit, 2, 8},
	{kmsg.OffsetFetch, 2, 8},
	{kmsg.FindCoordinator, 0, 3},
	{kmsg.DescribeGroups, 0, 5},
	{kmsg.ListGroups, 0, 5},
	{kmsg.DescribeConfigs, 0, 4},
	{kmsg.DescribeLogDirs, 0, 4},
	{kmsg.OffsetDelete, 0, 0},
	{kmsg.ConsumerGroupDescribe, 0, 1},
}

// A request means the same in every version to which a broker may lower it: what is meant arrives, decoded by another
// library, and what a version has no room for is left at its default, as listed in meant. In versions that would lose
// what matters it is never sent.
func TestRequestsOfEveryVersion(t *testing.T) {
	t.Parallel()
	for _, r := range spoken {
		for version := range r.upTo + 1 {
			t.Run(fmt.Sprintf("%s/%d", r.key.Name(), version), func(t *testing.T) {
				t.Parallel()
				s := newSim(t, capped(r.key, version))
				if version < r.oldest {
					neverSent(t, s, r.key)
					return
				}
				ok(t, s.SeedSeries("orders", 1, kafkasim.Series{First: start, Step: time.Second, Count: 20}))
				ok(t, s.Commit("billing", "orders", map[int32]int64{0: 5}))
				s.Record()
				everything(t, openSim(t, s))
				sent, err := s.Sent()
				ok(t, err)
				seen, levels := map[kmsg.Key]int16{}, map[int8]bool{}
				for _, got := range sent {
					key := kmsg.Key(got.Key())
					seen[key] = max(seen[key], got.GetVersion())
					if l, ok := got.(*kmsg.ListOffsetsRequest); ok {
						levels[l.IsolationLevel] = true
					}
					meant(t, got)
				}
				equal(t, "isolation levels that were sent", levels, map[int8]bool{0: true, 1: true})
				for _, r := range spoken {
					if _, there := seen[r.key]; !there && r.key != kmsg.ConsumerGroupDescribe {
						t.Errorf("no %s was sent", r.key.Name())
					}
				}
				if got := seen[r.key]; got != version && r.key != kmsg.ConsumerGroupDescribe {
					t.Errorf("%s was sent in version %d, want %d", r.key.Name(), got, version)
				}
			})
		}
	}
}

// neverSent checks that a broker that knows only a version which would lose what matters is not used, and that this
// is said.
func neverSent(t *testing.T, s *kafkasim.Sim, key kmsg.Key) {
	t.Helper()
	s.Record()
	c := openSim(t, s)
	_, err := c.Write(t.Context(), "billing", chunk(7), func() error { t.Error("ready was called"); return nil })
	if p := problem(t, err); p.Code != reset.ProblemUnreachable || !strings.Contains(p.Got,
		"older than Kafka 0.11: it knows "+key.Name()+" up to") {
		t.Errorf("problem %+v, want that its %s is too old", p, key.Name())
	}
	sent, err := s.Sent()
	ok(t, err)
	for _, r := range sent {
		if kmsg.Key(r.Key()) != kmsg.ApiVersions {
			t.Errorf("%s was sent", kmsg.Key(r.Key()).Name())
		}
	}
}

// everything asks all that there is to ask, and writes.
func everything(t *testing.T, c *kafka.Cluster) {
	t.Helper()
	// a time that is missed
	inspect(t, c, reset.Query{Group: "billing", At: start.Add(time.Hour), Isolation: reset.ReadCommitted,
		Environment: true})
	inspect(t, c, reset.Query{Group: "billing", Scope: scope("orders", "nowhere")})
	states(t, c, "billing", "nobody")
	looks, err := c.Look(t.Context(), []string{"billing", "nobody"})
	ok(t, err)
	equal(t, "looked at", looks["billing"].Commits, map[reset.Partition]reset.Position{orders(0): {Offset: 5}})
	_, err = c.Rights(t.Context(), []string{"billing"}, nil)
	ok(t, err)
	_, err = c.Write(t.Context(), "billing",
		reset.Chunk{Steps: []reset.WriteStep{{Partition: orders(0), To: reset.Position{Offset: 7, Metadata: "m"}}}},
		ready)
	ok(t, err)
	back, err := c.ReadBack(t.Context(), "billing", []reset.Partition{orders(0)})
	ok(t, err)
	equal(t, "read back", back, []reset.Position{{Offset: 7, Metadata: "m"}})
	_, err = c.Write(t.Context(), "billing",
		reset.Chunk{Delete: true, Steps: []reset.WriteStep{{Partition: orders(0)}}}, ready)
	ok(t, err)
}

// meant compares a request, field by field, with what is meant by it. Every field that is not set here is at its
// default.
func meant(t *testing.T, got kmsg.Request) {
	t.Helper()
	v := got.GetVersion()
	var want kmsg.Request
	switch got := got.(type) {
	case *kmsg.OffsetCommitRequest:
		want = meantCommit()
	case *kmsg.OffsetFetchRequest:
		want = meantOffsetFetch(t, got, v)
	case *kmsg.MetadataRequest:
		want = meantMetadata(got, v)
	case *kmsg.ListOffsetsRequest:
		want = meantListOffsets(got)
	case *kmsg.FetchRequest:
		want = meantFetch(got)
	case *kmsg.FindCoordinatorRequest:
		w := kmsg.NewPtrFindCoordinatorRequest()
		w.CoordinatorKey = someOf(t, "billing", "nobody")(got.CoordinatorKey)[0]
		want = w
	case *kmsg.DescribeGroupsRequest:
		w := kmsg.NewPtrDescribeGroupsRequest()
		w.Groups = someOf(t, "billing", "nobody")(got.Groups...)
		// asked for by Rights alone, which says when it is not told
		w.IncludeAuthorizedOperations = got.IncludeAuthorizedOperations && v >= 3
		want = w
	case *kmsg.ConsumerGroupDescribeRequest:
		w := kmsg.NewPtrConsumerGroupDescribeRequest()
		w.Groups = someOf(t, "billing", "nobody")(got.Groups...)
		want = w
	case *kmsg.ListGroupsRequest:
		want = kmsg.NewPtrListGroupsRequest() // all states, all types
	case *kmsg.DescribeConfigsRequest:
		want = meantConfigs(got)
	case *kmsg.DescribeLogDirsRequest:
		want = kmsg.NewPtrDescribeLogDirsRequest() // null: all topics
	case *kmsg.OffsetDeleteRequest:
		w := kmsg.NewPtrOffsetDeleteRequest()
		w.Group = "billing"
		w.Topics = []kmsg.OffsetDeleteRequestTopic{{Topic: "orders",
			Partitions: []kmsg.OffsetDeleteRequestTopicPartition{{Partition: 0}}}}
		want = w
	case *kmsg.ApiVersionsRequest:
		return
	default:
		t.Fatalf("%s v%d was sent, and nothing says what is meant by it", kmsg.Key(got.Key()).Name(), v)
	}
	want.SetVersion(v)
	tags := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".UnknownTags" }, cmp.Ignore())
	if diff := cmp.Diff(want, got, tags, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s v%d (-meant +sent):\n%s", kmsg.Key(got.Key()).Name(), v, diff)
	}
}

// someOf returns names as they were sent, when each is one of those that were asked for.
func someOf(t *testing.T, asked ...string) func(sent ...string) []string {
	t.Helper()
	return func(sent ...string) []string {
		t.Helper()
		for _, name := range sent {
			if !slices.Contains(asked, name) {
				t.Errorf("%q was sent, want some of %q", sent, asked)
			}
		}
		return sent
	}
}

// meantCommit is a commit from outside of the group (generation -1, no member), kept for as long as the brokers say
// (retention -1), of no leader epoch (-1).
func meantCommit() kmsg.Request {
	w := kmsg.NewPtrOffsetCommitRequest()
	w.Group, w.Generation, w.RetentionTimeMillis = "billing", -1, -1
	p, meta := kmsg.NewOffsetCommitRequestTopicPartition(), "m"
	p.Offset, p.LeaderEpoch, p.Metadata = 7, -1, &meta
	topic := kmsg.NewOffsetCommitRequestTopic()
	topic.Topic, topic.Partitions = "orders", []kmsg.OffsetCommitRequestTopicPartition{p}
	w.Topics = []kmsg.OffsetCommitRequestTopic{topic}
	return w
}

// meantOffsetFetch asks for all partitions (null) of some groups or for one partition of one, and for stable offsets
// where the version has a word for it: below version 7 (Kafka before 2.5) it has not, which check says.
func meantOffsetFetch(t *testing.T, got *kmsg.OffsetFetchRequest, v int16) kmsg.Request {
	w := kmsg.NewPtrOffsetFetchRequest()
	w.RequireStable = v >= 7
	if v >= 8 {
		for _, asked := range got.Groups {
			g := kmsg.NewOffsetFetchRequestGroup()
			g.Group = someOf(t, "billing", "nobody")(asked.Group)[0]
			if asked.Topics != nil {
				topic := kmsg.NewOffsetFetchRequestGroupTopic()
				topic.Topic, topic.Partitions = "orders", []int32{0}
				g.Topics = []kmsg.OffsetFetchRequestGroupTopic{topic}
			}
			w.Groups = append(w.Groups, g)
		}
		return w
	}
	w.Group = someOf(t, "billing", "nobody")(got.Group)[0]
	if got.Topics != nil {
		t := kmsg.NewOffsetFetchRequestTopic()
		t.Topic, t.Partitions = "orders", []int32{0}
		w.Topics = []kmsg.OffsetFetchRequestTopic{t}
	}
	return w
}

// meantMetadata asks for some topics or for all (null), and creates none.
func meantMetadata(got *kmsg.MetadataRequest, v int16) kmsg.Request {
	w := kmsg.NewPtrMetadataRequest()
	w.AllowAutoTopicCreation = false
	for _, topic := range got.Topics {
		t := kmsg.NewMetadataRequestTopic()
		t.Topic = topic.Topic
		if topic.Topic == nil || !slices.Contains([]string{"orders", "nowhere", "__consumer_offsets"}, *topic.Topic) {
			t.Topic = nil // not a name that was asked for
		}
		w.Topics = append(w.Topics, t)
	}
	if v == 8 { // Rights
		w.IncludeClusterAuthorizedOperations, w.IncludeTopicAuthorizedOperations = got.IncludeClusterAuthorizedOperations,
			got.IncludeTopicAuthorizedOperations
	}
	return w
}

// meantListOffsets asks as a consumer (replica -1), whatever epoch the leader has, for the isolation that was meant.
func meantListOffsets(got *kmsg.ListOffsetsRequest) kmsg.Request {
	w := kmsg.NewPtrListOffsetsRequest()
	w.ReplicaID, w.IsolationLevel = -1, got.IsolationLevel&1
	p := kmsg.NewListOffsetsRequestTopicPartition()
	p.CurrentLeaderEpoch = -1
	p.Timestamp = got.Topics[0].Partitions[0].Timestamp
	t := kmsg.NewListOffsetsRequestTopic()
	t.Topic, t.Partitions = "orders", []kmsg.ListOffsetsRequestTopicPartition{p}
	w.Topics = []kmsg.ListOffsetsRequestTopic{t}
	return w
}

// meantFetch is a fetch outside of any session (id 0, epoch -1) by a consumer that waits for nothing and checks no
// epoch, of the isolation that was meant.
func meantFetch(got *kmsg.FetchRequest) kmsg.Request {
	w := kmsg.NewPtrFetchRequest()
	w.ReplicaID, w.MaxWaitMillis, w.MinBytes, w.MaxBytes, w.SessionEpoch = -1, 0, 0, 32<<20, -1
	w.IsolationLevel = got.IsolationLevel & 1 // in every version from the oldest on
	p := kmsg.NewFetchRequestTopicPartition()
	p.CurrentLeaderEpoch, p.LastFetchedEpoch = -1, -1
	if got.GetVersion() >= 5 {
		p.LogStartOffset = 0 // of followers only
	}
	sent := got.Topics[0].Partitions[0]
	p.FetchOffset, p.PartitionMaxBytes = sent.FetchOffset, sent.PartitionMaxBytes
	t := kmsg.NewFetchRequestTopic()
	t.Topic, t.Partitions = "orders", []kmsg.FetchRequestTopicPartition{p}
	w.Topics = []kmsg.FetchRequestTopic{t}
	return w
}

func meantConfigs(got *kmsg.DescribeConfigsRequest) kmsg.Request {
	w := kmsg.NewPtrDescribeConfigsRequest()
	for _, r := range got.Resources {
		want := kmsg.NewDescribeConfigsRequestResource()
		switch r.ResourceType {
		case kmsg.ConfigResourceTypeBroker:
			want.ResourceType, want.ResourceName = r.ResourceType, "0"
			want.ConfigNames = []string{"offsets.retention.minutes", "offsets.commit.timeout.ms"}
		default:
			want.ResourceType, want.ResourceName = kmsg.ConfigResourceTypeTopic, "orders"
			want.ConfigNames = []string{"cleanup.policy", "retention.ms", "remote.storage.enable", "local.retention.ms"}
		}
		w.Resources = append(w.Resources, want)
	}
	return w
}
