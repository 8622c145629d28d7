package store_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/store"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/store/storetest"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func open(t *testing.T, path string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Open {
		path := filepath.Join(t.TempDir(), "state.db")
		return func(t *testing.T) engine.Store { return open(t, path) }
	})
}

// raw opens the file behind the store's back, as an auditor with sqlite3 would.
func raw(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path+"?_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func ask(id string) reset.Request {
	return reset.Request{ID: id, Revision: 1, State: reset.Pending, Origin: "e-" + id,
		Act: reset.Move{Intent: reset.Intent{Cluster: "prod-eu", Group: "billing"}}}
}

func TestFileIsPrivate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a state?#%20.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s := open(t, path)
	if _, err := s.Record(t.Context(), engine.Inbox{ID: "e1"}); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 3 { // the file, -wal, -shm
		t.Errorf("files are %v", entries)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(e.Name(), filepath.Base(path)) || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", e.Name(), info.Mode())
		}
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.db")
	if err := os.WriteFile(broken, []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	newer := filepath.Join(dir, "newer.db")
	if err := open(t, newer).Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := raw(t, newer).Exec(`INSERT INTO migrations (n) VALUES (99)`); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "missing", "state.db"): "no such file or directory",
		broken: "file is not a database",
		newer:  "its schema is version 99 and this program knows up to 7: it was used by a newer kafka-reset-bot; start that one",
	} {
		s, err := store.Open(t.Context(), path)
		if err == nil {
			s.Close()
			t.Errorf("%s was opened", path)
			continue
		}
		if !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error is %q, want %q in it", path, err, want)
		}
	}
}

func TestProcessesOpenAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			s, err := store.Open(t.Context(), path)
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var n, last int
	if err := raw(t, path).QueryRow(`SELECT count(*), max(n) FROM migrations`).Scan(&n,
		&last); err != nil || n != last {
		t.Errorf("%d migrations ran, the last is number %d, error %v", n, last, err)
	}
}

// What was acknowledged is in the files, though the process that wrote it never closed them.
func TestKilledProcessLosesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, path)
	if _, err := s.Record(t.Context(), engine.Inbox{ID: "e1", Raw: []byte("x")}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Create(t.Context(), ask("k7f3"), nil); err != nil {
		t.Fatal(err)
	}
	err := s.Update(t.Context(), "k7f3", nil, func(tx *engine.Tx) error {
		tx.Request.Need = 2
		return copyFiles(path, filepath.Join(t.TempDir(), "during.db"))
	})
	if err != nil {
		t.Fatal(err)
	}
	after := filepath.Join(t.TempDir(), "after.db")
	if err := copyFiles(path, after); err != nil {
		t.Fatal(err)
	}
	found := open(t, after)
	if _, err := found.Envelope(t.Context(), "e1"); err != nil {
		t.Error(err)
	}
	if r, err := found.Load(t.Context(), "k7f3"); err != nil || r.Need != 2 || r.Version != 2 {
		t.Errorf("request is %+v, error %v", r, err)
	}
	if rows, err := found.Claim(t.Context(),
		engine.Claim{Owner: "b", Now: time.Now(), Limit: 9}); err != nil || len(rows) != 3 {
		t.Errorf("due after the kill: %v, error %v", rows, err)
	}
}

// copyFiles takes the database as a dead process leaves it: -shm is rebuilt by the next process.
func copyFiles(from, to string) error {
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(from + suffix)
		if err != nil {
			return err
		}
		if err := os.WriteFile(to+suffix, b, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func TestAuditNeverChanges(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, path)
	if _, _, err := s.Create(t.Context(), ask("k7f3"), []reset.Entry{{Event: reset.EvAsked}}); err != nil {
		t.Fatal(err)
	}
	for _, stmt := range []string{`UPDATE audit SET event = 'x'`, `DELETE FROM audit`} {
		if _, err := raw(t, path).Exec(stmt); err == nil || !strings.Contains(err.Error(), "audit rows") {
			t.Errorf("%s: error is %v", stmt, err)
		}
	}
	if log, err := s.Audit(t.Context(), "k7f3", 0); err != nil || len(log) != 1 || log[0].Event != reset.EvAsked {
		t.Errorf("audit is %+v, error %v", log, err)
	}
}

// A hand that edits a column, or the document, is stopped: the two cannot differ.
func TestColumnsAndDocumentCannotDiffer(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	if _, _, err := open(t, path).Create(t.Context(), ask("k7f3"), nil); err != nil {
		t.Fatal(err)
	}
	for _, stmt := range []string{
		`UPDATE requests SET state = 'approved'`,
		`UPDATE requests SET version = 7`,
		`UPDATE requests SET settled = 1`,
		`UPDATE requests SET cluster_id = 'x'`,
		`UPDATE requests SET doc = json_set(doc, '$.State', 'approved')`,
		`UPDATE requests SET doc = '{}'`,
	} {
		if _, err := raw(t, path).Exec(stmt); err == nil || !strings.Contains(err.Error(), "CHECK") {
			t.Errorf("%s: error is %v", stmt, err)
		}
	}
}

func TestRequestWithoutOriginIsNotAConflict(t *testing.T) {
	t.Parallel()
	r := ask("k7f3")
	r.Origin = ""
	_, _, err := open(t, filepath.Join(t.TempDir(), "state.db")).Create(t.Context(), r, nil)
	if err == nil || errors.Is(err, reset.ErrConflict) {
		t.Errorf("error is %v", err)
	}
}

func TestDurability(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	open(t, path)
	var mode string
	if err := raw(t, path).QueryRow(`PRAGMA journal_mode`).Scan(&mode); err != nil || mode != "wal" {
		t.Errorf("journal mode is %q, error %v", mode, err)
	}
}

// A database of an earlier version is brought up to date with what it holds: a vote that was counted goes on counting.
func TestAnEarlierDatabaseIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.db")
	first, err := os.ReadFile("schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	old := raw(t, path)
	for _, text := range []string{
		`CREATE TABLE migrations (n INTEGER PRIMARY KEY) STRICT`, string(first),
		`INSERT INTO migrations (n) VALUES (1)`,
		`INSERT INTO requests VALUES ('k7f3', 5, 2, 'pending', '', 'e1', 'prod-eu', '', 'billing', 'person', 'T0', 'U0MARA', '', 0, '', '', 0, 0, 1, 0, 0,
			'{"ID":"k7f3","Version":5,"Revision":2,"State":"pending","Outcome":"","Origin":"e1","ClusterID":"","Undoes":"","Digest":"d2"}')`,
		`INSERT INTO votes VALUES ('k7f3', 'd1', 'person', 'T0', 'U0KIM', 'pay', 10), ('k7f3', 'd2', 'person', 'T0', 'U0JON', 'pay', 20)`,
		`INSERT INTO due (kind, id, cluster, at) VALUES ('request', 'k7f3', 'prod-eu', 0)`,
		`INSERT INTO requests VALUES ('k8p2', 1, 1, 'applied', 'verified', 'e2', 'prod-eu', 'K1', 'billing', 'person', 'T0', 'U0MARA', '', 0, '', '', 0, 0, 2, 0, 0,
			'{"ID":"k8p2","Version":1,"Revision":1,"State":"applied","Outcome":"verified","Origin":"e2","ClusterID":"K1","Undoes":""}')`,
		`INSERT INTO freezes VALUES ('prod-eu', 'f1', 'person', 'T0', 'U0JON', 'upgrade', 30),
			('*', 'f2', 'person', 'T0', 'U0KIM', 'incident', 40)`,
	} {
		if _, err := old.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	s := open(t, path)
	if s.Made {
		t.Error("a database that was there counts as new")
	}
	votes, err := s.Votes(t.Context(), "k7f3", 2)
	if err != nil || len(votes) != 1 || votes[0].Actor.ID != "U0JON" {
		t.Errorf("votes on the current revision are %v, %v", votes, err)
	}
	frozen, err := s.Freezes(t.Context())
	if err != nil || len(frozen) != 2 || frozen[0].ID != "f1" || frozen[0].ClusterID != "K1" ||
		frozen[0].Why != "upgrade" || frozen[1].Cluster != reset.Everything || frozen[1].ClusterID != "" {
		t.Errorf("frozen are %+v, %v", frozen, err)
	}
	if known, err := s.Kafkas(t.Context()); err != nil || len(known) != 1 || known["prod-eu"] != "K1" {
		t.Errorf("known are %v, %v", known, err)
	}
	dues, err := s.Claim(t.Context(), engine.Claim{Owner: "a", Now: time.Now(), Lease: time.Minute})
	if err != nil || len(dues) != 1 {
		t.Errorf("due are %v, %v", dues, err)
	}
}
