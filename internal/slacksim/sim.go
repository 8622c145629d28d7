// Package slacksim is a Slack to talk to: the Web API over HTTP, Socket Mode over a websocket, and the people of a
// workspace who type commands, click buttons and read what comes back.
//
// It knows Slack's rules and enforces them where Slack does: who may post where, what a message may hold, how long a
// trigger, a response_url or an acknowledgement lives, how often a method may be called. Each rule names where it was
// learned; where sources disagree it takes the stricter one, so that it never flatters the bot. It knows nothing of
// Kafka or of the bot, imports neither, and is linked into tests and the demo only.
//
// Sources, by the short names used in comments: SG = source of slack-go v0.35.0; ref = slack-ruby/slack-api-ref;
// types = npm @slack/types 3.2.0; docs = docs.slack.dev; an owner/repo#N is an issue there; SEEN = observed on the
// wire.
package slacksim

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"
)

// Sim is one Slack: a workspace (and the strangers connected to it), one installed app, and everything that happened.
type Sim struct {
	opts   Options
	url    string
	server *http.Server
	work   sync.WaitGroup // every goroutine; Close waits for it

	mu      sync.Mutex
	changed chan struct{} // closed and replaced whenever something a person or a test can see has changed
	closed  chan struct{}
	dead    bool
	rand    *rand.Rand
	serial  int

	world
	posts    []*post
	journal  []appearance
	views    []*view
	homes    map[string]*view // what is published in the home tab, by user
	files    map[string]*file
	triggers map[string]*trigger
	replies  map[string]*reply // response_urls by their path
	tickets  map[string]bool   // unused websocket addresses
	conns    []*connection
	pending  map[string]*Delivery
	acks     []AckRecord
	calls    []Call
	faults   map[string]*Fault
	buckets  map[string]*bucket
}

// Options are what a test may want otherwise. The zero value behaves like Slack.
type Options struct {
	// Now is the time that timestamps, expiry and rate limits go by; default the wall clock. Waiting for an
	// acknowledgement, pings and redelivery run on real time.
	Now func() time.Time
	// Manifest of the app, as JSON: scopes, commands, events, messages tab and Socket Mode are what it says, unless
	// they are given here.
	Manifest []byte
	// Scopes of the bot token; default those of the manifest, else DefaultScopes. All are granted, the optional too.
	Scopes []string
	// Commands the app has; default those of the manifest, else /kafka-reset.
	Commands []string
	// Shortcuts the app has; default those of the manifest, else none.
	Shortcuts []Shortcut
	// Events the app subscribed to; default those of the manifest, else DefaultEvents. Each needs its scope too.
	Events []string
	// Seed decides which connection gets an envelope.
	Seed uint64
	// AckWithin is how long Slack waits for an acknowledgement; default 3 s.
	AckWithin time.Duration
	// PingEvery is how often Slack pings a socket; default 10 s.
	PingEvery time.Duration
	// Notice is how long a connection lives after disconnect(warning); default 10 s.
	Notice time.Duration
	// Retries are the pauses before an unacknowledged event is sent again; default 0, 1 min, 5 min.
	Retries []time.Duration
	// Rates replace Slack's rate limits by method; "chat.postMessage" counts per channel.
	Rates map[string]Rate
	// Unhurried turns all rate limits off.
	Unhurried bool
	// Enterprise is the Enterprise org that the workspace belongs to, and all who are added to it; default none.
	Enterprise string
	// PlainResponses refuses tables that come through a response_url: whether Slack takes them is not known.
	PlainResponses bool
	// NoMessagesTab is an app whose manifest lacks features.app_home.messages_tab_enabled: people get no direct
	// message from it.
	NoMessagesTab bool
	// NoHomeTab is an app whose manifest lacks features.app_home.home_tab_enabled: it can publish no home.
	NoHomeTab bool
	// EditWindow is the workspace's setting for how long a message may be edited; default: for ever.
	EditWindow time.Duration

	noSocketMode bool   // the manifest does not enable it
	botName      string // features.bot_user.display_name of the manifest
}

// The least an app like the bot needs (facts 3.5). A direct message goes to a user's id, so im:write is not among it.
var (
	DefaultScopes = []string{"commands", "chat:write", "usergroups:read", "users:read", "files:read", "files:write",
		"channels:read", "groups:read"}
	DefaultEvents = []string{"app_home_opened", "subteam_members_changed"}
)

// Tokens of the installed app.
const (
	AppToken = "xapp-1-A0SIM-1-0123456789abcdef"
	BotToken = "xoxb-1-2-simulated0bot0token"
)

// Ids of the installed app and of the default workspace of users.
const (
	AppID    = "A0SIM"
	BotUser  = "U0BOT"
	BotID    = "B0BOT"
	HomeTeam = "T0SIM"
	Slackbot = "USLACKBOT"
)

// New starts a Slack on a free port of 127.0.0.1. The caller closes it.
func New(opts Options) (*Sim, error) {
	if err := opts.install(); err != nil {
		return nil, err
	}
	opts.fill()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the simulated slack: %w", err)
	}
	s := &Sim{
		opts: opts, url: "http://" + listener.Addr().String(),
		changed: make(chan struct{}), closed: make(chan struct{}), rand: rand.New(rand.NewPCG(opts.Seed, 1)),
		world: newWorld(opts), homes: map[string]*view{},
		files: map[string]*file{}, triggers: map[string]*trigger{},
		replies: map[string]*reply{}, tickets: map[string]bool{}, pending: map[string]*Delivery{},
		faults: map[string]*Fault{}, buckets: map[string]*bucket{},
	}
	s.dark = opts.noSocketMode
	s.server = &http.Server{Handler: s.routes(), ReadHeaderTimeout: time.Minute}
	s.work.Go(func() { _ = s.server.Serve(listener) }) // always http.ErrServerClosed, from Close
	return s, nil
}

func (o *Options) fill() {
	if o.Now == nil {
		o.Now = time.Now //nolint:forbidigo // a simulator may hold the clock; tests inject their own
	}
	if o.Scopes == nil {
		o.Scopes = DefaultScopes
	}
	if o.Commands == nil {
		o.Commands = []string{"/kafka-reset"}
	}
	if o.Events == nil {
		o.Events = DefaultEvents
	}
	if o.Retries == nil {
		o.Retries = []time.Duration{0, time.Minute, 5 * time.Minute} // docs, Events API: nearly at once, 1 min, 5 min
	}
	o.AckWithin = orElse(o.AckWithin, 3*time.Second)  // bolt-js docs, acknowledge
	o.PingEvery = orElse(o.PingEvery, 10*time.Second) // SG expects one within 30 s; @slack/socket-mode within 30 s
	o.Notice = orElse(o.Notice, 10*time.Second)       // docs, Socket Mode: a warning comes about 10 s ahead
}

func orElse(d, other time.Duration) time.Duration {
	if d == 0 {
		return other
	}
	return d
}

// URL is the address of this Slack, without a slash at the end.
func (s *Sim) URL() string { return s.url }

// APIURL is what the bot's slack.api_url is set to.
func (s *Sim) APIURL() string { return s.url + "/api/" }

// Now is the time in this Slack.
func (s *Sim) Now() time.Time { return s.opts.Now() }

// Close closes all connections and returns when no goroutine of the simulator runs any more.
func (s *Sim) Close() {
	s.mu.Lock()
	if s.dead {
		s.mu.Unlock()
		return
	}
	s.dead = true
	close(s.closed)
	for _, c := range s.conns {
		c.hangUp()
	}
	s.mu.Unlock()
	_ = s.server.Close() // only open connections are lost, which is the point
	s.work.Wait()
}

// run starts f unless the simulator is closing. It must not be called with the lock held.
func (s *Sim) run(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.dead {
		s.work.Go(f)
	}
}

// later runs f after d of real time, unless the simulator closes or done is closed before.
func (s *Sim) later(d time.Duration, done <-chan struct{}, f func()) {
	s.run(func() {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			f()
		case <-done:
		case <-s.closed:
		}
	})
}

// touch wakes all waiting calls. The lock is held.
func (s *Sim) touch() {
	close(s.changed)
	s.changed = make(chan struct{})
}

var errClosed = errors.New("the simulated slack is closed")

// Await returns when cond is true, looking again after every change. cond runs without the lock.
func (s *Sim) Await(ctx context.Context, cond func() bool) error {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if cond() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-s.closed:
			return errClosed
		}
	}
}

// id counts everything that needs a name. The lock is held.
func (s *Sim) id(prefix string) string {
	s.serial++
	return fmt.Sprintf("%s%06d", prefix, s.serial)
}

// secret is an id that cannot be guessed from another one. The lock is held.
func (s *Sim) secret(prefix string) string {
	return fmt.Sprintf("%s.%016x", s.id(prefix), s.rand.Uint64())
}

// stamp is a message timestamp: unique and rising even while Now stands still. The lock is held.
func (s *Sim) stamp() string {
	s.serial++
	return fmt.Sprintf("%d.%06d", s.opts.Now().Unix(), s.serial)
}
