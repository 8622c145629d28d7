package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// look answers a view. With replace, the answer takes the place of the message that was clicked.
func (b *Bot) look(ctx context.Context, e envelope, cmd commands.Command, replace bool) error {
	content, err := b.query(ctx, e, cmd)
	if err == nil {
		b.answer(ctx, e, content, replace)
	}
	return err
}

// lookVerb is a button that asks for a view. Its value is the view as it is typed; it is judged like one that the
// person who clicked has typed, and it can be nothing else than a view.
const lookVerb = "look"

// lookAgain answers the click of such a button.
func (b *Bot) lookAgain(ctx context.Context, e envelope) error {
	zone, name, _ := b.zone(ctx, e.User)
	cmd, err := commands.Parse(e.Value, commands.Context{At: b.now(), Zone: zone, ZoneName: name,
		Clusters: b.clusterNames()})
	if err != nil || !commands.Looks(cmd) {
		return errForged
	}
	return b.look(ctx, e, cmd, e.Ephemeral && !asksFile(cmd))
}

// asksFile reports whether the answer is a file elsewhere, so that the message that was clicked stays.
func asksFile(cmd commands.Command) bool {
	lag, _ := cmd.(commands.Lag)
	past, _ := cmd.(commands.History)
	return lag.CSV || past.CSV
}

// query answers a view.
func (b *Bot) query(ctx context.Context, e envelope, cmd commands.Command) (words.Content, error) {
	who, at := e.actor(), e.Channel
	switch c := cmd.(type) {
	case commands.Help:
		usage, ok := commands.Usage(c.Topic)
		if !ok {
			usage, _ = commands.Usage("")
		}
		return words.HelpOf(usage), nil
	case commands.Status:
		rs, more, frozen, err := b.Core.Status(ctx, who, at, c.Cluster, c.Group)
		return words.StatusOf(rs, more, frozen, b.cfg.Clusters, b.now()), err
	case commands.Lag:
		if c.Server != "" {
			return b.unknownServer(c.Server, func(cluster string) commands.Command {
				c.Cluster, c.Server = cluster, ""
				return c
			}), nil
		}
		lag, err := b.Core.Lag(ctx, who, at, c.Cluster, c.Group, c.Topics)
		if err != nil {
			return words.Content{}, err
		}
		if c.CSV {
			name := words.LagFile(lag)
			return b.sendFile(ctx, e, name, words.LagCSV(lag), words.FileSent(name))
		}
		return words.WithNotes(words.LagOf(lag, c.Page, b.now()), c.Notes), nil
	case commands.Groups:
		if c.Server != "" {
			return b.unknownServer(c.Server, func(cluster string) commands.Command {
				c.Cluster, c.Server = cluster, ""
				return c
			}), nil
		}
		view, err := b.Core.Groups(ctx, who, at, c.Cluster, c.Pattern)
		return words.WithNotes(words.GroupsOf(view), c.Notes), err
	case commands.Clusters:
		clusters, err := b.Core.ClusterViews(ctx, who, at)
		return words.ClustersOf(clusters, b.now()), err
	case commands.Doctor:
		return b.doctor(ctx, e)
	case commands.Access:
		access, err := b.Core.Access(ctx, who, at, c.Cluster, c.Group)
		return words.AccessOf(access), err
	case commands.Show:
		return b.story(ctx, e, c.ID, true, true)
	case commands.History:
		return b.history(ctx, e, c)
	case commands.Schedules:
		all, err := b.Core.Schedules(ctx, who, at, c.Cluster, c.Group)
		return words.SchedulesOf(all, b.now()), err
	case commands.ShowSchedule:
		story, err := b.Core.ScheduleStory(ctx, who, at, c.Name)
		if err != nil {
			return words.Content{}, err
		}
		return words.ScheduleOf(story, c.Runs), nil
	// runCommand has done them
	case commands.Reset, commands.Schedule, commands.Upload, commands.Overview, commands.SetFreeze, commands.Decide:
	}
	return words.Content{}, fmt.Errorf("command %T is not known here", cmd)
}

// unknownServer asks for the cluster of a pasted line whose server no configured cluster has.
func (b *Bot) unknownServer(server string, on func(cluster string) commands.Command) words.Content {
	var names, lines []string
	for _, c := range b.cfg.Clusters {
		names, lines = append(names, c.Name), append(lines, commands.TypedView(on(c.Name)))
	}
	return words.WhichServer(server, names, lines)
}

// history answers what was done, in one request or with several.
func (b *Bot) history(ctx context.Context, e envelope, c commands.History) (words.Content, error) {
	if c.ID != "" {
		content, err := b.story(ctx, e, c.ID, false, true)
		if !unknownRequest(err) || c.Group == "" {
			return content, err
		}
	}
	q := reset.Search{Cluster: c.Cluster, Group: c.Group, Since: c.Since, Until: c.Until, Before: c.Before, All: c.All}
	if c.Person != "" {
		by, err := b.personNamed(ctx, e, c.Person)
		if err != nil {
			return words.Content{}, err
		}
		q.By = by
	}
	if c.CSV {
		return b.historyFile(ctx, e, q)
	}
	page, err := b.Core.History(ctx, e.actor(), e.Channel, q)
	return words.HistoryOf(page, q, b.cfg.Clusters, b.now()), err
}

// personNamed finds the person whom somebody names: by id, as "me", or by the name that Slack shows, among those who
// asked for something lately.
func (b *Bot) personNamed(ctx context.Context, e envelope, name string) (reset.Actor, error) {
	a := e.actor()
	if strings.EqualFold(name, "me") {
		return a, nil
	}
	if slackID(name) {
		a.ID = name
		return a, nil
	}
	people, err := b.Core.People(ctx)
	if err != nil {
		return a, err
	}
	for _, p := range people {
		if p.Kind == reset.Person && strings.EqualFold(b.name(ctx, p.ID), name) {
			return p, nil
		}
	}
	return a, &commands.SyntaxError{Word: name, Want: fmt.Sprintf("Person %q not found. Choose the name from Slack's list",
		"@"+text.Clip(name, 60)), Example: "history @mara"}
}

// story is a request as it is now; with whole, its history too. Its requester gets a lost preview back, which is kept
// up to date through the new response_url.
func (b *Bot) story(ctx context.Context, e envelope, id string, again, whole bool) (words.Content, error) {
	s, err := b.Core.StoryFor(ctx, e.actor(), e.Channel, id)
	if err != nil {
		return words.Content{}, err
	}
	if again && !s.Request.Asked && s.Request.Actor == e.actor() {
		if err := b.attachShown(ctx, e, s); err != nil {
			return words.Content{}, err
		}
		return words.PreviewOf(s), nil
	}
	var entries []reset.Entry
	if whole {
		entries = s.Entries
	}
	content := words.ShowOf(s, entries)
	card, err := b.Cards.Card(ctx, id)
	if err == nil && card.TS != "" {
		content.Foot = linked(content.Foot, b.linkToCard(ctx, card))
	}
	return content, err
}

func unknownRequest(err error) bool {
	var p *reset.Problem
	return errors.As(err, &p) && p.Code == reset.ProblemNoRequest
}
