package cron

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
)

// What other schedulers read and this one does not: Quartz, Spring, AWS, Jenkins, Airflow. It is refused with the
// expression that says the same here, or with what comes closest.

// saying is a word of other schedulers within a field, and why it is refused.
type saying struct {
	shape *regexp.Regexp
	place int // of the field; -1: any
	want  string
	right func(place int, item string) string // the item that is read; empty: there is none
}

func (s saying) of(place int, item string) bool {
	return (s.place < 0 || s.place == place) && s.shape.MatchString(item)
}

var sayings = []saying{
	{regexp.MustCompile(`(?i)^L(-\d+)?$`), ofMonth,
		"read: the last day of a month cannot be said; take the first day of the next month, with to yesterday as the target",
		func(int, string) string { return "1" }},
	{regexp.MustCompile(`(?i)^(\d+|L)W$`), ofMonth,
		"read: the nearest weekday to a day cannot be said; name the day of the month or the weekdays",
		func(_ int, item string) string { return strings.Trim(strings.ToUpper(item), "LW") }},
	{regexp.MustCompile(`(?i)^([0-7]|[a-z]{3})?L$`), ofWeek,
		"read: the last weekday of its kind in a month cannot be said; take every week",
		func(_ int, item string) string { return item[:len(item)-1] }},
	{regexp.MustCompile(`(?i)^([0-7]|[a-z]{3})#[1-5]$`), ofWeek,
		"read: the first or nth weekday of a month cannot be said (with days 1-7 as well, either would do); take every week",
		func(_ int, item string) string { item, _, _ = strings.Cut(item, "#"); return item }},
	{regexp.MustCompile(`^H(\(\d+-\d+\))?(/\d+)?$`), -1, "read: with H, Jenkins picks a time; pick one yourself", picked},
	{regexp.MustCompile(`(?i)^(sun|mon|tues|wednes|thurs|fri|satur)days?$`), ofWeek, "read: weekdays have three letters",
		func(_ int, item string) string { return item[:3] }},
	{regexp.MustCompile(`(?i)^(january|february|march|april|june|july|august|september|october|november|december|sept)$`),
		ofYear, "read: months have three letters", func(_ int, item string) string { return item[:3] }},
	{regexp.MustCompile(`^24$`), 1, "0 to 23: midnight is hour 0", func(int, string) string { return "0" }},
}

const ofYear = 3 // the place of the month

// picked is a value for Jenkins' H, as the bot would have it: not the full hour, when everything else runs.
func picked(place int, item string) string {
	span, step, stepped := strings.Cut(strings.TrimPrefix(item, "H"), "/")
	span = strings.Trim(span, "()")
	switch {
	case stepped && span == "":
		return "*/" + step
	case stepped:
		return span + "/" + step
	case span != "":
		low, _, _ := strings.Cut(span, "-")
		return low
	}
	return [...]string{"17", "2", "1", "1", "1"}[place]
}

// foreign is the refusal of a word that another scheduler reads; nil: it is none of those.
func foreign(words []string, place int, item string) *Error {
	f := fields[place]
	for _, s := range sayings {
		if s.of(place, item) {
			return f.problem(item, s.want, exampleWith(words, f.example))
		}
	}
	if n, ok := wideStep(item); ok && n > f.step {
		want, example := f.wide(n)
		if want != "" {
			return f.problem(item, want, example)
		}
	}
	return nil
}

// exampleWith is the expression with what is foreign in it replaced; another example where that is not read either.
func exampleWith(words []string, otherwise string) string {
	out := slices.Clone(words)
	for i := range out {
		items := strings.Split(out[i], ",")
		for j, item := range items {
			if at := slices.IndexFunc(sayings, func(s saying) bool { return s.of(i, item) }); at >= 0 {
				items[j] = sayings[at].right(i, item)
			}
		}
		out[i] = strings.Join(items, ",")
	}
	if expr := strings.Join(out, " "); expr != strings.Join(words, " ") && accepted(expr) {
		return expr
	}
	return otherwise
}

// accepted reports whether an expression is read.
func accepted(expr string) bool {
	_, problem := parse(expr, time.UTC)
	return problem == nil
}

// wideStep is the step of an item that begins with a star.
func wideStep(item string) (int, bool) {
	step, ok := strings.CutPrefix(item, "*/")
	n, err := strconv.Atoi(step)
	return n, ok && err == nil && len(step) <= 4 && step[0] != '+' && step[0] != '-'
}

// wide is what to say instead of a step that is wider than its field, which every cron reads as once a round: */90 in
// minutes runs hourly.
func (f field) wide(step int) (want, example string) {
	steps := fmt.Sprintf("stepped by 1 to %d", f.step)
	switch {
	case f.name == "hour" && step >= 24:
		return steps + ": say it in days, or once a day", "0 2 * * *"
	case f.name == "month":
		return steps + ": say once a year", "0 2 1 1 *"
	case f.name != "minute":
		return "", ""
	case step == 60:
		return steps + ": that is every hour", "0 * * * *"
	case step%60 == 0 && step/60 < 24 && 24%(step/60) == 0:
		return steps + " (every cron runs it hourly): say it in hours", fmt.Sprintf("0 */%d * * *", step/60)
	case step == 90:
		return steps + `: */90 would run every hour. For every 90 minutes save two schedules, "0 */3 * * *" and "30 1-22/3 * * *"`,
			"0 */3 * * *"
	}
	return fmt.Sprintf("%s (every cron runs it hourly): every %d minutes cannot be said", steps, step), "0 */2 * * *"
}

// notFive is the refusal of an expression that has not five fields.
func notFive(expr string, words []string) *Error {
	e := &Error{Example: everyNight, Want: fmt.Sprintf(
		"there must be five fields (minute, hour, day, month, weekday), not %d; seconds and years are not read", len(words))}
	if closed := withoutBlanks(words); len(closed) < len(words) && accepted(strings.Join(closed, " ")) {
		e.Want, e.Example = e.Want+"; lists and ranges are written without blanks", strings.Join(closed, " ")
		return e
	}
	aws, quartz := strings.HasPrefix(strings.ToLower(expr), "cron("), strings.Contains(expr, "?")
	var five []string
	switch {
	case aws && len(words) > 5:
		five = strings.Fields(strings.TrimSuffix(strings.Join(words, " ")[len("cron("):], ")"))[:5]
	case len(words) == 6 && year.MatchString(words[5]):
		five = words[:5]
	case len(words) == 6, len(words) == 7:
		five = words[1:6]
	default:
		return e
	}
	if (aws || quartz) && strings.ContainsAny(five[ofWeek], "1234567") {
		e.Want += "; name the weekdays, of which others count Sunday as 1"
		return e
	}
	if expr := strings.Join(five, " "); accepted(expr) {
		e.Example = expr
	}
	return e
}

var year = regexp.MustCompile(`^(19|20)\d\d`)

// withoutBlanks joins what a blank after a comma, or around a dash, has torn apart.
func withoutBlanks(words []string) []string {
	var out []string
	for _, w := range words {
		n := len(out)
		if n > 0 && (strings.HasSuffix(out[n-1], ",") || strings.HasSuffix(out[n-1], "-") || strings.HasPrefix(w, ",") ||
			strings.HasPrefix(w, "-")) {
			out[n-1] += w
			continue
		}
		out = append(out, w)
	}
	return out
}

// nickname stands for five fields, or is refused with those that do.
func nickname(said string) ([]string, *Error) {
	if meaning, ok := nicknames[said]; ok {
		return strings.Fields(meaning), nil
	}
	name, rest, _ := strings.Cut(said, " ")
	switch name {
	case "@every":
		return nil, &Error{Want: "@every counts from the start of a process, so a restart would move it; name times of the day",
			Example: every(rest)}
	case "@reboot":
		return nil, &Error{Want: "@reboot is not a time", Example: everyNight}
	case "@once":
		return nil, &Error{Want: "@once is no recurrence; one reset at a time is: at TIME -- RESET", Example: everyNight}
	}
	near := text.Nearest(name, []string{"@hourly", "@daily", "@weekly", "@monthly", "@yearly"})
	if near == "" {
		near = "@daily"
	}
	return nil, &Error{Want: "only @hourly, @daily, @weekly, @monthly and @yearly are known", Example: near}
}

// every is the expression that runs as often, at times of the day.
func every(rest string) string {
	d, err := time.ParseDuration(rest)
	minutes, hours := int(d/time.Minute), int(d/time.Hour)
	switch {
	case err != nil || d < MinInterval || d > 24*time.Hour:
	case d == time.Hour:
		return "0 * * * *"
	case d == 24*time.Hour:
		return "0 0 * * *"
	case d < time.Hour && d%time.Minute == 0 && 60%minutes == 0:
		return fmt.Sprintf("*/%d * * * *", minutes)
	case d%time.Hour == 0 && 24%hours == 0:
		return fmt.Sprintf("0 */%d * * *", hours)
	}
	return "0 */6 * * *"
}
