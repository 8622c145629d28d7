package slacksim

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// fill is an input's value after a user filled it in; options are named by their values, several by commas. Nothing
// undoes a choice: the app gets null (docs, block_actions).
func fill(element obj, value string) (obj, error) {
	kind := str(element, "type")
	out, key := empty(element), valueKey(kind)
	switch kind {
	case "plain_text_input", "number_input", "email_text_input", "url_text_input":
		if err := typeable(element, value); err != nil {
			return nil, err
		}
		if value != "" {
			out["value"] = value
		}
	case "file_input": // the client has uploaded them by then; attached (attach.go) makes them what the app sees
		files := []any{}
		for _, id := range several(value) {
			files = append(files, obj{"id": id})
		}
		out["files"] = files
	case "checkboxes", "multi_static_select", "multi_external_select":
		picked := []any{}
		for _, one := range several(value) {
			option, err := pick(element, one)
			if err != nil {
				return nil, err
			}
			picked = append(picked, option)
		}
		if most, ok := element["max_selected_items"].(float64); ok && float64(len(picked)) > most {
			return nil, fmt.Errorf("the client takes %v options in %q, not %d", most, str(element, "action_id"), len(picked))
		}
		out[key] = picked
	case "static_select", "external_select", "radio_buttons", "overflow":
		if value == "" {
			break
		}
		option, err := pick(element, value)
		if err != nil {
			return nil, err
		}
		out[key] = option
	case "datetimepicker", "datepicker", "timepicker":
		at, err := moment(kind, value)
		if err != nil {
			return nil, err
		}
		out[key] = at
	case "users_select", "channels_select", "conversations_select":
		out[key] = value
	default:
		return nil, fmt.Errorf("nothing can be filled in a %s", kind)
	}
	return out, nil
}

func several(value string) []string {
	return strings.FieldsFunc(value, func(r rune) bool { return r == ',' })
}

// typeable is nil if the client takes the text (docs, plain-text input: 3,000 characters, min_length, max_length;
// number input: min_value, max_value, is_decimal_allowed).
func typeable(element obj, value string) error {
	id, n := str(element, "action_id"), float64(len([]rune(value)))
	if most, ok := element["max_length"].(float64); ok && n > most || n > 3000 {
		return fmt.Errorf("the client takes no more text in %q", id)
	}
	if least, ok := element["min_length"].(float64); ok && value != "" && n < least {
		return fmt.Errorf("the client takes no less than %v characters in %q", least, id)
	}
	if str(element, "type") != "number_input" || value == "" {
		return nil
	}
	number, err := strconv.ParseFloat(value, 64)
	if err != nil || strings.Contains(value, ".") && !truth(element, "is_decimal_allowed") {
		return fmt.Errorf("the client takes no %q in the number %q", value, id)
	}
	for key, over := range map[string]func(limit float64) bool{
		"min_value": func(limit float64) bool { return number < limit },
		"max_value": func(limit float64) bool { return number > limit },
	} {
		if limit, err := strconv.ParseFloat(str(element, key), 64); err == nil && over(limit) {
			return fmt.Errorf("the client takes no %q in %q: %s is %s", value, id, key, str(element, key))
		}
	}
	return nil
}

// moment is what a picker of dates and times holds; nil for nothing.
func moment(kind, value string) (any, error) {
	layout := map[string]string{"datepicker": "2006-01-02", "timepicker": "15:04"}[kind]
	switch {
	case value == "":
		return nil, nil
	case kind == "datetimepicker":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || len(value) != 10 {
			return nil, fmt.Errorf("a date-time picker holds 10 digits of unix seconds, not %q", value)
		}
		return n, nil
	}
	if _, err := time.Parse(layout, value); err != nil {
		return nil, fmt.Errorf("a %s holds %s, not %q", kind, layout, value)
	}
	return value, nil
}

// choices are all options of an element, those in groups too.
func choices(element obj) []any {
	all := list(element, "options")
	for _, g := range list(element, "option_groups") {
		group, _ := g.(obj)
		all = append(slices.Clone(all), list(group, "options")...)
	}
	return all
}

func pick(element obj, value string) (any, error) {
	for _, o := range choices(element) {
		if option, _ := o.(obj); str(option, "value") == value {
			return option, nil
		}
	}
	return nil, fmt.Errorf("%q offers no option with the value %q", str(element, "action_id"), value)
}

// inputs calls each for every element of a view that holds a value, with its key.
func (v *view) inputs(each func(block, element obj, key string)) {
	for _, b := range list(v.body, "blocks") {
		block, _ := b.(obj)
		for _, e := range elements(block) {
			if holdsValue(e) {
				each(block, e, inputKey(block, e))
			}
		}
	}
}

// holdsValue is false for elements that only act.
func holdsValue(element obj) bool {
	return !slices.Contains([]string{"button", "image", "overflow", "workflow_button"}, str(element, "type"))
}

func inputKey(block, element obj) string {
	return str(block, "block_id") + "\x00" + str(element, "action_id")
}

// state is what the inputs hold, in the shape of view.state.values; whole is false for what block_actions show of it.
func (v *view) state(whole bool) obj {
	out := obj{}
	v.inputs(func(block, e obj, key string) {
		value, filled := v.values[key]
		if !filled {
			value = initial(e)
		}
		if !whole && v.unsent[key] {
			return
		}
		if sub(out, str(block, "block_id")) == nil {
			out[str(block, "block_id")] = obj{}
		}
		sub(out, str(block, "block_id"))[str(e, "action_id")] = value
	})
	return out
}

// fill puts a value into an element of the view, as it does when a person touches it.
func (v *view) fill(block, element obj, value string) (obj, error) {
	key := inputKey(block, element)
	filled, err := fill(v.offering(key, element), value)
	if err != nil {
		return nil, err
	}
	v.values[key] = filled
	delete(v.unsent, key)
	return filled, nil
}

// offering is an external select with what it shows: what was suggested last, and what is chosen already.
func (v *view) offering(key string, element obj) obj {
	if !strings.HasSuffix(str(element, "type"), "external_select") {
		return element
	}
	options := slices.Clone(v.offered[key])
	held, touched := v.values[key]
	if !touched {
		held = initial(element)
	}
	if one := sub(held, "selected_option"); one != nil {
		options = append(options, one)
	}
	out := maps.Clone(element)
	out["options"] = append(options, list(held, "selected_options")...)
	return out
}

// valueKeys are where the state of an element has its value (docs, view.state; types, block-elements).
var valueKeys = map[string]string{
	"static_select": "selected_option", "external_select": "selected_option", "radio_buttons": "selected_option",
	"overflow": "selected_option", "checkboxes": "selected_options", "multi_static_select": "selected_options",
	"multi_external_select": "selected_options", "users_select": "selected_user", "channels_select": "selected_channel",
	"conversations_select": "selected_conversation", "multi_users_select": "selected_users",
	"multi_channels_select": "selected_channels", "multi_conversations_select": "selected_conversations",
	"datepicker": "selected_date", "timepicker": "selected_time", "datetimepicker": "selected_date_time",
	"file_input": "files", "rich_text_input": "rich_text_value",
}

func valueKey(kind string) string { return cmp.Or(valueKeys[kind], "value") }

// empty is the state of an element without a value.
func empty(element obj) obj {
	kind := str(element, "type")
	out := obj{"type": kind, valueKey(kind): nil}
	if kind == "checkboxes" || kind == "file_input" || strings.HasPrefix(kind, "multi_") {
		out[valueKey(kind)] = []any{}
	}
	if zone := str(element, "timezone"); zone != "" { // docs, time picker: the app gets it back
		out["timezone"] = zone
	}
	return out
}

// initial is an input's value before it was changed.
func initial(element obj) obj {
	out := empty(element)
	key := valueKey(str(element, "type"))
	if v, has := element["initial_"+strings.TrimPrefix(key, "selected_")]; has {
		out[key] = v
	}
	return out
}

func blank(value obj) bool {
	for key, v := range value {
		if key == "type" || key == "timezone" || v == nil || v == "" {
			continue
		}
		if items, is := v.([]any); is && len(items) == 0 {
			continue
		}
		return false
	}
	return true
}
