package commands

import (
	"path/filepath"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/vocabulary"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// typed is how each kind of target is said. An undo goes back to a request: its target is made by what decides.
var typed = map[reset.TargetKind]string{
	reset.KindTime:       "billing orders to 02:10",
	reset.KindExact:      "billing orders:3 to offset 46020",
	reset.KindSkipRecord: "billing skip orders:7@18231",
	reset.KindRows:       "billing from orders,3,12",
	reset.KindUndo:       "undo k7f3",
	reset.KindNowhere:    "delete-offsets billing orders",
	reset.KindLatest:     "billing orders to latest",
	reset.KindEarliest:   "billing orders to earliest",
	reset.KindShift:      "billing orders shift -100",
	reset.KindCurrent:    "billing orders to current",
	reset.KindLike:       "billing orders like audit",
}

// A target that cannot be said is one that nobody can ask for.
func TestEveryTargetCanBeSaid(t *testing.T) {
	t.Parallel()
	for _, kind := range vocabulary.Constants(t, filepath.Join("..", "reset"), "TargetKind") {
		cmd, err := Parse(typed[reset.TargetKind(kind)], askerOf(t))
		if err != nil {
			t.Errorf("%s: %q: %v", kind, typed[reset.TargetKind(kind)], err)
			continue
		}
		switch c := cmd.(type) {
		case Reset:
			if got := c.Intent.Target; got == nil || string(got.Kind()) != kind {
				t.Errorf("%s: %q is read as %T", kind, typed[reset.TargetKind(kind)], got)
			}
		case Decide:
			if kind != string(reset.KindUndo) {
				t.Errorf("%s: %q is read as a decision", kind, typed[reset.TargetKind(kind)])
			}
		default:
			t.Errorf("%s: %q is read as %T", kind, typed[reset.TargetKind(kind)], cmd)
		}
	}
}
