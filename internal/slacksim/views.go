package slacksim

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"
)

// view is an open modal of a user.
type view struct {
	id, external, hash string
	user               string
	root, previous     string
	body               obj // as the app sent it, block ids added
	errors             map[string]string
	trouble            string
	values             map[string]obj // "block_id\x00action_id" to what was filled in
}

// trigger lets the app open a modal for a user who just acted.
type trigger struct {
	user  string
	made  time.Time
	used  bool
	modal string // the view it was pulled in, if any
}

const (
	triggerLife  = 3 * time.Second // bolt-js docs, creating modals
	maxStack     = 3               // ref, views.push
	maxViewBytes = 250 * 1024      // ref, views.update
)

// trigger makes a trigger_id. The lock is held.
func (s *Sim) trigger(user, modal string) string {
	id := s.secret("trg")
	s.triggers[id] = &trigger{user: user, made: s.opts.Now(), modal: modal}
	return id
}

func (s *Sim) exchange(id string) (*trigger, *refusal) {
	t, ok := s.triggers[id]
	switch {
	case !ok:
		return nil, refuse("invalid_arguments", "invalid `trigger_id`") // ref, views.open, example
	case t.used:
		return nil, refuse("exchanged_trigger_id")
	case s.opts.Now().Sub(t.made) > triggerLife:
		return nil, refuse("expired_trigger_id")
	}
	t.used = true
	return t, nil
}

// newView reads the view to show and spends the trigger that allows it.
func (s *Sim) newView(a args) (obj, *trigger, *refusal) {
	body, no := s.readView(a)
	if no != nil {
		return nil, nil, no
	}
	external := str(body, "external_id")
	if external != "" && slices.ContainsFunc(s.views, func(v *view) bool { return v.external == external }) {
		return nil, nil, refuse("duplicate_external_id")
	}
	t, no := s.exchange(a.str("trigger_id"))
	return body, t, no
}

func (s *Sim) openView(a args) (obj, *refusal) {
	body, t, no := s.newView(a)
	if no != nil {
		return nil, no
	}
	// a new stack replaces what was open
	s.views = slices.DeleteFunc(s.views, func(v *view) bool { return v.user == t.user })
	v := s.show(t.user, body, nil)
	return obj{"view": v.payload()}, nil
}

func (s *Sim) pushView(a args) (obj, *refusal) {
	body, t, no := s.newView(a)
	if no != nil {
		return nil, no
	}
	stack := s.stack(t.user)
	switch {
	case t.modal == "" || len(stack) == 0: // only something done in a modal can push another (docs, views.push)
		return nil, refuse("invalid_arguments", "invalid `trigger_id`")
	case len(stack) >= maxStack:
		return nil, refuse("push_limit_reached")
	}
	v := s.show(t.user, body, stack[len(stack)-1])
	return obj{"view": v.payload()}, nil
}

func (s *Sim) updateView(a args) (obj, *refusal) {
	body, no := s.readView(a)
	if no != nil {
		return nil, no
	}
	id, external := a.str("view_id"), a.str("external_id")
	at := slices.IndexFunc(s.views, func(v *view) bool {
		return id != "" && v.id == id ||
			external != "" && v.external == external
	})
	if at < 0 {
		return nil, refuse("not_found")
	}
	v := s.views[at]
	if hash := a.str("hash"); hash != "" && hash != v.hash {
		return nil, refuse("hash_conflict") // ref, views.update
	}
	s.replace(v, body)
	return obj{"view": v.payload()}, nil
}

// stack are a user's open views, the one on top last.
func (s *Sim) stack(user string) []*view {
	var out []*view
	for _, v := range s.views {
		if v.user == user {
			out = append(out, v)
		}
	}
	return out
}

func (s *Sim) show(user string, body obj, under *view) *view {
	v := &view{id: s.id("V"), user: user}
	v.root = v.id
	if under != nil {
		v.root, v.previous = under.root, under.id
	}
	s.views = append(s.views, v)
	s.replace(v, body)
	return v
}

func (s *Sim) replace(v *view, body obj) {
	s.name(list(body, "blocks"))
	v.body, v.errors, v.trouble = body, nil, ""
	v.external, v.hash = str(body, "external_id"), s.secret(fmt.Sprint(s.opts.Now().Unix()))
	if v.values == nil {
		v.values = map[string]obj{}
	}
	s.touch()
}

func (v *view) payload() obj {
	out := obj{
		"id": v.id, "team_id": HomeTeam, "type": "modal", "blocks": list(v.body, "blocks"),
		"private_metadata": str(v.body, "private_metadata"), "callback_id": str(v.body, "callback_id"),
		"external_id": v.external, "state": obj{"values": v.state()}, "hash": v.hash, "title": v.body["title"],
		"close": v.body["close"], "submit": v.body["submit"], "clear_on_close": truth(v.body, "clear_on_close"),
		"notify_on_close": truth(v.body, "notify_on_close"), "root_view_id": v.root, "previous_view_id": nil,
		"app_id": AppID, "bot_id": BotID, "app_installed_team_id": HomeTeam,
	}
	if v.previous != "" {
		out["previous_view_id"] = v.previous
	}
	return out
}

// readView validates the view argument.
func (s *Sim) readView(a args) (obj, *refusal) {
	raw := []byte(a.str("view"))
	if len(raw) > maxViewBytes {
		return nil, refuse("view_too_large")
	}
	var body obj
	if json.Unmarshal(raw, &body) != nil {
		return nil, refuse("invalid_arguments", "[ERROR] missing required field: view")
	}
	return body, s.wrongView(body)
}

// wrongView judges a modal (types, views.d.ts).
func (s *Sim) wrongView(body obj) *refusal {
	var wrong []string
	if str(body, "type") != "modal" {
		wrong = append(wrong, complain("unsupported type: "+str(body, "type"), "/view/type"))
	}
	if body["title"] == nil {
		wrong = append(wrong, complain("missing required field: title", "/view"))
	}
	for _, name := range []string{"title", "submit", "close"} {
		text := sub(body, name)
		n := utf8.RuneCountInString(str(text, "text"))
		switch {
		case body[name] == nil:
		case str(text, "type") != "plain_text" || n == 0:
			wrong = append(wrong, complain("must be a valid plain_text object", "/view/"+name))
		case n > 24:
			wrong = append(wrong, complain("must be less than 25 characters", "/view/"+name+"/text"))
		}
	}
	for name, most := range map[string]int{"private_metadata": 3000, "callback_id": 255, "external_id": 255} {
		if utf8.RuneCountInString(str(body, name)) > most {
			wrong = append(wrong, complain(fmt.Sprintf("must be less than %d characters", most+1), "/view/"+name))
		}
	}
	blocks, is := body["blocks"].([]any)
	if !is {
		wrong = append(wrong, complain("missing required field: blocks", "/view"))
	}
	if body["submit"] == nil && count(blocks, "input") > 0 {
		// docs, views: required with an input block
		wrong = append(wrong, complain("missing required field: submit", "/view"))
	}
	if no := s.need("files:read"); no != nil && hasFileInput(blocks) {
		// docs, file input element: it takes files:read. What Slack answers without is not written; it cannot be yes
		return no
	}
	if no := validate(blocks, onModal); no != nil {
		if no.code != "invalid_arguments" {
			return no
		}
		wrong = append(wrong, no.messages...)
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		return refuse("invalid_arguments", wrong...)
	}
	return nil
}
