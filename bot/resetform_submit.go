package bot

import (
	"cmp"
	"context"
	"errors"

	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
)

// formRef is the request that a form, or its confirmation, is about.
func (e envelope) formRef() string {
	ref, _ := modalRef(e.Private)
	return ref
}

// submitForm returns the ack of the form's submission: mistakes at their fields, the question before messages are
// skipped, or nothing, which closes it. What may be agreed to is recorded first.
func (b *Bot) submitForm(ctx context.Context, e envelope) (any, func(context.Context), error) {
	b.wholeNames(e.Form)
	if s := e.Form; s.Group == otherGroup {
		s.Group = ""
	}
	if errs := b.formErrors(e); len(errs) > 0 {
		return slack.NewErrorsViewSubmissionResponse(errs), nil, nil
	}
	m := readFormMeta(e.Private)
	if e.agrees() && m.Confirm != "" {
		return slack.NewPushViewSubmissionResponse(confirmationView(m, e.formRef(), e.Channel, e.Form.Reason)), nil, nil
	}
	if e.agrees() && b.tooSoon(e) {
		return slack.NewErrorsViewSubmissionResponse(map[string]string{
			cmp.Or(e.Blocks[commands.FieldWhere], string(commands.FieldWhere)): words.FormText.Unread}), nil, nil
	}
	return b.recordForm(ctx, e, nil)
}

// tooSoon reports whether a form began to show its numbers so shortly before its submission that no person can have
// read them: the button changed under the finger, from one that only asks for a preview. Numbers that another process
// shows count as read.
func (b *Bot) tooSoon(e envelope) bool {
	shown := b.forms.of(e.View, b.now()).shown.Load()
	if shown == nil || shown.ref != e.formRef() {
		return false
	}
	since := b.now().Sub(shown.at)
	return since >= 0 && since < b.cfg.Unread
}

// confirmForm returns the ack of the confirmation: it closes the form beneath it too.
func (b *Bot) confirmForm(ctx context.Context, e envelope) (any, func(context.Context), error) {
	return b.recordForm(ctx, e, slack.NewClearViewSubmissionResponse())
}

func (b *Bot) recordForm(ctx context.Context, e envelope, ack any) (any, func(context.Context), error) {
	form := cmp.Or(e.Root, e.View)
	f := b.forms.of(form, b.now()) // it is not held: Slack may take seconds for a view that is being drawn
	if url := f.url.Load(); url != nil && b.now().Sub(f.at) < formURL {
		e.URL = *url
	}
	if err := b.record(ctx, e); err != nil {
		return slack.NewErrorsViewSubmissionResponse(map[string]string{cmp.Or(e.Blocks[commands.FieldReason],
			string(commands.FieldReason)): words.Unrecorded(err)}), nil, err
	}
	f.closed.Store(true)
	if ack == nil {
		return nil, nil, nil
	}
	return ack, nil, nil
}

// formErrors are the mistakes of a submission, by block.
func (b *Bot) formErrors(e envelope) map[string]string {
	_, wrong := e.Form.form().Read(commands.Context{At: b.now(), Clusters: b.clusterNames()})
	if e.Form.Required != "" && e.Form.Reason == "" {
		wrong[commands.FieldReason] = errors.New(words.FormReason(patternOf(e.Form.Required)))
	}
	errs := map[string]string{}
	for field, err := range wrong {
		block, there := e.Blocks[field]
		if !there { // a field that is not in the form: any other one tells
			block = cmp.Or(e.Blocks[commands.FieldWhere], e.Blocks[commands.FieldGroup], string(field))
		}
		errs[block] = words.FormMistake(field, err)
	}
	return errs
}

// agrees reports whether a submission agrees to the numbers that the form showed: they are about what was filled in
// when it was submitted.
func (e envelope) agrees() bool {
	m := readFormMeta(e.Private)
	_, ok := readRef(e.formRef())
	return ok && m.Shown != "" && (e.Callback == confirmView || e.Form != nil && m.Shown == e.Form.digest())
}

// decideForm decides on a submission: it agrees to what was shown, or asks like a typed command.
func (b *Bot) decideForm(ctx context.Context, in engine.Inbox, e envelope) error {
	if e.agrees() {
		return b.applyForm(ctx, in, e)
	}
	if e.Form == nil {
		return errForged
	}
	f := b.forms.of(e.View, b.now())
	f.mu.Lock()
	if ref, ok := readRef(e.formRef()); ok && f.ref == "" {
		f.ref = ref.ID
	}
	b.discardForm(ctx, e, f)
	f.mu.Unlock()
	zone, name, note := b.zone(ctx, e.User)
	intent, wrong := e.Form.form().Read(commands.Context{At: in.ReceivedAt, Zone: zone, ZoneName: name,
		Clusters: b.clusterNames()})
	for _, err := range wrong {
		return err
	}
	if note != "" {
		intent.Notes = append(intent.Notes, note)
	}
	r, err := b.Core.Ask(ctx, engine.Ask{Actor: e.actor(), Place: e.place(), Origin: "form." + e.View, Intent: intent})
	if err != nil {
		return err
	}
	return b.attach(ctx, r.ID, e)
}

// applyForm is the click on the numbers that were shown.
func (b *Bot) applyForm(ctx context.Context, in engine.Inbox, e envelope) error {
	ref, _ := readRef(e.formRef()) // agrees has read it
	reason := readFormMeta(e.Private).Reason
	if e.Form != nil {
		reason = e.Form.Reason
	}
	if err := b.attach(ctx, ref.ID, e); err != nil {
		return err
	}
	return b.decide(ctx, e, engine.Decision{Verb: engine.DoApprove, Actor: e.actor(), Place: e.place(), Ref: ref,
		Why: reason, Form: cmp.Or(e.Root, e.View), Origin: e.ID, At: in.ReceivedAt})
}

// leaveForm closes the form beneath a view in which it was decided on what the form asks for.
func (b *Bot) leaveForm(e envelope) any {
	b.forms.of(e.Root, b.now()).closed.Store(true)
	return slack.NewClearViewSubmissionResponse()
}

// isForm reports whether an action is the submission of the reset form, or of its confirmation.
func (e envelope) isForm() bool {
	return e.Kind == submission && (e.Callback == resetView || e.Callback == confirmView)
}

// isFormField reports whether a click is a change of one of the form's fields.
func (e envelope) isFormField() bool {
	return e.Callback == resetView && words.IsFormField(commands.FormField(e.Action))
}
