package reset

import (
	"encoding/json"
	"math"
	"testing"
	"time"
)

// Records may be dated in any year; what is stored of them is read again as it was.
func TestRecordTimesOfAnySizeAreStored(t *testing.T) {
	t.Parallel()
	for _, ms := range []int64{0, 1, 1_795_000_000, 1_795_000_000_000, 253_402_300_799_999, 253_402_300_800_000,
		1_795_000_000_000_000, 1_795_000_000_000_000_000, math.MaxInt64} {
		at := time.UnixMilli(ms).UTC()
		e, w := Effect{Topics: 1, Replay: 5, From: at, Upto: at},
			Warning{Code: WarnFutureDated, Topic: "t", Parts: []int32{3}, At: at}
		var e2 Effect
		var w2 Warning
		for _, c := range []struct{ in, out any }{{e, &e2}, {w, &w2}} {
			doc, err := json.Marshal(c.in)
			if err == nil {
				err = json.Unmarshal(doc, c.out)
			}
			if err != nil {
				t.Fatalf("%d ms: %v", ms, err)
			}
		}
		if !e2.From.Equal(at) || !e2.Upto.Equal(at) || e2.Replay != 5 || e2.Topics != 1 || !w2.At.Equal(at) ||
			w2.Topic != "t" || w2.Parts[0] != 3 {
			t.Errorf("%d ms: read again as %+v and %+v", ms, e2, w2)
		}
	}
	var e Effect
	var w Warning
	if err := json.Unmarshal([]byte(`{"Topics":2,"From":"0001-01-01T00:00:00Z","Upto":"2026-11-27T03:00:00Z"}`),
		&e); err != nil || !e.From.IsZero() || e.Upto.Hour() != 3 || e.Topics != 2 {
		t.Errorf("an effect stored before: %+v, %v", e, err)
	}
	if doc, err := json.Marshal(w); err != nil || string(doc) != `{"Code":""}` || json.Unmarshal(doc,
		&w) != nil || !w.At.IsZero() {
		t.Errorf("a warning without a time: %s, %v", doc, err)
	}
	if _, err := json.Marshal(Request{Act: Move{}, Before: &Effect{Upto: time.UnixMilli(math.MaxInt64)}}); err != nil {
		t.Errorf("a request: %v", err)
	}
}

func TestTimeUnit(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		ms   int64
		want string
	}{
		{now.UnixMilli(), ""}, {now.UnixMilli() - 20*365*24*3600_000, ""}, {now.UnixMilli() + 300*24*3600_000, ""},
		{now.Unix(), "seconds"}, {now.UnixMicro(), "microseconds"}, {now.UnixNano(), "nanoseconds"},
		{0, ""}, {-1, ""}, {math.MaxInt64, ""}, {math.MinInt64, ""}, {now.UnixMilli() + 100*365*24*3600_000, ""},
	} {
		if got := TimeUnit(time.UnixMilli(c.ms), now); got != c.want {
			t.Errorf("%d ms: %q, want %q", c.ms, got, c.want)
		}
	}
	if got := TimeUnit(time.Time{}, now); got != "" {
		t.Errorf("no time: %q", got)
	}
}
