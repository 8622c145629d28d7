package words

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

const (
	lagPage    = 50 // partitions of one page
	rowWidth   = 32 // characters of a row that a phone shows on one line
	lagMembers = 5  // members that are named one by one
)

// LagOf is a page of a group's lag, from 1: its members, its partitions, and what could not be read. At is when it was
// read.
func LagOf(l reset.Lag, page int, at time.Time) Content {
	topics := reset.Lags(l.Snapshot)
	v := timeFormat{time.UTC, at}
	c := lagHead(l, topics, v)
	rows := slices.Clone(l.Snapshot.Partitions)
	if len(rows) > lagPage { // otherwise the table is short enough to be read in its own order
		slices.SortStableFunc(rows, func(a, b reset.PartitionState) int { return cmp.Compare(lagRank(b), lagRank(a)) })
	}
	first := min((max(page, 1)-1)*lagPage, len(rows))
	last := min(first+lagPage, len(rows))
	if c.Table = lagTable(l, rows[first:last]); c.Table != nil && c.Table.Head[0] == onlyNumber {
		c.Lines = append(c.Lines, say("Topic ", code(rows[first].Topic), ", by partition:"))
	}
	if len(rows) > lagPage {
		c.Foot = append(c.Foot, say("Partitions ", text.WithCommas(first+1), " to ", text.WithCommas(last), " of ",
			text.WithCommas(len(rows)), ", largest lag first."))
	}
	if last < len(rows) {
		c.look("Next "+strconv.Itoa(lagPage), typedLag(l)+" --page "+strconv.Itoa(max(page, 1)+1))
	}
	if len(rows) > 0 {
		c.look("CSV", typedLag(l)+" --csv")
	}
	latest := "the high watermark (read_uncommitted)"
	if l.Ruling.Isolation == reset.ReadCommitted {
		latest = "the last stable offset (read_committed)"
	}
	c.Foot = append(c.Foot, say("Read ", v.exact(at), ". Latest is ", latest,
		". Offsets are not messages: each number is a maximum."))
	c.Fallback = fallback(c)
	return c
}

// lagRank puts what could not be read first: it may be the largest.
func lagRank(p reset.PartitionState) int64 {
	switch {
	case p.Err != "":
		return 1<<63 - 1
	case p.Committed.None:
		return -1
	}
	return p.Lag()
}

// typedLag is the question as it is typed.
func typedLag(l reset.Lag) string {
	words := []string{"lag", "--group", text.ShellQuote(l.Group), "--cluster", l.Cluster.Name}
	for _, t := range l.Asked {
		name := t.Topic
		if len(t.Partitions) > 0 {
			name += ":" + text.Ranges(t.Partitions)
		}
		words = append(words, "--topic", name)
	}
	return strings.Join(words, " ")
}

// lagHead is the total lag, the members, the open requests and what could not be read.
func lagHead(l reset.Lag, topics []reset.TopicLag, v timeFormat) Content {
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
		c.Lines = []Line{say("No committed offsets", onTopics(l.Asked), ".")}
	} else {
		c.Lines = []Line{say("Lag: ", strong("up to "+text.Counted(sum, "message")), " on ", text.Counted(read, "topic"),
			".")}
	}
	if markers > 0 {
		c.Lines = append(c.Lines, say("Not counted: ", text.Counted(markers, "transaction marker"),
			", which no consumer reads."))
	}
	c.Lines = append(c.Lines, memberLines(l, v)...)
	for _, r := range l.Open {
		c.Lines = append(c.Lines, say("Open: ", strong(r.ID), " is ", states[r.State], "."))
	}
	return c
}

func onTopics(asked []reset.TopicScope) string {
	var names []string
	for _, t := range asked {
		names = append(names, t.Topic)
	}
	if len(names) == 0 {
		return ""
	}
	return " on " + text.List(names, 3)
}

// memberLines name the members, and since when each was seen. When a consumer joined is not known: Kafka does not tell.
func memberLines(l reset.Lag, v timeFormat) []Line {
	ms := l.Snapshot.Group.Members
	if len(ms) == 0 {
		return nil
	}
	if len(ms) > lagMembers {
		return []Line{say(text.Capital(text.Counted(len(ms), "consumer")), ": ", members(ms), ".")}
	}
	var lines []Line
	for _, m := range ms {
		line := say("Consumer ", members([]reset.Member{m}))
		if since, ok := l.Since[m.ID]; ok && v.now.Sub(since) >= time.Second {
			line = say(line, " (seen since ", v.clock(since), ")")
		}
		lines = append(lines, line)
	}
	return lines
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

// onlyNumber is the head of the first column where the topic's name is too long for it.
const onlyNumber = "#"

// lagTable is three columns by partition: what the committed offset is and how much lies between it and latest.
func lagTable(l reset.Lag, rows []reset.PartitionState) *Table {
	if len(rows) == 0 {
		return nil
	}
	one := !slices.ContainsFunc(rows, func(p reset.PartitionState) bool { return p.Topic != rows[0].Topic })
	t := &Table{Caption: "Lag of " + l.Group, Head: []string{"partition", "committed", "lag"},
		Right: []bool{false, true, true}}
	if one && utf8.RuneCountInString(rows[0].Topic) > rowWidth/3 {
		t.Head[0], t.Caption = onlyNumber, "Lag of "+l.Group+" on "+rows[0].Topic
	}
	for _, p := range rows {
		row := []string{fmt.Sprintf("%s-%d", p.Topic, p.Partition.Partition), position(p.Committed), lagOf(p)}
		if p.Err != "" {
			row[1], row[2] = "?", "not read"
		}
		if t.Head[0] == onlyNumber {
			row[0] = strconv.Itoa(int(p.Partition.Partition))
		}
		left := rowWidth - utf8.RuneCountInString(row[1]+row[2])
		row[0] = middle(row[0], left)
		t.Rows = append(t.Rows, row)
	}
	return t
}

// middle shortens a name in its middle: names of one topic differ at their ends.
func middle(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	most = max(most, 3)
	tail := (most - 1) / 2
	return string(r[:most-1-tail]) + "…" + string(r[len(r)-tail:])
}

// LagCSV is a group's lag as a file: topic,partition,committed,latest,lag, with a header. What is not known is empty.
func LagCSV(l reset.Lag) []byte {
	var b strings.Builder
	b.WriteString("topic,partition,committed_offset,latest,lag\n")
	for _, p := range l.Snapshot.Partitions {
		committed, latest, lag := "", "", ""
		if p.Err == "" {
			latest = strconv.FormatInt(p.End, 10)
		}
		if p.Err == "" && !p.Committed.None {
			committed, lag = strconv.FormatInt(p.Committed.Offset, 10), strconv.FormatInt(p.Lag(), 10)
		}
		fmt.Fprintf(&b, "%s,%d,%s,%s,%s\n", p.Topic, p.Partition.Partition, committed, latest, lag)
	}
	return []byte(b.String())
}

// lagOf is "–" without a commit: the start of such a group is decided by its auto.offset.reset.
func lagOf(p reset.PartitionState) string {
	if p.Committed.None {
		return "–"
	}
	return text.WithCommas(p.Lag())
}

func topicLagTable(topics []reset.TopicLag) *Table {
	t := &Table{Head: []string{"topic", "partitions", "committed", "lag"}, Right: []bool{false, true, true, true}}
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
