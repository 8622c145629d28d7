package app_test

import (
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// Drafts are their requesters' alone: fifty of them hide no open request from somebody else.
func TestFiftyDraftsHideNoOpenRequest(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	card := s.asks(s.Mara, world.Incident, "billing@prod-eu orders back 50m")
	for range 51 {
		s.types(s.Jon, world.Sandbox, "billing orders to latest")
	}
	s.until("51 drafts are there", func() bool { return strings.Count(s.log.String(), "event=planned") >= 52 })
	s.tells(s.Ben, world.PayOps, "status", "Open requests", s.id(card), "waiting for approval")
	s.untouched()
}

// A history leaves drafts and mistakes to --all, names approvers and what was written, and has pages.
func TestHistoryIsNarrowedAndPaged(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	card := s.asks(s.Mara, world.Incident, "billing@prod-eu orders back 50m")
	s.clicks(s.Jon, card, "approve")
	s.shows(s.Jon, card, "DONE")
	id := s.id(card)
	s.tells(s.Mara, world.PayOps, "billingg@prod-eu orders to latest", "No group billingg")
	written := []string{"History", "1 request", id, "@mara, approved by @jon", "12 of 12 partitions verified at the target"}
	for _, said := range []string{"history", "history @mara", "history @U0JON", "history --since 1h",
		"history billing@prod-eu"} {
		if m := s.tells(s.Mara, world.PayOps, said, written...); strings.Contains(m.Text(), "billingg") {
			t.Errorf("%s: a typing mistake is in the history:\n%s", said, m.Text())
		}
	}
	s.tells(s.Mara, world.PayOps, "history --all", "2 requests", "billingg", id)
	s.tells(s.Ben, world.PayOps, "history --all", "1 request", id)
	s.tells(s.Mara, world.PayOps, "history @U0BEN", "No request matches, of those that you may view.")
	s.tells(s.Mara, world.PayOps, "history @nobody",
		`Person "@nobody" not found. Choose the name from Slack's list.`)
	s.tells(s.Mara, world.PayOps, "history mara", "Only: group mara. For a person: history @mara")

	for range 20 {
		s.tells(s.Mara, world.Sandbox, "nosuchgroup orders to latest", "No group nosuchgroup")
	}
	first := s.tells(s.Mara, world.PayOps, "history --all", "20 requests, there are older ones", "nosuchgroup")
	s.has(first, "look.1", "look.2")
	s.told(s.Mara, first, "look.2", "sent to you as a direct message")
	csv := s.finds(s.Mara, s.Slack.DM("U0MARA"), []string{"history.csv"}, func(m slacksim.Message) bool { return len(m.Files) == 1 })
	if rows := strings.Count(csv.Files[0].Content, "\n"); rows != 1+22 {
		t.Errorf("the file has %d lines:\n%s", rows, csv.Files[0].Content)
	}
	s.clicks(s.Mara, first, "look.1")
	s.shows(s.Mara, first, "2 requests", "Only: older than", "billingg", id)
}

// Lag is one of Slack's data tables; a Slack that refuses one gets plain text, and is not asked again.
func TestLagIsADataTable(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	s.tells(s.Ben, world.PayOps, "lag billing@prod-eu", "orders-11", "1,900")
	if !strings.Contains(s.Slack.Sent(), `"type":"data_table"`) {
		t.Error("no data table was sent")
	}
	s.told(s.Ben, s.tells(s.Ben, world.PayOps, "lag billing@prod-eu refunds", "refunds-0"), "look.1",
		"sent to you as a direct message")
	s.wrote(0)
}
