package words

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// timeFormat is how times are written: the zone, and the present.
type timeFormat struct {
	zone *time.Location
	now  time.Time
}

// timeFormatOf uses the zone of the requester.
func timeFormatOf(in reset.Intent, now time.Time) timeFormat {
	zone, err := time.LoadLocation(in.Zone)
	if err != nil {
		zone = time.UTC
	}
	return timeFormat{zone, now}
}

// say builds a line from parts: strings are plain text, everything else keeps its kind.
func say(parts ...any) Line {
	var l Line
	for _, p := range parts {
		switch p := p.(type) {
		case Span:
			l = append(l, p)
		case Line:
			l = append(l, p...)
		default:
			if s := fmt.Sprint(p); s != "" {
				l = append(l, Span{Text: s})
			}
		}
	}
	return slices.Clip(l)
}

func strong(s string) Span { return Span{Kind: Strong, Text: s} }
func code(s string) Span   { return Span{Kind: Code, Text: s} }
func name(s string) Span   { return Span{Kind: Name, Text: s} }

// command is code to paste: a part of it would be another command.
func command(s string) Span { return Span{Kind: Paste, Text: s} }

// person names an actor by id; the renderer knows the name.
func person(a reset.Actor) Span {
	switch {
	case a.Kind == reset.Scheduled:
		return Span{Text: "schedule " + a.ID}
	case a.Kind == reset.Config:
		return Span{Text: "the configuration file"}
	case a.Kind == reset.OS:
		return Span{Text: a.ID + " (terminal)"}
	case a.ID == "":
		return Span{Text: "somebody"}
	}
	return Span{Kind: User, ID: a.ID, Text: "@" + a.ID}
}

// people are the users and user groups that a rule lists: "@pay-owners or @anna".
func people(ids []string, kind SpanKind, word string) Line {
	var parts []any
	for i, id := range ids {
		switch {
		case i > 0 && i == len(ids)-1:
			parts = append(parts, " "+word+" ")
		case i > 0:
			parts = append(parts, ", ")
		}
		if id == "members" {
			parts = append(parts, "full members of this workspace")
		} else {
			parts = append(parts, Span{Kind: kind, ID: id, Text: "@" + id})
		}
	}
	if len(parts) == 0 {
		return say("nobody")
	}
	return say(parts...)
}

// clock is a moment that Slack shows in the reader's own zone ("today at 03:41": so no "at" before it), and the
// terminal in the asker's.
func (v timeFormat) clock(t time.Time) Span { return v.clockSpan(t, "15:04") }

// exact is clock with seconds, for what was measured.
func (v timeFormat) exact(t time.Time) Span {
	s := v.clockSpan(t, "15:04:05")
	s.Secs = true
	return s
}

func (v timeFormat) clockSpan(t time.Time, layout string) Span {
	if t.UTC().Year() > lastYear {
		return Span{Text: yearOf(t)}
	}
	if !sameDay(t.In(v.zone), v.now.In(v.zone)) {
		layout = "2006-01-02 " + layout
	}
	return Span{Kind: Clock, At: t, Text: t.In(v.zone).Format(layout + " MST")}
}

// timeDetail is the level of detail of a target time.
type timeDetail int

const (
	zoneOnly timeDetail = iota // "02:10 Europe/Berlin"
	withUTC                    // "02:10 Europe/Berlin (01:10 UTC)"
	withAgo                    // "02:10 Europe/Berlin (01:10 UTC, 57 min ago)"
)

// targetTime is a target time as it was understood: in the zone that it was read in, in UTC, and how long ago. It is
// plain text: it repeats what a person typed, so it must not be converted to another reader's zone.
func (v timeFormat) targetTime(t reset.Time, d timeDetail) string {
	read := timeFormat{v.zone, v.now}
	if zone, err := time.LoadLocation(t.Zone); err == nil && t.Zone != "" {
		read.zone = zone
	}
	local, utc := t.At.In(read.zone), t.At.UTC()
	b := strings.Builder{}
	switch now := v.now.In(read.zone); {
	case sameDay(local, now):
	case d == withAgo && sameDay(local, now.AddDate(0, 0, -1)):
		b.WriteString("yesterday ")
	default:
		b.WriteString(local.Format("2006-01-02 "))
	}
	b.WriteString(local.Format(withSeconds(local)) + " ")
	var notes []string
	if _, offset := local.Zone(); offset == 0 && (read.zone == time.UTC || read.zone.String() == "UTC") {
		b.WriteString("UTC")
	} else {
		b.WriteString(city(read.zone))
		layout := withSeconds(utc)
		if !sameDay(local, utc) {
			layout = "2006-01-02 " + layout
		}
		if d >= withUTC {
			notes = append(notes, utc.Format(layout)+" UTC")
		}
	}
	if d == withAgo {
		notes = append(notes, v.timeAgo(t.At))
	}
	if len(notes) > 0 {
		b.WriteString(" (" + strings.Join(notes, ", ") + ")")
	}
	return b.String()
}

// withSeconds shows seconds and milliseconds only where there are some.
func withSeconds(t time.Time) string {
	switch {
	case t.Nanosecond() != 0:
		return "15:04:05.000"
	case t.Second() != 0:
		return "15:04:05"
	}
	return "15:04"
}

// sameDay compares the dates as written, each in its own zone.
func sameDay(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}

func (v timeFormat) timeAgo(t time.Time) string {
	d := v.now.Sub(t)
	if d < 0 {
		return "in " + text.Duration(-d)
	}
	return text.Duration(d) + " ago"
}
