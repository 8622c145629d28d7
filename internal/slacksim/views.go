package slacksim

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"
)

// view is an open modal of a user, or what is published in their home tab.
type view struct {
	id, external, hash string
	user               string
	root, previous     string
	body               obj // as the app sent it, block ids added
	errors             map[string]string
	trouble            string
	values             map[string]obj // "block_id\x00action_id" to what was filled in
	unsent             map[string]bool
	offered            map[string][]any // what an external select showed last, by its key
}

// Types of views (types, views.d.ts).
const (
	modalView = "modal"
	homeView  = "home"
)

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
	body, no := s.readView(a, modalView)
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
	body, no := s.readView(a, modalView)
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

// replace gives a view another content. An input with the block_id and action_id of one before keeps what that one
// held, whatever its initial value says (bolt-js#290, bolt-python#572); one that is new holds its initial value, which
// block_actions do not show until it is touched (bolt-js#1258).
func (s *Sim) replace(v *view, body obj) {
	s.name(list(body, "blocks"))
	before, first := obj{}, v.body == nil
	if !first {
		before = v.state(true)
	}
	v.body, v.errors, v.trouble = body, nil, ""
	v.external, v.hash = str(body, "external_id"), s.secret(fmt.Sprint(s.opts.Now().Unix()))
	values, unsent, offered := map[string]obj{}, map[string]bool{}, map[string][]any{}
	v.inputs(func(block, e obj, key string) {
		was := sub(sub(before, str(block, "block_id")), str(e, "action_id"))
		switch {
		case was != nil && was["type"] == e["type"]:
			values[key], unsent[key], offered[key] = was, v.unsent[key], v.offered[key]
		case !first && !blank(initial(e)):
			unsent[key] = true
		}
	})
	v.values, v.unsent, v.offered = values, unsent, offered
	s.touch()
}

func (v *view) payload() obj {
	out := obj{
		"id": v.id, "team_id": HomeTeam, "type": str(v.body, "type"), "blocks": list(v.body, "blocks"),
		"private_metadata": str(v.body, "private_metadata"), "callback_id": str(v.body, "callback_id"),
		"external_id": v.external, "state": obj{"values": v.state(true)}, "hash": v.hash, "title": v.body["title"],
		"close": v.body["close"], "submit": v.body["submit"], "clear_on_close": truth(v.body, "clear_on_close"),
		"notify_on_close": truth(v.body, "notify_on_close"), "root_view_id": v.root, "previous_view_id": nil,
		"app_id": AppID, "bot_id": BotID, "app_installed_team_id": HomeTeam,
	}
	if v.previous != "" {
		out["previous_view_id"] = v.previous
	}
	return out
}

// readView validates the view argument, which must be of one of the given types.
func (s *Sim) readView(a args, kinds ...string) (obj, *refusal) {
	raw := []byte(a.str("view"))
	if len(raw) > maxViewBytes {
		return nil, refuse("view_too_large")
	}
	var body obj
	if json.Unmarshal(raw, &body) != nil {
		return nil, refuse("invalid_arguments", "[ERROR] missing required field: view")
	}
	if !slices.Contains(kinds, str(body, "type")) { // node-slack-sdk#925
		return nil, refuse("invalid_arguments", complain("must be a valid enum value", "/view/type"))
	}
	return body, s.wrongView(body)
}

// wrongView judges a view (types, views.d.ts).
func (s *Sim) wrongView(body obj) *refusal {
	wrong, on := wrongFrame(body), onModal
	if str(body, "type") == homeView {
		on = onHome
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
	if no := s.need("files:read"); no != nil && hasFileInput(blocks) {
		// docs, file input element: it takes files:read. What Slack answers without is not written; it cannot be yes
		return no
	}
	if no := validate(blocks, on); no != nil {
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

// wrongFrame judges what is around the blocks. A home tab has none of it (docs, home tab views; java-slack-sdk#277).
func wrongFrame(body obj) []string {
	var wrong []string
	if str(body, "type") == homeView {
		for _, name := range []string{"title", "submit", "close", "clear_on_close", "notify_on_close"} {
			if body[name] != nil {
				wrong = append(wrong, complain("invalid additional property: "+name, "/view"))
			}
		}
		return wrong
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
	if body["submit"] == nil && count(list(body, "blocks"), "input") > 0 {
		// docs, views: required with an input block
		wrong = append(wrong, complain("missing required field: submit", "/view"))
	}
	return wrong
}
