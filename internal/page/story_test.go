package page_test

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// TestAResetFromCommandToUndo: each act reaches the bot, and each person's page shows what that person sees.
func TestAResetFromCommandToUndo(t *testing.T) {
	b := newBrowser(t)
	mara, jon := b.watches("mara"), b.watches("jon")
	first := mara.slack("the people and channels", func(s slackEvent) bool { return len(s.Channels) > 0 })
	if first.Me != "mara" || first.App.Name != "kafka-reset-bot" || first.Command != "/kafka-reset" ||
		len(first.People) != 6 || first.People[0].Zone != "Europe/Berlin" || !first.People[4].Guest {
		t.Errorf("%+v", first)
	}
	if last := first.Channels[len(first.Channels)-1]; !last.DM || last.ID != "D0MARA" || len(first.Channels) != 5 {
		t.Errorf("the channels are %+v", first.Channels)
	}

	b.acts("mara", "command", fields{"channel": world.Incident, "text": `billing@prod-eu orders back 50m --reason "deploy 4711"`})
	preview := mara.sees(world.Incident, "PREVIEW", "billing@prod-eu", "Ask for approval")
	if !preview.Ephemeral || !preview.App || preview.AuthorName != "kafka-reset-bot" {
		t.Errorf("%+v", preview)
	}
	b.acts("mara", "click", fields{"channel": world.Incident, "ts": preview.TS, "action_id": preview.action(t, "Ask for approval")})
	card := jon.sees(world.Home, "APPROVE?", "deploy 4711")
	for _, m := range jon.slack("his channels", func(slackEvent) bool { return true }).Messages[world.Incident] {
		if m.Ephemeral || m.App {
			t.Errorf("jon reads in the incident channel: %s", m.said())
		}
	}
	b.refused(denied, "jon", "click", fields{"channel": world.Incident, "ts": preview.TS, "action_id": "approve"},
		"cannot see the message")
	b.acts("jon", "click", fields{"channel": world.Home, "ts": card.TS, "action_id": card.action(t, "Approve rewind")})
	jon.sees(world.Home, "WAITING", "2 consumers are still running")
	b.acts("mara", "consumers", fields{"cluster": "prod-eu", "group": world.Billing, "delta": 0})
	done := jon.sees(world.Home, "DONE", "12 of 12 partitions")
	file := mara.slack("the files in the thread", func(s slackEvent) bool {
		return slices.ContainsFunc(s.Messages[world.Home],
			func(m message) bool { return len(m.Files) > 0 && m.Thread == done.TS })
	})
	err := b.stage.Slack.ChangeChannel(world.Home, func(c *slacksim.Channel) {
		c.Members = slices.DeleteFunc(slices.Clone(c.Members), func(id string) bool { return id == "U0GUS" })
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range file.Messages[world.Home] {
		for _, f := range m.Files {
			b.reads("jon", f.ID, f.Name, f.Size)
			b.misses("gus", f.ID)
		}
	}
	b.acts("mara", "click", fields{"channel": world.Home, "ts": done.TS, "action_id": done.action(t, "Undo")})
	undo := mara.sees(world.Home, "PREVIEW", "Apply undo")
	b.acts("mara", "reload", nil)
	mara.slack("no ephemeral message", func(s slackEvent) bool {
		return !slices.ContainsFunc(s.Messages[world.Home], func(m message) bool { return m.TS == undo.TS })
	})
}

// misses gets no file that another one sees.
func (b *browser) misses(who, id string) {
	b.t.Helper()
	answer, err := http.Get(b.page.URL() + "file/" + id + "?as=" + who)
	if err != nil {
		b.t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusNotFound {
		b.t.Errorf("%s gets %s: %s", who, id, answer.Status)
	}
}

// reads gets a file as the page does.
func (b *browser) reads(who, id, name string, size int) {
	b.t.Helper()
	answer, err := http.Get(b.page.URL() + "file/" + id + "?as=" + who)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || len(text) != size || size == 0 ||
		!strings.HasPrefix(answer.Header.Get("Content-Type"), "text/plain") ||
		answer.Header.Get("Content-Disposition") != `attachment; filename=`+name {
		b.t.Errorf("%s: %s %v %d bytes %v", name, answer.Status, answer.Header, len(text), err)
	}
}

// field puts a value into an input of the form on top, and waits until the bot has drawn it anew.
func (e *events) field(who, action, value string) {
	e.b.t.Helper()
	before := e.opens()
	e.b.acts(who, "viewAct", fields{"view": before.ID, "action_id": action, "value": value})
	e.slack("the form drawn anew", func(s slackEvent) bool { return len(s.Views) == 1 && s.Views[0].Hash != before.Hash })
}

// offers types into a field until a name is offered: the bot reads them in the background.
func (e *events) offers(who, action, typed, want string) {
	e.b.t.Helper()
	e.until(want+" offered", func() bool {
		out := e.b.acts(who, "suggest", fields{"view": e.opens().ID, "action_id": action, "typed": typed})
		offered, _ := out["options"].([]any)
		return slices.ContainsFunc(offered, func(o any) bool {
			option, _ := o.(map[string]any)
			description, _ := option["description"].(string)
			return option["value"] == want && !strings.HasPrefix(description, "As typed")
		})
	})
}

// TestTheFormByItsShortcut: type-ahead, a mistake that is shown at its field, and the submission.
func TestTheFormByItsShortcut(t *testing.T) {
	b := newBrowser(t)
	mara := b.watches("mara")
	b.acts("mara", "shortcut", fields{"callback_id": "reset_offsets"})
	form := mara.opens("Reset offsets", "Consumer group")
	if form.Type != "modal" || form.Submit == "" || form.Close == "" {
		t.Errorf("%+v", form)
	}
	mara.field("mara", "cluster", "prod-eu")
	mara.offers("mara", "group", "fraud", "fraud-score")
	mara.field("mara", "group", "fraud-score")
	mara.offers("mara", "topics", "ord", "orders")
	mara.field("mara", "topics", "orders")
	mara.field("mara", "where", "shift")
	mara.opens("By how many")
	mara.field("mara", "value", "-100")
	form = mara.opens("REFUSED", "A reason is required")
	state, _ := json.Marshal(form.State)
	if !strings.Contains(string(state), `"fraud-score"`) || !strings.Contains(string(state), `"-100"`) {
		t.Errorf("the state of the form is %s", state)
	}
	b.refused(denied, "mara", "submit", fields{"view": form.ID}, `fill in "Reason" first`)
	b.acts("mara", "submit", fields{"view": form.ID, "values": map[string]string{"value": "many", "reason": "because"}})
	mistake := mara.slack("an error at a field", func(s slackEvent) bool { return len(s.Views) > 0 && len(s.Views[0].Errors) > 0 })
	for block, text := range mistake.Views[0].Errors {
		if !strings.Contains(text, `"many"`) {
			t.Errorf("at %s: %s", block, text)
		}
	}
	b.acts("mara", "viewAct", fields{"view": form.ID, "action_id": "value", "value": "-100"})
	b.acts("mara", "viewAct", fields{"view": form.ID, "action_id": "reason", "value": "INC-7 scores"})
	mara.opens("PREVIEW", "up to 1,200 messages")
	mara.slack("no form", func(s slackEvent) bool {
		if len(s.Views) > 0 { // numbers that have only just come are to be read first: the bot asks to submit again
			b.tries("mara", "submit", fields{"view": form.ID})
		}
		return len(s.Views) == 0
	})
	b.watches("jon").sees(world.Home, "APPROVE?", "fraud-score@prod-eu", "INC-7 scores")

	b.refused(denied, "mara", "submit", fields{"view": form.ID}, "no longer open")
	b.refused(denied, "mara", "shortcut", fields{"callback_id": "nothing"}, "no global shortcut")
	b.acts("mara", "close", fields{"view": form.ID})
	b.acts("mara", "shortcut", fields{"callback_id": "reset_offsets"})
	b.acts("mara", "close", fields{"view": mara.opens("Reset offsets").ID})
	mara.slack("no form", func(s slackEvent) bool { return len(s.Views) == 0 })
}

// TestHomeMentionUploadAndAlert: the other ways to the bot.
func TestHomeMentionUploadAndAlert(t *testing.T) {
	b := newBrowser(t)
	mara, ben := b.watches("mara"), b.watches("ben")
	b.acts("mara", "openHome", nil)
	home := mara.slack("a home", func(s slackEvent) bool {
		return s.Home != nil && holds(said(s.Home.Blocks), []string{"Your rights", "prod-eu", "request"})
	}).Home
	if home.Type != "home" || len(home.Blocks) == 0 {
		t.Errorf("%+v", home)
	}
	if s := ben.slack("his own", func(slackEvent) bool { return true }); s.Home != nil {
		t.Errorf("ben has not opened his home, and sees one: %+v", s.Home)
	}
	b.acts("mara", "openMessages", nil)

	b.acts("jon", "say", fields{"channel": world.PayOps, "text": "billing charges twice since the deploy"})
	root := mara.sees(world.PayOps, "charges twice")
	if root.App || root.AuthorName != "jon" {
		t.Errorf("%+v", root)
	}
	b.acts("mara", "say", fields{"channel": world.PayOps, "thread": root.TS, "text": "@kafka-reset-bot billing@prod-eu orders back 5m"})
	preview := mara.sees(world.PayOps, "PREVIEW", "billing@prod-eu")
	if preview.Thread != root.TS || !preview.Ephemeral {
		t.Errorf("%+v", preview)
	}
	said := ben.sees(world.PayOps, "orders back 5m")
	if said.Text != "<@U0BOT> billing@prod-eu orders back 5m" || said.Thread != root.TS {
		t.Errorf("%+v", said)
	}
	b.refused(denied, "mara", "say", fields{"channel": world.PayOps, "text": "  "}, "nothing to send")

	b.acts("mara", "command", fields{"channel": world.PayOps, "text": `billing@prod-eu --from-file --reason "restore"`})
	form := mara.opens("Reset from a plan")
	id, _ := b.acts("mara", "upload", fields{"name": "plan.csv", "content": "orders,0,1890\n"})["id"].(string)
	b.acts("mara", "submit", fields{"view": form.ID, "values": map[string]string{"file": id}})
	mara.sees("D0MARA", "PREVIEW", "billing@prod-eu")
	b.refused(denied, "mara", "upload", fields{"name": "empty.csv"}, "choose another")

	alert := mara.sees(world.PayOps, "FIRING")
	if alert.AuthorName != "Alertmanager" || !alert.App || len(alert.Attachments) != 1 || alert.Author == "" {
		t.Errorf("%+v", alert)
	}
	b.acts("mara", "messageShortcut", fields{"channel": world.PayOps, "ts": alert.TS, "callback_id": "reset_from_alert"})
	mara.opens("Reset offsets", "billing")
	if s := ben.slack("his own", func(slackEvent) bool { return true }); len(s.Views) != 0 {
		t.Errorf("ben sees the form of mara: %+v", s.Views)
	}
}
