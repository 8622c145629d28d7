package words

import (
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// doneCard is a reset that was applied, and what was seen of the group since: the newest fact first.
func doneCard(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	c.Lines = newestLines(c, s, v)
	c.Lines = append(c.Lines, verifiedLine(s, v), doneEffect(r))
	c.Lines = append(c.Lines, restart(s)...)
	if now := watchLine(s, v); now != nil {
		c.Lines = append(c.Lines, now)
	}
	c.Lines = append(c.Lines, askedAndAgreed(s, v))
	c.Buttons = one(undoButton(r))
	start := startEntry(r)
	if phaseOf(s) == phaseOverwritten {
		c.Buttons = append(c.Buttons, retryButton(r, "Try again"))
	}
	if len(restart(s)) > 0 {
		start = nil // it is on the card
	}
	c.Menu = menu(partitions(r), start, looks(s))
}

// verifiedLine is what was read back, and where else it landed than asked.
func verifiedLine(s reset.Story, v timeFormat) Line {
	r := s.Request
	in, _ := r.Intent()
	e := r.Actual()
	n := text.Counted(e.Partitions, "partition")
	at := text.WithCommas(e.Partitions - s.Misses)
	switch {
	case r.Outcome == reset.Overtaken:
		return say("Kafka accepted all ", n, missedLine(s))
	case phaseOf(s) == phaseDone:
		return say(strong(at+" of "+n+" verified "+place(in, v)), missedLine(s), doneAt(r, v))
	}
	return say(at, " of ", n, " verified ", place(in, v), missedLine(s), doneAt(r, v))
}

// newestLines are what has become of an applied reset: caught up, overwritten, without consumers.
func newestLines(c *Content, s reset.Story, v timeFormat) []Line {
	r := s.Request
	in, _ := r.Intent()
	var lines []Line
	w := r.Watch
	switch phaseOf(s) {
	case phaseOverwritten:
		if r.Outcome == reset.Overtaken {
			lines = append(lines, say(strong(strayedSince(s)+" when read back"), ": another client commits to ", in.Group))
			c.Table = evidenceTable(s)
			break
		}
		lines = append(lines, say(strong(overwrittenBy(w.OverwrittenBy)), ": ", strayed(w.Overwritten), ". ",
			overwriter(w.OverwrittenBy, s)))
		c.Details = append(c.Details, noGroup)
	case phaseCaughtUp:
		lines = append(lines, say(strong("Caught up"), " ", v.clock(w.CaughtUp), ", ",
			text.Duration(w.Ended.Sub(w.Since)), " after the reset", onlyMarkers(w.Markers)))
	case phaseNoConsumer:
		lines = append(lines, say(strong("No consumer came back in "+text.Duration(w.Ended.Sub(w.Since))),
			". Was ", in.Group, " started?"))
	default: // the result is the newest fact
	}
	if w != nil && w.Elsewhere.Count() > 0 {
		lines = append(lines, say(warningSign, strong(text.Counted(w.Elsewhere.Count(), "partition")+
			" resumed elsewhere"), ": ", strayed(w.Elsewhere)))
		c.Details = append(c.Details, say(whyElsewhere))
	}
	if turned := forwardLine(s); turned != nil {
		lines = append(lines, turned)
		c.Details = append(c.Details, say("Retention had deleted the messages before; ", in.Group,
			" goes on at earliest, further ahead than it was."))
	}
	if a := s.Attempt; a != nil && a.ExtraParts > 0 {
		lines = append(lines, say(warningSign, text.Counted(a.ExtraParts, "partition"),
			" added after the plan: unchanged"))
	}
	if c.Table == nil && w != nil {
		c.Table = strayTable(*w)
	}
	return lines
}

// restart is the command that starts the consumers, as long as none was seen.
func restart(s reset.Story) []Line {
	r := s.Request
	if w := r.Watch; r.Ruling.Start == "" || w != nil && (w.First != nil || w.Overwrote()) ||
		r.Outcome == reset.Overtaken {
		return nil
	}
	return []Line{say("▶️ ", code(r.Ruling.Start))}
}

// undoneCard is a reset of which nothing is left.
func undoneCard(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	c.Lines = []Line{say(strong("The offsets before it are restored"), ": ", code("show "+r.UndoneBy)),
		say("Applied before", doneAt(r, v), ": ", scopeOf(s), place(intentOf(r), v))}
	if r.Settled != nil {
		c.Lines[1] = say("Ended before", doneAt(r, v), ": ", outcomes[r.Outcome])
	}
	c.Lines = append(c.Lines, askedAndAgreed(s, v))
	c.Menu = menu(partitions(r), looks(s))
}

func scopeOf(s reset.Story) Line {
	if on := scope(intentOf(s.Request), s.Topics); on != "" {
		return say(name(on), " ")
	}
	return nil
}

// strayedSince counts the partitions that were written and have left their target since, by their state.
func strayedSince(s reset.Story) string {
	var words []string
	if n := s.States[reset.WriteMoved]; n > 0 {
		words = append(words, text.Counted(n, "partition")+" had moved on")
	}
	if n := s.States[reset.WriteUnchanged]; n > 0 {
		words = append(words, text.Counted(n, "partition")+" "+wasWere(n)+" where "+itThey(n)+" had been before")
	}
	return strings.Join(words, " and ")
}

func itThey(n int) string {
	if n == 1 {
		return "it"
	}
	return "they"
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
	return say(warningSign, strong("No rewind on "+text.Counted(s.Ahead, "partition")), ": ",
		text.List(words, maxSpots))
}

func doneAt(r reset.Request, v timeFormat) Line {
	if r.EndedAt.IsZero() {
		return nil
	}
	return say(" (", v.exact(r.EndedAt), ")")
}

// blockingCard is an outcome that blocks the group until a person decides, or that a person has accepted.
func blockingCard(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	in, _ := r.Intent()
	if r.Settled != nil {
		c.Lines = []Line{say("Accepted by ", person(r.Settled.By), " (", v.clock(r.Settled.At), "): ",
			quoted(r.Settled.Why))}
	}
	if r.Outcome == reset.OutcomeUnknown {
		c.Lines = append(c.Lines, say(strong("Kafka's answer was lost"), ": ", countStates(s)))
	} else {
		c.Lines = append(c.Lines, say(strong(countStates(s))))
	}
	for _, l := range []Line{causeLine(r), rollbackLine(r)} {
		if l != nil && r.Settled == nil {
			c.Lines = append(c.Lines, l)
		} else if l != nil {
			c.Details = append(c.Details, l)
		}
	}
	if r.Settled == nil {
		c.Lines = append(c.Lines, say("Other resets of ", name(in.Group), " are blocked until you undo or accept."))
		c.Buttons = []Button{undoButton(r), {Verb: "settle", Ref: ref(r), Label: "Accept as is",
			Typed: "settle " + r.ID + ` "why"`}}
	}
	c.Lines = append(c.Lines, lateLines(c, r, v)...)
	c.Table = evidenceTable(s)
	c.Details = append(c.Details, partLine(r))
	c.Lines = append(c.Lines, askedAndAgreed(s, v))
	c.Menu = menu(partitions(r), looks(s))
}

// failedCard is a write after which the offsets are as before.
func failedCard(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	n := text.Counted(r.Effect.Partitions, "partition")
	switch {
	case r.Outcome == reset.RolledBack:
		c.Lines = []Line{say(strong("A part was written and rolled back"), ": all ", n, " are where they were before")}
	case r.Late != nil:
		c.Lines = []Line{say(strong("Kafka's answer was lost"), ": all ", n, " were unchanged when read ",
			v.exact(r.Late.First), " and ", v.exact(r.Late.Second))}
	// only the readings are known, not what happened in between
	case r.Problem != nil && r.Problem.Code == reset.ProblemLost:
		c.Lines = []Line{say(strong("Kafka's answer was lost"), ": all ", n, " were unchanged when read twice")}
		c.Lines = append(c.Lines,
			say("Either nothing was written, or consumers have read on to the same offsets since"))
	default:
		c.Lines = []Line{refusedWhole(s, n)}
	}
	if l := causeLine(r); l != nil {
		c.Lines = append(c.Lines, l)
	}
	if l := rollbackLine(r); l != nil {
		c.Lines = append(c.Lines, l)
	}
	c.Lines = append(append(c.Lines, lateLines(c, r, v)...), briefEffect(s, v))
	c.Lines = append(c.Lines, askedAndAgreed(s, v))
	c.Buttons = one(retryButton(r, "Try again"))
	c.Menu = menu(partitions(r), looks(s))
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
	p := s.Request.Problem
	if moved := s.States[reset.WriteMoved]; moved > 0 {
		return say(strong("Not applied: Kafka rejected the commit"), " on all ", all, ". Other clients have moved ",
			text.WithCommas(moved), " of them since.")
	}
	if p == nil || p.Got == "" {
		return say(strong("Not applied: no request was sent"), "; all ", all, " are unchanged")
	}
	return say(strong("Not applied: Kafka rejected the commit"), "; all ", all, " are unchanged")
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
	"UNKNOWN_TOPIC_OR_PARTITION":   "The topic or partition no longer exists.",
	"OFFSET_METADATA_TOO_LARGE":    "The saved metadata is longer than the brokers accept.",
	"COORDINATOR_NOT_AVAILABLE":    "The group's coordinator is not available.",
	"COORDINATOR_LOAD_IN_PROGRESS": "The group's coordinator is still loading.",
	"NOT_COORDINATOR":              "The group's coordinator was moving.",
}

// countStates counts the partitions by state: "7 partitions written, 4 unchanged and 1 moved on".
func countStates(s reset.Story) string {
	var words []string
	for _, st := range []reset.WriteState{reset.WriteAtTarget, reset.WriteUnchanged, reset.WriteMoved,
		reset.WriteUnread, ""} {
		if n := s.States[st]; n > 0 {
			of := text.WithCommas(n)
			if len(words) == 0 {
				of = text.Counted(n, "partition")
			}
			words = append(words, of+" "+writeStates[st])
		}
	}
	if len(words) == 0 {
		return "offsets at neither place"
	}
	return text.List(words, 5)
}

func firstTime(ts ...time.Time) time.Time {
	for _, t := range ts {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}
