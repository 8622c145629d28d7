package slacksim_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

// catch is a bot that acks everything and hands on what it got.
func catch(t *testing.T, sim *slacksim.Sim) (<-chan slack.InteractionCallback, <-chan slack.SlashCommand) {
	t.Helper()
	acts, commands := make(chan slack.InteractionCallback, 20), make(chan slack.SlashCommand, 20)
	listen(t, sim, func(sm *socketmode.Client, evt socketmode.Event) {
		_ = sm.Ack(*evt.Request)
		switch data := evt.Data.(type) {
		case slack.InteractionCallback:
			acts <- data
		case slack.SlashCommand:
			commands <- data
		}
	})
	return acts, commands
}

func card(revision string) slack.MsgOption {
	approve := button("approve", "k7f3."+revision, "Approve").WithStyle(slack.StylePrimary)
	approve.Confirm = slack.NewConfirmationBlockObject(
		slack.NewTextBlockObject(slack.PlainTextType, "Approve k7f3?", false, false),
		slack.NewTextBlockObject(slack.PlainTextType, "Replays 18,204.", false, false),
		slack.NewTextBlockObject(slack.PlainTextType, "Approve", false, false),
		slack.NewTextBlockObject(slack.PlainTextType, "Back", false, false))
	return slack.MsgOptionBlocks(section("revision "+revision),
		slack.NewActionBlock("votes", approve, button("reject", "k7f3."+revision, "Reject")))
}

func TestClickReplacesItsOwnMessageOnly(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	acts, commands := catch(t, sim)
	mara, api := sim.Person("U0MARA"), client(sim)

	must(mara.Command("C0INC", "/kafka-reset", "billing"))(t)
	cmd := <-commands
	respond := func(url string, options ...slack.MsgOption) error {
		_, _, err := api.PostMessageContext(t.Context(), "",
			append([]slack.MsgOption{slack.MsgOptionResponseURL(url, ""), slack.MsgOptionText("preview", false)},
				options...)...)
		return err
	}
	if err := errors.Join(respond(cmd.ResponseURL, card("1")),
		respond(cmd.ResponseURL, slack.MsgOptionReplaceOriginal(cmd.ResponseURL), card("2"))); err != nil {
		t.Fatal(err)
	}
	previews := mara.Messages("C0INC")
	if len(previews) != 2 {
		t.Fatalf("a command's response_url must only add: %d messages", len(previews))
	}

	must(mara.Click(previews[0], "approve"))(t)
	click := <-acts
	if a := click.ActionCallback.BlockActions[0]; a.Value != "k7f3.1" || a.BlockID != "votes" ||
		click.User.ID != "U0MARA" || click.Team.ID != slacksim.HomeTeam {
		t.Errorf("click = %+v of %+v", a, click.User)
	}
	if !click.Container.IsEphemeral || click.Container.MessageTs != previews[0].TS || click.Message.Timestamp != "" {
		t.Errorf("container = %+v, message %q", click.Container, click.Message.Timestamp)
	}
	if err := respond(click.ResponseURL, slack.MsgOptionReplaceOriginal(click.ResponseURL),
		slack.MsgOptionBlocks(section("asked"))); err != nil {
		t.Fatal(err)
	}
	now := must(mara.Look(previews[0]))(t)
	if now.Text() != "asked" || len(now.History) != 2 || must(mara.Look(previews[1]))(t).Text() == "asked" {
		t.Errorf("replaced %q, history %d", now.Text(), len(now.History))
	}
	if _, err := mara.Click(previews[0], "approve"); err == nil {
		t.Error("a button that was edited away could be clicked")
	}
	if err := respond(click.ResponseURL, slack.MsgOptionDeleteOriginal(click.ResponseURL)); err != nil {
		t.Fatal(err)
	}
	if _, err := mara.Look(now); err == nil {
		t.Error("deleted, yet visible")
	}
}

func TestClickOnAPostedCard(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	acts, _ := catch(t, sim)
	api := client(sim)
	_, ts, err := api.PostMessage("C0INC", slack.MsgOptionText("card", false), card("1"))
	if err != nil {
		t.Fatal(err)
	}
	fay := sim.Person("U0FAR")
	shown := must(fay.WaitMessage(soon(t), "C0INC", says("revision 1")))(t)
	if want := "revision 1\n[Approve] [Reject]\n  [Approve] asks: Approve k7f3? - Replays 18,204. [Approve] [Back]"; shown.Text() !=
		want {
		t.Errorf("text = %q", shown.Text())
	}
	must(fay.Click(shown, "reject"))(t)
	if got := <-acts; got.Message.Timestamp != ts || got.Team.ID != slacksim.HomeTeam || got.User.TeamID != "T0ELSE" ||
		got.Channel.ID != "C0INC" {
		t.Errorf("message %q, team %q, channel %q", got.Message.Timestamp, got.Team.ID, got.Channel.ID)
	}
	must(fay.Click(shown, "reject", slacksim.Without("team")))(t)
	if got := <-acts; got.Team.ID != "" {
		t.Errorf("team = %q", got.Team.ID)
	}
	sim.Person("U0GUEST").Forge(slacksim.Forgery{Channel: "C0INC", TS: "1.000001", ActionID: "approve",
		Value: "stolen.1"})
	if got := <-acts; got.ActionCallback.BlockActions[0].Value != "stolen.1" {
		t.Errorf("forged value = %q", got.ActionCallback.BlockActions[0].Value)
	}
	if _, err := sim.Person("U0GUEST").Click(shown, "approve"); err == nil {
		t.Error("clicked in a channel of others")
	}
}

func TestResponseURLRunsOut(t *testing.T) {
	t.Parallel()
	now := newClock()
	sim := incident(t, slacksim.Options{Now: now.Now})
	_, commands := catch(t, sim)
	mara := sim.Person("U0MARA")
	post := func(url string) (int, string) {
		resp, err := http.Post(url, "application/json", strings.NewReader(`{"text":"again"}`))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var body struct{ Error string }
		if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, body.Error
	}
	must(mara.Command("C0INC", "/kafka-reset", "help"))(t)
	url := (<-commands).ResponseURL
	for range 5 {
		if status, code := post(url); status != http.StatusOK || code != "" {
			t.Fatalf("answer %d %q", status, code)
		}
	}
	if status, code := post(url); status != http.StatusNotFound || code != "used_url" {
		t.Errorf("sixth use: %d %q", status, code)
	}
	must(mara.Command("C0INC", "/kafka-reset", "help"))(t)
	url = (<-commands).ResponseURL
	now.Pass(30*time.Minute + time.Second)
	if status, code := post(url); status != http.StatusNotFound || code != "expired_url" {
		t.Errorf("after 30 min: %d %q", status, code)
	}
}

func modal(title string, blocks ...slack.Block) slack.ModalViewRequest {
	plain := func(text string) *slack.TextBlockObject {
		return slack.NewTextBlockObject(slack.PlainTextType, text, false, false)
	}
	reason := slack.NewInputBlock("why", plain("Reason"), nil, slack.NewPlainTextInputBlockElement(nil, "reason"))
	group := slack.NewInputBlock("which", plain("Group"), nil,
		slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, plain("search"), "group"))
	group.Optional = true
	return slack.ModalViewRequest{
		Type: slack.VTModal, Title: plain(title), Submit: plain("Ask"), Close: plain("Back"), CallbackID: "ask",
		PrivateMetadata: "k7f3", NotifyOnClose: true,
		Blocks: slack.Blocks{BlockSet: append([]slack.Block{reason, group}, blocks...)},
	}
}

func TestTriggersRunOut(t *testing.T) {
	t.Parallel()
	now := newClock()
	sim := incident(t, slacksim.Options{Now: now.Now})
	_, commands := catch(t, sim)
	mara, api := sim.Person("U0MARA"), client(sim)
	trigger := func() string {
		must(mara.Command("C0INC", "/kafka-reset", "help"))(t)
		return (<-commands).TriggerID
	}
	first, second := trigger(), trigger()
	if _, err := api.OpenView(first, modal("Reset")); err != nil {
		t.Fatal(err)
	}
	now.Pass(3*time.Second + time.Millisecond)
	for id, want := range map[string]string{first: "exchanged_trigger_id", second: "expired_trigger_id",
		"made up": "invalid_arguments"} {
		if _, err := api.OpenView(id, modal("Reset")); err == nil || err.Error() != want {
			t.Errorf("open with %q: %v, want %s", id, err, want)
		}
	}
}

func TestModalFromOpenToSubmission(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	var answer any
	acts := make(chan slack.InteractionCallback, 10)
	commands := make(chan slack.SlashCommand, 1)
	listen(t, sim, func(sm *socketmode.Client, evt socketmode.Event) {
		switch data := evt.Data.(type) {
		case slack.SlashCommand:
			_ = sm.Ack(*evt.Request)
			commands <- data
		case slack.InteractionCallback:
			_ = sm.Ack(*evt.Request, answer)
			acts <- data
		}
	})
	mara, api := sim.Person("U0MARA"), client(sim)
	must(mara.Command("C0INC", "/kafka-reset", "form"))(t)
	opened, err := api.OpenView((<-commands).TriggerID,
		modal("Reset", slack.NewActionBlock("more", button("more", "1", "More"))))
	if err != nil {
		t.Fatal(err)
	}
	view := must(mara.WaitView(soon(t), func(v slacksim.View) bool { return v.CallbackID == "ask" }))(t)
	if want := "Reset\nReason: [_]\nGroup (optional): [search v]\n[More]\n[Back] [Ask]"; view.Text() != want {
		t.Errorf("view reads %q, want %q", view.Text(), want)
	}

	answer = slack.OptionsResponse{Options: []*slack.OptionBlockObject{slack.NewOptionBlockObject("billing@prod-eu",
		slack.NewTextBlockObject(slack.PlainTextType, "billing", false, false), nil)}}
	if none, err := mara.Suggest(soon(t), view, "group", "bi"); err != nil || none != nil {
		t.Errorf("two characters asked the app: %v, %v", none, err)
	}
	options := must(mara.Suggest(soon(t), view, "group", "bil"))(t)
	if got := <-acts; got.Type != slack.InteractionTypeBlockSuggestion || got.Value != "bil" || len(options) != 1 ||
		options[0].Value != "billing@prod-eu" {
		t.Errorf("%s for %q offered %+v", got.Type, got.Value, options)
	}

	if _, err := mara.Submit(view, nil); err == nil {
		t.Error("submitted without the reason")
	}
	answer = slack.NewErrorsViewSubmissionResponse(map[string]string{"why": "say more"})
	ended(t, must(mara.Submit(view, map[string]string{"reason": "x"}))(t))
	if got := <-acts; got.View.State.Values["why"]["reason"].Value != "x" || got.View.PrivateMetadata != "k7f3" {
		t.Errorf("submitted %+v", got.View.State.Values)
	}
	if top := mara.Views()[0]; top.Errors["why"] != "say more" || !strings.Contains(top.Text(), "! say more") {
		t.Errorf("errors = %v", top.Errors)
	}

	answer = nil
	ended(t, must(mara.ClickIn(view, "more", ""))(t))
	push := (<-acts).TriggerID
	if _, err := api.PushView(push, modal("Deeper")); err != nil {
		t.Fatal(err)
	}
	if _, err := api.UpdateView(modal("Stale"), "", "not the hash",
		opened.ID); err == nil || err.Error() != "hash_conflict" {
		t.Errorf("update with an old hash: %v", err)
	}
	if _, err := api.UpdateView(modal("Fresh"), "", opened.Hash, opened.ID); err != nil {
		t.Errorf("update: %v", err)
	}
	stack := mara.Views()
	if len(stack) != 2 || stack[0].Title != "Fresh" || stack[1].Title != "Deeper" {
		t.Fatalf("stack = %+v", stack)
	}
	must(mara.CloseView(stack[1]))(t)
	if got := <-acts; got.Type != slack.InteractionTypeViewClosed {
		t.Errorf("closing sent %s", got.Type)
	}
	ended(t, must(mara.Submit(stack[0], map[string]string{"reason": "bad deploy", "group": "billing@prod-eu"}))(t))
	if open := mara.Views(); len(open) != 0 {
		t.Errorf("still open: %+v", open)
	}
}

func TestStackHoldsThreeViews(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	acts, commands := catch(t, sim)
	mara, api := sim.Person("U0MARA"), client(sim)
	must(mara.Command("C0INC", "/kafka-reset", "form"))(t)
	more := slack.NewActionBlock("more", button("more", "1", "More"))
	if _, err := api.PushView((<-commands).TriggerID, modal("Reset", more)); err == nil {
		t.Error("pushed onto nothing")
	}
	must(mara.Command("C0INC", "/kafka-reset", "form"))(t)
	if _, err := api.OpenView((<-commands).TriggerID, modal("One", more)); err != nil {
		t.Fatal(err)
	}
	var last error
	for _, title := range []string{"Two", "Three", "Four"} {
		stack := mara.Views()
		must(mara.ClickIn(stack[len(stack)-1], "more", ""))(t)
		_, last = api.PushView((<-acts).TriggerID, modal(title, more))
	}
	if last == nil || last.Error() != "push_limit_reached" || len(mara.Views()) != 3 {
		t.Errorf("fourth view: %v", last)
	}
}

func TestSubmissionErrorForNoInputIsTrouble(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	commands := make(chan slack.SlashCommand, 1)
	listen(t, sim, func(sm *socketmode.Client, evt socketmode.Event) {
		if cmd, ok := evt.Data.(slack.SlashCommand); ok {
			_ = sm.Ack(*evt.Request)
			commands <- cmd
			return
		}
		_ = sm.Ack(*evt.Request,
			slack.NewErrorsViewSubmissionResponse(map[string]string{"reason": "keyed by the action, not the block"}))
	})
	mara := sim.Person("U0MARA")
	must(mara.Command("C0INC", "/kafka-reset", "form"))(t)
	if _, err := client(sim).OpenView((<-commands).TriggerID, modal("Reset")); err != nil {
		t.Fatal(err)
	}
	ended(t, must(mara.Submit(mara.Views()[0], map[string]string{"reason": "x"}))(t))
	if top := mara.Views()[0]; !strings.Contains(top.Trouble, "trouble connecting") {
		t.Errorf("trouble = %q", top.Trouble)
	}
}

func TestTablesThroughAResponseURLCanBeRefused(t *testing.T) {
	t.Parallel()
	for plain, want := range map[bool]string{false: "", true: "invalid_blocks"} {
		sim := incident(t, slacksim.Options{PlainResponses: plain})
		_, commands := catch(t, sim)
		must(sim.Person("U0MARA").Command("C0INC", "/kafka-reset", "billing"))(t)
		table := slack.NewTableBlock("t").AddRow(slack.NewTableRawTextCell("orders-3"))
		url := (<-commands).ResponseURL
		_, _, err := client(sim).PostMessage("", slack.MsgOptionResponseURL(url, ""), slack.MsgOptionText("x", false),
			slack.MsgOptionBlocks(table))
		if errorText(err) != want {
			t.Errorf("plain %v: %v, want %q", plain, err, want)
		}
	}
}

func TestChoosingAnOption(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	acts, _ := catch(t, sim)
	option := func(v string) *slack.OptionBlockObject {
		return slack.NewOptionBlockObject(v, slack.NewTextBlockObject(slack.PlainTextType, v, false, false), nil)
	}
	menu := slack.NewOverflowBlockElement("more", option("orders"), option("refunds"))
	picker := slack.NewDateTimePickerBlockElement("when")
	if _, _, err := client(sim).PostMessage("C0INC", slack.MsgOptionText("x", false),
		slack.MsgOptionBlocks(slack.NewActionBlock("row", menu, picker))); err != nil {
		t.Fatal(err)
	}
	mara := sim.Person("U0MARA")
	m := mara.Messages("C0INC")[0]
	must(mara.Choose(m, "more", "refunds"))(t)
	if got := <-acts; got.ActionCallback.BlockActions[0].SelectedOption.Value != "refunds" {
		t.Errorf("chose %+v", got.ActionCallback.BlockActions[0])
	}
	must(mara.Choose(m, "when", "1795313400"))(t)
	if got := <-acts; got.ActionCallback.BlockActions[0].SelectedDateTime != 1795313400 {
		t.Errorf("chose %+v", got.ActionCallback.BlockActions[0])
	}
	if _, err := mara.Choose(m, "more", "payments"); err == nil {
		t.Error("chose what is not offered")
	}
	if _, err := mara.Click(m, "more"); err == nil {
		t.Error("clicked a menu as if it were a button")
	}
}

func TestChoosingAnEntryOfAMenu(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	acts, _ := catch(t, sim)
	plain := func(text string) *slack.TextBlockObject {
		return slack.NewTextBlockObject(slack.PlainTextType, text, false, false)
	}
	runbook := slack.NewOptionBlockObject("runbook", plain("Runbook"), nil)
	runbook.URL = "https://example.com/runbook"
	more := slack.NewOverflowBlockElement("more",
		slack.NewOptionBlockObject("k7f3.1 cancel", plain("Cancel"), plain("nothing is written")), runbook)
	more.Confirm = slack.NewConfirmationBlockObject(plain("Sure?"), plain("It goes on."), plain("Yes"), plain("Back"))
	beside := slack.NewOverflowBlockElement("beside", slack.NewOptionBlockObject("k7f3.1 parts", plain("Partitions"), nil))
	text := slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, "card", false, false), nil,
		slack.NewAccessory(beside))
	if _, _, err := client(sim).PostMessage("C0INC", slack.MsgOptionText("x", false),
		slack.MsgOptionBlocks(text, slack.NewActionBlock("row", button("approve", "k7f3.1", "Approve"), more))); err != nil {
		t.Fatal(err)
	}
	mara := sim.Person("U0MARA")
	m := mara.Messages("C0INC")[0]
	want := "card\n[⋯ Partitions]\n[Approve] [⋯ Cancel (nothing is written), Runbook]\n" +
		"  [⋯ Cancel (nothing is written), Runbook] asks: Sure? - It goes on. [Yes] [Back]"
	if m.Text() != want {
		t.Errorf("reads %q, want %q", m.Text(), want)
	}
	entries := m.Entries()
	if len(entries) != 3 || entries[0].ActionID != "beside" || entries[0].Confirm != nil ||
		entries[1].BlockID != "row" || entries[1].Confirm == nil || entries[1].Confirm.Yes != "Yes" ||
		entries[2].URL != runbook.URL {
		t.Errorf("entries = %+v", entries)
	}
	for text, chosen := range map[string][2]string{
		"Partitions": {"beside", "k7f3.1 parts"}, "Cancel": {"more", "k7f3.1 cancel"}, "Runbook": {"more", "runbook"},
	} {
		must(mara.ChooseEntry(m, text))(t)
		got := (<-acts).ActionCallback.BlockActions[0]
		if string(got.Type) != "overflow" || got.ActionID != chosen[0] || got.SelectedOption.Value != chosen[1] ||
			got.SelectedOption.Text.Text != text || got.ActionTs == "" {
			t.Errorf("%s sent %+v", text, got)
		}
	}
	if _, err := mara.ChooseEntry(m, "Emergency"); err == nil || !strings.Contains(err.Error(), "Cancel, Runbook") {
		t.Errorf("chose what is not offered: %v", err)
	}
	if _, err := sim.Person("U0GUEST").ChooseEntry(m, "Cancel"); err == nil {
		t.Error("chose in a channel of others")
	}
}

func TestNoEventsWithoutScopes(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{Scopes: []string{"chat:write"}})
	listen(t, sim, ackAll)
	mara := sim.Person("U0MARA")
	if _, err := mara.Command("C0INC", "/kafka-reset", "help"); err == nil {
		t.Error("a command of an app without the scope commands")
	}
	must(mara.WaitText(soon(t), "C0INC", "/kafka-reset is not a valid command."))(t)
	if _, d, err := mara.Say("C0INC", "<@"+slacksim.BotUser+"> help"); err != nil || d != nil {
		t.Errorf("heard a mention without app_mentions:read: %v, %v", d, err)
	}
	if err := sim.SetGroupMembers("S0PAY", "U0MARA"); err != nil {
		t.Fatal(err)
	}
	if got := sim.Acks(); len(got) != 0 {
		t.Errorf("acknowledged %+v", got)
	}
}
