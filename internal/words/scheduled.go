package words

import (
	"cmp"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// scheduleProblem is what is wrong with a schedule or a run of one, and what to do about it.
func scheduleProblem(p *reset.Problem) Line {
	switch p.Code {
	case reset.ProblemExpression:
		return say("A schedule cannot be read from ", code(text.Clip(p.Got, 60)), reasonOf(p.Want), ". ",
			example(p.Names), "Nothing was saved.")
	case reset.ProblemNoSchedule:
		return say("There is no schedule ", code(text.Clip(p.Got, 60)), ". ", code("schedule list"), " shows them.")
	case reset.ProblemNameTaken:
		return say("A schedule of ", cmp.Or(p.Group, "another group"), onCluster(p), " is called ",
			code(text.Clip(p.Got, 60)), " already. Give another --name.")
	case reset.ProblemNoStandingApproval:
		return say("Nothing that was agreed to lets ", cmp.Or(p.Got, "the schedule"), " run",
			reasonOf(noStandingApproval[p.Want]), ". Save it again: that asks for a new approval.")
	case reset.ProblemNotForRuns:
		return say(text.Clip(cmp.Or(p.Got, "This target"), 60),
			" cannot be done again and again: give a target that counts from each run, such as ", code("back 24h"),
			" or ", code("to latest"), ".")
	case reset.ProblemEnd:
		return say("A standing approval cannot last until ", cmp.Or(p.Got, "then"), ": it has to end after now and by ",
			cmp.Or(p.Want, "a year from now"), ".")
	case reset.ProblemReadOnly:
		return say(code(text.Clip(p.Got, 60)),
			" is kept in the bot's configuration file, and is changed and reviewed there.")
	case reset.ProblemConflictingRequest:
		is := cmp.Or(states[p.State], "open")
		if p.State == reset.Applied {
			is = "done and still watched"
		}
		return say("It stands back: ", cmp.Or(p.Request, "another reset"), " of ", cmp.Or(p.Group, "the group"), " is ",
			is, ", and a run must not overwrite what somebody just did.")
	case reset.ProblemMissed:
		return say("Nobody was there at its time: the bot was not running, ",
			text.Duration(time.Duration(p.Count)*time.Second), " went by.")
	case reset.ProblemInactive:
		return say(code(text.Clip(p.Got, 60)), " is ", cmp.Or(p.Want, "not active"), ", so there is nothing to do.")
	case reset.ProblemNotRun:
		return say(cmp.Or(p.Request, "That"), " is no announced run of a schedule.")
	case reset.ProblemTimePassed:
		return say(cmp.Or(p.Got, "That time"), " has passed. Give a time that comes, or ask for the reset without ",
			code("at"), ".")
	default: // problemLines has asked the functions of the other problems first
	}
	return nil
}

var noStandingApproval = map[string]string{
	"ended":     "the standing approval has ended",
	"changed":   "it was changed since",
	"emergency": "an emergency is no standing approval",
}

func reasonOf(why string) string {
	if why == "" {
		return ""
	}
	return ": " + strings.TrimSuffix(why, ".")
}

func example(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "Example: " + names[0] + ". "
}

// scheduleLine is an event of a schedule or of a run.
func scheduleLine(e reset.Entry, s reset.Story, fact func(key, before string) string) Line {
	who, in := person(e.Actor), intentOf(s.Request)
	v := timeFormatOf(in, s.Now)
	switch e.Event {
	case reset.EvSaved:
		return say("The schedule is saved", moment(e, "next", "; the next run: ", v),
			moment(e, "until", "; approved until ", v), ".")
	case reset.EvPaused:
		if e.Actor.Kind == reset.Scheduled {
			return say(warned(s), strong("the schedule has paused itself"), ": its run", fact("request", " "),
				moment(e, "run", " of ", v),
				" found the group in use, or being reset. Somebody has to look, and resume it.")
		}
		if e.Actor.Kind == reset.Config {
			return say(warned(s), strong("the schedule is paused"), because(&e), ".")
		}
		return say(who, " paused the schedule", because(&e), ".")
	case reset.EvUnpaused:
		return say(who, " resumed the schedule", moment(e, "next", "; the next run: ", v), ".")
	case reset.EvRemoved:
		return say(who, " removed the schedule", because(&e), ".")
	case reset.EvApprovalExpiring:
		return say(warned(s), "the standing approval ends", moment(e, "until", " ", v),
			". Save the schedule again under its name to ask for a new one.")
	case reset.EvApprovalExpired:
		return say(warned(s),
			"the standing approval has ended or no longer holds: nothing runs any more. Save the schedule again under its name to ask for a new one.")
	case reset.EvMissed:
		then := "It is left out."
		if e.Facts["then"] == "run" {
			then = "The latest runs now."
		}
		if n := e.Facts["count"]; n != "" && n != "1" {
			return say(fact("count", ""), " runs were missed, the latest", moment(e, "run", " ", v), ". ", then)
		}
		return say("A run was missed", moment(e, "run", ": ", v), ". ", then)
	case reset.EvSkipped:
		return say(who, " left out ", firstLine(moment(e, "run", "the run of ", v), "the run"), because(&e), ".")
	default: // of one run: runLine
	}
	return runLine(e, who, v, fact)
}

// runLine is an event of a run.
func runLine(e reset.Entry, who Span, v timeFormat, fact func(key, before string) string) Line {
	switch e.Event {
	case reset.EvAnnounced:
		return say("A run is announced", moment(e, "run", " for ", v), fact("request", ": "), ".")
	case reset.EvDelayed:
		return say(who, " put it off", moment(e, "until", " until ", v), ".")
	case reset.EvRunNow:
		return say(who, " said to run it now", fact("request", ": "), ".")
	case reset.EvTimeReached:
		return say("The time has come", moment(e, "at", ": ", v), ". It is looked up and planned.")
	case reset.EvPostponed:
		return say("It stands back", fact("by", ": "), fact("state", " is "), ".")
	default: // eventLine, workLine, watchLine and scheduleLine have the others
	}
	return nil
}

// warned mentions the owner of a schedule, who has to do something.
func warned(s reset.Story) Line {
	if s.Schedule == nil || s.Schedule.Schedule.Owner.ID == "" {
		return nil
	}
	owner := s.Schedule.Schedule.Owner
	return say(Span{Kind: Notify, ID: owner.ID, Text: "@" + owner.ID}, ": ")
}

func firstLine(l Line, otherwise string) Line {
	if l == nil {
		return say(otherwise)
	}
	return l
}

// doubts is why a standing approval does not cover a run.
func doubts(r reset.Request) string {
	if p := r.Problem; p != nil && p.Ruling != nil && p.Ruling.Doubt != "" {
		return ": " + cmp.Or(denials[p.Ruling.Doubt], string(p.Ruling.Doubt))
	}
	return ""
}

// scheduleReply answers a decision about a schedule.
func scheduleReply(r reset.Reply) Line {
	name, next := r.Request.ID, Line(nil)
	if sc := r.Schedule; sc != nil {
		name = sc.Label()
		if !sc.Next.IsZero() {
			next = say(" It comes next ", timeFormatOf(sc.Intent, firstTime(r.Request.CreatedAt, r.At)).clock(sc.Next),
				".")
		}
	}
	switch r.Did {
	case reset.DidPause:
		return say(name, " is paused: nothing runs until it is resumed.")
	case reset.DidResume:
		return say(name, " runs again.", next)
	case reset.DidRemove:
		return say(name, " is removed.")
	case reset.DidSkip:
		return say("The next run of ", name, " is left out.", next)
	case reset.DidDelay:
		return say(name, " is put off by an hour.")
	case reset.DidRunNow:
		return say(name, " runs now, as soon as its group is idle.")
	default: // not about a schedule: replyLine has it
	}
	return nil
}
