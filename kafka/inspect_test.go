package kafka_test

import (
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/kafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func inspect(t *testing.T, c *kafka.Cluster, q reset.Query) reset.Snapshot {
	t.Helper()
	if q.Group == "" {
		q.Group = "billing"
	}
	s, err := c.Inspect(t.Context(), q)
	ok(t, err)
	return s
}

// What a fresh leader can't tell yet is asked again; what stays wrong is said of its partition, and the others are
// fine.
func TestLeadersAreAskedAgain(t *testing.T) {
	t.Parallel()
	for _, passing := range []*kerr.Error{
		kerr.NotLeaderForPartition, kerr.OffsetNotAvailable, kerr.LeaderNotAvailable, kerr.FencedLeaderEpoch,
	} {
		t.Run(passing.Message, func(t *testing.T) {
			t.Parallel()
			s := seeded(t)
			c := openSim(t, s)
			s.Fail(6, kmsg.ListOffsets, passing)
			for _, p := range inspect(t, c, reset.Query{Scope: scope("orders"), At: start}).Partitions {
				if p.Err != "" || p.End != 100 || p.Found == nil || p.Found.Offset != 0 {
					t.Errorf("%+v: want it read in the end", p)
				}
			}
		})
	}
	t.Run("leader moved", func(t *testing.T) {
		t.Parallel()
		s := seeded(t)
		c := openSim(t, s)
		gate := s.Hold(kmsg.ListOffsets)
		go func() {
			<-gate.Arrived()
			s.Kafka().ShufflePartitionLeaders()
			gate.Release()
		}()
		for _, p := range inspect(t, c, reset.Query{Scope: scope("orders")}).Partitions {
			if p.Err != "" || p.End != 100 {
				t.Errorf("%+v: want it read from the new leader", p)
			}
		}
	})
	t.Run("no leader", func(t *testing.T) {
		t.Parallel()
		s := seeded(t)
		c := openSim(t, s)
		s.LeaderDown("orders", 1)
		got := inspect(t, c, reset.Query{Scope: scope("orders")}).Partitions
		equal(t, "errors", [3]string{got[0].Err, got[1].Err, got[2].Err}, [3]string{"", "LEADER_NOT_AVAILABLE", ""})
		equal(t, "end of another", got[2].End, int64(100))
	})
	t.Run("denied", func(t *testing.T) {
		t.Parallel()
		s := seeded(t)
		c := openSim(t, s)
		s.Fail(-1, kmsg.Metadata, kerr.TopicAuthorizationFailed)
		got := inspect(t, c, reset.Query{Scope: scope("orders")})
		equal(t, "topic", got.Topics["orders"].Err, "TOPIC_AUTHORIZATION_FAILED")
		equal(t, "near", len(got.Topics["orders"].Near), 0)
	})
}

// A broker that says "no record" for a time although records follow is not believed (facts: it looks into a segment
// below the log start).
func TestMissesAreChecked(t *testing.T) {
	t.Parallel()
	times := func(ns ...int) (out []kafkasim.Record) {
		for _, n := range ns {
			out = append(out, kafkasim.Record{Time: start.Add(time.Duration(n) * time.Second),
				Value: strings.Repeat("x", 100)})
		}
		return out
	}
	at := func(n int) time.Time { return start.Add(time.Duration(n) * time.Second) }
	for name, c := range map[string]struct {
		records []kafkasim.Record
		deleted int64
		want    reset.Found
	}{
		"all are later":        {times(110, 120, 130), 1, reset.Found{Offset: 1, At: at(120), How: reset.HowRecord}},
		"all are earlier":      {times(10, 20, 30), 1, reset.Found{Offset: 3, How: reset.HowNoLater}},
		"only the last later":  {times(10, 20, 130), 1, reset.Found{Offset: 2, At: at(130), How: reset.HowRecord}},
		"one in the middle":    {times(10, 20, 130, 30), 1, reset.Found{Offset: 2, At: at(130), How: reset.HowRecord}},
		"only the first later": {times(10, 120, 30), 1, reset.Found{Offset: 1, At: at(120), How: reset.HowRecord}},
		"none left":            {times(10, 120, 30), 3, reset.Found{Offset: 3, How: reset.HowNoLater}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSim(t, kafkasim.Options{})
			ok(t, s.Seed("log", 1))
			for _, r := range c.records { // each in a batch of its own
				ok(t, s.Produce("log", r))
			}
			ok(t, s.DeleteRecords("log", 0, c.deleted))
			missEveryTime(s)
			got := inspect(t, openSim(t, s), reset.Query{Scope: scope("log"), At: at(100)}).Partitions[0]
			equal(t, "found", got.Found, &c.want)
		})
	}
}

// missEveryTime lets time look-ups find nothing.
func missEveryTime(s *kafkasim.Sim) {
	s.Kafka().ControlKey(int16(kmsg.ListOffsets), func(r kmsg.Request) (kmsg.Response, error, bool) {
		s.Kafka().KeepControl()
		req := r.(*kmsg.ListOffsetsRequest)
		resp := req.ResponseKind().(*kmsg.ListOffsetsResponse)
		for _, t := range req.Topics {
			rt := kmsg.NewListOffsetsResponseTopic()
			rt.Topic = t.Topic
			for _, p := range t.Partitions {
				if p.Timestamp < 0 {
					return nil, nil, false
				}
				rp := kmsg.NewListOffsetsResponseTopicPartition()
				rp.Partition, rp.Offset, rp.Timestamp = p.Partition, -1, -1
				rt.Partitions = append(rt.Partitions, rp)
			}
			resp.Topics = append(resp.Topics, rt)
		}
		return resp, nil, true
	})
}

// Batches of very different sizes are all read, and a check that can't be made leaves the log start.
func TestMissesOfManySizes(t *testing.T) {
	t.Parallel()
	s := newSim(t, kafkasim.Options{})
	ok(t, s.Seed("log", 12))
	for n := range int32(12) {
		ok(t, s.Produce("log", kafkasim.Record{Partition: n, Time: start, Value: strings.Repeat("x", 1<<(n+6))}))
	}
	missEveryTime(s)
	c := openSim(t, s)
	late := reset.Query{Scope: scope("log"), At: start.Add(time.Hour)}
	for _, p := range inspect(t, c, late).Partitions {
		equal(t, "found", p.Found, &reset.Found{Offset: 1, How: reset.HowNoLater})
	}
	s.Fail(-1, kmsg.Fetch, kerr.TopicAuthorizationFailed)
	for _, p := range inspect(t, c, late).Partitions {
		equal(t, "found without the right to read", p.Found, &reset.Found{Offset: 0, How: reset.HowStartInDoubt})
	}
}

// However many partitions: so many requests per broker.
func TestCost(t *testing.T) {
	t.Parallel()
	const partitions, brokers = 10_000, 3
	s := newSim(t, kafkasim.Options{})
	ok(t, s.CreateTopic("wide", partitions, nil))
	offsets := map[int32]int64{}
	for n := range int32(partitions) {
		offsets[n] = 0
	}
	ok(t, s.Commit("billing", "wide", offsets))
	ok(t, s.Produce("wide", kafkasim.Series{First: start, Count: 1}.Records(partitions)...))
	c := open(t, kafka.Config{Bootstrap: s.Addrs(), Timeout: 20 * time.Second})
	s.ResetCounts()
	got := inspect(t, c, reset.Query{Scope: scope("wide"), At: start})
	if len(got.Partitions) != partitions || got.Partitions[9].Err != "" || got.Topics["wide"].Commits != partitions {
		t.Fatalf("read %d partitions, %d commits", len(got.Partitions), got.Topics["wide"].Commits)
	}
	counts := s.CountRequests()
	delete(counts, kmsg.ApiVersions) // one per connection
	equal(t, "requests of an inspection", counts, map[kmsg.Key]int{
		kmsg.Metadata: 3, kmsg.ListGroups: brokers, kmsg.DescribeGroups: 1, kmsg.FindCoordinator: 1,
		kmsg.OffsetFetch: 1, kmsg.ListOffsets: 3 * brokers,
	})
	s.ResetCounts()
	inspect(t, c, reset.Query{Scope: reset.Scope{All: true}, At: start, Environment: true})
	counts = s.CountRequests()
	delete(counts, kmsg.ApiVersions)
	equal(t, "requests with all that surrounds it", counts, map[kmsg.Key]int{
		kmsg.Metadata: 4, kmsg.ListGroups: brokers, kmsg.DescribeGroups: 1, kmsg.FindCoordinator: 1,
		kmsg.OffsetFetch: 1, kmsg.ListOffsets: 6 * brokers, kmsg.DescribeConfigs: brokers,
		kmsg.DescribeLogDirs: brokers,
		kmsg.Fetch:           brokers, // each partition is one behind the end: is that a marker?
	})
	var all reset.Chunk
	var parts []reset.Partition
	for _, p := range got.Partitions {
		parts = append(parts, p.Partition)
		all.Steps = append(all.Steps, reset.WriteStep{Partition: p.Partition})
	}
	s.ResetCounts()
	write(t, c, all)
	_, err := c.ReadBack(t.Context(), "billing", parts)
	ok(t, err)
	for node, n := range s.CountByBroker() {
		if n > 6 {
			t.Errorf("broker %d got %d requests for a write and a read-back", node, n)
		}
	}
}

// Three look-ups of one broker overlap: side by side they take the time of one.
func TestLookUpsRunSideBySide(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	c := open(t, kafka.Config{Bootstrap: s.Addrs(), Timeout: 20 * time.Second})
	inspect(t, c, reset.Query{Scope: scope("orders"), At: start}) // connected
	const slow = 500 * time.Millisecond
	s.SlowKey(kmsg.ListOffsets, slow)
	began := time.Now()
	inspect(t, c, reset.Query{Scope: scope("orders"), At: start})
	if took := time.Since(began); took > 2*slow {
		t.Errorf("three look-ups of %v each took %v", slow, took)
	}
}
