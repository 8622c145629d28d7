package words

import (
	"cmp"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// problems says what is wrong and what to do about it, a sentence or two a problem.
var problems = map[reset.ProblemCode]func(p *reset.Problem) Line{
	// Kafka.
	reset.ProblemDeleted:     deletedTopic,
	reset.ProblemClusterGone: clusterGone,
	reset.ProblemSameKafka:   sameKafka,
	reset.ProblemInternal: func(p *reset.Problem) Line {
		return say("It has made no progress", failsSince(p), ": ", cmp.Or(p.Got, "an error inside the bot"),
			". The bot retries with growing pauses. Its log has the details; tell the team that runs the bot.")
	},
	reset.ProblemPhantom: func(p *reset.Problem) Line {
		return say("Offsets of ", cmp.Or(p.Group, "the group"),
			" move although it has no members: a process commits without being a member",
			" (a consumer that uses assign, or a tool), or consumers join and leave within a second. Nothing is written until this stops; find the process and stop it.")
	},
	reset.ProblemUnreachable: func(p *reset.Problem) Line {
		return say(p.Cluster, " does not answer", tried(p), ". Try again in a minute.")
	},
	reset.ProblemWrongCluster: func(p *reset.Problem) Line {
		return say("Another Kafka answers at the addresses of ", p.Cluster, ": its cluster id is ", code(p.Got),
			", configured is ", code(p.Want),
			". The team that runs the bot must check bootstrap and cluster_id.")
	},
	reset.ProblemIncomplete: func(p *reset.Problem) Line {
		return say("Not every broker of ", p.Cluster, " answered", kafkaSaid(p.Got),
			", so the result is incomplete. Try again in a minute.")
	},
	reset.ProblemNoGroup: func(p *reset.Problem) Line {
		if strings.ContainsAny(p.Group, "*,") {
			return say("One group per reset: no group", onCluster(p), " is called ", p.Group,
				". Name one of them; ", code("groups"), " lists those that you may view. Nothing was created.")
		}
		if meant := commands.Meant(p.Group); meant != "" && len(p.Names) == 0 {
			return say("No group ", p.Group, onCluster(p), ". Did you mean the command ", code(meant),
				"? Nothing was created.")
		}
		return say("No group ", p.Group, onCluster(p), ". ", near(p.Names),
			"Nothing was created. To create the group, add ", code("--create-group"), ".")
	},
	reset.ProblemNoTopic: func(p *reset.Problem) Line {
		if strings.Contains(p.Topic, "*") {
			return say(cmp.Or(p.Group, "The group"), " has committed offsets on no topic like ", p.Topic, ". It has some on ",
				text.List(p.Names, 5), ".")
		}
		return say("No topic ", p.Topic, onCluster(p), ". ", near(p.Names), "Nothing was created.")
	},
	reset.ProblemNoPartition: func(p *reset.Problem) Line {
		return say(p.Topic, " has ", text.Counted(p.Count, "partition"), lastPartition(p.Count), ": there is no ",
			partitionsLabel(p.Topic, p.Parts), ".")
	},
	reset.ProblemNoCommits: func(p *reset.Problem) Line {
		return say(p.Group, " has no committed offsets", onTopic(p.Topic), onCluster(p),
			". Name the topics, with a target that needs none: to TIME, to latest, to earliest.")
	},
	reset.ProblemUnread:    unreadableLine,
	reset.ProblemWrongTool: wrongTool,
	reset.ProblemHidden:    hiddenProblem,
	reset.ProblemNoAPI: func(p *reset.Problem) Line {
		return say(p.Cluster, " does not support ", p.Got,
			" (Kafka before 2.4, and some services): committed offsets cannot be deleted there. Nothing was written. ",
			"Reset to earliest, latest or a time instead; an undo without those partitions is a reset with ",
			code("--from-file"), ".")
	},
	reset.ProblemKafkaRejected: func(p *reset.Problem) Line {
		return say("Not applied: Kafka rejected the commit", kafkaSaid(p.Got),
			". Usually a consumer joined at that moment. It is retried when the group is inactive.")
	},
	reset.ProblemSlowStore: func(p *reset.Problem) Line {
		return say("The bot's database took longer than ", wait(p.Want),
			" to record the start of the write, so it was not sent. It is retried when the group is inactive.")
	},
	reset.ProblemLost: func(p *reset.Problem) Line {
		return say("Kafka's answer was lost", kafkaSaid(p.Got),
			". The offsets may have been written or not; the write is not sent again.")
	},
	reset.ProblemBusy: busyProblem,

	// The intent.
	reset.ProblemNoCommit: func(p *reset.Problem) Line {
		if p.Want != "" {
			return say(p.Want, " has no committed offset on ", partitionsLabel(p.Topic, p.Parts),
				": there is nothing to copy. Name only the partitions that both groups have.")
		}
		return say(partitionsLabel(p.Topic, p.Parts),
			" has no committed offset to shift or skip from. Leave it out, or give a time or an offset.")
	},
	reset.ProblemSkipMoved: skipMovedLine,
	reset.ProblemFuture: func(p *reset.Problem) Line {
		if p.Want != "" {
			return say(quotedOr(p.Got, "That time"), " has not come yet when it runs, at ", p.Want,
				": give a later time for the runs, an earlier one, or ", code("to yesterday TIME"), ". Nothing was saved.")
		}
		return say(quotedOr(p.Got, "That time"), " is in the future", inSeconds(p.Count),
			". To wait for it add ", code("--future"), "; to reset later use ", code("at TIME -- RESET"), ".")
	},
	reset.ProblemOneRecord: func(p *reset.Problem) Line {
		return say("skip takes exactly one message of one partition", found(p.Count), ". Example: ",
			code("skip orders:7@18231"))
	},
	reset.ProblemAmbiguous: which,
	reset.ProblemNoCluster: func(p *reset.Problem) Line {
		return say("No cluster ", p.Got, ". Configured: ", text.List(p.Names, 8), ".")
	},
	reset.ProblemTooLong: func(p *reset.Problem) Line {
		return say("A wait of ", wait(p.Got), " is longer than the rule allows: at most ", wait(p.Want),
			ruleOfProblem(p), ".")
	},
	reset.ProblemNoRecord: func(p *reset.Problem) Line {
		return say(partitionsLabel(p.Topic, p.Parts), " has no message at offset ", text.WithCommas(p.Count),
			" yet: its log-end offset is ", text.WithCommas(p.Other), ". Nothing was skipped.")
	},
	reset.ProblemRecreated: func(p *reset.Problem) Line {
		return say(p.Topic,
			" was deleted and recreated: offsets of the old topic are not valid in the new one. Reset by time, to earliest or to latest instead.")
	},
	reset.ProblemVoided: func(p *reset.Problem) Line {
		return say("The approvals are no longer valid: ", voidReason(p), ". It is planned again.")
	},

	// The request: what blocks a decision.
	reset.ProblemNoRequest: func(p *reset.Problem) Line {
		return say("There is no request ", p.Request, " that you may view. ", code("status"),
			" lists those that are open.")
	},
	reset.ProblemStale: func(p *reset.Problem) Line {
		l := say(p.Request, " is at revision ", p.Want, ", not ", p.Got, ": it ",
			effectText(p.Unplaced, p.Count, p.Other), " now")
		if p.Ruling != nil && p.Ruling.Need > 0 {
			l = say(l, ", and needs ", text.Counted(p.Ruling.Need, "approval"), " from ",
				people(p.Ruling.Who, User, "or"))
		}
		return say(l, ". Nothing was counted.")
	},
	reset.ProblemTooLate: func(p *reset.Problem) Line {
		return say("Too late: ", p.Request, " is already ", cmp.Or(states[p.State], "ended"), ending(p.Got), ". ",
			nextStep(p))
	},
	reset.ProblemBlocked: func(p *reset.Problem) Line {
		if p.State == reset.Applying {
			return say(p.Request, " is being written to ", cmp.Or(p.Group, "this group"),
				"; this one continues after it.")
		}
		return say("Resets of ", cmp.Or(p.Group, "this group"), " are blocked by ", p.Request, ": ",
			cmp.Or(outcomes[reset.Outcome(p.Got)], "its outcome is unknown"), ". First undo it (",
			code("undo "+p.Request), ") or accept it (", code("settle "+p.Request+` "why"`), ").")
	},
	reset.ProblemFrozen: frozenProblem,
	reset.ProblemFreezing: func(p *reset.Problem) Line {
		return say("A freeze of ", scopeWord(p.Cluster),
			" was requested; it is being checked whether that is allowed. ",
			"Nothing is written until then, at the latest ", p.Since.UTC().Format("15:04:05 MST"), ".")
	},
	reset.ProblemLifted: func(p *reset.Problem) Line {
		return say("The freeze ", p.Request, " was already lifted", byIDs(p.Names), ". No other freeze was lifted; ",
			code("status"), " lists them.")
	},
	reset.ProblemNotFrozen: func(p *reset.Problem) Line {
		if p.Cluster == "" {
			return say("There is no freeze ", p.Request, "; ", code("status"), " lists the freezes.")
		}
		return say("There is no freeze of ", scopeWord(p.Cluster), "; ", code("status"), " lists the freezes.")
	},
	reset.ProblemStopping: func(p *reset.Problem) Line {
		return say("A cancellation of ", cmp.Or(p.Request, "this request"),
			", or a withdrawn approval, is recorded and decided first.")
	},
	reset.ProblemNoOption: func(p *reset.Problem) Line {
		return say("This choice is no longer available. See ", code("show "+p.Request), ".")
	},
	reset.ProblemNoUndo: noUndo,
	reset.ProblemReadPast: func(p *reset.Problem) Line {
		return say(cmp.Or(p.Group, "The group"), " has moved on: it is ", text.Counted(p.Count, "message"),
			" past its offsets before ", cmp.Or(p.Request, "the reset"),
			". An undo would only reprocess them. To do that anyway, reset by offset, shift or time",
			accepted(p), ".")
	},
	reset.ProblemNotYours: func(p *reset.Problem) Line {
		return say("Only the requester of ", p.Request, " can do that. Request your own reset.")
	},
	reset.ProblemThere: func(p *reset.Problem) Line {
		return say("Already there: ", cmp.Or(p.Group, "the group"), " has its committed offsets on ",
			text.Counted(p.Count, "partition"), ", and this would write the same again. Nothing to do. Where it is: ",
			code("lag "+group(p)))
	},
	reset.ProblemNoVote:    noVoteLine,
	reset.ProblemDenied:    denialLine,
	reset.ProblemDirectory: directoryProblem,

	// A schedule, or a run of one.
	reset.ProblemExpression: func(p *reset.Problem) Line {
		return say("Not a valid schedule: ", code(text.Clip(p.Got, 60)), reasonOf(p.Want), ". ",
			example(p.Names), "Nothing was saved.")
	},
	reset.ProblemNoSchedule: func(p *reset.Problem) Line {
		return say("There is no schedule ", code(text.Clip(p.Got, 60)), " that you may view. ", code("schedule list"),
			" lists them.")
	},
	reset.ProblemNameTaken: func(p *reset.Problem) Line {
		return say("A schedule of ", cmp.Or(p.Group, "another group"), onCluster(p), " is called ",
			code(text.Clip(p.Got, 60)), " already. Give another --name.")
	},
	reset.ProblemNoStandingApproval: func(p *reset.Problem) Line {
		return say("The standing approval of ", cmp.Or(p.Got, "the schedule"), " is not valid",
			reasonOf(approvalGaps[reset.ApprovalGap(p.Want)]), ". Save the schedule again to request a new one.")
	},
	reset.ProblemNotForRuns: func(p *reset.Problem) Line {
		return say(text.Clip(cmp.Or(p.Got, "This target"), 60),
			" cannot recur: give a target that is relative to each run, such as ", code("back 24h"), ", ",
			code("to yesterday 06:00"), " or ", code("to latest"), ".")
	},
	reset.ProblemEnd: func(p *reset.Problem) Line {
		switch len(p.Names) {
		case 1:
			return say("Its first run is at ", p.Names[0], ", and a standing approval lasts a year at most. Nothing was saved.")
		case 2:
			return say("Its first run is at ", p.Names[0], ", when the standing approval has ended (",
				cmp.Or(p.Got, "before that"), "). Give ", code("--until "+p.Names[1]), " or a later day. Nothing was saved.")
		}
		return say("A standing approval cannot last until ", cmp.Or(p.Got, "then"), ": it must end in the future and before ",
			cmp.Or(p.Want, "a year from now"), ".")
	},
	reset.ProblemReadOnly: func(p *reset.Problem) Line {
		return say(code(text.Clip(p.Got, 60)),
			" is defined in the bot's configuration file; change it there.")
	},
	reset.ProblemConflictingRequest: func(p *reset.Problem) Line {
		is := cmp.Or(states[p.State], "open")
		if p.State == reset.Applied {
			is = "applied and still watched"
		}
		return say("The run waits: ", cmp.Or(p.Request, "another reset"), " of ", cmp.Or(p.Group, "the group"), " is ",
			is, ", and a run must not overwrite it.")
	},
	reset.ProblemMissed: func(p *reset.Problem) Line {
		return say("Missed: the bot was not running at its time, ",
			text.Duration(time.Duration(p.Count)*time.Second), " ago.")
	},
	reset.ProblemInactive: func(p *reset.Problem) Line {
		return say(code(text.Clip(p.Got, 60)), " is ", cmp.Or(p.Want, "not active"), ", so there is nothing to do.")
	},
	reset.ProblemNotRun: func(p *reset.Problem) Line {
		return say(cmp.Or(p.Request, "That"), " is not an announced run of a schedule.")
	},
	reset.ProblemTimePassed: func(p *reset.Problem) Line {
		if len(p.Names) > 0 {
			return say("The run of ", utcOfFact(p.Got), " has passed, so nothing was skipped. The next run of ",
				p.Names[0], " is at ", utcOfFact(p.Want), ": ", code("schedule skip-next "+p.Names[0]), ".")
		}
		return say(cmp.Or(p.Got, "That time"), " has passed. Give a time in the future, or request the reset without ",
			code("at"), ".")
	},
}
