package engine

import (
	"errors"
	"testing"
)

// TestEveryVerbIsKnownOnce: a verb that nobody knows would be answered as a forged button.
func TestEveryVerbIsKnownOnce(t *testing.T) {
	t.Parallel()
	for _, v := range []DecisionVerb{"approve", "reject", "cancel", "choose", "retry", "undo", "settle", "emergency",
		"pause", "resume", "remove", "run", "skip-next", "delay"} {
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
