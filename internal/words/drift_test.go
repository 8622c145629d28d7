package words

import (
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// While a request is pending its totals are those of now and its rows those of the plan: a card that shows both says
// so.
func TestRowsOlderThanTheirTotalsAreMarked(t *testing.T) {
	t.Parallel()
	s := pendingStory()
	const said = "The rows and the CSV are as of "
	if text := whole(CardOf(s)); strings.Contains(text, said) {
		t.Errorf("rows and totals are of the same time:\n%s", text)
	}
	moved := s.Request.Effect
	moved.Replay += 500
	s.Request.PlannedAt, s.Request.Drift = clockAt("02:05:00"), &reset.Drift{At: clockAt("02:10:00"), Effect: moved}
	if text := whole(CardOf(s)); !strings.Contains(text, said+"03:05 CET; the totals are as of 03:10 CET.") {
		t.Errorf("nothing says that the rows are older:\n%s", text)
	}
}
