package words

import (
	"cmp"
	"fmt"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// LagOf is the lag of a group, its members, and what could not be read.
func LagOf(l reset.Lag) Content {
	topics := reset.Lags(l.Snapshot)
	c := lagHead(l, topics)
	c.Table = lagTable(l, topics)
	if l.Ruling.Isolation == reset.ReadCommitted {
		c.Foot = []Line{say(
			"Ends are last stable offsets (read_committed). Offsets are not records: each number is at most.")}
	} else {
		c.Foot = []Line{say(
			"Ends are high watermarks (read_uncommitted). Offsets are not records: each number is at most.")}
	}
	c.Fallback = fallback(c)
	return c
}

// lagHead is the total lag, the members, the open requests and what could not be read.
func lagHead(l reset.Lag, topics []reset.TopicLag) Content {
	g := l.Snapshot.Group
	c := Content{Title: title(reset.Intent{Group: l.Group}, l.Cluster), Status: groupStatus(g)}
	var sum, markers int64
	read := 0
	for _, t := range topics {
		if t.Err != "" {
			c.Warnings = append(c.Warnings, say(t.Topic, " could not be read: ", t.Err, ". Its lag is not counted."))
			continue
		}
		read++
		sum += t.Lag
		markers += t.Markers
	}
	if read == 0 && len(topics) == 0 {
		c.Lines = []Line{say("No commits on any topic.")}
	} else {
		c.Lines = []Line{say(strong("At most "+text.WithCommas(sum)+" behind"), " on ", text.Counted(read, "topic"),
			".")}
	}
	if markers > 0 {
		c.Lines = append(c.Lines, say("Not counted: ", text.Counted(markers, "transaction marker"),
			", which no consumer reads."))
	}
	if len(g.Members) > 0 {
		c.Lines = append(c.Lines, say(text.Capital(text.Counted(len(g.Members), "consumer")), ": ", members(g.Members),
			"."))
	}
	for _, r := range l.Open {
		c.Lines = append(c.Lines, say("Open: ", strong(r.ID), " is ", states[r.State], "."))
	}
	return c
}

func groupStatus(g reset.GroupState) string {
	if !g.Exists {
		return "no such group now, commits remain"
	}
	s := cmp.Or(g.State, "state not known")
	if n := len(g.Members); n > 0 {
		s += " · " + text.Counted(n, "consumer")
	}
	return s
}

// lagTable is by partition where that fits a card, else by topic.
func lagTable(l reset.Lag, topics []reset.TopicLag) *Table {
	if len(l.Snapshot.Partitions) > topicRows {
		return topicLagTable(topics)
	}
	t := &Table{Head: []string{"partition", "committed", "end", "behind"}, Right: []bool{false, true, true, true}}
	for _, p := range l.Snapshot.Partitions {
		row := []string{fmt.Sprintf("%s-%d", p.Topic, p.Partition.Partition), position(p.Committed),
			text.WithCommas(p.End), lagOf(p)}
		if p.Err != "" {
			row = []string{row[0], "?", "?", p.Err}
		}
		t.Rows = append(t.Rows, row)
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return t
}

// lagOf is "–" without a commit: the start of such a group is decided by its auto.offset.reset.
func lagOf(p reset.PartitionState) string {
	if p.Committed.None {
		return "–"
	}
	return text.WithCommas(p.Lag())
}

func topicLagTable(topics []reset.TopicLag) *Table {
	t := &Table{Head: []string{"topic", "partitions", "committed", "behind"}, Right: []bool{false, true, true, true}}
	for i, l := range topics {
		if i == topicRows {
			t.More = len(topics) - topicRows
			break
		}
		row := []string{l.Topic, text.WithCommas(l.Partitions), text.WithCommas(l.Committed), text.WithCommas(l.Lag)}
		if l.Err != "" {
			row = []string{l.Topic, text.WithCommas(l.Partitions), "?", l.Err}
		}
		t.Rows = append(t.Rows, row)
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return t
}
