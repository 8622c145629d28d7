package words

import (
	"cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func byIDs(ids []string) Line {
	if len(ids) == 0 {
		return nil
	}
	return say(" by ", people(ids, User, "and"))
}

func ending(outcome string) string {
	if words := outcomes[reset.Outcome(outcome)]; words != "" {
		return ": " + words
	}
	return ""
}

// accepted is what has to be done first where an undo is not possible.
func accepted(p *reset.Problem) Line {
	if !reset.Outcome(p.Got).Blocks() {
		return nil
	}
	return say("; first accept ", p.Request, " as it is: ", code("settle "+p.Request+` "why"`))
}

func noUndo(p *reset.Problem) Line {
	switch {
	case p.Want != "" && p.State == reset.Applied:
		return say(p.Request, " was undone already, by ", p.Want, ". See ", code("show "+p.Want), "; ",
			code("undo "+p.Want), " undoes that.")
	case p.Want != "":
		return say(p.Request, " is being undone already: ", p.Want, " is ", cmp.Or(states[p.State], "open"),
			". See ", code("show "+p.Want), "; ", code("cancel "+p.Want), " allows another undo.")
	}
	switch reset.Outcome(p.Got) {
	case reset.Unchanged, reset.RolledBack:
		return say(p.Request, " has nothing to undo: ", outcomes[reset.Outcome(p.Got)], ".")
	case "":
		return say(p.Request, " has written nothing that could be undone: it is ",
			cmp.Or(states[p.State], "not applied"), ".")
	// some partitions may be at their target, and an undo was possible
	case reset.Verified, reset.Overtaken, reset.AppliedLate, reset.PartiallyApplied, reset.OutcomeUnknown:
	}
	return say(p.Request, " is being undone already", kafkaSaid(p.Got), ". See ", code("show "+p.Request), ".")
}

// waysOut says what can still be done with a request that a decision came too late for.
var waysOut = map[reset.WayOut]func(id string) Line{
	reset.OutShow: func(id string) Line { return say("See ", code("show "+id), ".") },
	reset.OutAgain: func(id string) Line {
		return say("Nothing more happens with it. To do it all the same, ask for a new one; ", code("show "+id),
			" says what it was.")
	},
	reset.OutRetry: func(id string) Line { return say("Ask for it again: ", code("retry "+id), ".") },
	reset.OutUndo:  func(id string) Line { return say("Undo it: ", code("undo "+id), ".") },
	reset.OutSettle: func(id string) Line {
		return say("Undo it: ", code("undo "+id), ", or accept it: ", code("settle "+id+` "why"`), ".")
	},
	reset.OutSchedule: func(id string) Line {
		return say("Its runs are stopped by ", code("schedule pause "+id), ", for good by ", code("schedule remove "+id),
			".")
	},
	reset.OutStatus: func(string) Line { return say(code("status"), " says what is frozen now.") },
}

// nextStep is what can be done instead of what a problem refuses.
func nextStep(p *reset.Problem) Line {
	if p.State == reset.Applying {
		return say("It cannot be stopped any more. Wait for its end, then undo it: ", code("undo "+p.Request), ".")
	}
	if tell, ok := waysOut[reset.WayOut(p.Want)]; ok {
		return tell(p.Request)
	}
	return waysOut[reset.OutShow](p.Request) // stored before ways out were
}
