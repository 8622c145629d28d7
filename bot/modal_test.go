package bot

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// TestRefusedModalIsNotReportedAsTooLate: the person is told what Slack answered.
func TestRefusedModalIsNotReportedAsTooLate(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	b.orders(250)
	card := b.carded(t, "C0INC", "C0INC")
	b.slack.Fail("views.open", slacksim.Fault{Error: "an_error_of_next_year", Times: 1})
	b.click(t, b.jon, card, "rows")
	m := b.sees(t, b.jon, "C0INC", "Slack did not take it (an_error_of_next_year). Click again, or type", "show k7f3.1")
	if strings.Contains(m.Text(), "3 seconds") {
		t.Errorf("it was not too late:\n%s", m.Text())
	}
}

// TestRowsOfAWriteThatLandedLateAreNamedAsItsFile: the command with them takes that file.
func TestRowsOfAWriteThatLandedLateAreNamedAsItsFile(t *testing.T) {
	t.Parallel()
	s := reset.Story{Request: reset.Request{ID: "k7f3", Revision: 1, State: reset.Failed, Outcome: reset.AppliedLate,
		Digest: "d", Act: reset.Move{Intent: reset.Intent{Group: "billing"}}, Effect: reset.Effect{Partitions: 1}}}
	row := reset.Step{Topic: "orders", End: 100, From: reset.Position{Offset: 50}, To: reset.Position{Offset: 40},
		Replay: 10}
	text, err := json.Marshal(new(Bot).manualBlocks(s, []reset.Step{row}))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(text); !strings.Contains(got, "as "+words.DoneFile(s.Request)) || strings.Contains(got,
		words.PlanFile(s.Request)) {
		t.Errorf("names another file than its command:\n%s", got)
	}
}
