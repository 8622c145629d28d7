package slacksim

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Person is a user at a client: acts as one user and sees what that user sees.
type Person struct {
	ID  string
	sim *Sim
}

// Tweak changes the payload of an act before it is sent: what a forged or odd envelope would hold.
type Tweak func(payload map[string]any)

// Without takes a key out of the payload, Slack Connect and Enterprise Grid leave some out.
func Without(key string) Tweak { return func(p map[string]any) { delete(p, key) } }

// Command types a slash command into a channel. There is no way to type one into a thread (docs, slash commands).
// Every member of the workspace can, so the app has to decide who may (facts 3.1).
func (p *Person) Command(channel, command, text string, tweaks ...Tweak) (*Delivery, error) {
	s := p.sim
	s.mu.Lock()
	c, ok := s.channels[channel]
	if !ok || !c.has(p.ID) {
		s.mu.Unlock()
		return nil, fmt.Errorf("%s cannot type in %q: not a member", p.ID, channel)
	}
	if !slices.Contains(s.opts.Commands, command) || s.need("commands") != nil {
		s.add(post{channel: channel, author: Slackbot, onlyFor: p.ID},
			content{text: command + " is not a valid command."})
		s.mu.Unlock()
		return nil, fmt.Errorf("%s is not a command of this app", command)
	}
	u := s.users[p.ID]
	name := c.Name
	if c.Private {
		name = "privategroup" // docs, slash commands: private channels are not named
	}
	payload := obj{
		"token": "sim", "team_id": u.Team, "team_domain": s.teams[u.Team], "channel_id": c.ID, "channel_name": name,
		"user_id": u.ID, "user_name": u.Name, "command": command, "text": text, "api_app_id": AppID,
		"is_enterprise_install": "false", "response_url": s.replyURL(reply{channel: c.ID, user: u.ID}),
		"trigger_id": s.trigger(u.ID, ""),
	}
	if u.Enterprise != "" {
		payload["enterprise_id"] = u.Enterprise // docs, slash commands
	}
	d := s.envelope("slash_commands", payload, func(a Ack) { s.commandAnswered(p.ID, c.ID, command, a) })
	s.mu.Unlock()
	return s.deliver(d, tweaks), nil
}

// commandAnswered shows what came with the acknowledgement, or that none came. The lock is held.
func (s *Sim) commandAnswered(user, channel, command string, a Ack) {
	code := a.Err
	if code == "" && a.Payload == nil {
		return
	}
	said, audience := content{}, user
	if code == "" {
		var answer args
		var no *refusal
		if json.Unmarshal(a.Payload, &answer) != nil {
			answer = args{"text": strings.Trim(string(a.Payload), `"`)}
		}
		if said, no = s.said(answer); no != nil {
			code = "invalid_command_response"
		}
		if answer.str("response_type") == "in_channel" {
			audience = ""
		}
	}
	if code != "" {
		s.add(post{channel: channel, author: Slackbot, onlyFor: user},
			content{text: fmt.Sprintf("%s failed with the error \"%s\"", command, code)})
		return
	}
	s.add(post{channel: channel, author: BotUser, onlyFor: audience}, said)
}

func (s *Sim) deliver(d *Delivery, tweaks []Tweak) *Delivery {
	for _, tweak := range tweaks {
		tweak(d.payload)
	}
	s.dispatch(d)
	return d
}

// Click presses the button with this action_id in a message, as it is now: what has been edited away or deleted
// cannot be clicked.
func (p *Person) Click(m Message, actionID string, tweaks ...Tweak) (*Delivery, error) {
	return p.act(m, actionID, "button", nil, tweaks)
}

// Choose picks an option of a select, radio button or overflow menu in a message by its value; for a date-time picker
// the value is its unix time.
func (p *Person) Choose(m Message, actionID, value string, tweaks ...Tweak) (*Delivery, error) {
	return p.act(m, actionID, "", &value, tweaks)
}

func (p *Person) act(m Message, actionID, kind string, value *string, tweaks []Tweak) (*Delivery, error) {
	s := p.sim
	s.mu.Lock()
	on := s.find(m.Channel, m.TS)
	if on == nil || !s.visible(on, p.ID) {
		s.mu.Unlock()
		return nil, fmt.Errorf("%s cannot see the message %s in %s", p.ID, m.TS, m.Channel)
	}
	block, element := findElement(on.now().blocks, actionID, "")
	if element == nil || kind != "" && str(element, "type") != kind {
		s.mu.Unlock()
		return nil, fmt.Errorf("nothing to click with action_id %q in the message now", actionID)
	}
	action, err := s.action(block, element, value)
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	d := s.clicked(p.ID, on, action)
	s.mu.Unlock()
	return s.deliver(d, tweaks), nil
}

// Forgery is a click that no button offered: an old one, or one made up.
type Forgery struct {
	Channel, TS              string
	ActionID, BlockID, Value string
	Ephemeral                bool
}

// Forge sends a click as if the message had such a button. Its response_url works on that message if there is one.
func (p *Person) Forge(f Forgery, tweaks ...Tweak) *Delivery {
	s := p.sim
	s.mu.Lock()
	on := s.find(f.Channel, f.TS)
	if on == nil {
		on = &post{channel: f.Channel, ts: f.TS, author: BotUser, versions: []content{{}}, deleted: true}
		if f.Ephemeral {
			on.onlyFor = p.ID
		}
	}
	d := s.clicked(p.ID, on, obj{
		"type": "button", "action_id": f.ActionID, "block_id": f.BlockID, "value": f.Value,
		"text": obj{"type": "plain_text", "text": "forged"},
	})
	s.mu.Unlock()
	return s.deliver(d, tweaks)
}

// clicked makes the envelope of an action in a message. The lock is held.
func (s *Sim) clicked(user string, on *post, action obj) *Delivery {
	c, ok := s.channels[on.channel]
	if !ok {
		c = &Channel{ID: on.channel, Name: "unknown"}
	}
	container := obj{"type": "message", "message_ts": on.ts, "channel_id": on.channel, "is_ephemeral": on.onlyFor != ""}
	if on.thread != "" {
		container["thread_ts"] = on.thread
	}
	payload := s.interaction("block_actions", user)
	payload["container"] = container
	payload["trigger_id"] = s.trigger(user, "")
	payload["channel"] = obj{"id": c.ID, "name": c.Name}
	payload["response_url"] = s.replyURL(reply{channel: on.channel, user: user, clicked: on, thread: on.thread})
	payload["state"] = obj{"values": obj{}}
	if on.onlyFor == "" { // payloads from ephemeral messages come without the message (docs, block_actions)
		payload["message"] = on.payload()
	}
	action["action_ts"] = s.stamp()
	payload["actions"] = []any{action}
	return s.envelope("interactive", payload, nil)
}

// interaction is what all interactive payloads share. The team and the organisation are those that the app is installed
// in, the user's own team may be another one (java-slack-sdk#1041: in a channel shared with it).
func (s *Sim) interaction(kind, user string) obj {
	u, org := s.users[user], s.opts.Enterprise
	team := obj{"id": HomeTeam, "domain": s.teams[HomeTeam]}
	out := obj{
		"type": kind, "user": obj{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": u.Team},
		"api_app_id": AppID, "token": "sim", "team": team, "enterprise": nil, "is_enterprise_install": false,
	}
	if org != "" {
		out["enterprise"] = obj{"id": org, "name": org}
		team["enterprise_id"], team["enterprise_name"] = org, org // docs, block_suggestion payloads
	}
	return out
}

// action is an element as it shows up in "actions" once something was done with it.
func (s *Sim) action(block, element obj, value *string) (obj, error) {
	out := obj{"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"]}
	if str(element, "type") == "button" {
		for _, key := range []string{"text", "value", "style", "url", "confirm"} {
			if element[key] != nil {
				out[key] = element[key]
			}
		}
		return out, nil
	}
	if value == nil {
		return nil, fmt.Errorf("%s %q needs a value to choose", str(element, "type"), str(element, "action_id"))
	}
	filled, err := fill(element, *value)
	if err != nil {
		return nil, err
	}
	for key, v := range filled {
		out[key] = v
	}
	return out, nil
}

// Messages are what this person sees in a channel, threads included, oldest first.
func (p *Person) Messages(channel string) []Message {
	s := p.sim
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for _, on := range s.posts {
		if on.channel == channel && s.visible(on, p.ID) {
			out = append(out, s.see(on, p.ID))
		}
	}
	return out
}

// Replies are what this person sees in the thread under a message.
func (p *Person) Replies(m Message) []Message {
	return slices.DeleteFunc(p.Messages(m.Channel), func(r Message) bool { return r.Thread != m.TS })
}

// Look is the message as it is now; an error if this person cannot see it any more.
func (p *Person) Look(m Message) (Message, error) {
	for _, now := range p.Messages(m.Channel) {
		if now.TS == m.TS {
			return now, nil
		}
	}
	return Message{}, fmt.Errorf("%s cannot see the message %s in %s", p.ID, m.TS, m.Channel)
}

// WaitMessage returns the newest message in a channel that this person sees and want accepts, as soon as there is one.
func (p *Person) WaitMessage(ctx context.Context, channel string, want func(Message) bool) (Message, error) {
	var found Message
	err := p.sim.Await(ctx, func() bool {
		for _, m := range slices.Backward(p.Messages(channel)) {
			if want(m) {
				found = m
				return true
			}
		}
		return false
	})
	if err != nil {
		err = fmt.Errorf("wait for a message in %s: %w; %s sees:\n%s", channel, err, p.ID, p.screen(channel))
	}
	return found, err
}

// WaitText is WaitMessage for a message whose text holds all of the given parts.
func (p *Person) WaitText(ctx context.Context, channel string, parts ...string) (Message, error) {
	return p.WaitMessage(ctx, channel, func(m Message) bool {
		text := m.Text()
		return !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(text, part) })
	})
}

// screen is a channel as this person sees it, for the error of a wait that came to nothing.
func (p *Person) screen(channel string) string {
	var out []string
	for _, m := range p.Messages(channel) {
		out = append(out, indent(m.Text(), "  | "))
	}
	return strings.Join(out, "\n  --\n")
}

// Reload restarts this person's client, which forgets ephemeral messages (ref, chat.postEphemeral: not persisted).
func (p *Person) Reload() {
	s := p.sim
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, on := range s.posts {
		if on.onlyFor == p.ID {
			on.deleted = true
		}
	}
	s.touch()
}
