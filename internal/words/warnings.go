package words

import (
	"cmp"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// warningLines says what each warning of a plan means, a line a kind; nil where other lines say it.
var warningLines = map[reset.WarningCode]func(g warningGroup) Line{
	// The plan itself.
	reset.WarnQuorum: quorumLine,
	reset.WarnBusy: func(g warningGroup) Line {
		return busyLine(g.request.Observation.Group, g)
	},
	reset.WarnClampedStart: func(g warningGroup) Line {
		return say("The target is older than the log on ", g.on(), " (", g.where(), "): ",
			strong(messages(g.count)+" between are gone"), " and are not reprocessed.")
	},
	reset.WarnClampedEnd: func(g warningGroup) Line {
		return say("The target is beyond the end on ", g.on(), " (", g.where(), "), by ", text.WithCommas(g.count),
			" in all: the end is taken.")
	},
	reset.WarnNoLater: func(g warningGroup) Line {
		return say("No record is as late as that on ", g.on(), " (", g.where(), "): the end is taken.",
			newestLine(g.at, g.times))
	},
	reset.WarnInDoubt: func(g warningGroup) Line {
		return say("Kafka found no record as late as that on ", g.on(), " (", g.where(),
			"), and that could not be proved: the log start is taken. It skips none, and may reprocess more than asked.")
	},
	reset.WarnNeverCommit: func(g warningGroup) Line {
		if firstOffsets(g.request) {
			return nil // the effect says it
		}
		return say(text.Capital(g.on()), " ", g.have(), " no committed offset (", g.where(),
			"): each consumer's auto.offset.reset decides where it would start. ",
			text.Capital(comparedWith(g.count, g.other)), ". Both numbers count for the approvals.")
	},
	reset.WarnNoneAfter: func(g warningGroup) Line {
		return say(text.Capital(g.on()), " ", g.have(), " no committed offset afterwards (", g.where(), "), as before ",
			cmp.Or(g.request.Undoes, "the reset"), ": where they start is decided by ", startsAt(g.count, g.other),
			". Both numbers count for the approvals.")
	},
	reset.WarnOutsideLog: func(g warningGroup) Line {
		return say(text.Capital(g.on()), " ", g.have(), " a commit outside the log (", g.where(),
			"), the group's auto.offset.reset decides there: the worst case counts.")
	},
	reset.WarnFutureDated: func(g warningGroup) Line {
		return say("The record at the target is dated in the future on ", g.on(), " (", g.where(), "): ",
			g.times.recordDate(g.at), ". If that date is wrong, this goes back further than asked.")
	},
	reset.WarnTopicGone: func(g warningGroup) Line {
		return say("Commits on topics that are no more stay as they are: ", text.List(g.names, 3), ".")
	},
	reset.WarnNewPartition: func(g warningGroup) Line {
		return say("Partitions were added after the commits: ", cmp.Or(g.where(), text.List(g.names, 3)),
			". They have none, and are left alone.")
	},
	reset.WarnCreates: func(g warningGroup) Line {
		return say("The group does not exist: this creates it", didYouMean(g.names))
	},
	reset.WarnAwaited: func(g warningGroup) Line {
		return say(strong("A write of "+text.List(g.names, 3)+" may still land"), " until ", g.times.clock(g.at),
			": Kafka's answer to it was lost. It would overwrite this reset. ",
			"It cannot land while a consumer is in the group.")
	},
	reset.WarnAhead: func(g warningGroup) Line {
		return say("Numbers are as of now and are computed again at ", g.times.exact(g.at),
			". If it then skips more than approved, it asks again.")
	},
	reset.WarnNote: func(g warningGroup) Line {
		return noted(g.text)
	},
	reset.WarnNothing: func(g warningGroup) Line {
		return say("Nothing would move: every partition is there already.")
	},

	// What surrounds the group.
	reset.WarnConnector: func(g warningGroup) Line {
		return connectorWarning(cmp.Or(text.List(g.names, 1), "NAME"))
	},
	reset.WarnLooksLike: func(g warningGroup) Line {
		return say("By its name this is ", g.text,
			", which starts from its own checkpoint and ignores committed offsets: the reset may change nothing. ",
			"Only a job that starts without a checkpoint reads them.")
	},
	reset.WarnHidden: func(g warningGroup) Line {
		return say("It may be incomplete because of ACLs: whether topics are hidden from the bot's login can't be told",
			kafkaSaid(g.text), ". The configuration says that none is.")
	},
	reset.WarnMirrored: func(g warningGroup) Line {
		return say("MirrorMaker 2 writes to this cluster (", text.List(g.names, 3),
			"): if it syncs this group's offsets, it may push a rewind forward again. ",
			"Look again after a minute, or stop its checkpoint connector.")
	},
	reset.WarnCompacted: func(g warningGroup) Line {
		return say(text.List(g.names, 3), " ", isAreText(len(g.names)),
			" compacted: what is read again is the latest state by key, not history, and the counts are upper bounds.")
	},
	reset.WarnExpires: func(g warningGroup) Line {
		return say("Kafka deletes the commits of a group ", text.Duration(time.Duration(g.count)*time.Second),
			" after its last consumer left, whatever was committed since, ",
			"and nothing tells when that was; no recent record was read. Start its consumers soon, or the reset is forgotten.")
	},
	reset.WarnNoWayBack: func(g warningGroup) Line {
		return say("An undo of this reset will be refused: ", text.Counted(g.parts, "partition"), " (", g.where(), ") ",
			g.have(), " no committed offset now, and this Kafka ", "cannot delete one (it does not know OffsetDelete).")
	},
	reset.WarnUnchecked: func(g warningGroup) Line {
		line := say("Retention, compaction and tiering could not be checked for ", text.List(g.names, 3),
			kafkaSaid(g.text), ".")
		if strings.Contains(g.text, "AUTHORIZATION_FAILED") {
			line = append(line, say(" The bot's login needs DESCRIBE_CONFIGS there.")...)
		}
		return line
	},

	// The records between the target and the end.
	reset.WarnRetention: func(g warningGroup) Line {
		return say("Retention is about to delete what is at the target on ", g.on(), " (", g.where(), "): ",
			strong("up to "+messages(g.count)+" may be gone within "+soon(g.text)), ". Start the consumers before that.")
	},
	reset.WarnBegins: func(g warningGroup) Line {
		return say("The log begins after that time on ", g.on(), " (", g.where(), "), ", g.times.clock(g.at),
			" at the earliest: ", strong("what was before is deleted already"), ".")
	},
	reset.WarnOpen: func(g warningGroup) Line {
		return say("Transactions are open on ", g.on(), " (", g.where(),
			"): consumers that read only committed records wait there until they end (", offsets(g.count),
			" at the end).")
	},
	reset.WarnPastOpen: func(g warningGroup) Line {
		return say("The target is past open transactions on ", g.on(), " (", g.where(),
			"): consumers that read only committed records ", strong("never see up to "+messages(g.count)),
			" that commit later.")
	},
	reset.WarnRemote: func(g warningGroup) Line {
		return say("Up to ", messages(g.count), " on ", g.on(), " (", g.where(),
			") are in remote (tiered) storage: reading them again is slower, and may cost money.")
	},
}
