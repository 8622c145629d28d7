package bot

import (
	"context"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// maxExport is how many requests a file of a history has at most.
const maxExport = 1000

// historyFile sends a history as a file: page after page, as far as the person may view it.
func (b *Bot) historyFile(ctx context.Context, e envelope, q reset.Search) (words.Content, error) {
	var all reset.Page
	for more := true; more && len(all.Rows) < maxExport; {
		page, err := b.Core.History(ctx, e.actor(), e.Channel, q)
		if err != nil {
			return words.Content{}, err
		}
		all.Rows, all.More = append(all.Rows, page.Rows...), page.More
		if more = page.More && len(page.Rows) > 0; more {
			q.Before = page.Rows[len(page.Rows)-1].Request.ID
		}
	}
	if len(all.Rows) == 0 {
		return words.HistoryOf(all, q, b.cfg.Clusters, b.now()), nil
	}
	const name = "history.csv"
	return b.sendFile(ctx, e, name, words.HistoryCSV(all), words.HistorySent(name, all, q))
}

// sendFile sends a file to one person as a direct message, and answers that it is sent. A channel would show it to
// people who may not view what it has.
func (b *Bot) sendFile(
	ctx context.Context, e envelope, name string, content []byte, sent words.Content,
) (words.Content, error) {
	var to engine.Card
	doing := "send " + name
	err := b.sendWithFallback(ctx, posting+e.User, doing, words.FileNote(name), renderOptions{key: e.ID, ephemeral: true},
		func(ctx context.Context, m slackMessage) (err error) {
			to.Channel, to.TS, err = b.api.PostMessageContext(ctx, e.User, m.options()...)
			return err
		})
	if err == nil {
		err = b.upload(ctx, to, []upload{{name, content}}, "")
	}
	if err != nil {
		b.log.Warn("a file is not sent", "envelope", e.ID, "actor", e.User, "err", err)
		return words.FileUnsent(name, slackCode(err)), nil
	}
	return sent, nil
}
