package words

import (
	"cmp"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// aroundLine is a warning from the environment of the group and its topics.
func aroundLine(g warningGroup, v timeFormat) Line {
	switch g.code {
	case reset.WarnConnector:
		return connectorWarning(cmp.Or(text.List(g.names, 1), "NAME"))
	case reset.WarnLooksLike:
		return say("By its name this is ", g.text,
			", which starts from its own checkpoint and ignores committed offsets: the reset may change nothing. ",
			"Only a job that starts without a checkpoint reads them.")
	case reset.WarnHidden:
		return say("It may be incomplete because of ACLs: whether topics are hidden from the bot's login can't be told",
			kafkaSaid(g.text), ". The configuration says that none is.")
	case reset.WarnMirrored:
		return say("MirrorMaker 2 writes to this cluster (", text.List(g.names, 3),
			"): if it syncs this group's offsets, it may push a rewind forward again. ",
			"Look again after a minute, or stop its checkpoint connector.")
	case reset.WarnCompacted:
		return say(text.List(g.names, 3), " ", isAreText(len(g.names)),
			" compacted: what is read again is the latest state by key, not history, and the counts are upper bounds.")
	case reset.WarnExpires:
		return say("Kafka deletes the commits of a group ", text.Duration(time.Duration(g.count)*time.Second),
			" after its last consumer left, whatever was committed since, ",
			"and nothing tells when that was; no recent record was read. Start its consumers soon, or the reset is forgotten.")
	case reset.WarnNoWayBack:
		return say("An undo of this reset will be refused: ", text.Counted(g.parts, "partition"), " (", g.where(), ") ",
			g.have(), " no committed offset now, and this Kafka ", "cannot delete one (it does not know OffsetDelete).")
	case reset.WarnUnchecked:
		line := say("Retention, compaction and tiering could not be checked for ", text.List(g.names, 3),
			kafkaSaid(g.text), ".")
		if strings.Contains(g.text, "AUTHORIZATION_FAILED") {
			line = append(line, say(" The bot's login needs DESCRIBE_CONFIGS there.")...)
		}
		return line
	default: // about the records: recordsLine
	}
	return recordsLine(g, v)
}

// recordsLine is a warning about the records between the target and the end.
func recordsLine(g warningGroup, v timeFormat) Line {
	n := text.Counted(g.parts, "partition")
	switch g.code {
	case reset.WarnRetention:
		return say("Retention is about to delete what is at the target on ", n, " (", g.where(), "): ",
			strong("up to "+records(g.count)+" may be gone within "+soon(g.text)), ". Start the consumers before that.")
	case reset.WarnBegins:
		return say("The log begins after that time on ", n, " (", g.where(), "), ", v.clock(g.at), " at the earliest: ",
			strong("what was before is deleted already"), ".")
	case reset.WarnOpen:
		return say("Transactions are open on ", n, " (", g.where(),
			"): consumers that read only committed records wait there until they end (", offsets(g.count),
			" at the end).")
	case reset.WarnPastOpen:
		return say("The target is past open transactions on ", n, " (", g.where(),
			"): consumers that read only committed records ", strong("never see up to "+records(g.count)),
			" that commit later.")
	case reset.WarnRemote:
		return say("Up to ", records(g.count), " on ", n, " (", g.where(),
			") are in remote (tiered) storage: reading them again is slower, and may cost money.")
	default: // warningLine and aroundLine have the others
	}
	return nil
}

func offsets(n int64) string { return text.Counted(n, "offset") }

func soon(said string) string {
	d, err := time.ParseDuration(said)
	if err != nil {
		return "hours"
	}
	return text.Duration(d)
}

// connectorLines ask the requester to confirm that a connector is stopped. A connector that is only paused keeps its
// tasks in the group.
func connectorLines(group, name string) []Line {
	return []Line{say(group, " is the group of the Kafka Connect sink ", name,
		". Is the connector stopped? While it runs it holds the group, and ",
		"a restarted one reads on from where it was put. Stop it: ", code("PUT /connectors/"+name+"/stop"),
		" on the Connect REST API (Kafka 3.5 or later).")}
}

func connectorWarning(name string) Line {
	return say("This is the group of the Kafka Connect sink ", name, ", said to be stopped (",
		code("PUT /connectors/"+name+"/stop"), "). Afterwards: ", code("PUT /connectors/"+name+"/resume"), ".")
}

// wrongTool refuses groups that have state besides their offsets.
func wrongTool(p *reset.Problem) Line {
	tool := say(". Use ", code(p.Want), ".")
	switch reset.GroupKind(p.Got) {
	case reset.GroupStreams:
		return say(p.Group, " looks like Kafka Streams", recognised(p.Names),
			". Moving its offsets alone corrupts its state", tool)
	case reset.GroupShare:
		return say(p.Group, " is a share group: it has no committed offsets to move", tool)
	case reset.GroupConnect:
		return say(p.Group, " belongs to Kafka Connect, whose REST API moves a stopped connector's offsets", tool)
	case reset.GroupFlink:
		return say(p.Group,
			" is Flink's, says the bot's configuration: a job goes on from its checkpoint and ignores committed offsets, so a reset would change nothing. ",
			"Start the job without its state, with ", code(p.Want), " set to the place.")
	case reset.GroupSpark:
		return say(p.Group,
			" is Spark's, says the bot's configuration: a query goes on from its checkpoint and ignores committed offsets, so a reset would change nothing. ",
			"Start the query with a new checkpoint location, and ", code(p.Want), ".")
	case reset.GroupConsumer, reset.GroupSink: // can be reset here
	}
	return say(p.Group, " cannot be reset by the bot", kafkaSaid(p.Got), tool)
}

func recognised(by []string) string {
	if len(by) == 0 {
		return ""
	}
	return " (" + text.Clip(text.List(by, 2), 200) + ")"
}

// hiddenProblem refuses "all topics" where that may be less than all. Hidden topics are counted and not named: the
// requester may have no right to see them.
func hiddenProblem(p *reset.Problem) Line {
	what := say("Whether ACLs hide topics from the bot's login", onCluster(p), " can't be told", kafkaSaid(p.Got))
	if p.Count > 0 {
		what = say("ACLs hide ", text.Counted(p.Count, "topic"), " from the bot's login", onCluster(p))
	}
	l := say(what,
		", and Kafka leaves out commits on hidden topics without a word: \"all topics\" could be less than all. Name the topics instead")
	if len(p.Names) > 0 {
		l = say(l, "; commits are seen on ", text.List(p.Names, 5))
	}
	return say(l, ".")
}
