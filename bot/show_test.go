package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset/clustertest"
)

// carded is a request with a public card.
func (b *bench) carded(t *testing.T, channel, where string) slacksim.Message {
	t.Helper()
	b.click(t, b.mara, b.asked(t, channel), "approve")
	return b.sees(t, b.jon, where, "APPROVE?")
}

func TestEditsAreFew(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	b.carded(t, "C0INC", "C0INC")
	b.says(t, b.jon, engine.DoApprove)
	before := len(b.slack.Calls("chat.update"))
	start := b.now()
	for i := range 40 {
		b.joins(fmt.Sprintf("billing-%d", i+2))
		b.passes(time.Second)
	}
	edits := len(b.slack.Calls("chat.update")) - before
	if most := int(b.now().Sub(start)/editInterval) + 1; edits > most || edits == 0 {
		t.Errorf("%d edits of one card in %v, want 1 to %d", edits, b.now().Sub(start), most)
	}
	for _, c := range b.slack.Calls("chat.update") {
		if c.Error != "" {
			t.Errorf("slack refused an edit: %s", c.Error)
		}
	}
}

func TestPace(t *testing.T) {
	t.Parallel()
	var p pace
	now := time.Unix(1_800_000_000, 0)
	for i := range editsAtOnce {
		if again := p.edit(now); !again.IsZero() {
			t.Fatalf("edit %d has to wait until %v", i, again)
		}
	}
	if again, want := p.edit(now), now.Add(2*time.Second); !again.Equal(want) {
		t.Errorf("edit %d waits until %v, want %v", editsAtOnce+1, again, want)
	}
	if again := p.edit(now.Add(2 * time.Second)); !again.IsZero() {
		t.Errorf("after the wait it has to wait again, until %v", again)
	}
	for range postsAtOnce - 2 {
		if again := p.post("C1", now, 2); !again.IsZero() {
			t.Errorf("a reply has to wait until %v", again)
		}
	}
	if again, want := p.post("C1", now, 2), now.Add(time.Second); !again.Equal(want) {
		t.Errorf("a reply waits until %v, want %v", again, want)
	}
	if again := p.post("C1", now, 0); !again.IsZero() {
		t.Errorf("a card has to wait until %v although there is room kept for it", again)
	}
	if again := p.post("C2", now, 2); !again.IsZero() {
		t.Errorf("another channel has to wait until %v", again)
	}
	p.postpone(updating, now.Add(time.Minute))
	p.postpone(updating, now.Add(time.Second))
	if d := p.postponed(updating, now); d != time.Minute {
		t.Errorf("edits wait %v", d)
	}
	if d := p.postponed(posting+"C1", now) + p.postponed(updating, now.Add(time.Minute)); d != 0 {
		t.Errorf("what Slack did not ask for waits %v", d)
	}
}

func TestSlackTroubleIsWaitedOut(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]slacksim.Fault{
		"429":     {Status: 429, RetryAfter: 3 * time.Second, Times: 1},
		"500":     {Status: 500, Times: 2},
		"dropped": {Drop: true, Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, slacksim.Options{}, nil).up(t)
			preview := b.asked(t, "C0INC")
			b.slack.Fail("chat.postMessage", fault)
			b.click(t, b.mara, preview, "approve")
			b.sees(t, b.jon, "C0INC", "APPROVE?")
			b.slack.Fail("chat.update", fault)
			b.says(t, b.jon, engine.DoApprove)
			b.sees(t, b.jon, "C0INC", "WAITING")
		})
	}
}

// TestACardWhoseAnswerWasLostNeverHadButtons: posting cannot be repeated safely, and no one can edit a message whose
// timestamp is not known.
func TestACardWhoseAnswerWasLostNeverHadButtons(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	preview := b.asked(t, "C0INC")
	b.slack.Fail("chat.postMessage", slacksim.Fault{Status: 500, Effect: true, Times: 1})
	b.click(t, b.mara, preview, "approve")
	b.sees(t, b.jon, "C0INC", "APPROVE?", "[Approve rewind]")
	cards := b.visible("C0INC")
	if len(cards) != 2 {
		t.Fatalf("%d cards", len(cards))
	}
	for _, v := range cards[0].History {
		if strings.Contains(string(v.Blocks), `"actions"`) {
			t.Errorf("the card whose answer was lost had buttons: %s", v.Blocks)
		}
	}
	if text := cards[0].Text(); !strings.Contains(text, "If no buttons follow") || !strings.Contains(text, "show k7f3") ||
		strings.Contains(text, "APPROVE?") {
		t.Errorf("it says %s", text)
	}
	if first, now := cards[1].History[0].Fallback, cards[1].Fallback; first != now || first != cards[0].Fallback {
		t.Errorf("the notification says %q, the card %q", first, now)
	}
	b.until(t, "the second one is known",
		func() bool { return b.card(t).TS == cards[1].TS })
}

func TestCardIsPostedAgainWhereItCanBe(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	b.carded(t, "C0INC", "C0INC")
	if err := b.slack.ChangeChannel("C0INC", func(c *slacksim.Channel) { c.Archived = true }); err != nil {
		t.Fatal(err)
	}
	b.says(t, b.jon, engine.DoApprove)
	b.sees(t, b.jon, "C0HOME", "WAITING")
}

func TestSharedChannelsGetNoNumbers(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	if err := b.slack.ChangeChannel("C0INC", func(c *slacksim.Channel) { c.ExtShared = true }); err != nil {
		t.Fatal(err)
	}
	b.carded(t, "C0INC", "C0HOME")
}

func TestDirectMessageStaysThere(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	b.carded(t, b.slack.DM("U0MARA"), "C0HOME")
	b.pass(31 * time.Minute)
	b.settle()
	b.sees(t, b.mara, b.slack.DM("U0MARA"), "EXPIRED", "The card")
}

func TestFiles(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	b.orders(250)
	card := b.carded(t, "C0INC", "C0INC")
	files := func() (out []slacksim.File) {
		for _, m := range b.jon.Replies(card) {
			out = append(out, m.Files...)
		}
		return out
	}
	b.until(t, "the plan", func() bool { return len(files()) == 1 })
	if f := files()[0]; f.Name != "k7f3.1.csv" || strings.Count(f.Content, "\n") != 250 || !strings.HasPrefix(f.Content,
		"orders,0,40\n") {
		t.Errorf("plan file %s:\n%.60s", f.Name, f.Content)
	}
	b.applied(t)
	b.until(t, "plan and way back", func() bool { return len(files()) == 3 })
	if f := files()[2]; f.Name != "k7f3-undo.csv" || !strings.HasPrefix(f.Content, "orders,0,50\n") {
		t.Errorf("undo file %s:\n%.60s", f.Name, f.Content)
	}
}

func TestPreviewSurvivesAUsedUpAddress(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	b.waitsForKafka(t, "billing@prod-eu orders:999 to 02:10")
	b.slack.Fail(slacksim.ResponseURLs, slacksim.Fault{Status: 404, Times: 1})
	b.kafkaBack()
	b.sees(t, b.mara, b.slack.DM("U0MARA"), "k7f3", "REFUSED")
}

func TestShowBringsThePreviewBack(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	b.asked(t, "C0INC")
	b.mara.Reload()
	if _, err := b.mara.Command("C0INC", "/kafka-reset", "show k7f3"); err != nil {
		t.Fatal(err)
	}
	preview := b.sees(t, b.mara, "C0INC", "k7f3.1", "PREVIEW")
	b.click(t, b.mara, preview, "approve")
	b.sees(t, b.jon, "C0INC", "APPROVE?")
	b.until(t, "the preview points to the card", func() bool {
		m, err := b.mara.Look(preview)
		return err == nil && strings.Contains(m.Text(), "The card")
	})
}

func TestNoSecretIsShown(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	preview := b.asked(t, "C0INC")
	for _, m := range []string{slacksim.ResponseURLs, "chat.postMessage", "chat.update", "users.info",
		"files.getUploadURLExternal", "apps.connections.open"} {
		b.slack.Fail(m, slacksim.Fault{Drop: true, Times: 2})
	}
	b.click(t, b.mara, preview, "cancel")
	b.slack.Cut()
	b.up(t)
	b.until(t, "trouble in the log", func() bool { return strings.Contains(b.logs.String(), "no connection") })
	for _, secret := range []string{slacksim.AppToken, slacksim.BotToken, "/response/", "ticket="} {
		if strings.Contains(b.logs.String(), secret) {
			t.Errorf("%q is in the log:\n%s", secret, b.logs.String())
		}
	}
	for _, secret := range []string{slacksim.AppToken, slacksim.BotToken, "/response/"} {
		for _, m := range b.mara.Messages("C0INC") {
			if strings.Contains(m.Text()+string(m.Blocks), secret) {
				t.Errorf("%q is in a message", secret)
			}
		}
	}
	if err := fmt.Sprint(b.bot.fault("x",
		fmt.Errorf("post https://hooks.slack.example/actions/T1/2/secret with %s",
			slacksim.BotToken))); strings.Contains(err, "secret") && strings.Contains(err, "hooks") ||
		strings.Contains(err, slacksim.BotToken) {
		t.Errorf("an error tells a secret: %s", err)
	}
}

func TestChoosingReplacesThePreview(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	first := b.waitsForKafka(t, "billing@prod-eu orders to 02:10")
	b.kafkaBack()
	second := b.sees(t, b.mara, "C0INC", "k7f3.1", "PREVIEW", "UTC")
	if second.TS == first.TS {
		t.Fatal("a command's address cannot replace a message")
	}
	read := make(chan struct{})
	goOn := sync.OnceFunc(func() { close(read) })
	defer goOn()
	b.Clusters["prod-eu"] = slow{b.cluster, read}
	b.click(t, b.mara, second, "choose.1")
	b.until(t, "it says that it looks", func() bool {
		if b.request(t).State != reset.Planning {
			return false
		}
		again, err := b.bot.Show(t.Context(), b.story(t))
		if err != nil {
			t.Error(err)
		}
		b.pass(max(0, again.Sub(b.now())))
		m, err := b.mara.Look(second)
		return err == nil && strings.Contains(m.Text(), "READING")
	})
	goOn()
	b.until(t, "the new preview in its place", func() bool {
		m, err := b.mara.Look(second)
		return err == nil && strings.Contains(m.Text(), "k7f3.2")
	})
	if n := b.told(b.mara); n != 2 {
		t.Errorf("%d messages to Mara alone, want 2", n)
	}
}

// slow is a Kafka that is read once the channel is closed.
type slow struct {
	*clustertest.Cluster
	read chan struct{}
}

func (s slow) Inspect(ctx context.Context, q reset.Query) (reset.Snapshot, error) {
	<-s.read
	return s.Cluster.Inspect(ctx, q)
}

// waitsForKafka is what Mara is told of a command while Kafka does not answer.
func (b *bench) waitsForKafka(t *testing.T, text string) slacksim.Message {
	t.Helper()
	b.cluster.Down(errors.New("connection refused"))
	if _, err := b.mara.Command("C0INC", "/kafka-reset", text); err != nil {
		t.Fatal(err)
	}
	return b.sees(t, b.mara, "C0INC", "k7f3", "does not answer")
}

// kafkaBack lets Kafka answer again, and the bot try.
func (b *bench) kafkaBack() {
	b.cluster.Down(nil)
	b.passes(30 * time.Second)
}

// TestShowBeforeTheResponseURLIsKnown: the core may have planned before the command's response_url is stored.
func TestShowBeforeTheResponseURLIsKnown(t *testing.T) {
	t.Parallel()
	b := quiet(t, slacksim.Options{})
	b.planned(t)
	if again, err := b.bot.Show(t.Context(), b.story(t)); err != nil || !again.After(b.now()) {
		t.Errorf("Show = %v, %v; it has to be called again", again, err)
	}
	b.pass(2 * time.Minute)
	if again, err := b.bot.Show(t.Context(), b.story(t)); err != nil || !again.IsZero() {
		t.Errorf("Show = %v, %v; nobody can be told any more", again, err)
	}
}

func TestRefusalIsReportedOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	b.waitsForKafka(t, "billing@prod-eu orders:999 to 02:10")
	b.kafkaBack()
	b.sees(t, b.mara, "C0INC", "REFUSED")
	b.passes(time.Minute)
	b.denied(t, b.ben, engine.DoCancel)
	if n := b.told(b.mara); n != 2 {
		t.Errorf("%d messages to Mara alone, want what it waits for and the refusal", n)
	}
	if c := b.card(t); c.Preview.URL != "" {
		t.Error("the address is kept after the end")
	}
}

// A requester whom Slack does not let the bot reach for a while, with an error that sounds final, is told once it
// does.
func TestRequesterIsToldWhenARefusalEnds(t *testing.T) {
	t.Parallel()
	b := quiet(t, slacksim.Options{})
	b.planned(t)
	e := envelope{ID: "E1", Kind: command, Team: slacksim.HomeTeam, User: "U0MARA", Channel: "C0INC",
		URL: b.slack.URL() + "/response/none"}
	if err := b.bot.attach(t.Context(), "k7f3", e); err != nil {
		t.Fatal(err)
	}
	b.slack.Fail("chat.postMessage", slacksim.Fault{Error: "never_heard_of"})
	for range 20 {
		again, err := b.bot.Show(t.Context(), b.story(t))
		if err != nil || !again.After(b.now()) {
			t.Fatalf("Show = %v, %v; it has to be called again", again, err)
		}
		b.pass(again.Sub(b.now()))
	}
	b.slack.Heal(slacksim.AnyRequest)
	if again, err := b.bot.Show(t.Context(), b.story(t)); err != nil || !again.IsZero() {
		t.Errorf("Show = %v, %v", again, err)
	}
	b.sees(t, b.mara, b.slack.DM("U0MARA"), "PREVIEW")
}

// A question stays as it is while people without the right try to decide about it; another question is asked.
func TestAQuestionIsNotSentAgainForStrangers(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	b.cluster.Topic("refunds", "t2", 1, 0, 100)
	b.cluster.Commit("billing", "refunds", 0, 50)
	if _, err := b.mara.Command("C0INC", "/kafka-reset", "billing@prod-eu"); err != nil {
		t.Fatal(err)
	}
	b.sees(t, b.mara, "C0INC", "k7f3", "refunds")
	before := b.told(b.mara)
	for range 3 {
		b.denied(t, b.ben, engine.DoCancel)
	}
	if n := b.told(b.mara) - before; n != 0 {
		t.Errorf("%d messages to the requester because others were refused, want none", n)
	}
	b.says(t, b.mara, engine.DoChoose, func(d *engine.Decision) { d.Option = 1 })
	if r := b.request(t); r.State != reset.Planning || r.Question == "" || r.Question == reset.AskTopics {
		t.Fatalf("it is %s, and the next question is %q", r.State, r.Question)
	}
	if n := b.told(b.mara) - before; n != 1 {
		t.Errorf("%d messages to the requester about the next question, want 1", n)
	}
}

func TestACopyOfTheCardAnswersForItself(t *testing.T) {
	t.Parallel()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	b.carded(t, "C0OUT", "C0HOME")
	if _, err := b.mara.Command("C0INC", "/kafka-reset", "show k7f3"); err != nil {
		t.Fatal(err)
	}
	copied := b.sees(t, b.mara, "C0INC", "APPROVE?", "Cancel")
	b.click(t, b.mara, copied, "cancel")
	// Clicked while the card is being posted it is a preview still, and becomes that of a cancelled request.
	b.until(t, "an answer in its place", func() bool {
		m, err := b.mara.Look(copied)
		return err == nil && strings.Contains(m.Text(), "cancelled") && len(m.Buttons()) == 0
	})
}

func TestTables(t *testing.T) {
	t.Parallel()
	for _, plain := range []bool{false, true} {
		b := newBench(t, slacksim.Options{}, func(c *Config) { c.Plain = plain }).up(t)
		b.cluster.Commit("billing", "orders", 2, 45) // partitions that are alike have no table
		card := b.carded(t, "C0INC", "C0INC")
		if has := strings.Contains(string(card.Blocks), `"type":"table"`); has == plain {
			t.Errorf("plain %v, and the card has a table: %v", plain, has)
		}
		if text := card.Text(); !strings.Contains(text, "orders-2") {
			t.Errorf("the rows are not there:\n%s", text)
		}
	}
}
