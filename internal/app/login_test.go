package app_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/config"
	"github.com/kafka-reset-bot/kafka-reset-bot/kafka"
)

// TestEveryLoginThatMayBeConfiguredIsKnown: sarama would send the password as it is for a mechanism that it does not
// know.
func TestEveryLoginThatMayBeConfiguredIsKnown(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(config.Mechanisms, kafka.Mechanisms()); diff != "" {
		t.Errorf("-config +kafka\n%s", diff)
	}
}
