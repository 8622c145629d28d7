package stage

import (
	"net/http"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

// SetSlack429 makes Slack answer all that the bot asks with 429, or ends that.
func (s *Stage) SetSlack429(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock() // what is shown and what is so change together
	s.limited = on
	if on {
		s.Slack.Fail(slacksim.AnyRequest, slacksim.Fault{Status: http.StatusTooManyRequests, RetryAfter: time.Second})
		return
	}
	s.Slack.Heal(slacksim.AnyRequest)
}

// Trouble are the faults of Slack that are switched on, in words.
func (s *Stage) Trouble() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.limited {
		return []string{"Slack answers 429 (too many requests) to all that the bot asks"}
	}
	return nil
}
