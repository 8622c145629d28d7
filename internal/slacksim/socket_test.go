package slacksim_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

// wire is a bare websocket to the simulator, for what slack-go hides.
func wire(t *testing.T, sim *slacksim.Sim) *websocket.Conn {
	t.Helper()
	_, address, err := client(sim).StartSocketModeContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	conn, resp, err := websocket.DefaultDialer.DialContext(t.Context(), address, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

type frame struct {
	Type           string
	Reason         string
	NumConnections int    `json:"num_connections"`
	EnvelopeID     string `json:"envelope_id"`
	RetryAttempt   int    `json:"retry_attempt"`
	RetryReason    string `json:"retry_reason"`
	Payload        struct {
		EventID string `json:"event_id"`
	}
}

func read(t *testing.T, conn *websocket.Conn) frame {
	t.Helper()
	var f frame
	if err := conn.ReadJSON(&f); err != nil {
		t.Fatalf("read a frame: %v", err)
	}
	return f
}

func ack(t *testing.T, conn *websocket.Conn, id, payload string) {
	t.Helper()
	if err := conn.WriteMessage(websocket.TextMessage, []byte(`{"envelope_id":"`+id+`"`+payload+`}`)); err != nil {
		t.Fatal(err)
	}
}

func outcome(t *testing.T, sim *slacksim.Sim, n int) slacksim.AckOutcome {
	t.Helper()
	until(t, sim, func() bool { return len(sim.Acks()) >= n })
	return sim.Acks()[n-1].Outcome
}

func TestEnvelopeGoesToOneConnection(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	var first, second atomic.Int32
	for _, n := range []*atomic.Int32{&first, &second} {
		listen(t, sim, func(sm *socketmode.Client, evt socketmode.Event) { n.Add(1); ackAll(sm, evt) })
	}
	for range 20 {
		ended(t, must(sim.Person("U0MARA").Command("C0INC", "/kafka-reset", "help"))(t))
	}
	if a, b := first.Load(), second.Load(); a+b != 20 || a == 0 || b == 0 {
		t.Errorf("%d and %d of 20", a, b)
	}
}

func TestHelloCountsConnectionsAndTheEleventhIsSentAway(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{Unhurried: true})
	if hello := read(t, wire(t, sim)); hello.Type != "hello" || hello.NumConnections != 1 {
		t.Errorf("hello = %+v", hello)
	}
	sim.Haunt(8)
	if hello := read(t, wire(t, sim)); hello.NumConnections != 10 {
		t.Errorf("hello = %+v", hello)
	}
	if f := read(t, wire(t, sim)); f.Type != "disconnect" || f.Reason != slacksim.ReasonTooMany {
		t.Errorf("the eleventh got %+v", f)
	}
}

func TestGhostsSwallowClicks(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{AckWithin: 300 * time.Millisecond})
	listen(t, sim, ackAll)
	sim.Haunt(9)
	var sent []*slacksim.Delivery
	for range 60 {
		sent = append(sent, must(sim.Person("U0MARA").Command("C0INC", "/kafka-reset", "help"))(t))
	}
	lost := 0
	for _, d := range sent {
		if ended(t, d).Err == "operation_timeout" {
			lost++
		}
	}
	if lost < 30 || lost == 60 {
		t.Errorf("%d of 60 lost to 9 ghosts of 10", lost)
	}
}

func TestIgnoredEvents(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	mara := sim.Person("U0MARA")
	conn := wire(t, sim)
	read(t, conn)
	command := func() string {
		must(mara.Command("C0INC", "/kafka-reset", "help"))(t)
		return read(t, conn).EnvelopeID
	}
	id := command()
	ack(t, conn, id, `,"payload":{"text":"`+strings.Repeat("x", 20*1024)+`"}`)
	if got := outcome(t, sim, 1); got != slacksim.AckOversized {
		t.Errorf("20 KB: %q", got)
	}
	ack(t, conn, id, ``)
	if got := outcome(t, sim, 2); got != slacksim.AckAccepted {
		t.Errorf("small one after it: %q", got)
	}
	ack(t, conn, id, ``)
	if got := outcome(t, sim, 3); got != slacksim.AckDuplicate {
		t.Errorf("again: %q", got)
	}
	ack(t, conn, "env-none", ``)
	if got := outcome(t, sim, 4); got != slacksim.AckUnknown {
		t.Errorf("unknown envelope: %q", got)
	}
	id = command()
	other := wire(t, sim)
	read(t, other)
	ack(t, other, id, ``)
	if got := outcome(t, sim, 5); got != slacksim.AckMisrouted {
		t.Errorf("on another connection: %q", got)
	}
	sim.Disconnect(slacksim.ReasonWarning)
	if f := read(t, conn); f.Type != "disconnect" || f.Reason != "warning" {
		t.Errorf("frame = %+v", f)
	}
	ack(t, conn, id, ``)
	if got := outcome(t, sim, 6); got != slacksim.AckUnheard {
		t.Errorf("after the warning: %q", got)
	}
	if d := must(mara.Command("C0INC", "/kafka-reset", "help"))(t); ended(t, d).Err != "dispatch_failed" {
		t.Error("an envelope was sent on a connection that was told to go")
	}
}

func TestOnlyEventsAreSentAgain(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{AckWithin: 30 * time.Millisecond, Retries: []time.Duration{0, 0}})
	mara := sim.Person("U0MARA")
	conn := wire(t, sim)
	read(t, conn)
	d := must(mara.Command("C0INC", "/kafka-reset", "help"))(t)
	if f := read(t, conn); f.EnvelopeID != d.EnvelopeID || ended(t, d).Err != "operation_timeout" {
		t.Errorf("frame = %+v", f)
	}
	if _, _, err := mara.Say("C0INC", "<@"+slacksim.BotUser+"> help"); err != nil {
		t.Fatal(err)
	}
	first := read(t, conn)
	for attempt := 1; attempt <= 2; attempt++ {
		again := read(t, conn) // were the command sent again, it would come here
		if again.Type != "events_api" || again.RetryAttempt != attempt || again.RetryReason != "timeout" ||
			again.Payload.EventID != first.Payload.EventID {
			t.Errorf("retry %d = %+v of %+v", attempt, again, first)
		}
	}
}

func TestDuplicateAndMalformedEnvelopes(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	seen := make(chan socketmode.Event, 5)
	listen(t, sim, func(sm *socketmode.Client, evt socketmode.Event) {
		if evt.Request != nil {
			ackAll(sm, evt)
		}
		seen <- evt
	})
	d := must(sim.Person("U0MARA").Command("C0INC", "/kafka-reset", "help"))(t)
	ended(t, d)
	sim.Redeliver(d)
	if a, b := <-seen, <-seen; a.Request.EnvelopeID != b.Request.EnvelopeID ||
		a.Data.(slack.SlashCommand).Text != "help" {
		t.Errorf("%+v, then %+v", a.Request, b.Request)
	}
	if got := outcome(t, sim, 2); got != slacksim.AckDuplicate {
		t.Errorf("second acknowledgement: %q", got)
	}
	if err := sim.SendRaw(`{"type":"slash_commands","envelope_id":"env-bad","payload":"no object"}`); err != nil {
		t.Fatal(err)
	}
	if evt := <-seen; evt.Type != socketmode.EventTypeErrorBadMessage {
		t.Errorf("malformed envelope came as %s", evt.Type)
	}
}

func TestReconnectsAfterARefreshAndAfterACut(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{Unhurried: true})
	listen(t, sim, ackAll)
	for _, end := range []func(){func() { sim.Disconnect(slacksim.ReasonRefreshRequested) }, sim.Cut} {
		opened := len(sim.Calls(slacksim.Sockets))
		end()
		until(t, sim, func() bool { return len(sim.Calls(slacksim.Sockets)) > opened && sim.Connections() == 1 })
	}
	if d := must(sim.Person("U0MARA").Command("C0INC", "/kafka-reset", "help"))(t); ended(t, d).Err != "" {
		t.Error("not connected again")
	}
}

func TestSocketModeSwitchedOff(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{Unhurried: true})
	sim.SetSocketMode(false)
	if f := read(t, wire(t, sim)); f.Type != "disconnect" || f.Reason != slacksim.ReasonLinkDisabled {
		t.Errorf("frame = %+v", f)
	}
}

func TestPingsUntilStalled(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{PingEvery: 10 * time.Millisecond})
	conn := wire(t, sim)
	pings := make(chan string, 100)
	conn.SetPingHandler(func(text string) error { pings <- text; return nil })
	go func() { _, _, _ = conn.ReadMessage(); _, _, _ = conn.ReadMessage() }()
	<-pings
	<-pings
	sim.Stall()
	if d := must(sim.Person("U0MARA").Command("C0INC", "/kafka-reset", "help"))(t); d == nil || sim.Connections() != 1 {
		t.Error("a stalled connection still counts")
	}
}

func TestAddressIsGoodForOneConnection(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	_, address, err := client(sim).StartSocketModeContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{101, 403} {
		conn, resp, _ := websocket.DefaultDialer.DialContext(t.Context(), address, nil)
		if resp == nil || resp.StatusCode != want {
			t.Errorf("dial %d: %+v, want %d", i+1, resp, want)
		}
		if conn != nil {
			t.Cleanup(func() { _ = conn.Close() })
		}
	}
}
