package words

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Explain turns any error into words for the person who caused it, with the next step. What only the people who run
// the bot can repair is "internal": the log has its detail.
func Explain(err error) Content {
	var (
		problem *reset.Problem
		syntax  *commands.SyntaxError
		late    *reset.TransitionError
	)
	c := Content{Status: "nothing was changed"}
	switch {
	case errors.As(err, &problem):
		c.Title = problemTitle(problem)
		if problem.Code == reset.ProblemTooLate {
			c.Status = "too late" // another decision was first
		}
		c.Lines = problemLines(problem)
		c.Buttons = problemButtons(problem)
	case errors.As(err, &syntax):
		c.Title = "Not understood"
		c.Lines = syntaxLines(syntax)
	case errors.As(err, &late):
		c.Title = late.ID
		c.Lines = []Line{say("Too late: ", late.ID, " is already ", states[late.From], ". See ",
			code("show "+late.ID), ".")}
	case errors.Is(err, reset.ErrConflict):
		c.Title = "Not done"
		c.Lines = []Line{say(
			"It was changed at the same moment. Look at the new state, then decide again.")}
	case errors.Is(err, reset.ErrNotFound):
		c.Title = "Not found"
		c.Lines = []Line{say("There is no such request. ", code("status"), " lists those that are open.")}
	default:
		c.Title, c.Status = "Internal error", "not done"
		c.Lines = []Line{say("An internal error; the bot's log has the details. ", code("status"),
			" shows what is open. Try again; if it fails again, tell the team that runs the bot.")}
	}
	c.Fallback = fallback(c)
	return c
}

// syntaxLines are what was not understood, and a line to copy: the one that was typed, put right where it is known how.
func syntaxLines(e *commands.SyntaxError) []Line {
	if e.Corrected == "" {
		return []Line{say(e.Error()), say("All words: ", code("help"))}
	}
	return []Line{say(e.Sentence()), say("Corrected: ", code(e.Corrected)), say("All words: ", code("help"))}
}

// Unrecorded says that an action could not be recorded, and whether it helps to try again.
func Unrecorded(err error) string {
	var store *reset.StoreError
	if errors.As(err, &store) {
		return "This could not be recorded, so nothing was done. The bot's database " + store.What() +
			". Tell the team that runs the bot: its log and /readyz say what to do."
	}
	return "This could not be recorded, so nothing was done. Please try again in a moment."
}

// UnrecordedOf is Unrecorded as a message.
func UnrecordedOf(err error) Content {
	c := Content{Title: "Not recorded", Status: "nothing was changed", Lines: []Line{say(Unrecorded(err))}}
	c.Fallback = fallback(c)
	return c
}

func problemTitle(p *reset.Problem) string {
	switch {
	case p.Code == reset.ProblemDenied:
		return "Not allowed"
	case p.Group != "" && p.Cluster != "":
		return p.Group + " on " + p.Cluster
	case p.Request != "":
		return p.Request
	case p.Group != "":
		return p.Group
	}
	return "Not done"
}

// problemButtons are the next steps after a refusal.
func problemButtons(p *reset.Problem) []Button {
	if p.Code != reset.ProblemStale || p.Want == "" {
		return nil
	}
	at := p.Request + "." + p.Want
	return []Button{{Verb: "approve", Ref: at, Label: "Approve ." + p.Want, Style: "primary", Typed: "approve " + at,
		Confirm: "Revision " + p.Want + ": it " + effectText(p.Unplaced, p.Count, p.Other) + "."}}
}

// problemLines are what is wrong and what to do about it.
func problemLines(p *reset.Problem) []Line {
	lines := []Line{problemLine(p)}
	if p.Code == reset.ProblemBusy && len(p.Members) > 0 {
		lines = append(lines, membersLeftLine(p.Members))
	}
	return lines
}

func problemLine(p *reset.Problem) Line {
	if tell, ok := problems[p.Code]; ok {
		return tell(p)
	}
	return say("Unknown problem: ", string(p.Code), kafkaSaid(p.Got), ".") // stored by a version to come
}

func tried(p *reset.Problem) string {
	if len(p.Names) == 0 {
		return kafkaSaid(p.Got)
	}
	return " (" + text.Counted(len(p.Names), "broker") + " tried" + comma(p.Got) + ")"
}

func comma(s string) string {
	if s == "" {
		return ""
	}
	return ", " + text.Clip(s, 160)
}

func kafkaSaid(got string) string {
	if got == "" {
		return ""
	}
	return " (" + text.Clip(got, 200) + ")"
}

func near(names []string) string {
	if len(names) == 0 {
		return ""
	}
	if len(names) == 1 {
		return "Did you mean " + names[0] + "? "
	}
	return "Did you mean " + alternatives(names) + "? "
}

func alternatives(names []string) string {
	names = names[:min(3, len(names))]
	s := names[0]
	for i, n := range names[1:] {
		if i == len(names)-2 {
			s += " or " + n
		} else {
			s += ", " + n
		}
	}
	return s
}

func onCluster(p *reset.Problem) string {
	if p.Cluster == "" {
		return ""
	}
	return " on " + p.Cluster
}

func onTopic(topic string) string {
	if topic == "" {
		return ""
	}
	return " on " + topic
}

func lastPartition(n int64) string {
	if n < 1 {
		return ""
	}
	return fmt.Sprintf(" (0 to %d)", n-1)
}

func busyProblem(p *reset.Problem) Line {
	if len(p.Members) == 0 {
		return say("Consumers of ", cmp.Or(p.Group, "the group"),
			" are running: nothing was written. Stop them; the reset continues by itself.")
	}
	return say(text.Counted(len(p.Members), "consumer"), " ", isAreText(len(p.Members)), " connected to ", p.Group,
		": ", members(p.Members), ". Nothing was written.")
}

// skipMovedLine says on which side of the next message the asked offset lies. Ahead of it, skipping one message would
// skip those before it too: that is another command, which says so.
func skipMovedLine(p *reset.Problem) Line {
	of := partitionsLabel(p.Topic, p.Parts)
	if p.Count < p.Other {
		return say("Offset ", text.WithCommas(p.Count), " of ", of, " is already committed: the next message is ",
			text.WithCommas(p.Other), ". Nothing was skipped. Check ", code("lag "+group(p)), " and ask again.")
	}
	all := retyped(reset.Intent{Cluster: p.Cluster, Group: group(p), Target: reset.Exact{Offset: p.Count + 1},
		Scope: reset.Scope{Topics: []reset.TopicScope{{Topic: p.Topic, Partitions: p.Parts}}}})
	n := p.Count - p.Other
	lie := "messages lie"
	if n == 1 {
		lie = "message lies"
	}
	return say("Offset ", text.WithCommas(p.Count), " of ", of, " is ahead: up to ", text.WithCommas(n), " ", lie,
		" before it. Nothing was skipped. To skip ", text.WithCommas(p.Count), " and all before it: ", code(all))
}

// wait shows a duration as people say it.
func wait(s string) string {
	if d, err := time.ParseDuration(s); err == nil {
		return text.Duration(d)
	}
	return s
}

// voidReasons says why an approval no longer covers what would be written.
var voidReasons = map[reset.VoidReason]func(p *reset.Problem) string{
	reset.VoidDeleted: func(p *reset.Problem) string {
		return p.Topic + " was deleted"
	},
	reset.VoidRecreated: func(p *reset.Problem) string {
		return p.Topic + " was deleted and recreated"
	},
	reset.VoidGone: func(p *reset.Problem) string {
		return partitionsLabel(p.Topic, p.Parts) + " no longer exists"
	},
	reset.VoidSkips: func(p *reset.Problem) string {
		return partitionsLabel(p.Topic, p.Parts) + " would now skip messages, which was not so before"
	},
	reset.VoidCopied: func(p *reset.Problem) string {
		return "the copied group's offsets have moved on " + partitionsLabel(p.Topic, p.Parts) +
			"; if they keep moving, stop that group first"
	},
	reset.VoidDirection: func(p *reset.Problem) string {
		return "on " + partitionsLabel(p.Topic, p.Parts) + " a rewind became a skip, or a skip a rewind"
	},
	reset.VoidEffect: func(p *reset.Problem) string {
		return "the effect is larger than what was approved"
	},
	reset.VoidRival: func(p *reset.Problem) string {
		return cmp.Or(p.Request, "another reset") + " of the same group was applied first"
	},
	reset.VoidTouched: func(p *reset.Problem) string {
		return cmp.Or(p.Group, "the group") + " has changed since the reset that is undone"
	},
	reset.VoidRule: func(p *reset.Problem) string {
		return "the policy in force no longer allows it"
	},
	reset.VoidStanding: func(p *reset.Problem) string {
		return "the schedule's standing approval is no longer valid"
	},
	reset.VoidTime: func(*reset.Problem) string {
		return "it is not at a time that was approved"
	},
	reset.VoidWithdrawn: func(*reset.Problem) string {
		return "an approval was withdrawn"
	},
	reset.VoidSchedule: func(p *reset.Problem) string {
		return "the schedule was changed, or its time has passed"
	},
}

func voidReason(p *reset.Problem) string {
	if why, ok := voidReasons[reset.VoidReason(p.Want)]; ok {
		return why(p)
	}
	return cmp.Or(p.Want, "the plan has changed")
}

func quotedOr(s, other string) string {
	if s == "" {
		return other
	}
	return `"` + text.Clip(s, 60) + `"`
}

func inSeconds(n int64) string {
	if n <= 0 {
		return ""
	}
	return " (it is in " + text.Duration(time.Duration(n)*time.Second) + ")"
}

func found(n int64) string {
	if n < 2 {
		return ""
	}
	return "; this would be " + text.WithCommas(n) + " partitions"
}

func ruleOfProblem(p *reset.Problem) string {
	if p.Ruling == nil {
		return ""
	}
	return ruleOf(*p.Ruling)
}

// questions says what is missing, with an example, where there is no choice to offer.
var questions = map[reset.Question]func(p *reset.Problem) Line{
	reset.AskCluster: func(p *reset.Problem) Line {
		if p.Got != "" {
			return say(code(p.Got), " is not a server of a configured cluster. Which cluster? ", text.List(p.Names, len(p.Names)),
				". Add it to the line: ", code("--cluster NAME"))
		}
		if len(p.Names) == 0 {
			return say("Which cluster? Add it to the group. Example: ", code(group(p)+"@CLUSTER orders to 02:10"))
		}
		return say("Which cluster? ", text.List(p.Names, 5), ". Add it to the group. Example: ",
			code(group(p)+"@"+p.Names[0]))
	},
	reset.AskTopics: func(p *reset.Problem) Line {
		return say("Which topics? Name them, or use ", code("--all-topics"), ".")
	},
	reset.AskTarget: func(p *reset.Problem) Line {
		return say("Which target? Examples: ", code("to 02:10"), ", ", code("back 2h"), ", ", code("to latest"))
	},
	reset.AskAhead: func(p *reset.Problem) Line {
		return say(aheadLines(p, timeFormat{time.UTC, noNow})[0], " To skip messages use ", code("--skip-ahead"),
			"; otherwise ", code("to latest"), " or ", code("to earliest"), ".")
	},
	reset.AskGroup: oneGroupLine,
	reset.AskFreeze: func(p *reset.Problem) Line {
		return say("Which freeze? ", text.List(p.Names, 5), ". Lift one: ", code("thaw ID"))
	},
	reset.AskConnector: func(p *reset.Problem) Line {
		return say(connectorLines(group(p), cmp.Or(p.Got, "NAME"))[0], " Confirm with ", code("--connector-stopped"))
	},
	reset.AskWhy: func(p *reset.Problem) Line {
		return say("Give a reason. Example: ", code("settle "+p.Request+` "offsets checked by hand"`))
	},
	reset.AskIncident: somethingMissing,
	// their problems say what is wrong
	reset.AskTopic:   somethingMissing,
	reset.AskLater:   somethingMissing,
	reset.AskSkip:    somethingMissing,
	reset.AskDeleted: deletedTopic,
}

func which(p *reset.Problem) Line {
	if ask, ok := questions[reset.Question(p.Want)]; ok {
		return ask(p)
	}
	return somethingMissing(p)
}

func somethingMissing(p *reset.Problem) Line { return say("Something is missing: ", p.Want, ".") }

func group(p *reset.Problem) string { return cmp.Or(p.Group, "GROUP") }
