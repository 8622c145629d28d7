package words

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

const whyElsewhere = "Consumers do that by auto.offset.reset, when the target is not in the log, or by a seek."

// overwrittenBy names what moved the offsets of an applied reset, where that is known.
func overwrittenBy(late string) string {
	if late == "" {
		return "Overwritten by a process outside the group"
	}
	return "Overwritten by the late write of " + late
}

// overwriter says more of it.
func overwriter(late string, s reset.Story) Line {
	if late == "" {
		return overwriterUnknown(s)
	}
	return say("Its answer had been lost: ", code("show "+late))
}

// noGroup is what a client does that overwrites a group without being a member.
var noGroup = say("A consumer that uses ", code("assign()"), " is in no group. Was every consumer stopped?")

// overwriterUnknown says what is known of an unknown overwriter: it may also have been a consumer that joined and
// left between checks.
func overwriterUnknown(s reset.Story) Line {
	in, _ := s.Request.Intent()
	return say("No member was seen in ", name(in.Group), ".")
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
	return text.List(words, min(1, len(words)))
}

func strayPlace(where, read, to string) string {
	switch {
	case read == "none":
		return where + " lost its committed offset (it was " + to + ")"
	case to == "none":
		return where + " is at " + read + " instead of without a committed offset"
	}
	return where + " is at " + read + " instead of " + to
}

// strayTable shows the partitions that strayed.
func strayTable(w reset.Watch) *Table {
	rows := slices.Concat(w.Overwritten.Evidence, w.Elsewhere.Evidence)
	if len(rows) == 0 {
		return nil
	}
	t := &Table{Head: []string{"partition", "is", "target"}, Right: []bool{false, true, true}}
	t.More = w.Overwritten.Count() + w.Elsewhere.Count() - len(rows)
	if len(rows) > fullTable {
		t.More += len(rows) - shortTable
		rows = rows[:shortTable]
	}
	for _, e := range rows {
		t.Rows = append(t.Rows, []string{partitionsLabel(e.Topic, []int32{e.Partition.Partition}), position(e.Read),
			position(e.To)})
	}
	return t.narrow()
}

// watchLine is what is seen of the group now: no consumer, who came back and when, how far behind it is.
func watchLine(s reset.Story, v timeFormat) Line {
	w := s.Request.Watch
	if w == nil || w.Overwrote() || w.Why == reset.WatchNoConsumers {
		return nil
	}
	if end := watchEnds[w.Why].card; end != nil && w.Why != reset.WatchCaughtUp {
		return end(*w, v, text.Duration(w.Ended.Sub(w.Since)))
	}
	switch {
	case w.First == nil && w.Checked.IsZero():
		return say("👀 No consumer yet")
	case w.Why == reset.WatchGone:
		return say("👀 No client has committed since (", v.exact(w.Checked), ")")
	case w.First == nil:
		return say("👀 No consumer yet, not overwritten (", v.exact(w.Checked), ")")
	}
	l := say("👀 ", consumersBack(w.First.ClientID, w.First.Host, w.First.Members), " back, seen since ",
		v.exact(w.First.At), progress(w.Resumed, w.Empty, w.Parts))
	if len(w.Lags) > 0 && w.Why != reset.WatchCaughtUp {
		l = say(l, "; lag ", lagTrend(w.Lags, v))
	}
	return l
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
		return "; nothing left to read on " + all
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
	},
	reset.WatchNoConsumers: {
		thread: func(e entry) Line {
			return say(strong("No consumer came back"), " in ", e.after(), e.lag(), ". Was it started? ",
				mentionPerson(e.request.Actor))
		},
	},
	reset.WatchNewer: {
		card: func(w reset.Watch, v timeFormat, after string) Line {
			return say(name(w.By), " has reset the group again (", v.clock(w.Ended), ")")
		},
		thread: func(e entry) Line {
			return say(cmp.Or(e.Facts["by"], "Another request"),
				" has reset the group again: this reset is no longer watched.")
		},
	},
	reset.WatchCluster: {
		card: func(w reset.Watch, v timeFormat, after string) Line {
			return say("The cluster is no longer configured (", v.clock(w.Ended), "): no longer watched")
		},
		thread: func(e entry) Line {
			return say(cmp.Or(e.Facts["cluster"], "The cluster"),
				" is no longer configured: the group is no longer watched.")
		},
	},
	reset.WatchTimeout: {
		card: func(w reset.Watch, v timeFormat, after string) Line {
			return say("Not caught up after ", after, ": no longer watched")
		},
		thread: func(e entry) Line {
			return say("Not caught up after ", e.after(), e.lag(), ". It is no longer watched.")
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
	return ", lag " + text.WithCommas(n)
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
