package words

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
)

// width is that of the terminal that String writes for: the status is at its right edge.
const width = 92

// String writes content for a terminal: an aligned table, "! " before warnings, each button with its typed twin.
// Control and formatting characters of foreign text (names, reasons) are shown as \u202e, so that they cannot control
// the terminal.
func (c Content) String() string {
	var b strings.Builder
	line := func(indent, s string) {
		b.WriteString(strings.TrimRight(indent+text.Visible(s), " ") + "\n")
	}
	gap := max(2, width-utf8.RuneCountInString(c.Title)-utf8.RuneCountInString(c.Status))
	line("", c.Title+strings.Repeat(" ", gap)+c.Status)
	for _, l := range c.Lines {
		line("", l.String())
	}
	if c.Table != nil {
		b.WriteString(c.Table.String())
	}
	for _, l := range c.Warnings {
		line("! ", l.String())
	}
	for _, l := range c.Hints {
		line("  ", l.String())
	}
	for _, l := range c.Foot {
		line("", "("+l.String()+")")
	}
	for _, bt := range slices.Concat(c.Buttons, c.Menu) {
		if bt.URL == "" { // an address is among the details
			line("", "["+bt.Label+"]  "+bt.Typed)
		}
	}
	return b.String()
}

// String writes the line as plain text.
func (l Line) String() string {
	var b strings.Builder
	for _, s := range l {
		switch {
		case s.Kind == Link && s.Text != s.URL:
			b.WriteString(s.Text + " " + s.URL)
		default:
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

// String writes the table with aligned columns.
func (t *Table) String() string {
	rows := append([][]string{t.Head}, t.Rows...)
	wide := make([]int, len(t.Head))
	for _, r := range rows {
		for i := range wide {
			wide[i] = max(wide[i], utf8.RuneCountInString(text.Visible(cell(r, i))))
		}
	}
	var b strings.Builder
	for _, r := range rows {
		var line strings.Builder
		for i := range wide {
			s := text.Visible(cell(r, i))
			pad := strings.Repeat(" ", wide[i]-utf8.RuneCountInString(s))
			if i < len(t.Right) && t.Right[i] {
				line.WriteString("  " + pad + s)
			} else {
				line.WriteString("  " + s + pad)
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	if t.More > 0 {
		b.WriteString("  ... " + text.WithCommas(t.More) + " more\n")
	}
	return b.String()
}

func cell(row []string, i int) string {
	if i < len(row) {
		return row[i]
	}
	return ""
}

// HelpOf is the usage text as content: what is indented is to be typed.
func HelpOf(usage string) Content {
	lines := strings.Split(strings.TrimSpace(usage), "\n")
	c := Content{Title: lines[0], Fallback: lines[0]}
	for _, l := range lines[1:] {
		switch trimmed := strings.TrimSpace(l); {
		case trimmed == "":
		case l != trimmed:
			c.Lines = append(c.Lines, say(code(strings.TrimRight(l, " "))))
		default:
			c.Lines = append(c.Lines, say(trimmed))
		}
	}
	return c
}
