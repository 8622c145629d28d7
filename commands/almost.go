package commands

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// What looks like a time or a duration and is none, with the words that would be.

// incompleteTime says what is wrong with a text that looks like a time.
func incompleteTime(said string) error {
	lower := strings.ToLower(said)
	if _, err := time.Parse(time.DateOnly, said); err == nil {
		return &almostTime{fmt.Sprintf("needs a time of day: to %s 00:00", said), said + " 00:00"}
	}
	switch lower {
	case "tomorrow":
		return &almostTime{"needs a time of day: to tomorrow 14:30", "tomorrow 00:00"}
	case "now":
		return &almostTime{"is not a target: for the log-end offset say latest, for the committed offset say current",
			"latest"}
	case "noon", "midday":
		return &almostTime{"is written 12:00", "12:00"}
	case "midnight":
		return &almostTime{"is written today 00:00", "today 00:00"}
	}
	if iso, ok := otherDate(said); ok {
		return &almostTime{"is not written year first", iso}
	}
	if err := twoDays(said); err != nil {
		return err
	}
	return errNoTime
}

// twoDays refuses a date whose day and month may change places; one that can only be read in one way is put right.
func twoDays(said string) error {
	m := doubtfulDate.FindStringSubmatch(said)
	if m == nil {
		return nil
	}
	clock := cmp.Or(strings.TrimSpace(m[4]), "00:00")
	var days []string
	for _, s := range []string{m[1] + "." + m[2] + "." + m[3], m[2] + "." + m[1] + "." + m[3]} {
		iso, ok := otherDate(s + " " + clock)
		if day, _, _ := strings.Cut(iso, " "); ok && !slices.Contains(days, day) {
			days = append(days, day)
		}
	}
	switch len(days) {
	case 0:
		return nil
	case 1:
		return &almostTime{"is not written year first", days[0] + " " + clock}
	}
	return &almostTime{why: "may be two days: write " + days[0] + " or " + days[1]}
}

var doubtfulDate = regexp.MustCompile(`^(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?:,? (.*))?$`)

// onWeekday refuses a day of the week with the date that it is, before now or after. That of today may be another one.
func onWeekday(said string, c clock, coming bool) error {
	m := weekday.FindStringSubmatch(said)
	if m == nil {
		return nil
	}
	name, day, step := strings.ToLower(m[1][:3]), c.now.In(c.zone), -1
	if coming {
		step = 1
	}
	e := &almostTime{why: "is a day of the week: write the date"}
	for n := range 7 {
		on := day.AddDate(0, 0, n*step)
		right := on.Format(time.DateOnly) + " " + cmp.Or(strings.TrimSpace(m[2]), "00:00")
		if strings.EqualFold(on.Weekday().String()[:3], name) && n > 0 && timeShape.MatchString(right) {
			e.right = right
		}
	}
	return e
}

var weekday = regexp.MustCompile(`(?i)^(?:(?:last|next|this|on) )?` +
	`(mon|tue|wed|thu|fri|sat|sun|tues|thur|thurs|(?:mon|tues|wednes|thurs|fri|satur|sun)day),?(?: at)?( .*)?$`)

// almostTime is a text that is nearly a time; right is what to say instead.
type almostTime struct{ why, right string }

func (e *almostTime) Error() string { return e.why }

// otherDates are dates as they are written elsewhere. 03/04/2026 is not among them: see twoDays.
var otherDates = []string{"2.1.2006", "2006/1/2", "2006.1.2", "2 Jan 2006", "2 January 2006", "Jan 2 2006",
	"January 2 2006", "2-Jan-2006"}

// otherDate puts the year first in a date that is clear, and keeps the time of day behind it; without one it is 00:00.
func otherDate(said string) (iso string, ok bool) {
	words := strings.Fields(strings.ReplaceAll(said, ", ", " "))
	for n := min(3, len(words)); n > 0; n-- {
		date := strings.TrimSuffix(strings.Join(words[:n], " "), ",")
		for _, layout := range otherDates {
			t, err := time.Parse(layout, date)
			if err != nil {
				continue
			}
			clock := strings.Join(words[n:], " ")
			if clock == "" {
				clock = "00:00"
			}
			iso = t.Format(time.DateOnly) + " " + clock
			return iso, timeShape.MatchString(iso)
		}
	}
	return "", false
}

// agoWords is how many words say "2 days ago"; 0: they do not.
func agoWords(words []word) int {
	n := durationWords(words)
	if n > 0 && n < len(words) && strings.EqualFold(words[n].text, "ago") {
		return n + 1
	}
	return 0
}

// dateWords is how many of the first words are a date as it is written elsewhere, with its time of day; 0: they are
// none.
func dateWords(words []word) int {
	for n := min(5, len(words)); n > 0; n-- {
		said := joined(words[:n])
		if m := weekday.FindStringSubmatch(said); m != nil && (m[2] == "" || matchTime("2026-01-01"+m[2]) != nil) {
			return n
		}
		var almost *almostTime
		if err := incompleteTime(said); errors.As(err, &almost) {
			return n
		}
	}
	return 0
}
