package bot

import (
	"regexp"
	"strings"
	"testing"

	"github.com/slack-go/slack/socketmode"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func TestTextOfAMention(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"<@U0BOT> billing@prod-eu back 50m":                "billing@prod-eu back 50m",
		"<@U0BOT|kafka-reset>: status":                     "status",
		"<@U0BOT>, status":                                 "status",
		"hey <@U0BOT> status":                              "status",
		"status <@U0BOT>":                                  "status",
		"<@U0JON> ask <@U0BOT> history <@U0JON>":           "history <@U0JON>",
		"<@U0BOT> <@U0BOT> status":                         "status",
		"<@U0BOT> status <@U0BOT|x>":                       "status",
		"<@U0BOT>":                                         "",
		"<@U0BOT> billing orders to &lt;latest&gt; &amp;c": "billing orders to &lt;latest&gt; &amp;c",
		"status": "status",
	} {
		if got, _ := mentionText(said, "U0BOT"); got != want {
			t.Errorf("%q reads %q, want %q", said, got, want)
		}
	}
	if got, _ := mentionText("<@U0BOT> history <@U0JON>", ""); got != "history <@U0JON>" {
		t.Errorf("without the app's id: %q", got)
	}
}

// TestWhoIsBehindAnEvent: the organisation of an Enterprise Grid, else the person's own workspace, else the app's.
func TestWhoIsBehindAnEvent(t *testing.T) {
	t.Parallel()
	const named = `"user":"U0MARA","channel":"C0INC","text":"<@U0BOT> status","ts":"1.000001"`
	for payload, want := range map[string]string{
		`{"team_id":"T0SIM","event_id":"Ev1","event":{"type":"app_mention",` + named + `}}`:                   "T0SIM",
		`{"team_id":"T0SIM","event_id":"Ev1","event":{"type":"app_mention","team":"T0A",` + named + `}}`:      "T0A",
		`{"team_id":"T0SIM","event_id":"Ev1","event":{"type":"app_mention","user_team":"T0B",` + named + `}}`: "T0B",
		`{"team_id":"T0SIM","event_id":"Ev1","event":{"type":"app_mention","user_team":"E0X",` + named + `}}`: "E0X",
		`{"event_id":"Ev1","event":{"type":"app_mention",` + named + `}}`:                                     "",
		`{"team_id":"T0SIM","event":{"type":"app_home_opened","tab":"home",` + named + `}}`:                   "T0SIM",
		`{"team_id":"T0A","authorizations":[{"enterprise_id":"E0ORG","user_id":"U0BOT","is_bot":true}],` +
			`"event_id":"Ev1","event":{"type":"app_mention","team":"T0A",` + named + `}}`: "E0ORG",
	} {
		e, err := readEnvelope(socketmode.Request{Type: socketmode.RequestTypeEventsAPI, EnvelopeID: "env-1",
			Payload: []byte(payload)}, "/kafka-reset")
		if err != nil || e.Team != want || e.User != "U0MARA" || e.Channel != "C0INC" {
			t.Errorf("%s: %+v, %v; want %s", payload, e, err, want)
		}
		if mention := e.Kind == atMention; mention != (e.ID == "Ev1") || mention == e.home {
			t.Errorf("%s: recorded under %s", payload, e.ID)
		}
	}
}

func FuzzMention(f *testing.F) {
	for _, s := range []string{"billing@prod-eu orders to latest", "<@U0BOT>", "hey <@U0BOT|x> <@U0BOT>: status <@U0JON>",
		"<@U0BOT", "<@>", "<@U0BOT|<@U0BOT>>", ": , <@W1|", "<<@U0BOT>@U0BOT>"} {
		f.Add(s)
	}
	own := regexp.MustCompile(`<@U0BOT(\|[^<>]*)?>`)
	f.Fuzz(func(t *testing.T, said string) {
		for _, app := range []string{"U0BOT", ""} {
			if got, _ := mentionText(said, app); app != "" && own.MatchString(got) && !strings.Contains(said, ownName) {
				t.Errorf("%q reads %q: the app's name is left", said, got)
			}
		}
		typed := strings.TrimSpace(said)
		if strings.ContainsAny(typed, "<>") || strings.TrimLeft(typed, ":,") != typed {
			return
		}
		if got, _ := mentionText("<@U0BOT> "+typed, "U0BOT"); got != typed {
			t.Errorf("%q reads %q", typed, got)
		}
		if got, _ := mentionText("so <@U0BOT> "+typed, ""); got != typed && typed != "" {
			t.Errorf("%q reads %q after a word", typed, got)
		}
	})
}

// mentions makes a bot that hears of mentions.
func mentions(t *testing.T) *bench {
	t.Helper()
	return newBench(t, slacksim.Options{Scopes: append([]string{"app_mentions:read"}, slacksim.DefaultScopes...),
		Events: []string{mentioned}},
		func(cfg *Config) { cfg.Clusters = []reset.ClusterInfo{{Name: "prod-eu"}} }).up(t)
}

// TestMentionsThatAreNotCommands: an app that mentions the bot is not answered, and an edited message is not obeyed.
func TestMentionsThatAreNotCommands(t *testing.T) {
	t.Parallel()
	b := mentions(t)
	heard := 0
	say := func(text string, tweaks ...slacksim.Tweak) {
		t.Helper()
		heard++
		_, d, err := b.mara.Mention("C0INC", "", "@kafka-reset "+text, tweaks...)
		if err != nil {
			t.Fatal(err)
		}
		if ack, err := d.Wait(ctx5(t)); err != nil || ack.Err != "" {
			t.Fatalf("%s: %+v, %v", text, ack, err)
		}
	}
	answered := func(part string) {
		t.Helper()
		if _, err := b.mara.WaitMessage(ctx5(t), "C0INC", func(m slacksim.Message) bool {
			return m.Ephemeral && strings.Contains(m.Text(), part)
		}); err != nil {
			t.Fatal(err)
		}
	}
	say("billing@prod-eu orders to 02:10", slacksim.InEvent("bot_id", "B0OTHER"))
	say("billing@prod-eu orders to 02:10", slacksim.InEvent("subtype", "message_changed"))
	if n := b.inbox.recorded(); n != 0 {
		t.Errorf("%d mentions were recorded that no person wrote", n)
	}
	say("billing@prod-eu orders to 02:10", slacksim.InEvent("edited", map[string]any{"user": "U0MARA", "ts": "1.000001"}))
	answered("a message that was edited is not read")
	say("billing@prod-eu --from-file rows.csv")
	answered("a mention cannot open a form")
	say("billing@prod-eu orders to 02:10", slacksim.InEvent("user_team", "T0ELSE"))
	answered("people of other organisations have no rights here")
	if r := b.request(t); r.State != reset.Refused || r.Problem.Code != reset.ProblemDenied {
		t.Errorf("a stranger's mention made a request that is %s: %v", r.State, r.Problem)
	}
	if n := b.inbox.recorded(); n != 3 || b.told(b.mara) != 3 {
		t.Errorf("%d of %d mentions were recorded, %d answered", n, heard, b.told(b.mara))
	}
}

// TestAMentionOfAFreezeCountsAtOnce: as of a command, what it is about is recorded with it, under the event's id.
func TestAMentionOfAFreezeCountsAtOnce(t *testing.T) {
	t.Parallel()
	b := mentions(t)
	_, d, err := b.mara.Mention("C0INC", "", "@kafka-reset freeze prod-eu INC-4711")
	if err != nil {
		t.Fatal(err)
	}
	if ack, err := d.Wait(ctx5(t)); err != nil || ack.Err != "" {
		t.Fatalf("%+v, %v", ack, err)
	}
	b.inbox.mu.Lock()
	defer b.inbox.mu.Unlock()
	if in := b.inbox.last; in.Verb != "freeze" || in.About != "prod-eu" || !strings.HasPrefix(in.ID, "Ev") ||
		in.Kind != string(atMention) {
		t.Errorf("recorded %s %q about %q under %s", in.Kind, in.Verb, in.About, in.ID)
	}
}
