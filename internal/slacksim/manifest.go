package slacksim

import (
	"encoding/json"
	"fmt"
)

// install takes from the app's manifest what the options leave open (docs, app manifest). Without a manifest the app
// has what the bot needs.
func (o *Options) install() error {
	if len(o.Manifest) == 0 {
		return nil
	}
	var m struct {
		Features struct {
			AppHome struct {
				Home     bool `json:"home_tab_enabled"`
				Messages bool `json:"messages_tab_enabled"`
			} `json:"app_home"`
			BotUser struct {
				Name string `json:"display_name"`
			} `json:"bot_user"`
			Commands  []struct{ Command string } `json:"slash_commands"`
			Shortcuts []Shortcut                 `json:"shortcuts"`
		}
		OAuth struct {
			Scopes struct{ Bot []string }
		} `json:"oauth_config"`
		Settings struct {
			Events struct {
				Bot []string `json:"bot_events"`
			} `json:"event_subscriptions"`
			SocketMode bool `json:"socket_mode_enabled"`
		}
	}
	if err := json.Unmarshal(o.Manifest, &m); err != nil {
		return fmt.Errorf("read the app's manifest: %w", err)
	}
	if o.Scopes == nil {
		o.Scopes = append([]string{}, m.OAuth.Scopes.Bot...)
	}
	if o.Commands == nil {
		o.Commands = []string{}
		for _, c := range m.Features.Commands {
			o.Commands = append(o.Commands, c.Command)
		}
	}
	if o.Events == nil {
		o.Events = append([]string{}, m.Settings.Events.Bot...)
	}
	if o.Shortcuts == nil {
		o.Shortcuts = m.Features.Shortcuts
	}
	o.NoHomeTab = o.NoHomeTab || !m.Features.AppHome.Home
	o.NoMessagesTab = o.NoMessagesTab || !m.Features.AppHome.Messages
	o.botName = m.Features.BotUser.Name
	o.noSocketMode = !m.Settings.SocketMode
	return wrongShortcuts(o.Shortcuts)
}
