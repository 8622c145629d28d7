package model

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// step does one random thing, and lets a little time pass.
func (w *world) step() {
	w.steps++
	weights := []struct {
		of int
		do func()
	}{
		{12, w.asks}, {36, w.helps}, {14, w.presses}, {6, w.says}, {6, w.decides}, {8, w.schedules}, {3, w.looks},
		{2, w.brakes}, {4, w.thaws}, {14, w.consumers}, {6, w.grows}, {1, w.topics}, {3, w.outsiders}, {7, w.faults},
		{2, w.lands}, {1, w.outage}, {4, w.slackFails}, {4, w.slackHeals}, {2, w.dies}, {2, w.shifts}, {2, w.ambush},
		{14, w.waits}, {1, w.reloads}, {1, w.rivals}, {2, w.undoes}, {1, w.copies}, {1, w.starts}, {2, w.nights},
		{1, w.stacks},
	}
	total := 0
	for _, x := range weights {
		total += x.of
	}
	n := w.rand.IntN(total)
	for _, x := range weights {
		if n -= x.of; n < 0 {
			x.do()
			break
		}
	}
	if w.sick {
		w.sickAt = w.now()
		w.given = w.given || w.sickAt.Sub(w.sickSince) > refusedFor
	}
	w.advance(time.Second, w.rand.IntN(4))
}

func pick[T any](w *world, from ...T) T { return from[w.rand.IntN(len(from))] }

func (w *world) channel(who string) string {
	return pick(w, incident, incident, payOps, home, w.sim.DM(who))
}

// asks is a request of a person who mostly has the right.
func (w *world) asks() {
	who := pick(w, mara, mara, mara, mara, kim, kim, jon, ray, oncall)
	group := pick(w, "billing", "billing", "billing", "billing", "billing", "billing-b")
	topics := pick(w, "orders", "orders", "orders", "orders:0", "refunds", "orders refunds", "--all-topics")
	switch w.rand.IntN(20) {
	case 0, 1:
		who = pick(w, ben, gus, sol, dee)
	case 2:
		group = pick(w, "audit", "nowhere")
	case 3:
		topics = "limbo"
	}
	target := pick(w, "to latest", "to earliest", "shift -20", "shift -20", "shift -90", "shift 30", "shift -150",
		"shift -400", fmt.Sprintf("to offset %d", w.rand.IntN(1100)), fmt.Sprintf("to offset %d", 850+w.rand.IntN(60)),
		"back 10m", "back 30m", "to "+w.now().Add(-20*time.Minute).Format("15:04"), "to current", "like billing-b")
	at := pick(w, "prod", "prod", "prod", "prod", "prod", "prod", "prod", "prod", "prod", "prod-dr")
	text := fmt.Sprintf("%s@%s %s %s", group, at, topics, target)
	switch w.rand.IntN(16) {
	case 0:
		text = fmt.Sprintf("delete-offsets %s@prod %s", group, topics)
	case 1:
		text = fmt.Sprintf("%s@prod from orders,0,%d orders,1,%d", group, 800+w.rand.IntN(200), 800+w.rand.IntN(200))
	case 2:
		text = group + "@prod"
	case 3:
		text = fmt.Sprintf("%s@prod skip orders:0@%d", group, w.committed(group, 0))
	case 4:
		text += " --what is this"
	}
	for _, flag := range []string{` --reason "bad deploy"`, " --no-wait", " --wait 5m", " --wait 40m"} {
		if w.rand.IntN(10) == 0 {
			text += flag
		}
	}
	if who == oncall || w.rand.IntN(20) == 0 {
		text += " --emergency INC-1"
	}
	w.types(who, w.channel(who), "ask", "", text)
}

func (w *world) committed(group string, p int32) int64 {
	w.kafka.mu.Lock()
	defer w.kafka.mu.Unlock()
	return w.kafka.at(group, reset.Partition{Topic: "orders", Partition: p}).Offset
}

// presses clicks some button that a person sees, mostly one of the newest; forms that open are mostly filled in.
func (w *world) presses() {
	who := pick(w, mara, mara, mara, kim, kim, jon, jon, dee, oncall, ben, gus, sol)
	var with []slacksim.Shown
	for i, m := range w.screen.shown {
		if w.screen.latest[place{m.Channel, m.TS}] != i && w.rand.IntN(40) > 0 || m.Reader != "" && m.Reader != who {
			continue
		}
		if len(offers(m)) > 0 {
			with = append(with, m)
		}
	}
	if len(with) == 0 {
		w.asks()
		return
	}
	m := with[len(with)-1-min(w.rand.IntN(len(with)), w.rand.IntN(len(with)), w.rand.IntN(len(with)))]
	a := w.clicks(who, m, pick(w, offers(m)...))
	w.forms(a)
}

// helps brings some open request on, as those whose turn it is would: its requester on the preview, approvers on the
// card.
func (w *world) helps() {
	for range 12 {
		id, _ := w.known()
		c, ok := w.screen.cards[id]
		if !ok {
			break
		}
		v := w.screen.last(id)
		m := w.screen.shown[w.screen.latest[v.place]]
		who := m.Reader
		if who == "" {
			who = pick(w, jon, kim, dee, ann)
		}
		for _, b := range offers(m) {
			verb, ref := b.ActionID, id+"."+v.rev+" " // behind it a choice has what it says
			if strings.HasPrefix(b.Value+" ", ref) && (verb == "approve" || verb == "choose.1") {
				w.clicks(who, m, b)
				return
			}
		}
		if slices.Contains([]class{mixed, unclear}, classOf(v.status)) && w.rand.IntN(3) == 0 {
			w.types(jon, payOps, "settle", c.id, "settle "+c.id+` "seen"`)
			return
		}
	}
	w.asks()
}

// forms fills in what an act opened, or closes it.
func (w *world) forms(a *act) {
	p := w.sim.Person(a.who)
	open := p.Views()
	if len(open) == 0 {
		return
	}
	top := open[len(open)-1]
	if (top.CallbackID == "settle" || top.CallbackID == "emergency") && w.rand.IntN(4) > 0 {
		w.submits(a.who, top, "INC-7")
	}
	for {
		open := p.Views()
		if len(open) == 0 {
			return
		}
		if _, err := p.CloseView(open[len(open)-1]); err != nil {
			w.t.Fatal(err)
		}
	}
}

// known is a request that people have heard of, mostly a recent one, perhaps with a revision.
func (w *world) known() (id, ref string) {
	if len(w.screen.order) == 0 {
		return "zzzz", "zzzz.1"
	}
	n := len(w.screen.order)
	id = w.screen.order[n-1-min(w.rand.IntN(n), w.rand.IntN(n), w.rand.IntN(n))]
	ref = id + ".1"
	for _, v := range w.screen.cards[id].views {
		if v.rev != "" {
			ref = id + "." + v.rev
		}
	}
	switch w.rand.IntN(12) {
	case 0:
		ref = id
	case 1:
		ref = id + ".7"
	}
	return id, ref
}

func (w *world) anybody() string {
	return pick(w, mara, mara, kim, kim, jon, jon, dee, oncall, ben, gus, sol)
}

// says approves in words.
func (w *world) says() {
	who := w.anybody()
	_, ref := w.known()
	w.types(who, w.channel(who), "approve", ref, "approve "+ref)
}

// decides is any other word about a request.
func (w *world) decides() {
	who := w.anybody()
	id, ref := w.known()
	verb := pick(w, "cancel", "unapprove", "unapprove", "reject", "retry", "undo", "undo", "settle", "emergency", "choose")
	text := verb + " " + id
	switch verb {
	case "unapprove":
		for _, a := range w.acts {
			if a.verb == "approve" && a.id() == id && w.rand.IntN(3) > 0 { // seldom by who never approved it
				who = a.who
			}
		}
	case "settle":
		text += ` "looked at it"`
	case "emergency":
		text = "emergency " + ref + " INC-2"
	case "choose":
		text = fmt.Sprintf("choose %s %d", ref, 1+w.rand.IntN(3))
	}
	w.types(who, w.channel(who), verb, ref, text)
}

// looks only looks.
func (w *world) looks() {
	who := w.anybody()
	id, ref := w.known()
	text := pick(w, "show "+id, "show "+ref, "history "+id, "status", "history billing@prod", "lag billing@prod",
		"access billing@prod", "help", "help target", "show zzzz", "schedule list")
	w.types(who, w.channel(who), "look", ref, text)
}

// consumers come, read on and go.
func (w *world) consumers() {
	group := pick(w, "billing", "billing", "billing", "billing-b", "billing-n")
	switch w.rand.IntN(9) {
	case 0:
		w.did("a consumer joins %s", group)
		w.kafka.join(group, "10.4.7.21")
	case 2:
		w.did("two consumers join %s", group)
		w.kafka.join(group, "10.4.7.21", "10.4.9.3")
	case 3, 4:
		w.did("the consumers of %s read on", group)
		w.kafka.consume(group, 1+w.rand.Int64N(40))
	case 5:
		w.did("a consumer of %s comes and goes", group)
		w.kafka.join(group, "10.4.7.22")
		w.kafka.consume(group, w.rand.Int64N(3))
		w.kafka.join(group)
	default:
		w.did("all consumers of %s leave", group)
		w.kafka.join(group)
		w.advance(time.Second, 8)
	}
}

func (w *world) grows() {
	p := pick(w, reset.Partition{Topic: "orders"}, reset.Partition{Topic: "orders", Partition: 1},
		reset.Partition{Topic: "refunds"})
	n, gone := w.rand.Int64N(30), int64(0)
	if w.rand.IntN(4) == 0 {
		gone = w.rand.Int64N(900)
	}
	w.did("%s-%d grows by %d, %d are deleted at its start", p.Topic, p.Partition, n, gone)
	w.kafka.grow(p, n, gone)
}

func (w *world) topics() {
	name := pick(w, "orders", "refunds", "refunds")
	again := w.rand.IntN(3) > 0
	w.did("topic %s is deleted, made again: %v", name, again)
	w.kafka.deleteTopic(name, again)
}

func (w *world) outsiders() {
	group := pick(w, "billing", "billing-b")
	p := reset.Partition{Topic: "orders", Partition: int32(w.rand.IntN(3))}
	n := w.rand.Int64N(1000)
	w.did("somebody outside %s commits %d on %s-%d", group, n, p.Topic, p.Partition)
	w.kafka.outsider(group, p, n)
}

func (w *world) faults() {
	f := pick(w, fates...)
	w.did("the next write: %s", f.name)
	w.kafka.fail(f)
}

// lands lets what is on its way arrive, or get lost for good.
func (w *world) lands() {
	if drop := w.rand.IntN(4) == 0; w.kafka.land(drop) {
		w.did("a request that was on its way arrives (dropped: %v)", drop)
	}
}

func (w *world) outage() {
	w.did("Kafka is away")
	w.kafka.away(errAway)
	w.advance(time.Second, 1+w.rand.IntN(30))
	w.did("Kafka is back")
	w.kafka.away(nil)
}

// slackFails makes calls fail, in ways that the bot knows and in one that it does not.
func (w *world) slackFails() {
	method := pick(w, "chat.update", "chat.update", "chat.postMessage", "chat.postMessage", slacksim.ResponseURLs,
		slacksim.ResponseURLs, "views.open", "users.info", "usergroups.users.list", "conversations.info",
		"chat.getPermalink")
	f := pick(w, slacksim.Fault{Status: 500}, slacksim.Fault{Status: 503}, slacksim.Fault{Drop: true},
		slacksim.Fault{Drop: true, Effect: true}, slacksim.Fault{Error: "internal_error"},
		slacksim.Fault{Error: "never_heard_of"}, slacksim.Fault{Error: "channel_not_found"},
		slacksim.Fault{Error: "is_archived"}, slacksim.Fault{Error: "edit_window_closed"},
		slacksim.Fault{Error: "msg_too_long"}, slacksim.Fault{Error: "invalid_blocks"},
		slacksim.Fault{Error: "message_not_found"}, slacksim.Fault{Status: 429, RetryAfter: 30 * time.Second})
	f.Times = w.rand.IntN(4)
	w.did("slack: %s fails %d times: %+v", method, f.Times, f)
	w.sim.Fail(method, f)
	if !w.sick {
		w.sickSince = w.now()
	}
	w.sick, w.sickAt = true, w.now()
}

func (w *world) slackHeals() {
	if w.sick {
		w.did("slack is well again")
		w.sim.Heal(slacksim.AnyRequest)
		w.sick, w.sickAt = false, w.now()
	}
}

// dies lets the process be killed at one of its next calls, or stops it now.
func (w *world) dies() {
	n := 1 + w.rand.Int64N(60)
	w.did("the process dies %d calls from now", n)
	w.proc.killIn.Store(n)
}

// shifts changes the members of user groups, or deactivates a person.
func (w *world) shifts() {
	switch w.rand.IntN(3) {
	case 0:
		w.pay = pick(w, []string{mara, kim, gus}, []string{mara, kim, jon, gus}, []string{mara, dee})
		w.did("pay is now %v", w.pay)
		_ = w.sim.SetGroupMembers("S0PAY", w.pay...)
	case 1:
		w.owners = pick(w, []string{jon, kim, dee}, []string{jon, kim}, []string{kim, dee, ben})
		w.did("owners is now %v", w.owners)
		_ = w.sim.SetGroupMembers("S0OWNERS", w.owners...)
	case 2:
		who := pick(w, dee, dee, ann, mara)
		w.gone[who] = !w.gone[who]
		w.did("%s is deactivated: %v", who, w.gone[who])
		w.sim.AddUser(slacksim.User{ID: who, Name: strings.ToLower(who[2:]), Deleted: w.gone[who]})
	}
	w.notes()
	w.settle()
}

// ambush does something while the next write is on its way.
func (w *world) ambush() {
	what := w.rand.IntN(3)
	w.did("something will happen during the next write: %d", what)
	w.kafka.mu.Lock()
	defer w.kafka.mu.Unlock()
	w.kafka.between = func() {
		switch what {
		case 0:
			w.kafka.join("billing", "10.4.7.99")
		case 1:
			w.kafka.outsider("billing", reset.Partition{Topic: "orders"}, 5)
		case 2:
			w.kafka.grow(reset.Partition{Topic: "orders"}, 3, 400)
		}
	}
}

func (w *world) waits() {
	d := pick(w, 1, 3, 6, 8, 12, 20)
	w.did("%d s pass", d)
	w.advance(time.Second, d)
	if w.rand.IntN(12) == 0 {
		w.did("20 min pass")
		w.advance(10*time.Second, 20)
		w.advance(time.Minute, 17)
	}
}

// rests heals everything and lets all that is open come to its end.
func (w *world) rests() {
	w.did("everything is healed; the run comes to rest")
	w.sim.Heal(slacksim.AnyRequest)
	w.sick, w.sickAt = false, w.now()
	w.kafka.heal()
	w.proc.killIn.Store(0)
	w.advance(time.Second, 40)
	for w.kafka.land(w.rand.IntN(5) == 0) {
		w.did("a request that was on its way arrives, or not")
		w.advance(5*time.Second, 12)
	}
	w.advance(15*time.Second, 72)
	w.advance(time.Minute, 90)
	for _, name := range slices.Sorted(slices.Values([]string{"billing", "billing-b", "billing-n"})) {
		w.kafka.join(name)
	}
	w.advance(10*time.Second, 24)
	w.advance(time.Minute, 30)
}
