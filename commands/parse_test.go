package commands

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// atThree is 03:07 in Berlin, when Mara typed.
var atThree = time.Date(2026, 11, 22, 2, 7, 0, 0, time.UTC)

func mustZone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func askerOf(t testing.TB) Context {
	return Context{
		At: atThree, Zone: mustZone(t, "Europe/Berlin"), ZoneName: "Europe/Berlin",
		Clusters: []ClusterName{
			{Name: "prod-eu", Bootstrap: []string{"b1.example.com:9092", "b2.example.com:9092"}},
			{Name: "sandbox-eu", Bootstrap: []string{"sandbox.example.com:9092"}},
		},
	}
}

func stamp(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t
}

func topicScope(names ...string) reset.Scope {
	var s reset.Scope
	for _, n := range names {
		s.Topics = append(s.Topics, reset.TopicScope{Topic: n})
	}
	return s
}

func partScope(topic string, p ...int32) reset.Scope {
	return reset.Scope{Topics: []reset.TopicScope{{Topic: topic, Partitions: p}}}
}

// plainIntent is what most resets of the tables have in common.
func plainIntent(scope reset.Scope, target reset.Target) reset.Intent {
	return reset.Intent{Group: "billing", Scope: scope, Target: target, Zone: "Europe/Berlin"}
}

func changed(in reset.Intent, change func(*reset.Intent)) Command {
	change(&in)
	return Reset{in}
}

func on(cluster string) func(*reset.Intent) {
	return func(in *reset.Intent) { in.Cluster = cluster }
}

func TestParseResets(t *testing.T) {
	t.Parallel()
	orders := topicScope("orders")
	latest := Reset{plainIntent(orders, reset.Latest{})}
	all := reset.Scope{All: true}
	to := func(target reset.Target) Command { return Reset{plainIntent(orders, target)} }
	tests := []struct {
		text string
		want Command
	}{
		// The sentence of the grammar, part by part.
		{"billing orders to latest", latest},
		{"reset billing orders to latest", latest},
		{"billing@prod-eu orders to latest", changed(latest.Intent, on("prod-eu"))},
		// the core knows the configured names
		{"billing@nowhere orders to latest", changed(latest.Intent, on("nowhere"))},
		{"billing to latest", Reset{plainIntent(reset.Scope{}, reset.Latest{})}}, // the core asks which topics
		{"billing orders", Reset{plainIntent(orders, nil)}},                      // and where to
		{"billing orders refunds to latest", Reset{plainIntent(topicScope("orders", "refunds"), reset.Latest{})}},
		{"billing --all-topics to latest", Reset{plainIntent(all, reset.Latest{})}},
		{"billing to latest --all-topics", Reset{plainIntent(all, reset.Latest{})}},
		{"billing orders:0,3-5 to latest", Reset{plainIntent(partScope("orders", 0, 3, 4, 5), reset.Latest{})}},
		{"billing orders:5,3-4,4,0 to latest", Reset{plainIntent(partScope("orders", 0, 3, 4, 5), reset.Latest{})}},
		{"billing orders:3–5 to latest", Reset{plainIntent(partScope("orders", 3, 4, 5), reset.Latest{})}},
		{"billing orders:1 orders:0 to latest", Reset{plainIntent(partScope("orders", 0, 1), reset.Latest{})}},
		{"billing orders:1 orders to latest", latest},
		{"billing orders orders:1 to latest", latest},

		// Targets.
		{"billing orders clear", latest},
		{"billing orders to earliest", to(reset.Earliest{})},
		{"billing orders to current", to(reset.Current{})},
		{"billing orders to offset 46020", to(reset.Exact{Offset: 46020})},
		{"billing orders to offset 46,020", to(reset.Exact{Offset: 46020})},
		{"billing orders to offset 9223372036854775807", to(reset.Exact{Offset: 9223372036854775807})},
		{"billing orders shift -100", to(reset.Shift{By: -100})},
		{"billing orders shift –100", to(reset.Shift{By: -100})},
		{"billing orders shift −100", to(reset.Shift{By: -100})},
		{"billing orders shift +1", to(reset.Shift{By: 1})},
		{"billing orders shift 1", to(reset.Shift{By: 1})},
		{"billing orders shift -9223372036854775807", to(reset.Shift{By: -9223372036854775807})},
		{"billing orders:7 shift -100", Reset{plainIntent(partScope("orders", 7), reset.Shift{By: -100})}},
		{"billing skip orders:7@18231", Reset{plainIntent(partScope("orders", 7), reset.SkipRecord{Offset: 18231})}},
		{"billing skip orders:7@18,231", Reset{plainIntent(partScope("orders", 7), reset.SkipRecord{Offset: 18231})}},
		{"billing orders back 90m",
			to(reset.Time{At: atThree.Add(-90 * time.Minute), Back: 90 * time.Minute, Said: "90m"})},
		{"billing orders back PT1H30M",
			to(reset.Time{At: atThree.Add(-90 * time.Minute), Back: 90 * time.Minute, Said: "PT1H30M"})},
		{"billing orders to 2026-11-22T01:10:00Z",
			to(reset.Time{At: stamp("2026-11-22T01:10:00Z"), Said: "2026-11-22T01:10:00Z", Zone: "UTC"})},
		{"billing orders to 02:10",
			to(reset.Time{At: stamp("2026-11-22T01:10:00Z"), Said: "02:10", Zone: "Europe/Berlin",
				Other: &reset.Time{At: stamp("2026-11-21T02:10:00Z"), Said: "02:10", Zone: "UTC"}})},
		{"billing orders to 2026-11-21 09:30",
			to(reset.Time{At: stamp("2026-11-21T08:30:00Z"), Said: "2026-11-21 09:30", Zone: "Europe/Berlin",
				Other: &reset.Time{At: stamp("2026-11-21T09:30:00Z"), Said: "2026-11-21 09:30", Zone: "UTC"}})},
		{`billing orders to "2026-11-21 09:30 UTC"`,
			to(reset.Time{At: stamp("2026-11-21T09:30:00Z"), Said: "2026-11-21 09:30 UTC", Zone: "UTC"})},
		{"billing orders to tomorrow 08:00 utc",
			to(reset.Time{At: stamp("2026-11-23T08:00:00Z"), Said: "tomorrow 08:00 utc", Zone: "UTC"})},

		// Options.
		{`billing orders to latest --reason "bad deploy 4711"`,
			changed(latest.Intent, func(in *reset.Intent) { in.Reason = "bad deploy 4711" })},
		{`--reason='say "hi"' billing orders to latest`,
			changed(latest.Intent, func(in *reset.Intent) { in.Reason = `say "hi"` })},
		{`billing orders to latest --reason ""`, nil},
		{"billing orders to latest --wait 30m",
			changed(latest.Intent, func(in *reset.Intent) { in.Wait = 30 * time.Minute })},
		{"billing orders to latest --no-wait", changed(latest.Intent, func(in *reset.Intent) { in.NoWait = true })},
		{"billing orders to latest --emergency INC-4711",
			changed(latest.Intent, func(in *reset.Intent) { in.Emergency = "INC-4711" })},
		{"billing orders to latest --tz utc", changed(latest.Intent, func(in *reset.Intent) { in.Zone = "" })},
		{"billing orders to 01:10 --tz UTC", changed(latest.Intent, func(in *reset.Intent) {
			in.Zone, in.Target = "", reset.Time{At: stamp("2026-11-22T01:10:00Z"), Said: "01:10", Zone: "UTC"}
		})},
		{"billing orders to 06:40 --tz asia/kolkata", changed(latest.Intent, func(in *reset.Intent) {
			in.Zone, in.Target = "Asia/Kolkata",
				reset.Time{At: stamp("2026-11-22T01:10:00Z"), Said: "06:40", Zone: "Asia/Kolkata"}
		})},

		// Kafka's flags.
		{"--group billing --topic orders --to-latest", latest},
		{"--group billing --topic=orders --reset-offsets --to-latest --dry-run", latest},
		{"--group billing --topic orders to latest", latest},
		{"--group billing orders --to-latest", latest},
		{"--group billing --cluster prod-eu --topic orders --to-latest", changed(latest.Intent, on("prod-eu"))},
		{"--group billing --topic orders:0,1 --topic orders:3 --to-latest",
			Reset{plainIntent(partScope("orders", 0, 1, 3), reset.Latest{})}},
		{"--group billing --all-topics --to-earliest", Reset{plainIntent(all, reset.Earliest{})}},
		{"--group billing --topic orders --to-current", to(reset.Current{})},
		{"--group billing --topic orders --shift-by -100", to(reset.Shift{By: -100})},
		{"--group billing --topic orders --shift-by=-100", to(reset.Shift{By: -100})},
		{"--group billing --topic orders --to-offset 5", to(reset.Exact{Offset: 5})},
		{"--group billing --topic orders --by-duration PT0H30M0S",
			to(reset.Time{At: atThree.Add(-30 * time.Minute), Back: 30 * time.Minute, Said: "PT0H30M0S"})},
		{"--group billing --topic orders --to-datetime 2026-11-20T09:30:00.000",
			to(reset.Time{At: stamp("2026-11-20T09:30:00Z"), Said: "2026-11-20T09:30:00.000", Zone: "UTC",
				Other: &reset.Time{At: stamp("2026-11-20T08:30:00Z"), Said: "2026-11-20T09:30:00.000",
					Zone: "Europe/Berlin"}})},
		{"--group billing --topic orders --to-datetime 2026-11-20T09:30:00.000+0530",
			to(reset.Time{At: stamp("2026-11-20T04:00:00Z"), Said: "2026-11-20T09:30:00.000+0530"})},
		{"bin/kafka-consumer-groups.sh --bootstrap-server b2.example.com:9092 --group billing --topic orders --reset-offsets --to-latest --execute",
			changed(latest.Intent, func(in *reset.Intent) {
				in.Cluster, in.Notes = "prod-eu", []string{executeNote}
			})},
		{"kafka-consumer-groups --bootstrap-server other:9092,B1.example.com:9092 \\\n --group billing \\\n --topic orders --reset-offsets --to-latest",
			changed(latest.Intent, on("prod-eu"))},
		{"kafka-consumer-groups.sh --command-config c.properties --timeout 9000 --export --group billing --topic orders --to-latest",
			changed(latest.Intent, func(in *reset.Intent) {
				in.Notes = []string{
					"--command-config is not read: the bot connects as its own configuration says.",
					"--export is not needed: every plan comes with its CSV.",
					"--timeout is not used: the bot has time limits of its own."}
			})},

		// Names are exact and never ambiguous; keywords have no case.
		{"BILLING orders TO Latest", changed(latest.Intent, func(in *reset.Intent) { in.Group = "BILLING" })},
		{"reset status orders to latest", changed(latest.Intent, func(in *reset.Intent) { in.Group = "status" })},
		{"reset reset orders to latest", changed(latest.Intent, func(in *reset.Intent) { in.Group = "reset" })},
		{"--group to --topic latest to latest",
			changed(plainIntent(topicScope("latest"), reset.Latest{}), func(in *reset.Intent) { in.Group = "to" })},
		{"a@b@prod-eu orders to latest", changed(latest.Intent,
			func(in *reset.Intent) { in.Group, in.Cluster = "a@b", "prod-eu" })},
		{"team@host/x orders to latest", changed(latest.Intent, func(in *reset.Intent) { in.Group = "team@host/x" })},
		{"a@b --cluster prod-eu orders to latest",
			changed(latest.Intent, func(in *reset.Intent) { in.Group, in.Cluster = "a@b", "prod-eu" })},
		{"billing@prod-eu --cluster prod-eu orders to latest", changed(latest.Intent, on("prod-eu"))},
		{`--group "my group@home" --cluster prod-eu orders clear`,
			changed(latest.Intent, func(in *reset.Intent) { in.Group, in.Cluster = "my group@home", "prod-eu" })},
		{"--group billing@prod-eu orders clear",
			changed(latest.Intent, func(in *reset.Intent) { in.Group = "billing@prod-eu" })},

		// Phones and Slack.
		{"billing orders to latest —reason “don’t panic”",
			changed(latest.Intent, func(in *reset.Intent) { in.Reason = "don’t panic" })},
		{"billing orders to latest –-no-wait", changed(latest.Intent, func(in *reset.Intent) { in.NoWait = true })},
		{"billing\u00a0orders\u200b to\u202flatest\u2060", latest},
		{"<mailto:billing@prod-eu|billing@prod-eu> orders to latest", changed(latest.Intent, on("prod-eu"))},
		{"<http://kafka-consumer-groups.sh|kafka-consumer-groups.sh> --bootstrap-server <http://b1.example.com:9092|b1.example.com:9092> --group billing --topic orders --to-latest",
			changed(latest.Intent, on("prod-eu"))},
		{"--group a&amp;b&lt;c&gt; orders to latest",
			changed(latest.Intent, func(in *reset.Intent) { in.Group = "a&b<c>" })},
		{`billing orders to latest --reason "asked by <@U1|jon> in <#C1|inc>"`,
			changed(latest.Intent, func(in *reset.Intent) { in.Reason = "asked by @jon in #inc" })},
		{`billing orders to latest --reason "$HOME and $(id) and` + "`id`" + `; rm | tee > x # y"`,
			changed(latest.Intent, func(in *reset.Intent) { in.Reason = "$HOME and $(id) and`id`; rm | tee > x # y" })},
		{"billing orders to latest --emergency #4711",
			changed(latest.Intent, func(in *reset.Intent) { in.Emergency = "#4711" })},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			got, err := Parse(tt.text, askerOf(t))
			if tt.want == nil {
				if err == nil {
					t.Fatalf("understood as %#v", got)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestParseVerbs(t *testing.T) {
	t.Parallel()
	ref := reset.Ref{ID: "k7f3"}
	ref2 := reset.Ref{ID: "k7f3", Revision: 2}
	tests := []struct {
		text string
		want Command
	}{
		{"", Help{}},
		{"?", Help{}},
		{"--help", Help{}},
		{"help", Help{}},
		{"help target", Help{Topic: "target"}},
		{"HELP Undo", Help{Topic: "undo"}},
		{"undo --help", Help{Topic: "undo"}},
		{"/kafka-reset help", Help{}},
		{"billing", Overview{Group: "billing"}},
		{"billing@prod-eu", Overview{Group: "billing", Cluster: "prod-eu"}},
		{"reset billing@prod-eu", Overview{Group: "billing", Cluster: "prod-eu"}},
		{"--group billing --bootstrap-server sandbox.example.com:9092", Overview{Group: "billing", Cluster: "sandbox-eu"}},
		{"status", Status{}},
		{"status billing@prod-eu", Status{"billing", "prod-eu"}},
		{"status --cluster prod-eu", Status{Cluster: "prod-eu"}},
		{"lag billing@prod-eu", Lag{Group: "billing", Cluster: "prod-eu"}},
		{"lag billing orders:0,3-5 refunds",
			Lag{Group: "billing", Topics: []reset.TopicScope{{Topic: "orders", Partitions: []int32{0, 3, 4, 5}},
				{Topic: "refunds"}}}},
		{"lag --group lag --topic lag", Lag{Group: "lag", Topics: []reset.TopicScope{{Topic: "lag"}}}},
		{"show k7f3", Show{ID: "k7f3"}},
		{"Show K7F3.2", Show{"k7f3", 2}},
		{"history k7f3", History{Group: "k7f3", ID: "k7f3"}},
		{"history billing@prod-eu", History{Group: "billing", Cluster: "prod-eu"}},
		{"history --group k7f3", History{Group: "k7f3"}},
		{"access billing", Access{Group: "billing"}},
		{"approve k7f3.2", Decide{Verb: "approve", Ref: ref2}},
		{"Approve k7f3", Decide{Verb: "approve", Ref: ref}},
		{"reject k7f3.2 wrong topic", Decide{Verb: "reject", Ref: ref2, Why: "wrong topic"}},
		{`reject k7f3.2 --reason "wrong topic"`, Decide{Verb: "reject", Ref: ref2, Why: "wrong topic"}},
		{"cancel k7f3", Decide{Verb: "cancel", Ref: ref}},
		{"retry k7f3", Decide{Verb: "retry", Ref: ref}},
		{"undo k7f3", Decide{Verb: "undo", Ref: ref}},
		{`settle k7f3 "reprocessed by hand"`, Decide{Verb: "settle", Ref: ref, Why: "reprocessed by hand"}},
		{"choose k7f3.2 1", Decide{Verb: "choose", Ref: ref2, Option: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			got, err := Parse(tt.text, askerOf(t))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
			if d, ok := got.(Decide); ok {
				if verb, id := Peek(tt.text, nil); verb != d.Verb || id != d.Ref.ID {
					t.Errorf("Peek = %q, %q", verb, id)
				}
			}
		})
	}
}

const executeNote = "--execute is ignored: nothing is written before this preview is confirmed."

func TestParseNotes(t *testing.T) {
	t.Parallel()
	tests := []struct{ at, text, want string }{
		{"2026-11-22T23:20:00Z", "billing orders to 23:30",
			"23:30 is the last one that has passed: yesterday, 2026-11-22 Europe/Berlin."},
		{"2026-11-22T23:20:00Z", "g --topic t --to-latest --execute", executeNote},
		{"2026-11-22T23:20:00Z", "billing orders to 2026-10-25 02:30",
			"02:30 comes twice on 2026-10-25 in Europe/Berlin: at 00:30 UTC and at 01:30 UTC. The earlier is taken; for the later: to 2026-10-25T01:30:00Z"},
		{"2026-11-22T23:20:00Z", "billing orders to 2026-03-29 02:30",
			"02:30 does not exist on 2026-03-29 in Europe/Berlin: the clocks go from 02:00 to 03:00. 03:00 is taken, 01:00 UTC."},
		{"2026-11-22T23:20:00Z", "g --topic t --tz Europe/Berlin --to-datetime 2026-11-20T09:30:00.000",
			"--to-datetime is read in Europe/Berlin where it names no zone, because of --tz; Kafka's own tool reads UTC."},
	}
	for _, tt := range tests {
		ctx := askerOf(t)
		ctx.At = stamp(tt.at)
		cmd, err := Parse(tt.text, ctx)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if notes := strings.Join(cmd.(Reset).Intent.Notes, "\n"); notes != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.text, notes, tt.want)
		}
	}
}

func TestParseFile(t *testing.T) {
	t.Parallel()
	ctx := askerOf(t)
	ctx.Terminal = true
	ctx.ReadFile = func(name string) ([]byte, error) {
		switch name {
		case "plan.csv":
			return []byte("orders,1,5\norders,0,46020\nrefunds,0,0\n"), nil
		case "bad.csv":
			return []byte("topic,partition,offset\norders,0\n"), nil
		}
		return nil, os.ErrNotExist
	}
	want := changed(reset.Intent{}, func(in *reset.Intent) {
		*in = plainIntent(reset.Scope{Topics: []reset.TopicScope{{Topic: "orders", Partitions: []int32{0, 1}},
			{Topic: "refunds", Partitions: []int32{0}}}},
			reset.Rows{Rows: []reset.Row{{Topic: "orders", Partition: 1, Offset: 5},
				{Topic: "orders", Partition: 0, Offset: 46020}, {Topic: "refunds"}}})
	})
	got, err := ParseArgs([]string{"billing", "--from-file", "plan.csv"}, ctx)
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Error(err, d)
	}
	for args, want := range map[string]string{
		"billing --from-file none.csv":        `"none.csv" cannot be read: file does not exist. Example: --from-file plan.csv`,
		"billing --from-file bad.csv":         `"bad.csv" cannot be used: line 2: has 2 fields, its header 3. Example: orders,0,46020`,
		"billing orders --from-file plan.csv": `"plan.csv" names the topics itself: leave the others out. Example: billing@prod-eu --from-file plan.csv`,
	} {
		if _, err := Parse(args, ctx); err == nil || err.Error() != want {
			t.Errorf("%s:\n got %v\nwant %s", args, err, want)
		}
	}
	if _, err := Parse("billing --from-file", ctx); err == nil || !strings.Contains(err.Error(),
		"needs the name of a file") {
		t.Errorf("without a name: %v", err)
	}

	// In a chat a form asks for the file; the same words, read again with what came, are the reset.
	const pasted = "kafka-consumer-groups.sh --group billing --reset-offsets --from-file plan.csv --execute"
	for _, text := range []string{"billing --from-file", "billing from file", pasted, "billing --from-file --wait 5m"} {
		ctx := Context{}
		if got, err := Parse(text, ctx); err != nil || got != (Upload{Group: "billing"}) {
			t.Errorf("%s: %v, %v", text, got, err)
		}
		if verb, _ := Peek(text, nil); verb != "from-file" {
			t.Errorf("%s: peeked %q", text, verb)
		}
		ctx.ReadFile = func(string) ([]byte, error) { return []byte("orders,1,5\n"), nil }
		got, err := Parse(text, ctx)
		if r, ok := got.(Reset); err != nil || !ok || len(r.Intent.Target.(reset.Rows).Rows) != 1 {
			t.Errorf("%s, read again: %v, %v", text, got, err)
		}
		ctx.ReadFile = func(string) ([]byte, error) { return []byte("orders,x,5\n"), nil }
		if _, err := Parse(text, ctx); err == nil || !strings.Contains(err.Error(),
			`cannot be used: line 1: "x" is not a partition`) {
			t.Errorf("%s, read again: %v", text, err)
		}
	}
}

// In a terminal nothing was escaped by Slack.
func TestParseTerminalTakesTextAsItIs(t *testing.T) {
	t.Parallel()
	ctx := askerOf(t)
	ctx.Terminal = true
	got, err := Parse("--group 'a&amp;b<http://x|y>'", ctx)
	if d := cmp.Diff(Command(Overview{Group: "a&amp;b<http://x|y>"}), got); err != nil || d != "" {
		t.Error(err, d)
	}
}

func TestParseWithoutZoneIsUTC(t *testing.T) {
	t.Parallel()
	got, err := Parse("billing orders to 01:10", Context{At: atThree})
	want := Reset{reset.Intent{Group: "billing", Scope: topicScope("orders"),
		Target: reset.Time{At: stamp("2026-11-22T01:10:00Z"), Said: "01:10", Zone: "UTC"}}}
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Error(err, d)
	}
}

func TestParseRefusesLongText(t *testing.T) {
	t.Parallel()
	for _, text := range []string{strings.Repeat("ü", 4001),
		"billing orders to latest --reason " + strings.Repeat("x", 501), "settle k7f3 " + strings.Repeat("x", 501)} {
		_, err := Parse(text, askerOf(t))
		var wrong *SyntaxError
		if !errors.As(err, &wrong) || !strings.Contains(wrong.Want, "characters") {
			t.Errorf("%.20s: %v", text, err)
		}
	}
}
