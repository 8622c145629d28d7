package model

import (
	"slices"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

// The people. mara, kim and gus are in the group that may request, jon, kim and dee in the one that approves; gus is
// a guest, so that his membership is worth nothing; dee gets deactivated; sol is of another organisation; ben is a
// member of neither.
const (
	mara, jon, kim, dee = "U0MARA", "U0JON", "U0KIM", "U0DEE"
	oncall              = "U0ONCALL"
	ben, gus, sol       = "U0BEN", "U0GUS", "U0SOL"
)

var everybody = []string{mara, jon, kim, dee, oncall, ben, gus, sol}

func (w *world) people() {
	w.sim.AddTeam("T0OTHER", "another organisation")
	for _, id := range everybody {
		u := slacksim.User{ID: id, Name: strings.ToLower(id[2:]), Guest: id == gus}
		if id == sol {
			u.Team = "T0OTHER"
		}
		w.sim.AddUser(u)
		w.sim.DM(id)
	}
	w.pay, w.owners = []string{mara, kim, gus}, []string{jon, kim, dee}
	w.sim.AddGroup(slacksim.UserGroup{ID: "S0PAY", Handle: "pay", Name: "Pay", Members: w.pay})
	w.sim.AddGroup(slacksim.UserGroup{ID: "S0OWNERS", Handle: "owners", Name: "Owners", Members: w.owners})
	w.sim.AddChannel(slacksim.Channel{ID: incident, Name: "inc", Members: everybody})
	w.sim.AddChannel(slacksim.Channel{ID: payOps, Name: "pay-ops", Members: everybody, Bot: true})
	w.sim.AddChannel(slacksim.Channel{ID: home, Name: "kafka-prod", Members: everybody, Bot: true})
}

// The policy of configText, in the oracle's own words.

func (w *world) full(who string) bool { return who != gus && who != sol && !w.gone[who] }

func (w *world) mayRequest(who string) bool { return w.full(who) && slices.Contains(w.pay, who) }
func (w *world) mayApprove(who string) bool { return w.full(who) && slices.Contains(w.owners, who) }
func (w *world) mayAlone(who string) bool   { return w.full(who) && who == oncall }

// needs is how many others have to approve an effect.
func needs(e effect) int {
	switch {
	case e.skip == 0 && e.replay <= 100:
		return 0
	case e.skip <= 300 && e.replay <= 500:
		return 1
	}
	return 2
}

// act is something that a person did.
type act struct {
	who, verb, text string
	ref             string // "k7f3" or "k7f3.1": what it was about
	click           *slacksim.Shown
	opens           bool // it opens a form
	at              time.Time
	from            int // of what was shown until then
	step            int
	views           int // forms that were open

	request, approve, alone bool // what the policy let them do then

	failed   bool // Slack told them that the app did not take it
	answered bool
	trouble  bool
}

func (a *act) id() string { id, _, _ := strings.Cut(a.ref, "."); return id }

// begins notes an act that is about to happen.
func (w *world) begins(who, verb, ref, text string) *act {
	a := &act{who: who, verb: verb, ref: ref, text: text, at: w.now(), from: w.screen.seen, step: w.steps,
		request: w.mayRequest(who), approve: w.mayApprove(who), alone: w.mayAlone(who),
		views: len(w.sim.Person(who).Views()), trouble: w.sick}
	w.acts = append(w.acts, a)
	w.did("%s: %s %s %s", who, verb, ref, text)
	return a
}

// types is a slash command.
func (w *world) types(who, channel, verb, ref, text string) *act {
	a := w.begins(who, verb, ref, text)
	d, err := w.sim.Person(who).Command(channel, "/kafka-reset", text)
	w.delivered(a, d, err)
	return a
}

// clicks presses a button as it is now.
func (w *world) clicks(who string, m slacksim.Shown, b slacksim.Button) *act {
	verb, _, _ := strings.Cut(b.ActionID, ".")
	a := w.begins(who, verb, b.Value, "["+b.Label+"]")
	a.click, a.opens = &m, verb == "settle" || verb == "emergency" || verb == "rows" || verb == "page"
	p := w.sim.Person(who)
	d, err := p.Click(slacksim.Message{Channel: m.Channel, TS: m.TS}, b.ActionID)
	if err != nil { // edited away since: what is left is a click that was on its way
		d, err = p.Forge(slacksim.Forgery{Channel: m.Channel, TS: m.TS, ActionID: b.ActionID, Value: b.Value,
			Ephemeral: m.Ephemeral}), nil
	}
	w.delivered(a, d, err)
	return a
}

// submits fills in and sends the form on top.
func (w *world) submits(who string, v slacksim.View, why string) *act {
	ref, _, _ := strings.Cut(v.PrivateMetadata, " ")
	a := w.begins(who, v.CallbackID, ref, why)
	d, err := w.sim.Person(who).Submit(v, map[string]string{"why": why})
	w.delivered(a, d, err)
	return a
}

// delivered waits until Slack knows what became of an act, and until the bot has done what it does for it at once.
func (w *world) delivered(a *act, d *slacksim.Delivery, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("seed %d step %d: %v\n%s", w.seed, w.steps, err, w.story())
	}
	ack, err := d.Wait(w.ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	a.failed = ack.Err != ""
	dead := w.proc.dead.Load()
	if a.opens && !a.failed && !dead {
		tries := 0
		w.until("a form opens, or it is said why not", func() bool {
			w.screen.read()
			tries++
			return w.gotForm(a) || w.screen.answers(a) || a.trouble && tries > 300
		})
	}
	if dead {
		// a form that did not open decided nothing, and Slack takes it for 3 s only
		a.trouble, a.failed = true, a.failed || a.opens
		w.reborn()
	}
	w.settle()
	w.screen.check(a)
}

func (w *world) gotForm(a *act) bool { return len(w.sim.Person(a.who).Views()) > a.views }
