package store

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
)

var (
	//go:embed schema.sql
	schema string
	//go:embed schema2.sql
	schema2 string
	//go:embed schema3.sql
	schema3 string
	//go:embed schema4.sql
	schema4 string
	//go:embed schema5.sql
	schema5 string
	//go:embed schema6.sql
	schema6 string
	//go:embed schema7.sql
	schema7 string
)

// migrations make the schema, in order: migration n is the n-th. A released one is never edited.
var migrations = []string{schema, schema2, schema3, schema4, schema5, schema6, schema7}

// migrate brings the schema up to date. Several processes may do it at once: the write lock lets one of them.
func (s *Store) migrate(ctx context.Context, path string) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx,
			`CREATE TABLE IF NOT EXISTS migrations (n INTEGER PRIMARY KEY) STRICT`); err != nil {
			return err
		}
		var have int
		if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(n), 0) FROM migrations`).Scan(&have); err != nil {
			return err
		}
		if have > len(migrations) {
			return newerSchema(have)
		}
		for n := have; n < len(migrations); n++ {
			if _, err := tx.ExecContext(ctx, migrations[n]); err != nil {
				return fmt.Errorf("migration %d: %w", n+1, err)
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO migrations (n) VALUES (?)`, n+1); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("open database %q: %w", path, err)
	}
	return nil
}

func newerSchema(have int) error {
	return fmt.Errorf(
		"its schema is version %d and this program knows up to %d: it was used by a newer kafka-reset-bot; "+
			"start that one, or restore the copy from before the upgrade", have, len(migrations))
}

// recognise refuses a file whose schema is not this program's: a reader does not change it.
func (s *Store) recognise(ctx context.Context, path string) error {
	var have int
	err := s.readers.QueryRowContext(ctx, `SELECT coalesce(max(n), 0) FROM migrations`).Scan(&have)
	switch {
	case err != nil:
	case have > len(migrations):
		err = newerSchema(have)
	case have < len(migrations):
		err = fmt.Errorf("its schema is version %d and this program needs %d: start kafka-reset-bot serve of this version once, which upgrades it",
			have, len(migrations))
	}
	if err != nil {
		return fmt.Errorf("open database %q: %w", path, err)
	}
	return nil
}
