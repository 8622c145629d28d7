package model

import (
	"regexp"
	"slices"
	"strings"
)

// What has to stand still: a cluster that is frozen, and the runs of a schedule that is not active. Both count from
// when the bot said so: what it had begun to write before may go on.

var (
	scheduleIs = regexp.MustCompile(`schedule (\S+) is (active|paused|removed|expired|ended)`)
	isStopped  = regexp.MustCompile(`(?m)^(\S+) is (?:paused until|removed\b)`)
	runsAgain  = regexp.MustCompile(`(?m)^(\S+) runs again`)
	runNamed   = regexp.MustCompile(`[Ss]chedule (\S+?),? (?:of|told|started|run)`)
)

// state is what was said of a schedule at one moment.
type state struct {
	kafka  int
	active bool
}

// standsStill checks that nothing forbade a write when it left.
func (w *world) standsStill(d *deed) {
	for _, id := range w.screen.order {
		if f := w.screen.cards[id]; f.brake == "freeze" && w.frozenBy(f, d.seq) {
			w.wrong("written while frozen", "%s was written at %s, and freeze %s of %s stood", d.c.id,
				d.at.Format("15:04:05"), id, f.group)
		}
	}
	run := runNamed.FindStringSubmatch(d.words())
	if run == nil || d.c.creator != nil {
		return
	}
	if on := restsOn.FindStringSubmatch(d.words()); on != nil && w.changedSince(on[1], d.seq) {
		w.wrong("run of a changed schedule", "%s rests on %s, which was saved anew before it was written", d.c.id,
			on[1])
	}
	if run[1] == "filed" && !d.first.from.policy.filed {
		w.wrong("run of a schedule that left the file", "%s was written at %s", d.c.id, d.at.Format("15:04:05"))
	}
	if s, known := w.scheduleAt(run[1], d.seq); known && !s.active && !w.mayRunAgain(run[1], s.kafka, d.seq) {
		w.wrong("run of a stopped schedule", "%s was written at %s, and %s was not active", d.c.id,
			d.at.Format("15:04:05"), run[1])
	}
}

// changedSince reports whether it had been said that a schedule was saved anew.
func (w *world) changedSince(id string, seq int) bool {
	c := w.screen.cards[id]
	return c != nil && slices.ContainsFunc(c.views, func(v view) bool {
		return v.kafka < seq && v.public && strings.Contains(v.text, "changed since")
	})
}

// scheduleAt is what was last said of a schedule by then.
func (w *world) scheduleAt(name string, seq int) (state, bool) {
	var last state
	known := false
	for _, s := range w.screen.schedules[name] {
		if s.kafka < seq {
			last, known = s, true
		}
	}
	return last, known
}

// mayRunAgain reports whether somebody did something in between by which a schedule may have become active.
func (w *world) mayRunAgain(name string, from, to int) bool {
	return slices.ContainsFunc(w.acts, func(a *act) bool {
		saves := w.screen.cards[a.id()] != nil &&
			strings.Contains(strings.Join(texts(w.screen.cards[a.id()]), "\n"), name)
		resumes := a.verb == "resume" || strings.Contains(a.text, "resume")
		return a.kafka >= from-50 && a.kafka < to && (resumes || a.verb == "approve" && saves)
	}) || name == "filed"
}

// frozenBy reports whether a freeze stood when a write left: the bot had said so, and nothing that may lift it had
// been done.
func (w *world) frozenBy(f *told, seq int) bool {
	said := slices.IndexFunc(f.views, func(v view) bool { return strings.HasPrefix(v.status, "FROZEN") })
	if said < 0 || f.views[said].kafka >= seq || f.place != "prod" && f.place != "*" {
		return false
	}
	if slices.ContainsFunc(f.views, func(v view) bool {
		return strings.HasPrefix(v.status, "lifted") &&
			v.kafka < seq
	}) {
		return false
	}
	for _, id := range w.screen.order {
		t := w.screen.cards[id]
		if t.brake == "thaw" && w.lifts(t, f) && w.lastAct(t, seq) >= 0 {
			return false
		}
	}
	return true
}

// lifts reports whether a thaw was asked for this freeze, and not refused or given up as far as was said.
func (w *world) lifts(t, f *told) bool {
	return classOf(w.screen.last(t.id).status) != unwritten && t.creator != nil && f.creator != nil &&
		t.creator.n > f.creator.n && t.place == f.place && (t.names == "" || t.names == f.id)
}

// lastAct is when somebody last did something for a thaw before a write left; -1: nobody did.
func (w *world) lastAct(t *told, seq int) int {
	last := -1
	for _, a := range w.acts {
		if (a == t.creator || a.id() == t.id && a.verb == "approve") && a.kafka < seq {
			last = a.kafka
		}
	}
	return last
}

// braked checks that whoever froze or thawed may, and that enough others had agreed.
func (w *world) braked(c *told) {
	i := slices.IndexFunc(c.views, func(v view) bool {
		return strings.HasPrefix(v.status, "FROZEN") || strings.HasPrefix(v.status, "thawed")
	})
	if i < 0 || c.creator == nil {
		return
	}
	a := c.creator
	for _, cluster := range []string{"prod", "dev"} {
		if c.place != "*" && c.place != cluster {
			continue
		}
		if c.brake == "freeze" {
			if !w.mayBrake(a, cluster, func(r rule) []string {
				return slices.Concat(r.request, r.approve, r.emergency)
			}) {
				w.wrong("frozen without right", "%s of %s froze %s", c.id, a.who, cluster)
			}
			continue
		}
		if w.own(c) {
			continue
		}
		voters := map[string]bool{}
		for _, v := range w.acts {
			if v.id() == c.id && v.verb == "approve" && v.who != a.who && w.mayBrake(v, cluster, approvers) &&
				v.kafka <= c.views[i].kafka {
				voters[v.who] = true
			}
		}
		if !w.mayBrake(a, cluster, approvers) || len(voters) == 0 {
			w.wrong("thawed without right", "%s of %s thawed %s (%s), with the approval of %d who may there", c.id,
				a.who, c.place, cluster, len(voters))
		}
	}
}

// own reports whether a thaw may be of a freeze that the same person set.
func (w *world) own(t *told) bool {
	return slices.ContainsFunc(w.screen.order, func(id string) bool {
		f := w.screen.cards[id]
		return f.brake == "freeze" && f.creator != nil && f.creator.who == t.creator.who && f.place == t.place &&
			(t.names == "" || t.names == id) &&
			f.creator.n < t.creator.n
	})
}

// mayBrake reports whether some rule of a cluster names the person who acted.
func (w *world) mayBrake(a *act, cluster string, of func(rule) []string) bool {
	for _, p := range a.policies {
		for _, r := range p.rules {
			if slices.Contains(r.clusters, cluster) && len(w.names(of(r), a.who, a.at, a.until())) > 0 {
				return true
			}
		}
	}
	return false
}
