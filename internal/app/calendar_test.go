package app

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"
	_ "time/tzdata" // the zones of the tests, not of the machine

	"github.com/google/go-cmp/cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/store"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset/clustertest"
)

// nights are times of the day that the clocks of their zones skip, or show twice, on some day of 2026.
var nights = []struct {
	zone, expr string
	hour, min  int
}{
	{"Europe/Berlin", "30 2 * * *", 2, 30},
	{"America/New_York", "15 1 * * *", 1, 15},
	{"Australia/Lord_Howe", "15 2 * * *", 2, 15},
	{"Asia/Kathmandu", "0 0 * * *", 0, 0},
}

// TestTheWeeksInWhichClocksChange lives through them, and through the turn of the year, with the real expressions and
// the real store. Every run that a clock on the wall calls for is asked for exactly once, although the process is
// started anew every few days. The expressions alone are compared with every minute of a year in package cron.
func TestTheWeeksInWhichClocksChange(t *testing.T) {
	t.Parallel()
	day := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	}
	for name, weeks := range map[string][2]time.Time{
		"the turn of the year":                      {day(2025, 12, 30), day(2026, 1, 3)},
		"New York in spring":                        {day(2026, 3, 6), day(2026, 3, 11)},
		"Berlin in spring, and Lord Howe in autumn": {day(2026, 3, 27), day(2026, 4, 8)},
		"Lord Howe in spring":                       {day(2026, 10, 2), day(2026, 10, 7)},
		"Berlin and New York in autumn":             {day(2026, 10, 23), day(2026, 11, 4)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			livesThrough(t, weeks[0].Add(12*time.Hour), weeks[1])
		})
	}
}

func livesThrough(t *testing.T, begin, end time.Time) {
	t.Helper()
	b := newCalendar(t, begin)
	ids := map[string]string{}
	for _, n := range nights {
		ids[n.zone] = b.save(reset.Schedule{Name: n.zone, Expr: n.expr, Zone: n.zone,
			Until: b.now.Add(366 * 24 * time.Hour)})
	}
	for restart := b.now; b.now.Before(end); {
		if b.now.Sub(restart) > 2*24*time.Hour {
			b.start()
			restart = b.now
		}
		b.minute()
	}
	for _, n := range nights {
		zone, err := time.LoadLocation(n.zone)
		if err != nil {
			t.Fatal(err)
		}
		want := onTheWall(zone, n.hour, n.min, begin, end)
		if diff := cmp.Diff(want, b.runs(ids[n.zone], end)); diff != "" || len(want) < 3 {
			t.Errorf("%s %s (-want +got):\n%s", n.zone, n.expr, diff)
		}
	}
}

// onTheWall looks at a clock every minute of a year: a daily run is due in the first minute of each day in which the
// clock shows its time, or a later one.
func onTheWall(zone *time.Location, hour, minute int, begin, end time.Time) []string {
	var due []string
	last := ""
	for at := begin.Add(-48 * time.Hour); at.Before(end); at = at.Add(time.Minute) {
		wall := at.In(zone)
		if day := wall.Format(time.DateOnly); day != last && wall.Hour()*60+wall.Minute() >= hour*60+minute {
			last = day
			if at.After(begin) {
				due = append(due, at.Format(time.RFC3339))
			}
		}
	}
	return due
}

// calendar is a core with a clock of its own, on a real store, whose runs are all refused: what counts here is that
// they are asked for.
type calendar struct {
	t    testing.TB
	path string
	now  time.Time
	mu   sync.Mutex
	ids  int
	*engine.Service
}

func newCalendar(t testing.TB, now time.Time) *calendar {
	b := &calendar{t: t, path: filepath.Join(t.TempDir(), "bot.db"), now: now}
	b.start()
	return b
}

func (b *calendar) start() {
	db, err := store.Open(b.t.Context(), b.path)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = db.Close() })
	k := clustertest.New("K1")
	k.Topic("orders", "t1", 1, 0, 1000)
	k.Commit("billing", "orders", 0, 900)
	b.Service = &engine.Service{Store: db, Policy: filer{}, Chat: mute{}, Cron: cronParser{}, Now: b.clock,
		Clusters: map[string]engine.Cluster{"prod": k}, Infos: []reset.ClusterInfo{{Name: "prod", ID: "K1"}},
		NewID: b.newID, Log: slog.New(slog.DiscardHandler), Owner: fmt.Sprintf("process %p", db),
		Times: engine.DefaultTimes}
}

func (b *calendar) clock() time.Time { b.mu.Lock(); defer b.mu.Unlock(); return b.now }
func (b *calendar) newID() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ids++
	return fmt.Sprintf("k%05d", b.ids)
}

// filer lets the configuration file save schedules, and no run is below the cap: it is refused, and the next one comes.
type filer struct{}

func (filer) Rule(_ context.Context, a reset.PolicyQuestion) (reset.Ruling, error) {
	return reset.Ruling{Allowed: a.Verb == reset.VerbSchedule, Rule: "all", Denial: reset.DeniedCap, Cap: "replay 0",
		MandateValid: true, MaxReplay: 1 << 40}, nil
}

type mute struct{}

func (mute) Receive(context.Context, engine.Inbox) error          { return nil }
func (mute) Show(context.Context, reset.Story) (time.Time, error) { return time.Time{}, nil }

// save stores a schedule and returns its id.
func (b *calendar) save(sc reset.Schedule) string {
	b.t.Helper()
	sc.Intent = reset.Intent{Cluster: "prod", Group: "billing", Target: reset.Shift{By: -1},
		Scope: reset.Scope{Topics: []reset.TopicScope{{Topic: "orders"}}}}
	sc.Announce, sc.Source, sc.Owner = 15*time.Minute, reset.FromFile, reset.Actor{Kind: reset.Person, ID: "U0MARA"}
	r, err := b.Ask(b.t.Context(), engine.Ask{Actor: reset.Actor{Kind: reset.Config, ID: "config"},
		Origin: "file " + sc.Name, Act: reset.SaveSchedule{Schedule: sc}})
	if err != nil {
		b.t.Fatal(err)
	}
	b.settle()
	if r, err = b.Store.Load(b.t.Context(), r.ID); err != nil || r.State != reset.Applied {
		b.t.Fatalf("%s, %v, %v", r.State, r.Problem, err)
	}
	return r.ID
}

// minute goes to the next full minute in which something is due. Minutes in which nothing is due are skipped.
func (b *calendar) minute() {
	b.t.Helper()
	at, err := b.Store.Soonest(b.t.Context())
	if err != nil || at.IsZero() {
		b.t.Fatalf("nothing is due any more at %s: %v", b.now, err)
	}
	next := b.now.Truncate(time.Minute).Add(time.Minute)
	if at.After(next) {
		next = at.Add(time.Minute - time.Nanosecond).Truncate(time.Minute)
	}
	b.mu.Lock()
	b.now = next
	b.mu.Unlock()
	b.settle()
}

func (b *calendar) settle() {
	for range 100 {
		if n, err := b.Reconcile(b.t.Context()); err != nil {
			b.t.Fatal(err)
		} else if n == 0 {
			return
		}
	}
	b.t.Fatal("something is due for ever")
}

// runs are the own times of a schedule's runs.
func (b *calendar) runs(id string, end time.Time) []string {
	all, err := b.Store.List(b.t.Context(), engine.Filter{Actor: reset.Actor{Kind: reset.Scheduled, ID: id}})
	if err != nil {
		b.t.Fatal(err)
	}
	var out []string
	for i := len(all) - 1; i >= 0; i-- {
		if at := all[i].Run.At; at.Before(end) {
			out = append(out, at.UTC().Format(time.RFC3339))
		}
	}
	return out
}

// BenchmarkSchedules measures what 10,000 schedules cost: idle, and when all are due in one minute.
func BenchmarkSchedules(b *testing.B) {
	const many = 10_000
	c := newCalendar(b, time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))
	c.copies(c.save(reset.Schedule{Name: "n", Expr: "0 2 * * *", Zone: "Europe/Berlin"}), many-1)
	b.Run("idle", func(b *testing.B) {
		for b.Loop() {
			if n, err := c.Reconcile(b.Context()); n != 0 || err != nil {
				b.Fatal(n, err)
			}
		}
	})
	b.Run("all at once", func(b *testing.B) {
		for b.Loop() {
			c.mu.Lock()
			// when they are announced, for 01:00 UTC
			c.now = c.now.Truncate(24 * time.Hour).Add(24*time.Hour + 45*time.Minute)
			c.mu.Unlock()
			began := time.Now()
			c.settleAll()
			b.ReportMetric(time.Since(began).Seconds(), "s/last")
			b.ReportMetric(float64(time.Since(began).Microseconds())/many, "us/run")
		}
	})
}

// copies stores more schedules like one that was saved: as it was, but for names.
func (b *calendar) copies(id string, more int) {
	b.t.Helper()
	found, err := b.Store.Schedules(b.t.Context(), reset.ScheduleFilter{ID: id})
	if err != nil || len(found) != 1 {
		b.t.Fatal(len(found), err)
	}
	for i := range more {
		sc := found[0]
		sc.ID, sc.Name, sc.Version = b.newID(), fmt.Sprintf("n%05d", i), 0
		sc.Request = sc.ID
		r := reset.Request{ID: sc.ID, Revision: 1, State: reset.Applied, Origin: "file " + sc.Name,
			Act: reset.SaveSchedule{Schedule: sc}}
		if _, _, err := b.Store.Create(b.t.Context(), r, nil); err != nil {
			b.t.Fatal(err)
		}
		if err := b.Store.Update(b.t.Context(), sc.ID, nil,
			func(tx *engine.Tx) error { tx.Schedule = &sc; return nil }); err != nil {
			b.t.Fatal(err)
		}
	}
	b.settleAll()
}

// settleAll works until nothing is due.
func (b *calendar) settleAll() {
	for {
		if n, err := b.Reconcile(b.t.Context()); err != nil {
			b.t.Fatal(err)
		} else if n == 0 {
			return
		}
	}
}
