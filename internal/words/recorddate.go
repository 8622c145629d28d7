package words

import (
	"cmp"
	"fmt"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// lastYear is the last one that documents, Slack's date tokens and people have room for. Records may be dated later.
const lastYear = 9999

// noNow is used as the present where it is not known, and only times far from it matter.
var noNow = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)

// yearOf is a time beyond all calendars: "year 58875".
func yearOf(t time.Time) string { return fmt.Sprintf("year %d", t.UTC().Year()) }

// recordDate is a record's time as it is in Kafka, as plain text (so that a wrong date is recognised), with the unit
// that its producer probably counted in when that is not Kafka's milliseconds: "dated 1970-01-21 18:51 UTC: probably
// seconds instead of milliseconds".
func (v timeFormat) recordDate(t time.Time) Line {
	l := say("dated ", v.row(t.Truncate(time.Second), false))
	if t.UTC().Year() <= lastYear {
		l = say("dated ", t.In(v.zone).Format("2006-01-02 15:04:05 MST"))
	}
	if unit := reset.TimeUnit(t, v.now); unit != "" {
		l = say(l, ": probably ", unit, " instead of milliseconds")
	}
	return l
}

// newestLine is the time of the newest record, where it is known.
func newestLine(t time.Time, v timeFormat) Line {
	if t.IsZero() {
		return nil
	}
	return say(" The newest record there is ", v.recordDate(t), ".")
}

// aheadLines say what a target in the past would skip.
func aheadLines(p *reset.Problem, v timeFormat) []Line {
	if p == nil {
		return []Line{say("The target would skip messages. Should they be skipped?")}
	}
	skips := say("would skip ", strong("up to "+text.Counted(p.Count, "message")))
	target := cmp.Or(p.Got, "The target")
	l := say("No record is as late as ", code(target), " on ", text.Counted(p.Other, "partition"), " (", p.Topic,
		"): going to latest there ", skips, ".")
	if p.Newest > 0 {
		l = say(l, newestLine(time.UnixMilli(p.Newest).UTC(), v))
	}
	return []Line{say(l, " Should they be skipped?")}
}
