package slacksim

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// View is a modal as the person who has it open sees it.
type View struct {
	ID, Hash, CallbackID, PrivateMetadata string
	Title                                 string
	Blocks                                json.RawMessage
	Errors                                map[string]string // under the input with this block_id
	// what the client says when the app's answer was bad or late
	Trouble string

	sim    *Sim
	user   string
	blocks []any
	body   obj
}

// Option is a choice offered for what was typed.
type Option struct{ Text, Value, Description string }

// Text is the modal as this person reads it.
func (v View) Text() string {
	v.sim.mu.Lock()
	defer v.sim.mu.Unlock()
	r := v.sim.reader(v.user)
	r.errors = v.Errors
	out := v.Title + "\n" + r.blocks(v.blocks)
	if v.Trouble != "" {
		out += "\n! " + v.Trouble
	}
	var keys []string
	for _, name := range []string{"close", "submit"} {
		if text := str(sub(v.body, name), "text"); text != "" {
			keys = append(keys, "["+text+"]")
		}
	}
	return strings.TrimSpace(out + "\n" + strings.Join(keys, " "))
}

// Buttons are the buttons among the modal's blocks; submit and close are not among them.
func (v View) Buttons() []Button { return buttons(v.blocks) }

// Views are the modals this person has open, the one on top last.
func (p *Person) Views() []View {
	s := p.sim
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []View
	for _, v := range s.stack(p.ID) {
		blocks := list(v.body, "blocks")
		errs := map[string]string{}
		for id, text := range v.errors {
			errs[id] = text
		}
		out = append(out, View{
			ID: v.id, Hash: v.hash, CallbackID: str(v.body, "callback_id"),
			PrivateMetadata: str(v.body, "private_metadata"), Title: str(sub(v.body, "title"), "text"),
			Blocks: rawBlocks(blocks), Errors: errs, Trouble: v.trouble, sim: s, user: p.ID, blocks: blocks,
			body: v.body,
		})
	}
	return out
}

// WaitView returns the modal on top as soon as there is one that want accepts.
func (p *Person) WaitView(ctx context.Context, want func(View) bool) (View, error) {
	var top View
	err := p.sim.Await(ctx, func() bool {
		open := p.Views()
		if len(open) > 0 {
			top = open[len(open)-1]
		}
		return len(open) > 0 && want(top)
	})
	if err != nil {
		return View{}, fmt.Errorf("wait for a view of %s: %w", p.ID, err)
	}
	return top, nil
}

// top is the open view behind v. Only the one on top can be used.
func (p *Person) top(v View) (*view, error) {
	stack := p.sim.stack(p.ID)
	if len(stack) == 0 || stack[len(stack)-1].id != v.ID {
		return nil, fmt.Errorf("%s does not have the view %s on top", p.ID, v.ID)
	}
	return stack[len(stack)-1], nil
}

// ClickIn presses a button in a modal, or chooses value where the element is not a button.
func (p *Person) ClickIn(v View, actionID, value string, tweaks ...Tweak) (*Delivery, error) {
	s := p.sim
	s.mu.Lock()
	open, err := p.top(v)
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	block, element := findElement(list(open.body, "blocks"), actionID, "")
	if element == nil {
		s.mu.Unlock()
		return nil, fmt.Errorf("nothing with action_id %q in the view now", actionID)
	}
	action, err := s.action(block, element, &value)
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	if str(element, "type") != "button" {
		open.values[str(block, "block_id")+"\x00"+actionID], _ = fill(element, value) // fill has succeeded just before
	}
	payload := s.interaction("block_actions", p.ID)
	action["action_ts"] = s.stamp()
	payload["container"], payload["view"] = obj{"type": "view", "view_id": open.id}, open.payload()
	payload["trigger_id"], payload["actions"] = s.trigger(p.ID, open.id), []any{action}
	d := s.envelope("interactive", payload, nil) // no response_url: a view has no message
	s.mu.Unlock()
	return s.deliver(d, tweaks), nil
}

// Submit fills in the modal's inputs by action_id and presses its submit button. What was not filled in keeps its
// initial value; the client insists on inputs that are not optional.
func (p *Person) Submit(v View, values map[string]string, tweaks ...Tweak) (*Delivery, error) {
	s := p.sim
	s.mu.Lock()
	open, err := p.top(v)
	if err == nil {
		err = open.fillIn(values)
	}
	if err == nil {
		err = s.attach(open, p.ID)
	}
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	payload := s.interaction("view_submission", p.ID)
	payload["view"], payload["trigger_id"], payload["response_urls"] = open.payload(), s.trigger(p.ID, open.id), []any{}
	d := s.envelope("interactive", payload, func(a Ack) { s.submitted(open, a) })
	s.mu.Unlock()
	return s.deliver(d, tweaks), nil
}

func (v *view) fillIn(values map[string]string) error {
	blocks := list(v.body, "blocks")
	for actionID, value := range values {
		block, element := findElement(blocks, actionID, "")
		if element == nil || str(block, "type") != "input" {
			return fmt.Errorf("no input with action_id %q in the view", actionID)
		}
		filled, err := fill(element, value)
		if err != nil {
			return err
		}
		v.values[str(block, "block_id")+"\x00"+actionID] = filled
	}
	state := v.state()
	for _, b := range blocks {
		block, _ := b.(obj)
		if str(block, "type") != "input" || truth(block, "optional") {
			continue
		}
		if blank(sub(sub(state, str(block, "block_id")), str(sub(block, "element"), "action_id"))) {
			return fmt.Errorf("the client asks to fill in %q first", str(sub(block, "label"), "text"))
		}
	}
	return nil
}

// submitted does what the acknowledgement of a submission asks for (bolt-js docs, view submissions). The lock is held.
func (s *Sim) submitted(v *view, a Ack) {
	at := slices.Index(s.views, v)
	if at < 0 {
		return // closed meanwhile
	}
	const trouble = "We had some trouble connecting. Try again?"
	v.errors, v.trouble = nil, ""
	if a.Err != "" {
		v.trouble = trouble
		return
	}
	var answer args
	if a.Payload != nil && json.Unmarshal(a.Payload, &answer) != nil {
		v.trouble = trouble
		return
	}
	switch answer.str("response_action") {
	case "":
		s.views = slices.Delete(s.views, at, at+1)
	case "clear":
		s.views = slices.DeleteFunc(s.views, func(o *view) bool { return o.user == v.user })
	case "errors":
		v.errors = map[string]string{}
		for id, text := range sub(obj(answer), "errors") {
			if !v.hasInput(id) { // errors are keyed by the block_id of an input (SG, NewErrorsViewSubmissionResponse)
				v.errors, v.trouble = nil, trouble
				return
			}
			v.errors[id] = fmt.Sprint(text)
		}
	case "update", "push":
		body, no := s.readView(answer)
		switch {
		case no != nil:
			v.trouble = trouble
		case answer.str("response_action") == "update":
			s.replace(v, body)
		case len(s.stack(v.user)) >= maxStack:
			v.trouble = trouble
		default:
			s.show(v.user, body, v)
		}
	default:
		v.trouble = trouble
	}
}

func (v *view) hasInput(blockID string) bool {
	return slices.ContainsFunc(list(v.body, "blocks"), func(b any) bool {
		block, _ := b.(obj)
		return str(block, "type") == "input" && str(block, "block_id") == blockID
	})
}

// CloseView closes the modal on top; the app is notified if it asked to be. The delivery is nil if not.
func (p *Person) CloseView(v View) (*Delivery, error) {
	s := p.sim
	s.mu.Lock()
	open, err := p.top(v)
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	s.views = slices.DeleteFunc(s.views, func(o *view) bool {
		return o == open || truth(open.body, "clear_on_close") && o.user == p.ID
	})
	s.touch()
	if !truth(open.body, "notify_on_close") {
		s.mu.Unlock()
		return nil, nil
	}
	payload := s.interaction("view_closed", p.ID)
	payload["view"], payload["is_cleared"] = open.payload(), truth(open.body, "clear_on_close")
	d := s.envelope("interactive", payload, nil)
	s.mu.Unlock()
	return s.deliver(d, nil), nil
}

// Suggest types into an external select of a modal and returns what is offered. Below its min_query_length (default 3,
// bolt docs) the client does not ask.
func (p *Person) Suggest(ctx context.Context, v View, actionID, typed string) ([]Option, error) {
	s := p.sim
	s.mu.Lock()
	open, err := p.top(v)
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	block, element := findElement(list(open.body, "blocks"), actionID, "")
	if !strings.HasSuffix(str(element, "type"), "external_select") {
		s.mu.Unlock()
		return nil, fmt.Errorf("no external select with action_id %q in the view", actionID)
	}
	least := 3.0
	if n, ok := element["min_query_length"].(float64); ok {
		least = n
	}
	if float64(len([]rune(typed))) < least {
		s.mu.Unlock()
		return nil, nil
	}
	payload := s.interaction("block_suggestion", p.ID)
	payload["container"], payload["view"] = obj{"type": "view", "view_id": open.id}, open.payload()
	payload["action_id"], payload["block_id"], payload["value"] = actionID, block["block_id"], typed
	d := s.envelope("interactive", payload, nil)
	s.mu.Unlock()
	a, err := s.deliver(d, nil).Wait(ctx)
	switch {
	case err != nil:
		return nil, err
	case a.Err != "":
		return nil, fmt.Errorf("the client shows no result: %s", a.Err)
	}
	return offered(a.Payload)
}

// offered reads options or option_groups, within their limits (types: 100 options, 75 characters each).
func offered(payload json.RawMessage) ([]Option, error) {
	var answer obj
	if payload != nil && json.Unmarshal(payload, &answer) != nil {
		return nil, fmt.Errorf("the client shows no result: not an object: %s", payload)
	}
	options := list(answer, "options")
	for _, g := range list(answer, "option_groups") {
		group, _ := g.(obj)
		options = append(options, list(group, "options")...)
	}
	if len(options) > 100 {
		return nil, fmt.Errorf("the client shows no result: %d options, at most 100 are allowed", len(options))
	}
	var out []Option
	for _, o := range options {
		option, _ := o.(obj)
		one := Option{Text: str(sub(option, "text"), "text"), Value: str(option, "value"),
			Description: str(sub(option, "description"), "text")}
		for _, text := range []string{one.Text, one.Value, one.Description} {
			if n := len([]rune(text)); n > 75 || text == "" && text != one.Description {
				return nil, fmt.Errorf("the client shows no result: %q has %d characters, 1 to 75 are allowed", text, n)
			}
		}
		out = append(out, one)
	}
	return out, nil
}
