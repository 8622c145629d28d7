package bot

import (
	"slices"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// TestOfWhatWasPutBackThereAreNoFilesOfWhatWasWritten: a rollback may land late, and then nothing of the reset stands.
func TestOfWhatWasPutBackThereAreNoFilesOfWhatWasWritten(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	card := b.carded(t, "C0INC", "C0INC")
	b.moves("k7f3", reset.EvFailed, func(r *reset.Request) {
		r.State, r.Outcome = reset.Failed,
			reset.PartiallyApplied
	})
	names := func() (all []string) {
		for _, m := range b.jon.Replies(card) {
			for _, f := range m.Files {
				all = append(all, f.Name)
			}
		}
		return all
	}
	want := []string{"k7f3.1.csv", "k7f3-undo.csv", "k7f3-stands.csv"}
	if got := names(); !slices.Equal(got, want) {
		t.Fatalf("files %q, want %q", got, want)
	}
	b.moves("k7f3", reset.EvLanded, func(r *reset.Request) { r.Outcome = reset.RolledBack })
	if got := names(); !slices.Equal(got, want) {
		t.Errorf("files %q, want no more than %q", got, want)
	}
}
