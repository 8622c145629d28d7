package bot

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/slack-go/slack/socketmode"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// envelope is an action of a person, as far as the bot acts on it. This, and not Slack's payload, is what gets
// recorded: the rest is neither needed nor ours to keep. ID is the envelope's, of a mention the event's. URL is a
// secret.
type envelope struct {
	ID      string
	Kind    kind
	Team    string // the actor's enterprise or team
	User    string
	Channel string
	URL     string `json:",omitempty"` // response_url; of a mention, where it is answered (beside)
	Trigger string `json:",omitempty"` // opens a modal within 3 s

	Text   string `json:",omitempty"` // of a command, without its name; of a mention, without the app's
	Edited bool   `json:",omitempty"` // the message that mentions the app was edited
	Within bool   `json:",omitempty"` // words stand before the app's name, and the command after it

	Action     string `json:",omitempty"`      // of a click: action_id
	Value      string `json:",omitempty"`      // "k7f3.1"
	Choice     string `json:",omitempty"`      // of a choice: the tag of the option that was shown
	Message    string `json:",omitempty"`      // the clicked message's ts
	Ephemeral  bool   `json:"Alone,omitempty"` // only the person who clicked sees that message
	ownPreview bool   // and it is the preview of a request that only its requester sees

	View     string `json:",omitempty"` // of a submission, or of a click in a modal
	Hash     string `json:",omitempty"`
	Callback string `json:",omitempty"`
	Private  string `json:",omitempty"` // private_metadata
	Why      string `json:",omitempty"`
	Rows     string `json:",omitempty"` // of the form that takes a plan: what was pasted
	File     string `json:",omitempty"` // and the id of what was uploaded

	Form   *formState                    `json:",omitempty"` // of the reset form: what is filled in
	Root   string                        `json:",omitempty"` // the view beneath all others
	Blocks map[commands.FormField]string `json:"-"`          // where each field of the form is
	Stamp  string                        `json:"-"`          // of a click: orders those in one view

	Alert json.RawMessage `json:"-"` // the message that a shortcut was chosen on: read, never kept

	Group string `json:",omitempty"` // of the event groupChanged
	home  bool   // the event of a person who opened the home tab

	Answer *unsentAnswer `json:",omitempty"` // the action is decided, and this answer has not been sent yet
}

// kind of an envelope.
type kind string

const (
	command    kind = "command"
	atMention  kind = "mention"
	click      kind = "click"
	submission kind = "submission"
	suggestion kind = "suggestion"
	shortcut   kind = "shortcut"
	closing    kind = "closing" // of a view
	event      kind = "event"
	unknown    kind = ""
)

func (e envelope) actor() reset.Actor {
	return reset.Actor{Kind: reset.Person, Team: e.Team, ID: e.User}
}

func (e envelope) place() reset.Place {
	return reset.Place{Channel: e.Channel, Direct: strings.HasPrefix(e.Channel, "D") || e.Channel == e.User}
}

// ref names the request and revision that a click or a modal is about.
func (e envelope) ref() string {
	if e.Kind == submission {
		ref, _ := modalRef(e.Private)
		return ref
	}
	return e.Value
}

// payload is what the bot reads of Slack's payloads: commands are flat, interactions nested.
type payload struct {
	Type         string          `json:"type"`
	Command      string          `json:"command"`
	Text         string          `json:"text"`
	TeamID       string          `json:"team_id"`
	EnterpriseID string          `json:"enterprise_id"`
	UserID       string          `json:"user_id"`
	ChannelID    string          `json:"channel_id"`
	ResponseURL  string          `json:"response_url"`
	TriggerID    string          `json:"trigger_id"`
	CallbackID   string          `json:"callback_id"` // of a shortcut
	Message      json.RawMessage `json:"message"`
	ActionID     string          `json:"action_id"` // of a suggestion
	Value        string          `json:"value"`     // and what was typed

	Team struct {
		named
		EnterpriseID string `json:"enterprise_id"`
	} `json:"team"`
	Enterprise named `json:"enterprise"`
	User       struct {
		named
		TeamID string `json:"team_id"`
	} `json:"user"`
	Channel   named `json:"channel"`
	Container struct {
		MessageTS   string `json:"message_ts"`
		ChannelID   string `json:"channel_id"`
		IsEphemeral bool   `json:"is_ephemeral"`
	} `json:"container"`
	Actions []struct {
		ActionID string `json:"action_id"`
		ActionTS string `json:"action_ts"`
		Value    string `json:"value"`
		Selected struct {
			Value string `json:"value"`
		} `json:"selected_option"`
	} `json:"actions"`
	View struct {
		ID              string `json:"id"`
		RootID          string `json:"root_view_id"`
		Hash            string `json:"hash"`
		CallbackID      string `json:"callback_id"`
		PrivateMetadata string `json:"private_metadata"`
		State           struct {
			Values map[string]map[string]inputValue `json:"values"`
		} `json:"state"`
	} `json:"view"`
	EventID        string          `json:"event_id"`
	Authorizations []authorization `json:"authorizations"`
	Event          happening       `json:"event"`
}

type named struct {
	ID string `json:"id"`
}

// readEnvelope reads an envelope of a socket. With an error, the envelope has its ID only.
func readEnvelope(req socketmode.Request, name string) (envelope, error) {
	var p payload
	if err := json.Unmarshal(req.Payload, &p); err != nil {
		return envelope{ID: req.EnvelopeID}, fmt.Errorf("read payload: %w", err)
	}
	e := envelope{ID: req.EnvelopeID, URL: p.ResponseURL, Trigger: p.TriggerID}
	switch {
	case req.Type == socketmode.RequestTypeSlashCommands:
		if p.Command != name {
			return e, fmt.Errorf("command %q is not %q", p.Command, name)
		}
		e.Kind, e.Text, e.User, e.Channel = command, p.Text, p.UserID, p.ChannelID
		e.Team = cmp.Or(p.EnterpriseID, p.TeamID)
	case req.Type == socketmode.RequestTypeEventsAPI:
		e.Kind = event
		switch p.Event.Type {
		case groupChanged:
			e.Group = p.Event.SubteamID
		case homeOpened:
			e.home, e.User, e.Channel, e.Team = p.Event.Tab == homeView, p.Event.User, p.Event.Channel, p.author()
		case mentioned:
			return e, e.readMention(p)
		}
	case p.Type == "block_actions" && len(p.Actions) > 0:
		e.interaction(click, p)
		e.Action, e.Value, e.Stamp = p.Actions[0].ActionID, p.Actions[0].Value, p.Actions[0].ActionTS
		if e.Action == menuAction {
			e.Action, e.Value, _ = strings.Cut(p.Actions[0].Selected.Value, " ")
		}
		if e.verb() == string(engine.DoChoose) {
			e.Value, e.Choice, _ = strings.Cut(e.Value, " ")
		}
		e.Message, e.Ephemeral = p.Container.MessageTS, p.Container.IsEphemeral || strings.HasPrefix(e.Channel, "D")
	case p.Type == "view_submission":
		e.interaction(submission, p)
		for field, actions := range p.View.State.Values {
			for _, v := range actions {
				e.filled(field, strings.TrimSpace(v.Value), v.Files)
			}
		}
	case p.Type == "block_suggestion":
		e.interaction(suggestion, p)
		e.Action, e.Value = p.ActionID, p.Value
	case p.Type == "message_action" && p.CallbackID == alertShortcut:
		e.interaction(shortcut, p)
		e.Alert = p.Message
	case p.Type == "shortcut" && p.CallbackID == resetShortcut:
		e.interaction(shortcut, p)
	case p.Type == "view_closed":
		e.interaction(closing, p)
	default:
		return e, fmt.Errorf("nothing is done for %q", cmp.Or(p.Type, req.Type))
	}
	return e, nil
}

// interaction sets the person and the place. The person's own team counts, not the one that the app is installed in:
// in a shared channel they differ (java-slack-sdk#1041). In an Enterprise Grid the organisation is the identity, as of
// commands. Slack names the organisation of the app or of the person there, and a person of another workspace of it by
// that workspace or by the organisation (docs, block_suggestion payloads; bolt-js#1875); who is in fact of another
// organisation is found out by users.info, which every right is checked with.
func (e *envelope) interaction(k kind, p payload) {
	e.Kind, e.User, e.Channel = k, p.User.ID, cmp.Or(p.Channel.ID, p.Container.ChannelID)
	e.Team = cmp.Or(p.User.TeamID, p.Team.ID)
	if org := cmp.Or(p.Enterprise.ID, p.Team.EnterpriseID); org != "" && !strings.HasPrefix(e.Team, "E") {
		e.Team = org
	}
	e.View, e.Hash, e.Callback, e.Private = p.View.ID, p.View.Hash, p.View.CallbackID, p.View.PrivateMetadata
	e.Root = p.View.RootID
	if e.Callback == resetView {
		s, blocks := readForm(p.View.State.Values, e.Private)
		e.Form, e.Blocks = &s, blocks
	}
	if e.Channel == "" { // in a modal: its metadata has the channel
		_, e.Channel = modalRef(e.Private)
	}
	if k == submission {
		_, e.Text, _ = strings.Cut(e.Private, "\n") // and the text of the command
	}
}

// filled takes the value of a field of a modal.
func (e *envelope) filled(field, value string, files []named) {
	switch {
	case field == rowsField:
		e.Rows = value
	case field == fileField && len(files) > 0:
		e.File = files[0].ID
	case field == reasonField:
		e.Why = value
	}
}
