package cron

import (
	"time"

	robfig "github.com/robfig/cron/v3"
)

// A wall time is a local time without its zone, as a time.Time in UTC because UTC has no gaps and repeats nothing.
// robfig's Next skips and repeats runs where the clocks change, so it is only called with wall times.

// widestGap is more than any zone's distance from UTC: Manila kept -15:56 until 1844.
const widestGap = 16 * time.Hour

// wallTime returns what the clock shows at an instant, in the instant's own zone.
func wallTime(t time.Time) time.Time { return t.UTC().Add(offset(t)) }

func offset(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}

// instantAt returns the first instant at which the zone's clock shows w or later:
// w itself, the end of a gap that swallowed it, or the first of two. It never
// decreases as w grows.
func instantAt(w time.Time, zone *time.Location) time.Time {
	at := w.Add(-widestGap).In(zone)
	for {
		t, end := w.Add(-offset(at)).In(zone), offsetUntil(at)
		if t.Before(at) {
			return at // the clock went past w when this offset began
		}
		if end.IsZero() || t.Before(end) {
			return t
		}
		at = end
	}
}

// offsetUntil returns an instant up to which t's offset holds, zero for ever. Past the
// last change that the zone's file lists, Go counts 365 days to a year, and on 31
// December of a leap year gives an end that is not after t (golang/go#81583).
func offsetUntil(t time.Time) time.Time {
	_, end := t.ZoneBounds()
	if !end.IsZero() && !end.After(t) {
		return t.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1).In(t.Location())
	}
	return end
}

// gapBefore returns the wall times [from, to) that the clocks skipped to arrive
// at t, if t is the first instant after a gap.
func gapBefore(t time.Time) (from, to time.Time, skipped bool) {
	from, to = t.UTC().Add(offset(t.Add(-time.Nanosecond))), wallTime(t)
	return from, to, from.Before(to)
}

// repeated says whether the clock shows t's wall time again under the next offset.
func repeated(t time.Time) bool {
	end := offsetUntil(t)
	return !end.IsZero() && !wallTime(end).After(wallTime(t))
}

// wallAfter returns the expression's first wall time after w, or zero. robfig
// looks five years ahead; from 1 March 2096 the next 29 February is eight away.
func wallAfter(spec *robfig.SpecSchedule, w time.Time) time.Time {
	for range 2 {
		if run := spec.Next(w); !run.IsZero() {
			return run
		}
		w = time.Date(w.Year()+5, time.January, 1, 0, 0, -1, 0, time.UTC)
	}
	return time.Time{}
}

// scanFrom and scanUntil bound the years that are searched for runs too close to
// each other. In 28 of them each date falls on each weekday, leap years included.
var (
	scanFrom  = time.Date(2000, time.January, 1, 0, 0, -1, 0, time.UTC)
	scanUntil = scanFrom.AddDate(28, 0, 0)
)

// tooFrequent finds two runs that are less than MinInterval apart. Every day that has runs has the same ones: one of
// them is walked through, then all midnights between two such days, if the last and the first run could be too close
// there.
func tooFrequent(spec *robfig.SpecSchedule, first time.Time) (a, b time.Time, found bool) {
	midnight := first.Truncate(24*time.Hour).AddDate(0, 0, 1)
	last := first
	for run := wallAfter(spec, first); run.Before(midnight) && !run.IsZero(); run = wallAfter(spec, run) {
		if run.Sub(last) < MinInterval {
			return last, run, true
		}
		last = run
	}
	if first.AddDate(0, 0, 1).Sub(last) >= MinInterval {
		return a, b, false
	}
	evening := *spec
	evening.Hour, evening.Minute = 1<<last.Hour(), 1<<last.Minute()
	for ; !last.IsZero() && last.Before(scanUntil); last = wallAfter(&evening, last) {
		if run := wallAfter(spec, last); run.Sub(last) < MinInterval {
			return last, run, true
		}
	}
	return a, b, false
}
