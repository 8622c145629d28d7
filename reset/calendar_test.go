package reset

import (
	"testing"
	"time"
	_ "time/tzdata" // the zones of the tests, not of the machine
)

// A day is one of the calendar in its zone, counted from the run, whatever the clocks do; a duration is exact.
func TestTimesCountFromTheRun(t *testing.T) {
	t.Parallel()
	const berlin, santiago, apia = "Europe/Berlin", "America/Santiago", "Pacific/Apia"
	at := func(d Day, clock time.Duration, zone string) Time { return Time{Day: d, Clock: clock, Zone: zone} }
	for _, c := range []struct {
		t         Time
		run, want string
	}{
		{at(Yesterday, 0, berlin), "2026-11-22T23:00:00Z", "2026-11-21T23:00:00Z"}, // 00:00 of the 23rd
		{at(Today, 6*time.Hour, berlin), "2026-11-22T06:00:00Z", "2026-11-22T05:00:00Z"},
		{at(Yesterday, 0, ""), "2026-11-22T23:00:00Z", "2026-11-21T00:00:00Z"},
		// the day that has 25 hours, and the one that has 23: no hour is missed, and none is repeated
		{at(Yesterday, 0, berlin), "2026-10-25T23:00:00Z", "2026-10-24T22:00:00Z"},
		{at(Yesterday, 0, berlin), "2026-10-26T23:00:00Z", "2026-10-25T23:00:00Z"},
		{at(Yesterday, 0, berlin), "2026-03-29T22:00:00Z", "2026-03-28T23:00:00Z"},
		{Time{Back: 24 * time.Hour}, "2026-10-25T23:00:00Z", "2026-10-24T23:00:00Z"},
		// shown twice: the first; skipped: what comes after the gap
		{at(Today, 2*time.Hour+30*time.Minute, berlin), "2026-10-25T20:00:00Z", "2026-10-25T00:30:00Z"},
		{at(Yesterday, 2*time.Hour+30*time.Minute, berlin), "2026-03-30T10:00:00Z", "2026-03-29T01:00:00Z"},
		{at(Today, 0, santiago), "2026-09-06T15:00:00Z", "2026-09-06T04:00:00Z"}, // midnight is skipped
		{at(Today, 0, berlin), "2040-12-31T11:00:00Z", "2040-12-30T23:00:00Z"},   // golang/go#81583
		{at(Yesterday, 12*time.Hour, apia), "2011-12-31T01:00:00Z", "2011-12-30T10:00:00Z"},
	} {
		run, err := time.Parse(time.RFC3339, c.run)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.t.From(run).At.UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%s %s %s from %s: %s, want %s", c.t.Day, c.t.Clock, c.t.Zone, c.run, got, c.want)
		}
	}
	if fixed := (Time{At: time.Unix(7, 0)}); fixed.Recurs() || !fixed.From(time.Unix(9, 0)).At.Equal(fixed.At) {
		t.Error("a time of its own was counted from the run")
	}
}
