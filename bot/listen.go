package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/guard"
)

const (
	ackWithin    = 2500 * time.Millisecond // Slack gives up after 3 s
	recordWithin = 2 * time.Second         // leaves time to say that it could not be recorded
	// without a ping, the connection is given up; slack-go's 30 s take up to 60 s to notice a stall
	quietFor    = 20 * time.Second
	steadyAfter = 30 * time.Second // a connection that lasted so long ends a series of failures
	// between attempts to connect; apps.connections.open may be allowed once a minute only
	longestPause  = time.Minute
	drainWithin   = 5 * time.Second // for what was received before the stop
	answering     = 16              // envelopes that are recorded or looked up at once
	deadCodePause = time.Minute     // after an error that only a person can repair
)

// deadCodes are errors of apps.connections.open that a retry does not change.
var deadCodes = []string{"invalid_auth", "account_inactive", "not_authed", "token_revoked", "token_expired",
	"missing_scope", "not_allowed_token_type", "app_uninstalled", "http 404"}

// arrival is an envelope between a socket and the inbox.
type arrival struct {
	envelope
	ack     func(ctx context.Context, payload any) error
	at      time.Time
	within  context.Context // ends when Slack no longer waits for the ack
	release context.CancelFunc
}

// Run keeps the sockets connected and receives from them. It returns when ctx has ended and everything that was
// received by then is recorded and acknowledged, or drainWithin has passed.
func (b *Bot) Run(ctx context.Context) error {
	var sockets, workers guard.Group
	var busy atomic.Int64
	open, hangUp := context.WithCancel(context.WithoutCancel(ctx))
	defer hangUp()
	for n := range b.cfg.Sockets {
		s := socket{Bot: b, n: n, busy: &busy, life: open}
		sockets.Go(func() {
			for open.Err() == nil { // a panic ends a connection, not all of them
				if err := guard.Do(func() error { s.stayConnected(); return nil }); err != nil {
					b.log.Error("panic in a socket", "socket", n, "err", b.redact(err.Error()))
					wait(open, longestPause)
				}
			}
		})
	}
	for range answering {
		workers.Go(func() {
			for a := range b.queue {
				b.recordAndAck(open, a)
				busy.Add(-1)
			}
		})
	}
	workers.Go(func() { b.checkPolicyGroups(open) })
	workers.Go(func() { b.renewHomes(open) })
	<-ctx.Done()
	b.drain(&busy)
	hangUp()
	sockets.Wait()
	close(b.queue)
	workers.Wait()
	return nil
}

// drain waits until no envelope is being processed, and then a moment longer: an ack that was queued has not been
// written yet.
func (b *Bot) drain(busy *atomic.Int64) {
	limit, tick := time.NewTimer(drainWithin), time.NewTicker(50*time.Millisecond)
	defer limit.Stop()
	defer tick.Stop()
	for idle := 0; idle < 3; {
		select {
		case <-limit.C:
			b.log.Warn("stopped with envelopes on their way", "count", busy.Load())
			return
		case <-tick.C:
			idle++
			if busy.Load() > 0 {
				idle = 0
			}
		}
	}
}

// socket is one of the process's connections.
type socket struct {
	*Bot
	n      int
	busy   *atomic.Int64   // envelopes on their way
	life   context.Context // ends with Run, not with the connection
	client *socketmode.Client
}

// stayConnected opens one connection after the other. slack-go's own reconnecting is not used: it does not pause
// after a disconnect frame (3,791 connections in a second were seen), sends old acks on the new connection, and may
// wait 5 minutes.
func (s socket) stayConnected() {
	failures := 0
	for s.life.Err() == nil {
		steady, err := s.connect()
		if steady {
			failures = 0
		}
		failures++
		pause := pauseAfter(failures, err)
		s.health.lost(s.n, err)
		if err != nil && s.life.Err() == nil {
			s.health.failed(s.now(), "socket: "+slackCode(err))
		}
		switch {
		case s.life.Err() != nil:
			return
		case isDeadCode(err):
			s.log.Error("slack refuses the app; a person has to mend it", "socket", s.n, "err", err)
		default:
			s.log.Info("socket ended", "socket", s.n, "pause", pause, "err", err)
		}
		wait(s.life, pause)
	}
}

// pauseAfter is how long to wait after so many connections in a row that did not last. The first loss is not followed
// by a pause: Slack refreshes every connection now and then.
func pauseAfter(failures int, err error) time.Duration {
	var f *Fault
	switch {
	case isDeadCode(err):
		return deadCodePause
	case errors.As(err, &f) && f.Wait > 0:
		return min(f.Wait, 5*time.Minute)
	case failures <= 1:
		return 0
	}
	pause := min(time.Second<<min(failures-2, 10), longestPause)
	return pause/2 + rand.N(pause/2+1)
}

func isDeadCode(err error) bool { return slices.Contains(deadCodes, slackCode(err)) }

// connect holds one connection until it ends, and reports whether it lasted.
func (s socket) connect() (steady bool, err error) {
	ctx, cancel := context.WithCancel(s.life)
	once := slack.OptionHTTPClient(&singleUseClient{Client: http.Client{Timeout: callTimeout}})
	s.client = socketmode.New(slack.New(s.cfg.BotToken, append(s.options(), once)...),
		socketmode.OptionPingInterval(quietFor),
		socketmode.OptionDialer(&websocket.Dialer{
			Proxy: http.ProxyFromEnvironment, HandshakeTimeout: callTimeout,
			WriteBufferSize: 32 << 10, // Slack does not put fragmented frames together
		}))
	ended := make(chan error, 1)
	go func() { ended <- guard.Do(func() error { return s.client.RunContext(ctx) }) }()
	lasted := time.NewTimer(steadyAfter)
	defer lasted.Stop()
	for {
		select {
		case <-lasted.C:
			steady = true
		case evt := <-s.client.Events:
			// This goroutine may only pass events on: while it blocks, slack-go answers no pings.
			if err = s.handleEvent(evt); err != nil {
				cancel()
				s.takeRemaining(ended)
				return steady, err
			}
		case end := <-ended:
			cancel()
			ended <- end
			s.takeRemaining(ended)
			return steady, s.fault("open a socket", end)
		}
	}
}

// singleUseClient lets slack-go ask for one connection only: by the time that it is known to have lost one, it may
// already have asked for the next.
type singleUseClient struct {
	http.Client
	used atomic.Bool
}

func (c *singleUseClient) Do(req *http.Request) (*http.Response, error) {
	if c.used.Swap(true) {
		return nil, errReconnect
	}
	return c.Client.Do(req)
}

// takeRemaining takes what slack-go has received before it ends; Slack does not send it again.
func (s socket) takeRemaining(ended <-chan error) {
	for done := false; ; {
		select {
		case evt := <-s.client.Events:
			_ = s.handleEvent(evt) // the connection has ended already; only envelopes matter now
			continue
		default:
		}
		if done {
			return
		}
		select {
		case evt := <-s.client.Events:
			_ = s.handleEvent(evt) // as above
		case _, done = <-ended: // handleEvent has logged why
		}
	}
}

// errReconnect says that the connection ended and slack-go is about to open another, which is left to stayConnected.
var errReconnect = errors.New(
	"slack ended the connection (if it does so at once, look whether Socket Mode is switched on for the app)")

// handleEvent sorts one event. An error ends the connection.
func (s socket) handleEvent(evt socketmode.Event) error {
	switch evt.Type {
	case socketmode.EventTypeConnecting:
		if c, ok := evt.Data.(*slack.ConnectingEvent); ok && c.ConnectionCount > 0 {
			return errReconnect
		}
	case socketmode.EventTypeConnectionError:
		if c, ok := evt.Data.(*slack.ConnectionErrorEvent); ok {
			return s.fault("open a socket", c.ErrorObj)
		}
	case socketmode.EventTypeHello:
		s.checkConnections(evt.Request.NumConnections)
	case socketmode.EventTypeErrorWriteFailed:
		if f, ok := evt.Data.(*socketmode.ErrorWriteFailed); ok {
			s.log.Warn("ack not written; slack told the person that it failed", "envelope", f.Response.EnvelopeID,
				"err", s.redact(f.Cause.Error()))
		}
	case socketmode.EventTypeErrorBadMessage:
		if bad, ok := evt.Data.(*socketmode.ErrorBadMessage); ok {
			s.recoverEnvelope(bad)
		}
	case socketmode.EventTypeSlashCommand, socketmode.EventTypeInteractive, socketmode.EventTypeEventsAPI:
		s.enqueue(*evt.Request)
	}
	return nil
}

// checkConnections compares the number of connections that Slack counts. More than this process has means connections
// that no process holds, or another process with the same tokens: clicks that Slack sends there never arrive here
// (slackapi/python-slack-sdk#1940).
func (s socket) checkConnections(count int) {
	s.health.connected(s.n, count, s.now())
	if count > s.cfg.Sockets+1 { // one more while a connection is being replaced
		s.log.Warn("slack counts more connections than this app holds; clicks may get lost in them", "num_connections",
			count, "expected", s.cfg.Sockets)
		return
	}
	s.log.Info("socket connected", "socket", s.n, "num_connections", count)
}

// recoverEnvelope reads an envelope that slack-go could not read: slack-go reads more fields than the bot needs, and
// strictly.
func (s socket) recoverEnvelope(bad *socketmode.ErrorBadMessage) {
	var req socketmode.Request
	err := json.Unmarshal(bad.Message, &req)
	s.log.Warn("frame that slack-go cannot read", "envelope", req.EnvelopeID, "type", req.Type, "err",
		s.redact(bad.Cause.Error()))
	if err == nil && req.EnvelopeID != "" {
		s.enqueue(req)
	}
}

func (s socket) enqueue(req socketmode.Request) {
	e, err := readEnvelope(req, s.cfg.Command)
	if err != nil {
		s.log.Warn("envelope that cannot be read is acknowledged and dropped", "envelope", req.EnvelopeID, "type",
			req.Type, "err", s.redact(err.Error()))
	}
	client := s.client
	a := arrival{envelope: e, at: s.now(), ack: func(ctx context.Context,
		payload any) error {
		return client.AckCtx(ctx, req.EnvelopeID, payload)
	}}
	a.within, a.release = context.WithTimeout(s.life, ackWithin)
	s.busy.Add(1)
	select {
	case s.queue <- a:
	default:
		s.busy.Add(-1)
		a.release()
		s.log.Error("too many envelopes at once; one was not taken, and slack told the person so", "envelope",
			req.EnvelopeID)
	}
}

// recordAndAck records an envelope and acknowledges it, in this order: what is acknowledged is never lost.
func (b *Bot) recordAndAck(ctx context.Context, a arrival) {
	defer a.release()
	defer func() {
		if p := recover(); p != nil {
			b.log.Error("panic over an envelope", "envelope", a.ID, "panic", b.redact(fmt.Sprint(p)), "stack",
				string(debug.Stack()))
		}
	}()
	payload, after, err := b.handle(a.within, a.envelope)
	if err != nil {
		b.log.Error("envelope not recorded", "envelope", a.ID, "kind", a.Kind, "err", err)
	}
	if err == nil || payload != nil { // otherwise no ack: Slack marks the button as failed, and the person tries again
		b.acknowledge(a, payload)
	}
	if after != nil {
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		after(ctx)
	}
}

func (b *Bot) acknowledge(a arrival, payload any) {
	err := a.ack(a.within, payload)
	if err == nil {
		b.health.acknowledged(b.now().Sub(a.at))
		return
	}
	b.health.failed(b.now(), "an ack was not sent")
	b.log.Warn("ack not sent", "envelope", a.ID, "err", b.redact(err.Error()))
	if payload != nil { // too large for Slack: an empty ack still ends the person's wait
		_ = a.ack(a.within, nil) // logged above
	}
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
