package text

import (
	"math"
	"testing"
	"time"
)

func TestNumbers(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1000: "-1,000", -999: "-999",
		18_204: "18,204", math.MaxInt64: "9,223,372,036,854,775,807", math.MinInt64: "-9,223,372,036,854,775,808"} {
		if got := WithCommas(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
	for want, parts := range map[string][]int32{"": nil, "4": {4}, "0,3-5": {5, 0, 4, 3, 3}, "0-1": {0, 1},
		"0,2,4,6,8,10,12,14,…": {0, 2, 4, 6, 8, 10, 12, 14, 16}} {
		if got := Ranges(parts); got != want {
			t.Errorf("%v: %s", parts, got)
		}
	}
	if got := Counted(2, "entry") + " " + Counted(1, "entry"); got != "2 entries 1 entry" {
		t.Error(got)
	}
	if got := List([]string{"a", "b", "c", "d"}, 2); got != "a, b and 2 more" {
		t.Error(got)
	}
	for d, want := range map[time.Duration]string{0: "0 s", 61 * time.Second: "1 min 1 s", time.Hour: "1 h",
		49 * time.Hour: "2 d 1 h", 57 * time.Minute: "57 min"} {
		if got := Duration(d); got != want {
			t.Errorf("%v: %s", d, got)
		}
	}
}

func TestEditDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "abc", 3}, {"timeout", "timeout", 0}, {"timout", "timeout", 1}, {"sokcets", "sockets", 1}, {"a", "", 1},
		{"zürich", "zurich", 1}, {"kitten", "sitting", 3},
	} {
		if got := EditDistance(c.a, c.b); got != c.want {
			t.Errorf("%q and %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestClip(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		most int
		want string
	}{{9, "für immer"}, {8, "für imm…"}, {1, "…"}, {0, ""}, {-1, ""}} {
		if got := Clip("für immer", c.most); got != c.want {
			t.Errorf("%d: %q", c.most, got)
		}
	}
}
