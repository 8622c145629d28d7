package bot

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// showInForm brings what a request does into the form that asks for it.
func (b *Bot) showInForm(ctx context.Context, s reset.Story) (time.Time, error) {
	r := s.Request
	reading := r.State == reset.Planning && r.Question == "" && r.Problem == nil
	if reading || r.State == reset.Cancelled || r.State == reset.Expired {
		return time.Time{}, nil
	}
	var state formState
	if err := state.restore(r.Form.State); err != nil {
		b.log.Error("a form's fields cannot be read", "request", r.ID, "err", err)
		return time.Time{}, nil
	}
	f := b.forms.of(r.Form.View, b.now())
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed.Load() || f.ref != "" && f.ref != r.ID {
		return time.Time{}, nil
	}
	shown := formShown{ref: r.ID + "." + strconv.Itoa(r.Revision)}
	shown.label, shown.confirm = words.FormSubmit(s)
	if p := r.Problem; r.State == reset.Refused && p != nil && p.Ruling != nil && p.Ruling.Denial == reset.DeniedReason {
		state.Required = cmp.Or(p.Ruling.Reason, anyReason)
	}
	content := words.FormPlan(s)
	state.Alert.about(&content, s.Worst)
	shown.blocks = b.draw(ctx, content,
		renderOptions{key: blockKey(s), plainTables: true, ephemeral: true}).blocks
	if shown.label != "" {
		f.shows(shown.ref, b.now())
	}
	err := b.showInView(ctx, r.Form.View, f, drawForm(state, r.Place.Channel, shown))
	if passing(err) {
		return b.retryAt(err)
	}
	return time.Time{}, nil
}

// redraw is showInView for what is not tried again: the next change draws the form anew.
func (b *Bot) redraw(ctx context.Context, id string, f *openForm, view slack.ModalViewRequest) {
	_ = b.showInView(ctx, id, f, view) // logged
}

// showInView replaces what a view shows. The form is held.
func (b *Bot) showInView(ctx context.Context, id string, f *openForm, view slack.ModalViewRequest) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	draw := func(hash string) error {
		out, err := b.api.UpdateViewContext(ctx, view, "", hash, id)
		if err != nil {
			return b.fault("show the reset form", err)
		}
		f.hash = out.Hash
		return nil
	}
	err := draw(f.hash)
	if slackCode(err) == "hash_conflict" { // another process drew it since
		err = draw("")
	}
	if err != nil {
		b.log.Warn("a form is not shown as it is", "err", err)
	}
	return err
}

// openView opens a modal, whatever view its trigger came from.
func (b *Bot) openView(ctx context.Context, e envelope, view slack.ModalViewRequest) (slack.View, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	out, err := b.api.OpenViewContext(ctx, e.Trigger, view)
	if err != nil {
		return slack.View{}, err
	}
	return out.View, nil
}

// statusBlocks are lines below the fields.
func statusBlocks(lines []words.Line) []slack.Block {
	d := drawing{renderOptions: renderOptions{ephemeral: true}, left: maxSum, name: func(string) string { return "" }}
	return []slack.Block{slack.NewRichTextBlock("status", slack.NewRichTextSection(d.lines(lines, "")...))}
}

// loadingView is the form before it is known what the person may view.
func loadingView(channel string) slack.ModalViewRequest {
	return slack.ModalViewRequest{Type: slack.VTModal, CallbackID: resetView, PrivateMetadata: "- " + channel + "\n{}",
		Title: plainText(words.FormText.Title), Close: plainText(words.FormText.Close), NotifyOnClose: true,
		Blocks: slack.Blocks{BlockSet: statusBlocks([]words.Line{{{Text: words.FormText.Loading}}})}}
}

// refusalView is the form of a person who may not have it now.
func refusalView(c words.Content, channel string) slack.ModalViewRequest {
	view := loadingView(channel)
	view.Blocks.BlockSet = statusBlocks(append([]words.Line{{{Text: strings.TrimSpace(c.Title), Kind: words.Strong}}},
		c.Lines...))
	return view
}
