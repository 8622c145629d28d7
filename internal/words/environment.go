package words

import (
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

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
