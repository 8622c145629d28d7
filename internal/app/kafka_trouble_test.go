package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

func TestKafkaUnreachableIsReportedAndRetried(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.opts.Times = func(ts *engine.Times) {
		ts.Settle, ts.CheckInterval, ts.Again = 600*time.Millisecond, 100*time.Millisecond, time.Hour
	}
	s.start()
	s.Prod.Unreachable(true)
	m := s.tells(s.Mara, world.Incident, "billing@prod-eu orders back 10m", "RETRYING",
		"prod-eu does not answer (3 brokers tried", "Not written as of ", "The bot retries")
	s.has(m, "retry", "cancel")
	s.tells(s.Ben, world.Incident, "lag billing@prod-eu", "prod-eu does not answer")
	s.Prod.Unreachable(false)
	s.clicks(s.Mara, m, "retry")
	s.has(s.shows(s.Mara, m, "PREVIEW", "No approval required"), "approve", "rows", "cancel")
	s.untouched()
}

func TestKafkaAnswersAgainByItself(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 10m", "PREVIEW")
	s.Prod.Unreachable(true)
	s.clicks(s.Mara, m, "approve")
	card := s.sees(s.Jon, world.PayOps, s.id(m), "prod-eu does not answer")
	s.wrote(0)
	s.Prod.Unreachable(false)
	s.shows(s.Jon, card, "DONE", "verified")
	s.wrote(1)
}

// A coordinator that is still loading has to be waited for: the card says so by Kafka's name for it, and goes on by
// itself.
func TestACoordinatorThatIsLoadingIsWaitedFor(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 10m", "PREVIEW")
	loading := s.Prod.Fail(-1, kmsg.OffsetFetch, kerr.CoordinatorLoadInProgress)
	s.clicks(s.Mara, m, "approve")
	card := s.sees(s.Jon, world.PayOps, s.id(m), "COORDINATOR_LOAD_IN_PROGRESS", "Not written as of ")
	s.wrote(0)
	loading.Remove()
	s.shows(s.Jon, card, "DONE", "verified")
	s.wrote(1)
}

func TestABrokerThatTurnsTheWriteDownIsTriedAgain(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	s.Prod.FailCommit(2, kerr.UnknownMemberID)
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 10m", "PREVIEW")
	s.clicks(s.Mara, m, "approve")
	s.sees(s.Jon, world.PayOps, "DONE", "verified")
	s.sees(s.Jon, world.PayOps,
		"Not applied: Kafka rejected the commit: UNKNOWN_MEMBER_ID. It is retried when")
	s.wrote(3)
	s.tells(s.Mara, world.PayOps, "history "+s.id(m), "Writing, attempt 1", "Writing, attempt 3", "Applied")
}

func TestAnAnswerThatRefusesForGoodFailsUnchanged(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	denied := s.Prod.FailCommit(-1, kerr.GroupAuthorizationFailed)
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 10m", "PREVIEW")
	s.clicks(s.Mara, m, "approve")
	card := s.sees(s.Jon, world.PayOps, "NOT APPLIED", "GROUP_AUTHORIZATION_FAILED", "READ on the group")
	s.has(card, "retry")
	s.stands(before)
	denied.Remove()
	again := s.news(s.Mara, world.PayOps, func() { s.clicks(s.Mara, card, "retry") }, "PREVIEW")
	s.clicks(s.Mara, again, "approve")
	s.sees(s.Jon, world.PayOps, s.id(again), "DONE")
}

func TestUndoGoesBackWithTheMetadata(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	if err := s.Prod.CommitWith(world.Billing, world.Orders, map[int32]int64{0: before},
		"written by billing 6c9f"); err != nil {
		t.Fatal(err)
	}
	s.start()
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 10m", "PREVIEW")
	s.clicks(s.Mara, m, "approve")
	card := s.sees(s.Jon, world.PayOps, s.id(m), "DONE", "Undo")
	s.told(s.Ben, card, "undo", "You may not undo resets of billing on prod-eu. @pay can.")
	undo := s.news(s.Mara, world.PayOps, func() { s.clicks(s.Mara, card, "undo") }, "PREVIEW",
		"the offsets before "+s.id(m),
		"Skips up to")
	s.wrote(1) // previewed, not done
	s.clicks(s.Mara, undo, "approve")
	s.sees(s.Jon, world.PayOps, s.id(undo), "DONE", "at the offsets before "+s.id(m))
	s.stands(before)
	got, _ := s.Prod.Committed(world.Billing, world.Orders, 0)
	if got.Metadata != "written by billing 6c9f" {
		t.Errorf("the metadata is %q", got.Metadata)
	}
	s.wrote(2)
	s.until("the card says that it was taken back",
		func() bool { now, err := s.Jon.Look(card); return err == nil && len(now.Buttons()) == 0 })
	s.tells(s.Mara, world.PayOps, "undo "+s.id(m), s.id(m)+" was undone already, by "+s.id(undo))
}

// unclear takes a reset to an unknown outcome: the answer is lost, and another client commits.
func unclear(t *testing.T, by int64) (*stage, string) {
	t.Helper()
	s := newStage(t, world.Options{})
	usual := s.opts.Times
	s.opts.Times = func(ts *engine.Times) {
		usual(ts)
		ts.Settle, ts.CheckInterval, ts.Again, ts.Commit = 300*time.Millisecond, 100*time.Millisecond,
			500*time.Millisecond, time.Second
	}
	s.start()
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders:0-2 back 10m", "PREVIEW")
	s.Prod.SwallowCommitAnswer(false)
	s.clicks(s.Mara, m, "approve")
	s.until("the write is on its way", func() bool { return s.Prod.CountRequests()[kmsg.OffsetCommit] > 0 })
	o := s.Prod.StartOverwriter(world.Billing, world.Orders, map[int32]int64{0: by, 1: by}, 50*time.Millisecond)
	t.Cleanup(o.Stop)
	card := s.sees(s.Jon, world.PayOps, s.id(m), "OUTCOME UNKNOWN", "Kafka's answer was lost",
		"moved on", "unchanged",
		"Other resets of billing are blocked until you undo or accept.")
	s.has(card, "undo", "settle")
	o.Stop()
	s.wrote(1)
	return s, s.id(m)
}

func TestAnOutcomeThatCannotBeKnownIsSettledWithAReason(t *testing.T) {
	t.Parallel()
	s, id := unclear(t, 1990)
	blocked := "Resets of billing are blocked by " + id
	s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 10m", blocked, "undo "+id, "settle "+id)
	s.tells(s.Mara, world.PayOps, "settle "+id, "Give the reason for accepting this outcome")
	s.tells(s.Mara, world.PayOps, "undo "+id, "billing has moved on", "would only reprocess",
		"first accept "+id+" as it is")
	s.tells(s.Ben, world.PayOps, "settle "+id+` "it is fine"`, "You may not settle resets of billing on prod-eu")

	card := s.sees(s.Jon, world.PayOps, id, "OUTCOME UNKNOWN")
	s.clicks(s.Jon, card, "settle")
	modal := s.opens(s.Jon, "Accept "+id, "Why is the outcome accepted as it is?")
	s.acked(s.Jon.Submit(modal, map[string]string{"why": "  "}))
	modal = s.opens(s.Jon, "Accept "+id, "Say in a few words why")
	s.acked(s.Jon.Submit(modal, map[string]string{"why": "the consumers have gone on, checked with the team"}))
	card = s.shows(s.Jon, card, "ACCEPTED AS IS", "Accepted by @jon", "checked with the team")
	s.has(card)
	s.tells(s.Jon, world.PayOps, "settle "+id+" again", "Too late: "+id+" is already failed")
	next := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 10m", "PREVIEW", "Apply")
	s.clicks(s.Mara, next, "approve")
	s.sees(s.Jon, world.PayOps, s.id(next), "DONE")
}

func TestAnUnclearOutcomeIsTakenBack(t *testing.T) {
	t.Parallel()
	s, id := unclear(t, 1500)
	undo := s.tells(s.Mara, world.PayOps, "undo "+id, "PREVIEW", "the offsets before "+id)
	s.clicks(s.Mara, undo, "approve")
	if now := s.sees(s.Jon, world.PayOps, s.id(undo)); strings.Contains(now.Text(), "APPROVE?") {
		s.clicks(s.Jon, now, "approve")
	}
	s.sees(s.Jon, world.PayOps, s.id(undo), "DONE")
	s.stands(before)
	s.tells(s.Jon, world.PayOps, "settle "+id+" done by hand", "Too late: "+id+" is already failed")
	s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 10m", "PREVIEW", "Apply")
}

func TestAPartlyWrittenResetIsPutBack(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	s.Prod.FailCommitOf(1, kerr.TopicAuthorizationFailed, world.Orders, 3, 7)
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 10m", "PREVIEW")
	s.clicks(s.Mara, m, "approve")
	s.has(s.sees(s.Jon, world.PayOps, "ROLLED BACK", "A part was written and rolled back",
		"TOPIC_AUTHORIZATION_FAILED on orders:3,7", "READ on the topic"), "retry")
	s.stands(before)
	s.wrote(2)
}
