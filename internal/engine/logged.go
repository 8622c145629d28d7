package engine

import (
	"context"
	"log/slog"
	"maps"
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Logged is a store that writes a line to the log for each audit entry that it has stored: what people decided, what
// was done and how it ended. The line is written after the transaction, so that the log has only what happened.
func Logged(s Store, log *slog.Logger) Store { return logged{s, log} }

type logged struct {
	Store
	log *slog.Logger
}

func (l logged) Create(ctx context.Context, r reset.Request, entries []reset.Entry) (reset.Request, bool, error) {
	made, fresh, err := l.Store.Create(ctx, r, entries)
	if err == nil && fresh {
		l.logEntry(ctx, made, entries)
	}
	return made, fresh, err
}

func (l logged) Update(ctx context.Context, id string, hold *Due, change func(*Tx) error) error {
	var done *Tx
	err := l.Store.Update(ctx, id, hold, func(tx *Tx) error {
		done = tx
		return change(tx)
	})
	if err == nil && done != nil {
		l.logEntry(ctx, *done.Request, done.entries)
	}
	return err
}

// routine are the events of progress, without a decision.
var routine = []reset.Event{reset.EvIdle, reset.EvBusy, reset.EvSent, reset.EvChecked, reset.EvResumed}

func (l logged) logEntry(ctx context.Context, r reset.Request, entries []reset.Entry) {
	for _, e := range entries {
		level := slog.LevelInfo
		if slices.Contains(routine, e.Event) {
			level = slog.LevelDebug
		}
		attrs := []slog.Attr{slog.String("event", string(e.Event)), slog.String("request", e.Request),
			slog.Int("revision", e.Revision), slog.String("actor", e.Actor.ID)}
		if e.Request == r.ID {
			in, _ := r.Intent()
			attrs = append(attrs, slog.String("cluster", in.Cluster), slog.String("group", in.Group),
				slog.String("state", string(r.State)), slog.String("outcome", string(r.Outcome)))
		}
		var facts []any
		for _, name := range slices.Sorted(maps.Keys(e.Facts)) {
			facts = append(facts, slog.String(name, e.Facts[name]))
		}
		l.log.LogAttrs(ctx, level, "audit", append(attrs, slog.Group("facts", facts...))...)
	}
}
