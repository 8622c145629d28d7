package bot

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// files uploads each public revision of a plan to the thread, so that it is there when the bot is down, and after the
// write what was written with its undo. When Slack refuses the files with a final error, a reply says so.
func (b *Bot) files(ctx context.Context, s reset.Story, card *engine.Card) (time.Time, error) {
	news := entriesAfter(s.Entries, card.FilesSeq)
	if len(news) == 0 {
		return time.Time{}, nil
	}
	belong, err := b.filesOf(ctx, s, news)
	command := words.ManualCommand(s)
	switch rows := slices.ContainsFunc(belong, func(f upload) bool { return len(f.content) > 0 }); {
	case err != nil || len(belong) == 0:
	case rows:
		err = b.upload(ctx, *card, belong, commandText(command))
	case len(command) > 0: // committed offsets are deleted: there is a command, and no file
		if again, _, err := b.reply(ctx, s, card, command); err != nil || !again.IsZero() {
			return again, err
		}
	}
	switch fresh := b.now().Sub(news[len(news)-1].At) < filesWithin; {
	case err == nil:
	case fresh && passing(err):
		return b.retryAt(err)
	case fresh && unreadable(err):
		return b.now().Add(afterPassing), nil
	default:
		b.log.Warn("files are left out", "request", s.Request.ID, "err", err)
		if again, _, err := b.reply(ctx, s, card,
			[]words.Line{words.NoFiles(s, slackCode(err))}); err != nil || !again.IsZero() {
			return again, err
		}
	}
	return time.Time{}, b.updateCard(ctx, card, func(c *engine.Card) { c.FilesSeq = news[len(news)-1].Seq })
}

const filesWithin = 5 * time.Minute // after which files that Slack does not accept are left out

// filesOf are the files that belong to what has just happened.
func (b *Bot) filesOf(ctx context.Context, s reset.Story, news []reset.Entry) ([]upload, error) {
	r := s.Request
	switch r.Act.(type) {
	case reset.Freeze, reset.Thaw:
		return nil, nil // they have no rows
	case reset.Move, reset.SaveSchedule:
	}
	switch {
	// not what was rolled back, late or at once
	case r.WasWritten() && (hasEvent(news, reset.EvApplied) || hasEvent(news, reset.EvLanded) ||
		hasEvent(news, reset.EvFailed)):
		writes, err := b.Core.WritesFor(ctx, r.ID)
		if err != nil {
			return nil, err
		}
		var files []upload
		if !r.Outcome.Blocks() { // for a partial or unknown outcome only the undo is given
			steps := make([]reset.Step, len(writes))
			for i, w := range writes {
				steps[i] = w.Step
			}
			files = append(files, upload{words.DoneFile(r), words.CSV(steps)})
		}
		files = append(files, upload{words.UndoFile(r), words.UndoCSV(writes)})
		if r.Outcome.Blocks() {
			files = append(files, upload{words.StatesFile(r), words.StatesCSV(writes)})
		}
		return append(files, scripts(s)...), nil
	case hasEvent(news, reset.EvPlanned), hasEvent(news, reset.EvSubmitted),
		hasEvent(news, reset.EvApproved) && !hasEvent(s.Entries, reset.EvSubmitted):
		steps, _, err := b.Core.StepsFor(ctx, r.Actor, r.Place.Channel, reset.Ref{ID: r.ID, Revision: r.Revision}, 0, 0)
		if err != nil {
			return nil, err
		}
		return append(scripts(s), upload{words.PlanFile(r), words.CSV(steps)}), nil
	}
	return nil, nil
}

// scripts are the manual commands that are too long for a message.
func scripts(s reset.Story) []upload {
	var out []upload
	for name, content := range words.Scripts(s) {
		out = append(out, upload{name, content})
	}
	return out
}

func hasEvent(entries []reset.Entry, ev reset.Event) bool {
	return slices.ContainsFunc(entries, func(e reset.Entry) bool { return e.Event == ev })
}

type upload struct {
	name    string
	content []byte
}

// longestComment is how much text goes beside files: Slack truncates what is longer, and a truncated command is another
// one.
const longestComment = 3000

// commandText is the manual command as it stands beside its file, so that it is there when the bot is down. It is
// empty where it could not be shown whole: then the card's menu has it.
func commandText(lines []words.Line) string {
	var out strings.Builder
	for _, line := range lines {
		for _, span := range line {
			s := escape(span.Text)
			if span.Kind == words.Paste || span.Kind == words.Code {
				if strings.Contains(s, "`") || clean(span.Text) != span.Text {
					return ""
				}
				s = "`" + s + "`"
			}
			out.WriteString(s)
		}
		out.WriteByte('\n')
	}
	if out.Len() > longestComment {
		return ""
	}
	return strings.TrimSpace(out.String())
}

// upload shares files in the card's thread, all or none, with a comment.
func (b *Bot) upload(ctx context.Context, card engine.Card, files []upload, comment string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*callTimeout)
	defer cancel()
	doing := "upload files of " + card.Request
	var sent []slack.FileSummary
	for _, f := range files {
		if len(f.content) == 0 { // Slack refuses empty files
			continue
		}
		to, err := b.api.GetUploadURLExternalContext(ctx,
			slack.GetUploadURLExternalParameters{FileName: f.name, FileSize: len(f.content)})
		if err != nil {
			return b.fault(doing, err)
		}
		err = b.api.UploadToURL(ctx, slack.UploadToURLParameters{UploadURL: to.UploadURL, Filename: f.name,
			Reader: bytes.NewReader(f.content)})
		if err != nil {
			return b.fault(doing, err)
		}
		sent = append(sent, slack.FileSummary{ID: to.FileID, Title: f.name})
	}
	if len(sent) == 0 {
		return nil
	}
	_, err := b.api.CompleteUploadExternalContext(ctx,
		slack.CompleteUploadExternalParameters{Files: sent, Channel: card.Channel, ThreadTimestamp: card.TS,
			InitialComment: comment})
	if err != nil {
		return b.fault(doing, err)
	}
	return nil
}
