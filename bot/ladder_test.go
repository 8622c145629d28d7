package bot

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// cards are the messages in a channel that are no replies and that all see.
func (b *bench) visible(channel string) []slacksim.Message {
	return slices.DeleteFunc(b.jon.Messages(channel),
		func(m slacksim.Message) bool { return m.Thread != "" || m.Ephemeral })
}

// applied is a card whose reset was approved and written.
func (b *bench) applied(t *testing.T) {
	t.Helper()
	b.says(t, b.jon, engine.DoApprove)
	b.ends(t, reset.Applied, reset.Verified)
}

// TestOnlyDecisionsMakeNewCards: a workspace may close the edit window after a minute, and a group is looked at for
// hours.
func TestOnlyDecisionsMakeNewCards(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{EditWindow: time.Minute}, nil).up(t)
	old := b.carded(t, "C0INC", "C0INC")
	b.says(t, b.jon, engine.DoApprove)
	b.pass(2 * time.Minute)
	for i := range 20 {
		before := b.request(t).Version
		b.joins(fmt.Sprintf("billing-%d", i+2))
		b.pass(time.Minute)
		b.settle()
		if b.request(t).Version == before {
			t.Fatal("another member is no change of the request")
		}
	}
	if n := len(b.visible("C0INC")); n != 1 {
		t.Fatalf("%d cards of a request that no one has decided upon since the first", n)
	}
	b.ends(t, reset.Applied, reset.Verified)
	cards := b.visible("C0INC")
	if len(cards) != 2 || !strings.Contains(cards[1].Text(), "DONE") {
		t.Fatalf("%d cards after the end, want the old one and one that says so", len(cards))
	}
	if c := b.card(t); c.TS != cards[1].TS || cards[0].TS != old.TS {
		t.Errorf("the card is %s", c.TS)
	}
	b.sees(t, b.mara, b.slack.DM("U0MARA"), "k7f3", "DONE", "The card")
}

// TestRefusedThreadReplyIsPostedOutside: a reply may call people who have to know.
func TestRefusedThreadReplyIsPostedOutside(t *testing.T) {
	t.Parallel()
	for name, home := range map[string]bool{"in the card's channel": false, "in the home channel": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, slacksim.Options{}, nil).up(t)
			b.carded(t, "C0INC", "C0INC")
			b.slack.Fail("chat.postMessage", slacksim.Fault{Error: "restricted_action_thread_locked",
				With: "thread_ts"})
			at := "C0INC"
			if home {
				at = "C0HOME"
				b.slack.Fail("chat.postMessage", slacksim.Fault{Error: "restricted_action", Times: 2})
			}
			b.says(t, b.jon, engine.DoEmergency)
			m := b.sees(t, b.jon, at, "applied without approval by @jon", "The card")
			if m.Thread != "" || !slices.Contains(m.Pings(), "S0PAY") {
				t.Errorf("the owners are not called by: %s", m.Text())
			}
		})
	}
}

func TestFilesThatSlackRefusesAreMissedInWords(t *testing.T) {
	t.Parallel()
	b := newBench(t,
		slacksim.Options{Scopes: []string{"commands", "chat:write", "users:read", "usergroups:read", "channels:read"}},
		nil).up(t)
	card := b.carded(t, "C0INC", "C0INC")
	m := b.sees(t, b.jon, "C0INC", "could not be attached", "missing_scope", "show k7f3")
	if m.Thread != card.TS {
		t.Errorf("not in the card's thread: %+v", m)
	}
	b.says(t, b.jon, engine.DoApprove)
	n := 0
	for _, m := range b.jon.Replies(card) {
		if strings.Contains(m.Text(), "could not be attached") {
			n++
		}
	}
	if n != 1 {
		t.Errorf("said %d times", n)
	}
}

// TestFilesComeOnceThoughTheReplyDoesNot: each step of a card's thread is done once, whichever of them has to wait.
func TestFilesComeOnceThoughTheReplyDoesNot(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	card := b.carded(t, "C0INC", "C0INC")
	b.slack.Fail("chat.postMessage", slacksim.Fault{Status: 503, With: "thread_ts", Times: 3})
	b.applied(t)
	files, replies := 0, 0
	for _, m := range b.jon.Replies(card) {
		files += len(m.Files)
		if strings.Contains(m.Text(), "Applied") {
			replies++
		}
	}
	if files != 3 || replies != 1 {
		t.Errorf("%d files and %d replies, want the plan, what was done and its way back, said once", files, replies)
	}
}

// TestWithoutTheMessagesTabTheThreadCalls: direct messages are refused then, and the end must reach the requester all
// the same.
func TestWithoutTheMessagesTabTheThreadCalls(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{NoMessagesTab: true}, nil).up(t)
	card := b.carded(t, "C0INC", "C0INC")
	b.applied(t)
	m := b.sees(t, b.jon, "C0INC", "@mara", "k7f3", "DONE")
	if m.Thread != card.TS || !slices.Contains(m.Pings(), "U0MARA") {
		t.Errorf("she is not called by: %+v", m)
	}
}

// TestAnAddressIsUsedFiveTimesAtMost: then a direct message goes instead.
func TestAnAddressIsUsedFiveTimesAtMost(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	preview := b.asked(t, "C0INC")
	before := len(b.slack.Calls(slacksim.ResponseURLs))
	b.slack.Fail(slacksim.ResponseURLs, slacksim.Fault{Status: 429, RetryAfter: time.Second})
	b.click(t, b.mara, preview, "approve")
	b.until(t, "the card and what it is pointed to by", func() bool {
		b.settle()
		return slices.ContainsFunc(b.mara.Messages(b.slack.DM("U0MARA")),
			func(m slacksim.Message) bool { return strings.Contains(m.Text(), "As of") })
	})
	if n := len(b.slack.Calls(slacksim.ResponseURLs)) - before; n > urlUses {
		t.Errorf("%d uses of an address that takes %d messages", n, urlUses)
	}
	if c := b.card(t); c.Preview.URL != "" {
		t.Error("the address is kept after its last use")
	}
}

// TestMustTell: an outcome is sent unless the requester caused it; refused attempts of others are not.
func TestMustTell(t *testing.T) {
	t.Parallel()
	mara, jon := reset.Actor{Kind: reset.Person, ID: "U0MARA"}, reset.Actor{Kind: reset.Person, ID: "U0JON"}
	here, elsewhere := engine.Card{Channel: "C0INC"}, engine.Card{Channel: "C0HOME"}
	for name, c := range map[string]struct {
		event reset.Event
		by    reset.Actor
		card  engine.Card
		run   bool // of a schedule
		act   reset.Act
		need  int
		blind bool // no channel takes the card
		want  bool
	}{
		"applied":                       {event: reset.EvApplied, card: here, want: true},
		"corrected":                     {event: reset.EvOverwritten, card: here, want: true},
		"rejected":                      {event: reset.EvRejected, by: jon, card: here, want: true},
		"cancelled by another":          {event: reset.EvCancelled, by: jon, card: here, want: true},
		"cancelled by herself":          {event: reset.EvCancelled, by: mara, card: elsewhere},
		"a click that was refused":      {event: reset.EvDenied, by: jon, card: elsewhere},
		"accepted, seen there":          {event: reset.EvSettled, by: jon, card: here},
		"accepted, unseen":              {event: reset.EvSettled, by: jon, card: elsewhere, want: true},
		"progress":                      {event: reset.EvCaughtUp, card: elsewhere},
		"a freeze with one's own click": {event: reset.EvFrozen, by: mara, card: here, act: reset.Freeze{}},
		"a thaw that others approved": {event: reset.EvThawed, by: mara, card: here, act: reset.Thaw{}, need: 1,
			want: true},
		"a schedule that was approved": {event: reset.EvSaved, by: mara, card: here, act: reset.SaveSchedule{}, need: 1,
			want: true},
		"frozen meanwhile":             {event: reset.EvFrozen, by: jon, card: here},
		"a run's end":                  {event: reset.EvApplied, card: elsewhere, run: true},
		"a run's end that no one sees": {event: reset.EvFailed, card: elsewhere, run: true, blind: true, want: true},
	} {
		s := reset.Story{Request: reset.Request{ID: "k7f3", Actor: mara, Place: reset.Place{Channel: "C0INC"},
			Act: reset.Move{}}}
		if c.act != nil {
			s.Request.Act, s.Request.Need = c.act, c.need
		}
		if c.run {
			s.Request.Actor = reset.Actor{Kind: reset.Scheduled, ID: "nightly"}
		}
		if got := new(Bot).mustTell(s, c.card, []reset.Entry{{Event: c.event, Actor: c.by}}, c.blind); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestAClickOnACardThatCannotChangeIsAnsweredInWords: the card stays as it was, so it is no answer.
func TestAClickOnACardThatCannotChangeIsAnsweredInWords(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	card := b.carded(t, "C0INC", "C0INC")
	for _, method := range []string{"chat.update", "chat.postMessage"} {
		b.slack.Fail(method, slacksim.Fault{Error: "restricted_action"})
	}
	b.denied(t, b.ben, engine.DoApprove)
	b.until(t, "it is known that no one sees it", func() bool {
		b.passes(time.Second)
		return b.card(t).Unshown == "restricted_action" || b.told(b.mara) > 1
	})
	b.click(t, b.jon, card, "approve")
	b.until(t, "an answer", func() bool { return b.told(b.jon) == 1 })
}

// TestADiscardedPreviewIsAnsweredThoughItsAddressIsDead: a click is answered in its message, or directly.
func TestADiscardedPreviewIsAnsweredThoughItsAddressIsDead(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	preview := b.asked(t, "C0INC")
	b.slack.Fail(slacksim.ResponseURLs, slacksim.Fault{Status: 404})
	b.click(t, b.mara, preview, "cancel")
	b.sees(t, b.mara, b.slack.DM("U0MARA"), "k7f3", "CANCELLED")
}
