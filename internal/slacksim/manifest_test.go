package slacksim_test

import (
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

// TestAnAppIsWhatItsManifestSays: what a manifest leaves out, the app has not.
func TestAnAppIsWhatItsManifestSays(t *testing.T) {
	t.Parallel()
	const whole = `{"features":{"app_home":{"messages_tab_enabled":true},"slash_commands":[{"command":"/reset"}]},
		"oauth_config":{"scopes":{"bot":["commands","chat:write","usergroups:read"]}},
		"settings":{"socket_mode_enabled":true,"event_subscriptions":{"bot_events":["subteam_members_changed"]}}}`
	for name, c := range map[string]struct {
		manifest                   string
		dm, posted, command, event bool
		socket                     string
	}{
		"all of it": {whole, true, true, true, true, ""},
		"no messages tab": {`{"oauth_config":{"scopes":{"bot":["chat:write"]}},"settings":{"socket_mode_enabled":true}}`,
			false, true, false, false, ""},
		"nothing": {`{}`, false, false, false, false, slacksim.ReasonLinkDisabled},
	} {
		sim, err := slacksim.New(slacksim.Options{Manifest: []byte(c.manifest)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(sim.Close)
		mara := sim.AddUser(slacksim.User{ID: "U0MARA", Name: "mara"})
		sim.AddGroup(slacksim.UserGroup{ID: "S0PAY", Handle: "pay"})
		sim.AddChannel(slacksim.Channel{ID: "C0INC", Name: "inc", Members: []string{"U0MARA"}, Bot: true})
		api := client(sim)
		if _, _, err := api.PostMessage("U0MARA", text("x")); (err == nil) != c.dm {
			t.Errorf("%s: a direct message: %v", name, err)
		}
		if _, _, err := api.PostMessage("C0INC", text("x")); (err == nil) != c.posted {
			t.Errorf("%s: a message: %v", name, err)
		}
		if _, err := mara.Command("C0INC", "/reset", "help"); (err == nil) != c.command {
			t.Errorf("%s: a command: %v", name, err)
		}
		event := sim.SendEvent(map[string]any{"type": "subteam_members_changed", "subteam_id": "S0PAY"})
		if (event != nil) != c.event {
			t.Errorf("%s: an event: %v", name, event)
		}
		if f := read(t, wire(t, sim)); f.Reason != c.socket {
			t.Errorf("%s: a socket begins with %+v", name, f)
		}
	}
	if _, err := slacksim.New(slacksim.Options{Manifest: []byte("display_information:")}); err == nil {
		t.Error("a manifest that is no JSON is taken")
	}
}
