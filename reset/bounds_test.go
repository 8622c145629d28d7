package reset_test

import (
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// An approval covers an effect up to both of its limits, and none beyond either.
func TestBoundsCoverBothWays(t *testing.T) {
	t.Parallel()
	b := reset.Bounds{MaxSkip: 10, MaxReplay: 20}
	for e, want := range map[reset.Effect]bool{
		{}:                      true,
		{Skip: 10, Replay: 20}:  true,
		{Skip: 11}:              false,
		{Replay: 21}:            false,
		{Skip: 11, Replay: 20}:  false,
		{Skip: 10, Replay: 21}:  false,
		{Skip: 100, Replay: 21}: false,
	} {
		if b.Covers(e) != want {
			t.Errorf("%+v is covered: %v, want %v", e, !want, want)
		}
	}
}
