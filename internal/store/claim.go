package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// atOnce is the time of a row that is due now. The store has no clock; 1970 has always passed.
var atOnce = time.UnixMicro(0)

// makeDue sets when a row is due; the zero time is never. While a claim holds the row its own time is the end of the
// lease, so the earliest requested time is stored with it, for Release.
func makeDue(ctx context.Context, tx *sql.Tx, kind engine.Kind, id, cluster string, at time.Time) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO due (kind, id, cluster, at) VALUES (?, ?, ?, ?)
		ON CONFLICT (kind, id) DO UPDATE SET
			cluster = excluded.cluster,
			at = CASE WHEN due.owner = '' THEN excluded.at ELSE coalesce(due.at, due.until) END,
			wanted = CASE WHEN due.owner = '' THEN NULL
				ELSE min(coalesce(due.wanted, excluded.at), coalesce(excluded.at, due.wanted)) END`,
		kind, id, cluster, dueAt(at))
	return err
}

// dueAt is a time in the at column: NULL for the zero time, 0 for 1970.
func dueAt(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// Claim implements engine.Store. The At of a claimed row is the end of its lease. No kinds: all; limit 0: all.
func (s *Store) Claim(ctx context.Context, c engine.Claim) ([]engine.Due, error) {
	if c.Owner == "" {
		return nil, fmt.Errorf("claim: no owner")
	}
	until := toMicros(c.Now.Add(c.Lease))
	args := []any{c.Owner, until, until, toMicros(c.Now)}
	kinds := ""
	if len(c.Kinds) > 0 {
		kinds = ` AND kind IN (` + placeholders(len(c.Kinds)) + `)`
		for _, k := range c.Kinds {
			args = append(args, k)
		}
	}
	var claimed []engine.Due
	err := s.write(ctx, func(tx *sql.Tx) (err error) {
		claimed, err = queryAll(ctx, tx, scanDue, `
			UPDATE due SET owner = ?, until = ?, at = ?, wanted = NULL, fence = fence + 1
			WHERE (kind, id) IN (SELECT kind, id FROM due WHERE at <= ?`+kinds+` ORDER BY at LIMIT ?)
			RETURNING kind, id, cluster, at, owner, until, fence, note`, append(args, limit(c.Limit))...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim due rows: %w", err)
	}
	return claimed, nil
}

func scanDue(row scanner) (d engine.Due, err error) {
	var at, until int64
	var note []byte
	err = row.Scan(&d.Kind, &d.ID, &d.Cluster, &at, &d.Owner, &until, &d.Fence, &note)
	if err != nil {
		return d, err
	}
	d.At, d.Until = fromMicros(at), fromMicros(until)
	return d, json.Unmarshal(note, &d.Note)
}

const claimCondition = `kind = ? AND id = ? AND owner = ? AND fence = ?`

// checkClaim returns ErrConflict when the claim is no longer held by its owner. A lease that ended is still held
// until another owner claims the row: the fence, not the clock, decides who may write.
func checkClaim(ctx context.Context, q querier, d engine.Due) error {
	var n int
	err := q.QueryRowContext(ctx, `SELECT count(*) FROM due WHERE `+claimCondition, d.Kind, d.ID, d.Owner,
		d.Fence).Scan(&n)
	if err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("claim of %s %q with fence %d: %w", d.Kind, d.ID, d.Fence, reset.ErrConflict)
	}
	return nil
}

// Renew implements engine.Store.
func (s *Store) Renew(ctx context.Context, d engine.Due, until time.Time) error {
	return s.onClaim(ctx, "renew", d, `UPDATE due SET until = ?, at = CASE WHEN at IS NULL THEN NULL ELSE ? END WHERE `+
		claimCondition,
		toMicros(until), toMicros(until))
}

// Release implements engine.Store. It is ErrConflict when the claim is no longer held: the owner that holds it now
// decides.
func (s *Store) Release(ctx context.Context, d engine.Due, next time.Time) error {
	note, err := json.Marshal(d.Note)
	if err != nil {
		return err
	}
	return s.onClaim(ctx, "release", d, `
		UPDATE due SET owner = '', until = 0, wanted = NULL, note = ?,
			at = min(coalesce(?, wanted), coalesce(wanted, ?)) WHERE `+
		claimCondition,
		string(note), dueAt(next), dueAt(next))
}

func (s *Store) onClaim(ctx context.Context, verb string, d engine.Due, update string, args ...any) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, update, append(args, d.Kind, d.ID, d.Owner, d.Fence)...)
		return checkRowMatched(res, err, reset.ErrConflict)
	})
	if err != nil {
		return fmt.Errorf("%s claim of %s %q with fence %d: %w", verb, d.Kind, d.ID, d.Fence, err)
	}
	return nil
}

// TakeOver implements engine.Store. The row of a decided envelope, which is never due again, stays so.
func (s *Store) TakeOver(ctx context.Context, owner string) (int, error) {
	var n int64
	err := s.write(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `
			UPDATE due SET owner = '', until = 0, wanted = NULL,
				at = CASE WHEN at IS NULL AND wanted IS NULL THEN NULL ELSE ? END
			WHERE owner NOT IN ('', ?)
			  AND NOT (kind = ? AND EXISTS (SELECT 1 FROM requests r WHERE r.id = due.id AND r.state = ?))`,
			dueAt(atOnce), owner, engine.DueRequest, reset.Applying)
		if err == nil {
			n, err = res.RowsAffected()
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("take over claims: %w", err)
	}
	return int(n), nil
}

// Recall implements engine.Store. A claimed row is left to its owner.
func (s *Store) Recall(ctx context.Context, now time.Time) (int, error) {
	var n int64
	err := s.write(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE due SET at = ? WHERE owner = '' AND at > ?`, dueAt(atOnce),
			toMicros(now))
		if err == nil {
			n, err = res.RowsAffected()
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("recall what waits: %w", err)
	}
	return int(n), nil
}

// Soonest implements engine.Store. A row that is due at once is due in 1970.
func (s *Store) Soonest(ctx context.Context) (time.Time, error) {
	var at sql.NullInt64
	if err := s.readers.QueryRowContext(ctx, `SELECT min(at) FROM due WHERE at IS NOT NULL`).Scan(&at); err != nil {
		return time.Time{}, fmt.Errorf("soonest due row: %w", err)
	}
	if !at.Valid {
		return time.Time{}, nil
	}
	return time.UnixMicro(at.Int64).UTC(), nil
}

// placeholders returns n placeholders.
func placeholders(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

// limit is n for LIMIT, where 0 means all.
func limit(n int) int {
	if n <= 0 {
		return -1
	}
	return n
}
