package slacksim_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

// form is a bot that answers interactions with what a test sets, and the modal that its user has open.
type form struct {
	*slacksim.Person
	api  *slack.Client
	acts chan slack.InteractionCallback
	raw  chan json.RawMessage

	mu     sync.Mutex
	answer any
}

// answers sets what comes with each acknowledgement from now on.
func (f *form) answers(with any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = with
}

func (f *form) acked() any {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.answer
}

func openForm(t *testing.T, blocks ...slack.Block) (*form, slacksim.View) {
	t.Helper()
	sim := incident(t, slacksim.Options{Unhurried: true})
	f := &form{Person: sim.Person("U0MARA"), api: client(sim), acts: make(chan slack.InteractionCallback, 300),
		raw: make(chan json.RawMessage, 300)}
	commands := make(chan slack.SlashCommand, 1)
	listen(t, sim, func(sm *socketmode.Client, evt socketmode.Event) {
		switch data := evt.Data.(type) {
		case slack.SlashCommand:
			_ = sm.Ack(*evt.Request)
			commands <- data
		case slack.InteractionCallback:
			_ = sm.Ack(*evt.Request, f.acked())
			f.raw <- evt.Request.Payload
			f.acts <- data
		}
	})
	must(f.Command("C0INC", "/kafka-reset", ""))(t)
	if _, err := f.api.OpenView((<-commands).TriggerID, formOf("Reset", blocks...)); err != nil {
		t.Fatal(err)
	}
	return f, f.Views()[0]
}

func formOf(title string, blocks ...slack.Block) slack.ModalViewRequest {
	return slack.ModalViewRequest{Type: slack.VTModal, Title: plainly(title), Submit: plainly("Ask"),
		Blocks: slack.Blocks{BlockSet: blocks}}
}

func plainly(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, text, false, false)
}

func choice(texts ...string) []*slack.OptionBlockObject {
	var out []*slack.OptionBlockObject
	for _, text := range texts {
		out = append(out, slack.NewOptionBlockObject(strings.ToLower(text), plainly(text), nil))
	}
	return out
}

func field(id string, element slack.BlockElement, dispatch bool) *slack.InputBlock {
	in := slack.NewInputBlock(id, plainly(id), nil, element)
	in.Optional, in.DispatchAction = true, dispatch
	return in
}

func TestStateOfEveryInput(t *testing.T) {
	t.Parallel()
	initial := slack.NewPlainTextInputBlockElement(nil, "a")
	initial.InitialValue = "bad deploy"
	several := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeStatic, nil, "h", choice("Orders", "Refunds")...)
	number := slack.NewNumberInputBlockElement(nil, "i", false)
	number.MinValue, number.MaxValue = "1", "99"
	blocks := []slack.Block{field("text", initial, false),
		field("select", slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, "b", choice("Skip", "Rewind")...), false),
		field("radio", slack.NewRadioButtonsBlockElement("c", choice("Now", "Later")...), false),
		field("boxes", slack.NewCheckboxGroupsBlockElement("d", choice("Dry", "Wet")...), false),
		field("when", slack.NewDateTimePickerBlockElement("e"), false),
		field("day", slack.NewDatePickerBlockElement("f"), false),
		field("clock", slack.NewTimePickerBlockElement("g"), false),
		field("several", several, false), field("number", number, false)}
	f, view := openForm(t, blocks...)
	ended(t, must(f.Submit(view, nil))(t))
	const untouched = `{"boxes":{"d":{"selected_options":[],"type":"checkboxes"}},` +
		`"clock":{"g":{"selected_time":null,"type":"timepicker"}},` +
		`"day":{"f":{"selected_date":null,"type":"datepicker"}},"number":{"i":{"type":"number_input","value":null}},` +
		`"radio":{"c":{"selected_option":null,"type":"radio_buttons"}},` +
		`"select":{"b":{"selected_option":null,"type":"static_select"}},` +
		`"several":{"h":{"selected_options":[],"type":"multi_static_select"}},` +
		`"text":{"a":{"type":"plain_text_input","value":"bad deploy"}},` +
		`"when":{"e":{"selected_date_time":null,"type":"datetimepicker"}}}`
	if got := stateIn(t, <-f.raw); got != untouched {
		t.Errorf("untouched: %s", got)
	}

	f, view = openForm(t, blocks...)
	for id, value := range map[string]string{"b": "rewind", "c": "later", "d": "dry,wet", "e": "1795313400",
		"f": "2026-11-22", "g": "02:10", "h": "orders,refunds", "i": "7", "a": ""} {
		if d, err := f.SetField(view, id, value); err != nil || d != nil {
			t.Errorf("%s: %v, %v: an input without dispatch_action sends nothing", id, d, err)
		}
	}
	for id, value := range map[string]string{"b": "sideways", "e": "yesterday", "f": "22.11.2026", "g": "2am", "h": "payments",
		"i": "100", "a": strings.Repeat("x", 3001)} {
		if _, err := f.SetField(view, id, value); err == nil {
			t.Errorf("%s took %.20q", id, value)
		}
	}
	if got := f.Views()[0].Text(); !strings.Contains(got, "[Rewind v]") || !strings.Contains(got, "( ) Now (x) Later") ||
		!strings.Contains(got, "[Orders, Refunds v]") || !strings.Contains(got, "[2026-11-22 v]") {
		t.Errorf("reads %s", got)
	}
	ended(t, must(f.Submit(view, nil))(t))
	v := (<-f.acts).View.State.Values
	if v["text"]["a"].Value != "" || v["select"]["b"].SelectedOption.Value != "rewind" || v["day"]["f"].SelectedDate !=
		"2026-11-22" || v["clock"]["g"].SelectedTime != "02:10" || v["when"]["e"].SelectedDateTime != 1795313400 ||
		len(v["several"]["h"].SelectedOptions) != 2 || v["number"]["i"].Value != "7" {
		t.Errorf("submitted %+v", v)
	}
}

// stateIn is view.state.values as it came.
func stateIn(t *testing.T, payload json.RawMessage) string {
	t.Helper()
	var in struct {
		View struct {
			State struct{ Values any }
		}
	}
	if err := json.Unmarshal(payload, &in); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(in.View.State.Values)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestInputsThatAct: with dispatch_action an input tells the app at once, with all that the form holds. The update of
// the view keeps what an input of the same ids held, and block_actions lack the initial value of a new one.
func TestInputsThatAct(t *testing.T) {
	t.Parallel()
	policy := func() slack.Block {
		return field("policy", slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, "policy",
			choice("Latest", "Time")...), true)
	}
	reason := func(initial string) slack.Block {
		e := slack.NewPlainTextInputBlockElement(nil, "why")
		e.InitialValue = initial
		return field("why", e, false)
	}
	f, view := openForm(t, policy(), reason(""))
	must(f.SetField(view, "why", "bad deploy"))(t)
	ended(t, must(f.Pick(view, "policy", "Time"))(t))
	act := <-f.acts
	if got := act.ActionCallback.BlockActions[0]; got.SelectedOption.Value != "time" || act.View.Hash != view.Hash ||
		act.View.State.Values["why"]["why"].Value != "bad deploy" || act.ResponseURL != "" || act.TriggerID == "" {
		t.Errorf("dispatched %+v of %+v", got, act.View)
	}
	if _, err := f.Pick(view, "policy", "Sideways"); err == nil || !strings.Contains(err.Error(), "Latest, Time") {
		t.Errorf("picked what is not there: %v", err)
	}
	if _, err := f.ClickIn(view, "why", "x"); err == nil {
		t.Error("an input without dispatch_action acted")
	}
	offset := slack.NewPlainTextInputBlockElement(nil, "offset")
	offset.InitialValue = "42"
	next := formOf("Reset", policy(), reason("another"), field("offset", offset, true))
	if _, err := f.api.UpdateView(next, "", view.Hash, view.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := f.api.UpdateView(next, "", view.Hash, view.ID); errorText(err) != "hash_conflict" {
		t.Errorf("updated twice from one hash: %v", err)
	}
	view = f.Views()[0]
	if want := "Reset\npolicy (optional): [Time v]\nwhy (optional): [why_]\noffset (optional): [42_]\n[Ask]"; view.Text() !=
		strings.Replace(want, "[why_]", "[bad deploy_]", 1) {
		t.Errorf("reads %q", view.Text())
	}
	ended(t, must(f.SetField(view, "policy", ""))(t))
	act = <-f.acts
	if state := act.View.State.Values; state["why"]["why"].Value != "bad deploy" || state["offset"] != nil ||
		state["policy"]["policy"].SelectedOption.Value != "" {
		t.Errorf("after the update: %+v", state)
	}
	ended(t, must(f.SetField(view, "offset", "43"))(t)) // typed, and the enter key
	act = <-f.acts
	if act.ActionCallback.BlockActions[0].Value != "43" || act.View.State.Values["offset"]["offset"].Value != "43" {
		t.Errorf("typed: %+v", act.View.State.Values)
	}
}

func TestSuggestionsWithinTheirLimits(t *testing.T) {
	t.Parallel()
	least := 1
	one := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, nil, "group")
	one.MinQueryLength = &least
	one.InitialOption = slack.NewOptionBlockObject("old@prod-eu", plainly("old"), nil)
	several := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeExternal, nil, "topics")
	f, view := openForm(t, field("group", one, true), field("topics", several, false))

	f.answers(map[string]any{"option_groups": []any{map[string]any{"label": plainly("prod-eu"), "options": choice("Billing")}}})
	options := must(f.Suggest(soon(t), view, "group", "bil"))(t)
	var typed []string
	for range 3 {
		typed = append(typed, (<-f.acts).Value)
	}
	if len(options) != 1 || options[0].Value != "billing" || options[0].Group != "prod-eu" || len(typed) != 3 {
		t.Errorf("typed %v, offered %+v", typed, options)
	}
	options = must(f.SuggestAtOnce(soon(t), view, "group", "bil"))(t)
	if asked := (<-f.acts).Value; len(options) != 1 || asked != "bil" || len(f.acts) != 0 {
		t.Errorf("asked for %q and %d more, offered %+v", asked, len(f.acts), options)
	}
	f.answers(nil)
	for _, value := range []string{"old@prod-eu", "billing"} { // the initial option is offered while it is chosen
		must(f.SetField(view, "group", value))(t)
	}
	for _, value := range []string{"refunds", "old@prod-eu"} {
		if _, err := f.SetField(view, "group", value); err == nil {
			t.Errorf("chose %s, which is not offered", value)
		}
	}
	if got := f.Views()[0].Text(); !strings.Contains(got, "[Billing v]") {
		t.Errorf("reads %s", got)
	}
	f.answers(map[string]any{"options": choice("Orders", "Refunds")})
	must(f.Suggest(soon(t), view, "topics", "ord"))(t)
	must(f.SetField(view, "topics", "orders"))(t)
	f.answers(map[string]any{"options": choice("Payments")})
	must(f.Suggest(soon(t), view, "topics", "pay"))(t)
	must(f.SetField(view, "topics", "orders,payments"))(t) // what is chosen stays
	if _, err := f.SetField(view, "topics", "refunds"); err == nil {
		t.Error("chose what was offered for something else")
	}

	many := make([]string, 101)
	for i := range many {
		many[i] = fmt.Sprintf("group %d", i)
	}
	markdown := slack.NewOptionBlockObject("x", slack.NewTextBlockObject(slack.MarkdownType, "x", false, false), nil)
	for want, answer := range map[string]any{
		"101 options":       map[string]any{"options": choice(many...)},
		"76 characters":     map[string]any{"options": choice(strings.Repeat("x", 76))},
		"plain_text":        map[string]any{"options": []any{markdown}},
		"either":            map[string]any{},
		"a group's label":   map[string]any{"option_groups": []any{map[string]any{"options": choice("x")}}},
		"either options or": map[string]any{"options": choice("x"), "option_groups": []any{}},
		"the value":         map[string]any{"options": []any{map[string]any{"text": plainly("x")}}},
		"an option's description is": map[string]any{"options": []any{map[string]any{"text": plainly("x"), "value": "x",
			"description": plainly(strings.Repeat("x", 76))}}},
	} {
		f.answers(answer)
		if _, err := f.Suggest(soon(t), view, "group", "b"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestClosingIsToldOnlyIfAsked(t *testing.T) {
	t.Parallel()
	f, view := openForm(t, section("x"))
	if d := must(f.CloseView(view))(t); d != nil {
		t.Error("told of a closed view without notify_on_close")
	}
}

// TestAnswersToASubmission: each response_action does what the documents say, and what Slack cannot take is trouble.
func TestAnswersToASubmission(t *testing.T) {
	t.Parallel()
	next := func(title string) slack.ModalViewRequest { return formOf(title, field("why", why(), false)) }
	home := slack.HomeTabViewRequest{Type: slack.VTHomeTab}
	for name, c := range map[string]struct {
		answer  any
		titles  string
		trouble bool
	}{
		"nothing":        {nil, "", false},
		"update":         {map[string]any{"response_action": "update", "view": next("Next")}, "Next", false},
		"push":           {map[string]any{"response_action": "push", "view": next("Next")}, "Reset Next", false},
		"clear":          {map[string]any{"response_action": "clear"}, "", false},
		"errors":         {map[string]any{"response_action": "errors", "errors": map[string]string{"why": "no"}}, "Reset", false},
		"of no input":    {map[string]any{"response_action": "errors", "errors": map[string]string{"x": "no"}}, "Reset", true},
		"a home":         {map[string]any{"response_action": "update", "view": home}, "Reset", true},
		"without a view": {map[string]any{"response_action": "push"}, "Reset", true},
		"made up":        {map[string]any{"response_action": "wait"}, "Reset", true},
	} {
		f, view := openForm(t, field("why", why(), false))
		f.answers(c.answer)
		ended(t, must(f.Submit(view, map[string]string{"why": "bad deploy"}))(t))
		var titles []string
		trouble := false
		for _, v := range f.Views() {
			titles, trouble = append(titles, v.Title), trouble || v.Trouble != ""
		}
		if got := strings.Join(titles, " "); got != c.titles || trouble != c.trouble {
			t.Errorf("%s: %q is open, trouble %v", name, got, trouble)
		}
	}
}

func why() *slack.PlainTextInputBlockElement { return slack.NewPlainTextInputBlockElement(nil, "why") }
