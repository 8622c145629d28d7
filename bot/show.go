package bot

import (
	"context"
	"slices"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Show makes what people see tell the story: the requester alone while nobody else was asked, then one message that
// everybody sees, edited in place for the request's whole life, with the decisions in its thread.
func (b *Bot) Show(ctx context.Context, s reset.Story) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, showWithin)
	defer cancel()
	card, err := b.Cards.Card(ctx, s.Request.ID)
	if err != nil {
		return time.Time{}, err
	}
	card.Request = s.Request.ID
	alone := !s.Request.Asked && card.TS == ""
	switch {
	case alone && s.Request.Actor.Kind == reset.Person:
		return b.showAlone(ctx, s, card)
	case alone && s.Request.State == reset.Planning:
		return time.Time{}, nil // a schedule's or the terminal's request is shown when there is something to see
	}
	return b.showAll(ctx, s, card)
}

// showWithin ends before the claim does under which a card is shown or an envelope decided (30 s), so that no two do it at
// once.
const showWithin = 20 * time.Second

// showAll keeps the public card: first the card itself, then its thread, then the requester who asked elsewhere.
func (b *Bot) showAll(ctx context.Context, s reset.Story, card reset.Card) (time.Time, error) {
	preview := card.Preview // its address is not kept once others see the request
	news := after(s.Entries, card.ThreadSeq)
	lines := threadLines(s, news)
	switch {
	case card.TS == "":
		lines = nil // the card itself tells them
		if again, err := b.post(ctx, s, &card); err != nil || !again.IsZero() {
			return again, err
		}
	case card.Version < s.Request.Version:
		urgent := len(lines) > 0 || !s.Request.State.Open() && !s.Request.Watch.Open()
		if again, err := b.edit(ctx, s, &card, urgent); err != nil || !again.IsZero() {
			return again, err
		}
	}
	if preview.URL != "" {
		if err := b.point(ctx, s, &card, preview); err != nil {
			return time.Time{}, err
		}
	}
	return b.thread(ctx, s, &card, news, lines)
}

// after returns the entries that came later than seq.
func after(entries []reset.Entry, seq int64) []reset.Entry {
	i := slices.IndexFunc(entries, func(e reset.Entry) bool { return e.Seq > seq })
	if i < 0 {
		return nil
	}
	return entries[i:]
}

func threadLines(s reset.Story, news []reset.Entry) []commands.Line {
	var lines []commands.Line
	for _, e := range news {
		if line, ok := commands.ThreadLine(e, s); ok {
			lines = append(lines, line)
		}
	}
	return lines
}

// elsewhere are errors that mean: not in this channel, but maybe in another one.
var elsewhere = []string{"not_in_channel", "channel_not_found", "is_archived", "restricted_action", "restricted_action_read_only_channel",
	"cannot_post", "no_permission", "org_login_required", "message_not_found", "cant_update_message", "channel_is_limited_access",
	"restricted_action_thread_only_channel", "restricted_action_non_threadable_channel", "messages_tab_disabled", "is_inactive", "ekm_access_denied"}

// post puts the card where it was asked for, or into the cluster's home channel. The message's timestamp is stored at
// once: posting again makes a second card, of which a click takes the buttons away.
func (b *Bot) post(ctx context.Context, s reset.Story, card *reset.Card) (time.Time, error) {
	if again := b.pace.held(b.now()); !again.IsZero() {
		return again, nil
	}
	var err error
	for _, channel := range b.places(ctx, s, *card) {
		if again := b.pace.post(channel, b.now(), 0); !again.IsZero() {
			return again, nil
		}
		var ts string
		ts, err = b.say(ctx, "post the card of "+s.Request.ID, channel, "", commands.CardOf(s), b.cardLook(s))
		if err == nil {
			return time.Time{}, b.amend(ctx, card, func(c *reset.Card) {
				c.Channel, c.TS, c.Version, c.ShownAt = channel, ts, s.Request.Version, b.now()
			})
		}
		if !slices.Contains(elsewhere, code(err)) {
			break
		}
		b.log.Info("the card goes elsewhere", "request", s.Request.ID, "channel", channel, "err", err)
	}
	return b.later(err)
}

// places are the channels to try in turn. A channel that other organisations share does not get the numbers.
func (b *Bot) places(ctx context.Context, s reset.Story, card reset.Card) []string {
	asked, home := s.Request.Place, s.Cluster.Home
	if card.Channel != "" { // it has been somewhere and was lost there
		return []string{home}
	}
	if asked.Direct || asked.Channel == "" || asked.Channel == home || b.shared(ctx, asked.Channel) {
		return []string{home}
	}
	return []string{asked.Channel, home}
}

// edit brings the card up to date. What nobody decided can wait: at most one edit in 3 seconds of a message, and 30 in a
// minute of all of them, so that decisions always get through (chat.update: 50 a minute).
func (b *Bot) edit(ctx context.Context, s reset.Story, card *reset.Card, urgent bool) (time.Time, error) {
	now := b.now()
	if again := b.pace.held(now); !again.IsZero() {
		return again, nil
	}
	if !urgent {
		if again := card.ShownAt.Add(betweenEdits); now.Before(again) {
			return again, nil
		}
		if again := b.pace.edit(now); !again.IsZero() {
			return again, nil
		}
	}
	err := b.revise(ctx, "edit the card of "+s.Request.ID, card.Channel, card.TS, commands.CardOf(s), b.cardLook(s))
	if slices.Contains(elsewhere, code(err)) {
		b.log.Warn("the card is lost; it is posted again", "request", s.Request.ID, "channel", card.Channel, "err", err)
		card.TS = ""
		return b.post(ctx, s, card)
	}
	if err != nil {
		return b.later(err)
	}
	return time.Time{}, b.amend(ctx, card, func(c *reset.Card) { c.Version, c.ShownAt = s.Request.Version, b.now() })
}

func (b *Bot) cardLook(s reset.Story) look { return look{key: blockKey(s), plain: b.cfg.Plain} }

// thread says what was decided since it last did, adds the files that belong to it, and tells the requester how it ended
// when the card is not where they asked.
func (b *Bot) thread(ctx context.Context, s reset.Story, card *reset.Card, news []reset.Entry, lines []commands.Line) (time.Time, error) {
	if len(news) == 0 {
		return time.Time{}, nil
	}
	if len(lines) > 0 {
		if again := b.pace.post(card.Channel, b.now(), 2); !again.IsZero() { // two are kept for cards
			return again, nil
		}
	}
	if err := b.files(ctx, s, *card, news); err != nil {
		switch fresh := b.now().Sub(news[len(news)-1].At) < 5*time.Minute; {
		case fresh && passing(err):
			return b.later(err)
		case fresh && unreadable(err):
			return b.now().Add(afterPassing), nil
		}
		b.log.Warn("files are left out", "request", s.Request.ID, "err", err)
	}
	if len(lines) > 0 {
		_, err := b.say(ctx, "reply in the thread of "+s.Request.ID, card.Channel, card.TS, commands.Content{Lines: lines, Fallback: lines[0].String()},
			look{key: blockKey(s)})
		if passing(err) {
			return b.later(err)
		}
		if err != nil {
			b.log.Warn("a thread reply is left out", "request", s.Request.ID, "err", err)
		}
	}
	if !s.Request.State.Open() && tellsRequester(news) && card.Channel != s.Request.Place.Channel && s.Request.Actor.Kind == reset.Person {
		b.tell(ctx, s, *card)
	}
	return time.Time{}, b.amend(ctx, card, func(c *reset.Card) { c.ThreadSeq = news[len(news)-1].Seq })
}

// progress is what those who follow the thread see, and nobody else has to.
var progress = []reset.Event{reset.EvChecked, reset.EvBack, reset.EvElsewhere, reset.EvResumed, reset.EvCaughtUp}

// tellsRequester reports whether there is more than progress: an outcome, or what changes it.
func tellsRequester(news []reset.Entry) bool {
	return slices.ContainsFunc(news, func(e reset.Entry) bool {
		again := e.Facts["why"] == string(reset.WatchNewer) // that request tells them itself
		return !slices.Contains(progress, e.Event) && !again
	})
}

// tell sends the outcome to the requester alone, who may not see the card's channel.
func (b *Bot) tell(ctx context.Context, s reset.Story, card reset.Card) {
	c := commands.PreviewOf(s)
	c.Foot = append(c.Foot, b.linkTo(ctx, card)...)
	if _, err := b.say(ctx, "tell the requester of "+s.Request.ID, s.Request.Actor.ID, "", c, look{key: blockKey(s), plain: true, alone: true}); err != nil {
		b.log.Warn("the requester is not told", "request", s.Request.ID, "err", err)
	}
}

// linkTo is a line that leads to the card; nothing when Slack does not say where it is.
func (b *Bot) linkTo(ctx context.Context, card reset.Card) []commands.Line {
	link, err := b.permalink(ctx, card.Channel, card.TS)
	if err != nil {
		b.log.Info("no link to a card", "request", card.Request, "err", err)
		return nil
	}
	return []commands.Line{{{Kind: commands.Link, Text: "The card", URL: link}, {Text: " in "}, {Kind: commands.Channel, ID: card.Channel, Text: card.Channel}}}
}

// amend changes the stored card and the one at hand alike. Others (a click that brings its response_url) change it too, so
// it is loaded anew; Slack is never asked in between.
func (b *Bot) amend(ctx context.Context, card *reset.Card, change func(*reset.Card)) error {
	b.cards.Lock()
	defer b.cards.Unlock()
	stored, err := b.Cards.Card(ctx, card.Request)
	if err != nil {
		return err
	}
	stored.Request = card.Request
	change(&stored)
	change(card)
	return b.Cards.SaveCard(ctx, stored)
}

// later turns what Slack said into a time to try again, and says so in the log: a card that cannot be shown now is no reason
// to fail, the work goes on and the card catches up.
func (b *Bot) later(err error) (time.Time, error) {
	now := b.now()
	f := faultOf(err)
	switch {
	case f == nil:
		return time.Time{}, err
	case f.Wait > 0:
		b.pace.hold(now.Add(f.Wait))
		b.log.Info("slack asks to wait", "wait", f.Wait, "err", err)
		return now.Add(f.Wait), nil
	case f.Passing():
		b.log.Warn("slack cannot be reached; it is tried again", "err", err)
		return now.Add(afterPassing), nil
	}
	b.log.Error("slack does not show a card; a person has to look why", "err", err)
	return now.Add(afterRefusal), nil
}

const (
	afterPassing = 5 * time.Second
	afterRefusal = time.Minute
)
