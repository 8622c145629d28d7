package storetest

import (
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func freezeRequest(id string, act reset.Act) reset.Request {
	return ask(id, reset.Approved, func(r *reset.Request) { r.Act = act })
}

func frozen(id, cluster, clusterID string, at time.Time) reset.Frozen {
	return reset.Frozen{ID: id, Cluster: cluster, ClusterID: clusterID, By: jon, Why: "why " + id, At: at}
}

func freezes(t *testing.T, s engine.Store) []reset.Frozen {
	t.Helper()
	found, err := s.Freezes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// freezesStack: one row each, oldest first; each is lifted by itself and once.
func freezesStack(t *testing.T, open Open) {
	s := open(t)
	for _, id := range []string{"k1", "k2", "k3"} {
		create(t, s, freezeRequest(id, reset.Freeze{Cluster: "prod-eu"}))
	}
	first, second := frozen("k1", "prod-eu", "kafka-1", t0), frozen("k2", "prod-eu", "kafka-1", t0.Add(time.Second))
	all := frozen("k3", reset.Everything, "", t0.Add(-time.Second))
	for _, f := range []reset.Frozen{first, second, all} {
		update(t, s, f.ID, nil, func(tx *engine.Tx) { tx.Freeze(f) })
	}
	same(t, "in force", freezes(t, open(t)), []reset.Frozen{all, first, second})
	again := func(tx *engine.Tx) error { tx.Freeze(first); return nil }
	wantErr(t, s.Update(t.Context(), "k1", nil, again), reset.ErrConflict)

	create(t, s, freezeRequest("k4", reset.Thaw{FreezeID: "k1", Cluster: "prod-eu"}))
	lift := func(tx *engine.Tx) error {
		same(t, "seen by an update", tx.Freezes, []reset.Frozen{all, first, second})
		tx.Thaw("k1")
		return nil
	}
	wantErr(t, s.Update(t.Context(), "k4", nil, lift), nil)
	same(t, "after the first was lifted", freezes(t, s), []reset.Frozen{all, second})
	err := s.Update(t.Context(), "k4", nil, func(tx *engine.Tx) error { tx.Thaw("k1"); return nil })
	wantErr(t, err, reset.ErrConflict)
	same(t, "after it was lifted twice", freezes(t, s), []reset.Frozen{all, second})
}

// freezesConcern: a freeze and a thaw see all that is open, and what set the freezes in force; other requests do not.
func freezesConcern(t *testing.T, open Open) {
	s := open(t)
	create(t, s, freezeRequest("k1", reset.Freeze{Cluster: "prod-eu"}))
	update(t, s, "k1", nil, func(tx *engine.Tx) {
		tx.Freeze(frozen("k1", "prod-eu", "kafka-1", t0))
		tx.Request.State = reset.Applied
	})
	create(t, s, ask("k2", reset.Draft, func(r *reset.Request) { r.CreatedAt = t0.Add(1e6) }))
	create(t, s, ask("k3", reset.Applying, on("sandbox", "kafka-2", "other"),
		func(r *reset.Request) { r.CreatedAt = t0.Add(2e6) }))
	create(t, s, ask("k4", reset.Applied))
	create(t, s, freezeRequest("k5", reset.Thaw{FreezeID: "k1", Cluster: "prod-eu"}))
	ids := func(rs []reset.Request) (out []string) {
		for _, r := range rs {
			out = append(out, r.ID)
		}
		return out
	}
	update(t, s, "k5", nil, func(tx *engine.Tx) {
		same(t, "a thaw concerns", ids(tx.Concerned), []string{"k1", "k2", "k3"})
		for _, o := range tx.Concerned {
			tx.Log(reset.Entry{At: t0, Request: o.ID, Event: reset.EvThawed})
			tx.AlsoSave(o)
		}
	})
	same(t, "version of what was told", load(t, s, "k2").Version, int64(2))
	log, err := s.Audit(t.Context(), "k2", 0)
	wantErr(t, err, nil)
	same(t, "told", len(log), 1)
	update(t, s, "k2", nil, func(tx *engine.Tx) { same(t, "a reset concerns", len(tx.Concerned), 0) })
}

// kafkaLearned: which Kafka a name leads to is kept, and completes the freezes of that name that did not know.
func kafkaLearned(t *testing.T, open Open) {
	s := open(t)
	for _, id := range []string{"k1", "k2"} {
		create(t, s, freezeRequest(id, reset.Freeze{Cluster: "prod-eu"}))
	}
	update(t, s, "k1", nil, func(tx *engine.Tx) {
		same(t, "known at first", len(tx.Kafkas), 0)
		tx.Freeze(frozen("k1", "prod-eu", "", t0))
		tx.Freeze(frozen("k2", "prod-eu", "kafka-0", t0.Add(1e6)))
		tx.Freeze(frozen("k3", "sandbox", "", t0.Add(2e6)))
	})
	wantErr(t, s.Learn(t.Context(), "prod-eu", "kafka-1", t0), nil)
	wantErr(t, s.Learn(t.Context(), "sandbox", "kafka-2", t0), nil)
	wantErr(t, s.Learn(t.Context(), "prod-eu", "kafka-3", t0), nil) // it leads elsewhere now
	known, err := open(t).Kafkas(t.Context())
	wantErr(t, err, nil)
	same(t, "known", known, map[string]string{"prod-eu": "kafka-3", "sandbox": "kafka-2"})
	update(t, s, "k1", nil, func(tx *engine.Tx) { same(t, "seen by an update", tx.Kafkas, known) })
	same(t, "freezes", freezes(t, s), []reset.Frozen{frozen("k1", "prod-eu", "kafka-1", t0),
		frozen("k2", "prod-eu", "kafka-0", t0.Add(1e6)), frozen("k3", "sandbox", "kafka-2", t0.Add(2e6))})
}

// freezesAsked: what may be written sees the freezes that were asked for and are not decided yet: envelopes, and
// requests that have not put theirs in force.
func freezesAsked(t *testing.T, open Open) {
	s := open(t)
	for _, in := range []engine.Inbox{
		{ID: "e1", Kind: "command", Verb: "freeze", About: "prod-eu", ReceivedAt: t0},
		{ID: "e2", Kind: "command", Verb: "freeze", About: "sandbox", ReceivedAt: t0},
		{ID: "e3", Kind: "command", Verb: "thaw", About: "prod-eu", ReceivedAt: t0},
	} {
		_, err := s.Record(t.Context(), in)
		wantErr(t, err, nil)
	}
	wantErr(t, s.Decided(t.Context(), "e2", t0), nil)
	for id, act := range map[string]reset.Act{
		"k1": reset.Freeze{Cluster: "prod-eu", Why: "why"}, "k2": reset.Thaw{FreezeID: "k9"},
	} {
		r := freezeRequest(id, act)
		r.State, r.CreatedAt = reset.Planning, t0
		create(t, s, r)
	}
	inForce := freezeRequest("k3", reset.Freeze{Cluster: "prod-eu"})
	inForce.State = reset.Applied
	create(t, s, inForce)
	create(t, s, ask("k4", reset.Approved))
	create(t, s, ask("k5", reset.Draft))
	update(t, s, "k4", nil, func(tx *engine.Tx) {
		same(t, "asked for", tx.Freezing, []reset.Frozen{{ID: "e1", Cluster: "prod-eu", At: t0},
			{ID: "k1", Cluster: "prod-eu", By: freezeRequest("k1", nil).Actor, Why: "why", At: t0}})
	})
	update(t, s, "k5", nil, func(tx *engine.Tx) { same(t, "of a draft", len(tx.Freezing), 0) })
}
