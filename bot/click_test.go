package bot

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// told counts the ephemeral messages to a user in #inc.
func (b *bench) told(p *slacksim.Person) (n int) {
	for _, m := range p.Messages("C0INC") {
		if m.Ephemeral {
			n++
		}
	}
	return n
}

func TestForgedClicksAreAnsweredInWords(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	card := b.carded(t, "C0INC", "C0INC")
	for name, f := range map[string]slacksim.Forgery{
		"unknown verb":    {ActionID: "drop-all", Value: "k7f3.1"},
		"no revision":     {ActionID: "approve", Value: "k7f3"},
		"json":            {ActionID: "approve", Value: `{"id":"k7f3"}`},
		"sql":             {ActionID: "approve", Value: "k7f3' or 1=1 --.1"},
		"empty":           {ActionID: "approve"},
		"other request":   {ActionID: "approve", Value: "zzzz.1"},
		"rows of nothing": {ActionID: "rows", Value: "x"},
		"why of nothing":  {ActionID: "settle", Value: "x"},
		"page 0":          {ActionID: "page.0", Value: "k7f3.1"},
	} {
		f.Channel, f.TS = "C0INC", card.TS
		if ack, err := b.jon.Forge(f).Wait(ctx5(t)); err != nil || ack.Err != "" {
			t.Errorf("%s: ack %+v, %v", name, ack, err)
		}
		b.until(t, "an answer to "+name, func() bool { return b.told(b.jon) == 1 })
		b.jon.Reload()
	}
	if now, err := b.jon.Look(card); err != nil || now.Text() != card.Text() {
		t.Errorf("the card changed: %v", cmp.Diff(card.Text(), now.Text()))
	}
}

func TestUnknownActorIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	card := b.carded(t, "C0INC", "C0INC")
	d, err := b.jon.Click(card, "approve", slacksim.Without("team"),
		func(p map[string]any) { delete(p["user"].(map[string]any), "team_id") })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Wait(ctx5(t)); err != nil {
		t.Fatal(err)
	}
	b.until(t, "an answer", func() bool { return b.told(b.jon) == 1 })
	if r := b.request(t); r.State != reset.Pending || len(b.by(t, reset.EvApproved)) != 0 {
		t.Errorf("a click without a workspace was obeyed: it is %s", r.State)
	}
}

func TestAllRowsInPages(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	b.orders(250)
	b.click(t, b.mara, b.asked(t, "C0INC"), "rows")
	modal, err := b.mara.WaitView(ctx5(t),
		func(m slacksim.View) bool { return strings.Contains(m.Text(), "Rows 1 to 100 of 250") })
	if err != nil {
		t.Fatalf("%v\n%s", err, b.logs.String())
	}
	for _, want := range []string{"Rows 101 to 200 of 250", "Rows 201 to 250 of 250"} {
		action := "page.2"
		if strings.Contains(want, "201") {
			action = "page.3"
		}
		d, err := b.mara.ClickIn(modal, action, "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Wait(ctx5(t)); err != nil {
			t.Fatal(err)
		}
		if modal, err = b.mara.WaitView(ctx5(t),
			func(m slacksim.View) bool { return strings.Contains(m.Text(), want) }); err != nil {
			t.Fatalf("%v\n%s", err, b.logs.String())
		}
	}
	if text := modal.Text(); !strings.Contains(text, "orders-249") || strings.Contains(text, "orders-199") {
		t.Errorf("the last page:\n%s", text)
	}
	if n := b.inbox.recorded(); n != 1 {
		t.Errorf("%d envelopes were recorded: turning pages too", n)
	}
}

func TestTooLateForAModalIsReported(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	b.orders(250)
	preview := b.asked(t, "C0INC")
	b.slack.Fail("views.open", slacksim.Fault{Error: "expired_trigger_id", Times: 1})
	b.click(t, b.mara, preview, "rows")
	b.sees(t, b.mara, "C0INC", "only 3 seconds", "/kafka-reset show k7f3.1")
}

func TestSettleAsksWhy(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	b.carded(t, "C0INC", "C0INC")
	b.unclear(t)
	card := b.sees(t, b.jon, "C0INC", "OUTCOME UNKNOWN")
	b.click(t, b.jon, card, "settle")
	modal, err := b.jon.WaitView(ctx5(t), func(m slacksim.View) bool { return strings.Contains(m.Text(), "Why") })
	if err != nil {
		t.Fatalf("%v\n%s", err, b.logs.String())
	}
	d, err := b.jon.Submit(modal, map[string]string{reasonField: "  checked with the team "})
	if err != nil {
		t.Fatal(err)
	}
	if ack, err := d.Wait(ctx5(t)); err != nil || ack.Err != "" || ack.Payload != nil {
		t.Fatalf("ack %+v, %v", ack, err)
	}
	b.until(t, "it is settled", func() bool { return b.request(t).Settled != nil })
	if got := b.request(t).Settled; got.Why != "checked with the team" || got.By != actor(b.jon) {
		t.Errorf("settled %+v", got)
	}
}

func TestReadRef(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]reset.Ref{
		"k7f3.1": {ID: "k7f3", Revision: 1}, "k7f3.12": {ID: "k7f3", Revision: 12}, "k7f3": {}, "k7f3.": {}, ".1": {},
		"k7f3.0": {}, "k7f3.-1": {}, "K7F3.1": {}, "k7f3.1.2": {}, "k7 f3.1": {}, "": {},
		strings.Repeat("k", 40) + ".1": {},
	} {
		if got, ok := readRef(in); got != want || ok != (want.ID != "") {
			t.Errorf("readRef(%q) = %+v, %v", in, got, ok)
		}
	}
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	b := quiet(t, slacksim.Options{})
	b.slack.AddTeam("T0OTHER", "other")
	for _, tc := range []struct {
		user                       slacksim.User
		stranger, guest, bot, gone bool
	}{
		{user: slacksim.User{ID: "U1"}},
		{user: slacksim.User{ID: "U2", Guest: true}, guest: true},
		{user: slacksim.User{ID: "U3", SingleChannelGuest: true}, guest: true},
		{user: slacksim.User{ID: "U4", Bot: true}, bot: true},
		{user: slacksim.User{ID: "U5", Deleted: true}, gone: true},
		{user: slacksim.User{ID: "U6", Team: "T0OTHER"}, stranger: true},
		{user: slacksim.User{ID: "U7", Stranger: true}, stranger: true},
		{user: slacksim.User{ID: "U8", Invisible: true}, stranger: true},
	} {
		b.slack.AddUser(tc.user)
		p, err := b.bot.Person(t.Context(), tc.user.ID)
		if err != nil || p.Stranger != tc.stranger || p.Guest != tc.guest || p.Bot != tc.bot || p.Deleted != tc.gone {
			t.Errorf("Person(%+v) = %+v, %v", tc.user, p, err)
		}
		if !tc.stranger && p.Team != slacksim.HomeTeam {
			t.Errorf("%s is of team %q", tc.user.ID, p.Team)
		}
	}
	if _, err := b.bot.Person(t.Context(),
		"U0NOBODY"); reset.UnreadOf(err).Code != "user_not_found" || reset.UnreadOf(err).Passing {
		t.Errorf("an unknown user: %v", err)
	}
	in, err := b.bot.Members(t.Context(), "S0PAY")
	if diff := cmp.Diff([]string{"U0JON"}, in); diff != "" || err != nil {
		t.Errorf("members: %v\n%s", err, diff)
	}
	if _, err := b.bot.Members(t.Context(), "S0NONE"); err == nil {
		t.Error("an unknown group has members")
	}
	b.slack.Fail("usergroups.users.list", slacksim.Fault{Status: 429, RetryAfter: time.Second, Times: 1})
	if _, err := b.bot.Members(t.Context(), "S0PAY"); err != nil {
		t.Errorf("a 429 on a read is not waited out: %v", err)
	}
	b.slack.Fail("usergroups.users.list", slacksim.Fault{Status: 429, RetryAfter: time.Minute, Times: 1})
	for range 2 { // it is not asked again before the minute is over
		if _, err := b.bot.Members(t.Context(), "S0PAY"); reset.UnreadOf(err).Wait < 59*time.Second {
			t.Errorf("a long wait is the caller's: %v", err)
		}
	}
	if n := len(b.slack.Calls("usergroups.users.list")); n != 5 {
		t.Errorf("usergroups.users.list was called %d times, want 5", n)
	}
	b.slack.SetScopes("users:read")
	b.slack.Fail("users.info", slacksim.Fault{Status: 500, Times: 1})
	if _, err := b.bot.Person(t.Context(),
		"U1"); reset.UnreadOf(err).Code != "http 500" || !reset.UnreadOf(err).Passing {
		t.Errorf("a failing look-up: %v", err)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	b := quiet(t, slacksim.Options{})
	id, err := b.bot.Check(t.Context())
	if err != nil || id.TeamID != slacksim.HomeTeam || len(id.Scopes) == 0 {
		t.Errorf("Check = %+v, %v", id, err)
	}
	wrong := New(Config{BotToken: "xoxb-wrong", AppToken: slacksim.AppToken, APIURL: b.slack.APIURL(), Now: b.now,
		Log: b.bot.log})
	if _, err := wrong.Check(t.Context()); slackCode(err) != "invalid_auth" {
		t.Errorf("a wrong bot token: %v", err)
	}
	swapped := New(Config{BotToken: slacksim.BotToken, AppToken: slacksim.BotToken, APIURL: b.slack.APIURL(),
		Now: b.now, Log: b.bot.log})
	if _, err := swapped.Check(t.Context()); slackCode(err) != "not_allowed_token_type" {
		t.Errorf("swapped tokens: %v", err)
	}
}
