package words

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"strconv"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// lateCard is the card of a write whose answer was lost, and that arrived after the offsets had been read unchanged.
func lateCard(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	in, _ := r.Intent()
	e := r.Actual()
	c.Lines = []Line{
		say(strong("The write landed late"), ": ", text.WithCommas(e.Partitions-s.Misses), " of ",
			text.Counted(e.Partitions, "partition"), " verified ", place(in, v), missedLine(s), " (",
			v.exact(r.Late.Landed), ")"),
		doneEffect(r)}
	if r.Late.Gap {
		c.Lines = append(c.Lines, say("Not read for a while: consumers may have committed the same offsets."))
	}
	c.Details = append(c.Details, say("Kafka's answer had been lost", kafkaSaid(lostAnswer(r)), ". ",
		firstReadings(r.Late, v)))
	c.Lines = append(c.Lines, askedAndAgreed(s, v))
	c.Buttons = one(undoButton(r))
	c.Menu = menu(partitions(r), startEntry(r), looks(s))
}

func lostAnswer(r reset.Request) string {
	// one partition's answer was lost, others were rejected
	if r.Problem == nil || r.Problem.Code != reset.ProblemLost {
		return ""
	}
	return r.Problem.Got
}

// firstReadings are the readings before a write arrived.
func firstReadings(l *reset.LateWatch, v timeFormat) Line {
	was := string(l.Was)
	switch l.Was {
	case reset.Unchanged:
		was = "as before"
	case reset.PartiallyApplied:
		was = "at the target on some partitions"
	case reset.OutcomeUnknown:
		was = "at neither place"
	case reset.Verified, reset.Overtaken, reset.AppliedLate, reset.RolledBack: // an answer that came said so
	}
	return say("The offsets were ", was, " when read ", v.exact(l.First), " and ",
		v.exact(l.Second), ".")
}

// lateLines say whether a lost write may still arrive, and the result of the watch for it.
func lateLines(c *Content, r reset.Request, v timeFormat) []Line {
	l := r.Late
	if l == nil {
		return nil
	}
	var lines []Line
	if l.Open() {
		lines = append(lines, say(strong("The write may still land"), " until ", v.clock(l.Until),
			" while no consumer runs; this card is corrected then"))
	} else if row, ok := lateEnds[l.Why]; ok {
		lines = append(lines, row.card(l, v))
	}
	if l.Moved && l.Why != reset.LateLanded {
		c.Details = append(c.Details, say("Others have moved the offsets since: ", code("lag "+intentOf(r).Group),
			" reads them now."))
	}
	return lines
}

// lateEnds says how the watch for a lost write ended: on the card and in its thread; nil where another line says it.
var lateEnds = map[reset.LateEnd]struct {
	card   func(l *reset.LateWatch, v timeFormat) Line
	thread func(e entry) Line
}{
	reset.LateLanded: { // in the thread: EvLanded
		card: func(l *reset.LateWatch, v timeFormat) Line {
			return say("The write landed late: seen ", v.exact(l.Landed), ". ", firstReadings(l, v))
		},
	},
	reset.LateTime: {
		card: func(l *reset.LateWatch, v timeFormat) Line {
			if l.Moved { // a commit of others looks like the write, so neither is known
				return say("Other clients moved the offsets: not known whether the write landed (read until ",
					v.clock(l.Ended), ")")
			}
			return say("The write has not landed (read until ", v.clock(l.Ended), ")")
		},
		thread: func(e entry) Line {
			if l := e.request.Late; l != nil && l.Moved {
				return say("Others moved the offsets, so it is not known whether the write whose answer was lost has landed. The bot no longer looks for it.")
			}
			return say("The write whose answer was lost did not land. The bot no longer looks for it.")
		},
	},
	reset.LateMember: {
		card: func(l *reset.LateWatch, v timeFormat) Line {
			if l.Moved {
				return say("Other clients moved the offsets before consumers came back (", v.exact(l.Ended),
					"): not known whether the write landed")
			}
			return say("Not landed before consumers came back (", v.exact(l.Ended),
				"); from then on it looks like their commits")
		},
		thread: func(e entry) Line {
			return say("Consumers came back: from now on a late write cannot be told apart from their commits.")
		},
	},
	reset.LateUnread: {
		card: func(l *reset.LateWatch, v timeFormat) Line {
			return say("The offsets could not be read until ", v.clock(l.Ended), ": not known whether the write landed")
		},
		thread: func(e entry) Line {
			return say("The offsets could not be read: whether the write landed late is not known. ",
				mentionPerson(e.request.Actor))
		},
	},
	reset.LateNewer: {
		card: func(l *reset.LateWatch, v timeFormat) Line {
			return say(name(l.By), " has written the same offsets since: a late write makes no difference")
		},
		thread: func(e entry) Line {
			return say(cmp.Or(e.Facts["by"], "Another request"),
				" has written the same offsets: a late write no longer makes a difference.")
		},
	},
	reset.LateCluster: {
		card: func(l *reset.LateWatch, v timeFormat) Line {
			return say("The cluster is no longer configured: not known whether the write landed after ",
				v.clock(l.Ended))
		},
		thread: func(e entry) Line {
			return say(cmp.Or(e.Facts["cluster"], "The cluster"),
				" is no longer configured: the bot no longer looks for a late write.")
		},
	},
}

// landedLine says that a write whose answer was lost was applied, and what had been reported before.
func landedLine(e entry) Line {
	outcome := reset.Outcome(e.Facts["outcome"])
	if outcome == reset.AppliedLate {
		outcome = reset.Verified
	}
	return say(strong("The write whose answer was lost has landed"), ": ", outcomes[outcome], ". Reported before: ",
		outcomes[reset.Outcome(e.Facts["was"])], ". ", mentionPerson(e.request.Actor))
}

func lateEndLine(e entry) Line {
	if end := lateEnds[reset.LateEnd(e.Facts["why"])].thread; end != nil {
		return end(e)
	}
	return say("The bot no longer looks for a late write.")
}

// readTwice are the times at which the offsets were read after a lost answer.
func readTwice(e entry) Line {
	first, err := time.Parse(time.RFC3339, e.Facts["first"])
	if err != nil {
		return nil
	}
	second, err := time.Parse(time.RFC3339, e.Facts["second"])
	if err != nil {
		return nil
	}
	return say(", read ", e.times.exact(first), " and ", e.times.exact(second))
}

// rollbackLine says why a part that was written could not be rolled back, and who was in the group.
func rollbackLine(r reset.Request) Line {
	if r.Problem == nil || r.Problem.Rollback == nil {
		return nil
	}
	b := r.Problem.Rollback
	l := say(strong("It could not be rolled back"), ": ", code(text.Clip(b.Got, 200)), ". ", answers[b.Got])
	if n := len(b.Members); n > 0 {
		l = say(l, " ", text.Counted(n, "consumer"), " ", wasWere(n), " in the group: ", members(b.Members), ".")
	}
	return l
}

// StatesFile is the name of the file with each partition's state after a failed write.
func StatesFile(r reset.Request) string { return r.ID + "-stands.csv" }

// StatesCSV is the state of each partition of an attempt, as it was last read, with Kafka's answer. Its first line
// names the columns: it is for people, not for Kafka's tool.
func StatesCSV(writes []reset.Write) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	// a buffer takes everything
	_ = w.Write([]string{"topic", "partition", "before", "target", "read", "stands", "kafka"})
	for _, x := range writes {
		read := plainPosition(x.Read)
		if x.ReadState == reset.WriteUnread || x.ReadState == "" {
			read = ""
		}
		_ = w.Write([]string{x.Topic, strconv.Itoa(int(x.Partition)), plainPosition(x.From), plainPosition(x.To), read,
			writeStates[x.ReadState], answer(x.Result)})
	}
	w.Flush()
	return b.Bytes()
}

// plainPosition is a position for programs.
func plainPosition(p reset.Position) string {
	if p.None {
		return "none"
	}
	return strconv.FormatInt(p.Offset, 10)
}
