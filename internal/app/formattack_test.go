package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// What is still being filled in is no open request: a home does not list it,
// and a reason that was taken out again before the submission is not the request's.
func TestAFormLeavesNothingOfWhatWasTakenBack(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	form := s.filled(s.Mara, world.PayOps)
	if _, err := s.Mara.SetField(form, "reason", "a guess"); err != nil {
		t.Fatal(err)
	}
	s.sets(s.Mara, "where", "shift", "By how many")
	v := s.sets(s.Mara, "value", "-100", "PREVIEW", "up to 1,200 messages")
	s.acked(s.Mara.OpenHome())
	if home := s.atHome(s.Mara, "Your open requests"); strings.Contains(home, refOf(t, v)) {
		t.Errorf("a request that a form is still being filled in for is listed:\n%s", home)
	}
	s.submits(s.Mara, v, map[string]string{"reason": ""})
	if card := s.sees(s.Jon, world.PayOps, "DONE", "12 of 12 partitions"); strings.Contains(card.Text(), "a guess") {
		t.Errorf("the reason was taken back:\n%s", card.Text())
	}
}

// A submission that follows the numbers at once was meant for the button that asks for a preview.
func TestNumbersThatHaveOnlyJustComeAreNotAgreedTo(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	before := s.opts.Times
	s.opts.Times = func(ts *engine.Times) { before(ts); ts.Unread = 10 * time.Minute }
	s.start()
	s.filled(s.Mara, world.PayOps)
	s.sets(s.Mara, "where", "shift", "By how many")
	v := s.sets(s.Mara, "value", "-100", "PREVIEW", "up to 1,200 messages", "[Apply rewind]")
	s.submits(s.Mara, v, nil)
	v = s.top(s.Mara)
	if said := errorAt(v, "where"); !strings.Contains(said, "only just come") {
		t.Errorf("%q", v.Errors)
	}
	s.untouched()
	s.later(11 * time.Minute)
	s.submits(s.Mara, v, nil)
	s.sees(s.Jon, world.PayOps, "DONE", "12 of 12 partitions")
}
