package slacksim_test

import (
	"context"
	"io"
	"log"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

// clock is a time that stands still until a test moves it.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 22, 2, 7, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// incident is a workspace with one incident channel, four people and a group.
func incident(t *testing.T, opts slacksim.Options) *slacksim.Sim {
	t.Helper()
	if opts.Scopes == nil {
		opts.Scopes = append(slices.Clone(slacksim.DefaultScopes), "im:write", "app_mentions:read", "im:history")
	}
	if opts.Events == nil {
		opts.Events = append(slices.Clone(slacksim.DefaultEvents), "app_mention", "message.im")
	}
	sim, err := slacksim.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	sim.AddTeam("T0ELSE", "elsewhere")
	sim.AddUser(slacksim.User{ID: "U0MARA", Name: "mara", Zone: "Europe/Berlin"})
	sim.AddUser(slacksim.User{ID: "U0JON", Name: "jon", Zone: "America/New_York"})
	sim.AddUser(slacksim.User{ID: "U0GUEST", Name: "gus", Guest: true})
	sim.AddUser(slacksim.User{ID: "U0FAR", Name: "fay", Team: "T0ELSE", Stranger: true})
	sim.AddGroup(slacksim.UserGroup{ID: "S0PAY", Handle: "pay-owners", Name: "Pay owners", Members: []string{"U0JON"}})
	sim.AddChannel(slacksim.Channel{ID: "C0INC", Name: "inc-4711", Members: []string{"U0MARA", "U0JON", "U0FAR"},
		Bot: true, ExtShared: true})
	sim.AddChannel(slacksim.Channel{ID: "C0OUT", Name: "elsewhere", Members: []string{"U0MARA"}})
	sim.AddChannel(slacksim.Channel{ID: "C0PRIV", Name: "secret", Members: []string{"U0MARA"}, Private: true})
	return sim
}

func client(sim *slacksim.Sim, more ...slack.Option) *slack.Client {
	return slack.New(slacksim.BotToken,
		append([]slack.Option{slack.OptionAPIURL(sim.APIURL()), slack.OptionAppLevelToken(slacksim.AppToken)},
			more...)...)
}

// listen runs slack-go's own Socket Mode client until the test ends and gives every event but its own to handle.
func listen(t *testing.T, sim *slacksim.Sim, handle func(*socketmode.Client, socketmode.Event)) *socketmode.Client {
	t.Helper()
	before := sim.Connections()
	sm := socketmode.New(client(sim), socketmode.OptionLog(log.New(io.Discard, "", 0)))
	ctx, cancel := context.WithCancel(t.Context())
	var work sync.WaitGroup
	work.Go(func() { _ = sm.RunContext(ctx) })
	work.Go(func() {
		for {
			select {
			case evt := <-sm.Events:
				switch evt.Type {
				case socketmode.EventTypeSlashCommand, socketmode.EventTypeInteractive, socketmode.EventTypeEventsAPI,
					socketmode.EventTypeErrorBadMessage:
					handle(sm, evt)
				}
			case <-ctx.Done():
				return
			}
		}
	})
	t.Cleanup(func() { cancel(); work.Wait() })
	until(t, sim, func() bool { return sim.Connections() > before })
	return sm
}

func ackAll(sm *socketmode.Client, evt socketmode.Event) { _ = sm.Ack(*evt.Request) }

func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func until(t *testing.T, sim *slacksim.Sim, cond func() bool) {
	t.Helper()
	if err := sim.Await(soon(t), cond); err != nil {
		t.Fatalf("wait: %v", err)
	}
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func ended(t *testing.T, d *slacksim.Delivery) slacksim.Ack {
	t.Helper()
	return must(d.Wait(soon(t)))(t)
}

func says(text string) func(slacksim.Message) bool {
	return func(m slacksim.Message) bool { return strings.Contains(m.Text(), text) }
}

func section(text string) slack.Block {
	return slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, text, false, false), nil, nil)
}

func button(id, value, label string) *slack.ButtonBlockElement {
	return slack.NewButtonBlockElement(id, value, slack.NewTextBlockObject(slack.PlainTextType, label, false, false))
}

func TestCommandIsAckedAndAnsweredThroughItsResponseURL(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	listen(t, sim, func(sm *socketmode.Client, evt socketmode.Event) {
		cmd := evt.Data.(slack.SlashCommand)
		_ = sm.Ack(*evt.Request)
		_, _, _ = sm.PostMessageContext(t.Context(), "", slack.MsgOptionResponseURL(cmd.ResponseURL, ""),
			slack.MsgOptionText("you said "+cmd.Text, false),
			slack.MsgOptionBlocks(section("you said `"+cmd.Text+"`"),
				slack.NewActionBlock("row", button("apply", "k7f3.1", "Apply"))))
	})
	mara := sim.Person("U0MARA")
	d := must(mara.Command("C0PRIV", "/kafka-reset", "billing to latest"))(t) // the bot is not in this channel
	if ack := ended(t, d); ack.Err != "" {
		t.Fatalf("ack = %+v", ack)
	}
	m := must(mara.WaitMessage(soon(t), "C0PRIV", says("billing")))(t)
	if want := "you said `billing to latest`\n[Apply]"; m.Text() != want || !m.Ephemeral {
		t.Errorf("text = %q, ephemeral %v; want %q", m.Text(), m.Ephemeral, want)
	}
	if b, ok := m.Button("apply"); !ok || b.Value != "k7f3.1" || b.Label != "Apply" {
		t.Errorf("button = %+v, %v", b, ok)
	}
}

func TestAckPayloadOfACommandIsShown(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	listen(t, sim, func(sm *socketmode.Client, evt socketmode.Event) {
		_ = sm.Ack(*evt.Request, map[string]any{"text": "right away", "response_type": "in_channel"})
	})
	ended(t, must(sim.Person("U0MARA").Command("C0INC", "/kafka-reset", "help"))(t))
	if m := must(sim.Person("U0JON").WaitMessage(soon(t), "C0INC", says("right away")))(t); m.Ephemeral {
		t.Error("in_channel came as ephemeral")
	}
}

func TestNoConnectionIsDispatchFailed(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	mara := sim.Person("U0MARA")
	d := must(mara.Command("C0INC", "/kafka-reset", "help"))(t)
	if ack := ended(t, d); ack.Err != "dispatch_failed" {
		t.Errorf("ack = %+v", ack)
	}
	must(mara.WaitMessage(soon(t), "C0INC", says(`/kafka-reset failed with the error "dispatch_failed"`)))(t)
}

func TestLateAckIsOperationTimeout(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{AckWithin: 50 * time.Millisecond})
	mara := sim.Person("U0MARA")
	listen(t, sim, func(sm *socketmode.Client, evt socketmode.Event) {
		_, _ = mara.WaitMessage(t.Context(), "C0INC", says("operation_timeout"))
		_ = sm.Ack(*evt.Request, map[string]any{"text": "too late"})
	})
	must(mara.Command("C0INC", "/kafka-reset", "help"))(t)
	until(t, sim, func() bool { return len(sim.Acks()) == 1 })
	if got := sim.Acks()[0].Outcome; got != slacksim.AckLate {
		t.Errorf("outcome = %q", got)
	}
	for _, m := range mara.Messages("C0INC") {
		if strings.Contains(m.Text(), "too late") {
			t.Error("a late answer was shown")
		}
	}
}

func TestCloseLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	listen(t, sim, ackAll)
	sim.Fail("auth.test", slacksim.Fault{Hang: true})
	done := make(chan error, 1)
	go func() { _, err := client(sim).AuthTest(); done <- err }()
	until(t, sim, func() bool { return len(sim.Calls("auth.test")) == 1 })
	sim.Close() // returns only after every goroutine of the simulator has
	if err := <-done; err == nil {
		t.Error("a hanging call got an answer")
	}
	if _, err := http.Get(sim.URL()); err == nil {
		t.Error("still listening")
	}
}
