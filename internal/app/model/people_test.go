package model

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

// The people. mara, kim and gus are in the group that may request, jon, kim and dee in the one that approves; ray may
// request and ann approve by their own names, and oncall and bob may act alone; gus is a guest, so that his membership
// is worth nothing; dee, ann and mara get deactivated; sol is of another organisation; ben may approve on the sandbox.
const (
	mara, jon, kim, dee = "U0MARA", "U0JON", "U0KIM", "U0DEE"
	ray, ann            = "U0RAY", "U0ANN"
	oncall, bob         = "U0ONCALL", "U0BOB"
	ben, gus, sol       = "U0BEN", "U0GUS", "U0SOL"
)

var everybody = []string{mara, jon, kim, dee, ray, ann, oncall, bob, ben, gus, sol}

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
	w.notes()
	w.sim.AddGroup(slacksim.UserGroup{ID: "S0PAY", Handle: "pay", Name: "Pay", Members: w.pay})
	w.sim.AddGroup(slacksim.UserGroup{ID: "S0OWNERS", Handle: "owners", Name: "Owners", Members: w.owners})
	w.sim.AddChannel(slacksim.Channel{ID: incident, Name: "inc", Members: everybody})
	w.sim.AddChannel(slacksim.Channel{ID: payOps, Name: "pay-ops", Members: everybody, Bot: true})
	w.sim.AddChannel(slacksim.Channel{ID: home, Name: "kafka-prod", Members: everybody, Bot: true})
}

// circumstance is who was what from a moment on.
type circumstance struct {
	from        time.Time
	pay, owners []string
	gone        map[string]bool
}

// notes remembers who is what now.
func (w *world) notes() {
	w.history = append(w.history, circumstance{w.now(), w.pay, w.owners, maps.Clone(w.gone)})
}

// during are the circumstances of a time, both ends included.
func (w *world) during(from, to time.Time) []circumstance {
	var out []circumstance
	for i, c := range w.history {
		if !c.from.After(to) && (i+1 == len(w.history) || !w.history[i+1].from.Before(from)) {
			out = append(out, c)
		}
	}
	return out
}

// names are the entries of a list that meant somebody at some moment of a time.
func (w *world) names(list []string, who string, from, to time.Time) []string {
	var out []string
	for _, c := range w.during(from, to) {
		if who == gus || who == sol || c.gone[who] {
			continue
		}
		for _, name := range list {
			in := name == who || name == "members" || name == "S0PAY" && slices.Contains(c.pay, who) ||
				name == "S0OWNERS" && slices.Contains(c.owners, who)
			if in && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// deactivated reports whether somebody was, all the time.
func (w *world) deactivated(who string, from, to time.Time) bool {
	return !slices.ContainsFunc(w.during(from, to), func(c circumstance) bool { return !c.gone[who] })
}

// act is something that a person did.
type act struct {
	n               int // counts the acts
	who, verb, text string
	ref             string // "k7f3" or "k7f3.1": what it was about
	click           *slacksim.Shown
	opens           bool // it opens a form
	at              time.Time
	from            int // of what was shown until then
	step            int
	views           int      // forms that were open
	kafka           int      // what had happened in Kafka
	policies        []policy // by which it may have been judged
	deaths          int      // of processes until then

	failed   bool // Slack told them that the app did not take it
	answered bool
	trouble  bool
}

func (a *act) id() string { id, _, _ := strings.Cut(a.ref, "."); return id }

// why is the reason that a freeze or a thaw gives: "freeze prod DATA LOSS".
func (a *act) why() string {
	words := strings.SplitN(a.text, " ", 3)
	return append(words, "", "", "")[2]
}

// begins notes an act that is about to happen.
func (w *world) begins(who, verb, ref, text string) *act {
	a := &act{n: len(w.acts), who: who, verb: verb, ref: ref, text: text, at: w.now(), from: w.screen.seen,
		step: w.steps, views: len(w.sim.Person(who).Views()), trouble: w.sick, kafka: w.stamp().Nanosecond(),
		policies: []policy{w.policy}, deaths: w.deaths}
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

// ofMenu marks an entry of a menu among the buttons that a message offers.
const ofMenu = "menu"

// offers are a message's buttons, and the entries of its menu.
func offers(m slacksim.Shown) []slacksim.Button {
	out := m.Buttons()
	for _, e := range m.Entries() {
		action, ref, _ := strings.Cut(e.Value, " ")
		out = append(out, slacksim.Button{ActionID: action, BlockID: ofMenu, Label: e.Text, Value: ref})
	}
	return out
}

// clicks presses a button, or chooses an entry of a menu, as it is now.
func (w *world) clicks(who string, m slacksim.Shown, b slacksim.Button) *act {
	verb, _, _ := strings.Cut(b.ActionID, ".")
	a := w.begins(who, verb, b.Value, "["+b.Label+"]")
	a.click, a.opens = &m, verb == "settle" || verb == "emergency" || verb == "rows" || verb == "page" || verb == "runbook"
	p := w.sim.Person(who)
	at := slacksim.Message{Channel: m.Channel, TS: m.TS}
	d, err := p.Click(at, b.ActionID)
	if b.BlockID == ofMenu {
		d, err = p.Choose(at, "menu", b.ActionID+" "+b.Value)
	}
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
