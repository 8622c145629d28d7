package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

const inboxColumns = `id, kind, verb, about, raw, received_at`

// Record implements engine.Store.
func (s *Store) Record(ctx context.Context, in engine.Inbox) (bool, error) {
	err := s.write(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `INSERT INTO inbox (`+inboxColumns+
			`) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
			in.ID, in.Kind, in.Verb, in.About, in.Raw, toMicros(in.ReceivedAt))
		if err := checkRowMatched(res, err, errKnown); err != nil {
			return err
		}
		return makeDue(ctx, tx, engine.DueInbox, in.ID, "", atOnce)
	})
	if errors.Is(err, errKnown) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("record envelope %q: %w", in.ID, err)
	}
	return true, nil
}

var errKnown = errors.New("already recorded")

// Envelope implements engine.Store.
func (s *Store) Envelope(ctx context.Context, id string) (engine.Inbox, error) {
	in, err := queryOne(ctx, s.readers, scanInbox, `SELECT `+inboxColumns+` FROM inbox WHERE id = ?`, id)
	if err != nil {
		return in, fmt.Errorf("envelope %q: %w", id, err)
	}
	return in, nil
}

// Decided implements engine.Store. A decided envelope is not looked at again, even when its worker dies before it
// releases the claim: a person is not answered twice.
func (s *Store) Decided(ctx context.Context, id string, at time.Time) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx,
			`UPDATE inbox SET decided_at = CASE decided_at WHEN 0 THEN ? ELSE decided_at END WHERE id = ?`,
			toMicros(at), id)
		if err := checkRowMatched(res, err, reset.ErrNotFound); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE due SET at = NULL, wanted = NULL WHERE kind = ? AND id = ?`,
			engine.DueInbox, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("envelope %q: %w", id, err)
	}
	return nil
}

func undecided(ctx context.Context, q querier, about string) ([]engine.Inbox, error) {
	return queryAll(ctx, q, scanInbox,
		`SELECT `+inboxColumns+` FROM inbox WHERE about = ? AND decided_at = 0 ORDER BY received_at, id`, about)
}

func scanInbox(row scanner) (in engine.Inbox, err error) {
	var at int64
	err = row.Scan(&in.ID, &in.Kind, &in.Verb, &in.About, &in.Raw, &at)
	in.ReceivedAt = fromMicros(at)
	return in, err
}
