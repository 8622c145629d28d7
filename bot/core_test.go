package bot

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// desk is the smallest core that a conversation needs: it plans at once, counts one vote, and shows what changed.
type desk struct {
	Core
	mu      sync.Mutex
	showing sync.Mutex // as claims have it: one at a time
	bot     *Bot
	seen    map[string]bool
	stories map[string]*reset.Story
	cards   map[string]engine.Card
	words   []engine.Decision
	broken  error         // what Receive answers
	slow    chan struct{} // Receive waits for it
	steps   int           // of the next plan
	seq     int64
	clock   time.Time
}

func (d *desk) now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.clock
}

func (d *desk) pass(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.clock = d.clock.Add(by)
}

func (d *desk) Receive(ctx context.Context, in engine.Inbox) (bool, error) {
	d.mu.Lock()
	fresh, err, slow := !d.seen[in.ID], d.broken, d.slow
	d.seen[in.ID] = err == nil
	d.mu.Unlock()
	if slow != nil {
		<-slow
	}
	if fresh && err == nil {
		go func() {
			_ = d.bot.Receive(context.WithoutCancel(ctx), in)
			d.show()
		}()
	}
	return fresh, err
}

// show calls Show for every request until the bot is content, moving the clock on when it wants to wait.
func (d *desk) show() {
	d.showing.Lock()
	defer d.showing.Unlock()
	for range 10 {
		d.mu.Lock()
		stories := slices.Collect(maps.Values(d.stories))
		copies := make([]reset.Story, len(stories))
		for i, s := range stories {
			copies[i] = *s
			copies[i].Entries = slices.Clone(s.Entries)
		}
		d.mu.Unlock()
		waits := false
		for _, s := range copies {
			again, err := d.bot.Show(context.Background(), s)
			waits = waits || err != nil || !again.IsZero()
		}
		if !waits {
			return
		}
		d.pass(time.Second)
	}
}

func (d *desk) Card(_ context.Context, id string) (engine.Card, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.cards[id], nil
}

func (d *desk) SaveCard(_ context.Context, c engine.Card) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s, ok := d.stories[c.Request]; ok && s.Request.State != reset.Planning && s.Request.State != reset.Draft &&
		c.Preview.Version >= s.Request.Version {
		c.Preview.URL = "" // as the store does
	}
	d.cards[c.Request] = c
	return nil
}

func (d *desk) Ask(_ context.Context, a engine.Ask) (reset.Request, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := reset.Request{ID: fmt.Sprintf("k7f%d", len(d.stories)+3), Revision: 1, State: reset.Draft, Actor: a.Actor,
		Place: a.Place, Origin: a.Origin, Act: reset.Move{Intent: a.Intent}, Need: 1, CreatedAt: d.clock, Digest: "d",
		Effect: reset.Effect{Topics: 1, Partitions: d.steps, Changed: d.steps}}
	s := &reset.Story{Request: r, Cluster: reset.ClusterInfo{Name: "prod-eu", Home: "C0HOME"}, Now: d.clock}
	for i := range min(d.steps, 20) {
		s.Worst = append(s.Worst, step(i))
	}
	d.stories[r.ID] = s
	d.log(s, a.Actor, reset.EvPlanned)
	return r, nil
}

func step(i int) reset.Step {
	return reset.Step{Topic: "orders", Partition: int32(i), End: 100, From: reset.Position{Offset: 50},
		To: reset.Position{Offset: 40}, Replay: 10}
}

func (d *desk) log(s *reset.Story, by reset.Actor, ev reset.Event) {
	d.seq++
	s.Request.Version++
	s.Entries = append(s.Entries, reset.Entry{Seq: d.seq, At: d.clock, Request: s.Request.ID,
		Revision: s.Request.Revision, Actor: by, Event: ev})
}

// decide is what all verbs do here: note the word, move on.
func (d *desk) decide(w engine.Decision, to reset.State, ev reset.Event, did reset.Did) (reset.Reply, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.words = append(d.words, w)
	s, ok := d.stories[w.Ref.ID]
	switch {
	case !ok:
		return reset.Reply{}, &reset.Problem{Code: reset.ProblemNoRequest, Request: w.Ref.ID}
	case w.Actor.ID == "U0BEN":
		return reset.Reply{}, &reset.Problem{Code: reset.ProblemDenied, Request: w.Ref.ID, Verb: reset.VerbApprove,
			Ruling: &reset.Ruling{Rule: "pay", Denial: reset.DeniedNotIn, Who: []string{"S0PAY"}}}
	}
	if to == reset.Pending && s.Request.State == reset.Pending {
		to, ev, did = reset.Approved, reset.EvApproved, reset.DidArm
	}
	s.Request.State, s.Request.Asked = to, true
	d.log(s, w.Actor, ev)
	return reset.Reply{Did: did, Request: s.Request}, nil
}

// Decide is what all verbs enter through.
func (d *desk) Decide(ctx context.Context, w engine.Decision) (reset.Reply, error) {
	switch w.Verb {
	case engine.DoApprove:
		return d.Approve(ctx, w)
	case engine.DoCancel:
		return d.Cancel(ctx, w)
	case engine.DoSettle:
		return d.Settle(ctx, w)
	case engine.DoChoose:
		return d.Choose(ctx, w, w.Option)
	default:
		return reset.Reply{}, engine.ErrNoVerb
	}
}

func (d *desk) Approve(_ context.Context, w engine.Decision) (reset.Reply, error) {
	return d.decide(w, reset.Pending, reset.EvSubmitted, reset.DidSubmit)
}

func (d *desk) Cancel(_ context.Context, w engine.Decision) (reset.Reply, error) {
	return d.decide(w, reset.Cancelled, reset.EvCancelled, reset.DidCancel)
}

func (d *desk) Settle(_ context.Context, w engine.Decision) (reset.Reply, error) {
	return d.decide(w, reset.Failed, reset.EvSettled, reset.DidSettle)
}

func (d *desk) Choose(_ context.Context, w engine.Decision, option int) (reset.Reply, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.stories[w.Ref.ID]
	s.Request.Act, s.Request.State = reset.Move{Intent: s.Request.Options[option-1].Intent}, reset.Planning
	s.Request.Options = nil
	d.log(s, w.Actor, reset.EvChosen)
	return reset.Reply{Did: reset.DidChoose, Request: s.Request}, nil
}

func (d *desk) StoryFor(_ context.Context, _ reset.Actor, _, id string) (reset.Story, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s, ok := d.stories[id]; ok {
		return *s, nil
	}
	return reset.Story{}, &reset.Problem{Code: reset.ProblemNoRequest, Request: id}
}

func (d *desk) StepsFor(
	_ context.Context, _ reset.Actor, _ string, ref reset.Ref, offset, limit int,
) ([]reset.Step, int, error) {
	d.mu.Lock()
	total := d.stories[ref.ID].Request.Effect.Partitions
	d.mu.Unlock()
	var out []reset.Step
	for i := offset; i < total && (limit == 0 || i < offset+limit); i++ {
		out = append(out, step(i))
	}
	return out, total, nil
}

// bench is a desk, a Slack with people in it, and the bot between them.
type bench struct {
	*desk
	slack *slacksim.Sim
	mara  *slacksim.Person
	jon   *slacksim.Person
	ben   *slacksim.Person
	logs  *syncBuffer
	stop  func() // returns when Run has
}

// newBench starts a bot on a simulated Slack. Mara works in #inc, of which the bot is a member unless stranger is set.
func newBench(t *testing.T, opts slacksim.Options, change func(*Config)) *bench {
	t.Helper()
	d := &desk{seen: map[string]bool{}, stories: map[string]*reset.Story{}, cards: map[string]engine.Card{}, steps: 3,
		clock: time.Date(2026, 11, 22, 2, 7, 0, 0, time.UTC)}
	opts.Now = d.now
	sim, err := slacksim.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{desk: d, slack: sim, logs: &syncBuffer{}}
	b.mara = sim.AddUser(slacksim.User{ID: "U0MARA", Name: "mara", Zone: "Europe/Berlin"})
	b.jon = sim.AddUser(slacksim.User{ID: "U0JON", Name: "jon"})
	b.ben = sim.AddUser(slacksim.User{ID: "U0BEN", Name: "ben"})
	sim.AddGroup(slacksim.UserGroup{ID: "S0PAY", Handle: "pay-owners", Name: "Pay", Members: []string{"U0JON"}})
	all := []string{"U0MARA", "U0JON", "U0BEN"}
	sim.AddChannel(slacksim.Channel{ID: "C0INC", Name: "inc-4711", Members: all, Bot: true})
	sim.AddChannel(slacksim.Channel{ID: "C0OUT", Name: "elsewhere", Members: all})
	sim.AddChannel(slacksim.Channel{ID: "C0HOME", Name: "kafka", Members: all, Bot: true})
	cfg := Config{AppToken: slacksim.AppToken, BotToken: slacksim.BotToken, APIURL: sim.APIURL(), Now: d.now,
		Log: slog.New(slog.NewTextHandler(b.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	if change != nil {
		change(&cfg)
	}
	d.bot = New(cfg)
	d.bot.Core, d.bot.Cards = d, d
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.bot.Run(ctx) }()
	b.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(func() { b.stop(); sim.Close() })
	return b
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

func (d *desk) WritesFor(_ context.Context, id string) ([]reset.Write, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []reset.Write
	for i := range d.stories[id].Request.Effect.Partitions {
		out = append(out, reset.Write{Step: step(i)})
	}
	return out, nil
}

// moves changes a request as the core would, and shows it.
func (d *desk) moves(id string, ev reset.Event, change func(*reset.Request)) {
	d.mu.Lock()
	s := d.stories[id]
	change(&s.Request)
	s.Request.Version++
	if ev != "" {
		s.Request.Version--
		d.log(s, reset.Actor{}, ev)
	}
	d.mu.Unlock()
	d.show()
}
