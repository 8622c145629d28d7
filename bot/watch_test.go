package bot

import (
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

// TestWatchIsPolite: a requester who cannot see the card is told the outcome, not the progress of
// the group; and checks of the group edit the card no more often than other changes without a decision.
func TestWatchIsPolite(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	dm := b.slack.DM("U0MARA")
	card := b.carded(t, dm, "C0HOME")
	alone := func() int { return len(b.mara.Messages(dm)) }
	b.applied(t)
	b.sees(t, b.mara, dm, "k7f3", "DONE", "The card")
	heard := alone()

	edits := len(b.slack.Calls("chat.update"))
	start := b.now()
	b.joins("billing-2")
	lags := 0
	for read := int64(41); read < 100; read += 3 {
		for p := range int32(3) {
			b.cluster.Commit("billing", "orders", p, read)
		}
		b.passes(15 * time.Second)
		lags = len(b.request(t).Watch.Lags)
	}
	n, most := len(b.slack.Calls("chat.update"))-edits, int(b.now().Sub(start)/editInterval)+1
	if lags < 3 || n > most || n == 0 {
		t.Errorf("%d edits of one card in %v for %d lags, want 1 to %d", n, b.now().Sub(start), lags, most)
	}
	for p := range int32(3) {
		b.cluster.Commit("billing", "orders", p, 100)
	}
	b.passes(time.Minute)
	b.until(t, "the card and its thread tell it", func() bool {
		m, err := b.jon.Look(card)
		said := ""
		for _, r := range b.jon.Replies(card) {
			said += r.Text()
		}
		return err == nil && strings.Contains(m.Text(), "Caught up") && strings.Contains(said, "Caught up") &&
			strings.Contains(said, "First consumer joined")
	})
	if n := alone(); n != heard {
		t.Errorf("%d messages to Mara alone about progress", n-heard)
	}
}

// TestACorrectionReachesTheRequester: who was told that it is done is told that it did not last.
func TestACorrectionReachesTheRequester(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	dm := b.slack.DM("U0MARA")
	b.carded(t, "C0INC", "C0INC")
	b.applied(t)
	b.sees(t, b.mara, dm, "k7f3", "DONE", "The card")
	b.cluster.Commit("billing", "orders", 2, 60)
	b.passes(time.Minute)
	b.sees(t, b.mara, dm, "OVERWRITTEN")
}
