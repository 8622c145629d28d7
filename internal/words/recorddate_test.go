package words

import (
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Times of records are shown as they are in Kafka, with the unit that was probably meant; beyond all calendars as a
// year.
func TestDated(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC)
	v := timeFormat{time.UTC, now}
	for _, c := range []struct {
		ms   int64
		want string
	}{
		{now.UnixMilli(), "dated 2026-11-27 03:00:00 UTC"},
		{now.Unix(), "dated 1970-01-21 18:49:08 UTC: probably seconds instead of milliseconds"},
		{now.UnixMicro(), "dated year 58875: probably microseconds instead of milliseconds"},
		{now.UnixNano(), "dated year 56906971: probably nanoseconds instead of milliseconds"},
	} {
		at := time.UnixMilli(c.ms).UTC()
		if got := v.recordDate(at).String(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
		if text := v.clockSpan(at, "15:04").Text; at.Year() > lastYear && !strings.HasPrefix(text, "year ") {
			t.Errorf("a clock that no calendar has: %q", text)
		}
		if row := v.row(at, true); at.Year() > lastYear && !strings.HasPrefix(row, "year ") {
			t.Errorf("a row: %q", row)
		}
	}
}

// A plan for other programs holds such times as numbers.
func TestJSONOfARecordInAFarYear(t *testing.T) {
	t.Parallel()
	far := time.UnixMilli(1_795_000_000_000_000).UTC()
	s := reset.Story{Request: reset.Request{Act: reset.Move{Intent: reset.Intent{Cluster: "prod-eu", Group: "billing",
		Target: reset.Time{At: far}}}, Effect: reset.Effect{From: far, Upto: far}}}
	doc, err := JSON(s, []reset.Step{{Topic: "micro", How: reset.HowRecord, RecordAt: far},
		{Topic: "milli", How: reset.HowRecord, RecordAt: time.UnixMilli(1).UTC()}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"record_at_ms": 1795000000000000`, `"record_at": "1970-01-01T00:00:00.001Z"`} {
		if !strings.Contains(string(doc), want) {
			t.Errorf("no %s in\n%s", want, doc)
		}
	}
}

// What a target in the past would skip is asked about with the newest date, also where no button can be pressed.
func TestAheadInWords(t *testing.T) {
	t.Parallel()
	p := &reset.Problem{Code: reset.ProblemAmbiguous, Want: "ahead", Group: "billing", Cluster: "prod-eu",
		Topic: "payments", Got: "back 30m", Count: 20, Other: 1,
		Newest: time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC).Unix()}
	text := Explain(p).Lines[0].String()
	for _, want := range []string{"No record is as late as back 30m on 1 partition (payments)",
		"would skip up to 20 messages", "1970-01-21", "probably seconds", "--skip-ahead", "to latest", "to earliest"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in: %s", want, text)
		}
	}
}
