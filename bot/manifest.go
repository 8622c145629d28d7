package bot

import "encoding/json"

// Scope is a right of the bot token.
type Scope struct {
	Name     string
	For      string // what fails without it
	Optional bool   // the bot works without it, but for that
}

// Scopes are what the app asks for, and all that it uses. A new one is listed here: the manifest and `check` follow.
var Scopes = []Scope{
	{Name: "commands", For: "the slash command"},
	{Name: "chat:write", For: "cards, thread replies and direct messages"},
	{Name: "users:read", For: "time zones, and telling guests, bots and strangers apart"},
	{Name: "usergroups:read", For: "user groups in the policy"},
	{Name: "channels:read", For: "keeping plans out of channels that are shared with other organisations"},
	{Name: "app_mentions:read", For: "commands in threads, by @mention", Optional: true},
	{Name: "groups:read", For: "cards in private channels, and which approvers are in them", Optional: true},
	{Name: "files:write", For: "plan.csv and undo.csv in the card's thread", Optional: true},
	{Name: "files:read", For: "a CSV that is uploaded in the form of --from-file", Optional: true},
}

// groupChanged is the event by which a changed user group is read again at once. It comes with usergroups:read.
const groupChanged = "subteam_members_changed"

// appManifest is an app manifest of Slack, as far as the bot needs it (docs.slack.dev/reference/app-manifest).
type appManifest struct {
	Display struct {
		Name       string `json:"name"`
		About      string `json:"description"`
		Long       string `json:"long_description"`
		Background string `json:"background_color"`
	} `json:"display_information"`
	Features struct {
		AppHome struct {
			Home     bool `json:"home_tab_enabled"`
			Messages bool `json:"messages_tab_enabled"`
			ReadOnly bool `json:"messages_tab_read_only_enabled"`
		} `json:"app_home"`
		BotUser struct {
			Name   string `json:"display_name"`
			Online bool   `json:"always_online"`
		} `json:"bot_user"`
		Shortcuts []appShortcut  `json:"shortcuts"`
		Commands  []slashCommand `json:"slash_commands"`
	} `json:"features"`
	OAuth struct {
		Scopes struct {
			Bot      []string `json:"bot"`
			Optional []string `json:"bot_optional"`
		} `json:"scopes"`
	} `json:"oauth_config"`
	Settings struct {
		Interactivity struct {
			Enabled bool `json:"is_enabled"`
		} `json:"interactivity"`
		Events struct {
			Bot []string `json:"bot_events"`
		} `json:"event_subscriptions"`
		SocketMode    bool `json:"socket_mode_enabled"`
		OrgDeploy     bool `json:"org_deploy_enabled"`
		TokenRotation bool `json:"token_rotation_enabled"`
	} `json:"settings"`
}

type slashCommand struct {
	Command string `json:"command"`
	About   string `json:"description"`
	Usage   string `json:"usage_hint"`
	Escape  bool   `json:"should_escape"`
}

type appShortcut struct {
	Name     string `json:"name"`
	Type     string `json:"type"` // message or global
	Callback string `json:"callback_id"`
	About    string `json:"description"`
}

// Manifest is the Slack app that the bot needs, as JSON: for "Create New App, From a manifest". command is the slash
// command, with its slash.
func Manifest(command string) ([]byte, error) {
	var m appManifest
	m.Display.Name, m.Display.Background = "kafka-reset-bot", "#1f2933"
	m.Display.About = "Resets the offsets of Kafka consumer groups, with a preview and an approval"
	m.Display.Long = "Type " + command + " in the channel of the incident. You alone see a preview: how many messages " +
		"are reprocessed, how many are skipped, partition by partition. Ask for approval, or apply it if your policy " +
		"allows that. The bot waits until the group is inactive, commits the offsets, verifies every partition and " +
		"keeps the offsets as they were, for an undo."
	// Without the messages tab Slack refuses every direct message of the app (messages_tab_disabled). It is read-only,
	// because the bot reads no messages.
	m.Features.AppHome.Home = true
	m.Features.AppHome.Messages, m.Features.AppHome.ReadOnly = true, true
	m.Features.BotUser.Name = "kafka-reset-bot"
	// Escaping would turn a topic that is named like a channel or a person into <#C...> or <@U...>.
	m.Features.Commands = []slashCommand{{Command: command,
		About: "Preview a reset of a Kafka consumer group, then ask for it",
		Usage: "GROUP[@CLUSTER] TOPIC to 02:10 | latest | earliest | help"}}
	m.Features.Shortcuts = []appShortcut{
		{Name: "Reset from this alert", Type: "message", Callback: alertShortcut,
			About: "Opens the reset form with the group, topic and start that this message names"},
		{Name: "Reset Kafka offsets", Type: "global", Callback: resetShortcut,
			About: "Opens the reset form: a preview with numbers, nothing is changed by opening it"}}
	for _, s := range Scopes {
		m.OAuth.Scopes.Bot = append(m.OAuth.Scopes.Bot, s.Name)
		if s.Optional { // listed in both: bot_optional marks scopes of bot (slackapi/slack-cli#517)
			m.OAuth.Scopes.Optional = append(m.OAuth.Scopes.Optional, s.Name)
		}
	}
	m.Settings.SocketMode, m.Settings.Interactivity.Enabled = true, true
	m.Settings.Events.Bot = []string{groupChanged, mentioned, homeOpened}
	out, err := json.MarshalIndent(m, "", "  ")
	return append(out, '\n'), err
}
