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
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders like billing-blue", "preview",
		"Go to where billing-blue stands on orders", "Replays at most 120 records. Skips none")
	s.clicks(s.Mara, m, "approve")
	s.sees(s.Jon, world.PayOps, s.id(m)+" · done", "12 of 12 partitions are where billing-blue stood")
	s.stands(before - 10)
}

func TestPastedRowsAreWritten(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	s.tells(s.Mara, world.PayOps, "billing@prod-eu from orders,0,1890 orders,x,1880", "line 2",
		`"x" is not a partition`)
	m := s.tells(s.Mara, world.PayOps, "billing@prod-eu from orders,0,1890 billing,orders,7,1880", "preview",
		"Go to 2 given offsets on orders:0,7", "Replays at most 30 records", "orders-7")
	s.clicks(s.Mara, m, "approve")
	s.sees(s.Jon, world.PayOps, s.id(m)+" · done", "2 of 2 partitions")
	if s.at(0) != 1890 || s.at(7) != 1880 || s.at(1) != before {
		t.Errorf("at %d, %d, %d", s.at(0), s.at(7), s.at(1))
	}
}

func TestCommitsAreDeletedAndRestored(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	m := s.tells(s.Mara, world.Home, "delete-offsets billing@prod-eu orders:0-1", "preview",
		"Delete the commits on orders:0-1, as if it had never been there", "Ask for approval")
	s.clicks(s.Mara, m, "approve")
	card := s.sees(s.Jon, world.Home, s.id(m)+".1 · waiting for approval",
		"--group billing --delete-offsets --topic orders:0,1")
	for _, who := range []string{"jon", "kim"} {
		if now := s.shows(s.Jon, card); len(now.Buttons()) > 1 {
			s.clicks(s.People[who], card, "approve")
		}
	}
	card = s.shows(s.Jon, card, "done", "2 of 2 partitions are without a commit")
	if s.at(0) != -1 || s.at(1) != -1 || s.at(2) != before {
		t.Errorf("at %d, %d, %d", s.at(0), s.at(1), s.at(2))
	}
	undo := s.tells(s.Mara, world.Home, "undo "+s.id(card), "preview", "Take back "+s.id(card))
	s.clicks(s.Mara, undo, "approve")
	s.sees(s.Jon, world.Home, s.id(undo)+" · done")
	s.stands(before)
}

func TestAGroupIsMadeOnlyWhenAskedFor(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	s.tells(s.Mara, world.Home, "pay-next@prod-eu orders to latest", "No group pay-next on prod-eu", "--create-group",
		"Nothing was created")
	m := s.tells(s.Mara, world.Home, "pay-next@prod-eu orders to latest --create-group", "preview",
		"The group does not exist: this creates it")
	s.clicks(s.Mara, m, "approve")
	card := s.sees(s.Jon, world.Home, s.id(m)+".1 · waiting for approval")
	s.clicks(s.Jon, card, "approve")
	s.clicks(s.Kim, card, "approve")
	s.shows(s.Jon, card, "done", "12 of 12 partitions are at the end")
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
	hints := []string{"Stop them:", "kubectl -n pay scale deploy/billing --replicas=0", "runbook"}

	m := s.tells(s.Mara, world.Home, "billing@prod-eu orders shift -1000",
		append(hints, "preview", "Ask for approval")...)
	s.clicks(s.Mara, m, "rows")
	s.opens(s.Mara, "These rows as "+s.ref(m)+".csv, without the bot", "orders,0,900", "orders,11,900",
		"kafka-consumer-groups.sh --bootstrap-server 127.0.0.1:", tool(s.ref(m)+".csv"))
	s.clicks(s.Mara, m, "approve")
	card := s.sees(s.Jon, world.Home, append(hints, s.id(m)+".1 · waiting for approval", tool(s.ref(m)+".csv"))...)
	s.file(card, s.ref(m)+".csv", "orders,0,900\norders,1,900\norders,2,900\n")
	s.clicks(s.Jon, card, "approve")
	s.shows(s.Jon, card, append(hints, "waiting until billing is idle", tool(s.ref(m)+".csv"))...)
	s.leaves(c)
	card = s.shows(s.Jon, card, "done", "Start again:", "--replicas=3", "runbook", tool(s.id(m)+".csv"),
		"The way back: kafka-consumer-groups.sh", tool(s.id(m)+"-undo.csv"))
	s.file(card, s.id(m)+"-undo.csv", "orders,0,190")

	// An expired request was not approved: its file stays, without a command.
	gone := s.asks(s.Mara, world.Home, "billing@prod-eu orders to latest")
	s.file(gone, s.id(gone)+".1.csv", "orders,0,2000\n")
	s.later(31 * time.Minute)
	expired := s.shows(s.Jon, gone, "expired", "Nobody of @pay-owners decided by")
	if strings.Contains(expired.Text(), "kafka-consumer-groups.sh") {
		t.Errorf("a way around the approval is told:\n%s", expired.Text())
	}

	whole := s.tells(s.Jon, world.PayOps, "show "+s.id(card), s.id(card)+" · done", "@mara requested it",
		"Planned revision 1, partitions: 12, replays at most 12,000, skips none, rule: pay on production",
		"@mara asked for approval of revision 1", "@jon approved revision 1", "billing is inactive",
		"Writing, attempt 1, partitions: 12", "Sent request 1 of 1",
		"Applied: every partition was read back at its target", "The card in #kafka-prod")
	if whole.Ephemeral == false {
		t.Error("a post-mortem is read by the one who asked")
	}
}
