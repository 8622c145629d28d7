package words

import (
	"cmp"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// PreviewOf is what only the requester sees, from the request until there is a card, and at the end.
func PreviewOf(s reset.Story) Content {
	c := CardOf(s)
	if s.Request.Asked && s.Request.State != reset.Planning {
		c.Buttons, c.Menu = nil, nil // they are on the card
	}
	return c
}

// PlanOf is what a reset would do, with every partition: for a terminal, where no approval is asked for and nothing
// is stored.
func PlanOf(s reset.Story, steps []reset.Step) Content {
	v := timeFormatOf(intentOf(s.Request), s.Now)
	c := Content{Title: "👀 PLAN · " + site(s)}
	planned(&c, s, v)
	c.Lines = append(append(c.Lines, runningLine(s)...), warnings(s, v)...)
	c.Lines = append(c.Lines, explanations(s)...)
	c.Table = nil
	if len(steps) > 0 {
		c.Table = stepTable(steps, v, 0, true)
	}
	c.Foot = []Line{say(labelOf(s), "nothing is written")}
	return c
}

// readingCard is a request without a plan.
func readingCard(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	in, _ := r.Intent()
	c.Foot = []Line{contextLine(s, asOf(r, v))}
	if !r.Asked {
		c.Lines = []Line{say("Reading ", in.Group, " and its topics")}
		return
	}
	c.Lines = []Line{say(strong("Planned again")), askerLine(r)}
	if moved := voidedLine(r); moved != nil {
		c.Lines[0] = moved
	}
	if r.Problem != nil {
		c.Lines = append(c.Lines, problemLines(r.Problem)...)
	}
	c.Buttons = one(cancelButton(r, "Cancel"))
}

// retryingCard is a request that cannot be planned yet.
func retryingCard(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	c.Lines = append(problemLines(r.Problem), say("The bot retries", until(" until ", r.Deadline, v)))
	if r.Asked {
		c.Lines = append(c.Lines, askerLine(r))
	}
	c.Foot = []Line{contextLine(s, asOf(r, v))}
	c.Buttons = []Button{retryButton(r, "Try again"), cancelButton(r, "Cancel")}
}

// questionCard asks for what the plan needs. There is no default answer.
func questionCard(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	in, _ := r.Intent()
	switch r.Question {
	case reset.AskCluster:
		c.Lines = whichCluster(r, in)
	case reset.AskTopics:
		c.Lines = []Line{say("Which topics? ", in.Group, " has committed offsets on ", topicsBehind(r.Topics), ".")}
	case reset.AskTarget:
		c.Lines = []Line{say("To what? ", in.Group, " (", groupStatus(r.Observation.Group), ") has committed offsets on ",
			topicsBehind(r.Topics), ".")}
		c.Table = topicLagTable(r.Topics)
	case reset.AskFreeze:
		c.Lines = whichFreeze(r, v)
	case reset.AskConnector:
		c.Lines = connectorLines(in.Group, connectorOf(r))
	case reset.AskDeleted:
		c.Lines = append(problemLines(r.Problem), say("The other topics can be planned without it."))
	case reset.AskAhead:
		c.Lines = aheadLines(r.Problem, v)
	case reset.AskGroup, reset.AskTopic, reset.AskLater, reset.AskSkip:
		c.Lines = insteadLines(r)
	default:
		c.Lines = []Line{say(r.Question)}
	}
	if r.Problem != nil && r.Problem.Code != reset.ProblemAmbiguous && r.Problem.Code != reset.ProblemDeleted {
		c.Lines = append(problemLines(r.Problem), c.Lines...)
	}
	if r.Asked {
		c.Lines = append(c.Lines, say(person(r.Actor), " decides."))
	}
	as := asOf(r, v)
	if _, thaw := r.Act.(reset.Thaw); thaw {
		as = nil
	}
	c.Foot = []Line{contextLine(s, as, say("Open", until(" until ", r.Deadline, v)))}
	c.Details = []Line{say(code("show "+r.ID), " brings it back.")}
	c.Buttons = choices(r)
	c.Menu = one(cancelButton(r, "Discard"))
}

// whichCluster asks for the cluster. A single one is asked for, too, where the line named another server.
func whichCluster(r reset.Request, in reset.Intent) []Line {
	names := labels(r.Options)
	if in.Server == "" {
		return []Line{say(in.Group, " exists on ", text.List(names, 4), ". Which one?")}
	}
	lines := []Line{say(code(in.Server), " is not a server of a configured cluster.")}
	if len(names) == 1 {
		return append(lines, say(in.Group, " exists on ", names[0], " only. Is it the cluster of this line?"))
	}
	return append(lines, say(in.Group, " exists on ", text.List(names, len(names)), ". Which one?"))
}

// connectorOf is the connector that a request is asked about.
func connectorOf(r reset.Request) string {
	in, _ := r.Intent()
	if r.Problem != nil && r.Problem.Got != "" {
		return r.Problem.Got
	}
	return strings.TrimPrefix(in.Group, "connect-")
}

func labels(options []reset.Option) []string {
	var names []string
	for _, o := range options {
		names = append(names, o.Label)
	}
	return names
}

// topicsBehind is the lag by topic: "orders (lag 18,204) and refunds (lag 0)".
func topicsBehind(topics []reset.TopicLag) string {
	var names []string
	for _, t := range topics {
		switch {
		case t.Err != "":
			names = append(names, t.Topic+" (could not be read: "+t.Err+")")
		default:
			names = append(names, t.Topic+" (lag "+text.WithCommas(t.Lag)+")")
		}
	}
	if len(names) == 0 {
		return "no topic"
	}
	return text.List(names, 5)
}

// voidedLine shows both numbers when a plan has left what was agreed to.
func voidedLine(r reset.Request) Line {
	if r.Before == nil {
		return nil
	}
	return say(movedLine(r), movedBecause(r), earlierApprovals(r))
}

// movedLine is what a plan does now, and what it did before it was made again.
func movedLine(r reset.Request) Line {
	b, e := *r.Before, r.Actual()
	now := func(verb string, is, was int64) string {
		return verb + " " + upToNumber(is) + " now, not " + upToNumber(was)
	}
	switch {
	case r.Unplaced() != "" && b != e:
		return say(strong("Changed"), ": it now ", effectBrief(r), ".")
	case b.Replay != e.Replay && b.Skip != e.Skip:
		return say(strong("Changed: "+now("skips", e.Skip, b.Skip)), "; ", now("reprocesses", e.Replay, b.Replay), ".")
	case b.Skip != e.Skip:
		return say(strong("Changed: "+now("skips", e.Skip, b.Skip)), ".")
	case b.Replay != e.Replay:
		return say(strong("Changed: "+now("reprocesses", e.Replay, b.Replay)), ".")
	}
	return say(strong("Planned again"), why(r), ".")
}

// movedBecause says who moved it, where the numbers alone do not tell why.
func movedBecause(r reset.Request) string {
	b, p := *r.Before, r.Problem
	if e := r.Actual(); p == nil || b.Replay == e.Replay && b.Skip == e.Skip ||
		p.Want != string(reset.VoidRival) && p.Want != string(reset.VoidTouched) {
		return ""
	}
	return " Reason: " + voidReason(p) + "."
}

// earlierApprovals says what became of them. A preview has none.
func earlierApprovals(r reset.Request) string {
	if !r.Asked {
		return ""
	}
	return " Earlier approvals no longer count."
}

func why(r reset.Request) string {
	if r.Problem == nil || r.Problem.Code != reset.ProblemVoided {
		return ""
	}
	return ": " + voidReason(r.Problem)
}

// refusal is why the request was refused, by which rule or fact, and what to do instead.
func refusal(s reset.Story) []Line {
	if s.Request.Problem == nil {
		return []Line{say("Refused. Nothing was changed.")}
	}
	return append(problemLines(s.Request.Problem), reasonLine(s.Request)...)
}

// reasonLine is the line that was asked for, with the reason that was missing.
func reasonLine(r reset.Request) []Line {
	in, move := r.Intent()
	line := retyped(in)
	if p := r.Problem; !move || line == "" || p.Ruling == nil || p.Ruling.Denial != reset.DeniedReason {
		return nil
	}
	return []Line{say("Type: ", code(line+` --reason "`+cmp.Or(r.Problem.Ruling.Reason, "...")+`"`))}
}
