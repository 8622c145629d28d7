package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
)

// mentioned is the event of a message that mentions the app: the same grammar as the command, in threads too, where
// Slack has no commands. It comes for channels that the app is in, and needs app_mentions:read.
const mentioned = "app_mention"

// happening is what the bot reads of an event (docs, Events API).
type happening struct {
	Type      string          `json:"type"`
	SubteamID string          `json:"subteam_id"`
	Subtype   string          `json:"subtype"`
	BotID     string          `json:"bot_id"`
	User      string          `json:"user"`
	Team      string          `json:"team"`
	UserTeam  string          `json:"user_team"` // in a channel that is shared between workspaces
	Channel   string          `json:"channel"`
	Thread    string          `json:"thread_ts"`
	Text      string          `json:"text"`
	Edited    json.RawMessage `json:"edited"`
	Tab       string          `json:"tab"` // of the app's home
}

// authorization is for whom the app hears of an event.
type authorization struct {
	EnterpriseID string `json:"enterprise_id"`
	UserID       string `json:"user_id"`
	IsBot        bool   `json:"is_bot"`
}

var errNotAPerson = errors.New("a mention that no person wrote")

// readMention reads a mention. Slack sends an event again that was not acknowledged in time, in another envelope: what
// it is recorded under is the event's id, so that it is decided once. Apps that mention this one are not answered: two
// of them would go on for ever.
func (e *envelope) readMention(p payload) error {
	if p.Event.BotID != "" || p.Event.Subtype != "" || p.Event.User == "" || p.EventID == "" {
		return errNotAPerson
	}
	app := ""
	for _, a := range p.Authorizations {
		if a.IsBot {
			app = a.UserID
		}
	}
	e.ID, e.Kind, e.User, e.Channel = p.EventID, atMention, p.Event.User, p.Event.Channel
	e.Text, e.Within = mentionText(p.Event.Text, app)
	e.Edited = len(p.Event.Edited) > 0 && string(p.Event.Edited) != "null"
	e.Team = p.author()
	e.URL = beside{channel: e.Channel, thread: p.Event.Thread, user: e.User}.String()
	return nil
}

// author is the organisation or workspace of the person who caused an event, as of clicks.
func (p payload) author() string {
	team, org := cmp.Or(p.Event.UserTeam, p.Event.Team, p.TeamID), p.EnterpriseID
	for _, a := range p.Authorizations {
		org = cmp.Or(org, a.EnterpriseID)
	}
	if org != "" && !strings.HasPrefix(team, "E") {
		return org
	}
	return team
}

var userToken = regexp.MustCompile(`<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>`)

// mentionText is the command in a message that mentions the app: what follows its name, or all before it where nothing
// follows. Other people's names stay: `history @jon`. An app whose id is not known is who is mentioned first. Within
// reports that words stand before the name too.
func mentionText(said, app string) (typed string, within bool) {
	said = userToken.ReplaceAllStringFunc(said, func(token string) string {
		id := userToken.FindStringSubmatch(token)[1]
		if app == "" {
			app = id
		}
		if id == app {
			return ownName
		}
		return token
	})
	before, after, found := strings.Cut(said, ownName)
	if !found {
		return strings.TrimSpace(said), false
	}
	clean := func(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, ownName, " ")) }
	if after = strings.TrimLeft(clean(after), ":,"); strings.TrimSpace(after) != "" {
		return strings.TrimSpace(after), strings.TrimSpace(before) != ""
	}
	return clean(before), false
}

// agreesWithin reports whether a command in the middle of a message may lead to a write: "do not @kafka-reset approve
// k7f3.1", or a quoted line, is no approval. What stops a write is obeyed wherever it stands, and what
// asks or looks writes nothing.
func agreesWithin(cmd commands.Command) bool {
	switch c := cmd.(type) {
	case commands.Decide:
		return !slices.Contains([]engine.DecisionVerb{engine.DoCancel, engine.DoReject, engine.DoUnapprove, engine.DoPause,
			engine.DoSkipNext, engine.DoDelay}, engine.DecisionVerb(c.Verb))
	case commands.SetFreeze:
		return !c.Freeze
	default:
		return false
	}
}

// ownName stands for the app while a mention is read: no message holds it, Slack escapes < and >.
const ownName = "<>"

var (
	errEdited = &commands.SyntaxError{Want: "a message that was edited is not read; write a new one",
		Example: "@kafka-reset-bot status"}
	errWithin = &commands.SyntaxError{Want: "words stand before the app's name; what agrees to something is read only " +
		"from a message that begins with it", Example: "@kafka-reset-bot approve k7f3.1"}
	errNoForm = &commands.SyntaxError{Want: "a mention cannot open a form; paste the rows, or type the command in the " +
		"channel", Example: "billing@prod-eu from orders,0,46020"}
)

// beside is where a mention is answered: in its channel or thread, to its author alone. It takes the place of a
// response_url, which a mention has not.
type beside struct{ channel, thread, user string }

const besideScheme = "beside:"

func (p beside) String() string {
	return besideScheme + strings.Join([]string{p.channel, p.thread, p.user}, ":")
}

func readBeside(address string) (beside, bool) {
	rest, is := strings.CutPrefix(address, besideScheme)
	parts := strings.Split(rest, ":")
	if !is || len(parts) != 3 {
		return beside{}, false
	}
	return beside{channel: parts[0], thread: parts[1], user: parts[2]}, true
}

// postBeside sends one person a message in a channel or thread that no other sees (docs, chat.postEphemeral). It is not
// known whether it was seen: a person who has left the channel gets a direct message.
func (b *Bot) postBeside(ctx context.Context, doing string, to beside, c words.Content, l renderOptions) error {
	return b.sendWithFallback(ctx, "chat.postEphemeral", doing, c, l, func(ctx context.Context, m slackMessage) error {
		opts := m.options()
		if to.thread != "" {
			opts = append(opts, slack.MsgOptionTS(to.thread))
		}
		_, err := b.api.PostEphemeralContext(ctx, to.channel, to.user, opts...)
		return err
	})
}
