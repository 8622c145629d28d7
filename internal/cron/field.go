package cron

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	robfig "github.com/robfig/cron/v3"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
)

// field is one of the five places of an expression.
type field struct {
	name      string
	low, high int
	last      int      // where * and N/step end; a week ends on Saturday, though 7 is read
	step      int      // the largest useful one
	names     []string // of low, low+1, ...
	want      string
	example   string
	split     string // an example of two ranges in place of one that runs backwards
}

const (
	ofMonth, ofWeek = 2, 4 // the places of the two day fields
	everyNight      = "0 2 * * *"
)

var fields = [5]field{
	{
		name: "minute", low: 0, high: 59, last: 59, step: 59,
		want: "0 to 59", example: "30 2 * * *", split: "50-59/5,0-5/5 2 * * *",
	},
	{
		name: "hour", low: 0, high: 23, last: 23, step: 23,
		want: "0 to 23", example: "0 2,14 * * *", split: "0 22-23,0-2 * * *",
	},
	{
		name: "day of month", low: 1, high: 31, last: 31, step: 30,
		want: "1 to 31", example: "0 2 1,15 * *", split: "0 2 28-31,1-3 * *",
	},
	{
		name: "month", low: 1, high: 12, last: 12, step: 11,
		names: strings.Fields("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"),
		want:  "1 to 12 or JAN to DEC", example: "0 2 1 JAN,JUL *", split: "0 2 1 NOV-DEC,JAN *",
	},
	{
		name: "day of week", low: 0, high: 7, last: 6, step: 7,
		names: strings.Fields("SUN MON TUE WED THU FRI SAT"),
		want:  "0 to 7 (0 and 7 are Sunday) or SUN to SAT", example: "0 2 * * MON-FRI", split: "0 2 * * FRI-SUN,MON",
	},
}

var nicknames = map[string]string{
	"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
	"@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
}

func joined(expr string) string { return strings.Join(strings.Fields(expr), " ") }

// split returns the five words of an expression. What robfig's parser would panic at, or silently read as something
// else, is refused here.
func split(expr string) ([]string, *Error) {
	words := strings.Fields(expr)
	if len(words) > 0 {
		first := strings.ToUpper(words[0])
		// robfig cuts at the space that it expects after the zone, and panics without one.
		if strings.HasPrefix(first, "TZ=") || strings.HasPrefix(first, "CRON_TZ=") {
			_, zone, _ := strings.Cut(words[0], "=")
			if zone == "" {
				zone = "Europe/Berlin"
			}
			return nil, &Error{Want: "the zone is not a part of the expression; give it with --tz " +
				strconv.Quote(text.Clip(zone, longest)), Example: everyNight}
		}
		if strings.HasPrefix(first, "@") {
			return nickname(strings.ToLower(joined(expr)))
		}
	}
	if len(words) != len(fields) {
		return nil, notFive(expr, words)
	}
	return words, nil
}

// canonical writes the words as robfig reads them: in numbers, Sunday as 0. Its
// parser takes "*-x" for *, "," for nothing and "+5" for 5; here these are errors. A field that is ? is *, as Kubernetes
// and Quartz have it.
// either is Schedule.Rule.
func canonical(words []string) (text, either string, _ *Error) {
	out := make([]string, len(fields))
	for i, f := range fields {
		if words[i] == "?" {
			out[i] = "*"
			continue
		}
		var items []string
		for word := range strings.SplitSeq(words[i], ",") {
			item, problem := f.item(word)
			if problem != nil {
				return "", "", cmp.Or(foreign(words, i, word), problem)
			}
			items = append(items, item)
		}
		out[i] = strings.Join(items, ",")
	}
	if out[ofMonth] != "*" && out[ofWeek] != "*" {
		for _, i := range []int{ofMonth, ofWeek} {
			if strings.Contains(out[i], "*") {
				return "", "", starBesideDay(i, words[i])
			}
		}
		either = fmt.Sprintf("it runs on day %s of the month and also on weekday %s: either is enough, as in crontab",
			words[ofMonth], strings.ToUpper(words[ofWeek]))
	}
	return strings.Join(out, " "), either, nil
}

func starBesideDay(place int, got string) *Error {
	example := "0 2 1-31/2 * MON"
	if place == ofWeek {
		example = "0 2 1 * MON,WED,FRI"
	}
	return &Error{
		Field: fields[place].name, Got: got, Example: example,
		Want: `a range or a list: beside another day field, cron reads this star as "and", Kubernetes as "or"`,
	}
}

// item reads one member of a list: *, N, N-M, each with or without a step.
func (f field) item(word string) (string, *Error) {
	body, stepText, stepped := strings.Cut(word, "/")
	step := 1
	if stepped {
		var ok bool
		if step, ok = number(stepText); !ok || step < 1 || step > f.step {
			return "", f.problem(word, fmt.Sprintf("stepped by 1 to %d", f.step), f.example)
		}
	}
	if body == "*" && step == 1 {
		return body, nil
	}
	if body == "*" {
		return fmt.Sprintf("*/%d", step), nil
	}
	from, to, ranged := strings.Cut(body, "-")
	low, ok := f.value(from)
	if !ok {
		return "", f.problem(word, f.want, f.example)
	}
	high := low
	switch {
	case ranged:
		if high, ok = f.value(to); !ok {
			return "", f.problem(word, f.want, f.example)
		}
		if low > 0 && strings.EqualFold(to, "SUN") {
			high = f.high // MON-SUN: the Sunday that ends the week
		}
	case stepped:
		high = max(low, f.last)
	}
	if low > high {
		return "", f.problem(word, "a range from low to high; split one that runs over the end", f.split)
	}
	return f.text(low, high, step), nil
}

// text writes a range for robfig, which knows no Sunday 7.
func (f field) text(low, high, step int) string {
	if high <= f.last {
		return fmt.Sprintf("%d-%d/%d", low, high, step)
	}
	var days []string
	for day := low; day <= high; day += step {
		days = append(days, strconv.Itoa(day%7))
	}
	return strings.Join(days, ",")
}

func (f field) problem(got, want, example string) *Error {
	return &Error{Field: f.name, Got: got, Want: want, Example: example}
}

// value reads a number or a name.
func (f field) value(word string) (int, bool) {
	if i := slices.Index(f.names, strings.ToUpper(word)); i >= 0 {
		return f.low + i, true
	}
	n, ok := number(word)
	return n, ok && n >= f.low && n <= f.high
}

// number reads one or two digits; strconv alone would take signs.
func number(word string) (int, bool) {
	if len(word) == 0 || len(word) > 2 || strings.Trim(word, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(word)
	return n, err == nil
}

// read is the one call of robfig's parser. It panicked before at input that no test had, and a schedule must not stop
// the bot.
func read(text string) (spec robfig.SpecSchedule, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the expression cannot be read (%v)", r)
		}
	}()
	parsed, err := robfig.NewParser(robfig.Minute | robfig.Hour | robfig.Dom | robfig.Month | robfig.Dow).Parse(text)
	if err != nil {
		return spec, err
	}
	s, ok := parsed.(*robfig.SpecSchedule)
	if !ok {
		return spec, fmt.Errorf("the expression cannot be read (%T)", parsed)
	}
	s.Location = time.UTC // where wall times are written
	return *s, nil
}
