package bot

import (
	"slices"
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// asked is a request that Mara typed in a channel, with its preview before her.
func (b *bench) asked(t *testing.T, channel string) slacksim.Message {
	t.Helper()
	d, err := b.mara.Command(channel, "/kafka-reset", "billing@prod-eu orders to 02:10")
	if err != nil {
		t.Fatal(err)
	}
	if ack, err := d.Wait(ctx5(t)); err != nil || ack.Err != "" || ack.Payload != nil {
		t.Fatalf("ack = %+v, %v; want a bare one\n%s", ack, err, b.logs.String())
	}
	m, err := b.mara.WaitText(ctx5(t), channel, "k7f3.1", "PREVIEW")
	if err != nil {
		t.Fatalf("%v\n%s", err, b.logs.String())
	}
	return m
}

func (b *bench) click(t *testing.T, p *slacksim.Person, m slacksim.Message, action string) {
	t.Helper()
	d, err := pressed(p, m, action)
	if err != nil {
		t.Fatal(err)
	}
	if ack, err := d.Wait(ctx5(t)); err != nil || ack.Err != "" {
		t.Fatalf("ack = %+v, %v\n%s", ack, err, b.logs.String())
	}
}

func (b *bench) sees(t *testing.T, p *slacksim.Person, channel string, parts ...string) slacksim.Message {
	t.Helper()
	m, err := p.WaitText(ctx5(t), channel, parts...)
	if err != nil {
		t.Fatalf("%v\n%s", err, b.logs.String())
	}
	return m
}

func TestCommandPreviewClickCard(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{PlainResponses: true}, nil).up(t)
	preview := b.asked(t, "C0INC")
	if !preview.Ephemeral {
		t.Error("others see the preview")
	}
	b.click(t, b.mara, preview, "approve")
	card := b.sees(t, b.jon, "C0INC", "k7f3.1", "APPROVE?", "@mara gave no reason")
	if card.Ephemeral {
		t.Error("nobody but Jon sees the card")
	}
	pointer := b.sees(t, b.mara, "C0INC", "APPROVE?", "The card")
	if !pointer.Ephemeral || pointer.TS != preview.TS || len(pointer.Buttons()) > 0 {
		t.Errorf("the preview was not replaced by a pointer to the card: %s", pointer.Text())
	}
	b.click(t, b.jon, card, "approve")
	now := b.sees(t, b.jon, "C0INC", "k7f3.1", "WAITING")
	if now.TS != card.TS {
		t.Errorf("a second card %s was posted beside %s", now.TS, card.TS)
	}
	var reply slacksim.Message
	b.until(t, "the decision in the card's thread", func() bool {
		replies := slices.DeleteFunc(b.jon.Replies(card), func(m slacksim.Message) bool {
			return !strings.Contains(m.Text(), "Approved") || !strings.Contains(m.Text(), "by @jon")
		})
		if len(replies) > 0 {
			reply = replies[0]
		}
		return len(replies) == 1
	})
	if strings.Contains(card.Fallback+reply.Fallback, "U0") {
		t.Errorf("a notification shows ids: %q, %q", card.Fallback, reply.Fallback)
	}
	for _, m := range b.jon.Messages("C0INC") {
		if m.Ephemeral {
			t.Errorf("Jon was told alone what the card shows: %s", m.Text())
		}
	}
	want := reset.Actor{Kind: reset.Person, Team: slacksim.HomeTeam, ID: "U0JON"}
	if got := b.by(t, reset.EvApproved); len(got) != 1 || got[0] != want {
		t.Errorf("approved by %+v, want %+v", got, want)
	}
}

func TestRefusalIsEphemeral(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	b.click(t, b.mara, b.asked(t, "C0INC"), "approve")
	card := b.sees(t, b.ben, "C0INC", "APPROVE?")
	b.click(t, b.ben, card, "approve")
	if m := b.sees(t, b.ben, "C0INC", "Not allowed", "pay"); !m.Ephemeral {
		t.Error("others see the refusal")
	}
	if m, err := b.ben.Look(card); err != nil || !strings.Contains(m.Text(), "APPROVE?") {
		t.Errorf("the card was replaced by a refusal: %v, %s", err, m.Text())
	}
}

func TestCardGoesHomeWhereTheBotIsNoMember(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	b.click(t, b.mara, b.asked(t, "C0OUT"), "approve")
	card := b.sees(t, b.jon, "C0HOME", "APPROVE?")
	b.sees(t, b.mara, "C0OUT", "The card", "#kafka")
	b.click(t, b.jon, card, "cancel")
	b.sees(t, b.mara, b.slack.DM("U0MARA"), "CANCELLED")
}

// pressed clicks a button, or chooses the entry of a menu.
func pressed(p *slacksim.Person, m slacksim.Message, action string) (*slacksim.Delivery, error) {
	if now, err := p.Look(m); err == nil {
		for _, e := range now.Entries() {
			if verb, _, _ := strings.Cut(e.Value, " "); verb == action {
				return p.Choose(m, e.ActionID, e.Value)
			}
		}
	}
	return p.Click(m, action)
}
