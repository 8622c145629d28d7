package slacksim

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// View is a modal, or the home tab, as the person who has it open sees it.
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
	state  obj // what the inputs hold
}

// Text is the modal as this person reads it.
func (v View) Text() string {
	v.sim.mu.Lock()
	defer v.sim.mu.Unlock()
	r := v.sim.reader(v.user)
	r.errors, r.state = v.Errors, v.state
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
		out = append(out, s.lookAt(v))
	}
	return out
}

// lookAt is a view as its person sees it now. The lock is held.
func (s *Sim) lookAt(v *view) View {
	return View{
		ID: v.id, Hash: v.hash, CallbackID: str(v.body, "callback_id"), PrivateMetadata: str(v.body, "private_metadata"),
		Title: str(sub(v.body, "title"), "text"), Blocks: rawBlocks(list(v.body, "blocks")), Errors: maps.Clone(v.errors),
		Trouble: v.trouble, sim: s, user: v.user, blocks: list(v.body, "blocks"), body: v.body, state: v.state(true),
	}
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

// top is the open view behind v. Only the one on top can be used, and the home tab while no modal is open.
func (p *Person) top(v View) (*view, error) {
	stack := p.sim.stack(p.ID)
	if home := p.sim.homes[p.ID]; len(stack) == 0 && home != nil && home.id == v.ID {
		return home, nil
	}
	if len(stack) == 0 || stack[len(stack)-1].id != v.ID {
		return nil, fmt.Errorf("%s does not have the view %s on top", p.ID, v.ID)
	}
	return stack[len(stack)-1], nil
}

// ClickIn presses a button in a view, or chooses value where the element is not a button. An input whose block does not
// say dispatch_action sends nothing by itself (docs, input block): SetField fills it.
func (p *Person) ClickIn(v View, actionID, value string, tweaks ...Tweak) (*Delivery, error) {
	p.sim.mu.Lock()
	open, err := p.top(v)
	silent := false
	if err == nil {
		block, element := open.element(actionID)
		silent = element != nil && !acts(block)
	}
	p.sim.mu.Unlock()
	if silent {
		return nil, fmt.Errorf("%q sends nothing when it is used: it is in an input block without dispatch_action", actionID)
	}
	return p.touch(v, actionID, value, tweaks)
}

// element is what a view has under an action_id, and its block.
func (v *view) element(actionID string) (block, element obj) {
	return findElement(list(v.body, "blocks"), actionID, "")
}

// acts reports whether the elements of a block send block_actions.
func acts(block obj) bool { return str(block, "type") != "input" || truth(block, "dispatch_action") }

// SetField fills in one element of a view and leaves it: what is typed ends with the enter key. The delivery is nil
// where the app is told only with the submission. An empty value takes a choice back.
func (p *Person) SetField(v View, actionID, value string, tweaks ...Tweak) (*Delivery, error) {
	return p.touch(v, actionID, value, tweaks)
}

// Pick is SetField for a choice, by the text of the option.
func (p *Person) Pick(v View, actionID, text string, tweaks ...Tweak) (*Delivery, error) {
	s := p.sim
	s.mu.Lock()
	open, err := p.top(v)
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	block, element := open.element(actionID)
	value, err := byText(open.offering(inputKey(block, element), element), text)
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return p.touch(v, actionID, value, tweaks)
}

// touch uses an element of a view. The app gets block_actions if the element sends them: without a response_url and a
// channel, since a view has no message.
func (p *Person) touch(v View, actionID, value string, tweaks []Tweak) (*Delivery, error) {
	s := p.sim
	s.mu.Lock()
	open, err := p.top(v)
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	block, element := open.element(actionID)
	if element == nil {
		s.mu.Unlock()
		return nil, fmt.Errorf("nothing with action_id %q in the view now", actionID)
	}
	action, err := s.action(block, open.offering(inputKey(block, element), element), &value)
	if err == nil && holdsValue(element) {
		_, err = open.fill(block, element, value)
	}
	if err != nil || !acts(block) {
		s.touch()
		s.mu.Unlock()
		return nil, err
	}
	payload := s.interaction("block_actions", p.ID)
	action["action_ts"] = s.stamp()
	shown, root := open.payload(), ""
	shown["state"] = obj{"values": open.state(false)}
	if str(open.body, "type") == modalView {
		root = open.id
	}
	payload["container"], payload["view"] = obj{"type": "view", "view_id": open.id}, shown
	payload["trigger_id"], payload["actions"] = s.trigger(p.ID, root), []any{action}
	d := s.envelope("interactive", payload, nil)
	s.touch()
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
		if _, err := v.fill(block, element, value); err != nil {
			return err
		}
	}
	state := v.state(true)
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
		body, no := s.readView(answer, modalView)
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
