package kafkasim

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
)

func capped(key, version int16) *kversion.Versions {
	v := kversion.Stable()
	v.SetMaxKeyVersion(key, version)
	return v
}

func TestFailCommit(t *testing.T) {
	t.Parallel()
	s := seeded(t, Options{})
	cl := bot(t, s)
	ok(t, s.Commit("billing", "orders", map[int32]int64{0: 9, 1: 9}))

	h := s.FailCommit(1, kerr.RebalanceInProgress)
	codes, err := commit(t, s, cl, "billing", "orders", "", 1, 2)
	ok(t, err)
	if diff := cmp.Diff([]int16{kerr.RebalanceInProgress.Code, kerr.RebalanceInProgress.Code},
		codes); diff != "" || h.Hits() != 1 {
		t.Errorf("codes: %s hits %d", diff, h.Hits())
	}
	if c, _ := s.Committed("billing", "orders", 0); c.Offset != 9 {
		t.Errorf("a refused commit wrote %d", c.Offset)
	}

	s.FailCommitOf(1, kerr.TopicAuthorizationFailed, "orders", 1)
	codes, err = commit(t, s, cl, "billing", "orders", "", 1, 2)
	ok(t, err)
	if diff := cmp.Diff([]int16{0, kerr.TopicAuthorizationFailed.Code}, codes); diff != "" {
		t.Error(diff)
	}
	codes, err = commit(t, s, cl, "billing", "orders", "", 1, 2)
	ok(t, err)
	if diff := cmp.Diff([]int16{0, 0}, codes); diff != "" {
		t.Errorf("after the faults: %s", diff)
	}
}

func TestStrictCommitLimits(t *testing.T) {
	t.Parallel()
	s := newSim(t, Options{})
	ok(t, s.CreateTopic("wide", 10_000, nil))
	ok(t, s.CreateTopic("orders", 2, nil))
	cl := bot(t, s)

	offsets := make([]int64, 10_000)
	codes, err := commit(t, s, cl, "g", "wide", "", offsets...)
	ok(t, err)
	if codes[0] != 0 {
		t.Errorf("10,000 partitions with short names answered %d", codes[0])
	}
	codes, err = commit(t, s, cl, "h", "wide", strings.Repeat("m", 60), offsets...)
	ok(t, err)
	if _, has := s.Committed("h", "wide",
		0); has || codes[0] != kerr.UnknownServerError.Code || codes[9_999] != kerr.UnknownServerError.Code {
		t.Errorf("a commit over 1 MiB answered %d, written: %t", codes[0], has)
	}
	codes, err = commit(t, s, cl, "h", "orders", strings.Repeat("m", 5000), 1, 2)
	ok(t, err)
	if diff := cmp.Diff([]int16{kerr.OffsetMetadataTooLarge.Code, kerr.OffsetMetadataTooLarge.Code},
		codes); diff != "" {
		t.Error(diff)
	}
}

// A user's own fault answers first; the strict one must not wait for the next request.
func TestStrictFaultsDoNotLinger(t *testing.T) {
	t.Parallel()
	s := seeded(t, Options{})
	cl := bot(t, s)
	c, err := s.StartConsumer("billing", []string{"orders"}, ConsumerOptions{Protocol: "consumer"})
	ok(t, err)
	ok(t, s.WaitGroup(soon(t), "billing", "Stable", 1))
	s.FailCommit(1, kerr.CoordinatorLoadInProgress)
	codes, err := commit(t, s, cl, "billing", "orders", "", 1)
	ok(t, err)
	if codes[0] != kerr.CoordinatorLoadInProgress.Code {
		t.Errorf("answered %d", codes[0])
	}
	ok(t, c.Stop())
	ok(t, s.WaitGroup(soon(t), "billing", "Empty", 0))
	codes, err = commit(t, s, cl, "billing", "orders", "", 1)
	ok(t, err)
	if codes[0] != 0 {
		t.Errorf("the empty group answered %d", codes[0])
	}
}

func TestStrictOffsetDelete(t *testing.T) {
	t.Parallel()
	s := seeded(t, Options{})
	cl := bot(t, s)
	ok(t, s.CreateTopic("refunds", 1, nil))
	ok(t, s.Commit("billing", "orders", map[int32]int64{0: 5}))
	ok(t, s.Commit("billing", "refunds", map[int32]int64{0: 5}))
	remove := func(topic string) int16 {
		req := kmsg.NewPtrOffsetDeleteRequest()
		req.Group = "billing"
		req.Topics = []kmsg.OffsetDeleteRequestTopic{{Topic: topic,
			Partitions: []kmsg.OffsetDeleteRequestTopicPartition{{Partition: 0}}}}
		raw, err := cl.Broker(int(s.Kafka().CoordinatorFor("billing"))).Request(soon(t), req)
		ok(t, err)
		return raw.(*kmsg.OffsetDeleteResponse).Topics[0].Partitions[0].ErrorCode
	}
	if code := remove("nowhere"); code != kerr.UnknownTopicOrPartition.Code {
		t.Errorf("an unknown topic answered %d", code)
	}
	if code := remove("refunds"); code != 0 {
		t.Errorf("an empty group's topic answered %d", code)
	}
	_, err := s.StartConsumer("billing", []string{"orders"}, ConsumerOptions{Protocol: "consumer"})
	ok(t, err)
	ok(t, s.WaitGroup(soon(t), "billing", "Stable", 1))
	if code := remove("orders"); code != kerr.GroupSubscribedToTopic.Code {
		t.Errorf("a subscribed topic answered %d", code)
	}
	if _, has := s.Committed("billing", "refunds", 0); has {
		t.Error("the commit is still there")
	}
}

func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(*Sim, bool){
		"cut":       (*Sim).LoseCommitAnswer,
		"swallowed": (*Sim).SwallowCommitAnswer,
	} {
		for applied, want := range map[bool]int64{true: 7, false: 5} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := seeded(t, Options{})
				cl := bot(t, s)
				ok(t, s.Commit("billing", "orders", map[int32]int64{0: 5}))
				lose(s, applied)
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
				defer cancel()
				req := kmsg.NewPtrOffsetCommitRequest()
				req.Group, req.Generation = "billing", -1
				req.Topics = []kmsg.OffsetCommitRequestTopic{{Topic: "orders",
					Partitions: []kmsg.OffsetCommitRequestTopicPartition{{Offset: 7, LeaderEpoch: -1}}}}
				if resp, err := cl.Broker(int(s.Kafka().CoordinatorFor("billing"))).Request(ctx, req); err == nil {
					t.Fatalf("the answer was not lost: %+v", resp)
				}
				if c, _ := s.Committed("billing", "orders", 0); c.Offset != want {
					t.Errorf("applied %t, but committed is %d", applied, c.Offset)
				}
				codes, err := commit(t, s, bot(t, s), "billing", "orders", "", 8)
				ok(t, err)
				if codes[0] != 0 {
					t.Errorf("the next commit answered %d", codes[0])
				}
			})
		}
	}
}

// TestAProducerCanGiveUp: the client itself waits for a broker that a record was sent to, for ever.
func TestAProducerCanGiveUp(t *testing.T) {
	t.Parallel()
	s := seeded(t, Options{})
	ok(t, s.Produce("orders", Record{Value: "before"}))
	s.Unreachable(true)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.ProduceWithin(ctx, "orders", Record{Value: "on its way"}) }()
	until(t, "the record is with the client", func() bool { return s.own.BufferedProduceRecords() == 1 })
	cancel()
	if err := <-done; err == nil || !strings.Contains(err.Error(), context.Canceled.Error()) {
		t.Errorf("gave up with %v", err)
	}
	s.Unreachable(false)
}

func TestUnreachableAndSilent(t *testing.T) {
	t.Parallel()
	s := seeded(t, Options{})
	cl := bot(t, s)
	ping := func(node int32) error {
		_, err := cl.Broker(int(node)).Request(soon(t), kmsg.NewPtrListGroupsRequest())
		return err
	}
	for node := range int32(3) {
		ok(t, ping(node))
	}
	s.Unreachable(true, 1)
	if ping(1) == nil {
		t.Error("broker 1 answered")
	}
	ok(t, ping(2))
	s.Unreachable(true)
	if ping(0) == nil || ping(2) == nil {
		t.Error("a broker answered")
	}
	s.Unreachable(false)
	ok(t, ping(1))

	s.Silent(true, 2)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := cl.Broker(2).Request(ctx, kmsg.NewPtrListGroupsRequest()); err == nil {
		t.Error("a silent broker answered")
	}
	ok(t, ping(0))
	s.Silent(false)
	until(t, "broker 2 answers again", func() bool { return ping(2) == nil })
}

func TestLeaderDown(t *testing.T) {
	t.Parallel()
	s := seeded(t, Options{})
	cl := bot(t, s)
	h := s.LeaderDown("orders", 1)
	if code := list(t, s, cl, "orders", 1, -1, 0).ErrorCode; code != kerr.LeaderNotAvailable.Code {
		t.Errorf("its end answered %d", code)
	}
	if got := list(t, s, cl, "orders", 2, -1, 0); got.ErrorCode != 0 || got.Offset != 100 {
		t.Errorf("another partition answered %+v", got)
	}
	meta, err := kmsg.NewPtrMetadataRequest().RequestWith(soon(t), cl)
	ok(t, err)
	for _, p := range meta.Topics[0].Partitions {
		if down := p.Partition == 1; down != (p.Leader == -1) || down != (p.ErrorCode == kerr.LeaderNotAvailable.Code) {
			t.Errorf("metadata of partition %d: leader %d, code %d", p.Partition, p.Leader, p.ErrorCode)
		}
	}
	h.Remove()
	if code := list(t, s, cl, "orders", 1, -1, 0).ErrorCode; code != 0 {
		t.Errorf("afterwards it answers %d", code)
	}
}

func TestHoldAndSlow(t *testing.T) {
	t.Parallel()
	s := seeded(t, Options{})
	ok(t, s.Commit("billing", "orders", map[int32]int64{0: 5}))
	gate := s.Hold(kmsg.OffsetCommit)
	done := make(chan []int16, 1)
	cl := bot(t, s)
	go func() {
		codes, _ := commit(t, s, cl, "billing", "orders", "", 7)
		done <- codes
	}()
	<-gate.Arrived()
	if c, _ := s.Committed("billing", "orders", 0); c.Offset != 5 {
		t.Errorf("a held commit wrote %d", c.Offset)
	}
	gate.Release()
	if codes := <-done; len(codes) != 1 || codes[0] != 0 {
		t.Errorf("the released commit answered %v", codes)
	}

	// The client gives up after 300 ms and more; the broker writes all the same.
	s.SlowKey(kmsg.OffsetCommit, time.Second)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	req := kmsg.NewPtrOffsetCommitRequest()
	req.Group, req.Generation = "billing", -1
	req.Topics = []kmsg.OffsetCommitRequestTopic{{Topic: "orders",
		Partitions: []kmsg.OffsetCommitRequestTopicPartition{{Offset: 11, LeaderEpoch: -1}}}}
	if _, err := cl.Broker(int(s.Kafka().CoordinatorFor("billing"))).Request(ctx, req); err == nil {
		t.Fatal("the slow commit was in time")
	}
	until(t, "the commit lands late", func() bool {
		c, _ := s.Committed("billing", "orders", 0)
		return c.Offset == 11
	})
}

func TestFailAndLoseOfAnyKind(t *testing.T) {
	t.Parallel()
	s := seeded(t, Options{})
	cl := bot(t, s)
	s.Fail(1, kmsg.ListGroups, kerr.CoordinatorLoadInProgress)
	raw, err := cl.Broker(0).Request(soon(t), kmsg.NewPtrListGroupsRequest())
	ok(t, err)
	if code := raw.(*kmsg.ListGroupsResponse).ErrorCode; code != kerr.CoordinatorLoadInProgress.Code {
		t.Errorf("ListGroups answered %d", code)
	}
	s.LoseAnswer(kmsg.ListGroups, 1)
	if _, err := cl.Broker(0).Request(soon(t), kmsg.NewPtrListGroupsRequest()); err == nil {
		t.Error("the answer was not lost")
	}
}

func TestCountsLeaveOutTheSimulator(t *testing.T) {
	t.Parallel()
	s := seeded(t, Options{})
	_, err := s.StartConsumer("billing", []string{"orders"}, ConsumerOptions{})
	ok(t, err)
	ok(t, s.WaitGroup(soon(t), "billing", "Stable", 1))
	ok(t, s.Commit("other", "orders", map[int32]int64{0: 1}))
	if got := s.CountRequests(); len(got) != 0 {
		t.Errorf("counted %v before anybody came from outside", got)
	}
	cl := bot(t, s)
	_, err = cl.Broker(1).Request(soon(t), kmsg.NewPtrListGroupsRequest())
	ok(t, err)
	if got := s.CountRequests(); got[kmsg.ListGroups] != 1 || got[kmsg.Heartbeat] != 0 || s.CountByBroker()[1] == 0 {
		t.Errorf("counted %v", got)
	}
	s.ResetCounts()
	if got := s.CountRequests(); len(got) != 0 {
		t.Errorf("after a reset: %v", got)
	}
}
