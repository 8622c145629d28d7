package words

import (
	"cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// told is where an event is shown, besides the whole story.
type told int

const (
	inCard   told = iota // the card shows it, or it concerns one person only
	inThread             // in the card's thread, once
	ofOthers             // in the thread, but not of the run whose card it is
)

// events says what each event of a request's life was, in a sentence. Facts that are not there are left out.
var events = map[reset.Event]struct {
	told told
	line func(e entry) Line
}{
	// The request, as people decide upon it.
	reset.EvAsked: {inCard, func(e entry) Line {
		return say(e.who, " requested it", reason(e.intent), ".")
	}},
	reset.EvPlanned: {inCard, func(e entry) Line {
		return say("Planned", revision(e), e.fact("partitions", ", partitions: "), effectFacts(e, ", "),
			e.fact("rule", ", rule: "), ".")
	}},
	reset.EvRefused: {inCard, func(e entry) Line {
		return say("Refused", e.fact("why", ": "), e.fact("got", ", "), ".")
	}},
	reset.EvWaiting: {inCard, func(e entry) Line {
		if e.Facts["why"] == string(reset.ProblemDirectory) {
			return say("Waiting for Slack: the rights could not be read.")
		}
		if e.Facts["why"] == string(reset.ProblemInternal) {
			return say("No progress: ", cmp.Or(e.Facts["got"], "an internal error"), ". The bot retries.")
		}
		return say("Waiting for Kafka", e.fact("why", ": "), e.fact("got", ", "), ".")
	}},
	reset.EvChosen: {inCard, func(e entry) Line {
		return say(e.who, " chose", e.fact("option", ": "), ".")
	}},
	reset.EvSubmitted: {inThread, func(e entry) Line {
		return say(e.who, " asked for approval of", revision(e), e.fact("need", ", needed: "), ".")
	}},
	reset.EvVoted: {inThread, func(e entry) Line {
		return say(e.who, " approved", revision(e), e.fact("votes", " ("), e.fact("need", " of "), closing(e), ".")
	}},
	reset.EvVoteWithdrawn: {inThread, func(e entry) Line {
		return say(e.who, " withdrew their approval of", revision(e), e.fact("votes", " ("), e.fact("need", " of "),
			closing(e), ".")
	}},
	reset.EvDenied: {inCard, func(e entry) Line {
		return say(e.who, " was not allowed to ",
			cmp.Or(verbs[reset.Verb(e.Facts["verb"])].denied, e.Facts["verb"], "do that"), refusedFor(e),
			e.fact("rule", ", rule: "), ".")
	}},
	reset.EvEmergency: {inThread, func(e entry) Line {
		return say(strong("BREAK-GLASS"+e.fact("incident", " ")), ": applied without approval by ", e.who,
			owners(e.request), ".")
	}},
	reset.EvRejected: {inThread, func(e entry) Line {
		return say(e.who, " rejected it", because(&e.Entry), ".")
	}},
	reset.EvApproved: {inThread, func(e entry) Line {
		if _, saves := e.request.Act.(reset.SaveSchedule); saves {
			return say(agreedBy(e), e.who, ".")
		}
		if e.request.Emergency != nil { // nobody approved it: the line before says who used break-glass
			return say("Waiting for ", e.intent.Group, " to become inactive.")
		}
		return say(agreedBy(e), e.who, ". Waiting for ", e.intent.Group, " to become inactive.")
	}},
	reset.EvVoided: {inThread, func(e entry) Line {
		if e.Facts["need"] != "" && e.Facts["cap"] == "" {
			return say(strong("More approvals are needed"), ": ", e.fact("need", ""), e.fact("was", " instead of "),
				e.fact("replay", ". It now reprocesses up to "), e.fact("skip", " messages, skips up to "),
				". Earlier approvals are void.")
		}
		return say("It is planned again", voided(e), e.fact("replay", "; it now reprocesses up to "),
			e.fact("skip", " messages, skips up to "), ". Earlier approvals are void.")
	}},
	reset.EvVoteDropped:   {inThread, voteDroppedLine},
	reset.EvEmergencyOver: {inThread, emergencyOverLine},
	reset.EvRulesChanged:  {inThread, rulesChangedLine},
	reset.EvReopened:      {inThread, reopenedLine},

	// What the bot did with it.
	reset.EvIdle: {inCard, func(e entry) Line {
		return say(e.intent.Group, " is inactive.")
	}},
	reset.EvBusy: {inCard, func(e entry) Line {
		return say(e.intent.Group, " is active", e.fact("members", ", consumers: "), e.fact("state", ", "), ".")
	}},
	reset.EvApplying: {inCard, func(e entry) Line {
		return say("Writing", e.fact("attempt", ", attempt "), e.fact("partitions", ", partitions: "), ".")
	}},
	reset.EvSent: {inCard, func(e entry) Line {
		return say("Sent", e.fact("chunk", " request "), e.fact("of", " of "), e.fact("partitions", ", partitions: "),
			unanswered(e), ".")
	}},
	reset.EvKafkaRejected: {inThread, func(e entry) Line {
		if e.Facts["sent"] == "no" {
			return say("Nothing was sent: ", cmp.Or(e.Facts["got"], "the process stopped before the write"),
				". It is retried when the group is inactive.")
		}
		return say("Not applied: Kafka rejected the commit", e.fact("error", ": "), e.fact("got", ": "),
			". It is retried when the group is inactive.")
	}},
	reset.EvRollingBack: {inThread, func(e entry) Line {
		return say("Rolling back what was written", e.fact("partitions", ", partitions: "), ".")
	}},
	reset.EvApplied: {inThread, func(e entry) Line {
		return say(text.Capital(cmp.Or(outcomes[e.request.Outcome], "applied and verified")),
			effectFacts(e, "; "), ".")
	}},
	reset.EvFailed: {inThread, func(e entry) Line {
		return say(text.Capital(cmp.Or(outcomes[e.outcome()], "not applied as planned")), readTwice(e), ".")
	}},
	reset.EvCancelled: {inThread, func(e entry) Line {
		return say(e.who, " cancelled it", because(&e.Entry), ".")
	}},
	reset.EvExpired: {inThread, func(e entry) Line {
		return say("Expired while it was ", cmp.Or(states[reset.State(e.Facts["state"])], "waiting"), ".")
	}},
	reset.EvLanded:   {inThread, landedLine},
	reset.EvLateOver: {inThread, lateEndLine},
	reset.EvSettled: {inThread, func(e entry) Line {
		return say(e.who, " accepted the outcome", because(&e.Entry), ".")
	}},
	reset.EvFrozen: {inThread, func(e entry) Line {
		return say(e.who, " froze ", scopeWord(cmp.Or(e.Facts["cluster"], "it")), because(&e.Entry),
			": all writes are paused until it is thawed.")
	}},
	reset.EvThawed: {inThread, func(e entry) Line {
		return say(e.who, " thawed ", scopeWord(cmp.Or(e.Facts["cluster"], "it")), because(&e.Entry),
			stillFrozen(e.Entry), ".")
	}},

	// What it saw of the group afterwards.
	reset.EvChecked: {inCard, func(e entry) Line {
		return say("Read again: not overwritten", e.fact("partitions", ", partitions: "), ".")
	}},
	reset.EvOverwritten: {inThread, func(e entry) Line {
		if late := e.Facts["by"]; late != "" {
			return say(strong(overwrittenBy(late)), ": ", firstStray(e), ". ", overwriter(late, e.story),
				" Undo it, or retry it. ", mentionPerson(e.request.Actor))
		}
		return say(strong("Overwritten by a process outside the group"), ": ", firstStray(e), ". ",
			overwriterUnknown(e.story), " ", noGroup, " Undo it, or stop that process and retry. ",
			mentionPerson(e.request.Actor))
	}},
	reset.EvConsumersBack: {inThread, func(e entry) Line {
		return say("First consumer joined: ", consumersBack(e.Facts["client"], e.Facts["host"], e.number("members")),
			progress(e.number("resumed"), e.number("empty"), e.number("of")), ".")
	}},
	reset.EvElsewhere: {inThread, func(e entry) Line {
		return say(strong(text.Counted(e.number("partitions"), "partition")+" continued from another offset"), ": ",
			firstStray(e), ". ", whyElsewhere)
	}},
	reset.EvResumed: {inThread, func(e entry) Line {
		return say("The group commits again", progress(e.number("resumed"), e.number("empty"), e.number("of")), ".")
	}},
	reset.EvCaughtUp: {inThread, func(e entry) Line {
		return say("Caught up, ", e.after(), " after the reset", onlyMarkers(int64(e.number("markers"))), ".")
	}},
	reset.EvUnwatched: {inThread, watchEndLine},

	// A schedule.
	reset.EvSaved: {inThread, func(e entry) Line {
		return say("The schedule is saved", e.moment("next", "; the next run: "),
			e.moment("until", "; approved until "), ".")
	}},
	reset.EvPaused: {inThread, func(e entry) Line {
		if e.Actor.Kind == reset.Scheduled {
			return say(warned(e.story), strong("the schedule was paused"), ": its run", e.fact("request", " "),
				e.moment("run", " of "), pausedBecause(e.Entry))
		}
		if e.Actor.Kind == reset.Config {
			return say(warned(e.story), strong("the schedule is paused"), because(&e.Entry), ".")
		}
		return say(e.who, " paused the schedule", because(&e.Entry), ".")
	}},
	reset.EvUnpaused: {inThread, func(e entry) Line {
		return say(e.who, " resumed the schedule", e.moment("next", "; the next run: "), ".")
	}},
	reset.EvRemoved: {inThread, func(e entry) Line {
		return say(e.who, " removed the schedule", because(&e.Entry), ".")
	}},
	reset.EvApprovalExpiring: {inThread, func(e entry) Line {
		return say(warned(e.story), "the standing approval ends", e.moment("until", " "),
			". Save the schedule again under its name to request a new one.")
	}},
	reset.EvApprovalExpired: {inThread, func(e entry) Line {
		return say(warned(e.story),
			"the standing approval has ended or is no longer valid: the schedule does not run. Save it again under its name to request a new one.")
	}},
	reset.EvMissed: {inThread, func(e entry) Line {
		then := "It is skipped."
		if e.Facts["then"] == "run" {
			then = "The latest runs now."
		}
		if n := e.Facts["count"]; n != "" && n != "1" {
			return say(e.fact("count", ""), " runs were missed, the latest", e.moment("run", " "), ". ", then)
		}
		return say("A run was missed", e.moment("run", ": "), ". ", then)
	}},
	reset.EvSkipped: {inThread, func(e entry) Line {
		return say(e.who, " skipped ", firstLine(e.moment("run", "the run of "), "the run"), because(&e.Entry), ".")
	}},

	// One run.
	reset.EvAnnounced: {ofOthers, func(e entry) Line {
		return say("A run is announced", e.moment("run", " for "), e.fact("request", ": "), ".")
	}},
	reset.EvDelayed: {inThread, func(e entry) Line {
		return say(e.who, " delayed it", e.moment("until", " until "), ".")
	}},
	reset.EvRunNow: {inThread, func(e entry) Line {
		return say(e.who, " started it now", e.fact("request", ": "), ".")
	}},
	reset.EvTimeReached: {inThread, func(e entry) Line {
		return say("The time has come", e.moment("at", ": "), ". Its offsets are looked up.")
	}},
	reset.EvPostponed: {inThread, func(e entry) Line {
		return say("It waits for another reset", e.fact("by", ": "), e.fact("state", " is "), ".")
	}},
}

// agreedBy tells a requester's own confirmation from an approval.
func agreedBy(e entry) string {
	if e.Actor == e.request.Actor {
		return "Confirmed by "
	}
	return "Approved by "
}
