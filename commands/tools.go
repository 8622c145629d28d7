package commands

import (
	"regexp"
	"slices"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
)

// tool is a program whose commands people keep beside those of kafka-consumer-groups.sh.
type tool struct {
	name    string
	ours    bool     // it is kafka-consumer-groups.sh: its commands are understood
	subs    []string // words that follow the name of a program without options
	what    string   // what it does, or why its commands are not understood
	instead string   // what to type here for what is meant
}

const (
	moveInstead  = "billing@prod-eu orders to earliest"
	topicInstead = "lag billing@prod-eu orders (topics are not created, changed or deleted here)"
)

// tools are those known by name. What else is called kafka-SOMETHING.sh is another tool of Kafka's.
var tools = []tool{
	{name: "kafka-consumer-groups", ours: true},
	{name: "kafka-consumer-group", ours: true}, // as it is mistyped
	{name: "kafka.admin.consumergroupcommand", ours: true},
	{name: "org.apache.kafka.tools.consumer.group.consumergroupcommand", ours: true},

	{name: "kafka-console-consumer", what: "it reads messages", instead: moveInstead},
	{name: "kafka-console-producer", what: "it writes messages", instead: "help"},
	{name: "kafka-console-share-consumer", what: "it reads messages for a share group", instead: "help"},
	{name: "kafka-topics", what: "it creates, changes and deletes topics", instead: topicInstead},
	{name: "kafka-configs", what: "it changes settings of brokers and topics", instead: topicInstead},
	{name: "kafka-delete-records", what: "it deletes messages", instead: topicInstead},
	{name: "kafka-get-offsets", what: "it prints offsets of topics", instead: "lag billing@prod-eu orders"},
	{name: "kafka-acls", what: "it changes rights in Kafka", instead: "access billing@prod-eu"},
	{name: "kafka-groups", what: "it lists groups of all types", instead: "groups @prod-eu"},
	{name: "kafka-share-groups",
		what: "share groups have no committed offsets that this bot moves", instead: "help; share groups: use that tool"},
	{name: "kafka-streams-groups",
		what: "the offsets of a Streams application move together with its state", instead: "help; Streams: use that tool"},
	{name: "kafka-streams-application-reset",
		what: "it resets a Streams application with its state", instead: "help; Streams applications: use that tool"},
	{name: "kafka.tools.streamsresetter",
		what: "it resets a Streams application with its state", instead: "help; Streams applications: use that tool"},
	{name: "org.apache.kafka.tools.streamsresetter",
		what: "it resets a Streams application with its state", instead: "help; Streams applications: use that tool"},
	{name: "kafka.tools.getoffsetshell", what: "it prints offsets of topics", instead: "lag billing@prod-eu orders"},
	{name: "org.apache.kafka.tools.getoffsetshell", what: "it prints offsets of topics",
		instead: "lag billing@prod-eu orders"},
	{name: "kafka.tools.consumeroffsetchecker", what: "it reads offsets in ZooKeeper, which Kafka no longer has",
		instead: "lag billing@prod-eu"},

	{name: "rpk", subs: []string{"group", "topic", "cluster"}, what: "it has a grammar of its own (to start is earliest " +
		"here, to end is latest)", instead: moveInstead},
	{name: "kafkactl", subs: []string{"reset", "describe", "get", "delete", "consume", "clone"},
		what: "it has a grammar of its own", instead: moveInstead},
	{name: "kcl", subs: []string{"group", "topic", "admin", "consume"}, what: "it has a grammar of its own",
		instead: moveInstead},
	{name: "kaf", subs: []string{"group", "groups", "topic", "topics", "consume"}, what: "it has a grammar of its own",
		instead: moveInstead},
	{name: "confluent", subs: []string{"kafka"}, what: "it has a grammar of its own", instead: "lag billing@prod-eu"},
	{name: "kcat", what: "it reads and writes messages", instead: moveInstead},
	{name: "kafkacat", what: "it reads and writes messages", instead: moveInstead},
	{name: "zookeeper-shell", what: "offsets in ZooKeeper are of a consumer that Kafka no longer has",
		instead: moveInstead},
}

// toolName finds a text that may hold a command of such a tool.
var toolName = regexp.MustCompile(`(?i)kafka-[a-z]|consumergroupcommand|kafka\.tools\.|streamsresetter|zookeeper-shell|` +
	`\b(?:rpk|kafkactl|kcl|kaf|kcat|kafkacat|confluent)\b`)

var toolEnding = regexp.MustCompile(`\.(?:sh|bat|cmd|exe)$`)

// toolOf is the tool that a word names: by its name, with any path before it. Script: it is named as a file.
func toolOf(said string) (t tool, script, ok bool) {
	name := strings.ToLower(said)
	if at := strings.LastIndexAny(name, `/\`); at >= 0 {
		name, script = name[at+1:], true
	}
	name = strings.TrimLeft(name, "@*_#'\"`“‘(")
	ending := toolEnding.FindString(name)
	if ending != "" {
		name, script = strings.TrimSuffix(name, ending), true
	}
	for _, t := range tools {
		if t.name == name {
			return t, script, true
		}
	}
	if ending != "" && kafkaScript.MatchString(name) {
		return tool{name: name, what: "of Kafka's tools, kafka-consumer-groups.sh alone is understood", instead: "help kafka"}, true, true
	}
	return tool{}, false, false
}

var kafkaScript = regexp.MustCompile(`^kafka-[a-z]+(-[a-z]+)*$`)

// notOurs refuses a command of another tool.
func notOurs(said string, t tool, instead string) error {
	return &SyntaxError{Word: said, Want: quoted(said) + " is another tool: " + t.what, Example: instead}
}

// kafkaFlags are the options of kafka-consumer-groups.sh, of all versions: by them a shortened one is told apart as
// its own parser does.
var kafkaFlags = []string{"all-groups", "all-topics", "bootstrap-server", "by-duration", "command-config", "delete",
	"delete-offsets", "describe", "dry-run", "execute", "export", "from-file", "group", "help", "list", "members",
	"new-consumer", "offsets", "reset-offsets", "shift-by", "state", "timeout", "to-current", "to-datetime",
	"to-earliest", "to-latest", "to-offset", "topic", "type", "verbose", "version", "zookeeper"}

// kafkaFlag is the option of Kafka's tool that a word is: with one dash or two, in full or shortened. Empty: none, or
// one of several.
func kafkaFlag(said string) string {
	if !isOption(word{text: said}) {
		return ""
	}
	name, _, _ := strings.Cut(strings.ToLower(strings.TrimLeft(fixDashes(said), "-")), "=")
	if slices.Contains(kafkaFlags, name) {
		return name
	}
	found := ""
	for _, f := range kafkaFlags {
		if len(name) > 2 && strings.HasPrefix(f, name) {
			if found != "" {
				return ""
			}
			found = f
		}
	}
	return found
}

// isOption reports a word that begins with a dash and is no number.
func isOption(w word) bool {
	s := fixDashes(w.text)
	return len(s) > 1 && s[0] == '-' && (s[1] == '-' && len(s) > 2 || s[1] >= 'A' && s[1] <= 'z')
}

var (
	variable = regexp.MustCompile("\\$[\\w{(@*?]|`|%[A-Za-z_]\\w*%|![A-Za-z_]\\w*!")
	brackets = regexp.MustCompile(`[<>{}\[\]]|\.\.\.|…`)
	// standIn are the words that documents put where a name belongs.
	standIn = regexp.MustCompile(`^(?:(?:CONSUMER|KAFKA|YOUR|MY|THE)[-_ ]?)*(?:GROUP|TOPIC)(?:[-_ ]?(?:NAME|ID))?$|` +
		`(?i)^your[-_ ]|^x{3,}$|^(?:consumer[-_ ]?)?(?:group|topic)[-_ ](?:name|id)$`)
)

// notAValue refuses the value of a pasted option that is no value: a variable, a placeholder, a glob. Kafka's tool
// would take some of them as they are.
func notAValue(g given) error {
	key, s := g.key(), g.value.text
	what := "the value of --" + key
	switch key {
	case "group":
		what = "the group's name"
	case "topic":
		what = "the topic's name"
	case "bootstrap-server", "command-config", "reason", "emergency", "from-file":
		return nil // whatever it is, nothing is chosen by it
	}
	example := "--" + key + " " + options[key].value
	switch {
	case variable.MatchString(s):
		return syntaxError(g.value, example, "%s is a variable, and variables have no value here: write "+what+" instead")
	case brackets.MatchString(s), (key == "group" || key == "topic") && standIn.MatchString(s):
		return syntaxError(g.value, example, "%s is a placeholder: write "+what+" instead")
	case key == "group" && strings.ContainsAny(s, "*?"):
		return syntaxError(g.value, "groups "+s,
			"one group per command: %s is a pattern, which Kafka's tool takes as a name; groups lists those that match")
	case key == "group" && strings.Contains(s, ","):
		first, _, _ := strings.Cut(s, ",")
		return syntaxError(g.value, "--group "+first, "one group per command: %s looks like several")
	case key == "topic" && strings.ContainsAny(s, "*?"):
		return syntaxError(g.value, "--topic orders --topic refunds, --all-topics",
			"%s is a pattern, which Kafka's tool takes as a name: write each topic's name")
	case (key == "group" || key == "topic") && strings.ContainsAny(s, "\"'\\|;&"):
		return syntaxError(g.value, example, "%s is not a name as it stands in a shell: check its quotation marks")
	}
	return nil
}

// refusedFlags refuses what Kafka's tool does and the bot does not, with what to type instead.
func (l line) refusedFlags() error {
	g, _ := l.value("group")
	var acts []string
	for _, a := range []string{"describe", "list", "reset-offsets", "delete-offsets", "delete"} {
		if l.has(a) {
			acts = append(acts, "--"+a)
		}
	}
	switch {
	case len(acts) > 1:
		return &SyntaxError{Word: acts[1], Want: "one action per command, as Kafka's tool takes it: " +
			strings.Join(acts, " and ") + " are given", Example: resetExample}
	case l.has("zookeeper"):
		return syntaxError(l.given["zookeeper"][0].name, "--bootstrap-server b1.example.com:9092, or --cluster prod-eu",
			"%s is of the old consumer, whose offsets Kafka no longer has: name the brokers or the cluster instead")
	case l.has("delete") && l.has("topic"):
		return &SyntaxError{Word: "--delete", Want: "--delete with a topic is an old spelling: " +
			"to delete the committed offsets on a topic say --delete-offsets",
			Example: "delete-offsets " + text.ShellQuote(g.text) + " " + joined(l.topics())}
	case l.has("delete"):
		return &SyntaxError{Word: "--delete", Want: "--delete deletes whole groups, which this bot never does; " +
			"delete-offsets deletes the committed offsets on topics", Example: usages["delete-offsets"].example()}
	case l.has("version"):
		return syntaxError(l.given["version"][0].name, "doctor", "%s tells nothing of this bot; doctor tells how it is")
	case l.has("all-groups") && !l.has("describe") && !l.has("list"):
		return syntaxError(l.given["all-groups"][0].name, "groups; then "+resetExample,
			"one group per command: %s is not understood; groups lists them")
	}
	return nil
}

// checkBare refuses words that are no part of an option where they would become topics: those of a pasted line, and
// programs before one that is not known.
func (l line) checkBare(verb bool) error {
	const first = "leave out what stands before the first option"
	if len(l.words) == 0 {
		return nil
	}
	w := l.words[0]
	t, _, known := toolOf(w.text)
	switch {
	case l.paste != nil && variable.MatchString(w.text):
		return syntaxError(w, resetExample, "%s is a variable, and variables have no value here: write its options instead")
	case l.paste != nil && brackets.MatchString(w.text):
		return syntaxError(w, resetExample, "%s is a placeholder: write what is meant, without brackets and dots")
	case l.tornTime(w):
		day, _ := l.value("to-datetime")
		return syntaxError(w, "--to-datetime "+day.text+"T"+w.text, "%s is the time of "+quoted(day.text)+
			": they are one word, with a T between them").instead(day.text+" "+w.text, day.text+"T"+w.text)
	case l.paste != nil:
		return syntaxError(w, "--topic orders --topic refunds", "%s belongs to no option: a value follows its option "+
			"and has no blanks, and each topic has its own --topic")
	case known && t.ours && len(l.said) > 1:
		return syntaxError(w, "--group "+w.text+" --topic orders --to-latest", "%s is Kafka's tool, which takes options "+
			"alone; the bot's own words stand without it (a group of that name: --group "+w.text+")")
	case !verb && l.bare > 0 && l.has("group") && slices.ContainsFunc(kafkaOnly, l.has):
		return syntaxError(w, l.typedFrom(l.bare), "%s is not a program that is known here: "+first)
	case !verb && wrappers[strings.ToLower(w.text)] && len(l.words) > 2:
		return syntaxError(w, resetExample, "%s runs no command of kafka-consumer-groups.sh here; paste that alone, or "+
			"type reset before a group named "+w.text)
	}
	if verb {
		return nil
	}
	return strayTool(l.words)
}

// strayTool refuses the tool's name within a word that no option takes: its command was not found.
func strayTool(words []word) error {
	for _, w := range words {
		const name = "kafka-consumer-groups"
		if said := strings.ToLower(w.text); strings.Contains(said, name) && said != name {
			return syntaxError(w, "--group billing --topic orders --to-latest", "the command of kafka-consumer-groups.sh "+
				"cannot be told from what is around it in %s: paste the command alone, from that name on")
		}
	}
	return nil
}

// typedFrom is the line from a word on.
func (l line) typedFrom(n int) string {
	var said []string
	for _, w := range l.said[n:] {
		said = append(said, w.typed())
	}
	return strings.Join(said, " ")
}
