package commands

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
)

// The views: what changes nothing.

// Looks reports whether a command is a view.
func Looks(c Command) bool {
	switch c.(type) {
	case Help, Status, Lag, Groups, Clusters, Doctor, Show, History, Access, Schedules, ShowSchedule:
		return true
	case Reset, Overview, Upload, SetFreeze, Schedule, Decide:
	}
	return false
}

func readStatus(verb string, l line, ctx Context) (Command, error) {
	n, err := readName(verb, l, ctx, true)
	return Status{n.group, n.cluster}, err
}

func readAccess(verb string, l line, ctx Context) (Command, error) {
	n, err := readName(verb, l, ctx, false)
	return Access{n.group, n.cluster}, err
}

func readLag(verb string, l line, ctx Context) (Command, error) {
	err := l.checkOptions(verb, "group", "cluster", "bootstrap-server", "topic", "all-topics", "page", "csv")
	if err != nil {
		return nil, err
	}
	n, err := readNaming(l, l.words[1:], ctx, usages[verb].example())
	if err != nil {
		return nil, err
	}
	s := scopeReader{exact: true}
	for _, w := range append(n.rest, l.topics()...) {
		if err := s.add(w); err != nil {
			return nil, err
		}
	}
	lag := Lag{Group: n.group, Cluster: n.cluster, Server: n.server, Topics: s.scopes(), CSV: l.has("csv")}
	if w, ok := l.value("page"); ok {
		if lag.Page = parseDigits(w.text); !digits(w.text) || lag.Page < 1 || len(w.text) > 5 {
			return nil, syntaxError(w, "lag billing@prod-eu --page 2", "--page %s is not the number of a page")
		}
	}
	return lag, nil
}

// readGroups reads groups [PATTERN][@CLUSTER].
func readGroups(verb string, l line, ctx Context) (Command, error) {
	if err := l.checkOptions(verb, "cluster", "bootstrap-server"); err != nil {
		return nil, err
	}
	n, err := flaggedCluster(l, ctx)
	if err != nil || len(l.words) == 1 {
		return Groups{Cluster: n.cluster, Server: n.server}, err
	}
	example := usages[verb].example()
	if name, ok := strings.CutPrefix(l.words[1].text, "@"); ok && !l.words[1].quoted {
		if !clusterShape.MatchString(name) {
			return nil, syntaxError(l.words[1], example, "%s names no cluster")
		}
		n.cluster, n.server = name, ""
	} else if err := n.read(l.words[1], ctx, example); err != nil {
		return nil, err
	}
	return Groups{Pattern: n.group, Cluster: n.cluster, Server: n.server}, unexpected(l.words[2:], verb)
}

func readClusters(verb string, l line, _ Context) (Command, error) {
	if err := l.checkOptions(verb); err != nil {
		return nil, err
	}
	return Clusters{}, unexpected(l.words[1:], verb)
}

func readDoctor(verb string, l line, _ Context) (Command, error) {
	if err := l.checkOptions(verb); err != nil {
		return nil, err
	}
	return Doctor{}, unexpected(l.words[1:], verb)
}

// describing are the options of kafka-consumer-groups.sh --describe and --list that change nothing here: the answer
// has the state, the members and the offsets.
var describing = []string{"describe", "list", "all-groups", "members", "offsets", "state", "type", "verbose", "timeout",
	"new-consumer",
	"command-config", "bootstrap-server", "cluster"}

// readKafkaView reads a line for kafka-consumer-groups.sh that changes nothing: --list is groups, --describe is lag.
func readKafkaView(l line, ctx Context) (Command, error) {
	verb := "lag"
	if !l.has("describe") || l.has("all-groups") {
		verb = "groups"
	}
	if verb == "groups" && l.has("all-topics") { // the answer tells no topics
		l.given = maps.Clone(l.given)
		delete(l.given, "all-topics")
		l.dropped = append(l.dropped, "--all-topics is not applied: the answer says how far each group is behind; lag GROUP has its topics.")
	}
	allowed := append(slices.Clone(describing), "group", "topic", "all-topics")
	if err := l.checkOptions("--describe", allowed...); err != nil {
		return nil, err
	}
	if len(l.words) > 0 {
		return nil, syntaxError(l.words[0], usages[verb].example(), "%s is one word too many for --describe or --list")
	}
	l.words = []word{{text: verb}}
	kept := line{words: l.words, given: maps.Clone(l.given)}
	for _, name := range describing {
		if name != "bootstrap-server" && name != "cluster" {
			delete(kept.given, name)
		}
	}
	cmd, err := readerOf(verb)(verb, kept, ctx)
	if err != nil {
		return nil, err
	}
	if lag, ok := cmd.(Lag); ok {
		lag.Notes = l.viewNotes()
		return lag, nil
	}
	groups, _ := cmd.(Groups)
	groups.Notes = l.viewNotes()
	return groups, nil
}

// viewNotes are what is said beside the answer of a pasted line that changes nothing.
func (l line) viewNotes() []string {
	notes := slices.Clone(l.dropped)
	if w, ok := l.value("state"); ok && w.text != "" {
		notes = append(notes, "--state "+quoted(w.text)+" is not applied: the answer says the state of each group.")
	}
	if w, ok := l.value("type"); ok && w.text != "" {
		notes = append(notes, "--type "+quoted(w.text)+" is not applied: the answer has the groups of all types.")
	}
	if l.paste != nil && len(l.paste.left) > 0 {
		notes = append(notes, l.paste.note())
	}
	return notes
}

// readHistory reads history [GROUP[@CLUSTER] | ID] [@PERSON] and the options that narrow it, in any order.
func readHistory(verb string, l line, ctx Context) (Command, error) {
	err := l.checkOptions(verb, "group", "cluster", "bootstrap-server", "since", "until", "before", "all", "csv", "tz")
	if err != nil {
		return nil, err
	}
	h := History{All: l.has("all"), CSV: l.has("csv")}
	rest, err := h.takePeople(l.words[1:])
	if err != nil {
		return nil, err
	}
	if err := h.readName(l, rest, ctx, verb); err != nil {
		return nil, err
	}
	if w, ok := l.value("before"); ok {
		m := refShape.FindStringSubmatch(strings.ToLower(w.text))
		if m == nil {
			return nil, syntaxError(w, "history --before k7f3", "--before %s is not the id of a request")
		}
		h.Before = m[1]
	}
	c, err := clockOf(l, ctx)
	if err != nil {
		return nil, err
	}
	if h.Since, err = readMoment(l, "since", c); err != nil {
		return nil, err
	}
	if h.Until, err = readMoment(l, "until", c); err != nil {
		return nil, err
	}
	if !h.Until.IsZero() && !h.Since.Before(h.Until) {
		return nil, &SyntaxError{Want: "--since is not before --until: nothing lies between",
			Example: usages[verb].examples[1]}
	}
	return h, nil
}

// takePeople takes the word that names a person.
func (h *History) takePeople(words []word) (rest []word, err error) {
	for _, w := range words {
		person, ok := personOf(w)
		switch {
		case !ok:
			rest = append(rest, w)
		case h.Person != "":
			return nil, syntaxError(w, "history @mara", "one person at a time: %s is a second one")
		default:
			h.Person = person
		}
	}
	return rest, nil
}

// personOf reads @mara, @U0MARA or Slack's own <@U0MARA>. A group of such a name is given by its flag.
func personOf(w word) (string, bool) {
	s := w.text
	if id, ok := strings.CutPrefix(s, "<@"); ok {
		return strings.TrimSuffix(id, ">"), true
	}
	name, ok := strings.CutPrefix(s, "@")
	return name, ok && name != "" && !w.quoted
}

// readName reads the group or the request of a history; without one it is of all that one may view.
func (h *History) readName(l line, words []word, ctx Context, verb string) error {
	if len(words) == 0 && !l.has("group") {
		n, err := knownCluster(l, ctx)
		h.Cluster = n.cluster
		return err
	}
	n, err := readNaming(l, words, ctx, usages[verb].example())
	if err != nil {
		return err
	}
	if err := n.checkServer(ctx); err != nil {
		return err
	}
	h.Group, h.Cluster = n.group, n.cluster
	if m := refShape.FindStringSubmatch(strings.ToLower(n.group)); m != nil && n.cluster == "" && !l.has("group") {
		h.ID = m[1]
	}
	return unexpected(n.rest, verb)
}

// clockOf is the zone and the present by which the times of a view are read: --tz, else the asker's.
func clockOf(l line, ctx Context) (clock, error) {
	r := resetParser{line: l, ctx: ctx}
	err := r.readClock()
	return r.clock, err
}

// readMoment reads the time of an option: a duration ago, a day (its first moment) or a time as elsewhere; zero: it is
// not given.
func readMoment(l line, option string, c clock) (time.Time, error) {
	w, ok := l.value(option)
	if !ok {
		return time.Time{}, nil
	}
	said := strings.ToLower(strings.TrimSpace(w.text))
	if ago, err := readDuration(said); err == nil {
		return c.now.Add(-ago).UTC(), nil
	}
	if _, err := time.Parse(time.DateOnly, said); err == nil || said == "today" || said == "yesterday" {
		said += " 00:00"
	}
	t, _, err := readTime(said, c)
	if err == nil {
		return t.At, nil
	}
	return time.Time{}, syntaxError(w, "--since 24h, --since yesterday, --since \"2026-11-22 09:30\"",
		"--"+option+" %s is not a time")
}

func readShow(verb string, l line, _ Context) (Command, error) {
	if err := l.checkOptions(verb); err != nil {
		return nil, err
	}
	ref, rest, err := readRef(verb, l)
	if err != nil {
		return nil, err
	}
	return Show{ref.ID, ref.Revision}, unexpected(rest, verb)
}

// TypedView is a view of groups, or of how far one is behind, as it is typed.
func TypedView(c Command) string {
	switch c := c.(type) {
	case Lag:
		said := []string{"lag", "--group", text.ShellQuote(c.Group), "--cluster", c.Cluster}
		if isTopic(c.Group) {
			said = []string{"lag", c.Group + "@" + c.Cluster}
		}
		for _, t := range c.Topics {
			topic := t.Topic
			for i, p := range t.Partitions {
				topic += ":,"[min(i, 1):min(i, 1)+1] + strconv.Itoa(int(p))
			}
			said = append(said, topic)
		}
		if c.CSV {
			said = append(said, "--csv")
		}
		return strings.Join(said, " ")
	case Groups:
		return strings.TrimSpace("groups " + c.Pattern + "@" + c.Cluster)
	default: // no other has a server
	}
	return ""
}
