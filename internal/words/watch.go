package words

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// shownLags is how many of a group's lags a card shows: the trend, not each value.
const shownLags = 5

// watched adds to the card of an applied reset what was seen of the group since: problems first, progress in small
// print.
func watched(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	w := r.Watch
	if w == nil {
		return
	}
	if w.Overwrote() {
		c.Status = status(r, "done, then overwritten")
		c.Warnings = append(c.Warnings, say(strong(overwrittenBy(w.OverwrittenBy)), ": ", strayed(w.Overwritten), ". ",
			overwriter(w.OverwrittenBy, s)))
		if r.UndoneBy == "" {
			c.Buttons = append(c.Buttons, retryButton(r, "Try again"))
		}
	}
	if w.Elsewhere.Count() > 0 {
		c.Warnings = append(c.Warnings,
			say(strong(text.Counted(w.Elsewhere.Count(), "partition")+" continued from another offset"), ": ",
				strayed(w.Elsewhere), ". ", whyElsewhere))
	}
	if c.Table == nil {
		c.Table = strayTable(*w, v)
	}
	c.Foot = slices.Concat(watchProgress(*w, v), c.Foot)
}

const whyElsewhere = "Consumers do that by auto.offset.reset, when the target is not in the log, or by a seek."

// overwrittenBy names what moved the offsets of an applied reset, where that is known.
func overwrittenBy(late string) string {
	if late == "" {
		return "Overwritten by a process outside the group"
	}
	return "OVERWRITTEN by the late write of " + late
}

// overwriter says more of it.
func overwriter(late string, s reset.Story) Line {
	if late == "" {
		return overwriterUnknown(s)
	}
	return say("Kafka's answer to ", late, " had been lost, and its write landed after this reset: ",
		code("show "+late), ".")
}

// overwriterUnknown says what is known of an unknown overwriter: it may also have been a consumer that joined and
// left between checks.
func overwriterUnknown(s reset.Story) Line {
	in, _ := s.Request.Intent()
	return say("Nobody was seen in ", in.Group,
		" then. Was every consumer stopped? One that uses assign() is in no group.")
}

// strayed is the first of the partitions that strayed, and how many there are.
func strayed(st reset.Strays) string {
	var words []string
	for _, e := range st.Evidence {
		words = append(words, strayPlace(partitionsLabel(e.Topic, []int32{e.Partition.Partition}), position(e.Read),
			position(e.To)))
	}
	for len(words) < st.Count() {
		words = append(words, "")
	}
	return text.List(words, min(2, len(words)))
}

func strayPlace(where, read, to string) string {
	switch {
	case read == "none":
		return where + " lost its commit (it was " + to + ")"
	case to == "none":
		return where + " is at " + read + " instead of without a commit"
	}
	return where + " is at " + read + " instead of " + to
}

// strayTable shows the partitions that strayed.
func strayTable(w reset.Watch, v timeFormat) *Table {
	rows := slices.Concat(w.Overwritten.Evidence, w.Elsewhere.Evidence)
	if len(rows) == 0 {
		return nil
	}
	t := &Table{Head: []string{"partition", "to", "is", "seen"}, Right: []bool{false, true, true, false}}
	t.More = w.Overwritten.Count() + w.Elsewhere.Count() - len(rows)
	if len(rows) > fullTable {
		t.More += len(rows) - shortTable
		rows = rows[:shortTable]
	}
	for _, e := range rows {
		t.Rows = append(t.Rows, []string{partitionsLabel(e.Topic, []int32{e.Partition.Partition}), position(e.To),
			position(e.Read), e.At.In(v.zone).Format("15:04:05")})
	}
	return t
}

// watchProgress is the small print of a watch: read again, who came back, how far behind, how it ended.
func watchProgress(w reset.Watch, v timeFormat) []Line {
	var lines []Line
	switch {
	case w.First != nil:
		lines = append(lines, say("First consumer back ", v.exact(w.First.At), ": ",
			consumersBack(w.First.ClientID, w.First.Host, w.First.Members), progress(w.Resumed, w.Empty, w.Parts), "."))
	case w.Checked.IsZero():
		lines = append(lines,
			say("Being watched: the offsets are read again soon, then who comes back and when it has caught up."))
	case w.Overwrote():
	case w.Why == reset.WatchGone:
		lines = append(lines, say("Read again ", v.exact(w.Checked), ": nobody has committed there since."))
	default:
		lines = append(lines, say("Read again ", v.exact(w.Checked),
			": nobody overwrote it. Nobody has come back yet."))
	}
	if n := len(w.Lags); n > 0 && w.First != nil {
		lags := ""
		for i, l := range w.Lags[max(0, n-shownLags):] {
			if i > 0 {
				lags += " → "
			}
			lags += text.WithCommas(l.Lag)
		}
		lines = append(lines, say("Behind by at most: ", lags, " (", v.clock(w.Lags[n-1].At), ")."))
	}
	if end := watchEnds[w.Why].card; end != nil {
		lines = append(lines, end(w, v, text.Duration(w.Ended.Sub(w.Since))))
	}
	return lines
}

// onlyMarkers says why a group that has read everything is not at the end.
func onlyMarkers(n int64) string {
	if n == 0 {
		return ""
	}
	return ": only transaction markers are left"
}

func consumersBack(client, host string, n int) Line {
	l := members([]reset.Member{{ClientID: client, Host: host}})
	if n > 1 {
		return say(l, " and ", text.Counted(n-1, "other"))
	}
	return l
}

// progress is how many partitions resumed from the target. Empty as long as none has.
func progress(resumed, empty, of int) string {
	all := text.Counted(of, "partition")
	switch {
	case of > 0 && empty == of:
		return "; nothing is left to read on " + all
	case resumed == 0:
		return ""
	case empty > 0:
		return "; " + text.WithCommas(resumed) + " of " + all + " resumed at the target, " + text.WithCommas(empty) +
			" " + hasHave(empty) + " nothing to read"
	}
	return "; " + text.WithCommas(resumed) + " of " + all + " resumed at the target"
}

// watchEnds says how a watch ended: on the card, and in its thread; nil where another line says it.
var watchEnds = map[reset.WatchEnd]struct {
	card   func(w reset.Watch, v timeFormat, after string) Line
	thread func(e entry) Line
}{
	reset.WatchCaughtUp: { // in the thread: EvCaughtUp
		card: func(w reset.Watch, v timeFormat, after string) Line {
			return say(strong("Caught up"), " ", v.clock(w.CaughtUp), ", ", after, " after the reset",
				onlyMarkers(w.Markers), ".")
		},
	},
	reset.WatchNoConsumers: {
		card: func(w reset.Watch, v timeFormat, after string) Line {
			return say(strong("Nobody came back"), " in ", after, ". It is not watched any more.")
		},
		thread: func(e entry) Line {
			return say("Nobody came back in ", e.after(), e.lag(), ". Was it started again? ",
				mentionPerson(e.request.Actor))
		},
	},
	reset.WatchNewer: {
		card: func(w reset.Watch, v timeFormat, after string) Line {
			return say(w.By, " has reset the group again ", v.clock(w.Ended), ". This one is not watched any more.")
		},
		thread: func(e entry) Line {
			return say(cmp.Or(e.Facts["by"], "Another request"),
				" has reset the group again; this one is not watched any more.")
		},
	},
	reset.WatchCluster: {
		card: func(w reset.Watch, v timeFormat, after string) Line {
			return say("The cluster is no longer configured (", v.clock(w.Ended),
				"). The group is no longer watched.")
		},
		thread: func(e entry) Line {
			return say(cmp.Or(e.Facts["cluster"], "The cluster"),
				" is no longer configured: the group is no longer watched.")
		},
	},
	reset.WatchTimeout: {
		card: func(w reset.Watch, v timeFormat, after string) Line {
			return say("Not caught up after ", after, ". It is not watched any more.")
		},
		thread: func(e entry) Line {
			return say("Not caught up after ", e.after(), e.lag(), ". It is not watched any more.")
		},
	},
	reset.WatchGone: {}, // the deleted commits are the result itself
}

func watchEndLine(e entry) Line {
	if end := watchEnds[reset.WatchEnd(e.Facts["why"])].thread; end != nil {
		return end(e)
	}
	return watchEnds[reset.WatchTimeout].thread(e)
}

func (e entry) lag() string {
	n, err := strconv.ParseInt(e.Facts["lag"], 10, 64)
	if err != nil {
		return ""
	}
	return ", and it is behind by at most " + text.WithCommas(n)
}

// firstStray is the first of the partitions that strayed, and how many more did.
func firstStray(e entry) string {
	l := strayPlace(e.Facts["topic"]+"-"+e.Facts["partition"], e.fact("read", ""), e.fact("to", ""))
	if n := e.number("partitions"); n > 1 {
		l += " and " + text.WithCommas(n-1) + " more"
	}
	return l
}

// mentionPerson mentions a person who has to know of an event.
func mentionPerson(a reset.Actor) Line {
	if a.Kind != reset.Person || a.ID == "" {
		return nil
	}
	return Line{{Kind: Notify, ID: a.ID, Text: "@" + a.ID}}
}
