package app_test

import (
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// A topic that is written in transactions ends with a marker, which no consumer is given: a group that has read
// everything stays one behind for good, and has caught up all the same.
func TestAGroupHasCaughtUpWhenOnlyMarkersLieAhead(t *testing.T) {
	t.Parallel()
	s := newWatchStage(t)
	const topic, group = "ledger", "pay-ledger"
	if err := s.Prod.CreateTopic(topic, 2, nil); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"tx-1", "tx-2"} {
		var records []kafkasim.Record
		for range 10 {
			records = append(records, kafkasim.Record{Partition: 0, Value: "v"},
				kafkasim.Record{Partition: 1, Value: "v"})
		}
		tx, err := s.Prod.Begin(id, topic, records...)
		if err == nil {
			err = tx.End(true)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	const last = 21 // twice ten messages and a marker; the second marker is all that lies behind
	if err := s.Prod.Commit(group, topic, map[int32]int64{0: last, 1: last}); err != nil {
		t.Fatal(err)
	}
	s.start()
	lag := s.tells(s.Mara, world.Home, "lag pay-ledger@prod-eu", "up to 0 messages on 1 topic",
		"Not counted: 2 transaction markers")
	if strings.Contains(lag.Text(), "ledger-0  21  22  1") {
		t.Errorf("a marker counts as a message:\n%s", lag.Text())
	}
	preview := s.tells(s.Mara, world.Home, "pay-ledger@prod-eu ledger to offset 5", "PREVIEW", "No approval required")
	s.clicks(s.Mara, preview, "approve")
	card := s.sees(s.Jon, world.Home, s.id(preview), "DONE", "2 of 2 partitions verified at offset 5")

	c, err := s.Prod.StartConsumer(group, []string{topic}, kafkasim.ConsumerOptions{Host: "10.4.7.21"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Stop() })
	s.until("everything is read", func() bool {
		for p := range int32(2) {
			if got, _ := s.Prod.Committed(group, topic, p); got.Offset < last {
				return false
			}
		}
		return true
	})
	if got, _ := s.Prod.Committed(group, topic, 0); got.Offset != last {
		t.Fatalf("this client commits behind the marker: %d", got.Offset)
	}
	s.shows(s.Jon, card, "seen since", "Caught up", "only transaction markers are left")
	s.replies(card, "Caught up, ", "only transaction markers are left")
	s.tells(s.Mara, world.Home, "lag pay-ledger@prod-eu", "up to 0 messages on 1 topic", "1 consumer")
}
