package model

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/app"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/config"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// The channels: the bot is a member of the last two.
const (
	incident = "C0INC"
	payOps   = "C0PAYOPS"
	home     = "C0KAFKA"
)

// world is one run: a Slack, a Kafka, a clock that moves when told, a process of the bot, and what was done so far.
type world struct {
	t      *testing.T
	ctx    context.Context
	seed   uint64
	rand   *rand.Rand
	sim    *slacksim.Sim
	kafka  *fakeKafka
	screen *screen
	cfg    string
	proc   *process
	ids    uint64

	clock sync.Mutex
	time  time.Time

	policy      policy
	dev         *fakeKafka // another cluster, where little happens
	pay, owners []string   // who is in the user groups now
	gone        map[string]bool
	history     []circumstance
	policies    []started
	acts        []*act
	steps       int
	tracing     sync.Mutex
	trace       []string
	found       []violation
	of          map[string][]*request // the writes of each request, once all has come to rest
	sick        bool                  // Slack is in trouble
	sickAt      time.Time             // when it last was
	sickSince   time.Time
	given       bool      // Slack was in trouble for so long that what it refuses was given up
	deadAt      time.Time // when a process last died
	deaths      int       // how many have
}

// started is when a process began with a policy.
type started struct {
	from   time.Time
	policy policy
}

// violation is a promise that was broken.
type violation struct {
	class, detail string
	step          int
}

func (v violation) String() string {
	return fmt.Sprintf("[%s] at step %d: %s", v.class, v.step, v.detail)
}

// wrong notes a violation, once.
func (w *world) wrong(class, format string, args ...any) {
	detail := fmt.Sprintf(format, args...)
	subject, _, _ := strings.Cut(detail, " ")
	if slices.ContainsFunc(w.found, func(v violation) bool {
		return v.class == class &&
			strings.HasPrefix(v.detail, subject+" ")
	}) {
		return
	}
	w.did("!!! %s: %s", class, detail)
	w.found = append(w.found, violation{class, detail, w.steps})
}

func (w *world) now() time.Time { w.clock.Lock(); defer w.clock.Unlock(); return w.time }

// stamp is Slack's time: the nanoseconds say how much had happened in Kafka by then, so that the two histories can be
// told together.
func (w *world) stamp() time.Time {
	w.kafka.mu.Lock()
	defer w.kafka.mu.Unlock()
	return w.now().Add(time.Duration(w.kafka.seq))
}

func (w *world) did(format string, args ...any) {
	w.tracing.Lock()
	defer w.tracing.Unlock()
	w.trace = append(w.trace, fmt.Sprintf("%4d %s ", w.steps, w.now().Format("15:04:05"))+fmt.Sprintf(format, args...))
}

func newWorld(t *testing.T, seed uint64) *world {
	t.Helper()
	w := &world{t: t, ctx: t.Context(), seed: seed, rand: rand.New(rand.NewPCG(seed, 9)), gone: map[string]bool{},
		time: time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)}
	w.kafka = newKafka("K1", w.now)
	w.kafka.note = w.did
	w.dev, w.policy = newKafka("K2", w.now), basePolicy()
	var err error
	// Slack's limits are stories' affair; here its refusals are random.
	w.sim, err = slacksim.New(slacksim.Options{Now: w.stamp, Seed: seed, Unhurried: true, AckWithin: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	w.screen = newScreen(w)
	w.people()
	dir := tempDir(t)
	w.cfg = filepath.Join(dir, "config.yaml")
	w.start()
	t.Cleanup(func() {
		w.proc.end()
		w.sim.Close()
	})
	return w
}

// tempDir is in memory where there is such a place: each decision is on disk before it counts, and disks are slow.
func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "model") //nolint:usetesting // the place matters
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// process is one life of the bot. When it is killed, none of its calls reaches the store or Kafka any more.
type process struct {
	w      *world
	app    *app.App
	db     engine.Store // past the gate
	stop   context.CancelFunc
	ended  chan error
	log    journal
	policy policy
	dead   atomic.Bool
	killIn atomic.Int64 // so many calls from now; 0: not at all
}

type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) { j.mu.Lock(); defer j.mu.Unlock(); return j.b.Write(p) }
func (j *journal) String() string              { j.mu.Lock(); defer j.mu.Unlock(); return j.b.String() }

func (w *world) start() {
	w.t.Helper()
	if err := os.WriteFile(w.cfg, []byte(w.policy.text(w)), 0o600); err != nil {
		w.t.Fatal(err)
	}
	for _, a := range w.acts[max(0, len(w.acts)-20):] {
		if !a.answered {
			a.policies = append(a.policies, w.policy)
		}
	}
	w.policies = append(w.policies, started{w.now(), w.policy})
	cfg, err := config.Load(w.cfg, os.LookupEnv, os.ReadFile)
	if err != nil {
		w.t.Fatal(err)
	}
	p := &process{w: w, ended: make(chan error, 1), policy: w.policy}
	clusters := cfg.Clusters
	p.app, err = app.New(w.ctx, cfg, app.Options{Now: w.now, NewID: w.newID,
		Log:   slog.New(slog.NewTextHandler(&p.log, nil)),
		Store: func(s engine.Store) engine.Store { p.db = s; return gatedStore{s, p} },
		Kafka: func(engine.Cluster) engine.Cluster {
			name := clusters[0].Name
			clusters = clusters[1:]
			return gatedKafka{map[bool]*fakeKafka{true: w.dev, false: w.kafka}[name == "dev"], p, name}
		}})
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(w.ctx))
	p.stop = stop
	if err := p.app.Begin(ctx); err != nil {
		w.t.Fatal(err)
	}
	go func() { p.ended <- p.app.Listen(ctx) }()
	w.proc = p
	w.until("the bot is connected", func() bool { return w.sim.Connections() == 1 })
}

// until waits for something that happens outside of the model's time.
func (w *world) until(what string, ok func() bool) {
	w.t.Helper()
	limit := time.After(time.Minute)
	for !ok() {
		select {
		case <-time.After(time.Millisecond):
		case <-limit:
			w.t.Fatalf("seed %d: waited in vain until %s\n%s", w.seed, what, w.proc.log.String())
		}
	}
}

// newID is as the product's, from the run's own source.
func (w *world) newID() string {
	const letters, all = "abcdefghjkmnpqrstuvwxyz", "abcdefghjkmnpqrstuvwxyz23456789"
	n := atomic.AddUint64(&w.ids, 1)
	r := rand.New(rand.NewPCG(w.seed, n))
	id := []byte{letters[r.IntN(len(letters))]}
	for range 3 {
		id = append(id, all[r.IntN(len(all))])
	}
	return string(id)
}

// end stops a process, dead or alive, and gives back what it holds.
func (p *process) end() {
	p.stop()
	if err := <-p.ended; err != nil {
		p.w.wrong("stop", "the bot ended with %v", err)
	}
	for line := range strings.Lines(p.log.String()) {
		// goroutines that wait for one that was killed panic in sync.OnceValue
		if strings.Contains(line, "panic") && !p.dead.Load() {
			p.w.wrong("panic", "%s", line)
		}
	}
	_ = p.app.Close() // the database of a process that was killed closes as it can
}

// point is a call of the process to its store or its Kafka, before or after it has taken effect. A killed process
// ends here: its goroutines go, one at a time, and nothing of it is heard any more.
func (p *process) point() {
	if !p.dead.Load() && p.killIn.Load() > 0 && p.killIn.Add(-1) == 0 {
		p.dead.Store(true)
	}
	if p.dead.Load() {
		runtime.Goexit()
	}
}

// turn is one round of the loop.
func (p *process) turn() int {
	done := make(chan int, 1)
	go func() {
		defer close(done)
		n, err := p.app.Reconcile(p.w.ctx)
		if err != nil {
			p.w.wrong("loop", "reconcile: %v", err)
		}
		done <- n
	}()
	return <-done
}

// settle turns the loop until nothing is due. A process that died meanwhile is followed by another one.
func (w *world) settle() {
	w.t.Helper()
	for range 400 {
		if next, err := w.proc.db.Soonest(w.ctx); err == nil && (next.IsZero() || next.After(w.now())) &&
			!w.proc.dead.Load() {
			w.screen.read()
			return
		}
		n := w.proc.turn()
		w.screen.read()
		switch {
		case w.proc.dead.Load():
			w.reborn()
		case n == 0:
			return
		}
	}
	w.wrong("busy loop", "something is due for ever")
}

func (w *world) reborn() {
	w.did("the process is gone; another one starts")
	w.deadAt = w.now()
	w.deaths++
	w.proc.end()
	w.until("slack has noticed", func() bool { return w.sim.Connections() == 0 })
	w.start()
}

// advance lets time pass in steps, as a loop that looks so often would see it.
func (w *world) advance(step time.Duration, times int) {
	for range times {
		w.clock.Lock()
		w.time = w.time.Add(step)
		w.clock.Unlock()
		w.kafka.forget()
		w.settle()
		w.screen.overdue()
	}
}

// gatedStore is the store as far as the process lives.
type gatedStore struct {
	engine.Store
	p *process
}

func gated[T any](p *process, call func() (T, error)) (T, error) {
	p.point()
	v, err := call()
	p.point()
	return v, err
}

func (g gatedStore) Record(ctx context.Context, in engine.Inbox) (bool, error) {
	return gated(g.p, func() (bool, error) { return g.Store.Record(ctx, in) })
}

func (g gatedStore) Envelope(ctx context.Context, id string) (engine.Inbox, error) {
	return gated(g.p, func() (engine.Inbox, error) { return g.Store.Envelope(ctx, id) })
}

func (g gatedStore) Decided(ctx context.Context, id string, at time.Time) error {
	_, err := gated(g.p, func() (bool, error) { return true, g.Store.Decided(ctx, id, at) })
	return err
}

func (g gatedStore) Create(ctx context.Context, r reset.Request, entries []reset.Entry) (reset.Request, bool, error) {
	g.p.point()
	made, fresh, err := g.Store.Create(ctx, r, entries)
	g.p.point()
	return made, fresh, err
}

func (g gatedStore) Update(ctx context.Context, id string, hold *engine.Due, change func(*engine.Tx) error) error {
	_, err := gated(g.p, func() (bool, error) { return true, g.Store.Update(ctx, id, hold, change) })
	return err
}

func (g gatedStore) Load(ctx context.Context, id string) (reset.Request, error) {
	return gated(g.p, func() (reset.Request, error) { return g.Store.Load(ctx, id) })
}

func (g gatedStore) SaveCard(ctx context.Context, c engine.Card) error {
	_, err := gated(g.p, func() (bool, error) { return true, g.Store.SaveCard(ctx, c) })
	return err
}

func (g gatedStore) Claim(ctx context.Context, c engine.Claim) ([]engine.Due, error) {
	if g.p.w.seed%4 > 0 {
		c.Limit = 1 // one after the other: such a run is the same each time
	}
	return gated(g.p, func() ([]engine.Due, error) { return g.Store.Claim(ctx, c) })
}

func (g gatedStore) Renew(ctx context.Context, d engine.Due, until time.Time) error {
	_, err := gated(g.p, func() (bool, error) { return true, g.Store.Renew(ctx, d, until) })
	return err
}

func (g gatedStore) Release(ctx context.Context, d engine.Due, next time.Time) error {
	_, err := gated(g.p, func() (bool, error) { return true, g.Store.Release(ctx, d, next) })
	return err
}

// gatedKafka is Kafka as far as the process lives.
type gatedKafka struct {
	*fakeKafka
	p    *process
	name string // under which it is configured
}

func (g gatedKafka) ID(context.Context) (string, error) {
	return gated(g.p, func() (string, error) { return g.fakeKafka.id, nil })
}

func (g gatedKafka) States(ctx context.Context, groups []string) (map[string]reset.GroupState, error) {
	return gated(g.p, func() (map[string]reset.GroupState, error) { return g.fakeKafka.States(ctx, groups) })
}

func (g gatedKafka) Topics(context.Context) ([]string, error) { return nil, nil } // for forms, which nobody opens

func (g gatedKafka) Look(ctx context.Context, groups []string) (map[string]reset.Look, error) {
	return gated(g.p, func() (map[string]reset.Look, error) { return g.fakeKafka.Look(ctx, groups) })
}

func (g gatedKafka) Inspect(ctx context.Context, q reset.Query) (reset.Snapshot, error) {
	return gated(g.p, func() (reset.Snapshot, error) { return g.fakeKafka.Inspect(ctx, q) })
}

func (g gatedKafka) Write(
	ctx context.Context, group string, c reset.Chunk, ready func() error,
) ([]reset.StepResult, error) {
	return gated(g.p, func() ([]reset.StepResult, error) {
		return g.fakeKafka.write(ctx, sender{g.name, g.p.policy, g.p.w.sick}, group, c, ready)
	})
}

func (g gatedKafka) ReadBack(ctx context.Context, group string, parts []reset.Partition) ([]reset.Position, error) {
	return gated(g.p, func() ([]reset.Position, error) { return g.fakeKafka.ReadBack(ctx, group, parts) })
}

// story is what happened, to analyse a violation.
func (w *world) story() string {
	from := max(0, len(w.trace)-4000)
	return strings.Join(slices.Clone(w.trace[from:]), "\n")
}
