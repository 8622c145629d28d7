package reset

import "time"

// Day is a day of the calendar that is named by its distance from another. Days are stored.
type Day string

// The days. "": no day was said.
const (
	Yesterday Day = "yesterday"
	Today     Day = "today"
)

// Recurs reports whether a time means another instant at each run of a schedule: it counts from the run.
func (t Time) Recurs() bool { return t.Back != 0 || t.Day != "" }

// From is the time as it is counted from another instant than the one it was asked at: the planned time of a run. A
// duration is exact. A day is one of the calendar, in the zone in which it was read, whatever the clocks do: it is the
// first instant at which they show that time of day, or a later one where they skip it.
func (t Time) From(at time.Time) Time {
	switch {
	case t.Back != 0:
		t.At = at.Add(-t.Back)
	case t.Day != "":
		zone, err := time.LoadLocation(t.Zone)
		if err != nil {
			zone = time.UTC // it was loaded when it was read; "" is UTC
		}
		year, month, day := at.In(zone).Date()
		if t.Day == Yesterday {
			day--
		}
		t.At = firstShowing(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Add(t.Clock), zone).UTC()
	}
	return t
}

// firstShowing is the first instant at which the clocks of a zone show a wall time, written as if it were UTC, or a
// later one.
func firstShowing(wall time.Time, zone *time.Location) time.Time {
	const most = 27 * time.Hour // further from UTC than any zone, with a skipped day (Samoa, 2011-12-30)
	at := wall.Add(-most).In(zone)
	for {
		_, offset := at.Zone()
		t := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		if t.Before(at) {
			return at // the clocks went past it when this offset began
		}
		_, end := at.ZoneBounds()
		if !end.IsZero() && !end.After(at) { // golang/go#81583
			end = at.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1).In(zone)
		}
		if end.IsZero() || t.Before(end) {
			return t
		}
		at = end
	}
}
