package storetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }

func envelopeOnce(t *testing.T, open Open) {
	s := open(t)
	in := engine.Inbox{ID: "e1", Kind: "click", Verb: "cancel", About: "k7f3", Raw: []byte(`{"a":"\u0000"}`),
		ReceivedAt: t0}
	fresh, err := s.Record(t.Context(), in)
	if err != nil || !fresh {
		t.Fatalf("record: new %v, error %v", fresh, err)
	}
	got, err := s.Envelope(t.Context(), "e1")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "envelope", got, in)
	names, _ := claim(t, s, t0)
	same(t, "due after the first delivery", names, []string{"inbox e1"})
	quietNow := t0.Add(time.Minute)
	_, rows := claim(t, s, quietNow)
	release(t, s, rows[0], time.Time{})

	again := in
	again.Verb = "approve"
	fresh, err = open(t).Record(t.Context(), again)
	if err != nil || fresh {
		t.Fatalf("second delivery: new %v, error %v", fresh, err)
	}
	got, err = s.Envelope(t.Context(), "e1")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "envelope after a second delivery", got, in)
	names, _ = claim(t, s, quietNow)
	same(t, "due after the second delivery", len(names), 0)
	_, err = s.Envelope(t.Context(), "e2")
	wantErr(t, err, reset.ErrNotFound)
}

func envelopeDecided(t *testing.T, open Open) {
	s := open(t)
	create(t, s, ask("k7f3", reset.Approved))
	quiet(t, s)
	if _, err := s.Record(t.Context(), engine.Inbox{ID: "e1", About: "k7f3", ReceivedAt: t0}); err != nil {
		t.Fatal(err)
	}
	_, rows := claim(t, s, t0)
	for range 2 { // a worker that died after it decided may decide again
		if err := s.Decided(t.Context(), "e1", t0); err != nil {
			t.Fatal(err)
		}
	}
	names, _ := claim(t, s, t0.Add(time.Hour))
	same(t, "due after the lease ended", len(names), 0)
	release(t, s, rows[0], time.Time{})
	update(t, s, "k7f3", nil, func(tx *engine.Tx) { same(t, "undecided", len(tx.Undecided), 0) })
	fresh, err := s.Record(t.Context(), engine.Inbox{ID: "e1"})
	if err != nil || fresh {
		t.Errorf("a decided envelope was recorded again: new %v, error %v", fresh, err)
	}
	wantErr(t, s.Decided(t.Context(), "e2", t0), reset.ErrNotFound)
}

func createOnce(t *testing.T, open Open) {
	s := open(t)
	first, fresh, err := s.Create(t.Context(), ask("k7f3", reset.Planning),
		[]reset.Entry{{At: t0, Actor: mara, Event: reset.EvAsked}})
	if err != nil || !fresh {
		t.Fatalf("create: new %v, error %v", fresh, err)
	}
	same(t, "first version", first.Version, 1)
	same(t, "stored request", load(t, s, "k7f3"), first)
	names, rows := claim(t, s, t0)
	same(t, "due", names, []string{"card k7f3", "request k7f3"})
	same(t, "cluster of the due row", rows[0].Cluster, "prod-eu")
	quietAt := t0.Add(time.Minute)
	_, rows = claim(t, s, quietAt)
	for _, d := range rows {
		release(t, s, d, time.Time{})
	}

	second := ask("m2n8", reset.Draft)
	second.Origin = first.Origin
	got, fresh, err := s.Create(t.Context(), second, []reset.Entry{{At: t0, Event: reset.EvAsked}})
	if err != nil || fresh {
		t.Fatalf("create of the same origin: new %v, error %v", fresh, err)
	}
	same(t, "request of the origin", got, first)
	_, err = s.Load(t.Context(), "m2n8")
	wantErr(t, err, reset.ErrNotFound)
	log, err := s.Audit(t.Context(), "k7f3", 0)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "audit entries", len(log), 1)
	same(t, "request of the entry", log[0].Request, "k7f3")
	names, _ = claim(t, s, quietAt)
	same(t, "due after the second", len(names), 0)
}

func createTakenID(t *testing.T, open Open) {
	s := open(t)
	first := create(t, s, ask("k7f3", reset.Pending))
	_, _, err := s.Create(t.Context(), ask("k7f3", reset.Draft, func(r *reset.Request) { r.Origin = "other" }), nil)
	wantErr(t, err, reset.ErrConflict)
	same(t, "request that was there", load(t, s, "k7f3"), first)
}

func createOneUndo(t *testing.T, open Open) {
	s := open(t)
	states := []reset.State{reset.Planning, reset.Draft, reset.Pending, reset.Approved, reset.Applying, reset.Applied,
		reset.Failed, reset.Refused, reset.Rejected, reset.Cancelled, reset.Expired}
	for i, state := range states {
		undone := fmt.Sprint("done", i)
		undo := func(r *reset.Request) { on("prod-eu", "kafka-1", undone)(r); r.Undoes = undone }
		create(t, s, ask(undone, reset.Applied, on("prod-eu", "kafka-1", undone)))
		create(t, s, ask(fmt.Sprint("first", i), state, undo))
		_, _, err := s.Create(t.Context(), ask(fmt.Sprint("second", i), reset.Planning, undo), nil)
		stands := state.Open() || state == reset.Applied
		var p *reset.Problem
		switch {
		case stands && (!errors.As(err, &p) || p.Code != reset.ProblemNoUndo || p.Request != undone ||
			p.Want != fmt.Sprint("first", i)):
			t.Errorf("second undo beside one that is %s: %v", state, err)
		case !stands && err != nil:
			t.Errorf("second undo after one that is %s: %v", state, err)
		}
	}
}

func createConcurrently(t *testing.T, open Open) {
	handles := []engine.Store{open(t), open(t)}
	var born atomic.Int32
	var g errgroup.Group
	for i := range 8 {
		g.Go(func() error {
			r := ask(fmt.Sprint("id", i), reset.Planning)
			r.Origin = "one"
			_, fresh, err := handles[i%2].Create(t.Context(), r, nil)
			if fresh {
				born.Add(1)
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	same(t, "requests made of one origin", born.Load(), 1)
}

func list(t *testing.T, open Open) {
	s := open(t)
	add := func(id string, state reset.State, after time.Duration, edit ...func(*reset.Request)) {
		create(t, s, ask(id, state, append(edit, func(r *reset.Request) { r.CreatedAt = t0.Add(after) })...))
	}
	add("a", reset.Applied, 0, func(r *reset.Request) { r.EndedAt = t0.Add(time.Minute) })
	add("b", reset.Pending, time.Microsecond, on("prod-eu", "kafka-1", "pay"))
	add("c", reset.Draft, time.Hour, func(r *reset.Request) { r.Actor = jon; r.Undoes = "a" })
	add("d", reset.Draft, -time.Hour, on("sandbox", "kafka-2", "billing"))
	add("e", reset.Rejected, 2*time.Hour, on("prod-eu", "kafka-1", "refunds"), func(r *reset.Request) {
		r.Asked, r.EndedAt = true, t0.Add(2*time.Hour+time.Minute)
	})
	update(t, s, "b", nil, func(tx *engine.Tx) {
		tx.Request.Asked = true
		tx.AddVote(reset.Vote{Request: "b", Revision: 1, Digest: "d1", Actor: jon, At: t0})
	})
	for _, tt := range []struct {
		f    engine.Filter
		want []string
	}{
		{engine.Filter{}, []string{"e", "c", "b", "a", "d"}},
		{engine.Filter{Limit: 3}, []string{"e", "c", "b"}},
		{engine.Filter{Cluster: "sandbox"}, []string{"d"}},
		{engine.Filter{Group: "billing"}, []string{"c", "a", "d"}},
		{engine.Filter{Group: "billing", Cluster: "prod-eu"}, []string{"c", "a"}},
		{engine.Filter{States: []reset.State{reset.Draft, reset.Pending}}, []string{"c", "b", "d"}},
		{engine.Filter{Actor: jon}, []string{"c"}},
		{engine.Filter{Actor: reset.Actor{Kind: reset.Person, Team: "T9", ID: jon.ID}}, nil},
		{engine.Filter{Undoes: "a"}, []string{"c"}},
		{engine.Filter{Group: "nobody's"}, nil},
		{engine.Filter{Shown: true}, []string{"e", "b"}},
		{engine.Filter{Shown: true, Own: jon}, []string{"e", "c", "b"}},
		{engine.Filter{Person: jon}, []string{"c", "b"}},
		{engine.Filter{Since: t0.Add(2 * time.Hour)}, []string{"e", "c", "b", "d"}},
		{engine.Filter{Since: t0.Add(3 * time.Hour)}, []string{"c", "b", "d"}},
		{engine.Filter{Until: t0.Add(time.Microsecond)}, []string{"a", "d"}},
		{engine.Filter{Before: engine.Cursor{At: t0.Add(time.Hour), ID: "c"}}, []string{"b", "a", "d"}},
		{engine.Filter{Before: engine.Cursor{At: t0.Add(time.Hour), ID: "b"}}, []string{"c", "b", "a", "d"}},
	} {
		found, err := s.List(t.Context(), tt.f)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range found {
			got = append(got, r.ID)
		}
		same(t, fmt.Sprintf("%+v", tt.f), got, tt.want)
	}
	add("f", reset.Draft, 3*time.Hour, func(r *reset.Request) { r.Actor, r.Form = jon, &reset.Form{View: "V1"} })
	found, err := s.List(t.Context(), engine.Filter{Shown: true, Own: jon})
	same(t, "requests of jon that are in no form", len(found), 3)
	same(t, "error", err, nil)
}

func people(t *testing.T, open Open) {
	s := open(t)
	for i, a := range []reset.Actor{mara, jon, mara, {Kind: reset.Person, Team: "T0", ID: "U0KIM"}} {
		create(t, s, ask(fmt.Sprint("r", i), reset.Refused, func(r *reset.Request) {
			r.Actor, r.CreatedAt = a, t0.Add(-time.Duration(i)*time.Hour)
		}))
	}
	got, err := s.People(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "who asked last", got, []reset.Actor{mara, jon})
}

func survives(t *testing.T, open Open) {
	s := open(t)
	want := create(t, s, ask("k7f3", reset.Failed, func(r *reset.Request) {
		r.Outcome = reset.OutcomeUnknown
		r.Effect = reset.Effect{Topics: 1, Replay: 1 << 62, From: t0}
		r.Bounds = reset.Bounds{Topics: []reset.TopicID{{Topic: "orders", ID: "x"}}, MaxSkip: 1<<63 - 1}
		r.Warnings = []reset.Warning{{Code: reset.WarnBusy, Names: []string{"<!channel> 'quoted'"}}}
		r.Problem = &reset.Problem{Code: reset.ProblemLost, Ruling: &reset.Ruling{Allowed: true}}
		r.Observation = reset.Observation{At: t0, EmptySince: t0,
			Group: reset.GroupState{Members: []reset.Member{{ID: "m"}}}}
		r.Settled = &reset.Settlement{By: jon, Why: "looked at it", At: t0}
		r.Deadline, r.DecidedAt, r.EndedAt = t0, t0, t0
	}))
	same(t, "request in another process", load(t, open(t), "k7f3"), want)
	_, err := s.Load(t.Context(), "zzzz")
	wantErr(t, err, reset.ErrNotFound)
}
