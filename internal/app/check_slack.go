package app

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/bot"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/config"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
)

// homes reports home channels that no card can be posted to. Nothing is posted.
func (c *checker) homes(ctx context.Context, cfg *config.Config, b *bot.Bot, scopes []string) {
	of := map[string]string{} // channel to the first cluster that has it
	for _, cl := range slices.Backward(cfg.Clusters) {
		of[cl.HomeChannel] = cl.Name
	}
	for _, id := range slices.Sorted(maps.Keys(of)) {
		ch, err := b.Channel(ctx, id)
		code := ""
		var fault *bot.Fault
		switch {
		case errors.As(err, &fault) && fault.Code == "missing_scope":
			c.note("cluster %s: its home channel %s cannot be looked at without the scope %s", of[id], id, fault.Scope)
			continue
		case errors.As(err, &fault) && fault.Passing():
			c.wrong("cluster %s: Slack did not say what its home channel %s is (%s); run the check again", of[id], id,
				fault.Code)
			continue
		case err != nil:
			code = faultCode(err)
		case ch.Archived:
			code = "is_archived"
		case !ch.Member && !slices.Contains(scopes, "chat:write.public"):
			code = "not_in_channel"
		}
		if code != "" {
			c.wrong("cluster %s: no card can be posted to its home channel %s (%s). %s", of[id], id, code,
				words.Remedy(code))
			continue
		}
		c.say("cluster %s: home channel #%s, and the bot is in it", of[id], ch.Name)
		if ch.Shared {
			c.note("cluster %s: its home channel #%s is shared with another organisation, which reads every card there",
				of[id], ch.Name)
		}
	}
}

// direct proves by a message to one person that direct messages arrive: Slack tells it by no other way.
func (c *checker) direct(ctx context.Context, b *bot.Bot, user string) {
	if user == "" {
		c.note("slack: no direct message was sent; --dm USER sends one to that person, and so proves that they arrive")
		return
	}
	switch code := faultCode(b.Greet(ctx, user, words.CheckMessage())); code {
	case "":
		c.say("slack: a direct message was sent to %s", user)
	case "channel_not_found", "user_not_found":
		c.wrong("slack: there is no person %s to send a direct message to (%s); --dm takes a member ID, from the "+
			"person's profile in Slack", user, code)
	default:
		c.wrong("slack: the direct message to %s was refused (%s): the end of a request reaches no requester. %s", user,
			code, words.Remedy(code))
	}
}

func faultCode(err error) string {
	var fault *bot.Fault
	switch {
	case err == nil:
		return ""
	case errors.As(err, &fault):
		return fault.Code
	}
	return err.Error()
}

// cards lets Slack judge one card of each kind.
func (c *checker) cards(ctx context.Context, b *bot.Bot) {
	samples, err := words.Samples()
	if err != nil {
		c.wrong("%v", err)
		return
	}
	fine := 0
	for _, name := range slices.Sorted(maps.Keys(samples)) {
		wrong, err := b.Validate(ctx, samples[name])
		if err != nil {
			c.wrong("slack: the card %s could not be judged: %v", name, err)
			return
		}
		for _, why := range wrong {
			c.wrong("slack: it does not take the card %s: %s", name, why)
		}
		if len(wrong) == 0 {
			fine++
		}
	}
	if fine == len(samples) {
		c.say("slack: takes all of %s", text.Counted(len(samples), "sample card"))
	}
}
