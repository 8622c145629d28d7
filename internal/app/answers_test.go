package app_test

import (
	"slices"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// TestEveryoneWhoActsIsAnsweredOnce: Slack is away when the answer comes. The act is decided once, and its person
// hears of it once.
func TestEveryoneWhoActsIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	acts := map[string]struct {
		does func(s *stage, card slacksim.Message)
		told []string
	}{
		"a click that is refused": {func(s *stage, card slacksim.Message) { s.clicks(s.Ben, card, "approve") },
			[]string{"Not allowed", "you are not among them"}},
		"a command that looks": {func(s *stage, card slacksim.Message) { s.types(s.Ben, world.Home, "status") },
			[]string{"waiting for approval"}},
		"a command that is no one": {func(s *stage,
			card slacksim.Message) {
			s.types(s.Ben, world.Home, "aprove k7f3.1")
		}, []string{"help"}},
	}
	faults := map[string]slacksim.Fault{
		"429":       {Status: 429, RetryAfter: time.Second, Times: 1},
		"503 twice": {Status: 503, Times: 2},
		"cut":       {Drop: true, Times: 1},
		"gone":      {Status: 404, Times: 1},
	}
	for act, a := range acts {
		for name, fault := range faults {
			t.Run(act+", "+name, func(t *testing.T) {
				t.Parallel()
				s := newStage(t, world.Options{})
				s.start()
				card := s.asks(s.Mara, world.Home, "billing@prod-eu orders back 50m")
				s.sees(s.Mara, world.Home, "The card in #kafka-prod") // else the fault would be hers
				heard := func() (n int) {
					for _, channel := range []string{world.Home, s.Slack.DM("U0BEN")} {
						n += len(slices.DeleteFunc(s.Ben.Messages(channel), func(m slacksim.Message) bool {
							return !m.Ephemeral && channel == world.Home || !holds(m, a.told)
						}))
					}
					return n
				}
				s.Slack.Fail(slacksim.ResponseURLs, fault)
				a.does(s, card)
				s.until("an answer", func() bool { return heard() > 0 })
				s.tells(s.Ben, world.Home, "help undo", "Restore the offsets from before a request")
				if n := heard(); n != 1 {
					t.Errorf("%d answers", n)
				}
			})
		}
	}
}

// TestAnAnswerOutlivesTheProcess: it is recorded before it is given up for the moment.
func TestAnAnswerOutlivesTheProcess(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	card := s.asks(s.Mara, world.Home, "billing@prod-eu orders back 50m")
	s.sees(s.Mara, world.Home, "The card in #kafka-prod")
	s.Slack.Fail(slacksim.ResponseURLs, slacksim.Fault{Status: 503})
	s.clicks(s.Ben, card, "approve")
	s.until("it was tried", func() bool {
		return slices.ContainsFunc(s.Slack.Calls(slacksim.ResponseURLs),
			func(c slacksim.Call) bool { return c.Status == 503 })
	})
	s.stop()
	s.Slack.Heal(slacksim.ResponseURLs)
	s.start()
	s.sees(s.Ben, world.Home, "Not allowed", "you are not among them")
}
