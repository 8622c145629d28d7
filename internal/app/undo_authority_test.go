package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// One authorised person takes a reset back alone only while the group is untouched since that reset.

// strict needs one approval above 10 messages, two above 12,000.
const strict = `
  - name: pay on production
    clusters: [prod-eu]
    groups: ["billing*", "pay-*"]
    view: [members]
    request: [S0PAY]
    approve: [S0PAYOWNERS]
    approvals:
      - {skip: 0, reprocess: 10, need: 0}
      - {skip: 12_000, reprocess: 12_000, need: 1}
      - {need: 2}
    wait: {default: 30m, max: 4h}
    owner: S0PAYOWNERS
`

// reset takes a reset that needs approval to its end.
func (s *stage) reset(text string, by ...*slacksim.Person) slacksim.Message {
	s.t.Helper()
	card := s.asks(s.Mara, world.Home, text)
	for _, p := range by {
		s.clicks(p, card, "approve")
	}
	return s.shows(s.Jon, card, "DONE")
}

func strictStage(t *testing.T) *stage {
	t.Helper()
	s := newStage(t, world.Options{Policy: strict})
	s.start()
	return s
}

// T10: "reprocesses 60, no approval"; the group reads on, and [Apply] comes ten minutes later.
func TestAnUndoWhoseGroupHasReadOnAsks(t *testing.T) {
	t.Parallel()
	s := strictStage(t)
	card := s.reset("billing@prod-eu orders shift +5", s.Jon)
	undo := s.tells(s.Mara, world.Home, "undo "+s.id(card), "PREVIEW", "up to 60 messages",
		"No approval required")
	s.consumes()
	s.later(10 * time.Minute)
	s.clicks(s.Mara, undo, "approve")
	asked := s.sees(s.Jon, world.Home, s.id(undo)+".2", "APPROVE?", "1,200", "Needs 1 approval")
	s.wrote(1)
	s.clicks(s.Jon, asked, "approve")
	s.shows(s.Jon, asked, "DONE", "pproved by @jon")
	s.stands(before)
}

// The same while it waits for a consumer that came after the click.
func TestAnArmedUndoWhoseGroupIsTouchedAsks(t *testing.T) {
	t.Parallel()
	s := strictStage(t)
	card := s.reset("billing@prod-eu orders shift +5", s.Jon)
	undo := s.tells(s.Mara, world.Home, "undo "+s.id(card), "PREVIEW", "No approval required")
	slow := s.joins(kafkasim.ConsumerOptions{Host: "10.4.7.21"}, 1)
	s.clicks(s.Mara, undo, "approve")
	asked := s.sees(s.Jon, world.Home, s.id(undo)+".2", "APPROVE?", "Needs 1 approval",
		"billing has changed since the reset that is undone")
	s.leaves(slow)
	s.wrote(1)
	s.clicks(s.Jon, asked, "approve")
	s.shows(s.Jon, asked, "DONE")
	s.wrote(2)
}

// Half an hour is over before the click, or while the undo waits.
func TestAnUndoThatIsAppliedTooLateAsks(t *testing.T) {
	t.Parallel()
	s := strictStage(t)
	card := s.reset("billing@prod-eu orders shift +5", s.Jon)
	s.later(25 * time.Minute)
	undo := s.tells(s.Mara, world.Home, "undo "+s.id(card), "PREVIEW", "No approval required")
	s.later(6 * time.Minute)
	s.clicks(s.Mara, undo, "approve")
	s.sees(s.Jon, world.Home, s.id(undo)+".1", "APPROVE?", "Needs 1 approval")
	s.wrote(1)
}

// T35: another reset of the group is applied between the preview of the undo and its [Apply].
func TestADraftIsPlannedAgainAfterAnotherReset(t *testing.T) {
	t.Parallel()
	s := strictStage(t)
	first := s.reset("billing@prod-eu orders shift -2", s.Jon)
	undo := s.tells(s.Mara, world.Home, "undo "+s.id(first), "PREVIEW", "up to 24 messages", "No approval required")
	plain := s.tells(s.Mara, world.Home, "billing@prod-eu orders:0 shift -1", "PREVIEW", "No approval required")
	second := s.reset("billing@prod-eu orders shift -1200", s.Jon, s.Kim)
	for _, old := range []slacksim.Message{undo, plain} {
		s.until("it is planned again", func() bool {
			return strings.Contains(s.log.String(), "event=planned request="+s.id(old)+" revision=2")
		})
		s.clicks(s.Mara, old, "approve") // answered with "is at revision 2, not 1", or with the new preview
	}
	s.tells(s.Mara, world.Home, "show "+s.id(plain), s.id(second)+" of the same group was applied first")
	s.wrote(2)
	s.tells(s.Mara, world.Home, "show "+s.id(undo), s.id(undo), s.id(second)+" of the same group was applied first",
		"up to 14,424", "Needs 2 approvals")
}

// Redoing what was taken back is a reset like any other.
func TestAnUndoOfAnUndoGoesTheUsualWay(t *testing.T) {
	t.Parallel()
	s := strictStage(t)
	card := s.reset("billing@prod-eu orders shift -20", s.Jon)
	undo := s.tells(s.Mara, world.Home, "undo "+s.id(card), "PREVIEW", "No approval required")
	s.clicks(s.Mara, undo, "approve")
	done := s.sees(s.Jon, world.Home, s.id(undo), "DONE")
	redo := s.tells(s.Mara, world.Home, "undo "+s.id(done), "PREVIEW", "up to 240 messages",
		"Needs 1 approval")
	s.clicks(s.Mara, redo, "approve")
	s.sees(s.Jon, world.Home, s.id(redo)+".1", "APPROVE?")
	s.wrote(2)
}

// An undo that ran out of time is judged anew when it is asked for again.
func TestAnUndoThatIsTriedAgainIsJudgedAgain(t *testing.T) {
	t.Parallel()
	s := strictStage(t)
	card := s.reset("billing@prod-eu orders shift +5", s.Jon)
	undo := s.tells(s.Mara, world.Home, "undo "+s.id(card), "PREVIEW", "No approval required")
	s.later(31 * time.Minute)
	s.until("the preview has expired", func() bool {
		return holds(s.tells(s.Mara, world.Home, "show "+s.id(undo), s.id(undo)), []string{"EXPIRED"})
	})
	s.tells(s.Mara, world.Home, "retry "+s.id(undo), "PREVIEW", "the offsets before "+s.id(card), "Needs 1 approval")
	s.wrote(1)
}
