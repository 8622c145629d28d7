package kafka_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/kafka"
	"github.com/kafka-reset-bot/kafka-reset-bot/kafka/kafkatest"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// kfakeDiffers are the scenarios that are not true of the simulated Kafka.
var kfakeDiffers = map[string]string{
	"time of the broker":    "kfake keeps the producer's time under LogAppendTime",
	"commit over the limit": "kfake takes a commit of any size",
	"compacted topic":       "kfake moves the log start up to the first record that is left; Kafka leaves it where it is",
}

func TestScenariosOnTheSimulatedKafka(t *testing.T) {
	t.Parallel()
	s := newSim(t, kafkasim.Options{})
	kafkatest.Run(t, kafkatest.World{Addrs: s.Addrs(), ClusterID: s.ClusterID(), Differs: kfakeDiffers})
}

var start = time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)

func newSim(t *testing.T, o kafkasim.Options) *kafkasim.Sim {
	t.Helper()
	s, err := kafkasim.New(t.Context(), o)
	ok(t, err)
	t.Cleanup(s.Close)
	return s
}

// seeded has the topic orders with 100 records on each of 3 partitions, one a second, and billing's commits at 50.
func seeded(t *testing.T) *kafkasim.Sim {
	t.Helper()
	s := newSim(t, kafkasim.Options{})
	ok(t, s.SeedSeries("orders", 3, kafkasim.Series{First: start, Step: time.Second, Count: 100}))
	ok(t, s.Commit("billing", "orders", map[int32]int64{0: 50, 1: 50, 2: 50}))
	return s
}

// open gives up after 5 s where a test does not say otherwise.
func open(t *testing.T, cfg kafka.Config) *kafka.Cluster {
	t.Helper()
	if cfg.Name == "" {
		cfg.Name = "prod-eu"
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 5 * time.Second
	}
	cfg.Now = time.Now
	c := kafka.Open(cfg)
	t.Cleanup(func() { ok(t, c.Close()) })
	return c
}

func openSim(t *testing.T, s *kafkasim.Sim) *kafka.Cluster {
	t.Helper()
	return open(t, kafka.Config{Bootstrap: s.Addrs()})
}

// impatient gives up after a second, for tests in which something is silent.
func impatient(t *testing.T, s *kafkasim.Sim) *kafka.Cluster {
	t.Helper()
	return open(t, kafka.Config{Bootstrap: s.Addrs(), Timeout: time.Second})
}

// until waits for something that no answer tells.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(20 * time.Second); !is(); <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("%s: not within 20 s", what)
		}
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func problem(t *testing.T, err error) reset.Problem {
	t.Helper()
	var p *reset.Problem
	if !errors.As(err, &p) {
		t.Fatalf("error is %v, want a problem that a person can do something about", err)
	}
	return *p
}

func orders(n int32) reset.Partition { return reset.Partition{Topic: "orders", Partition: n} }

func scope(topics ...string) (s reset.Scope) {
	for _, t := range topics {
		s.Topics = append(s.Topics, reset.TopicScope{Topic: t})
	}
	return s
}

func chunk(offsets ...int64) (c reset.Chunk) {
	for n, o := range offsets {
		c.Steps = append(c.Steps, reset.WriteStep{Partition: orders(int32(n)), To: reset.Position{Offset: o}})
	}
	return c
}
