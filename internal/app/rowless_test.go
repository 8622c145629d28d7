package app_test

import (
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// A freeze has no rows, and a schedule that is saved was not written: neither misses files, and neither promises a
// message that does not come.
func TestWhatHasNoRowsMissesNoFiles(t *testing.T) {
	t.Parallel()
	s := newStage(t,
		world.Options{Policy: strings.Replace(world.Policy, "    owner: S0PAYOWNERS\n",
			"    owner: S0PAYOWNERS\n    schedules: true\n", 1)})
	s.start()
	s.types(s.Jon, world.Home, "freeze sandbox-eu upgrade")
	said := []string{"FROZEN", "paused by @jon"}
	freeze := s.finds(s.Jon, world.Home, said,
		func(m slacksim.Message) bool { return !m.Ephemeral && m.Thread == "" && holds(m, said) })
	for _, m := range s.Jon.Messages(world.Home) {
		if strings.Contains(m.Text(), "you get the result as a direct message") {
			t.Errorf("a message is promised that does not come:\n%s", m.Text())
		}
	}
	saved := s.saves(`schedule add "0 4 * * *" --tz UTC --name nightly -- billing@prod-eu orders shift -1000`)
	s.sees(s.Mara, s.Slack.DM(s.Mara.ID), "SCHEDULE ACTIVE")
	for _, card := range []slacksim.Message{freeze, saved} {
		s.silent(card, "could not be attached")
	}
}
