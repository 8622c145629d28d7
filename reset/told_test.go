package reset

import (
	"testing"
	"time"
)

// A reset to a time in the future ends at the log end when its time has come, as it was asked to; one to a time in the past that finds
// no message as late ends elsewhere.
func TestTheLogEndIsWhereAFutureTimeLeads(t *testing.T) {
	t.Parallel()
	steps := []Step{{Topic: "orders", To: Position{Offset: 4507}, How: HowNoLater}, {Topic: "orders", Partition: 1, To: Position{Offset: 400}, How: HowClampStart}}
	for _, tt := range []struct {
		future bool
		misses int
	}{{true, 1}, {false, 2}} {
		in := Intent{Target: Time{At: time.Date(2026, 11, 27, 17, 50, 42, 0, time.UTC), Future: tt.future}}
		if got := told(in, steps); got.Misses != tt.misses {
			t.Errorf("future %t: %d partitions are elsewhere, want %d", tt.future, got.Misses, tt.misses)
		}
	}
}
