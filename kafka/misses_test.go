package kafka_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// hours makes a topic with a segment for each batch, of records so many hours after start.
func hours(t *testing.T, s *kafkasim.Sim, topic string, batches ...[]int) {
	t.Helper()
	ok(t, s.CreateTopic(topic, 1, map[string]string{"segment.bytes": "1"}))
	for _, batch := range batches {
		var rs []kafkasim.Record
		for _, h := range batch {
			rs = append(rs, kafkasim.Record{Time: start.Add(time.Duration(h) * time.Hour), Value: "x"})
		}
		ok(t, s.Produce(topic, rs...))
	}
}

// The newest record of the first segment was deleted, and Kafka looks no further: "no record", although the first and
// the last batch are early and offsets 3 and 4 are late. Every batch is looked at.
func TestLateRecordsBetweenEarlyOnes(t *testing.T) {
	t.Parallel()
	s := newSim(t, kafkasim.Options{})
	hours(t, s, "log", []int{5, 1, 1}, []int{10, 10}, []int{2, 2})
	ok(t, s.DeleteRecords("log", 0, 1))
	c := openSim(t, s)
	for _, tt := range []struct {
		at   time.Duration
		want reset.Found
	}{
		{4*time.Hour + 30*time.Minute, reset.Found{Offset: 3, At: start.Add(10 * time.Hour), How: reset.HowRecord}},
		{90 * time.Minute, reset.Found{Offset: 3, At: start.Add(10 * time.Hour), How: reset.HowRecord}},
		{time.Hour, reset.Found{Offset: 1, At: start.Add(time.Hour), How: reset.HowRecord}},
		{11 * time.Hour, reset.Found{Offset: 7, How: reset.HowNoLater}},
	} {
		got := inspect(t, c, reset.Query{Scope: scope("log"), At: start.Add(tt.at)}).Partitions[0]
		equal(t, "found, +"+tt.at.String(), got.Found, &tt.want)
	}
}

// A record that Kafka finds for an earlier time proves all before it: of a long log the last batch is read, and no
// more.
func TestAMissInALongLogIsCheap(t *testing.T) {
	t.Parallel()
	s := newSim(t, kafkasim.Options{})
	ok(t, s.CreateTopic("log", 3, map[string]string{"segment.bytes": "100000"}))
	for n := range 200 {
		for p := range int32(3) {
			ok(t, s.Produce("log", kafkasim.Record{Partition: p, Time: start.Add(time.Duration(n) * time.Minute),
				Value: strings.Repeat("x", 5000)}))
		}
	}
	ok(t, s.DeleteRecords("log", 0, 33))
	c := openSim(t, s)
	inspect(t, c, reset.Query{Scope: scope("log")}) // connected
	s.ResetCounts()
	for _, p := range inspect(t, c, reset.Query{Scope: scope("log"), At: start.Add(24 * time.Hour)}).Partitions {
		equal(t, "found", p.Found, &reset.Found{Offset: 200, How: reset.HowNoLater})
	}
	if n := s.CountRequests()[kmsg.Fetch]; n > 3 {
		t.Errorf("%d fetches, want one for each of three brokers", n)
	}
}

// Times out of order: what an earlier time finds lies far back, and everything behind it is read.
func TestAMissOutOfOrderIsProved(t *testing.T) {
	t.Parallel()
	s := newSim(t, kafkasim.Options{})
	hours(t, s, "log", []int{1}, []int{9}, []int{3}, []int{8}, []int{2})
	c := openSim(t, s)
	got := inspect(t, c, reset.Query{Scope: scope("log"), At: start.Add(10 * time.Hour)}).Partitions[0]
	equal(t, "found", got.Found, &reset.Found{Offset: 5, How: reset.HowNoLater})
	missEveryTime(s)
	got = inspect(t, c, reset.Query{Scope: scope("log"), At: start.Add(10 * time.Hour)}).Partitions[0]
	equal(t, "found, by reading alone", got.Found, &reset.Found{Offset: 5, How: reset.HowNoLater})
	got = inspect(t, c, reset.Query{Scope: scope("log"), At: start.Add(5 * time.Hour)}).Partitions[0]
	equal(t, "found, by reading alone", got.Found,
		&reset.Found{Offset: 1, At: start.Add(9 * time.Hour), How: reset.HowRecord})
}

// A leader that has just moved is asked again; a partition that can't be read is in doubt, and the others are not.
func TestAMissThatCannotBeRead(t *testing.T) {
	t.Parallel()
	s := newSim(t, kafkasim.Options{})
	for n := range 3 {
		hours(t, s, "log"+strconv.Itoa(n), []int{1}, []int{2})
	}
	missEveryTime(s)
	c := openSim(t, s)
	q := reset.Query{Scope: reset.Scope{Topics: []reset.TopicScope{{Topic: "log0"}, {Topic: "log1"}, {Topic: "log2"}}},
		At: start.Add(3 * time.Hour)}
	s.Fail(3, kmsg.Fetch, kerr.NotLeaderForPartition)
	for _, p := range inspect(t, c, q).Partitions {
		equal(t, "found in the end", p.Found, &reset.Found{Offset: 2, How: reset.HowNoLater})
	}
	s.LeaderDown("log1", 0)
	for _, p := range inspect(t, c, q).Partitions {
		if p.Topic == "log1" {
			equal(t, "err", p.Err, "LEADER_NOT_AVAILABLE")
			continue
		}
		equal(t, "found beside it", p.Found, &reset.Found{Offset: 2, How: reset.HowNoLater})
	}
}
