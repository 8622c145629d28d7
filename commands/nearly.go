package commands

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
)

// What people type before a time or a duration in place of to and back; it belongs to neither the topics nor the time.
var (
	saysTo   = []string{"since", "from", "at", "@", "starting", "around"}
	saysBack = []string{"rewind", "replay", "last", "past", "by", "minus", "since", "the", "in", "over", "for"}
)

// before is how many words of a table stand right before word i.
func before(words []word, i int, table []string) int {
	n := 0
	for n < i && !words[i-n-1].quoted && slices.Contains(table, strings.ToLower(words[i-n-1].text)) {
		n++
	}
	return n
}

// nearTime finds a time or a duration at word i without the word that makes a target of it, or with another one.
func (r *resetParser) nearTime(words []word, i int) error {
	back := func(n int, duration string) error {
		from := i - before(words, i, saysBack)
		said := joined(words[from : i+n])
		if said != duration && !strings.HasPrefix(said, duration) {
			return syntaxError(word{text: said}, "billing orders back "+duration,
				"where to? %s is no target: a duration has the word back before it").instead(said, "back "+duration)
		}
		return syntaxError(word{text: said}, "billing orders back "+duration, "%s needs the word back before it").instead(
			said, "back "+duration)
	}
	if n := agoWords(words[i:]); n > 0 {
		said := joined(words[i-before(words, i, saysBack) : i+n])
		right := "back " + joined(words[i:i+n-1])
		return syntaxError(word{text: said}, "billing orders "+right, "where to? %s is no target").instead(said, right)
	}
	if n := clockWords(words[i:], r.clock); n > 0 {
		return noTo(words, i, n)
	}
	if before(words, i, saysTo) > 0 {
		n := timeWords(words[i:])
		if _, _, err := readTime(joined(words[i:i+n]), r.clock); err == nil {
			return noTo(words, i, n)
		}
	}
	if n := durationWords(words[i:]); n > 0 {
		if i > 0 && slices.Contains([]string{"forward", "forwards", "ahead", "after"}, strings.ToLower(words[i-1].text)) {
			return syntaxError(words[i-1], "billing orders to 02:10, billing orders shift +100",
				"where to? A duration goes back from now, and %s does not: say the time, or how many messages")
		}
		return back(n, joined(words[i:i+n]))
	}
	return r.signed(words, i, back)
}

// signed finds -2h and -100, which no topic is meant to be called.
func (r *resetParser) signed(words []word, i int, back func(n int, duration string) error) error {
	w := words[i]
	if w.quoted || len(w.text) < 2 || w.text[0] != '-' && w.text[0] != '+' {
		return nil
	}
	if positive, minus := strings.CutPrefix(w.text, "-"); minus {
		ago := append([]word{{text: positive}}, words[i+1:]...)
		if n := durationWords(ago); n > 0 {
			return back(n, joined(ago[:n]))
		}
	}
	if shiftShape.MatchString(w.text) && i == len(words)-1 {
		return syntaxError(w, "billing orders shift "+w.text, "%s needs the word shift before it").instead(w.text,
			"shift "+w.text)
	}
	return nil
}

// noTo refuses a time of n words at word i that lacks the word to, or has another in its place.
func noTo(words []word, i, n int) error {
	from, said := i-before(words, i, saysTo), joined(words[i:i+n])
	if from == i {
		return syntaxError(word{text: said}, "billing orders to "+said, "%s needs the word to before it").instead(said,
			"to "+said)
	}
	return syntaxError(word{text: joined(words[from : i+n])}, "billing orders to "+said,
		"where to? %s is no target: a time has the word to before it").instead(joined(words[from:i+n]), "to "+said)
}

// fromTime refuses a time where rows are read: from 02:10.
func (r *resetParser) fromTime(words []word) error {
	if n := clockWords(words[1:], r.clock); n > 0 {
		return noTo(words, 1, n)
	}
	if n := durationWords(words[1:]); n > 0 && n == len(words)-1 {
		said := joined(words)
		right := "back " + joined(words[1:])
		return syntaxError(word{text: said}, "billing orders "+right,
			"where to? %s is no target: a duration has the word back before it").instead(said, right)
	}
	return nil
}

// commaGroups refuses groups behind one another with commas: a line for each is given.
func (l line) commaGroups(words []word) error {
	n := 0
	for n < len(words) && !words[n].quoted && len(words[n].text) > 1 && strings.HasSuffix(words[n].text, ",") {
		n++
	}
	at := slices.IndexFunc(l.said, func(w word) bool { return n > 0 && w.text == words[0].text })
	if at < 0 {
		return nil
	}
	first := strings.TrimSuffix(words[0].text, ",")
	if n == len(words) || beginsTarget(words[n]) {
		if n == 1 {
			return syntaxError(words[0], resetExample, "%s ends with a comma").instead(words[0].text, first)
		}
		n--
	}
	var lines []string
	for _, w := range words[:min(n+1, 4)] {
		one := slices.Concat(l.said[:at], []word{{text: strings.TrimSuffix(w.text, ",")}}, l.said[at+n+1:])
		var said []string
		for _, w := range one {
			said = append(said, w.typed())
		}
		lines = append(lines, strings.Join(said, " "))
	}
	return syntaxError(words[0], strings.Join(lines, " and then "),
		fmt.Sprintf("one group per command: %%s is the first of %d", n+1))
}

// polite are words before a command that people write to somebody.
var polite = []string{"please", "pls", "plz", "hey", "hi", "kindly"}

// elseMeant finds a line that is no reset but a command with a word too many or too few.
func elseMeant(verb string, words []word, l line, ctx Context) error {
	if verb != "" || l.has("group") || len(words) < 2 || words[0].quoted {
		return nil
	}
	first, second := strings.ToLower(words[0].text), strings.ToLower(words[1].text)
	switch {
	case slices.Contains(polite, first) && readerOf(second) != nil:
		said := joined(words[:2])
		return syntaxError(word{text: said}, resetExample, "%s: a command begins with its verb").instead(said, words[1].text)
	case len(words) == 2 && slices.Contains(scheduleVerbs, first) && labelShape.MatchString(second):
		return syntaxError(words[0], scheduleVerbExample(first), "%s of a schedule has the word schedule before it").instead(
			words[0].text, "schedule "+first)
	case second == "@" && len(words) > 2, strings.HasPrefix(second, "@") && isConfigured(second[1:], ctx):
		n := 2
		if second == "@" {
			n = 3
		}
		said := joined(words[:n])
		return syntaxError(word{text: said}, resetExample, "%s: the cluster follows the group without a blank").instead(said,
			strings.ReplaceAll(said, " ", ""))
	}
	return nil
}

func isConfigured(cluster string, ctx Context) bool {
	return slices.ContainsFunc(ctx.Clusters, func(c ClusterName) bool { return c.Name == cluster })
}

// nearCluster is the configured cluster that an unknown name is meant to be: the same letters, or the beginning of one
// alone. Another letter is another place: prod-us is not put right into prod-eu.
func nearCluster(said string, ctx Context) string {
	marks := strings.NewReplacer("-", "", "_", "", ".", "")
	letters := func(name string) string { return marks.Replace(strings.ToLower(name)) }
	var found []string
	for _, c := range ctx.Clusters {
		switch {
		case c.Name == said:
			return ""
		case len(said) > 2 && strings.HasPrefix(letters(c.Name), letters(said)):
			found = append(found, c.Name)
		}
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
}

// tornTime reports the time of day of a --to-datetime whose day alone was taken.
func (l line) tornTime(w word) bool {
	day, ok := l.value("to-datetime")
	_, err := time.Parse(time.DateOnly, day.text)
	return ok && err == nil && dateTime.MatchString(day.text+"T"+w.text)
}

// Meant is the command that the name of a group which does not exist looks like: one with a typo in its verb, or the
// id of a request. Empty: it looks like none.
func Meant(group string) string {
	said := strings.ToLower(group)
	switch verb := text.Nearest(said, verbWords); {
	case said == "form":
		return "help form"
	case slices.Contains([]string{"status", "help", "groups", "clusters", "doctor", "history"}, verb):
		return verb
	case requestID.MatchString(said) && strings.ContainsAny(said, "0123456789"):
		return "show " + said
	}
	return ""
}

var requestID = regexp.MustCompile(`^[a-z][a-z0-9]{3}(?:\.[1-9]\d?)?$`)
