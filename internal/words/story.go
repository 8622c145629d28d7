package words

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// maxEntries is how many lines of a request's history are shown: its beginning and its end.
const maxEntries = 30

// ShowOf is the whole story, for a post-mortem or for a reader who joins late: the card, and everything that
// happened, in order.
func ShowOf(s reset.Story, entries []reset.Entry) Content {
	r := s.Request
	in, _ := r.Intent()
	v := timeFormatOf(in, s.Now)
	c := CardOf(s)
	if c.Table == nil && r.State != reset.Planning {
		c.Table = planTable(s)
	}
	c.Hints, c.Details = append(c.Hints, c.Details...), nil
	skipped := len(entries) - maxEntries
	for i, e := range entries {
		switch {
		case skipped <= 0 || i < maxEntries/2 || i >= len(entries)-maxEntries/2:
			c.Lines = append(c.Lines, say(v.exact(e.At), "  ", eventLine(e, s)))
		case i == maxEntries/2:
			c.Lines = append(c.Lines, say("... ", text.Counted(skipped, "entry"), " not shown"))
		}
	}
	return c
}

// ThreadLine is the line of an event in the card's thread; false for events that the card shows or that concern one
// person only.
func ThreadLine(e reset.Entry, s reset.Story) (Line, bool) {
	switch at := events[e.Event].told; {
	case at == inThread, at == ofOthers && s.Request.Run == nil:
		return eventLine(e, s), true
	}
	return nil, false
}

// entry is an audit entry with what its sentence is made of.
type entry struct {
	reset.Entry
	story   reset.Story
	request reset.Request
	intent  reset.Intent
	who     Span
	times   timeFormat
}

func eventLine(e reset.Entry, s reset.Story) Line {
	row, ok := events[e.Event]
	if !ok {
		return say(string(e.Event)) // written by a version to come
	}
	in, _ := s.Request.Intent()
	return row.line(entry{e, s, s.Request, in, person(e.Actor), timeFormatOf(in, s.Now)})
}

// fact is a fact with the words that lead to it, and nothing where the entry does not have it.
func (e entry) fact(key, before string) string {
	if e.Facts[key] == "" {
		return ""
	}
	if n, err := strconv.ParseInt(e.Facts[key], 10, 64); err == nil {
		if verb, effect := strings.CutSuffix(before, "up to "); effect && n == 0 {
			return verb + "none"
		}
		return before + text.WithCommas(n)
	}
	return before + text.Clip(e.Facts[key], 200)
}

// number is a fact that is counted with; 0 where the entry does not have it.
func (e entry) number(key string) int {
	n, _ := strconv.Atoi(e.Facts[key])
	return n
}

// moment is a fact that is a time.
func (e entry) moment(key, before string) Line {
	t, err := time.Parse(time.RFC3339, e.Facts[key])
	if err != nil {
		return nil
	}
	return say(before, e.times.clock(t))
}

// outcome is the entry's own, or what the request ended with.
func (e entry) outcome() reset.Outcome {
	return reset.Outcome(cmp.Or(e.Facts["outcome"], string(e.request.Outcome)))
}

// after is how long after the request's end it was.
func (e entry) after() string { return text.Duration(e.At.Sub(e.request.EndedAt)) }

// effectFacts is the effect that an entry tells. Where no committed offset is left, each consumer's own setting
// decides it.
func effectFacts(e entry, before string) string {
	replay, err := strconv.ParseInt(e.Facts["replay"], 10, 64)
	skip, bad := strconv.ParseInt(e.Facts["skip"], 10, 64)
	switch {
	case err != nil || bad != nil:
		return ""
	case deletes(e.request):
		return before + "the start is left to " + startsAt(replay, skip)
	case firstOffsets(e.request):
		return before + comparedWith(replay, skip)
	}
	return e.fact("replay", before+"reprocesses up to ") + e.fact("skip", ", skips up to ")
}

func closing(e entry) string {
	if e.Facts["votes"] == "" {
		return ""
	}
	return ")"
}

func revision(e entry) string {
	if e.Revision == 0 {
		return " it"
	}
	return " revision " + text.WithCommas(e.Revision)
}

func refusedFor(e entry) string {
	if words := denials[reset.Denial(e.Facts["denial"])].brief; words != "" {
		return ": " + words
	}
	return ""
}

func voided(e entry) string {
	if e.Facts["why"] == "" {
		return ""
	}
	why := strings.TrimSuffix(e.Facts["why"], string(reset.ProblemVoided))
	p := reset.VoidedProblem(reset.VoidReason(why)).For(e.Facts["by"])
	p.Group, p.Topic = e.intent.Group, cmp.Or(e.Facts["topic"], "a topic")
	return ": " + voidReason(p)
}

func unanswered(e entry) string {
	if e.Facts["answered"] == "false" {
		return ", and an answer was lost"
	}
	return ""
}
