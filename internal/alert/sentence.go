package alert

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// sentence reads "consumer group X", "topic X", "cluster X" and "partition 7" where ws[i] ends the noun. It returns
// where the name ends.
func (r *reader) sentence(line string, ws []word, phrase, i int) (int, bool) {
	m, ok := r.labels.noun(ws[phrase : i+1])
	if !ok || i+1 >= len(ws) || ws[i].quoted && !ws[i+1].quoted {
		return 0, false
	}
	next, last := ws[i+1], ws[i]
	if n := strings.ToLower(next.text); (n == "named" || n == "called") && i+2 < len(ws) {
		next, last = ws[i+2], next
	}
	between := strings.TrimSpace(line[last.end:next.start])
	if strings.Trim(between, "\"'`“‘«「『[(") != "" {
		return 0, false
	}
	v := valueAt(line, next.start)
	if q, _ := utf8.DecodeLastRuneInString(between); quotes[q] != 0 {
		v = valueAt(line, strings.LastIndex(line[:next.start], string(q)))
	}
	if name, part, ok := strings.Cut(v.text, "/"); ok && m.class == topic { // topic orders/partition 7, orders/7
		if isName(partition, part) {
			r.place(name, part)
		}
		if isName(partition, part) || strings.EqualFold(part, "partition") {
			v = value{text: name, quoted: v.quoted, end: next.start + len(name) + 1}
		}
	}
	if name, _, ok := cutLast(v.text, ":"); ok && m.class == topic { // --topic orders:0,1
		v.text = name
	}
	if !isName(m.class, v.text) || !v.quoted && !isNoun(line, ws[i].text, v) {
		return 0, false
	}
	option := strings.HasPrefix(ws[i].text, "--")
	if !m.certain && !v.quoted && !isMarked(v.text) && (m.plural || m.class == group && !option && !ofConsumers(ws)) {
		return 0, false // "group chat at 10", "topics covered"
	}
	r.add(m.class, inSentence, v.text)
	for { // "consumer groups a and b"
		j := skipBlanks(line, v.end)
		switch {
		case strings.HasPrefix(line[j:], ","):
			j++
		case strings.HasPrefix(line[j:], "and "):
			j += len("and ")
		default:
			return v.end, true
		}
		more := valueAt(line, j)
		if !isName(m.class, more.text) || !more.quoted && (!m.plural || !isNoun(line, ws[i].text, more)) {
			return v.end, true
		}
		v = more
		r.add(m.class, inSentence, v.text)
	}
}

// ofConsumers reports a sentence about consumers.
func ofConsumers(ws []word) bool {
	for _, w := range ws[:min(len(ws), 40)] {
		if strings.Contains(strings.TrimLeft(w.text, "-"), "-") {
			continue // a name: billing-consumer
		}
		for part := range strings.FieldsSeq(words(w.text)) {
			if ofThem[part] {
				return true
			}
		}
	}
	return false
}

var ofThem = set("consumer consumers lag lags lagging offset offsets reset rewind behind burrow")

// noun finds the noun that ends a phrase: a label of a group, topic, cluster or partition that people write in
// sentences and commands ("--group X").
func (t labelTable) noun(phrase []word) (meaning, bool) {
	for n := min(len(phrase), 4); n > 0; n-- {
		name := phrase[len(phrase)-n:]
		m, ok := t[words(joined(name))]
		if !ok {
			continue
		}
		option := n == 1 && strings.HasPrefix(name[0].text, "--") // of a command that was pasted
		if m.class == offset || strings.ContainsAny(name[n-1].text, "_.") {
			return meaning{}, false
		}
		if m.certain || option || n == len(phrase) || mayPrecede[strings.ToLower(phrase[len(phrase)-n-1].text)] {
			return m, true
		}
		before := strings.ToLower(phrase[len(phrase)-n-1].text)
		return m, m.class == partition || m.class == topic && !foreign[before]
	}
	return meaning{}, false
}

// isNoun reports whether the word after a noun is a name: "topic orders" is one, "topic lag", "Topic Deleted" and
// "consumer group is" are none.
func isNoun(line, noun string, v value) bool {
	if notNames[strings.ToLower(v.text)] {
		return false
	}
	first, _ := utf8.DecodeRuneInString(v.text)
	title, _ := utf8.DecodeRuneInString(noun)
	if unicode.IsUpper(first) && unicode.IsUpper(title) && !isMarked(v.text) {
		return false // a heading
	}
	_, _, isLabel := separator(line, v.end)
	return !isLabel || isMarked(v.text)
}

// notNames are the words that follow "group", "topic" or "cluster" in sentences and are no names.
var notNames = set(`lag lags lagging is are was were be been being has have had having not no and or of in on at to for
	from with by the a an this that these those any all some each every which who whose when where while because if then
	offset offsets partition partitions topic topics group groups member members consumer consumers id ids name names
	named called state status rebalance rebalances rebalanced rebalancing coordinator metadata management exceeded
	exceeds stuck stopped stalled failed failing fails error errors behind high too very over above below under missing
	unknown none null empty dead inactive active idle does did do can cannot can't must should will would may might made
	making makes still now again threshold thresholds count size config configuration authorization auth access
	subscription subscriptions assignment assignments leader monitoring monitor alert alerts health healthy unhealthy
	delay delays delayed backlog progress processing performance throughput latency listener protocol generation
	instance it its replication retention replica replicas deletion deleted creation created level list details left
	joined seems appears looks needs went got gets says keeps running consuming reading pattern regex filter owner
	total max min sum average avg value values message messages record records data detected growing increasing
	increased decreasing falling up down out as so but also only just there here we i you they he she caught recovered
	resolved fired firing triggered stable preparingrebalance completingrebalance logs log lost gone offline online
	unavailable available ready exporter operator outage issue issues incident problem problems key keys info
	information summary description type kind version yet since until after before during between via into onto than
	instances unable doesn't isn't hasn't didn't won't wasn't aren't reset resets per already cluster clusters metrics
	metric service services app application team please thanks un une le la les des du el los las un una der die das
	ein eine ist hat a tem est nicht dans pour com sem consumption lagged lagtime policy`)
