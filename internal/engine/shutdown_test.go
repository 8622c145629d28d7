package engine_test

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// stops is a store that is asked to stop just after it has given out a claim.
type stops struct {
	engine.Store
	stop     context.CancelFunc
	released []engine.Due
}

func (s *stops) Claim(_ context.Context, c engine.Claim) ([]engine.Due, error) {
	if !slices.Contains(c.Kinds, engine.DueRequest) {
		return nil, nil
	}
	s.stop()
	return []engine.Due{{Kind: engine.DueRequest, ID: "k7f3"}}, nil
}

func (s *stops) List(context.Context, engine.Filter) ([]reset.Request, error) { return nil, nil }

func (s *stops) Kafkas(context.Context) (map[string]string, error) { return nil, nil }

func (s *stops) Schedules(context.Context, reset.ScheduleFilter) ([]reset.Schedule, error) {
	return nil, nil
}

func (s *stops) Load(ctx context.Context, _ string) (reset.Request, error) {
	return reset.Request{}, ctx.Err()
}

func (s *stops) Release(_ context.Context, d engine.Due, _ time.Time) error {
	s.released = append(s.released, d)
	return nil
}

// A clean stop is silent: what the shutdown cuts short is given back for the next process, and is no error.
func TestACleanStopIsSilent(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	store := &stops{stop: stop}
	var out bytes.Buffer
	s := &engine.Service{Store: store, Log: slog.New(slog.NewTextHandler(&out, nil)), Now: time.Now,
		Times: engine.DefaultTimes}
	if err := s.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if out.Len() > 0 {
		t.Errorf("a clean stop logs %s", &out)
	}
	if len(store.released) != 1 {
		t.Errorf("claims given back: %v", store.released)
	}
}
