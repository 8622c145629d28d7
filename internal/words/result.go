package words

import (
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// applied is the result, and how it differs from what was approved.
func applied(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	in, _ := r.Intent()
	c.Status = status(r, "done")
	e := r.Actual()
	n := text.Counted(e.Partitions, "partition")
	if r.Outcome == reset.Overtaken {
		c.Status = status(r, "done, and moved on")
		c.Lines = append(c.Lines, say("Kafka accepted all ", n, ", but ", strayedSince(s),
			" when they were read back: another client commits to ", in.Group, "."))
		if s.Misses > 0 {
			c.Lines = append(c.Lines, say("Written: ", text.WithCommas(e.Partitions-s.Misses), " of ", n, " ",
				place(in, v), missedLine(s), "."))
		}
		c.Table = evidenceTable(s)
	} else {
		at := e.Partitions - s.Misses
		c.Lines = append(c.Lines, say(strong(text.WithCommas(at)+" of "+n+" "+isAreText(int64(at))+" "+place(in, v)),
			missedLine(s), readBack(e, s), doneAt(r, v), "."))
	}
	if turned := forwardLine(s); turned != nil {
		c.Warnings = append(c.Warnings, turned)
	}
	c.Lines = append(c.Lines, writtenEffectLine(r, e, s.Misses > 0))
	if a := s.Attempt; a != nil && a.ExtraParts > 0 {
		c.Warnings = append(c.Warnings, say(text.Counted(a.ExtraParts, "partition"),
			" added after the plan: left alone."))
	}
	c.Lines = append(c.Lines, say("Asked by ", askedBy(r), reason(in), ". ", agreed(s, v)))
	if r.UndoneBy != "" {
		c.Lines = append(c.Lines, say(strong("Taken back by "+r.UndoneBy), ": ", code("show "+r.UndoneBy), "."))
	}
	c.Hints = append(startHints(r.Ruling), runbook(r.Ruling)...)
	c.Buttons = undoButtons(s)
	watched(c, s, v)
}

// strayedSince counts the partitions that were written and have left their target since, by their state.
func strayedSince(s reset.Story) string {
	var words []string
	if n := s.States[reset.WriteMoved]; n > 0 {
		words = append(words, text.WithCommas(n)+" had moved on")
	}
	switch n := s.States[reset.WriteUnchanged]; {
	case n == 1:
		words = append(words, "1 was back where it had been before")
	case n > 1:
		words = append(words, text.WithCommas(n)+" were back where they had been before")
	}
	return strings.Join(words, " and ")
}

// maxSpots is how many partitions a sentence names.
const maxSpots = 3

// missedLine names the partitions that ended elsewhere than asked: "; orders-0 is at 400, 300 messages were deleted
// by retention".
func missedLine(s reset.Story) string {
	var words []string
	for _, st := range s.Missed {
		words = append(words, partitionsLabel(st.Topic, []int32{st.Partition})+" is at "+position(st.To)+whyMissed(st))
	}
	for len(words) < s.Misses {
		words = append(words, "")
	}
	switch {
	case len(words) == 0:
		return ""
	case len(words) > maxSpots:
		return "; " + strings.Join(words[:maxSpots], "; ") + "; and " + text.Counted(len(words)-maxSpots, "partition") +
			" elsewhere"
	}
	return "; " + strings.Join(words, "; ")
}

// readBack ends the sentence about the result.
func readBack(e reset.Effect, s reset.Story) string {
	if s.Misses > 0 {
		return ". All " + text.Counted(e.Partitions, "partition") + " were read back"
	}
	return " and " + wasWere(e.Partitions) + " read back"
}

// whyMissed says why a partition is not at the requested offset.
func whyMissed(st reset.Step) string {
	if why := hows[st.How].missed; why != nil {
		return why(st)
	}
	return ""
}

func wasWere[N int | int64](n N) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

// forwardLine says so when a reset that was asked for as a rewind moved partitions forward, which no count of
// messages shows: what is before the log start is deleted and cannot be skipped.
func forwardLine(s reset.Story) Line {
	in, _ := s.Request.Intent()
	planned := s.Request.Effect
	shift, isShift := in.Target.(reset.Shift)
	rewind := planned.Replay > 0 && planned.Skip == 0 || isShift && shift.By < 0
	if s.Ahead == 0 || !rewind {
		return nil
	}
	var words []string
	for _, st := range s.Forward {
		words = append(words, partitionsLabel(st.Topic, []int32{st.Partition})+" from "+position(st.From)+" to "+
			position(st.To))
	}
	for len(words) < s.Ahead {
		words = append(words, "")
	}
	return say(strong("Not a rewind on "+text.Counted(s.Ahead, "partition")), ": ", text.List(words, maxSpots), ". ",
		"Retention had deleted the messages before; ", in.Group,
		" goes on at the log-start offset, further ahead than it was.")
}

func doneAt(r reset.Request, v timeFormat) Line {
	if r.EndedAt.IsZero() {
		return nil
	}
	return say(" (", v.exact(r.EndedAt), ")")
}

// writtenEffectLine is the effect of what was written, with what changed since the preview.
func writtenEffectLine(r reset.Request, done reset.Effect, missed bool) Line {
	if unknown := unknownStart(r); unknown != nil {
		return unknown
	}
	tell := func(verb string, planned, is int64, why string) string {
		switch {
		case is == 0 && planned == 0:
			return verb + " none"
		case is == 0:
			return verb + " none (previewed: at most " + text.WithCommas(planned) + ")"
		case is > planned:
			return verb + " at most " + records(is) + " (" + text.WithCommas(is-planned) + " more than previewed" +
				why + ")"
		case is < planned:
			return verb + " at most " + records(is) + " (" + text.WithCommas(planned-is) + " fewer than previewed)"
		}
		return verb + " at most " + records(is)
	}
	why := ": the group had gone on" // with a fixed target, nothing else makes a rewind longer
	if missed {
		why = ""
	}
	return say(tell("Replays", r.Effect.Replay, done.Replay, why), ". ", tell("Skips", r.Effect.Skip, done.Skip, ""),
		".")
}

func undoButtons(s reset.Story) []Button {
	if s.Request.UndoneBy != "" {
		return nil
	}
	return []Button{{Verb: "undo", Ref: ref(s.Request), Label: "Undo", Typed: "undo " + s.Request.ID}}
}

// failed says what is known of the offsets, and never more.
func failed(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	in, _ := r.Intent()
	n := text.Counted(r.Effect.Partitions, "partition")
	switch r.Outcome {
	case reset.PartiallyApplied:
		c.Status = status(r, "partly written")
		c.Lines = append(c.Lines, say(strong("A part was written and a part was not"), ": ", countStates(s), "."))
	case reset.OutcomeUnknown:
		c.Status = status(r, "unclear")
		c.Lines = append(c.Lines, say(strong("What was written cannot be known"),
			": an answer of Kafka was lost, and reading shows ", countStates(s), "."))
	case reset.RolledBack:
		c.Status = status(r, "failed, put back")
		c.Lines = append(c.Lines, say(strong("Nothing is changed any more"),
			": what had been written was put back, and all ", n, " were read back where they had been."))
	case reset.AppliedLate:
		landedLate(c, s, v)
		c.Lines = append(c.Lines, askLine(s, v))
		return
	default:
		if r.Late != nil {
			asBefore(c, s, v)
			c.Lines = append(c.Lines, askLine(s, v))
			c.Buttons = []Button{retryButton(r, "Try again")}
			return
		}
		// only the readings are known, not what happened in between
		if r.Problem != nil && r.Problem.Code == reset.ProblemLost {
			c.Status = status(r, "failed, offsets as before")
			c.Lines = append(c.Lines, say(strong("The offsets are where they were before"), ": all ", n,
				" were read back twice there, after an answer of Kafka was lost. ",
				"Either nothing was written, or consumers have read on to the same place since."))
			break
		}
		c.Status = status(r, "failed, nothing changed")
		c.Lines = append(c.Lines, refusedWhole(s, n))
	}
	for _, l := range []Line{causeLine(r), rollbackLine(r)} {
		if l != nil {
			c.Lines = append(c.Lines, l)
		}
	}
	c.Lines = append(append(c.Lines, lateLines(r, v)...), askLine(s, v))
	if !r.Outcome.Blocks() {
		c.Buttons = []Button{retryButton(r, "Try again")}
		return
	}
	c.Table = evidenceTable(s)
	c.Lines = append(c.Lines, partLine(r), afterwards(s, v))
	if r.Settled == nil {
		c.Warnings = append(c.Warnings, say("No other reset of ", in.Group,
			" is written until somebody has undone this one or accepted it."))
		c.Buttons = append(undoButtons(s), Button{Verb: "settle", Ref: ref(r), Label: "Accept as is", Style: "danger",
			Typed: "settle " + r.ID + ` "why"`})
	}
}

// partLine is the effect of the part that was written: the request has the whole.
func partLine(r reset.Request) Line {
	e := reset.Effect{}
	if r.Written != nil {
		e = *r.Written
	}
	return say("Written as far as is known: ", text.Counted(e.Partitions, "partition"), ", ", plainBrief(e), ".")
}

// refusedWhole says that Kafka rejected everything, and what was read: other clients may have moved partitions since.
func refusedWhole(s reset.Story, all string) Line {
	if moved := s.States[reset.WriteMoved]; moved > 0 {
		return say(strong("Nothing was written"), ": Kafka rejected the commit on all ", all, ". ",
			text.WithCommas(moved), " of them had been moved by others when they were read back.")
	}
	if p := s.Request.Problem; p == nil || p.Got == "" {
		return say(strong("Nothing was written"), ": the bot sent no request, and all ", all,
			" were read back where they had been.")
	}
	return say(strong("Nothing was written"), ": Kafka rejected the commit, and all ", all,
		" were read back where they had been.")
}

// causeLine is Kafka's reason for a failure, with what to do about the usual ones.
func causeLine(r reset.Request) Line {
	p := r.Problem
	if p == nil || p.Got == "" {
		return nil
	}
	at := ""
	if p.Topic != "" {
		at = " on " + partitionsLabel(p.Topic, p.Parts)
	}
	if p.Code == reset.ProblemLost {
		return say("Instead of an answer: ", code(text.Clip(p.Got, 100)), ".")
	}
	l := say("Kafka answered ", code(text.Clip(p.Got, 100)), at, ".")
	if advice := answers[p.Got]; advice != "" {
		l = say(l, " ", advice)
	}
	return l
}

// answers explains Kafka's errors that say little (the most frequent one is the first).
var answers = map[string]string{
	"UNKNOWN_MEMBER_ID":            "A consumer was in the group.",
	"UNKNOWN_SERVER_ERROR":         "The broker's log has the reason.",
	"REBALANCE_IN_PROGRESS":        "Consumers were joining the group.",
	"TOPIC_AUTHORIZATION_FAILED":   "The bot's Kafka user needs READ on the topic.",
	"GROUP_AUTHORIZATION_FAILED":   "The bot's Kafka user needs READ on the group.",
	"UNKNOWN_TOPIC_OR_PARTITION":   "The topic or partition is no more.",
	"OFFSET_METADATA_TOO_LARGE":    "The saved metadata is longer than the brokers accept.",
	"COORDINATOR_NOT_AVAILABLE":    "The group's coordinator is not up.",
	"COORDINATOR_LOAD_IN_PROGRESS": "The group's coordinator is still loading.",
	"NOT_COORDINATOR":              "The group's coordinator was moving.",
}

// countStates counts the partitions by state: "7 written, 4 unchanged, 1 moved on".
func countStates(s reset.Story) string {
	var words []string
	for _, st := range []reset.WriteState{reset.WriteAtTarget, reset.WriteUnchanged, reset.WriteMoved,
		reset.WriteUnread, ""} {
		if n := s.States[st]; n > 0 {
			words = append(words, text.WithCommas(n)+" "+writeStates[st])
		}
	}
	if len(words) == 0 {
		return "offsets at neither place"
	}
	return text.List(words, 5)
}

func afterwards(s reset.Story, v timeFormat) Line {
	r := s.Request
	switch {
	case r.Settled != nil:
		return say("Accepted as it is by ", person(r.Settled.By), " (", v.clock(r.Settled.At), `): "`,
			text.Clip(r.Settled.Why, 200), `"`)
	case r.UndoneBy != "":
		return say(r.UndoneBy, " takes it back.")
	}
	return say("Undo goes back to the offsets saved before it; accepting leaves them as they are.")
}

func firstTime(ts ...time.Time) time.Time {
	for _, t := range ts {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}
