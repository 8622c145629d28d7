package bot

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
)

// ChannelInfo is what Slack says of a channel without a message in it.
type ChannelInfo struct {
	Name     string
	Archived bool
	Member   bool // the bot is one
	Shared   bool // people of other organisations read it, or are invited
}

// Channel asks Slack for a channel. An error is a *Fault; channel_not_found of a private channel means that the bot is
// not in it.
func (b *Bot) Channel(ctx context.Context, id string) (ChannelInfo, error) {
	info, err := b.channelInfo(ctx, id)
	if err != nil {
		return ChannelInfo{}, err
	}
	return ChannelInfo{Name: info.Name, Archived: info.IsArchived, Member: info.IsMember,
		Shared: othersRead(info)}, nil
}

// Greet sends a person a direct message, which proves that the bot's direct messages arrive.
func (b *Bot) Greet(ctx context.Context, user string, c words.Content) error {
	_, err := b.say(ctx, "send a direct message to "+user, user, "", c, renderOptions{key: "check", ephemeral: true})
	return err
}

// Validate lets Slack judge a message without showing it, by the method blocks.validate, and returns what is wrong
// with it. It needs no scope and no channel. It waits as long as Slack asks.
func (b *Bot) Validate(ctx context.Context, c words.Content) (wrong []string, err error) {
	m := b.draw(ctx, c, renderOptions{key: "check", ephemeral: true, plainTables: b.cfg.Plain})
	message, err := json.Marshal(map[string]any{"text": m.text, "blocks": m.blocks})
	if err != nil {
		return nil, err
	}
	for {
		wrong, f := b.validate(ctx, string(message))
		switch {
		case f == nil:
			return wrong, nil
		case f.Wait == 0:
			return nil, f
		}
		if wait(ctx, f.Wait); ctx.Err() != nil {
			return nil, f
		}
	}
}

const maxVerdict = 1 << 20

// validate calls blocks.validate once: slack-go v0.35 has no such method. A mistake comes with a JSON pointer to its
// place (docs.slack.dev/reference/methods/blocks.validate).
func (b *Bot) validate(ctx context.Context, message string) ([]string, *Fault) {
	const doing = "let slack judge a card"
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	base := slack.APIURL
	if b.cfg.APIURL != "" {
		base = strings.TrimSuffix(b.cfg.APIURL, "/") + "/"
	}
	form := strings.NewReader(url.Values{"message": {message}}.Encode())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"blocks.validate", form)
	if err != nil {
		return nil, b.fault(doing, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer "+b.cfg.BotToken)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, b.fault(doing, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusTooManyRequests {
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After")) // without a number: a second
		return nil, &Fault{Doing: doing, Code: "ratelimited", Wait: max(time.Duration(seconds)*time.Second, time.Second)}
	}
	if resp.StatusCode != http.StatusOK {
		return nil, &Fault{Doing: doing, Code: "http " + strconv.Itoa(resp.StatusCode)}
	}
	var verdict struct {
		OK     bool
		Error  string
		Errors []struct{ Pointer, Message string }
	}
	if err := json.NewDecoder(http.MaxBytesReader(nil, resp.Body, maxVerdict)).Decode(&verdict); err != nil {
		return nil, b.fault(doing, err)
	}
	if verdict.OK {
		return nil, nil
	}
	if len(verdict.Errors) == 0 {
		return nil, &Fault{Doing: doing, Code: verdict.Error}
	}
	var wrong []string
	for _, e := range verdict.Errors {
		wrong = append(wrong, strings.TrimSpace(e.Pointer+" "+e.Message))
	}
	return wrong, nil
}
