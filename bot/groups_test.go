package bot

import (
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// TestReadinessNamesWhatOnlyAPersonCanEnd: a scope that is missing concerns everything, a group that is gone only
// some rules.
func TestReadinessNamesWhatOnlyAPersonCanEnd(t *testing.T) {
	t.Parallel()
	b := quiet(t, slacksim.Options{})
	b.bot.health.connected(0, 1, time.Now())
	is := func(want bool, parts ...string) {
		t.Helper()
		ready, words := b.bot.Ready()
		if ready != want {
			t.Errorf("ready %v: %s", ready, words)
		}
		for _, part := range parts {
			if strings.Count(words, part) != 1 {
				t.Errorf("%q is not said once in:\n%s", part, words)
			}
		}
	}
	members := func(group, want string) {
		t.Helper()
		if _, err := b.bot.Members(t.Context(), group); reset.UnreadOf(err).Code != want {
			t.Errorf("%s: %v, want %q", group, err, want)
		}
	}
	b.slack.AddGroup(slacksim.UserGroup{ID: "S0OFF", Handle: "off", Disabled: true})
	members("S0OFF", "subteam_disabled")
	members("S0NONE", "no_such_subteam")
	members("S0PAY", "")
	is(true, "user group S0OFF is disabled", "Slack has no user group S0NONE")
	lists := len(b.slack.Calls("usergroups.list"))
	members("S0OFF", "subteam_disabled")
	if n := len(b.slack.Calls("usergroups.list")); n != lists {
		t.Errorf("why the group is gone was asked again")
	}
	b.slack.SetScopes("users:read")
	members("S0OFF", "missing_scope")
	members("S0PAY", "missing_scope")
	is(false, "the app lacks the scope usergroups:read")
	b.slack.SetScopes(slacksim.DefaultScopes...)
	b.slack.AddGroup(slacksim.UserGroup{ID: "S0OFF", Handle: "off", Members: []string{"U0JON"}})
	b.slack.AddGroup(slacksim.UserGroup{ID: "S0NONE", Handle: "none"})
	for _, group := range []string{"S0OFF", "S0PAY", "S0NONE"} {
		members(group, "")
	}
	if _, words := b.bot.Ready(); strings.Contains(words, "S0") || strings.Contains(words, "scope") {
		t.Errorf("what was put right is still said: %s", words)
	}
	b.slack.Fail("users.info", slacksim.Fault{Error: "user_not_found"})
	if _, err := b.bot.Person(t.Context(), "U0NONE"); err == nil {
		t.Error("an unknown user is known")
	}
	is(true)
}

func TestGroupsOfThePolicyAreCheckedWithOneCall(t *testing.T) {
	t.Parallel()
	b := quiet(t, slacksim.Options{})
	b.slack.AddGroup(slacksim.UserGroup{ID: "S0OFF", Handle: "off", Disabled: true})
	wrong, err := b.bot.Groups(t.Context(), []string{"S0PAY", "S0OFF", "S0NONE"})
	if err != nil || len(wrong) != 2 || wrong[0].Code != "subteam_disabled" || wrong[1].Code != "no_such_subteam" ||
		len(b.slack.Calls("usergroups.list")) != 1 {
		t.Errorf("%+v, %v, %d calls", wrong, err, len(b.slack.Calls("usergroups.list")))
	}
	b.slack.SetScopes("users:read")
	if wrong, err = b.bot.Groups(t.Context(),
		[]string{"S0PAY"}); err != nil || len(wrong) != 1 || wrong[0].Scope != "usergroups:read" {
		t.Errorf("%+v, %v", wrong, err)
	}
	b.slack.Fail("usergroups.list", slacksim.Fault{Status: 500})
	if wrong, err = b.bot.Groups(t.Context(), []string{"S0PAY"}); err == nil {
		t.Errorf("what Slack did not say is known: %+v", wrong)
	}
}
