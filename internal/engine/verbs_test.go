package engine

import (
	"errors"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/vocabulary"
)

// TestEveryVerbHasARow: a verb that nobody knows would be answered as a forged button.
func TestEveryVerbHasARow(t *testing.T) {
	t.Parallel()
	for _, verb := range vocabulary.Constants(t, ".", "DecisionVerb") {
		if len(decisions[DecisionVerb(verb)]) == 0 {
			t.Errorf("%s has no row", verb)
		}
	}
	if _, err := (&Service{}).Decide(t.Context(), Decision{Verb: "drop"}); !errors.Is(err, ErrNoVerb) {
		t.Errorf("an unknown verb: %v", err)
	}
}
