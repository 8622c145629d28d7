package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

func TestResetToTheOffsetsOfAnotherGroup(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	blue := map[int32]int64{}
	for p := range int32(world.Partitions) {
		blue[p] = before - 10
	}
	if err := s.Prod.Commit("billing-blue", world.Orders, blue); err != nil {
		t.Fatal(err)
	}
	s.start()
	s.tells(s.Mara, world.PayOps, "billing@prod-eu orders like billing", "is the one that moves")
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders like billing-blue", "PREVIEW",
		"orders → the committed offsets of billing-blue", "Reprocesses up to 120 messages. Skips none")
	s.clicks(s.Mara, m, "approve")
	s.sees(s.Jon, world.PayOps, s.id(m), "DONE", "12 of 12 partitions verified at the offsets of billing-blue")
	s.stands(before - 10)
}

func TestPastedRowsAreWritten(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	s.tells(s.Mara, world.PayOps, "billing@prod-eu from orders,0,1890 orders,x,1880", "line 2",
		`"x" is not a partition`)
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu from orders,0,1890 billing,orders,7,1880", "PREVIEW",
		"orders:0,7 → 2 given offsets", "up to 30 messages", "orders-7")
	s.clicks(s.Mara, m, "approve")
	s.sees(s.Jon, world.PayOps, s.id(m), "DONE", "2 of 2 partitions")
	if s.at(0) != 1890 || s.at(7) != 1880 || s.at(1) != before {
		t.Errorf("at %d, %d, %d", s.at(0), s.at(7), s.at(1))
	}
}

func TestCommitsAreDeletedAndRestored(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	m := s.tells(s.Mara, world.Home, "delete-offsets billing@prod-eu orders:0-1", "PREVIEW",
		"orders:0-1 → no committed offsets", "Ask for approval")
	s.clicks(s.Mara, m, "approve")
	card := s.sees(s.Jon, world.Home, s.id(m)+".1", "APPROVE?")
	s.threadSays(card, "--group billing --delete-offsets --topic orders:0,1")
	for _, who := range []string{"jon", "kim"} {
		if now := s.shows(s.Jon, card); len(now.Buttons()) > 1 {
			s.clicks(s.People[who], card, "approve")
		}
	}
	card = s.shows(s.Jon, card, "DONE", "2 of 2 partitions verified without a committed offset")
	if s.at(0) != -1 || s.at(1) != -1 || s.at(2) != before {
		t.Errorf("at %d, %d, %d", s.at(0), s.at(1), s.at(2))
	}
	undo := s.tells(s.Mara, world.Home, "undo "+s.id(card), "PREVIEW", "the offsets before "+s.id(card))
	s.clicks(s.Mara, undo, "approve")
	s.sees(s.Jon, world.Home, s.id(undo), "DONE")
	s.stands(before)
}

func TestAGroupIsMadeOnlyWhenAskedFor(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	s.tells(s.Mara, world.Home, "pay-next@prod-eu orders to latest", "No group pay-next on prod-eu", "--create-group",
		"Nothing was created")
	m := s.tells(s.Mara, world.Home, "pay-next@prod-eu orders to latest --create-group", "PREVIEW",
		"The group does not exist: this creates it")
	s.clicks(s.Mara, m, "approve")
	card := s.sees(s.Jon, world.Home, s.id(m)+".1", "APPROVE?")
	s.clicks(s.Jon, card, "approve")
	s.clicks(s.Kim, card, "approve")
	s.shows(s.Jon, card, "DONE", "12 of 12 partitions verified at latest")
	if got, ok := s.Prod.Committed("pay-next", world.Orders, 5); !ok || got.Offset != world.PerOrders {
		t.Errorf("orders-5: %v %+v", ok, got)
	}
}

// file waits for a file in a card's thread that begins as it should.
func (s *stage) file(card slacksim.Message, name, begins string) {
	s.t.Helper()
	var file slacksim.File
	s.until(name+" is in the thread", func() bool {
		for _, m := range s.Jon.Replies(card) {
			if i := slices.IndexFunc(m.Files, func(f slacksim.File) bool { return f.Name == name }); i >= 0 {
				file = m.Files[i]
			}
		}
		return file.Name != ""
	})
	if !strings.HasPrefix(file.Content, begins) {
		s.t.Errorf("%s begins:\n%.100s\nwant:\n%s", name, file.Content, begins)
	}
}

// The manual command is shown before it is needed: the bot, its database or Slack may be down later.
func TestManualCommandsWithoutTheBot(t *testing.T) {
	t.Parallel()
	s, c := busyStage(t)
	tool := func(file string) string { return "--group billing --reset-offsets --from-file " + file + " --execute" }

	m := s.tells(s.Mara, world.Home, "billing@prod-eu orders shift -1000", "PREVIEW", "Ask for approval", "Runbook")
	s.told(s.Mara, m, "stop", "Stop the consumers:", "kubectl -n pay scale deploy/billing --replicas=0")
	s.told(s.Mara, m, "manual", tool(s.ref(m)+".csv"))
	s.clicks(s.Mara, m, "rows")
	s.opens(s.Mara, "These rows as "+s.ref(m)+".csv, without the bot", "orders,0,900", "orders,11,900",
		"kafka-consumer-groups.sh --bootstrap-server 127.0.0.1:", tool(s.ref(m)+".csv"))
	s.clicks(s.Mara, m, "approve")
	card := s.sees(s.Jon, world.Home, s.id(m)+".1", "APPROVE?")
	s.threadSays(card, tool(s.ref(m)+".csv"))
	s.told(s.Ben, card, "manual", tool(s.ref(m)+".csv"))
	s.file(card, s.ref(m)+".csv", "orders,0,900\norders,1,900\norders,2,900\n")
	s.clicks(s.Jon, card, "approve")
	s.shows(s.Jon, card, "WAITING", "kubectl -n pay scale deploy/billing --replicas=0")
	s.leaves(c)
	card = s.shows(s.Jon, card, "DONE", "--replicas=3")
	s.threadSays(card, tool(s.id(m)+".csv"), "Undo with Kafka's own tool: ", tool(s.id(m)+"-undo.csv"))
	s.told(s.Jon, card, "manual", tool(s.id(m)+".csv"), tool(s.id(m)+"-undo.csv"))
	s.file(card, s.id(m)+"-undo.csv", "orders,0,190")

	// An expired request was not approved: its file stays, without a command.
	gone := s.asks(s.Mara, world.Home, "billing@prod-eu orders to latest")
	s.file(gone, s.id(gone)+".1.csv", "orders,0,2000\n")
	s.later(31 * time.Minute)
	expired := s.shows(s.Jon, gone, "EXPIRED", "Not decided before")
	if strings.Contains(expired.Text(), "kafka-consumer-groups.sh") {
		t.Errorf("a way around the approval is told:\n%s", expired.Text())
	}

	whole := s.tells(s.Jon, world.PayOps, "show "+s.id(card), s.id(card), "@mara requested it",
		"Planned revision 1, partitions: 12, reprocesses up to 12,000, skips none, rule: pay on production",
		"@mara asked for approval of revision 1", "@jon approved revision 1", "billing is inactive",
		"Writing, attempt 1, partitions: 12", "Sent request 1 of 1",
		"Applied and verified on every partition", "The card in #kafka-prod")
	if whole.Ephemeral == false {
		t.Error("a post-mortem is read by the one who asked")
	}
}
