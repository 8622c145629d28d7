package kafka_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/kafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// around inspects with the clock at an hour after the first record of seeded.
func around(t *testing.T, s *kafkasim.Sim, q reset.Query) reset.Snapshot {
	t.Helper()
	q.Environment = true
	return inspect(t, at(t, s, start.Add(time.Hour)), q)
}

// at is a cluster whose clock stands.
func at(t *testing.T, s *kafkasim.Sim, now time.Time) *kafka.Cluster {
	t.Helper()
	c := kafka.Open(kafka.Config{Name: "prod-eu", Bootstrap: s.Addrs(), Timeout: 5 * time.Second,
		Now: func() time.Time { return now }})
	t.Cleanup(func() { ok(t, c.Close()) })
	return c
}

// member lets a member join a classic group by one raw request, and returns what makes it leave.
func member(t *testing.T, addrs []string, group, protocolType, protocol string) (leave func()) {
	t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(addrs...))
	ok(t, err)
	t.Cleanup(cl.Close)
	join := kmsg.NewPtrJoinGroupRequest()
	join.Group, join.ProtocolType, join.SessionTimeoutMillis, join.RebalanceTimeoutMillis = group, protocolType, 30_000,
		30_000
	p := kmsg.NewJoinGroupRequestProtocol()
	p.Name = protocol
	join.Protocols = append(join.Protocols, p)
	for {
		resp, err := join.RequestWith(t.Context(), cl)
		ok(t, err)
		join.MemberID = resp.MemberID
		if err := kerr.ErrorForCode(resp.ErrorCode); errors.Is(err, kerr.MemberIDRequired) || kerr.IsRetriable(err) {
			continue
		}
		ok(t, kerr.ErrorForCode(resp.ErrorCode))
		sync := kmsg.NewPtrSyncGroupRequest()
		sync.Group, sync.MemberID, sync.Generation = group, resp.MemberID, resp.Generation
		sync.ProtocolType, sync.Protocol = &protocolType, &protocol
		a := kmsg.NewSyncGroupRequestGroupAssignment()
		a.MemberID = resp.MemberID
		sync.GroupAssignment = append(sync.GroupAssignment, a)
		synced, err := sync.RequestWith(t.Context(), cl)
		ok(t, err)
		ok(t, kerr.ErrorForCode(synced.ErrorCode))
		break
	}
	return func() {
		t.Helper()
		req := kmsg.NewPtrLeaveGroupRequest()
		req.Group, req.MemberID = group, join.MemberID
		m := kmsg.NewLeaveGroupRequestMember()
		m.MemberID = join.MemberID
		req.Members = append(req.Members, m)
		resp, err := req.RequestWith(t.Context(), cl)
		ok(t, err)
		ok(t, kerr.ErrorForCode(resp.ErrorCode))
	}
}

// Connect's workers are told by their protocol also after the last has left; Kafka Streams by its assignor while it
// has members, and by its internal topics afterwards.
func TestWhatRunsAGroupIsSeenWhileItIsEmpty(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	leave := member(t, s.Addrs(), "connect-cluster", "connect", "compatible")
	c := openSim(t, s)
	equal(t, "workers", states(t, c, "connect-cluster")["connect-cluster"].Protocol, "connect")
	leave()
	got := states(t, c, "connect-cluster")["connect-cluster"]
	if got.State != "Empty" || got.Protocol != "connect" {
		t.Errorf("workers that have left: %+v", got)
	}

	leave = member(t, s.Addrs(), "agg", "consumer", "stream")
	equal(t, "assignor", states(t, c, "agg")["agg"].Assignor, "stream")
	leave()
	for _, topic := range []string{
		"agg-store-changelog", "agg-by-user-repartition", "agg-changelog", "agg2-store-changelog",
		"aggregates-x-repartition", "us.checkpoints.internal",
	} {
		ok(t, s.CreateTopic(topic, 1, nil))
	}
	snap := around(t, s, reset.Query{Group: "agg", Scope: scope("orders")})
	equal(t, "streams", snap.Environment.Streams, []string{"agg-by-user-repartition", "agg-store-changelog"})
	equal(t, "mirrors", snap.Environment.Mirrors, []string{"us.checkpoints.internal"})
	equal(t, "hidden", [2]any{snap.Environment.Hidden, snap.Environment.HiddenWhy}, [2]any{0, ""})
}

// An hour after the first record: of 100 records, one a second, those are told that retention deletes soon, that are
// only in remote storage, that are recent.
func TestAgesOfRecords(t *testing.T) {
	t.Parallel()
	s := newSim(t,
		kafkasim.Options{Kafka: []kfake.Opt{kfake.BrokerConfigs(
			map[string]string{"offsets.retention.minutes": "118"})}})
	// 119 min
	ok(t, s.CreateTopic("orders", 1, map[string]string{"retention.ms": "7140000", "cleanup.policy": "compact,delete"}))
	ok(t, s.Produce("orders", kafkasim.Series{First: start, Step: time.Second, Count: 100}.Records(1)...))
	ok(t, s.CreateTopic("forever", 1, map[string]string{"retention.ms": "-1"}))
	ok(t, s.Produce("forever", kafkasim.Record{Time: start, Value: "x"}))
	ok(t, s.Commit("billing", "orders", map[int32]int64{0: 61}))
	snap := around(t, s, reset.Query{Scope: scope("orders", "forever")})
	equal(t, "configuration", *snap.Topics["orders"].Config,
		reset.TopicConfig{Compacted: true, Retention: 119 * time.Minute})
	equal(t, "for ever", *snap.Topics["forever"].Config, reset.TopicConfig{})
	equal(t, "retention of commits", snap.Environment.Retention, 118*time.Minute)
	forever, orders := snap.Partitions[0], snap.Partitions[1]
	// Soon is half of 119 min ahead: what is older than 59:30 goes, which is the first 30 records. Recent is 59 min.
	equal(t, "expiring, remote, recent", [3]int64{orders.Expiring, orders.Remote, orders.Recent}, [3]int64{30, 0, 60})
	equal(t, "for ever", [3]int64{forever.Expiring, forever.Remote, forever.Recent}, [3]int64{})

	tiered(s, map[string]string{"remote.storage.enable": "true", "local.retention.ms": "3590000", "retention.ms": "-1",
		"cleanup.policy": "delete"})
	snap = around(t, s, reset.Query{Scope: scope("orders")})
	equal(t, "remote", snap.Partitions[0].Remote, int64(10))
	equal(t, "tiered", *snap.Topics["orders"].Config, reset.TopicConfig{Local: 3590 * time.Second})
}

// tiered answers for every topic's configuration: the simulated Kafka has no remote storage.
func tiered(s *kafkasim.Sim, values map[string]string) {
	s.Kafka().ControlKey(int16(kmsg.DescribeConfigs), func(r kmsg.Request) (kmsg.Response, error, bool) {
		s.Kafka().KeepControl()
		resp := r.ResponseKind().(*kmsg.DescribeConfigsResponse)
		for _, asked := range r.(*kmsg.DescribeConfigsRequest).Resources {
			res := kmsg.NewDescribeConfigsResponseResource()
			res.ResourceType, res.ResourceName = asked.ResourceType, asked.ResourceName
			for k, v := range values {
				if !slices.Contains(asked.ConfigNames, k) {
					continue
				}
				c := kmsg.NewDescribeConfigsResponseResourceConfig()
				c.Name, c.Value = k, &v
				res.Configs = append(res.Configs, c)
			}
			resp.Resources = append(resp.Resources, res)
		}
		return resp, nil, true
	})
}

// How long a commit may take to be written is the longest of the brokers', and how soon commits are forgotten the
// shortest. What an answer leaves out is not known: it is not a topic that is neither compacted nor cleaned.
func TestSettingsOfBrokers(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	tiered(s, map[string]string{"offsets.retention.minutes": "10080", "offsets.commit.timeout.ms": "45000",
		"cleanup.policy": "", "retention.ms": "60000"})
	snap := around(t, s, reset.Query{Scope: scope("orders")})
	equal(t, "commit timeout", snap.Environment.CommitTimeout, 45*time.Second)
	equal(t, "retention of commits", snap.Environment.Retention, 7*24*time.Hour)
	equal(t, "a policy that is empty (Kafka 4.1: kept for ever)", snap.Topics["orders"].Config, &reset.TopicConfig{})
	equal(t, "unread", snap.Environment.Unread, []string(nil))

	s = seeded(t)
	tiered(s, map[string]string{"offsets.commit.timeout.ms": "45000", "retention.ms": "60000"})
	snap = around(t, s, reset.Query{Scope: scope("orders")})
	equal(t, "left out", snap.Environment.Unread, []string{"brokers", "orders"})
	equal(t, "why", snap.Environment.UnreadWhy, "the broker does not return cleanup.policy")
	equal(t, "configuration", snap.Topics["orders"].Config, (*reset.TopicConfig)(nil))
}

// Records of an open transaction are told from records that were written between two questions.
func TestOpenTransactionsAreSeen(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	tx, err := s.Begin("t1", "orders", kafkasim.Record{Partition: 1, Time: start, Value: "a"},
		kafkasim.Record{Partition: 1, Time: start, Value: "b"})
	ok(t, err)
	for _, isolation := range []reset.Isolation{reset.ReadUncommitted, reset.ReadCommitted} {
		snap := around(t, s, reset.Query{Scope: scope("orders"), Isolation: isolation})
		equal(t, string(isolation), [2]int64{snap.Partitions[1].Stable, snap.Partitions[1].Open}, [2]int64{100, 2})
		equal(t, "another partition", snap.Partitions[0].Open, int64(0))
	}
	ok(t, tx.End(true))
	equal(t, "ended", around(t, s, reset.Query{Scope: scope("orders")}).Partitions[1].Open, int64(0))
}

// What can't be known is said, and is no reason to do without a plan.
func TestAroundThatIsDenied(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	s.Fail(-1, kmsg.DescribeConfigs, kerr.TopicAuthorizationFailed)
	s.Fail(-1, kmsg.DescribeLogDirs, kerr.ClusterAuthorizationFailed)
	snap := around(t, s, reset.Query{Scope: reset.Scope{All: true}})
	equal(t, "unread", snap.Environment.Unread, []string{"brokers", "orders"})
	equal(t, "why", snap.Environment.UnreadWhy, "TOPIC_AUTHORIZATION_FAILED")
	if a := snap.Environment; a.Hidden != 0 || a.HiddenWhy == "" {
		t.Errorf("hidden is %d, %q: want a reason why it is not known", a.Hidden, a.HiddenWhy)
	}
	if len(snap.Partitions) != 3 || snap.Partitions[0].Err != "" || snap.Topics["orders"].Config != nil {
		t.Errorf("read %+v", snap)
	}
}

// A look-up that failed does not say that no transaction is open, nor that no record is about to be deleted.
func TestEnvironmentLookUpsThatFail(t *testing.T) {
	t.Parallel()
	s := newSim(t, kafkasim.Options{})
	ok(t, s.CreateTopic("orders", 1, map[string]string{"retention.ms": "7140000"}))
	ok(t, s.Produce("orders", kafkasim.Series{First: start, Step: time.Second, Count: 100}.Records(1)...))
	for name, fails := range map[string]func(*kmsg.ListOffsetsRequest) bool{
		"open transactions": func(r *kmsg.ListOffsetsRequest) bool { return r.IsolationLevel == 1 },
		"ages":              func(r *kmsg.ListOffsetsRequest) bool { return r.Topics[0].Partitions[0].Timestamp >= 0 },
	} {
		h := s.Kafka().Fault(kfake.Fault{
			Keys: []kmsg.Key{kmsg.ListOffsets}, Err: kerr.TopicAuthorizationFailed, Count: -1,
			When: func(r kmsg.Request) bool { return fails(r.(*kmsg.ListOffsetsRequest)) },
		})
		snap := around(t, s, reset.Query{Scope: scope("orders")})
		h.Remove()
		equal(t, name, [2]any{snap.Environment.Unread, snap.Environment.UnreadWhy},
			[2]any{[]string{"orders"}, "TOPIC_AUTHORIZATION_FAILED"})
	}
	equal(t, "none fails", around(t, s, reset.Query{Scope: scope("orders")}).Environment.Unread, []string(nil))
}
