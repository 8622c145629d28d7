package words

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// PreviewOf is what only the requester sees, from the request until there is a card, and at the end.
func PreviewOf(s reset.Story) Content {
	r := s.Request
	in, _ := r.Intent()
	v := timeFormatOf(in, s.Now)
	c := Content{Title: title(in, s.Cluster)}
	switch {
	case r.State == reset.Draft:
		c.Warnings = append(c.Warnings, frozenLines(s, v)...)
		draft(&c, s, v)
	case r.State == reset.Planning && (r.Question != "" || len(r.Options) > 0):
		question(&c, s, v)
	case r.State == reset.Planning && r.Problem != nil:
		c.Status = status(r, "waiting for Kafka")
		switch r.Problem.Code {
		case reset.ProblemDirectory:
			c.Status = status(r, "waiting for Slack")
		case reset.ProblemInternal:
			c.Status = status(r, "an error inside the bot")
		default: // a problem of Kafka: the status above
		}
		c.Lines = problemLines(r.Problem)
		c.Lines = append(c.Lines, say("Recorded as ", r.ID, "; it is asked again by itself",
			until(" until ", r.Deadline, v), ". ", asOf(r, v)))
		c.Buttons = []Button{retryButton(r, "Try again"), cancelButton(r, "Cancel")}
	case r.State == reset.Planning:
		c.Status = status(r, "looking")
		c.Lines = []Line{say("Reading ", in.Group, " and its topics. ", asOf(r, v))}
	case r.State == reset.Refused:
		c.Status = status(r, "refused")
		c.Lines = refusal(s)
	default:
		c = CardOf(s)
		if r.Asked {
			c.Buttons = nil // the buttons are on the card
		}
	}
	c.Fallback = fallback(c)
	return c
}

// draft is the plan with its numbers, and what the requester may do about it.
func draft(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	c.Status = status(r, "preview")
	_, saves := r.Act.(reset.SaveSchedule)
	c.Lines = append([]Line{}, planLines(s, v)...)
	if saves {
		c.Lines = append(c.Lines, scheduleDraft(s, v)...)
	}
	plan(c, s, v)
	c.Lines = append(c.Lines, needLine(r))
	c.Foot = append(c.Foot, say(asOf(r, v), " This preview is good", until(" until ", r.Deadline, v), "; ",
		code("show "+r.ID), " brings it back."))
	apply := Button{Verb: "approve", Ref: ref(r), Label: "Ask for approval", Style: "primary",
		Typed: "approve " + ref(r)}
	if r.Need == 0 {
		apply.Label, apply.Confirm = "Apply", confirm(s, v)
	}
	if r.Need == 0 && saves {
		apply.Label = "Save"
	}
	if s.Blocking == "" || s.Blocking == r.Undoes {
		c.Buttons = append(c.Buttons, apply)
	}
	c.Buttons = append(append(c.Buttons, choices(r)...), showAll(r, c.Table)...)
	c.Buttons = append(c.Buttons, cancelButton(r, "Discard"))
}

// PlanOf is what a reset would do, with every partition: for a terminal, where no approval is asked for and nothing
// is stored.
func PlanOf(s reset.Story, steps []reset.Step) Content {
	in, _ := s.Request.Intent()
	v := timeFormatOf(in, s.Now)
	c := Content{Title: title(in, s.Cluster), Status: "plan, nothing is written", Lines: planLines(s, v)}
	plan(&c, s, v)
	if len(steps) > 0 {
		c.Table = stepTable(steps, v, 0, true)
	}
	return c
}

// planLines are the intent and its effect, with both numbers where an approval was voided.
func planLines(s reset.Story, v timeFormat) []Line {
	var lines []Line
	if moved := voidedLine(s.Request); moved != nil {
		lines = append(lines, moved)
	}
	lines = append(lines, intentLine(s, v), effectLine(s, v))
	if iso := isolationLine(s.Request); iso != nil {
		lines = append(lines, iso)
	}
	if in, _ := s.Request.Intent(); futureLine(in) != nil {
		lines = append(lines, futureLine(in))
	}
	return lines
}

// plan adds the table, the warnings and what the policy's owner says about stopping the consumers.
func plan(c *Content, s reset.Story, v timeFormat) {
	c.Table = planTable(s, v)
	if r := s.Request; r.Drift != nil && c.Table != nil && !r.WasWritten() { // drift alone plans no rows anew
		c.Foot = append(c.Foot, say("The rows, and the CSV, are those planned at ", v.clock(r.PlannedAt),
			"; the totals are those of ", v.clock(r.Drift.At), "."))
	}
	c.Warnings = append(c.Warnings, warnings(s, v)...)
	if busy(s.Request) {
		c.Hints = stopHints(s.Request.Ruling)
	}
}

func busy(r reset.Request) bool {
	if !r.Observation.At.IsZero() {
		return !r.Observation.Group.Idle()
	}
	for _, w := range r.Warnings {
		if w.Code == reset.WarnBusy {
			return true
		}
	}
	return false
}

func needLine(r reset.Request) Line {
	rule := say(" (rule: ", cmp.Or(r.Ruling.Rule, "none"), "; ", boundsText(r.Bounds), ").")
	if r.Need == 0 {
		return say("Needs ", strong("no approval"), rule)
	}
	return say("Needs ", strong(text.Counted(r.Need, "approval")), " from ", people(r.Ruling.Approvers, User, "or"),
		rule)
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
	moved := strong("The plan has moved")
	switch {
	case r.Unplaced() != "" && b != e:
		return say(moved, ": it now ", effectBrief(r), ".")
	case b.Replay != e.Replay && b.Skip != e.Skip:
		return say(moved, ": it replays at most ", text.WithCommas(e.Replay), " now instead of ",
			text.WithCommas(b.Replay), ", and skips at most ", text.WithCommas(e.Skip), " instead of ",
			text.WithCommas(b.Skip), ".")
	case b.Skip != e.Skip:
		return say(moved, ": it skips at most ", text.WithCommas(e.Skip), " now instead of ", text.WithCommas(b.Skip),
			".")
	case b.Replay != e.Replay:
		return say(moved, ": it replays at most ", text.WithCommas(e.Replay), " now instead of ",
			text.WithCommas(b.Replay), ".")
	}
	return say(strong("The plan was made again"), why(r), ".")
}

// movedBecause says who moved it, where the numbers alone do not tell why.
func movedBecause(r reset.Request) string {
	b, p := *r.Before, r.Problem
	if e := r.Actual(); p == nil || b.Replay == e.Replay && b.Skip == e.Skip ||
		p.Want != string(reset.VoidRival) && p.Want != string(reset.VoidTouched) {
		return ""
	}
	return " The reason: " + voidReason(p) + "."
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

// question asks for what the plan needs. There is no default answer.
func question(c *Content, s reset.Story, v timeFormat) {
	r := s.Request
	in, _ := r.Intent()
	c.Status = status(r, "a question")
	switch r.Question {
	case reset.AskCluster:
		c.Lines = []Line{say(in.Group, " exists on ", text.List(labels(r.Options), 4), ". Which one?")}
	case reset.AskTopics:
		c.Lines = []Line{say("Which topics? ", in.Group, " has commits on ", topicsBehind(r.Topics), ".")}
	case reset.AskTarget:
		c.Status = status(r, groupStatus(r.Observation.Group))
		c.Lines = []Line{say("To what? ", in.Group, " has commits on ", topicsBehind(r.Topics), ".")}
		c.Table = topicLagTable(r.Topics)
	case reset.AskFreeze:
		c.Lines = whichFreeze(r, v)
	case reset.AskConnector:
		c.Lines = connectorLines(in.Group, strings.TrimPrefix(in.Group, "connect-"))
	case reset.AskDeleted:
		c.Lines = append(problemLines(r.Problem), say("The rest can go on without it, as a new plan."))
	case reset.AskAhead:
		c.Lines = aheadLines(r.Problem, v)
	default:
		c.Lines = []Line{say(r.Question)}
	}
	if r.Problem != nil && r.Problem.Code != reset.ProblemAmbiguous && r.Problem.Code != reset.ProblemDeleted {
		c.Lines = append(problemLines(r.Problem), c.Lines...)
	}
	if _, thaw := r.Act.(reset.Thaw); !thaw {
		c.Lines = append(c.Lines, asOf(r, v))
	}
	c.Foot = []Line{say("Open", until(" until ", r.Deadline, v), "; ", code("show "+r.ID), " brings it back.")}
	c.Buttons = append(choices(r), cancelButton(r, "Discard"))
}

func labels(options []reset.Option) []string {
	var names []string
	for _, o := range options {
		names = append(names, o.Label)
	}
	return names
}

// topicsBehind is the lag by topic: "orders (18,204 behind) and refunds (0 behind)".
func topicsBehind(topics []reset.TopicLag) string {
	var names []string
	for _, t := range topics {
		switch {
		case t.Err != "":
			names = append(names, t.Topic+" (could not be read: "+t.Err+")")
		default:
			names = append(names, t.Topic+" ("+text.WithCommas(t.Lag)+" behind)")
		}
	}
	if len(names) == 0 {
		return "no topic"
	}
	return text.List(names, 5)
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

func choices(r reset.Request) []Button {
	var bs []Button
	for i, o := range r.Options {
		bs = append(bs, Button{Verb: "choose", Ref: ref(r), Option: i + 1, Label: text.Clip(o.Label, 70),
			Typed: fmt.Sprintf("choose %s %d", ref(r), i+1)})
	}
	return bs
}

func showAll(r reset.Request, t *Table) []Button {
	if t == nil {
		return nil
	}
	return []Button{{Verb: "rows", Ref: ref(r), Label: "Show all", Typed: "show " + ref(r)}}
}

func cancelButton(r reset.Request, label string) Button {
	return Button{Verb: "cancel", Ref: ref(r), Label: label, Typed: "cancel " + r.ID}
}

func retryButton(r reset.Request, label string) Button {
	return Button{Verb: "retry", Ref: ref(r), Label: label, Typed: "retry " + r.ID}
}

func ref(r reset.Request) string { return fmt.Sprintf("%s.%d", r.ID, r.Revision) }

// confirm is the text of the confirmation before a write: Slack allows it 300 characters.
func confirm(s reset.Story, v timeFormat) string {
	r := s.Request
	in, _ := r.Intent()
	out := text.Clip(title(in, s.Cluster), 90) + ": " + text.Clip(actPhrase(s, v, withUTC), 120) + ". It " +
		effectBrief(r) + "."
	if _, saves := r.Act.(reset.SaveSchedule); saves {
		out = text.Clip(title(in, s.Cluster), 90) + ": " + text.Clip(actPhrase(s, v, withUTC), 120) +
			". Each run may have " + boundsText(r.Bounds) + "."
	} else if busy(r) {
		out += " Written once nobody is connected."
	}
	return text.Clip(out, 300)
}

func until(word string, t time.Time, v timeFormat) Line {
	if t.IsZero() {
		return nil
	}
	return say(word, v.clock(t))
}

// fallback is the one line of a notification. It has no times: the card has them.
func fallback(c Content) string {
	out := c.Title + " · " + c.Status
	if len(c.Lines) > 0 {
		first := c.Lines[0]
		if len(first) > 1 && first[0].Kind == User { // "@mara asks to ...": a notification has no names
			first = append(say(text.Capital(strings.TrimLeft(first[1].Text, " "))), first[2:]...)
		}
		out += ": " + inUTC(first)
	}
	return text.Clip(out, 400)
}

// inUTC writes a line with its clocks in UTC, for where the reader's zone is not known.
func inUTC(l Line) string {
	out := make(Line, len(l))
	for i, s := range l {
		if s.Kind == Clock {
			s.Text = s.At.UTC().Format("15:04 UTC")
		}
		out[i] = s
	}
	return out.String()
}
