package model

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// What each write needed, and who had agreed to it. The oracle knows the policy of the process that sent the write,
// what the write did to the log as that process had last read it, and what people had said by then. It reads no
// request.

// deed is the write of a request that is told by a card.
type deed struct {
	w      *world
	c      *told
	first  *request
	at     time.Time
	seq    int
	rule   rule
	effect effect
	asker  string   // whose wish it is: of a run its schedule's owner
	barred []string // who must not approve it
}

// authorized checks that a write had been agreed to.
func (w *world) authorized(c *told, writes []*request) {
	if len(writes) == 0 {
		return
	}
	d := &deed{w: w, c: c, first: writes[0], at: writes[0].at, seq: writes[0].seq}
	group := d.first.group
	if name := d.first.from.cluster; name != "prod" {
		w.wrong("second name", "%s was written under %s, which is the same Kafka as prod", c.id, name)
	}
	w.standsStill(d)
	var found bool
	if d.rule, found = d.first.from.policy.match(group); !found {
		w.wrong("no rule", "%s was written, and no rule in force speaks of %s", c.id, group)
		return
	}
	d.effect = effectOf(writes)
	if run := runOf.FindStringSubmatch(d.words()); run != nil {
		w.authorizedRun(d, run[1])
		return
	}
	w.authorizedWish(d)
}

// words is all that was said of a request.
func (d *deed) words() string { return strings.Join(texts(d.c), "\n") }

// effectOf is what a write would do to the log as it was last read: what rolls it back does not count.
func effectOf(writes []*request) effect {
	var e effect
	seen := map[reset.Partition]bool{}
	for _, r := range writes {
		for _, st := range r.chunk.Steps {
			if seen[st.Partition] {
				continue
			}
			seen[st.Partition] = true
			to := st.To
			to.None = to.None || r.chunk.Delete
			e.add(r.known[st.Partition], to)
		}
	}
	return e
}

// revisions are those that may have been written: what was last shown before, to what was first shown afterwards.
func (d *deed) revisions() (from, to int64) {
	from, to = 1, 1<<20
	for _, v := range d.c.views {
		if v.rev == "" {
			continue
		}
		if n := number(v.rev); v.kafka < d.seq {
			from = max(from, n)
		} else {
			to = min(to, max(n, from))
		}
	}
	return from, to
}

// until is when an act was decided at the latest.
func (a *act) until() time.Time {
	switch {
	case a.trouble && (a.verb == "freeze" || a.verb == "thaw"): // a request of its own, that waits for Slack so long
		return a.at.Add(refusedFor + grace)
	case a.trouble:
		return a.at.Add(afterTrouble)
	}
	return a.at.Add(10 * time.Second)
}

// listed reports whether a list of the rule that is in force, and of one by which the act was judged, names the
// person who acted by the same word.
func (d *deed) listed(a *act, of func(rule) []string) bool {
	for _, p := range a.policies {
		then, found := p.match(d.first.group)
		if !found {
			continue
		}
		for _, name := range d.w.names(of(then), a.who, a.at, a.until()) {
			if slices.Contains(of(d.rule), name) {
				return true
			}
		}
	}
	return false
}

func approvers(r rule) []string  { return r.approve }
func requesters(r rule) []string { return r.request }
func loners(r rule) []string     { return r.emergency }

// known reports whether somebody was deactivated when the write left, and that could be read.
func (d *deed) deactivated(who string) bool {
	return !d.first.from.sick && d.w.deactivated(who, d.at.Add(-time.Second), d.at)
}

// votes are those who had approved a revision that may have been written.
func (d *deed) votes() []string {
	from, to := d.revisions()
	best := map[int64][]string{}
	for _, a := range d.w.acts {
		id, rev, _ := strings.Cut(a.ref, ".")
		n := number(rev)
		if a.verb != "approve" || id != d.c.id || n < from || n > to || a.at.After(d.at) ||
			slices.Contains(d.barred, a.who) ||
			slices.Contains(best[n], a.who) || d.deactivated(a.who) || !d.listed(a, approvers) || d.withdrawn(a) {
			continue
		}
		best[n] = append(best[n], a.who)
	}
	var out []string
	for _, who := range best {
		if len(who) > len(out) {
			out = who
		}
	}
	return out
}

// withdrawn reports whether somebody took an approval back afterwards, and was told so before the write.
func (d *deed) withdrawn(a *act) bool {
	shown := d.w.screen.shown
	for _, u := range d.w.acts[a.n+1:] {
		if u.verb != "unapprove" || u.who != a.who || u.id() != a.id() || u.at.After(d.at) {
			continue
		}
		for _, m := range shown[min(u.from, len(shown)):] {
			said := m.Reader == u.who && m.At.Before(d.at)
			if said && withdrawnWords.MatchString(m.Text(u.who)) && strings.Contains(m.Text(u.who), a.id()) {
				return true
			}
		}
	}
	return false
}

var withdrawnWords = regexp.MustCompile(`Your approval of \S+ is withdrawn`)

// alone is somebody who went alone, and may.
func (d *deed) alone() (went, may bool) {
	for _, a := range d.w.acts {
		mine := a.id() == d.c.id && (a.verb == "emergency" || a.verb == "approve") ||
			a == d.c.creator && strings.Contains(a.text, "--emergency")
		said := a.verb == "emergency" || a == d.c.creator ||
			d.c.creator != nil && strings.Contains(d.c.creator.text, "--emergency")
		if !mine || !said || a.at.After(d.at) || !d.listed(a, loners) || d.deactivated(a.who) {
			continue
		}
		went = true
		may = may || d.effect.within(d.rule.alone)
	}
	return went, may
}

// authorizedWish is of a reset that a person asked for.
func (w *world) authorizedWish(d *deed) {
	ask := d.c.creator
	if ask == nil {
		w.wrong("nobody asked", "%s was written and nobody is known to have asked for it", d.c.id)
		return
	}
	d.asker, d.barred = ask.who, []string{ask.who}
	went, may := d.alone()
	votes := d.votes()
	need := d.rule.needs(d.effect)
	confirmed := slices.ContainsFunc(w.acts, func(a *act) bool {
		return a.id() == d.c.id && a.who == d.asker && a.verb == "approve" && !a.at.After(d.at)
	})
	from, to := d.revisions()
	switch {
	case !d.effect.within(d.rule.most):
		w.wrong("beyond the cap", "%s of %s moved %+v, and the cap of %q is %+v", d.c.id, d.asker, d.effect,
			d.rule.name, d.rule.most)
	case may:
	case went && len(votes) < need:
		w.wrong("beyond the emergency", "%s of %s moved %+v", d.c.id, d.asker, d.effect)
	case !confirmed:
		w.wrong("nobody confirmed", "%s was written and %s never said so", d.c.id, d.asker)
	case d.deactivated(d.asker):
		w.wrong("deactivated", "%s was written, and %s, who asked for it, is deactivated", d.c.id, d.asker)
	case !d.listed(ask, requesters):
		w.wrong("asked without right", "%s of %s was written, whom the rule in force does not let ask", d.c.id, d.asker)
	case len(votes) < need && !d.eased():
		w.wrong("not approved",
			"%s of %s moved %+v, which needs %d by %q (version %d); revision %d to %d was approved by %v", d.c.id,
			d.asker, d.effect, need, d.rule.name, d.first.from.policy.version, from, to, votes)
	}
}

// easy is how long after a reset one person is enough to take it back, while nobody has moved what it wrote.
const easy = 30 * time.Minute

// eased reports whether a write takes back another one that was left as it was.
func (d *deed) eased() bool {
	ask := d.c.creator
	if ask.verb == "retry" { // of an undo
		if old := d.w.screen.cards[ask.id()]; old != nil && old.creator != nil {
			ask = old.creator
		}
	}
	if ask.verb != "undo" {
		return false
	}
	old := d.w.of[ask.id()]
	if len(old) == 0 {
		return false
	}
	undone := d.w.screen.cards[ask.id()]
	ended, _, known := undone.endedAt()
	if !known || d.at.Sub(ended) >= easy+2*time.Minute {
		return false
	}
	for p, to := range lastWritten(old) {
		if s, read := d.first.known[p]; read && !same(s.committed, to) {
			return false
		}
	}
	return true
}

// lastWritten is where a write left what it wrote.
func lastWritten(writes []*request) map[reset.Partition]reset.Position {
	out := map[reset.Partition]reset.Position{}
	for _, r := range writes {
		for _, st := range r.chunk.Steps {
			to := st.To
			to.None = to.None || r.chunk.Delete
			out[st.Partition] = to
		}
	}
	return out
}

// authorizedRun is of a run of a schedule: the standing approval covers it at the times that were agreed to, and
// everything else needs what the same reset would need if somebody typed it.
func (w *world) authorizedRun(d *deed, name string) {
	if !d.rule.schedules {
		w.wrong("no schedules", "%s was written, and rule %q in force lets no schedule run", d.c.id, d.rule.name)
	}
	if !d.effect.within(d.rule.most) {
		w.wrong("beyond the cap", "run %s moved %+v, and the cap of %q is %+v", d.c.id, d.effect, d.rule.name,
			d.rule.most)
	}
	for _, owner := range ownersOf.FindAllStringSubmatch(d.words(), -1) {
		d.barred = append(d.barred, "U0"+strings.ToUpper(owner[1]))
	}
	started := startedBy.FindStringSubmatch(d.words())
	if started != nil {
		d.barred = append(d.barred, "U0"+strings.ToUpper(started[1]))
	}
	for _, a := range w.acts { // who said so, whatever the card says
		runs := a.verb == "run" || strings.HasPrefix(a.text, "run ")
		if a.id() == d.c.id && runs && strings.Contains(d.words(), "run now") {
			d.barred = append(d.barred, a.who)
		}
	}
	need := d.rule.needs(d.effect)
	votes := d.votes()
	if _, may := d.alone(); may || len(votes) >= max(1, need) || len(votes) >= need && started != nil {
		return
	}
	if w.standing(d, name, need, started != nil) {
		return
	}
	from, to := d.revisions()
	w.wrong("run not approved",
		"run %s of %s moved %+v, which needs %d by %q (version %d); revision %d to %d was approved by %v: %s", d.c.id,
		name, d.effect, need, d.rule.name, d.first.from.policy.version, from, to, votes, clip(d.c.views[0].text, 200))
}

var (
	ownersOf    = regexp.MustCompile(`[Ss]chedule \S+ of @(\w+)`)
	startedBy   = regexp.MustCompile(`(?:told to run now|started|run now|begun early) by @(\w+)`)
	announcedAt = regexp.MustCompile(`Begins (?:\w+ at )?(\d\d:\d\d)`)
	cronMinute  = regexp.MustCompile(`schedule add "([\d,]+) `)
	restsOnFile = regexp.MustCompile(`(?i)approved by review of the configuration file`)
)

// mostDelay is how far a run may be put off in all, and mostLate how much later it may still wait, or be made up for.
const (
	mostDelay = 2 * time.Hour
	mostLate  = 70 * time.Minute
)

// standing reports whether what was agreed to once, for every run, covers this one.
func (w *world) standing(d *deed, name string, need int, now bool) bool {
	if restsOnFile.MatchString(d.words()) || name == "filed" {
		return d.first.from.policy.filed && !now
	}
	saved := w.savedAs(d, name)
	if saved == nil || saved.creator == nil || now && need > 0 || !d.planned(saved.creator) {
		return false
	}
	owner := saved.creator.who
	window := d.c.views[0].at.Add(-5 * time.Minute)
	member := func(list []string, who string) bool {
		return d.first.from.sick || len(w.names(list, who, window, d.at)) > 0 && !d.deactivated(who)
	}
	if !member(d.rule.request, owner) {
		return false
	}
	valid := map[string]map[string]bool{}
	for _, a := range w.acts {
		if a.verb != "approve" || a.id() != saved.id || a.who == owner || a.at.After(d.at) || !d.listed(a, approvers) ||
			!member(d.rule.approve, a.who) || d.withdrawn(a) {
			continue
		}
		if valid[a.ref] == nil {
			valid[a.ref] = map[string]bool{}
		}
		valid[a.ref][a.who] = true
	}
	if need == 0 {
		return true
	}
	for _, who := range valid {
		if len(who) >= need {
			return true
		}
	}
	return false
}

// savedAs is the card of what a run rests on: as its own card says, or else, where Slack took none in time, of the
// request that saved the schedule of this name last.
func (w *world) savedAs(d *deed, name string) *told {
	if on := restsOn.FindStringSubmatch(d.words()); on != nil {
		return w.screen.cards[on[1]]
	}
	var last *told
	for _, id := range w.screen.order {
		c := w.screen.cards[id]
		saves := slices.ContainsFunc(c.views, func(v view) bool {
			m := scheduleIs.FindStringSubmatch(v.status)
			return m != nil && m[1] == name && v.kafka < d.seq
		})
		if saves {
			last = c
		}
	}
	return last
}

// keeps checks that what people had agreed to was not taken from them: a request that enough others had approved, by
// people who still may, does not go back because one more voter left.
func (w *world) keeps(c *told) {
	if c.creator == nil {
		return
	}
	for i, v := range c.views {
		if i == 0 || !v.public || !strings.Contains(v.text, "no longer allow") || c.views[i-1].rev == "" {
			continue
		}
		d := &deed{w: w, c: c, at: v.at, seq: v.kafka, asker: c.creator.who, barred: []string{c.creator.who},
			first: &request{group: c.group, from: sender{policy: w.policyAt(v.at), sick: true}}}
		var found bool
		if d.rule, found = d.first.from.policy.match(c.group); !found || d.rule.most != basePolicy().rules[0].most {
			return
		}
		gone := func(who string) bool { return w.deactivated(who, v.at.Add(-time.Minute), v.at) }
		valid := slices.DeleteFunc(d.votes(), func(who string) bool {
			return gone(who) || len(w.during(v.at.Add(-time.Minute), v.at)) > 1 // it changed just then
		})
		if len(valid) >= 2 && !gone(d.asker) && d.listed(c.creator, requesters) {
			w.wrong("taken back", "%s of %s was approved by %v, who still may, and went back: %s", c.id, d.asker, valid,
				clip(v.text, 300))
		}
		return
	}
}

// policyAt is the policy of the process that ran then.
func (w *world) policyAt(at time.Time) policy {
	var last policy
	for _, p := range w.policies {
		if !p.from.After(at) {
			last = p.policy
		}
	}
	return last
}

// planned reports whether a run came at one of the times that were agreed to, and was not put off for too long.
func (d *deed) planned(saved *act) bool {
	var first time.Time
	for _, v := range d.c.views {
		m := announcedAt.FindStringSubmatch(v.text)
		if m == nil {
			continue
		}
		at := clockTime(m[1]+":00", v.at)
		if first.IsZero() {
			first = at
		}
		if v.kafka < d.seq && at.Sub(first) > mostDelay {
			return false
		}
	}
	held := slices.ContainsFunc(d.c.views, func(v view) bool { return strings.Contains(v.text, "must not overwrite") })
	if first.IsZero() || held {
		return true // it was not announced at its own time, so that this is not shown
	}
	if d.at.Before(first) || d.at.Sub(first) > mostDelay+mostLate {
		return false
	}
	minutes := cronMinute.FindStringSubmatch(saved.text)
	return minutes == nil || slices.Contains(strings.Split(minutes[1], ","), first.Format("4")) || first.Second() != 0
}
