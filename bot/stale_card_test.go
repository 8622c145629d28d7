package bot

import (
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

// TestACardWhoseEditHadToWaitIsReplacedWhenItIsRefusedAfterwards: what was decided is in the thread by then, and the
// card must not stay behind for hours for that.
func TestACardWhoseEditHadToWaitIsReplacedWhenItIsRefusedAfterwards(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{EditWindow: 5 * time.Minute}, nil).up(t)
	old := b.carded(t, "C0INC", "C0INC")
	b.slack.Fail("chat.update", slacksim.Fault{Status: 503})
	b.applied(t)
	b.pass(10 * time.Minute)
	b.slack.Heal("chat.update")
	b.settle()
	cards := b.visible("C0INC")
	if len(cards) != 2 || !strings.Contains(cards[len(cards)-1].Text(), "DONE") {
		t.Fatalf("%d cards; the last says, long after the end:\n%s", len(cards), cards[len(cards)-1].Text())
	}
	if c := b.card(t); c.TS == old.TS {
		t.Error("the card is the one that cannot be edited")
	}
}

// TestWhoClicksACardThatSlackDoesNotShowAnyMoreIsAnswered: they wait for the card to change, and it does not.
func TestWhoClicksACardThatSlackDoesNotShowAnyMoreIsAnswered(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	card := b.carded(t, "C0INC", "C0INC")
	b.slack.Fail("chat.update", slacksim.Fault{Error: "restricted_action"})
	all := []string{"U0MARA", "U0JON", "U0BEN"}
	b.slack.AddChannel(slacksim.Channel{ID: "C0INC", Name: "inc-4711", Members: all})
	b.slack.AddChannel(slacksim.Channel{ID: "C0HOME", Name: "kafka", Members: all})
	b.click(t, b.jon, card, "approve")
	b.sees(t, b.jon, b.slack.DM("U0JON"), "WAITING", "k7f3.1", "Approved by @jon")
}
