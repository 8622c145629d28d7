package bot

import (
	"context"
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// doctor answers how the process is, to those whom the engine lets know. It tells codes of errors and no names of
// groups, people or channels but the homes of clusters that the person may view.
func (b *Bot) doctor(ctx context.Context, e envelope) (words.Content, error) {
	d, err := b.Core.Diagnose(ctx, e.actor(), e.Channel)
	if err != nil {
		return words.Content{}, err
	}
	d.Slack = b.health.diagnosis()
	if id, err := b.whoami(ctx); err == nil && len(id.Scopes) > 0 {
		d.Slack.Scopes = true
		for _, scope := range Scopes {
			if !scope.Optional && !slices.Contains(id.Scopes, scope.Name) {
				d.Slack.Missing = append(d.Slack.Missing, scope.Name)
			}
		}
	}
	asked := map[string]string{}
	for _, c := range d.Clusters {
		home := c.Cluster.Home
		if _, done := asked[home]; !done {
			asked[home] = b.homeFault(ctx, home)
		}
		d.Slack.Homes = append(d.Slack.Homes, reset.HomeHealth{Cluster: c.Cluster.Name, Channel: home, Fault: asked[home]})
	}
	if b.StoreHealth != nil {
		d.Store = b.StoreHealth(ctx)
	}
	return words.DoctorOf(d), nil
}

// homeFault is why cards cannot be posted to a channel, as far as Slack says so without a message; empty: they can.
func (b *Bot) homeFault(ctx context.Context, channel string) string {
	info, err := b.Channel(ctx, channel)
	switch {
	case err != nil:
		return slackCode(err)
	case info.Archived:
		return "is_archived"
	case !info.Member:
		return "not_in_channel"
	}
	return ""
}
