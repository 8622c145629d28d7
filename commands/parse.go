package commands

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

const (
	maxText   = 4000 // characters of a command
	maxReason = 500
)

// Parse reads a command. It is pure: the same text in the same context is the same command, and Kafka and Slack are
// not read. Its errors are *SyntaxError. help.go has the grammar as people see it.
//
//	[reset] GROUP[@CLUSTER] [TOPIC[:0,3-5]... | --all-topics] TARGET [options]
//	VERB ...
//	schedule add "EXPRESSION" [options] -- [reset] ...
//	at TIME [options] -- [reset] ...
//	kafka-consumer-groups.sh --bootstrap-server ... --group ... --reset-offsets ... --execute
func Parse(said string, ctx Context) (Command, error) {
	if n := utf8.RuneCountInString(said); n > maxText {
		return nil, &SyntaxError{Want: fmt.Sprintf("a command may have %s characters; this one has %s",
			text.WithCommas(maxText), text.WithCommas(n))}
	}
	in := letters(said, !ctx.Terminal)
	head := headOf(in)
	p, err := findPaste(in[head:])
	if err != nil {
		return nil, err
	}
	if p != nil {
		in = in[:head]
	}
	words, err := splitLetters(in)
	if err != nil {
		return nil, err
	}
	return readWords(withoutFormatting(words), p, ctx)
}

// ParseArgs is Parse for words that a shell has split already.
func ParseArgs(args []string, ctx Context) (Command, error) {
	if len(args) == 1 && strings.ContainsAny(args[0], " \n\t") { // a whole line in quotes
		return Parse(args[0], ctx)
	}
	var words []word
	for _, a := range args {
		words = append(words, word{text: a})
	}
	if len(words) > 0 && words[0].text == "--" { // before it were the program's own options
		words = words[1:]
	}
	head := 0
	if _, rest, cut := cutReset(words); cut {
		head = len(words) - len(rest)
	}
	p, err := findPasteIn(words[head:])
	if err != nil {
		return nil, err
	}
	if p != nil {
		words = words[:head]
	}
	return readWords(words, p, ctx)
}

// Peek returns the verb and the request that a text names, or the cluster that it freezes, as Parse would read them. It
// never fails: both are empty for a text that is not understood. It finds a cancellation, or a freeze, that is recorded
// but not yet decided.
func Peek(text string, clusters []ClusterName) (verb, about string) {
	cmd, err := Parse(text, Context{Clusters: clusters})
	if err != nil {
		return "", ""
	}
	switch c := cmd.(type) {
	case Decide:
		return c.Verb, c.Ref.ID
	case Show:
		return "show", c.ID
	case History:
		return "history", c.ID
	case Reset:
		return "reset", ""
	case Upload:
		return "from-file", ""
	case SetFreeze:
		if c.Freeze {
			return "freeze", c.Cluster
		}
	default: // neither decides nor names a request
	}
	return "", ""
}

// reader reads what follows a verb; l.words[0] is the verb, unless it is empty: a reset without the word.
type reader func(verb string, l line, ctx Context) (Command, error)

// readerOf returns nil for an unknown verb.
func readerOf(verb string) reader {
	switch verb {
	case "reset":
		return readReset
	case "help":
		return readHelp
	case "status":
		return readStatus
	case "lag":
		return readLag
	case "show":
		return readShow
	case "history":
		return readHistory
	case "access":
		return readAccess
	case "approve", "unapprove", "reject", "cancel", "retry", "undo", "settle", "choose", "emergency":
		return readDecide
	case "freeze", "thaw":
		return readFreeze
	case "delete-offsets":
		return readDelete
	case "schedule":
		return readSchedule
	case "at":
		return readAt
	case "groups":
		return readGroups
	case "clusters":
		return readClusters
	case "doctor":
		return readDoctor
	}
	if slices.Contains(runVerbs, verb) {
		return readScheduleVerb
	}
	return nil
}

// verbWords are the known verbs, to suggest the nearest one.
var verbWords = append([]string{"reset", "help", "status", "lag", "groups", "clusters", "doctor", "show", "history",
	"access",
	"approve", "unapprove", "reject", "cancel", "retry", "undo", "settle", "choose", "emergency", "freeze", "thaw",
	"delete-offsets", "schedule", "at"}, runVerbs...)

// targetWords begin a target or are one; a group or topic of such a name is given by its flag.
var targetWords = []string{"to", "back", "shift", "skip", "clear", "like", "from", "latest", "earliest", "current",
	"offset"}

func readHelp(verb string, l line, _ Context) (Command, error) {
	if err := l.checkOptions(verb); err != nil {
		return nil, err
	}
	var topic []string
	for _, w := range l.words[1:] {
		topic = append(topic, strings.ToLower(w.text))
	}
	h := Help{Topic: strings.Join(topic, " ")}
	if _, ok := Usage(h.Topic); !ok {
		w := word{text: h.Topic}
		return nil, syntaxError(w, "help, help target, help undo",
			"there is no help on %s").suggest(slices.Sorted(maps.Keys(usages))...)
	}
	return h, nil
}

// readDecide reads VERB ID[.REVISION] and what belongs to the verb: an option's number, or why.
func readDecide(verb string, l line, _ Context) (Command, error) {
	if err := l.checkOptions(verb, "reason"); err != nil {
		return nil, err
	}
	ref, rest, err := readRef(verb, l)
	if err != nil {
		return nil, err
	}
	d := Decide{Verb: verb, Ref: ref}
	if d.Why, err = readText(l, "reason", maxReason); err != nil {
		return nil, err
	}
	switch verb {
	case "choose":
		if len(rest) == 0 {
			return nil, &SyntaxError{Want: "choose which? The number of an option is missing",
				Example: usages[verb].example()}
		}
		if d.Option, err = strconv.Atoi(rest[0].text); err != nil || d.Option < 1 || !digits(rest[0].text) {
			return nil, syntaxError(rest[0], usages[verb].example(), "%s is not the number of an option")
		}
		rest = rest[1:]
	case "reject", "cancel", "undo", "settle", "emergency":
		if len(rest) > 0 && d.Why == "" {
			d.Why, rest = joined(rest), nil
		}
		if n := utf8.RuneCountInString(d.Why); n > maxReason {
			return nil, tooLong(n)
		}
	}
	if verb == "settle" && d.Why == "" {
		return nil, &SyntaxError{Want: "settle why? Give the reason for accepting this outcome",
			Example: usages[verb].example()}
	}
	if verb == "emergency" && d.Why == "" {
		return nil, &SyntaxError{
			Want:    "which emergency? The incident that it is for is named, for those who read it later",
			Example: usages[verb].example()}
	}
	return d, unexpected(rest, verb)
}

var idShape = regexp.MustCompile(`^[a-zA-Z0-9]{2,20}$`)

var refShape = regexp.MustCompile(`^([a-z0-9]{2,20})(?:\.([1-9][0-9]{0,5}))?$`)

// readRef reads the request that a verb is about. Ids are lower case; phones capitalise.
func readRef(verb string, l line) (ref reset.Ref, rest []word, err error) {
	if len(l.words) < 2 {
		return ref, nil, &SyntaxError{Want: verb + " what? The id of a request is missing",
			Example: usages[verb].example()}
	}
	w := l.words[1]
	m := refShape.FindStringSubmatch(strings.ToLower(w.text))
	if m == nil {
		return ref, nil, syntaxError(w, usages[verb].example(), "%s is not the id of a request; "+named(verb))
	}
	ref.ID, ref.Revision = m[1], parseDigits(m[2])
	return ref, l.words[2:], nil
}

// readFreeze reads what is frozen or thawed: a cluster, or everything, and why.
func readFreeze(verb string, l line, ctx Context) (Command, error) {
	if err := l.checkOptions(verb, "reason"); err != nil {
		return nil, err
	}
	why, err := readText(l, "reason", maxReason)
	if err != nil {
		return nil, err
	}
	if len(l.words) < 2 {
		return nil, &SyntaxError{Want: verb + " what? A cluster, or the word everything",
			Example: usages[verb].example()}
	}
	scope := l.words[1]
	b := SetFreeze{Freeze: verb == "freeze", Cluster: scope.text, Why: why}
	var names []string
	for _, c := range ctx.Clusters {
		names = append(names, c.Name)
	}
	known := slices.Contains(names, scope.text)
	switch {
	case strings.EqualFold(scope.text, "everything"):
		b.Cluster = reset.Everything
	case !known && verb == "thaw" && idShape.MatchString(scope.text) && text.Nearest(scope.text, names) == "":
		b.Cluster, b.ID = "", strings.ToLower(scope.text)
	case !known:
		return nil, syntaxError(scope, usages[verb].example(),
			"%s is not a configured cluster, nor the word everything").suggest(names...)
	}
	if rest := l.words[2:]; len(rest) > 0 && b.Why == "" {
		b.Why = joined(rest)
	} else if len(rest) > 0 {
		return nil, unexpected(rest, verb)
	}
	if n := utf8.RuneCountInString(b.Why); n > maxReason {
		return nil, tooLong(n)
	}
	return b, nil
}

// unexpected refuses words that are left over.
func unexpected(rest []word, verb string) error {
	if len(rest) == 0 {
		return nil
	}
	return syntaxError(rest[0], usages[verb].example(), "%s is one word too many for "+verb+"; "+named(verb))
}

func named(verb string) string { return "a group named " + verb + " needs the word reset before it" }

// readText reads an option that is a text for people.
func readText(l line, option string, most int) (string, error) {
	w, ok := l.value(option)
	n := utf8.RuneCountInString(w.text)
	switch {
	case ok && strings.TrimSpace(w.text) == "":
		return "", syntaxError(w, "--"+option+" "+options[option].value, "--"+option+" is empty: %s")
	case n > most:
		return "", tooLong(n)
	}
	return strings.TrimSpace(w.text), nil
}

func tooLong(n int) *SyntaxError {
	return &SyntaxError{Want: fmt.Sprintf("a reason may have %d characters; this one has %s", maxReason,
		text.WithCommas(n)), Example: `--reason "bad deploy 4711"`}
}

func joined(words []word) string {
	var s []string
	for _, w := range words {
		s = append(s, w.text)
	}
	return strings.Join(s, " ")
}
