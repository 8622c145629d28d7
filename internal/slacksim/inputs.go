package slacksim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// fill is an input's value after a user filled it in; options are named by their values, several by commas.
func fill(element obj, value string) (obj, error) {
	kind := str(element, "type")
	out := obj{"type": kind}
	switch kind {
	case "plain_text_input", "number_input", "email_text_input", "url_text_input":
		out["value"] = value
		if limit, ok := element["max_length"].(float64); ok && float64(len([]rune(value))) > limit ||
			len([]rune(value)) > 3000 {
			return nil, fmt.Errorf("the client takes no more text in %q", str(element, "action_id"))
		}
	case "static_select", "radio_buttons", "overflow":
		option, err := pick(element, value)
		if err != nil {
			return nil, err
		}
		out["selected_option"] = option
	case "checkboxes", "multi_static_select":
		picked := []any{}
		for _, one := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' }) {
			option, err := pick(element, one)
			if err != nil {
				return nil, err
			}
			picked = append(picked, option)
		}
		out["selected_options"] = picked
	case "external_select":
		out["selected_option"] = obj{"text": obj{"type": "plain_text", "text": value}, "value": value}
	case "file_input": // the client has uploaded them by then; attached (attach.go) makes them what the app sees
		files := []any{}
		for _, id := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' }) {
			files = append(files, obj{"id": id})
		}
		out["files"] = files
	case "datetimepicker":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || len(value) != 10 {
			return nil, fmt.Errorf("a date-time picker holds 10 digits of unix seconds, not %q", value)
		}
		out["selected_date_time"] = n
	case "datepicker", "timepicker":
		out["selected_"+strings.TrimSuffix(kind, "picker")] = value
	case "users_select", "channels_select", "conversations_select":
		out["selected_"+strings.TrimSuffix(kind, "s_select")] = value
	default:
		return nil, fmt.Errorf("nothing can be filled in a %s", kind)
	}
	return out, nil
}

func pick(element obj, value string) (any, error) {
	all := list(element, "options")
	for _, g := range list(element, "option_groups") {
		group, _ := g.(obj)
		all = append(slices.Clone(all), list(group, "options")...)
	}
	for _, o := range all {
		if option, _ := o.(obj); str(option, "value") == value {
			return option, nil
		}
	}
	return nil, fmt.Errorf("%q offers no option with the value %q", str(element, "action_id"), value)
}

// state is what the inputs hold, in the shape of view.state.values.
func (v *view) state() obj {
	out := obj{}
	for _, b := range list(v.body, "blocks") {
		block, _ := b.(obj)
		for _, e := range elements(block) {
			id, kind := str(e, "action_id"), str(e, "type")
			if kind == "button" || kind == "image" || kind == "overflow" {
				continue
			}
			value, filled := v.values[str(block, "block_id")+"\x00"+id]
			if !filled {
				value = initial(e)
			}
			if sub(out, str(block, "block_id")) == nil {
				out[str(block, "block_id")] = obj{}
			}
			sub(out, str(block, "block_id"))[id] = value
		}
	}
	return out
}

// initial is an input's value before it was changed.
func initial(element obj) obj {
	out := obj{"type": element["type"]}
	for from, to := range map[string]string{
		"initial_value": "value", "initial_option": "selected_option", "initial_options": "selected_options",
		"initial_date_time": "selected_date_time", "initial_date": "selected_date", "initial_time": "selected_time",
		"initial_user": "selected_user", "initial_channel": "selected_channel",
		"initial_conversation": "selected_conversation",
	} {
		if v, has := element[from]; has {
			out[to] = v
		}
	}
	if len(out) == 1 {
		key := map[string]string{"checkboxes": "selected_options", "datetimepicker": "selected_date_time",
			"datepicker": "selected_date", "timepicker": "selected_time"}[str(element, "type")]
		switch {
		case str(element, "type") == "file_input":
			out["files"] = []any{}
		case key == "selected_options":
			out[key] = []any{}
		case key != "":
			out[key] = nil
		case strings.HasSuffix(str(element, "type"), "select") || str(element, "type") == "radio_buttons":
			out["selected_option"] = nil
		default:
			out["value"] = nil
		}
	}
	return out
}

func blank(value obj) bool {
	for key, v := range value {
		if key == "type" || v == nil || v == "" {
			continue
		}
		if items, is := v.([]any); is && len(items) == 0 {
			continue
		}
		return false
	}
	return true
}
