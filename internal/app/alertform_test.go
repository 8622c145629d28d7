package app_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// posted is a message of the corpus of alerts, about the world's own group, topic and cluster where it names one of
// each, as another app posts it.
func (s *stage) posted(channel, name string) slacksim.Message {
	s.t.Helper()
	files, err := filepath.Glob("../alert/testdata/" + name + "*.json")
	if err != nil || len(files) != 1 {
		s.t.Fatal(name, files, err)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		s.t.Fatal(err)
	}
	var c struct {
		Message json.RawMessage
		Expect  struct {
			Cluster        string
			Groups, Topics []string
		}
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		s.t.Fatal(err)
	}
	text := string(c.Message)
	ours := func(names []string, name string) {
		if len(names) == 1 {
			text = strings.ReplaceAll(strings.ReplaceAll(text, strings.ReplaceAll(names[0], "&", "&amp;"), name), names[0], name)
		}
	}
	ours(c.Expect.Groups, world.Billing)
	ours(c.Expect.Topics, world.Orders)
	ours([]string{c.Expect.Cluster}[:min(1, len(c.Expect.Cluster))], "prod-eu")
	return s.posts(channel, []byte(text))
}

// posts posts a message of another app.
func (s *stage) posts(channel string, raw []byte) slacksim.Message {
	s.t.Helper()
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		s.t.Fatal(err)
	}
	ts, err := s.Slack.Post(channel, m)
	if err != nil {
		s.t.Fatal(err)
	}
	return slacksim.Message{Channel: channel, TS: ts}
}

// resetsFrom chooses "Reset from this alert" on a message.
func (s *stage) resetsFrom(p *slacksim.Person, m slacksim.Message, parts ...string) slacksim.View {
	s.t.Helper()
	s.acked(p.MessageShortcut(m, "reset_from_alert"))
	return s.opens(p, append([]string{"Reset offsets", "Consumer group"}, parts...)...)
}

// A message of each family fills in what it names and nothing else: never where to, and never one of several. What it
// does not name is chosen from lists, and the form's submit asks for approval: nothing is typed.
func TestAnAlertOfEachFamilyFillsTheForm(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	const asked, filled, choose = "Consumer group: [Type", "Consumer group: [billing v]", "Where to: [Choose a target v]"
	for _, c := range [][]string{
		{"01", asked, "It names no consumer group", "Cluster: [Choose"},
		{"02", filled, "Topics: [orders:7 v]", "Cluster: [prod-eu v]", "Read from the message: cluster prod-eu, group billing"},
		{"03", filled, "Topics: [orders v]", "Cluster: [prod-eu v]"},
		{"04", filled, "Topics: [Choose", "Cluster: [Choose"},
		{"05", asked, "Topics: [Choose", "It names 2 consumer groups: choose one", "mailer: mail.outbox and mail.bounces"},
		{"06", filled, "Topics: [orders v]", "This alert is resolved", "states its start: 2026-11-27 02:02 CET", "earlier"},
		{"07", filled, "Topics: [orders v]", "Cluster: [prod-eu v]"},
		{"08", filled, "Topics: [orders v]", "Resolved, and offered below the rest: price-indexer"},
		{"09", filled, "Topics: [Choose", "states its start: 2026-11-27 02:05 CET"},
		{"10", filled, "Topics: [orders v]", "Cluster: [prod-eu v]"},
		{"11", asked, "Topics: [orders:4 v]"},
		{"12", filled, "Topics: [orders v]", "states its start: 2026-11-27 02:11 CET"},
		{"13", filled, "Topics: [orders v]", "Cluster: [Choose"},
		{"16", filled, "Topics: [orders v]", "Cluster: [prod-eu v]"},
		{"17", filled, "Topics: [orders v]"},
		{"18", asked, "Topics: [Choose", "This message does not say which consumer group or topic it is about."},
		{"19", filled, "Topics: [orders v]", "Cluster: [prod-eu v]"},
		{"20", asked, "Topics: [Choose", "This message does not say which consumer group or topic it is about."},
		{"21", filled, "Topics: [Choose", "It names several topics: orders and refunds. None is chosen."},
		{"22", filled, "Topics: [orders v]", "Cluster: [prod-eu v]"},
		{"14", asked, "Topics: [orders:7 v]", "One message failed: orders:7@1931", "for you to choose"},
		{"15", asked, "Topics: [orders:3 v]", "One message failed: orders:3@88120"},
	} {
		name, parts := c[0], c[1:]
		v := s.resetsFrom(s.Mara, s.posted(world.PayOps, name), append(parts, choose)...)
		if !strings.Contains(" 01 03 07 09 10 12 13 14 15 16 17 20 21 22 ", name) { // another one of the family is submitted
			s.acked(s.Mara.CloseView(v))
			continue
		}
		s.picks(v)
		v = s.sets(s.Mara, "where", "earliest", "PREVIEW · billing@prod-eu")
		want := "Needs 2 approvals"
		if strings.Contains(v.Text(), "[Apply rewind]") { // one partition: no approval is required
			want = "DONE"
		}
		s.news(s.Jon, world.PayOps, func() { s.submits(s.Mara, v, nil) }, "billing@prod-eu", "earliest", want)
	}
}

// picks chooses from lists what an alert does not name.
func (s *stage) picks(v slacksim.View) {
	s.t.Helper()
	if strings.Contains(v.Text(), "Cluster: [Choose") {
		v = s.sets(s.Mara, "cluster", "prod-eu", "Cluster: [prod-eu v]")
	}
	if strings.Contains(v.Text(), "Consumer group: [Type") {
		if !strings.Contains(v.Text(), "Groups whose names appear") {
			s.suggests(s.Mara, "group", "", world.Billing)
		}
		v = s.sets(s.Mara, "group", world.Billing, "Consumer group: [billing v]")
	}
	if strings.Contains(v.Text(), "Topics: [Choose") {
		s.suggests(s.Mara, "topics", "", world.Orders)
		s.sets(s.Mara, "topics", world.Orders, "Topics: [orders v]")
	}
}

// Two interactions and nothing typed: the shortcut and the submit, with where to chosen between them.
func TestALagAlertIsResetInTwoInteractions(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	s.resetsFrom(s.Mara, s.posted(world.PayOps, "02"), "Topics: [orders:7 v]")
	v := s.sets(s.Mara, "where", "earliest", "PREVIEW", "No approval required", "[Apply rewind]")
	s.untouched()
	s.submits(s.Mara, v, nil)
	s.sees(s.Jon, world.PayOps, "DONE", "1 of 1 partition verified at earliest")
}

// The form says of a message that failed whether it is still ahead of the group; what to do is chosen by a person.
func TestAPoisonMessageIsStillAheadOrPassed(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	from := func(offset string) slacksim.View {
		return s.resetsFrom(s.Mara, s.posts(world.PayOps, []byte(`{"type":"message","subtype":"bot_message","text":`+
			`"Error deserializing VALUE for partition orders-7 at offset `+offset+`. groupId=billing kafka_cluster=prod-eu"}`)),
			"Consumer group: [billing v]", "One message failed: orders:7@"+offset, "Where to: [Choose a target v]")
	}
	from("1800")
	v := s.sets(s.Mara, "where", "alert.1", "PREVIEW", "orders:7@1800 was already passed: the committed offset is 1,900")
	s.acked(s.Mara.CloseView(v))
	from("1950")
	v = s.sets(s.Mara, "where", "earliest", "PREVIEW", "orders:7@1950 is still ahead, after up to 50 messages")
	s.acked(s.Mara.CloseView(v))
	from("1900")
	v = s.sets(s.Mara, "where", "alert.0", "PREVIEW", "orders:7@1900 is the next one", "SKIPS up to 1 message")
	s.acked(s.Mara.CloseView(v))
	s.untouched()
}

// Words of a message are matched with the groups of the cluster that a person chooses, and only offered. A cluster
// that the message names and that is not configured is not guessed, not even from the channel.
func TestWordsOfAnAlertAreOnlyOffered(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	if err := s.Prod.Commit("ledger", world.Orders, map[int32]int64{0: 1}); err != nil { // no rule lets anyone view it
		t.Fatal(err)
	}
	s.start()
	s.resets(s.Mara, world.PayOps)
	s.sets(s.Mara, "cluster", "prod-eu")
	s.suggests(s.Mara, "group", "bil", "billing")
	s.acked(s.Mara.CloseView(s.top(s.Mara)))

	s.resetsFrom(s.Mara, s.posts(world.PayOps, []byte(
		`{"text":"[FIRING:1] monitoring (KafkaConsumerLag prod-eu billing ledger orders)"}`)), "Cluster: [Choose")
	v := s.sets(s.Mara, "cluster", "prod-eu", "Groups whose names appear in the message: billing.",
		"Consumer group: [Type a part of its name v]")
	s.acked(s.Mara.CloseView(v))

	v = s.resetsFrom(s.Mara, s.posts(world.Sandbox, []byte(`{"text":"Kafka lag: consumergroup=billing cluster=k8s-eu1"}`)),
		"It names cluster k8s-eu1, which is not configured or not visible to you. Choose a cluster.", "Cluster: [Choose a cluster v]",
		"Consumer group: [billing v]")
	s.acked(s.Mara.CloseView(v))
	s.untouched()
}

// A start that the alert states is offered as what it is, and fills in a time that can be moved back.
func TestTheStartOfAnAlertIsOffered(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	s.resetsFrom(s.Mara, s.posted(world.PayOps, "12"), "Topics: [orders v]")
	v := s.sets(s.Mara, "where", "alert.0", "To 2026-11-27 02:11 CET, when the alert started", "Time: [2026-11-27 02:11 v]",
		"PREVIEW", "yesterday 02:11:04 Berlin", "[Ask for approval]")
	s.acked(s.Mara.CloseView(v))
	s.untouched()
}
