package bot

import (
	"context"
	"slices"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// updateRequester replaces the requester's preview by one line: the link to the card, with the time. When the card
// cannot be posted, the requester is told at once, with the reason and who can repair it.
func (b *Bot) updateRequester(
	ctx context.Context, s reset.Story, card *engine.Card, refused *refusal,
) (time.Time, error) {
	why := ""
	switch {
	case refused != nil:
		why = refused.Code
	case card.Unshown != "" && card.Version < s.Request.Version:
		return time.Time{}, nil // another try is scheduled: nothing new is known
	}
	p := card.Preview
	// a click brings a new response_url, and waits for its answer there
	clicked := p.URL != "" && (why == "" || p.Used == 0)
	if card.Unshown == why && !clicked {
		return time.Time{}, nil
	}
	var c words.Content
	if refused == nil {
		c = words.CardPointer(s, b.linkToCard(ctx, *card))
	} else {
		c = words.UnshownOf(s, words.Unshown{Code: why, Channel: refused.channel})
	}
	again, _, err := b.sendToRequester(ctx, "point to the card of "+s.Request.ID, s, card, c)
	if err != nil || !again.IsZero() {
		return again, err
	}
	if why != "" && card.Unshown != why {
		b.answerDeciders(ctx, s, *card)
	}
	return time.Time{}, b.updateCard(ctx, card, func(c *engine.Card) {
		c.Unshown = why
		// else a click has brought another response_url meanwhile, and waits for its answer
		if why == "" && c.Preview.URL == p.URL {
			c.Preview.URL = ""
		}
	})
}

// answerDeciders answers by direct message those who decided since the card was last shown: they wait for it to
// change, and no channel accepts it. Once that is known, a click gets its own answer.
func (b *Bot) answerDeciders(ctx context.Context, s reset.Story, card engine.Card) {
	lines := map[string][]words.Line{}
	for _, e := range entriesAfter(s.Entries, card.ShownSeq) {
		if line, said := words.ThreadLine(e, s); said && e.Actor.Kind == reset.Person && e.Actor.ID != requesterOf(s) {
			lines[e.Actor.ID] = append(lines[e.Actor.ID], line)
		}
	}
	for who, did := range lines {
		b.answer(ctx, envelope{ID: blockKey(s) + ".heard." + who, User: who},
			words.OutsideThread(s, did, b.linkToCard(ctx, card)), false)
	}
}

// sendToRequester sends the requester a message: through the response_url of their last action while that is valid,
// else by direct message. Temporary errors are retried; a final refusal is logged, and the requester is told once the
// card can be shown.
func (b *Bot) sendToRequester(
	ctx context.Context, doing string, s reset.Story, card *engine.Card, c words.Content,
) (again time.Time, told bool, err error) {
	l := renderOptions{key: blockKey(s), plainTables: true, ephemeral: true}
	if p := card.Preview; p.URL != "" && b.now().Before(p.Until) && p.Used < urlUses {
		// Counted before it is sent: an answer that was lost may have used it, and so may a 429.
		if err := b.updateCard(ctx, card, func(c *engine.Card) { c.Preview.Used++ }); err != nil {
			return time.Time{}, false, err
		}
		err := b.respond(ctx, doing, p.URL, c, l, p.Replaces)
		switch {
		case err == nil:
			return time.Time{}, true, nil
		case !isPermanent(err):
			again, err := b.retryAt(err)
			return again, false, err
		}
		b.log.Info("a response_url is used up or refused; a direct message goes instead", "request", s.Request.ID,
			"err", err)
	}
	return b.sendDirect(ctx, doing, s, c, l)
}

// sendDirect sends a direct message to the person who asked. told is false when Slack refuses it for good.
func (b *Bot) sendDirect(
	ctx context.Context, doing string, s reset.Story, c words.Content, l renderOptions,
) (again time.Time, told bool, err error) {
	to := requesterOf(s)
	if to == "" {
		b.log.Error("no person can be told", "request", s.Request.ID, "actor", s.Request.Actor.ID)
		return time.Time{}, true, nil
	}
	_, err = b.say(ctx, doing, to, "", c, l)
	switch {
	case err == nil:
		return time.Time{}, true, nil
	case isPermanent(err):
		b.log.Error("the requester is not told: slack refuses the direct message", "request", s.Request.ID, "err", err)
		return time.Time{}, false, nil
	}
	again, err = b.retryAt(err)
	return again, false, err
}

// requesterOf is the person who asked for a request; of a schedule's run, the owner of the schedule. Empty: a
// terminal, a file.
func requesterOf(s reset.Story) string {
	by := s.Request.Actor
	if s.Request.Run != nil {
		by = s.Request.Run.Owner
	}
	if by.Kind != reset.Person {
		return ""
	}
	return by.ID
}

// ends are the events that end a request, or correct its outcome. Those of other acts end their request for the
// requester, and are also in a move's entries.
var ends = []reset.Event{reset.EvApplied, reset.EvFailed, reset.EvRejected, reset.EvCancelled, reset.EvExpired,
	reset.EvRefused, reset.EvOverwritten, reset.EvLanded}

var endsOthers = []reset.Event{reset.EvSaved, reset.EvFrozen, reset.EvThawed}

// progress are the events for the thread that notify no one.
var progress = []reset.Event{reset.EvChecked, reset.EvConsumersBack, reset.EvElsewhere, reset.EvResumed,
	reset.EvCaughtUp}

// sendOutcome sends the requester one direct message with the outcome, and another when it is corrected: the line in
// place of their preview is not kept up to date.
func (b *Bot) sendOutcome(ctx context.Context, s reset.Story, card *engine.Card, refused *refusal) (time.Time, error) {
	news := entriesAfter(s.Entries, card.ToldSeq)
	if s.Request.State.Open() || len(news) == 0 {
		return time.Time{}, nil
	}
	if b.mustTell(s, *card, news, refused != nil || card.Unshown != "") {
		c := words.PreviewOf(s)
		if refused == nil && card.Unshown == "" {
			c.Foot = linked(c.Foot, b.linkToCard(ctx, *card))
		}
		again, told, err := b.sendDirect(ctx, "tell the requester of "+s.Request.ID+" the end", s, c,
			renderOptions{key: blockKey(s), plainTables: true, ephemeral: true})
		if err != nil || !again.IsZero() {
			return again, err
		}
		if !told && card.TS != "" && refused == nil {
			mention := words.MentionRequester(s, requesterOf(s))
			if again, _, err := b.reply(ctx, s, card, mention); err != nil || !again.IsZero() {
				return again, err
			}
		}
	}
	return time.Time{}, b.updateCard(ctx, card, func(c *engine.Card) { c.ToldSeq = news[len(news)-1].Seq })
}

// mustTell reports whether the requester has to be told of new entries: always of an end, unless they caused it
// themselves; of other decisions when the card is not where they asked. Refused clicks of others are not reported.
func (b *Bot) mustTell(s reset.Story, card engine.Card, news []reset.Entry, unseen bool) bool {
	r := s.Request
	person := r.Actor.Kind == reset.Person
	_, move := r.Intent()
	return slices.ContainsFunc(news, func(e reset.Entry) bool {
		_, said := words.ThreadLine(e, s)
		again := e.Facts["why"] == string(reset.WatchNewer) // that request reports it
		switch {
		case !move && slices.Contains(endsOthers, e.Event):
			return person && (unseen || words.EndsDirectly(r))
		case e.Actor == r.Actor && (e.Event == reset.EvCancelled || !slices.Contains(ends, e.Event)):
			return false
		case slices.Contains(ends, e.Event):
			return person || unseen
		}
		return person && said && !again && !slices.Contains(progress, e.Event) && card.Channel != r.Place.Channel
	})
}

// linkToCard is a line with a link to the card; nil when there is none, or Slack does not return it.
func (b *Bot) linkToCard(ctx context.Context, card engine.Card) words.Line {
	if card.TS == "" {
		return nil
	}
	link, err := b.permalink(ctx, card.Channel, card.TS)
	if err != nil {
		b.log.Info("no link to a card", "request", card.Request, "err", err)
		return nil
	}
	return words.Line{{Kind: words.Link, Text: "The card", URL: link}, {Text: " in "},
		{Kind: words.Channel, ID: card.Channel, Text: card.Channel}}
}

func linked(lines []words.Line, where words.Line) []words.Line {
	if where == nil {
		return lines
	}
	return append(lines, where)
}
