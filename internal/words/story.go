package words

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// maxEntries is how many lines of a request's history are shown: its beginning and its end.
const maxEntries = 30

// ShowOf is the whole story, for a post-mortem or for a reader who joins late: the card, and everything that
// happened, in order.
func ShowOf(s reset.Story, entries []reset.Entry) Content {
	r := s.Request
	in, _ := r.Intent()
	v := timeFormatOf(in, s.Now)
	c := CardOf(s)
	if r.State == reset.Draft || r.State == reset.Planning || r.State == reset.Refused {
		c = PreviewOf(s)
	}
	if c.Table == nil {
		c.Table = planTable(s, v)
	}
	if r.State == reset.Applied && c.Table != nil && c.Table.More > 0 {
		c.Buttons = append(c.Buttons, showAll(r, c.Table)...)
	}
	skipped := len(entries) - maxEntries
	for i, e := range entries {
		switch {
		case skipped <= 0 || i < maxEntries/2 || i >= len(entries)-maxEntries/2:
			c.Lines = append(c.Lines, say(v.exact(e.At), "  ", eventLine(e, s)))
		case i == maxEntries/2:
			c.Lines = append(c.Lines, say("... ", text.Counted(skipped, "entry"), " not shown"))
		}
	}
	return c
}

// ThreadLine is the line of an event in the card's thread; false for events that the card shows or that concern one
// person only.
func ThreadLine(e reset.Entry, s reset.Story) (Line, bool) {
	switch e.Event {
	case reset.EvSubmitted, reset.EvVoted, reset.EvEmergency, reset.EvRejected, reset.EvApproved, reset.EvVoided,
		reset.EvKafkaRejected, reset.EvRollingBack, reset.EvApplied, reset.EvFailed, reset.EvCancelled, reset.EvExpired,
		reset.EvSettled, reset.EvFrozen, reset.EvThawed:
		return eventLine(e, s), true
	case reset.EvSaved, reset.EvPaused, reset.EvUnpaused, reset.EvRemoved, reset.EvApprovalExpiring,
		reset.EvApprovalExpired, reset.EvMissed, reset.EvSkipped, reset.EvDelayed, reset.EvRunNow, reset.EvPostponed,
		reset.EvTimeReached:
		return eventLine(e, s), true
	case reset.EvAnnounced:
		return eventLine(e, s), s.Request.Run == nil // the card shows its own run
	case reset.EvLanded, reset.EvLateOver, reset.EvOverwritten, reset.EvConsumersBack, reset.EvElsewhere,
		reset.EvResumed, reset.EvCaughtUp, reset.EvUnwatched:
		return eventLine(e, s), true
	default: // the card shows it, or it concerns one person only
	}
	return nil, false
}

// eventLine is one audit entry as a sentence. Facts that are not there are left out.
func eventLine(e reset.Entry, s reset.Story) Line {
	r := s.Request
	in, _ := r.Intent()
	fact := func(key, before string) string {
		if e.Facts[key] == "" {
			return ""
		}
		if n, err := strconv.ParseInt(e.Facts[key], 10, 64); err == nil {
			if verb, effect := strings.CutSuffix(before, "at most "); effect && n == 0 {
				return verb + "none"
			}
			return before + text.WithCommas(n)
		}
		return before + text.Clip(e.Facts[key], 200)
	}
	who := person(e.Actor)
	switch e.Event {
	case reset.EvAsked:
		return say(who, " asked", reason(in), ".")
	case reset.EvPlanned:
		return say("Planned", revision(e), fact("partitions", ", partitions: "), effectFacts(e, s, ", ", fact),
			fact("rule", ", rule: "), ".")
	case reset.EvRefused:
		return say("Refused", fact("why", ": "), fact("got", ", "), ".")
	case reset.EvWaiting:
		if e.Facts["why"] == string(reset.ProblemDirectory) {
			return say("Waiting for Slack: it could not be read who may do this.")
		}
		if e.Facts["why"] == string(reset.ProblemInternal) {
			return say("No progress: ", cmp.Or(e.Facts["got"], "an error inside the bot"), ". The bot tries again.")
		}
		return say("Waiting for Kafka", fact("why", ": "), fact("got", ", "), ".")
	case reset.EvChosen:
		return say(who, " chose", fact("option", ": "), ".")
	case reset.EvSubmitted:
		return say(who, " asked for approval of", revision(e), fact("need", ", needed: "), ".")
	case reset.EvVoted:
		return say(who, " approved", revision(e), fact("votes", " ("), fact("need", " of "), closing(e), ".")
	case reset.EvDenied:
		return say(who, " was not allowed to ", cmp.Or(didNot[reset.Verb(e.Facts["verb"])], e.Facts["verb"], "do that"),
			refusedFor(e), fact("rule", ", rule: "), ".")
	case reset.EvEmergency:
		return say(who, " goes alone: emergency", fact("incident", " "), owners(r), ".")
	case reset.EvRejected:
		return say(who, " rejected it", because(&e), ". Nothing was changed.")
	case reset.EvApproved:
		if _, saves := r.Act.(reset.SaveSchedule); saves {
			return say("Approved, last by ", who, ".")
		}
		return say("Approved, last by ", who, ": waiting until ", in.Group, " is idle.")
	case reset.EvVoided:
		if e.Facts["need"] != "" && e.Facts["cap"] == "" {
			return say(strong("More approvals are needed"), ": ", fact("need", ""), fact("was", " instead of "),
				fact("replay", ". It now replays at most "), fact("skip", ", skips at most "),
				". Earlier approvals no longer count.")
		}
		return say("It is planned again", voided(e), fact("replay", "; it now replays at most "),
			fact("skip", ", skips at most "), ". Earlier approvals no longer count.")
	default: // what the bot did, and what came after: workLine
	}
	return workLine(e, s, fact)
}

// effectFacts is the effect in an entry. Where no committed offset is left, each consumer's own setting decides it.
func effectFacts(e reset.Entry, s reset.Story, before string, fact func(key, before string) string) string {
	replay, err := strconv.ParseInt(e.Facts["replay"], 10, 64)
	skip, bad := strconv.ParseInt(e.Facts["skip"], 10, 64)
	switch {
	case err != nil || bad != nil:
		return ""
	case deletes(s.Request):
		return before + "the start is left to " + startsAt(replay, skip)
	case firstOffsets(s.Request):
		return before + comparedWith(replay, skip)
	}
	return fact("replay", before+"replays at most ") + fact("skip", ", skips at most ")
}

// didNot names what was refused, where the verb alone is not a phrase.
var didNot = map[reset.Verb]string{
	reset.VerbEmergency: "go alone", reset.VerbRequest: "ask for it", reset.VerbRetry: "ask for it again",
	reset.VerbUndo: "take it back", reset.VerbSettle: "accept the outcome",
}

// owners are notified of an emergency; where the rule names none, the approvers are.
func owners(r reset.Request) Line {
	told := OwnersOf(r)
	if len(told) == 0 {
		return nil
	}
	return say(", to the knowledge of ", people(told, Notify, "and"))
}

func closing(e reset.Entry) string {
	if e.Facts["votes"] == "" {
		return ""
	}
	return ")"
}

func revision(e reset.Entry) string {
	if e.Revision == 0 {
		return " it"
	}
	return " revision " + text.WithCommas(e.Revision)
}

func refusedFor(e reset.Entry) string {
	if words := denials[reset.Denial(e.Facts["denial"])]; words != "" {
		return ": " + words
	}
	return ""
}

func voided(e reset.Entry) string {
	if e.Facts["why"] == "" {
		return ""
	}
	why := strings.TrimSuffix(e.Facts["why"], string(reset.ProblemVoided))
	return ": " +
		voidReason(&reset.Problem{Want: why, Topic: cmp.Or(e.Facts["topic"], "a topic"), Request: e.Facts["by"]})
}

func unanswered(e reset.Entry) string {
	if e.Facts["answered"] == "false" {
		return ", and an answer was lost"
	}
	return ""
}

// workLine is an event of the bot itself.
func workLine(e reset.Entry, s reset.Story, fact func(key, before string) string) Line {
	in, _ := s.Request.Intent()
	who := person(e.Actor)
	switch e.Event {
	case reset.EvIdle:
		return say(in.Group, " is idle.")
	case reset.EvBusy:
		return say(in.Group, " is busy", fact("members", ", consumers: "), fact("state", ", "), ".")
	case reset.EvApplying:
		return say("Writing", fact("attempt", ", attempt "), fact("partitions", ", partitions: "), ".")
	case reset.EvSent:
		return say("Sent", fact("chunk", " request "), fact("of", " of "), fact("partitions", ", partitions: "),
			unanswered(e), ".")
	case reset.EvKafkaRejected:
		if e.Facts["sent"] == "no" {
			return say("Nothing was sent: ", cmp.Or(e.Facts["got"], "the process that was about to write has gone"),
				". It is tried again once the group is idle.")
		}
		return say("Kafka turned the write down", fact("error", ": "), fact("got", ": "),
			". Nothing was written; it is tried again once the group is idle.")
	case reset.EvRollingBack:
		return say("Putting back what had been written", fact("partitions", ", partitions: "), ".")
	case reset.EvApplied:
		return say("Done: ", cmp.Or(outcomes[s.Request.Outcome], "written and read back"),
			effectFacts(e, s, "; ", fact), ".")
	case reset.EvFailed:
		return say("Failed: ", cmp.Or(outcomes[reset.Outcome(cmp.Or(e.Facts["outcome"], string(s.Request.Outcome)))],
			"not written as planned"),
			readTwice(e, timeFormatOf(in, s.Now)), ".")
	case reset.EvCancelled:
		return say(who, " cancelled it", because(&e), ". Nothing was changed.")
	case reset.EvExpired:
		return say("Out of time while it was ", cmp.Or(states[reset.State(e.Facts["state"])], "waiting"),
			". Nothing was changed.")
	case reset.EvLanded, reset.EvLateOver:
		return lateLine(e, s)
	case reset.EvSettled:
		return say(who, " accepted the outcome as it is", because(&e), ".")
	case reset.EvFrozen:
		return say(who, " froze ", scopeWord(cmp.Or(e.Facts["cluster"], "it")), because(&e),
			": nothing is written until it is thawed.")
	case reset.EvThawed:
		return say(who, " thawed ", scopeWord(cmp.Or(e.Facts["cluster"], "it")), because(&e), ".")
	default: // what a watch saw, and schedules: watchLine
	}
	return watchLine(e, s, fact)
}
