package store_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// A full disk has room for a small row for a long time: SQLite writes it over an old one. Readiness asks for more
// than that. The disk here is /dev/full, which Linux has for this: every write to it finds no space.
func TestAFullDiskIsNotReadyAlthoughASmallRowFits(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	s, now := open(t, path), time.Now()
	must(t, s.Ready(t.Context(), now))
	must(t, os.Symlink("/dev/full", path+".room"))
	faulty(t, "readiness", s.Ready(t.Context(), now.Add(time.Minute)), reset.StoreFull)
	if _, err := s.Record(t.Context(), engine.Inbox{ID: "e1", Raw: []byte("{}")}); err != nil {
		t.Errorf("a small row: %v", err)
	}
	must(t, s.Ready(t.Context(), now.Add(2*time.Minute))) // its probe was removed, and so is what filled the disk
}
