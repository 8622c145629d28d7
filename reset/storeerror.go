package reset

import (
	"errors"
	"fmt"
)

// StoreError is returned by a Store that cannot store: its file or its disk has failed. Nothing was changed. A
// requester can do nothing about it; the people who run the bot can.
type StoreError struct {
	Path  string
	Fault StoreFault
	Err   error // the cause in the words of SQLite or the system; may be nil
}

// StoreFault names what is wrong with a store.
type StoreFault string

// The faults of a store.
const (
	StoreGone       StoreFault = "deleted"
	StoreReplaced   StoreFault = "replaced"
	StoreFull       StoreFault = "full"
	StoreReadOnly   StoreFault = "read-only"
	StoreDamaged    StoreFault = "damaged"
	StoreUnreadable StoreFault = "unreadable"
	StoreBusy       StoreFault = "busy"
	StoreUnlocked   StoreFault = "unlocked"
)

// storeFaults says what each fault is and what to do about it.
var storeFaults = map[StoreFault][2]string{
	StoreGone: {"was deleted while the bot was running",
		"stop the bot, put the file or its backup back, and start the bot"},
	StoreReplaced: {"was replaced by another file while the bot was running",
		"stop the bot, decide which database is the right one, and start the bot"},
	StoreFull: {"cannot grow: the disk is full", "free some space; the bot then goes on by itself"},
	StoreReadOnly: {"is read-only",
		"make the file and its directory writable for the bot; it then goes on by itself"},
	StoreDamaged: {"is damaged", "stop the bot, restore the backup, and start the bot"},
	StoreUnreadable: {"cannot be read or written",
		"look at the disk and its mount; the bot goes on by itself once it can"},
	StoreUnlocked: {"has lost its lock file, so a second bot could be started on it",
		"stop every bot on this database, then start one"},
	StoreBusy: {"is locked by another program",
		"close what has it open (a shell with sqlite3, a backup); the bot then goes on by itself"},
}

// What is the fault in words that follow "the database", without paths: for people who must not see them.
func (e *StoreError) What() string { return storeFaults[e.Fault][0] }

func (e *StoreError) Error() string {
	text := fmt.Sprintf("the database %s %s: %s", e.Path, e.What(), storeFaults[e.Fault][1])
	if e.Err != nil {
		text += fmt.Sprintf(" (%v)", e.Err)
	}
	return text
}

func (e *StoreError) Unwrap() error { return e.Err }

// ErrNotFound is returned for a request, envelope or card that the store does not have.
var ErrNotFound = errors.New("not found")

// ErrConflict is returned when a row changed during an update, or a fence is no longer held. Load and decide again.
var ErrConflict = errors.New("changed by somebody else")
