package commands

import (
	"encoding/csv"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

const (
	maxPlanRows  = 100_000
	maxPlanBytes = 16 << 20
	maxPlanWrong = 10 // bad lines that are listed; the rest is counted
)

// planFile is a plan file while it is read.
type planFile struct {
	group   string
	columns map[string]int // of the last header; nil: there was none
	width   int            // of that header
	rows    []reset.Row
	notes   []string
	seen    map[reset.Row]int // line of each topic and partition
	wrong   int
	told    []string
}

// pastedPlan stands for a plan that is no file.
const pastedPlan = "the rows"

// readPlan reads a plan file: TOPIC PARTITION OFFSET, with the group before them or not, between commas (as
// kafka-consumer-groups.sh --from-file and --export have them), semicolons, tabs or blanks. A header line may name the
// columns: so a table of --describe is a plan, back to its CURRENT-OFFSET, which the notes say. Every bad line is
// reported with its number.
func readPlan(name string, data []byte, group string) (rows []reset.Row, notes []string, err error) {
	file := quoted(name)
	if name == pastedPlan {
		file = name // no name of a file
	}
	if len(data) > maxPlanBytes {
		return nil, nil, fmt.Errorf("%s has %s; a plan file may have %s", file, text.Counted(len(data), "byte"),
			text.WithCommas(maxPlanBytes))
	}
	f := planFile{group: group, seen: map[reset.Row]int{}}
	n := 0
	// Excel begins with a byte order mark
	for line := range strings.Lines(strings.TrimPrefix(string(data), "\ufeff")) {
		n++
		f.line(n, strings.TrimSpace(line))
		if len(f.rows) > maxPlanRows {
			return nil, nil, fmt.Errorf("%s has more than %s", file, text.Counted(maxPlanRows, "row"))
		}
	}
	switch {
	case f.wrong > 0:
		if more := f.wrong - len(f.told); more > 0 {
			f.told = append(f.told, fmt.Sprintf("and %d more", more))
		}
		return nil, nil, fmt.Errorf("%s cannot be used: %s", file, strings.Join(f.told, "; "))
	case len(f.rows) == 0:
		return nil, nil, fmt.Errorf("%s has no rows", file)
	}
	return f.rows, f.notes, nil
}

func (f *planFile) complain(line int, format string, args ...any) {
	if f.wrong++; f.wrong <= maxPlanWrong {
		f.told = append(f.told, fmt.Sprintf("line %d: ", line)+fmt.Sprintf(format, args...))
	}
}

// besideTable are lines around a table of Kafka's tool: its own sentences, comments, the fences of a code block.
var besideTable = regexp.MustCompile("^#|^```\\w*$|^Consumer group '(.*)' (?:has no active members|is rebalancing)\\.?$")

// line reads one line: a row, or a header.
func (f *planFile) line(n int, line string) {
	if m := besideTable.FindStringSubmatch(line); m != nil || line == "" {
		if m != nil && m[1] != "" && m[1] != f.group {
			f.complain(n, "is about group %s, not %s", quoted(m[1]), quoted(f.group))
		}
		return
	}
	fields, err := planFields(line)
	switch {
	case err != nil:
		f.complain(n, "%v", err)
	case isHeader(fields):
		f.header(n, fields)
	default:
		f.row(n, fields)
	}
}

// planFields cuts a line at its commas, semicolons or tabs, or else at its blanks.
func planFields(line string) ([]string, error) {
	var found, short []string
	for _, comma := range ",;\t" {
		if !strings.ContainsRune(line, comma) {
			continue
		}
		in := csv.NewReader(strings.NewReader(line))
		in.Comma, in.TrimLeadingSpace = comma, comma != '\t'
		fields, err := in.Read()
		switch {
		case err != nil && strings.Contains(line, `"`):
			return nil, fmt.Errorf("a quote is not closed, or is within a name: %s", quoted(line))
		case err != nil:
		case len(fields) < 3:
			short = fields
		case found != nil:
			return nil, fmt.Errorf("%s may be read in two ways: separate by commas, semicolons or tabs alone", quoted(line))
		default:
			found = fields
		}
	}
	if found == nil {
		found = short
	}
	if found == nil {
		found = strings.Fields(line)
		for i := range found {
			found[i] = strings.Trim(found[i], `"`)
		}
	}
	for i := range found {
		found[i] = strings.TrimSpace(found[i])
	}
	return found, nil
}

// planColumns are the names of columns, of Kafka's tool and of spreadsheets. More than one of the offsets in a header
// is a question.
var planColumns = map[string]string{
	"group": "group", "topic": "topic", "partition": "partition",
	"offset": "offset", "new-offset": "offset", "target": "offset", "target-offset": "offset", "to": "offset",
	"current-offset": "offset", "committed": "offset", "committed-offset": "offset",
}

func columnName(field string) string {
	return strings.NewReplacer("_", "-", " ", "-").Replace(strings.ToLower(field))
}

func isHeader(fields []string) bool {
	has := func(name string) bool {
		return slices.ContainsFunc(fields, func(f string) bool { return columnName(f) == name })
	}
	return has("topic") && has("partition")
}

// header reads the names of the columns.
func (f *planFile) header(n int, fields []string) {
	f.columns, f.width = map[string]int{}, len(fields)
	for i, field := range fields {
		column := planColumns[columnName(field)]
		before, twice := f.columns[column]
		switch {
		case column == "":
		case twice && column == "offset":
			f.complain(n, "the header names two offsets, %s and %s: leave the column out that is not meant",
				quoted(fields[before]), quoted(field))
		case twice:
			f.complain(n, "the header names %s twice", quoted(field))
		default:
			f.columns[column] = i
		}
	}
	at, ok := f.columns["offset"]
	if !ok {
		f.complain(n, "the header names no offset: OFFSET, NEW-OFFSET or CURRENT-OFFSET")
		f.columns = nil
		return
	}
	switch columnName(fields[at]) {
	case "current-offset", "committed", "committed-offset":
		note := "The target is the column `" + fields[at] + "`: the offsets that were committed when the table was made."
		if !slices.Contains(f.notes, note) {
			f.notes = append(f.notes, note)
		}
	}
}

// picked are the group, topic, partition and offset of a row; why is what is wrong with it.
func (f *planFile) picked(fields []string) (group, topic, partition, offset, why string) {
	if f.columns != nil {
		if len(fields) != f.width {
			return "", "", "", "", fmt.Sprintf("has %s, its header %d", text.Counted(len(fields), "field"), f.width)
		}
		group = f.group
		if at, ok := f.columns["group"]; ok {
			group = fields[at]
		}
		return group, fields[f.columns["topic"]], fields[f.columns["partition"]], fields[f.columns["offset"]], ""
	}
	switch len(fields) {
	case 3:
		return f.group, fields[0], fields[1], fields[2], ""
	case 4:
		if fields[0] == f.group && digits(fields[1]) {
			return "", "", "", "", "may be read in two ways: begin the file with a header, GROUP TOPIC PARTITION OFFSET"
		}
		return fields[0], fields[1], fields[2], fields[3], ""
	}
	why = "has " + text.Counted(len(fields), "field") + ", not topic,partition,offset or group,topic,partition,offset"
	if len(fields) > 4 {
		why += "; a table is read with its header"
	}
	return "", "", "", "", why
}

func (f *planFile) row(n int, fields []string) {
	group, topic, said, to, why := f.picked(fields)
	partition, perr := strconv.ParseInt(said, 10, 32)
	offset, ok := readOffset(to)
	row := reset.Row{Topic: topic, Partition: int32(partition), Offset: offset}
	key := reset.Row{Topic: row.Topic, Partition: row.Partition}
	switch {
	case why != "":
		f.complain(n, "%s", why)
	case group != f.group:
		f.complain(n, "is about group %s, not %s", quoted(group), quoted(f.group))
	case !topicShape.MatchString(row.Topic):
		f.complain(n, "%s is not a topic's name", quoted(row.Topic))
	case perr != nil || partition < 0:
		f.complain(n, "%s is not a partition", quoted(said))
	case to == "-" || to == "":
		f.complain(n, "%s-%d has no offset: take the line out", row.Topic, row.Partition)
	case !ok:
		f.complain(n, "%s is not an offset", quoted(to))
	case f.seen[key] > 0:
		f.complain(n, "names %s-%d again, after line %d", row.Topic, row.Partition, f.seen[key])
	default:
		f.seen[key] = n
		f.rows = append(f.rows, row)
	}
}

// pastedRows are the words of a plan as the lines of one: three words are a row where nothing else separates them.
func pastedRows(words []word) []byte {
	lines := make([]string, len(words))
	triples := len(words)%3 == 0
	for i, w := range words {
		lines[i] = w.text
		triples = triples && !strings.ContainsAny(w.text, ",;") && (i%3 == 0 || digits(w.text))
	}
	if triples {
		rows := lines[:0]
		for row := range slices.Chunk(lines, 3) {
			rows = append(rows, strings.Join(row, " "))
		}
		lines = rows
	}
	return []byte(strings.Join(lines, "\n"))
}

// scopeOf is the partitions of rows, so that only these are read.
func scopeOf(rows []reset.Row) reset.Scope {
	var s scopeReader
	for _, r := range rows {
		s.addPartition(r.Topic, r.Partition)
	}
	return reset.Scope{Topics: s.scopes()}
}
