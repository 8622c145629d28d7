package words

import (
	"cmp"
	"slices"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

const warningSign = "⚠️ "

// warningBriefs are the warnings in a few words, for the card: the gravest first, as many as a card has room for. The
// whole sentence is in warningLines.
var warningBriefs = []struct {
	code reset.WarningCode
	line func(g warningGroup) Line
}{
	{reset.WarnQuorum, func(g warningGroup) Line {
		return say(strong("Nobody can approve this"), ": ", text.WithCommas(g.count), " of ", text.WithCommas(g.other),
			" needed approvers")
	}},
	{reset.WarnPastOpen, func(g warningGroup) Line {
		return say(strong("read_committed consumers never see " + upTo(g.count)))
	}},
	{reset.WarnLooksLike, func(g warningGroup) Line {
		return say("Looks like ", strong(g.text), ": this may change nothing")
	}},
	{reset.WarnAwaited, func(g warningGroup) Line {
		return say(strong("A write of "+text.List(g.names, 3)+" may still land"), " until ", g.times.clock(g.at))
	}},
	{reset.WarnRetention, func(g warningGroup) Line {
		return say(strong(text.Capital(upTo(g.count)) + " may be deleted within " + soon(g.text)))
	}},
	{reset.WarnBegins, func(g warningGroup) Line {
		return say(strong("Older messages are deleted"), " on ", g.on())
	}},
	{reset.WarnClampedStart, func(g warningGroup) Line {
		return say(strong(text.Capital(messages(g.count))+" are deleted"), ": goes to earliest on ", g.on())
	}},
	{reset.WarnConnector, func(g warningGroup) Line {
		return say("The Kafka Connect sink ", name(cmp.Or(text.List(g.names, 1), "NAME")), " is said to be stopped")
	}},
	{reset.WarnNoWayBack, func(g warningGroup) Line {
		return say("An undo will be refused")
	}},
	{reset.WarnMirrored, func(g warningGroup) Line {
		return say("MirrorMaker 2 may move the group forward again")
	}},
	{reset.WarnFutureDated, func(g warningGroup) Line {
		return say("Message dated ", g.times.recordDate(g.at), " on ", g.on(), ": may rewind too far")
	}},
	{reset.WarnInDoubt, func(g warningGroup) Line {
		return say("Time not found on ", g.on(), ": goes to earliest")
	}},
	{reset.WarnNoLater, func(g warningGroup) Line {
		return say("No message that late on ", g.on(), ": goes to latest")
	}},
	{reset.WarnClampedEnd, func(g warningGroup) Line {
		return say("Target beyond latest on ", g.on(), ": goes to latest")
	}},
	{reset.WarnNeverCommit, func(g warningGroup) Line {
		if firstOffsets(g.request) {
			return nil // the effect says it
		}
		return say("No committed offset on ", g.on(), ": both numbers count")
	}},
	{reset.WarnNoneAfter, func(g warningGroup) Line {
		return say("No committed offset afterwards on ", g.on())
	}},
	{reset.WarnOutsideLog, func(g warningGroup) Line {
		return say("Committed offset outside the log on ", g.on())
	}},
	{reset.WarnOpen, func(g warningGroup) Line {
		return say("Open transactions on ", g.on(), ": read_committed consumers wait")
	}},
	{reset.WarnExpires, func(g warningGroup) Line {
		return say("Kafka deletes these offsets after ", text.Duration(time.Duration(g.count)*time.Second),
			" without consumers")
	}},
	{reset.WarnCreates, func(g warningGroup) Line {
		return say("The group does not exist: this creates it", didYouMean(g.names))
	}},
	{reset.WarnAhead, func(g warningGroup) Line {
		return say("Numbers are as of now; planned again ", g.times.exact(g.at))
	}},
	{reset.WarnCompacted, func(g warningGroup) Line {
		return say("Compacted: the latest message of each key")
	}},
	{reset.WarnRemote, func(g warningGroup) Line {
		return say(text.Capital(upTo(g.count)), " in remote storage")
	}},
	{reset.WarnHidden, func(g warningGroup) Line {
		return say("Topics may be hidden by ACLs")
	}},
	{reset.WarnUnchecked, func(g warningGroup) Line {
		return say("Retention not checked on ", name(text.List(g.names, 3)))
	}},
	{reset.WarnTopicGone, func(g warningGroup) Line {
		return say("Deleted topics stay: ", name(text.List(g.names, 3)))
	}},
	{reset.WarnNewPartition, func(g warningGroup) Line {
		return say("New partitions stay: ", name(cmp.Or(g.where(), text.List(g.names, 3))))
	}},
	{reset.WarnNote, func(g warningGroup) Line {
		return noted(g.text)
	}},
}

// briefly are the warnings of a plan in a few words, the gravest first.
func briefly(s reset.Story, v timeFormat) []Line {
	var lines []Line
	if s.Blocking != "" && s.Blocking != s.Request.ID {
		lines = append(lines, say(strong("Blocked by "+s.Blocking), ", whose outcome is open: ", code("show "+s.Blocking)))
	}
	for _, row := range warningBriefs {
		for _, same := range alikeWarnings(s.Request.Warnings, row.code) {
			g := groupWarnings(same, row.code)
			g.request, g.times = s.Request, v
			if l := row.line(g); l != nil {
				lines = append(lines, l)
			}
		}
	}
	for i, l := range lines {
		lines[i] = say(warningSign, l)
	}
	return lines
}

// alikeWarnings are the warnings of one kind that are said together. Each note says something else.
func alikeWarnings(ws []reset.Warning, code reset.WarningCode) [][]reset.Warning {
	var all []reset.Warning
	var each [][]reset.Warning
	for _, w := range ws {
		if w.Code == code {
			all = append(all, w)
			each = append(each, []reset.Warning{w})
		}
	}
	switch {
	case len(all) == 0:
		return nil
	case code == reset.WarnNote:
		return each
	}
	return [][]reset.Warning{all}
}

// restWords is how many words the line has that counts the warnings a card has no room for.
const restWords = 4

// fit adds lines before the last one of a card, as many as it has room for, and counts the others: they are among the
// details.
func fit(c *Content, lines []Line) {
	last := len(c.Lines) - 1
	head, tail := slices.Clone(c.Lines[:last]), c.Lines[last:]
	for i, l := range lines {
		with := *c
		with.Lines = slices.Concat(head, []Line{l}, tail)
		room := mostWords
		if i < len(lines)-1 {
			room -= restWords
		}
		if OwnWords(with) > room {
			head = append(head, say(warningSign, text.Counted(len(lines)-i, "more warning"), ": see Partitions"))
			break
		}
		head = append(head, l)
	}
	c.Lines = append(head, tail...)
}
