package bot

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// handle returns the ack of an envelope, after recording it, and the work after the ack. What changes nothing
// (turning pages, opening a modal) is not recorded: it is valid no longer than its trigger_id.
//
// Without a payload, an error means that there must be no ack: Slack then marks the button as failed. A command is
// acknowledged with a text instead, since Slack would only show "operation_timeout".
func (b *Bot) handle(ctx context.Context, e envelope) (any, func(context.Context), error) {
	switch e.Kind {
	case command:
		if verb, _ := commands.Peek(e.Text, b.clusterNames()); verb == formView {
			return nil, func(ctx context.Context) { b.openPlanForm(ctx, e) }, nil
		}
		if strings.TrimSpace(e.Text) == "" {
			return nil, func(ctx context.Context) { b.openResetForm(ctx, e, formState{}) }, nil
		}
		if err := b.record(ctx, e); err != nil {
			return map[string]string{"response_type": "ephemeral", "text": words.Unrecorded(err)}, nil, err
		}
	case atMention: // without an ack, Slack sends it again
		return nil, nil, b.record(ctx, e)
	case click:
		if open, ok := b.opensModal(e); ok {
			return nil, open, nil
		}
		if e.isFormField() {
			return nil, func(ctx context.Context) { b.formChanged(ctx, e) }, nil
		}
		if err := b.record(ctx, e); err != nil {
			return nil, func(ctx context.Context) { b.answer(ctx, e, words.UnrecordedOf(err), false) }, err
		}
	case submission:
		switch e.Callback {
		case formView:
			return b.validatePlanForm(ctx, e)
		case resetView:
			return b.submitForm(ctx, e)
		case confirmView:
			return b.confirmForm(ctx, e)
		}
		modal, known := reasonModals[e.Callback]
		if !known {
			return nil, nil, nil
		}
		if e.Why == "" {
			return fieldError(modal.missing), nil, nil
		}
		if err := b.record(ctx, e); err != nil {
			return fieldError(words.Unrecorded(err)), nil, err
		}
		if e.Root != "" && e.Root != e.View { // it was opened in the reset form, which has done its work
			return b.leaveForm(e), nil, nil
		}
	case suggestion:
		return b.suggest(ctx, e), nil, nil
	case shortcut:
		return nil, func(ctx context.Context) { b.openFromShortcut(ctx, e) }, nil
	case closing:
		if e.Callback == resetView {
			return nil, func(ctx context.Context) { b.formClosed(ctx, e) }, nil
		}
	case event:
		if e.home {
			return nil, func(ctx context.Context) { b.openHomeTab(ctx, e) }, nil
		}
		if e.Group != "" && b.cfg.GroupChanged != nil {
			b.cfg.GroupChanged(e.Group)
		}
	case unknown: // acknowledged, so that Slack does not send it again
	}
	return nil, nil, nil
}

// record stores an envelope in the inbox. One that is there already is acknowledged again and decided once.
func (b *Bot) record(ctx context.Context, e envelope) error {
	ctx, cancel := context.WithTimeout(ctx, recordWithin)
	defer cancel()
	raw, err := json.Marshal(e)
	if err != nil {
		return err
	}
	in := engine.Inbox{ID: e.ID, Kind: string(e.Kind), Raw: raw, ReceivedAt: b.now()}
	if e.Kind == command || e.Kind == atMention && !e.Edited {
		in.Verb, in.About = commands.Peek(e.Text, b.clusterNames())
	} else {
		ref, _ := readRef(e.ref())
		in.Verb, in.About = e.verb(), ref.ID
	}
	fresh, err := b.Core.Receive(ctx, in)
	if err == nil && !fresh {
		b.log.Info("the same envelope again", "envelope", e.ID)
	}
	return err
}

// Receive decides on a recorded envelope and answers the person. Only a failure that may succeed on the next try is
// an error.
func (b *Bot) Receive(ctx context.Context, in engine.Inbox) error {
	ctx, cancel := context.WithTimeout(ctx, showWithin)
	defer cancel()
	var e envelope
	if err := json.Unmarshal(in.Raw, &e); err != nil {
		b.log.Error("recorded envelope that cannot be read", "envelope", in.ID, "err", err)
		return nil
	}
	if e.Answer != nil {
		return b.answerAgain(ctx, in, e)
	}
	if e.Team == "" || e.User == "" || e.Channel == "" {
		b.refuse(ctx, e, errNobody)
		return nil
	}
	var err error
	switch e.Kind {
	case command, atMention:
		err = b.runCommand(ctx, in, e)
	case click, submission:
		switch {
		case e.Callback == formView:
			err = b.askFromForm(ctx, in, e)
		case e.Kind == submission && (e.Callback == resetView || e.Callback == confirmView):
			err = b.decideForm(ctx, in, e)
		default:
			err = b.handleClick(ctx, in, e)
		}
	case suggestion, closing, shortcut, event, unknown: // are never recorded
	}
	var store *reset.StoreError
	var later *reset.Later
	switch {
	case errors.Is(err, reset.ErrConflict), errors.As(err, &store), ctx.Err() != nil:
		return err // the action is recorded: it is decided and answered once the store works
	case errors.As(err, &later) && b.now().Sub(in.ReceivedAt) < engine.UndecidedAtMost:
		b.sendWaiting(ctx, in, e, later)
		return err
	}
	b.toldWaiting.Delete(in.ID)
	if err != nil {
		b.refuse(ctx, e, err)
	}
	return nil
}

// unansweredAtMost is how long a person may wait for an answer before they are told what it waits for.
const unansweredAtMost = 3 * time.Second

// sendWaiting tells a person once that their action is recorded and what it waits for, unless the wait is short.
func (b *Bot) sendWaiting(ctx context.Context, in engine.Inbox, e envelope, later *reset.Later) {
	if later.At.Sub(in.ReceivedAt) < unansweredAtMost {
		return
	}
	if _, before := b.toldWaiting.LoadOrStore(in.ID, true); !before {
		b.answer(ctx, e, words.Recorded(later, in.ReceivedAt.Add(engine.UndecidedAtMost)), false)
	}
}

// errNobody is an action of a person whom Slack did not identify: it is not allowed.
var errNobody = &commands.SyntaxError{Want: "Slack did not say who you are, or where this was; nothing was done",
	Example: "status"}

// runCommand runs a command, or a mention that reads as one.
func (b *Bot) runCommand(ctx context.Context, in engine.Inbox, e envelope) error {
	if e.Edited {
		return errEdited
	}
	zone, name, note := b.zone(ctx, e.User)
	cmd, err := commands.Parse(e.Text,
		commands.Context{At: in.ReceivedAt, Zone: zone, ZoneName: name, Clusters: b.clusterNames()})
	if err != nil {
		return err
	}
	if e.Within && agreesWithin(cmd) {
		return errWithin
	}
	switch c := cmd.(type) {
	case commands.Reset:
		if note != "" {
			c.Intent.Notes = append(c.Intent.Notes, note)
		}
		return b.ask(ctx, e, engine.Ask{Intent: c.Intent})
	case commands.Schedule:
		if note != "" {
			c.Schedule.Intent.Notes = append(c.Schedule.Intent.Notes, note)
		}
		return b.ask(ctx, e, engine.Ask{Act: reset.SaveSchedule{Schedule: c.Schedule}})
	case commands.Upload:
		if e.Kind == atMention { // it has no trigger_id
			return errNoForm
		}
		b.openPlanForm(ctx, e)
		return nil
	case commands.Overview:
		return b.ask(ctx, e, engine.Ask{Intent: reset.Intent{Cluster: c.Cluster, Server: c.Server, Group: c.Group,
			Zone: name, Notes: c.Notes}})
	case commands.SetFreeze:
		if c.Freeze {
			return b.ask(ctx, e, engine.Ask{Act: reset.Freeze{Cluster: c.Cluster, Why: c.Why}})
		}
		return b.ask(ctx, e, engine.Ask{Act: reset.Thaw{FreezeID: c.ID, Cluster: c.Cluster, Why: c.Why}})
	case commands.Decide:
		d := engine.Decision{Verb: engine.DecisionVerb(c.Verb), Actor: e.actor(), Place: e.place(), Ref: c.Ref,
			Option: c.Option, Why: c.Why, Origin: e.ID, At: in.ReceivedAt}
		return b.decide(ctx, e, d)
	default: // a view: query
	}
	return b.look(ctx, e, cmd, false)
}

// ask creates a request. Its preview comes through Show, to the address that is attached here.
func (b *Bot) ask(ctx context.Context, e envelope, wish engine.Ask) error {
	wish.Actor, wish.Place, wish.Origin = e.actor(), e.place(), e.ID
	r, err := b.Core.Ask(ctx, wish)
	if err != nil {
		return err
	}
	return b.attach(ctx, r.ID, e)
}

// refuse answers with what went wrong. Errors that a person can do nothing about are logged in full.
func (b *Bot) refuse(ctx context.Context, e envelope, err error) {
	content := words.Explain(err)
	content.Buttons = append(content.Buttons, b.retypeButton(e, err)...)
	if internal(err) {
		b.log.Error("envelope failed", "envelope", e.ID, "kind", string(e.Kind), "actor", e.User, "err",
			b.redact(err.Error()))
	}
	b.answer(ctx, e, content, e.Ephemeral && buttonsUseless(err))
}

func internal(err error) bool {
	var (
		problem *reset.Problem
		syntax  *commands.SyntaxError
		late    *reset.TransitionError
	)
	return !errors.As(err, &problem) && !errors.As(err, &syntax) && !errors.As(err, &late)
}

// buttonsUseless reports whether the buttons of the clicked message no longer apply.
func buttonsUseless(err error) bool {
	var p *reset.Problem
	return errors.As(err, &p) && (p.Code == reset.ProblemStale || p.Code == reset.ProblemTooLate ||
		p.Code == reset.ProblemNoRequest)
}

func (b *Bot) clusterNames() []commands.ClusterName {
	var out []commands.ClusterName
	for _, c := range b.cfg.Clusters {
		out = append(out, commands.ClusterName{Name: c.Name, Bootstrap: c.Bootstrap})
	}
	return out
}

// readRef reads "k7f3.1", which is all that a button carries.
func readRef(s string) (reset.Ref, bool) {
	id, rev, ok := strings.Cut(s, ".")
	n, err := strconv.Atoi(rev)
	if !ok || err != nil || n < 1 || id == "" || len(id) > 32 {
		return reset.Ref{}, false
	}
	for _, r := range id {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') {
			return reset.Ref{}, false
		}
	}
	return reset.Ref{ID: id, Revision: n}, true
}
