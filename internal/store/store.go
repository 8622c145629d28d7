// Package store keeps requests and what belongs to them in SQLite: one file, safe for several processes on one machine.
//
// It knows SQL, transactions and the invariants that indices and triggers hold (schema.sql). It decides nothing: what
// a change means is package reset's, which declares the port implemented here (engine.Store). storetest is the port's
// contract as tests. It has no clock: every time is an argument, stored in whole microseconds.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync/atomic"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Store is a engine.Store in a SQLite file.
type Store struct {
	// Made says that Open found no database and began an empty one.
	Made bool

	writer  *sql.DB // one connection: SQLite has one writer, and waiting for it in Go is fairer than its polling
	readers *sql.DB
	file    *fileCheck
	health  health
	lock    atomic.Pointer[Lock] // nil: several processes share the store
}

var _ engine.Store = (*Store)(nil)

const (
	// busyTimeout is how long another process may keep the write lock before an update gives up.
	busyTimeout = 10 * time.Second
	readerCount = 4
)

// Open opens the file, making it (readable by its owner alone) when it is not there, and brings its schema up to date.
func Open(ctx context.Context, path string) (*Store, error) {
	file, made, err := openPrivate(path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	s, err := connect(path, map[string]string{"mode": "rwc"})
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	s.file, s.Made = &fileCheck{path: path, file: file}, made
	if err := s.migrate(ctx, path); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.learnMark(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// OpenReadOnly opens an existing file, while another process may serve it, for reading alone: it makes no file,
// changes no schema, and every write fails.
func OpenReadOnly(ctx context.Context, path string) (*Store, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	s, err := connect(path, map[string]string{"mode": "rw", "_query_only": "1"})
	if err != nil {
		return nil, err
	}
	s.file = &fileCheck{path: path}
	if err := s.recognise(ctx, path); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// connect opens the connections to a file, with what they have in common.
func connect(path string, common map[string]string) (*Store, error) {
	s := &Store{}
	for _, d := range []struct {
		db   **sql.DB
		size int
		mode url.Values
	}{
		// FULL: an envelope that was acknowledged must survive a power cut, and in WAL mode NORMAL does not promise
		// that.
		{&s.writer, 1, url.Values{"_txlock": {"immediate"}, "_synchronous": {"FULL"}, "_journal_mode": {"WAL"}}},
		{&s.readers, readerCount, url.Values{"_query_only": {"1"}}},
	} {
		d.mode.Set("_busy_timeout", fmt.Sprint(busyTimeout.Milliseconds()))
		d.mode.Set("_foreign_keys", "1")
		d.mode.Set("_dqs", "0")
		for k, v := range common {
			d.mode.Set(k, v)
		}
		dsn := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: d.mode.Encode()}
		db, err := sql.Open("sqlite", dsn.String())
		if err != nil {
			return nil, errors.Join(fmt.Errorf("open database %q: %w", path, err), s.Close())
		}
		db.SetMaxOpenConns(d.size)
		db.SetMaxIdleConns(d.size)
		*d.db = db
	}
	return s, nil
}

// openPrivate makes sure that the file exists and that no other user may read it: it holds response URLs. SQLite
// gives its companions (-wal, -shm) the same mode. Made says that there was none, or an empty one.
func openPrivate(path string) (f *os.File, made bool, err error) {
	f, err = os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, false, err
	}
	info, err := f.Stat()
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = f.Chmod(0o600)
	}
	if err != nil {
		return nil, false, errors.Join(err, f.Close())
	}
	return f, info.Size() == 0, nil
}

// Close closes the file. Whatever was acknowledged is already on disk.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*sql.DB{s.readers, s.writer} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if s.file != nil && s.file.file != nil { // last: see eye
		errs = append(errs, s.file.file.Close())
	}
	return errors.Join(errs...)
}

// write runs fn in a transaction that holds SQLite's write lock from its beginning. It is committed only to the file
// that was opened; a *reset.StoreError says that file or disk are in trouble, and nothing was changed.
func (s *Store) write(ctx context.Context, fn func(*sql.Tx) error) error {
	err := s.fault(inTransaction(ctx, s.writer, func(tx *sql.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return s.checkWhole()
	}))
	s.health.record(err)
	return err
}

// read runs fn on one snapshot, for answers that take more than one query.
func (s *Store) read(ctx context.Context, fn func(*sql.Tx) error) error {
	return inTransaction(ctx, s.readers, fn)
}

func inTransaction(ctx context.Context, db *sql.DB, fn func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it says only that
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// querier is what both a transaction and a pool can do.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// scanner is one row, of one or of many.
type scanner interface{ Scan(dest ...any) error }

// queryAll reads every row of a query.
func queryAll[T any](
	ctx context.Context, q querier, scan func(scanner) (T, error), query string, args ...any,
) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// queryOne reads a row that must be there.
func queryOne[T any](
	ctx context.Context, q querier, scan func(scanner) (T, error), query string, args ...any,
) (T, error) {
	v, err := scan(q.QueryRowContext(ctx, query, args...))
	if errors.Is(err, sql.ErrNoRows) {
		err = reset.ErrNotFound
	}
	return v, err
}

// checkRowMatched turns "no row matched" into otherwise.
func checkRowMatched(res sql.Result, err, otherwise error) error {
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		return otherwise
	}
	return err
}

// asConflict turns a violated key, index or trigger into reset.ErrConflict: another change was first. A violated
// CHECK is a bug and stays what it is.
func asConflict(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_TRIGGER:
		return fmt.Errorf("%w: %w", reset.ErrConflict, err)
	}
	return err
}

// toMicros is how a time is stored: whole microseconds, 0 for the zero time.
func toMicros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// fromMicros reads what micros wrote, in UTC.
func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
