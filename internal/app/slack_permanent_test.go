package app_test

import (
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// TestWhatIsWrongForGoodIsNamedWithWhoCanChangeIt: trying again in a minute would never help.
func TestWhatIsWrongForGoodIsNamedWithWhoCanChangeIt(t *testing.T) {
	t.Parallel()
	without := func(scope string) func(*stage) {
		return func(s *stage) {
			var scopes []string
			for _, have := range slacksim.DefaultScopes {
				if have != scope {
					scopes = append(scopes, have)
				}
			}
			s.Slack.SetScopes(scopes...)
		}
	}
	for name, c := range map[string]struct {
		breaks func(*stage)
		said   string
	}{
		"no scope for groups": {without("usergroups:read"),
			"the app lacks the scope usergroups:read: a workspace admin must add it to the app and install the app again"},
		"no scope for people": {without("users:read"), "the app lacks the scope users:read: a workspace admin must"},
		"a disabled group": {func(s *stage) {
			s.Slack.AddGroup(slacksim.UserGroup{ID: world.PayOwners, Handle: "pay-owners", Disabled: true})
		}, "user group S0PAYOWNERS is disabled: a workspace admin must enable it again"},
		"a plan without them": {func(s *stage) { s.Slack.SetFreePlan(true) },
			"this Slack workspace has no user groups"},
		"a token that is void": {func(s *stage) { s.Slack.Fail("users.info", slacksim.Fault{Error: "token_revoked"}) },
			"Slack no longer accepts the bot's token (token_revoked): the people who run the bot must"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, world.Options{})
			s.refused = append(s.refused, "missing_scope", "no_such_subteam", "plan_upgrade_required", "token_revoked")
			s.start()
			card := s.asks(s.Mara, world.Home, "billing@prod-eu orders back 50m")
			c.breaks(s)
			answer := s.news(s.Jon, card.Channel, func() { s.clicks(s.Jon, card, "approve") }, "Not allowed")
			if text := strings.ReplaceAll(answer.Text(), "`", ""); !strings.Contains(text,
				c.said) || strings.Contains(text, "Try again") {
				t.Errorf("told %s\nwant %q and no word of trying again", text, c.said)
			}
			s.untouched()
		})
	}
}
