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
	} {
		got, err := readPlan("plan.csv", []byte(text), "billing")
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%q: %v %s", text, err, d)
		}
	}
	if rows, err := readPlan("plan.csv", []byte("offset,0,5\n"), "billing"); err != nil || len(rows) != 1 {
		t.Errorf("a topic named offset: %v, %v", rows, err)
	}
}

func TestReadPlanRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"", `"plan.csv" has no rows`},
		{"topic,partition,offset\norders,0,5\n", "line 1: is a header; plan files have none: take the line out"},
		{"GROUP,TOPIC,PARTITION,NEW-OFFSET\n", "line 1: is a header; plan files have none: take the line out"},
		{"orders,0,5\norders,0,6\n", "line 2: names orders-0 again, after line 1"},
		{"refunds,orders,0,5\n", `line 1: is about group "refunds", not "billing"`},
		{"orders,0\n", "line 1: has 2 fields, not topic,partition,offset or group,topic,partition,offset"},
		{"orders;0;5\n", "line 1: has 1 field, not topic,partition,offset or group,topic,partition,offset"},
		{"# a comment\n", "line 1: has 1 field, not topic,partition,offset or group,topic,partition,offset"},
		{"or ders,0,5\n", `line 1: "or ders" is not a topic's name`},
		{"orders,-1,5\n", `line 1: "-1" is not a partition`},
		{"orders,2147483648,5\n", `line 1: "2147483648" is not a partition`},
		{"orders,0,-1\n", `line 1: "-1" is not an offset`},
		{"orders,0,x\norders,y,1\n", `line 1: "x" is not an offset; line 2: "y" is not a partition`},
		{"orders,0,5\n\"orders,1,5\n", "line 2: extraneous or missing \" in quoted-field"},
		{strings.Repeat("orders,0,x\n", 12), `line 10: "x" is not an offset; and 2 more`},
	}
	for _, tt := range tests {
		rows, err := readPlan("plan.csv", []byte(tt.text), "billing")
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
	if _, err := readPlan("plan.csv", []byte(b.String()), "billing"); err == nil || !strings.Contains(err.Error(),
		"more than 100,000 rows") {
		t.Error(err)
	}
	if _, err := readPlan("plan.csv", make([]byte, maxPlanBytes+1),
		"billing"); err == nil || !strings.Contains(err.Error(), "bytes") {
		t.Error(err)
	}
}
