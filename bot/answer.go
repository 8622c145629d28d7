package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// unsentAnswer is an answer that Slack has not accepted yet. It is recorded like an envelope of its own: the action
// is decided already, and is not decided again because Slack was unreachable for the answer.
type unsentAnswer struct {
	Content   words.Content
	Replace   bool      // of the message that was clicked
	NotBefore time.Time // Slack asked to wait so long
}

const (
	// how long an answer is tried by its response_url: at 0, 5, 10, 20 and 40 s, which are its five uses
	addressFor    = time.Minute
	answerSlowest = 5 * time.Minute // between attempts by direct message
	answerFor     = 24 * time.Hour  // after that an answer is of no use
	// how long it is tried although Slack refuses it with a final error: some errors that Slack calls final are
	// repaired soon
	refusedFor = 30 * time.Minute
)

// answer sends one person an answer, through the response_url of their action, or by direct message when that is used
// up. Temporary errors are retried, across restarts too: every action is answered. An answer whose receipt was lost
// is sent again, since twice is better than never.
func (b *Bot) answer(ctx context.Context, e envelope, c words.Content, replace bool) {
	_ = b.answerNow(ctx, e, c, replace) // it is tried again
}

// answerNow is answer, with Slack's error of the first attempt.
func (b *Bot) answerNow(ctx context.Context, e envelope, c words.Content, replace bool) error {
	refused := b.deliver(ctx, e, c, replace, e.URL != "")
	if refused == nil {
		return nil
	}
	if err := b.recordAnswer(ctx, e, unsentAnswer{Content: c, Replace: replace,
		NotBefore: b.now().Add(waitOf(refused))}); err != nil {
		b.log.Warn("a person is left without an answer", "envelope", e.ID, "actor", e.User, "err", err)
	}
	return refused
}

// deliver sends an answer through the response_url of the action, and where that is used up, or there is none, as a
// direct message.
func (b *Bot) deliver(ctx context.Context, e envelope, c words.Content, replace, address bool) error {
	l := renderOptions{key: e.ID, plainTables: true, ephemeral: true}
	if address {
		if err := b.respond(ctx, "answer", e.URL, c, l, replace); !isPermanent(err) {
			return err
		}
	}
	if e.User == "" {
		return &Fault{Doing: "answer", Code: "no person"}
	}
	_, err := b.say(ctx, "answer by direct message", e.User, "", c, l)
	return err
}

// recordAnswer records an answer, to be tried again. Its id is a hash of its text: deciding the same envelope again
// records it once.
func (b *Bot) recordAnswer(ctx context.Context, e envelope, o unsentAnswer) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordWithin)
	defer cancel()
	e.Answer = &o
	raw, err := json.Marshal(e)
	if err != nil {
		return err
	}
	says := fnv.New64a()
	_, _ = says.Write([]byte(o.Content.String())) // a hash takes everything
	_, err = b.Core.Receive(ctx, engine.Inbox{ID: fmt.Sprintf("%s.answer.%x", e.ID, says.Sum64()), Kind: "answer",
		Raw: raw, ReceivedAt: b.now()})
	return err
}

// answerAgain tries a recorded answer. The pause doubles; a *engine.Again says when the next attempt is due.
func (b *Bot) answerAgain(ctx context.Context, in engine.Inbox, e envelope) error {
	now, o := b.now(), *e.Answer
	passed := now.Sub(in.ReceivedAt)
	if passed < afterPassing {
		return &engine.Again{At: reset.LaterOf(in.ReceivedAt.Add(afterPassing), o.NotBefore)}
	}
	if now.Before(o.NotBefore) {
		return &engine.Again{At: o.NotBefore}
	}
	err := b.deliver(ctx, e, o.Content, o.Replace, e.URL != "" && passed < addressFor)
	if err == nil {
		return nil
	}
	if passed > answerFor || isPermanent(err) && passed > refusedFor {
		b.log.Warn("a person is left without an answer", "envelope", in.ID, "actor", e.User, "err", err)
		return nil
	}
	b.log.Info("an answer is tried again", "envelope", in.ID, "err", err)
	return &engine.Again{At: now.Add(max(waitOf(err), min(passed, answerSlowest)))}
}

// waitOf is how long Slack asked to wait.
func waitOf(err error) time.Duration {
	if f := faultOf(err); f != nil {
		return f.Wait
	}
	return 0
}
