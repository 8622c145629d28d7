package kafka_test

import (
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/kafka/kafkatest"
)

func TestScenariosOnTheSimulatedKafka(t *testing.T) {
	t.Parallel()
	s := newSim(t, kafkasim.Options{})
	kafkatest.Run(t, kafkatest.World{Addrs: s.Addrs(), ClusterID: s.ClusterID(), Differs: map[string]string{
		"time of the broker": "kfake keeps the producer's time under LogAppendTime",
	}})
}

func newSim(t *testing.T, o kafkasim.Options) *kafkasim.Sim {
	t.Helper()
	s, err := kafkasim.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}
