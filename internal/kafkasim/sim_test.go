package kafkasim

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
)

var start = time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)

// bot is a client from outside that speaks the versions sarama v1.61 speaks.
func bot(t *testing.T, s *Sim, more ...kgo.Opt) *kgo.Client {
	t.Helper()
	v := kversion.Stable()
	v.SetMaxKeyVersion(8, 8)
	v.SetMaxKeyVersion(9, 8)
	v.SetMaxKeyVersion(15, 5)
	cl, err := kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers(s.Addrs()...), kgo.MaxVersions(v),
		kgo.RequestRetries(0), kgo.RetryTimeout(0),
		kgo.RequestTimeoutOverhead(300 * time.Millisecond),
	}, more...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cl.Close)
	return cl
}

func newSim(t *testing.T, o Options) *Sim {
	t.Helper()
	s, err := New(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func seeded(t *testing.T, o Options) *Sim {
	t.Helper()
	s := newSim(t, o)
	ok(t, s.SeedSeries("orders", 3, Series{First: start, Step: time.Second, Count: 100}))
	return s
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// until polls, because what it waits for happens on the other side of a socket.
func until(t *testing.T, what string, f func() bool) {
	t.Helper()
	ctx := soon(t)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !f() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited in vain until %s", what)
		case <-tick.C:
		}
	}
}

// commit is one raw OffsetCommit to the coordinator; it answers the partitions'
// codes in the order asked.
func commit(
	t *testing.T, s *Sim, cl *kgo.Client, group, topic string, metadata string, offsets ...int64,
) ([]int16, error) {
	t.Helper()
	req := kmsg.NewPtrOffsetCommitRequest()
	req.Group, req.Generation = group, -1
	rt := kmsg.NewOffsetCommitRequestTopic()
	rt.Topic = topic
	for p, o := range offsets {
		rp := kmsg.NewOffsetCommitRequestTopicPartition()
		rp.Partition, rp.Offset, rp.LeaderEpoch, rp.Metadata = int32(p), o, -1, &metadata
		rt.Partitions = append(rt.Partitions, rp)
	}
	req.Topics = append(req.Topics, rt)
	resp, err := cl.Broker(int(s.Kafka().CoordinatorFor(group))).Request(soon(t), req)
	if err != nil {
		return nil, err
	}
	var codes []int16
	for _, rt := range resp.(*kmsg.OffsetCommitResponse).Topics {
		for _, rp := range rt.Partitions {
			codes = append(codes, rp.ErrorCode)
		}
	}
	return codes, nil
}

func list(
	t *testing.T, s *Sim, cl *kgo.Client, topic string, partition int32, at int64, isolation int8,
) kmsg.ListOffsetsResponseTopicPartition {
	t.Helper()
	req := kmsg.NewPtrListOffsetsRequest()
	req.ReplicaID, req.IsolationLevel = -1, isolation
	rt := kmsg.NewListOffsetsRequestTopic()
	rt.Topic = topic
	rp := kmsg.NewListOffsetsRequestTopicPartition()
	rp.Partition, rp.Timestamp, rp.CurrentLeaderEpoch = partition, at, -1
	rt.Partitions = append(rt.Partitions, rp)
	req.Topics = append(req.Topics, rt)
	resp, err := cl.Broker(int(s.Kafka().LeaderFor(topic, partition))).Request(soon(t), req)
	ok(t, err)
	return resp.(*kmsg.ListOffsetsResponse).Topics[0].Partitions[0]
}

func TestSeedIsDeterministicAndTimed(t *testing.T) {
	t.Parallel()
	s := seeded(t, Options{ClusterID: "prod-eu-id"})
	cl := bot(t, s)

	if got := list(t, s, cl, "orders", 1, start.Add(10*time.Second).UnixMilli(),
		0); got.Offset != 10 || got.Timestamp != start.Add(10*time.Second).UnixMilli() {
		t.Errorf("10 s after the first record is %d at %d, want 10", got.Offset, got.Timestamp)
	}
	if got := list(t, s, cl, "orders", 1, start.Add(time.Hour).UnixMilli(), 0); got.Offset != -1 || got.ErrorCode != 0 {
		t.Errorf("after the last record: %+v, want -1 without an error", got)
	}
	meta, err := kmsg.NewPtrMetadataRequest().RequestWith(soon(t), cl)
	ok(t, err)
	if *meta.ClusterID != "prod-eu-id" || s.ClusterID() != "prod-eu-id" || len(meta.Brokers) != 3 ||
		len(s.Addrs()) != 3 {
		t.Errorf("cluster %q with %d brokers", *meta.ClusterID, len(meta.Brokers))
	}
	a, b := Series{First: start, Step: time.Second, Count: 3}.Records(2),
		Series{First: start, Step: time.Second, Count: 3}.Records(2)
	for i := range a {
		if a[i] != b[i] {
			t.Errorf("record %d differs: %v, %v", i, a[i], b[i])
		}
	}
}

func TestTopicsChange(t *testing.T) {
	t.Parallel()
	s := seeded(t, Options{})
	cl := bot(t, s)

	ok(t, s.DeleteRecords("orders", 0, 40))
	if got := list(t, s, cl, "orders", 0, -2, 0).Offset; got != 40 {
		t.Errorf("log start %d, want 40", got)
	}
	ok(t, s.AddPartitions("orders", 5))
	if got := list(t, s, cl, "orders", 4, -1, 0); got.Offset != 0 || got.ErrorCode != 0 {
		t.Errorf("the added partition answers %+v, want end 0", got)
	}
	before := s.Kafka().TopicInfo("orders").TopicID
	ok(t, s.Commit("billing", "orders", map[int32]int64{0: 50}))
	ok(t, s.DeleteTopic("orders"))
	if _, has := s.Committed("billing", "orders", 0); has {
		t.Error("a commit outlived its topic")
	}
	ok(t, s.CreateTopic("orders", 1, nil))
	if s.Kafka().TopicInfo("orders").TopicID == before {
		t.Error("a recreated topic kept its id")
	}
	for name, err := range map[string]error{
		"create twice":            s.CreateTopic("orders", 1, nil),
		"delete unknown":          s.DeleteTopic("refunds"),
		"delete records unknown":  s.DeleteRecords("orders", 9, 1),
		"grow unknown":            s.AddPartitions("refunds", 2),
		"commit to unknown topic": s.Commit("billing", "refunds", map[int32]int64{0: 1}),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestCommitKeepsMetadata(t *testing.T) {
	t.Parallel()
	s := seeded(t, Options{})
	ok(t, s.CommitWith("billing", "orders", map[int32]int64{0: 50, 2: 7}, "host-a"))
	got, has := s.Committed("billing", "orders", 2)
	if !has || got.Offset != 7 || got.Metadata != "host-a" || got.LeaderEpoch != -1 {
		t.Errorf("committed %+v", got)
	}
	if _, has := s.Committed("billing", "orders", 1); has {
		t.Error("partition 1 has a commit that nobody made")
	}
}

func TestOpenTransactionHoldsTheStableOffset(t *testing.T) {
	t.Parallel()
	s := seeded(t, Options{})
	cl := bot(t, s)
	tx, err := s.Begin("payments", "orders", Record{Time: start.Add(time.Hour), Value: "open"})
	ok(t, err)
	if hw, lso := list(t, s, cl, "orders", 0, -1, 0).Offset,
		list(t, s, cl, "orders", 0, -1, 1).Offset; hw != 101 || lso != 100 {
		t.Errorf("high watermark %d, last stable offset %d, want 101 and 100", hw, lso)
	}
	ok(t, s.Commit("billing", "orders", map[int32]int64{0: 5}))
	ok(t, tx.StageOffsets("billing", "orders", map[int32]int64{0: 90}))
	if code := fetch(t, s, cl, "billing", "orders", 0).ErrorCode; code != kerr.UnstableOffsetCommit.Code {
		t.Errorf("stable read answered %d, want UNSTABLE_OFFSET_COMMIT", code)
	}
	ok(t, tx.End(true))
	until(t, "the staged offset is committed", func() bool {
		got, _ := s.Committed("billing", "orders", 0)
		return got.Offset == 90
	})
}

// fetch reads one committed offset, stable, as v8 of OffsetFetch.
func fetch(
	t *testing.T, s *Sim, cl *kgo.Client, group, topic string, partition int32,
) kmsg.OffsetFetchResponseGroupTopicPartition {
	t.Helper()
	req := kmsg.NewPtrOffsetFetchRequest()
	req.RequireStable = true
	g := kmsg.NewOffsetFetchRequestGroup()
	g.Group = group
	g.Topics = []kmsg.OffsetFetchRequestGroupTopic{{Topic: topic, Partitions: []int32{partition}}}
	req.Groups = append(req.Groups, g)
	resp, err := cl.Broker(int(s.Kafka().CoordinatorFor(group))).Request(soon(t), req)
	ok(t, err)
	got := resp.(*kmsg.OffsetFetchResponse).Groups[0]
	if got.ErrorCode != 0 {
		t.Fatalf("read the commits of %q: %v", group, kerr.ErrorForCode(got.ErrorCode))
	}
	return got.Topics[0].Partitions[0]
}

func TestVersionCapsTheProtocol(t *testing.T) {
	t.Parallel()
	s := seeded(t, Options{Version: "3.7"})
	req := kmsg.NewPtrListGroupsRequest()
	resp, err := req.RequestWith(soon(t), bot(t, s))
	ok(t, err)
	if resp.Version != 4 {
		t.Errorf("ListGroups v%d on 3.7, want v4", resp.Version)
	}
	if _, err := New(t.Context(), Options{Version: "banana"}); err == nil {
		t.Error(`version "banana" was accepted`)
	}
}

func TestUsersMustLogIn(t *testing.T) {
	t.Parallel()
	for _, mechanism := range []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"} {
		t.Run(mechanism, func(t *testing.T) {
			t.Parallel()
			users := []User{{"PLAIN", "admin", "admin"}, {mechanism, "bot", "secret"}}
			s := seeded(t, Options{Users: users})
			ping := func(u User) error {
				_, err := kmsg.NewPtrMetadataRequest().RequestWith(soon(t), bot(t, s, kgo.SASL(u.mechanism())))
				return err
			}
			ok(t, ping(users[1]))
			if ping(User{mechanism, "bot", "wrong"}) == nil {
				t.Error("a wrong password was accepted")
			}
			if _, err := kmsg.NewPtrMetadataRequest().RequestWith(soon(t), bot(t, s)); err == nil {
				t.Error("a client without SASL was served")
			}
		})
	}
}

func TestCloseEndsEverything(t *testing.T) {
	t.Parallel()
	s, err := New(context.Background(), Options{})
	ok(t, err)
	ok(t, s.SeedSeries("orders", 1, Series{First: start, Count: 1}))
	_, err = s.StartConsumer("billing", []string{"orders"}, ConsumerOptions{})
	ok(t, err)
	s.StartOverwriter("refunds", "orders", map[int32]int64{0: 0}, time.Millisecond)
	cl := bot(t, s)
	s.Close()
	if _, err := kmsg.NewPtrMetadataRequest().RequestWith(soon(t), cl); err == nil || errors.Is(err,
		context.DeadlineExceeded) {
		t.Errorf("a closed cluster answered %v", err)
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	web := httptest.NewTLSServer(nil) // only for its certificate, which names 127.0.0.1
	defer web.Close()
	s := seeded(t, Options{TLS: &tls.Config{Certificates: web.TLS.Certificates}})
	trusted := web.Client().Transport.(*http.Transport).TLSClientConfig
	_, err := kmsg.NewPtrMetadataRequest().RequestWith(soon(t),
		bot(t, s, kgo.DialTLSConfig(&tls.Config{RootCAs: trusted.RootCAs})))
	ok(t, err)
	if _, err := kmsg.NewPtrMetadataRequest().RequestWith(soon(t), bot(t, s)); err == nil {
		t.Error("a client without TLS was served")
	}
}
