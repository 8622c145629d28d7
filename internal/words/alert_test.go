package words

import (
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/alert"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func TestAlertNotes(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 2, 0, 0, 0, time.UTC)
	offset := int64(1931)
	for name, c := range map[string]struct {
		reading alert.Reading
		cluster string
		want    string
	}{
		"nothing": {reading: alert.Reading{Kind: alert.None},
			want: "This message does not say which consumer group or topic it is about."},
		"one group": {reading: alert.Reading{Kind: alert.Lag, Clusters: []string{"lkc-1"}, Groups: []string{"billing"},
			Topics: []string{"orders"}, Partitions: map[string][]int32{"orders": {3, 4, 5, 7}}}, cluster: "prod-eu",
			want: "Read from the message: cluster prod-eu, group billing, topic orders:3-5,7."},
		"unknown cluster, resolved": {reading: alert.Reading{Kind: alert.Lag, Resolved: true, Clusters: []string{"k8s"},
			Groups: []string{"billing"}, Topics: []string{"a", "b"}},
			want: "This alert is resolved.|Read from the message: group billing.|" +
				"It names cluster k8s, which is not configured or not visible to you. Choose a cluster.|" +
				"It names several topics: a and b. None is chosen."},
		"several": {reading: alert.Reading{Kind: alert.Stuck, Clusters: []string{"a", "b"}, Groups: []string{"x", "y"},
			Topics: []string{"t"}, Pairs: []alert.Pair{{Group: "x", Topics: []string{"t", "u"}}},
			Below: alert.Names{Groups: []string{"z"}}},
			want: "Read from the message: topic t.|It names several clusters: a and b.|" +
				"It names 2 consumer groups: choose one.|x: t and u|Resolved, and offered below the rest: z."},
		"a failed message": {reading: alert.Reading{Kind: alert.Poison, Topics: []string{"orders"}, Offset: &offset,
			Partitions: map[string][]int32{"orders": {7}}, Since: alert.Moment{At: now.Add(-time.Hour)}},
			want: "Read from the message: topic orders:7.|It names no consumer group: choose one.|" +
				"One message failed: orders:7@1931. Rewinding or skipping it is for you to choose.|" +
				"The alert states its start: 01:00 UTC. The problem may have begun earlier."},
	} {
		got := strings.Join(AlertNotes(c.reading, AlertShown{Cluster: c.cluster, Zone: time.UTC, Now: now}), "|")
		if got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

func TestAFailedMessageAgainstTheCommittedOffset(t *testing.T) {
	t.Parallel()
	for want, from := range map[string]reset.Position{
		"orders:7@1931 was already passed: the committed offset is 2,000.":                      {Offset: 2000},
		"orders:7@1931 is the next one to be consumed.":                                         {Offset: 1931},
		"orders:7@1931 is still ahead, after up to 31 messages: the committed offset is 1,900.": {Offset: 1900},
		"orders:7@1931: the group has no committed offset on its partition.":                    {None: true},
	} {
		lines := AlertRecord("orders", 7, 1931, []reset.Step{{Topic: "orders", Partition: 3}, {Topic: "orders",
			Partition: 7, From: from}})
		got := ""
		for _, l := range lines {
			for _, s := range l {
				got += s.Text
			}
		}
		if got != "The failed message "+want {
			t.Errorf("%+v: %q", from, got)
		}
	}
	if l := AlertRecord("orders", 8, 1, []reset.Step{{Topic: "orders", Partition: 7}}); l != nil {
		t.Errorf("of another partition: %v", l)
	}
}

// Every source of a time is named.
func TestMomentsOfAlertsAreNamed(t *testing.T) {
	t.Parallel()
	for _, s := range []alert.Source{alert.Stated, alert.Logged, alert.Notified, alert.Produced, alert.Posted} {
		if alertMoments[s] == "" {
			t.Errorf("%s has no words", s)
		}
	}
}
