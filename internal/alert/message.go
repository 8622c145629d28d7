package alert

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// parts are the texts and links of a message.
type parts struct {
	segments []segment
	links    []string
	times    []Moment
	posted   time.Time
	size     int
}

// segment is one text of a message.
type segment struct {
	unit  int    // 0: the message itself; n: its nth attachment
	label string // of a field: its title
	text  string // lines, without Slack's wrapping
}

// mostDepth is how deep blocks are read. Slack nests them four deep.
const mostDepth = 20

// partsOf takes a message apart. A member of an unexpected type says nothing; the others are still read.
func partsOf(message json.RawMessage) *parts {
	p := &parts{}
	d := json.NewDecoder(bytes.NewReader(message))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		return p
	}
	if at, ok := epoch(scalar(m["ts"])); ok {
		p.posted = at
		p.times = append(p.times, Moment{At: at, Within: time.Second, Source: Posted})
	}
	p.markup(0, "", scalar(m["text"]))
	p.blocks(0, m["blocks"], 0)
	for i, a := range list(m["attachments"]) {
		p.attachment(i+1, object(a))
	}
	return p
}

func (p *parts) attachment(unit int, a map[string]any) {
	p.markup(unit, "", scalar(a["pretext"]))
	p.markup(unit, "", scalar(a["title"]))
	p.markup(unit, "", scalar(a["text"]))
	for _, f := range list(a["fields"]) {
		p.markup(unit, plain(scalar(object(f)["title"])), scalar(object(f)["value"]))
	}
	p.blocks(unit, a["blocks"], 0)
	for _, m := range list(a["message_blocks"]) { // of a message that was shared
		p.blocks(unit, object(object(m)["message"])["blocks"], 0)
	}
	p.markup(unit, "", scalar(a["footer"]))
	p.links = append(p.links, scalar(a["title_link"]))
	for _, b := range list(a["actions"]) {
		p.links = append(p.links, scalar(object(b)["url"]))
	}
	if at, ok := epoch(scalar(a["ts"])); ok {
		p.times = append(p.times, Moment{At: at, Within: time.Second, Source: Notified})
	}
}

// blocks reads a list of blocks, or of elements of one.
func (p *parts) blocks(unit int, v any, depth int) {
	if depth > mostDepth {
		return
	}
	for _, e := range list(v) {
		b := object(e)
		switch scalar(b["type"]) {
		case "rich_text":
			var t richText
			t.elements(p, b["elements"], 0)
			p.literal(unit, t.String())
		case "table":
			p.literal(unit, p.table(b["rows"]))
		case "mrkdwn", "plain_text":
			p.markup(unit, "", scalar(b["text"]))
		default:
			if s := scalar(b["text"]); s != "" { // of a markdown block; a button's text is an object
				p.markup(unit, "", s)
			} else if t := object(b["text"]); t != nil && scalar(b["type"]) != "button" {
				p.markup(unit, "", scalar(t["text"]))
			}
			p.links = append(p.links, scalar(b["url"]), scalar(object(b["accessory"])["url"]))
			p.blocks(unit, b["fields"], depth+1)
			p.blocks(unit, b["elements"], depth+1)
		}
	}
}

// table writes a table block as lines with bars.
func (p *parts) table(rows any) string {
	var b strings.Builder
	for _, row := range list(rows) {
		for _, c := range list(row) {
			cell := object(c)
			text := scalar(cell["text"])
			if cell["elements"] != nil {
				var t richText
				t.elements(p, cell["elements"], 0)
				text = t.String()
			}
			b.WriteString("| " + strings.ReplaceAll(text, "\n", " ") + " ")
		}
		b.WriteString("|\n")
	}
	return b.String()
}

// markup adds a text in Slack's markup.
func (p *parts) markup(unit int, label, s string) {
	if p.full(len(s)) {
		return
	}
	text, links := unwrap(s)
	p.links = append(p.links, links...)
	p.put(unit, label, text)
}

// literal adds a text that has no markup but entities.
func (p *parts) literal(unit int, s string) {
	if !p.full(len(s)) {
		p.put(unit, "", entities.Replace(s))
	}
}

func (p *parts) put(unit int, label, text string) {
	if strings.TrimSpace(text) != "" {
		p.segments = append(p.segments, segment{unit: unit, label: label, text: text})
	}
}

func (p *parts) full(more int) bool {
	p.size += more
	return p.size > mostText
}

// richText writes the text of a rich_text block.
type richText struct{ strings.Builder }

func (t *richText) elements(p *parts, v any, depth int) {
	if depth > mostDepth {
		return
	}
	for _, e := range list(v) {
		el := object(e)
		switch scalar(el["type"]) {
		case "text":
			t.styled(scalar(el["text"]), object(el["style"]))
		case "link":
			p.links = append(p.links, scalar(el["url"]))
			t.styled(scalar(el["text"]), object(el["style"]))
		case "date":
			if at, ok := epoch(scalar(el["timestamp"])); ok {
				t.WriteString(written(at))
			}
		case "emoji", "user", "channel", "usergroup", "broadcast":
			t.WriteByte(' ')
		default: // a section, a list, a quote, preformatted text
			t.elements(p, el["elements"], depth+1)
			t.WriteByte('\n')
		}
	}
}

// styled marks bold text and code as a person's text does, so that both are read alike.
func (t *richText) styled(s string, style map[string]any) {
	mark := ""
	switch {
	case strings.TrimSpace(s) == "" || strings.Contains(s, "\n"):
	case style["code"] == true:
		mark = "`"
	case style["bold"] == true:
		mark = "*"
	}
	t.WriteString(mark + s + mark)
}

func list(v any) []any { l, _ := v.([]any); return l }

func object(v any) map[string]any { m, _ := v.(map[string]any); return m }

func scalar(v any) string {
	switch s := v.(type) {
	case string:
		return s
	case json.Number:
		return s.String()
	}
	return ""
}

// epoch reads seconds or milliseconds since 1970, with or without a fraction, of this century.
func epoch(s string) (time.Time, bool) {
	whole, fraction, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	nanos := int64(0)
	switch {
	case len(whole) == 13:
		n, nanos = n/1000, n%1000*int64(time.Millisecond)
	case len(whole) != 10:
		return time.Time{}, false
	default:
		if f, err := strconv.ParseInt((fraction + "000")[:3], 10, 64); err == nil && f >= 0 {
			nanos = f * int64(time.Millisecond)
		}
	}
	return time.Unix(n, nanos).UTC(), n > 0
}
