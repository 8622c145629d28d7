package slacksim

import (
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"
)

const (
	maxPostText   = 40_000 // longer text is cut (docs, chat.postMessage)
	maxUpdateText = 4_000  // longer text is msg_too_long (ref, chat.update)
)

// writable finds a conversation the bot may write in, by the conversation's own id.
func (s *Sim) writable(id string) (*Channel, *refusal) {
	c, ok := s.channels[id]
	switch {
	case !ok, c.Private && !c.Bot: // a private channel it is not in does not exist for it
		return nil, refuse("channel_not_found")
	case c.Archived:
		return nil, refuse("is_archived")
	case !c.Bot && s.need("chat:write.public") != nil:
		return nil, refuse("not_in_channel")
	case c.DM != "" && s.opts.NoMessagesTab: // off unless the manifest switches it on (slackapi/python-slack-sdk#1015)
		return nil, refuse("messages_tab_disabled")
	}
	return c, nil
}

func (s *Sim) postMessage(a args) (obj, *refusal) {
	id := a.str("channel")
	if u, ok := s.users[id]; ok { // docs, chat.postMessage: only here a user's id stands for the direct message
		if u.Bot || u.Deleted || u.Invisible || id == Slackbot {
			return nil, refuse("channel_not_found")
		}
		id = s.dm(id).ID
	}
	c, no := s.writable(id)
	if no != nil {
		return nil, no
	}
	said, no := s.said(a)
	if no != nil {
		return nil, no
	}
	thread, no := s.threadOf(c, a.str("thread_ts"))
	if no != nil {
		return nil, no
	}
	p := s.add(post{channel: c.ID, thread: thread, author: BotUser}, said)
	return obj{"channel": c.ID, "ts": p.ts, "message": p.payload()}, nil
}

var timestamp = regexp.MustCompile(`^\d+\.\d{6}$`)

func (s *Sim) threadOf(c *Channel, ts string) (string, *refusal) {
	if ts == "" {
		return "", nil
	}
	if !timestamp.MatchString(ts) {
		return "", refuse("invalid_thread_ts")
	}
	parent := s.find(c.ID, ts)
	switch {
	case parent == nil || parent.onlyFor != "": // an ephemeral message has no thread
		return "", refuse("thread_not_found")
	case parent.thread != "": // a reply to a reply lands in the thread
		return parent.thread, nil
	}
	return ts, nil
}

// said reads text and blocks of a message; one of them has to be there.
func (s *Sim) said(a args) (content, *refusal) {
	blocks, no := s.readBlocks(a, onMessage)
	if no != nil {
		return content{}, no
	}
	text := a.str("text")
	if strings.TrimSpace(text) == "" && len(blocks) == 0 {
		return content{}, refuse("no_text")
	}
	if utf8.RuneCountInString(text) > maxPostText {
		text = string([]rune(text)[:maxPostText])
	}
	return content{text: text, blocks: blocks}, nil
}

// readBlocks validates the blocks argument: JSON text in a form, JSON itself in a JSON body.
func (s *Sim) readBlocks(a args, on surface) ([]any, *refusal) {
	value, given := a["blocks"]
	if !given || value == nil || value == "" {
		return nil, nil
	}
	raw := []byte(a.str("blocks"))
	var blocks []any
	if json.Unmarshal(raw, &blocks) != nil {
		// not even an array (seen in Jan-IngenHousz-Institute/open-jii#2127)
		return nil, refuse("invalid_blocks_format")
	}
	if no := validate(blocks, on); no != nil {
		return nil, no
	}
	s.name(blocks)
	return blocks, nil
}

func (s *Sim) updateMessage(a args) (obj, *refusal) {
	c, no := s.writable(a.str("channel"))
	if no != nil {
		return nil, no
	}
	p := s.find(c.ID, a.str("ts"))
	switch {
	case p == nil || p.onlyFor != "": // docs, modifying messages: an ephemeral message cannot be updated
		return nil, refuse("message_not_found")
	case p.author != BotUser:
		return nil, refuse("cant_update_message")
	case s.tooOld(p): // docs, chat.update: "The message cannot be edited due to the team message edit settings"
		return nil, refuse("edit_window_closed")
	case utf8.RuneCountInString(a.str("text")) > maxUpdateText:
		return nil, refuse("msg_too_long")
	}
	if !a.has("text") && !a.has("blocks") {
		return nil, refuse("no_text")
	}
	next := content{text: p.now().text}
	if a.has("text") { // text alone takes the blocks away (facts 3.3, chat.update)
		next.text = a.str("text")
	}
	if next.blocks, no = s.readBlocks(a, onMessage); no != nil {
		return nil, no
	}
	if strings.TrimSpace(next.text) == "" && len(next.blocks) == 0 {
		return nil, refuse("no_text")
	}
	s.edit(p, next)
	return obj{"channel": c.ID, "ts": p.ts, "text": next.text, "message": p.payload()}, nil
}

// tooOld reports whether the workspace's edit window for a message is over. The lock is held.
func (s *Sim) tooOld(p *post) bool {
	return s.opts.EditWindow > 0 && s.opts.Now().Sub(p.versions[0].at) > s.opts.EditWindow
}

func (s *Sim) deleteMessage(a args) (obj, *refusal) {
	c, no := s.writable(a.str("channel"))
	if no != nil {
		return nil, no
	}
	p := s.find(c.ID, a.str("ts"))
	switch {
	case p == nil || p.onlyFor != "":
		return nil, refuse("message_not_found")
	case p.author != BotUser:
		return nil, refuse("cant_delete_message")
	}
	p.deleted = true
	s.touch()
	return obj{"channel": c.ID, "ts": p.ts}, nil
}

func (s *Sim) postEphemeral(a args) (obj, *refusal) {
	c, no := s.writable(a.str("channel"))
	if no != nil {
		return nil, no
	}
	user := a.str("user")
	if _, ok := s.users[user]; !ok || !c.has(user) {
		return nil, refuse("user_not_in_channel") // ref, chat.postEphemeral
	}
	said, no := s.said(a)
	if no != nil {
		return nil, no
	}
	thread, no := s.threadOf(c, a.str("thread_ts"))
	if no != nil {
		return nil, no
	}
	p := s.add(post{channel: c.ID, thread: thread, author: BotUser, onlyFor: user}, said)
	return obj{"message_ts": p.ts}, nil
}

func (s *Sim) getPermalink(a args) (obj, *refusal) {
	c, ok := s.channels[a.str("channel")]
	if !ok || c.Private && !c.Bot {
		return nil, refuse("channel_not_found")
	}
	p := s.find(c.ID, a.str("message_ts"))
	if p == nil || p.onlyFor != "" {
		return nil, refuse("message_not_found")
	}
	link := "https://simulated.slack.com/archives/" + c.ID + "/p" + strings.ReplaceAll(p.ts, ".", "")
	if p.thread != "" {
		link += "?thread_ts=" + p.thread + "&cid=" + c.ID
	}
	return obj{"channel": c.ID, "permalink": link}, nil
}
