package page

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/stage"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/stage/stagetest"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// tour is a person's walk along the guide: everything is done as a browser would, and the guide is only asked.
type tour struct {
	t     *testing.T
	stage *stage.Stage
	guide *incident
}

func newTour(t *testing.T) *tour {
	t.Helper()
	s := stagetest.Start(t)
	tr := &tour{t: t, stage: s, guide: newGuide(s)}
	tr.start(2)
	return tr
}

func (tr *tour) start(n int) {
	tr.t.Helper()
	if err := tr.stage.StartConsumers(tr.t.Context(), "prod-eu", world.Billing, n); err != nil {
		tr.t.Fatal(err)
	}
}

func (tr *tour) stop() {
	tr.t.Helper()
	if err := tr.stage.StopConsumers(tr.t.Context(), "prod-eu", world.Billing, -1); err != nil {
		tr.t.Fatal(err)
	}
}

func (tr *tour) shows() guideShown {
	tr.t.Helper()
	shown, err := tr.guide.show()
	if err != nil {
		tr.t.Fatal(err)
	}
	return shown
}

// until waits for a condition that no event tells of.
func (tr *tour) until(what string, ok func() bool) {
	tr.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(time.Minute); !ok(); <-tick.C {
		if time.Now().After(end) {
			tr.t.Fatalf("%s: not within a minute; the guide shows %+v, mara sees:\n%s", what, tr.shows().Step, tr.screen())
		}
	}
}

// at waits until the guide is at a step and its text says all parts.
func (tr *tour) at(step int, parts ...string) stepShown {
	tr.t.Helper()
	var now guideShown
	tr.until(guideSteps[step].title+": "+strings.Join(parts, ", "), func() bool {
		now = tr.shows()
		return now.Current == step && !slices.ContainsFunc(parts, func(part string) bool {
			return !strings.Contains(now.Step.Text+"\n"+now.Note, part)
		})
	})
	for i, s := range now.Steps {
		if s.Done != (i < step) {
			tr.t.Errorf("at step %d, step %d is done: %v", step, i, s.Done)
		}
	}
	return *now.Step
}

func (tr *tour) screen() string {
	var out []string
	for _, channel := range []string{world.PayOps, world.Home} {
		for _, m := range tr.stage.Mara.Messages(channel) {
			out = append(out, m.Text())
		}
	}
	for _, v := range tr.stage.Mara.Views() {
		out = append(out, v.Text())
	}
	return strings.Join(out, "\n--\n")
}

func (tr *tour) acked(d *slacksim.Delivery, err error) {
	tr.t.Helper()
	if err == nil {
		_, err = d.Wait(tr.t.Context())
	}
	if err != nil {
		tr.t.Fatal(err)
	}
}

// follows does what the guide points at: a shortcut on the alert, a button as the person that it names.
func (tr *tour) follows(step stepShown) {
	tr.t.Helper()
	p := tr.stage.People[step.As]
	switch step.Target.Kind {
	case "shortcut":
		m := tr.message(p, step.Place, func(m slacksim.Message) bool { return strings.Contains(m.Text(), "FIRING") })
		tr.acked(p.MessageShortcut(m, "reset_from_alert"))
	case "menu":
		tr.acked(p.SetField(tr.top(p), "where", "alert.0"))
	case "submit":
		tr.acked(p.Submit(tr.top(p), map[string]string{"reason": "deploy 4711"}))
	case "button":
		action := ""
		m := tr.message(p, step.Place, func(m slacksim.Message) bool {
			i := slices.IndexFunc(m.Buttons(), func(b slacksim.Button) bool { return b.Label == step.Target.Label })
			if i >= 0 {
				action = m.Buttons()[i].ActionID
			}
			return i >= 0
		})
		tr.acked(p.Click(m, action))
	default:
		tr.t.Fatalf("the guide points at %+v", step.Target)
	}
}

// message is the newest one that a person sees and that is wanted.
func (tr *tour) message(p *slacksim.Person, channel string, want func(slacksim.Message) bool) slacksim.Message {
	tr.t.Helper()
	ctx, cancel := context.WithTimeout(tr.t.Context(), time.Minute)
	defer cancel()
	m, err := p.WaitMessage(ctx, channel, want)
	if err != nil {
		tr.t.Fatal(err)
	}
	return m
}

// has is a message with this button.
func has(action string) func(slacksim.Message) bool {
	return func(m slacksim.Message) bool { _, ok := m.Button(action); return ok }
}

func (tr *tour) top(p *slacksim.Person) slacksim.View {
	tr.t.Helper()
	views := p.Views()
	if len(views) == 0 {
		tr.t.Fatalf("%s has no form open", p.ID)
	}
	return views[len(views)-1]
}

// asks goes along the guide until the card is there. The form may want another look at numbers that have only just
// come.
func (tr *tour) asks() {
	tr.t.Helper()
	tr.follows(tr.at(stepShortcut, "[Reset from this alert]"))
	tr.follows(tr.at(stepNumbers, "Where to"))
	tr.until("the card is there", func() bool {
		now := tr.shows()
		if now.Current == stepAsk && now.Step.Target.Kind == "submit" && len(tr.stage.Mara.Views()) > 0 {
			tr.follows(*now.Step)
		}
		return now.Current == stepApprove
	})
}

func (tr *tour) types(who, channel, text string) {
	tr.t.Helper()
	tr.acked(tr.stage.People[who].Command(channel, "/kafka-reset", text))
}

// committed is what Kafka has of billing on orders, all partitions together.
func (tr *tour) committed() (sum int64) {
	for p := range int32(world.Partitions) {
		c, _ := tr.stage.Prod.Committed(world.Billing, world.Orders, p)
		sum += c.Offset
	}
	return sum
}

// TestTheGuidedIncident does nothing but what the guide says.
func TestTheGuidedIncident(t *testing.T) {
	t.Parallel()
	tr := newTour(t)
	tr.asks()

	approve := tr.at(stepApprove, "[Approve rewind]", "As jon")
	if approve.As != "jon" || approve.Place != world.PayOps {
		t.Errorf("jon is to approve in #pay-ops, not %+v", approve)
	}
	tr.follows(approve)
	if stop := tr.at(stepStop, "has 2"); stop.Target != stopTarget {
		t.Errorf("it points at %+v", stop.Target)
	}
	tr.stop()
	before := tr.committed()

	undo := tr.at(stepUndo, "[Undo]", "without approval")
	back := before - tr.committed()
	if back < 10_000 || back > 20_000 {
		t.Errorf("%d messages were rewound; with fewer no approval is asked for, with more two are", back)
	}
	tr.follows(undo)
	tr.follows(tr.at(stepUndo, "[Apply undo]"))
	tr.at(stepStart, "from before the reset")
	if now := tr.committed(); now != before {
		t.Errorf("after the undo %d is committed, before the reset it was %d", now, before)
	}
	tr.start(2)
	tr.until("the guide is over", func() bool { return tr.shows().Over })
	if now := tr.shows(); now.Current != -1 || now.Step != nil || len(now.Ideas) != 3 {
		t.Errorf("when it is over, it shows %+v", now)
	}
}

// TestOfTwoPreviewsTheLaterCounts: where reading takes long, a message says so, and the preview is another one.
func TestOfTwoPreviewsTheLaterCounts(t *testing.T) {
	t.Parallel()
	said := func(word, asker, ts string) seenRequest {
		return seenRequest{id: "k7f3", word: word, asker: asker, message: slacksim.Message{TS: ts}}
	}
	reading, preview, link := said("READING", "mara", "1"), said("PREVIEW", "mara", "2"), said("APPROVE", "mara", "3")
	card := said("APPROVE", "", "2.5")
	for want, all := range map[string][]seenRequest{"2": {reading, preview}, "2.5": {reading, preview, card, link},
		"3": {preview, link, reading}} {
		var got []seenRequest
		for _, r := range all {
			got = with(got, r)
		}
		if len(got) != 1 || got[0].message.TS != want {
			t.Errorf("%+v counts, want the message %s", got, want)
		}
	}
}

// TestTheGuideCanBeSkipped hides it and shows it again where the world is by then.
func TestTheGuideCanBeSkipped(t *testing.T) {
	t.Parallel()
	tr := newTour(t)
	tr.at(stepShortcut)
	tr.guide.skip(true)
	if now := tr.shows(); !now.Skipped || now.Current != -1 || now.Step != nil {
		t.Errorf("skipped, it shows %+v", now)
	}
	tr.types("mara", world.PayOps, "billing@prod-eu orders back 35m")
	m := tr.message(tr.stage.Mara, world.PayOps, has("approve"))
	tr.acked(tr.stage.Mara.Click(m, "approve"))
	tr.guide.skip(false)
	tr.at(stepApprove, "As jon")
}

// TestTheGuideFollowsAnotherOrder stops the consumers first, asks by a command, and starts them again before the undo.
// When it is over, it starts anew with another alert.
func TestTheGuideFollowsAnotherOrder(t *testing.T) {
	t.Parallel()
	tr := newTour(t)
	tr.at(stepShortcut)
	tr.stop()
	tr.types("mara", world.PayOps, "billing@prod-eu orders back 36m")
	ask := tr.at(stepAsk, "Only mara sees this preview", "[Ask for approval]")
	tr.follows(ask)
	tr.follows(tr.at(stepApprove))
	tr.at(stepUndo, "[Undo]")
	tr.start(2)
	tr.follows(tr.at(stepUndo, "already reprocesses"))
	tr.follows(tr.at(stepUndo, "[Ask for approval]"))
	tr.follows(tr.at(stepUndo, "As jon"))
	tr.follows(tr.at(stepUndo, "As kim"))
	tr.at(stepUndo, "has no members")
	tr.stop()
	tr.at(stepStart)
	tr.start(2)
	tr.until("the guide is over", func() bool { return tr.shows().Over })

	tr.guide.skip(false)
	tr.at(stepShortcut)
	if n := len(slices.DeleteFunc(tr.stage.Mara.Messages(world.PayOps), func(m slacksim.Message) bool {
		return !strings.Contains(m.Text(), "FIRING")
	})); n != 2 {
		t.Errorf("%d alerts are in the channel, want 2", n)
	}
}

// TestTheGuideGoesBack to the alert when the form is closed and when the request is cancelled, and says so.
func TestTheGuideGoesBack(t *testing.T) {
	t.Parallel()
	tr := newTour(t)
	tr.follows(tr.at(stepShortcut))
	tr.at(stepNumbers)
	tr.acked(tr.stage.Mara.CloseView(tr.top(tr.stage.Mara)))
	tr.at(stepShortcut, "The form was closed. Nothing was written.")
	tr.asks()
	if note := tr.shows().Note; note != "" {
		t.Errorf("the note stays: %q", note)
	}
	m := tr.message(tr.stage.Jon, world.PayOps, has("reject"))
	tr.acked(tr.stage.Jon.Click(m, "reject"))
	for _, v := range tr.stage.Jon.Views() { // it asks why
		tr.acked(tr.stage.Jon.Submit(v, nil))
	}
	tr.at(stepShortcut, "is rejected. Nothing was written.")
	tr.asks()
	tr.at(stepApprove)
}

// TestTheGuideKeepsToTheRequestThatIsFurthest and goes back to the other one when it is cancelled.
func TestTheGuideKeepsToTheRequestThatIsFurthest(t *testing.T) {
	t.Parallel()
	tr := newTour(t)
	tr.asks()
	tr.follows(tr.at(stepApprove))
	tr.at(stepStop)
	card := tr.message(tr.stage.Mara, world.PayOps, has("cancel"))
	first, _ := readCard(card)
	tr.types("mara", world.PayOps, "billing@prod-eu orders back 1000d")
	tr.message(tr.stage.Mara, world.PayOps, func(m slacksim.Message) bool {
		r, is := readCard(m)
		return is && r.id != first.id
	})
	tr.at(stepStop, "has 2")
	tr.acked(tr.stage.Mara.Click(card, "cancel"))
	for _, v := range tr.stage.Mara.Views() { // it asks why
		tr.acked(tr.stage.Mara.Submit(v, nil))
	}
	tr.follows(tr.at(stepAsk, first.id+" is cancelled. Nothing was written. Go on with "))
	tr.follows(tr.at(stepApprove, "As jon"))
	tr.follows(tr.at(stepApprove, "second approval"))
	tr.at(stepStop)
}
