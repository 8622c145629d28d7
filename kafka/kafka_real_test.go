//go:build realkafka

package kafka_test

import (
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/realkafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/kafka/kafkatest"
)

func TestScenariosOnApacheKafka(t *testing.T) {
	t.Parallel()
	c := realkafka.Shared(t)
	kafkatest.Run(t, kafkatest.World{Addrs: c.Bootstrap(), ClusterID: c.ID})
}
