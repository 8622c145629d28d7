package commands

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// The defaults.
const (
	usualAnnounce = reset.UsualAnnounce
	usualWithin   = 6 * time.Hour
)

const ScheduleExample = `schedule add "0 2 * * *" -- billing orders back 24h`

// holdsReset finds the two lines that hold a reset of their own, behind "--".
func holdsReset(words []word) bool {
	first := func(i int, s string) bool { return i < len(words) && strings.EqualFold(words[i].text, s) }
	return first(0, "at") || first(0, "schedule") && first(1, "add")
}

// cutReset splits such a line at its "--", which phones correct to a long dash.
func cutReset(words []word) (head, rest []word, cut bool) {
	if !holdsReset(words) {
		return words, nil, false
	}
	for i, w := range words {
		if !w.quoted && (w.text == "--" || w.text == "—" || w.text == "–") {
			return words[:i], words[i+1:], true
		}
	}
	return words, nil, false
}

// readSchedule reads "schedule VERB ..."; the word alone is a list.
func readSchedule(verb string, l line, ctx Context) (Command, error) {
	if len(l.words) == 1 {
		l.words = append(l.words, word{text: "list"})
	}
	sub := l.words[1]
	at := l
	at.words = l.words[1:]
	switch of := strings.ToLower(sub.text); of {
	case "add":
		return readAdd(at, ctx)
	case "list":
		n, err := readName(verb, at, ctx, true)
		return Schedules{n.group, n.cluster}, err
	case "show", "history":
		name, rest, err := readLabel(verb, at)
		if err == nil {
			err = noMore(rest, at, of)
		}
		return ShowSchedule{Name: name, Runs: of == "history"}, err
	default:
		if slices.Contains(scheduleVerbs, of) {
			return readScheduleVerb(of, at, ctx)
		}
	}
	known := slices.Concat([]string{"add", "list", "show", "history"}, scheduleVerbs)
	return nil, syntaxError(sub, ScheduleExample, "schedule what? %s is none of "+strings.Join(known, ", ")+"; "+
		named(verb)).suggest(known...)
}

// runVerbs are typed about a run or a schedule as they are; all scheduleVerbs behind the word schedule.
var (
	runVerbs      = []string{"run", "skip-next", "delay"}
	scheduleVerbs = append([]string{"pause", "resume", "remove"}, runVerbs...)
)

// readScheduleVerb reads a verb about a schedule or one of its runs: VERB ID [WHY].
func readScheduleVerb(verb string, l line, _ Context) (Command, error) {
	if err := l.checkOptions(verb, "reason"); err != nil {
		return nil, err
	}
	name, rest, err := readLabel(verb, l)
	if err != nil {
		return nil, err
	}
	d := Decide{Verb: verb, Ref: reset.Ref{ID: name}}
	if m := refShape.FindStringSubmatch(name); m != nil {
		d.Ref = reset.Ref{ID: m[1], Revision: parseDigits(m[2])}
	}
	if d.Why, err = readText(l, "reason", maxReason); err != nil {
		return nil, err
	}
	if verb == "delay" && len(rest) > 0 {
		if by, err := readDuration(rest[0].text); err != nil || by != time.Hour {
			return nil, syntaxError(rest[0], "delay "+name, "a run is put off by an hour at a time, not by %s")
		}
		rest = rest[1:]
	}
	if len(rest) > 0 && d.Why == "" {
		d.Why, rest = joined(rest), nil
	}
	if n := len([]rune(d.Why)); n > maxReason {
		return nil, tooLong(n)
	}
	return d, noMore(rest, l, verb)
}

// labelShape is what a schedule may be called: never a revision ("k7f3.1"), nothing that needs quotes.
var labelShape = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)

// readLabel reads the schedule, or the run, that a verb is about. Names are lower case; phones capitalise.
func readLabel(verb string, l line) (name string, rest []word, err error) {
	if len(l.words) < 2 {
		return "", nil, &SyntaxError{
			Want:    l.words[0].text + " what? The id or the name of a schedule is missing",
			Example: scheduleVerbExample(verb)}
	}
	w := l.words[1]
	name = strings.ToLower(w.text)
	if !labelShape.MatchString(name) && !refShape.MatchString(name) {
		return "", nil, syntaxError(w, scheduleVerbExample(verb),
			"%s is neither the id nor the name of a schedule; "+named(verb))
	}
	return name, l.words[2:], nil
}

func scheduleVerbExample(verb string) string {
	if u, ok := usages[verb]; ok {
		return u.example()
	}
	return "schedule " + verb + " nightly-orders"
}

func noMore(rest []word, l line, verb string) error {
	if len(rest) == 0 {
		return nil
	}
	return syntaxError(rest[0], strings.ToLower(l.words[0].text)+" "+l.words[1].text,
		"%s is one word too many for "+verb)
}

// readAdd reads add "EXPRESSION" [options] -- RESET. The engine reads the expression.
func readAdd(l line, ctx Context) (Command, error) {
	if err := l.checkOptions("schedule", "tz", "name", "until", "announce", "when-busy", "if-missed",
		"reason"); err != nil {
		return nil, err
	}
	expr := joined(l.words[1:])
	switch {
	case !l.cut && len(l.words) > 1:
		return nil, (&SyntaxError{Want: "which reset? Write it after the time and --",
			Example: ScheduleExample}).instead(cut(l.words[1:], exprWords(l.words[1:])))
	case strings.TrimSpace(expr) == "":
		return nil, &SyntaxError{Want: "when? Five fields are missing: minute, hour, day, month, weekday",
			Example: ScheduleExample}
	}
	a := resetParser{line: l, ctx: ctx}
	if err := a.readClock(); err != nil {
		return nil, err
	}
	s := reset.Schedule{Expr: strings.Join(strings.Fields(expr), " "), Zone: a.clock.name}
	if err := a.readTerms(&s); err != nil {
		return nil, err
	}
	return a.readScheduledReset(s)
}

// readTerms reads the options of a schedule, besides its time and its reset.
func (r *resetParser) readTerms(s *reset.Schedule) (err error) {
	s.Announce = usualAnnounce // how long it waits is usual too, and as long as the rule allows: that is not known here
	if w, ok := r.value("name"); ok {
		if s.Name = strings.ToLower(w.text); !labelShape.MatchString(s.Name) {
			return syntaxError(w, "--name nightly-orders", "%s cannot be a name: letters, digits, - and _, 40 at most")
		}
	}
	if w, ok := r.value("until"); ok {
		if s.Until, err = r.readUntil(w); err != nil {
			return err
		}
	}
	if w, ok := r.value("announce"); ok {
		if s.Announce, err = readAnnounce(w.text); err != nil {
			return syntaxError(w, "--announce 15m, --announce no", "how long ahead? %s "+err.Error())
		}
	}
	if w, ok := r.value("when-busy"); ok {
		if s.WhenBusy, ok = readBusy(w.text); !ok {
			return syntaxError(w, "--when-busy wait:30m, --when-busy skip, --when-busy fail",
				"--when-busy: %s is not wait, skip or fail")
		}
	}
	if w, ok := r.value("if-missed"); ok {
		if s.IfMissed, ok = readMissed(w.text); !ok {
			return syntaxError(w, "--if-missed run-once:6h, --if-missed skip",
				"what becomes of a missed run? %s is neither skip nor run-once")
		}
	}
	return nil
}

// readUntil reads the end of the standing approval: a day is included.
func (r *resetParser) readUntil(w word) (time.Time, error) {
	const example = "--until 2027-03-01, --until 90d"
	if d, err := readDuration(w.text); err == nil {
		return r.ctx.At.Add(d).UTC().Truncate(time.Second), nil
	}
	if day, err := time.Parse(time.DateOnly, w.text); err == nil {
		end, _ := wall{date: day.AddDate(0, 0, 1)}.in(r.clock.zone, r.clock.name)
		return end.UTC(), nil
	}
	t, _, err := readTime(w.text, r.clock)
	if err != nil || dateTime.FindString(w.text) == "" {
		return time.Time{}, syntaxError(w, example, "until when? %s is not a day")
	}
	return t.At, nil
}

func readAnnounce(said string) (time.Duration, error) {
	if s := strings.ToLower(said); s == "no" || s == "0" || s == "0m" {
		return 0, nil
	}
	return readDuration(said)
}

func readBusy(said string) (reset.WhenBusy, bool) {
	do, length, timed := strings.Cut(strings.ToLower(said), ":")
	b := reset.WhenBusy{Do: reset.Busy(do)}
	switch {
	case b.Do == reset.BusyWait && !timed:
		return b, true
	case b.Do == reset.BusyWait:
		var err error
		b.For, err = readDuration(length)
		return b, err == nil
	}
	return b, !timed && (b.Do == reset.BusySkip || b.Do == reset.BusyFail)
}

func readMissed(said string) (reset.IfMissed, bool) {
	do, length, timed := strings.Cut(strings.ToLower(said), ":")
	switch {
	case do == "skip" && !timed:
		return reset.IfMissed{}, true
	case do == "run-once" && !timed:
		return reset.IfMissed{Run: true, Within: usualWithin}, true
	case do == "run-once":
		d, err := readDuration(length)
		return reset.IfMissed{Run: true, Within: d}, err == nil
	}
	return reset.IfMissed{}, false
}

// readScheduledReset reads the reset after "--", and puts it into its schedule.
func (r *resetParser) readScheduledReset(s reset.Schedule) (Command, error) {
	l, err := sortLine(r.rest, r.restPaste)
	if err != nil {
		return nil, err
	}
	if err := l.checkBare(false); err != nil {
		return nil, err
	}
	for _, name := range []string{"tz", "help"} {
		if l.has(name) {
			return nil, syntaxError(l.given[name][0].name,
				`schedule add "0 2 * * *" --tz Europe/Berlin -- billing orders back 24h`,
				"%s belongs before the two dashes here")
		}
	}
	verb := ""
	if len(l.words) > 0 {
		verb = strings.ToLower(l.words[0].text)
	}
	read := readReset
	switch {
	case verb == "delete-offsets":
		read = readDelete
	case verb != "reset" && readerOf(verb) != nil:
		return nil, syntaxError(l.words[0], ScheduleExample,
			"only a reset can be scheduled; %s is none (a group of that name: reset "+verb+" ...)")
	case verb != "reset":
		verb = ""
	}
	ctx := r.ctx
	ctx.Zone, ctx.ZoneName = r.clock.zone, r.clock.name
	cmd, err := read(verb, l, ctx)
	if err != nil {
		return nil, err
	}
	what, ok := cmd.(Reset)
	if !ok || what.Intent.Target == nil {
		return nil, &SyntaxError{Want: "where to? A schedule holds a whole reset, and no target is said",
			Example: ScheduleExample}
	}
	if why, err := readText(r.line, "reason", maxReason); err != nil {
		return nil, err
	} else if why != "" && what.Intent.Reason != "" {
		return nil, syntaxError(r.given["reason"][0].name, ScheduleExample, "%s is given twice")
	} else if why != "" {
		what.Intent.Reason = why
	}
	if t, ok := what.Intent.Target.(reset.Time); ok {
		if err := checkEachRun(t); err != nil {
			return nil, err
		}
	}
	s.Intent = what.Intent
	s.Intent.Notes = append(r.in.Notes, s.Intent.Notes...)
	return Schedule{s}, nil
}

// checkFuture makes a target time a future one, for --future.
func (r *resetParser) checkFuture() error {
	w := r.given["future"][0].name
	t, ok := r.in.Target.(reset.Time)
	if !ok || t.Back != 0 {
		return syntaxError(w, "billing orders to 2026-11-23T02:10:00Z --future",
			"%s is about a target in time: to TIME")
	}
	if !r.ctx.At.IsZero() && !t.At.After(r.ctx.At) {
		return syntaxError(w, "billing orders to "+t.Said, fmt.Sprintf("%%s, but %q has passed: leave it out", t.Said))
	}
	t.Future = true
	r.in.Target = t
	return nil
}

// ofNoSchedule refuses the options of schedules where there is none, and those of views: they must not be dropped
// silently.
func ofNoSchedule(l line) error {
	for _, name := range slices.Sorted(maps.Keys(l.given)) {
		if view := options[name].view; name == "all-groups" {
			return syntaxError(l.given[name][0].name, resetExample,
				"one group per command: --all-groups is not understood")
		} else if view != "" {
			return syntaxError(l.given[name][0].name, usages[view].example(), "%s belongs to "+view+", not to a reset")
		}
		if options[name].schedule {
			return syntaxError(l.given[name][0].name, ScheduleExample,
				"%s belongs to a schedule, before its two dashes")
		}
	}
	return nil
}
