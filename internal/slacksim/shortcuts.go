package slacksim

import (
	"fmt"
	"maps"
)

// Shortcut is one that the app's manifest declares (docs, app manifest, features.shortcuts).
type Shortcut struct {
	Type        string `json:"type"` // global or message
	CallbackID  string `json:"callback_id"`
	Name        string `json:"name"`
	Description string `json:"description"`
}

// The types of shortcuts.
const (
	globalShortcut  = "global"
	messageShortcut = "message"
	mostShortcuts   = 10 // @slack/web-api, types/request/manifest.ts, as the lengths below
)

// wrongShortcuts says what Slack would not take of a manifest's shortcuts.
func wrongShortcuts(all []Shortcut) error {
	if len(all) > mostShortcuts {
		return fmt.Errorf("the manifest has %d shortcuts, at most %d are allowed", len(all), mostShortcuts)
	}
	seen := map[string]bool{}
	for _, c := range all {
		switch {
		case c.Type != globalShortcut && c.Type != messageShortcut:
			return fmt.Errorf("the shortcut %q of the manifest is of the type %q", c.CallbackID, c.Type)
		case c.CallbackID == "" || len(c.CallbackID) > 255 || seen[c.CallbackID]:
			return fmt.Errorf("the callback_id %q of a shortcut of the manifest is missing, too long or there twice",
				c.CallbackID)
		case c.Name == "" || c.Description == "" || len([]rune(c.Description)) > 150:
			return fmt.Errorf("the shortcut %q of the manifest needs a name, and a description of up to 150 characters",
				c.CallbackID)
		}
		seen[c.CallbackID] = true
	}
	return nil
}

// offers is an error if the app has no such shortcut. Shortcuts come with the scope commands. The lock is held.
func (s *Sim) offers(kind, callback string) error {
	for _, c := range s.opts.Shortcuts {
		if c.Type == kind && c.CallbackID == callback && s.need("commands") == nil {
			return nil
		}
	}
	return fmt.Errorf("the app has no %s shortcut %q", kind, callback)
}

// Shortcut chooses a global shortcut: the payload names no channel and has no response_url (docs, shortcuts payloads).
func (p *Person) Shortcut(callback string, tweaks ...Tweak) (*Delivery, error) {
	s := p.sim
	s.mu.Lock()
	if err := s.offers(globalShortcut, callback); err != nil {
		s.mu.Unlock()
		return nil, err
	}
	d := s.envelope("interactive", s.shortcut("shortcut", p.ID, callback), nil)
	s.mu.Unlock()
	return s.deliver(d, tweaks), nil
}

// shortcut is what both payloads share (bolt-js, types/shortcuts). The lock is held.
func (s *Sim) shortcut(kind, user, callback string) obj {
	payload := s.interaction(kind, user)
	delete(payload, "api_app_id") // not in the documented payload
	payload["callback_id"], payload["trigger_id"], payload["action_ts"] = callback, s.trigger(user, ""), s.stamp()
	return payload
}

// MessageShortcut chooses a shortcut in the menu of a message: any that is not ephemeral (docs, implementing
// shortcuts), whether the app is in the channel or not. The payload holds the whole message.
func (p *Person) MessageShortcut(m Message, callback string, tweaks ...Tweak) (*Delivery, error) {
	s := p.sim
	s.mu.Lock()
	on, err := s.find(m.Channel, m.TS), s.offers(messageShortcut, callback)
	if err == nil && (on == nil || !s.visible(on, p.ID) || on.onlyFor != "") {
		err = fmt.Errorf("%s sees no message %s with a menu in %s", p.ID, m.TS, m.Channel)
	}
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	c := s.channels[on.channel]
	name := c.Name
	if c.Private {
		name = "privategroup"
	}
	payload := s.shortcut("message_action", p.ID, callback)
	payload["channel"], payload["message_ts"] = obj{"id": c.ID, "name": name}, on.ts
	payload["message"] = on.payload()
	payload["response_url"] = s.replyURL(reply{channel: on.channel, user: p.ID, thread: on.thread})
	d := s.envelope("interactive", payload, nil)
	s.mu.Unlock()
	return s.deliver(d, tweaks), nil
}

// Post is a message of another app, a webhook say: it is taken as it is, with text, attachments and blocks. ts is given
// to it here, thread_ts puts it into a thread.
func (s *Sim) Post(channel string, message map[string]any) (ts string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.channels[channel]; !ok {
		return "", fmt.Errorf("no channel %q", channel)
	}
	on := s.add(post{channel: channel, thread: str(message, "thread_ts"), author: str(message, "user"),
		foreign: maps.Clone(message)}, content{text: foreignText(message), blocks: list(message, "blocks")})
	on.foreign["ts"], on.foreign["type"] = on.ts, "message"
	return on.ts, nil
}

// foreignText is what a message of another app reads without its blocks.
func foreignText(message obj) string {
	out := str(message, "text")
	for _, a := range list(message, "attachments") {
		attachment, _ := a.(obj)
		for _, key := range []string{"pretext", "title", "text"} {
			if text := str(attachment, key); text != "" {
				out += "\n" + text
			}
		}
	}
	return out
}
