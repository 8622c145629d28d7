package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/store"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// SQLite goes on writing to a file that is deleted, moved away, replaced or overwritten, and says nothing. The store
// refuses every transaction then, so that nothing is acted upon that is not kept, and readiness says why.
func TestNothingIsWrittenToAFileThatIsGone(t *testing.T) {
	t.Parallel()
	for what, tt := range map[string]struct {
		do    func(t *testing.T, path string)
		fault reset.StoreFault
	}{
		"deleted": {func(t *testing.T, path string) { must(t, os.Remove(path)) }, reset.StoreGone},
		"moved":   {func(t *testing.T, path string) { must(t, os.Rename(path, path+".old")) }, reset.StoreGone},
		"replaced": {func(t *testing.T, path string) {
			must(t, os.Rename(another(t), path))
		}, reset.StoreReplaced},
		"overwritten": {func(t *testing.T, path string) {
			text, err := os.ReadFile(another(t))
			must(t, err)
			must(t, os.WriteFile(path, text, 0o600)) // cp: the same inode
		}, reset.StoreReplaced},
		"overwritten with something else": {func(t *testing.T, path string) {
			must(t, os.WriteFile(path, []byte(strings.Repeat("not a database ", 100)), 0o600))
		}, reset.StoreDamaged},
		"truncated": {func(t *testing.T, path string) { must(t, os.Truncate(path, 0)) }, reset.StoreDamaged},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "state.db")
			s := open(t, path)
			if _, _, err := s.Create(t.Context(), ask("k7f3"), nil); err != nil {
				t.Fatal(err)
			}
			if err := s.Ready(t.Context(), time.Now()); err != nil {
				t.Fatalf("before: %v", err)
			}
			tt.do(t, path)
			err := s.Update(t.Context(), "k7f3", nil, func(tx *engine.Tx) error {
				tx.Request.Attempt++
				return nil
			})
			faulty(t, "an update", err, tt.fault)
			_, err = s.Record(t.Context(), engine.Inbox{ID: "e1"})
			faulty(t, "recording", err, tt.fault)
			faulty(t, "readiness", s.Ready(t.Context(), time.Now()), tt.fault)
		})
	}
}

// A full disk is reported also when no request came in, and the bot goes on once there is room.
func TestFullDiskIsReported(t *testing.T) {
	t.Parallel()
	for what, tt := range map[string]struct {
		broken, whole string
		fault         reset.StoreFault
	}{
		// SQLite takes the present size for the least
		"full":      {"max_page_count = 1", "max_page_count = 1000000", reset.StoreFull},
		"read-only": {"query_only = 1", "query_only = 0", reset.StoreReadOnly},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := open(t, filepath.Join(t.TempDir(), "state.db"))
			now := time.Now()
			must(t, s.Ready(t.Context(), now))
			must(t, s.Pragma(t.Context(), tt.broken))
			large := engine.Inbox{ID: "large", Raw: make([]byte, 1<<20)}
			_, err := s.Record(t.Context(), large)
			faulty(t, "recording", err, tt.fault)
			if what == "read-only" { // a probe is small, and there may be room for it
				faulty(t, "readiness", s.Ready(t.Context(), now.Add(time.Minute)), tt.fault)
			}
			must(t, s.Pragma(t.Context(), tt.whole))
			if _, err := s.Record(t.Context(), large); err != nil {
				t.Errorf("afterwards: %v", err)
			}
			must(t, s.Ready(t.Context(), now.Add(2*time.Minute)))
		})
	}
}

// The lock file remembers which database was served, so that the next start notices that it is another one.
func TestAnotherDatabaseThanBefore(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	serve := func() (before, mark string, made bool) {
		l, err := store.AcquireLock(path, time.Now())
		must(t, err)
		defer func() { must(t, l.Release()) }()
		s, err := store.Open(t.Context(), path)
		must(t, err)
		defer func() { must(t, s.Close()) }()
		must(t, l.Serves(s))
		return l.Before, s.Mark(), s.Made
	}
	before, first, made := serve()
	if before != "" || !made || first == "00000000" {
		t.Errorf("the first start: before %q, mark %s, made %t", before, first, made)
	}
	if before, again, made := serve(); before != first || again != first || made {
		t.Errorf("the second start: before %q, mark %s, made %t", before, again, made)
	}
	must(t, os.Remove(path))
	if before, now, made := serve(); before != first || now == first || !made {
		t.Errorf("after it was deleted: before %q, mark %s, made %t", before, now, made)
	}
}

// another is the file of another database, closed.
func another(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "other.db")
	s, err := store.Open(t.Context(), path)
	must(t, err)
	must(t, s.Close())
	return path
}

func faulty(t *testing.T, what string, err error, want reset.StoreFault) {
	t.Helper()
	var fault *reset.StoreError
	if !errors.As(err, &fault) || fault.Fault != want {
		t.Errorf("%s: error is %v, want the fault %q", what, err, want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
