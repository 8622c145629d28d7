package bot

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
)

// owing is a bot whose answers Slack does not take, and what it owes.
func owing(t *testing.T, f slacksim.Fault) (*bench, engine.Inbox) {
	t.Helper()
	b := quiet(t, slacksim.Options{})
	var owed []engine.Inbox
	b.bot.Core = owings{b.Service, &owed}
	for _, m := range []string{slacksim.ResponseURLs, "chat.postMessage"} {
		b.slack.Fail(m, f)
	}
	e := envelope{ID: "E1", Kind: command, Team: slacksim.HomeTeam, User: "U0MARA", Channel: "C0INC",
		URL: b.slack.URL() + "/response/none"}
	c := words.Content{Title: "k7f3", Lines: []words.Line{{{Text: "Too late"}}}}
	b.bot.answer(t.Context(), e, c, false)
	b.bot.answer(t.Context(), e, c, false) // decided again after a crash
	if len(owed) != 2 || owed[0].ID != owed[1].ID {
		t.Fatalf("owed: %d, %+v; the same answer has one id", len(owed), owed)
	}
	return b, owed[0]
}

// owings is the engine, and keeps what it is to record.
type owings struct {
	*engine.Service
	kept *[]engine.Inbox
}

func (o owings) Receive(_ context.Context, in engine.Inbox) (bool, error) {
	*o.kept = append(*o.kept, in)
	return true, nil
}

func TestAnswerIsRetriedUntilSlackAcceptsIt(t *testing.T) {
	t.Parallel()
	b, in := owing(t, slacksim.Fault{Status: 503})
	tries, last := 0, b.now()
	for b.now().Sub(last) < 2*time.Hour {
		before := len(b.slack.Calls(slacksim.ResponseURLs, "chat.postMessage"))
		var again *engine.Again
		if err := b.bot.Receive(t.Context(), in); !errors.As(err, &again) || !again.At.After(b.now()) {
			t.Fatalf("Receive = %v, want a later time", err)
		}
		if n := len(b.slack.Calls(slacksim.ResponseURLs, "chat.postMessage")) - before; n > 1 {
			t.Fatalf("%d calls in one attempt", n)
		}
		tries++
		b.pass(again.At.Sub(b.now()))
	}
	if n := len(b.slack.Calls(slacksim.ResponseURLs)); n != 2+4 { // two in answer, which was called twice
		t.Errorf("%d uses of one address, want five by one answer", n-1)
	}
	if tries > 40 {
		t.Errorf("%d attempts in two hours", tries)
	}
	b.slack.Heal(slacksim.AnyRequest)
	if err := b.bot.Receive(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	b.sees(t, b.mara, b.slack.DM("U0MARA"), "Too late")
}

func TestAnAnswerThatSlackRefusesForGoodIsGivenUp(t *testing.T) {
	t.Parallel()
	b, in := owing(t, slacksim.Fault{Status: 429, RetryAfter: 20 * time.Second})
	var again *engine.Again
	if err := b.bot.Receive(t.Context(), in); !errors.As(err, &again) || again.At.Sub(b.now()) < 20*time.Second {
		t.Fatalf("Receive = %v, want not before Slack allows it", err)
	}
	b.pass(20 * time.Second)
	for _, m := range []string{slacksim.ResponseURLs, "chat.postMessage"} {
		b.slack.Fail(m, slacksim.Fault{Error: "messages_tab_disabled"})
	}
	// some errors that Slack calls final are temporary
	for start := b.now(); b.now().Sub(start) < refusedFor; b.pass(again.At.Sub(b.now())) {
		if err := b.bot.Receive(t.Context(), in); !errors.As(err, &again) || !again.At.After(b.now()) {
			t.Fatalf("Receive = %v after %s, want a later time", err, b.now().Sub(start))
		}
	}
	if strings.Contains(b.logs.String(), "left without an answer") {
		t.Error("it is given up too early")
	}
	if err := b.bot.Receive(t.Context(), in); err != nil {
		t.Fatalf("Receive = %v", err)
	}
	if !strings.Contains(b.logs.String(), "left without an answer") {
		t.Error("the log does not tell")
	}
	var e envelope
	if err := json.Unmarshal(in.Raw, &e); err != nil || e.Answer == nil {
		t.Errorf("recorded: %v %+v", err, e)
	}
}
