package cron

import (
	"errors"
	"testing"
	"time"
)

var zones = []string{
	"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago",
	"Africa/Cairo", "Africa/Casablanca", "Pacific/Apia", "Antarctica/Troll", "America/Sitka", "Asia/Manila",
	"Europe/Dublin", "Asia/Tehran",
}

// FuzzParse: no input panics, every refusal is complete, and the runs of what is read keep the promises of the
// package comment.
func FuzzParse(f *testing.F) {
	for i, c := range refusals {
		f.Add(c.expr, uint8(i), int64(i)*1_000_003)
	}
	for i, o := range oracles {
		f.Add(o.expr, uint8(i), int64(1774746000)) // Berlin goes forward
		f.Add(o.expr, uint8(i), int64(1792886400)) // and back
		f.Add(o.expr, uint8(8), int64(1325200000)) // Apia skips a day
		f.Add(o.expr, uint8(10), int64(-3225300000))
	}
	f.Fuzz(func(t *testing.T, expr string, in uint8, second int64) {
		name := zones[int(in)%len(zones)]
		s, err := Parse(expr, zone(t, name))
		if err != nil {
			var refusal *Error
			if !errors.As(err, &refusal) || refusal.Expr != expr || refusal.Want == "" {
				t.Fatalf("incomplete refusal %#v", err)
			}
			if _, err := Parse(refusal.Example, time.UTC); err != nil {
				t.Fatalf("the example of %v: %v", refusal, err)
			}
			return
		}
		const years = 400 * 365 * 24 * 3600 // around 1970
		checkRuns(t, s, time.Unix(second%years, 0), 20)
	})
}

func nextRuns(s Schedule, after time.Time, n int) (runs []time.Time) {
	for run := s.Next(after); !run.IsZero() && len(runs) < n; run = s.Next(run) {
		runs = append(runs, run)
	}
	return runs
}

func checkRuns(t *testing.T, s Schedule, after time.Time, n int) {
	t.Helper()
	runs := nextRuns(s, after, n)
	if len(runs) != n {
		t.Fatalf("%s: %d runs after %s", s, len(runs), after)
	}
	for i, run := range runs {
		if !run.After(after) {
			t.Fatalf("%s: %s is not after %s", s, run, after)
		}
		// A restart at any moment between two runs finds the same one.
		for _, restart := range []time.Time{after.Add(1), after.Add(run.Sub(after) / 2), run.Add(-1)} {
			if got := s.Next(restart); restart.Before(run) && !got.Equal(run) {
				t.Fatalf("%s: after %s comes %s, after %s comes %s", s, after, run, restart, got)
			}
		}
		// No wall-clock minute has two runs, not even one that is shown twice.
		if i > 0 && !face(run).After(face(runs[i-1])) {
			t.Fatalf("%s: runs at %s and again at %s", s, runs[i-1], run)
		}
		after = run
	}
}

// face is what a clock without seconds shows.
func face(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), 0, 0, time.UTC)
}

// TestEveryChange runs through every change of the clocks that a zone knew in
// two centuries, and through the last days of some years.
func TestEveryChange(t *testing.T) {
	t.Parallel()
	for _, name := range zones {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			often, nightly := parsed(t, "*/20 * * * *", name), parsed(t, "30 2 * * *", name)
			at := time.Date(1840, time.January, 1, 0, 0, 0, 0, time.UTC).In(zone(t, name))
			for at.Year() <= 2044 {
				before := offset(at)
				at = at.Add(12 * time.Hour)
				if offset(at) != before || at.Year() > 2035 && at.YearDay() == 366 {
					checkRuns(t, often, at.Add(-13*time.Hour), 60)
					checkRuns(t, nightly, at.Add(-36*time.Hour), 4)
				}
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	berlin := zone(b, "Europe/Berlin")
	for b.Loop() {
		if _, err := Parse("30 2 * * MON-FRI", berlin); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNext(b *testing.B) {
	from := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	for _, expr := range []string{"*/15 * * * *", "30 2 * * *", "0 2 1 * *", "0 2 29 2 *"} {
		b.Run(expr, func(b *testing.B) {
			s, at := parsed(b, expr, "Europe/Berlin"), from
			for b.Loop() {
				if at = s.Next(at); at.Year() > 2100 {
					at = from
				}
			}
		})
	}
}
