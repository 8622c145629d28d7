package slacksim_test

import (
	"slices"
	"testing"
	"time"

	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

func TestMentionIsAnEventOnlyWhereTheBotIs(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	events := make(chan socketmode.Event, 5)
	listen(t, sim, func(sm *socketmode.Client, evt socketmode.Event) { _ = sm.Ack(*evt.Request); events <- evt })
	mara := sim.Person("U0MARA")
	m, d, err := mara.Say("C0INC", "<@"+slacksim.BotUser+"> help <!here>")
	if err != nil || ended(t, d).Err != "" {
		t.Fatal(err)
	}
	if m.Text() != "@kafka-reset help @here" || !slices.Equal(m.Pings(), []string{slacksim.BotUser, "here"}) {
		t.Errorf("text %q, pings %v", m.Text(), m.Pings())
	}
	<-events
	if _, d, err := mara.Say("C0OUT", "<@"+slacksim.BotUser+"> help"); err != nil || d != nil {
		t.Errorf("heard where the bot is not: %v %v", d, err)
	}
	if _, d, err := mara.Say(sim.DM("U0MARA"), "help"); err != nil || d == nil {
		t.Errorf("a direct message was not heard: %v", err)
	}
}

func TestMentionInAThread(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{})
	events := make(chan socketmode.Event, 5)
	listen(t, sim, func(sm *socketmode.Client, evt socketmode.Event) { _ = sm.Ack(*evt.Request); events <- evt })
	mara := sim.Person("U0MARA")
	root, _, err := mara.Say("C0INC", "billing is behind")
	if err != nil {
		t.Fatal(err)
	}
	m, d, err := mara.Mention("C0INC", root.TS, "@kafka-reset billing to <latest> & kafka.prod.com:9092 http://x.example/a",
		slacksim.InEvent("bot_id", "B0OTHER"))
	if err != nil || ended(t, d).Err != "" {
		t.Fatal(err)
	}
	evt := (<-events).Data.(slackevents.EventsAPIEvent)
	got, ok := evt.InnerEvent.Data.(*slackevents.AppMentionEvent)
	want := "<@U0BOT> billing to &lt;latest&gt; &amp; <http://kafka.prod.com:9092|kafka.prod.com:9092> <http://x.example/a>"
	if !ok || got.ThreadTimeStamp != root.TS || got.TimeStamp != m.TS || got.Text != want || got.BotID != "B0OTHER" ||
		got.User != "U0MARA" || got.Channel != "C0INC" {
		t.Errorf("event = %+v", got)
	}
	if want := "@kafka-reset billing to <latest> & kafka.prod.com:9092 http://x.example/a"; m.Text() != want ||
		m.Thread != root.TS || len(mara.Replies(root)) != 1 {
		t.Errorf("reads %q in %q", m.Text(), m.Thread)
	}
	if _, _, err := mara.Mention("C0INC", "1.000001", "@kafka-reset help"); err == nil {
		t.Error("wrote in a thread that is not there")
	}
}

// TestAMentionComesAgain: an event that nobody acknowledges is sent again under another envelope id, with the same
// event id.
func TestAMentionComesAgain(t *testing.T) {
	t.Parallel()
	sim := incident(t, slacksim.Options{AckWithin: 50 * time.Millisecond,
		Retries: []time.Duration{0, 0, 0}})
	conn := wire(t, sim)
	read(t, conn) // hello
	if _, _, err := sim.Person("U0MARA").Mention("C0INC", "", "@kafka-reset help"); err != nil {
		t.Fatal(err)
	}
	first := read(t, conn)
	second := read(t, conn)
	ack(t, conn, second.EnvelopeID, "")
	if first.RetryAttempt != 0 || second.RetryAttempt != 1 || second.RetryReason != "timeout" ||
		first.EnvelopeID == second.EnvelopeID || first.Payload.EventID != second.Payload.EventID {
		t.Errorf("%+v, then %+v", first, second)
	}
	if got := outcome(t, sim, 1); got != slacksim.AckAccepted {
		t.Errorf("acknowledged: %s", got)
	}
}
