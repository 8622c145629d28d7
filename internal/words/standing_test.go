package words

import (
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

func TestWhatKafkaRefusedIsNotWritten(t *testing.T) {
	t.Parallel()
	at := reset.Position{Offset: 850}
	refused := reset.Write{Step: reset.Step{Topic: "orders", From: at, To: at}, Read: at, ReadState: reset.WriteAtTarget,
		Result: reset.StepResult{Rejected: "TOPIC_AUTHORIZATION_FAILED"}}
	written := refused
	written.Result = reset.StepResult{Written: true}
	table := evidenceTable(reset.Story{Evidence: []reset.Write{refused, written}})
	if a, b := table.Rows[0][1], table.Rows[1][1]; a != "at the target" || b != "written" {
		t.Errorf("refused stands %q, written %q", a, b)
	}
}
