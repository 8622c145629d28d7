package reset

import (
	"testing"
	"time"
)

// A reset to a time in the future ends at the log end when its time has come, as it was asked to; one to a time in
// the past that finds no message as late ends elsewhere.
func TestTheLogEndIsWhereAFutureTimeLeads(t *testing.T) {
	t.Parallel()
	steps := []Step{{Topic: "orders", To: Position{Offset: 4507}, How: HowNoLater},
		{Topic: "orders", Partition: 1, To: Position{Offset: 400}, How: HowClampStart}}
	asked := time.Date(2026, 11, 27, 17, 20, 0, 0, time.UTC)
	for _, tt := range []struct {
		at     time.Time
		misses int
	}{{asked.Add(30 * time.Minute), 1}, {asked.Add(-30 * time.Minute), 2}} {
		// Once its time has come the target is an ordinary one: only the request's own time tells that it was still
		// to come.
		r := &Request{CreatedAt: asked, Act: Move{Intent{Target: Time{At: tt.at}}}}
		if got := NotableRows(r, steps); got.Misses != tt.misses {
			t.Errorf("asked for %s at %s: %d partitions are elsewhere, want %d", tt.at, asked, got.Misses, tt.misses)
		}
	}
}
