package store_test

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/store"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// holdHere makes the test binary a process that holds the lock of a database until it is killed.
const holdHere = "KAFKA_RESET_BOT_HOLD"

func TestMain(m *testing.M) {
	path, child := os.LookupEnv(holdHere)
	if !child {
		os.Exit(m.Run())
	}
	if _, err := store.AcquireLock(path, time.Now()); err != nil {
		panic(err)
	}
	_, _ = os.Stdout.WriteString("held\n")
	select {}
}

// One process serves a file. The lock ends with its process, also with one that is killed, and says whose it is.
func TestOneProcessHoldsADatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), holdHere+"="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("the child says %q, %v", line, err)
	}
	_, err = store.AcquireLock(path, time.Now())
	var held *store.LockHeldError
	if !errors.As(err, &held) || !regexp.MustCompile(`^pid \d+ since \d{4}-`).MatchString(held.By) {
		t.Errorf("a second process: %v", err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // killed
	lock, err := store.AcquireLock(path, time.Now())
	if err != nil {
		t.Fatalf("after the process was killed: %v", err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
}

// A lock whose file is removed keeps no other process out: nothing is written under it any more.
func TestALockThatIsRemovedIsNoticed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	lock, err := store.AcquireLock(path, time.Now())
	must(t, err)
	defer func() { must(t, lock.Release()) }()
	s := open(t, path)
	must(t, lock.Serves(s))
	if _, err := s.Record(t.Context(), engine.Inbox{ID: "e1"}); err != nil {
		t.Fatal(err)
	}
	must(t, os.Remove(path+".lock"))
	_, err = s.Record(t.Context(), engine.Inbox{ID: "e2"})
	faulty(t, "recording", err, reset.StoreUnlocked)
	faulty(t, "readiness", s.Ready(t.Context(), time.Now()), reset.StoreUnlocked)
}

// Looking makes nothing and changes nothing.
func TestOpenReadOnlyWritesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	if _, err := store.OpenReadOnly(t.Context(), path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a database that is not there: %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("looking made the file: %v", err)
	}
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	s, err := store.OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Freezes(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := s.Record(t.Context(), engine.Inbox{ID: "e1", Raw: []byte("x")}); err == nil {
		t.Error("a handle for looking wrote")
	}
}

// A second name of a database is no second database.
func TestOneProcessHoldsADatabaseOfTwoNames(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	link := filepath.Join(t.TempDir(), "link.db")
	must(t, os.Symlink(path, link))
	first, err := store.AcquireLock(link, time.Now()) // before there is a file
	must(t, err)
	var held *store.LockHeldError
	for _, name := range []string{path, link} {
		if _, err := store.AcquireLock(name, time.Now()); !errors.As(err, &held) {
			t.Errorf("%s beside %s, which is not there yet: %v", name, link, err)
		}
	}
	must(t, open(t, path).Close())
	must(t, first.Release())
	again, err := store.AcquireLock(path, time.Now())
	must(t, err)
	if _, err := store.AcquireLock(link, time.Now()); !errors.As(err, &held) {
		t.Errorf("a link beside the file: %v", err)
	}
	must(t, again.Release())
}
