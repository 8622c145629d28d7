package bot

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/store"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset/clustertest"
)

// bench is the bot between a Slack with people in it and the engine, which has a database, a policy and a Kafka of its
// own. Time passes when a test says so, or while the bot wants to wait.
type bench struct {
	*engine.Service
	cluster *clustertest.Cluster
	inbox   *inbox
	bot     *Bot
	slack   *slacksim.Sim
	mara    *slacksim.Person
	jon     *slacksim.Person
	ben     *slacksim.Person
	logs    *syncBuffer
	stop    func() // returns when Run has

	mu      sync.Mutex
	clock   time.Time
	ids     int
	waits   map[string]bool // the requests that the bot wants to be called again for
	serving sync.Mutex      // one round at a time
	rounds  sync.WaitGroup
}

func (b *bench) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.clock
}

// pass moves the clock on, and nothing is done about it before the next round.
func (b *bench) pass(by time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.clock = b.clock.Add(by)
}

// id names requests k7f3, k7f4 and so on.
func (b *bench) id() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ids++
	return fmt.Sprintf("k7f%d", b.ids+2)
}

// inbox is the engine as the bot has it: what was recorded is served at once, in the background.
type inbox struct {
	*engine.Service
	b       *bench
	mu      sync.Mutex
	records int
	last    engine.Inbox  // that was to be recorded
	broken  error         // what Receive answers
	slow    chan struct{} // Receive waits for it
}

func (i *inbox) Receive(ctx context.Context, in engine.Inbox) (bool, error) {
	i.mu.Lock()
	i.records, i.last = i.records+1, in
	err, slow := i.broken, i.slow
	i.mu.Unlock()
	if slow != nil {
		<-slow
	}
	if err != nil {
		return false, err
	}
	fresh, err := i.Service.Receive(ctx, in)
	i.b.rounds.Go(i.b.settle)
	return fresh, err
}

// breaks lets nothing be recorded any more.
func (i *inbox) breaks(err error) { i.mu.Lock(); defer i.mu.Unlock(); i.broken = err }

// recorded is how many envelopes were to be recorded.
func (i *inbox) recorded() int { i.mu.Lock(); defer i.mu.Unlock(); return i.records }

// chat is the bot as the engine has it: it notes whether the bot wants to be called again.
type chat struct {
	*Bot
	b *bench
}

func (c chat) Show(ctx context.Context, s reset.Story) (time.Time, error) {
	again, err := c.Bot.Show(ctx, s)
	c.b.mu.Lock()
	c.b.waits[s.Request.ID] = err != nil || !again.IsZero()
	c.b.mu.Unlock()
	return again, err
}

// settle serves what is due until the bot is content, moving the clock on while it wants to wait.
func (b *bench) settle() {
	b.serving.Lock()
	defer b.serving.Unlock()
	for range 10 {
		b.round()
		if !b.waiting() {
			return
		}
		b.pass(time.Second)
	}
}

func (b *bench) waiting() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Contains(slices.Collect(maps.Values(b.waits)), true)
}

// round serves what is due, and what becomes due by that.
func (b *bench) round() {
	for range 100 {
		n, err := b.Reconcile(context.Background())
		if err != nil {
			b.Log.Error(brokenRound, "err", err)
		}
		if n == 0 || err != nil {
			return
		}
	}
	b.Log.Error(brokenRound, "err", "something is due for ever")
}

// brokenRound is what no test may find in its log.
const brokenRound = "the engine cannot serve what is due"

// passes lets time go by: what comes due is served in its second.
func (b *bench) passes(d time.Duration) {
	for range d / time.Second {
		b.pass(time.Second)
		b.serving.Lock()
		b.round()
		b.serving.Unlock()
	}
	b.settle()
}

// newBench starts a bot on a simulated Slack. Mara works in #inc, of which the bot is a member; billing reads orders
// with one member, and has read 50 of its 100 records. Jon approves.
func newBench(t *testing.T, opts slacksim.Options, change func(*Config)) *bench {
	t.Helper()
	b := &bench{cluster: clustertest.New("K1"), logs: &syncBuffer{}, waits: map[string]bool{},
		clock: time.Date(2026, 11, 22, 2, 7, 0, 0, time.UTC)}
	opts.Now = b.now
	sim, err := slacksim.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	b.slack = sim
	b.mara = sim.AddUser(slacksim.User{ID: "U0MARA", Name: "mara", Zone: "Europe/Berlin"})
	b.jon = sim.AddUser(slacksim.User{ID: "U0JON", Name: "jon"})
	b.ben = sim.AddUser(slacksim.User{ID: "U0BEN", Name: "ben"})
	sim.AddGroup(slacksim.UserGroup{ID: "S0PAY", Handle: "pay-owners", Name: "Pay", Members: []string{"U0JON"}})
	all := []string{"U0MARA", "U0JON", "U0BEN"}
	sim.AddChannel(slacksim.Channel{ID: "C0INC", Name: "inc-4711", Members: all, Bot: true})
	sim.AddChannel(slacksim.Channel{ID: "C0OUT", Name: "elsewhere", Members: all})
	sim.AddChannel(slacksim.Channel{ID: "C0HOME", Name: "kafka", Members: all, Bot: true})
	b.orders(3)
	b.joins("billing-1")
	cfg := Config{AppToken: slacksim.AppToken, BotToken: slacksim.BotToken, APIURL: sim.APIURL(), Now: b.now,
		Log: slog.New(slog.NewTextHandler(b.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	if change != nil {
		change(&cfg)
	}
	b.bot = New(cfg)
	db := b.serve(t)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.bot.Run(ctx) }()
	b.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(func() {
		b.stop()
		b.rounds.Wait()
		sim.Close()
		if err := db.Close(); err != nil || strings.Contains(b.logs.String(), brokenRound) {
			t.Errorf("close: %v\n%s", err, b.logs)
		}
	})
	return b
}

// serve gives the bot an engine with a database of its own.
func (b *bench) serve(t *testing.T) *store.Store {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	b.Service = &engine.Service{Store: db, Chat: chat{b.bot, b}, Now: b.now, NewID: b.id, Log: b.bot.log,
		Clusters: map[string]engine.Cluster{"prod-eu": b.cluster},
		Infos:    []reset.ClusterInfo{{Name: "prod-eu", ID: "K1", Home: "C0HOME"}},
		Owner:    "bench", Times: engine.DefaultTimes}
	b.rule(func(*auth.Rule) {})
	b.inbox = &inbox{Service: b.Service, b: b}
	b.bot.Core, b.bot.Cards = b.inbox, db
	return db
}

// rule is the policy: Mara may ask, and one of pay-owners has to approve whatever the effect is.
func (b *bench) rule(change func(*auth.Rule)) {
	r := auth.Rule{Name: "pay", Clusters: []string{"*"}, Groups: []string{"*"}, View: []string{"members"},
		Request: []string{"U0MARA"}, Approve: []string{"S0PAY"}, Owner: "S0PAY", Wait: 30 * time.Minute,
		MaxWait: 4 * time.Hour, Approvals: []auth.Tier{{Skip: math.MaxInt64, Replay: math.MaxInt64, Need: 1}},
		Emergency: &auth.Emergency{Who: []string{"U0JON"},
			Limit: auth.Limit{Skip: math.MaxInt64, Replay: math.MaxInt64}}}
	change(&r)
	b.Policy = auth.New([]auth.Rule{r}, auth.NewDirectory(b.bot, b.now))
}

// orders makes the topic with so many partitions. At 02:10 in Berlin, 40 records were there.
func (b *bench) orders(partitions int) {
	b.cluster.Topic("orders", "t1", partitions, 0, 100)
	for p := range partitions {
		b.cluster.Commit("billing", "orders", int32(p), 50)
		b.cluster.SetTime("orders", p, func(time.Time) reset.Found {
			return reset.Found{Offset: 40, How: reset.HowRecord}
		})
	}
}

// joins leaves billing with one member of that name.
func (b *bench) joins(name string) {
	b.cluster.Join("billing", reset.Member{ID: name, ClientID: name, Host: "10.4.7.21"})
}

// tries is a verb that somebody says elsewhere: in another channel, or to another process.
func (b *bench) tries(
	t *testing.T, p *slacksim.Person, verb engine.DecisionVerb, change ...func(*engine.Decision),
) error {
	t.Helper()
	r, err := b.Store.Load(t.Context(), "k7f3")
	if err != nil {
		t.Fatal(err)
	}
	d := engine.Decision{Verb: verb, Actor: actor(p), Place: reset.Place{Channel: "C0OUT"},
		Ref: reset.Ref{ID: r.ID, Revision: r.Revision}, Origin: "click " + rand.Text(), Why: "INC-4711", At: b.now()}
	for _, c := range change {
		c(&d)
	}
	_, err = b.Decide(t.Context(), d)
	b.settle()
	return err
}

// says is a verb that is obeyed.
func (b *bench) says(t *testing.T, p *slacksim.Person, verb engine.DecisionVerb, change ...func(*engine.Decision)) {
	t.Helper()
	if err := b.tries(t, p, verb, change...); err != nil {
		t.Fatalf("%s: %v", verb, err)
	}
}

// denied is a verb of a person without the right to it, or to know of a draft.
func (b *bench) denied(t *testing.T, p *slacksim.Person, verb engine.DecisionVerb) {
	t.Helper()
	var why *reset.Problem
	if err := b.tries(t, p, verb); !errors.As(err, &why) ||
		why.Code != reset.ProblemDenied && why.Code != reset.ProblemNoRequest {
		t.Fatalf("%s: %v, want a denial", verb, err)
	}
}

func actor(p *slacksim.Person) reset.Actor {
	return reset.Actor{Kind: reset.Person, Team: slacksim.HomeTeam, ID: p.ID}
}

// ends lets the consumers leave, and what was approved be written, with those faults, until its end.
func (b *bench) ends(t *testing.T, want reset.State, outcome reset.Outcome, faults ...clustertest.WriteFault) {
	t.Helper()
	b.cluster.Join("billing")
	b.cluster.Fault(faults...)
	for range 60 {
		if r := b.request(t); !r.State.Open() {
			break
		}
		b.passes(time.Second)
	}
	if r := b.request(t); r.State != want || r.Outcome != outcome {
		t.Fatalf("it is %s %q (problem %v), want %s %q", r.State, r.Outcome, r.Problem, want, outcome)
	}
}

// request is the first request, as it is stored.
func (b *bench) request(t *testing.T) reset.Request {
	t.Helper()
	r, err := b.Store.Load(t.Context(), "k7f3")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// card is where the first request is shown.
func (b *bench) card(t *testing.T) engine.Card {
	t.Helper()
	c, err := b.Store.Card(t.Context(), "k7f3")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// story is the first request with its history.
func (b *bench) story(t *testing.T) reset.Story {
	t.Helper()
	s, err := b.Story(t.Context(), "k7f3")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// by are those who caused an event of the first request, in turn.
func (b *bench) by(t *testing.T, event reset.Event) (who []reset.Actor) {
	t.Helper()
	for _, e := range b.story(t).Entries {
		if e.Event == event {
			who = append(who, e.Actor)
		}
	}
	return who
}

// planned is a request of Mara's in #inc that came another way than through the bot.
func (b *bench) planned(t *testing.T) {
	t.Helper()
	topics := reset.Scope{Topics: []reset.TopicScope{{Topic: "orders"}}}
	_, err := b.Ask(t.Context(), engine.Ask{Actor: actor(b.mara), Place: reset.Place{Channel: "C0INC"}, Origin: "ask",
		Intent: reset.Intent{Cluster: "prod-eu", Group: "billing", Scope: topics, Target: reset.Exact{Offset: 40}}})
	if err != nil {
		t.Fatal(err)
	}
	b.round()
}

// unclear is a reset of which nobody knows how it ended: its answer was lost, and another client committed meanwhile.
func (b *bench) unclear(t *testing.T) {
	t.Helper()
	b.says(t, b.jon, engine.DoApprove)
	b.cluster.OnWrite(func() { b.cluster.Commit("billing", "orders", 0, 45) })
	b.ends(t, reset.Failed, reset.OutcomeUnknown, clustertest.WriteFault{Lost: true, Applied: true})
}

// up waits until people can reach the bot.
func (b *bench) up(t *testing.T) *bench {
	t.Helper()
	b.until(t, "both sockets are up", func() bool {
		ok, why := b.bot.Ready()
		return ok && strings.Contains(why, "2 of 2") && b.slack.Connections() == 2
	})
	return b
}

// until polls; sockets do not signal to a test when they are done.
func (b *bench) until(t *testing.T, what string, cond func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for ctx := ctx5(t); !cond(); {
		select {
		case <-tick.C:
		case <-ctx.Done():
			_, why := b.bot.Ready()
			t.Fatalf("not in time: %s (%s)\n%s", what, why, b.logs.String())
		}
	}
}

// ctx5 bounds a wait on real sockets.
func ctx5(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
