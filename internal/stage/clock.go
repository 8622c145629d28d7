package stage

import (
	"fmt"
	"sync"
	"time"
)

// clock is the time of the stage: the machine's, and as much later as it was told to go on. Slack, the bot and the
// records of the producers go by it.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
	still time.Time // not zero: it is always this moment
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.still.IsZero() {
		return c.still
	}
	return time.Now().Add(c.ahead)
}

// stand stops the clock at a moment.
func (c *clock) stand(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.still = at
}

// longest is the most that the clock goes on at once.
const longest = 24 * time.Hour

// Now is the time on the stage.
func (s *Stage) Now() time.Time { return s.clock.now() }

// SkipTime lets the clock go on, so that a deadline or the time of a schedule comes at once.
func (s *Stage) SkipTime(d time.Duration) error {
	if d <= 0 || d > longest {
		return fmt.Errorf("the clock cannot go on by %s: give more than 0 seconds, and %s at most", d, longest)
	}
	s.clock.mu.Lock()
	defer s.clock.mu.Unlock()
	s.clock.ahead += d
	return nil
}

// Ahead is how much the clock has gone on in all.
func (s *Stage) Ahead() time.Duration {
	s.clock.mu.Lock()
	defer s.clock.mu.Unlock()
	return s.clock.ahead
}
