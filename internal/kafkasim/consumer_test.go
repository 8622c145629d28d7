package kafkasim

import (
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestConsumersStartAndStop(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"classic", "consumer"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			s := seeded(t, Options{})
			cl := bot(t, s)
			ok(t, s.Commit("billing", "orders", map[int32]int64{0: 40, 1: 0, 2: 100}))
			c, err := s.StartConsumer("billing", []string{"orders"},
				ConsumerOptions{Protocol: protocol, ClientID: "billing-6c9f", Host: "10.4.7.21"})
			ok(t, err)
			ok(t, s.WaitGroup(soon(t), "billing", "Stable", 1))
			until(t, "160 records are read", func() bool { return c.Consumed() == 160 })
			if first := c.First("orders"); first[0] != 40 || first[1] != 0 {
				t.Errorf("it began at %v, want the commits", first)
			}
			if m := s.Kafka().GroupInfo("billing").Members[0]; m.ClientID != "billing-6c9f" ||
				m.ClientHost != "/10.4.7.21" {
				t.Errorf("member %q from %q", m.ClientID, m.ClientHost)
			}
			codes, err := commit(t, s, cl, "billing", "orders", "", 1, 1, 1)
			ok(t, err)
			for _, code := range codes {
				if code != kerr.UnknownMemberID.Code {
					t.Errorf("a commit to the active group answered %d, want UNKNOWN_MEMBER_ID", code)
				}
			}
			ok(t, c.Stop())
			ok(t, s.WaitGroup(soon(t), "billing", "Empty", 0))
			if got, _ := s.Committed("billing", "orders", 0); got.Offset != 100 {
				t.Errorf("stopped at %d, want 100", got.Offset)
			}
			codes, err = commit(t, s, cl, "billing", "orders", "", 1, 2, 3)
			ok(t, err)
			if got, _ := s.Committed("billing", "orders", 2); codes[2] != 0 || got.Offset != 3 {
				t.Errorf("a commit to the empty group: code %d, offset %d", codes[2], got.Offset)
			}
			ok(t, c.Stop()) // a second time is no harm
		})
	}
}

func TestKilledConsumerLingers(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"classic", "consumer"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			s := seeded(t, Options{Session: time.Second})
			c, err := s.StartConsumer("billing", []string{"orders"},
				ConsumerOptions{Protocol: protocol, Slow: time.Hour, CommitEvery: time.Hour})
			ok(t, err)
			ok(t, s.WaitGroup(soon(t), "billing", "Stable", 1))
			until(t, "the first record is read", func() bool { return c.Consumed() == 1 })
			c.Kill()
			if g := s.Kafka().GroupInfo("billing"); len(g.Members) != 1 {
				t.Errorf("right after the crash the group has %d members, want 1", len(g.Members))
			}
			ok(t, s.WaitGroup(soon(t), "billing", "Empty", 0))
			if _, has := s.Committed("billing", "orders", 0); has {
				t.Error("a killed consumer committed")
			}
		})
	}
}

func TestStaticMemberDoesNotLeave(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"classic", "consumer"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			s := seeded(t, Options{Session: 2 * time.Second})
			c, err := s.StartConsumer("billing", []string{"orders"},
				ConsumerOptions{Protocol: protocol, StaticID: "pod-0"})
			ok(t, err)
			ok(t, s.WaitGroup(soon(t), "billing", "Stable", 1))
			ok(t, c.Stop())
			codes, err := commit(t, s, bot(t, s), "billing", "orders", "", 1)
			ok(t, err)
			if codes[0] != kerr.UnknownMemberID.Code {
				t.Errorf("a commit while the static member is away answered %d, want UNKNOWN_MEMBER_ID", codes[0])
			}
			ok(t, s.WaitGroup(soon(t), "billing", "Empty", 0))
		})
	}
}

func TestOverwriterIsInvisible(t *testing.T) {
	t.Parallel()
	s := seeded(t, Options{})
	o := s.StartOverwriter("billing", "orders", map[int32]int64{0: 60}, 5*time.Millisecond)
	until(t, "it committed", func() bool { n, _ := o.Commits(); return n > 2 })
	ok(t, s.WaitGroup(soon(t), "billing", "Empty", 0))
	_, err := commit(t, s, bot(t, s), "billing", "orders", "", 1)
	ok(t, err)
	until(t, "the reset is overwritten",
		func() bool { c, _ := s.Committed("billing", "orders", 0); return c.Offset > 60 })
	o.Stop()
	if _, err := o.Commits(); err != nil {
		t.Error(err)
	}
}

func TestProducerWritesUntilStopped(t *testing.T) {
	t.Parallel()
	s := seeded(t, Options{})
	p := s.StartProducer("orders", time.Millisecond)
	until(t, "it wrote", func() bool { return s.Kafka().PartitionInfo("orders", 2).HighWatermark > 102 })
	wrote, err := p.Stop()
	ok(t, err)
	var end int64
	for _, info := range s.Kafka().PartitionInfos("orders") {
		end += info.HighWatermark
	}
	if end != 300+wrote {
		t.Errorf("it says %d records, the log holds %d more than the seed", wrote, end-300)
	}
	if got := list(t, s, bot(t, s), "orders", 0, -3, 0).Timestamp; got <= start.UnixMilli()+100_000 {
		t.Errorf("the newest record is of %d, not of the present", got)
	}
}

func TestConsumerProtocolIsChecked(t *testing.T) {
	t.Parallel()
	s := newSim(t, Options{})
	if _, err := s.StartConsumer("billing", nil, ConsumerOptions{Protocol: "streams"}); err == nil {
		t.Error(`protocol "streams" was accepted`)
	}
}

func TestStatesAndTypesAsKafkaReturnsThem(t *testing.T) {
	t.Parallel()
	s := seeded(t, Options{})
	cl := bot(t, s)
	ok(t, s.Commit("tool", "orders", map[int32]int64{0: 1}))
	for group, protocol := range map[string]string{"old": "classic", "new": "consumer"} {
		_, err := s.StartConsumer(group, []string{"orders"}, ConsumerOptions{Protocol: protocol})
		ok(t, err)
		ok(t, s.WaitGroup(soon(t), group, "Stable", 1))
	}
	got := map[string]string{}
	resp := cl.RequestSharded(soon(t), kmsg.NewPtrListGroupsRequest())
	for _, shard := range resp {
		ok(t, shard.Err)
		for _, g := range shard.Resp.(*kmsg.ListGroupsResponse).Groups {
			got[g.Group] = g.GroupType + " " + g.GroupState
		}
	}
	want := map[string]string{"tool": "classic Empty", "old": "classic Stable", "new": "consumer Stable"}
	for group, w := range want {
		if got[group] != w {
			t.Errorf("%s is %q, want %q", group, got[group], w)
		}
	}
	describe := kmsg.NewPtrDescribeGroupsRequest()
	describe.Groups = []string{"new", "old", "none"}
	for _, shard := range cl.RequestSharded(soon(t), describe) {
		ok(t, shard.Err)
		for _, g := range shard.Resp.(*kmsg.DescribeGroupsResponse).Groups {
			if state := map[string]string{"new": "Dead", "old": "Stable",
				"none": "Dead"}[g.Group]; g.State != state || g.ErrorCode != 0 {
				t.Errorf("classic describe of %s: %q, code %d", g.Group, g.State, g.ErrorCode)
			}
		}
	}
	req := kmsg.NewPtrConsumerGroupDescribeRequest()
	req.Groups = []string{"new"}
	raw, err := cl.Broker(int(s.Kafka().CoordinatorFor("new"))).Request(soon(t), req)
	ok(t, err)
	if g := raw.(*kmsg.ConsumerGroupDescribeResponse).Groups[0]; g.State != "Stable" || len(g.Members) != 1 ||
		g.Members[0].ClientHost != "/127.0.0.1" {
		t.Errorf("describe of the KIP-848 group: %+v", g)
	}
}

func TestUnknownGroupHasNoOffsets(t *testing.T) {
	t.Parallel()
	s := seeded(t, Options{})
	cl := bot(t, s)
	if got := fetch(t, s, cl, "biling", "orders", 1); got.Offset != -1 || got.ErrorCode != 0 {
		t.Errorf("v8 answers %+v, want no offset", got)
	}
	v := bot(t, s, kgo.MaxVersions(capped(9, 7)))
	req := kmsg.NewPtrOffsetFetchRequest()
	req.Group = "biling"
	req.Topics = []kmsg.OffsetFetchRequestTopic{{Topic: "orders", Partitions: []int32{0, 1}}}
	raw, err := v.Broker(int(s.Kafka().CoordinatorFor("biling"))).Request(soon(t), req)
	ok(t, err)
	r := raw.(*kmsg.OffsetFetchResponse)
	if r.Version != 7 || r.ErrorCode != 0 || len(r.Topics) != 1 || r.Topics[0].Partitions[1].Offset != -1 {
		t.Errorf("v7 answers %+v", r)
	}
	if s.Kafka().GroupInfo("biling") != nil {
		t.Error("reading created the group")
	}
}
