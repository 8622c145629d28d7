package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// lateStage is a stage on which a write's answer is soon known to be lost.
func lateStage(t *testing.T) *stage {
	t.Helper()
	s := newStage(t, world.Options{})
	usual := s.opts.Times
	s.opts.Times = func(ts *engine.Times) {
		usual(ts)
		ts.Settle, ts.CheckInterval, ts.Again, ts.Commit = 300*time.Millisecond, 100*time.Millisecond,
			500*time.Millisecond, time.Second
		ts.WatchFirst, ts.Watch, ts.WatchSlow = time.Second, 200*time.Millisecond, 200*time.Millisecond
	}
	s.start()
	return s
}

// lost lets mara go back by 100 on each partition of orders, with the one commit held on the way until every deadline
// has passed. The card says "as before" then, and the returned function lets the commit through to Kafka.
func (s *stage) lost() (card slacksim.Message, lands func()) {
	s.t.Helper()
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders shift -100", "PREVIEW", "No approval required")
	held := s.Prod.Hold(kmsg.OffsetCommit)
	s.t.Cleanup(held.Release)
	s.clicks(s.Mara, m, "approve")
	s.arrives(held)
	s.Prod.Hold(kmsg.OffsetCommit).Release() // what comes later passes
	card = s.sees(s.Jon, world.PayOps, s.id(m), "OFFSETS UNCHANGED")
	s.stands(before)
	return card, held.Release
}

func (s *stage) arrives(g *kafkasim.Gate) {
	s.t.Helper()
	s.until("the commit is on its way", func() bool {
		select {
		case <-g.Arrived():
			return true
		default:
			return false
		}
	})
}

// threadSays waits until a card's thread says all parts in one message.
func (s *stage) threadSays(card slacksim.Message, parts ...string) {
	s.t.Helper()
	s.until("the thread says "+strings.Join(parts, ", "), func() bool {
		return slices.ContainsFunc(s.Jon.Replies(card), func(m slacksim.Message) bool { return holds(m, parts) })
	})
}

func TestACommitThatLandsAfterItWasGivenUpIsCorrectedEverywhere(t *testing.T) {
	t.Parallel()
	s := lateStage(t)
	card, lands := s.lost()
	id := s.id(card)
	s.shows(s.Jon, card, "unchanged when read ", " and ", "The write may still land until ",
		"this card is corrected then")
	s.tells(s.Mara, world.PayOps, "undo "+id, id+" has nothing to undo")
	lands()
	card = s.shows(s.Jon, card, "APPLIED LATE", id,
		"The write landed late: 12 of 12 partitions verified at their targets (")
	s.stands(before - 100)
	s.threadSays(card, "The write whose answer was lost has landed", "pplied and verified on every partition",
		"Reported before: not applied, the offsets are unchanged", "mara")
	s.sees(s.Mara, s.Slack.DM(s.Mara.ID), "APPLIED LATE", id, "The write landed late")
	s.tells(s.Jon, world.PayOps, "show "+id, "APPLIED LATE", id,
		"Not applied, the offsets are unchanged, read ", "The write whose answer was lost has landed")
	s.tells(s.Jon, world.PayOps, "history billing@prod-eu", id, "applied late",
		"the answer was lost, then the write landed: every partition is at its target")
	s.has(card, "undo")
	undo := s.news(s.Mara, world.PayOps, func() { s.clicks(s.Mara, card, "undo") }, "PREVIEW", "the offsets before "+id)
	s.clicks(s.Mara, undo, "approve")
	s.sees(s.Jon, world.PayOps, s.id(undo), "DONE", "at the offsets before "+id)
	s.stands(before)
	s.shows(s.Jon, card, s.id(undo))
	s.wrote(2)
}

func TestACommitThatLandsWhileNoProcessRunsIsCorrected(t *testing.T) {
	t.Parallel()
	s := lateStage(t)
	card, lands := s.lost()
	s.stop()
	lands()
	s.until("it has landed", func() bool { return s.at(0) == before-100 })
	s.start()
	s.shows(s.Jon, card, "APPLIED LATE", "The write landed late", "Not read for a while")
}

func TestACommitThatLandsLateInPartBlocksTheGroup(t *testing.T) {
	t.Parallel()
	s := lateStage(t)
	card, lands := s.lost()
	s.Prod.FailCommitOf(1, kerr.TopicAuthorizationFailed, world.Orders, 3, 7)
	lands()
	card = s.shows(s.Jon, card, "PARTIALLY APPLIED", "10 partitions written and 2 unchanged", "The write landed late",
		"Other resets of billing are blocked")
	s.has(card, "undo", "settle")
	s.threadSays(card, "has landed", "partially applied")
	s.tells(s.Mara, world.PayOps, "billing@prod-eu orders shift -1", "are blocked by "+s.id(card))
}

func TestLateCommitOnANewerResetIsOnBothCards(t *testing.T) {
	t.Parallel()
	s := lateStage(t)
	old, lands := s.lost()
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders shift -50", "PREVIEW",
		"A write of "+s.id(old)+" may still land until ")
	s.clicks(s.Mara, m, "approve")
	newer := s.sees(s.Jon, world.PayOps, s.id(m), "DONE")
	s.stands(before - 50)
	lands()
	s.shows(s.Jon, newer, "OVERWRITTEN", "Overwritten by the late write of "+s.id(old),
		"is at 1,800 instead of 1,850")
	s.shows(s.Jon, old, "APPLIED LATE", "The write landed late: 12 of 12 partitions")
	s.threadSays(newer, "Overwritten by the late write of "+s.id(old), "mara")
}

func TestJoiningConsumersEndTheWatchForALateCommit(t *testing.T) {
	t.Parallel()
	s := lateStage(t)
	card, lands := s.lost()
	s.joins(kafkasim.ConsumerOptions{Host: "10.4.7.21"}, 1)
	card = s.shows(s.Jon, card, "OFFSETS UNCHANGED", "before consumers came back ",
		"from then on it looks like their commits")
	lands()
	s.until("the commit has reached Kafka", func() bool { return s.Prod.CountRequests()[kmsg.OffsetCommit] == 1 })
	s.threadSays(card, "Consumers came back: from now on a late write cannot be told apart from their commits.")
	if now := s.shows(s.Jon, card); strings.Contains(now.Text(), "landed late") {
		t.Errorf("it is claimed to have landed:\n%s", now.Text())
	}
}

// A broker may answer UNKNOWN_SERVER_ERROR for a commit that stands: the offsets decide.
func TestAnErrorThatProvesNothingIsNotBelievedAgainstTheOffsets(t *testing.T) {
	t.Parallel()
	s := lateStage(t)
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders shift -100", "PREVIEW", "No approval required")
	held := s.Prod.Hold(kmsg.OffsetCommit)
	t.Cleanup(held.Release)
	s.clicks(s.Mara, m, "approve")
	s.arrives(held)
	to := map[int32]int64{}
	for p := range int32(world.Partitions) {
		to[p] = before - 100
	}
	if err := s.Prod.Commit(world.Billing, world.Orders, to); err != nil {
		t.Fatal(err)
	}
	s.Prod.FailCommit(1, kerr.UnknownServerError)
	held.Release()
	s.sees(s.Jon, world.PayOps, s.id(m), "DONE", "12 of 12 partitions")
	s.stands(before - 100)
	s.wrote(1)
}

// One partition is denied, and a consumer joins before the others are rolled back.
func TestARollbackThatAJoinerBlocksIsExplained(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.configure("timeout: 2s", "timeout: 30s")
	s.start()
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders shift -100", "PREVIEW", "No approval required")
	s.Prod.FailCommitOf(1, kerr.TopicAuthorizationFailed, world.Orders, 3)
	first := s.Prod.Hold(kmsg.OffsetCommit)
	t.Cleanup(first.Release)
	s.clicks(s.Mara, m, "approve")
	s.arrives(first)
	rollback := s.Prod.Hold(kmsg.OffsetCommit)
	t.Cleanup(rollback.Release)
	first.Release()
	s.arrives(rollback)
	s.joins(kafkasim.ConsumerOptions{ClientID: "billing-6c9f", Host: "10.4.7.21"}, 1)
	rollback.Release()
	card := s.sees(s.Jon, world.PayOps, s.id(m), "PARTIALLY APPLIED", "TOPIC_AUTHORIZATION_FAILED on orders-3",
		"It could not be rolled back: UNKNOWN_MEMBER_ID", "1 consumer was in the group: billing-6c9f from 10.4.7.21")
	s.has(card, "undo", "settle")
	s.file(card, s.id(m)+"-stands.csv",
		"topic,partition,before,target,read,stands,kafka\norders,0,1900,1800,1800,written,written\n")
}
