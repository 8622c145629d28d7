package slacksim

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// world is who and what there is: people, groups, channels, what the app may do.
type world struct {
	teams    map[string]string // id to name
	users    map[string]*User
	groups   map[string]*UserGroup
	channels map[string]*Channel
	scopes   []string
	free     bool // the workspace is on the free plan: no user groups
	dark     bool // Socket Mode is switched off for the app
}

// User is an account. Team defaults to HomeTeam, Zone to UTC.
type User struct {
	ID, Name, RealName string
	Team               string // another workspace's id for people met through Slack Connect
	Enterprise         string
	// enterprise_user.id: one person's id in all workspaces of an Enterprise org; ID when empty
	EnterpriseUser     string
	Zone               string // IANA name
	Guest              bool   // is_restricted
	SingleChannelGuest bool   // is_ultra_restricted (and is_restricted)
	Bot                bool
	Deleted            bool
	Stranger           bool // is_stranger: of another workspace, shares no channel with it
	Invisible          bool // users.info answers user_not_visible
}

// UserGroup is a mentionable group of users.
type UserGroup struct {
	ID, Handle, Name string
	Members          []string
	Disabled         bool
}

// Channel is a conversation; a direct message has DM set to its person and only that member.
type Channel struct {
	ID, Name  string
	Members   []string
	Bot       bool // the bot is a member
	Private   bool
	ExtShared bool
	OrgShared bool // is_org_shared: with other workspaces of the same organisation (docs, conversation object)
	Pending   bool // is_pending_ext_shared: another organisation is invited
	Archived  bool
	DM        string
}

func newWorld(opts Options) world {
	w := world{
		teams: map[string]string{HomeTeam: "simulated"}, users: map[string]*User{}, groups: map[string]*UserGroup{},
		channels: map[string]*Channel{}, scopes: slices.Clone(opts.Scopes),
	}
	w.users[BotUser] = &User{ID: BotUser, Name: "kafka-reset", RealName: cmp.Or(opts.botName, "kafka-reset"),
		Team: HomeTeam, Bot: true, Zone: "UTC"}
	w.users[Slackbot] = &User{ID: Slackbot, Name: "slackbot", RealName: "Slackbot", Team: HomeTeam, Zone: "UTC"}
	return w
}

// AddTeam adds another workspace, for people who are met through Slack Connect.
func (s *Sim) AddTeam(id, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.teams[id] = name
}

// AddUser adds or replaces a user and returns the Person.
func (s *Sim) AddUser(u User) *Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u.ID == "" {
		u.ID = s.id("U")
	}
	if u.Name == "" {
		u.Name = u.ID
	}
	if u.RealName == "" {
		u.RealName = u.Name
	}
	if u.Team == "" {
		u.Team = HomeTeam
	}
	if u.Team == HomeTeam && u.Enterprise == "" {
		u.Enterprise = s.opts.Enterprise
	}
	if u.Zone == "" {
		u.Zone = "UTC"
	}
	s.users[u.ID] = &u
	s.touch()
	return &Person{ID: u.ID, sim: s}
}

// AddGroup adds or replaces a user group.
func (s *Sim) AddGroup(g UserGroup) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g.Members = slices.Clone(g.Members)
	s.groups[g.ID] = &g
}

// SetGroupMembers changes who is in a group and tells the app, as Slack does.
func (s *Sim) SetGroupMembers(id string, members ...string) error {
	s.mu.Lock()
	g, ok := s.groups[id]
	if !ok {
		s.mu.Unlock()
		return fmt.Errorf("no user group %q", id)
	}
	missing := func(from, in []string) []string {
		return slices.DeleteFunc(slices.Clone(from), func(u string) bool { return slices.Contains(in, u) })
	}
	added, removed := missing(members, g.Members), missing(g.Members, members)
	g.Members = slices.Clone(members)
	now := s.opts.Now().Unix()
	s.mu.Unlock()
	s.SendEvent(map[string]any{ // ref, events/subteam_members_changed
		"type": "subteam_members_changed", "subteam_id": id, "team_id": HomeTeam, "date_update": now,
		"added_users": added, "removed_users": removed,
	})
	return nil
}

// AddChannel adds or replaces a channel.
func (s *Sim) AddChannel(c Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Members = slices.Clone(c.Members)
	s.channels[c.ID] = &c
}

// ChangeChannel edits a channel: members come and go, it is archived or shared.
func (s *Sim) ChangeChannel(id string, change func(*Channel)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.channels[id]
	if !ok {
		return fmt.Errorf("no channel %q", id)
	}
	change(c)
	s.touch()
	return nil
}

// SetScopes changes what the bot token may do; the app has been reinstalled.
func (s *Sim) SetScopes(scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scopes = slices.Clone(scopes)
}

// SetMessagesTab switches the messages tab of the app's home: without it people get no direct message from the app.
func (s *Sim) SetMessagesTab(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opts.NoMessagesTab = !on
}

// SetFreePlan takes user groups away: usergroups.* answer plan_upgrade_required.
func (s *Sim) SetFreePlan(free bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = free
}

// SetSocketMode switches the app's Socket Mode: off, every connection is told link_disabled.
func (s *Sim) SetSocketMode(on bool) {
	s.mu.Lock()
	s.dark = !on
	conns := slices.Clone(s.conns)
	s.mu.Unlock()
	if on {
		return
	}
	for _, c := range conns {
		c.disconnect(ReasonLinkDisabled)
	}
}

// Person is the person of a user that was added. An unknown id is nil.
func (s *Sim) Person(id string) *Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.users[id]; !ok {
		return nil
	}
	return &Person{ID: id, sim: s}
}

// DM is the direct message between a user and the bot, opened when first asked for.
func (s *Sim) DM(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dm(user).ID
}

func (s *Sim) dm(user string) *Channel {
	for _, c := range s.channels {
		if c.DM == user {
			return c
		}
	}
	c := &Channel{ID: "D" + user[1:], Name: "directmessage", DM: user, Members: []string{user}, Bot: true}
	s.channels[c.ID] = c
	return c
}

func (u *User) location() *time.Location {
	zone, err := time.LoadLocation(u.Zone)
	if err != nil {
		return time.UTC // Slack shows UTC to those without a known zone
	}
	return zone
}

func (c *Channel) has(user string) bool { return slices.Contains(c.Members, user) }
