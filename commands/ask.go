package commands

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// groupName is the group and the cluster that a line names, and the words after them.
type groupName struct {
	group, cluster string
	server         string   // of a line that names no cluster, where no configured one has it
	notes          []string // what is said about it
	rest           []word
}

// clusterShape is what clusters may be called; "@" and what else is not of this shape belongs to the group.
var clusterShape = regexp.MustCompile(`^[a-zA-Z0-9._-]+$`)

// readNaming reads GROUP[@CLUSTER] from words, or both from their flags, which take any name exactly as it is.
func readNaming(l line, words []word, ctx Context, example string) (groupName, error) {
	n, err := flaggedCluster(l, ctx)
	if n.rest = words; err != nil {
		return n, err
	}
	if w, ok := l.value("group"); ok {
		if n.group = w.text; n.group == "" || isMention(n.group) {
			return n, syntaxError(w, "--group billing", "%s is not the name of a group")
		}
		return n, nil
	}
	if len(words) == 0 {
		return n, &SyntaxError{Want: "which group? None is named", Example: example}
	}
	if err := l.commaGroups(words); err != nil {
		return n, err
	}
	n.rest = words[1:]
	err = n.read(words[0], ctx, example)
	return n, err
}

// read takes GROUP@CLUSTER apart, at the last @ and only where a cluster can follow.
func (n *groupName) read(w word, ctx Context, example string) error {
	n.group = w.text
	at := strings.LastIndexByte(w.text, '@')
	if at >= 0 {
		group, cluster := w.text[:at], w.text[at+1:]
		configured := slices.ContainsFunc(ctx.Clusters, func(c ClusterName) bool { return c.Name == cluster })
		switch {
		case cluster == "":
			return syntaxError(w, example, "%s ends with @: which cluster?")
		case configured && n.cluster != "" && n.cluster != cluster:
			return syntaxError(w, example, "%s names another cluster than the option does, "+n.cluster)
		case !configured && nearCluster(cluster, ctx) != "":
			near := nearCluster(cluster, ctx)
			e := syntaxError(word{text: cluster}, group+"@"+near, "no cluster is called %s").instead(w.text, group+"@"+near)
			e.Near = near
			return e
		case configured, n.cluster == "" && clusterShape.MatchString(cluster):
			n.group, n.cluster, n.server, n.notes = group, cluster, "", nil
		}
	}
	switch {
	case isMention(w.text):
		return syntaxError(w, example, "%s is a mention, not a group: write the name as plain text")
	case n.group == "":
		return syntaxError(w, example, "%s names no group")
	}
	return nil
}

// flaggedCluster is what --cluster or --bootstrap-server says. A server of no configured cluster names none: the
// address inside a container or a network is another one, and a guess could hit the wrong Kafka.
func flaggedCluster(l line, ctx Context) (groupName, error) {
	w, named := l.value("cluster")
	if named && !clusterShape.MatchString(w.text) {
		return groupName{}, syntaxError(w, "--cluster prod-eu", "%s is not the name of a cluster")
	}
	servers, ok := l.value("bootstrap-server")
	if !ok {
		return groupName{cluster: w.text}, nil
	}
	found := clustersOf(servers.text, ctx)
	switch {
	case len(found) == 0 && named:
		return groupName{cluster: w.text, notes: []string{unknownServer(servers.text)}}, nil
	case len(found) == 0:
		return groupName{server: servers.text, notes: []string{unknownServer(servers.text)}}, nil
	case len(found) > 1:
		return groupName{}, syntaxError(servers, "--cluster "+found[0],
			"%s belongs to several clusters: "+strings.Join(found, ", "))
	case named && w.text != found[0]:
		return groupName{}, syntaxError(servers, "--cluster "+found[0], "%s is not of "+w.text)
	}
	return groupName{cluster: found[0]}, nil
}

func unknownServer(server string) string {
	return "`" + strings.ReplaceAll(text.Clip(server, 60), "`", "'") + "` is not a server of a configured cluster."
}

// clustersOf are the configured clusters to which servers belong; a listener's protocol before one is left out.
func clustersOf(servers string, ctx Context) []string {
	var found []string
	for _, c := range ctx.Clusters {
		if slices.ContainsFunc(strings.Split(servers, ","), func(s string) bool {
			if _, address, ok := strings.Cut(s, "://"); ok {
				s = address
			}
			return slices.ContainsFunc(c.Bootstrap,
				func(b string) bool { return strings.EqualFold(strings.TrimSpace(s), b) })
		}) {
			found = append(found, c.Name)
		}
	}
	return found
}

// knownCluster is flaggedCluster for a verb that no runbook has: a server of no configured cluster is a mistake.
func knownCluster(l line, ctx Context) (groupName, error) {
	n, err := flaggedCluster(l, ctx)
	if err == nil {
		err = n.checkServer(ctx)
	}
	return n, err
}

func (n groupName) checkServer(ctx Context) error {
	if n.server == "" {
		return nil
	}
	var known []string
	for _, c := range ctx.Clusters {
		known = append(known, c.Bootstrap...)
	}
	return syntaxError(word{text: n.server}, "--cluster NAME", "%s is no server of a configured cluster").
		suggest(known...)
}

// readName reads a verb that takes a group and nothing else.
func readName(verb string, l line, ctx Context, optional bool) (groupName, error) {
	if err := l.checkOptions(verb, "group", "cluster", "bootstrap-server"); err != nil {
		return groupName{}, err
	}
	if optional && len(l.words) == 1 && !l.has("group") {
		return knownCluster(l, ctx)
	}
	n, err := readNaming(l, l.words[1:], ctx, usages[verb].example())
	if err == nil {
		err = n.checkServer(ctx)
	}
	if err == nil {
		err = unexpected(n.rest, verb)
	}
	return n, err
}

// readReset reads everything that moves offsets; verb is empty where the word reset was left out.
func readReset(verb string, l line, ctx Context) (Command, error) {
	words := l.words
	if verb != "" {
		words = words[1:]
	}
	if err := ofNoSchedule(l); err != nil {
		return nil, err
	}
	if err := grammarWord(words, l.has("group")); err != nil {
		return nil, err
	}
	if err := elseMeant(verb, words, l, ctx); err != nil {
		return nil, err
	}
	n, err := readNaming(l, words, ctx, resetExample)
	if err != nil {
		return nil, err
	}
	r := resetParser{line: l, ctx: ctx, in: reset.Intent{Cluster: n.cluster, Server: n.server, Group: n.group,
		NoWait: l.has("no-wait"), Create: l.has("create-group"), ConnectorStopped: l.has("connector-stopped"),
		SkipAhead: l.has("skip-ahead"), Notes: slices.Concat(l.notes(), n.notes)}}
	if err := r.readOptions(); err != nil {
		return nil, err
	}
	rest, err := r.readTopics(n.rest)
	if err == nil {
		err = r.readTarget(rest)
	}
	if err == nil && l.has("future") {
		err = r.checkFuture()
	}
	if err != nil {
		return nil, err
	}
	if r.upload {
		return Upload{n.group, n.cluster}, nil
	}
	if r.in.Target == nil {
		if err := almostVerb(words); err != nil && verb == "" && !l.has("group") {
			return nil, err
		}
		if r.in.Scope.Empty() && l.checkOptions("", "group", "cluster", "bootstrap-server", "tz") == nil {
			return Overview{Group: n.group, Cluster: n.cluster, Server: n.server, Notes: r.in.Notes}, nil
		}
	}
	return Reset{r.in}, nil
}

// readDelete reads a deletion of committed offsets: it is a reset to Nowhere.
func readDelete(_ string, l line, ctx Context) (Command, error) {
	if len(l.given["delete-offsets"]) == 0 {
		l.given["delete-offsets"] = []given{{name: word{text: "--delete-offsets"}}}
	}
	l.words = l.words[1:]
	return readReset("", l, ctx)
}

const resetExample = "billing@prod-eu orders to latest"

// almostVerb finds a verb with a typo in it: "aprove k7f3.1" does not mean a group of that name with a topic k7f3.1.
func almostVerb(words []word) error {
	if len(words) < 2 {
		return nil // more likely a group; the engine knows similar names
	}
	verb := text.Nearest(words[0].text, verbWords)
	if verb == "" {
		return nil
	}
	return &SyntaxError{Word: words[0].text, Near: verb, Example: usages[verb].example(),
		Want: quoted(words[0].text) + " is not a command, and no target follows"}
}

// grammarWord refuses a group named like a part of a target: it is more likely that the group is missing.
func grammarWord(words []word, flagged bool) error {
	if flagged || len(words) == 0 || !slices.Contains(targetWords, strings.ToLower(words[0].text)) {
		return nil
	}
	return syntaxError(words[0], resetExample,
		"which group? %s is a word of the grammar (a group of that name: --group "+words[0].text+")")
}

// readOptions reads what is neither group, topics nor target.
func (r *resetParser) readOptions() (err error) {
	if r.in.Reason, err = readText(r.line, "reason", maxReason); err != nil {
		return err
	}
	if r.in.Emergency, err = readText(r.line, "emergency", 100); err != nil {
		return err
	}
	if w, ok := r.value("wait"); ok {
		if r.in.NoWait {
			return syntaxError(w, "--wait 30m, or --no-wait", "--wait %s and --no-wait contradict each other")
		}
		if r.in.Wait, err = readDuration(w.text); err != nil {
			return syntaxError(w, "--wait 30m", fmt.Sprintf("how long? %%s %v", err))
		}
	}
	return r.readClock()
}

// readClock finds the zone in which times are read: --tz, else the asker's.
func (r *resetParser) readClock() (err error) {
	c := clock{now: r.ctx.At, zone: r.ctx.Zone, name: r.ctx.ZoneName}
	if c.zone == nil {
		c.zone, c.name = time.UTC, "UTC"
	}
	if c.name == "" {
		c.name = c.zone.String()
	}
	if w, ok := r.value("tz"); ok {
		c.named = true
		if c.zone, c.name, err = findZone(w.text); err != nil {
			return zoneWrong(w, err, "--tz Europe/Berlin, --tz UTC")
		}
	}
	r.clock = c
	if r.in.Zone = c.name; c.name == "UTC" {
		r.in.Zone = ""
	}
	return nil
}

// topics are the values of --topic.
func (l line) topics() []word {
	var words []word
	for _, g := range l.given["topic"] {
		words = append(words, g.value)
	}
	return words
}

// readTopics reads the topics up to the target, and returns the words from there on.
func (r *resetParser) readTopics(words []word) ([]word, error) {
	for i, w := range words {
		text := strings.ToLower(w.text)
		switch {
		case slices.Contains(targetStarts, text):
			return words[i:], r.addTopics(words[:i])
		case slices.Contains(targetWords, text) && i == len(words)-1:
			return nil, syntaxError(w, "billing orders to "+text,
				"%s needs the word to before it (a topic of that name: --topic "+w.text+")").instead(w.text, "to "+text)
		case text == "at" && i+1 < len(words) && clockWords(words[i+1:], r.clock) > 0:
			return nil, noTo(words, i+1, clockWords(words[i+1:], r.clock))
		case slices.Contains(targetWords, text), readerOf(text) != nil:
			return nil, syntaxError(w, "billing --topic "+w.text+" to latest",
				"%s is a word of the grammar, not a topic here")
		}
	}
	if !slices.ContainsFunc(targetFlags, r.has) {
		if err := r.almostTarget(words); err != nil {
			return nil, err
		}
	}
	return nil, r.addTopics(words)
}

// almostTarget finds a target that lacks its first word, or has a typo in it, where there is no target.
func (r *resetParser) almostTarget(words []word) error {
	for i, w := range words {
		if err := r.nearTime(words, i); err != nil {
			return err
		}
		if err := r.almostWord(words, i); err != nil {
			return err
		}
		almost := text.Nearest(w.text, targetWords)
		if almost == "" || i < len(words)-1 {
			continue
		}
		e := &SyntaxError{Word: w.text, Near: almost,
			Want: "where to? " + quoted(w.text) + " is no target", Example: resetExample}
		if slices.Contains(places, almost) {
			e = e.instead(w.text, "to "+almost)
		}
		return e
	}
	return nil
}

// almostWord finds a typo in the word that begins a target, where the line is understood without it.
func (r *resetParser) almostWord(words []word, i int) error {
	almost := text.Nearest(words[i].text, targetStarts)
	if almost == "" || i == len(words)-1 {
		return nil
	}
	e := &SyntaxError{Word: words[i].text, Near: almost,
		Want: "where to? " + quoted(words[i].text) + " is no target", Example: resetExample}
	once := 1
	if _, ok := putRight(e, r.line.words, r.ctx, &once); ok {
		return e
	}
	return nil
}

// clockWords is how many words are a time that no topic is called: with a colon, or a day. It is 0 where none begins.
func clockWords(words []word, c clock) int {
	n := timeWords(words)
	said := joined(words[:n])
	if _, _, err := readTime(said, c); err != nil || digits(said) || !strings.Contains(said, ":") && n == 1 {
		return 0
	}
	return n
}

func (r *resetParser) addTopics(words []word) error {
	for _, w := range append(slices.Clip(words), r.topics()...) {
		if err := r.scope.add(w); err != nil {
			return err
		}
	}
	if all := r.has("all-topics"); all && len(r.scope.order) > 0 {
		return syntaxError(word{text: r.scope.order[0]}, "billing --all-topics to latest",
			"%s and --all-topics contradict each other")
	}
	r.in.Scope = reset.Scope{All: r.has("all-topics"), Topics: r.scope.scopes()}
	return nil
}
