package commands

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
)

// paste is the command of Kafka's tool in a line as people keep it in runbooks: behind kubectl exec, in quotes of a
// shell, before a pipe. What is around it is left out, and said.
type paste struct {
	words  []word   // behind the tool's name
	left   []string // what was left out, as it stands in the text
	before string   // what of it stands before the tool
	remote bool     // it runs elsewhere, where its files are
}

// findPaste finds the command in a text; nil: there is none, so that the text is in the bot's own grammar.
func findPaste(in []rune) (*paste, error) {
	if !toolName.MatchString(string(in)) || ownVerb(in) {
		return nil, nil
	}
	tokens, err := lex(in)
	if err != nil {
		if hasTool(in) {
			return nil, err
		}
		return nil, nil
	}
	return one(commandsIn(in, tokens))
}

// findPasteIn is findPaste for words that a shell has split.
func findPasteIn(words []word) (*paste, error) {
	if len(words) > 0 && freeText[strings.ToLower(words[0].text)] {
		return nil, nil
	}
	var in []rune
	var tokens []token
	for _, w := range words {
		if option := strings.TrimSpace(w.text); isOption(word{text: option}) { // "\ --group" is a blank and an option
			w.text = option
		}
		t := token{word: w, start: len(in)}
		in = append(in, []rune(w.text)...)
		t.end = len(in)
		in = append(in, ' ')
		tokens = append(tokens, t)
	}
	if !toolName.MatchString(string(in)) {
		return nil, nil
	}
	return one(commandsIn(in, tokens))
}

// freeText are the verbs that end in a text for people: it may tell of commands.
var freeText = map[string]bool{"reject": true, "cancel": true, "undo": true, "settle": true, "emergency": true,
	"freeze": true, "thaw": true, "skip-next": true, "delay": true, "schedule": true, "approve": true,
	"unapprove": true, "choose": true, "delete-offsets": true}

func ownVerb(in []rune) bool {
	first, _, _ := strings.Cut(strings.TrimSpace(string(in))+" ", " ")
	return freeText[strings.ToLower(first)]
}

// hasTool reports a text that names the tool itself as a file or with an option behind it, however odd the rest is.
func hasTool(in []rune) bool { return toolInText.MatchString(string(in)) }

var toolInText = regexp.MustCompile(`(?i)kafka-consumer-groups(?:\.sh|\.bat)?[\s\\^]+-`)

// hit is a command of a known tool.
type hit struct {
	paste
	said   string // the name
	tool   tool
	used   []token // of the text
	repeat string  // what runs it more than once
	orphan string  // an option behind an operator: a choice that the reader has to make
}

// one is the only command, if it is one of kafka-consumer-groups.sh.
func one(hits []hit) (*paste, error) {
	if len(hits) == 0 {
		return nil, nil
	}
	if len(hits) > 1 {
		var names []string
		for _, h := range hits {
			names = append(names, strconv.Quote(text.Clip(h.whole(), 300)))
		}
		return nil, &SyntaxError{Word: hits[1].said, Want: "one command at a time; these are " +
			text.Counted(len(hits), "command") + ": " + strings.Join(names, ", ") + ". Paste the one that is meant",
			Example: "billing@prod-eu orders to latest"}
	}
	h := hits[0]
	if !h.tool.ours {
		return nil, notOurs(h.said, h.tool, h.instead())
	}
	if h.orphan != "" {
		return nil, &SyntaxError{Word: h.orphan, Want: quoted(h.orphan) + " stands behind the end of the command, which is an " +
			"operator or a new line: write the options that are meant into one command", Example: resetExample}
	}
	if err := h.checkRepeated(); err != nil {
		return nil, err
	}
	return &h.paste, nil
}

// whole is a command as it can be pasted alone.
func (h hit) whole() string {
	said := []string{baseName(h.said)}
	for _, w := range h.words {
		said = append(said, w.typed())
	}
	return secretShape.ReplaceAllString(strings.Join(said, " "), "${1}…")
}

func baseName(said string) string { return said[strings.LastIndexAny(said, `/\`)+1:] }

// checkRepeated refuses what runs a command with other words than are seen, or more than once, unless it only looks.
func (h hit) checkRepeated() error {
	looks := slices.ContainsFunc(h.words, func(w word) bool {
		f := kafkaFlag(w.text)
		return f == "describe" || f == "list"
	})
	switch h.repeat {
	case "":
	case "xargs", "parallel", "-exec":
		return &SyntaxError{Word: h.repeat, Want: quoted(h.repeat) + " adds words to this command that are not in the line: " +
			"paste the command as it runs, with all its words", Example: resetExample}
	default:
		if !looks {
			what := quoted(h.repeat)
			if strings.EqualFold(h.repeat, "do") {
				what = "a loop"
			}
			return &SyntaxError{Word: h.repeat, Want: what + " runs this command more than once: " +
				"paste it as it runs, one command at a time", Example: resetExample}
		}
	}
	return nil
}

// commandsIn finds the commands of known tools in a text.
func commandsIn(in []rune, tokens []token) []hit {
	var hits []hit
	orphan := ""
	for _, c := range commandLines(tokens) {
		found := c.hits()
		if len(hits) > 0 && len(found) == 0 && orphan == "" {
			orphan = c.orphan()
		}
		hits = append(hits, found...)
	}
	if len(hits) == 1 {
		hits[0].leave(in, tokens)
		hits[0].orphan = cmp.Or(hits[0].orphan, orphan)
	}
	return hits
}

// orphan is an option that belongs to a command before this one: what stands alone, and what no other program takes.
func (c commandLine) orphan() string {
	for i, w := range c.words {
		name, _, _ := strings.Cut(strings.ToLower(strings.TrimLeft(fixDashes(w.text), "-")), "=")
		if isOption(w) && (i == 0 || slices.Contains(orphans, name)) {
			return w.text
		}
	}
	return ""
}

var orphans = []string{"topic", "all-topics", "reset-offsets", "to-latest", "to-earliest", "to-current", "to-datetime",
	"to-offset", "shift-by", "by-duration", "from-file", "execute"}

// commandLine is one command between operators.
type commandLine struct {
	words []word
	at    []token
}

// commandLines cuts a text at its operators. A new line begins a new command unless it begins with an option or holds
// the value of one: pages break lines and lose the backslashes.
func commandLines(tokens []token) []commandLine {
	var out []commandLine
	var c commandLine
	for i := 0; i < len(tokens); i++ {
		t := tokens[i]
		switch {
		case t.op == "":
			c.words, c.at = append(c.words, t.word), append(c.at, t)
		case t.op == "#":
		case t.op == ">":
			if t.target && i+1 < len(tokens) && tokens[i+1].op == "" && !promptBefore(tokens[i+1:]) {
				i++
			}
		case t.op == "\n" && goesOn(c.words, tokens[i+1:]):
		default:
			out, c = append(out, c), commandLine{}
		}
	}
	return append(out, c)
}

// promptBefore reports that a > is a prompt: the command stands behind it.
func promptBefore(tokens []token) bool {
	_, _, ok := toolOf(tokens[0].text)
	return ok && len(tokens) > 1 && isOption(tokens[1].word)
}

func goesOn(words []word, rest []token) bool {
	for _, t := range rest {
		if t.op == "\n" || t.op == "#" {
			continue
		}
		if t.op != "" || len(words) == 0 {
			return false
		}
		last := words[len(words)-1]
		o := options[kafkaFlag(last.text)]
		return isOption(t.word) || o.value != "" && !o.bare && !strings.Contains(last.text, "=")
	}
	return false
}

// hits are the commands of known tools in one command: its own, or what its words in quotes hold.
func (c commandLine) hits() []hit {
	var out []hit
	last := -1
	for i, w := range c.words {
		if t, ok := c.program(i); ok {
			if last >= 0 && !slices.ContainsFunc(c.words[last+1:i], isKafkaFlag) {
				out = out[:len(out)-1] // it was the name of a pod or of a container
			}
			out, last = append(out, c.hit(i, t)), i
		} else if strings.ContainsAny(w.text, " \n\t") && toolName.MatchString(w.text) && !c.isValue(i, false) {
			out = append(out, c.within(i)...)
		}
	}
	return out
}

func isKafkaFlag(w word) bool { return kafkaFlag(w.text) != "" }

// within finds commands in a word that was in quotes: sh -c "...".
func (c commandLine) within(i int) []hit {
	said := strings.Trim(c.words[i].text, "`{}")
	if name, value, ok := strings.Cut(said, "="); ok && isOption(word{text: name}) { // ssh --command="..."
		said = value
	}
	if m := substitution.FindStringSubmatch(said); m != nil {
		said = m[1]
	}
	in := []rune(said)
	tokens, err := lex(in)
	if err != nil || len(tokens) == 1 && tokens[0].text == said { // it is one word, however often it is read
		return nil
	}
	hits := commandsIn(in, tokens)
	for n := range hits {
		hits[n].used = c.at[i : i+1]
		hits[n].around(c.words[:i])
	}
	return hits
}

// substitution is a command whose output is taken: OUT=$(...).
var substitution = regexp.MustCompile(`(?s)^\w*=?\$\((.*)\)$`)

// hit is the command of the tool that word i names.
func (c commandLine) hit(i int, t tool) hit {
	from := i + 1
	if c.entrypoint(i) { // the image stands before the options
		for from < len(c.words) && !isKafkaFlag(c.words[from]) {
			from++
		}
	}
	h := hit{said: c.words[i].text, tool: t, used: append([]token{c.at[i]}, c.at[from:]...)}
	if h.words = c.words[from:]; from > i+1 {
		h.used = c.at[from:]
	}
	h.around(c.words[:i])
	return h
}

// around looks at the words before a command for what runs it elsewhere, and more than once.
func (h *hit) around(words []word) {
	for _, w := range words {
		name := strings.ToLower(baseName(w.text))
		h.remote = h.remote || wrappers[name]
		if repeaters[w.text] || repeaters[name] && name != "do" {
			h.repeat = w.text
		}
	}
}

var (
	repeaters = map[string]bool{"do": true, "DO": true, "xargs": true, "parallel": true, "-exec": true, "watch": true,
		"foreach": true}
	wrappers = map[string]bool{"kubectl": true, "oc": true, "docker": true, "podman": true, "nerdctl": true,
		"docker-compose": true, "podman-compose": true, "ssh": true, "crictl": true, "minikube": true, "k3s": true}
)

// program is the tool that word i runs: it has options behind it, or words of its own, and is no option's value.
func (c commandLine) program(i int) (tool, bool) {
	said := c.words[i].text
	if c.entrypoint(i) {
		_, after, ok := strings.Cut(said, "=")
		if ok {
			said = after
		}
	}
	t, script, ok := toolOf(said)
	rest := c.words[i+1:]
	switch {
	case !ok || c.isValue(i, script):
		return tool{}, false
	case c.entrypoint(i):
		return t, slices.ContainsFunc(rest, isKafkaFlag)
	case len(rest) == 0:
		return tool{}, false
	case script && !t.ours:
		return t, true
	case slices.Contains(t.subs, strings.ToLower(rest[0].text)):
		return t, !slices.ContainsFunc(rest, beginsTarget)
	case !isOption(rest[0]) && (!t.ours || strings.TrimLeft(rest[0].text, "$<[{(") == rest[0].text):
		return tool{}, false
	case t.ours:
		return t, script || slices.ContainsFunc(rest, isKafkaFlag)
	}
	return t, script || slices.ContainsFunc(rest, connects)
}

func beginsTarget(w word) bool { return slices.Contains(targetStarts, strings.ToLower(w.text)) }

// connects reports an option by which other tools are told where Kafka is.
func connects(w word) bool {
	name, _, _ := strings.Cut(strings.TrimLeft(fixDashes(w.text), "-"), "=")
	return isOption(w) && slices.Contains([]string{"bootstrap-server", "broker-list", "zookeeper", "brokers", "b", "X",
		"application-id", "bootstrap-controller", "topic"}, name)
}

// entrypoint reports docker run --entrypoint TOOL, where the options come behind the image.
func (c commandLine) entrypoint(i int) bool {
	return strings.HasPrefix(c.words[i].text, "--entrypoint=") || i > 0 && c.words[i-1].text == "--entrypoint"
}

// isValue reports that word i is the value of an option that takes names or texts; no group or topic is called like a
// script.
func (c commandLine) isValue(i int, script bool) bool {
	name, _, inline := strings.Cut(c.words[i].text, "=")
	if !inline || !isOption(word{text: name}) {
		if i == 0 || strings.Contains(c.words[i-1].text, "=") {
			return false
		}
		name = c.words[i-1].text
	}
	switch strings.ToLower(fixDashes(name)) {
	case "--group", "--topic", "--name", "--cluster":
		return !script
	case "--reason", "--emergency", "--from-file", "--command-config", "--bootstrap-server":
		return true
	}
	return false
}
