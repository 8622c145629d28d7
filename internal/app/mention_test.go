package app_test

import (
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// mentions is a mention in the thread under a message.
func (s *stage) mentions(p *slacksim.Person, root slacksim.Message, text string) *slacksim.Delivery {
	s.t.Helper()
	_, d, err := p.Mention(root.Channel, root.TS, "@kafka-reset "+text)
	s.acked(d, err)
	return d
}

// aloneIn checks that a message is in a thread and for one person only.
func (s *stage) aloneIn(m, root slacksim.Message) slacksim.Message {
	s.t.Helper()
	if !m.Ephemeral || m.Thread != root.TS {
		s.t.Errorf("ephemeral %v, in the thread %q, want %q alone: %s", m.Ephemeral, m.Thread, root.TS, m.Text())
	}
	return m
}

// TestAMentionInTheIncidentsThread: the same grammar where Slack has no commands. Slack sends the event twice; there is
// one request. All answers are to the asker alone, in the thread, until approval is asked for.
func TestAMentionInTheIncidentsThread(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.start()
	root, _, err := s.Jon.Say(world.PayOps, "billing charges twice since the deploy")
	if err != nil {
		t.Fatal(err)
	}
	d := s.mentions(s.Mara, root, `billing@prod-eu orders back 50m --reason "bad deploy <4711> & more"`)
	preview := s.aloneIn(s.sees(s.Mara, world.PayOps, "PREVIEW", "billing@prod-eu", "Ask for approval"), root)
	s.acked(s.Slack.Retry(d), nil)
	s.mentions(s.Mara, root, "cancel")
	s.aloneIn(s.sees(s.Mara, world.PayOps, "cancel what?"), root)

	previews := 0
	for _, m := range s.Mara.Messages(world.PayOps) {
		if strings.Contains(m.Text(), "Ask for approval") {
			previews++
		}
	}
	if previews != 1 {
		t.Errorf("%d previews for one mention", previews)
	}
	s.clicks(s.Mara, preview, "approve")
	card := s.sees(s.Jon, world.PayOps, "APPROVE?", "mara", "bad deploy <4711> & more")
	s.aloneIn(s.shows(s.Mara, preview, "The card", "APPROVE?"), root)
	for _, m := range s.Jon.Messages(world.PayOps) {
		if m.Thread == root.TS && m.Author == slacksim.BotUser {
			t.Errorf("jon reads in the thread: %s", m.Text())
		}
	}
	s.mentions(s.Jon, root, "approve "+s.ref(card))
	s.shows(s.Jon, card, "12 of 12 partitions verified")
	s.wrote(1)
}

// TestAMentionIsAnsweredDirectlyWhereItCannotBeSeen: who has left the channel by then gets direct messages.
func TestAMentionIsAnsweredDirectlyWhereItCannotBeSeen(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	s.refused = append(s.refused, "user_not_in_channel")
	s.Slack.Fail("chat.postEphemeral", slacksim.Fault{Error: "user_not_in_channel"})
	s.start()
	for text, want := range map[string]string{
		"billing@prod-eu orders back 50m": "Ask for approval", "help undo": "Restore the offsets from before a request",
		"undo": "Not understood",
	} {
		_, d, err := s.Mara.Mention(world.PayOps, "", "@kafka-reset "+text)
		s.acked(d, err)
		s.sees(s.Mara, s.Slack.DM(s.Mara.ID), want)
	}
}
