package slacksim

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	token    = regexp.MustCompile(`<([^<>\n]+)>`)
	emphasis = regexp.MustCompile(`(^|[\s(\["'*_~])([*_~])([^\s*_~](?:[^*_~\n]*[^\s*_~])?)[*_~]($|[\s)\]"'.,:;!?*_~·])`)
	escapes  = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
)

// mrkdwn is Slack's markup as it reads: tokens resolved, escapes undone, markers of bold, italic and strike gone.
// What stands in backticks stays as it is (docs, formatting text).
func (r *reader) mrkdwn(text string) string {
	parts := strings.Split(text, "`")
	for i, part := range parts {
		part = r.tokens(part)
		if i%2 == 0 || i == len(parts)-1 { // an unpaired backtick opens nothing
			part = plain(part)
		}
		parts[i] = escapes.Replace(part)
	}
	return strings.Join(parts, "`")
}

// plain takes the markers away, twice because of bold in italics.
func plain(text string) string {
	for range 2 {
		text = emphasis.ReplaceAllStringFunc(text, func(found string) string {
			m := emphasis.FindStringSubmatch(found)
			if !strings.HasSuffix(strings.TrimSuffix(found, m[4]), m[2]) {
				return found // opened by one marker and closed by another
			}
			return m[1] + m[3] + m[4]
		})
	}
	return text
}

func (r *reader) tokens(text string) string {
	return token.ReplaceAllStringFunc(text, func(found string) string {
		inside := found[1 : len(found)-1]
		switch {
		case strings.HasPrefix(inside, "!date^"):
			return r.dateToken(inside)
		case inside[0] == '@', inside[0] == '#', inside[0] == '!':
			return r.mention(inside)
		}
		link, label, labelled := strings.Cut(inside, "|")
		if labelled && label != "" {
			return label
		}
		return strings.TrimPrefix(link, "mailto:")
	})
}

// dateToken is <!date^unix^format^link|fallback>; the fallback shows where the rest cannot be understood.
func (r *reader) dateToken(inside string) string {
	inside, fallback, _ := strings.Cut(inside, "|")
	fields := strings.Split(inside, "^")
	if len(fields) < 3 {
		return fallback
	}
	at, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return fallback
	}
	return r.date(time.Unix(at, 0), fields[2])
}

// date fills in a date format (docs, formatting dates) in the reader's zone; clocks show 24 hours.
func (r *reader) date(at time.Time, format string) string {
	at = at.In(r.zone)
	pretty := func(layout string) string { return r.pretty(at, layout) }
	return strings.NewReplacer(
		"{date_num}", at.Format("2006-01-02"), "{date}", at.Format("January 2, 2006"), "{date_short}",
		at.Format("Jan 2, 2006"), "{date_long}", at.Format("Monday, January 2, 2006"), "{date_pretty}",
		pretty("January 2, 2006"), "{date_short_pretty}", pretty("Jan 2, 2006"), "{date_long_pretty}",
		pretty("Monday, January 2, 2006"), "{day_divider_pretty}", pretty("Monday, January 2"), "{time}",
		at.Format("15:04"), "{time_secs}", at.Format("15:04:05"), "{ago}", r.ago(at),
	).Replace(format)
}

func (r *reader) pretty(at time.Time, layout string) string {
	day := func(t time.Time) string { return t.Format(time.DateOnly) }
	now := r.now.In(r.zone)
	switch day(at) {
	case day(now):
		return "today"
	case day(now.AddDate(0, 0, -1)):
		return "yesterday"
	case day(now.AddDate(0, 0, 1)):
		return "tomorrow"
	}
	return at.Format(layout)
}

func (r *reader) ago(at time.Time) string {
	d := r.now.Sub(at)
	form := "%s ago"
	if d < 0 {
		d, form = -d, "in %s"
	}
	unit := func(n int, name string) string {
		if n != 1 {
			name += "s"
		}
		return fmt.Sprintf(form, fmt.Sprintf("%d %s", n, name))
	}
	switch {
	case d < time.Minute:
		return unit(int(d.Seconds()), "second")
	case d < time.Hour:
		return unit(int(d.Minutes()), "minute")
	case d < 24*time.Hour:
		return unit(int(d.Hours()), "hour")
	}
	return unit(int(d.Hours()/24), "day")
}
