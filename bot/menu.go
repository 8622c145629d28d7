package bot

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
)

// Limits of an overflow menu. Sources differ about the length of a value: the smaller one.
const (
	maxEntries = 5
	maxValue   = 75
)

// menuAction is the action_id of an overflow menu. The value of an entry has the action of a button, and its ref.
const menuAction = "menu"

// menu is the overflow menu; nil without entries.
func (d *drawing) menu(entries []words.Button) slack.BlockElement {
	var options []*slack.OptionBlockObject
	for _, entry := range entries[:min(len(entries), maxEntries)] {
		label := d.clip(cmp.Or(entry.Label, entry.Verb), maxLabel)
		o := slack.NewOptionBlockObject(text.Clip(actionOf(entry)+" "+valueOf(entry), maxValue), plainText(label), nil)
		if isWebURL(entry.URL) {
			o.URL = entry.URL
		}
		options = append(options, o)
	}
	if len(options) == 0 {
		return nil
	}
	return slack.NewOverflowBlockElement(menuAction, options...)
}

// actionOf names what a button or an entry of the menu does: "approve", "choose.2".
func actionOf(button words.Button) string {
	if button.Option > 0 {
		return fmt.Sprintf("%s.%d", button.Verb, button.Option)
	}
	return button.Verb
}

// valueOf names what a button is about: "k7f3.1", and of a choice what it says.
func valueOf(button words.Button) string { return strings.TrimSpace(button.Ref + " " + button.Tag) }

// showAside answers an entry of a menu that only shows something, to the person who chose it alone. The runbook is a
// link, which Slack opens; its click needs an acknowledgement only.
func (b *Bot) showAside(ctx context.Context, e envelope) {
	if e.verb() == words.OpenRunbook {
		return
	}
	ref, ok := readRef(e.Value)
	if !ok {
		b.refuse(ctx, e, errForged)
		return
	}
	s, err := b.Core.StoryFor(ctx, e.actor(), e.Channel, ref.ID)
	if err != nil {
		b.refuse(ctx, e, err)
		return
	}
	b.answer(ctx, e, words.AsideOf(s, e.verb()), false)
}
