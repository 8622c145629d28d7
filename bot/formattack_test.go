package bot

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
)

// closingOf is a view_closed as Slack sends it.
func closingOf(id, private string) socketmode.Request {
	doc, _ := json.Marshal(map[string]any{
		"type": "view_closed", "team": map[string]any{"id": "T1"}, "user": map[string]any{"id": "U0MARA", "team_id": "T1"},
		"view": map[string]any{"id": "V1", "root_view_id": "V1", "callback_id": resetView, "private_metadata": private},
	})
	return socketmode.Request{Type: socketmode.RequestTypeInteractive, EnvelopeID: id, Payload: doc}
}

// A form whose submission is recorded may be reported closed before that is decided on: what was agreed to stays.
func TestClosingASubmittedFormTakesNothingBack(t *testing.T) {
	t.Parallel()
	b, core := formBot()
	private := formMeta{Shown: digestOf(t, filledIn), Label: "Apply"}.private("k7f3.1", "C1")
	f := b.forms.of("V1", b.now())
	f.ref = "k7f3" // it was computed by this process
	e, err := readEnvelope(submissionOf("E1", resetView, private, json.RawMessage(filledIn)), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.handle(t.Context(), e); err != nil || len(core.recorded) != 1 {
		t.Fatalf("%d recorded, %v", len(core.recorded), err)
	}
	if e, err = readEnvelope(closingOf("E2", private), ""); err != nil {
		t.Fatal(err)
	}
	_, after, err := b.handle(t.Context(), e)
	if err != nil || after == nil {
		t.Fatalf("nothing is done after it: %v", err)
	}
	after(t.Context())
	for _, d := range core.decided {
		t.Errorf("%s by %s", d.Verb, d.Origin)
	}
	if err := b.Receive(t.Context(), core.recorded["E1"]); err != nil {
		t.Fatal(err)
	}
	if len(core.decided) != 1 || core.decided[0].Verb != engine.DoApprove {
		t.Errorf("decided %+v", core.decided)
	}
}

// The acknowledgement of a submission does not wait for a view that is being drawn: Slack may take seconds for that.
func TestASubmissionDoesNotWaitForADrawing(t *testing.T) {
	t.Parallel()
	b, core := formBot()
	f := b.forms.of("V1", b.now())
	f.mu.Lock() // a drawing is under way, and does not end
	private := formMeta{Shown: digestOf(t, filledIn), Label: "Apply"}.private("k7f3.1", "C1")
	e, err := readEnvelope(submissionOf("E1", resetView, private, json.RawMessage(filledIn)), "")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { _, _, err := b.handle(t.Context(), e); done <- err }()
	select {
	case err := <-done:
		if err != nil || len(core.recorded) != 1 {
			t.Errorf("%d recorded, %v", len(core.recorded), err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the submission waits for the drawing")
	}
	f.mu.Unlock()
}

// A reason of the longest kind, with characters that JSON may write as six, fits into what a confirmation remembers.
func TestALongReasonSurvivesTheConfirmation(t *testing.T) {
	t.Parallel()
	for _, char := range []string{"<", "&", ">", `"`, "\n", "ä"} {
		b, core := formBot()
		values := filledIn
		reason, _ := json.Marshal("r" + strings.Repeat(char, maxReason-2) + "r")
		values = strings.Replace(values, `"because"`, string(reason), 1)
		m := formMeta{Shown: digestOf(t, values), Label: "Apply SKIP", Confirm: strings.Repeat("x", 300),
			Alert: &alertHints{Groups: []string{strings.Repeat("g", 249)}}}
		ack := submit(t, b, core, submissionOf("E1", resetView, m.private("k7f3.1", "C1"), json.RawMessage(values)))
		pushed, ok := ack.(*slack.ViewSubmissionResponse)
		if !ok || pushed.View == nil {
			t.Fatalf("%q: %+v", char, ack)
		}
		submit(t, b, core, submissionOf("E2", confirmView, pushed.View.PrivateMetadata, json.RawMessage(`{}`)))
		if len(core.decided) != 1 || core.decided[0].Why[1:2] != strings.Repeat(char, 2)[:1] {
			t.Errorf("%q: decided %+v", char, core.decided)
		}
	}
}

// The submit of a form says "Preview" until its numbers come. Who presses it just then has not read them.
func TestAButtonThatChangedUnderTheFingerAgreesToNothing(t *testing.T) {
	t.Parallel()
	b, core := formBot()
	now := b.now()
	b.now = func() time.Time { return now }
	b.cfg.Unread = 3 * time.Second
	private := formMeta{Shown: digestOf(t, filledIn), Label: "Apply"}.private("k7f3.1", "C1")
	f := b.forms.of("V1", now)
	f.shows("k7f3.1", now)
	now = now.Add(2 * time.Second)
	f.shows("k7f3.1", now) // drawn again, with the same numbers
	ack := submit(t, b, core, submissionOf("E1", resetView, private, json.RawMessage(filledIn)))
	if said, ok := ack.(*slack.ViewSubmissionResponse); !ok || said.ResponseAction != slack.RAErrors ||
		len(core.recorded) > 0 || !strings.Contains(said.Errors["where"], "only just come") {
		t.Errorf("acknowledged with %+v, recorded %d", ack, len(core.recorded))
	}
	now = now.Add(time.Second)
	submit(t, b, core, submissionOf("E2", resetView, private, json.RawMessage(filledIn)))
	if len(core.decided) != 1 || core.decided[0].Verb != engine.DoApprove {
		t.Errorf("decided %+v", core.decided)
	}
}

// An approval that is quoted, or spoken of, is none: what agrees begins with the app's name. What stops a write, asks
// or looks may stand anywhere.
func TestWhatAMentionAgreesToBeginsWithTheName(t *testing.T) {
	t.Parallel()
	b, core := formBot()
	for text, decides := range map[string]string{
		"<@U0BOT> approve k7f3.1":                    "approve",
		" <@U0BOT>: approve k7f3.1":                  "approve",
		"approve k7f3.1 <@U0BOT>":                    "approve",
		"do not <@U0BOT> approve k7f3.1":             "",
		"&gt; <@U0BOT> approve k7f3.1":               "",
		"jon wrote\n<@U0BOT> emergency k7f3.1 INC-1": "",
		"<@U0JON> never <@U0BOT> undo k7f3":          "",
		"please <@U0BOT> cancel k7f3":                "cancel",
		"please <@U0BOT> reject k7f3.1":              "reject",
	} {
		core.decided = nil
		doc, _ := json.Marshal(map[string]any{"team_id": "T1", "event_id": "Ev1",
			"authorizations": []map[string]any{{"user_id": "U0BOT", "is_bot": true}},
			"event":          map[string]any{"type": "app_mention", "user": "U0MARA", "channel": "C1", "text": text}})
		e, err := readEnvelope(socketmode.Request{Type: socketmode.RequestTypeEventsAPI, EnvelopeID: "E1", Payload: doc}, "")
		if err != nil {
			t.Fatal(err)
		}
		err = b.runCommand(t.Context(), engine.Inbox{ID: e.ID, ReceivedAt: b.now()}, e)
		said := ""
		for _, d := range core.decided {
			said += string(d.Verb)
		}
		if said != decides || (err == nil) != (decides != "") {
			t.Errorf("%q decides %q (%v), want %q", text, said, err, decides)
		}
	}
}
