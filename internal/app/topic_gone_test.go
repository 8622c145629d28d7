package app_test

import (
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// limbo lets billing have a committed offset on a deleted topic, as Kafka keeps one when the group's coordinator was
// away while the topic was deleted.
func (s *stage) limbo() {
	s.t.Helper()
	if err := s.Prod.CreateTopic("limbo", 1, nil); err != nil {
		s.t.Fatal(err)
	}
	if err := s.Prod.Commit(world.Billing, "limbo", map[int32]int64{0: 0}); err != nil {
		s.t.Fatal(err)
	}
	s.Prod.Kafka().Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Metadata}, Topic: "limbo", Err: kerr.UnknownTopicOrPartition,
		Count: -1})
}

// A committed offset on a deleted topic does not matter when the request is about others: rows of a plan file, and
// the undo of a reset of all topics, which had left it alone.
func TestACommittedOffsetOnADeletedTopicIsNotInTheWay(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.limbo()
	s.start()
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu --all-topics back 10m", "PREVIEW", "limbo")
	s.clicks(s.Mara, m, "approve")
	card := s.sees(s.Jon, world.PayOps, s.id(m), "DONE")
	undo := s.tells(s.Mara, world.PayOps, "undo "+s.id(card), "PREVIEW")
	if strings.Contains(undo.Text(), "limbo") {
		t.Errorf("the undo is about limbo too:\n%s", undo.Text())
	}
	s.clicks(s.Mara, undo, "approve")
	s.sees(s.Jon, world.PayOps, s.id(undo), "DONE")
	s.stands(world.PerOrders - world.Behind)
}

func TestRowsOfAPlanBesideACommittedOffsetOnADeletedTopic(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.limbo()
	s.start()
	v := s.form(s.Mara, "billing@prod-eu --from-file")
	s.submits(s.Mara, v, map[string]string{"file": s.Mara.Upload("plan.csv", "orders,0,1890\n")})
	m := s.sees(s.Mara, s.Slack.DM(s.Mara.ID), "PREVIEW", "orders-0")
	if strings.Contains(m.Text(), "limbo") {
		t.Errorf("the plan is about limbo too:\n%s", m.Text())
	}
	s.untouched()
}

// bereft is a reset whose consumers leave once refunds was deleted, and its card, which says since when, and guesses
// nothing.
func (s *stage) bereft(text string, parts ...string) (preview, card slacksim.Message) {
	s.t.Helper()
	c := s.joins(kafkasim.ConsumerOptions{}, 1)
	preview = s.tells(s.Mara, world.PayOps, text, "PREVIEW")
	s.clicks(s.Mara, preview, "approve")
	card = s.sees(s.Jon, world.PayOps, s.id(preview), "WAITING")
	if err := s.Prod.DeleteTopic(world.Refunds); err != nil {
		s.t.Fatal(err)
	}
	s.leaves(c)
	card = s.shows(s.Jon, card, append(parts, "refunds was deleted at or after 20")...)
	if text := card.Text(); strings.Contains(text, "deleted and made again") || strings.Contains(text, "id you mean") {
		s.t.Errorf("the card guesses:\n%s", text)
	}
	s.wrote(0)
	return preview, card
}

// A topic is deleted while a reset of it and another one waits: the rest can go on, as a new plan, when its requester
// says so.
func TestATopicDeletedWhileAResetWaits(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	m, card := s.bereft("billing@prod-eu orders refunds back 10m", "Go on with the rest")
	s.has(card, "choose.1", "cancel")
	s.clicks(s.Mara, card, "choose.1")
	s.shows(s.Jon, card, s.id(m)+".2", "Reprocesses up to")
	s.types(s.Mara, world.PayOps, "approve "+s.id(m)+".2")
	s.shows(s.Jon, card, "DONE", "12 of 12 partitions")
	s.wrote(1)
}

// The only topic is deleted: the request ends, and says since when.
func TestTheOnlyTopicDeletedWhileAResetWaits(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	s.bereft("billing@prod-eu refunds back 10m", "REFUSED", "Nothing was changed")
}
