package commands

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// The asker's present is 2026-11-22 02:07 in Berlin, which is 01:07 UTC.
func TestHistoryIsNarrowed(t *testing.T) {
	t.Parallel()
	utc := func(s string) time.Time {
		at, err := time.Parse("2006-01-02 15:04", s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	ctx := askerOf(t)
	ctx.At = utc("2026-11-22 01:07")
	for _, tt := range []struct {
		said string
		want History
	}{
		{"history", History{}},
		{"history @mara", History{Person: "mara"}},
		{"history <@U0MARA> billing@prod-eu", History{Person: "U0MARA", Group: "billing", Cluster: "prod-eu"}},
		{"history --cluster prod-eu --all", History{Cluster: "prod-eu", All: true}},
		{"history --since 24h", History{Since: utc("2026-11-21 01:07")}},
		{"history --since yesterday", History{Since: utc("2026-11-20 23:00")}},
		{"history --since 2026-11-20 --until 01:30", History{Since: utc("2026-11-19 23:00"),
			Until: utc("2026-11-22 00:30")}},
		{`history --until "2026-11-21 09:30 UTC"`, History{Until: utc("2026-11-21 09:30")}},
		{"history --since 01:00 --tz UTC", History{Since: utc("2026-11-22 01:00")}},
		{"history billing@prod-eu --before K7F3", History{Group: "billing", Cluster: "prod-eu", Before: "k7f3"}},
	} {
		got, err := Parse(tt.said, ctx)
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v, %v; want %+v", tt.said, got, err, tt.want)
		}
	}
	for said, want := range map[string]string{
		"history @mara @jon":               `one person at a time`,
		"history --since soon":             `--since "soon" is not a time`,
		"history --since 01:30 --until 1h": `nothing lies between`,
		"history --before x!":              `is not the id of a request`,
		"history billing orders":           `one word too many`,
		"billing orders back 1h --all":     `"--all" belongs to history`,
	} {
		if _, err := Parse(said, ctx); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", said, err, want)
		}
	}
}

// What changes nothing may be pasted as Kafka's own tool has it.
func TestKafkasOwnViews(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]Command{
		"kafka-consumer-groups.sh --bootstrap-server b1.example.com:9092 --describe --group billing": Lag{Group: "billing",
			Cluster: "prod-eu"},
		"kafka-consumer-groups --describe --group billing --members --verbose --timeout 5000":     Lag{Group: "billing"},
		"kafka-consumer-groups.sh --bootstrap-server b1.example.com:9092 --list":                  Groups{Cluster: "prod-eu"},
		"kafka-consumer-groups.sh --bootstrap-server b1.example.com:9092 --describe --all-groups": Groups{Cluster: "prod-eu"},
		"kafka-consumer-groups.sh --list --state":                                                 Groups{},
		"groups":                           Groups{},
		"groups pay-*@prod-eu":             Groups{Pattern: "pay-*", Cluster: "prod-eu"},
		"groups @prod-eu":                  Groups{Cluster: "prod-eu"},
		"groups billing --cluster prod-eu": Groups{Pattern: "billing", Cluster: "prod-eu"},
		"clusters":                         Clusters{},
	} {
		if got, err := Parse(said, askerOf(t)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %#v, %v; want %#v", said, got, err, want)
		}
	}
	for said, want := range map[string]string{
		"--describe --group billing --to-latest":       `has no option "--to-latest"`,
		"--describe --group billing --execute":         `has no option "--execute"`,
		"--list billing":                               "one word too many",
		"--all-groups --topic orders --to-latest":      "one group per command",
		"--group b --topic t --to-latest --members":    `"--members" belongs to lag`,
		"lag billing --page 0":                         "not the number of a page",
		"groups a b":                                   "one word too many",
		"kafka-consumer-groups.sh --delete --group bi": "--delete",
	} {
		if _, err := Parse(said, askerOf(t)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", said, err, want)
		}
	}
}
