// Package bot is the only package that knows Slack: it turns envelopes into calls of the engine, and content into
// cards. It keeps the Socket Mode connections (listen.go), reads envelopes (envelope.go), decides on recorded ones
// (handle.go), renders content as blocks (card.go), keeps every card up to date (show.go) and answers who a user is
// (people.go).
//
// It decides nothing about resets (package reset), knows no right (package auth) and no words (internal/words).
// Nothing of slack-go leaves it, and no token or response_url gets into a log or an error.
package bot

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/alert"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Bot is the app in one workspace. It implements engine.Chat and auth.Directory. Core and Cards are set before Run.
type Bot struct {
	Core  Core
	Cards Cards
	// StoreHealth is the state of the store, for doctor. May be nil.
	StoreHealth func(ctx context.Context) reset.StoreHealth

	cfg     Config
	api     *slack.Client
	now     func() time.Time
	log     *slog.Logger
	queue   chan arrival
	health  health
	pace    pace
	names   names
	sharing sharedChannels
	forms   openForms
	homes   homes
	cards   sync.Mutex // around the short load-change-save of a card; never held during a call to Slack

	toldWaiting sync.Map // envelopes whose person was told that they have to wait

	noDataTables atomic.Bool // Slack refused one: tables are drawn otherwise until the next start

	homeMu sync.Mutex
	home   *Identity
}

// Config is what the bot needs to know of its workspace.
type Config struct {
	AppToken string // xapp-…: opens sockets
	BotToken string // xoxb-…: everything else
	APIURL   string // empty: Slack's own
	Command  string // "/kafka-reset", as the manifest declares it
	Sockets  int    // connections of this process; 2, so that one is up while Slack refreshes the other
	Plain    bool   // tables as preformatted text everywhere
	Clusters []reset.ClusterInfo
	Groups   []string // user groups that the policy names
	// AlertLabels are labels of alerts, besides those that are known.
	AlertLabels alert.Labels
	Now         func() time.Time
	Log         *slog.Logger
	// Unread is how long after a form began to show numbers a submission was meant for what it showed before.
	Unread time.Duration
	// GroupChanged is called when Slack reports that the members of a user group changed. May be nil.
	GroupChanged func(group string)
}

// Core is the part of engine.Service that people reach through Slack.
type Core interface {
	Receive(ctx context.Context, in engine.Inbox) (bool, error)
	Envelope(ctx context.Context, id string) (engine.Inbox, error)
	Ask(ctx context.Context, a engine.Ask) (reset.Request, error)
	Decide(ctx context.Context, d engine.Decision) (reset.Reply, error)
	StoryFor(ctx context.Context, a reset.Actor, channel, id string) (reset.Story, error)
	StepsFor(ctx context.Context, a reset.Actor, channel string, ref reset.Ref,
		offset, limit int) ([]reset.Step, int, error)
	WritesFor(ctx context.Context, id string) ([]reset.Write, error)
	Lag(ctx context.Context, a reset.Actor, channel, cluster, group string, topics []reset.TopicScope) (reset.Lag, error)
	Access(ctx context.Context, a reset.Actor, channel, cluster, group string) (reset.Access, error)
	Status(ctx context.Context, a reset.Actor, channel, cluster, group string) (open []reset.Request, more bool,
		frozen []reset.InForce, err error)
	History(ctx context.Context, a reset.Actor, channel string, q reset.Search) (reset.Page, error)
	People(ctx context.Context) ([]reset.Actor, error)
	Groups(ctx context.Context, a reset.Actor, channel, cluster, pattern string) (reset.GroupsView, error)
	Diagnose(ctx context.Context, a reset.Actor, channel string) (reset.Diagnosis, error)
	Home(ctx context.Context, a reset.Actor, channel string) (reset.Home, error)
	ClusterViews(ctx context.Context, a reset.Actor, channel string) ([]reset.ClusterView, error)

	StartForm(ctx context.Context, a reset.Actor, channel string) (reset.FormStart, error)
	SuggestGroups(ctx context.Context, a reset.Actor, channel, cluster, typed string) (reset.Suggestions, error)
	SuggestTopics(ctx context.Context, a reset.Actor, channel, cluster, group, typed string) (reset.Suggestions, error)
	ClusterCalled(ctx context.Context, name string) (string, error)
	KnownGroups(ctx context.Context, a reset.Actor, channel, cluster string, names []string) ([]string, error)
	NameOf(cluster string, is func(name string) bool) (string, bool)

	Schedules(ctx context.Context, a reset.Actor, channel, cluster, group string) ([]reset.Schedule, error)
	ScheduleStory(ctx context.Context, a reset.Actor, channel, name string) (reset.ScheduleStory, error)
}

// Cards stores where requests are shown. engine.Store has both methods.
type Cards interface {
	Card(ctx context.Context, id string) (engine.Card, error)
	SaveCard(ctx context.Context, c engine.Card) error
}

// callTimeout bounds every call to Slack. It is shorter than the lease of a claim, so that a card is never edited by
// two.
const callTimeout = 8 * time.Second

// New returns a bot that does nothing until Run or one of its ports is called.
func New(cfg Config) *Bot {
	cfg.Sockets = cmp.Or(cfg.Sockets, 2)
	cfg.Command = cmp.Or(cfg.Command, "/kafka-reset")
	b := &Bot{cfg: cfg, now: cfg.Now, log: cfg.Log, queue: make(chan arrival, 1024)}
	b.api = slack.New(cfg.BotToken, b.options()...)
	b.health.wanted = cfg.Sockets
	return b
}

// options are the same for every client of Slack. No retries: a message that is posted again on a lost answer is
// there twice.
func (b *Bot) options() []slack.Option {
	out := []slack.Option{
		slack.OptionAppLevelToken(b.cfg.AppToken),
		slack.OptionHTTPClient(&http.Client{Timeout: callTimeout}),
	}
	if b.cfg.APIURL != "" {
		out = append(out, slack.OptionAPIURL(strings.TrimSuffix(b.cfg.APIURL, "/")+"/"))
	}
	return out
}

// Identity is the account of the bot's token, and its scopes.
type Identity struct {
	Team, TeamID, EnterpriseID string
	Scopes                     []string
}

// Check asks Slack for the account of the tokens, and whether both work.
func (b *Bot) Check(ctx context.Context) (Identity, error) {
	id, err := b.whoami(ctx)
	if err != nil {
		return Identity{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if _, _, err := b.api.StartSocketModeContext(ctx); err != nil {
		return id, b.fault("open a socket with the app-level token", err)
	}
	return id, nil
}

// whoami asks once and keeps the answer.
func (b *Bot) whoami(ctx context.Context) (Identity, error) {
	b.homeMu.Lock()
	defer b.homeMu.Unlock()
	if b.home != nil {
		return *b.home, nil
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	r, err := b.api.AuthTestContext(ctx)
	if err != nil {
		return Identity{}, b.fault("ask whose the bot token is", err)
	}
	b.home = &Identity{Team: r.Team, TeamID: r.TeamID, EnterpriseID: r.EnterpriseID}
	if scopes := r.Header.Get("X-OAuth-Scopes"); scopes != "" {
		b.home.Scopes = strings.Split(scopes, ",")
	}
	return *b.home, nil
}
