package words

import (
	"cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// requestProblem says what blocks a decision: the state of the request.
func requestProblem(p *reset.Problem) Line {
	show := code("show " + p.Request)
	switch p.Code {
	case reset.ProblemNoRequest:
		return say("There is no request ", p.Request, ". ", code("status"), " lists those that are open.")
	case reset.ProblemStale:
		l := say(p.Request, " is at revision ", p.Want, ", not ", p.Got, ": it ",
			effectText(p.Unplaced, p.Count, p.Other), " now")
		if p.Ruling != nil && p.Ruling.Need > 0 {
			l = say(l, ", and needs ", text.Counted(p.Ruling.Need, "approval"), " from ",
				people(p.Ruling.Who, User, "or"))
		}
		return say(l, ". Nothing was counted.")
	case reset.ProblemTooLate:
		return say("Too late: ", p.Request, " is ", cmp.Or(states[p.State], "over"), ending(p.Got), ". See ", show, ".")
	case reset.ProblemBlocked:
		if p.State == reset.Applying {
			return say(p.Request, " is just being written to ", cmp.Or(p.Group, "this group"),
				"; this one goes on after it.")
		}
		return say(p.Request, " left ", cmp.Or(p.Group, "this group"), " in doubt: ",
			cmp.Or(outcomes[reset.Outcome(p.Got)], "it did not end cleanly"), ". First somebody has to take it back (",
			code("undo "+p.Request), ") or accept it (", code("settle "+p.Request+` "why"`), ").")
	case reset.ProblemFrozen:
		return say(scopeWord(p.Cluster), " is frozen", byIDs(p.Names), kafkaSaid(p.Got),
			". Nothing is written until it is thawed: ", code("thaw "+scopeWord(p.Cluster)))
	case reset.ProblemNotFrozen:
		return say(scopeWord(p.Cluster), " is not frozen by itself; ", code("status"), " says what is.")
	case reset.ProblemStopping:
		return say("Somebody has cancelled ", cmp.Or(p.Request, "it"), " already; that is being decided first.")
	case reset.ProblemNoOption:
		return say("There is no such choice any more. See ", show, " for those that are open.")
	case reset.ProblemNoUndo:
		return noUndo(p)
	case reset.ProblemReadPast:
		return say(cmp.Or(p.Group, "The group"), " has moved on: it is ", text.Counted(p.Count, "record"),
			" past the place from before ", cmp.Or(p.Request, "the reset"),
			". Going back there would only replay them. To do that all the same, ask for it by offset, shift or time",
			accepted(p), ".")
	case reset.ProblemNotYours:
		return say(p.Request, " is still a preview and belongs to the person who asked for it. Ask for your own.")
	default: // problemLines asks the functions of the other problems
	}
	return nil
}

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
		return say(p.Request, " was taken back already, by ", p.Want, ". See ", code("show "+p.Want), "; ",
			code("undo "+p.Want), " takes that back in turn.")
	case p.Want != "":
		return say(p.Request, " is being taken back already: ", p.Want, " is ", cmp.Or(states[p.State], "open"),
			". See ", code("show "+p.Want), "; ", code("cancel "+p.Want), " makes room for another undo.")
	}
	switch reset.Outcome(p.Got) {
	case reset.Unchanged, reset.RolledBack:
		return say(p.Request, " has nothing to take back: ", outcomes[reset.Outcome(p.Got)], ".")
	case "":
		return say(p.Request, " has written nothing that could be taken back: it is ",
			cmp.Or(states[p.State], "not done"), ".")
	// some partitions may be at their target, and an undo was possible
	case reset.Verified, reset.Overtaken, reset.AppliedLate, reset.PartiallyApplied, reset.OutcomeUnknown:
	}
	return say(p.Request, " is being taken back already", kafkaSaid(p.Got), ". See ", code("show "+p.Request), ".")
}
