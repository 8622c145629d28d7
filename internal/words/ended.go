package words

import (
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// endedBy is the event that brings a request into a state in which it was never written. It holds only the states that
// people or the deadline lead to.
//
//exhaustive:ignore
var endedBy = map[reset.State]reset.Event{
	reset.Rejected:  reset.EvRejected,
	reset.Cancelled: reset.EvCancelled,
	reset.Expired:   reset.EvExpired,
}

// endedCard is a request that was never written.
func endedCard(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	c.Lines = endedLines(s, v)
	_, move := r.Intent()
	_, saves := r.Act.(reset.SaveSchedule)
	switch {
	case !move && !saves:
		c.Lines = append(c.Lines, say(text.Capital(actPhrase(s, v, withUTC))))
	case r.Effect.Partitions > 0:
		c.Lines = append(c.Lines, briefEffect(s, v))
	case r.State != reset.Refused:
		c.Lines = append(c.Lines, say(text.Capital(actPhrase(s, v, withUTC))))
	}
	if in, _ := r.Intent(); in.Reason != "" || r.State != reset.Refused {
		c.Lines = append(c.Lines, askerLine(r))
	}
	c.Foot = []Line{contextLine(s, say("Nothing was changed"))}
	if r.State == reset.Expired && r.Digest != "" && (move || saves) {
		c.Buttons = one(retryButton(r, "Ask again"))
	}
	c.Menu = menu(partitions(r), looks(s))
}

// endedLines are who or what ended it, and why.
func endedLines(s reset.Story, v timeFormat) []Line {
	r := s.Request
	by := lastOf(s.Entries, endedBy[r.State])
	if left := lastOf(s.Entries, reset.EvSkipped); r.State == reset.Cancelled && by == nil {
		by = left
	}
	switch r.State {
	case reset.Expired:
		return expiredLines(s, v)
	case reset.Refused:
		if p := r.Problem; p != nil && p.Code == reset.ProblemDenied && r.Asked {
			return []Line{denialOf(p, say(person(r.Actor)))}
		}
		return refusal(s)
	default:
		lines := []Line{say(strong(text.Capital(states[r.State])), byWhom(by), when(by, v), because(by))}
		if r.Problem != nil && slices.Contains(toldAtEnd, r.Problem.Code) {
			lines = append(lines, problemLines(r.Problem)...)
		}
		return lines
	}
}

// toldAtEnd are the problems that ended a request for a reason of its own, which its card shows.
var toldAtEnd = []reset.ProblemCode{reset.ProblemClusterGone, reset.ProblemSameKafka, reset.ProblemLifted}
