package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

const (
	rowsView  = "rows"
	pageRows  = 100
	blockRows = 25 // of a page in one block: a block's text stays far below 3,000 code points
	maxModal  = 24 // of a modal's title
	maxReason = 500
)

// opensModal is the action of a click that only opens a modal or turns its page.
func (b *Bot) opensModal(e envelope) (func(context.Context), bool) {
	if e.Callback == homeView {
		return func(ctx context.Context) { b.homeClicked(ctx, e) }, true
	}
	switch e.verb() {
	case words.ShowRows:
		return func(ctx context.Context) { b.showRows(ctx, e, 1) }, true
	case "page":
		return func(ctx context.Context) { b.showRows(ctx, e, e.option()) }, true
	case words.ShowStop, words.ShowStart, words.ShowManual, words.OpenRunbook:
		return func(ctx context.Context) { b.showAside(ctx, e) }, true
	}
	if why, ok := reasonModals[e.verb()]; ok {
		return func(ctx context.Context) { b.openReasonModal(ctx, e, why) }, true
	}
	return nil, false
}

// reasonModal is a modal that asks for the reason of a decision. Its callback_id is the verb.
type reasonModal struct{ title, submit, label, hint, placeholder, missing, typed string }

var reasonModals = map[string]reasonModal{
	"settle": {title: "Accept ", submit: "Accept as is", label: "Why is the outcome accepted as it is?",
		hint: "It is kept in the request's history.", placeholder: "checked with the team, the consumers went on",
		missing: "Say in a few words why the outcome is accepted.", typed: `"why"`},
	"emergency": {title: "BREAK-GLASS ", submit: "Apply", label: "Which incident is it?",
		hint:        "It is applied without approval. The owners are notified, and the card shows it for good.",
		placeholder: "INC-4711", missing: "Name the incident.", typed: "INCIDENT"},
}

// showRows opens a page of a plan, or turns to it.
func (b *Bot) showRows(ctx context.Context, e envelope, page int) {
	ref, ok := readRef(e.Value)
	if !ok || page < 1 {
		b.refuse(ctx, e, errForged)
		return
	}
	zone, _, _ := b.zone(ctx, e.User)
	steps, total, err := b.Core.StepsFor(ctx, e.actor(), e.Channel, ref, (page-1)*pageRows, pageRows)
	if err != nil {
		b.refuse(ctx, e, err)
		return
	}
	view := slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: rowsView, PrivateMetadata: e.Value + " " + e.Channel,
		Close: plainText("Close"),
	}
	story, untold := b.Core.StoryFor(ctx, e.actor(), e.Channel, ref.ID)
	title := "Plan " + e.Value
	if untold == nil && story.Request.WasWritten() {
		title = "Written by " + ref.ID
	}
	view.Title = plainText(text.Clip(title, maxModal))
	first := min((page-1)*pageRows, total)
	head := fmt.Sprintf("Rows %s to %s of %s", text.WithCommas(first+1), text.WithCommas(first+len(steps)),
		text.WithCommas(total))
	view.Blocks.BlockSet = append(view.Blocks.BlockSet, slack.NewContextBlock("", plainText(head)))
	for at := 0; at < len(steps); at += blockRows {
		t := words.RowsTable(steps[at:min(at+blockRows, len(steps))], zone, first+at, total)
		t.More = 0
		view.Blocks.BlockSet = append(view.Blocks.BlockSet, preformatted("", fit(t, 3*maxLine)))
	}
	if untold == nil {
		view.Blocks.BlockSet = append(view.Blocks.BlockSet, detailBlocks(story)...)
		view.Blocks.BlockSet = append(view.Blocks.BlockSet, b.manualBlocks(story, steps)...)
	}
	if turn := pages(e.Value, page, total); len(turn) > 0 {
		view.Blocks.BlockSet = append(view.Blocks.BlockSet, slack.NewActionBlock("", turn...))
	}
	b.open(ctx, e, "show the partitions", view, "show "+e.Value)
}

// manualBlocks are the same rows as a file for Kafka's own tool, and its command: before a request is public there is
// no thread for the file.
func (b *Bot) manualBlocks(s reset.Story, steps []reset.Step) []slack.Block {
	way := words.ManualCommand(s)
	if len(way) == 0 {
		return nil
	}
	file := words.PlanFile(s.Request)
	if s.Request.WasWritten() {
		file = words.DoneFile(s.Request)
	}
	var blocks []slack.Block
	if !s.Request.Outcome.Blocks() { // then the rows are not to be written
		blocks = append(blocks, slack.NewContextBlock("", plainText("These rows as "+file+", without the bot:")))
		for part := range slices.Chunk(steps, 20) { // topics of 249 characters too
			if csv := words.CSV(part); len(csv) > 0 {
				blocks = append(blocks, preformatted("", text.Clip(string(csv), 3*maxLine)))
			}
		}
	}
	for _, line := range way {
		blocks = append(blocks, commandBlock(line)...)
	}
	return blocks
}

// detailBlocks are what the card has no room for. The manual command has blocks of its own.
func detailBlocks(s reset.Story) []slack.Block {
	d := drawing{renderOptions: renderOptions{ephemeral: true}, left: maxSum, name: func(string) string { return "" }}
	lines := slices.DeleteFunc(words.CardOf(s).Details, func(line words.Line) bool {
		return slices.ContainsFunc(line, func(span words.Span) bool { return span.Kind == words.Paste })
	})
	if said := d.lines(lines, ""); len(said) > 0 {
		return []slack.Block{slack.NewRichTextBlock("", slack.NewRichTextSection(said...))}
	}
	return nil
}

// commandBlock is a command in a block of its own, so that it can be copied without the text around it.
func commandBlock(line words.Line) []slack.Block {
	var rest words.Line
	var out []slack.Block
	for _, span := range line {
		if span.Kind == words.Paste {
			out = append(out, preformatted("", span.Text))
		} else {
			rest = append(rest, span)
		}
	}
	return append([]slack.Block{slack.NewContextBlock("", plainText(text.Clip(clean(rest.String()), maxLine)))}, out...)
}

// pages are the buttons to the previous and the next page.
func pages(ref string, page, total int) []slack.BlockElement {
	var out []slack.BlockElement
	if page > 1 {
		out = append(out, slack.NewButtonBlockElement(fmt.Sprintf("page.%d", page-1), ref, plainText("Previous")))
	}
	if page*pageRows < total {
		out = append(out, slack.NewButtonBlockElement(fmt.Sprintf("page.%d", page+1), ref, plainText("Next")))
	}
	return out
}

// openReasonModal opens the modal for a decision that needs a reason.
func (b *Bot) openReasonModal(ctx context.Context, e envelope, m reasonModal) {
	if _, ok := readRef(e.Value); !ok {
		b.refuse(ctx, e, errForged)
		return
	}
	field := slack.NewPlainTextInputBlockElement(plainText(m.placeholder), reasonField)
	field.Multiline, field.MaxLength, field.MinLength = true, maxReason, 1
	b.open(ctx, e, "ask why", slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: e.verb(), PrivateMetadata: e.Value + " " + e.Channel,
		Title: plainText(text.Clip(m.title+e.Value, maxModal)), Submit: plainText(m.submit), Close: plainText("Back"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewInputBlock(reasonField, plainText(m.label), plainText(m.hint), field),
		}},
	}, e.verb()+" "+e.Value+" "+m.typed)
}

// reasonField is the block_id and the action_id of the only input.
const reasonField = "why"

func fieldError(words string) *slack.ViewSubmissionResponse {
	return slack.NewErrorsViewSubmissionResponse(map[string]string{reasonField: words})
}

// open opens a modal, or replaces the content of the clicked one. A trigger is valid for 3 seconds; when it is too
// late, the person is told what to type instead.
func (b *Bot) open(ctx context.Context, e envelope, doing string, view slack.ModalViewRequest, typed string) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var err error
	if e.Callback == resetView { // what is filled in stays beneath
		_, err = b.api.PushViewContext(ctx, e.Trigger, view)
	} else if e.View != "" {
		_, err = b.api.UpdateViewContext(ctx, view, "", e.Hash, e.View)
	} else {
		_, err = b.api.OpenViewContext(ctx, e.Trigger, view)
	}
	if err == nil {
		return
	}
	if slackCode(b.fault(doing, err)) == "hash_conflict" {
		return // two clicks at once: the other one has turned the page
	}
	b.notShown(ctx, e, doing, err, typed)
}

// notShown tells a person what to type instead of a modal that Slack does not show.
func (b *Bot) notShown(ctx context.Context, e envelope, doing string, err error, typed string) {
	fault := b.fault(doing, err)
	b.log.Warn("a modal is not shown", "envelope", e.ID, "err", fault)
	why := "Slack did not take it (" + fault.Code + ")."
	if fault.Code == "expired_trigger_id" || fault.Code == "timeout" {
		why = "Slack allows only 3 seconds for this, and they were over."
	}
	b.answer(ctx, e, words.Content{Title: "Not shown", Lines: []words.Line{{
		{Text: why + " Click again, or type "}, {Text: b.cfg.Command + " " + typed, Kind: words.Code}, {Text: "."},
	}}}, false)
}

// modalRef reads the request and channel of a modal, "k7f3.1 C0INC" on its first line. The form has no request yet:
// "- C0INC".
func modalRef(metadata string) (ref, channel string) {
	first, _, _ := strings.Cut(metadata, "\n")
	ref, channel, _ = strings.Cut(first, " ")
	return ref, channel
}
