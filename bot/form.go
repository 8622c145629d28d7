package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
)

// The form that takes a plan for --from-file: pasted rows, or a CSV. Its metadata has the command, which is parsed
// again with the plan.
const (
	formView    = "from-file"
	rowsField   = "rows"
	fileField   = "file"
	maxPasted   = 3000    // of a text input
	maxMetadata = 3000    // of private_metadata
	maxFile     = 4 << 20 // 100,000 rows are less
	maxField    = 300     // of an error under a field
)

// openPlanForm opens the form.
func (b *Bot) openPlanForm(ctx context.Context, e envelope) {
	metadata := "- " + e.Channel + "\n" + e.Text
	if len(metadata) > maxMetadata {
		b.refuse(ctx, e, &commands.SyntaxError{Want: "the command is too long for a form to remember",
			Example: "billing@prod-eu --from-file"})
		return
	}
	pasted := slack.NewPlainTextInputBlockElement(plainText("orders,0,46020"), rowsField)
	pasted.Multiline, pasted.MaxLength = true, maxPasted
	rows := slack.NewInputBlock(rowsField, plainText("Rows"),
		plainText("One TOPIC,PARTITION,OFFSET a line, or a table with its header."), pasted)
	rows.Optional = true
	view := slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: formView, PrivateMetadata: metadata,
		Title: plainText("Reset from a plan"), Submit: plainText("Preview"), Close: plainText("Back"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewContextBlock("", plainText(text.Clip(b.cfg.Command+" "+e.Text, maxLine))), rows}},
	}
	if b.mayRead(ctx) {
		file := slack.NewInputBlock(fileField, plainText("Or a CSV file"),
			plainText("In the same format; 100,000 rows at most."),
			slack.NewFileInputBlockElement(fileField).WithFileTypes("csv", "txt").WithMaxFiles(1))
		file.Optional = true
		view.Blocks.BlockSet = append(view.Blocks.BlockSet, file)
	}
	view.Blocks.BlockSet = append(view.Blocks.BlockSet,
		slack.NewContextBlock("", plainText("Nothing is changed by this: the preview comes as a direct message.")))
	b.open(ctx, e, "ask for a plan", view, "GROUP from TOPIC,PARTITION,OFFSET ...")
}

// mayRead reports whether the token may read files. Slack refuses a form that asks for one otherwise.
func (b *Bot) mayRead(ctx context.Context) bool {
	id, err := b.whoami(ctx)
	return err == nil && (len(id.Scopes) == 0 || slices.Contains(id.Scopes, "files:read"))
}

// validatePlanForm returns the ack of a form: pasted rows are read at once, so that mistakes are shown under the
// field; a file is fetched after the ack, which has no time for it.
func (b *Bot) validatePlanForm(ctx context.Context, e envelope) (any, func(context.Context), error) {
	wrong := func(field, words string) any {
		return slack.NewErrorsViewSubmissionResponse(map[string]string{field: text.Clip(words, maxField)})
	}
	switch {
	case e.Rows == "" && e.File == "":
		return wrong(rowsField, "Paste rows here, or choose a file."), nil, nil
	case e.Rows != "" && e.File != "":
		return wrong(rowsField, "Rows and a file: only one of them can be meant."), nil, nil
	case e.Rows != "":
		if _, err := b.readPlan(e, commands.Context{At: b.now()}, []byte(e.Rows)); err != nil {
			return wrong(rowsField, err.Error()), nil, nil
		}
	}
	if err := b.record(ctx, e); err != nil {
		return wrong(rowsField, words.Unrecorded(err)), nil, err
	}
	return nil, nil, nil
}

// readPlan reads the form's command again, with the plan.
func (b *Bot) readPlan(e envelope, ctx commands.Context, plan []byte) (commands.Command, error) {
	ctx.Clusters = b.clusterNames()
	ctx.ReadFile = func(string) ([]byte, error) { return plan, nil }
	return commands.Parse(e.Text, ctx)
}

// askFromForm creates the request of a form.
func (b *Bot) askFromForm(ctx context.Context, in engine.Inbox, e envelope) error {
	plan := []byte(e.Rows)
	if e.File != "" {
		var err error
		if plan, err = b.fetch(ctx, e); err != nil {
			return err
		}
	}
	zone, name, _ := b.zone(ctx, e.User)
	cmd, err := b.readPlan(e, commands.Context{At: in.ReceivedAt, Zone: zone, ZoneName: name}, plan)
	if err != nil {
		return err
	}
	c, ok := cmd.(commands.Reset)
	if !ok {
		return errForged
	}
	return b.ask(ctx, e, engine.Ask{Intent: c.Intent})
}

// fetch reads the file that was uploaded with the form.
func (b *Bot) fetch(ctx context.Context, e envelope) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*callTimeout)
	defer cancel()
	refused := func(why string) error {
		return &commands.SyntaxError{Want: "the file was not read: " + why,
			Example: "the form again, or GROUP from TOPIC,PARTITION,OFFSET ..."}
	}
	info, _, _, err := b.api.GetFileInfoContext(ctx, e.File, 0, 0)
	if err != nil {
		return nil, refused(b.fault("ask for a file", err).Error())
	}
	if info.User != e.User {
		return nil, refused("it is somebody else's")
	}
	content := capped{most: maxFile}
	if info.Size > content.most {
		return nil, refused(fmt.Sprintf("it has %s bytes; a plan may have %s", text.WithCommas(info.Size),
			text.WithCommas(content.most)))
	}
	if err := b.api.GetFileContext(ctx, info.URLPrivateDownload, &content); err != nil {
		return nil, refused(b.fault("download a file", err).Error())
	}
	return content.Bytes(), nil
}

// capped is a buffer with a maximum size, whatever size was announced.
type capped struct {
	bytes.Buffer
	most int
}

func (c *capped) Write(p []byte) (int, error) {
	if c.Len()+len(p) > c.most {
		return 0, errors.New("it is larger than was announced")
	}
	return c.Buffer.Write(p)
}
