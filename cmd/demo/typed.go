package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/stage"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

const typedHelp = `what you can type
  mara #inc-4711 /kafka-reset billing@prod-eu orders back 10m
                              a command, as one of the people, in a channel (or in dm)
  jon click Approve           a button of the newest message that has it, or of the window on top;
                              an entry of its menu [⋯ ...] too; the first words of its label are enough
  jon click k7f3 Approve      the same, of a message about k7f3
  mara look #kafka-prod       the channel as mara sees it
  mara submit why="..."       the window on top, filled in;  mara close  closes it
  consumers start 2 [GROUP]   consumers of prod-eu join; group billing unless you name another
  consumers stop [GROUP]      all of them leave
  produce [N] [TOPIC]         N records more on each partition; 10 on orders unless you say otherwise
  kafka [GROUP[@CLUSTER]]     committed offsets, asked of Kafka itself
  people, channels, help, quit
not here: filling in the reset form, shortcuts, mentions, the home tab`

// errQuit ends the conversation.
var errQuit = errors.New("quit")

// converse takes lines until there are no more, the user quits, or ctx is done, and prints what each person sees
// meanwhile.
func (d *demo) converse(ctx context.Context, in io.Reader) error {
	d.screen.note("",
		"A Slack, two Kafka clusters (prod-eu, sandbox-eu) and the bot, all in this process. The times are Berlin's, where mara is.",
		"the bot's database  "+d.Database+"\nits configuration   "+d.ConfigFile+"\nits log             "+d.LogFile()+
			"\n(removed when you quit)\n\n"+typedHelp)
	ctx, cancel := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		_ = d.Slack.Await(ctx, func() bool { d.screen.refresh(); return false }) // ends with ctx
	}()
	defer func() { cancel(); <-watched }()
	lines := make(chan string)
	go func() { // a terminal's Read cannot be interrupted: at a signal this ends with the process
		defer close(lines)
		for scan := bufio.NewScanner(in); scan.Scan(); {
			select {
			case lines <- scan.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case line, ok := <-lines:
			if !ok {
				return nil
			}
			err := d.obey(ctx, line)
			if errors.Is(err, errQuit) {
				return nil
			}
			if err != nil && ctx.Err() == nil {
				d.screen.note("", "? "+strings.ReplaceAll(err.Error(), "\n", " "), "")
			}
		}
	}
}

// obey runs a line.
func (d *demo) obey(ctx context.Context, line string) error {
	words := strings.Fields(line)
	if len(words) == 0 {
		return nil
	}
	args := words[1:]
	switch words[0] {
	case "quit", "exit":
		return errQuit
	case "help":
		d.screen.note("", typedHelp, "")
	case "people":
		var list []string
		for _, p := range stage.People {
			list = append(list, fmt.Sprintf("%-5s %s", p.Name, p.About))
		}
		d.screen.note("", "people", strings.Join(list, "\n"))
	case "channels":
		var list []string
		for _, c := range stage.Channels {
			list = append(list, fmt.Sprintf("%-12s %s", "#"+c.Name, c.About))
		}
		d.screen.note("", "channels", strings.Join(append(list, "dm           with the bot alone"), "\n"))
	case "consumers":
		return d.obeyConsumers(ctx, args)
	case "produce":
		return d.obeyProduce(ctx, args)
	case "kafka":
		return d.obeyKafka(args)
	default:
		if !slices.Contains(people, words[0]) {
			return fmt.Errorf("%q is nobody and nothing known here; people are %s, and help lists what you can type",
				words[0], strings.Join(people, ", "))
		}
		return d.obeyPerson(ctx, words[0], args, line)
	}
	return nil
}

// obeyPerson is a line that begins with a person.
func (d *demo) obeyPerson(ctx context.Context, who string, args []string, line string) error {
	if len(args) == 0 {
		return fmt.Errorf("what does %s do? for example: %s #inc-4711 /kafka-reset help", who, who)
	}
	switch args[0] {
	case "click":
		label := strings.Join(args[1:], " ")
		if label == "" {
			return fmt.Errorf("which button? for example: %s click Approve", who)
		}
		err := d.clicks(ctx, who, "", label)
		// a label may begin with a word that looks like an id
		if err != nil && len(args) > 2 && named.MatchString(args[1]+" · ") {
			return d.clicks(ctx, who, args[1], strings.Join(args[2:], " "))
		}
		return err
	case "look":
		name := "#kafka-prod"
		if len(args) > 1 {
			name = args[1]
		}
		channel, err := d.channel(who, name)
		if err == nil {
			d.screen.look(who, name, channel)
		}
		return err
	case "submit", "close":
		return d.obeyWindow(ctx, who, args[0], line)
	}
	channel, err := d.channel(who, args[0])
	if err != nil {
		return err
	}
	_, text, ok := strings.Cut(line, "/kafka-reset")
	if !ok {
		return fmt.Errorf("the demo sends only commands, no messages or mentions; for example: %s %s /kafka-reset help", who, args[0])
	}
	return d.types(ctx, who, channel, strings.TrimSpace(text))
}

// obeyWindow fills in or closes the window on top.
func (d *demo) obeyWindow(ctx context.Context, who, does, line string) error {
	p := d.People[who]
	views := p.Views()
	if len(views) == 0 {
		return fmt.Errorf("%s has no window open; buttons such as Show all open one", who)
	}
	top := views[len(views)-1]
	if does == "close" {
		d.screen.note("", who+" closes the window", "")
		_, err := p.CloseView(top)
		return err
	}
	values := map[string]string{}
	if _, field, ok := strings.Cut(line, "submit "); ok {
		key, value, ok := strings.Cut(strings.TrimSpace(field), "=")
		if !ok {
			return fmt.Errorf(`%q names no field; for example: %s submit why="checked by hand"`, field, who)
		}
		if plain, err := strconv.Unquote(value); err == nil {
			value = plain
		}
		values[key] = value
	}
	d.screen.note("", who+" submits the window", "")
	delivery, err := p.Submit(top, values)
	return acked(ctx, delivery, err)
}

func (d *demo) obeyConsumers(ctx context.Context, args []string) error {
	wrong := errors.New("consumers do what? consumers start 2 [GROUP], or consumers stop [GROUP]")
	if len(args) == 0 {
		return wrong
	}
	n, rest := -1, args[1:]
	if len(rest) > 0 {
		if i, err := strconv.Atoi(rest[0]); err == nil && i > 0 && i <= 20 {
			n, rest = i, rest[1:]
		}
	}
	group := world.Billing
	if len(rest) > 0 {
		group = rest[0]
	}
	switch args[0] {
	case "start":
		return d.startConsumers(ctx, group, max(n, 1))
	case "stop":
		return d.stopConsumers(ctx, group, n)
	}
	return wrong
}

func (d *demo) obeyProduce(ctx context.Context, args []string) error {
	n, topic := 10, world.Orders
	for _, a := range args {
		if i, err := strconv.Atoi(a); err == nil && i > 0 && i <= 10_000 {
			n = i
		} else {
			topic = a
		}
	}
	return d.produce(ctx, topic, n)
}

func (d *demo) obeyKafka(args []string) error {
	group, cluster := world.Billing, "prod-eu"
	if len(args) > 0 {
		name, at, ok := strings.Cut(args[0], "@")
		group = name
		if ok {
			cluster = at
		}
	}
	return d.offsets(cluster, group)
}

// channel finds a channel by name, or dm.
func (d *demo) channel(who, name string) (string, error) {
	if name == "dm" {
		return d.Slack.DM(d.People[who].ID), nil
	}
	var known []string
	for _, c := range stage.Channels {
		if c.Name == strings.TrimPrefix(name, "#") {
			return c.ID, nil
		}
		known = append(known, "#"+c.Name)
	}
	return "", fmt.Errorf("there is no channel %q; there are %s and dm", name, strings.Join(known, ", "))
}

// channelsOf are those that a person may look into.
func (d *demo) channelsOf(who string) []string {
	var out []string
	for _, c := range stage.Channels {
		out = append(out, c.ID)
	}
	return append(out, d.Slack.DM(d.People[who].ID))
}

func (d *demo) channelName(id string) string {
	for _, p := range d.screen.places() {
		if p.id == id {
			return p.name
		}
	}
	return id
}
