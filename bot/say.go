package bot

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
)

// unshown are errors about blocks. Slack changes which blocks it accepts where; text is always accepted.
var unshown = []string{"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "only_one_table_allowed",
	"invalid_payload", "invalid_arguments", "block_mismatch"}

// say posts a message and returns its timestamp.
func (b *Bot) say(
	ctx context.Context, doing, channel, thread string, c words.Content, l renderOptions,
) (ts string, err error) {
	return ts, b.sendWithFallback(ctx, posting+channel, doing, c, l, func(ctx context.Context, m slackMessage) error {
		opts := m.options()
		if thread != "" {
			opts = append(opts, slack.MsgOptionTS(thread))
		}
		var err error
		_, ts, err = b.api.PostMessageContext(ctx, channel, opts...)
		return err
	})
}

// revise edits a message in place.
func (b *Bot) revise(ctx context.Context, doing, channel, ts string, c words.Content, l renderOptions) error {
	return b.sendWithFallback(ctx, updating, doing, c, l, func(ctx context.Context, m slackMessage) error {
		_, _, _, err := b.api.UpdateMessageContext(ctx, channel, ts, m.options()...)
		return err
	})
}

// respond sends through a response_url, to its person alone. Tables are sent as text: whether Slack accepts blocks of
// tables this way is not known.
func (b *Bot) respond(ctx context.Context, doing, url string, c words.Content, l renderOptions, replace bool) error {
	l.plainTables = true
	if to, is := readBeside(url); is {
		return b.postBeside(ctx, doing, to, c, l)
	}
	return b.sendWithFallback(ctx, "", doing, c, l, func(ctx context.Context, m slackMessage) error {
		to := slack.MsgOptionResponseURL(url, slack.ResponseTypeEphemeral)
		if replace {
			to = slack.MsgOptionReplaceOriginal(url) // a replaced message stays ephemeral or public
		}
		opts := append(m.options(), to)
		_, _, _, err := b.api.SendMessageContext(ctx, "", opts...)
		return err
	})
}

// sendWithFallback sends content with its data table, then with its table, then with a plain one, then as text alone.
func (b *Bot) sendWithFallback(
	ctx context.Context, method, doing string, c words.Content, l renderOptions,
	send func(context.Context, slackMessage) error,
) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	l.dataTables = !b.cfg.Plain && !b.noDataTables.Load() && c.Table != nil && c.Table.Caption != ""
	m := b.draw(ctx, c, l)
	err := b.sendOnce(ctx, method, doing, m, send)
	if slices.Contains(unshown, slackCode(err)) && l.dataTables {
		b.log.Warn("slack does not take a data table; none is sent until the next start", "err", err)
		b.noDataTables.Store(true)
		l.dataTables = false
		m = b.draw(ctx, c, l)
		err = b.sendOnce(ctx, method, doing, m, send)
	}
	if slices.Contains(unshown, slackCode(err)) && !l.plainTables {
		b.log.Warn("slack does not take the blocks; trying a plain table", "err", err)
		l.plainTables = true
		m = b.draw(ctx, c, l)
		err = b.sendOnce(ctx, method, doing, m, send)
	}
	if slices.Contains(unshown, slackCode(err)) {
		b.log.Error("slack does not take the blocks; the text alone is sent", "err", err)
		err = b.sendOnce(ctx, method, doing, b.textAlone(ctx, c), send)
	}
	return err
}

// textAlone is content without blocks, line by line, with people's names.
func (b *Bot) textAlone(ctx context.Context, c words.Content) slackMessage {
	lines := strings.Split(b.named(ctx, c.String(), c.Lines), "\n")
	for i, line := range lines {
		lines[i] = clean(line)
	}
	return slackMessage{text: escape(text.Clip(strings.Join(lines, "\n"), 2*maxText))}
}

// The keys of Slack's rate limits: a 429 delays this alone (docs.slack.dev/apis/web-api/rate-limits: per method, app
// and workspace; messages per channel).
const (
	updating = "chat.update"
	posting  = "chat.postMessage "
)

// sendOnce sends once, unless Slack has asked to wait with this method. Each response_url has its own limit.
func (b *Bot) sendOnce(
	ctx context.Context, method, doing string, m slackMessage, send func(context.Context, slackMessage) error,
) error {
	if d := b.pace.postponed(method, b.now()); d > 0 {
		return &Fault{Doing: doing, Code: "ratelimited", Wait: d}
	}
	if err := send(ctx, m); err != nil {
		f := b.rateLimited(method, doing, err)
		b.health.recordCall(f)
		b.health.failed(b.now(), f.Code+" ("+kindOf(method)+")")
		return f
	}
	b.health.recordCall(nil)
	return nil
}

// kindOf is a method without the channel or person.
func kindOf(method string) string {
	kind, _, _ := strings.Cut(method, " ")
	return cmp.Or(kind, "response_url")
}

// options always hold text and blocks: text alone would take an edited message's blocks away.
func (m slackMessage) options() []slack.MsgOption {
	opts := []slack.MsgOption{slack.MsgOptionText(m.text, false), slack.MsgOptionDisableLinkUnfurl(),
		slack.MsgOptionDisableMediaUnfurl()}
	if len(m.blocks) > 0 {
		opts = append(opts, slack.MsgOptionBlocks(m.blocks...))
	}
	return opts
}

func (b *Bot) permalink(ctx context.Context, channel, ts string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	link, err := b.api.GetPermalinkContext(ctx, &slack.PermalinkParameters{Channel: channel, Ts: ts})
	if err != nil {
		return "", b.fault("ask for a link", err)
	}
	return link, nil
}

func faultOf(err error) *Fault {
	var f *Fault
	errors.As(err, &f)
	return f
}
