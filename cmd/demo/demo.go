package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/app"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// demo is a world with the bot running in it, and what people do there.
type demo struct {
	*world.World
	screen *screen
	dir    string
	undo   []func() error // last first

	producer  *kafkasim.Producer
	consumers map[string][]*kafkasim.Consumer // by group, on prod-eu
}

// hosts are where the consumers of the demo run, or so Kafka believes.
var hosts = []string{"10.4.7.21", "10.4.9.3", "10.4.7.22", "10.4.9.4"}

// patience bounds every wait for something that has to happen.
const patience = 20 * time.Second

// start builds the world and runs the bot in it, until it is connected.
func start(ctx context.Context, settle time.Duration, out io.Writer) (d *demo, err error) {
	d = &demo{consumers: map[string][]*kafkasim.Consumer{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.stop())
		}
	}()
	if d.dir, err = os.MkdirTemp("", "kafka-reset-bot-demo-"); err != nil {
		return d, err
	}
	d.undo = append(d.undo, func() error { return os.RemoveAll(d.dir) })
	if d.World, err = world.New(ctx, world.Options{Dir: d.dir}); err != nil {
		return d, err
	}
	d.undo = append(d.undo, func() error { d.Close(); return nil })
	if err := d.quietFor(settle); err != nil {
		return d, err
	}
	if err := d.runBot(ctx); err != nil {
		return d, err
	}
	d.producer = d.Prod.StartProducer(world.Orders, world.Step)
	d.undo = append(d.undo, func() error { _, err := d.producer.Stop(); return err })
	d.screen, err = newScreen(d.World, out)
	return d, err
}

// quietFor sets how long the bot watches an empty group before it writes.
func (d *demo) quietFor(settle time.Duration) error {
	text, err := os.ReadFile(d.ConfigFile)
	if err != nil {
		return err
	}
	return os.WriteFile(d.ConfigFile, append(text, fmt.Sprintf("limits: {settle: %s}\n", settle)...), 0o600)
}

func (d *demo) logFile() string { return filepath.Join(d.dir, "bot.log") }

func (d *demo) runBot(ctx context.Context) error {
	log, err := os.Create(d.logFile())
	if err != nil {
		return err
	}
	d.undo = append(d.undo, log.Close)
	bot, err := d.App(ctx, app.Options{Now: time.Now, Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		return err
	}
	life, cancel := context.WithCancel(context.WithoutCancel(ctx)) // it is stopped in its turn, not by the signal
	done := make(chan error, 1)
	go func() { done <- bot.Run(life) }()
	d.undo = append(d.undo, func() error { cancel(); return errors.Join(<-done, bot.Close()) })

	ctx, enough := context.WithTimeout(ctx, patience)
	defer enough()
	return d.Slack.Await(ctx, func() bool { return d.Slack.Connections() > 0 })
}

// stop ends all that was started, last first, and removes its files.
func (d *demo) stop() error {
	var errs []error
	for i := len(d.undo) - 1; i >= 0; i-- {
		errs = append(errs, d.undo[i]())
	}
	d.undo = nil
	return errors.Join(errs...)
}

// lastWords are the last lines of the bot's log, for a step that failed.
func (d *demo) lastWords() string {
	text, err := os.ReadFile(d.logFile())
	if err != nil || len(text) == 0 {
		return ""
	}
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	return "the end of the bot's log:\n" + string(bytes.Join(lines[max(0, len(lines)-15):], []byte("\n"))) + "\n"
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
