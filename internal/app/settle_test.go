package app_test

import (
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// crashLoop is a controller that starts a consumer again each time that it has died: alive for a moment, away for
// another.
func crashLoop(s *stage, protocol string, alive, away time.Duration) (starts func() int, stop func()) {
	const silent = "silent" // without a record, so that no commit tells of them
	if err := s.Prod.CreateTopic(silent, 1, nil); err != nil {
		s.t.Fatal(err)
	}
	started, end, ended := make(chan struct{}, 1000), make(chan struct{}), make(chan struct{})
	rests := func(d time.Duration) bool {
		select {
		case <-end:
			return false
		case <-time.After(d):
			return true
		}
	}
	go func() {
		defer close(ended)
		for again := true; again; again = rests(away) {
			c, err := s.Prod.StartConsumer(world.Billing, []string{silent},
				kafkasim.ConsumerOptions{Protocol: protocol})
			if err == nil {
				err = s.Prod.WaitGroup(s.ctx, world.Billing, "Stable", 1)
			}
			started <- struct{}{}
			if err != nil || !rests(alive) {
				_ = c.Stop()
				return
			}
			_ = c.Stop()
		}
	}()
	return func() int { return len(started) }, func() { close(end); <-ended }
}

// T24: consumers that crash and are restarted leave billing Empty for a moment each time. It is never written into
// such a gap, and is once they stay away.
func TestACrashLoopIsNeverWrittenIntoAGap(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"classic", "consumer"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, world.Options{})
			usual := s.opts.Times
			s.opts.Times = func(ts *engine.Times) {
				usual(ts)
				ts.Settle, ts.CheckInterval = 2*time.Second,
					200*time.Millisecond
			}
			starts, stop := crashLoop(s, protocol, 400*time.Millisecond, 300*time.Millisecond)
			s.until("a consumer is there", func() bool { return starts() > 0 })
			s.start()
			card := s.arms("")
			from := starts()
			s.until("billing was restarted 25 times", func() bool { return starts() > from+25 })
			s.wrote(0)
			stop()
			s.shows(s.Jon, card, "DONE")
			s.wrote(1)
		})
	}
}

// A click that comes a moment after the preview of an inactive group is not made to wait for the settle time again:
// the group was looked at all the while.
func TestAPromptClickIsNotMadeToWait(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	usual := s.opts.Times
	s.opts.Times = func(ts *engine.Times) { usual(ts); ts.Settle = 5 * time.Second }
	s.start()
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders shift -100", "PREVIEW", "No approval required")
	began := time.Now()
	looks := s.Prod.CountRequests()
	s.until("the preview was looked at for longer than the settle time", func() bool {
		return time.Since(began) > 6*time.Second && s.Prod.CountRequests()[listGroups] > looks[listGroups]
	})
	clicked := time.Now()
	s.clicks(s.Mara, m, "approve")
	s.until("orders-0 is written", func() bool { return s.at(0) < before-90 })
	if took := time.Since(clicked); took > 4*time.Second {
		t.Errorf("written %s after the click, although the group had been inactive at every look for longer than the settle time",
			took)
	}
	s.sees(s.Jon, world.PayOps, s.id(m), "DONE")
}

// listGroups is the key of the request that lists groups.
const listGroups = 16
