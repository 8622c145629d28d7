package bot

import (
	"testing"
	"time"
)

// TestHellosOfOneMoment: two sockets are read side by side, so that the hello which counts one connection may be heard
// after the hello which counts both. Much later, a smaller count is a newer one.
func TestHellosOfOneMoment(t *testing.T) {
	t.Parallel()
	var h health
	at := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	counts := func(want int) {
		t.Helper()
		if got := h.diagnosis().Connections; got != want {
			t.Errorf("slack counts %d connections, want %d", got, want)
		}
	}
	h.connected(1, 2, at)
	h.connected(0, 1, at.Add(time.Millisecond))
	counts(2)
	h.connected(0, 10, at.Add(time.Hour))
	counts(10)
	h.connected(1, 2, at.Add(2*time.Hour))
	counts(2)
}
