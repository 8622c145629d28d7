package slacksim_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

func text(s string) slack.MsgOption { return slack.MsgOptionText(s, false) }

func TestPostingWhereTheBotMay(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	sim.AddChannel(slacksim.Channel{ID: "C0OLD", Name: "old", Bot: true, Archived: true})
	sim.AddUser(slacksim.User{ID: "U0GONE", Name: "gone", Deleted: true})
	api := client(sim)
	for channel, want := range map[string]string{
		"C0INC": "", "U0MARA": "", "C0OUT": "not_in_channel", "C0PRIV": "channel_not_found",
		"C0NONE": "channel_not_found", "C0OLD": "is_archived", "U0GONE": "channel_not_found",
		slacksim.BotUser: "channel_not_found",
	} {
		if _, _, err := api.PostMessage(channel, text("hello")); errorText(err) != want {
			t.Errorf("post to %s: %v, want %q", channel, err, want)
		}
	}
	if m := must(sim.Person("U0MARA").WaitText(soon(t), sim.DM("U0MARA"), "hello"))(t); m.Ephemeral ||
		m.Author != slacksim.BotUser {
		t.Errorf("direct message = %+v", m)
	}
	sim.SetScopes(append(slices.Clone(slacksim.DefaultScopes), "chat:write.public")...)
	if _, _, err := api.PostMessage("C0OUT", text("hello")); err != nil {
		t.Errorf("with chat:write.public: %v", err)
	}
	if _, _, err := api.PostMessage("C0INC"); errorText(err) != "no_text" {
		t.Errorf("empty: %v", err)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestEditingAndDeleting(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	api, jon := client(sim), sim.Person("U0JON")
	_, ts, err := api.PostMessage("C0INC", text("card"), slack.MsgOptionBlocks(section("*waiting*")))
	if err != nil {
		t.Fatal(err)
	}
	m := must(jon.WaitText(soon(t), "C0INC", "waiting"))(t)
	if _, _, _, err := api.UpdateMessage("C0INC", ts, text("card"),
		slack.MsgOptionBlocks(section("done"))); err != nil {
		t.Fatal(err)
	}
	if now := must(jon.Look(m))(t); now.Text() != "done" || now.Edited || len(now.History) != 2 ||
		now.History[0].Fallback != "card" {
		t.Errorf("after the edit: %q, edited %v", now.Text(), now.Edited)
	}
	if _, _, _, err := api.UpdateMessage("C0INC", ts, text("only text")); err != nil {
		t.Fatal(err)
	}
	if now := must(jon.Look(m))(t); now.Text() != "only text (edited)" {
		t.Errorf("text alone: %q", now.Text())
	}
	own, _, err := jon.Say("C0INC", "mine")
	if err != nil {
		t.Fatal(err)
	}
	private := must(api.PostEphemeral("C0INC", "U0JON", text("psst")))(t)
	for name, c := range map[string]struct{ ts, text, want string }{
		"too long":      {ts, strings.Repeat("ä", 4001), "msg_too_long"},
		"just fits":     {ts, strings.Repeat("ä", 4000), ""},
		"somebody's":    {own.TS, "x", "cant_update_message"},
		"an ephemeral":  {private, "x", "message_not_found"},
		"one never was": {"1.000000", "x", "message_not_found"},
	} {
		if _, _, _, err := api.UpdateMessage("C0INC", c.ts, text(c.text)); errorText(err) != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if link := must(api.GetPermalink(&slack.PermalinkParameters{Channel: "C0INC", Ts: ts}))(t); !strings.HasSuffix(link,
		"/archives/C0INC/p"+strings.ReplaceAll(ts, ".", "")) {
		t.Errorf("permalink = %q", link)
	}
	if _, _, err := api.DeleteMessage("C0INC", ts); err != nil {
		t.Fatal(err)
	}
	if _, err := jon.Look(m); err == nil {
		t.Error("deleted, yet visible")
	}
}

func TestDirectMessagesNeedTheMessagesTab(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{NoMessagesTab: true})
	api := client(sim)
	if _, _, err := api.PostMessage("U0MARA", text("hello")); errorText(err) != "messages_tab_disabled" {
		t.Errorf("a direct message without the tab: %v", err)
	}
	if _, _, err := api.PostMessage("C0INC", text("hello")); err != nil {
		t.Errorf("a channel needs no tab: %v", err)
	}
}

func TestTheEditWindowOfTheWorkspace(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	sim := incident(t, slacksim.Options{Now: func() time.Time { return now }, EditWindow: time.Minute})
	api := client(sim)
	_, ts, err := api.PostMessage("C0INC", text("card"))
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Minute)
	if _, _, _, err := api.UpdateMessage("C0INC", ts, text("in time")); err != nil {
		t.Errorf("an edit within the window: %v", err)
	}
	now = now.Add(time.Second)
	if _, _, _, err := api.UpdateMessage("C0INC", ts, text("late")); errorText(err) != "edit_window_closed" {
		t.Errorf("an edit after the window: %v", err)
	}
}

func TestEphemeralAndThreads(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	api, mara, jon := client(sim), sim.Person("U0MARA"), sim.Person("U0JON")
	_, ts, err := api.PostMessage("C0INC", text("card"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := api.PostMessage("C0INC", text("approved by <@U0JON> of <!subteam^S0PAY>, see <#C0OUT>"),
		slack.MsgOptionTS(ts)); err != nil {
		t.Fatal(err)
	}
	if _, err := api.PostEphemeral("C0INC", "U0JON", text("you may not"), slack.MsgOptionTS(ts)); err != nil {
		t.Fatal(err)
	}
	if _, err := api.PostEphemeral("C0INC", "U0GUEST", text("x")); errorText(err) != "user_not_in_channel" {
		t.Errorf("ephemeral to somebody outside: %v", err)
	}
	if _, _, err := api.PostMessage("C0INC", text("x"),
		slack.MsgOptionTS("1.000001")); errorText(err) != "thread_not_found" {
		t.Errorf("reply to nothing: %v", err)
	}
	parent := must(mara.WaitText(soon(t), "C0INC", "card"))(t)
	if got := mara.Replies(parent); len(got) != 1 ||
		got[0].Text() != "approved by @jon of @pay-owners, see #elsewhere" {
		t.Errorf("mara's thread = %+v", got)
	}
	if got := jon.Replies(parent); len(got) != 2 || !got[1].Ephemeral {
		t.Errorf("jon's thread = %+v", got)
	}
	jon.Reload()
	if got := jon.Replies(parent); len(got) != 1 {
		t.Errorf("after a reload: %+v", got)
	}
}

func TestTokensAndScopes(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{Scopes: []string{"commands", "chat:write"}})
	for token, want := range map[string]string{slacksim.BotToken: "", "xoxb-wrong": "invalid_auth",
		slacksim.AppToken: "not_allowed_token_type", "": "not_authed"} {
		if _, err := slack.New(token, slack.OptionAPIURL(sim.APIURL())).AuthTest(); errorText(err) != want {
			t.Errorf("auth.test with %q: %v, want %q", token, err, want)
		}
	}
	var missing *slack.SlackErrorResponse
	if _, err := client(sim).GetUserInfo("U0MARA"); errorText(err) != "missing_scope" {
		t.Errorf("users.info: %v (%v)", err, missing)
	}
	for header, want := range map[string]string{slacksim.AppToken: "", slacksim.BotToken: "not_allowed_token_type"} {
		_, _, err := slack.New("", slack.OptionAPIURL(sim.APIURL()),
			slack.OptionAppLevelToken(header)).StartSocketModeContext(t.Context())
		if errorText(err) != want {
			t.Errorf("apps.connections.open with %q: %v", header, err)
		}
	}
	resp, err := http.PostForm(sim.APIURL()+"apps.connections.open", url.Values{"token": {slacksim.AppToken}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if last := sim.Calls("apps.connections.open"); last[len(last)-1].Error != "not_authed" {
		t.Errorf("app token in the form: %+v", last)
	}
	resp, err = http.PostForm(sim.APIURL()+"users.info", url.Values{"token": {slacksim.BotToken}, "user": {"U0MARA"}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got := resp.Header.Get("X-OAuth-Scopes"); got != "commands,chat:write" {
		t.Errorf("X-OAuth-Scopes = %q", got)
	}
}

func TestPeopleGroupsAndChannels(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{Now: newClock().Now})
	api := client(sim)
	mara := must(api.GetUserInfo("U0MARA"))(t)
	if mara.TZ != "Europe/Berlin" || mara.TZOffset != 3600 || mara.TeamID != slacksim.HomeTeam || mara.IsRestricted {
		t.Errorf("mara = %+v", mara)
	}
	if fay := must(api.GetUserInfo("U0FAR"))(t); !fay.IsStranger || fay.TeamID != "T0ELSE" {
		t.Errorf("fay = %+v", fay)
	}
	if gus := must(api.GetUserInfo("U0GUEST"))(t); !gus.IsRestricted || gus.IsUltraRestricted {
		t.Errorf("gus = %+v", gus)
	}
	sim.AddUser(slacksim.User{ID: "U0HID", Invisible: true})
	if _, err := api.GetUserInfo("U0HID"); errorText(err) != "user_not_visible" {
		t.Errorf("hidden user: %v", err)
	}
	if got := must(api.GetUserGroupMembers("S0PAY"))(t); !slices.Equal(got, []string{"U0JON"}) {
		t.Errorf("S0PAY = %v", got)
	}
	if _, err := api.GetUserGroupMembers("S0NONE"); errorText(err) != "no_such_subteam" {
		t.Errorf("unknown group: %v", err)
	}
	if got := must(api.GetUserGroups(slack.GetUserGroupsOptionIncludeUsers(true)))(t); len(got) != 1 ||
		got[0].Handle != "pay-owners" || len(got[0].Users) != 1 {
		t.Errorf("groups = %+v", got)
	}
	sim.SetFreePlan(true)
	if _, err := api.GetUserGroupMembers("S0PAY"); errorText(err) != "plan_upgrade_required" {
		t.Errorf("free plan: %v", err)
	}
	if c := must(api.GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: "C0INC"}))(t); !c.IsExtShared ||
		!c.IsMember || c.IsIM || c.Name != "inc-4711" {
		t.Errorf("C0INC = %+v", c)
	}
	if c := must(api.GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: "C0OUT"}))(t); c.IsMember {
		t.Error("the bot is not in C0OUT")
	}
	if _, err := api.GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: "C0PRIV"}); errorText(
		err) != "channel_not_found" {
		t.Errorf("private channel: %v", err)
	}
	if got, _, err := api.GetUsersInConversation(
		&slack.GetUsersInConversationParameters{ChannelID: "C0INC", Limit: 2}); err != nil || len(got) != 2 {
		t.Errorf("members = %v, %v", got, err)
	}
	dm, _, _, err := api.OpenConversation(&slack.OpenConversationParameters{Users: []string{"U0MARA"}})
	if err != nil || dm.ID != sim.DM("U0MARA") {
		t.Errorf("direct message = %+v, %v", dm, err)
	}
}

func TestUploadIsSharedInTheThread(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	api, mara := client(sim), sim.Person("U0MARA")
	_, ts, err := api.PostMessage("C0INC", text("card"))
	if err != nil {
		t.Fatal(err)
	}
	const csv = "orders,0,49551\n"
	upload := slack.UploadFileParameters{Filename: "plan.csv", Title: "plan", FileSize: len(csv),
		Reader: strings.NewReader(csv), Channel: "C0INC", ThreadTimestamp: ts, InitialComment: "the plan"}
	if _, err := api.UploadFile(upload); err != nil {
		t.Fatal(err)
	}
	parent := must(mara.WaitText(soon(t), "C0INC", "card"))(t)
	got := mara.Replies(parent)
	if len(got) != 1 || len(got[0].Files) != 1 || got[0].Files[0].Content != csv ||
		got[0].Text() != "the plan\n(file) plan.csv, 15 bytes" {
		t.Fatalf("thread = %+v", got)
	}
	upload.FileSize, upload.Reader = 3, strings.NewReader(csv)
	if _, err := api.UploadFile(upload); err == nil {
		t.Error("sent another length than announced")
	}
	upload.FileSize, upload.Reader, upload.Channel, upload.ThreadTimestamp = len(csv), strings.NewReader(csv), "C0OUT",
		""
	if _, err := api.UploadFile(upload); err == nil || !strings.Contains(err.Error(), "not_in_channel") {
		t.Errorf("file to a channel the bot is not in: %v", err)
	}
}

func TestRateLimits(t *testing.T) {
	t.Parallel()
	now := newClock()
	sim := incident(t, slacksim.Options{Now: now.Now})
	api := client(sim)
	for i := range 5 {
		if _, _, err := api.PostMessage("C0INC", text("x")); err != nil {
			t.Fatalf("post %d: %v", i, err)
		}
	}
	var limited *slack.RateLimitedError
	if _, _, err := api.PostMessage("C0INC", text("x")); !errors.As(err,
		&limited) || limited.RetryAfter != time.Second {
		t.Errorf("sixth post at once: %v", err)
	}
	if _, _, err := api.PostMessage("U0MARA", text("x")); err != nil {
		t.Errorf("another conversation: %v", err)
	}
	now.Pass(time.Second)
	if _, _, err := api.PostMessage("C0INC", text("x")); err != nil {
		t.Errorf("a second later: %v", err)
	}
	for range 20 {
		if _, err := api.GetUserGroupMembers("S0PAY"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := api.GetUserGroupMembers("S0PAY"); !errors.As(err, &limited) || limited.RetryAfter != 3*time.Second {
		t.Errorf("call 21 of tier 2: %v", err)
	}
	if got := sim.Calls("usergroups.users.list"); len(got) != 21 || got[20].Status != http.StatusTooManyRequests {
		t.Errorf("%d calls recorded", len(got))
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	api, mara := client(sim), sim.Person("U0MARA")
	post := func(ctx context.Context) error {
		_, _, err := api.PostMessageContext(ctx, "C0INC", text("x"))
		return err
	}
	sim.Fail("chat.postMessage", slacksim.Fault{Status: 500, Times: 2})
	var status slack.StatusCodeError
	for range 2 {
		if err := post(t.Context()); !errors.As(err, &status) || status.Code != 500 {
			t.Errorf("err = %v", err)
		}
	}
	sim.Fail("chat.postMessage", slacksim.Fault{Status: 429, RetryAfter: 7 * time.Second, Times: 1})
	var limited *slack.RateLimitedError
	if err := post(t.Context()); !errors.As(err, &limited) || limited.RetryAfter != 7*time.Second {
		t.Errorf("err = %v", err)
	}
	sim.Fail(slacksim.AnyRequest, slacksim.Fault{Error: "fatal_error"})
	if err := post(t.Context()); errorText(err) != "fatal_error" {
		t.Errorf("err = %v", err)
	}
	sim.Fail(slacksim.AnyRequest, slacksim.Fault{Drop: true})
	if err := post(t.Context()); err == nil {
		t.Error("a reset connection gave an answer")
	}
	sim.Fail("chat.postMessage", slacksim.Fault{Hang: true})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := post(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("err = %v", err)
	}
	if got := mara.Messages("C0INC"); len(got) != 0 {
		t.Errorf("a failed call had an effect: %d messages", len(got))
	}
	sim.Heal(slacksim.AnyRequest)
	sim.Fail("chat.postMessage", slacksim.Fault{Drop: true, Effect: true, Times: 1})
	if err := post(t.Context()); err == nil || len(mara.Messages("C0INC")) != 1 {
		t.Errorf("the answer was to be lost, the message not: %v", err)
	}
	if err := post(t.Context()); err != nil {
		t.Errorf("healed: %v", err)
	}
}

func TestRecordHoldsNoTokenButAllElse(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	if _, _, err := client(sim).PostMessage("C0INC", text("the password is swordfish & more")); err != nil {
		t.Fatal(err)
	}
	sent := sim.Sent()
	if !strings.Contains(sent, "swordfish & more") || strings.Contains(sent, slacksim.BotToken) {
		t.Errorf("sent = %s", sent)
	}
	if got := sim.Calls("chat.postMessage"); len(got) != 1 || got[0].Params["channel"] != "C0INC" ||
		got[0].Status != 200 {
		t.Errorf("calls = %+v", got)
	}
}

// In an Enterprise org a person may have an id in the workspace and another one in the org; users.info gives the second
// for both.
func TestAnEnterpriseOrg(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{Enterprise: "E0ORG"})
	sim.AddUser(slacksim.User{ID: "U0ANN", Name: "ann", EnterpriseUser: "W0ANN"})
	sim.AddUser(slacksim.User{ID: "W0ANN", Name: "ann"})
	if who, err := client(sim).AuthTest(); err != nil || who.EnterpriseID != "E0ORG" {
		t.Errorf("auth.test: %+v, %v", who, err)
	}
	for _, id := range []string{"U0ANN", "W0ANN"} {
		u, err := client(sim).GetUserInfo(id)
		if err != nil || u.ID != id || u.Enterprise.ID != "W0ANN" || u.Enterprise.EnterpriseID != "E0ORG" {
			t.Errorf("users.info of %s: %+v, %v", id, u, err)
		}
	}
}
