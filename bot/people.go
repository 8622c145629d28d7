package bot

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// The directory of people is Slack.
var _ auth.Directory = (*Bot)(nil)

// names are the names and zones of people and user groups, for display only: no right depends on them.
type names struct {
	mu    sync.Mutex
	known map[string]person
}

type person struct {
	name, zone string
	at         time.Time
	failed     bool
}

const (
	nameLife  = 10 * time.Minute
	nameRetry = 30 * time.Second // after a look-up that failed
)

// name is the name of a user or user group on a card, without notifying them; "" when it is not known.
func (b *Bot) name(ctx context.Context, id string) string {
	if !slackID(id) {
		return ""
	}
	if id[0] == 'S' {
		return b.groupName(ctx, id)
	}
	return b.loadPerson(ctx, id).name
}

// zone is the asker's time zone. Without it, times are UTC, and the note says so.
func (b *Bot) zone(ctx context.Context, user string) (zone *time.Location, name, note string) {
	p := b.loadPerson(ctx, user)
	zone, err := time.LoadLocation(p.zone)
	if p.zone == "" || err != nil {
		return time.UTC, "UTC", "your time zone could not be read from Slack: times are UTC (or say --tz)"
	}
	return zone, p.zone, ""
}

func (b *Bot) loadPerson(ctx context.Context, user string) person {
	now := b.now()
	if p, ok := b.names.get(user, now); ok {
		return p
	}
	p := person{at: now}
	u, err := b.user(ctx, user)
	if err != nil {
		b.log.Warn("a person cannot be looked up", "actor", user, "err", err)
		p.failed = true
	} else {
		p.name, p.zone = cmp.Or(u.Profile.DisplayName, u.Name, u.RealName), u.TZ
	}
	b.names.put(user, p)
	return p
}

func (b *Bot) groupName(ctx context.Context, id string) string {
	now := b.now()
	if p, ok := b.names.get(id, now); ok {
		return p.name
	}
	groups, err := retryOnRateLimit(ctx, b, "usergroups.list", "list user groups",
		func(ctx context.Context) ([]slack.UserGroup, error) {
			return b.api.GetUserGroupsContext(ctx)
		})
	if err != nil {
		b.log.Warn("user groups cannot be listed", "err", err)
	}
	b.names.put(id, person{at: now, failed: err != nil})
	for _, g := range groups {
		b.names.put(g.ID, person{name: g.Handle, at: now})
	}
	p, _ := b.names.get(id, now)
	return p.name
}

func (n *names) get(id string, now time.Time) (person, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	p, ok := n.known[id]
	life := nameLife
	if p.failed {
		life = nameRetry
	}
	return p, ok && now.Sub(p.at) < life
}

func (n *names) put(id string, p person) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known == nil || len(n.known) > 10_000 {
		n.known = map[string]person{}
	}
	n.known[id] = p
}

// Person implements auth.Directory, live.
func (b *Bot) Person(ctx context.Context, user string) (auth.Person, error) {
	home, err := b.whoami(ctx)
	if err != nil {
		return auth.Person{}, unread(user, err)
	}
	u, err := b.user(ctx, user)
	if slackCode(err) == "user_not_visible" { // returned for people who are known through Slack Connect only
		return auth.Person{Stranger: true}, nil
	}
	if err != nil {
		err = unread(user, err)
		var u *reset.Unread
		if errors.As(err, &u) {
			b.health.recordFault(user, u)
		}
		return auth.Person{}, err
	}
	b.health.recordFault(user, nil)
	p := auth.Person{
		Team:  cmp.Or(u.Enterprise.EnterpriseID, u.TeamID),
		OrgID: u.Enterprise.ID,
		Guest: u.IsRestricted || u.IsUltraRestricted, Deleted: u.Deleted,
		Bot: u.IsBot || u.IsAppUser || u.IsWorkflowBot || u.IsConnectorBot || user == "USLACKBOT",
	}
	// a person of the organisation may come without a team (looker/lookerbot#184); who comes with neither is a stranger
	p.Stranger = u.IsStranger || p.Team == "" || p.Team != cmp.Or(home.EnterpriseID, home.TeamID)
	return p, nil
}

// Members implements auth.Directory, live.
func (b *Bot) Members(ctx context.Context, group string) ([]string, error) {
	in, err := retryOnRateLimit(ctx, b, "usergroups.users.list", "ask who is in "+group,
		func(ctx context.Context) ([]string, error) {
			return b.api.GetUserGroupMembersContext(ctx, group)
		})
	if err == nil {
		b.health.recordFault(group, nil)
		return in, nil
	}
	err = unread(group, err)
	var u *reset.Unread
	if errors.As(err, &u) {
		if u.Code == "no_such_subteam" {
			b.explainMissing(ctx, u)
		}
		b.health.recordFault(group, u)
	}
	return nil, err
}

// unread is a failed call as the engine's error.
func unread(of string, err error) error {
	f := faultOf(err)
	if f == nil {
		return err
	}
	return &reset.Unread{Of: of, Code: f.Code, Scope: f.Scope, Passing: f.Passing(), Wait: f.Wait}
}

// user reads an account from Slack, live.
func (b *Bot) user(ctx context.Context, id string) (*slack.User, error) {
	return retryOnRateLimit(ctx, b, "users.info", "ask who "+id+" is", func(ctx context.Context) (*slack.User, error) {
		return b.api.GetUserInfoContext(ctx, id)
	})
}

// retryOnRateLimit reads once more when Slack asks to wait a moment: a person is waiting for the answer, and reading
// twice is safe. A longer wait is returned to the caller: the method is not called before it is over. Writes are
// never repeated here.
func retryOnRateLimit[T any](
	ctx context.Context, b *Bot, method, doing string, read func(context.Context) (T, error),
) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if d := b.pace.postponed(method, b.now()); d > callTimeout/2 {
		var none T
		return none, &Fault{Doing: doing, Code: "ratelimited", Wait: d}
	} else if d > 0 {
		wait(ctx, d)
	}
	v, err := read(ctx)
	if err == nil {
		return v, nil
	}
	f := b.rateLimited(method, doing, err)
	if f.Wait == 0 || f.Wait > callTimeout/2 {
		return v, f
	}
	wait(ctx, f.Wait)
	if v, err = read(ctx); err != nil {
		return v, b.rateLimited(method, doing, err)
	}
	return v, nil
}

// rateLimited is fault, and keeps a method that Slack asked to wait with from being called again too soon.
func (b *Bot) rateLimited(method, doing string, err error) *Fault {
	f := b.fault(doing, err)
	if f.Wait > 0 && method != "" {
		b.pace.postpone(method, b.now().Add(f.Wait))
	}
	return f
}
