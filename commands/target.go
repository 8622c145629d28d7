package commands

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// resetParser is a reset while it is being parsed.
type resetParser struct {
	line
	ctx        Context
	clock      clock
	scope      scopeReader
	in         reset.Intent
	targetSaid string // the target as typed; empty: none yet
	// upload is a plan file that a form has to ask for.
	upload bool
}

var (
	// targetStarts are the words that end the topics.
	targetStarts = []string{"to", "back", "shift", "skip", "clear", "like", "from"}
	// targetFlags are the options of Kafka's tool that give a target.
	targetFlags = []string{"to-latest", "to-earliest", "to-current", "to-datetime", "by-duration", "shift-by",
		"to-offset", "from-file", "delete-offsets"}
)

const (
	toExample    = "to latest, to 02:10, to 2026-11-22T02:10:00Z"
	skipExample  = "billing skip orders:7@18231"
	shiftExample = "shift -100, shift +1"
	likeExample  = "billing orders like billing-blue"
	rowsExample  = "billing from orders,0,46020 orders,1,49551"
)

// readTarget reads exactly one target, from the words or from Kafka's flags, or none.
func (r *resetParser) readTarget(words []word) error {
	rest, err := r.readTargetWords(words)
	if err != nil {
		return err
	}
	r.targetSaid = joined(words[:len(words)-len(rest)])
	if len(rest) > 0 {
		return r.afterTarget(rest[0])
	}
	for _, name := range targetFlags {
		if !r.has(name) {
			continue
		}
		g := r.given[name][0]
		if r.targetSaid != "" {
			return syntaxError(g.name, resetExample,
				"one target per command: %s is another one beside "+quoted(r.targetSaid))
		}
		r.targetSaid = g.name.text
		if err := r.readFlag(g); err != nil {
			return err
		}
	}
	return nil
}

// readTargetWords reads a target in words and returns what follows it.
func (r *resetParser) readTargetWords(words []word) (rest []word, err error) {
	if len(words) == 0 {
		return nil, nil
	}
	start := strings.ToLower(words[0].text)
	if start == "clear" {
		r.in.Target = reset.Latest{}
		return words[1:], nil
	}
	if len(words) == 1 {
		return nil, r.missing(start)
	}
	w := words[1]
	switch start {
	case "to":
		return r.readTo(words[1:])
	case "back":
		n := max(1, durationWords(words[1:]))
		if ago := agoWords(words[1:]); ago > 0 {
			return nil, syntaxError(words[ago], "back 2 days", "%s is not needed after back").instead(
				joined(words[1:ago+1]), joined(words[1:ago]))
		}
		return words[1+n:], r.readBack(word{text: joined(words[1 : 1+n])}, "")
	case "shift":
		err = r.readShift(w)
	case "skip":
		err = r.readSkip(w)
	case "like":
		err = r.readLike(w)
	case "from":
		if err := r.fromTime(words); err != nil {
			return nil, err
		}
		return nil, r.readRows(words[1:])
	}
	return words[2:], err
}

func (r *resetParser) missing(start string) *SyntaxError {
	e := &SyntaxError{}
	switch start {
	case "to":
		e.Want, e.Example = "to what? A place or a time is missing", toExample
	case "back":
		e.Want, e.Example = "how far back? A duration is missing", "back 90m, back 1d12h"
	case "like":
		e.Want, e.Example = "like which group? Its name is missing", likeExample
	case "from":
		e.Want, e.Example = "from which rows? TOPIC,PARTITION,OFFSET is missing", rowsExample
	case "shift":
		e.Want, e.Example = "by how many? A number is missing", shiftExample
	default:
		e.Want, e.Example = "skip which record? Topic, partition and offset are missing", skipExample
	}
	return e
}

// readBack reads a duration before now; flag is the option that it stood in, if any.
func (r *resetParser) readBack(w word, flag string) error {
	example := "back 90m, back 1d12h, back PT1H30M"
	if flag != "" {
		example = flag + " PT1H30M"
	}
	d, err := readDuration(w.text)
	at := r.ctx.At.Add(-d).UTC().Truncate(time.Second) // it is shown to people: the milliseconds of a "90m" are noise
	if err == nil && at.UnixMilli() < 0 {
		err = errors.New("is longer than any log")
	}
	if _, _, no := readTime(w.text, r.clock); err != nil && flag == "" && no == nil && strings.Contains(w.text, ":") {
		return syntaxError(w, "to "+w.text, "how far back? %s is a time, which has the word to before it").instead(
			"back "+w.text, "to "+w.text)
	}
	if err != nil {
		e := syntaxError(w, example, fmt.Sprintf("how far back? %%s %v", err))
		if positive := strings.TrimPrefix(w.text, "-"); positive != w.text {
			if _, err := readDuration(positive); err == nil {
				e = e.instead(w.text, positive)
			}
		}
		return e
	}
	r.in.Target = reset.Time{At: at, Back: d, Said: w.text}
	return nil
}

var shiftShape = regexp.MustCompile(`^[+-]?\d+$`)

func (r *resetParser) readShift(w word) error {
	n, err := strconv.ParseInt(w.text, 10, 64)
	switch {
	case !shiftShape.MatchString(w.text):
		return syntaxError(w, shiftExample, "by how many? %s is not a number")
	case err != nil || n == -n && n != 0:
		return syntaxError(w, shiftExample, "by how many? %s is more than any offset")
	case n == 0:
		return syntaxError(w, shiftExample, "by how many? %s moves nothing")
	}
	r.in.Target = reset.Shift{By: n}
	return nil
}

// offsetShape takes the separators of a preview too: "46,020".
var offsetShape = regexp.MustCompile(`^(?:\d+|\d{1,3}(?:,\d{3})+)$`)

func readOffset(s string) (int64, bool) {
	if !offsetShape.MatchString(s) {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(s, ",", ""), 10, 64)
	return n, err == nil
}

func (r *resetParser) readOffsetTarget(w word) error {
	n, ok := readOffset(w.text)
	if !ok {
		return syntaxError(w, "to offset 46020", "to which offset? %s is not 0 or greater")
	}
	r.in.Target = reset.Exact{Offset: n}
	return nil
}

var skipShape = regexp.MustCompile(`^([^:@]+):(\d+)@([\d,]+)$`)

func (r *resetParser) readSkip(w word) error {
	m := skipShape.FindStringSubmatch(w.text)
	if m == nil {
		return syntaxError(w, skipExample, "skip which record? %s is not TOPIC:PARTITION@OFFSET")
	}
	offset, ok := readOffset(m[3])
	if !ok {
		return syntaxError(w, skipExample, "skip which record? The offset in %s is not one")
	}
	if !r.in.Scope.Empty() {
		return syntaxError(w, skipExample, "%s names its topic itself: leave the other topics out")
	}
	if err := r.scope.add(word{text: m[1] + ":" + m[2]}); err != nil {
		return err
	}
	r.in.Scope.Topics = r.scope.scopes()
	r.in.Target = reset.SkipRecord{Offset: offset}
	return nil
}

// readLike copies from another group of the same cluster.
func (r *resetParser) readLike(w word) error {
	if w.text == r.in.Group {
		return syntaxError(w, likeExample, "like which group? %s is the one that moves")
	}
	r.in.Target = reset.Like{Group: w.text}
	return nil
}

// readRows reads a plan that was pasted: the lines of a plan file are words here. The word "file" asks for a form
// instead.
func (r *resetParser) readRows(words []word) error {
	if len(words) == 1 && strings.EqualFold(words[0].text, "file") {
		return r.readFile(word{})
	}
	if !r.in.Scope.Empty() {
		return syntaxError(words[0], rowsExample, "%s names its topic itself: leave the other topics out")
	}
	rows, notes, err := readPlan(pastedPlan, pastedRows(words), r.in.Group)
	if err != nil {
		return &SyntaxError{Word: words[0].text, Want: err.Error(), Example: rowsExample}
	}
	r.in.Notes = append(r.in.Notes, notes...)
	r.in.Scope, r.in.Target = scopeOf(rows), reset.Rows{Rows: rows}
	return nil
}

// afterTarget refuses a word that follows a complete target.
func (r *resetParser) afterTarget(w word) error {
	if slices.Contains(targetWords, strings.ToLower(w.text)) {
		return syntaxError(w, resetExample, "one target per command: %s begins another one after "+quoted(r.targetSaid))
	}
	e := syntaxError(w, resetExample, "%s comes after the target; topics come before it, options begin with --")
	if e = e.suggest("reason", "wait", "no-wait", "tz", "emergency", "future"); e.Near != "" {
		e.Near = "--" + e.Near
	}
	return e
}

// readFlag reads one of targetFlags.
func (r *resetParser) readFlag(g given) error {
	switch g.key() {
	case "to-latest":
		r.in.Target = reset.Latest{}
	case "to-earliest":
		r.in.Target = reset.Earliest{}
	case "to-current":
		r.in.Target = reset.Current{}
	case "to-datetime":
		return r.readDatetime(g.value)
	case "by-duration":
		return r.readBack(g.value, g.name.text)
	case "shift-by":
		return r.readShift(g.value)
	case "to-offset":
		return r.readOffsetTarget(g.value)
	case "from-file":
		return r.readFile(g.value)
	case "delete-offsets":
		r.in.Target = reset.Nowhere{}
	}
	return nil
}

var dateTime = regexp.MustCompile(`(?i)^\d{4}-\d\d-\d\d[t ]\d`)

// readDatetime reads Kafka's --to-datetime. Without a zone it is UTC, as Kafka's tool reads it, unless --tz says
// otherwise.
func (r *resetParser) readDatetime(w word) error {
	const example = "--to-datetime 2026-11-22T09:30:00.000"
	if !dateTime.MatchString(w.text) {
		return syntaxError(w, example+"; in words: to 09:30",
			"%s is not a date and a time, as --to-datetime takes them")
	}
	if r.clock.named && !strings.EqualFold(r.clock.name, "UTC") {
		r.in.Notes = append(r.in.Notes, "--to-datetime is read in "+r.clock.name+
			" where it names no zone, because of --tz; Kafka's own tool reads UTC.")
	}
	r.clock.utc = true
	err := r.readTime(w)
	var e *SyntaxError
	if errors.As(err, &e) {
		e.Example = example
	}
	return err
}

// readFile reads the plan file. In Slack there is none yet: a form asks for it.
func (r *resetParser) readFile(w word) error {
	name := cmp.Or(w.text, "the plan")
	switch {
	case !r.in.Scope.Empty():
		return syntaxError(word{text: name}, "billing@prod-eu --from-file plan.csv",
			"%s names the topics itself: leave the others out")
	case r.ctx.ReadFile == nil && !r.ctx.Terminal:
		r.upload = true
		return nil
	case r.ctx.ReadFile == nil, r.ctx.Terminal && w.text == "":
		return &SyntaxError{Want: "--from-file needs the name of a file that can be read here",
			Example: "kafka-reset-bot plan billing@prod-eu --from-file plan.csv"}
	}
	data, err := r.ctx.ReadFile(w.text)
	if err != nil {
		return syntaxError(w, "--from-file plan.csv", fmt.Sprintf("%%s cannot be read: %v", err))
	}
	rows, notes, err := readPlan(name, data, r.in.Group)
	if err != nil {
		return &SyntaxError{Word: w.text, Want: err.Error(), Example: "orders,0,46020"}
	}
	if r.paste != nil && r.paste.remote && r.ctx.Terminal {
		notes = append(notes, "`"+name+"` was read on this machine, not where the pasted line runs.")
	}
	r.in.Notes = append(r.in.Notes, notes...)
	r.in.Target, r.in.Scope = reset.Rows{Rows: rows}, scopeOf(rows)
	return nil
}
