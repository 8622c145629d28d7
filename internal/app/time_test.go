package app_test

import (
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// dated makes a topic of one partition with a segment for each batch, of records at the given times, and lets billing have
// committed an offset on it.
func (s *stage) dated(topic string, committed int64, batches ...[]time.Time) {
	s.t.Helper()
	err := s.Prod.CreateTopic(topic, 1, map[string]string{"segment.bytes": "1"})
	for _, batch := range batches {
		var rs []kafkasim.Record
		for _, at := range batch {
			rs = append(rs, kafkasim.Record{Time: at, Value: "x"})
		}
		if err == nil {
			err = s.Prod.Produce(topic, rs...)
		}
	}
	if err == nil {
		err = s.Prod.Commit(world.Billing, topic, map[int32]int64{0: committed})
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// The newest record of the first segment is below the log start: Kafka finds no record for the time, although offsets 3 and 4
// are later, between earlier ones. The reset goes to 3 and skips nothing.
func TestATimeThatKafkaMisses(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	b := s.Born.Add(-24 * time.Hour).UTC()
	hour := func(n time.Duration) time.Time { return b.Add(n * time.Hour) }
	s.dated("invoices", 7, []time.Time{hour(5), hour(1), hour(1)}, []time.Time{hour(10), hour(10)}, []time.Time{hour(2), hour(2)})
	if err := s.Prod.DeleteRecords("invoices", 0, 1); err != nil {
		t.Fatal(err)
	}
	s.start()
	asked := " to " + b.Add(4*time.Hour+30*time.Minute).Format(time.RFC3339)
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu invoices"+asked, "preview")
	s.clicks(s.Mara, m, "approve")
	s.sees(s.Jon, world.PayOps, s.id(m), "done")
	if at, _ := s.Prod.Committed(world.Billing, "invoices", 0); at.Offset != 3 {
		t.Errorf("invoices-0 is at %d, want 3: the first record that is later", at.Offset)
	}
	s.tells(s.Mara, world.PayOps, "billing@prod-eu invoices"+asked, "preview", "Nothing would move")
}
