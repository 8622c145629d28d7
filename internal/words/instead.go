package words

import (
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// mostLines bounds the lines to copy of a question.
const mostLines = 5

// insteadLines are what may have been meant, as lines to copy: the buttons beside them do the same. Of a group that is
// not there, or of a time in the future, the problem has been said.
func insteadLines(r reset.Request) []Line {
	var lines []Line
	if p := r.Problem; p != nil && p.Code == reset.ProblemAmbiguous {
		lines = append(lines, oneGroupLine(p))
	}
	for _, o := range r.Options[:min(mostLines, len(r.Options))] {
		if typed := optionLine(o); typed != "" {
			lines = append(lines, say(code(typed)))
		}
	}
	return lines
}

// optionLine is an option as the whole line that asks for it.
func optionLine(o reset.Option) string {
	line := retyped(o.Intent)
	t, timed := o.Intent.Target.(reset.Time)
	switch {
	case line == "":
		return ""
	case !o.At.IsZero():
		return "at " + o.At.UTC().Format(time.RFC3339) + " -- " + line
	case timed && t.Future:
		return line + " --future"
	}
	return line
}

func oneGroupLine(p *reset.Problem) Line {
	return say("One group at a time: ", quotedOr(p.Got, "this"), " is ", text.Counted(len(p.Names), "group"),
		" that you may view: ", text.List(p.Names, 10), ". Which one?")
}
