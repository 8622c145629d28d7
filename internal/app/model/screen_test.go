package model

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

// screen is everything that people were shown, read as a person would: the line under the title says which request it
// is and how it stands.
type screen struct {
	w         *world
	seen      int // of Slack's journal
	shown     []slacksim.Shown
	latest    map[place]int // what each message says now, by index in shown
	cards     map[string]*told
	order     []string
	schedules map[string][]state // what was said of each, by name
}

type place struct{ channel, ts string }

// told is what was said of one request.
type told struct {
	id, group string
	brake     string // "freeze" or "thaw"
	place     string // of those: the cluster, or *
	names     string // the freeze that a thaw names
	creator   *act   // whose act it came of; nil: a schedule's run
	views     []view
}

// view is one content that speaks of a request.
type view struct {
	at       time.Time
	kafka    int // what had happened in Kafka by then
	step     int
	public   bool
	place    place
	id       string
	status   string
	text     string
	index    int
	rev      string
	version  int
	reader   string
	inThread bool
}

func newScreen(w *world) *screen {
	return &screen{w: w, latest: map[place]int{}, cards: map[string]*told{}, schedules: map[string][]state{}}
}

var (
	refLine = regexp.MustCompile(`^([a-z][a-z2-9]{3})(?:\.(\d+))? · (.+)$`)
	// where Slack took no blocks, the title and the line under it are one
	textAlone  = regexp.MustCompile(`^(.*\S) {2,}([a-z][a-z2-9]{3}(?:\.\d+)? · .+)$`)
	titleLine  = regexp.MustCompile(`^(\S+) on prod\b`)
	headerLine = regexp.MustCompile(`^\S+ (?:BREAK-GLASS .*? · )?([A-Z][A-Z ,]+)(?: by (?:[a-z][a-z2-9]{3}))?(?:\?| ·) (\S+)$`)
	idLine     = regexp.MustCompile(`(?m)(?:^\(?|· )([a-z][a-z2-9]{3})(?:\.(\d+))?(?: · |\)?$)`)
	savedName  = regexp.MustCompile(`(?m)^(\S+): .* → `)
)

// heading is what a content is about, as its first lines say it.
type heading struct{ id, rev, status, title string }

// headingOf reads a card, whose header is its state and whose small print names the request, or an answer, which has
// both on its second line.
func headingOf(text string) (heading, bool) {
	lines := strings.Split(text, "\n")
	if alone := textAlone.FindStringSubmatch(lines[0]); alone != nil {
		lines = append(alone[1:], lines[1:]...)
	}
	if len(lines) < 2 {
		return heading{}, false
	}
	if ref := refLine.FindStringSubmatch(lines[1]); ref != nil && ref[3] == "buttons follow" {
		return heading{}, false // before its buttons a card says no state
	} else if ref != nil {
		return heading{ref[1], ref[2], ref[3], lines[0]}, true
	}
	head, ref := headerLine.FindStringSubmatch(lines[0]), idLine.FindStringSubmatch(strings.Join(lines[1:], "\n"))
	if head == nil || ref == nil {
		return heading{}, false
	}
	h := heading{ref[1], ref[2], strings.ToLower(head[1]), ""}
	if head[1] == "APPROVE" {
		h.status = "approve?"
	}
	group, _, move := strings.Cut(head[2], "@")
	switch {
	case move:
		h.title = group + " on prod"
	case head[2] == "everything", strings.HasPrefix(head[2], "freeze "): // a refused thaw may say no more than its id
		h.title = "everything"
	default:
		h.title = "everything on " + head[2]
	}
	switch {
	case move && h.status == "frozen":
		h.status = "waiting (frozen)"
	case h.status == "frozen":
		h.status = "FROZEN"
	case h.status == "still frozen":
		h.status = "thawed"
	case h.status == "thawed" && strings.Contains(text, "Frozen before by"):
		h.status = "lifted"
	case strings.HasPrefix(h.status, "schedule "):
		if name := savedName.FindStringSubmatch(text); name != nil {
			h.status = "schedule " + name[1] + " is " + strings.TrimPrefix(h.status, "schedule ")
		}
	}
	return h, true
}

// read takes in what has appeared since it last did.
func (s *screen) read() {
	fresh := s.w.sim.Shown(s.seen)
	for _, m := range fresh {
		at := place{m.Channel, m.TS}
		s.latest[at] = len(s.shown)
		s.shown = append(s.shown, m)
		s.seen++
		if m.Author == slacksim.BotUser {
			s.take(m, at)
		}
	}
}

func (s *screen) take(m slacksim.Shown, at place) {
	text := m.Text(mara)
	s.w.did("   %s%s %s", map[bool]string{true: "edit ", false: ""}[m.Version > 0], audience(m),
		strings.ReplaceAll(clip(text, 900), "\n", " / "))
	h, ok := headingOf(text)
	if !ok {
		return
	}
	c := s.cards[h.id]
	if c == nil {
		c = &told{id: h.id}
		s.cards[h.id], s.order = c, append(s.order, h.id)
	}
	if title := titleLine.FindStringSubmatch(h.title); title != nil {
		c.group = title[1]
	}
	s.about(c, h.title, h.status, text, m.At.Nanosecond())
	c.views = append(c.views, view{at: m.At.Truncate(time.Second), kafka: m.At.Nanosecond(), step: s.w.steps,
		public: m.Reader == "" && m.Thread == "" && !strings.Contains(text, "The card in #"), place: at, id: h.id,
		status: h.status, text: text, index: len(s.shown) - 1, rev: h.rev, version: m.Version, reader: m.Reader,
		inThread: m.Thread != ""})
}

var brakeOf = regexp.MustCompile(`^everything(?: on (\S+))?`)

// about notes which freeze, thaw or schedule a content speaks of.
func (s *screen) about(c *told, title, status, text string, kafka int) {
	if m := scheduleIs.FindStringSubmatch(status); m != nil {
		s.schedules[m[1]] = append(s.schedules[m[1]], state{kafka, m[2] == "active"})
	}
	if m := isStopped.FindStringSubmatch(text); m != nil {
		s.schedules[m[1]] = append(s.schedules[m[1]], state{kafka, false})
	}
	if m := runsAgain.FindStringSubmatch(text); m != nil {
		s.schedules[m[1]] = append(s.schedules[m[1]], state{kafka, true})
	}
	m := brakeOf.FindStringSubmatch(title)
	if m == nil {
		return
	}
	if c.place = m[1]; c.place == "all" || c.place == "" {
		c.place = "*"
	}
	lower := strings.ToLower(text)
	switch {
	case c.brake != "":
	case strings.HasPrefix(status, "FROZEN"), strings.HasPrefix(status, "lifted"),
		strings.Contains(text, "Pauses all writes"), strings.Contains(text, "not freeze"):
		c.brake = "freeze"
	case strings.Contains(lower, "thaw"):
		c.brake = "thaw"
	}
	if m := freezeNamed.FindStringSubmatch(text); m != nil && c.brake == "thaw" && s.cards[m[1]] != nil &&
		m[1] != c.id {
		c.names = m[1]
	}
}

var freezeNamed = regexp.MustCompile(`(?:thaw|lift|[Ff]reeze) ([a-z][a-z2-9]{3})\b`)

func audience(m slacksim.Shown) string {
	switch {
	case m.Ephemeral:
		return m.Reader + " alone sees:"
	case m.Reader != "":
		return "to " + m.Reader + ":"
	case m.Thread != "":
		return "in a thread:"
	}
	return "in " + m.Channel + ":"
}

func clip(s string, n int) string {
	if len(s) > n {
		return s[:n] + "..."
	}
	return s
}

// answers reports whether a person has been told anything, or been shown a change of what they clicked, since they
// acted.
func (s *screen) answers(a *act) bool {
	for _, m := range s.shown[min(a.from, len(s.shown)):] {
		private := m.Reader == a.who && m.Author != a.who
		clicked := a.click != nil && m.Channel == a.click.Channel && m.TS == a.click.TS
		card := m.Reader == "" && m.Author == slacksim.BotUser && a.ref != "" && strings.Contains(m.Text(mara), a.id())
		if private || clicked || card {
			return true
		}
	}
	return false
}

// check looks at what came of an act at once.
func (s *screen) check(a *act) {
	others := map[string]int{}
	public, refused := false, false
	for _, m := range s.shown[min(a.from, len(s.shown)):] {
		switch {
		case m.Author != slacksim.BotUser:
		case m.Reader == a.who:
			text := m.Text(a.who)
			refused = refused || strings.Contains(text, "Not allowed") || strings.Contains(text, "too late") ||
				strings.Contains(text, "You may not")
		case m.Reader != "" && m.Version == 0: // an edit, of a preview say, notifies no one
			others[m.Reader]++
		case m.Reader != "":
		default:
			public = public || s.changed(m)
		}
	}
	a.answered = a.answered || a.failed || s.answers(a) || s.w.gotForm(a)
	s.counted(a)
	if a.trouble || s.w.sick {
		return
	}
	if again := s.repeated(a); again != "" {
		s.w.wrong("several answers", "%s was told twice for %q: %s", a.who, a.verb+" "+a.ref+" "+a.text,
			clip(again, 200))
	}
	if !public && refused && len(others) > 0 {
		s.w.wrong("others told", "%q of %s changed nothing that all see, and %v got messages",
			a.verb+" "+a.ref+" "+a.text, a.who, others)
	}
}

// counted checks that nobody is told that they had approved a revision which they had not.
func (s *screen) counted(a *act) {
	_, rev, _ := strings.Cut(a.ref, ".")
	if a.verb != "approve" || rev == "" || s.cards[a.id()] == nil || s.last(a.id()).rev != rev {
		return
	}
	before := slices.ContainsFunc(s.w.acts[:a.n], func(b *act) bool {
		return b.who == a.who && b.ref == a.ref && (b.verb == "approve" || b.verb == "emergency")
	})
	for _, m := range s.shown[min(a.from, len(s.shown)):] {
		if m.Reader == a.who && !before && strings.Contains(m.Text(a.who), "Already approved by you") {
			s.w.wrong("vote refused", "%s %q is told that they had approved it", a.who, a.ref)
		}
	}
}

// repeated is what a person was told in two messages for one act, or in more than an answer, a preview and an
// outcome. A process that was killed after it said something and before it noted so leaves it to the next one, which
// cannot know and says it once more.
func (s *screen) repeated(a *act) string {
	said := map[string]bool{}
	spare := s.w.deaths - a.deaths
	for _, m := range s.shown[min(a.from, len(s.shown)):] {
		if m.Author != slacksim.BotUser || m.Reader != a.who || m.Version > 0 {
			continue
		}
		text := m.Text(a.who)
		switch {
		case said[text] && spare > 0:
			spare--
			continue
		case said[text], len(said) == 3:
			return text
		}
		said[text] = true
	}
	return ""
}

// changed reports whether a content is another one than the one before it.
func (s *screen) changed(m slacksim.Shown) bool {
	if m.Version == 0 {
		return true
	}
	for _, was := range slices.Backward(s.shown) {
		if was.Channel == m.Channel && was.TS == m.TS && was.Version == m.Version-1 {
			return was.Text(mara) != m.Text(mara)
		}
	}
	return true
}

// How long the bot may take, by the model's clock.
const (
	answerWithin = 2 * time.Minute // a claim of a process that was killed is free after its lease
	afterTrouble = 12 * time.Minute
	grace        = 2 * time.Minute
	refusedFor   = 30 * time.Minute // what Slack refuses for so long is given up, and logged
)

// overdue looks for those who wait for an answer, and for cards that are still open beyond the time that they give.
func (s *screen) overdue() {
	now := s.w.now()
	for _, a := range s.w.acts[max(0, len(s.w.acts)-60):] {
		if a.answered || s.w.gone[a.who] { // who is deactivated can't be written to
			continue
		}
		a.trouble = a.trouble || s.w.sick || !s.w.deadAt.Before(a.at)
		a.answered = s.answers(a) || s.w.gotForm(a) || a.trouble && s.w.sickAt.Sub(a.at) > refusedFor
		limit := a.at.Add(answerWithin)
		if a.trouble {
			limit = later(later(a.at, s.w.sickAt), s.w.deadAt).Add(afterTrouble)
		}
		if !a.answered && now.After(limit) && !s.w.sick {
			a.answered = true // told once
			s.w.wrong("no answer", "%s waits since %s for an answer to %q (step %d)", a.who, a.at.Format("15:04:05"),
				a.verb+" "+a.ref+" "+a.text, a.step)
		}
	}
	if s.w.sick || now.Sub(later(s.w.sickAt, s.w.deadAt)) < afterTrouble {
		return
	}
	for _, id := range s.order {
		if v, ok := s.card(id); ok {
			s.hanging(id, v, now)
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

var until = regexp.MustCompile(`(?: by|Expires) (?:\w+ at )?(\d\d:\d\d)\b`)

// hanging is a card that says until when something is open, and still says so afterwards.
func (s *screen) hanging(id string, v view, now time.Time) {
	if !slices.Contains(waiting, classOf(v.status)) {
		return
	}
	if end, ok := endOf(v); ok && now.After(end.Add(grace)) && now.Before(end.Add(grace+time.Minute)) {
		s.w.wrong("hanging", "%s is still %q at %s, and was to end by %s", id, v.status, now.Format("15:04:05"),
			end.Format("15:04"))
	}
}

// endOf is until when a card says that something is open.
func endOf(v view) (time.Time, bool) {
	found := until.FindStringSubmatch(v.text)
	if found == nil {
		return time.Time{}, false
	}
	return clockTime(found[1]+":00", v.at), true
}

// clockTime is when a clock that a card shows is meant: within half a day of when it was shown.
func clockTime(clock string, shown time.Time) time.Time {
	t, _ := time.Parse("15:04:05", clock)
	t = time.Date(shown.Year(), shown.Month(), shown.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
	switch d := t.Sub(shown); {
	case d > 12*time.Hour:
		return t.AddDate(0, 0, -1)
	case d < -12*time.Hour:
		return t.AddDate(0, 0, 1)
	}
	return t
}

// card is what was last said about a request in a message that all see. When Slack lost an answer there may be a copy
// of the card that is not kept up to date any more.
func (s *screen) card(id string) (view, bool) {
	for _, v := range slices.Backward(s.cards[id].views) {
		if v.public {
			return v, true
		}
	}
	return view{}, false
}

// last is the newest message about a request, to any person.
func (s *screen) last(id string) view {
	if v, ok := s.card(id); ok {
		return v
	}
	views := s.cards[id].views
	return views[len(views)-1]
}
