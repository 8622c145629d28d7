package commands

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func TestReadPlan(t *testing.T) {
	t.Parallel()
	want := []reset.Row{{Topic: "orders", Partition: 0, Offset: 46020}, {Topic: "orders", Partition: 11, Offset: 0}}
	for _, text := range []string{
		"orders,0,46020\norders,11,0\n",
		"orders,0,46020\r\norders,11,0",
		"\ufefforders,0,46020\n\n\norders,11,0\n",
		"billing,orders,0,46020\nbilling,orders,11,0\n",
		"\"billing\",\"orders\",0,46020\norders, 11, 0\n",
		"\"orders\",0,46020\n\"orders\",11,0\n", // of --export
		"orders 0 46020\norders   11\u00a00\n",
		"orders\t0\t46020\norders\t11\t0\n",
		"orders;0;46020\n\"orders\";11;0\n",
		"orders;0;46,020\norders;11;0\n",
		"billing orders 0 46020\nbilling orders 11 0\n",
		"topic,partition,offset\norders,0,46020\norders,11,0\n",
		"# as of 02:10\nTOPIC PARTITION OFFSET\norders 0 46020\n\norders 11 0\n",
		"Partition;Topic;Target Offset\n0;orders;46020\n11;orders;0\n",
		"GROUP,TOPIC,PARTITION,NEW-OFFSET\nbilling,orders,0,46020\nbilling,orders,11,0\n",
		"topic\tpartition\tlag\toffset\norders\t0\t\t46020\norders\t11\t5\t0\n",
		"```\norders,0,46020\norders,11,0\n```\n",
	} {
		got, _, err := readPlan("plan.csv", []byte(text), "billing")
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%q: %v %s", text, err, d)
		}
	}
	if rows, _, err := readPlan("plan.csv", []byte("offset,0,5\n"), "billing"); err != nil || len(rows) != 1 {
		t.Errorf("a topic named offset: %v, %v", rows, err)
	}
}

func TestReadPlanRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"", `"plan.csv" has no rows`},
		{"topic,partition\norders,0\n", "line 1: the header names no offset: OFFSET, NEW-OFFSET or CURRENT-OFFSET; " +
			"line 2: has 2 fields, not topic,partition,offset or group,topic,partition,offset"},
		{"TOPIC PARTITION CURRENT-OFFSET NEW-OFFSET\norders 0 5 6\n",
			`line 1: the header names two offsets, "CURRENT-OFFSET" and "NEW-OFFSET": leave the column out that is not meant`},
		{"topic topic partition offset\n", `line 1: the header names "topic" twice`},
		{"topic,partition,offset\norders,0\n", "line 2: has 2 fields, its header 3"},
		{"TOPIC PARTITION CURRENT-OFFSET\norders 0 -\n", "line 2: orders-0 has no offset: take the line out"},
		{"topic\tpartition\toffset\tlag\norders\t0\t\t7\n", "line 2: orders-0 has no offset: take the line out"},
		{"orders 0 1900 2000\n", `line 1: is about group "orders", not "billing"`},
		{"billing 0 1900 2000\n",
			"line 1: may be read in two ways: begin the file with a header, GROUP TOPIC PARTITION OFFSET"},
		{"billing orders 0 1900 2000 100 - - -\n", "line 1: has 9 fields, not topic,partition,offset or " +
			"group,topic,partition,offset; a table is read with its header"},
		{"a,0,1;2;3\n", `line 1: "a,0,1;2;3" may be read in two ways: separate by commas, semicolons or tabs alone`},
		{"orders,0,5\norders,0,6\n", "line 2: names orders-0 again, after line 1"},
		{"refunds,orders,0,5\n", `line 1: is about group "refunds", not "billing"`},
		{"orders,0\n", "line 1: has 2 fields, not topic,partition,offset or group,topic,partition,offset"},
		{"orders;0\n", "line 1: has 2 fields, not topic,partition,offset or group,topic,partition,offset"},
		{"# a comment\n", `"plan.csv" has no rows`},
		{"or ders,0,5\n", `line 1: "or ders" is not a topic's name`},
		{"orders,-1,5\n", `line 1: "-1" is not a partition`},
		{"orders,2147483648,5\n", `line 1: "2147483648" is not a partition`},
		{"orders,0,-1\n", `line 1: "-1" is not an offset`},
		{"orders,0,x\norders,y,1\n", `line 1: "x" is not an offset; line 2: "y" is not a partition`},
		{"orders,0,5\n\"orders,1,5\n", `line 2: a quote is not closed, or is within a name: "\"orders,1,5"`},
		{strings.Repeat("orders,0,x\n", 12), `line 10: "x" is not an offset; and 2 more`},
	}
	for _, tt := range tests {
		rows, _, err := readPlan("plan.csv", []byte(tt.text), "billing")
		if err == nil || !strings.HasSuffix(err.Error(), tt.want) {
			t.Errorf("%.40q: %v, %v", tt.text, rows, err)
		}
	}
}

func TestReadPlanBounds(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range maxPlanRows + 1 {
		fmt.Fprintf(&b, "orders,%d,0\n", i)
	}
	if _, _, err := readPlan("plan.csv", []byte(b.String()), "billing"); err == nil || !strings.Contains(err.Error(),
		"more than 100,000 rows") {
		t.Error(err)
	}
	if _, _, err := readPlan("plan.csv", make([]byte, maxPlanBytes+1),
		"billing"); err == nil || !strings.Contains(err.Error(), "bytes") {
		t.Error(err)
	}
}

// A table of Kafka's --describe is a plan back to what was committed then, which is said.
func TestReadPlanOfADescribedGroup(t *testing.T) {
	t.Parallel()
	const table = `
Consumer group 'billing' has no active members.

GROUP           TOPIC           PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG   CONSUMER-ID HOST CLIENT-ID
billing         orders          0          46020           50000           3980  -           -    -
billing         orders          11         0               7               7     -           -    -
`
	want := []reset.Row{{Topic: "orders", Partition: 0, Offset: 46020}, {Topic: "orders", Partition: 11, Offset: 0}}
	got, notes, err := readPlan("plan.csv", []byte(table), "billing")
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Error(err, d)
	}
	if len(notes) != 1 || !strings.Contains(notes[0], "`CURRENT-OFFSET`") {
		t.Errorf("notes: %q", notes)
	}
	for _, text := range []string{"billing from orders 0 46020 orders 11 0", "billing from orders;0;46020 orders;11;0",
		"billing from orders,0,46020 orders,11,0"} {
		cmd, err := Parse(text, askerOf(t))
		r, ok := cmd.(Reset)
		if !ok || err != nil {
			t.Errorf("%s: %v, %v", text, cmd, err)
		} else if d := cmp.Diff(reset.Rows{Rows: want}, r.Intent.Target); d != "" {
			t.Errorf("%s: %s", text, d)
		}
	}
	ctx := askerOf(t)
	ctx.ReadFile = func(string) ([]byte, error) { return []byte(table), nil }
	cmd, err := Parse("billing@prod-eu --from-file plan.txt", ctx)
	if r, ok := cmd.(Reset); err != nil || !ok || len(r.Intent.Notes) != 1 {
		t.Errorf("%+v, %v", cmd, err)
	}
}

// Whatever is in a file: it is rows with a topic, a partition and an offset, or a refusal that says where.
func FuzzReadPlan(f *testing.F) {
	for _, text := range []string{"orders,0,5", "billing;orders;0;5", "TOPIC\tPARTITION\tOFFSET\no\t0\t5", "\"a\" 0 1",
		"GROUP TOPIC PARTITION CURRENT-OFFSET\nbilling o 0 -", "a,0,1;2;3", "\ufeff# x\n```"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rows, _, err := readPlan("f", []byte(text), "billing")
		if (err == nil) == (len(rows) == 0) {
			t.Fatalf("%q: %v, %v", text, rows, err)
		}
		for _, r := range rows {
			if !topicShape.MatchString(r.Topic) || r.Partition < 0 || r.Offset < 0 ||
				!strings.Contains(text, r.Topic) {
				t.Fatalf("%q: %+v", text, r)
			}
		}
	})
}

// In a terminal the file of a line that runs elsewhere is a file of this machine, which is said.
func TestTheFileOfAPastedLineIsOfThisMachine(t *testing.T) {
	t.Parallel()
	ctx := askerOf(t)
	ctx.Terminal = true
	ctx.ReadFile = func(string) ([]byte, error) { return []byte("orders,0,5\n"), nil }
	const line = "kafka-consumer-groups.sh --group billing --reset-offsets --from-file /tmp/x.csv"
	for text, want := range map[string]bool{line: false, "sudo " + line: false, "kubectl exec k-0 -- " + line: true,
		"ssh b1 '" + line + "'": true} {
		cmd, err := Parse(text, ctx)
		r, ok := cmd.(Reset)
		said := strings.Contains(strings.Join(r.Intent.Notes, " "), "`/tmp/x.csv` was read on this machine")
		if err != nil || !ok || said != want {
			t.Errorf("%s: %+v, %v", text, cmd, err)
		}
	}
}
