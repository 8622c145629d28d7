//go:build soak

package crash

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// TestSoakKills kills the bot 200 times at random calls; every other road has a second process beside it, and one in
// three goes back again, with another kill on the way.
func TestSoakKills(t *testing.T) {
	t.Parallel()
	const kills, calls = 200, 90
	random := rand.New(rand.NewPCG(rand.Uint64(), 1))
	type round struct {
		nth      int
		two, way bool
	}
	var rounds []round
	for n := range kills {
		rounds = append(rounds, round{1 + random.IntN(calls), n%2 == 0, n%3 == 0})
	}
	name := func(r round) string { return fmt.Sprintf("%+v", r) }
	sideBySide(t, slices.Values(rounds), name, func(s *stage, at round) {
		r := s.road("alone")
		r.survives(r.starts(Trap{Point: anyPoint, Nth: at.nth, Do: kill}))
		if at.two {
			r.survives(r.starts(Trap{Point: anyPoint, Nth: at.nth / 2, Do: kill}))
		}
		first := r.applies()
		r.told(first, r.commits(), stood, target)
		if !at.way || first.State != reset.Applied {
			return
		}
		r.Prod.ResetCounts()
		undo := r.goesBack(first)
		r.told(undo, r.commits(), target, stood)
	})
}
