package words

import (
	"slices"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// details are what a card has no room for, one click away: its warnings in full, what its numbers mean, the commands.
func details(s reset.Story, v timeFormat) []Line {
	r := s.Request
	var lines []Line
	if slices.Contains(warns, phaseOf(s)) {
		lines = warnings(s, v)
	}
	if r.State.Open() {
		lines = append(lines, explanations(s)...)
	}
	lines = append(lines, scheduleDetails(s, v)...)
	if r.Drift != nil && len(s.Worst) > 0 && !r.WasWritten() { // drift alone plans no rows anew
		lines = append(lines, say("The rows and the CSV are as of ", v.clock(r.PlannedAt),
			"; the totals are as of ", v.clock(r.Drift.At), "."))
	}
	if r.State.Open() && running(r) && len(s.Frozen) == 0 {
		lines = append(lines, stopHints(r.Ruling)...)
	}
	if r.State == reset.Applied && r.UndoneBy == "" || r.Outcome == reset.AppliedLate {
		lines = append(lines, startHints(r.Ruling)...)
	}
	if _, move := r.Intent(); move {
		lines = append(lines, runbook(r.Ruling)...)
	}
	return append(lines, ManualCommand(s)...)
}

// explanations are what the target means for this group, and for a time that has not come.
func explanations(s reset.Story) []Line {
	var lines []Line
	if iso := isolationLine(s.Request); iso != nil {
		lines = append(lines, iso)
	}
	if l := futureLine(intentOf(s.Request)); l != nil {
		lines = append(lines, l)
	}
	return lines
}

// futureLine explains a time in the future, and which clock decides.
func futureLine(in reset.Intent) Line {
	if t, ok := in.Target.(reset.Time); !ok || !t.Future || t.Back != 0 {
		return nil
	}
	return say("Only messages stored from then on are processed; where nothing is stored by then, that is latest. ",
		"With CreateTime a producer's clock decides.")
}

// labelOf is the environment before something else: "🔴 PRODUCTION · ".
func labelOf(s reset.Story) string {
	switch label := s.Cluster.Label; {
	case strings.EqualFold(label, "production"):
		return "🔴 PRODUCTION · "
	case label != "":
		return "⚪ " + text.Clip(label, 40) + " · "
	}
	return ""
}

func ruleOf(r reset.Ruling) string {
	if r.Rule == "" {
		return ""
	}
	return " (rule: " + r.Rule + ")"
}

// fallback is the notification of a message that is no card.
func fallback(c Content) string {
	out := c.Title
	if c.Status != "" {
		out += " · " + c.Status
	}
	if len(c.Lines) > 0 {
		out += ": " + inUTC(c.Lines[0])
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
