package bot

import (
	"cmp"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
)

// table draws the rows that fit; the header and the first rows matter most.
func (d *drawing) table(t *words.Table) slack.Block {
	if t == nil || len(t.Head) == 0 {
		return nil
	}
	if block := d.dataTable(t); block != nil {
		return block
	}
	if d.plainTables {
		return d.preformatted(t)
	}
	columns := min(len(t.Head), maxColumns)
	left := min(d.left, maxTable)
	block := slack.NewTableBlock(d.id("table"))
	for i := range columns {
		align := slack.ColumnAlignmentLeft
		if i < len(t.Right) && t.Right[i] {
			align = slack.ColumnAlignmentRight
		}
		block.ColumnSettings = append(block.ColumnSettings, slack.ColumnSetting{Align: align})
	}
	more := t.More
	for i, row := range append([][]string{t.Head}, t.Rows...) {
		cells, size := cells(row, columns)
		// One row is reserved for the number of rows that are left out.
		if size+100 > left || i >= maxRows-1 {
			more += len(t.Rows) + 1 - i
			break
		}
		left -= size
		d.left -= size
		block.AddRow(cells...)
	}
	if len(block.Rows) == 0 {
		return nil
	}
	if more > 0 {
		last, size := cells([]string{moreRows(more)}, columns)
		d.left -= size
		block.AddRow(last...)
	}
	return block
}

// cells pads with a dash: a cell may not be empty.
func cells(row []string, columns int) ([]slack.TableCell, int) {
	var out []slack.TableCell
	size := 0
	for i := range columns {
		cell := "–"
		if i < len(row) {
			cell = cmp.Or(text.Clip(clean(row[i]), maxCell), cell)
		}
		size += utf8.RuneCountInString(cell)
		out = append(out, slack.NewTableRawTextCell(cell))
	}
	return out, size
}

// preformatted is the plain variant: for response_urls and modals, which may not accept tables, and by configuration.
func (d *drawing) preformatted(t *words.Table) slack.Block {
	text := fit(t, min(d.left, maxTable))
	d.left -= utf8.RuneCountInString(text)
	if text == "" {
		return nil
	}
	return preformatted(d.id("table"), text)
}

func preformatted(id, text string) slack.Block {
	return slack.NewRichTextBlock(id, &slack.RichTextPreformatted{
		Type:     slack.RTEPreformatted,
		Elements: []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement(text, nil)},
	})
}

// fit writes a table as text with as many rows as fit.
func fit(t *words.Table, most int) string {
	shown := *t
	for {
		text := shown.String()
		size := utf8.RuneCountInString(text)
		if size <= most {
			return text
		}
		if len(shown.Rows) == 0 {
			return ""
		}
		keep := min(len(shown.Rows)-1, len(shown.Rows)*most/size)
		shown.More += len(shown.Rows) - keep
		shown.Rows = shown.Rows[:keep]
	}
}

func moreRows(n int) string { return "… " + text.WithCommas(n) + " more" }
