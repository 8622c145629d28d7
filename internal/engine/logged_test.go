package engine_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// keeps is a store that keeps what it is told, or fails.
type keeps struct {
	engine.Store
	err error
}

func (k keeps) Create(_ context.Context, r reset.Request, _ []reset.Entry) (reset.Request, bool, error) {
	return r, true, k.err
}

func (k keeps) Update(_ context.Context, id string, _ *engine.Due, change func(*engine.Tx) error) error {
	if err := change(&engine.Tx{Request: &reset.Request{ID: id, State: reset.Pending, Act: moving()}}); err != nil {
		return err
	}
	return k.err
}

func moving() reset.Act {
	return reset.Move{Intent: reset.Intent{Cluster: "prod-eu", Group: "billing"}}
}

// The log tells each decision once, with the keys by which it is searched, and nothing that was not stored.
func TestEachDecisionIsLoggedOnce(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	entry := func(ev reset.Event) reset.Entry {
		return reset.Entry{Request: "k7f3", Revision: 2, Actor: reset.Actor{ID: "U0JON"}, Event: ev,
			Facts: map[string]string{"votes": "1", "need": "2"}}
	}
	vote := func(tx *engine.Tx) error {
		tx.Log(entry(reset.EvVoted))
		tx.Log(entry(reset.EvSent)) // routine: not at this level
		return nil
	}
	full := errors.New("disk full")
	if err := engine.Logged(keeps{err: full}, log).Update(t.Context(), "k7f3", nil, vote); !errors.Is(err, full) {
		t.Fatal(err)
	}
	if out.Len() > 0 {
		t.Errorf("what was not stored was logged: %s", &out)
	}
	if err := engine.Logged(keeps{}, log).Update(t.Context(), "k7f3", nil, vote); err != nil {
		t.Fatal(err)
	}
	want := `level=INFO msg=audit event=voted request=k7f3 revision=2 actor=U0JON cluster=prod-eu group=billing state=pending outcome="" facts.need=2 facts.votes=1` +
		"\n"
	if _, line, _ := strings.Cut(out.String(), " "); line != want {
		t.Errorf("logged %s want %s", line, want)
	}
	out.Reset()
	r := reset.Request{ID: "k7f3", Act: moving()}
	if _, _, err := engine.Logged(keeps{}, log).Create(t.Context(), r,
		[]reset.Entry{entry(reset.EvAsked)}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "event=asked"); n != 1 {
		t.Errorf("%d lines: %s", n, &out)
	}
}
