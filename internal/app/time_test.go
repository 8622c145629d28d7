package app_test

import (
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// dated makes a topic of one partition with a segment for each batch, of records at the given times, and lets billing
// have committed an offset on it.
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

// The newest record of the first segment is below the log start: Kafka finds no record for the time, although offsets
// 3 and 4 are later, between earlier ones. The reset goes to 3 and skips nothing.
func TestATimeThatKafkaMisses(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	b := s.Born.Add(-24 * time.Hour).UTC()
	hour := func(n int) time.Time { return b.Add(time.Duration(n) * time.Hour) }
	s.dated("invoices", 7, []time.Time{hour(5), hour(1), hour(1)}, []time.Time{hour(10), hour(10)},
		[]time.Time{hour(2), hour(2)})
	if err := s.Prod.DeleteRecords("invoices", 0, 1); err != nil {
		t.Fatal(err)
	}
	s.start()
	asked := " to " + b.Add(4*time.Hour+30*time.Minute).Format(time.RFC3339)
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu invoices"+asked, "PREVIEW")
	s.clicks(s.Mara, m, "approve")
	s.sees(s.Jon, world.PayOps, s.id(m), "DONE")
	if at, _ := s.Prod.Committed(world.Billing, "invoices", 0); at.Offset != 3 {
		t.Errorf("invoices-0 is at %d, want 3: the first record that is later", at.Offset)
	}
	s.tells(s.Mara, world.PayOps, "billing@prod-eu invoices"+asked, "Already there", "Nothing to do")
}

// A producer dates its records in seconds: to Kafka they are of January 1970, and none is as late as half an hour
// ago. The log end would skip what is unread, so that a rewind is a question, and the newest date is shown.
func TestARewindThatWouldSkipIsAQuestion(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	var times []time.Time
	for n := range 100 {
		times = append(times, time.UnixMilli(s.Born.Unix()-100+int64(n)))
	}
	s.dated("payments", 80, times)
	s.start()
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu payments back 30m", "would skip up to 20 messages", "1970-01-2",
		"seconds", "Not written as of ")
	s.has(m, "choose.1", "choose.2", "cancel")
	s.clicks(s.Mara, m, "choose.1")
	s.shows(s.Mara, m, "PREVIEW", "earliest", "80")

	// A time is a question too, and its twin in words says that to skip is meant.
	at := s.Born.Add(-30 * time.Minute).UTC().Format(time.RFC3339)
	s.tells(s.Mara, world.PayOps, "billing@prod-eu payments to "+at, "would skip up to 20 messages", "1970-01-2")
	s.tells(s.Mara, world.PayOps, "billing@prod-eu payments to "+at+" --skip-ahead", "PREVIEW", "No message that late")
	if got, _ := s.Prod.Committed(world.Billing, "payments", 0); got.Offset != 80 {
		t.Errorf("payments-0 is at %d, want 80", got.Offset)
	}
}
