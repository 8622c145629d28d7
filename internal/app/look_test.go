package app_test

import (
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

func TestViewsChangeNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	s.tells(s.Ben, world.PayOps, "help", "Move a consumer group's offsets, safely")
	s.tells(s.Ben, world.PayOps, "help approve", "Approve a request")
	s.tells(s.Ben, world.PayOps, "status", "Open requests", "Nothing is open that you may view. history shows what was done.")
	s.tells(s.Ben, world.PayOps, "history billing@prod-eu", "No request matches, of those that you may view.")
	s.tells(s.Ben, world.PayOps, "lag billing@prod-eu", "billing on prod-eu · PRODUCTION", "Empty",
		"Lag: up to 1,200 messages on 2 topics.", "orders-11", "1,900", "100")
	s.tells(s.Ben, world.PayOps, "lag billing@prod-eu refunds", "Lag: up to 0 messages on 1 topic.")
	s.tells(s.Ben, world.PayOps, "lag billing@prod-eu ordres", "No topic ordres on prod-eu. Did you mean orders?")
	s.tells(s.Mara, world.PayOps, "billing@prod-eu ordres", "No topic ordres on prod-eu. Did you mean orders?")
	s.tells(s.Ben, world.PayOps, "lag billing@prod-eu orders:3,40", "orders has 12 partitions")
	s.tells(s.Ben, world.PayOps, "lag billing@prod-eu orders:3", "Lag: up to 100 messages on 1 topic.")
	s.tells(s.Ben, world.PayOps, "lag billing", "Which cluster? prod-eu and sandbox-eu", "billing@prod-eu")
	s.tells(s.Ben, world.PayOps, "lag billingg@prod-eu", "No group billingg on prod-eu. Did you mean billing?")
	s.tells(s.Ben, world.PayOps, "access billing@prod-eu", "✓ view", "✗ request resets", "@pay can", "✗ approve",
		"@pay-owners can", "rule: pay on production")
	s.tells(s.Kim, world.PayOps, "access billing@prod-eu", "✓ request resets", "✓ approve")
	s.tells(s.Ben, world.PayOps, "show zzzz", "There is no request zzzz", "status")

	// A draft is visible to its requester alone; a card to all who may view.
	preview := s.tells(s.Mara, world.PayOps, "billing@prod-eu orders back 50m", "PREVIEW")
	s.tells(s.Ben, world.PayOps, "status", "Nothing is open")
	s.tells(s.Mara, world.PayOps, "status", s.id(preview), "a preview until")
	s.clicks(s.Mara, preview, "approve")
	s.sees(s.Ben, world.PayOps, s.ref(preview), "APPROVE?")
	s.tells(s.Ben, world.PayOps, "status", s.id(preview), "waiting for approval", "@mara")
	s.tells(s.Ben, world.PayOps, "lag billing@prod-eu", "Open: "+s.id(preview)+" is waiting for approval.")
	s.untouched()
}

// Lists name what one may view and nothing else; Kafka's own lines are answered too.
func TestGroupsAndClusters(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	for group, offset := range map[string]int64{"secret": 0, "pay-late": 500} {
		if err := s.Prod.Commit(group, world.Orders, map[int32]int64{0: offset}); err != nil {
			t.Fatal(err)
		}
	}
	s.start()
	bootstrap := "kafka-consumer-groups.sh --bootstrap-server " + s.Prod.Addrs()[0]
	for _, said := range []string{"groups @prod-eu", bootstrap + " --list", bootstrap + " --describe --all-groups"} {
		m := s.tells(s.Ben, world.PayOps, said, "Groups", "2 groups", "pay-late@prod-eu", "lag 1,500", "billing@prod-eu",
			"lag 1,200", "Empty", "Read ")
		if text := m.Text(); strings.Contains(text, "secret") ||
			strings.Index(text, "pay-late") > strings.Index(text, "billing") {
			t.Errorf("a group that ben may not view is named, or the largest lag is not first:\n%s", text)
		}
	}
	s.tells(s.Ben, world.PayOps, "groups pay-*@prod-eu", "1 group", "pay-late@prod-eu", "lag 1,500")
	s.tells(s.Ben, world.PayOps, "groups secret@prod-eu", "No group that you may view on prod-eu matches secret.")
	s.tells(s.Ben, world.PayOps, "groups bill", "billing@prod-eu", "billing@sandbox-eu")
	s.tells(s.Ben, world.PayOps, bootstrap+" --describe --group billing", "billing on prod-eu", "1,200")
	s.tells(s.Gus, world.PayOps, "groups", "There is no cluster on which you may view a group.")
	s.tells(s.Mara, world.PayOps, "freeze prod-eu INC-4711", "FROZEN")
	s.tells(s.Ben, world.PayOps, "clusters", "prod-eu · PRODUCTION · answers, 3 brokers · 2 groups that you may view",
		"sandbox-eu · sandbox · answers", "FROZEN: prod-eu by @mara")
	s.Prod.Unreachable(true)
	s.tells(s.Ben, world.PayOps, "clusters", "1 of 2 answer", "prod-eu does not answer", "Last answer:")
	s.Prod.Unreachable(false)
	s.wrote(0)
}

func TestShowHasTheWholeStory(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	card := s.asks(s.Mara, world.Incident, `billing@prod-eu orders back 50m --reason "bad deploy 4711"`)
	s.told(s.Ben, card, "approve", "you are not among them")
	s.clicks(s.Jon, card, "approve")
	s.shows(s.Jon, card, "DONE")
	whole := s.tells(s.Ben, world.PayOps, "history "+s.id(card), s.id(card), "DONE",
		`@mara requested it ("bad deploy 4711").`, "Planned revision 1, partitions: 12, reprocesses up to",
		"@mara asked for approval of revision 1, needed: 1.",
		"@ben was not allowed to approve: not named in the rule, rule: pay on production.",
		"@jon approved revision 1 (1 of 1).", "Writing, attempt 1, partitions: 12.",
		"Sent request 1 of 1, partitions: 12.", "Applied and verified on every partition",
		"12 of 12 partitions verified at", "kafka-consumer-groups.sh", "The card in #kafka-prod")
	order := []string{"requested it (", "Planned", "asked for approval", "not allowed", "approved revision", "Writing",
		"Applied and"}
	for i, at := 1, strings.Index(whole.Text(), order[0]); i < len(order); i++ {
		next := strings.Index(whole.Text(), order[i])
		if next < at {
			t.Errorf("%q comes before %q", order[i], order[i-1])
		}
		at = next
	}
	s.tells(s.Ben, world.PayOps, "show "+s.id(card), s.id(card), "DONE", "verified", "pproved by @jon")
	s.tells(s.Ben, world.PayOps, "history billing@prod-eu", "1 request", s.id(card), "applied", "@mara")

	// The files in the thread are what Kafka's own tool reads, and the way back.
	var files []string
	s.finds(s.Jon, world.Home, []string{"the files"},
		func(m slacksim.Message) bool { return m.Thread == card.TS && len(m.Files) == 2 })
	for _, m := range s.Jon.Replies(card) {
		for _, f := range m.Files {
			files = append(files, f.Name)
			rows := strings.Split(strings.TrimSpace(f.Content), "\n")
			if len(rows) != world.Partitions || strings.Count(rows[0], ",") != 2 {
				t.Errorf("%s holds %q", f.Name, f.Content)
			}
			if strings.HasSuffix(f.Name, "-undo.csv") && rows[0] != "orders,0,1900" {
				t.Errorf("%s begins with %q", f.Name, rows[0])
			}
		}
	}
	if len(files) != 3 { // the plan that was approved, what was written, the way back
		t.Errorf("the thread has the files %q", files)
	}
}

// The doctor tells those who may freeze a cluster how the bot is, and no secret and no group to anyone.
func TestDoctor(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	s.until("the bot has heard of both sockets", func() bool {
		return strings.Count(s.log.String(), "socket connected") == 2
	})
	s.tells(s.Mara, world.PayOps, "status", "Open requests") // an ack to count
	m := s.tells(s.Mara, world.PayOps, "doctor", "Doctor", "all checks passed", "2 of 2 sockets connected",
		"Slack counts 2 connections", "Acks: p50", "Scopes: all that are needed", "Home of prod-eu: #kafka-prod",
		"Store: ", "Cluster prod-eu", "answers, 3 brokers", "Loop: its last round")
	if strings.Contains(m.Text(), "billing") {
		t.Errorf("a group is named:\n%s", m.Text())
	}
	s.Prod.Unreachable(true)
	s.tells(s.Kim, world.PayOps, "doctor", "1 problem", "prod-eu does not answer")
	s.Prod.Unreachable(false)
	s.tells(s.Gus, world.PayOps, "doctor", "guests")
	s.tells(s.Kim, world.PayOps, "access billing@prod-eu", "✓ freeze the cluster", "✗ schedule resets", "✓ thaw freezes")
}
