package page

import (
	"fmt"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// guideStep is one thing to do: when it is done, and what is said of it until then.
type guideStep struct {
	title string
	done  func(sight, *incident) bool
	show  func(sight, *incident) stepShown
}

// The steps, by their index in guideSteps.
const (
	stepAlert = iota
	stepShortcut
	stepNumbers
	stepAsk
	stepApprove
	stepStop
	stepVerify
	stepUndo
	stepStart
)

// guideSteps are the incident. What is said depends on what people did instead: a smaller reset needs no approval, a
// later undo does.
var guideSteps = [...]guideStep{
	stepAlert: {"An alert arrives", func(_ sight, g *incident) bool { return g.posted != "" }, showShortcut},
	stepShortcut: {"Reset from this alert",
		func(s sight, _ *incident) bool { return s.form != nil || s.request != nil }, showShortcut},
	stepNumbers: {"Choose since when",
		func(s sight, _ *incident) bool { return s.form != nil && s.form.numbers || s.request != nil }, showNumbers},
	stepAsk: {"Ask for approval",
		func(s sight, _ *incident) bool { return s.reached(asked) }, showAsk},
	stepApprove: {"Another person approves",
		func(s sight, _ *incident) bool { return s.reached(waiting) }, showApprove},
	stepStop: {"Stop the consumers",
		func(s sight, _ *incident) bool { return s.reached(applied) || s.reached(waiting) && s.members == 0 }, showStop},
	stepVerify: {"Applied and verified",
		func(s sight, _ *incident) bool { return s.reached(applied) }, showVerify},
	stepUndo:  {"Undo it", undoDone, showUndo},
	stepStart: {"Start the consumers", startDone, showStart},
}

// reached reports whether the reset is at least so far.
func (s sight) reached(stage stageOf) bool { return s.request != nil && s.request.stage >= stage }

func showShortcut(sight, *incident) stepShown {
	return stepShown{As: "mara", Place: world.PayOps, Target: stepTarget{"shortcut", "Reset from this alert"},
		Text: "Since a deploy 35 minutes ago, billing writes wrong amounts. mara has to repair it. Open the menu of the alert (⋮) " +
			"and choose [Reset from this alert]."}
}

func showNumbers(s sight, _ *incident) stepShown {
	out := stepShown{As: "mara", Place: world.PayOps, Target: stepTarget{"menu", "Where to"},
		Text: "The form is filled in from the alert. Under *Where to*, choose the time when the alert started. Nothing is " +
			"changed yet."}
	if s.form != nil {
		out.As = s.form.person
	}
	return out
}

func showAsk(s sight, _ *incident) stepShown {
	out := stepShown{As: "mara", Place: world.PayOps, Target: stepTarget{"submit", "Ask for approval"}}
	switch {
	case s.request != nil: // by a command: the preview has the button
		out.As, out.Place = s.request.asker, s.request.message.Channel
		out.Target = stepTarget{"button", s.request.button("Ask for ", "Apply ")}
		out.Text = fmt.Sprintf("Only %s sees this preview. Nothing is changed yet. Read the numbers, then %s.", out.As,
			clickOn(out.Target))
	case s.form == nil:
		out.Text = "The bot posts a card in the channel."
	case !s.form.numbers:
		out.Target = stepTarget{"menu", "Where to"}
		out.Text = "The numbers appear in the form once it is filled in."
	case s.form.again:
		out.Target.Label = s.form.submit
		out.Text = fmt.Sprintf("The numbers have only just come. Read them, then %s again.", clickOn(out.Target))
	default:
		out.Target.Label = s.form.submit
		out.Text = fmt.Sprintf("Further down, the form shows what billing would reprocess, and that it skips nothing. Read it, then %s.",
			clickOn(out.Target))
	}
	if s.form != nil {
		out.As = s.form.person
	}
	return out
}

func showApprove(s sight, _ *incident) stepShown {
	who := approver(s.request)
	out := stepShown{As: who, Place: s.request.message.Channel,
		Target: stepTarget{"button", s.request.button("Approve ")}}
	out.Text = fmt.Sprintf("The card is in the channel. mara cannot approve her own request. As %s, %s.", who,
		clickOn(out.Target))
	if who == "kim" {
		out.Text = fmt.Sprintf("A reset as large as this needs a second approval. As kim, %s.", clickOn(out.Target))
	}
	return out
}

// What is pointed at in the Kafka panel: cluster, group, test id.
var (
	stopTarget  = stepTarget{"kafka", "prod-eu/billing/consumer-stop-all"}
	startTarget = stepTarget{"kafka", "prod-eu/billing/consumer-start"}
	chartTarget = stepTarget{"kafka", "prod-eu/billing/chart"}
)

func showStop(s sight, _ *incident) stepShown {
	out := stepShown{Place: "kafka", Target: stopTarget,
		Text: fmt.Sprintf("The bot writes nothing while billing has members: it has %d. Stop its consumers in the Kafka panel; in "+
			"production you would run the command on the card.", s.members)}
	if s.request.word == "FROZEN" || s.request.word == "SCHEDULED" {
		out.Text = "The card says what the bot waits for. " + out.Text
	}
	return out
}

func showVerify(s sight, g *incident) stepShown {
	if s.members > 0 {
		return showStop(s, g)
	}
	return stepShown{Place: s.request.message.Channel, Target: chartTarget,
		Text: "billing is inactive. The bot watches that it stays so, writes, and reads every partition back. Watch the card " +
			"and the charts: the committed offsets go back."}
}

// undoDone also goes on where an undo is of no use any more: the group has caught up, or the card offers none.
func undoDone(s sight, _ *incident) bool {
	return s.reached(undone) || s.request == nil ||
		s.undo == nil && (s.request.button("Undo") == "" || s.members > 0 && s.lag <= caughtUp)
}

// caughtUp is a lag that the producer alone makes up.
const caughtUp = 60

func showUndo(s sight, _ *incident) stepShown {
	out := stepShown{As: "mara", Place: s.request.message.Channel, Target: stepTarget{"button", "Undo"},
		Text: "Verified. But the fix is not deployed yet: billing must not reprocess now. While no consumer has run, mara can undo " +
			"it without approval: click [Undo]."}
	switch u := s.undo; {
	case u == nil && s.members > 0:
		out.Text = "billing already reprocesses. An undo is still possible: it needs approval now, and the consumers stopped " +
			"again. Click [Undo], or wait until billing has caught up."
	case u == nil:
	case u.stage == previewed:
		out.As, out.Place, out.Target.Label = u.asker, u.message.Channel, u.button("Apply ", "Ask for ")
		out.Text = fmt.Sprintf("The preview says where the offsets were before. Only %s sees it. Read it, then %s.", out.As,
			clickOn(out.Target))
	case u.stage == asked:
		out.As, out.Place, out.Target.Label = approver(u), u.message.Channel, u.button("Approve ")
		out.Text = fmt.Sprintf("Consumers have run since the reset, so its undo needs approval. As %s, %s.", out.As,
			clickOn(out.Target))
	case s.members > 0:
		out.As, out.Place, out.Target = "", "kafka", stopTarget
		out.Text = "The undo waits until billing has no members. Stop its consumers in the Kafka panel."
	default:
		out.As, out.Target = "", chartTarget
		out.Text = "The bot writes the offsets from before and verifies them. Watch the charts."
	}
	return out
}

// startDone is so once the consumers have worked off half of what they had to, or all of it.
func startDone(s sight, g *incident) bool {
	g.most = max(g.most, s.lag)
	return s.members > 0 && (s.lag <= caughtUp || s.lag <= g.most/2)
}

func showStart(s sight, _ *incident) stepShown {
	out := stepShown{Place: "kafka", Target: startTarget,
		Text: fmt.Sprintf("The offsets are those from before the reset. Start the consumers of billing again. Its lag is %s.",
			counted(s.lag))}
	if !s.reached(undone) {
		out.Text = fmt.Sprintf("Start the consumers of billing again: they reprocess. Its lag is %s.", counted(s.lag))
	}
	if s.members > 0 {
		out.Target = chartTarget
		out.Text = fmt.Sprintf("billing consumes again. Its lag is %s and falls.", counted(s.lag))
	}
	return out
}

// approver is who is to approve next.
func approver(r *seenRequest) string {
	if strings.Contains(r.text, "Approved by @jon") {
		return "kim"
	}
	return "jon"
}

// button is the label of the first button that begins so; empty if there is none.
func (r *seenRequest) button(begins ...string) string {
	for _, want := range begins {
		for _, b := range r.message.Buttons() {
			if strings.HasPrefix(b.Label, want) {
				return b.Label
			}
		}
	}
	return ""
}

// clickOn is the target in a sentence.
func clickOn(t stepTarget) string {
	if t.Label == "" { // it appears in a moment
		return "go on with its button"
	}
	return "click [" + t.Label + "]"
}

// idea is something to try when the guide is over.
type idea struct {
	Title   string `json:"title"`
	Text    string `json:"text"`
	As      string `json:"as"`
	Place   string `json:"place"`
	Command string `json:"command"` // after /kafka-reset
}

var guideIdeas = []idea{
	{"A refusal", "ben may not reset billing. The answer says who may.", "ben", world.PayOps,
		"billing@prod-eu orders back 10m"},
	{"An emergency", "kim is on call and needs no approval. The owners are notified, the card stays marked.", "kim",
		world.PayOps, `billing@prod-eu orders back 40m --emergency INC-4711 --reason "invoices go out at 9"`},
	{"A schedule", "On the sandbox, billing reprocesses the last hour every night.", "mara", world.Sandbox,
		`schedule add "0 2 * * *" --tz Europe/Berlin --name nightly -- billing@sandbox-eu orders back 1h`},
}
