package slacksim

import (
	"fmt"
	"strings"
)

// Entry is a line of an overflow menu.
type Entry struct {
	ActionID, BlockID, Text, Description, Value, URL string
	Confirm                                          *Confirm // asked before the choice counts
}

// Entries are the entries of all overflow menus of the message, in order.
func (m Message) Entries() []Entry { return entries(m.blocks) }

// Entries are the entries of all overflow menus of the view, in order.
func (v View) Entries() []Entry { return entries(v.blocks) }

// Entries are the entries of its overflow menus, in order.
func (w Shown) Entries() []Entry { return entries(w.content.blocks) }

// ChooseEntry opens the overflow menu that has an entry with this text, and chooses it. The app gets block_actions
// with selected_option; an entry with a url sends them too (docs, option object).
func (p *Person) ChooseEntry(m Message, text string, tweaks ...Tweak) (*Delivery, error) {
	now, err := p.Look(m)
	if err != nil {
		return nil, err
	}
	e, err := entry(now.Entries(), text)
	if err != nil {
		return nil, err
	}
	return p.Choose(now, e.ActionID, e.Value, tweaks...)
}

// ChooseEntryIn is ChooseEntry in a modal.
func (p *Person) ChooseEntryIn(v View, text string, tweaks ...Tweak) (*Delivery, error) {
	e, err := entry(v.Entries(), text)
	if err != nil {
		return nil, err
	}
	return p.ClickIn(v, e.ActionID, e.Value, tweaks...)
}

func entry(all []Entry, text string) (Entry, error) {
	var offered []string
	for _, e := range all {
		if e.Text == text {
			return e, nil
		}
		offered = append(offered, e.Text)
	}
	return Entry{}, fmt.Errorf("no menu has the entry %q; there are: %s", text, strings.Join(offered, ", "))
}

func entries(blocks []any) []Entry {
	var out []Entry
	for _, b := range blocks {
		block, _ := b.(obj)
		for _, e := range elements(block) {
			if str(e, "type") != "overflow" {
				continue
			}
			for _, o := range list(e, "options") {
				option, _ := o.(obj)
				out = append(out, Entry{
					ActionID: str(e, "action_id"), BlockID: str(block, "block_id"), Text: str(sub(option, "text"), "text"),
					Description: str(sub(option, "description"), "text"), Value: str(option, "value"),
					URL: str(option, "url"), Confirm: confirmOf(e),
				})
			}
		}
	}
	return out
}

// confirmOf is the question that an element asks before it counts; nil for none.
func confirmOf(e obj) *Confirm {
	c := sub(e, "confirm")
	if c == nil {
		return nil
	}
	text := func(key string) string { return str(sub(c, key), "text") }
	return &Confirm{Title: text("title"), Text: text("text"), Yes: text("confirm"), No: text("deny")}
}
