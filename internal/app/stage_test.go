package app_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/app"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// buttonsFollow is what a card says before its buttons are there.
const buttonsFollow = " · buttons follow"

// patience is how long a test waits for something that has to happen.
const patience = time.Minute

// stage is a world with the bot in it, for one test. Everything is done and seen through Slack's own protocol. When
// the test ends, it looks at what no story may do: see behaved.
type stage struct {
	*world.World
	t    *testing.T
	ctx  context.Context
	log  *journal
	stop func()
	opts app.Options

	clock   *clock
	refused []string // what Slack may answer beside ok
	errors  []string // that the log may hold
	acks    []slacksim.AckOutcome
}

// journal is what the bot logged.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) { j.mu.Lock(); defer j.mu.Unlock(); return j.b.Write(p) }
func (j *journal) String() string              { j.mu.Lock(); defer j.mu.Unlock(); return j.b.String() }

// clock is the time that the bot and Slack go by; a test moves it forward instead of waiting half an hour.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *clock) now() time.Time          { c.mu.Lock(); defer c.mu.Unlock(); return time.Now().Add(c.ahead) }
func (c *clock) forward(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.ahead += d }

// newStage builds a world of its own. The bot's patience is shortened; its rules are not.
func newStage(t *testing.T, o world.Options) *stage {
	t.Helper()
	o.Dir = t.TempDir()
	clock := &clock{}
	o.Slack.Now = clock.now
	w, err := world.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	// The bot is no member of the incident's channel: Slack says so, and the card goes home. A few messages in one
	// second are too many for Slack: it says so, and they come a moment later. A form may be closed while it is drawn.
	s := &stage{World: w, t: t, ctx: t.Context(), log: &journal{}, clock: clock,
		refused: []string{"not_in_channel", "channel_not_found", "ratelimited", "not_found"},
		acks:    []slacksim.AckOutcome{slacksim.AckAccepted}}
	s.opts = app.Options{Now: clock.now,
		Log: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Times: func(ts *engine.Times) {
			ts.Settle, ts.CheckInterval, ts.Again, ts.Gap = 600*time.Millisecond, 100*time.Millisecond,
				500*time.Millisecond, 2*time.Second
			ts.Names = 0  // names are read once a form needs them
			ts.Unread = 0 // people here read faster; see TestAClickRightAfterANewRevisionIsAskedAgain
		}}
	t.Cleanup(func() {
		w.Close()
		s.behaved()
		if t.Failed() {
			t.Logf("the bot's log:\n%s", s.log)
		}
	})
	return s
}

// behaved is what holds in every story: Slack took everything the bot said (the simulator validates each message),
// every envelope was acknowledged in time, nothing went wrong that only the log tells, and no secret was said
// anywhere.
func (s *stage) behaved() {
	s.t.Helper()
	for _, c := range s.Slack.Calls() {
		if c.Error != "" && !slices.Contains(s.refused, c.Error) {
			s.t.Errorf("slack answered %s with %s: %.600s", c.Method, c.Error, c.Raw)
		}
	}
	for _, a := range s.Slack.Acks() {
		if !slices.Contains(s.acks, a.Outcome) {
			s.t.Errorf("an acknowledgement was %q: %.200s", a.Outcome, a.Payload)
		}
	}
	log := s.log.String()
	for line := range strings.Lines(log) {
		if strings.Contains(line, "level=ERROR") &&
			!slices.ContainsFunc(s.errors, func(e string) bool { return strings.Contains(line, e) }) {
			s.t.Errorf("the bot logged an error: %s", line)
		}
	}
	for _, secret := range []string{world.AppToken, world.BotToken, "/response/", "/upload/", "ticket="} {
		if strings.Contains(log, secret) {
			s.t.Errorf("the log holds %q", secret)
		}
	}
	for _, secret := range []string{world.AppToken, world.BotToken, "/response/"} {
		if strings.Contains(s.Slack.Sent(), secret) {
			s.t.Errorf("slack was told %q", secret)
		}
	}
}

// configure replaces a part of the configuration, before start.
func (s *stage) configure(old, now string) {
	s.t.Helper()
	text, err := os.ReadFile(s.ConfigFile)
	if err != nil {
		s.t.Fatal(err)
	}
	if !strings.Contains(string(text), old) {
		s.t.Fatalf("the configuration has no %q:\n%s", old, text)
	}
	if err := os.WriteFile(s.ConfigFile, []byte(strings.Replace(string(text), old, now, 1)), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// start runs the bot until stop or the test's end.
func (s *stage) start() {
	s.t.Helper()
	s.stop = s.runs()
}

// runs is a process of the bot, until it is ended or the test is; several share the store.
func (s *stage) runs() (end func()) {
	s.t.Helper()
	a, err := s.App(s.ctx, s.opts)
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.ctx))
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	end = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			s.t.Errorf("the bot ended with %v", err)
		}
		if err := a.Close(); err != nil {
			s.t.Errorf("close: %v", err)
		}
	})
	s.t.Cleanup(end)
	s.until("the bot is connected", func() bool { ready, _ := a.Ready(ctx); return ready })
	return end
}

// later moves the time of the bot and of Slack forward. Claims that are held just then expire, which is logged, and
// so do the addresses that an answer is just being sent to.
func (s *stage) later(d time.Duration) {
	s.errors = append(s.errors, "release a claim")
	s.refused = append(s.refused, "expired_url")
	s.clock.forward(d)
}

// until waits for something that no protocol tells.
func (s *stage) until(what string, ok func() bool) {
	s.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); !ok(); <-tick.C {
		if time.Now().After(end) {
			s.t.Fatalf("%s: not within %s", what, patience)
		}
	}
}

// member waits until a group has so many members.
func (s *stage) member(group string, n int) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	if err := s.Prod.WaitGroup(ctx, group, "Stable", n); err != nil {
		s.t.Fatal(err)
	}
}

// stands checks where billing is on each partition of orders.
func (s *stage) stands(want int64) {
	s.t.Helper()
	for p := range int32(world.Partitions) {
		if got := s.at(p); got != want {
			s.t.Errorf("orders-%d is at %d, want %d", p, got, want)
		}
	}
}

// at is where billing is on one partition of orders; -1 if nowhere.
func (s *stage) at(p int32) int64 {
	got, ok := s.Prod.Committed(world.Billing, world.Orders, p)
	if !ok {
		return -1
	}
	return got.Offset
}

// untouched checks that nothing was written, nor tried.
func (s *stage) untouched() {
	s.t.Helper()
	s.stands(world.PerOrders - world.Behind)
	s.wrote(0)
}

// wrote checks how many times the bot wrote to prod-eu.
func (s *stage) wrote(want int) {
	s.t.Helper()
	counts := s.Prod.CountRequests()
	if got := counts[kmsg.OffsetCommit] + counts[kmsg.OffsetDelete]; got != want {
		s.t.Errorf("%d writes reached Kafka, want %d", got, want)
	}
}

// types is a slash command.
func (s *stage) types(p *slacksim.Person, channel, text string) *slacksim.Delivery {
	s.t.Helper()
	d, err := p.Command(channel, "/kafka-reset", text)
	s.acked(d, err)
	return d
}

func (s *stage) acked(d *slacksim.Delivery, err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	if ack, err := d.Wait(ctx); err != nil || ack.Err != "" {
		s.t.Fatalf("not acknowledged: %v %s", err, ack.Err)
	}
}

// sees waits until a person sees a message with all parts.
func (s *stage) sees(p *slacksim.Person, channel string, parts ...string) slacksim.Message {
	s.t.Helper()
	return s.finds(p, channel, parts, func(m slacksim.Message) bool { return holds(m, parts) })
}

// shows waits until a message itself says all parts.
func (s *stage) shows(p *slacksim.Person, m slacksim.Message, parts ...string) slacksim.Message {
	s.t.Helper()
	return s.finds(p, m.Channel, parts, func(now slacksim.Message) bool { return now.TS == m.TS && holds(now, parts) })
}

func (s *stage) finds(
	p *slacksim.Person, channel string, parts []string, want func(slacksim.Message) bool,
) slacksim.Message {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	m, err := p.WaitMessage(ctx, channel, want)
	if err != nil {
		s.t.Fatalf("no message that says %q: %v", parts, err)
	}
	return m
}

// holds reports whether a message says all parts. A card is there once its buttons are: people wait for them.
func holds(m slacksim.Message, parts []string) bool {
	text := m.Text()
	if strings.Contains(text, buttonsFollow) {
		return false
	}
	return !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(text, part) })
}

// clicks presses a message's button, as it is now, or chooses the entry of its menu.
func (s *stage) clicks(p *slacksim.Person, m slacksim.Message, action string) *slacksim.Delivery {
	s.t.Helper()
	now, err := p.Look(m)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, is := now.Button(action); !is {
		for _, e := range now.Entries() {
			if verb, _, _ := strings.Cut(e.Value, " "); verb == action {
				d, err := p.Choose(now, e.ActionID, e.Value)
				s.acked(d, err)
				return d
			}
		}
	}
	d, err := p.Click(now, action)
	s.acked(d, err)
	return d
}

// opens waits for a modal that says all parts.
func (s *stage) opens(p *slacksim.Person, parts ...string) slacksim.View {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	v, err := p.WaitView(ctx, func(v slacksim.View) bool {
		text := v.Text()
		return !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(text, part) })
	})
	if err != nil {
		for _, open := range p.Views() {
			s.t.Log(open.Text())
		}
		s.t.Fatalf("no modal that says %q: %v", parts, err)
	}
	return v
}

// news waits for a message in a channel that was not there before an act, and that holds all parts.
func (s *stage) news(p *slacksim.Person, channel string, act func(), parts ...string) slacksim.Message {
	s.t.Helper()
	before := map[string]bool{}
	for _, m := range p.Messages(channel) {
		before[m.TS] = true
	}
	act()
	return s.finds(p, channel, parts, func(m slacksim.Message) bool { return !before[m.TS] && holds(m, parts) })
}

// tells types a command and returns the answer.
func (s *stage) tells(p *slacksim.Person, channel, text string, parts ...string) slacksim.Message {
	s.t.Helper()
	return s.news(p, channel, func() { s.types(p, channel, text) }, parts...)
}

// told clicks and returns the answer that the person who clicked got, alone.
func (s *stage) told(p *slacksim.Person, m slacksim.Message, action string, parts ...string) {
	s.t.Helper()
	answer := s.news(p, m.Channel, func() { s.clicks(p, m, action) }, parts...)
	if !answer.Ephemeral {
		s.t.Errorf("others see the answer too: %s", answer.Text())
	}
}

// once checks that an act gets exactly one answer, in words. What comes after it is waited for by asking for help,
// which is answered the same way.
func (s *stage) once(p *slacksim.Person, channel string, act func(), parts ...string) {
	s.t.Helper()
	alone := func() []slacksim.Message {
		return slices.DeleteFunc(p.Messages(channel), func(m slacksim.Message) bool { return !m.Ephemeral })
	}
	before := len(alone())
	s.news(p, channel, act, parts...)
	s.tells(p, channel, "help undo", "Restore the offsets from before a request")
	if got := alone()[before:]; len(got) != 2 {
		s.t.Errorf("%d answers, want one, and the help that was asked for:", len(got)-1)
		for _, m := range got {
			s.t.Log(m.Text())
		}
	}
}

var reference = regexp.MustCompile(`(?m)(?:^|· )([a-z][a-z2-9]{3})(\.\d+)?(?: · |$)`)

// ref is "k7f3.1", as a message names what it is about.
func (s *stage) ref(m slacksim.Message) string {
	s.t.Helper()
	found := reference.FindStringSubmatch(m.Text())
	if found == nil {
		s.t.Fatalf("no request is named in:\n%s", m.Text())
	}
	return found[1] + found[2]
}

// id is "k7f3".
func (s *stage) id(m slacksim.Message) string {
	s.t.Helper()
	id, _, _ := strings.Cut(s.ref(m), ".")
	return id
}

// asks takes a reset that needs approval as far as its public card.
func (s *stage) asks(p *slacksim.Person, channel, text string) slacksim.Message {
	s.t.Helper()
	preview := s.tells(p, channel, text, "PREVIEW", "Ask for approval")
	s.clicks(p, preview, "approve")
	return s.sees(p, world.Home, s.ref(preview), "APPROVE?")
}

// namedRun is the action of a button that names the run that it skips.
var namedRun = regexp.MustCompile(`^skip-next\.\d+$`)

// has checks a message's buttons, and the entries of its menu after them, by action. What only shows something is not
// asked about.
func (s *stage) has(m slacksim.Message, actions ...string) {
	s.t.Helper()
	var got []string
	for _, b := range m.Buttons() {
		got = append(got, namedRun.ReplaceAllString(b.ActionID, "skip-next"))
	}
	for _, e := range m.Entries() {
		verb, _, _ := strings.Cut(e.Value, " ")
		got = append(got, verb)
	}
	got = slices.DeleteFunc(got, func(verb string) bool {
		return slices.Contains([]string{"rows", "stop", "start", "manual", "runbook"}, verb)
	})
	actions = slices.DeleteFunc(slices.Clone(actions), func(verb string) bool { return verb == "rows" })
	slices.Sort(got)
	slices.Sort(actions)
	if !slices.Equal(got, actions) {
		s.t.Errorf("buttons %q, want %q on:\n%s", got, actions, m.Text())
	}
}
