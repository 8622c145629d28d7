package slacksim_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

func homeOf(blocks ...slack.Block) slack.HomeTabViewRequest {
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, CallbackID: "home", PrivateMetadata: "x",
		Blocks: slack.Blocks{BlockSet: blocks}}
}

func TestHomeFromOpenToClick(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	opened, acts := make(chan *slackevents.AppHomeOpenedEvent, 5), make(chan slack.InteractionCallback, 5)
	listen(t, sim, func(sm *socketmode.Client, evt socketmode.Event) {
		_ = sm.Ack(*evt.Request)
		switch data := evt.Data.(type) {
		case slackevents.EventsAPIEvent:
			opened <- data.InnerEvent.Data.(*slackevents.AppHomeOpenedEvent)
		case slack.InteractionCallback:
			acts <- data
		}
	})
	mara, api := sim.Person("U0MARA"), client(sim)
	must(mara.OpenHome())(t)
	if got := <-opened; got.User != "U0MARA" || got.Tab != "home" || got.View != nil || got.Channel != sim.DM("U0MARA") {
		t.Errorf("opened %+v", got)
	}
	if _, there := mara.Home(); there {
		t.Error("a home before it was published")
	}
	if _, err := mara.ClickHome("reset", ""); err == nil {
		t.Error("clicked in an empty home")
	}
	first, err := api.PublishView("U0MARA", homeOf(section("waiting for *you*"),
		slack.NewActionBlock("row", button("reset", "go", "Reset..."))), "")
	if err != nil {
		t.Fatal(err)
	}
	home := must(mara.WaitHome(soon(t), func(v slacksim.View) bool { return v.CallbackID == "home" }))(t)
	if home.Text() != "waiting for you\n[Reset...]" || home.ID != first.ID {
		t.Errorf("home reads %q", home.Text())
	}
	must(mara.ClickHome("reset", ""))(t)
	got := <-acts
	if got.Type != slack.InteractionTypeBlockActions || got.View.Type != slack.VTHomeTab || got.Channel.ID != "" ||
		got.ResponseURL != "" || got.Container.Type != "view" || got.Container.ViewID != first.ID ||
		got.ActionCallback.BlockActions[0].Value != "go" {
		t.Errorf("click = %+v", got)
	}
	if _, err := api.PushView(got.TriggerID, modal("Reset")); err == nil {
		t.Error("pushed onto the home tab")
	}
	must(mara.ClickHome("reset", ""))(t)
	if _, err := api.OpenView((<-acts).TriggerID, modal("Reset")); err != nil {
		t.Errorf("open a modal from the home: %v", err)
	}
	if _, err := mara.ClickHome("reset", ""); err == nil {
		t.Error("clicked below an open modal")
	}
	if _, err := api.PublishView("U0MARA", homeOf(section("later")), "not the hash"); errorText(err) != "hash_conflict" {
		t.Errorf("published over another: %v", err)
	}
	if _, err := api.PublishView("U0MARA", homeOf(section("later")), first.Hash); err != nil {
		t.Error(err)
	}
	must(mara.OpenHome())(t)
	if got := <-opened; got.View == nil || got.View.ID != first.ID || got.View.Hash == first.Hash {
		t.Errorf("opened again %+v", got)
	}
	if _, there := sim.Person("U0JON").Home(); there {
		t.Error("one person's home is another's")
	}
	must(mara.OpenMessages())(t)
	if got := <-opened; got.Tab != "messages" || got.View != nil {
		t.Errorf("messages: %+v", got)
	}
}

func TestHomesThatSlackRefuses(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{Unhurried: true})
	publish := func(user string, home slack.HomeTabViewRequest) error {
		_, err := client(sim).PublishView(user, home, "")
		return err
	}
	many := make([]slack.Block, 101)
	for i := range many {
		many[i] = slack.NewDividerBlock()
	}
	asModal := homeOf(section("x"))
	asModal.Type = slack.VTModal
	table := slack.NewTableBlock("t").AddRow(slack.NewTableRawTextCell("x"))
	for name, c := range map[string]struct {
		user string
		home slack.HomeTabViewRequest
		want string
	}{
		"101 blocks": {"U0MARA", homeOf(many...), "no more than 100 items"},
		"a table":    {"U0MARA", homeOf(table), "unsupported type: table"},
		"markdown":   {"U0MARA", homeOf(slack.NewMarkdownBlock("m", "x")), "unsupported type: markdown"},
		"a modal":    {"U0MARA", asModal, "must be a valid enum value"},
		"no person":  {"U0NOBODY", homeOf(section("x")), "invalid `user_id`"},
		"the bot":    {slacksim.BotUser, homeOf(section("x")), "invalid `user_id`"},
	} {
		err := publish(c.user, c.home)
		var refused slack.SlackErrorResponse
		_ = errors.As(err, &refused) // errorText tells
		if errorText(err) != "invalid_arguments" || !strings.Contains(strings.Join(refused.ResponseMetadata.Messages, "\n"),
			c.want) {
			t.Errorf("%s: %v %v", name, err, refused.ResponseMetadata.Messages)
		}
	}
	if _, err := client(sim).OpenView("made up", slack.ModalViewRequest{Type: slack.VTHomeTab}); err == nil {
		t.Error("a home was opened as a modal")
	}
	sim = incident(t, slacksim.Options{NoHomeTab: true})
	if err := publish("U0MARA", homeOf(section("x"))); errorText(err) != "not_enabled" {
		t.Errorf("published without a home tab: %v", err)
	}
	if _, err := sim.Person("U0MARA").OpenHome(); err == nil {
		t.Error("opened a home that is not there")
	}
	sim = incident(t, slacksim.Options{Events: []string{"app_mention"}})
	if d := must(sim.Person("U0MARA").OpenHome())(t); d != nil {
		t.Error("an event that was not subscribed to")
	}
	sim = incident(t, slacksim.Options{Rates: map[string]slacksim.Rate{"views.publish": {PerMinute: 1, Burst: 1}}})
	if err := publish("U0MARA", homeOf(section("x"))); err != nil {
		t.Error(err)
	}
	if err := publish("U0JON", homeOf(section("x"))); err == nil || !strings.Contains(err.Error(), "rate limit") {
		t.Errorf("published too often: %v", err)
	}
}
