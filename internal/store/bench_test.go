package store_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/store"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// BenchmarkPlan stores and reads a plan of 10,000 partitions, the largest that is promised.
func BenchmarkPlan(b *testing.B) {
	s, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "bench.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	r := reset.Request{ID: "k7f3", Revision: 1, State: reset.Planning, Origin: "e1",
		Act: reset.Move{Intent: reset.Intent{Cluster: "prod-eu", Group: "billing"}}}
	if _, _, err := s.Create(b.Context(), r, nil); err != nil {
		b.Fatal(err)
	}
	steps := make([]reset.Step, 10_000)
	for i := range steps {
		steps[i] = reset.Step{Topic: fmt.Sprint("orders-", i%10), Partition: int32(i / 10), TopicID: "id", End: 1 << 40,
			From: reset.Position{Offset: 48_112}, To: reset.Position{Offset: 46_020}, How: reset.HowRecord,
			RecordAt: time.UnixMicro(int64(i)), Replay: int64(i)}
	}
	b.Run("save", func(b *testing.B) {
		for b.Loop() {
			err := s.Update(b.Context(), r.ID, nil, func(tx *engine.Tx) error { tx.SetSteps(steps); return nil })
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("worst", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := s.Worst(b.Context(), r.ID, 1, 20); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			if got, err := s.Steps(b.Context(), r.ID, 1, 0, 0); err != nil || len(got) != len(steps) {
				b.Fatal(len(got), err)
			}
		}
	})
}
