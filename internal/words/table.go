package words

import (
	"bytes"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// How many rows a card shows: few enough to be read in seconds on a phone. [Partitions] has the rest.
const (
	fullTable  = 8  // up to so many rows are all shown
	shortTable = 6  // of more, so many are
	manyParts  = 24 // from here on, a plan over several topics is shown by topic
	topicRows  = 20
)

// hows says how a step's target was found.
var hows = map[reset.How]struct {
	word  string // in the last column of a plan, where there is no record to name
	plain bool   // it is where every step of its kind lands: a row of its own need not say so
	// missed is why the partition is not where it was asked to go; nil: it is there.
	missed func(reset.Step) string
}{
	reset.HowRecord:  {plain: true},
	reset.HowNoLater: {word: "none later: latest", missed: always(" (latest: no message is as late)")},
	reset.HowStartInDoubt: {word: "not found: earliest",
		missed: always(" (earliest: where that time begins is in doubt)")},
	reset.HowEnd:        {word: "latest", plain: true},
	reset.HowStart:      {word: "earliest", plain: true},
	reset.HowExact:      {plain: true},
	reset.HowShifted:    {plain: true},
	reset.HowCommitted:  {word: "as it is", plain: true},
	reset.HowSaved:      {word: "as it was", plain: true},
	reset.HowLike:       {word: "as the other group", plain: true},
	reset.HowDeleted:    {word: "deleted", plain: true},
	reset.HowClampStart: {word: "deleted: earliest", missed: missedByRetention},
	reset.HowClampEnd:   {word: "beyond: latest", missed: always(" (the log-end offset)")},
}

func always(s string) func(reset.Step) string { return func(reset.Step) string { return s } }

func missedByRetention(st reset.Step) string {
	if st.Gone() == 0 {
		return " (the log-start offset)"
	}
	return ", " + text.Counted(st.Gone(), "message") + " " + wasWere(st.Gone()) + " deleted by retention"
}

// planTable is a story's plan, where its partitions differ: by partition, or by topic where there are many of both.
func planTable(s reset.Story) *Table {
	e := s.Request.Actual()
	switch {
	case alike(s):
		return nil // one sentence says it
	case len(s.Topics) > 1 && e.Partitions >= manyParts:
		return topicTable(s.Topics)
	case len(s.Worst) == 0:
		return nil
	}
	rows := s.Worst
	if len(rows) > fullTable {
		rows = rows[:shortTable]
	}
	t := &Table{Head: []string{"partition", "change", "to"}, Right: []bool{false, true, true},
		More: max(0, e.Partitions-len(rows))}
	for _, st := range rows {
		t.Rows = append(t.Rows, []string{partitionsLabel(st.Topic, []int32{st.Partition}), change(st), position(st.To)})
	}
	return t.narrow()
}

func topicTable(topics []reset.TopicEffect) *Table {
	t := &Table{Head: []string{"topic", "reprocess", "skip"}, Right: []bool{false, true, true}}
	for i, te := range topics {
		if i == topicRows {
			t.More = len(topics) - topicRows
			break
		}
		t.Rows = append(t.Rows, []string{te.Topic, none(te.Effect.Replay), none(te.Effect.Skip)})
	}
	return t.narrow()
}

// phoneWidth is how many characters a row has on a phone, with two between the columns. What is wider is cut off, and
// with it the number that decides.
const phoneWidth = 32

// narrow shortens the names in the first column at their beginning, so that rows fit a phone: the partition is at the
// end. Numbers are never shortened: where these alone are too wide, the last column goes.
func (t *Table) narrow() *Table {
	room := phoneWidth - t.width(1, len(t.Head))
	if room < 6 && len(t.Head) > 2 {
		last := len(t.Head) - 1
		t.Head, t.Right = t.Head[:last], t.Right[:last]
		for i := range t.Rows {
			t.Rows[i] = t.Rows[i][:last]
		}
		room = phoneWidth - t.width(1, last)
	}
	for _, row := range append([][]string{t.Head}, t.Rows...) {
		if name := []rune(row[0]); len(name) > room {
			row[0] = "…" + string(name[len(name)-room+1:])
		}
	}
	return t
}

// width is how wide columns are, with the two characters before each.
func (t *Table) width(from, to int) int {
	sum := 0
	for i := from; i < to; i++ {
		widest := 0
		for _, row := range append([][]string{t.Head}, t.Rows...) {
			widest = max(widest, utf8.RuneCountInString(text.Visible(cell(row, i))))
		}
		sum += widest + 2
	}
	return sum
}

func none(n int64) string {
	if n == 0 {
		return "none"
	}
	return text.WithCommas(n)
}

// stepTable is one row a partition. Where there is nothing to say about the records there, the last column is left out.
func stepTable(steps []reset.Step, v timeFormat, more int, brief bool) *Table {
	t := &Table{
		Head:  []string{"partition", "committed", "to", "change"},
		Right: []bool{false, true, true, true},
		More:  max(0, more),
	}
	last, head := make([]string, len(steps)), "why"
	said := false
	for i, s := range steps {
		last[i] = hows[s.How].word
		if s.How == reset.HowClampStart || s.How == reset.HowClampEnd {
			last[i] += " (asked " + text.WithCommas(s.Asked) + ")"
		}
		if !s.RecordAt.IsZero() {
			last[i], head = v.row(s.RecordAt, brief), "first message there ("+v.abbreviation(s.RecordAt)+")"
		}
		said = said || last[i] != last[0] || !plainHow(s)
	}
	if said {
		t.Head, t.Right = append(t.Head, head), append(t.Right, false)
	}
	for i, s := range steps {
		row := []string{fmt.Sprintf("%s-%d", s.Topic, s.Partition), position(s.From), position(s.To), change(s)}
		if said {
			row = append(row, last[i])
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// plainHow reports whether a step's target was found in the usual way: then its row need not say so.
func plainHow(s reset.Step) bool {
	how := hows[s.How]
	return (how.plain || how.word == "") && s.RecordAt.IsZero()
}

// row is the time of a record in a table, where no markup can show the reader's own zone: the header has the zone.
func (v timeFormat) row(t time.Time, brief bool) string {
	if t.UTC().Year() > lastYear {
		return yearOf(t)
	}
	local := t.In(v.zone)
	if brief && sameDay(local, v.now.In(v.zone)) {
		return local.Format("15:04:05.000")
	}
	return local.Format("2006-01-02 15:04:05.000")
}

func (v timeFormat) abbreviation(t time.Time) string { return t.In(v.zone).Format("MST") }

// position never shows a missing commit as a number: it is neither 0 nor the log start.
func position(p reset.Position) string {
	if p.None {
		return "none"
	}
	return text.WithCommas(p.Offset)
}

func change(s reset.Step) string {
	n, ok := s.Change()
	switch {
	case !ok && s.From.None && s.To.None:
		return "0"
	case !ok:
		return "–"
	case n > 0:
		return "+" + text.WithCommas(n)
	case n < 0:
		return "−" + text.WithCommas(-n)
	}
	return "0"
}

// RowsTable is a page of a plan's steps, of which first is the index of its first and total the number of all.
func RowsTable(steps []reset.Step, zone *time.Location, first, total int) *Table {
	return stepTable(steps, timeFormat{zone: zone}, total-first-len(steps), false)
}

// writeStates names the state of a partition after a write.
var writeStates = map[reset.WriteState]string{
	reset.WriteAtTarget:  "written",
	reset.WriteUnchanged: "unchanged",
	reset.WriteMoved:     "moved on",
	reset.WriteUnread:    "not readable",
	"":                   "not read yet",
}

// evidenceTable is what is known of each partition after a failed write.
func evidenceTable(s reset.Story) *Table {
	if len(s.Evidence) == 0 {
		return nil
	}
	t := &Table{Head: []string{"partition", "state", "offset"}, Right: []bool{false, false, true}}
	rows := s.Evidence
	if len(rows) > fullTable {
		rows = rows[:shortTable]
	}
	for _, w := range rows {
		is := position(w.Read)
		if w.ReadState == reset.WriteUnread || w.ReadState == "" {
			is = "?"
		}
		t.Rows = append(t.Rows, []string{partitionsLabel(w.Topic, []int32{w.Partition}), standing(w), is})
	}
	t.More = max(0, s.Request.Effect.Partitions-len(rows))
	return t.narrow()
}

// standing is where a partition stands after a write. What Kafka refused is not written, wherever it is.
func standing(w reset.Write) string {
	if w.ReadState == reset.WriteAtTarget && w.Result.Rejected != "" {
		return "at the target"
	}
	return writeStates[w.ReadState]
}

func answer(r reset.StepResult) string {
	switch {
	case r.Written:
		return "written"
	case r.Rejected != "":
		return r.Rejected
	case r.Detail != "":
		return "answer lost: " + text.Clip(r.Detail, 40)
	}
	return "no answer"
}

// CSV is a plan as kafka-consumer-groups.sh --from-file reads it for one group: topic,partition,offset and no header,
// on which the tool fails. A partition that ends without a committed offset has no line: the tool has no form for it.
func CSV(steps []reset.Step) []byte {
	var b bytes.Buffer
	for _, s := range steps {
		csvRow(&b, s.Topic, s.Partition, s.To)
	}
	return b.Bytes()
}

// UndoCSV is the previous offsets of an attempt, in the same form.
func UndoCSV(writes []reset.Write) []byte {
	var b bytes.Buffer
	for _, w := range writes {
		csvRow(&b, w.Topic, w.Partition, w.From)
	}
	return b.Bytes()
}

func csvRow(b *bytes.Buffer, topic string, partition int32, p reset.Position) {
	if !p.None {
		fmt.Fprintf(b, "%s,%d,%d\n", topic, partition, p.Offset)
	}
}
