package bot

import (
	"context"
	"fmt"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// endless is a history that always has older requests.
type endless struct{ Core }

func (endless) History(_ context.Context, _ reset.Actor, _ string, q reset.Search) (p reset.Page, _ error) {
	for i := range 250 {
		p.Rows = append(p.Rows, reset.Past{Request: reset.Request{ID: fmt.Sprintf("%sx%d", q.Before, i),
			Act: reset.Move{Intent: reset.Intent{Cluster: "prod-eu", Group: "billing", Target: reset.Latest{}}}}})
	}
	p.More = true
	return p, nil
}

// A file that is cut must not look like all that was.
func TestAHistoryThatIsCutSaysSo(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil)
	b.bot.Core = endless{b.bot.Core}
	b.up(t)
	if _, err := b.mara.Command("C0INC", "/kafka-reset", "history --group billing --csv"); err != nil {
		t.Fatal(err)
	}
	b.sees(t, b.mara, "C0INC", "history.csv", "not complete", "the latest 1,000 requests",
		"history --group billing --before ", " --csv")
}
