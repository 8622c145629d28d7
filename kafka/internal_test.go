package kafka

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/IBM/sarama"
	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func TestNear(t *testing.T) {
	t.Parallel()
	names := []string{"billing", "billing-eu", "shipping", "audit", "Billing", "orders", "a", "b"}
	for _, c := range []struct {
		want string
		near []string
	}{
		{"biling", []string{"billing", "Billing"}},
		{"order", []string{"orders"}},
		{"billing", []string{"Billing", "billing-eu"}},
		{"zzzzzz", nil},
		{"", []string{"a", "b"}},
	} {
		if diff := cmp.Diff(c.near, near(c.want, names)); diff != "" {
			t.Errorf("near %q (-want +got):\n%s", c.want, diff)
		}
	}
}

// The names are those of another client's table, so that neither is typed wrongly.
func TestNamesOfErrors(t *testing.T) {
	t.Parallel()
	for i, n := range names {
		err := kerr.ErrorForCode(int16(i - 1))
		var k *kerr.Error
		switch {
		case err == nil:
			if n != "NONE" {
				t.Errorf("code %d is %s, want NONE", i-1, n)
			}
		case n == "NOT_LEADER_OR_FOLLOWER" && i-1 == 6: // kerr has the name of before Kafka 2.6
		case !errors.As(err, &k) || k.Message != n:
			t.Errorf("code %d is %s, want %v", i-1, n, err)
		}
	}
	if got := name(sarama.KError(30_000)); got != "error code 30000" {
		t.Errorf("an unknown code is %q", got)
	}
}

// The listing and the description of a group may differ; the answer is never more idle than either.
func TestMerge(t *testing.T) {
	t.Parallel()
	one := []reset.Member{{ID: "m"}}
	for _, c := range []struct {
		name               string
		listing, described reset.GroupState
		want               reset.GroupState
	}{
		{"somebody has just joined", reset.GroupState{State: "Empty"}, reset.GroupState{State: "Stable", Members: one},
			reset.GroupState{State: "Stable", Members: one}},
		{"everybody has just left", reset.GroupState{State: "Stable"}, reset.GroupState{State: "Empty"},
			reset.GroupState{State: "Empty"}},
		{"the wrong api says dead", reset.GroupState{State: "Stable"}, reset.GroupState{State: "Dead"},
			reset.GroupState{State: "Stable"}},
		{"a listing without states", reset.GroupState{}, reset.GroupState{State: "Dead"},
			reset.GroupState{State: "Dead"}},
		{"a listing without types", reset.GroupState{State: "Empty"},
			reset.GroupState{State: "Empty", Type: "consumer"}, reset.GroupState{State: "Empty", Type: "consumer"}},
	} {
		if diff := cmp.Diff(c.want, merge(c.listing, c.described)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// A miss looks at the records that lie in the log, and a header alone is enough for a batch that is early.
func TestTimeMissReadsBatches(t *testing.T) {
	t.Parallel()
	from := time.UnixMilli(1000) // records 10, 11, 12 at 1000, 2000, 1200
	batch := func(change func(*sarama.RecordBatch)) *sarama.FetchResponseBlock {
		b := &sarama.RecordBatch{FirstOffset: 10, LastOffsetDelta: 2, FirstTimestamp: from,
			MaxTimestamp: from.Add(time.Second)}
		for n, d := range []time.Duration{0, time.Second, 200 * time.Millisecond} {
			b.Records = append(b.Records, &sarama.Record{OffsetDelta: int64(n), TimestampDelta: d})
		}
		change(b)
		return &sarama.FetchResponseBlock{RecordsSet: []*sarama.Records{{RecordBatch: b}}}
	}
	whole := func(*sarama.RecordBatch) {}
	cut := func(b *sarama.RecordBatch) { b.Records, b.PartialTrailingRecord = nil, true }
	for _, c := range []struct {
		name       string
		block      *sarama.FetchResponseBlock
		start, end int64
		at         int64
		late       *offsetResult
		came       bool
		next       int64
		unsure     bool
	}{
		{"late", batch(whole), 10, 13, 1500, &offsetResult{offset: 11, time: time.UnixMilli(2000).UTC()}, true, 13,
			false},
		{"the late one is below the log start", batch(whole), 12, 13, 1500, nil, true, 13, false},
		{"the late one is not stable yet", batch(whole), 10, 11, 1500, nil, true, 13, false},
		{"early", batch(whole), 10, 13, 2001, nil, true, 13, false},
		{"early, by its header alone", batch(cut), 10, 13, 2001, nil, true, 13, false},
		{"late, by its header alone", batch(cut), 10, 13, 1500, nil, false, 10, false},
		{"the time of the append is that of the batch", batch(func(b *sarama.RecordBatch) { b.LogAppendTime = true }),
			10, 13, 1500, &offsetResult{offset: 10, time: time.UnixMilli(2000).UTC()}, true, 13, false},
		{"a time that no record has", batch(func(b *sarama.RecordBatch) { b.MaxTimestamp = from.Add(time.Hour) }), 10,
			13, 1500, nil, true, 13, true},
		{"without times",
			batch(func(b *sarama.RecordBatch) { b.FirstTimestamp, b.MaxTimestamp = time.Time{}, time.Time{} }), 10, 13,
			1500, nil, true, 13, false},
		{"left out", &sarama.FetchResponseBlock{}, 10, 13, 1500, nil, false, 10, false},
		{"not mentioned", nil, 10, 13, 1500, nil, false, 10, false},
		{"denied", &sarama.FetchResponseBlock{Err: sarama.ErrTopicAuthorizationFailed}, 10, 13, 1500, nil, false, 10,
			false},
		{"of a format without headers", &sarama.FetchResponseBlock{RecordsSet: []*sarama.Records{{}}}, 10, 13, 1500,
			nil, false, 10, false},
	} {
		m := &timeMiss{start: c.start, end: c.end, at: c.at}
		w := &batchWalk{next: 10, end: c.end, visit: m.visit}
		came := w.take(c.block)
		if diff := cmp.Diff(c.late, m.late, cmp.AllowUnexported(offsetResult{})); diff != "" {
			t.Errorf("%s: late (-want +got):\n%s", c.name, diff)
		}
		if came != c.came || w.next != c.next || m.unsure != c.unsure {
			t.Errorf("%s: came %t to %d, unsure %t; want %t, %d, %t", c.name, came, w.next, m.unsure, c.came, c.next,
				c.unsure)
		}
	}
}

// A partition that the answer leaves out is neither written nor refused.
func TestResultsOfAPartialAnswer(t *testing.T) {
	t.Parallel()
	in := func(n int32) reset.WriteStep {
		return reset.WriteStep{Partition: reset.Partition{Topic: "t", Partition: n}}
	}
	chunk := reset.Chunk{Steps: []reset.WriteStep{in(2), in(0), in(1)}}
	got := results(chunk, map[string]map[int32]sarama.KError{"t": {0: sarama.ErrNoError, 1: sarama.ErrUnknownMemberId}},
		nil)
	want := []reset.StepResult{{Detail: "the broker's answer leaves it out"}, {Written: true},
		{Rejected: "UNKNOWN_MEMBER_ID"}}
	if diff := cmp.Diff(want, got); diff != "" || !got[0].Lost() {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMillis(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at   time.Time
		want int64
	}{
		{time.UnixMilli(5), 5},
		{time.UnixMilli(5).Add(time.Nanosecond), 6},
		{time.UnixMilli(-1), 0}, // -1 and -2 are words to Kafka
		{time.UnixMilli(-2), 0},
	} {
		if got := millis(c.at); got != c.want {
			t.Errorf("millis(%v) is %d, want %d", c.at, got, c.want)
		}
	}
}

func TestPasswordIsTakenOutOfErrors(t *testing.T) {
	t.Parallel()
	c := Open(Config{SASL: SASL{Mechanism: "PLAIN", User: "bot", Password: "hunter2"}})
	if got := c.clean(errors.New(`login "bot:hunter2" failed`)).Error(); got != `login "bot:<secret>" failed` {
		t.Errorf("cleaned: %s", got)
	}
}

// The documented rights are those that check asks about, and the lines that grant them grant these and no others.
func TestRightsAreDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/permissions.md")
	if err != nil {
		t.Fatal(err)
	}
	yes := map[bool]string{true: "no", false: "yes"}
	var rows, grants int
	for resource, needs := range map[string][]need{"cluster": needsCluster, "group": needsGroup, "topic": needsTopic} {
		line := "--allow-principal User:kafka-reset-bot"
		for _, n := range needs {
			row := fmt.Sprintf("\n| %s | %s | %s | %s |\n", resource, n.name, yes[n.optional], n.purpose)
			if !strings.Contains(string(text), row) {
				t.Errorf("docs/permissions.md has no row %q", row)
			}
			words := map[string]string{"DESCRIBE": "Describe", "DESCRIBE_CONFIGS": "DescribeConfigs", "READ": "Read",
				"DELETE": "Delete"}
			line += " --operation " + words[n.name]
			rows++
		}
		if line += " --" + resource; !strings.Contains(string(text), line) {
			t.Errorf("docs/permissions.md does not grant %q", line)
		}
		grants++
	}
	if got := strings.Count(string(text), "\n| ") - 1; got != rows { // the head of the table
		t.Errorf("docs/permissions.md has %d rows, want %d", got, rows)
	}
	if got := strings.Count(string(text), "kafka-acls.sh"); got != grants {
		t.Errorf("docs/permissions.md has %d grants, want %d", got, grants)
	}
}
