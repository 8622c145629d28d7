package commands

import (
	"maps"
	"slices"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
)

// line is a command sorted into bare words and options.
type line struct {
	words []word
	given map[string][]given
	rest  []word // the reset behind "--" of a line that holds one
	cut   bool   // there was a "--"
	said  []word // all words, in order
	bare  int    // how many words stand before the first option

	paste     *paste   // the words are of a pasted command of Kafka's tool
	restPaste *paste   // those of rest are
	dropped   []string // notes about what was left out of a view
}

// given is an option as it was typed.
type given struct {
	name  word // with its dashes
	value word
	at    int // where it stands
	used  int // how many words after that are its value
}

// option describes an option by its name.
type option struct {
	value  string // example of its value; empty: it takes none
	repeat bool   // it may be given more than once
	bare   bool   // it may be given without its value
	note   string // it is accepted and has no effect: the note that says so
	refuse string // it is known and not accepted: see refusedFlags

	schedule bool   // it belongs to a schedule, before the "--"
	view     string // the view that it belongs to; a reset does not take it
}

// options are the bot's own and those of kafka-consumer-groups.sh, which mean the same here.
var options = map[string]option{
	"reason":    {value: `"bad deploy 4711"`},
	"wait":      {value: "30m"},
	"no-wait":   {},
	"tz":        {value: "Europe/Berlin"},
	"emergency": {value: "INC-4711"},
	"cluster":   {value: "prod-eu"},
	"help":      {},

	"group":            {value: "billing", repeat: true}, // and then refused, with a line for each
	"topic":            {value: "orders:0,3-5", repeat: true},
	"all-topics":       {},
	"to-latest":        {},
	"to-earliest":      {},
	"to-current":       {},
	"to-datetime":      {value: "2026-11-22T09:30:00.000"},
	"by-duration":      {value: "PT1H30M"},
	"shift-by":         {value: "-100"},
	"to-offset":        {value: "46020"},
	"from-file":        {value: "plan.csv", bare: true},
	"bootstrap-server": {value: "b1.example.com:9092"},

	"reset-offsets": {},
	"dry-run":       {},
	"execute":       {note: "--execute is ignored: nothing is written before this preview is confirmed."},
	"export":        {note: "--export is not needed: every plan comes with its CSV."},
	"command-config": {value: "client.properties",
		note: "--command-config is not read: the bot connects as its own configuration says."},
	"timeout": {value: "5000", note: "--timeout is not used: the bot has time limits of its own."},

	"delete":         {refuse: "--delete"}, // see refusedFlags
	"zookeeper":      {refuse: "--zookeeper", value: "zk1.example.com:2181"},
	"version":        {refuse: "--version"},
	"new-consumer":   {note: "--new-consumer is not needed: Kafka has no other."},
	"delete-offsets": {},
	"create-group":   {},

	"connector-stopped": {},
	"skip-ahead":        {},

	"future":    {},
	"name":      {value: "nightly-orders", schedule: true},
	"until":     {value: "2027-03-01", schedule: true},
	"announce":  {value: "15m", schedule: true},
	"when-busy": {value: "wait:30m", schedule: true},
	"if-missed": {value: "run-once:6h", schedule: true},

	"since":  {value: "24h", view: "history"},
	"before": {value: "k7f3", view: "history"},
	"page":   {value: "2", view: "lag"},
	"csv":    {view: "lag"},
	"all":    {view: "history"},

	// of kafka-consumer-groups.sh --describe and --list
	"describe":   {view: "lag"},
	"list":       {view: "groups"},
	"all-groups": {view: "groups"},
	"members":    {view: "lag"},
	"offsets":    {view: "lag"},
	"state":      {value: "stable,empty", bare: true, view: "lag"},
	"type":       {value: "consumer", bare: true, view: "groups"},
	"verbose":    {view: "lag"},
}

// OptionNames are the options of a reset as they are typed, in order: what a shell completes.
func OptionNames() []string {
	var names []string
	for name, o := range options {
		if o.refuse == "" && !o.schedule && o.view == "" {
			names = append(names, "--"+name)
		}
	}
	slices.Sort(names)
	return names
}

// sortLine separates words and options. "--name value" and "--name=value" are the same; what follows a single dash
// and begins with a digit is a number. A pasted line has the options of Kafka's tool as that reads them.
func sortLine(words []word, p *paste) (line, error) {
	l := line{given: map[string][]given{}, paste: p, said: words}
	for i := 0; i < len(words); i++ {
		w := words[i]
		if !w.quoted {
			w.text = fixDashes(w.text)
		}
		if len(w.text) < 2 || w.text[0] != '-' || w.text[1] >= '0' && w.text[1] <= '9' {
			if l.words = append(l.words, w); len(l.given) == 0 {
				l.bare++
			}
			continue
		}
		if p != nil {
			w = asKafkaReads(w)
		}
		g, used, err := readOption(w, words[i+1:])
		if err != nil {
			return line{}, err
		}
		g.at, g.used = i, used
		i += used
		if err := l.add(g); err != nil {
			return line{}, err
		}
	}
	return l, l.check()
}

// asKafkaReads writes an option of Kafka's tool in full: -to-offset, --reset-offset.
func asKafkaReads(w word) word {
	name, value, inline := strings.Cut(w.text, "=")
	if _, known := options[strings.ToLower(strings.TrimPrefix(name, "--"))]; known && strings.HasPrefix(name, "--") {
		return w
	}
	if full := kafkaFlag(name); full != "" {
		if w.text = "--" + full; inline {
			w.text += "=" + value
		}
	}
	return w
}

// check refuses what no line may say, whatever its verb.
func (l line) check() error {
	if err := l.refusedFlags(); err != nil {
		return err
	}
	if l.paste != nil || slices.ContainsFunc(kafkaOnly, l.has) {
		for _, name := range slices.Sorted(maps.Keys(l.given)) {
			for _, g := range l.given[name] {
				if err := notAValue(g); err != nil {
					return err
				}
			}
		}
	}
	if len(l.given["group"]) > 1 {
		return l.manyGroups()
	}
	return nil
}

// kafkaOnly are options that people type only in lines for Kafka's tool.
var kafkaOnly = []string{"reset-offsets", "execute", "dry-run", "export", "bootstrap-server", "command-config",
	"describe", "list"}

// manyGroups refuses several groups, with the line to type for each.
func (l line) manyGroups() error {
	const most = 4
	groups := l.given["group"]
	var lines []string
	for i, only := range groups {
		if i == most {
			break
		}
		var said []string
		for n := 0; n < len(l.said); n++ {
			at := slices.IndexFunc(groups, func(g given) bool { return g.at == n })
			switch {
			case at < 0:
				said = append(said, l.said[n].typed())
			case at == i:
				said = append(said, "--group", only.value.typed())
			}
			if at >= 0 {
				n += groups[at].used
			}
		}
		lines = append(lines, strings.Join(said, " "))
	}
	return syntaxError(groups[1].value, strings.Join(lines, " and then "), "one group per command: %s is a second one")
}

// typed is a word as it can be typed.
func (w word) typed() string { return text.ShellQuote(w.text) }

// readOption reads the option w, and its value from rest unless w holds it; used is how many words of rest it took.
func readOption(w word, rest []word) (g given, used int, err error) {
	text, value, inline := strings.Cut(w.text, "=")
	g = given{name: word{text: text}, value: word{text: value, quoted: w.quoted}}
	key := g.key()
	o, known := options[key]
	switch {
	case text == "-h":
		g.name.text = "--help"
		return g, 0, nil
	case !known || !strings.HasPrefix(text, "--"):
		return g, 0, unknownOption(g.name)
	case o.value == "" && inline:
		return g, 0, syntaxError(g.name, text, "%s takes no value")
	case o.value == "" || inline && value != "":
		return g, 0, nil
	case inline || len(rest) == 0 || !rest[0].quoted && strings.HasPrefix(fixDashes(rest[0].text), "--"):
		if o.bare && !inline {
			return g, 0, nil
		}
		return g, 0, syntaxError(g.name, text+" "+o.value, "%s needs a value")
	}
	g.value = rest[0]
	return g, 1, nil
}

func unknownOption(name word) *SyntaxError {
	e := syntaxError(name, `--reason "bad deploy", --wait 30m; see help options`, "%s is not an option")
	var known []string
	for n, o := range options {
		if o.refuse == "" {
			known = append(known, n)
		}
	}
	slices.Sort(known)
	if e.Near = text.Nearest(strings.TrimLeft(name.text, "-"), known); e.Near != "" {
		e.Near = "--" + e.Near
	}
	return e
}

func (g given) key() string { return strings.ToLower(strings.TrimLeft(g.name.text, "-")) }

func (l *line) add(g given) error {
	key := g.key()
	if len(l.given[key]) > 0 && !options[key].repeat {
		return syntaxError(g.name, g.name.text+" "+options[key].value, "%s is given twice")
	}
	l.given[key] = append(l.given[key], g)
	return nil
}

// has reports whether the option was given; value is its value.
func (l line) has(name string) bool { return len(l.given[name]) > 0 }

func (l line) value(name string) (word, bool) {
	if !l.has(name) {
		return word{}, false
	}
	return l.given[name][0].value, true
}

// checkOptions refuses options other than those named: a verb must not drop an option silently.
func (l line) checkOptions(verb string, names ...string) error {
	for _, name := range slices.Sorted(maps.Keys(l.given)) {
		if !slices.Contains(names, name) {
			return &SyntaxError{Word: "--" + name, Example: usages[verb].example(),
				Want: verb + " has no option " + quoted("--"+name)}
		}
	}
	return nil
}

// notes are what is said about options that are accepted and have no effect.
func (l line) notes() []string {
	var notes []string
	if l.paste != nil && len(l.paste.left) > 0 {
		notes = append(notes, l.paste.note())
	}
	for _, name := range slices.Sorted(maps.Keys(l.given)) {
		if n := options[name].note; n != "" {
			notes = append(notes, n)
		}
	}
	return notes
}

// fixDashes undoes the autocorrection of dashes at the start of a word: "—reason" and "–-reason" were --reason,
// "–100" was -100.
func fixDashes(s string) string {
	rest := strings.TrimLeft(s, "-–—−")
	lead := s[:len(s)-len(rest)]
	switch {
	case rest == "" || strings.Trim(lead, "-") == "":
		return s
	case rest[0] >= '0' && rest[0] <= '9':
		return "-" + rest
	}
	return "--" + rest
}
