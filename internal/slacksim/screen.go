package slacksim

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
)

// Screen is all that a person's client shows at one moment, for a client that draws it. It holds nothing that this
// person could not see in Slack.
type Screen struct {
	Channels []ScreenChannel // those the person is a member of; direct messages last
	Views    []ScreenView    // the open modals, the one on top last
	Home     *ScreenView     // nil: nothing was published
}

// ScreenChannel is a conversation with its messages, oldest first, threads included.
type ScreenChannel struct {
	Channel
	Messages []ScreenMessage
}

// ScreenMessage is a message without the history that a test asks for.
type ScreenMessage struct {
	TS, Thread  string
	Author      string // id of a user, or of another app's bot
	AuthorName  string // what the client shows for it
	App         bool   // the client says APP beside the name
	Ephemeral   bool
	Edited      bool
	Text        string
	Blocks      json.RawMessage // nil: none
	Attachments json.RawMessage // of other apps' messages; nil: none
	Files       []File
}

// ScreenView is a modal, or the home tab.
type ScreenView struct {
	ID, Hash, Type       string
	Title, Submit, Close string
	Blocks               json.RawMessage
	Errors               map[string]string // by block_id
	Trouble              string
	State                json.RawMessage // view.state.values
}

// Screen is what this person's client shows now.
func (p *Person) Screen() Screen {
	s := p.sim
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dm(p.ID) // the client lists the app, whether it has written or not
	var out Screen
	at := map[string]int{}
	for _, c := range slices.SortedFunc(maps.Values(s.channels), listed) {
		if c.has(p.ID) {
			at[c.ID] = len(out.Channels)
			shown := *c
			shown.Members = slices.Clone(c.Members)
			out.Channels = append(out.Channels, ScreenChannel{Channel: shown})
		}
	}
	for _, on := range s.posts {
		if s.visible(on, p.ID) {
			c := &out.Channels[at[on.channel]]
			c.Messages = append(c.Messages, s.screenMessage(on))
		}
	}
	for _, v := range s.stack(p.ID) {
		out.Views = append(out.Views, v.screen())
	}
	if v := s.homes[p.ID]; v != nil {
		home := v.screen()
		out.Home = &home
	}
	return out
}

// listed is the order of a client's list: channels by name, then direct messages.
func listed(a, b *Channel) int {
	if (a.DM == "") != (b.DM == "") {
		if a.DM == "" {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
}

// screenMessage is a post as a client draws it. The lock is held.
func (s *Sim) screenMessage(on *post) ScreenMessage {
	c := &on.versions[len(on.versions)-1]
	if c.raw == nil {
		c.raw = rawBlocks(c.blocks) // content does not change once it is said
	}
	out := ScreenMessage{TS: on.ts, Thread: on.thread, Author: on.author, App: on.author == BotUser,
		Ephemeral: on.onlyFor != "", Edited: on.edited, Text: c.text, Blocks: c.raw}
	if u, ok := s.users[on.author]; ok {
		out.AuthorName = u.Name
		if u.Bot {
			out.AuthorName = u.RealName
		}
	}
	for _, f := range on.files {
		out.Files = append(out.Files, f.File)
	}
	if on.foreign != nil {
		out.App = str(on.foreign, "user") == ""
		out.Text = str(on.foreign, "text") // attachments are drawn on their own
		out.Author = cmp.Or(out.Author, str(on.foreign, "bot_id"))
		out.AuthorName = cmp.Or(str(on.foreign, "username"), str(sub(on.foreign, "bot_profile"), "name"),
			out.AuthorName, "an app")
		if attachments := list(on.foreign, "attachments"); len(attachments) > 0 {
			out.Attachments = marshal(attachments)
		}
	}
	return out
}

// screen is a view as a client draws it. The lock is held.
func (v *view) screen() ScreenView {
	text := func(key string) string { return str(sub(v.body, key), "text") }
	return ScreenView{ID: v.id, Hash: v.hash, Type: str(v.body, "type"), Title: text("title"), Submit: text("submit"),
		Close: text("close"), Blocks: marshal(list(v.body, "blocks")), Errors: maps.Clone(v.errors), Trouble: v.trouble,
		State: marshal(v.state(true))}
}

// Users are all accounts, the app's bot among them, by id.
func (s *Sim) Users() []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []User
	for _, u := range s.users {
		out = append(out, *u)
	}
	slices.SortFunc(out, func(a, b User) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// UserGroups are the groups that can be mentioned, by id.
func (s *Sim) UserGroups() []UserGroup {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []UserGroup
	for _, g := range s.groups {
		if !g.Disabled {
			one := *g
			one.Members = slices.Clone(g.Members)
			out = append(out, one)
		}
	}
	slices.SortFunc(out, func(a, b UserGroup) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// Shortcuts are those of the app.
func (s *Sim) Shortcuts() []Shortcut {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.opts.Shortcuts)
}

// Commands are the slash commands of the app.
func (s *Sim) Commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.opts.Commands)
}

// Posted is a file that the app has posted and that this person can see.
func (p *Person) Posted(id string) (File, bool) {
	s := p.sim
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, on := range s.posts {
		for _, f := range on.files {
			if f.ID == id && s.visible(on, p.ID) {
				return f.File, true
			}
		}
	}
	return File{}, false
}

// Changed is closed at the next change of anything that a person can see.
func (s *Sim) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}
