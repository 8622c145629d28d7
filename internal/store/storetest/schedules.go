package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// saveSchedule is a request that saves a schedule, as it is while that waits.
func saveSchedule(id, of string) reset.Request {
	return ask(id, reset.Approved, func(r *reset.Request) {
		r.Act = reset.SaveSchedule{Schedule: reset.Schedule{ID: of,
			Intent: reset.Intent{Cluster: "prod-eu", Group: "billing"}}}
	})
}

func nightly(id, request string) reset.Schedule {
	return reset.Schedule{ID: id, Name: "nightly", Expr: "0 2 * * *", Zone: "Europe/Berlin", Status: reset.Active,
		Source: reset.FromSlack, Request: request,
		Intent: reset.Intent{Cluster: "prod-eu", Group: "billing", Target: reset.Time{At: t0, Back: 24 * time.Hour}},
		Next:   t0.Add(time.Hour), Owner: mara,
		Mandate: reset.Mandate{Owner: mara, Votes: []reset.Vote{{Actor: jon, At: t0}},
			Bounds: reset.Bounds{Topics: []reset.TopicID{{Topic: "orders", ID: "t1"}}}}}
}

func schedules(t *testing.T, s engine.Store, f reset.ScheduleFilter) []reset.Schedule {
	t.Helper()
	found, err := s.Schedules(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func scheduleSurvives(t *testing.T, open Open) {
	s := open(t)
	create(t, s, saveSchedule("k7f3", ""))
	quiet(t, s)
	want := nightly("k7f3", "k7f3")
	update(t, s, "k7f3", nil, func(tx *engine.Tx) {
		same(t, "before it is saved", tx.Schedule, (*reset.Schedule)(nil))
		sc := want
		tx.Schedule = &sc
	})
	want.Version = 1
	same(t, "stored", schedules(t, open(t), reset.ScheduleFilter{ID: "k7f3"}), []reset.Schedule{want})
	names, rows := claim(t, s, t0, engine.DueSchedule)
	same(t, "due", names, []string{"schedule k7f3"})

	// Its owner sets by Release when it is due again.
	update(t, s, "k7f3", &rows[0], func(tx *engine.Tx) { tx.Schedule.Next = t0.Add(25 * time.Hour) })
	release(t, s, rows[0], t0.Add(24*time.Hour))
	names, _ = claim(t, s, t0.Add(24*time.Hour-time.Second), engine.DueSchedule)
	same(t, "due before its time", len(names), 0)

	// Another change makes it due. A request that changes it sees it, and what it holds must be current.
	create(t, s, saveSchedule("k9p2", "k7f3"))
	update(t, s, "k9p2", nil, func(tx *engine.Tx) {
		same(t, "version that a change sees", tx.Schedule.Version, int64(2))
		tx.Schedule.Request = "k9p2"
	})
	names, old := claim(t, s, t0, engine.DueSchedule)
	same(t, "due after a change", names, []string{"schedule k7f3"})
	release(t, s, old[0], time.Time{})
	err := s.Update(t.Context(), "k9p2", &rows[0],
		func(tx *engine.Tx) error { tx.Schedule.Status = reset.Lapsed; return nil })
	wantErr(t, err, reset.ErrConflict)
	same(t, "status", schedules(t, s, reset.ScheduleFilter{})[0].Status, reset.Active)
}

// scheduleMakesRuns: a run is born in the transaction that moves its schedule on, or not at all; it sees its schedule,
// and its end makes that due.
func scheduleMakesRuns(t *testing.T, open Open) {
	s := open(t)
	create(t, s, saveSchedule("k7f3", ""))
	sc := nightly("k7f3", "k7f3")
	update(t, s, "k7f3", nil, func(tx *engine.Tx) { tx.Schedule = &sc })
	card := load(t, s, "k7f3").Version
	run := ask("k222", reset.Planning, func(r *reset.Request) {
		r.Origin, r.Run = "schedule k7f3 @ two", &reset.Run{Schedule: "k7f3"}
	})
	makes := func(tx *engine.Tx) error {
		tx.Make(run, reset.Entry{Request: run.ID, Event: reset.EvAsked, At: t0})
		tx.Schedule.LastRun = run.ID
		return nil
	}
	failed := errors.New("no")
	wantErr(t, s.Update(t.Context(), "k7f3", nil, func(tx *engine.Tx) error { _ = makes(tx); return failed }), failed)
	_, err := s.Load(t.Context(), "k222")
	wantErr(t, err, reset.ErrNotFound)

	quiet(t, s)
	wantErr(t, s.Update(t.Context(), "k7f3", nil, makes), nil)
	same(t, "the schedule's card", load(t, s, "k7f3").Version, card)
	names, rows := claim(t, s, t0, engine.DueRequest, engine.DueSchedule)
	same(t, "due", names, []string{"request k222", "request k7f3", "schedule k7f3"})
	for _, r := range rows {
		release(t, s, r, time.Time{})
	}
	found, err := s.List(t.Context(), engine.Filter{Origin: run.Origin})
	wantErr(t, err, nil)
	same(t, "found by its origin", len(found), 1)
	again := run
	again.ID = "k333"
	wantErr(t, s.Update(t.Context(), "k7f3", nil, func(tx *engine.Tx) error { tx.Make(again); return nil }), nil)
	_, err = s.Load(t.Context(), "k333") // its origin has one already
	wantErr(t, err, reset.ErrNotFound)

	quiet(t, s)
	update(t, s, "k222", nil, func(tx *engine.Tx) {
		same(t, "the schedule that a run sees", tx.Schedule.LastRun, "k222")
		wantErr(t, tx.Request.Advance(reset.Cancelled), nil)
	})
	names, _ = claim(t, s, t0, engine.DueSchedule)
	same(t, "due after the end of a run", names, []string{"schedule k7f3"})

	// Documents of earlier versions keep a run's standing approval with the run.
	old := ask("k444", reset.Planning, func(r *reset.Request) {
		r.Run = &reset.Run{Schedule: "k7f3", At: t0, Former: &reset.Mandate{Request: "k7f3"}}
	})
	create(t, s, old)
	read := load(t, s, "k444")
	same(t, "standing approval of an earlier version", read.Mandate, &reset.Mandate{Request: "k7f3"})
	same(t, "first time", read.Run.First, t0)
}

func scheduleNames(t *testing.T, open Open) {
	s := open(t)
	for _, id := range []string{"k7f3", "k9p2"} {
		create(t, s, saveSchedule(id, ""))
	}
	sc := nightly("k7f3", "k7f3")
	update(t, s, "k7f3", nil, func(tx *engine.Tx) { tx.Schedule = &sc })
	second := nightly("k9p2", "k9p2")
	second.Source, second.Intent.Group = reset.FromFile, "audit"
	save := func(tx *engine.Tx) error { next := second; tx.Schedule = &next; return nil }
	wantErr(t, s.Update(t.Context(), "k9p2", nil, save), reset.ErrConflict)
	failed := errors.New("no")
	wantErr(t, s.Update(t.Context(), "k7f3", nil,
		func(tx *engine.Tx) error { tx.Schedule.Status = reset.Removed; return failed }), failed)
	same(t, "kept", len(schedules(t, s, reset.ScheduleFilter{Kept: true})), 1)

	update(t, s, "k7f3", nil, func(tx *engine.Tx) { tx.Schedule.Status = reset.Removed })
	wantErr(t, s.Update(t.Context(), "k9p2", nil, save), nil) // a name is free once its schedule is removed
	for _, tt := range []struct {
		name string
		f    reset.ScheduleFilter
		want int
	}{
		{"all", reset.ScheduleFilter{}, 2},
		{"one", reset.ScheduleFilter{Limit: 1}, 1},
		{"by name", reset.ScheduleFilter{Name: "nightly"}, 2},
		{"by name, kept", reset.ScheduleFilter{Name: "nightly", Kept: true}, 1},
		{"of another name", reset.ScheduleFilter{Name: "weekly"}, 0},
		{"of the file", reset.ScheduleFilter{Source: reset.FromFile}, 1},
		{"of a group", reset.ScheduleFilter{Cluster: "prod-eu", Group: "audit"}, 1},
		{"of another cluster", reset.ScheduleFilter{Cluster: "prod-us"}, 0},
	} {
		same(t, tt.name, len(schedules(t, s, tt.f)), tt.want)
	}
}
