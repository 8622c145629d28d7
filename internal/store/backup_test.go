package store_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/store"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// A copy of the database itself has its mark. Copied over it while it is served, what was written since then is lost,
// and SQLite goes on with a mixture of both.
func TestAnOlderCopyOverTheDatabaseIsNoticed(t *testing.T) {
	t.Parallel()
	shell := func(t *testing.T, path, do string) {
		db, err := sql.Open("sqlite", path)
		must(t, err)
		_, err = db.ExecContext(t.Context(), do)
		must(t, err)
		must(t, db.Close())
	}
	fill := func(t *testing.T, s *store.Store, name string, n int) {
		for i := range n {
			_, err := s.Record(t.Context(), engine.Inbox{ID: fmt.Sprint(name, i), Raw: make([]byte, 40_000)})
			must(t, err)
		}
	}
	for what, back := range map[string]func(t *testing.T, s *store.Store, path, to string) *store.Store{
		"made by SQLite": func(t *testing.T, s *store.Store, path, to string) *store.Store {
			shell(t, path, "VACUUM INTO '"+to+"'")
			return s
		},
		"made by cp": func(t *testing.T, s *store.Store, path, to string) *store.Store {
			text, err := os.ReadFile(path)
			must(t, err)
			must(t, os.WriteFile(to, text, 0o600))
			fill(t, s, "meanwhile", 120) // SQLite moves them into the file itself after 1,000 pages
			return s
		},
		"made before the last start": func(t *testing.T, s *store.Store, path, to string) *store.Store {
			must(t, s.Close())
			text, err := os.ReadFile(path)
			must(t, err)
			must(t, os.WriteFile(to, text, 0o600))
			return open(t, path)
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "state.db")
			s := open(t, path)
			fill(t, s, "before", 120)
			s = back(t, s, path, path+".backup")
			must(t, s.Ready(t.Context(), time.Now()))
			text, err := os.ReadFile(path + ".backup")
			must(t, err)
			must(t, os.WriteFile(path, text, 0o600))
			_, err = s.Record(t.Context(), engine.Inbox{ID: "late"})
			faulty(t, "recording", err, reset.StoreReplaced)
		})
	}
	t.Run("made smaller by its operator", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "state.db")
		s := open(t, path)
		fill(t, s, "before", 120)
		shell(t, path, "DELETE FROM inbox; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
		_, err := s.Record(t.Context(), engine.Inbox{ID: "late"})
		must(t, err)
		must(t, s.Ready(t.Context(), time.Now()))
	})
}
