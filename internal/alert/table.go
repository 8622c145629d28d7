package alert

import (
	"regexp"
	"strings"
)

// table is a table whose header was read: of kafka-consumer-groups.sh, rpk, or a table block.
type table struct {
	bars          bool
	wide          bool // columns are two blanks apart
	group, topic  int  // columns; -1: none
	columns, last int
}

var (
	gap   = regexp.MustCompile(`\s{2,}|\t`)
	ruler = regexp.MustCompile(`^[\s|:+-]*$`)
)

// columns are the names in headers of listings, besides group and topic.
var columns = set(`partition lag offset current-offset log-end-offset log-start-offset consumer-id host client-id
	state coordinator members #members total-lag member-id instance-id consumers`)

// row reads a line as a table's: its header, or one of its rows. It returns nil where no table is.
func (r *reader) row(t *table, line string) *table {
	if h := r.header(line); h != nil {
		return h
	}
	if t == nil {
		return nil
	}
	if ruler.MatchString(line) {
		if t.bars && strings.Contains(line, "|") {
			return t
		}
		return nil
	}
	cells := t.cells(line)
	if len(cells) <= t.last || t.bars && len(cells) != t.columns {
		return nil
	}
	r.nextAlert()
	r.cell(group, cells, t.group)
	r.cell(topic, cells, t.topic)
	return t
}

func (r *reader) cell(c class, cells []string, i int) {
	if i < 0 {
		return
	}
	if v := strings.Trim(cells[i], "\"'`"); isName(c, v) {
		r.add(c, label, v)
	}
}

func (t *table) cells(line string) []string {
	switch {
	case t.bars:
		out := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range out {
			out[i] = strings.TrimSpace(out[i])
		}
		return out
	case t.wide:
		return gap.Split(strings.TrimSpace(line), -1)
	}
	return strings.Fields(line)
}

// header reads the header of a listing: at least three known columns, of which one is the group or the topic.
func (r *reader) header(line string) *table {
	if len(line) > 400 {
		return nil
	}
	t := &table{group: -1, topic: -1, bars: strings.Count(line, "|") >= 2}
	t.wide = !t.bars && strings.ToUpper(line) != line
	cells := t.cells(line)
	t.columns = len(cells)
	known := 0
	for i, c := range cells {
		m, ok := r.labels[words(c)]
		switch {
		case ok && m.class == group && t.group < 0:
			t.group, t.last = i, i
		case ok && m.class == topic && t.topic < 0:
			t.topic, t.last = i, i
		case columns[strings.ToLower(strings.ReplaceAll(c, " ", "-"))]:
		default:
			continue
		}
		known++
	}
	least := 3
	if t.bars {
		least = 2
	}
	if t.group < 0 && t.topic < 0 || known < least {
		return nil
	}
	return t
}
