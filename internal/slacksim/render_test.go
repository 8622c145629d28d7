package slacksim_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

// The time in these tests is 2026-11-22 02:07 UTC, 03:07 in Mara's Berlin and the evening before in Jon's New York.
const everything = `[
 {"type":"header","text":{"type":"plain_text","text":"billing on prod-eu *PRODUCTION*"}},
 {"type":"section","text":{"type":"mrkdwn","text":"Go back to *02:10*, _at most_ 18,204 &lt;records&gt;; ` + "`a*b*`" +
	` of billing*, 3 * 4 * 5, snake_case_name"},
  "accessory":{"type":"button","action_id":"utc","text":{"type":"plain_text","text":"Use UTC"}}},
 {"type":"section","fields":[{"type":"mrkdwn","text":"*State*\nStable"},{"type":"plain_text","text":"*plain*"}]},
 {"type":"divider"},
 {"type":"table","column_settings":[{},{"align":"right"},{"align":"center"}],"rows":[
   [{"type":"raw_text","text":"partition"},{"type":"raw_text","text":"committed"},{"type":"raw_text","text":"change"}],
   [{"type":"raw_text","text":"orders-3"},{"type":"raw_text","text":"48,112"},{"type":"raw_text","text":"-2"}],
   [{"type":"raw_text","text":"o"},{"type":"raw_number","value":7,"text":"7"},{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"ä","style":{"bold":true}}]}]}]]},
 {"type":"rich_text","elements":[
   {"type":"rich_text_section","elements":[{"type":"text","text":"by "},{"type":"user","user_id":"U0JON"},{"type":"text","text":" of "},{"type":"usergroup","usergroup_id":"S0PAY"},
     {"type":"text","text":" at "},{"type":"date","timestamp":1795313400,"format":"{date_num} {time}"}]},
   {"type":"rich_text_list","style":"ordered","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"stop"}]},{"type":"rich_text_section","elements":[{"type":"text","text":"start"}]}]},
   {"type":"rich_text_preformatted","elements":[{"type":"text","text":"kubectl -n pay scale\n--replicas=0"}]}]},
 {"type":"context","elements":[{"type":"mrkdwn","text":"until <!date^1795313400^{date_short_pretty} {time}|2026-11-22 02:10 UTC> (<!date^1795313400^{ago}|soon>)"},{"type":"mrkdwn","text":"<https://example.com|runbook> <!subteam^S0PAY> <#C0INC>"}]},
 {"type":"actions","elements":[{"type":"button","action_id":"approve","text":{"type":"plain_text","text":"Approve"}},
   {"type":"static_select","action_id":"zone","placeholder":{"type":"plain_text","text":"zone"},"options":[{"text":{"type":"plain_text","text":"UTC"},"value":"utc"}]}]}
]`

func post(t *testing.T, sim *slacksim.Sim, text, blocks string) {
	t.Helper()
	resp, err := http.PostForm(sim.APIURL()+"chat.postMessage",
		url.Values{"token": {slacksim.BotToken}, "channel": {"C0INC"}, "text": {text}, "blocks": {blocks}})
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if calls := sim.Calls("chat.postMessage"); calls[len(calls)-1].Error != "" {
		t.Fatalf("post: %s", calls[len(calls)-1].Error)
	}
}

func TestTextIsWhatThePersonReads(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{Now: newClock().Now})
	post(t, sim, "fallback", everything)
	want := `billing on prod-eu *PRODUCTION*
Go back to 02:10, at most 18,204 <records>; ` + "`a*b*`" + ` of billing*, 3 * 4 * 5, snake_case_name
[Use UTC]
State
Stable
*plain*
--------
  partition  committed  change
  orders-3      48,112    -2
  o                  7    ä
by @jon of @pay-owners at 2026-11-22 03:10
  1. stop
  2. start
    kubectl -n pay scale
    --replicas=0
until today 03:10 (in 3 minutes)  runbook @pay-owners #inc-4711
[Approve] [zone v]`
	m := sim.Person("U0MARA").Messages("C0INC")[0]
	if diff := cmp.Diff(want, m.Text()); diff != "" {
		t.Errorf("mara reads (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"S0PAY", "U0JON"}, m.Pings()); diff != "" {
		t.Errorf("pings (-want +got):\n%s", diff)
	}
}

func TestTimesAreInTheReadersZone(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{Now: newClock().Now})
	post(t, sim,
		"at <!date^1795313400^{date_pretty} {time_secs}|02:10 UTC>, <!date^1795227000^{day_divider_pretty}|x>, <!date^soon^{time}|broken>",
		"")
	for user, want := range map[string]string{
		"U0MARA": "at today 03:10:00, yesterday, broken",
		"U0JON":  "at today 21:10:00, yesterday, broken",
	} {
		if got := sim.Person(user).Messages("C0INC")[0].Text(); got != want {
			t.Errorf("%s reads %q, want %q", user, got, want)
		}
	}
}

func TestEscapedMentionsAreHarmless(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	post(t, sim, "&lt;!channel&gt; @channel &lt;@U0JON&gt;",
		`[{"type":"section","text":{"type":"plain_text","text":"<!here>"}}]`)
	m := sim.Person("U0MARA").Messages("C0INC")[0]
	if got := m.Pings(); len(got) != 0 {
		t.Errorf("pings %v", got)
	}
	post(t, sim, "<!channel> look", `[{"type":"section","text":{"type":"mrkdwn","text":"calm"}}]`)
	if got := sim.Person("U0MARA").Messages("C0INC")[1].Pings(); len(got) != 1 || got[0] != "channel" {
		t.Errorf("a broadcast in the fallback: pings %v", got)
	}
}
