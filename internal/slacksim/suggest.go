package slacksim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Option is a choice offered for what was typed, under the label of its group if it is in one.
type Option struct{ Text, Value, Description, Group string }

const (
	leastTyped   = 3   // docs, external select: the default of min_query_length
	mostOptions  = 100 // docs, block_suggestion: options or option groups
	optionLength = 75  // facts 3.3: text, value and description; and the label of a group (types)
)

// Suggest types into an external select of a view, letter by letter, and returns what is offered for the whole text.
// "A request will be sent on every character change" (docs, external select), from min_query_length on; with 0, one as
// soon as the menu opens. What is offered can be chosen until something else is typed.
func (p *Person) Suggest(ctx context.Context, v View, actionID, typed string) ([]Option, error) {
	return p.suggest(ctx, v, actionID, []rune(typed), false)
}

// SuggestAtOnce is Suggest for a text that is there at once, because a person pasted it, or because a client that draws
// the select has asked for each letter itself: one request.
func (p *Person) SuggestAtOnce(ctx context.Context, v View, actionID, typed string) ([]Option, error) {
	return p.suggest(ctx, v, actionID, []rune(typed), true)
}

func (p *Person) suggest(ctx context.Context, v View, actionID string, letters []rune, atOnce bool) ([]Option, error) {
	s := p.sim
	s.mu.Lock()
	block, least, err := p.searches(v, actionID)
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if atOnce {
		least = max(least, len(letters))
	}
	var last *Delivery
	for n := least; n <= len(letters); n++ {
		if last, err = p.asksFor(v, block, actionID, string(letters[:n])); err != nil {
			return nil, err
		}
	}
	if last == nil {
		return nil, nil // below min_query_length the client does not ask
	}
	a, err := last.Wait(ctx)
	switch {
	case err != nil:
		return nil, err
	case a.Err != "":
		return nil, fmt.Errorf("the client shows no result: %s", a.Err)
	}
	options, shown, err := offered(a.Payload)
	if err != nil {
		return nil, fmt.Errorf("the client shows no result: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	open, err := p.top(v)
	if err != nil {
		return nil, err
	}
	open.offered[str(block, "block_id")+"\x00"+actionID] = options
	return shown, nil
}

// asksFor sends one request for options.
func (p *Person) asksFor(v View, block obj, actionID, typed string) (*Delivery, error) {
	s := p.sim
	s.mu.Lock()
	open, err := p.top(v)
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	payload := s.interaction("block_suggestion", p.ID)
	payload["container"], payload["view"] = obj{"type": "view", "view_id": open.id}, open.payload()
	payload["action_id"], payload["block_id"] = actionID, block["block_id"]
	payload["value"] = typed
	d := s.envelope("interactive", payload, nil)
	s.mu.Unlock()
	return s.deliver(d, nil), nil
}

// searches finds an external select in a view, and how much has to be typed into it. The lock is held.
func (p *Person) searches(v View, actionID string) (obj, int, error) {
	open, err := p.top(v)
	if err != nil {
		return nil, 0, err
	}
	block, element := open.element(actionID)
	if !strings.HasSuffix(str(element, "type"), "external_select") {
		return nil, 0, fmt.Errorf("no external select with action_id %q in the view", actionID)
	}
	if n, ok := element["min_query_length"].(float64); ok {
		return block, int(n), nil
	}
	return block, leastTyped, nil
}

// offered reads options or option_groups, within their limits.
func offered(payload json.RawMessage) ([]any, []Option, error) {
	var answer obj
	if payload != nil && json.Unmarshal(payload, &answer) != nil {
		return nil, nil, fmt.Errorf("not an object: %s", payload)
	}
	options, plain := answer["options"].([]any)
	groups, grouped := answer["option_groups"].([]any)
	if plain == grouped {
		return nil, nil, fmt.Errorf("either options or option_groups: %s", payload)
	}
	if len(groups) > mostOptions {
		return nil, nil, fmt.Errorf("%d groups, at most %d are allowed", len(groups), mostOptions)
	}
	labels := make([]string, len(options)) // of each option's group
	for _, g := range groups {
		group, _ := g.(obj)
		label, err := within(sub(group, "label"), "a group's label")
		if err != nil {
			return nil, nil, err
		}
		members := list(group, "options")
		options, labels = append(options, members...), append(labels, slices.Repeat([]string{label}, len(members))...)
	}
	if len(options) > mostOptions {
		return nil, nil, fmt.Errorf("%d options, at most %d are allowed", len(options), mostOptions)
	}
	var out []Option
	for i, o := range options {
		one, err := optionOf(o)
		if err != nil {
			return nil, nil, err
		}
		one.Group = labels[i]
		out = append(out, one)
	}
	return options, out, nil
}

func optionOf(o any) (Option, error) {
	option, _ := o.(obj)
	text, err := within(sub(option, "text"), "an option's text")
	if err != nil {
		return Option{}, err
	}
	one := Option{Text: text, Value: str(option, "value")}
	if one.Value == "" || len([]rune(one.Value)) > optionLength {
		return one, fmt.Errorf("the value %q, 1 to %d characters are allowed", one.Value, optionLength)
	}
	if option["description"] != nil {
		one.Description, err = within(sub(option, "description"), "an option's description")
	}
	return one, err
}

// within is a plain text object of 1 to 75 characters: an option of a select menu takes no other (docs, option object).
func within(o obj, what string) (string, error) {
	text := str(o, "text")
	if n := len([]rune(text)); str(o, "type") != "plain_text" || n < 1 || n > optionLength {
		return "", fmt.Errorf("%s is %q of %d characters: plain_text of 1 to %d is allowed", what, text, n, optionLength)
	}
	return text, nil
}

// byText is the value of an option that reads so.
func byText(element obj, text string) (string, error) {
	if element == nil {
		return "", errors.New("nothing to choose from in the view now")
	}
	var there []string
	for _, o := range choices(element) {
		option, _ := o.(obj)
		if str(sub(option, "text"), "text") == text {
			return str(option, "value"), nil
		}
		there = append(there, str(sub(option, "text"), "text"))
	}
	return "", fmt.Errorf("%q offers no %q; there are: %s", str(element, "action_id"), text, strings.Join(there, ", "))
}
