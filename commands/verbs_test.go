package commands

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/vocabulary"
)

// A decision that cannot be typed is one that only a button can make. What is about schedules is typed after that
// word, and what is about one run also without it.
func TestEveryDecisionCanBeTyped(t *testing.T) {
	t.Parallel()
	why := map[string]string{"choose": " 1", "settle": " seen", "emergency": " INC-1"}
	for _, verb := range vocabulary.Constants(t, filepath.Join("..", "internal", "engine"), "DecisionVerb") {
		text := verb + " k7f3" + why[verb]
		if slices.Contains([]string{"pause", "resume", "remove"}, verb) {
			text = "schedule " + text
		}
		cmd, err := Parse(text, askerOf(t))
		if d, ok := cmd.(Decide); err != nil || !ok || d.Verb != verb || d.Ref.ID != "k7f3" {
			t.Errorf("%q is read as %+v, %v", text, cmd, err)
		}
	}
	for _, verb := range []string{"pause", "resume", "remove", "run", "skip-next", "delay"} {
		cmd, err := Parse("schedule "+verb+" nightly", askerOf(t))
		if d, ok := cmd.(Decide); err != nil || !ok || d.Verb != verb || d.Ref.ID != "nightly" {
			t.Errorf("schedule %s is read as %+v, %v", verb, cmd, err)
		}
	}
}
