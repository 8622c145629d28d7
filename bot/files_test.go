package bot

import (
	"slices"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset/clustertest"
)

// TestOfWhatWasPutBackThereAreNoFilesOfWhatWasWritten: a rollback may land late, and then nothing of the reset stands.
func TestOfWhatWasPutBackThereAreNoFilesOfWhatWasWritten(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	card := b.carded(t, "C0INC", "C0INC")
	b.says(t, b.jon, engine.DoApprove)
	b.ends(t, reset.Failed, reset.PartiallyApplied,
		clustertest.WriteFault{Reject: "TOPIC_AUTHORIZATION_FAILED", Parts: []int32{1}},
		clustertest.WriteFault{Lost: true, Held: true})
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
	b.cluster.Land()
	b.passes(time.Minute)
	if r := b.request(t); r.Outcome != reset.RolledBack {
		t.Fatalf("the rollback landed, and it is %s", r.Outcome)
	}
	if got := names(); !slices.Equal(got, want) {
		t.Errorf("files %q, want no more than %q", got, want)
	}
}
