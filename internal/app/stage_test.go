package app_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/app"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// patience is how long a test waits for something that has to happen.
const patience = 20 * time.Second

// stage is a world with the bot in it, for one test. Everything is done and seen through Slack's own protocol.
type stage struct {
	*world.World
	t    *testing.T
	ctx  context.Context
	log  *journal
	stop func()
	opts app.Options
}

// journal is what the bot logged.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) { j.mu.Lock(); defer j.mu.Unlock(); return j.b.Write(p) }
func (j *journal) String() string              { j.mu.Lock(); defer j.mu.Unlock(); return j.b.String() }

// newStage builds a world of its own. The bot's patience is shortened; its rules are not.
func newStage(t *testing.T, o world.Options) *stage {
	t.Helper()
	o.Dir = t.TempDir()
	w, err := world.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{World: w, t: t, ctx: t.Context(), log: &journal{}}
	s.opts = app.Options{Now: time.Now, Log: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Times: func(ts *reset.Times) {
			ts.Settle, ts.Look, ts.Again = 600*time.Millisecond, 100*time.Millisecond, 500*time.Millisecond
			ts.Lease, ts.Commit = 3*time.Second, time.Second
		}}
	t.Cleanup(func() {
		if s.stop != nil {
			s.stop()
		}
		w.Close()
		if t.Failed() {
			t.Logf("the bot's log:\n%s", s.log)
		}
	})
	return s
}

// start runs the bot until stop or the test's end.
func (s *stage) start() {
	s.t.Helper()
	a, err := s.App(s.ctx, s.opts)
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(s.ctx)
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	s.stop = func() {
		s.stop = nil
		cancel()
		if err := <-done; err != nil {
			s.t.Errorf("the bot ended with %v", err)
		}
		if err := a.Close(); err != nil {
			s.t.Errorf("close: %v", err)
		}
	}
	s.until("the bot is connected", func() bool { ready, _ := a.Ready(); return ready })
}

// until waits for something that no protocol tells.
func (s *stage) until(what string, ok func() bool) {
	s.t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("%s: not within %s", what, patience)
		}
	}
}

// member waits until a group has so many members.
func (s *stage) member(group string, n int) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	if err := s.Prod.WaitGroup(ctx, group, "Stable", n); err != nil {
		s.t.Fatal(err)
	}
}

// types is a slash command.
func (s *stage) types(p *slacksim.Person, channel, text string) {
	s.t.Helper()
	d, err := p.Command(channel, "/kafka-reset", text)
	s.acked(d, err)
}

func (s *stage) acked(d *slacksim.Delivery, err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	if ack, err := d.Wait(ctx); err != nil || ack.Err != "" {
		s.t.Fatalf("not acknowledged: %v %s", err, ack.Err)
	}
}

// sees waits until somebody sees a message that holds all parts.
func (s *stage) sees(p *slacksim.Person, channel string, parts ...string) slacksim.Message {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	m, err := p.WaitText(ctx, channel, parts...)
	if err != nil {
		s.t.Fatalf("no message with %q: %v", parts, err)
	}
	return m
}

// shows waits until a message itself says all parts.
func (s *stage) shows(p *slacksim.Person, m slacksim.Message, parts ...string) slacksim.Message {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	found, err := p.WaitMessage(ctx, m.Channel, func(now slacksim.Message) bool {
		if now.TS != m.TS {
			return false
		}
		text := now.Text()
		for _, part := range parts {
			if !strings.Contains(text, part) {
				return false
			}
		}
		return true
	})
	if err != nil {
		s.t.Fatalf("the message does not come to say %q: %v", parts, err)
	}
	return found
}

// clicks presses a message's button, as it is now.
func (s *stage) clicks(p *slacksim.Person, m slacksim.Message, action string) {
	s.t.Helper()
	now, err := p.Look(m)
	if err != nil {
		s.t.Fatal(err)
	}
	d, err := p.Click(now, action)
	s.acked(d, err)
}
