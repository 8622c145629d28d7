package app_test

import (
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// TestWrongDeployAtThree is the conversation of the documentation, from both sides.
func TestWrongDeployAtThree(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	consumer, err := s.Prod.StartConsumer(world.Billing, []string{world.Orders},
		kafkasim.ConsumerOptions{Host: "10.4.7.21", Slow: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	s.member(world.Billing, 1)
	s.start()

	s.types(s.Mara, world.Incident, `billing@prod-eu orders back 50m --reason "bad deploy 4711"`)
	preview := s.sees(s.Mara, world.Incident, "PREVIEW", "billing@prod-eu", "Ask for approval",
		"1 consumer is running; nothing is written until it stops", "Stop command")
	s.clicks(s.Mara, preview, "approve")

	card := s.sees(s.Jon, world.Home, "APPROVE?", "mara", "bad deploy 4711", "pay-owners")
	s.clicks(s.Ben, card, "approve")
	s.sees(s.Ben, world.Home, "needs @pay-owners; you are not among them. Rule: pay on production.")
	s.clicks(s.Jon, card, "approve")
	card = s.shows(s.Jon, card, "WAITING", "10.4.7.21", "kubectl -n pay scale deploy/billing --replicas=0")

	if err := consumer.Stop(); err != nil {
		t.Fatal(err)
	}
	s.shows(s.Jon, card, "verified", "Undo")
	s.sees(s.Mara, world.Home, "verified", "--replicas=3")
	for p := range int32(world.Partitions) {
		got, ok := s.Prod.Committed(world.Billing, world.Orders, p)
		want := int64(world.PerOrders) - int64(50*time.Minute/world.Step)
		if !ok || got.Offset < want || got.Offset > want+10 {
			t.Errorf("orders-%d is at %+v, want about %d", p, got, want)
		}
	}
}
