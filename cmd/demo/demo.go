package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/stage"
)

// demo is a stage, what people do on it, and a screen that shows what they see.
type demo struct {
	*stage.Stage
	screen *screen
}

// patience bounds every wait for something that has to happen.
const patience = stage.Patience

// start builds the stage and its screen.
func start(ctx context.Context, settle time.Duration, out io.Writer) (*demo, error) {
	s, err := stage.Start(ctx, stage.Options{Settle: settle})
	if err != nil {
		return nil, err
	}
	d := &demo{Stage: s}
	if d.screen, err = newScreen(d.World, out); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return d, nil
}

// types is a slash command.
func (d *demo) types(ctx context.Context, who, channel, text string) error {
	d.screen.note(d.channelName(channel), who+" types", "/kafka-reset "+text)
	delivery, err := d.People[who].Command(channel, "/kafka-reset", strings.TrimSpace(text))
	return acked(ctx, delivery, err)
}

// clicks presses a button or chooses an entry of a menu, in the window on top if it has one, else in the newest message
// that this person sees with one, and with id in its text. The first words of a label are enough where only one label
// there begins with them. A question that is asked first is answered with yes.
func (d *demo) clicks(ctx context.Context, who, id, label string) error {
	p := d.People[who]
	if views := p.Views(); len(views) > 0 {
		top := views[len(views)-1]
		found := find(clickables(top.Buttons(), top.Entries()), label)
		if len(found) > 1 {
			return ambiguous(label, found)
		}
		if len(found) == 1 {
			d.screen.note("", who+" clicks", "["+found[0].label+"]")
			delivery, err := p.ClickIn(top, found[0].action, found[0].value)
			return acked(ctx, delivery, err)
		}
	}
	seen := d.messagesOf(who, id)
	m, found := newestWith(seen, label)
	switch len(found) {
	case 0:
		return fmt.Errorf("%s sees no button %q%s; in sight, newest first: %s", who, label, about(id), inSight(seen))
	case 1:
	default:
		return ambiguous(label, found)
	}
	target := found[0]
	d.screen.note(d.channelName(m.Channel), who+" clicks", "["+target.label+"]")
	if target.entry {
		delivery, err := p.Choose(m, target.action, target.value)
		return acked(ctx, delivery, err)
	}
	delivery, err := p.Click(m, target.action)
	return acked(ctx, delivery, err)
}

// messagesOf are the messages that a person sees with id in their text, newest first.
func (d *demo) messagesOf(who, id string) []slacksim.Message {
	var seen []slacksim.Message
	for _, channel := range d.channelsOf(who) {
		for _, m := range d.People[who].Messages(channel) {
			if strings.Contains(m.Text(), id) {
				seen = append(seen, m)
			}
		}
	}
	slices.SortStableFunc(seen, func(a, b slacksim.Message) int { return strings.Compare(b.TS, a.TS) })
	return seen
}

// newestWith finds the newest message with such a button. A message that has the whole label goes before a newer one
// with a label that only begins so.
func newestWith(seen []slacksim.Message, label string) (m slacksim.Message, found []clickable) {
	for _, next := range seen {
		all := find(clickables(next.Buttons(), next.Entries()), label)
		if len(all) == 1 && strings.EqualFold(all[0].label, label) {
			return next, all
		}
		if len(found) == 0 && len(all) > 0 {
			m, found = next, all
		}
	}
	return m, found
}

// clickable is a button, or an entry of a menu.
type clickable struct {
	label, action, value string
	entry                bool
}

func clickables(buttons []slacksim.Button, entries []slacksim.Entry) []clickable {
	var out []clickable
	for _, b := range buttons {
		out = append(out, clickable{label: b.Label, action: b.ActionID, value: b.Value})
	}
	for _, e := range entries {
		out = append(out, clickable{label: e.Text, action: e.ActionID, value: e.Value, entry: true})
	}
	return out
}

func about(id string) string {
	if id == "" {
		return ""
	}
	return " on a message about " + id
}

// find returns the one with this label, or else all whose labels begin so.
func find(all []clickable, label string) []clickable {
	var begin []clickable
	for _, c := range all {
		if strings.EqualFold(c.label, label) {
			return []clickable{c}
		}
		if len(c.label) > len(label) && strings.EqualFold(c.label[:len(label)], label) {
			begin = append(begin, c)
		}
	}
	return begin
}

func ambiguous(label string, found []clickable) error {
	return fmt.Errorf("%q begins %s; type more of it", label, labels(found))
}

// inSight lists the buttons of messages, each label once.
func inSight(seen []slacksim.Message) string {
	var all []clickable
	for _, m := range seen {
		all = append(all, clickables(m.Buttons(), m.Entries())...)
	}
	if len(all) == 0 {
		return "none"
	}
	return labels(all)
}

// labels shows a dozen labels at most.
func labels(all []clickable) string {
	const most = 12
	var out []string
	for _, c := range all {
		if l := "[" + c.label + "]"; !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	if len(out) > most {
		out = append(out[:most], "...")
	}
	return strings.Join(out, " ")
}

// acked waits until the bot has acknowledged an action. Slack itself shows it if the bot did not.
func acked(ctx context.Context, d *slacksim.Delivery, err error) error {
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ack, err := d.Wait(ctx)
	if err == nil && ack.Err != "" {
		err = fmt.Errorf("the bot did not acknowledge it: %s", ack.Err)
	}
	return err
}
