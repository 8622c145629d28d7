package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Lock is the right of one process to serve a database file. The operating system gives it back when the process
// ends, however it ends: nothing stays behind for the next process.
type Lock struct {
	// Before is the mark of the database that was served under this name before; empty: not known.
	Before string

	file *flock.Flock
	by   string
	info os.FileInfo // of the lock file, as it was locked
}

// LockHeldError is returned by Hold while another process serves the database.
type LockHeldError struct {
	Path string // of the database
	By   string // what that process wrote: "pid 123 since 2026-11-27T02:10:00Z"; empty: not readable
}

func (e *LockHeldError) Error() string {
	by := e.By
	if by == "" {
		by = "another process"
	}
	return fmt.Sprintf(
		"the database %s is already served by %s; only one process may serve a SQLite file: stop that one first",
		e.Path, by)
}

// AcquireLock takes the lock of a database for this process, and writes its id into the lock file beside the database
// for the next one to read. It does not wait. The error is a *LockHeldError while another process has it.
//
// The lock is a file of its own: SQLite locks and unlocks its own file for each transaction, and on some systems
// closing any handle on a file drops every lock that the process has on it.
func AcquireLock(path string, now time.Time) (*Lock, error) {
	target, err := resolveLinks(path)
	if err != nil {
		return nil, fmt.Errorf("lock the database %s: %w", path, err)
	}
	name := target + ".lock"
	file := flock.New(name, flock.SetPermissions(0o600))
	got, err := file.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the database %s: %w", path, err)
	}
	if !got {
		by, err := os.ReadFile(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			by = nil
		}
		who, _, _ := strings.Cut(strings.TrimSpace(string(by)), ofDatabase)
		return nil, &LockHeldError{Path: path, By: who}
	}
	before, err := os.ReadFile(name)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read the lock file %s: %w", name, err), file.Close())
	}
	l := &Lock{file: file, by: fmt.Sprintf("pid %d since %s", os.Getpid(), now.UTC().Format(time.RFC3339))}
	if _, mark, found := strings.Cut(string(before), ofDatabase); found {
		l.Before = strings.TrimSpace(mark)
	}
	if err := l.write(l.Before); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if l.info, err = os.Stat(name); err != nil {
		return nil, errors.Join(fmt.Errorf("lock the database %s: %w", path, err), file.Close())
	}
	return l, nil
}

// check returns a *reset.StoreError when the lock file is no longer the one that is locked: another process can lock
// the new one.
func (l *Lock) check(path string) error {
	if now, err := os.Stat(l.file.Path()); err != nil || !os.SameFile(now, l.info) {
		return &reset.StoreError{Path: path, Fault: reset.StoreUnlocked, Err: err}
	}
	return nil
}

// maxLinks is how many symbolic links in a row are followed: as many as Linux does.
const maxLinks = 40

// resolveLinks is the name of a file, which need not be there yet, without symbolic links: SQLite follows them too,
// so two names of one file must have one lock.
func resolveLinks(path string) (string, error) {
	for range maxLinks {
		target, err := filepath.EvalSymlinks(path)
		if !errors.Is(err, fs.ErrNotExist) {
			return target, err
		}
		to, err := os.Readlink(path)
		if err != nil { // no link: the file is not there, or its directory is not
			dir, err := filepath.EvalSymlinks(filepath.Dir(path))
			return filepath.Join(dir, filepath.Base(path)), err
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return "", fmt.Errorf("more than %d symbolic links", maxLinks)
}

// ofDatabase stands before a database's mark in the lock file.
const ofDatabase = " serves database "

// Serves notes which database is served under the lock, so that the next process notices another one. From here on
// the store writes only while the lock is held.
func (l *Lock) Serves(s *Store) error {
	s.lock.Store(l)
	return l.write(s.Mark())
}

func (l *Lock) write(mark string) error {
	text := l.by
	if mark != "" {
		text += ofDatabase + mark
	}
	if err := os.WriteFile(l.file.Path(), []byte(text+"\n"), 0o600); err != nil {
		return fmt.Errorf("write the lock file %s: %w", l.file.Path(), err)
	}
	return nil
}

// Release gives the lock back. The file stays: removing it would let two processes lock two files of one name.
func (l *Lock) Release() error { return l.file.Close() }
