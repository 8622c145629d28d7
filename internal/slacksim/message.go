package slacksim

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Message is what one person sees of a message at one moment.
type Message struct {
	Channel, TS, Thread string
	Author              string // user id
	Ephemeral           bool   // only this person sees it
	Edited              bool   // shows "(edited)"
	Fallback            string // the text in addition to the blocks: what notifications show
	Blocks              json.RawMessage
	Files               []File
	History             []Version // every content it had, the present one last

	sim    *Sim
	reader string
	blocks []any
}

// Version is one content of a message.
type Version struct {
	At       time.Time
	Fallback string
	Blocks   json.RawMessage
}

// Button is something to click in a message or view.
type Button struct {
	ActionID, BlockID, Label, Value, Style, URL string
	Confirm                                     *Confirm
}

// Confirm is the dialog that asks before a click counts.
type Confirm struct{ Title, Text, Yes, No string }

// Text is the message as this person reads it, in their time zone.
func (m Message) Text() string {
	m.sim.mu.Lock()
	defer m.sim.mu.Unlock()
	r := m.sim.reader(m.reader)
	out := r.message(m.blocks, m.Fallback)
	for _, f := range m.Files {
		out += "\n(file) " + f.Name + ", " + strconv.Itoa(len(f.Content)) + " bytes"
	}
	if m.Edited {
		out += " (edited)"
	}
	return out
}

// Buttons are all buttons of the message, in order.
func (m Message) Buttons() []Button { return buttons(m.blocks) }

// Button finds a button by its action_id.
func (m Message) Button(actionID string) (Button, bool) {
	all := m.Buttons()
	i := slices.IndexFunc(all, func(b Button) bool { return b.ActionID == actionID })
	if i < 0 {
		return Button{}, false
	}
	return all[i], true
}

// Pings are the mentions in it that notify: user ids, group ids, "here", "channel", "everyone".
func (m Message) Pings() []string {
	m.sim.mu.Lock()
	defer m.sim.mu.Unlock()
	r := m.sim.reader(m.reader)
	r.message(m.blocks, m.Fallback)
	if len(m.blocks) > 0 { // the fallback is what the notification shows
		r.mrkdwn(m.Fallback)
	}
	slices.Sort(r.pings)
	return slices.Compact(r.pings)
}

// post is a message as the server keeps it.
type post struct {
	channel, ts, thread string
	author              string
	onlyFor             string // an ephemeral message's reader
	versions            []content
	deleted, edited     bool
	files               []*file
	foreign             obj // what another app posted, as it did
}

// content is what a message says.
type content struct {
	at     time.Time
	text   string
	blocks []any
	raw    json.RawMessage // the blocks, once a screen has asked for them
}

func (p *post) now() content { return p.versions[len(p.versions)-1] }

// add makes a new post. The lock is held.
func (s *Sim) add(p post, c content) *post {
	p.ts = s.stamp()
	c.at = s.opts.Now()
	p.versions = []content{c}
	s.posts = append(s.posts, &p)
	s.journal = append(s.journal, appearance{&p, 0})
	s.touch()
	return &p
}

// edit gives a post new content; without blocks the client says "(edited)" (ref, chat.update).
func (s *Sim) edit(p *post, c content) {
	c.at = s.opts.Now()
	p.versions = append(p.versions, c)
	s.journal = append(s.journal, appearance{p, len(p.versions) - 1})
	p.edited = len(c.blocks) == 0
	s.touch()
}

func (s *Sim) find(channel, ts string) *post {
	for _, p := range s.posts {
		if p.channel == channel && p.ts == ts && !p.deleted {
			return p
		}
	}
	return nil
}

// visible is false for what this user cannot see. The lock is held.
func (s *Sim) visible(p *post, user string) bool {
	c, ok := s.channels[p.channel]
	return ok && c.has(user) && !p.deleted && (p.onlyFor == "" || p.onlyFor == user)
}

func (s *Sim) see(p *post, user string) Message {
	c := p.now()
	m := Message{
		Channel: p.channel, TS: p.ts, Thread: p.thread, Author: p.author, Ephemeral: p.onlyFor != "", Edited: p.edited,
		Fallback: c.text, Blocks: rawBlocks(c.blocks), sim: s, reader: user, blocks: c.blocks,
	}
	for _, v := range p.versions {
		m.History = append(m.History, Version{At: v.at, Fallback: v.text, Blocks: rawBlocks(v.blocks)})
	}
	for _, f := range p.files {
		m.Files = append(m.Files, f.File)
	}
	return m
}

func rawBlocks(blocks []any) json.RawMessage {
	if len(blocks) == 0 {
		return nil
	}
	return marshal(blocks)
}

// payload is the message as payloads and answers show it.
func (p *post) payload() obj {
	if p.foreign != nil {
		return p.foreign
	}
	c := p.now()
	out := obj{"type": "message", "ts": p.ts, "user": p.author, "text": c.text, "team": HomeTeam}
	if p.author == BotUser {
		out["bot_id"], out["app_id"] = BotID, AppID
	}
	if len(c.blocks) > 0 {
		out["blocks"] = c.blocks
	}
	if p.thread != "" {
		out["thread_ts"] = p.thread
	}
	if p.edited {
		out["edited"] = obj{"user": p.author, "ts": p.ts}
	}
	return out
}

// name gives blocks and interactive elements the ids Slack makes up where the app gave none. The lock is held.
func (s *Sim) name(blocks []any) {
	for _, b := range blocks {
		block, ok := b.(obj)
		if !ok {
			continue
		}
		if str(block, "block_id") == "" {
			block["block_id"] = s.id("b")
		}
		for _, element := range elements(block) {
			if t := str(element, "type"); t != "mrkdwn" && t != "plain_text" && t != "image" && str(element,
				"action_id") == "" {
				element["action_id"] = s.id("a")
			}
		}
	}
}

// elements are the interactive parts of a block (and its accessories, which may be images).
func elements(block obj) []obj {
	var out []obj
	switch str(block, "type") {
	case "actions", "context_actions":
		for _, e := range list(block, "elements") {
			if element, ok := e.(obj); ok {
				out = append(out, element)
			}
		}
	case "section":
		if element := sub(block, "accessory"); element != nil {
			out = append(out, element)
		}
	case "input":
		if element := sub(block, "element"); element != nil {
			out = append(out, element)
		}
	}
	return out
}

func buttons(blocks []any) []Button {
	var out []Button
	for _, b := range blocks {
		block, _ := b.(obj)
		for _, e := range elements(block) {
			if str(e, "type") != "button" {
				continue
			}
			out = append(out, Button{
				ActionID: str(e, "action_id"), BlockID: str(block, "block_id"), Label: str(sub(e, "text"), "text"),
				Value: str(e, "value"), Style: str(e, "style"), URL: str(e, "url"), Confirm: confirmOf(e),
			})
		}
	}
	return out
}

// findElement is the block and element with an action_id, and a block_id if one is given.
func findElement(blocks []any, actionID, blockID string) (obj, obj) {
	for _, b := range blocks {
		block, _ := b.(obj)
		if blockID != "" && str(block, "block_id") != blockID {
			continue
		}
		for _, e := range elements(block) {
			if str(e, "action_id") == actionID {
				return block, e
			}
		}
	}
	return nil, nil
}

func str(o obj, key string) string  { v, _ := o[key].(string); return v }
func sub(o obj, key string) obj     { v, _ := o[key].(obj); return v }
func list(o obj, key string) []any  { v, _ := o[key].([]any); return v }
func truth(o obj, key string) bool  { v, _ := o[key].(bool); return v }
func indent(text, by string) string { return by + strings.ReplaceAll(text, "\n", "\n"+by) }
