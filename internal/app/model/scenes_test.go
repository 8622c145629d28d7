package model

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/app"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/config"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/store"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// schedules is about resets that come again.
func (w *world) schedules() {
	who := pick(w, mara, mara, kim, kim, jon, ray, ben)
	id, _ := w.known()
	if run := w.someRun(); run != "" && w.rand.IntN(3) > 0 {
		id = run
	}
	name := pick(w, "nightly", "nightly", "nightly", "weekly", "filed")
	minute := (w.now().Minute() + 3) % 60
	text := pick(w,
		fmt.Sprintf(`schedule add "%d * * * *" --name nightly --announce 2m -- billing-n@prod orders shift -20`,
			minute),
		fmt.Sprintf(`schedule add "%d * * * *" --name nightly --announce 1m -- billing-n@prod orders shift -60`,
			minute),
		fmt.Sprintf(`schedule add "%d * * * *" --name weekly --announce no -- billing-b@prod orders to latest`, minute),
		fmt.Sprintf(`at %s -- billing-n@prod orders shift -30`, w.now().Add(4*time.Minute).Format("15:04")),
		"schedule pause "+name, "schedule pause nightly", "schedule resume "+name, "schedule resume nightly",
		"schedule remove "+name, "schedule run "+name, "schedule run nightly", "schedule run nightly",
		"schedule skip-next "+name, "schedule list", "schedule show nightly", "delay "+id, "run "+id, "skip-next "+id)
	verb, ref := "schedule", ""
	switch {
	case strings.HasPrefix(text, "schedule add"), strings.HasPrefix(text, "at "):
		verb = "ask"
	case strings.HasSuffix(text, " "+id):
		ref = id
	}
	w.types(who, w.channel(who), verb, ref, text)
}

// someRun is a run of a schedule that is still open.
func (w *world) someRun() string {
	for _, id := range slices.Backward(w.screen.order) {
		c := w.screen.cards[id]
		if runNamed.MatchString(c.views[0].text) && slices.Contains(waiting, classOf(w.screen.last(id).status)) {
			return id
		}
	}
	return ""
}

// brakes freezes or thaws, a cluster or all, by its name or by that of a freeze.
func (w *world) brakes() {
	who := pick(w, mara, kim, jon, jon, dee, oncall, ben, gus, ann)
	verb := pick(w, "freeze", "thaw", "thaw", "thaw")
	scope := pick(w, "prod", "prod", "prod", "everything", "dev")
	if verb == "thaw" {
		who = pick(w, jon, kim, ben, jon, mara)
		for _, id := range slices.Backward(w.screen.order) {
			if w.screen.cards[id].brake == "freeze" && w.rand.IntN(3) > 0 {
				scope = id
				break
			}
		}
	}
	w.types(who, w.channel(who), verb, "", verb+" "+scope)
}

// thaws brings a thaw on, as one who may approve it would: what is frozen for ever shows nothing.
func (w *world) thaws() {
	for _, id := range slices.Backward(w.screen.order) {
		c := w.screen.cards[id]
		if v := w.screen.last(id); c.brake == "thaw" && classOf(v.status) == collecting && v.rev != "" {
			who := pick(w, jon, kim, dee, ben)
			w.types(who, w.channel(who), "approve", id+"."+v.rev, "approve "+id+"."+v.rev)
			return
		}
	}
	for _, id := range w.screen.order {
		f := w.screen.cards[id]
		if f.brake == "freeze" && f.creator == nil {
			w.created(f)
		}
		if f.brake == "freeze" && f.creator != nil && strings.HasPrefix(w.screen.last(id).status, "FROZEN") {
			scope := map[string]string{"*": "everything"}[f.place]
			if scope == "" {
				scope = f.place
			}
			w.types(f.creator.who, w.channel(f.creator.who), "thaw", "", "thaw "+pick(w, scope, id))
			return
		}
	}
	w.helps()
}

// reloads ends the process; the next one is started with another configuration file.
func (w *world) reloads() {
	w.policy = w.changed()
	w.did("the configuration is now version %d: %+v, filed %v", w.policy.version, w.policy.rules[:2], w.policy.filed)
	w.proc.dead.Store(true)
	w.reborn()
	w.settle()
}

// rivals starts a second process on the same database: the first one holds it.
func (w *world) rivals() {
	cfg, err := config.Load(w.cfg, os.LookupEnv, os.ReadFile)
	if err != nil {
		w.t.Fatal(err)
	}
	w.did("a second process is started")
	second, err := app.New(w.ctx, cfg, app.Options{Now: w.now, Log: slog.New(slog.DiscardHandler),
		Kafka: func(engine.Cluster) engine.Cluster { return gatedKafka{w.kafka, w.proc, "prod"} }})
	var held *store.LockHeldError
	if !errors.As(err, &held) {
		w.wrong("two processes", "a second process was not refused: %v", err)
		if err == nil {
			_ = second.Close()
		}
	}
}

// newest is the newest preview that its one reader can still confirm, of a kind.
func (w *world) newest(of func(*told, view) bool) (string, view, slacksim.Shown, bool) {
	for _, id := range slices.Backward(w.screen.order) {
		c := w.screen.cards[id]
		v := c.views[len(c.views)-1]
		if v.reader == "" || !of(c, v) {
			continue
		}
		m := w.screen.shown[w.screen.latest[v.place]]
		confirms := func(b slacksim.Button) bool { return b.ActionID == "approve" }
		if m.Reader == v.reader && slices.ContainsFunc(m.Buttons(), confirms) {
			return id, v, m, true
		}
	}
	return "", view{}, slacksim.Shown{}, false
}

// undoes takes back a reset that was just done, and lets something happen between the preview and the click: the
// group reads on, another reset is applied, or time passes.
func (w *world) undoes() {
	for _, id := range slices.Backward(w.screen.order) {
		v, ok := w.screen.card(id)
		if !ok || classOf(v.status) != done {
			continue
		}
		who := pick(w, mara, kim)
		w.types(who, w.channel(who), "undo", id, "undo "+id)
		break
	}
	id, v, m, ok := w.newest(func(c *told, v view) bool { return classOf(v.status) == open && v.status == "preview" })
	if !ok {
		return
	}
	group := w.screen.cards[id].group
	switch w.rand.IntN(4) {
	case 0:
		w.readsOn(group, 1+w.rand.Int64N(200))
	case 1:
		w.overtakes(group)
	case 2:
		w.did("12 min pass")
		w.advance(time.Minute, 12)
	}
	for _, b := range offers(m) {
		if b.ActionID == "approve" {
			w.clicks(v.reader, m, b)
			break
		}
	}
	if w.rand.IntN(3) == 0 {
		w.readsOn(group, 1+w.rand.Int64N(200))
	}
	w.advance(time.Second, 9)
}

// readsOn lets a consumer come, read on and go.
func (w *world) readsOn(group string, n int64) {
	if w.kafka.groups[group] == nil {
		return
	}
	w.did("%s reads on", group)
	w.kafka.join(group, "10.4.7.30")
	w.advance(time.Second, 2)
	w.kafka.consume(group, n)
	w.kafka.join(group)
	w.advance(time.Second, 2)
}

// overtakes lets a small reset of the same group be applied by somebody else.
func (w *world) overtakes(group string) {
	text := group + "@prod orders shift -20"
	w.types(kim, payOps, "ask", "", text)
	id, v, m, ok := w.newest(func(c *told, v view) bool { return v.reader == kim && v.status == "preview" })
	if !ok {
		return
	}
	for _, b := range offers(m) {
		if b.ActionID == "approve" {
			w.clicks(kim, m, b)
		}
	}
	for _, who := range []string{jon, dee} {
		if w.rand.IntN(3) > 0 {
			w.types(who, payOps, "approve", id+"."+v.rev, "approve "+id+"."+v.rev)
		}
	}
	w.advance(time.Second, 10)
}

// copies asks to go where another group is, and lets that one move on after it was approved.
func (w *world) copies() {
	w.kafka.join("billing-b")
	w.kafka.join("billing", "10.4.7.31")
	w.types(mara, payOps, "ask", "", "billing@prod orders like billing-b")
	id, v, m, ok := w.newest(func(c *told, v view) bool { return v.reader == mara && v.status == "preview" })
	if !ok {
		return
	}
	for _, b := range offers(m) {
		if b.ActionID == "approve" {
			w.clicks(mara, m, b)
		}
	}
	for _, who := range []string{jon, kim} {
		w.types(who, payOps, "approve", id+"."+v.rev, "approve "+id+"."+v.rev)
	}
	w.kafka.outsider("billing-b", reset.Partition{Topic: "orders"}, w.rand.Int64N(1000))
	w.did("billing-b has moved on; the consumers of billing leave")
	w.kafka.join("billing")
	w.advance(time.Second, 10)
}

// nights saves a schedule, and lets its next run come while something happens.
func (w *world) nights() {
	w.kafka.join("billing-n")
	owner := pick(w, mara, mara, kim, ray)
	save := func() {
		minute := (w.now().Minute() + 3) % 60
		w.types(owner, payOps, "ask", "", fmt.Sprintf(
			`schedule add "%d * * * *" --name nightly --announce 1m -- billing-n@prod orders shift %d`, minute,
			-20*(1+w.rand.IntN(4))))
		id, v, m, ok := w.newest(func(_ *told, v view) bool { return v.reader == owner && v.status == "preview" })
		if !ok {
			return
		}
		for _, b := range offers(m) {
			if b.ActionID == "approve" {
				w.clicks(owner, m, b)
			}
		}
		for _, who := range []string{jon, kim} {
			if who != owner && w.rand.IntN(4) > 0 {
				w.types(who, payOps, "approve", id+"."+v.rev, "approve "+id+"."+v.rev)
			}
		}
	}
	if w.rand.IntN(2) == 0 {
		save()
	}
	w.advance(10*time.Second, 6+w.rand.IntN(12))
	run := w.someRun()
	switch w.rand.IntN(12) {
	case 0:
		w.types(pick(w, mara, jon), payOps, "schedule", "", "schedule pause nightly")
	case 1:
		w.types(pick(w, mara, jon), payOps, "schedule", "", "schedule remove nightly")
	case 2:
		save()
	case 3:
		w.reloads()
	case 4:
		w.shifts()
	case 5, 6:
		if run != "" {
			w.types(pick(w, mara, kim, jon), payOps, "schedule", run, pick(w, "delay ", "run ", "skip-next ")+run)
		}
	case 7:
		w.types(pick(w, mara, kim, jon), payOps, "schedule", "", "schedule run "+pick(w, "nightly", "nightly", "filed"))
	}
	w.advance(10*time.Second, 18)
}

// starts lets somebody who may approve start a run of a schedule, and then approve it.
func (w *world) starts() {
	who := pick(w, kim, jon)
	before := len(w.screen.order)
	w.types(who, payOps, "schedule", "", "schedule run nightly")
	w.advance(time.Second, 2)
	for _, id := range w.screen.order[before:] {
		if v := w.screen.last(id); v.rev != "" && w.rand.IntN(4) > 0 {
			w.types(who, payOps, "approve", id+"."+v.rev, "approve "+id+"."+v.rev)
		}
	}
	if w.rand.IntN(3) == 0 {
		stopper := pick(w, mara, kim)
		w.types(stopper, payOps, "schedule", "", "schedule "+pick(w, "pause", "remove")+" nightly")
	}
	w.advance(time.Second, 9)
}

// stacks freezes, asks for a thaw, lifts the first freeze and sets another one before the thaw is approved.
func (w *world) stacks() {
	w.types(jon, payOps, "freeze", "", "freeze prod first")
	w.types(kim, payOps, "thaw", "", "thaw prod")
	w.types(jon, payOps, "thaw", "", "thaw prod")
	w.types(jon, payOps, "freeze", "", "freeze prod DATA LOSS")
	for range 3 {
		w.thaws()
	}
	w.asks()
	w.helps()
}
