package alert

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// start is a start that the message states.
type start struct {
	Moment
	alert int
}

const (
	months   = `(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*`
	clock    = `(?:\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?|\d{1,2}:\d{2}(?::\d{2})? ?[AP]M)`
	zone     = ` ?\(?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})`
	iso      = `\d{4}-\d{2}-\d{2}[T ]` + clock + zone
	spelled  = `(?:[A-Z][a-z]{2},? )?\d{1,2} ` + months + `,? \d{4},?(?: at)? ` + clock + zone
	american = `(?:[A-Z][a-z]{2},? )?` + months + ` \d{1,2},? \d{4},?(?: at)? ` + clock + zone
	unix     = `(?:[A-Z][a-z]{2} )?` + months + ` {1,2}\d{1,2} \d{2}:\d{2}:\d{2} (?:UTC|GMT) \d{4}`
	dotted   = `\d{2}\.\d{2}\.\d{4},? ` + clock + zone
	amount   = `(?:\d{1,5} ?(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)\b,? ?(?:and )?){1,3}`
)

var (
	absolute = regexp.MustCompile(dateMark + `?\b(?:` + iso + `|` + spelled + `|` + american + `|` + unix +
		`|` + dotted + `)`)
	// stated finds the words before a start. Without one of them a time is of something else.
	stated = regexp.MustCompile(`(?i)(?:^|[^\pL])(?:start(?:s|ed)?(?:[ _]?(?:at|time|on))?|since|created(?:[ _]?at)?` +
		`|opened(?:[ _]?at)?|(?:activated|triggered)[ _]?at|began(?:[ _]at)?|begin(?:s|n)?|开始时间|開始時間|开始于|発生時刻|시작|beginn|début|inicio|início` +
		`)["'*]{0,2} ?[:=：]? ?["'*]{0,2}(?:on |at )?$`)
	counted = regexp.MustCompile(`(?i)(?:start(?:s|ed)?|opened|created|began|since)(?:[ _]?at)?["'*]{0,2} ?[:=：]? ?` +
		`["'*]{0,2}(?:[\d:. -]{4,24}(?:UTC|Z)? ?\()?(` + amount + `)ago\b`)
	lasting = regexp.MustCompile(`(?i)(?:^|[^\pL])(?:(?:firing|active|alerting|open) for|since|(?:alert|incident|firing) duration)["'*]{0,2} ?[:=：]? ?["'*]{0,2}(` +
		amount + `)`)
	epochs   = regexp.MustCompile(`(?:^|[^\d.-])(1\d{9}(?:\.\d{1,9}|\d{3})?)(?:$|[^\d.])`)
	ended    = regexp.MustCompile(`(?i)(?:end(?:s|ed)?|resolved|closed|until|updated|expires?)(?:[ _]?at)?["'* :=：]*$`)
	producer = regexp.MustCompile(`(?i)\b(?:CreateTime|LogAppendTime) ?= ?(\d{13})\b`)
	parts1   = regexp.MustCompile(`(\d{1,5}) ?([a-z])`)
)

// moments reads the times of a line.
func (r *reader) moments(l string) {
	for _, m := range absolute.FindAllStringIndex(l, mostTimes) {
		s := l[m[0]:m[1]]
		at, within, ok := parse(strings.TrimPrefix(s, dateMark))
		before := l[max(0, m[0]-40):m[0]]
		switch {
		case !ok || ended.MatchString(before):
		case stated.MatchString(before):
			r.starts = append(r.starts, start{Moment{At: at, Within: within, Source: Stated}, r.alert})
		case strings.HasPrefix(s, dateMark):
			r.times = append(r.times, Moment{At: at, Within: within, Source: Notified})
		default:
			r.times = append(r.times, Moment{At: at, Within: within, Source: Logged})
		}
	}
	for _, m := range epochs.FindAllStringSubmatchIndex(l, mostTimes) {
		if at, ok := epoch(l[m[2]:m[3]]); ok && stated.MatchString(l[max(0, m[2]-40):m[2]]) {
			r.starts = append(r.starts, start{Moment{At: at, Within: time.Second, Source: Stated}, r.alert})
		}
	}
	for _, m := range producer.FindAllStringSubmatch(l, 1) {
		if at, ok := epoch(m[1]); ok {
			r.times = append(r.times, Moment{At: at, Within: time.Millisecond, Source: Produced})
		}
	}
	for _, pattern := range []*regexp.Regexp{counted, lasting} {
		for _, m := range pattern.FindAllStringSubmatch(l, 1) {
			if d, unit := duration(m[1]); d > 0 && !r.posted.IsZero() {
				r.starts = append(r.starts, start{Moment{At: r.posted.Add(-d), Within: unit, Source: Stated}, r.alert})
			}
		}
	}
}

const mostTimes = 20

// layouts of absolute times with a zone. Without one a time could be another.
var layouts = []string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04Z07:00", "2 Jan 2006 15:04:05Z07:00",
	"2 Jan 2006 15:04Z07:00", "Jan 2 2006 15:04:05Z07:00", "Jan 2 2006 15:04Z07:00", "02.01.2006 15:04:05Z07:00",
	"02.01.2006 15:04Z07:00", "2006-01-02T3:04:05PMZ07:00", "2006-01-02T3:04PMZ07:00", "2 Jan 2006 3:04:05PMZ07:00",
	"2 Jan 2006 3:04PMZ07:00", "Jan 2 2006 3:04:05PMZ07:00", "Jan 2 2006 3:04PMZ07:00"}

var (
	zones = strings.NewReplacer(" UTC", "Z", " GMT", "Z", "UTC", "Z", "GMT", "Z", " Z", "Z", " +", "+", " -", "-",
		" (UTC", "Z", " (GMT", "Z", " (Z", "Z", "(", "")
	colons  = regexp.MustCompile(`([+-]\d{2})(\d{2})$`)
	longs   = regexp.MustCompile(`\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]+`)
	weekday = regexp.MustCompile(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? `)
	halves  = regexp.MustCompile(` ([AP]M)`)
	byUnix  = regexp.MustCompile(`^(?:[A-Z][a-z]{2} )?([A-Z][a-z]+) +(\d{1,2}) ([\d:]{8}) (?:UTC|GMT) (\d{4})$`)
)

// parse reads an absolute time, and says how exact it is. Tools write the year 1 where there is none.
func parse(s string) (at time.Time, within time.Duration, ok bool) {
	s = byUnix.ReplaceAllString(strings.ReplaceAll(s, " at ", " "), "$1 $2 $4 $3 UTC")
	s = halves.ReplaceAllString(colons.ReplaceAllString(zones.Replace(s), "$1:$2"), "$1")
	if len(s) > 10 && s[4] == '-' {
		s = s[:10] + "T" + s[11:]
	} else {
		s = strings.ReplaceAll(longs.ReplaceAllString(weekday.ReplaceAllString(s, ""), "$1"), ",", "")
	}
	for i, l := range layouts {
		if t, err := time.Parse(l, s); err == nil {
			return t.UTC(), []time.Duration{time.Second, time.Minute}[i%2], t.Year() > 2000
		}
	}
	return time.Time{}, 0, false
}

// duration reads "1 h 20 min", and how exact it is: its smallest unit.
func duration(s string) (d, unit time.Duration) {
	for _, m := range parts1.FindAllStringSubmatch(strings.ToLower(s), -1) {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			return 0, 0
		}
		unit = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}[m[2]]
		d += time.Duration(n) * unit
	}
	return d, unit
}
