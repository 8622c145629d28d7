package words

import (
	"cmp"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// clusterGone says that a cluster is no longer configured, and what to do instead.
func clusterGone(p *reset.Problem) Line {
	l := say(p.Cluster, " is no longer configured")
	switch {
	case p.Want != "":
		return say(l, ": the same Kafka is ", strong(p.Want), " now. Ask again there: ",
			code(cmp.Or(p.Group, "GROUP")+"@"+p.Want), ".")
	case len(p.Names) > 0:
		l = say(l, "; configured are ", text.List(p.Names, 5))
	}
	return say(l, ". The people who run the bot can say why.")
}

// sameKafka says that a name is the second one of a Kafka, and which one counts.
func sameKafka(p *reset.Problem) Line {
	again := say("Ask again there: ", code(p.Group+"@"+p.Want))
	if p.Group == "" { // a freeze is about a cluster
		again = say("Type: ", code("freeze "+p.Want))
	}
	return say(p.Cluster, " is the same Kafka as ", strong(p.Want), " (cluster id ", code(p.Got),
		"), and one Kafka has one name here. ", again, ". The people who run the bot should remove the second name.")
}

// failsSince is when something began to fail, in UTC: the reader's zone is not known here.
func failsSince(p *reset.Problem) string {
	if p.Since.IsZero() {
		return ""
	}
	return " since " + p.Since.UTC().Format("2006-01-02 15:04:05 ") + time.UTC.String()
}

// deletedTopic says that a topic was deleted, and since when at the earliest.
func deletedTopic(p *reset.Problem) Line {
	was := " was deleted"
	if len(p.Names) > 1 {
		was = " were deleted"
	}
	l := say(strong(text.List(p.Names, 3)), was)
	if !p.Since.IsZero() {
		l = say(l, " at or after ", p.Since.UTC().Format("2006-01-02 15:04 MST"))
	}
	return say(l, ". Nothing was changed.")
}
