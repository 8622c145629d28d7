// Package app wires the packages and runs them, for the binary, the demo and the end-to-end tests. It translates the
// configuration for the packages that it configures (translate.go) and answers `check` (check.go) and `plan`
// (plan.go). It decides nothing about resets.
package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/bot"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/config"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/guard"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/store"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Options are what a test or the demo may set. Now and Log are required.
type Options struct {
	Now    func() time.Time
	Log    *slog.Logger
	Times  func(*engine.Times)                 // changes the durations of the configuration
	Store  func(engine.Store) engine.Store     // wraps the store
	Kafka  func(engine.Cluster) engine.Cluster // wraps each cluster
	Listen func(net.Addr)                      // is called with the address of the health endpoint
	NewID  func() string                       // ids of requests
	// several processes serve one store: tests of what a database server allows
	Shared bool
}

// drainTime bounds how long a shutdown waits for what has begun: a write, its answer and its read-back.
const drainTime = 25 * time.Second

// App is one process of the bot.
type App struct {
	cfg     *config.Config
	log     *slog.Logger
	now     func() time.Time
	db      *store.Store
	bot     *bot.Bot
	service *engine.Service
	listen  func(net.Addr)
	filed   []reset.Schedule
	alone   bool           // no other process serves the store
	close   []func() error // called in reverse order
}

// New locks the store for this process, opens it and wires everything. Nothing is dialled yet. Close undoes it.
func New(ctx context.Context, cfg *config.Config, o Options) (*App, error) {
	a := &App{cfg: cfg, log: o.Log, now: o.Now, listen: o.Listen}
	if o.NewID == nil {
		o.NewID = newID
	}
	db, err := a.open(ctx, o)
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	kept := engine.Logged(db, o.Log)
	if o.Store != nil {
		kept = o.Store(kept)
	}
	clusters := map[string]engine.Cluster{}
	for _, c := range cfg.Clusters {
		opened, err := openCluster(c, o)
		if err != nil {
			return nil, errors.Join(err, a.Close())
		}
		a.close = append(a.close, opened.Close)
		clusters[c.Name] = opened
		if o.Kafka != nil {
			clusters[c.Name] = o.Kafka(opened)
		}
	}
	var directory *auth.Cached
	a.bot = newBot(cfg, o, func(group string) { directory.Forget(group) })
	directory = auth.NewDirectory(a.bot, o.Now)
	a.service = &engine.Service{
		Store: kept, Policy: policy(cfg, directory), Clusters: clusters, Cron: cronParser{},
		Infos: infos(cfg), Chat: a.bot, Now: o.Now, NewID: o.NewID, Log: o.Log, Owner: rand.Text(),
		Times: times(cfg, o),
	}
	a.bot.Core, a.bot.Cards, a.bot.StoreHealth = a.service, kept, a.storeHealth
	if a.filed, err = schedules(cfg, o.Now()); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// open locks the store for this process and opens it. A new database is logged: an operator who expected an existing
// one must see it before the first request is answered from an empty one.
func (a *App) open(ctx context.Context, o Options) (*store.Store, error) {
	path := a.cfg.Store.Path
	var lock *store.Lock
	if !o.Shared {
		var err error
		if lock, err = store.AcquireLock(path, o.Now()); err != nil {
			return nil, err
		}
		a.close = append(a.close, lock.Release)
	}
	a.alone = lock != nil
	db, err := store.Open(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("open the store %s: %w", path, err)
	}
	a.db, a.close = db, append(a.close, db.Close)
	if lock == nil {
		return db, nil
	}
	switch {
	case db.Made && lock.Before != "":
		o.Log.Error("the database that was served here before is gone; a new, empty one was made: no history, no open requests, no schedules. "+
			"If that is not meant, stop the bot and put the database or its backup back", "path", path, "before",
			lock.Before)
	case db.Made:
		o.Log.Warn("there was no database; a new, empty one was made", "path", path)
	case lock.Before != "" && lock.Before != db.Mark():
		o.Log.Warn("another database is served here than before", "path", path, "before", lock.Before, "now", db.Mark())
	}
	return db, lock.Serves(db)
}

// takeOver continues at once what the previous process was doing when it ended: a click that it acknowledged does not
// wait until its lease ends.
func (a *App) takeOver(ctx context.Context) error {
	if !a.alone {
		return nil
	}
	n, err := a.service.Store.TakeOver(ctx, a.service.Owner)
	if n > 0 {
		a.log.Info("goes on with what the process before left", "claims", n)
	}
	return err
}

// Run serves until ctx is done, and returns after all that it started has stopped. What had begun to be written is
// finished.
func (a *App) Run(ctx context.Context) error {
	if err := a.Begin(ctx); err != nil {
		return err
	}
	g, gctx := errgroup.WithContext(ctx)
	// A panic that was not recovered below ends the process in order: writes that have begun are finished.
	g.Go(func() error { return guard.Do(func() error { return a.bot.Run(gctx) }) })
	g.Go(func() error { return guard.Do(func() error { return a.service.Run(gctx) }) })
	if a.cfg.Health.Listen != "" {
		g.Go(func() error { return guard.Do(func() error { return a.serveHealth(gctx) }) })
	}
	done := make(chan error, 1)
	go func() { done <- g.Wait() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(drainTime):
		return fmt.Errorf("gave up waiting for what was under way after %s; the next start finds it out by reading",
			drainTime)
	}
}

// Begin is what Run does first: it takes over what the process before left, and makes the file's schedules those that
// are stored.
func (a *App) Begin(ctx context.Context) error {
	if err := a.takeOver(ctx); err != nil {
		return err
	}
	return a.service.SyncFileSchedules(ctx, a.filed)
}

// Close gives back what New opened, last first.
func (a *App) Close() error {
	var errs []error
	for i := len(a.close) - 1; i >= 0; i-- {
		errs = append(errs, a.close[i]())
	}
	a.close = nil
	return errors.Join(errs...)
}

// Listen is one half of Run: it takes in what comes from Slack until ctx is done. Reconcile is a turn of the other
// half: for tests whose time only moves when they say so.
func (a *App) Listen(ctx context.Context) error { return a.bot.Run(ctx) }

// Reconcile serves once what is due now, and reports how much that was.
func (a *App) Reconcile(ctx context.Context) (int, error) { return a.service.Reconcile(ctx) }

// turnWithin is how long one round of the loop may take before it counts as stuck: SQLite waits 10 s for its lock.
const turnWithin = 20 * time.Second

// Ready reports whether the bot can do its work now, with a line for each thing that it needs: Slack, the store, and
// the loop.
func (a *App) Ready(ctx context.Context) (bool, string) {
	slack, why := a.bot.Ready()
	lines := []string{why}
	kept := a.db.Ready(ctx, a.now())
	if kept != nil {
		lines = append(lines, "store: "+kept.Error())
	} else {
		lines = append(lines, "store: what is written is kept")
	}
	turns := true
	switch last := a.service.LastRound(); {
	case last.IsZero():
		turns = false
		lines = append(lines, "loop: not started yet")
	case a.now().Sub(last) > turnWithin:
		turns = false
		lines = append(lines, fmt.Sprintf("loop: its last turn was %s ago", a.now().Sub(last).Round(time.Second)))
	default:
		lines = append(lines, "loop: turns")
	}
	return slack && kept == nil && turns, strings.Join(lines, "\n")
}

// storeHealth is the state of the store, for doctor.
func (a *App) storeHealth(ctx context.Context) reset.StoreHealth {
	h := reset.StoreHealth{Path: a.cfg.Store.Path}
	if info, err := os.Stat(h.Path); err == nil {
		h.Bytes = info.Size()
	}
	var fault *reset.StoreError
	if err := a.db.Ready(ctx, a.now()); errors.As(err, &fault) {
		h.Fault = fault.What()
	} else if err != nil {
		h.Fault = "could not be written"
	}
	return h
}

// serveHealth answers /healthz (the process runs) and /readyz (it can do its work: see Ready).
func (a *App) serveHealth(ctx context.Context) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.cfg.Health.Listen)
	if err != nil {
		return fmt.Errorf("health.listen: %w", err)
	}
	if a.listen != nil {
		a.listen(l.Addr())
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "running") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ready, why := a.Ready(r.Context())
		if !ready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		fmt.Fprintln(w, why)
	})
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 5 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() })
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve health: %w", err)
	}
	return nil
}
