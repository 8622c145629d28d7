package bot

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/guard"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// homes are the home tabs that were opened lately. Slack does not say when one is closed.
type homes struct {
	mu   sync.Mutex
	open map[string]*openHome // by user

	linksMu sync.Mutex
	links   map[string]string // to cards, by channel and timestamp
}

// openHome is one person's.
type openHome struct {
	who     reset.Actor
	channel string // the direct message with the app: rights are judged as if a command had been typed there
	opened  time.Time

	mu    sync.Mutex // one publishes at a time
	asked time.Time  // when what it shows was looked up last
	shown string     // what it shows
}

const (
	homeView   = "home" // callback_id
	homeOpened = "app_home_opened"
	publishing = "views.publish"
	// a home is renewed for so long, and so often, if it has changed: that it is still looked at is not known
	homeLife  = 10 * time.Minute
	homePause = time.Minute
	mostHomes = 200 // that are renewed: two lookups in the store a second, and less than Slack's 100 calls a minute
	homeTick  = time.Second
)

// openHomeTab publishes the home of a person who has opened it. It is not recorded: it is opened again.
func (b *Bot) openHomeTab(ctx context.Context, e envelope) {
	b.publishHome(ctx, b.homes.opened(e, b.now()), true)
}

// opened is the home of a person; the one that was opened first is forgotten when there are too many.
func (h *homes) opened(e envelope, now time.Time) *openHome {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.open == nil {
		h.open = map[string]*openHome{}
	}
	home := h.open[e.User]
	if home == nil || home.who != e.actor() || home.channel != e.Channel {
		home = &openHome{who: e.actor(), channel: e.Channel}
		h.open[e.User] = home
	}
	home.opened = now
	if len(h.open) > mostHomes {
		oldest := e.User
		for user, other := range h.open {
			if other.opened.Before(h.open[oldest].opened) {
				oldest = user
			}
		}
		delete(h.open, oldest)
	}
	return home
}

// lookedAt are the homes that may still be looked at.
func (h *homes) lookedAt(now time.Time) []*openHome {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []*openHome
	for user, home := range h.open {
		if now.Sub(home.opened) >= homeLife {
			delete(h.open, user)
			continue
		}
		out = append(out, home)
	}
	return out
}

// renewHomes publishes open homes again when something in them has changed. Other processes decide things too: so they
// are looked up, not told.
func (b *Bot) renewHomes(ctx context.Context) {
	for ctx.Err() == nil {
		wait(ctx, homeTick)
		for _, home := range b.homes.lookedAt(b.now()) {
			err := guard.Do(func() error {
				ctx, cancel := context.WithTimeout(ctx, callTimeout)
				defer cancel()
				b.publishHome(ctx, home, false)
				return nil
			})
			if err != nil {
				b.log.Error("panic over a home", "err", b.redact(err.Error()))
			}
		}
	}
}

// publishHome shows a person their home. Unless it was just opened, it is left as it is for a while, and when nothing
// has changed.
func (b *Bot) publishHome(ctx context.Context, home *openHome, opened bool) {
	home.mu.Lock()
	defer home.mu.Unlock()
	now := b.now()
	if !opened && now.Sub(home.asked) < homePause || b.pace.postponed(publishing, now) > 0 {
		return
	}
	home.asked = now
	var content []words.Content
	h, err := b.Core.Home(ctx, home.who, home.channel)
	if err != nil {
		b.log.Info("a home cannot be looked up", "actor", home.who.ID, "err", b.redact(err.Error()))
		content = words.HomeUnknown(err, now)
	} else {
		content = words.HomeOf(h, b.cfg.Clusters, b.homeLinks(ctx, h))
	}
	shows := homeText(content)
	if !opened && shows == home.shown {
		return
	}
	if err := b.publish(ctx, home, content); err != nil {
		b.log.Warn("a home is not shown", "actor", home.who.ID, "err", err)
		return
	}
	home.shown = shows
}

// homeText is what a home says, but for the time at which it was so.
func homeText(content []words.Content) string {
	head := content[0]
	head.Lines = head.Lines[1:]
	return words.HomeText(append([]words.Content{head}, content[1:]...))
}

// publish draws a home. What Slack does not take as blocks is published as text.
func (b *Bot) publish(ctx context.Context, home *openHome, content []words.Content) error {
	var blocks []slack.Block
	for i, c := range content {
		blocks = append(blocks, b.draw(ctx, c, renderOptions{key: "home." + string(rune('a'+i)), plainTables: true,
			ephemeral: true}).blocks...)
	}
	send := func(blocks []slack.Block) error {
		_, err := b.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: home.who.ID,
			View: slack.HomeTabViewRequest{Type: slack.VTHomeTab, CallbackID: homeView, Blocks: slack.Blocks{BlockSet: blocks},
				PrivateMetadata: "- " + home.channel}})
		if err == nil {
			return nil
		}
		f := b.rateLimited(publishing, "publish a home", err)
		b.health.failed(b.now(), f.Code+" ("+publishing+")")
		return f
	}
	err := send(blocks)
	if slackCode(err) != "invalid_arguments" {
		return err
	}
	b.log.Error("slack does not take the blocks of a home; the text alone is published", "err", err)
	blocks = nil
	for part := range strings.Lines(words.HomeText(content)) {
		if part = strings.TrimSpace(clean(part)); part != "" && len(blocks) < 100 {
			blocks = append(blocks, slack.NewSectionBlock(plainText(part), nil, nil))
		}
	}
	return send(blocks)
}

// homeLinks are the links to the cards of a home's requests.
func (b *Bot) homeLinks(ctx context.Context, h reset.Home) map[string]words.Line {
	out := map[string]words.Line{}
	for _, rs := range [][]reset.Request{h.Waiting, h.Open, h.Armed} {
		for _, r := range rs {
			if card, err := b.Cards.Card(ctx, r.ID); err == nil && card.TS != "" {
				if link := b.cardLink(ctx, card); link != "" {
					out[r.ID] = words.Line{{Kind: words.Link, Text: "The card", URL: link}}
				}
			}
		}
	}
	return out
}

// cardLink is the link to a card, which never changes: it is asked for once.
func (b *Bot) cardLink(ctx context.Context, card engine.Card) string {
	key := card.Channel + "/" + card.TS
	b.homes.linksMu.Lock()
	link, known := b.homes.links[key]
	b.homes.linksMu.Unlock()
	if known {
		return link
	}
	link, err := b.permalink(ctx, card.Channel, card.TS)
	if err != nil {
		b.log.Info("no link to a card", "request", card.Request, "err", err)
		return ""
	}
	b.homes.linksMu.Lock()
	defer b.homes.linksMu.Unlock()
	if b.homes.links == nil || len(b.homes.links) > 10_000 {
		b.homes.links = map[string]string{}
	}
	b.homes.links[key] = link
	return link
}

// homeClicked does what a button of a home is for.
func (b *Bot) homeClicked(ctx context.Context, e envelope) {
	switch e.verb() {
	case words.StartReset:
		b.openResetForm(ctx, e, formState{})
	case words.RefreshHome:
		b.openHomeTab(ctx, e)
	default:
		b.refuse(ctx, e, errForged)
	}
}
