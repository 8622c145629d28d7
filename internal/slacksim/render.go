package slacksim

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// reader turns blocks into what one person reads: names instead of ids, times in their zone.
type reader struct {
	sim    *Sim // its lock is held
	zone   *time.Location
	now    time.Time
	errors map[string]string // of a modal, by block_id
	state  obj               // what a view's inputs hold
	pings  []string          // mentions that notify
}

func (s *Sim) reader(user string) *reader {
	zone := time.UTC
	if u, ok := s.users[user]; ok {
		zone = u.location()
	}
	return &reader{sim: s, zone: zone, now: s.opts.Now()}
}

// message is the blocks, or the text if there are none.
func (r *reader) message(blocks []any, text string) string {
	if len(blocks) == 0 {
		return r.mrkdwn(text)
	}
	return r.blocks(blocks)
}

func (r *reader) blocks(blocks []any) string {
	var out []string
	for _, b := range blocks {
		block, _ := b.(obj)
		if text := r.block(block); text != "" {
			out = append(out, text)
		}
	}
	return strings.Join(out, "\n")
}

func (r *reader) block(block obj) string {
	switch t := str(block, "type"); t {
	case "header":
		return r.text(sub(block, "text"))
	case "divider":
		return "--------"
	case "section":
		return r.section(block)
	case "context":
		var parts []string
		for _, e := range list(block, "elements") {
			element, _ := e.(obj)
			parts = append(parts, r.element(element))
		}
		return strings.Join(parts, "  ")
	case "actions":
		all := elements(block)
		for i, e := range all {
			all[i] = r.holding(block, e)
		}
		return r.actions(all)
	case "image", "video":
		return "(" + t + ": " + str(block, "alt_text") + ")"
	case "table":
		return r.table(block)
	case "data_table": // sorted and paged by the reader; here all of it
		return str(block, "caption") + "\n" + r.table(block)
	case "rich_text":
		return r.richText(block)
	case "markdown":
		return str(block, "text")
	case "alert":
		return "! " + r.text(sub(block, "text"))
	case "input":
		return r.input(block)
	default:
		return "(" + t + ")"
	}
}

// text is a text object: mrkdwn is formatted, plain_text is shown as it is.
func (r *reader) text(o obj) string {
	if str(o, "type") == "mrkdwn" {
		return r.mrkdwn(str(o, "text"))
	}
	return str(o, "text")
}

func (r *reader) section(block obj) string {
	var lines []string
	if text := r.text(sub(block, "text")); text != "" {
		lines = append(lines, text)
	}
	for _, f := range list(block, "fields") {
		field, _ := f.(obj)
		lines = append(lines, r.text(field))
	}
	if accessory := sub(block, "accessory"); accessory != nil {
		lines = append(lines, r.actions([]obj{r.holding(block, accessory)}))
	}
	return strings.Join(lines, "\n")
}

// actions are the elements side by side, then the questions that clicking some of them asks.
func (r *reader) actions(elements []obj) string {
	var line, asks []string
	for _, e := range elements {
		line = append(line, r.element(e))
		if c := sub(e, "confirm"); c != nil {
			text := func(key string) string { return r.text(sub(c, key)) }
			asks = append(asks, fmt.Sprintf("  %s asks: %s - %s [%s] [%s]", r.element(e), text("title"), text("text"),
				text("confirm"), text("deny")))
		}
	}
	return strings.Join(append([]string{strings.Join(line, " ")}, asks...), "\n")
}

// holding is an element of a view with the value that it holds now in place of its initial one.
func (r *reader) holding(block, e obj) obj {
	held := sub(sub(r.state, str(block, "block_id")), str(e, "action_id"))
	if held == nil || held["type"] != e["type"] {
		return e
	}
	out, key := maps.Clone(e), valueKey(str(e, "type"))
	out["initial_"+strings.TrimPrefix(key, "selected_")] = held[key]
	return out
}

func (r *reader) element(e obj) string {
	switch t := str(e, "type"); t {
	case "button", "workflow_button":
		return "[" + r.text(sub(e, "text")) + "]"
	case "mrkdwn", "plain_text":
		return r.text(e)
	case "image":
		return "(image: " + str(e, "alt_text") + ")"
	case "overflow":
		return r.menu(e)
	case "datetimepicker":
		if at, ok := unix(e["initial_date_time"]); ok {
			return "[" + time.Unix(at, 0).In(r.zone).Format("2006-01-02 15:04") + " v]"
		}
		return "[date and time v]"
	case "radio_buttons", "checkboxes":
		return r.choices(e)
	default:
		label := r.text(sub(e, "placeholder"))
		if option := sub(e, "initial_option"); option != nil {
			label = r.text(sub(option, "text"))
		}
		if several := list(e, "initial_options"); len(several) > 0 {
			label = r.labels(several)
		}
		for _, key := range []string{"initial_value", "initial_date", "initial_time"} {
			if v := str(e, key); v != "" {
				label = v
			}
		}
		if strings.HasSuffix(t, "select") || strings.HasSuffix(t, "picker") {
			return "[" + label + " v]"
		}
		return "[" + label + "_]"
	}
}

// labels are the texts of options.
func (r *reader) labels(options []any) string {
	var out []string
	for _, o := range options {
		option, _ := o.(obj)
		out = append(out, r.text(sub(option, "text")))
	}
	return strings.Join(out, ", ")
}

// unix is a number as it comes from JSON, or as a person filled it in.
func unix(v any) (int64, bool) {
	switch v := v.(type) {
	case float64:
		return int64(v), true
	case int64:
		return v, true
	}
	return 0, false
}

// menu is an overflow menu as it looks once it is open: its entries are what a person can choose.
func (r *reader) menu(e obj) string {
	var entries []string
	for _, o := range list(e, "options") {
		option, _ := o.(obj)
		text := r.text(sub(option, "text"))
		if more := r.text(sub(option, "description")); more != "" {
			text += " (" + more + ")"
		}
		entries = append(entries, text)
	}
	return "[⋯ " + strings.Join(entries, ", ") + "]"
}

func (r *reader) choices(e obj) string {
	chosen := map[string]bool{str(sub(e, "initial_option"), "value"): true}
	for _, o := range list(e, "initial_options") {
		option, _ := o.(obj)
		chosen[str(option, "value")] = true
	}
	var out []string
	for _, o := range list(e, "options") {
		option, _ := o.(obj)
		mark := "( ) "
		if chosen[str(option, "value")] {
			mark = "(x) "
		}
		out = append(out, mark+r.text(sub(option, "text")))
	}
	return strings.Join(out, " ")
}

func (r *reader) input(block obj) string {
	label := r.text(sub(block, "label"))
	if truth(block, "optional") {
		label += " (optional)"
	}
	lines := []string{label + ": " + r.element(r.holding(block, sub(block, "element")))}
	if hint := sub(block, "hint"); hint != nil {
		lines = append(lines, "  "+r.text(hint))
	}
	if wrong := r.errors[str(block, "block_id")]; wrong != "" {
		lines = append(lines, "  ! "+wrong)
	}
	return strings.Join(lines, "\n")
}

// table sets the cells in columns, aligned as column_settings say.
func (r *reader) table(block obj) string {
	var rows [][]string
	var widths []int
	for _, row := range list(block, "rows") {
		var cells []string
		cols, _ := row.([]any)
		for i, c := range cols {
			cell, _ := c.(obj)
			text := str(cell, "text")
			if str(cell, "type") == "rich_text" {
				text = strings.ReplaceAll(r.richText(cell), "\n", " ")
			}
			cells = append(cells, text)
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(text))
		}
		rows = append(rows, cells)
	}
	settings := list(block, "column_settings")
	var out []string
	for _, cells := range rows {
		var line strings.Builder
		for i, text := range cells {
			var setting obj
			if i < len(settings) {
				setting, _ = settings[i].(obj)
			}
			pad := widths[i] - utf8.RuneCountInString(text)
			left := 0
			switch str(setting, "align") {
			case "right":
				left = pad
			case "center":
				left = pad / 2
			}
			line.WriteString("  " + strings.Repeat(" ", left) + text + strings.Repeat(" ", pad-left))
		}
		out = append(out, strings.TrimRight(line.String(), " "))
	}
	return strings.Join(out, "\n")
}

func (r *reader) richText(block obj) string {
	var out []string
	for _, e := range list(block, "elements") {
		element, _ := e.(obj)
		inner := r.inline(list(element, "elements"))
		switch str(element, "type") {
		case "rich_text_preformatted":
			inner = indent(inner, "    ")
		case "rich_text_quote":
			inner = indent(inner, "> ")
		case "rich_text_list":
			inner = r.listing(element)
		default:
			inner = strings.TrimSuffix(inner, "\n")
		}
		out = append(out, inner)
	}
	return strings.Join(out, "\n")
}

func (r *reader) listing(element obj) string {
	depth, _ := element["indent"].(float64)
	from, _ := element["offset"].(float64)
	var out []string
	for i, item := range list(element, "elements") {
		section, _ := item.(obj)
		mark := "- "
		if str(element, "style") == "ordered" {
			mark = fmt.Sprintf("%d. ", int(from)+i+1)
		}
		out = append(out, strings.Repeat("  ", int(depth)+1)+mark+r.inline(list(section, "elements")))
	}
	return strings.Join(out, "\n")
}

// inline are the elements within a line of rich text.
func (r *reader) inline(elements []any) string {
	var out strings.Builder
	for _, e := range elements {
		element, _ := e.(obj)
		switch str(element, "type") {
		case "text":
			out.WriteString(str(element, "text"))
		case "link":
			text := str(element, "text")
			if text == "" {
				text = str(element, "url")
			}
			out.WriteString(text)
		case "emoji":
			out.WriteString(":" + str(element, "name") + ":")
		case "user":
			out.WriteString(r.mention("@" + str(element, "user_id")))
		case "usergroup":
			out.WriteString(r.mention("!subteam^" + str(element, "usergroup_id")))
		case "channel":
			out.WriteString(r.mention("#" + str(element, "channel_id")))
		case "broadcast":
			out.WriteString(r.mention("!" + str(element, "range")))
		case "date":
			at, _ := element["timestamp"].(float64)
			out.WriteString(r.date(time.Unix(int64(at), 0), str(element, "format")))
		default:
			out.WriteString("(" + str(element, "type") + ")")
		}
	}
	return out.String()
}

// mention resolves the inside of <@U…>, <#C…> and <!…>, and notes whom it notifies.
func (r *reader) mention(token string) string {
	id, label, _ := strings.Cut(token[1:], "|")
	switch {
	case token[0] == '#':
		if c, ok := r.sim.channels[id]; ok {
			return "#" + c.Name
		}
		return "#" + orID(label, id)
	case token[0] == '@':
		r.pings = append(r.pings, id)
		if u, ok := r.sim.users[id]; ok {
			return "@" + u.Name
		}
		return "@" + orID(label, id)
	case slices.Contains([]string{"here", "channel", "everyone"}, id):
		r.pings = append(r.pings, id)
		return "@" + id
	case strings.HasPrefix(id, "subteam^"):
		id = strings.TrimPrefix(id, "subteam^")
		r.pings = append(r.pings, id)
		if g, ok := r.sim.groups[id]; ok {
			return "@" + g.Handle
		}
		return "@" + strings.TrimPrefix(orID(label, id), "@")
	}
	return "<" + token + ">"
}

func orID(label, id string) string {
	if label != "" {
		return label
	}
	return id
}
