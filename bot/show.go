package bot

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Show brings what people see up to date: the preview for the requester while no approval was asked for, then one
// public card, edited in place until the request has ended, with the decisions in its thread.
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
		return b.showPreview(ctx, s, card)
	case alone && s.Request.State == reset.Planning:
		return time.Time{}, nil // a request of a schedule or a terminal is shown once there is a card
	}
	return b.showAll(ctx, s, card)
}

// showWithin ends before the claim does under which a card is shown or an envelope decided (30 s), so that no two
// processes do it at once.
const showWithin = 20 * time.Second

// showAll brings a public request up to date: the card, its thread, and the messages to the requester. A wait or a
// final refusal of one of these does not delay the others.
func (b *Bot) showAll(ctx context.Context, s reset.Story, card engine.Card) (time.Time, error) {
	news := entriesAfter(s.Entries, card.ThreadSeq)
	lines := threadLines(s, news)
	if card.TS == "" {
		lines = nil // the card has them
	}
	again, refused, err := b.postOrEdit(ctx, s, &card)
	if err != nil {
		return time.Time{}, err
	}
	there := card.TS != "" && refused == nil // an edit that has to wait delays no one: the thread has the decision
	var steps []showStep
	if there || refused != nil {
		steps = append(steps, func() (time.Time, error) { return b.updateRequester(ctx, s, &card, refused) },
			func() (time.Time, error) { return b.notifyDirectly(ctx, s, &card, refused) })
	}
	if there {
		steps = append(steps, func() (time.Time, error) { return b.files(ctx, s, &card) },
			func() (time.Time, error) { return b.thread(ctx, s, &card, news, lines) })
	}
	steps = append(steps, func() (time.Time, error) { return b.sendOutcome(ctx, s, &card, refused) })
	return runSteps(again, steps)
}

// showStep does one step, and returns when to try again (zero: it is done).
type showStep func() (again time.Time, err error)

// runSteps runs all steps whatever the result of each, and returns the earliest time of a retry, again among them.
func runSteps(again time.Time, steps []showStep) (time.Time, error) {
	var errs []error
	for _, do := range steps {
		at, err := do()
		errs = append(errs, err)
		if !at.IsZero() && (again.IsZero() || at.Before(again)) {
			again = at
		}
	}
	return again, errors.Join(errs...)
}

// entriesAfter returns the entries that came later than seq.
func entriesAfter(entries []reset.Entry, seq int64) []reset.Entry {
	i := slices.IndexFunc(entries, func(e reset.Entry) bool { return e.Seq > seq })
	if i < 0 {
		return nil
	}
	return entries[i:]
}

func threadLines(s reset.Story, news []reset.Entry) []words.Line {
	var lines []words.Line
	for _, e := range news {
		if line, ok := words.ThreadLine(e, s); ok {
			lines = append(lines, line)
		}
	}
	return lines
}

// refusal is a card that no channel accepts until a person changes something: Slack's error, and the last channel
// that was tried.
type refusal struct {
	*Fault
	channel string
}

// postOrEdit posts the card, or edits it where it is. After each final refusal the next way is tried: a new card
// instead of an edit, the home channel instead of the channel of the request. If all fail, the refusal is returned
// and the requester is told.
func (b *Bot) postOrEdit(
	ctx context.Context, s reset.Story, card *engine.Card,
) (again time.Time, refused *refusal, err error) {
	clicked := card.Preview.URL != "" && card.Preview.Used == 0 // a person waits for it
	if again := card.ShownAt.Add(afterRefusal); card.Unshown != "" && !clicked && b.now().Before(again) {
		return again, &refusal{&Fault{Doing: "show the card of " + s.Request.ID, Code: card.Unshown}, card.Channel}, nil
	}
	switch {
	case card.TS == "":
		return b.post(ctx, s, card)
	case card.Version < s.Request.Version && card.Channel != s.Cluster.Home && b.isNowShared(ctx, card.Channel):
		return b.replace(ctx, s, card, &Fault{Doing: "keep a card", Code: "is_ext_shared"})
	case card.Version < s.Request.Version:
		// the thread may have it while the edit had to wait
		decided := len(threadLines(s, entriesAfter(s.Entries, card.ShownSeq))) > 0
		return b.edit(ctx, s, card, decided || !s.Request.State.Open() && !s.Request.Watch.Open())
	}
	return time.Time{}, nil, nil
}

// post puts the card where it was asked for, or into the cluster's home channel: first without buttons, which an edit
// adds once the message's timestamp is stored. When Slack's answer is lost, or the process ends before the timestamp is
// stored, the card is posted again, and the first one has never had buttons. A card that takes the place of one that
// cannot be edited has them at once: the next edit may be refused too.
func (b *Bot) post(ctx context.Context, s reset.Story, card *engine.Card) (time.Time, *refusal, error) {
	content, whole, l := words.CardOf(s), card.TS != "", b.cardOptions(s)
	if !whole {
		content, l.key = words.PostedCard(s), l.key+".first"
	}
	var refused *refusal
	for _, channel := range b.channelsToTry(ctx, s, *card) {
		if again := b.pace.post(channel, b.now(), 0); !again.IsZero() {
			return again, nil, nil
		}
		ts, err := b.say(ctx, "post the card of "+s.Request.ID, channel, "", content, l)
		if err == nil {
			err := b.updateCard(ctx, card, func(c *engine.Card) {
				if c.Channel, c.TS = channel, ts; whole {
					c.Showed(s, b.now())
				}
			})
			if whole || err != nil {
				return time.Time{}, nil, err
			}
			return b.edit(ctx, s, card, true)
		}
		if !isPermanent(err) {
			again, err := b.retryAt(err)
			return again, nil, err
		}
		b.log.Info("the card goes elsewhere", "request", s.Request.ID, "channel", channel, "err", err)
		refused = &refusal{faultOf(err), channel}
	}
	if card.Unshown != refused.Code {
		b.log.Error("slack refuses the card in every channel; a person has to look why", "request", s.Request.ID,
			"channel", refused.channel, "err", refused)
	}
	// of the attempt: the next is a minute later
	if err := b.updateCard(ctx, card, func(c *engine.Card) { c.ShownAt = b.now() }); err != nil {
		return time.Time{}, nil, err
	}
	if r := s.Request; !r.State.Open() && b.now().Sub(r.EndedAt) > giveUpAfter {
		return time.Time{}, refused, nil // the outcome was sent directly; a new version tries once more
	}
	return b.now().Add(afterRefusal), refused, nil
}

// isPermanent reports whether Slack's refusal is final: its errors are an open list, so every error that is not known
// to be temporary counts.
func isPermanent(err error) bool {
	f := faultOf(err)
	return f != nil && !f.Passing()
}

// channelsToTry are the channels to try in turn. A channel that is shared with other organisations does not get the
// numbers.
func (b *Bot) channelsToTry(ctx context.Context, s reset.Story, card engine.Card) []string {
	asked, home := s.Request.Place, s.Cluster.Home
	if card.Channel != "" { // it was posted, and cannot be edited there
		asked = reset.Place{Channel: card.Channel}
	}
	if asked.Direct || asked.Channel == "" || asked.Channel == home || b.shared(ctx, asked.Channel) {
		return []string{home}
	}
	return []string{asked.Channel, home}
}

// edit brings the card up to date. Changes without a decision can wait: at most one edit in 3 seconds of a message,
// and 30 in a minute of all of them, so that decisions always get through (chat.update: 50 a minute).
func (b *Bot) edit(ctx context.Context, s reset.Story, card *engine.Card, urgent bool) (time.Time, *refusal, error) {
	now := b.now()
	if d := b.pace.postponed(updating, now); d > 0 {
		return now.Add(d), nil, nil
	}
	if !urgent {
		if again := card.ShownAt.Add(editInterval); now.Before(again) {
			return again, nil, nil
		}
		if again := b.pace.edit(now); !again.IsZero() {
			return again, nil, nil
		}
	}
	err := b.revise(ctx, "edit the card of "+s.Request.ID, card.Channel, card.TS, words.CardOf(s), b.cardOptions(s))
	switch {
	case err == nil:
		return time.Time{}, nil, b.updateCard(ctx, card, func(c *engine.Card) { c.Showed(s, b.now()) })
	case !isPermanent(err):
		again, err := b.retryAt(err)
		return again, nil, err
	case !urgent && readable(err):
		// only changes without a decision are missing; the next decision posts a new card
		return time.Time{}, nil, nil
	case !urgent && now.Before(card.ShownAt.Add(afterRefusal)):
		return card.ShownAt.Add(afterRefusal), nil, nil
	}
	return b.replace(ctx, s, card, err)
}

// readable reports whether a card whose edit was refused is still there to be read.
func readable(err error) bool {
	return slices.Contains([]string{"edit_window_closed", "cant_update_message", "msg_too_long"}, slackCode(err)) ||
		slices.Contains(unshown, slackCode(err))
}

// replace posts a new card in place of one that Slack does not let the bot edit, and removes the buttons of the old
// one where it can.
func (b *Bot) replace(ctx context.Context, s reset.Story, card *engine.Card, why error) (time.Time, *refusal, error) {
	b.log.Warn("slack refuses to edit the card; a new one is posted", "request", s.Request.ID, "channel", card.Channel,
		"err", why)
	old := *card
	again, refused, err := b.post(ctx, s, card)
	if card.TS == old.TS || err != nil {
		return again, refused, err
	}
	if slackCode(why) != "message_not_found" {
		err := b.revise(ctx, "take the buttons off the old card of "+s.Request.ID, old.Channel, old.TS,
			words.ReplacedCard(s.Request.ID, b.linkToCard(ctx, *card)), renderOptions{key: blockKey(s) + ".old"})
		if err != nil { // a click on them is answered, and removes them by its response_url
			b.log.Info("an old card keeps its buttons", "request", s.Request.ID, "err", err)
		}
	}
	return again, refused, nil
}

func (b *Bot) cardOptions(s reset.Story) renderOptions {
	return renderOptions{key: blockKey(s), plainTables: b.cfg.Plain}
}

// thread posts the decisions since its last post. What Slack refuses in the thread is posted outside of it.
func (b *Bot) thread(
	ctx context.Context, s reset.Story, card *engine.Card, news []reset.Entry, lines []words.Line,
) (time.Time, error) {
	if len(news) == 0 {
		return time.Time{}, nil
	}
	if len(lines) > 0 {
		if again := b.pace.post(card.Channel, b.now(), 2); !again.IsZero() { // two are reserved for cards
			return again, nil
		}
		again, refused, err := b.reply(ctx, s, card, lines)
		if refused != nil {
			again, err = b.sendElsewhere(ctx, s, card, lines, refused)
		}
		if err != nil || !again.IsZero() {
			return again, err
		}
	}
	return time.Time{}, b.updateCard(ctx, card, func(c *engine.Card) { c.ThreadSeq = news[len(news)-1].Seq })
}

// reply posts lines in the card's thread; after a final refusal, in the card's channel or in the home channel: they
// may mention people who have to know.
func (b *Bot) reply(
	ctx context.Context, s reset.Story, card *engine.Card, lines []words.Line,
) (time.Time, *refusal, error) {
	_, err := b.say(ctx, "reply in the thread of "+s.Request.ID, card.Channel, card.TS,
		words.Content{Lines: lines, Fallback: lines[0].String()}, renderOptions{key: blockKey(s)})
	if isPermanent(err) {
		for _, channel := range b.channelsToTry(ctx, s, *card) {
			b.log.Warn("a thread reply goes elsewhere", "request", s.Request.ID, "channel", channel, "err", err)
			_, err = b.say(ctx, "say beside the card of "+s.Request.ID, channel, "",
				words.OutsideThread(s, lines, b.linkToCard(ctx, *card)), renderOptions{key: blockKey(s)})
			if !isPermanent(err) {
				break
			}
		}
	}
	switch {
	case err == nil:
		return time.Time{}, nil, nil
	case !isPermanent(err):
		again, err := b.retryAt(err)
		return again, nil, err
	}
	b.log.Error("slack refuses a thread reply in every channel; a person has to look why", "request", s.Request.ID,
		"err", err)
	return time.Time{}, &refusal{faultOf(err), card.Channel}, nil
}

// sendElsewhere sends by direct message what no channel accepts: to the requester, and to those who have to know.
func (b *Bot) sendElsewhere(
	ctx context.Context, s reset.Story, card *engine.Card, lines []words.Line, refused *refusal,
) (time.Time, error) {
	again, err := b.notifyDirectly(ctx, s, card, refused)
	if err != nil || !again.IsZero() {
		return again, err
	}
	if to := requesterOf(s); to != "" {
		b.answer(ctx, envelope{ID: blockKey(s) + ".thread", User: to},
			words.OutsideThread(s, lines, b.linkToCard(ctx, *card)), false)
	}
	return time.Time{}, nil
}

// updateCard changes the stored card and the given one alike. Clicks change the stored card too, so it is loaded
// again; Slack is not called in between.
func (b *Bot) updateCard(ctx context.Context, card *engine.Card, change func(*engine.Card)) error {
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

// retryAt turns Slack's error into the time of a retry, and logs it: a card that cannot be shown now does not fail
// the request, it is shown later.
func (b *Bot) retryAt(err error) (time.Time, error) {
	now := b.now()
	f := faultOf(err)
	switch {
	case f == nil:
		return time.Time{}, err
	case f.Wait > 0:
		b.log.Info("slack asks to wait", "wait", f.Wait, "err", err)
		return now.Add(f.Wait), nil
	case f.Passing():
		b.log.Warn("slack cannot be reached; it is tried again", "err", err)
		return now.Add(afterPassing), nil
	}
	b.log.Error("slack refuses; a person has to look why", "err", err)
	return now.Add(afterRefusal), nil
}

const (
	afterPassing = 5 * time.Second
	afterRefusal = time.Minute
	giveUpAfter  = time.Hour // after the end of a request, trying to post a card that no channel accepts
)
