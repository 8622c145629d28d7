package bot

import (
	"context"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// names are what people and user groups are called and where they are, for showing only: no right rests on them.
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

// name is what a card calls a user or user group without notifying them; "" when it is not known.
func (b *Bot) name(ctx context.Context, id string) string {
	if !slackID(id) {
		return ""
	}
	if id[0] == 'S' {
		return b.groupName(ctx, id)
	}
	return b.lookAt(ctx, id).name
}

// zone is the asker's time zone. Without it, times are UTC, and the note says so.
func (b *Bot) zone(ctx context.Context, user string) (zone *time.Location, name, note string) {
	p := b.lookAt(ctx, user)
	zone, err := time.LoadLocation(p.zone)
	if p.zone == "" || err != nil {
		return time.UTC, "UTC", "your time zone could not be read from Slack: times are UTC (or say --tz)"
	}
	return zone, p.zone, ""
}

func (b *Bot) lookAt(ctx context.Context, user string) person {
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
		p.name, p.zone = firstOf(u.Profile.DisplayName, u.Name, u.RealName), u.TZ
	}
	b.names.put(user, p)
	return p
}

func (b *Bot) groupName(ctx context.Context, id string) string {
	now := b.now()
	if p, ok := b.names.get(id, now); ok {
		return p.name
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	groups, err := b.api.GetUserGroupsContext(ctx)
	if err != nil {
		b.log.Warn("user groups cannot be listed", "err", b.fault("list user groups", err))
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

// user asks Slack who somebody is, now.
func (b *Bot) user(ctx context.Context, id string) (*slack.User, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	u, err := b.api.GetUserInfoContext(ctx, id)
	if err != nil {
		return nil, b.fault("ask who "+id+" is", err)
	}
	return u, nil
}
