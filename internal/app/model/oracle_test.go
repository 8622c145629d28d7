package model

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// judge holds everything that was shown against what happened, once the world has come to rest.
func (w *world) judge() {
	s := w.screen
	for _, id := range s.order {
		w.created(s.cards[id])
	}
	of := w.tellers()
	w.of = of
	for _, id := range s.order {
		c := s.cards[id]
		if c.group == "" || c.brake != "" {
			w.braked(c)
			continue
		}
		writes := of[id]
		said := map[class]bool{}
		for i, v := range c.views {
			class := classOf(v.status)
			if class == unknown {
				w.wrong("unknown words", "%s is %q", id, v.status)
			}
			// What was put back may be moved again: it had to be so when it was first said.
			if class == rolledBack && !said[class] ||
				class != rolledBack && (i == 0 || class != classOf(c.views[i-1].status)) {
				w.holds(id, v, writes)
			}
			said[class] = true
		}
		w.ends(id, writes)
		w.authorized(c, writes)
		w.keeps(c)
	}
	w.carefully()
}

// created finds the act that a request came of: the last one before its preview by the person who alone was shown it.
// What all saw first is a schedule's run.
func (w *world) created(c *told) {
	first := c.views[0]
	if c.creator = nil; runOf.MatchString(strings.Join(texts(c), "\n")) {
		return
	}
	who, words := first.reader, strings.Join(texts(c), "\n")
	if m := brakeAsker.FindStringSubmatch(words); m != nil && c.brake != "" {
		who = "U0" + strings.ToUpper(m[1]+m[2]+m[3])
	}
	for _, a := range w.acts {
		if c.brake != "" && (a.verb != c.brake || !strings.Contains(words, a.why())) {
			continue
		}
		if who == a.who && a.from <= first.index &&
			slices.Contains([]string{"ask", "retry", "undo", "freeze", "thaw"}, a.verb) {
			c.creator = a
		}
	}
}

// attempt is what was sent for one request at one moment: a group is written by one request at a time.
type attempt struct {
	group    string
	at       time.Time
	seq      int
	requests []*request
	parts    map[reset.Partition]bool
}

func (w *world) attempts() []*attempt {
	var out []*attempt
	for _, r := range w.kafka.sent {
		if r.refused {
			continue // it changed nothing, and its request goes on
		}
		i := slices.IndexFunc(out, func(a *attempt) bool {
			return a.group == r.group && a.at.Equal(r.at) &&
				a.goesOn(r)
		})
		if i < 0 {
			i, out = len(out),
				append(out, &attempt{group: r.group, at: r.at, seq: r.seq, parts: map[reset.Partition]bool{}})
		}
		out[i].requests = append(out[i].requests, r)
		for _, st := range r.chunk.Steps {
			out[i].parts[st.Partition] = true
		}
	}
	return out
}

// goesOn reports whether a request may be a further one of an attempt: for other partitions, or to roll back what it
// wrote.
func (a *attempt) goesOn(r *request) bool {
	common, back := 0, 0
	for _, st := range r.chunk.Steps {
		for _, old := range a.requests {
			if was, there := old.stood[st.Partition]; there {
				common++
				if same(was, st.To) || was.None && r.chunk.Delete {
					back++
				}
				break
			}
		}
	}
	return common == 0 || common == len(r.chunk.Steps) && back == common
}

// tellers finds for each attempt the request whose card tells it. One request of a group is written at a time, so
// that a card that says when its write ended belongs to the attempt before that time; what is left belongs to the
// first card that says no time.
func (w *world) tellers() map[string][]*request {
	out := map[string][]*request{}
	all := w.attempts()
	for i, a := range all {
		next := time.Time{}
		if n := slices.IndexFunc(all[i+1:], func(b *attempt) bool { return b.group == a.group }); n >= 0 {
			next = all[i+1+n].at
		}
		id := w.teller(a, next, out)
		w.did("oracle: the write of %s at %s belongs to %s", a.group, a.at.Format("15:04:05"), id)
		out[id] = append(out[id], a.requests...)
		if id == "" && slices.ContainsFunc(a.requests, func(r *request) bool { return w.landed(r, w.kafka.seq+1) }) {
			w.wrong("untold write", "%s was written at %s (%s), and no card tells it", a.group, a.at.Format("15:04:05"),
				a.requests[0].fate.name)
		}
	}
	return out
}

func (w *world) teller(a *attempt, next time.Time, taken map[string][]*request) string {
	type candidate struct {
		id    string
		ended time.Time
		score int // higher is likelier
	}
	var best *candidate
	for _, id := range w.screen.order {
		c := w.screen.cards[id]
		if c.group != a.group || c.creator != nil && c.views[0].kafka > a.seq || len(taken[id]) > 0 {
			continue
		}
		ended, said, known := c.endedAt()
		if !known || ended.Before(a.at) || c.ended() < a.seq {
			continue
		}
		one := &candidate{id, ended, w.tells(c, a)}
		switch {
		case said && ended.After(next) && !next.IsZero():
			continue // its own attempt came later
		case said && ended.Equal(next):
			one.score += 6 // or that one's, if it was answered within the second
		case said:
			one.score += 10
		case next.IsZero() || ended.Before(next):
			one.score += 8
		}
		if best == nil || one.score > best.score || one.score == best.score && ended.Before(best.ended) {
			best = one
		}
	}
	if best == nil {
		return ""
	}
	return best.id
}

// tells reports whether what a card says fits an attempt: 1; 0 when it says nothing that could be compared, -1 when
// it speaks of another one. Only where several resets of a group end in one second, or while Slack is in trouble, can
// more than one be meant.
func (w *world) tells(c *told, a *attempt) int {
	to, moved, _ := w.lastAttempt(a.requests, w.kafka.seq)
	score := 0
	for _, v := range c.views {
		says := stands.FindStringSubmatch(v.text)
		m := allOf.FindStringSubmatch(v.text)
		switch {
		case v.kafka < a.seq || says == nil && m == nil:
			continue
		case says == nil && number(m[1]) == int64(len(a.parts)):
			return 1
		case says == nil:
			score = -1
			continue
		}
		n := atOffset.FindStringSubmatch(says[3])
		told, numbers := outturn(v.text)
		other := slices.ContainsFunc(slices.Collect(maps.Values(to)),
			func(p reset.Position) bool { return n != nil && p.Offset != number(n[1]) })
		if number(says[2]) == int64(len(a.parts)) && (!other || says[4] != "") && named(says[4], to) &&
			(!numbers || told == moved) {
			return 1
		}
		score = -1
	}
	return score
}

// named reports whether the partitions that a card names as elsewhere were written there.
func named(words string, to map[reset.Partition]reset.Position) bool {
	for _, m := range strayed.FindAllStringSubmatch(words, -1) {
		if pos := to[reset.Partition{Topic: m[1], Partition: int32(number(m[2]))}]; pos.None ||
			pos.Offset != number(m[3]) {
			return false
		}
	}
	return true
}

// ended is what had happened in Kafka when it was first said how a request that was written ended; 0: it was not said.
func (c *told) ended() int {
	for _, v := range c.views {
		if slices.Contains(written, classOf(v.status)) {
			return v.kafka
		}
	}
	return 0
}

// endedAt is when a request's write ended: as its card says, or else when that was first shown. A card that says that
// Kafka took nothing has no attempt that counts here.
func (c *told) endedAt() (at time.Time, said, known bool) {
	for _, v := range c.views {
		class := classOf(v.status)
		if !slices.Contains(written, class) || class == nothing {
			continue
		}
		if m := readAt.FindStringSubmatch(v.text); m != nil {
			return clockTime(m[1], v.at), true, true
		}
		if m := stands.FindStringSubmatch(v.text); m != nil && m[5] != "" {
			return clockTime(m[5], v.at), true, true
		}
		if !known {
			at, known = v.at, true
		}
	}
	return at, false, known
}

// landed reports whether a request had changed what is committed by then.
func (w *world) landed(r *request, by int) bool {
	return slices.ContainsFunc(w.kafka.changes,
		func(c change) bool { return c.request == r && c.seq <= by && c.from != c.to })
}

// changesOf are what requests did to commits by then.
func (w *world) changesOf(writes []*request, by int) []change {
	var out []change
	for _, c := range w.kafka.changes {
		if c.request != nil && c.seq <= by && slices.Contains(writes, c.request) {
			out = append(out, c)
		}
	}
	return out
}

// values are what was committed on a partition at any moment of a second.
func (w *world) values(group string, p reset.Partition, at time.Time) []reset.Position {
	var out []reset.Position
	last := reset.Position{None: true}
	known := false
	for _, c := range w.kafka.changes {
		if c.group != group || c.part != p {
			continue
		}
		if !known {
			last, known = c.from, true
		}
		if c.at.Before(at) {
			last = c.to
			continue
		}
		if c.at.Equal(at) {
			out = append(out, c.from, c.to)
		}
	}
	if !known {
		last = w.kafka.at(group, p)
	}
	return append(out, last)
}

func same(a, b reset.Position) bool { return a.None == b.None && (a.None || a.Offset == b.Offset) }

func has(values []reset.Position, want reset.Position) bool {
	return slices.ContainsFunc(values, func(v reset.Position) bool { return same(v, want) })
}

// holds checks one content: what it says must have been so when it was said.
func (w *world) holds(id string, v view, writes []*request) {
	switch classOf(v.status) {
	case done, late:
		if strings.Contains(v.text, "verified") {
			w.isDone(id, v, writes)
		}
	case nothing:
		for _, c := range w.changesOf(writes, v.kafka) {
			if !same(c.from, c.to) {
				w.wrong("written though nothing was", "%s says %q, and %s-%d went from %v to %v at %s", id, v.status,
					c.part.Topic, c.part.Partition, c.from, c.to, c.at.Format("15:04:05"))
				return
			}
		}
	case rolledBack:
		if strings.Contains(v.text, "could not be rolled back") {
			w.wrong("contradiction", "%s says that it was put back, and that it could not be: %s", id,
				clip(v.text, 500))
		}
		for p, from := range w.before(writes) {
			if !w.within(v, p, from) {
				w.wrong("not put back", "%s says %q, and %s-%d had been at %v and was not there then", id, v.status,
					p.Topic, p.Partition, from)
				return
			}
		}
	case asBefore:
		w.wasAsBefore(id, v, writes)
	case unwritten:
		if len(w.changesOf(writes, v.kafka)) > 0 {
			w.wrong("written though ended", "%s says %q and was written", id, v.status)
		}
	default: // open, in doubt or left to others: claims no single state of the offsets
	}
}

// wasAsBefore checks "unchanged when read 03:04:38 and 03:04:40".
func (w *world) wasAsBefore(id string, v view, writes []*request) {
	times := twice.FindStringSubmatch(v.text)
	if times == nil && (strings.Contains(v.text, "As of") || strings.Contains(v.text, "when read twice")) {
		return // where to read more; or a write that would have changed nothing, which is not looked for
	}
	if times == nil {
		w.wrong("unknown words", "%s is %q and does not say when it was read:\n%s", id, v.status, v.text)
		return
	}
	for p, from := range w.before(writes) {
		for _, clock := range times[1:] {
			if at := clockTime(clock, v.at); !has(w.values(w.screen.cards[id].group, p, at), from) {
				w.wrong("not as before", "%s says %q, and %s-%d had been at %v and was not there at %s", id, times[0],
					p.Topic, p.Partition, from, clock)
				return
			}
		}
	}
}

// before is where the partitions of the last attempt were when it left.
func (w *world) before(writes []*request) map[reset.Partition]reset.Position {
	out := map[reset.Partition]reset.Position{}
	if len(writes) == 0 {
		return out
	}
	last := writes[len(writes)-1].at
	for _, r := range writes {
		for p, s := range r.stood {
			if _, there := out[p]; !there && r.at.Equal(last) {
				out[p] = s
			}
		}
	}
	return out
}

// within reports whether a partition was at a position when a card could have read it: in the minutes before it was
// shown.
func (w *world) within(v view, p reset.Partition, want reset.Position) bool {
	group := w.screen.cards[refOf(v)].group
	for t := v.at; v.at.Sub(t) <= 3*time.Minute; t = t.Add(-time.Second) {
		if has(w.values(group, p, t), want) {
			return true
		}
	}
	return false
}

func refOf(v view) string {
	return v.id
}

// isDone checks "12 of 12 partitions verified at X (03:14:14)", and the numbers of what was moved.
func (w *world) isDone(id string, v view, writes []*request) {
	says := stands.FindStringSubmatch(v.text)
	if says == nil && strings.Contains(v.text, "The card in #") {
		return // news of it, with the way to the card
	}
	if says == nil {
		w.wrong("unknown words", "%s is %q and says not what stands:\n%s", id, v.status, v.text)
		return
	}
	to, moved, exact := w.lastAttempt(writes, v.kafka)
	strays := map[reset.Partition]int64{}
	for _, m := range strayed.FindAllStringSubmatch(says[4], -1) {
		strays[reset.Partition{Topic: m[1], Partition: int32(number(m[2]))}] = number(m[3])
	}
	unnamed := int64(0)
	if m := others.FindStringSubmatch(says[4]); m != nil {
		unnamed = number(m[1])
	}
	if total := number(says[2]); total != int64(len(to)) || number(says[1])+int64(len(strays))+unnamed != total {
		w.wrong("wrong count", "%s says %q, and %d partitions were written", id, says[0], len(to))
		return
	}
	at := v.at
	if says[5] != "" {
		at = clockTime(says[5], v.at)
	}
	for p, pos := range to {
		elsewhere, stray := strays[p]
		n := atOffset.FindStringSubmatch(says[3])
		switch {
		case !has(w.values(w.screen.cards[id].group, p, at), pos):
			w.wrong("not at its target", "%s says %q; %s-%d was written to %v and was not there", id, says[0], p.Topic,
				p.Partition, pos)
		case stray && (pos.None || pos.Offset != elsewhere),
			!stray && unnamed == 0 && n != nil && (pos.None || pos.Offset != number(n[1])):
			w.wrong("another offset", "%s says %q; %s-%d was written to %v", id, says[0], p.Topic, p.Partition, pos)
		}
	}
	w.numbers(id, v, moved, exact)
}

// lastAttempt is what was last sent for a request by then: an attempt is sent at one moment of the model's time.
func (w *world) lastAttempt(
	writes []*request, by int,
) (to map[reset.Partition]reset.Position, moved effect, exact bool) {
	to, exact = map[reset.Partition]reset.Position{}, true
	var last time.Time
	for _, r := range writes {
		if r.seq <= by && r.at.After(last) {
			last = r.at
		}
	}
	for _, r := range writes {
		if r.seq > by || !r.at.Equal(last) {
			continue
		}
		for _, st := range r.chunk.Steps {
			at := r.known[st.Partition]
			if _, there := to[st.Partition]; !there && !r.chunk.Delete {
				moved.add(at, st.To) // whether it landed or others went to the same place: the two look the same
			}
			// else the consumers decide
			exact = exact && !at.committed.None && at.committed.Offset >= at.log.start &&
				at.committed.Offset <= at.log.end
			pos := st.To
			pos.None = pos.None || r.chunk.Delete
			if _, there := to[st.Partition]; !there { // what follows at the same moment rolls it back
				to[st.Partition] = pos
			}
		}
	}
	for _, c := range w.changesOf(writes, by) {
		exact = exact && !c.from.None && !c.to.None
	}
	return to, moved, exact
}

// numbers checks what a card says was moved.
func (w *world) numbers(id string, v view, moved effect, exact bool) {
	says, known := outturn(v.text)
	if !known {
		if !strings.Contains(v.text, "auto.offset.reset") { // then the consumers decide, and no number is one
			w.wrong("unknown words", "%s is %q and does not say what was moved:\n%s", id, v.status, v.text)
		}
		return
	}
	if says.replay < moved.replay || says.skip < moved.skip || exact && says != moved {
		w.wrong("wrong numbers", "%s says %+v, and Kafka's log says %+v", id, says, moved)
	}
}

// ends checks the last word about a request.
func (w *world) ends(id string, writes []*request) {
	v := w.screen.last(id)
	c := classOf(v.status)
	if end, ok := endOf(v); ok && !w.now().After(end.Add(grace)) && w.now().Sub(v.at) < 12*time.Hour {
		return // it has time
	}
	if slices.Contains([]class{collecting, armed, writing}, c) ||
		c == open && !strings.HasPrefix(v.status, "scheduled") {
		if c == open && (!v.public || w.screen.cards[id].schedule()) {
			return // a preview says itself until when it is good; what its one reader has can't be changed after that
		}
		if !v.public && w.given {
			return // Slack took no card, and for longer than it is tried
		}
		w.wrong("never ended", "%s is still %q: %s", id, v.status, clip(v.text, 300))
	}
	if c == asBefore || c == nothing || c == unwritten {
		for _, ch := range w.changesOf(writes, w.kafka.seq+1) {
			if !same(ch.from, ch.to) && ch.seq > w.saidAt(id) && w.lasted(ch) && !w.excused(v, ch) {
				w.wrong("late and uncorrected", "%s says %q since %s, and %s-%d went from %v to %v at %s", id, v.status,
					v.at.Format("15:04:05"), ch.part.Topic, ch.part.Partition, ch.from, ch.to, ch.at.Format("15:04:05"))
				return
			}
		}
	}
}

// saidAt is what had happened in Kafka when it was first said how a request ended.
func (w *world) saidAt(id string) int { return w.screen.cards[id].ended() }

// lookEvery is the longest time between two looks for a late write.
const lookEvery = 90 * time.Second

// lasted reports whether a change lasted so long that a periodic check must have seen it.
func (w *world) lasted(ch change) bool {
	for _, c := range w.kafka.changes {
		if c.seq > ch.seq && c.group == ch.group && c.part == ch.part && !same(c.to, ch.to) {
			return c.at.Sub(ch.at) > lookEvery
		}
	}
	return true
}

// excused reports whether a card says why a late write can't be told: consumers were there before it landed.
func (w *world) excused(v view, ch change) bool {
	if strings.Contains(v.text, "not known whether the write landed") ||
		strings.Contains(v.text, "has written the same offsets since") {
		return true // others did the same, or moved what it would have moved
	}
	came := membersCame.FindStringSubmatch(v.text)
	if came == nil {
		return false
	}
	at := clockTime(came[1], v.at)
	return !at.After(ch.at.Add(lookEvery)) && slices.ContainsFunc(w.kafka.presences, func(p presence) bool {
		return p.group == ch.group && !p.from.After(at)
	})
}

func (c *told) schedule() bool {
	return slices.ContainsFunc(c.views, func(v view) bool { return strings.Contains(v.text, "chedule") })
}

func texts(c *told) []string {
	var out []string
	for _, v := range c.views {
		out = append(out, v.text)
	}
	return out
}

// settleTime is for how long a group must have been found empty; settleGap is the longest time between two looks
// within it.
const (
	settleTime = 6 * time.Second
	settleGap  = 5 * time.Second
)

// carefully checks that nothing was written into a group that was in use as far as the bot could see.
func (w *world) carefully() {
	for _, r := range w.kafka.sent {
		if r.busy {
			w.wrong("written into a busy group", "at %s, %s", r.at.Format("15:04:05"), r.group)
		}
		if !r.lastOut.IsZero() && r.at.Sub(r.lastOut) < settleTime {
			w.wrong("written too early", "%s at %s: its members were there until %s", r.group, r.at.Format("15:04:05"),
				r.lastOut.Format("15:04:05"))
		}
		last := r.at
		for _, at := range r.looked {
			if last.Sub(at) > settleGap {
				w.wrong("written without looking", "%s at %s: no look between %s and %s", r.group,
					r.at.Format("15:04:05"), at.Format("15:04:05"), last.Format("15:04:05"))
				break
			}
			last = at
			if r.at.Sub(at) >= settleTime {
				break
			}
		}
	}
}
