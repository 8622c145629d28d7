package words

import (
	"fmt"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// The verbs of buttons that decide nothing: the bot answers the person who clicks, alone.
const (
	ShowRows    = "rows"
	ShowStop    = "stop"
	ShowStart   = "start"
	ShowManual  = "manual"
	OpenRunbook = "runbook"
)

// mostEntries is how many entries Slack allows in an overflow menu.
const mostEntries = 5

// agreeButton is what approves or applies a plan. A skip looks like one, and asks first.
func agreeButton(s reset.Story, verb string) Button {
	r := s.Request
	b := Button{Verb: "approve", Ref: ref(r), Label: verb, Style: "primary", Typed: "approve " + ref(r)}
	_, saves := r.Act.(reset.SaveSchedule)
	e := r.Actual()
	switch {
	case saves:
		b.Label += " schedule"
	case r.Undoes != "":
		b.Label += " undo"
	case r.Unplaced() == "" && e.Skip > 0:
		b.Label += " SKIP"
	case r.Unplaced() == "" && e.Replay > 0:
		b.Label += " rewind"
	}
	if e.Skip > 0 && r.Undoes == "" {
		b.Style, b.Confirm = "danger", confirm(s)
	}
	return b
}

// confirm is asked before a skip or an emergency: Slack allows it 300 characters.
func confirm(s reset.Story) string {
	return text.Clip(text.Clip(site(s), 100)+": "+strings.TrimPrefix(strings.TrimPrefix(effectLine(s.Request).String(),
		skipSign), rewindSign), 300)
}

func rowsButton(r reset.Request) Button {
	return Button{Verb: ShowRows, Ref: ref(r), Label: "Partitions", Typed: "show " + ref(r)}
}

func rejectButton(r reset.Request) Button {
	return Button{Verb: "reject", Ref: ref(r), Label: "Reject", Typed: "reject " + ref(r)}
}

func cancelButton(r reset.Request, label string) Button {
	return Button{Verb: "cancel", Ref: ref(r), Label: label, Typed: "cancel " + r.ID}
}

func retryButton(r reset.Request, label string) Button {
	return Button{Verb: "retry", Ref: ref(r), Label: label, Typed: "retry " + r.ID}
}

func undoButton(r reset.Request) Button {
	return Button{Verb: "undo", Ref: ref(r), Label: "Undo", Typed: "undo " + r.ID}
}

// emergencyEntries offer to go on without approval, where that works: an emergency is about a write now, and about no
// schedule.
func emergencyEntries(s reset.Story) []Button {
	r := s.Request
	if !r.EmergencyWorks(s.Now) {
		return nil
	}
	return []Button{{Verb: "emergency", Ref: ref(r), Label: "Emergency", Typed: "emergency " + ref(r) + " INCIDENT"}}
}

// withdrawEntry lets a voter take their approval back, until the write begins. All see it, since a card is one for all.
func withdrawEntry(s reset.Story) []Button {
	r := s.Request
	if len(s.Votes) == 0 {
		return nil
	}
	return one(Button{Verb: "unapprove", Ref: ref(r), Label: "Withdraw approval", Typed: "unapprove " + r.ID})
}

// choices are the other readings of what was asked.
func choices(r reset.Request) []Button {
	var bs []Button
	for i, o := range r.Options {
		bs = append(bs, Button{Verb: "choose", Ref: ref(r), Option: i + 1, Tag: o.Tag(),
			Label: text.Clip(o.Label, 70), Typed: fmt.Sprintf("choose %s %d", ref(r), i+1)})
	}
	return bs
}

// looks are the entries of a menu that only show something: the manual command, the runbook.
func looks(s reset.Story) []Button {
	r := s.Request
	var out []Button
	if len(ManualCommand(s)) > 0 {
		out = append(out, Button{Verb: ShowManual, Ref: ref(r), Label: "Manual command", Typed: "show " + r.ID})
	}
	if isWebAddress(r.Ruling.Runbook) {
		out = append(out, Button{Verb: OpenRunbook, Ref: ref(r), Label: "Runbook", Typed: "show " + r.ID,
			URL: r.Ruling.Runbook})
	}
	return out
}

// stopEntry shows the command that stops the consumers.
func stopEntry(r reset.Request) []Button {
	if r.Ruling.Stop == "" {
		return nil
	}
	return []Button{{Verb: ShowStop, Ref: ref(r), Label: "Stop command", Typed: "show " + r.ID}}
}

// startEntry shows the command that starts them again.
func startEntry(r reset.Request) []Button {
	if r.Ruling.Start == "" {
		return nil
	}
	return []Button{{Verb: ShowStart, Ref: ref(r), Label: "Start command", Typed: "show " + r.ID}}
}

// menu are the first entries that Slack allows: the most important ones come first.
func menu(parts ...[]Button) []Button {
	var out []Button
	for _, p := range parts {
		out = append(out, p...)
	}
	return out[:min(len(out), mostEntries)]
}

func one(b Button) []Button { return []Button{b} }

// partitions is the entry that shows the rows; none where there is no plan.
func partitions(r reset.Request) []Button {
	if r.Digest == "" || r.Actual().Partitions == 0 {
		return nil
	}
	return one(rowsButton(r))
}

// AsideOf is what an entry of a card's menu shows to the person who chose it.
func AsideOf(s reset.Story, verb string) Content {
	r := s.Request
	c := Content{Title: site(s)}
	switch verb {
	case ShowStop:
		c.Lines = append(stopHints(r.Ruling), noCommand(r.Ruling.Stop)...)
	case ShowStart:
		c.Lines = append(startHints(r.Ruling), noCommand(r.Ruling.Start)...)
	case ShowManual:
		if c.Lines = ManualCommand(s); len(c.Lines) == 0 {
			c.Lines = []Line{say("There is no manual command for ", name(r.ID), " now.")}
		}
	}
	c.Foot = []Line{contextLine(s)}
	c.Fallback = c.Title + ": " + c.Lines[0].String()
	return c
}

func noCommand(said string) []Line {
	if said != "" {
		return nil
	}
	return []Line{say("The policy names no command for this.")}
}

func isWebAddress(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}
