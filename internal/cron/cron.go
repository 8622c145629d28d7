// Package cron knows when a cron expression is due in a time zone: given an
// instant, which is the next one. It is the only package that imports
// robfig/cron, and nothing of it leaves.
//
// It has no clock, fires nothing and stores nothing: the engine keeps each schedule's next run in its due table, and
// a worker claims it there.
//
// # What is read
//
// Five fields, as in crontab(5): minute, hour, day, month and weekday. Each is
// *, a value, a range, a step, or a list of them with commas; months and weekdays
// also by name (JAN, MON). N/3 means from N to the end in steps of 3. Sunday is 0
// or 7, so FRI-SUN and 5-7 are ranges and 1-7/2 ends on a Sunday; */7 is Sunday
// alone. A step must fit its field: */90 minutes would be read as once an hour by
// every cron, so it is refused. A field that is ? is *, as in Kubernetes and Quartz.
//
// @hourly, @daily (@midnight), @weekly, @monthly and @yearly (@annually) stand
// for their five fields. @every is refused: it counts from the moment a process
// started, so a restart or a second replica would move it. @reboot is not a
// time. A zone inside the expression (TZ=, CRON_TZ=) is refused too: a schedule
// has one zone, shown beside it.
//
// When both day fields are restricted, either is enough, as in crontab; Rule
// says so in words. A stepped star (*/2) beside a restricted day field is
// refused, because cron reads it as "and", Kubernetes and robfig as "or".
//
// An expression that never fires is refused when it is read, and so is one with two runs less than MinInterval apart.
//
// # When the clocks change
//
// An expression names times of the local wall clock. The run is due at the first
// instant at which the local clock shows that time or a later one. Hence:
//
//   - a time that the clocks skip runs once, at the first instant after the gap,
//     together with all others that the gap swallowed; the distance to the next
//     run may then be less than Least;
//   - a time that the clocks repeat runs once, the first time. Hourly schedules
//     rest for the hour that is repeated; one that must not belongs in UTC;
//   - a day that a zone skips (Apia, 30 December 2011) runs at its end;
//   - a run depends on nothing but the expression and the zone, so a restart
//     neither loses nor repeats one.
package cron

import (
	"fmt"
	"time"

	robfig "github.com/robfig/cron/v3"
)

// MinInterval is the shortest time between two runs of a schedule. A reset waits for an idle group, writes, reads
// back and is watched; a shorter interval would overlap with that.
const MinInterval = 5 * time.Minute

// Schedule is an expression in a time zone. Its zero value never fires.
type Schedule struct {
	expr   string
	zone   *time.Location
	spec   robfig.SpecSchedule // only ever asked in wall times
	either string              // Rule
}

// Parse reads an expression. A refusal is an *Error.
func Parse(expr string, zone *time.Location) (Schedule, error) {
	s, problem := parse(expr, zone)
	if problem != nil {
		problem.Expr = expr
		return Schedule{}, problem
	}
	return s, nil
}

func parse(expr string, zone *time.Location) (Schedule, *Error) {
	// LoadLocation("Local") is the machine's zone: it differs between replicas.
	if zone == nil || zone.String() == "Local" {
		return Schedule{}, &Error{Want: "a schedule needs a zone by name; give it with --tz Europe/Berlin",
			Example: everyNight}
	}
	words, problem := split(expr)
	if problem != nil {
		return Schedule{}, problem
	}
	text, either, problem := canonical(words)
	if problem != nil {
		return Schedule{}, problem
	}
	spec, err := read(text)
	if err != nil {
		return Schedule{}, &Error{Want: err.Error(), Example: everyNight}
	}
	first := wallAfter(&spec, scanFrom)
	if first.IsZero() {
		return Schedule{}, &Error{Want: "it never fires: no chosen month has a chosen day", Example: "0 2 28 2 *"}
	}
	if a, b, found := tooFrequent(&spec, first); found {
		return Schedule{}, &Error{
			Want: fmt.Sprintf("it runs at %s and again at %s; between two runs there must be at least %d minutes",
				a.Format("15:04"), b.Format("15:04"), int(MinInterval.Minutes())),
			Example: "*/15 * * * *",
		}
	}
	return Schedule{expr: joined(expr), zone: zone, spec: spec, either: either}, nil
}

// Next returns the first run after an instant, in the schedule's zone. It is
// zero if there is none.
func (s Schedule) Next(after time.Time) time.Time {
	if s.zone == nil {
		return time.Time{}
	}
	// In a repeated hour the wall clock offers times that ran the first time
	// they were shown: their instant is not after, and the search goes on.
	w := wallTime(after.In(s.zone))
	for {
		w = wallAfter(&s.spec, w)
		if w.IsZero() {
			return time.Time{}
		}
		if run := instantAt(w, s.zone); run.After(after) {
			return run
		}
	}
}

// String gives the expression as it was written, and the zone.
func (s Schedule) String() string {
	if s.zone == nil {
		return "never"
	}
	return s.expr + " (" + s.zone.String() + ")"
}

// Rule is crontab's rule about days where it applies, else empty. Few people who write "0 2 13 * FRI" mean every
// Friday as well.
func (s Schedule) Rule() string { return s.either }

// Note says what a clock change did to a run of this schedule; empty on days without one.
func (s Schedule) Note(run time.Time) string {
	if s.zone == nil {
		return ""
	}
	run = run.In(s.zone)
	const layout = "15:04 MST"
	if from, to, skipped := gapBefore(run); skipped {
		if w := wallAfter(&s.spec, from.Add(-time.Second)); !w.IsZero() && w.Before(to) {
			return fmt.Sprintf("the clocks in %s skip %s: it runs at %s", s.zone, w.Format("15:04 on 2006-01-02"),
				run.Format(layout))
		}
	}
	if repeated(run) {
		return fmt.Sprintf("the clocks in %s show %s twice: it runs the first time, at %s", s.zone,
			run.Format("15:04 on 2006-01-02"), run.Format(layout))
	}
	return ""
}
