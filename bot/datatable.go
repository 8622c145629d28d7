package bot

import (
	"cmp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
)

const (
	dataRows = 10    // of one page of a data table
	maxData  = 9_000 // code points in its cells, so that the message keeps its own limit
)

// dataTable draws a table that readers sort and turn the pages of themselves; nil where it is to be drawn otherwise.
// A table that does not fit whole is one of those: its pages would end without a word.
func (d *drawing) dataTable(t *words.Table) slack.Block {
	if !d.dataTables || t.Caption == "" || t.More > 0 || len(t.Rows) >= maxRows || len(t.Head) > maxColumns {
		return nil
	}
	numbers := make([]bool, len(t.Head))
	for i := range numbers {
		numbers[i] = i < len(t.Right) && t.Right[i] && allNumbers(t.Rows, i)
	}
	block := slack.NewDataTableBlock(text.Clip(clean(t.Caption), maxHeader)).WithPageSize(dataRows)
	block.BlockID = d.id("table")
	size := 0
	for n, row := range append([][]string{t.Head}, t.Rows...) {
		var cells []slack.DataTableCell
		for i := range t.Head {
			cell := "–"
			if i < len(row) {
				cell = cmp.Or(text.Clip(clean(row[i]), maxCell), cell)
			}
			size += utf8.RuneCountInString(cell)
			if v, err := number(cell); n > 0 && numbers[i] && err == nil {
				cells = append(cells, slack.NewDataTableRawNumberCell(v).WithText(cell))
			} else {
				cells = append(cells, slack.NewDataTableRawTextCell(cell))
			}
		}
		block.AddRow(cells...)
	}
	if size > min(d.left, maxData) {
		return nil
	}
	d.left -= size
	return block
}

// allNumbers reports whether a column holds numbers alone: only then it is sorted as numbers.
func allNumbers(rows [][]string, column int) bool {
	for _, row := range rows {
		if column >= len(row) {
			return false
		}
		if _, err := number(row[column]); err != nil {
			return false
		}
	}
	return true
}

func number(s string) (float64, error) { return strconv.ParseFloat(strings.ReplaceAll(s, ",", ""), 64) }
