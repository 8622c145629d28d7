package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"sync"
	"syscall"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// fileCheck checks the database file beneath SQLite. SQLite goes on writing to a file that was deleted or replaced,
// and every answer it gives looks right until the next start begins with an empty one. So each transaction checks the
// file before it commits: what cannot be stored must not be acted upon.
//
// The file stays open as long as SQLite has it open: closing any handle on a file drops all of the process's locks on
// it (fcntl), and with them SQLite's.
type fileCheck struct {
	path string
	file *os.File
	mark uint32 // of this database, in its header; 0: not known yet

	mu   sync.Mutex
	last fileAge // the latest that was seen
}

// fileAge distinguishes an older copy of a database from the database: SQLite's change counter never goes back, and
// as long as it stays the file only grows.
type fileAge struct{ changes, pages uint32 }

func (a fileAge) olderThan(b fileAge) bool {
	return a.changes < b.changes || a.changes == b.changes && a.pages < b.pages
}

// SQLite's header (https://sqlite.org/fileformat.html#the_database_header): a magic string, at byte 24 the change
// counter, at 28 the size in pages, and at byte 60 the user version, a number that is the application's own. Here it
// is drawn at random when a database is made, so that another database copied over this one is noticed.
const (
	headerSize = 100
	changesAt  = 24
	pagesAt    = 28
	markAt     = 60
)

var magic = []byte("SQLite format 3\x00")

// checkFile returns a *reset.StoreError when the file is no longer the one that was opened.
func (e *fileCheck) checkFile() error {
	now, err := os.Stat(e.path)
	if errors.Is(err, fs.ErrNotExist) {
		return &reset.StoreError{Path: e.path, Fault: reset.StoreGone}
	}
	if err != nil {
		return &reset.StoreError{Path: e.path, Fault: reset.StoreUnreadable, Err: err}
	}
	was, err := e.file.Stat()
	if err != nil {
		return &reset.StoreError{Path: e.path, Fault: reset.StoreUnreadable, Err: err}
	}
	if !os.SameFile(now, was) {
		return &reset.StoreError{Path: e.path, Fault: reset.StoreReplaced}
	}
	if e.mark == 0 {
		return nil
	}
	e.mu.Lock() // so that of two checks the later one is compared with the earlier one
	defer e.mu.Unlock()
	mark, seen, err := e.readHeader()
	if err != nil {
		return err
	}
	if mark != e.mark || seen.olderThan(e.last) {
		return &reset.StoreError{Path: e.path, Fault: reset.StoreReplaced}
	}
	e.last = seen
	return nil
}

// readHeader returns the mark and the age in the file's header.
func (e *fileCheck) readHeader() (uint32, fileAge, error) {
	header := make([]byte, headerSize)
	n, err := e.file.ReadAt(header, 0)
	if n < headerSize || !bytes.HasPrefix(header, magic) {
		return 0, fileAge{}, &reset.StoreError{Path: e.path, Fault: reset.StoreDamaged, Err: err}
	}
	return binary.BigEndian.Uint32(header[markAt:]),
		fileAge{binary.BigEndian.Uint32(header[changesAt:]), binary.BigEndian.Uint32(header[pagesAt:])}, nil
}

// roomSize is what a full disk has no room for: more than a request with its plan takes, and little enough for any
// other disk.
const roomSize = 1 << 20

// checkSpace returns a *reset.StoreError when the disk is full. SQLite alone would not say so for a long time: it
// writes a small row over an old one in its -wal file, and only a plan or a long command finds no room.
func (e *fileCheck) checkSpace() error {
	name := e.path + ".room"
	err := os.WriteFile(name, make([]byte, roomSize), 0o600)
	if full := errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT); full {
		err = &reset.StoreError{Path: e.path, Fault: reset.StoreFull, Err: err}
	} else {
		err = nil // the write that follows returns every other error
	}
	_ = os.Remove(name) // the next one is written over it
	return err
}

// learnMark reads the database's mark, sets one where it has none, and makes sure that it is in the file itself: what
// SQLite wrote may still lie in the -wal file beside it.
func (s *Store) learnMark(ctx context.Context) error {
	var mark uint32
	err := s.write(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&mark); err != nil {
			return err
		}
		if mark == 0 {
			mark = 1 + rand.Uint32N(1<<31-2)
		}
		// Written at each start: it moves the change counter on, so that every copy from before is older.
		_, err := tx.ExecContext(ctx, fmt.Sprintf(`PRAGMA user_version = %d`, mark))
		return err
	})
	if err != nil {
		return fmt.Errorf("mark the database %q: %w", s.file.path, err)
	}
	if _, err := s.writer.ExecContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`); err != nil {
		return fmt.Errorf("checkpoint the database %q: %w", s.file.path, err)
	}
	if in, seen, err := s.file.readHeader(); err == nil && in == mark {
		// otherwise a reader keeps it in the -wal file; the file is still identified by its inode
		s.file.mark, s.file.last = mark, seen
	}
	return nil
}

// checkWhole returns a *reset.StoreError when the file is not the one that was opened, or another process may serve it.
func (s *Store) checkWhole() error {
	if l := s.lock.Load(); l != nil {
		if err := l.check(s.file.path); err != nil {
			return err
		}
	}
	return s.file.checkFile()
}

// Mark identifies this database.
func (s *Store) Mark() string { return fmt.Sprintf("%08x", s.file.mark) }

// health is the result of the last write. Reads may be served from memory long after the disk has failed.
type health struct {
	mu     sync.Mutex
	err    error
	probed time.Time // when Ready last wrote a row
}

func (h *health) record(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var fault *reset.StoreError
	switch {
	case err == nil:
		h.err = nil
	case errors.As(err, &fault):
		h.err = fault
	}
}

// probeEvery is how often Ready writes a row of its own: a transaction without a write proves nothing about the disk.
const probeEvery = 5 * time.Second

// Ready returns nil when writes are stored, and a *reset.StoreError that says why not.
func (s *Store) Ready(ctx context.Context, now time.Time) error {
	s.health.mu.Lock()
	fine := s.health.err == nil && !now.Before(s.health.probed) && now.Sub(s.health.probed) < probeEvery
	s.health.mu.Unlock()
	if fine {
		return s.checkWhole()
	}
	if err := s.file.checkSpace(); err != nil {
		s.health.record(err)
		return err
	}
	err := s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx,
			`INSERT INTO probe (n, at) VALUES (1, ?) ON CONFLICT (n) DO UPDATE SET at = excluded.at`, toMicros(now))
		return err
	})
	if err == nil {
		s.health.mu.Lock()
		s.health.probed = now
		s.health.mu.Unlock()
	}
	return err
}

// fault turns SQLite's codes that mean "the file or its disk" into a *reset.StoreError. Codes and their meaning:
// https://sqlite.org/rescode.html. The low byte is the primary code.
func (s *Store) fault(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	var f reset.StoreFault
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		f = reset.StoreFull
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		f = reset.StoreReadOnly
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT:
		f = reset.StoreDamaged
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN:
		f = reset.StoreUnreadable
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		f = reset.StoreBusy
	default:
		return err
	}
	return &reset.StoreError{Path: s.file.path, Fault: f, Err: err}
}
