package commands

import (
	"errors"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// readAt reads at TIME [options] -- RESET: once, at the next such time.
func readAt(verb string, l line, ctx Context) (Command, error) {
	if err := l.checkOptions(verb, "tz", "name", "announce", "when-busy", "if-missed", "reason"); err != nil {
		return nil, err
	}
	const example = "at 02:10 -- billing@prod-eu orders back 24h"
	switch {
	case !l.cut:
		return nil, (&SyntaxError{
			Want: "which reset? Write it after the time and --; " + named(verb), Example: example}).instead(
			cut(l.words[1:], comingWords(l.words[1:])))
	case len(l.words) == 1:
		return nil, &SyntaxError{Want: "at what time? None is said", Example: example}
	}
	a := resetParser{line: l, ctx: ctx}
	if err := a.readClock(); err != nil {
		return nil, err
	}
	w := word{text: joined(l.words[1:])}
	t, notes, err := readComing(w.text, a.clock)
	var almost *almostTime
	switch {
	case errors.As(err, &almost):
		return nil, syntaxError(w, example, "at what time? %s "+almost.why).instead(w.text, almost.right)
	case err != nil:
		return nil, syntaxError(w, example, "at what time? %s "+sentence(err))
	}
	s := reset.Schedule{At: t.At, Zone: a.clock.name}
	if t.Zone != "" {
		s.Zone = t.Zone
	}
	a.in.Notes = notes
	if err := a.readTerms(&s); err != nil {
		return nil, err
	}
	return a.readScheduledReset(s)
}

func sentence(err error) string {
	if errors.Is(err, errNoTime) {
		return "is not a time"
	}
	return err.Error()
}

// readComing is readTime for a future time: a bare time of day is the next one.
func readComing(said string, c clock) (reset.Time, []string, error) {
	if err := onWeekday(strings.Join(strings.Fields(said), " "), c, true); err != nil {
		return reset.Time{}, nil, err
	}
	t, notes, err := readTime(said, c)
	bare := timeShape.FindStringSubmatch(strings.Join(strings.Fields(said), " "))
	if err != nil || bare == nil || bare[atDate] != "" || bare[atDay] != "" {
		return t, notes, err
	}
	for _, day := range []string{"today ", "tomorrow "} {
		if t, notes, err = readTime(day+said, c); err != nil || t.At.After(c.now) {
			break
		}
	}
	t.Said = said
	if t.Other != nil && !t.Other.At.After(c.now) {
		t.Other = nil // the other reading has passed
	}
	return t, notes, err
}

// checkEachRun refuses a day of the calendar at a distance from UTC: it counts from each run, in a zone by name.
func checkEachRun(t reset.Time) error {
	m := matchTime(t.Said)
	if m == nil || t.Zone != "" || m[atDay] == "" || strings.EqualFold(m[atDay], "tomorrow") {
		return nil
	}
	e := &SyntaxError{Word: t.Said, Example: "to yesterday 02:30 Europe/Berlin", Want: quoted(t.Said) +
		" counts from each run, whose offset from UTC is that of its day: name the zone by its place"}
	if summer, ok := summerTimes[strings.ToLower(m[atShort])]; ok {
		e = e.instead(t.Said, strings.TrimSpace(strings.TrimSuffix(t.Said, m[atShort]))+" "+summer.place)
	}
	return e
}

// exprWords is how many words an expression is made of: one in quotes, one that begins with @, or five.
func exprWords(words []word) int {
	if strings.Contains(words[0].text, " ") || strings.HasPrefix(words[0].text, "@") {
		return 1
	}
	return 5
}

// comingWords is how many words the time of at is made of.
func comingWords(words []word) int {
	if len(words) == 0 {
		return 0
	}
	return timeWords(words)
}

// cut puts the two dashes behind the first n words that are there to be put right.
func cut(words []word, n int) (wrong, right string) {
	if n == 0 || n >= len(words) {
		return "", ""
	}
	first := joined(words[:n])
	shown := first
	if words[0].quoted {
		shown = `"` + first + `"`
	}
	return first, shown + " --"
}
