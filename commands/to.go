package commands

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// readTo reads what follows the word to: a place, an offset or a time.
func (r *resetParser) readTo(words []word) (rest []word, err error) {
	w := words[0]
	switch strings.ToLower(w.text) {
	case "latest":
		r.in.Target = reset.Latest{}
	case "earliest":
		r.in.Target = reset.Earliest{}
	case "current":
		r.in.Target = reset.Current{}
	case "offset":
		if len(words) == 1 {
			return nil, &SyntaxError{Want: "to which offset? A number is missing",
				Example: "to offset 46020"}
		}
		return words[2:], r.readOffsetTarget(words[1])
	default:
		n := timeWords(words)
		return words[n:], r.readTime(word{text: joined(words[:n])})
	}
	return words[1:], nil
}

var (
	dayShape  = regexp.MustCompile(`(?i)^(?:\d{4}-\d\d-\d\d|today|yesterday|tomorrow)$`)
	halfShape = regexp.MustCompile(`(?i)^[ap]\.?m\.?$`)
	zoneShape = regexp.MustCompile(`(?i)^(?:[+-]\d\d:?\d\d|[a-z]+/[a-z0-9_+/-]+)$`)
)

// timeWords is how many words a time is made of: a day takes a time of day with it, a time am or pm, and a zone.
func timeWords(words []word) int {
	n := 1
	next := func(is func(string) bool) {
		if n < len(words) && is(words[n].text) {
			n++
		}
	}
	if n := max(agoWords(words), durationWords(words), dateWords(words)); n > 1 {
		return n // they are refused together
	}
	if dayShape.MatchString(words[0].text) {
		next(func(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' })
	}
	if last := words[n-1].text; digits(last) && len(last) > 2 {
		return n // epoch numbers have no zone
	}
	next(halfShape.MatchString)
	next(namesZone)
	return n
}

func (r *resetParser) readTime(w word) error {
	read := readTime
	if r.has("future") {
		read = readComing
	}
	t, notes, err := read(w.text, r.clock)
	var zone *zoneError
	switch {
	case errors.As(err, &zone):
		return zoneWrong(w, err, "to 02:10 Europe/Berlin, to 02:10 UTC")
	case errors.Is(err, errNoTime):
		return r.noTime(w)
	case err != nil:
		e := syntaxError(w, toExample, fmt.Sprintf("to what? %%s %v", err))
		var almost *almostTime
		if errors.As(err, &almost) {
			e = e.instead(w.text, almost.right)
		}
		return e
	}
	r.in.Target = t
	r.in.Notes = append(r.in.Notes, notes...)
	return nil
}

// noTime refuses what follows to and is no time: it may be a duration, or a target with a typo in it.
func (r *resetParser) noTime(w word) error {
	ago := strings.TrimSuffix(strings.ToLower(w.text), " ago")
	if _, err := readDuration(ago); err == nil {
		back := "back " + w.text[:len(ago)]
		return syntaxError(w, back, "to what? %s is a duration").instead("to "+w.text, back)
	}
	if _, err := readDuration(strings.TrimPrefix(w.text, "-")); err == nil {
		back := "back " + w.text[1:]
		return syntaxError(w, back, "to what? %s is a duration").instead("to "+w.text, back)
	}
	if place := placeNames[strings.ToLower(w.text)]; place != "" {
		return syntaxError(w, "to "+place, "%s is called "+place+" here").instead(w.text, place)
	}
	if place := text.Nearest(w.text, places); place != "" {
		return syntaxError(w, "to "+place, "%s is not a target").suggest(place)
	}
	return syntaxError(w, toExample, "to what? %s is neither a time nor latest").suggest("offset", "today",
		"yesterday", "tomorrow")
}

// placeNames are the places by the names that other tools give them.
var placeNames = map[string]string{"end": "latest", "newest": "latest", "beginning": "earliest", "start": "earliest",
	"begin": "earliest", "oldest": "earliest"}

// places are the targets of one word.
var places = []string{"latest", "earliest", "current"}

func zoneWrong(w word, err error, example string) *SyntaxError {
	var zone *zoneError
	if !errors.As(err, &zone) {
		return syntaxError(w, example, "which zone? %s cannot be loaded")
	}
	e := syntaxError(word{text: zone.name}, example, "which zone? %s "+zone.Error())
	if e.Near = zone.only(); e.Near != "" {
		right := strings.TrimSpace(w.text[:max(0, len(w.text)-len(zone.name))]) + " " + zone.only()
		e = e.instead(w.text, strings.TrimSpace(right))
	}
	return e
}
