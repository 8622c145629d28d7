// Package stagetest gives a test a stage of its own.
package stagetest

import (
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/stage"
)

// Start is a stage that ends with the test. The end of the bot's log is shown if the test fails.
func Start(t *testing.T) *stage.Stage {
	t.Helper()
	s, err := stage.Start(t.Context(), stage.Options{Settle: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(s.LastWords())
		}
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}
