package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

const freezeColumns = `cluster, request, actor_kind, actor_team, actor_id, why, at`

// Freezes implements engine.Store.
func (s *Store) Freezes(ctx context.Context) ([]reset.Frozen, error) {
	return queryAll(ctx, s.readers, scanFrozen, `SELECT `+freezeColumns+` FROM freezes ORDER BY cluster`)
}

// frozenOn returns the freeze that covers a cluster, its own before that of everything.
func frozenOn(ctx context.Context, q querier, cluster string) (*reset.Frozen, error) {
	found, err := queryAll(ctx, q, scanFrozen,
		`SELECT `+freezeColumns+` FROM freezes WHERE cluster IN (?, ?) ORDER BY cluster DESC LIMIT 1`, cluster,
		reset.Everything)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

func scanFrozen(row scanner) (f reset.Frozen, err error) {
	var at int64
	err = row.Scan(&f.Cluster, &f.Request, &f.By.Kind, &f.By.Team, &f.By.ID, &f.Why, &at)
	f.On, f.At = true, fromMicros(at)
	return f, err
}

func saveFreezes(ctx context.Context, tx *sql.Tx, brakes []reset.Frozen) error {
	for _, f := range brakes {
		statement, args := `DELETE FROM freezes WHERE cluster = ?`, []any{f.Cluster}
		if f.On {
			statement = `INSERT OR REPLACE INTO freezes (` + freezeColumns + `) VALUES (` + placeholders(7) + `)`
			args = append(args, f.Request, f.By.Kind, f.By.Team, f.By.ID, f.Why, toMicros(f.At))
		}
		if _, err := tx.ExecContext(ctx, statement, args...); err != nil {
			return fmt.Errorf("freeze of %q: %w", f.Cluster, err)
		}
	}
	return nil
}
