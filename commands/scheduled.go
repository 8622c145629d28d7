package commands

import (
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// scheduleProblem is what is wrong with a schedule or a run of one, and what to do about it.
func scheduleProblem(p *reset.Problem) Line {
	switch p.Code {
	case reset.ProblemExpression:
		return say("A schedule cannot be read from ", code(clip(p.Got, 60)), reasonOf(p.Want), ". ", example(p.Names), "Nothing was saved.")
	case reset.ProblemNoSchedule:
		return say("There is no schedule ", code(clip(p.Got, 60)), ". ", code("schedule list"), " shows them.")
	case reset.ProblemNameTaken:
		return say("A schedule of ", firstOf(p.Group, "another group"), onCluster(p), " is called ", code(clip(p.Got, 60)), " already. Give another --name.")
	case reset.ProblemNotStand:
		return say("Nothing that was agreed to lets ", firstOf(p.Got, "the schedule"), " run", reasonOf(notStanding[p.Want]), ". Save it again: that asks for a new approval.")
	case reset.ProblemNotForRuns:
		return say(clip(firstOf(p.Got, "This target"), 60), " cannot be done again and again: give a target that counts from each run, such as ", code("back 24h"),
			" or ", code("to latest"), ".")
	case reset.ProblemEnd:
		return say("A standing approval cannot last until ", firstOf(p.Got, "then"), ": it has to end after now and by ", firstOf(p.Want, "a year from now"), ".")
	case reset.ProblemReadOnly:
		return say(code(clip(p.Got, 60)), " is kept in the bot's configuration file, and is changed and reviewed there.")
	case reset.ProblemBeside:
		return say("It stands back: ", firstOf(p.Request, "another reset"), " of ", firstOf(p.Group, "the group"), " is ", firstOf(states[p.State], "open"),
			" or watched, and a run must not overwrite what somebody just did.")
	case reset.ProblemMissed:
		return say("Nobody was there at its time: the bot was not running, ", span(time.Duration(p.Count)*time.Second), " went by.")
	case reset.ProblemInactive:
		return say(code(clip(p.Got, 60)), " is ", firstOf(p.Want, "not active"), ", so there is nothing to do.")
	case reset.ProblemNotRun:
		return say(firstOf(p.Request, "That"), " is no announced run of a schedule.")
	case reset.ProblemPassed:
		return say(firstOf(p.Got, "That time"), " has passed. Give a time that comes, or ask for the reset without ", code("at"), ".")
	}
	return nil
}

var notStanding = map[string]string{
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

// scheduleLine tells what became of a schedule or a run of one.
func scheduleLine(e reset.Entry, fact func(key, before string) string) Line {
	who := person(e.Actor)
	switch e.Event {
	case reset.EvSaved:
		return say("The schedule is saved", fact("next", "; the next run: "), fact("until", "; approved until "), ".")
	case reset.EvPaused:
		return say(who, " paused the schedule", because(&e), ".")
	case reset.EvUnpaused:
		return say(who, " resumed the schedule", fact("next", "; the next run: "), ".")
	case reset.EvRemoved:
		return say(who, " removed the schedule", because(&e), ".")
	case reset.EvLapsing:
		return say("The standing approval ends", fact("until", " at "), ". Save the schedule again to ask for a new one.")
	case reset.EvLapsed:
		return say("The standing approval has ended: nothing runs any more. Save the schedule again to ask for a new one.")
	case reset.EvMissed:
		return say("A run was missed", fact("run", ": "), fact("count", "; in all: "), fact("then", "; it is "), ".")
	case reset.EvSkipped:
		return say(who, " left out a run", fact("run", ": "), because(&e), ".")
	case reset.EvAnnounced:
		return say("A run is announced", fact("run", " for "), fact("request", ": "), ".")
	case reset.EvDelayed:
		return say(who, " put it off", fact("until", " until "), ".")
	case reset.EvHurried:
		return say(who, " said to run it now.")
	case reset.EvCame:
		return say("The time has come", fact("at", ": "), ". It is looked up and planned.")
	case reset.EvHeld:
		return say("It stands back", fact("by", ": "), fact("state", " is "), ".")
	}
	return nil
}

// scheduleReply answers a decision about a schedule.
func scheduleReply(r reset.Reply) Line {
	name := r.Request.ID
	if r.Schedule != nil {
		name = r.Schedule.Label()
	}
	switch r.Did {
	case reset.DidPause:
		return say(name, " is paused: nothing runs until it is resumed.")
	case reset.DidResume:
		return say(name, " runs again.")
	case reset.DidRemove:
		return say(name, " is removed.")
	case reset.DidSkip:
		return say("The next run of ", name, " is left out.")
	case reset.DidDelay:
		return say(name, " is put off by an hour.")
	case reset.DidRunNow:
		return say(name, " runs now, as soon as its group is idle.")
	}
	return nil
}
