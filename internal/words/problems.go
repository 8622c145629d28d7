package words

import (
	"cmp"
	"time"

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
			". The bot tries again at growing intervals. Its log has the detail; tell the people who run the bot.")
	},
	reset.ProblemPhantom: func(p *reset.Problem) Line {
		return say("Offsets of ", cmp.Or(p.Group, "the group"),
			" move although it has no member: a process commits without being a member",
			" (a consumer that uses assign, or a tool), or consumers join and leave within a second. Nothing is written while that goes on; find and stop it.")
	},
	reset.ProblemUnreachable: func(p *reset.Problem) Line {
		return say(p.Cluster, " does not answer", tried(p), ". Try again in a minute.")
	},
	reset.ProblemWrongCluster: func(p *reset.Problem) Line {
		return say("Another Kafka answers as ", p.Cluster, ": its cluster id is ", code(p.Got),
			", the configuration pins ", code(p.Want),
			". The people who run the bot must check bootstrap and cluster_id.")
	},
	reset.ProblemIncomplete: func(p *reset.Problem) Line {
		return say("Not every broker of ", p.Cluster, " answered", kafkaSaid(p.Got),
			", so a missing answer proves nothing. Try again in a minute.")
	},
	reset.ProblemNoGroup: func(p *reset.Problem) Line {
		return say("No group ", p.Group, onCluster(p), ". ", near(p.Names),
			"Nothing was created. A group that is yet to come is created by ", code("--create-group"), ".")
	},
	reset.ProblemNoTopic: func(p *reset.Problem) Line {
		return say("No topic ", p.Topic, onCluster(p), ". ", near(p.Names), "Nothing was created.")
	},
	reset.ProblemNoPartition: func(p *reset.Problem) Line {
		return say(p.Topic, " has ", text.Counted(p.Count, "partition"), lastPartition(p.Count), ": there is no ",
			partitionsLabel(p.Topic, p.Parts), ".")
	},
	reset.ProblemNoCommits: func(p *reset.Problem) Line {
		return say(p.Group, " has no commits", onTopic(p.Topic), onCluster(p),
			". Name the topics, with a target that needs no commit: to TIME, to latest, to earliest.")
	},
	reset.ProblemUnread:    unreadableLine,
	reset.ProblemWrongTool: wrongTool,
	reset.ProblemHidden:    hiddenProblem,
	reset.ProblemNoAPI: func(p *reset.Problem) Line {
		return say(p.Cluster, " does not know ", p.Got,
			" (Kafka before 2.4, and some services): committed offsets cannot be deleted there. Nothing was written. ",
			"Reset to earliest, latest or a time instead; an undo without those partitions is a reset with ",
			code("--from-file"), ".")
	},
	reset.ProblemKafkaRejected: func(p *reset.Problem) Line {
		return say("Kafka turned the write down", kafkaSaid(p.Got),
			": usually a consumer came back just then. Nothing was written; it is tried again once the group is idle.")
	},
	reset.ProblemSlowStore: func(p *reset.Problem) Line {
		return say("The bot's database took longer than ", wait(p.Want),
			" to record that a write begins, so the write was not sent. It is tried again once the group is idle.")
	},
	reset.ProblemLost: func(p *reset.Problem) Line {
		return say("An answer of Kafka was lost", kafkaSaid(p.Got),
			". It may have been written or not; nothing is sent again.")
	},
	reset.ProblemBusy: busyProblem,

	// The intent.
	reset.ProblemNoCommit: func(p *reset.Problem) Line {
		if p.Want != "" {
			return say(p.Want, " has no commit on ", partitionsLabel(p.Topic, p.Parts),
				": there is no place to copy. Leave it out, or name the partitions that both have.")
		}
		return say(partitionsLabel(p.Topic, p.Parts),
			" was never committed: there is nothing to shift or skip from. Leave it out, or give a time or an offset.")
	},
	reset.ProblemSkipMoved: func(p *reset.Problem) Line {
		return say("The committed offset of ", partitionsLabel(p.Topic, p.Parts), " is ", text.WithCommas(p.Other),
			" now, not ", text.WithCommas(p.Count),
			": the record is not the next one any more. Nothing was skipped. Look with ", code("lag"),
			" and ask again.")
	},
	reset.ProblemFuture: func(p *reset.Problem) Line {
		return say(quotedOr(p.Got, "That time"), " has not come yet", inSeconds(p.Count),
			". A reset goes to a place that exists; ask again then.")
	},
	reset.ProblemOneRecord: func(p *reset.Problem) Line {
		return say("Skip passes over exactly one record, of one partition", found(p.Count), ". Example: ",
			code("skip orders:7@18231"))
	},
	reset.ProblemAmbiguous: which,
	reset.ProblemNoCluster: func(p *reset.Problem) Line {
		return say("No cluster ", p.Got, " is configured. There ", isAre(len(p.Names)), " ", text.List(p.Names, 8), ".")
	},
	reset.ProblemTooLong: func(p *reset.Problem) Line {
		return say("A wait of ", wait(p.Got), " is longer than the rule allows: ", wait(p.Want), " at most",
			ruleOfProblem(p), ".")
	},
	reset.ProblemNoRecord: func(p *reset.Problem) Line {
		return say(partitionsLabel(p.Topic, p.Parts), " has no record at offset ", text.WithCommas(p.Count),
			" yet: its end is ", text.WithCommas(p.Other), ". Nothing was skipped.")
	},
	reset.ProblemRecreated: func(p *reset.Problem) Line {
		return say(p.Topic,
			" was deleted and made again: offsets of the old topic mean nothing in the new one. Ask for a reset by time, to earliest or to latest instead.")
	},
	reset.ProblemVoided: func(p *reset.Problem) Line {
		return say("The approval no longer covers it: ", voidReason(p), ". It is planned again.")
	},

	// The request: what blocks a decision.
	reset.ProblemNoRequest: func(p *reset.Problem) Line {
		return say("There is no request ", p.Request, ". ", code("status"), " lists those that are open.")
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
		return say("Too late: ", p.Request, " is ", cmp.Or(states[p.State], "over"), ending(p.Got), ". ",
			nextStep(p))
	},
	reset.ProblemBlocked: func(p *reset.Problem) Line {
		if p.State == reset.Applying {
			return say(p.Request, " is just being written to ", cmp.Or(p.Group, "this group"),
				"; this one goes on after it.")
		}
		return say(p.Request, " left ", cmp.Or(p.Group, "this group"), " in doubt: ",
			cmp.Or(outcomes[reset.Outcome(p.Got)], "it did not end cleanly"), ". First somebody has to take it back (",
			code("undo "+p.Request), ") or accept it (", code("settle "+p.Request+` "why"`), ").")
	},
	reset.ProblemFrozen: frozenProblem,
	reset.ProblemFreezing: func(p *reset.Problem) Line {
		return say("A freeze of ", scopeWord(p.Cluster),
			" was asked for, and it is not known yet whether that is allowed. ",
			"Nothing is written until it is known, or until ", p.Since.UTC().Format("15:04:05 MST"), ".")
	},
	reset.ProblemLifted: func(p *reset.Problem) Line {
		return say("The freeze ", p.Request, " was lifted", byIDs(p.Names), ". No other freeze is lifted by this; ",
			code("status"), " says what is frozen.")
	},
	reset.ProblemNotFrozen: func(p *reset.Problem) Line {
		if p.Cluster == "" {
			return say("There is no freeze ", p.Request, "; ", code("status"), " says what is frozen.")
		}
		return say(scopeWord(p.Cluster), " is not frozen by itself; ", code("status"), " says what is.")
	},
	reset.ProblemStopping: func(p *reset.Problem) Line {
		return say("A cancellation of ", cmp.Or(p.Request, "it"),
			", or a withdrawn approval, is recorded and decided first.")
	},
	reset.ProblemNoOption: func(p *reset.Problem) Line {
		return say("There is no such choice any more. See ", code("show "+p.Request), " for those that are open.")
	},
	reset.ProblemNoUndo: noUndo,
	reset.ProblemReadPast: func(p *reset.Problem) Line {
		return say(cmp.Or(p.Group, "The group"), " has moved on: it is ", text.Counted(p.Count, "record"),
			" past the place from before ", cmp.Or(p.Request, "the reset"),
			". Going back there would only replay them. To do that all the same, ask for it by offset, shift or time",
			accepted(p), ".")
	},
	reset.ProblemNotYours: func(p *reset.Problem) Line {
		return say(p.Request, " belongs to the person who asked for it: only they can do that. Ask for your own.")
	},
	reset.ProblemNoVote:    noVoteLine,
	reset.ProblemDenied:    denialLine,
	reset.ProblemDirectory: directoryProblem,

	// A schedule, or a run of one.
	reset.ProblemExpression: func(p *reset.Problem) Line {
		return say("A schedule cannot be read from ", code(text.Clip(p.Got, 60)), reasonOf(p.Want), ". ",
			example(p.Names), "Nothing was saved.")
	},
	reset.ProblemNoSchedule: func(p *reset.Problem) Line {
		return say("There is no schedule ", code(text.Clip(p.Got, 60)), ". ", code("schedule list"), " shows them.")
	},
	reset.ProblemNameTaken: func(p *reset.Problem) Line {
		return say("A schedule of ", cmp.Or(p.Group, "another group"), onCluster(p), " is called ",
			code(text.Clip(p.Got, 60)), " already. Give another --name.")
	},
	reset.ProblemNoStandingApproval: func(p *reset.Problem) Line {
		return say("Nothing that was agreed to lets ", cmp.Or(p.Got, "the schedule"), " run",
			reasonOf(approvalGaps[reset.ApprovalGap(p.Want)]), ". Save it again: that asks for a new approval.")
	},
	reset.ProblemNotForRuns: func(p *reset.Problem) Line {
		return say(text.Clip(cmp.Or(p.Got, "This target"), 60),
			" cannot be done again and again: give a target that counts from each run, such as ", code("back 24h"),
			" or ", code("to latest"), ".")
	},
	reset.ProblemEnd: func(p *reset.Problem) Line {
		return say("A standing approval cannot last until ", cmp.Or(p.Got, "then"), ": it has to end after now and by ",
			cmp.Or(p.Want, "a year from now"), ".")
	},
	reset.ProblemReadOnly: func(p *reset.Problem) Line {
		return say(code(text.Clip(p.Got, 60)),
			" is kept in the bot's configuration file, and is changed and reviewed there.")
	},
	reset.ProblemConflictingRequest: func(p *reset.Problem) Line {
		is := cmp.Or(states[p.State], "open")
		if p.State == reset.Applied {
			is = "done and still watched"
		}
		return say("It stands back: ", cmp.Or(p.Request, "another reset"), " of ", cmp.Or(p.Group, "the group"), " is ",
			is, ", and a run must not overwrite what somebody just did.")
	},
	reset.ProblemMissed: func(p *reset.Problem) Line {
		return say("Nobody was there at its time: the bot was not running, ",
			text.Duration(time.Duration(p.Count)*time.Second), " went by.")
	},
	reset.ProblemInactive: func(p *reset.Problem) Line {
		return say(code(text.Clip(p.Got, 60)), " is ", cmp.Or(p.Want, "not active"), ", so there is nothing to do.")
	},
	reset.ProblemNotRun: func(p *reset.Problem) Line {
		return say(cmp.Or(p.Request, "That"), " is no announced run of a schedule.")
	},
	reset.ProblemTimePassed: func(p *reset.Problem) Line {
		if len(p.Names) > 0 {
			return say("The run of ", utcOfFact(p.Got), " has passed, so nothing was skipped. The next run of ",
				p.Names[0], " is at ", utcOfFact(p.Want), ": ", code("schedule skip-next "+p.Names[0]), ".")
		}
		return say(cmp.Or(p.Got, "That time"), " has passed. Give a time that comes, or ask for the reset without ",
			code("at"), ".")
	},
}
