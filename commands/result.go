package commands

import (
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// applied says what stands now, and how it differs from what was agreed to.
func applied(c *Content, s reset.Story, v voice) {
	r := s.Request
	in, _ := r.Move()
	c.Status = status(r, "done")
	e := resolved(s)
	n := number(e.Partitions, "partition")
	if r.Outcome == reset.Overtaken {
		c.Status = status(r, "done, and moved on")
		c.Lines = append(c.Lines, say("Kafka took all ", n, ", but ", count(s.Stands[reset.StandsMoved]),
			" had moved on when they were read back: somebody commits to ", in.Group, "."))
		c.Table = evidenceTable(s)
	} else {
		c.Lines = append(c.Lines, say(strong(count(e.Partitions)+" of "+n+" "+are(int64(e.Partitions))+" "+place(in, v)), " and ",
			was(e.Partitions), " read back", doneAt(r, v), "."))
	}
	c.Lines = append(c.Lines, outturn(r.Effect, e))
	if a := s.Attempt; a != nil && a.Gone > 0 {
		c.Warnings = append(c.Warnings, say(records(a.Gone), " between the target and the log start were gone by then."))
	}
	if a := s.Attempt; a != nil && a.ExtraParts > 0 {
		c.Warnings = append(c.Warnings, say(number(a.ExtraParts, "partition"), " added after the plan: left alone."))
	}
	c.Lines = append(c.Lines, say("Asked by ", askedBy(r), reason(in), ". ", agreed(s, v)))
	if r.UndoneBy != "" {
		c.Lines = append(c.Lines, say(strong("Taken back by "+r.UndoneBy), ": ", code("show "+r.UndoneBy), "."))
	}
	c.Hints = append(startHints(r.Ruling), runbook(r.Ruling)...)
	c.Buttons = undoButtons(s)
	watched(c, s, v)
}

func was(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

func doneAt(r reset.Request, v voice) Line {
	if r.EndedAt.IsZero() {
		return nil
	}
	return say(" (", v.exact(r.EndedAt), ")")
}

// resolved is the effect as it was written, where that is known.
func resolved(s reset.Story) reset.Effect {
	if s.Attempt != nil && s.Attempt.Effect.Partitions > 0 {
		return s.Attempt.Effect
	}
	return s.Request.Effect
}

// outturn tells the effect once more, with what changed since the preview.
func outturn(plan, done reset.Effect) Line {
	tell := func(verb string, planned, is int64) string {
		switch {
		case is == 0 && planned == 0:
			return verb + " none"
		case is > planned:
			return verb + " at most " + records(is) + " (" + count(is-planned) + " more than previewed: the group had gone on)"
		case is < planned:
			return verb + " at most " + records(is) + " (" + count(planned-is) + " fewer than previewed)"
		}
		return verb + " at most " + records(is)
	}
	return say(tell("Replays", plan.Replay, done.Replay), ". ", tell("Skips", plan.Skip, done.Skip), ".")
}

func undoButtons(s reset.Story) []Button {
	if s.Request.UndoneBy != "" {
		return nil
	}
	return []Button{{Verb: "undo", Ref: ref(s.Request), Label: "Undo", Typed: "undo " + s.Request.ID}}
}

// failed says what is known to stand, and never more.
func failed(c *Content, s reset.Story, v voice) {
	r := s.Request
	in, _ := r.Move()
	n := number(resolved(s).Partitions, "partition")
	switch r.Outcome {
	case reset.Mixed:
		c.Status = status(r, "partly written")
		c.Lines = append(c.Lines, say(strong("A part was written and a part was not"), ": ", stand(s), "."))
	case reset.Unclear:
		c.Status = status(r, "unclear")
		c.Lines = append(c.Lines, say(strong("What was written cannot be known"), ": an answer of Kafka was lost, and reading shows ", stand(s), "."))
	case reset.PutBack:
		c.Status = status(r, "failed, put back")
		c.Lines = append(c.Lines, say(strong("Nothing is changed any more"), ": what had been written was put back, and all ", n, " were read back where they had been."))
	default:
		if r.Problem != nil && r.Problem.Code == reset.ProblemLost { // what was read is known; what came and went in between is not
			c.Status = status(r, "failed, offsets as before")
			c.Lines = append(c.Lines, say(strong("The offsets are where they were before"), ": all ", n, " were read back twice there, after an answer of Kafka was lost. ",
				"Either nothing was written, or consumers have read on to the same place since."))
			break
		}
		c.Status = status(r, "failed, nothing changed")
		c.Lines = append(c.Lines, say(strong("Nothing was changed"), ": all ", n, " were read back twice where they had been."))
	}
	if cause := causeLine(r); cause != nil {
		c.Lines = append(c.Lines, cause)
	}
	c.Lines = append(c.Lines, askLine(s, v))
	if !r.Outcome.Blocks() {
		c.Buttons = []Button{retryButton(r, "Try again")}
		return
	}
	c.Table = evidenceTable(s)
	c.Lines = append(c.Lines, afterwards(s, v))
	if r.Settled == nil {
		c.Warnings = append(c.Warnings, say("No other reset of ", in.Group, " is written until somebody has undone this one or accepted it."))
		c.Buttons = append(undoButtons(s), Button{Verb: "settle", Ref: ref(r), Label: "Accept as is", Style: "danger",
			Typed: "settle " + r.ID + ` "why"`})
	}
}

// causeLine is Kafka's reason for a failure, with what to do about the usual ones.
func causeLine(r reset.Request) Line {
	p := r.Problem
	if p == nil || p.Got == "" {
		return nil
	}
	at := ""
	if p.Topic != "" {
		at = " on " + spot(p.Topic, p.Parts)
	}
	l := say("Kafka answered ", code(clip(p.Got, 100)), at, ".")
	if advice := answers[p.Got]; advice != "" {
		l = say(l, " ", advice)
	}
	return l
}

// answers explains Kafka's errors that operators meet and that say little (facts: the most asked about is the first).
var answers = map[string]string{
	"UNKNOWN_MEMBER_ID":            "A consumer was in the group.",
	"REBALANCE_IN_PROGRESS":        "Consumers were joining the group.",
	"TOPIC_AUTHORIZATION_FAILED":   "The bot's Kafka user needs READ on the topic.",
	"GROUP_AUTHORIZATION_FAILED":   "The bot's Kafka user needs READ on the group.",
	"UNKNOWN_TOPIC_OR_PARTITION":   "The topic or partition is no more.",
	"OFFSET_METADATA_TOO_LARGE":    "The saved metadata is longer than the brokers accept.",
	"COORDINATOR_NOT_AVAILABLE":    "The group's coordinator is not up.",
	"COORDINATOR_LOAD_IN_PROGRESS": "The group's coordinator is still loading.",
	"NOT_COORDINATOR":              "The group's coordinator was moving.",
}

// stand counts where the partitions stand: "7 written, 4 unchanged, 1 moved on".
func stand(s reset.Story) string {
	var words []string
	for _, st := range []reset.Standing{reset.StandsTarget, reset.StandsBefore, reset.StandsMoved, reset.StandsDark, ""} {
		if n := s.Stands[st]; n > 0 {
			words = append(words, count(n)+" "+standings[st])
		}
	}
	if len(words) == 0 {
		return "offsets at neither place"
	}
	return list(words, 5)
}

func afterwards(s reset.Story, v voice) Line {
	r := s.Request
	switch {
	case r.Settled != nil:
		return say("Accepted as it is by ", person(r.Settled.By), " (", v.clock(r.Settled.At), `): "`, clip(r.Settled.Why, 200), `"`)
	case r.UndoneBy != "":
		return say(r.UndoneBy, " takes it back.")
	}
	return say("Undo goes back to the offsets saved before it; accepting leaves them as they are.")
}

func firstTime(ts ...time.Time) time.Time {
	for _, t := range ts {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}
