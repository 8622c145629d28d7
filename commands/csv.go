package commands

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
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

// readPlan reads a plan file as kafka-consumer-groups.sh --from-file does: "topic,partition,offset" or
// "group,topic,partition,offset" per line, no header, no comments. Every bad line is reported with its number.
func readPlan(name string, data []byte, group string) ([]reset.Row, error) {
	if len(data) > maxPlanBytes {
		return nil, fmt.Errorf("%s has %s; a plan file may have %s", quoted(name), text.Counted(len(data), "byte"),
			text.WithCommas(maxPlanBytes))
	}
	f := planFile{group: group, seen: map[reset.Row]int{}}
	// Excel begins with a byte order mark
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	in.FieldsPerRecord, in.ReuseRecord = -1, true
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			f.complain(bad.Line, "%v", bad.Err)
			break // what follows an open quote cannot be read
		}
		n, _ := in.FieldPos(0)
		f.record(n, record)
		if len(f.rows) > maxPlanRows {
			return nil, fmt.Errorf("%s has more than %s", quoted(name), text.Counted(maxPlanRows, "row"))
		}
	}
	switch {
	case f.wrong > 0:
		if more := f.wrong - len(f.told); more > 0 {
			f.told = append(f.told, fmt.Sprintf("and %d more", more))
		}
		return nil, fmt.Errorf("%s cannot be used: %s", quoted(name), strings.Join(f.told, "; "))
	case len(f.rows) == 0:
		return nil, fmt.Errorf("%s has no rows", quoted(name))
	}
	return f.rows, nil
}

type planFile struct {
	group string
	rows  []reset.Row
	seen  map[reset.Row]int // line of each topic and partition
	wrong int
	told  []string
}

func (f *planFile) complain(line int, format string, args ...any) {
	if f.wrong++; f.wrong <= maxPlanWrong {
		f.told = append(f.told, fmt.Sprintf("line %d: ", line)+fmt.Sprintf(format, args...))
	}
}

func (f *planFile) record(n int, record []string) {
	fields := slices.Clone(record)
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	if len(fields) == 4 {
		if fields[0] != f.group && !header(fields) {
			f.complain(n, "is about group %s, not %s", quoted(fields[0]), quoted(f.group))
			return
		}
		fields = fields[1:]
	}
	if len(fields) != 3 {
		f.complain(n, "has %s, not topic,partition,offset or group,topic,partition,offset",
			text.Counted(len(fields), "field"))
		return
	}
	partition, perr := strconv.ParseInt(fields[1], 10, 32)
	offset, oerr := strconv.ParseInt(fields[2], 10, 64)
	row := reset.Row{Topic: fields[0], Partition: int32(partition), Offset: offset}
	key := reset.Row{Topic: row.Topic, Partition: row.Partition}
	switch {
	case header(fields):
		f.complain(n, "is a header; plan files have none: take the line out")
	case !topicShape.MatchString(row.Topic):
		f.complain(n, "%s is not a topic's name", quoted(row.Topic))
	case perr != nil || partition < 0:
		f.complain(n, "%s is not a partition", quoted(fields[1]))
	case oerr != nil || offset < 0:
		f.complain(n, "%s is not an offset", quoted(fields[2]))
	case f.seen[key] > 0:
		f.complain(n, "names %s-%d again, after line %d", row.Topic, row.Partition, f.seen[key])
	default:
		f.seen[key] = n
		f.rows = append(f.rows, row)
	}
}

// header reports whether a line names its columns.
func header(fields []string) bool {
	for _, f := range fields[len(fields)-2:] {
		switch strings.ToLower(f) {
		case "partition", "offset", "new-offset", "new_offset":
			return true
		}
	}
	return false
}

// scopeOf is the partitions of rows, so that only these are read.
func scopeOf(rows []reset.Row) reset.Scope {
	var s scopeReader
	for _, r := range rows {
		s.addPartition(r.Topic, r.Partition)
	}
	return reset.Scope{Topics: s.scopes()}
}
