package commands

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// clock is the zone and the present by which times are read.
type clock struct {
	now   time.Time
	zone  *time.Location
	name  string // of zone, as IANA has it
	named bool   // the zone was given: there is no other reading
	utc   bool   // a time without a zone is UTC: Kafka's --to-datetime
}

// timeShape is every way to write a time but epoch numbers: a day or none, a time of day, a zone or none.
//
//	2026-11-22T09:30:00.000+05:30   2026-11-22 09:30   yesterday 14:30   02:10   14.30   2:10 pm   2pm
//	02:10 UTC   02:10 CET   02:10 Europe/Berlin
var timeShape = regexp.MustCompile(`(?i)^(?:(\d{4}-\d\d-\d\d)[t ]|(today|yesterday|tomorrow) )?` +
	`(\d{1,2})(?:[:.](\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?(?: ?([ap])\.?m\.?)?` +
	`(?: ?([a-z]{1,5})| ?([+-]\d\d(?::?\d\d)?)| ([a-z]+/[a-z0-9_+/-]+|[a-z_]{6,}))?$`)

// The places in timeShape.
const (
	atDate = iota + 1
	atDay
	atHour
	atMinute
	atSecond
	atFraction
	atHalf // a of am, p of pm
	atShort
	atOffset
	atZone
)

// errNoTime says that words do not look like a time.
var errNoTime = errors.New("not a time")

// readTime reads a time. The notes say what a reader should know about how it was understood.
//
// Without a zone of its own it is read in the clock's zone. A bare time of day is the last one that has passed. Of a
// time that the clocks repeat it is the earlier one: that replays more and skips nothing. A time that they skip is
// the first instant after the gap. An error other than errNoTime is a sentence about what is wrong.
func readTime(said string, c clock) (reset.Time, []string, error) {
	said = strings.Join(strings.Fields(said), " ")
	if digits(said) {
		return readEpoch(said)
	}
	m := matchTime(said)
	if m == nil {
		return reset.Time{}, nil, cmp.Or(onWeekday(said, c, false), incompleteTime(said))
	}
	other, hasOther := c, false
	named, err := namedZone(m)
	switch {
	case err != nil:
		return reset.Time{}, nil, err
	case named.zone != nil:
		c.zone, c.name = named.zone, named.name
	case c.utc && !c.named:
		c.zone, c.name, hasOther = time.UTC, "UTC", true
	case !c.named:
		other.zone, other.name, hasOther = time.UTC, "UTC", true
	}
	t, notes, err := c.read(m)
	if err != nil {
		return reset.Time{}, nil, err
	}
	t.Said = said
	if note := named.inForce(t.At, said); note != "" {
		notes = append(notes, note)
	}
	if o, _, err := other.read(m); hasOther && err == nil && !o.At.Equal(t.At) &&
		(!o.At.After(c.now) || t.At.After(c.now)) {
		o.Said = said
		t.Other = &o
	}
	return t, notes, nil
}

// matchTime returns what timeShape finds; a day alone is its first moment.
func matchTime(said string) []string {
	if d := bareDay.FindStringSubmatch(said); d != nil {
		said = d[1] + " 00:00" + d[2]
	}
	m := timeShape.FindStringSubmatch(said)
	if m == nil || m[atMinute] == "" && m[atHalf] == "" {
		return nil // a number is no time of day
	}
	return m
}

// bareDay is a day whose first moment is meant, with a zone or none.
var bareDay = regexp.MustCompile(`(?i)^(today|yesterday)((?: [^\d+ ][^ ]*)?)$`)

// read turns a match of timeShape into an instant of the clock's zone.
func (c clock) read(m []string) (reset.Time, []string, error) {
	w, err := wallOf(m)
	if err != nil {
		return reset.Time{}, nil, err
	}
	local := c.now.In(c.zone)
	year, month, day := local.Date()
	t := reset.Time{Zone: c.name}
	switch strings.ToLower(m[atDay]) {
	case "yesterday":
		day--
		t.Day, t.Clock = reset.Yesterday, w.of
	case "today":
		t.Day, t.Clock = reset.Today, w.of
	case "tomorrow":
		day++
	}
	if c.name == "" {
		t.Day, t.Clock = "", 0 // a distance from UTC cannot be looked up again: it is this day
	}
	if m[atDate] == "" {
		w.date = time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	}
	at, note := w.in(c.zone, c.name)
	var notes []string
	if m[atDate] == "" && m[atDay] == "" && at.After(c.now) {
		w.date = w.date.AddDate(0, 0, -1)
		at, note = w.in(c.zone, c.name)
		notes = append(notes, fmt.Sprintf("%s is the last one that has passed: yesterday, %s %s.", w.clock(),
			w.date.Format(time.DateOnly), c.label()))
	}
	if note != "" {
		notes = append(notes, note)
	}
	// Kafka knows milliseconds. Cut off, never rounded up: a record of that very millisecond is wanted.
	at = at.UTC().Truncate(time.Millisecond)
	if at.UnixMilli() < 0 {
		return reset.Time{}, nil, errBefore1970
	}
	t.At = at
	return t, notes, nil
}

// errBefore1970: to Kafka the timestamps -1 and -2 mean latest and earliest, and no record is older than 0.
var errBefore1970 = errors.New("is before 1970: no record is so old")

func (c clock) label() string {
	if c.name == "" {
		return c.zone.String()
	}
	return c.name
}

// wall is a time as a clock on the wall shows it.
type wall struct {
	date time.Time // midnight UTC of the day
	of   time.Duration
}

func wallOf(m []string) (wall, error) {
	var w wall
	if m[atDate] != "" {
		var err error
		if w.date, err = time.Parse(time.DateOnly, m[atDate]); err != nil {
			return w, fmt.Errorf("has a day that does not exist: %s", m[atDate])
		}
	}
	hour, minute, second := parseDigits(m[atHour]), parseDigits(m[atMinute]), parseDigits(m[atSecond])
	if half := strings.ToLower(m[atHalf]); half != "" {
		if hour < 1 || hour > 12 {
			return w, errors.New("has a time of day that does not exist: before am and pm the hour is 1 to 12")
		}
		if hour %= 12; half == "p" {
			hour += 12
		}
	}
	if hour > 23 || minute > 59 || second > 59 {
		return w, errors.New("has a time of day that does not exist: it goes from 00:00 to 23:59:59")
	}
	nanos := parseDigits((m[atFraction] + "000000000")[:9])
	w.of = time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second +
		time.Duration(nanos)
	return w, nil
}

// parseDigits reads digits whose number a pattern limits; no digits are 0.
func parseDigits(s string) int {
	n, _ := strconv.Atoi(s) // bounded: cannot fail but for ""
	return n
}

func (w wall) clock() string {
	s := w.date.Add(w.of)
	if s.Second() == 0 {
		return s.Format("15:04")
	}
	return s.Format("15:04:05")
}

// in finds the instant at which the wall clock of a zone shows w, and says so when there are two or none.
func (w wall) in(zone *time.Location, name string) (at time.Time, note string) {
	shown := w.date.Add(w.of)   // w, were it UTC
	const most = 27 * time.Hour // further from UTC than any zone, with a skipped day (Samoa, 2011-12-30)
	var found []time.Time
	for t, end := shown.Add(-most).In(zone), shown.Add(most); ; {
		_, offset := t.Zone()
		if c := shown.Add(-time.Duration(offset) * time.Second).In(zone); sameOffset(c, offset) {
			found = append(found, c)
		}
		_, change := t.ZoneBounds()
		if change.IsZero() || change.After(end) {
			break
		}
		before, after := wallTime(change.Add(-1)), wallTime(change)
		if !shown.Before(before.Add(1)) && shown.Before(after) {
			return change,
				fmt.Sprintf("%s does not exist on %s in %s: the clocks go from %s to %s. %s is taken, %s UTC.",
					w.clock(), w.date.Format(time.DateOnly), name, before.Add(1).Format("15:04"), after.Format("15:04"),
					after.Format("15:04"), change.UTC().Format("15:04"))
		}
		t = change
	}
	slices.SortFunc(found, time.Time.Compare)
	found = slices.CompactFunc(found, time.Time.Equal)
	if len(found) > 1 {
		note = fmt.Sprintf(
			"%s comes twice on %s in %s: at %s UTC and at %s UTC. The earlier is taken; for the later: to %s",
			w.clock(), w.date.Format(time.DateOnly), name, found[0].UTC().Format("15:04"),
			found[1].UTC().Format("15:04"), found[1].UTC().Format(time.RFC3339Nano))
	}
	return found[0], note
}

// wallTime is what the clocks of t's zone show at t, as if it were UTC.
func wallTime(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

func sameOffset(t time.Time, offset int) bool {
	_, o := t.Zone()
	return o == offset
}

// readEpoch reads seconds (10 digits) or milliseconds (13) since 1970.
func readEpoch(said string) (reset.Time, []string, error) {
	n, err := strconv.ParseInt(said, 10, 64)
	switch {
	case err == nil && len(said) == 10:
		return reset.Time{At: time.Unix(n, 0).UTC(), Said: said}, nil, nil
	case err == nil && len(said) == 13:
		return reset.Time{At: time.UnixMilli(n).UTC(), Said: said}, nil, nil
	}
	return reset.Time{}, nil,
		fmt.Errorf("has %d digits: epoch seconds have 10, milliseconds 13; an offset is written: to offset 46020",
			len(said))
}

// utcOffset reads +05:30, +0530 and +05 as what they say. (Kafka's own tool once read the minutes as nothing:
// KAFKA-5644.)
func utcOffset(s string) (seconds int, err error) {
	d := strings.ReplaceAll(s[1:], ":", "")
	hours, minutes := parseDigits(d[:2]), parseDigits(d[2:])
	if hours > 18 || minutes > 59 || hours == 18 && minutes > 0 {
		return 0, fmt.Errorf("is no offset from UTC (%s): the largest is 18:00", s)
	}
	seconds = hours*3600 + minutes*60
	if s[0] == '-' {
		seconds = -seconds
	}
	return seconds, nil
}

// digits reports whether s is made of digits only.
func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
