package commands

import (
	"errors"
	"strings"
	"testing"
)

// What may be read in two ways is refused with both of them; a correction is not another day, nor another direction.
func TestWhatMayBeReadInTwoWays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ said, reason, corrected string }{
		{"back 1M", "month", ""},
		{"back 90M", "month", ""},
		{"back 1h30M", "month", ""},
		{"back 2 M", "month", ""},
		{"back 1,500m", "two ways", ""},
		{"back 1.500m", "two ways", ""},
		{"back 12.000 s", "two ways", ""},
		{"to monday 02:10", "date", "to 2026-11-16 02:10"},
		{"to sunday 02:00", "date", ""}, // today or a week ago
		{"to last friday", "date", "to 2026-11-20 00:00"},
		{"to friday", "date", "to 2026-11-20 00:00"},
		{"to fri 9:15", "date", "to 2026-11-20 9:15"},
		{"to 11/12/2026", "two days", ""},
		{"to 11/12/2026 10:00", "two days", ""},
		{"to 11-12-2026 10:00", "two days", ""},
		{"to 3/4/2026", "two days", ""},
		{"forward 1h", "forward", ""},
		{"ahead 1h", "ahead", ""},
	} {
		_, err := Parse("billing@prod-eu orders "+c.said, askerOf(t))
		var e *SyntaxError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.reason) ||
			e.Corrected != "" && c.corrected == "" || !strings.HasSuffix(e.Corrected, c.corrected) {
			t.Errorf("%s: %v; want %q, %q", c.said, err, c.reason, c.corrected)
		}
	}
	for _, said := range []string{"back 1m", "back 1.5h", "back 1,5h", "back 0.125h", "back 90 Min", "back PT90M",
		"back 1.25d", "back 1H", "back 1.2500h"} {
		if _, err := Parse("billing@prod-eu orders "+said, askerOf(t)); err != nil {
			t.Errorf("%s: %v", said, err)
		}
	}
}

// The weekday of at is the next one.
func TestAWeekdayToCome(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"monday 09:00":          "at 2026-11-23 09:00 -- billing@prod-eu orders back 24h",
		"next friday at 9:00":   "at 2026-11-27 9:00 -- billing@prod-eu orders back 24h",
		"sunday 09:00":          "",
		"11/12/2026 09:00":      "",
		"monday in the morning": "",
	} {
		_, err := Parse("at "+said+" -- billing@prod-eu orders back 24h", askerOf(t))
		var e *SyntaxError
		if !errors.As(err, &e) || e.Corrected != want {
			t.Errorf("%s: %v, want %s", said, err, want)
		}
	}
}

// A table of an old version has no column of groups: the sentence above it names the group.
func TestATableOfAnotherGroup(t *testing.T) {
	t.Parallel()
	const table = "Consumer group 'payments' has no active members.\n\nTOPIC PARTITION CURRENT-OFFSET\norders 0 5\n"
	if rows, _, err := readPlan("x", []byte(table), "billing"); err == nil || !strings.Contains(err.Error(), "payments") {
		t.Errorf("%v, %v", rows, err)
	}
	if rows, _, err := readPlan("x", []byte(table), "payments"); err != nil || len(rows) != 1 {
		t.Errorf("%v, %v", rows, err)
	}
}
