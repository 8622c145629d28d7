package slacksim

import (
	"fmt"
	"regexp"
	"strings"
)

// Say posts a message as this person, whose text is given as Slack keeps it. A mention of the bot where it is a member,
// and every message to it alone, is an event; the delivery is nil if the app receives none.
func (p *Person) Say(channel, text string) (Message, *Delivery, error) {
	return p.say(channel, "", text, nil)
}

// Mention posts what this person types, in a thread if one is given: "@kafka-reset billing to latest". Slack keeps
// mentions as ids, & < > escaped, and addresses as links.
func (p *Person) Mention(channel, thread, typed string, tweaks ...Tweak) (Message, *Delivery, error) {
	p.sim.mu.Lock()
	text := p.sim.kept(typed)
	p.sim.mu.Unlock()
	return p.say(channel, thread, text, tweaks)
}

// InEvent changes a key of the event itself.
func InEvent(key string, value any) Tweak {
	return func(payload map[string]any) {
		if event := sub(payload, "event"); event != nil {
			event[key] = value
		}
	}
}

func (p *Person) say(channel, thread, text string, tweaks []Tweak) (Message, *Delivery, error) {
	s := p.sim
	s.mu.Lock()
	c, ok := s.channels[channel]
	if !ok || !c.has(p.ID) {
		s.mu.Unlock()
		return Message{}, nil, fmt.Errorf("%s cannot write in %q: not a member", p.ID, channel)
	}
	root, no := s.threadOf(c, thread)
	if no != nil {
		s.mu.Unlock()
		return Message{}, nil, fmt.Errorf("%s cannot write in the thread %s: %s", p.ID, thread, no.code)
	}
	on := s.add(post{channel: channel, thread: root, author: p.ID}, content{text: text})
	seen := s.see(on, p.ID)
	event := obj{"type": "app_mention", "user": p.ID, "text": text, "ts": on.ts, "channel": channel, "event_ts": on.ts,
		"team": s.users[p.ID].Team}
	if root != "" { // as messages in threads have it (docs, app_mention: "just like other message events")
		event["thread_ts"], event["parent_user_id"] = root, s.find(channel, root).author
	}
	if s.users[p.ID].Team != HomeTeam { // types, AppMentionEvent: of a channel that is shared between workspaces
		event["user_team"], event["source_team"] = s.users[p.ID].Team, s.users[p.ID].Team
	}
	// docs, app_mention: "If your app is mentioned but not part of a conversation, you won't receive an event"
	heard := c.Bot && strings.Contains(text, "<@"+BotUser+">")
	if c.DM != "" { // docs, app_mention: not in a direct message, whatever it says
		event["type"], event["channel_type"], heard = "message", "im", true
	}
	shared := c.ExtShared
	s.mu.Unlock()
	if !heard {
		return seen, nil, nil
	}
	return seen, s.sendEvent(event, append([]Tweak{func(payload map[string]any) {
		payload["is_ext_shared_channel"] = shared
	}}, tweaks...)), nil
}

var (
	// address is what Slack makes a link of: with a scheme, or a name that ends like one of the web.
	address = regexp.MustCompile(`https?://[^\s<>|]+|\b[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*\.(com|org|net|io|dev|cloud)(:\d+)?\b`)
	mailbox = regexp.MustCompile(`\b[\w.+-]+@[\w-]+(\.[\w-]+)*\.[a-z]{2,}\b`)
	handle  = regexp.MustCompile(`([@#])([\w-]+)`)
)

// kept is typed text as Slack keeps it (docs, formatting text: escaping; links and mentions). The lock is held.
func (s *Sim) kept(typed string) string {
	var out strings.Builder
	for _, word := range regexp.MustCompile(`\s+|\S+`).FindAllString(typed, -1) {
		out.WriteString(s.keptWord(word))
	}
	return out.String()
}

func (s *Sim) keptWord(word string) string {
	escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(word)
	if mailbox.MatchString(escaped) {
		return mailbox.ReplaceAllString(escaped, "<mailto:$0|$0>")
	}
	if address.MatchString(escaped) {
		return address.ReplaceAllStringFunc(escaped, func(a string) string {
			if strings.Contains(a, "://") {
				return "<" + a + ">"
			}
			return "<http://" + a + "|" + a + ">"
		})
	}
	m := handle.FindStringSubmatch(escaped)
	if m == nil || !strings.HasPrefix(escaped, m[0]) {
		return escaped
	}
	rest := strings.TrimPrefix(escaped, m[0])
	for _, u := range s.users {
		if m[1] == "@" && (u.Name == m[2] || u.Bot && u.RealName == m[2]) {
			return "<@" + u.ID + ">" + rest
		}
	}
	for _, c := range s.channels {
		if m[1] == "#" && c.Name == m[2] && c.DM == "" {
			return "<#" + c.ID + "|" + c.Name + ">" + rest
		}
	}
	return escaped
}
