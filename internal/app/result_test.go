package app_test

import (
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// held takes a rewind that needs no other person as far as its card, which waits for a freeze to be lifted: whatever
// happens in Kafka until thawed is called happens between the agreement and the write.
func (s *stage) held(command string) slacksim.Message {
	s.t.Helper()
	s.news(s.Jon, world.Home, func() { s.types(s.Jon, world.Home, "freeze prod-eu broker upgrade") }, "FROZEN",
		"paused by @jon")
	m := s.tells(s.Mara, world.PayOps, command, "PREVIEW", "No approval required")
	s.clicks(s.Mara, m, "approve")
	return s.sees(s.Jon, world.PayOps, s.id(m)+".1 · ", "FROZEN: prod-eu")
}

func (s *stage) thawed() {
	s.t.Helper()
	s.news(s.Jon, world.Home, func() { s.types(s.Jon, world.Home, "thaw prod-eu") }, "THAWED", "Thawed by @jon")
}

// content waits for a file in a card's thread and returns what is in it.
func (s *stage) content(card slacksim.Message, name string) string {
	s.t.Helper()
	found := ""
	s.until(name+" is in the thread", func() bool {
		for _, m := range s.Jon.Replies(card) {
			for _, f := range m.Files {
				if f.Name == name {
					found = f.Content
				}
			}
		}
		return found != ""
	})
	return found
}

// Retention deletes the target of one partition while the reset waits. Everything that is said afterwards is about
// what was written.
func TestAResultNamesThePartitionThatWentElsewhere(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	card := s.held("billing@prod-eu orders:0-1 to offset 100")
	if err := s.Prod.DeleteRecords(world.Orders, 0, 400); err != nil {
		t.Fatal(err)
	}
	s.thawed()
	card = s.shows(s.Jon, card, "DONE",
		"1 of 2 partitions verified at offset 100; orders-0 is at 400, 300 messages were deleted by retention",
		"Rewound: up to 3,300 messages to reprocess, 300 fewer than previewed", "Skipped none")
	if at := []int64{s.at(0), s.at(1)}; at[0] != 400 || at[1] != 100 {
		t.Errorf("billing is at %v, want 400 and 100", at)
	}
	for _, ask := range []string{"show ", "history "} {
		s.tells(s.Jon, world.PayOps, ask+s.id(card), s.id(card), "DONE",
			"1 of 2 partitions verified at offset 100; orders-0 is at 400")
	}
	whole := s.tells(s.Jon, world.PayOps, "history "+s.id(card), s.id(card), "DONE",
		"Applied and verified on every partition")
	if rows := whole.Text(); !strings.Contains(rows, "−1,500  400") || strings.Contains(rows, "-1,800  -1,800") {
		t.Errorf("the rows are not those that were written:\n%s", rows)
	}
	s.tells(s.Jon, world.PayOps, "history billing@prod-eu", s.id(card), "reprocesses up to 3,300, skips none")
	if got, want := s.content(card, s.id(card)+".csv"), "orders,0,400\norders,1,100\n"; got != want {
		t.Errorf("the file of what was written holds %q, want %q", got, want)
	}
}

// The group reads on while its rewind waits: the rows that are shown add up to the total beside them.
func TestTheRowsAddUpToTheirTotal(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	card := s.held("billing@prod-eu orders to offset 1500")
	on := map[int32]int64{}
	for p := range int32(world.Partitions) {
		on[p] = before + 9*int64(p)
	}
	if err := s.Prod.Commit(world.Billing, world.Orders, on); err != nil {
		t.Fatal(err)
	}
	s.thawed()
	const total = "Rewound: up to 5,394 messages to reprocess, 594 more than previewed"
	card = s.shows(s.Jon, card, "DONE", total)
	whole := s.tells(s.Jon, world.PayOps, "history "+s.id(card), total, "orders-11", "−499", "orders-6", "−454")
	if strings.Contains(whole.Text(), "−400") {
		t.Errorf("a row is the plan's:\n%s", whole.Text())
	}
	s.clicks(s.Jon, whole, "rows")
	s.opens(s.Jon, "Written by "+s.id(card), "Rows 1 to 12 of 12", "1,909", "−409", "1,999", "−499")
	s.tells(s.Jon, world.PayOps, "history billing@prod-eu", s.id(card), "reprocesses up to 5,394")
	if got := s.content(card, s.id(card)+"-undo.csv"); !strings.HasPrefix(got,
		"orders,0,1900\norders,1,1909\norders,2,1918\n") {
		t.Errorf("the way back begins with %.60q", got)
	}
}

// What deleting the committed offsets does to messages is each consumer's own setting, so no number is promised.
func TestDeletingOffsetsPromisesNoNumber(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	const says = "auto.offset.reset: earliest reprocesses up to 22,800 messages, latest skips up to 1,200 messages"
	card := s.asks(s.Mara, world.Home, "delete-offsets billing@prod-eu orders")
	s.shows(s.Jon, card, "is decided by each consumer's "+says)
	s.clicks(s.Jon, card, "approve")
	s.clicks(s.Kim, card, "approve")
	card = s.shows(s.Jon, card, "DONE", "12 of 12 partitions", "is decided by each consumer's "+says)
	whole := s.tells(s.Jon, world.PayOps, "history "+s.id(card), says)
	for _, m := range []slacksim.Message{card, whole} {
		for _, promise := range []string{"Skips none", "skips none", "Reprocesses up to"} {
			if strings.Contains(m.Text(), promise) {
				t.Errorf("%q is said of consumers that may start anywhere:\n%s", promise, m.Text())
			}
		}
	}

	none := s.tells(s.Mara, world.PayOps, "delete-offsets billing@prod-eu refunds", "PREVIEW",
		"earliest reprocesses up to 150 messages, latest skips up to 0 messages, and all that arrive before they start")
	if strings.Contains(none.Text(), "kips none") {
		t.Errorf("a group without lag may skip what arrives before it starts:\n%s", none.Text())
	}
}

// A group that is only now created has no place that it moves away from.
func TestFirstOffsetsAreComparedWithWhatConsumersWouldDo(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	m := s.tells(s.Mara, world.Home, "pay-next@prod-eu orders to latest --create-group", "PREVIEW", "First committed offsets",
		"compared with earliest, this skips up to 24,000 messages; compared with latest, it reprocesses up to 0 messages")
	if strings.Contains(m.Text(), "Reprocesses none") || strings.Contains(m.Text(), "never reads") {
		t.Errorf("the preview promises what it cannot know:\n%s", m.Text())
	}
	mixed := s.Prod.Commit("pay-new", world.Orders, map[int32]int64{0: before})
	if mixed != nil {
		t.Fatal(mixed)
	}
	card := s.asks(s.Mara, world.Home, "pay-new@prod-eu orders:0-2 to latest")
	card = s.shows(s.Jon, card, "No committed offset on 2 partitions", "SKIPS up to 4,100 messages")
	s.clicks(s.Jon, card, "approve")
	s.clicks(s.Kim, card, "approve")
	card = s.shows(s.Jon, card, "DONE")
	s.tells(s.Mara, world.PayOps, "undo "+s.id(card), "PREVIEW",
		"No committed offset afterwards on 2 partitions", "reprocesses up to")
}
