package bot

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// errForged is a click that no button of the bot makes.
var errForged = &commands.SyntaxError{Want: "that button is not known here", Example: "status"}

// verb of a click or submission: the action_id up to its number ("choose.2").
func (e envelope) verb() string {
	if e.Kind == submission {
		return e.Callback
	}
	verb, _, _ := strings.Cut(e.Action, ".")
	return verb
}

// option is the number in an action_id, from 1; 0 without one.
func (e envelope) option() int {
	_, n, _ := strings.Cut(e.Action, ".")
	i, err := strconv.Atoi(n)
	if err != nil || i < 0 {
		return 0
	}
	return i
}

// handleClick handles the click of a button. The person comes from the envelope, the request from the store: the
// button's value only names it, and the engine checks it.
func (b *Bot) handleClick(ctx context.Context, in engine.Inbox, e envelope) error {
	if e.verb() == lookVerb {
		return b.lookAgain(ctx, e)
	}
	if e.verb() == retypeVerb {
		return b.retype(ctx, in, e)
	}
	ref, ok := readRef(e.ref())
	if !ok {
		return errForged
	}
	card, err := b.Cards.Card(ctx, ref.ID)
	if err != nil && !errors.Is(err, reset.ErrNotFound) {
		return err
	}
	if e.Kind == click && !e.Ephemeral && card.TS != "" && (card.TS != e.Message || card.Channel != e.Channel) {
		return b.atOldCard(ctx, e, ref, card)
	}
	if e.ownPreview = e.Ephemeral && card.TS == "" && card.Preview.Actor == e.actor(); e.ownPreview {
		if err := b.attach(ctx, ref.ID, e); err != nil {
			return err
		}
	}
	d := engine.Decision{Verb: engine.DecisionVerb(e.verb()), Actor: e.actor(), Place: e.place(), Ref: ref,
		Option: e.option(), Choice: e.Choice, Why: e.Why, Origin: e.ID, At: in.ReceivedAt}
	return b.decide(ctx, e, d)
}

// atOldCard answers a click on a message that is not the request's card any more: it decides nothing, the answer
// shows the current state, and the buttons of the message are removed. Where it can't be edited, the click's
// response_url replaces it.
func (b *Bot) atOldCard(ctx context.Context, e envelope, ref reset.Ref, card engine.Card) error {
	card.Request = ref.ID
	where := b.linkToCard(ctx, card)
	c, l := words.ReplacedCard(ref.ID, where), renderOptions{key: e.ID}
	err := b.revise(ctx, "take the buttons off an old card", e.Channel, e.Message, c, l)
	if isPermanent(err) && e.URL != "" {
		err = b.respond(ctx, "replace an old card", e.URL, c, l, true)
	}
	if err != nil {
		b.log.Warn("an old card keeps its buttons", "request", ref.ID, "err", err)
	}
	s, err := b.Core.StoryFor(ctx, e.actor(), e.Channel, ref.ID)
	if err != nil {
		return err
	}
	b.answer(ctx, e, words.OldCard(s, where), false)
	return nil
}

// decide passes a decision to the engine and answers, unless the card or the preview shows the result anyway.
func (b *Bot) decide(ctx context.Context, e envelope, d engine.Decision) error {
	reply, err := b.Core.Decide(ctx, d)
	if errors.Is(err, engine.ErrNoVerb) {
		return errForged
	}
	if err != nil {
		return err
	}
	if e.Callback == resetView && e.Kind == click || e.isForm() && e.URL != "" {
		return nil // the form shows the change, or a message that points to the card
	}
	switch reply.Did {
	case reset.DidUndo:
		return b.attach(ctx, reply.Request.ID, e)
	case reset.DidRetry:
		if reply.Request.ID != d.Ref.ID {
			return b.attach(ctx, reply.Request.ID, e)
		}
	case reset.DidPlan:
		content, err := b.story(ctx, e, d.Ref.ID, true, false)
		if err == nil {
			content.Lines = append(words.ReplyOf(reply).Lines, content.Lines...) // first: it decided nothing
			b.answer(ctx, e, content, false)
		}
		return err
	case reset.DidAlready:
	default:
		if !e.isForm() && (e.Kind == submission || e.Kind == click && !e.Ephemeral) && b.isShown(ctx, d.Ref.ID) {
			return nil // the card shows the change
		}
	}
	if e.ownPreview && reply.Did != reset.DidAlready && b.isNextEdit(ctx, d.Ref.ID, e) {
		return nil
	}
	b.answer(ctx, e, words.ReplyOf(reply), e.Ephemeral)
	return nil
}

// isShown reports whether Slack lets the card of a request be kept up to date; otherwise the person needs the answer.
func (b *Bot) isShown(ctx context.Context, id string) bool {
	card, err := b.Cards.Card(ctx, id)
	return err == nil && card.Unshown == ""
}

// isNextEdit reports whether the message that was clicked is the one that the next Show changes. It is not when the
// card was posted during the click: then the click's response_url is dropped.
func (b *Bot) isNextEdit(ctx context.Context, id string, e envelope) bool {
	card, err := b.Cards.Card(ctx, id)
	return err == nil && card.Preview.URL == e.URL
}
