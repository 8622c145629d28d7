package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func updateVersion(t *testing.T, open Open) {
	s := open(t)
	r := create(t, s, ask("k7f3", reset.Draft))
	quiet(t, s)
	update(t, s, "k7f3", nil, func(tx *engine.Tx) {
		same(t, "request in the update", *tx.Request, r)
		tx.Request.State, tx.Request.Need = reset.Pending, 2
		tx.Log(reset.Entry{At: t0, Event: reset.EvSubmitted})
	})
	r.State, r.Need, r.Version = reset.Pending, 2, 2
	same(t, "stored request", load(t, s, "k7f3"), r)
	names, _ := claim(t, s, t0)
	same(t, "due", names, []string{"card k7f3", "request k7f3"})
	wantErr(t, s.Update(t.Context(), "zzzz", nil, func(*engine.Tx) error { return nil }), reset.ErrNotFound)
}

func updateFails(t *testing.T, open Open) {
	s := open(t)
	r := create(t, s, ask("k7f3", reset.Draft))
	quiet(t, s)
	cause := errors.New("no")
	err := s.Update(t.Context(), "k7f3", nil, func(tx *engine.Tx) error {
		tx.Request.State = reset.Pending
		tx.SetSteps([]reset.Step{{Topic: "orders"}})
		tx.AddVote(reset.Vote{Revision: 1, Actor: jon})
		tx.Log(reset.Entry{Event: reset.EvVoted})
		tx.RecheckAt(t0)
		return cause
	})
	if err != cause { //nolint:errorlint // as it is
		t.Errorf("error is %v, want the change's own", err)
	}
	same(t, "request", load(t, s, "k7f3"), r)
	steps, err := s.Steps(t.Context(), "k7f3", 1, 0, 0)
	same(t, "steps", len(steps), 0)
	wantErr(t, err, nil)
	votes, err := s.Votes(t.Context(), "k7f3", 1)
	same(t, "votes", len(votes), 0)
	wantErr(t, err, nil)
	log, err := s.Audit(t.Context(), "k7f3", 0)
	same(t, "audit", len(log), 0)
	wantErr(t, err, nil)
	names, _ := claim(t, s, t0)
	same(t, "due", len(names), 0)
}

func updateNothing(t *testing.T, open Open) {
	s := open(t)
	create(t, s, ask("k7f3", reset.Approved))
	update(t, s, "k7f3", nil, func(tx *engine.Tx) { tx.Begin(reset.Attempt{N: 1}, nil) })
	before := load(t, s, "k7f3")
	quiet(t, s)
	update(t, s, "k7f3", nil, func(tx *engine.Tx) { tx.Request.State = reset.Approved })
	names, _ := claim(t, s, t0)
	same(t, "due after nothing", len(names), 0)
	update(t, s, "k7f3", nil, func(tx *engine.Tx) { tx.RecheckAt(t0) })
	names, _ = claim(t, s, t0)
	same(t, "due after saying when to look", names, []string{"request k7f3"})
	same(t, "request", load(t, s, "k7f3"), before)
	update(t, s, "k7f3", nil, func(tx *engine.Tx) { tx.Attempt.Gone = 7 })
	same(t, "version after the attempt alone changed", load(t, s, "k7f3").Version, before.Version+1)
}

func updateConcurrently(t *testing.T, open Open) {
	s := open(t)
	create(t, s, ask("k7f3", reset.Approved))
	var g errgroup.Group
	for _, h := range []engine.Store{s, open(t)} {
		for range 2 {
			g.Go(func() error {
				for range 10 {
					err := h.Update(t.Context(), "k7f3", nil,
						func(tx *engine.Tx) error { tx.Request.Retries++; return nil })
					if err != nil {
						return err
					}
				}
				return nil
			})
		}
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	got := load(t, s, "k7f3")
	same(t, "increments", got.Retries, 40)
	same(t, "version", got.Version, 41)
}

func updateHold(t *testing.T, open Open) {
	s := open(t)
	create(t, s, ask("k7f3", reset.Approved))
	_, rows := claim(t, s, t0, engine.DueRequest)
	old := rows[0]
	touch := func(tx *engine.Tx) error { tx.Request.Retries++; return nil }
	never := func(*engine.Tx) error { t.Error("a change ran without its fence"); return nil }
	wantErr(t, s.Update(t.Context(), "k7f3", &old, touch), nil)

	stranger := old
	stranger.Owner = "b"
	wantErr(t, s.Update(t.Context(), "k7f3", &stranger, never), reset.ErrConflict)
	_, rows = claim(t, open(t), t0.Add(time.Minute), engine.DueRequest)
	wantErr(t, s.Update(t.Context(), "k7f3", &old, never), reset.ErrConflict)
	wantErr(t, s.Update(t.Context(), "k7f3", &rows[0], touch), nil)
	release(t, s, rows[0], time.Time{})
	wantErr(t, s.Update(t.Context(), "k7f3", &rows[0], never), reset.ErrConflict)
	same(t, "changes made", load(t, s, "k7f3").Retries, 2)
}

// A cancel that another process recorded is seen by the update that enters applying.
func updateUndecided(t *testing.T, open Open) {
	a, b := open(t), open(t)
	create(t, a, ask("k7f3", reset.Approved))
	inbox := func(id, about string, at time.Time) engine.Inbox {
		return engine.Inbox{ID: id, Kind: "click", Verb: "cancel", About: about, Raw: []byte(id), ReceivedAt: at}
	}
	for _, in := range []engine.Inbox{inbox("e2", "k7f3", t0), inbox("e1", "k7f3", t0.Add(-time.Second)),
		inbox("e3", "m2n8", t0)} {
		if _, err := b.Record(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	ids := func() (got []string) {
		update(t, a, "k7f3", nil, func(tx *engine.Tx) {
			for _, in := range tx.Undecided {
				got = append(got, in.ID)
			}
		})
		return got
	}
	same(t, "undecided, oldest first", ids(), []string{"e1", "e2"})
	if err := b.Decided(t.Context(), "e1", t0); err != nil {
		t.Fatal(err)
	}
	same(t, "undecided after a decision", ids(), []string{"e2"})
}

func updateRivals(t *testing.T, open Open) {
	s := open(t)
	with := func(o reset.Outcome, settled bool) func(*reset.Request) {
		return func(r *reset.Request) {
			r.Outcome = o
			if settled {
				r.Settled = &reset.Settlement{By: jon, Why: "seen"}
			}
		}
	}
	for _, r := range []reset.Request{
		ask("approved", reset.Approved),
		ask("alias", reset.Applying, on("prod-alias", "kafka-1", "billing")),
		ask("unasked", reset.Approved, on("prod-eu", "", "billing")),
		ask("mixed", reset.Failed, with(reset.PartiallyApplied, false)),
		ask("unclear", reset.Failed, with(reset.OutcomeUnknown, false)),
		ask("settled", reset.Failed, with(reset.PartiallyApplied, true)),
		ask("unchanged", reset.Failed, with(reset.Unchanged, false)),
		ask("late", reset.Failed, with(reset.AppliedLate, false)),
		ask("pending", reset.Pending),
		ask("draft", reset.Draft),
		ask("applied", reset.Applied),
		ask("othergroup", reset.Approved, on("prod-eu", "kafka-1", "pay")),
		ask("othercluster", reset.Approved, on("prod-us", "kafka-2", "billing")),
		ask("replaced", reset.Approved, on("prod-eu", "kafka-9", "billing")),
		ask("me", reset.Approved),
		ask("early", reset.Planning, on("prod-eu", "", "billing")),
	} {
		create(t, s, r)
	}
	for id, want := range map[string][]string{
		"me":    {"alias", "approved", "draft", "mixed", "unasked", "unclear"},
		"early": {"approved", "draft", "me", "mixed", "replaced", "unasked", "unclear"}, // knows names only
	} {
		update(t, s, id, nil, func(tx *engine.Tx) {
			got := map[string]bool{}
			for _, r := range tx.Rivals {
				got[r.ID] = true
			}
			same(t, "rivals of "+id, sorted(got), want)
		})
	}
}

func updateOthers(t *testing.T, open Open) {
	s := open(t)
	create(t, s, ask("k7f3", reset.Approved))
	rival := create(t, s, ask("m2n8", reset.Approved))
	quiet(t, s)
	update(t, s, "k7f3", nil, func(tx *engine.Tx) {
		tx.Request.State = reset.Applying
		r := tx.Rivals[0]
		r.State = reset.Planning
		tx.AlsoSave(r)
		tx.Log(reset.Entry{At: t0, Request: r.ID, Event: reset.EvVoided})
	})
	got := load(t, s, "m2n8")
	same(t, "rival", fmt.Sprint(got.State, got.Version), fmt.Sprint(reset.Planning, rival.Version+1))
	names, _ := claim(t, s, t0)
	same(t, "due", names, []string{"card k7f3", "card m2n8", "request k7f3", "request m2n8"})
	log, err := s.Audit(t.Context(), "m2n8", 0)
	same(t, "the rival's audit", len(log), 1)
	wantErr(t, err, nil)

	before := load(t, s, "k7f3")
	stale := func(r reset.Request) func(*engine.Tx) error {
		return func(tx *engine.Tx) error { tx.Request.Retries++; tx.AlsoSave(r); return nil }
	}
	wantErr(t, s.Update(t.Context(), "k7f3", nil, stale(rival)), reset.ErrConflict)
	wantErr(t, s.Update(t.Context(), "k7f3", nil, stale(ask("zzzz", reset.Planning))), reset.ErrNotFound)
	same(t, "request beside a stale rival", load(t, s, "k7f3"), before)
}

func oneApplying(t *testing.T, open Open) {
	s := open(t)
	enter := func(tx *engine.Tx) error { tx.Request.State = reset.Applying; return nil }
	create(t, s, ask("first", reset.Approved))
	create(t, s, ask("second", reset.Approved, on("prod-alias", "kafka-1", "billing")))
	create(t, s, ask("group", reset.Approved, on("prod-eu", "kafka-1", "pay")))
	create(t, s, ask("cluster", reset.Approved, on("prod-us", "kafka-2", "billing")))
	wantErr(t, s.Update(t.Context(), "first", nil, enter), nil)
	wantErr(t, s.Update(t.Context(), "second", nil, enter), reset.ErrConflict)
	same(t, "state of the second", load(t, s, "second").State, reset.Approved)
	wantErr(t, s.Update(t.Context(), "group", nil, enter), nil)
	wantErr(t, s.Update(t.Context(), "cluster", nil, enter), nil)
	update(t, s, "first", nil, func(tx *engine.Tx) {
		tx.Request.State, tx.Request.Outcome = reset.Applied,
			reset.Verified
	})
	wantErr(t, s.Update(t.Context(), "second", nil, enter), nil)
}

func oneApplyingConcurrently(t *testing.T, open Open) {
	handles := []engine.Store{open(t), open(t)}
	for i := range 8 {
		create(t, handles[0], ask(fmt.Sprint("id", i), reset.Approved))
	}
	var mu sync.Mutex
	var entered, refused int
	var g errgroup.Group
	for i := range 8 {
		g.Go(func() error {
			err := handles[i%2].Update(t.Context(), fmt.Sprint("id", i), nil, func(tx *engine.Tx) error {
				tx.Request.State = reset.Applying
				return nil
			})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				entered++
			case errors.Is(err, reset.ErrConflict):
				refused++
			default:
				return err
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	same(t, "entered and refused", fmt.Sprint(entered, refused), "1 7")
}

func blocked(t *testing.T, open Open) {
	s := open(t)
	enter := func(tx *engine.Tx) error { tx.Request.State = reset.Applying; return nil }
	for _, outcome := range []reset.Outcome{reset.PartiallyApplied, reset.OutcomeUnknown} {
		o := string(outcome)
		here := on("prod-eu", "kafka-1", o)
		create(t, s, ask("bad-"+o, reset.Failed, here, func(r *reset.Request) { r.Outcome = outcome }))
		create(t, s, ask("next-"+o, reset.Approved, here))
		create(t, s, ask("undo-"+o, reset.Approved, here, func(r *reset.Request) { r.Undoes = "bad-" + o }))
		wantErr(t, s.Update(t.Context(), "next-"+o, nil, enter), reset.ErrConflict)
		wantErr(t, s.Update(t.Context(), "undo-"+o, nil, enter), nil)
		update(t, s, "undo-"+o, nil, func(tx *engine.Tx) {
			tx.Request.State, tx.Request.Outcome = reset.Failed,
				reset.Unchanged
		})
		wantErr(t, s.Update(t.Context(), "next-"+o, nil, enter), reset.ErrConflict)
		update(t, s, "bad-"+o, nil, func(tx *engine.Tx) {
			tx.Request.Settled = &reset.Settlement{By: jon, Why: "seen", At: t0}
		})
		wantErr(t, s.Update(t.Context(), "next-"+o, nil, enter), nil)
	}
	// A write whose answer was lost is judged anew when it lands.
	for outcome, want := range map[reset.Outcome]error{reset.AppliedLate: nil,
		reset.PartiallyApplied: reset.ErrConflict} {
		o := "later-" + string(outcome)
		here := on("prod-eu", "kafka-1", o)
		create(t, s, ask("old-"+o, reset.Failed, here, func(r *reset.Request) { r.Outcome = reset.Unchanged }))
		create(t, s, ask("next-"+o, reset.Approved, here))
		update(t, s, "old-"+o, nil, func(tx *engine.Tx) { tx.Request.Outcome = outcome })
		wantErr(t, s.Update(t.Context(), "next-"+o, nil, enter), want)
	}
}
