package slacksim_test

import (
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

var shortcuts = []slacksim.Shortcut{
	{Type: "global", CallbackID: "reset", Name: "Reset", Description: "Reset a group"},
	{Type: "message", CallbackID: "from-alert", Name: "Reset from this alert", Description: "Reset what it names"},
}

func TestShortcuts(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{Shortcuts: shortcuts})
	acts, _ := catch(t, sim)
	mara, api := sim.Person("U0MARA"), client(sim)

	must(mara.Shortcut("reset"))(t)
	got := <-acts
	if got.Type != slack.InteractionTypeShortcut || got.CallbackID != "reset" || got.User.ID != "U0MARA" ||
		got.Channel.ID != "" || got.ResponseURL != "" || got.Team.ID != slacksim.HomeTeam {
		t.Errorf("global shortcut = %+v", got)
	}
	if _, err := api.OpenView(got.TriggerID, modal("Reset")); err != nil {
		t.Errorf("open a modal: %v", err)
	}

	ts, err := sim.Post("C0OUT", map[string]any{ // the app is not in that channel
		"subtype": "bot_message", "text": "", "bot_id": "B0HOOK01", "username": "AlertManager",
		"attachments": []any{map[string]any{"title": "[FIRING:1] KafkaConsumerLag", "text": "group &amp; topic"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	alert := must(mara.WaitText(soon(t), "C0OUT", "KafkaConsumerLag", "group & topic"))(t)
	must(mara.MessageShortcut(alert, "from-alert"))(t)
	got = <-acts
	if got.Type != slack.InteractionTypeMessageAction || got.CallbackID != "from-alert" || got.Channel.ID != "C0OUT" ||
		got.MessageTs != ts || got.Message.Timestamp != ts || got.Message.Username != "AlertManager" ||
		len(got.Message.Attachments) != 1 || got.Message.Attachments[0].Text != "group &amp; topic" {
		t.Errorf("message shortcut = %+v", got)
	}
	if _, _, err := api.PostMessage("", slack.MsgOptionResponseURL(got.ResponseURL, ""), text("read")); err != nil {
		t.Errorf("answer: %v", err)
	}
	if m := must(mara.WaitText(soon(t), "C0OUT", "read"))(t); !m.Ephemeral {
		t.Error("the answer is for all")
	}
}

func TestNoShortcutThatTheManifestLacks(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{Shortcuts: shortcuts})
	mara := sim.Person("U0MARA")
	if _, _, err := mara.Say("C0INC", "behind"); err != nil {
		t.Fatal(err)
	}
	m := mara.Messages("C0INC")[0]
	for name, try := range map[string]func() (*slacksim.Delivery, error){
		"unknown":           func() (*slacksim.Delivery, error) { return mara.Shortcut("other") },
		"of a message":      func() (*slacksim.Delivery, error) { return mara.Shortcut("from-alert") },
		"global":            func() (*slacksim.Delivery, error) { return mara.MessageShortcut(m, "reset") },
		"of another's chat": func() (*slacksim.Delivery, error) { return sim.Person("U0GUEST").MessageShortcut(m, "from-alert") },
	} {
		if _, err := try(); err == nil {
			t.Errorf("%s: chosen", name)
		}
	}
	if _, err := client(sim).PostEphemeral("C0INC", "U0MARA", text("for you")); err != nil {
		t.Fatal(err)
	}
	alone := must(mara.WaitText(soon(t), "C0INC", "for you"))(t)
	if _, err := mara.MessageShortcut(alone, "from-alert"); err == nil {
		t.Error("an ephemeral message has the shortcut in its menu")
	}
	sim.SetScopes("chat:write")
	if _, err := mara.Shortcut("reset"); err == nil {
		t.Error("chosen without the scope commands")
	}
}

func TestShortcutsOfAManifest(t *testing.T) {
	t.Parallel()
	const one = `{"type":"message","callback_id":"a","name":"A","description":"b"}`
	for list, want := range map[string]string{
		one: "", one + "," + one: "twice", `{"type":"slash","callback_id":"a","name":"A","description":"b"}`: "type",
		`{"type":"global","name":"A","description":"b"}`:        "callback_id",
		`{"type":"global","callback_id":"a","description":"b"}`: "name",
		strings.Repeat(one+",", 10) + one:                       "11 shortcuts",
	} {
		sim, err := slacksim.New(slacksim.Options{Manifest: []byte(`{"features":{"shortcuts":[` + list + `]}}`)})
		if err == nil {
			sim.Close()
		}
		if errorText(err) != want && (want == "" || !strings.Contains(errorText(err), want)) {
			t.Errorf("%s: %v, want %q", list, err, want)
		}
	}
}
