package app_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// wide is a topic with 300 partitions; partition n holds n records, and pay-wide is at the end of each.
const wideParts = 300

func wideStage(t *testing.T) *stage {
	t.Helper()
	s := newStage(t, world.Options{})
	var records []kafkasim.Record
	at := map[int32]int64{}
	for p := range int32(wideParts) {
		for range p {
			records = append(records, kafkasim.Record{Partition: p})
		}
		at[p] = int64(p)
	}
	if err := s.Prod.Seed("wide", wideParts, records...); err != nil {
		t.Fatal(err)
	}
	if err := s.Prod.Commit("pay-wide", "wide", at); err != nil {
		t.Fatal(err)
	}
	s.start()
	return s
}

func TestALargePlanShowsItsWorstAndKeepsTheRest(t *testing.T) {
	t.Parallel()
	s := wideStage(t)
	preview := s.tells(s.Mara, world.PayOps, "pay-wide@prod-eu wide to earliest", "PREVIEW",
		"299 of 300 partitions, the others are already there", "up to 44,850 messages", "wide-299", "−299")
	s.has(preview, "approve", "rows", "cancel")
	if strings.Contains(preview.Text(), "wide-200 ") {
		t.Error("the preview shows more than the worst")
	}
	s.clicks(s.Mara, preview, "rows")
	page := s.opens(s.Mara, "Rows 1 to 100 of 300", "wide-0 ", "wide-99 ")
	s.acked(s.Mara.ClickIn(page, "page.2", ""))
	page = s.opens(s.Mara, "Rows 101 to 200 of 300")
	s.acked(s.Mara.ClickIn(page, "page.3", ""))
	page = s.opens(s.Mara, "Rows 201 to 300 of 300", "wide-299 ")
	s.acked(s.Mara.ClickIn(page, "page.2", ""))
	s.opens(s.Mara, "Rows 101 to 200 of 300")

	s.clicks(s.Mara, preview, "approve")
	card := s.sees(s.Jon, world.PayOps, s.ref(preview), "APPROVE?", "wide-299", "Needs 2 approvals")
	var csv string
	s.finds(s.Jon, world.PayOps, []string{"plan.csv"}, func(m slacksim.Message) bool {
		if m.Thread == card.TS && len(m.Files) == 1 {
			csv = m.Files[0].Content
		}
		return csv != ""
	})
	rows := map[string]bool{}
	for line := range strings.Lines(csv) {
		rows[strings.TrimSpace(line)] = true
	}
	for p := range wideParts {
		if !rows[fmt.Sprintf("wide,%d,0", p)] {
			t.Fatalf("the file has no row for wide-%d:\n%.200s", p, csv)
		}
	}
	if len(rows) != wideParts {
		t.Errorf("%d rows", len(rows))
	}
	s.clicks(s.Jon, card, "rows")
	s.opens(s.Jon, "Rows 1 to 100 of 300")
	s.clicks(s.Jon, card, "approve")
	s.clicks(s.Kim, card, "approve")
	s.shows(s.Jon, card, "DONE", "300 of 300 partitions verified at earliest")
	if got, _ := s.Prod.Committed("pay-wide", "wide", 299); got.Offset != 0 {
		t.Errorf("wide-299 is at %d", got.Offset)
	}
}

// TestForeignTextIsShownAsItIs: names and reasons cannot ping, link or format anything, anywhere they are shown.
func TestForeignTextIsShownAsItIs(t *testing.T) {
	t.Parallel()
	const (
		topic  = "orders"
		reason = "<!channel> <@U0KIM> *bold* _it_ `code` & :tada: <!subteam^S0PAY>"
	)
	s := newStage(t, world.Options{})
	group := "billing<!here>&*x*"
	if err := s.Prod.Commit(group, topic, map[int32]int64{0: 1900}); err != nil {
		t.Fatal(err)
	}
	s.start()
	preview := s.tells(s.Mara, world.PayOps,
		`--group "`+group+`" --cluster prod-eu orders:0 back 50m --reason "`+reason+`"`, "PREVIEW", group)
	s.clicks(s.Mara, preview, "approve")
	card := s.sees(s.Jon, world.PayOps, s.id(preview), reason, group)
	if !strings.Contains(card.Text(), "DONE") { // a small replay needs no approval; it is written at once
		s.shows(s.Jon, card, "DONE", reason)
	}
	s.tells(s.Ben, world.PayOps, "show "+s.id(preview), group, reason)
	s.tells(s.Ben, world.PayOps, "history "+s.id(preview), group, reason)
	s.tells(s.Ben, world.PayOps, `lag --group "`+group+`" --cluster prod-eu`, group)
	s.tells(s.Mara, world.PayOps, "<!channel>@prod-eu orders back 1h", "<!channel>")
	s.tells(s.Mara, world.PayOps, "billing@prod-eu <@U0KIM> back 1h", "<@U0KIM>")
	for _, p := range []*slacksim.Person{s.Mara, s.Ben} {
		for _, m := range p.Messages(world.PayOps) {
			if pings := m.Pings(); len(pings) > 0 && !m.Ephemeral {
				t.Errorf("%q are pinged by:\n%s", pings, m.Text())
			}
			if strings.Contains(m.Fallback, "<!") || strings.Contains(m.Fallback, "<@") {
				t.Errorf("the notification holds markup: %s", m.Fallback)
			}
		}
	}
}
