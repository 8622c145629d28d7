package slacksim

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

// reply is one response_url: the address of an action's message, for a limited time.
type reply struct {
	channel string
	user    string
	clicked *post // the message whose button was clicked; nil for a command, whose address can only add (bolt-js#2287)
	thread  string
	made    time.Time
	uses    int
}

const (
	replyUses = 5                // facts 3.1: five uses
	replyLife = 30 * time.Minute // within thirty minutes
)

// replyURL makes a response_url. The lock is held.
func (s *Sim) replyURL(r reply) string {
	key := s.secret("r")
	r.made = s.opts.Now()
	s.replies[key] = &r
	return s.url + "/response/" + key
}

func (s *Sim) serveResponseURL(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	a := args{}
	malformed := json.Unmarshal(body, &a) != nil
	note := s.note(ResponseURLs, a, string(body))
	fault, failing := s.fault(ResponseURLs, a)
	if failing && !fault.Effect {
		note(fault.Status, fault.Error)
		s.strike(w, r, fault)
		return
	}
	s.mu.Lock()
	status, code := s.respond(r.PathValue("key"), a, malformed)
	s.mu.Unlock()
	if failing {
		note(fault.Status, fault.Error)
		s.strike(w, r, fault)
		return
	}
	note(status, code)
	answer := obj{"ok": code == ""}
	if code != "" {
		answer["error"] = code // in the body of a 200, except for a dead address (facts 3.1: SEEN for invalid_blocks)
	}
	writeJSON(w, status, answer)
}

// respond does what a POST to a response_url asks for. The lock is held.
func (s *Sim) respond(key string, a args, malformed bool) (int, string) {
	r, ok := s.replies[key]
	switch {
	case !ok:
		return http.StatusNotFound, "invalid_url"
	case s.opts.Now().Sub(r.made) > replyLife:
		return http.StatusNotFound, "expired_url"
	case r.uses >= replyUses:
		return http.StatusNotFound, "used_url"
	}
	r.uses++ // a refused body has used it as well: the stricter reading
	if malformed {
		return http.StatusOK, "invalid_payload"
	}
	if a.truth("delete_original") {
		if r.clicked != nil {
			r.clicked.deleted = true
			s.touch()
		}
		return http.StatusOK, "" // for a command there is no original: nothing happens
	}
	said, no := s.said(a)
	switch {
	case no != nil:
		return http.StatusOK, no.code
	case s.opts.PlainResponses && count(said.blocks, "table", "data_table") > 0:
		return http.StatusOK, "invalid_blocks"
	}
	if a.truth("replace_original") && r.clicked != nil {
		if r.clicked.deleted {
			return http.StatusOK, "message_not_found"
		}
		s.edit(r.clicked, said)
		return http.StatusOK, ""
	}
	return s.respondAnew(r, a, said)
}

func (s *Sim) respondAnew(r *reply, a args, said content) (int, string) {
	p := post{channel: r.channel, author: BotUser}
	if ts := a.str("thread_ts"); ts != "" {
		c, ok := s.channels[r.channel]
		if !ok {
			return http.StatusOK, "channel_not_found"
		}
		thread, no := s.threadOf(c, ts)
		if no != nil {
			return http.StatusOK, no.code
		}
		p.thread = thread
	} else if strings.EqualFold(a.str("response_type"), "ephemeral") || a.str("response_type") == "" {
		p.thread = r.thread // an answer to a click in a thread shows up there
	}
	if a.str("response_type") != "in_channel" {
		p.onlyFor = r.user
	}
	s.add(p, said)
	return http.StatusOK, ""
}
