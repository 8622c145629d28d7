package engine

import (
	"errors"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/vocabulary"
)

// TestEveryVerbIsKnownOnce: a verb that nobody knows would be answered as a forged button.
func TestEveryVerbIsKnownOnce(t *testing.T) {
	t.Parallel()
	for _, verb := range vocabulary.Constants(t, ".", "DecisionVerb") {
		v := DecisionVerb(verb)
		_, request := decisions[v]
		_, schedule := scheduleDecisions[v]
		if request == schedule {
			t.Errorf("%s: a verb of requests %t, of schedules %t", v, request, schedule)
		}
	}
	if _, err := (&Service{}).Decide(t.Context(), Decision{Verb: "drop"}); !errors.Is(err, ErrNoVerb) {
		t.Errorf("an unknown verb: %v", err)
	}
}
