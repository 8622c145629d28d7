//go:build realkafka

package app_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// TestPrintedUndoOnApacheKafka: Kafka's own tool, called as the card says and with the file from its thread,
// puts every partition back, those without a committed offset too.
func TestPrintedUndoOnApacheKafka(t *testing.T) {
	t.Parallel()
	r := newRealStage(t)
	var one kadm.Offsets
	one.AddOffset(r.topic, 0, realRecords, -1) // 1 and 2 were never committed
	r.slowly("a commit", func() bool { return r.admin.CommitAllOffsets(r.ctx, r.group, one) == nil })
	r.start()
	card := r.asks(r.Mara, world.Home, r.group+"@prod-eu "+r.topic+" to offset 4000")
	r.clicks(r.Jon, card, "approve")
	r.clicks(r.Kim, card, "approve")
	card = r.says(card, "3 of 3 partitions verified at")
	const undoes = "Undo with Kafka's own tool: "
	r.replied(card, undoes)
	r.stop() // it is needed when the bot is gone
	replies := r.Jon.Replies(card)
	told := replies[slices.IndexFunc(replies, func(m slacksim.Message) bool { return holds(m, []string{undoes}) })]

	name := r.id(card) + "-undo.csv"
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(r.content(card, name)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, behind := range []string{undoes, "Undo with Kafka's own tool, for 2 partitions that had no committed offset: "} {
		args := r.pastes(told, behind)
		if i := slices.Index(args, name); i > 0 {
			args[i] = file
		}
		out, err := r.kafka.GroupTool(r.ctx, args[2:]...) // the brokers are the same
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%q:\n%s", args, out)
	}
	r.slowly("all is back", func() bool { return slices.Equal(r.offsets(), []int64{realRecords, -1, -1}) })
}
