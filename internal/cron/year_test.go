package cron

import (
	"math"
	"slices"
	"strconv"
	"testing"
	"time"
)

// minutes is one year of a zone, found by looking at its clock every minute:
// for each wall minute, the first instant that showed it.
type minutes struct {
	first time.Time // wall time
	shown []int64   // Unix seconds, or never
}

const never = math.MinInt64

func watched(t testing.TB, name string, year int) minutes {
	t.Helper()
	z := zone(t, name)
	m := minutes{first: time.Date(year, time.January, 1, 0, 0, 0, 0, time.UTC)}
	next := time.Date(year+1, time.January, 1, 0, 0, 0, 0, time.UTC)
	m.shown = slices.Repeat([]int64{never}, int(next.Sub(m.first)/time.Minute))
	for at := m.first.Add(-24 * time.Hour); at.Before(next.Add(24 * time.Hour)); at = at.Add(time.Minute) {
		i := face(at.In(z)).Sub(m.first) / time.Minute
		if i >= 0 && int(i) < len(m.shown) && m.shown[i] == never {
			m.shown[i] = at.Unix()
		}
	}
	return m
}

// due turns the wall minutes that fire into instants. One that was never shown
// waits for the next that was; several that meet there are one run.
func (m minutes) due(fires []int) []int64 {
	var runs []int64
	for _, i := range fires {
		for i < len(m.shown) && m.shown[i] == never {
			i++
		}
		if i < len(m.shown) && (len(runs) == 0 || runs[len(runs)-1] != m.shown[i]) {
			runs = append(runs, m.shown[i])
		}
	}
	return runs
}

// The same rules once more, by hand: nothing here comes from the parser.
var oracles = []struct {
	expr  string
	fires func(time.Time) bool
}{
	{"0 2 * * *", func(w time.Time) bool { return w.Hour() == 2 && w.Minute() == 0 }},
	{"30 2 * * *", func(w time.Time) bool { return w.Hour() == 2 && w.Minute() == 30 }},
	{"15 2,3 * * *", func(w time.Time) bool { return (w.Hour() == 2 || w.Hour() == 3) && w.Minute() == 15 }},
	{"45 1 * * *", func(w time.Time) bool { return w.Hour() == 1 && w.Minute() == 45 }},
	{"@hourly", func(w time.Time) bool { return w.Minute() == 0 }},
	{"@daily", func(w time.Time) bool { return w.Hour() == 0 && w.Minute() == 0 }},
	{"*/10 * * * *", func(w time.Time) bool { return w.Minute()%10 == 0 }},
	{"*/15 */2 * * *", func(w time.Time) bool { return w.Minute()%15 == 0 && w.Hour()%2 == 0 }},
	{"7,37 0-3,22-23 * * *", func(w time.Time) bool { return w.Minute()%30 == 7 && (w.Hour() < 4 || w.Hour() > 21) }},
	{"30 23 * * 5-7", func(w time.Time) bool {
		return w.Hour() == 23 && w.Minute() == 30 && (w.Weekday() >= time.Friday || w.Weekday() == time.Sunday)
	}},
	{"10 0 * * SUN", func(w time.Time) bool { return w.Hour() == 0 && w.Minute() == 10 && w.Weekday() == time.Sunday }},
	{"30 2 13 * MON", func(w time.Time) bool {
		return w.Hour() == 2 && w.Minute() == 30 && (w.Day() == 13 || w.Weekday() == time.Monday)
	}},
	{"0 12 29-31 2,12 *", func(w time.Time) bool {
		return w.Hour() == 12 && w.Minute() == 0 && w.Day() >= 29 &&
			(w.Month() == time.February || w.Month() == time.December)
	}},
}

// firing asks an oracle about each wall minute of a year.
func firing(year int, fires func(time.Time) bool) (found []int) {
	w := time.Date(year, time.January, 1, 0, 0, 0, 0, time.UTC)
	for i := 0; w.Year() == year; i++ {
		if fires(w) {
			found = append(found, i)
		}
		w = w.Add(time.Minute)
	}
	return found
}

func TestYearOfMinutes(t *testing.T) {
	t.Parallel()
	for year, zones := range map[int][]string{
		2026: {
			"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
			"America/Santiago", "Africa/Cairo", "Africa/Casablanca", "Antarctica/Troll",
		},
		1986: {"Asia/Kathmandu"},    // 15 minutes forward, at the first instant of the year
		2011: {"Pacific/Apia"},      // two changes, and a day that does not exist
		1969: {"Pacific/Kwajalein"}, // 23 hours back
	} {
		t.Run(strconv.Itoa(year), func(t *testing.T) {
			t.Parallel()
			fires := make([][]int, len(oracles))
			for i, o := range oracles {
				fires[i] = firing(year, o.fires)
			}
			for _, name := range zones {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					m := watched(t, name, year)
					for i, o := range oracles {
						checkYear(t, parsed(t, o.expr, name), year, m.due([]int{0})[0], m.due(fires[i]))
					}
				})
			}
		})
	}
}

// checkYear asserts that from the first instant of the year on, exactly the
// wanted instants are runs.
func checkYear(t *testing.T, s Schedule, year int, start int64, want []int64) {
	t.Helper()
	at := time.Unix(start, -1)
	for i, due := range want {
		if at = s.Next(at); at.Unix() != due || at.Nanosecond() != 0 {
			t.Fatalf("%s: run %d of %d is %s, want %s", s, i+1, len(want), at, time.Unix(due, 0).In(at.Location()))
		}
	}
	if at = s.Next(at); at.Year() == year {
		t.Errorf("%s: %d runs are expected, then comes %s", s, len(want), at)
	}
}
