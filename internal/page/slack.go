package page

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/stage"
)

// slackEvent is Slack as one person sees it. It is made of that person's own screen, so that it cannot hold what they
// could not see.
type slackEvent struct {
	Now       string               `json:"now"`
	Me        string               `json:"me"`
	People    []person             `json:"people"`
	Groups    []userGroup          `json:"groups"`
	App       app                  `json:"app"`
	Command   string               `json:"command"`
	Shortcuts []shortcut           `json:"shortcuts"`
	Channels  []channel            `json:"channels"`
	Messages  map[string][]message `json:"messages"` // by channel
	Views     []view               `json:"views"`
	Home      *view                `json:"home"`
	Trouble   []string             `json:"trouble"`
}

type person struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Zone  string `json:"zone"`
	About string `json:"about"`
	Guest bool   `json:"guest,omitempty"`
}

type userGroup struct {
	ID      string   `json:"id"`
	Handle  string   `json:"handle"`
	Members []string `json:"members"` // ids of users
}

type app struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type shortcut struct {
	Type       string `json:"type"`
	CallbackID string `json:"callback_id"`
	Name       string `json:"name"`
}

type channel struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	About string `json:"about"`
	Bot   bool   `json:"bot"`
	DM    bool   `json:"dm,omitempty"`
}

type message struct {
	Channel     string          `json:"channel"`
	TS          string          `json:"ts"`
	Thread      string          `json:"thread,omitempty"`
	Author      string          `json:"author"`
	AuthorName  string          `json:"author_name"`
	App         bool            `json:"app"`
	Ephemeral   bool            `json:"ephemeral"`
	Edited      bool            `json:"edited"`
	Text        string          `json:"text"`
	Blocks      json.RawMessage `json:"blocks"` // null: none
	Attachments json.RawMessage `json:"attachments,omitempty"`
	Files       []file          `json:"files,omitempty"`
}

type file struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size int    `json:"size"`
}

type view struct {
	ID      string            `json:"id"`
	Hash    string            `json:"hash"`
	Type    string            `json:"type"`
	Title   string            `json:"title"`
	Submit  string            `json:"submit"`
	Close   string            `json:"close"`
	Blocks  json.RawMessage   `json:"blocks"`
	Errors  map[string]string `json:"errors"`
	Trouble string            `json:"trouble"`
	State   json.RawMessage   `json:"state"`
}

// slackOf is Slack as this person sees it now.
func (p *Server) slackOf(who string) slackEvent {
	slack := p.stage.Slack
	screen := p.stage.People[who].Screen()
	out := slackEvent{Now: p.stage.Now().UTC().Format(time.RFC3339Nano), Me: who, People: []person{},
		Groups: []userGroup{}, Command: slack.Commands()[0], Shortcuts: []shortcut{}, Channels: []channel{},
		Messages: map[string][]message{}, Views: []view{}, Trouble: append([]string{}, p.stage.Trouble()...)}
	p.addPeople(&out)
	for _, g := range slack.UserGroups() {
		out.Groups = append(out.Groups, userGroup{ID: g.ID, Handle: g.Handle, Members: g.Members})
	}
	for _, s := range slack.Shortcuts() {
		out.Shortcuts = append(out.Shortcuts, shortcut{Type: s.Type, CallbackID: s.CallbackID, Name: s.Name})
	}
	for _, c := range screen.Channels {
		one := channel{ID: c.ID, Name: c.Name, About: aboutChannel(c.ID), Bot: c.Bot, DM: c.DM != ""}
		if one.DM {
			one.Name = out.App.Name
		}
		out.Channels = append(out.Channels, one)
		out.Messages[c.ID] = []message{}
		for _, m := range c.Messages {
			out.Messages[c.ID] = append(out.Messages[c.ID], messageOf(c.ID, m))
		}
	}
	for _, v := range screen.Views {
		out.Views = append(out.Views, viewOf(v))
	}
	if screen.Home != nil {
		home := viewOf(*screen.Home)
		out.Home = &home
	}
	return out
}

// addPeople adds those who can be acted as, and the app's own user.
func (p *Server) addPeople(out *slackEvent) {
	users := map[string]slacksim.User{}
	for _, u := range p.stage.Slack.Users() {
		users[u.ID] = u
	}
	bot := users[slacksim.BotUser]
	out.App = app{ID: bot.ID, Name: bot.RealName}
	for _, one := range stage.People {
		u := users[p.stage.People[one.Name].ID]
		out.People = append(out.People, person{ID: u.ID, Name: u.Name, Zone: u.Zone, About: one.About,
			Guest: u.Guest || u.SingleChannelGuest})
	}
}

func aboutChannel(id string) string {
	for _, c := range stage.Channels {
		if c.ID == id {
			return c.About
		}
	}
	return "the bot alone"
}

func messageOf(channel string, m slacksim.ScreenMessage) message {
	out := message{Channel: channel, TS: m.TS, Thread: m.Thread, Author: m.Author, AuthorName: m.AuthorName, App: m.App,
		Ephemeral: m.Ephemeral, Edited: m.Edited, Text: m.Text, Blocks: m.Blocks, Attachments: m.Attachments}
	for _, f := range m.Files {
		out.Files = append(out.Files, file{ID: f.ID, Name: f.Name, Size: len(f.Content)})
	}
	return out
}

func viewOf(v slacksim.ScreenView) view {
	out := view{ID: v.ID, Hash: v.Hash, Type: v.Type, Title: v.Title, Submit: v.Submit, Close: v.Close, Blocks: v.Blocks,
		Errors: v.Errors, Trouble: v.Trouble, State: v.State}
	if out.Errors == nil {
		out.Errors = map[string]string{}
	}
	return out
}

// names are the people, for a sentence.
func names() string {
	var out []string
	for _, one := range stage.People {
		out = append(out, one.Name)
	}
	return strings.Join(out, ", ")
}
