package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

const lease = 10 * time.Second // as claim has it

// dueAt makes a request whose due row comes due at a time, and nothing else.
func dueAt(t *testing.T, s engine.Store, id string, at time.Time) {
	t.Helper()
	create(t, s, ask(id, reset.Approved))
	quiet(t, s)
	update(t, s, id, nil, func(tx *engine.Tx) { tx.RecheckAt(at) })
}

func soonest(t *testing.T, s engine.Store) time.Time {
	t.Helper()
	at, err := s.Soonest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func claimOrder(t *testing.T, open Open) {
	s := open(t)
	same(t, "soonest of nothing", soonest(t, s), time.Time{})
	for _, id := range []string{"c", "a", "b"} {
		create(t, s, ask(id, reset.Approved))
	}
	quiet(t, s)
	for id, after := range map[string]time.Duration{"a": time.Microsecond, "b": 2 * time.Second, "c": 3 * time.Second} {
		update(t, s, id, nil, func(tx *engine.Tx) { tx.RecheckAt(t0.Add(after)) })
	}
	same(t, "soonest", soonest(t, s), t0.Add(time.Microsecond))
	for _, tt := range []struct {
		at   time.Time
		want string
	}{
		{t0, "[]"}, {t0.Add(time.Microsecond), "[a]"}, {t0.Add(5 * time.Second), "[b]"},
		{t0.Add(5 * time.Second), "[c]"}, {t0.Add(5 * time.Second), "[]"},
	} {
		rows, err := s.Claim(t.Context(), engine.Claim{Owner: "a", Now: tt.at, Lease: time.Hour, Limit: 1})
		wantErr(t, err, nil)
		ids := []string{}
		for _, d := range rows {
			ids = append(ids, d.ID)
			same(t, "claim", d, engine.Due{Kind: engine.DueRequest, ID: d.ID, Cluster: "prod-eu", At: d.At, Owner: "a",
				Until: tt.at.Add(time.Hour), Fence: d.Fence})
		}
		same(t, fmt.Sprint("claimed at ", tt.at.Sub(t0)), fmt.Sprint(ids), tt.want)
	}
}

func claimKinds(t *testing.T, open Open) {
	s := open(t)
	create(t, s, ask("k7f3", reset.Approved))
	if _, err := s.Record(t.Context(), engine.Inbox{ID: "e1"}); err != nil {
		t.Fatal(err)
	}
	names, _ := claim(t, s, t0, engine.DueWatch, engine.DueSchedule)
	same(t, "of other kinds", len(names), 0)
	names, _ = claim(t, s, t0, engine.DueCard, engine.DueInbox)
	same(t, "cards and envelopes", names, []string{"card k7f3", "inbox e1"})
	names, _ = claim(t, s, t0)
	same(t, "of any kind", names, []string{"request k7f3"})
}

func claimLease(t *testing.T, open Open) {
	s := open(t)
	dueAt(t, s, "k7f3", t0)
	_, rows := claim(t, s, t0)
	old := rows[0]
	names, _ := claim(t, open(t), t0.Add(lease-time.Microsecond))
	same(t, "while the lease lasts", len(names), 0)
	same(t, "soonest while it is held", soonest(t, s), t0.Add(lease))
	_, rows = claim(t, open(t), t0.Add(lease))
	same(t, "claims after the lease", len(rows), 1)
	same(t, "its fence", rows[0].Fence, old.Fence+1)
	wantErr(t, s.Release(t.Context(), old, time.Time{}), reset.ErrConflict)
	wantErr(t, s.Renew(t.Context(), old, t0.Add(time.Hour)), reset.ErrConflict)
	same(t, "soonest after the old holder spoke", soonest(t, s), t0.Add(2*lease))

	// What was wanted of the holder that died is served by the next.
	update(t, s, "k7f3", nil, func(tx *engine.Tx) { tx.RecheckAt(t0) })
	_, rows = claim(t, s, t0.Add(2*lease))
	same(t, "claims after the second lease", len(rows), 1)

	// Never due again, made due again: the fence goes on.
	release(t, s, rows[0], time.Time{})
	same(t, "soonest after it was given up", soonest(t, s), time.Time{})
	update(t, s, "k7f3", nil, func(tx *engine.Tx) { tx.RecheckAt(t0) })
	_, rows = claim(t, s, t0)
	same(t, "fence of the row made again", rows[0].Fence, old.Fence+3)
}

func claimRenew(t *testing.T, open Open) {
	s := open(t)
	dueAt(t, s, "k7f3", t0)
	_, rows := claim(t, s, t0)
	wantErr(t, s.Renew(t.Context(), rows[0], t0.Add(time.Minute)), nil)
	names, _ := claim(t, s, t0.Add(lease))
	same(t, "while the renewed lease lasts", len(names), 0)
	update(t, s, "k7f3", &rows[0], func(tx *engine.Tx) { tx.Request.Retries++ })
	names, _ = claim(t, s, t0.Add(time.Minute), engine.DueRequest)
	same(t, "after it", names, []string{"request k7f3"})
}

func claimRelease(t *testing.T, open Open) {
	s := open(t)
	dueAt(t, s, "k7f3", t0)
	_, rows := claim(t, s, t0)
	release(t, s, rows[0], t0.Add(time.Second))
	same(t, "soonest", soonest(t, s), t0.Add(time.Second))
	wantErr(t, s.Release(t.Context(), rows[0], t0), reset.ErrConflict)
	names, _ := claim(t, s, t0.Add(time.Second-1))
	same(t, "before its time", len(names), 0)
	_, rows = claim(t, s, t0.Add(time.Second))
	same(t, "at its time", len(rows), 1)
}

// claimNote is what an owner leaves for the next claim of the row; one that never released it leaves what it had
// found.
func claimNote(t *testing.T, open Open) {
	s := open(t)
	dueAt(t, s, "k7f3", t0)
	_, rows := claim(t, s, t0)
	same(t, "note of a row that nobody held", rows[0].Note, engine.Note{})
	row := rows[0]
	row.Note.Streak = engine.IdleStreak{Cluster: "prod-eu", Group: "billing", Since: t0, Last: t0.Add(time.Second),
		Commits: "c0ffee", Epoch: 7, Exists: true}
	release(t, s, row, t0.Add(time.Second))
	update(t, s, "k7f3", nil, func(tx *engine.Tx) { tx.RecheckAt(t0.Add(2 * time.Second)) })
	_, rows = claim(t, open(t), t0.Add(2*time.Second))
	same(t, "note of the next claim", rows[0].Note, row.Note)
	_, rows = claim(t, s, t0.Add(2*time.Second+lease))
	same(t, "note after a lease that ended", rows[0].Note, row.Note)
}

func claimTakeOver(t *testing.T, open Open) {
	s := open(t)
	dueAt(t, s, "k7f3", t0)
	create(t, s, ask("m2n8", reset.Applying))
	if _, err := s.Record(t.Context(),
		engine.Inbox{ID: "e1", Kind: "click", Raw: []byte("{}"), ReceivedAt: t0}); err != nil {
		t.Fatal(err)
	}
	quiet(t, s)
	for _, id := range []string{"k7f3", "m2n8"} {
		update(t, s, id, nil, func(tx *engine.Tx) { tx.RecheckAt(t0) })
	}
	if _, err := s.Record(t.Context(),
		engine.Inbox{ID: "e2", Kind: "click", Raw: []byte("{}"), ReceivedAt: t0}); err != nil {
		t.Fatal(err)
	}
	names, rows := claim(t, s, t0)
	same(t, "held", len(names), 3)
	wantErr(t, s.Decided(t.Context(), "e2", t0), nil)
	n, err := s.TakeOver(t.Context(), rows[0].Owner)
	wantErr(t, err, nil)
	same(t, "of its own", n, 0)
	n, err = open(t).TakeOver(t.Context(), "next")
	wantErr(t, err, nil)
	same(t, "taken over", n, 2) // the third may still have a commit in flight
	names, _ = claim(t, s, t0)
	same(t, "due at once", names, []string{"request k7f3"})
	for _, d := range rows {
		if d.ID == "k7f3" {
			wantErr(t, s.Renew(t.Context(), d, t0.Add(time.Hour)), reset.ErrConflict)
		}
	}
	names, _ = claim(t, s, t0.Add(lease), engine.DueRequest)
	same(t, "when the lease is over", len(names), 2)
}

func claimRecall(t *testing.T, open Open) {
	s := open(t)
	ids := []string{"k7f3", "m2n8", "p4q6"}
	for _, id := range ids {
		create(t, s, ask(id, reset.Draft))
	}
	quiet(t, s)
	for i, id := range ids {
		update(t, s, id, nil, func(tx *engine.Tx) { tx.RecheckAt(t0.Add(time.Duration(i) * time.Hour)) })
	}
	_, held := claim(t, s, t0)
	same(t, "held", len(held), 1)
	n, err := s.Recall(t.Context(), t0.Add(-time.Hour))
	wantErr(t, err, nil)
	same(t, "recalled", n, 2) // the third has a holder, who says when
	names, rows := claim(t, s, t0.Add(-time.Hour))
	same(t, "due", len(names), 2)
	for _, d := range rows {
		wantErr(t, s.Release(t.Context(), d, time.Time{}), nil)
	}
	n, err = s.Recall(t.Context(), t0.Add(-time.Hour))
	wantErr(t, err, nil)
	same(t, "what is never due", n, 0)
}

func claimWanted(t *testing.T, open Open) {
	look := func(after time.Duration) func(*engine.Tx) {
		return func(tx *engine.Tx) { tx.RecheckAt(t0.Add(after)) }
	}
	for _, tt := range []struct {
		name  string
		while []func(*engine.Tx)
		next  time.Time
		want  time.Time
	}{
		{"a change makes it due at once", []func(*engine.Tx){func(tx *engine.Tx) { tx.Request.Retries++ }},
			t0.Add(time.Hour), time.UnixMicro(0).UTC()},
		{"though it was to be never", []func(*engine.Tx){func(tx *engine.Tx) { tx.Request.Retries++ }}, time.Time{},
			time.UnixMicro(0).UTC()},
		{"what changed nothing leaves it", []func(*engine.Tx){func(tx *engine.Tx) { tx.LogAside(reset.Entry{}) }},
			t0.Add(time.Hour), t0.Add(time.Hour)},
		{"sooner than its next", []func(*engine.Tx){look(time.Minute)}, t0.Add(time.Hour), t0.Add(time.Minute)},
		{"later than its next", []func(*engine.Tx){look(time.Hour)}, t0.Add(time.Minute), t0.Add(time.Minute)},
		{"the soonest of two", []func(*engine.Tx){look(time.Minute), look(time.Second), look(time.Hour)}, time.Time{},
			t0.Add(time.Second)},
	} {
		s := open(t)
		id := tt.name
		dueAt(t, s, id, t0)
		_, rows := claim(t, s, t0, engine.DueRequest)
		for _, change := range tt.while {
			update(t, s, id, nil, change)
			names, _ := claim(t, s, t0, engine.DueRequest)
			same(t, tt.name+": claimed while held", len(names), 0)
		}
		_, cards := claim(t, s, t0, engine.DueCard)
		for _, d := range cards {
			release(t, s, d, time.Time{})
		}
		release(t, s, rows[0], tt.next)
		same(t, tt.name, soonest(t, s), tt.want)
		quietLater(t, s)
	}
}

// quietLater is quiet for rows of the next hours.
func quietLater(t *testing.T, s engine.Store) {
	t.Helper()
	_, rows := claim(t, s, t0.Add(24*time.Hour))
	for _, d := range rows {
		release(t, s, d, time.Time{})
	}
}

func claimConcurrently(t *testing.T, open Open) {
	handles := []engine.Store{open(t), open(t)}
	for i := range 60 {
		if _, err := handles[0].Record(t.Context(), engine.Inbox{ID: fmt.Sprint("e", i)}); err != nil {
			t.Fatal(err)
		}
	}
	var mu sync.Mutex
	claims := map[string]int{}
	var g errgroup.Group
	for i, h := range handles {
		g.Go(func() error {
			for {
				rows, err := h.Claim(t.Context(), engine.Claim{Owner: fmt.Sprint(i), Now: t0, Lease: lease, Limit: 7})
				if err != nil || len(rows) == 0 {
					return err
				}
				mu.Lock()
				for _, d := range rows {
					claims[d.ID]++
				}
				mu.Unlock()
			}
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	same(t, "rows claimed", len(claims), 60)
	for id, n := range claims {
		if n != 1 {
			t.Errorf("%s was claimed %d times", id, n)
		}
	}
}

// lookAgain: when the request's due row comes due after an update.
func lookAgain(t *testing.T, open Open) {
	atOnce := time.UnixMicro(0).UTC()
	for _, tt := range []struct {
		name   string
		change func(*engine.Tx)
		held   bool
		want   time.Time
	}{
		{"outside", func(tx *engine.Tx) { tx.Request.Retries++ }, false, atOnce},
		{"outside, at", func(tx *engine.Tx) { tx.Request.Retries++; tx.RecheckAt(t0.Add(time.Second)) }, false,
			t0.Add(time.Second)},
		{"held", func(tx *engine.Tx) { tx.Request.Retries++ }, true, t0.Add(time.Hour)},
		{"held, at", func(tx *engine.Tx) { tx.Request.Retries++; tx.RecheckAt(t0.Add(time.Second)) }, true,
			t0.Add(time.Second)},
		{"ended", func(tx *engine.Tx) { tx.Request.State = reset.Cancelled }, false, time.Time{}},
		{"ended, at", func(tx *engine.Tx) { tx.Request.State = reset.Cancelled; tx.RecheckAt(t0.Add(time.Second)) },
			false, t0.Add(time.Second)},
		{"never", func(tx *engine.Tx) { tx.Request.Retries++; tx.RecheckAt(time.Time{}) }, false, time.Time{}},
	} {
		s := open(t)
		dueAt(t, s, tt.name, t0)
		var hold *engine.Due
		if tt.held {
			_, rows := claim(t, s, t0, engine.DueRequest)
			hold = &rows[0]
		}
		update(t, s, tt.name, hold, tt.change)
		names, cards := claim(t, s, t0, engine.DueCard)
		same(t, tt.name+": card", names, []string{"card " + tt.name})
		release(t, s, cards[0], time.Time{})
		if tt.held {
			release(t, s, *hold, t0.Add(time.Hour))
		}
		same(t, tt.name, soonest(t, s), tt.want)
		quietLater(t, s)
	}
}

// watchAt: a watch is due independently of its request, at its time; what it stores does not make the request due.
func watchAt(t *testing.T, open Open) {
	s := open(t)
	create(t, s, ask("k7f3", reset.Approved))
	quiet(t, s)
	version := load(t, s, "k7f3").Version
	update(t, s, "k7f3", nil, func(tx *engine.Tx) { tx.WatchAt(t0.Add(time.Hour)) })
	same(t, "version after a watch was made due", load(t, s, "k7f3").Version, version)
	update(t, s, "k7f3", nil, func(tx *engine.Tx) {
		tx.Request.State, tx.Request.Watch = reset.Applied, &reset.Watch{Since: t0, Parts: 1}
		tx.WatchAt(t0.Add(15 * time.Second))
	})
	names, rows := claim(t, s, t0)
	same(t, "due before its time", names, []string{"card k7f3"})
	release(t, s, rows[0], time.Time{})
	names, rows = claim(t, s, t0.Add(15*time.Second), engine.DueWatch)
	same(t, "due at its time", names, []string{"watch k7f3"})
	same(t, "cluster of the watch", rows[0].Cluster, "prod-eu")
	update(t, s, "k7f3", &rows[0], func(tx *engine.Tx) { tx.Request.Watch.Checked = t0 })
	release(t, s, rows[0], t0.Add(time.Minute))
	wantErr(t, s.Update(t.Context(), "k7f3", &rows[0], func(*engine.Tx) error { return nil }), reset.ErrConflict)
	names, _ = claim(t, s, t0.Add(30*time.Second))
	same(t, "due after it was stored", names, []string{"card k7f3"})
	same(t, "watch", *load(t, s, "k7f3").Watch, reset.Watch{Since: t0, Parts: 1, Checked: t0})
}
