package bot

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// formCore notes what a form asks for and decides. Whatever else is called is a panic.
type formCore struct {
	Core
	asked    []engine.Ask
	decided  []engine.Decision
	recorded map[string]engine.Inbox
}

func (c *formCore) Receive(_ context.Context, in engine.Inbox) (bool, error) {
	_, again := c.recorded[in.ID]
	c.recorded[in.ID] = in
	return !again, nil
}

func (c *formCore) Ask(_ context.Context, a engine.Ask) (reset.Request, error) {
	c.asked = append(c.asked, a)
	return reset.Request{ID: "k7f3", Revision: 1, State: reset.Planning, Actor: a.Actor}, nil
}

func (c *formCore) Decide(_ context.Context, d engine.Decision) (reset.Reply, error) {
	c.decided = append(c.decided, d)
	return reset.Reply{Did: reset.DidChoose}, nil
}

func (c *formCore) NameOf(string, func(string) bool) (string, bool) { return "", false }

type noCards struct{}

func (noCards) Card(context.Context, string) (engine.Card, error) { return engine.Card{}, nil }
func (noCards) SaveCard(context.Context, engine.Card) error       { return nil }

// formBot is a bot that has only a form.
func formBot() (*Bot, *formCore) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	b := New(Config{Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
		APIURL: "http://127.0.0.1:1", Clusters: []reset.ClusterInfo{{Name: "prod-eu"}, {Name: "sandbox-eu"}}})
	core := &formCore{recorded: map[string]engine.Inbox{}}
	b.Core, b.Cards = core, noCards{}
	b.names.put("U0MARA", person{name: "mara", zone: "Europe/Berlin", at: now})
	return b, core
}

// submission is a view_submission as Slack sends it.
func submissionOf(id, callback, private string, values json.RawMessage) socketmode.Request {
	doc, _ := json.Marshal(map[string]any{
		"type": "view_submission", "team": map[string]any{"id": "T1"}, "user": map[string]any{"id": "U0MARA", "team_id": "T1"},
		"view": map[string]any{"id": "V1", "root_view_id": "V1", "callback_id": callback, "private_metadata": private,
			"state": map[string]any{"values": values}},
	})
	return socketmode.Request{Type: socketmode.RequestTypeInteractive, EnvelopeID: id, Payload: doc}
}

// submit handles a submission up to its decision, and returns the acknowledgement.
func submit(t *testing.T, b *Bot, core *formCore, req socketmode.Request) any {
	t.Helper()
	e, err := readEnvelope(req, "/kafka-reset")
	if err != nil {
		return nil // it is acknowledged and dropped
	}
	ack, _, err := b.handle(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	if in, there := core.recorded[e.ID]; there {
		if err := b.Receive(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	return ack
}

const filledIn = `{"cluster":{"cluster":{"selected_option":{"value":"prod-eu"}}},
	"group.1":{"group":{"selected_option":{"value":"billing"}}},
	"topics.1":{"topics":{"selected_options":[{"value":"orders"}]}},
	"where":{"where":{"selected_option":{"value":"shift"}}},
	"value.shift":{"value":{"value":"-100"}}, "reason":{"reason":{"value":"because"}}}`

func digestOf(t *testing.T, values string) string {
	t.Helper()
	var in map[string]map[string]inputValue
	if err := json.Unmarshal([]byte(values), &in); err != nil {
		t.Fatal(err)
	}
	s, _ := readForm(in, "")
	return s.digest()
}

// What is submitted agrees to the revision whose numbers were shown for it, and to nothing else.
func TestASubmissionAgreesToWhatItShowed(t *testing.T) {
	t.Parallel()
	shown := formMeta{Shown: digestOf(t, filledIn), Label: "Apply"}
	other := formMeta{Shown: digestOf(t, strings.Replace(filledIn, "-100", "-999", 1)), Label: "Apply"}
	for name, tt := range map[string]struct {
		private string
		agrees  string // the revision; empty: it asks
	}{
		"the numbers of what was filled in":         {shown.private("k7f3.2", "C1"), "k7f3.2"},
		"the numbers of something else":             {other.private("k7f3.2", "C1"), ""},
		"no numbers":                                {formMeta{}.private("k7f3.2", "C1"), ""},
		"no revision":                               {shown.private("k7f3", "C1"), ""},
		"no request":                                {shown.private("", "C1"), ""},
		"private metadata that is not the bot's":    {"k7f3.2 C1\n{", ""},
		"private metadata that is another JSON":     {"k7f3.2 C1\n[1]", ""},
		"a revision that is none":                   {shown.private("k7f3.0", "C1"), ""},
		"an id that is none":                        {shown.private("K7F3.1", "C1"), ""},
		"the digest of nothing, as nothing is read": {formMeta{Shown: formState{}.digest()}.private("k7f3.1", "C1"), ""},
	} {
		b, core := formBot()
		if ack := submit(t, b, core, submissionOf("E1", resetView, tt.private, json.RawMessage(filledIn))); ack != nil {
			t.Errorf("%s: acknowledged with %+v", name, ack)
		}
		agreed := ""
		for _, d := range core.decided {
			if d.Verb == engine.DoApprove {
				agreed += d.Ref.ID + "." + string(rune('0'+d.Ref.Revision))
				if d.Why != "because" {
					t.Errorf("%s: the reason is %q", name, d.Why)
				}
			}
		}
		if agreed != tt.agrees || len(core.asked) != 1 == (tt.agrees == "") {
			t.Errorf("%s: agrees to %q, want %q; asked: %+v", name, agreed, tt.agrees, core.asked)
		}
	}
}

// A client that submits twice is decided on twice by the same name: the engine tells both apart by it.
func TestASubmissionTwiceIsOne(t *testing.T) {
	t.Parallel()
	b, core := formBot()
	private := formMeta{}.private("", "C1")
	for _, id := range []string{"E1", "E2", "E2"} {
		submit(t, b, core, submissionOf(id, resetView, private, json.RawMessage(filledIn)))
	}
	for _, a := range core.asked {
		if a.Origin != "form.V1" || a.Form != nil {
			t.Errorf("asked as %q in %+v", a.Origin, a.Form)
		}
	}
	if len(core.recorded) != 2 || len(core.asked) != 3 {
		t.Errorf("%d are recorded, %d asked", len(core.recorded), len(core.asked))
	}
}

// A skip is asked about first: the acknowledgement shows another view, and nothing is recorded.
func TestASkipIsNotDecidedByTheFirstSubmission(t *testing.T) {
	t.Parallel()
	b, core := formBot()
	m := formMeta{Shown: digestOf(t, filledIn), Label: "Apply SKIP", Confirm: "billing@prod-eu: SKIPS up to 100 messages"}
	ack := submit(t, b, core, submissionOf("E1", resetView, m.private("k7f3.1", "C1"), json.RawMessage(filledIn)))
	pushed, ok := ack.(*slack.ViewSubmissionResponse)
	if !ok || pushed.ResponseAction != slack.RAPush || len(core.recorded)+len(core.decided) > 0 {
		t.Fatalf("%+v, %d recorded, %d decided", ack, len(core.recorded), len(core.decided))
	}
	submit(t, b, core, submissionOf("E2", confirmView, pushed.View.PrivateMetadata, json.RawMessage(`{}`)))
	if len(core.decided) != 1 || core.decided[0].Ref != (reset.Ref{ID: "k7f3", Revision: 1}) ||
		core.decided[0].Why != "because" {
		t.Errorf("decided: %+v", core.decided)
	}
}

// Whatever fits into a form's memory, its private_metadata is within Slack's limit, and what agrees is never cut.
func TestAFormsMemoryFits(t *testing.T) {
	t.Parallel()
	long := make([]string, 100)
	for i := range long {
		long[i] = strings.Repeat("ä", 300)
	}
	m := formMeta{Shown: "digest", Confirm: strings.Repeat("x", 300), Label: "Apply SKIP", Groups: long, Notes: long,
		Topics: long, Reason: strings.Repeat("y", maxReason)}
	out := m.private("k7f3.1", "C1")
	if n := utf8.RuneCountInString(out); n > maxMetadata {
		t.Errorf("%d characters", n)
	}
	if got := readFormMeta(out); got.Shown != m.Shown || got.Confirm != m.Confirm || got.Reason != m.Reason {
		t.Errorf("%+v", got)
	}
}

// FuzzForm: whatever a client sends as the state of the form, or as its memory, nothing panics, nothing is agreed to
// without a revision and without the digest of exactly what is submitted, and the form can be drawn again.
func FuzzForm(f *testing.F) {
	f.Add([]byte(filledIn), "k7f3.1 C1\n{\"Shown\":\"abc\"}", resetView)
	f.Add([]byte(`{"x":{"where":{"selected_option":null}}}`), "- C1\n{}", resetView)
	f.Add([]byte(`{"b":{"value":{"selected_date_time":1790000000}}}`), "k7f3.1 C1", confirmView)
	f.Add([]byte(`{"b":{"topics":{"selected_options":[{"value":"…00"},{"value":"*"}]}}}`), "", resetView)
	f.Add([]byte(`[]`), "k7f3.1 C1\n{\"Shown\":\"x\",\"Confirm\":\"sure?\"}", confirmView)
	f.Fuzz(func(t *testing.T, values []byte, private, callback string) {
		if !json.Valid(values) {
			return
		}
		if callback != confirmView {
			callback = resetView
		}
		b, core := formBot()
		req := submissionOf("E1", callback, private, values)
		submit(t, b, core, req)
		for _, d := range core.decided {
			if d.Verb == engine.DoCancel && d.Form == "V1" {
				continue // it lets go of what it asked for
			}
			e, err := readEnvelope(req, "")
			m := readFormMeta(e.Private)
			if d.Verb != engine.DoApprove || d.Ref.Revision < 1 || d.Ref.ID == "" || err != nil || m.Shown == "" ||
				callback == resetView && m.Shown != e.Form.digest() || callback == resetView && m.Confirm != "" {
				t.Errorf("decided %+v by %q", d, private)
			}
		}
		for _, a := range core.asked {
			if a.Intent.Group == "" || a.Intent.Target == nil || a.Intent.Cluster == "" {
				t.Errorf("asked for %+v", a.Intent)
			}
		}
		e, err := readEnvelope(req, "")
		if err != nil || e.Form == nil {
			return
		}
		view := drawForm(*e.Form, "C1", formShown{ref: "k7f3.1", label: "Apply"})
		if utf8.RuneCountInString(view.PrivateMetadata) > maxMetadata || len(view.Blocks.BlockSet) > 100 {
			t.Errorf("the form cannot be shown: %d characters, %d blocks", len(view.PrivateMetadata), len(view.Blocks.BlockSet))
		}
		_, _ = e.Form.form().Read(commands.Context{At: b.now()})
	})
}

// An ack of 20,480 bytes or more is dropped by the client library: a full list of the longest names stays below, and
// each option within Slack's limits.
func TestAFullListOfLongNamesFits(t *testing.T) {
	t.Parallel()
	var options []*slack.OptionBlockObject
	for i := range 150 {
		name := strings.Repeat("<ü>", 80) + strings.Repeat("x", i)
		options = append(options, described(name, strings.Repeat("ß&", 60)))
	}
	ack := offer(options, strings.Repeat("n", 200))
	doc, err := json.Marshal(ack)
	groups, is := ack.(slack.OptionGroupsResponse)
	if err != nil || !is || len(doc) > 19_000 || len(groups.OptionGroups[0].Options) < 20 {
		t.Fatalf("%d bytes, %v, %T", len(doc), err, ack)
	}
	seen := map[string]bool{}
	for _, o := range groups.OptionGroups[0].Options {
		for _, said := range []string{o.Text.Text, o.Value, o.Description.Text} {
			if n := utf8.RuneCountInString(said); n == 0 || n > maxValue {
				t.Errorf("%q has %d characters", said, n)
			}
		}
		if seen[o.Value] {
			t.Errorf("two names have the value %q", o.Value)
		}
		seen[o.Value] = true
	}
}

// A name that is too long for the value of an option is found again among those that are remembered.
func TestALongNameIsFoundAgain(t *testing.T) {
	t.Parallel()
	b, core := formBot()
	long := strings.Repeat("payments-", 20)
	b.Core = remembering{core, []string{"billing", standsIn + "odd", long}}
	for _, name := range []string{"billing", standsIn + "odd", long} {
		s := formState{Cluster: "prod-eu", Group: optionValue(name), Topics: []string{optionValue(name)}}
		if b.wholeNames(&s); s.Group != name || len(s.Topics) != 1 || s.Topics[0] != name {
			t.Errorf("%q is read as %+v", name, s)
		}
	}
	s := formState{Cluster: "prod-eu", Group: optionValue(long + "gone"), Topics: []string{optionValue(long + "gone")}}
	if b.wholeNames(&s); s.Group != "" || len(s.Topics) != 0 {
		t.Errorf("a name that is not remembered is read as %+v", s)
	}
}

type remembering struct {
	Core
	names []string
}

func (r remembering) NameOf(_ string, is func(string) bool) (string, bool) {
	for _, name := range r.names {
		if is(name) {
			return name, true
		}
	}
	return "", false
}
