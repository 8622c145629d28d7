package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

const (
	urlLife = 30 * time.Minute
	urlUses = 5 // Slack's limit; the last one is reserved for the outcome
	// patience is how long a person may wait for a preview before a message says that the bot is working.
	patience = 2 * time.Second
)

// attach stores the response_url of the person who sees a draft. A command's can only add messages, that of a click
// in an ephemeral message can replace it.
func (b *Bot) attach(ctx context.Context, id string, e envelope) error {
	if e.URL == "" && e.Kind != submission {
		return nil
	}
	return b.updateCard(ctx, &engine.Card{Request: id}, func(c *engine.Card) {
		c.Preview = engine.Preview{Actor: e.actor(), Channel: e.Channel, URL: e.URL,
			Replaces: e.Kind == click && e.Ephemeral, Until: b.now().Add(urlLife)}
		if e.URL == "" { // a form has none (slack-go, ViewSubmissionCallback): its author gets a direct message
			c.Preview.Until = time.Time{}
		}
	})
}

// tells are the events that change the preview.
var tells = []reset.Event{reset.EvPlanned, reset.EvRefused, reset.EvWaiting, reset.EvExpired, reset.EvCancelled}

// showPreview shows a request to its requester.
func (b *Bot) showPreview(ctx context.Context, s reset.Story, card engine.Card) (time.Time, error) {
	if s.Request.Form != nil {
		return b.showInForm(ctx, s)
	}
	r, p, now := s.Request, card.Preview, b.now()
	if p.Actor.ID == "" {
		if now.Sub(r.CreatedAt) < time.Minute {
			// the process that received the command is about to store the response_url
			return now.Add(time.Second), nil
		}
		card.Preview.Actor, p.Actor = r.Actor, r.Actor // it stopped before it did: a direct message is sent
	}
	news := entriesAfter(s.Entries, card.ThreadSeq)
	looking := r.State == reset.Planning && r.Question == "" && r.Problem == nil
	switch {
	case looking && p.Used > 0:
		return time.Time{}, nil
	case looking:
		if again := p.Until.Add(patience - urlLife); now.Before(again) {
			return again, nil
		}
	case p.Version > 0 && r.Question == "" &&
		!slices.ContainsFunc(news, func(e reset.Entry) bool { return slices.Contains(tells, e.Event) }):
		return time.Time{}, nil
	case p.Version >= r.Version:
		return time.Time{}, nil
	case onlyRefused(news, p.Version, r.Version):
		return time.Time{}, b.updateCard(ctx, &card,
			func(c *engine.Card) { c.Preview.Version, c.ThreadSeq = r.Version, news[len(news)-1].Seq })
	}
	err := b.sendPreview(ctx, s, &card)
	if passing(err) {
		return b.retryAt(err)
	}
	// some errors that Slack calls final are temporary
	if since := lastNews(r, news); err != nil && now.Sub(since) < refusedFor {
		b.log.Info("the requester alone is told later", "request", r.ID, "err", err)
		return now.Add(afterRefusal), nil
	}
	if err != nil {
		b.log.Warn("the requester alone is not told", "request", r.ID, "err", err)
	}
	return time.Time{}, b.updateCard(ctx, &card, func(c *engine.Card) {
		if looking || c.Preview.URL != "" && c.Preview.URL != p.URL {
			return // there is no plan yet, or another click has brought another response_url
		}
		c.Preview.Version, c.Preview.Revision, c.ShownAt = r.Version, r.Revision, now
		if len(news) > 0 {
			c.ThreadSeq = news[len(news)-1].Seq
		}
	})
}

// lastNews is the time of the newest entry to show.
func lastNews(r reset.Request, news []reset.Entry) time.Time {
	if len(news) == 0 {
		return r.CreatedAt
	}
	return news[len(news)-1].At
}

// onlyRefused reports whether all that happened since a version was shown is that people without the right tried to
// decide. The requester would see the same preview again, as a new message for each attempt of another person: a
// response_url can only add.
func onlyRefused(news []reset.Entry, shown, now int64) bool {
	others := func(e reset.Entry) bool { return e.Event != reset.EvDenied }
	return shown > 0 && len(news) > 0 && int64(len(news)) == now-shown && !slices.ContainsFunc(news, others)
}

// sendPreview shows the preview through its response_url, or by direct message when that is used up and the requester
// waits for it.
func (b *Bot) sendPreview(ctx context.Context, s reset.Story, card *engine.Card) error {
	r, p, content := s.Request, card.Preview, words.PreviewOf(s)
	doing := "show " + r.ID + " to its requester"
	over := !r.State.Open()
	if b.now().Before(p.Until) && (p.Used < urlUses-1 || over && p.Used < urlUses) {
		// Counted before it is sent: a lost answer may have used it.
		if err := b.updateCard(ctx, card, func(c *engine.Card) { c.Preview.Used++ }); err != nil {
			return err
		}
		err := b.respond(ctx, doing, p.URL, content,
			renderOptions{key: blockKey(s), plainTables: true, ephemeral: true}, p.Replaces)
		if err == nil || !isPermanent(err) {
			return err
		}
	}
	if !previewAwaited(s, p) {
		return nil // `show` brings it back
	}
	_, err := b.say(ctx, doing, p.Actor.ID, "", content,
		renderOptions{key: blockKey(s), plainTables: true, ephemeral: true})
	return err
}

// previewAwaited reports whether the requester waits for a message: a plan, a question, a refusal. They do not wait
// for the end of a preview that they left unused, or cancelled by a command with an answer of its own; a click in it
// is answered here.
func previewAwaited(s reset.Story, p engine.Preview) bool {
	r := s.Request
	switch r.State {
	case reset.Planning:
		return r.Question != "" || len(r.Options) > 0 || r.Problem != nil && p.Version == 0
	case reset.Expired:
		return !hasEvent(s.Entries, reset.EvPlanned)
	case reset.Cancelled:
		return p.Replaces || !slices.ContainsFunc(s.Entries,
			func(e reset.Entry) bool { return e.Event == reset.EvCancelled && e.Actor == r.Actor })
	case reset.Draft, reset.Pending, reset.Approved, reset.Applying, reset.Applied, reset.Failed, reset.Refused,
		reset.Rejected:
		return true
	}
	return true
}

// blockKey is a prefix of block ids that no earlier version of the message had: clients keep the state of a known id.
func blockKey(s reset.Story) string {
	return fmt.Sprintf("%s.%d.%d", s.Request.ID, s.Request.Revision, s.Request.Version)
}

// attachShown is attach for a preview that is about to be shown as it is now.
func (b *Bot) attachShown(ctx context.Context, e envelope, s reset.Story) error {
	if err := b.attach(ctx, s.Request.ID, e); err != nil {
		return err
	}
	return b.updateCard(ctx, &engine.Card{Request: s.Request.ID}, func(c *engine.Card) {
		c.Preview.Used, c.Preview.Version, c.Preview.Revision = 1, s.Request.Version, s.Request.Revision
		if n := len(s.Entries); n > 0 {
			c.ThreadSeq = s.Entries[n-1].Seq
		}
	})
}
