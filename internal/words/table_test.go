package words

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func TestCSV(t *testing.T) {
	t.Parallel()
	steps := []reset.Step{oneStep("orders", 3, 48_112, 46_020, reset.HowRecord),
		oneStep("orders", 4, 7, 9, reset.HowExact)}
	back := steps[0]
	back.To = reset.Position{None: true}
	if got := string(CSV(append(steps, back))); got != "orders,3,46020\norders,4,9\n" {
		t.Errorf("%q", got)
	}
	never := reset.Write{Step: steps[1]}
	never.From = reset.Position{None: true}
	if got := string(UndoCSV([]reset.Write{{Step: steps[0]}, never})); got != "orders,3,48112\n" {
		t.Errorf("%q", got)
	}
}

func TestToolLine(t *testing.T) {
	t.Parallel()
	for group, want := range map[string]string{
		"billing":  "kafka-consumer-groups.sh --bootstrap-server k1.prod-eu:9092,k2.prod-eu:9092 --group billing --reset-offsets --from-file k7f3.csv --execute",
		"a b'; rm": `kafka-consumer-groups.sh --bootstrap-server k1.prod-eu:9092,k2.prod-eu:9092 --group 'a b'\''; rm' --reset-offsets --from-file k7f3.csv --execute`,
	} {
		if got := ToolLine(prodEU, group, "k7f3.csv"); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestRowsTable(t *testing.T) {
	t.Parallel()
	page := RowsTable(orders()[4:8], berlin, 4, 12)
	if page.More != 4 || len(page.Rows) != 4 {
		t.Errorf("more %d, rows %d", page.More, len(page.Rows))
	}
	want := []string{"orders-11", "48,777", "47,189", "−1,588", "2026-11-22 02:10:00.902"}
	if diff := cmp.Diff(want, page.Rows[0]); diff != "" {
		t.Error(diff)
	}
	if page.Head[4] != "first message there (CET)" {
		t.Error(page.Head)
	}
	back := oneStep("orders", 1, 5, 0, reset.HowSaved)
	back.To = reset.Position{None: true}
	one := RowsTable([]reset.Step{back}, berlin, 0, 1)
	if diff := cmp.Diff([]string{"orders-1", "5", "none", "–"}, one.Rows[0]); diff != "" || one.More != 0 {
		t.Error(diff, one.More)
	}
}

func TestLargePlansAreShownByTopic(t *testing.T) {
	t.Parallel()
	s := story(wrongDeploy(), orders())
	s.Request.Effect.Partitions = 600
	s.Topics = nil
	for i := range 30 {
		s.Topics = append(s.Topics, reset.TopicEffect{Topic: "t" + string(rune('a'+i)),
			Effect: reset.Effect{Partitions: 20, Changed: 20, Skip: int64(30 - i)}})
	}
	c := PreviewOf(s)
	if len(c.Table.Rows) != topicRows || c.Table.More != 10 {
		t.Errorf("rows %d, more %d", len(c.Table.Rows), c.Table.More)
	}
	if diff := cmp.Diff([]string{"ta", "none", "30"}, c.Table.Rows[0]); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(c.String(), "[Partitions]") {
		t.Error("no way to the rest")
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	s := neverStory()
	steps := append([]reset.Step{}, s.Worst...)
	steps[0].How, steps[0].Asked = reset.HowClampStart, 17
	b, err := JSON(s, steps)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	first, last := doc["steps"].([]any)[0].(map[string]any), doc["steps"].([]any)[2].(map[string]any)
	if first["asked"] != 17.0 || first["committed"] != 48112.0 || first["record_at"] != "2026-11-22T01:10:00.114Z" {
		t.Errorf("%v", first)
	}
	if last["committed"] != nil || last["to"] != 20000.0 {
		t.Errorf("never committed is null: %v", last)
	}
	if _, there := last["asked"]; there {
		t.Error("asked without a clamp")
	}
	if e := doc["effect"].(map[string]any); e["never_committed"] != 1.0 || doc["isolation"] != "read_uncommitted" ||
		doc["group"] != "billing" {
		t.Errorf("%v", doc)
	}
	if len(doc["warnings"].([]any)) != 1 {
		t.Errorf("%v", doc["warnings"])
	}
}

func TestTerminalTableAligns(t *testing.T) {
	t.Parallel()
	tab := &Table{Head: []string{"a", "n"}, Right: []bool{false, true},
		Rows: [][]string{{"ä×", "1"}, {"x", "1,000"}, {"\x1b[2J"}}, More: 1200}
	want := "  a              n\n  ä×             1\n  x          1,000\n  \\u001b[2J\n  ... 1,200 more\n"
	if got := tab.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestLostAnswerIsNotReportedAsUnchanged(t *testing.T) {
	t.Parallel()
	s := failedStory(reset.Unchanged, 0, 12, 0)
	s.Request.Problem = &reset.Problem{Code: reset.ProblemLost, Request: "k7f3", Group: "billing"}
	got := CardOf(s).String()
	for part, want := range map[string]bool{"OFFSETS UNCHANGED": true,
		"consumers have read on to the same offsets since": true, "othing was changed": false} {
		if strings.Contains(got, part) != want {
			t.Errorf("%q said: %v\n%s", part, !want, got)
		}
	}
}

func TestDeleteLineNamesEveryPartition(t *testing.T) {
	t.Parallel()
	want := "kafka-consumer-groups.sh --bootstrap-server k1.prod-eu:9092,k2.prod-eu:9092 --group billing --delete-offsets --topic orders:0,1,2 --topic refunds"
	if got := DeleteLine(prodEU, "billing",
		[]reset.TopicScope{{Topic: "orders", Partitions: []int32{0, 1, 2}}, {Topic: "refunds"}}); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
