package bot

import (
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// TestWatchIsPolite: a requester who cannot see the card is told the outcome and its corrections, not the progress of
// the group; and checks of the group edit the card no more often than other changes without a decision.
func TestWatchIsPolite(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	dm := b.slack.DM("U0MARA")
	card := b.carded(t, dm, "C0HOME")
	alone := func() int { return len(b.mara.Messages(dm)) }
	began := b.now()
	b.moves("k7f3", reset.EvApplied, func(r *reset.Request) {
		r.State, r.Outcome, r.EndedAt = reset.Applied, reset.Verified, began
		r.Watch = &reset.Watch{Since: began, Parts: 1}
	})
	b.sees(t, b.mara, dm, "k7f3 · done", "The card")
	heard := alone()

	edits := len(b.slack.Calls("chat.update"))
	start := b.now()
	for range 20 {
		b.moves("k7f3", "", func(r *reset.Request) {
			r.Watch.Lags = append(r.Watch.Lags, reset.LagAt{At: began, Lag: 7})
		})
	}
	if n, most := len(b.slack.Calls("chat.update"))-edits, int(b.now().Sub(start)/editInterval)+1; n > most || n == 0 {
		t.Errorf("%d edits of one card in %v, want 1 to %d", n, b.now().Sub(start), most)
	}
	b.moves("k7f3", reset.EvConsumersBack,
		func(r *reset.Request) { r.Watch.First = &reset.Consumers{At: began, ClientID: "billing"} })
	b.moves("k7f3", reset.EvCaughtUp, func(r *reset.Request) {
		r.Watch.CaughtUp, r.Watch.Ended, r.Watch.Why = began.Add(time.Minute), began.Add(time.Minute),
			reset.WatchCaughtUp
	})
	b.until(t, "the card and its thread tell it", func() bool {
		m, err := b.jon.Look(card)
		said := ""
		for _, r := range b.jon.Replies(card) {
			said += r.Text()
		}
		return err == nil && strings.Contains(m.Text(), "Caught up") && strings.Contains(said, "Caught up") &&
			strings.Contains(said, "First consumer is back")
	})
	if n := alone(); n != heard {
		t.Errorf("%d messages to Mara alone about progress", n-heard)
	}
	b.moves("k7f3", reset.EvOverwritten, func(r *reset.Request) {
		r.Watch.Overwritten = reset.Strays{Parts: map[string][]int32{"orders": {3}},
			Evidence: []reset.Stray{{Partition: reset.Partition{Topic: "orders", Partition: 3}}}}
	})
	b.sees(t, b.mara, dm, "done, then overwritten")
}
