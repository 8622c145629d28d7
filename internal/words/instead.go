package words

import (
	"slices"
	"strings"
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

// oneGroupLine says which groups a pattern or a list of names is, and which of the names none of them is.
func oneGroupLine(p *reset.Problem) Line {
	l := say("One group per reset. Visible matches of ", quotedOr(p.Got, "this"), ": ", text.List(p.Names, 10), ".")
	var none []string
	for _, part := range strings.Split(p.Got, ",") {
		if part != "" && !slices.ContainsFunc(p.Names, func(name string) bool { return reset.Matches(part, name) }) {
			none = append(none, part)
		}
	}
	if len(none) > 0 {
		l = say(l, " Not found or not visible: ", text.List(none, 10), ".")
	}
	return l
}
