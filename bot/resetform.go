package bot

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// The reset form asks for what a typed command says. Whenever it is filled in far enough, a request is made for the
// numbers, whose address is the form: its preview is shown there and nowhere else. Filled in otherwise, or closed, that
// request ends unnoticed. The submit names the request and revision whose numbers are shown, and agrees to them as a
// click in a preview does; where none are shown, or others were filled in since, it asks like a typed command.

// openForms are the forms that this process knows to be open, by their view. It is a memory, not the truth: after a
// restart a form goes on with what its view remembers.
type openForms struct {
	mu    sync.Mutex
	known map[string]*openForm
}

// openForm is one of them. While it is held, no other view of it is drawn.
type openForm struct {
	mu     sync.Mutex
	at     time.Time // when it was opened
	ref    string    // of the request that was made for it last; empty: not known, noRequest: none
	digest string    // of what was filled in then
	hash   string    // of the view as it was drawn last
	stamp  string    // of the last action in it that was handled
	typed  int       // what was typed since, to wait for a pause

	// what a submission needs at once, also while the form is held
	url    atomic.Pointer[string] // response_url of the command that opened it: where a private answer goes. A secret
	closed atomic.Bool            // it was closed, or its submission is recorded
	shown  atomic.Pointer[formNumbers]
}

// formNumbers are those that a form shows, and since when: until then its submit was another button.
type formNumbers struct {
	ref string
	at  time.Time
}

// shows notes that a form shows numbers from now on, unless it did already.
func (f *openForm) shows(ref string, now time.Time) {
	if was := f.shown.Load(); was == nil || was.ref != ref {
		f.shown.Store(&formNumbers{ref, now})
	}
}

const (
	noRequest = "-"
	formKept  = time.Hour
	formURL   = urlLife - time.Minute
	formStart = 1500 * time.Millisecond // of the 3 s of a trigger
	// typingPause is how long nothing has to be typed before the numbers are read.
	typingPause = 700 * time.Millisecond
)

// of is what is known of a view's form.
func (f *openForms) of(view string, now time.Time) *openForm {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.known == nil {
		f.known = map[string]*openForm{}
	}
	for id, old := range f.known {
		if now.Sub(old.at) > formKept {
			delete(f.known, id)
		}
	}
	if f.known[view] == nil {
		f.known[view] = &openForm{at: now}
	}
	return f.known[view]
}

// openResetForm opens the form with what is known already. Nothing that it waits for is Kafka's; when Slack does not
// say in time what the person may view, the form opens without its fields, which follow.
func (b *Bot) openResetForm(ctx context.Context, e envelope, s formState) {
	if e.Channel == "" { // a form that no channel knows of is like a command in a direct message
		e.Channel = e.User
	}
	quick, cancel := context.WithTimeout(ctx, formStart)
	defer cancel()
	start, err := b.Core.StartForm(quick, e.actor(), e.Channel)
	late := err != nil || quick.Err() != nil // a right that was not told in time is told as none
	if !late && len(start.Clusters) == 0 {
		b.answer(ctx, e, words.FormNothing(), false)
		return
	}
	view := loadingView(e.Channel)
	if !late {
		view = b.firstView(quick, e, &s, start)
	}
	opened, failed := b.openView(ctx, e, view)
	if failed != nil {
		b.notShown(ctx, e, "open the reset form", failed, "GROUP@CLUSTER TOPIC to TIME")
		return
	}
	f := b.forms.of(opened.ID, b.now())
	f.url.Store(&e.URL)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hash = cmp.Or(f.hash, opened.Hash) // it may have been filled in already
	if late && !b.startLate(ctx, e, opened.ID, f, &s) {
		return
	}
	if _, wrong := s.form().Read(b.formContext(ctx, e.User)); len(wrong) == 0 {
		b.computeForm(ctx, e, opened.ID, f, s)
	}
}

// startLate shows the fields of a form that was opened without them, or why there are none.
func (b *Bot) startLate(ctx context.Context, e envelope, view string, f *openForm, s *formState) bool {
	start, err := b.Core.StartForm(ctx, e.actor(), e.Channel)
	show := context.WithoutCancel(ctx) // also when the time for the answer is over
	switch {
	case err != nil:
		b.redraw(show, view, f, refusalView(words.Explain(err), e.Channel))
	case len(start.Clusters) == 0:
		b.redraw(show, view, f, refusalView(words.FormNothing(), e.Channel))
	default:
		b.redraw(show, view, f, b.firstView(ctx, e, s, start))
		return true
	}
	return false
}

// firstView is the form as it opens.
func (b *Bot) firstView(ctx context.Context, e envelope, s *formState, start reset.FormStart) slack.ModalViewRequest {
	if s.reading != nil {
		b.fromReading(ctx, e, s, start)
	} else {
		s.offer(start)
	}
	_, wrong := s.form().Read(b.formContext(ctx, e.User))
	return drawForm(*s, e.Channel, formShown{blocks: statusBlocks(words.FormStatus(wrong))})
}

// offer takes over which clusters there are to choose from. One that a person may not view is not chosen.
func (s *formState) offer(start reset.FormStart) {
	s.Clusters = start.Clusters
	if !slices.Contains(start.Clusters, s.Cluster) {
		if s.Cluster = start.Bound; s.Alert != nil && s.Alert.Unbound {
			s.Cluster = ""
		}
	}
	if len(start.Clusters) == 1 {
		s.Cluster = start.Clusters[0]
	}
}

func (b *Bot) formContext(ctx context.Context, user string) commands.Context {
	zone, name, _ := b.zone(ctx, user)
	return commands.Context{At: b.now(), Zone: zone, ZoneName: name, Clusters: b.clusterNames()}
}

// isTyped reports whether an action came from a text field.
func (e envelope) isTyped() bool {
	return e.Action == string(commands.FieldReason) || e.Action == string(commands.FieldValue) && e.Form != nil &&
		e.Form.Where != commands.ToTime
}

// formChanged follows what was filled in: it shows the fields that belong to it, ends what was asked for before, and
// asks for the numbers once nothing is missing.
func (b *Bot) formChanged(ctx context.Context, e envelope) {
	f := b.forms.of(e.View, b.now())
	if e.isTyped() && !b.typedLast(ctx, f) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed.Load() || e.Stamp < f.stamp || e.Form == nil {
		return // what was done later has been handled already
	}
	f.stamp, f.hash = e.Stamp, cmp.Or(f.hash, e.Hash)
	if ref, ok := readRef(e.formRef()); ok && f.ref == "" { // after a restart
		f.ref, f.digest = ref.ID, readFormMeta(e.Private).Shown
	}
	s := *e.Form
	start, err := b.Core.StartForm(ctx, e.actor(), e.Channel)
	if err != nil {
		b.redraw(ctx, e.View, f, refusalView(words.Explain(err), e.Channel))
		return
	}
	chosen := s.Cluster
	s.offer(start)
	b.settle(&s, e.Action, chosen)
	b.offerFromAlert(ctx, e, &s, commands.FormField(e.Action))
	now := s.digest()
	if now == readFormMeta(e.Private).Shown || now == f.digest && e.Action != string(commands.FieldReason) {
		return // the numbers that are shown, or on their way, are about this
	}
	if f.closed.Load() {
		return // meanwhile: what its submission agrees to is not taken back
	}
	b.discardForm(ctx, e, f)
	if _, wrong := s.form().Read(b.formContext(ctx, e.User)); len(wrong) > 0 {
		b.redraw(ctx, e.View, f, drawForm(s, e.Channel, formShown{blocks: statusBlocks(words.FormStatus(wrong))}))
		return
	}
	b.computeForm(ctx, e, e.View, f, s)
}

// typedLast waits for a pause in what is typed, and reports whether nothing followed.
func (b *Bot) typedLast(ctx context.Context, f *openForm) bool {
	f.mu.Lock()
	f.typed++
	mine := f.typed
	f.mu.Unlock()
	wait(ctx, typingPause)
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.typed == mine
}

// settle drops what belonged to another choice.
func (b *Bot) settle(s *formState, changed, cluster string) {
	switch commands.FormField(changed) {
	case commands.FieldCluster:
		s.Group, s.Groups, s.Topics = "", nil, nil
	case commands.FieldGroup:
		if s.Group == otherGroup {
			s.Group, s.Groups = "", nil
		}
		s.Topics = slices.DeleteFunc(s.Topics, func(topic string) bool { return topic != commands.AllTopics })
	case commands.FieldWhere:
		s.Value, s.At = "", time.Time{}
		s.fillWay()
	case commands.FieldTopics, commands.FieldValue, commands.FieldReason: // nothing depends on them
	}
	if s.Cluster != cluster { // they may not view that one
		s.Group, s.Topics = "", nil
	}
	b.wholeNames(s)
}

// computeForm asks for the numbers. The form is held: what is shown of them waits until it says that they are read.
func (b *Bot) computeForm(ctx context.Context, e envelope, view string, f *openForm, s formState) {
	intent, _ := s.form().Read(b.formContext(ctx, e.User))
	doc, err := s.stored()
	var r reset.Request
	if err == nil {
		r, err = b.Core.Ask(ctx, engine.Ask{Actor: e.actor(), Place: e.place(), Origin: "form." + e.ID, Intent: intent,
			Form: &reset.Form{View: view, State: doc}})
	}
	shown := formShown{blocks: statusBlocks([]words.Line{{{Text: words.FormText.Reading}}})}
	if err != nil {
		b.log.Error("a form does not get its numbers", "envelope", e.ID, "err", err)
		shown.blocks = statusBlocks([]words.Line{{{Text: words.Unrecorded(err)}}})
	}
	if f.ref, f.digest = cmp.Or(r.ID, noRequest), s.digest(); err != nil {
		f.digest = ""
	}
	if r.ID != "" {
		shown.ref = r.ID + ".1"
	}
	b.redraw(ctx, view, f, drawForm(s, e.Channel, shown))
}

// discardForm ends what a form asked for, unless it was agreed to. The form is held.
func (b *Bot) discardForm(ctx context.Context, e envelope, f *openForm) {
	if f.ref == "" || f.ref == noRequest {
		return
	}
	_, err := b.Core.Decide(ctx, engine.Decision{Verb: engine.DoCancel, Actor: e.actor(), Place: e.place(),
		Ref: reset.Ref{ID: f.ref}, Form: e.View, Origin: "form." + e.ID + ".discard", At: b.now()})
	if internal(err) && err != nil {
		b.log.Warn("what a form asked for is left to expire", "request", f.ref, "err", err)
	}
	f.ref, f.digest = noRequest, ""
}

// formClosed ends what a form asked for when it is closed without being submitted.
func (b *Bot) formClosed(ctx context.Context, e envelope) {
	f := b.forms.of(e.View, b.now())
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed.Swap(true) {
		return // its submission is recorded, though it may not be decided yet
	}
	if ref, ok := readRef(e.formRef()); ok && f.ref == "" {
		f.ref = ref.ID
	}
	b.discardForm(ctx, e, f)
}
