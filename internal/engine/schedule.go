package engine

import (
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// intentAt is what a run whose own time is at asks for: "back 24h" and "to yesterday" count from there, and stay there
// whenever it is written.
func intentAt(in reset.Intent, at, now time.Time) reset.Intent {
	if t, ok := in.Target.(reset.Time); ok && t.Recurs() {
		t = t.From(at)
		t.Future = t.At.After(now)
		in.Target = t
	}
	return in
}
