package alert

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// word is a run of a line that may be a label or a name.
type word struct {
	text       string
	start, end int
	breaks     bool // something stands before it that ends a label: a comma, a bracket, a bullet
	quoted     bool // it stands in quotes
}

// split cuts a line into words and says what separates them. It is linear in the line.
func split(line string) []word {
	var out []word
	breaks, quoted := true, false
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRuneInString(line[i:])
		if !inWord(r) {
			if _, ok := quotes[r]; ok {
				quoted = !quoted
			}
			breaks = breaks || !unicode.IsSpace(r)
			i += size
			continue
		}
		start, ideograph := i, isIdeograph(r)
		for i < len(line) {
			r, size = utf8.DecodeRuneInString(line[i:])
			apostrophe := r == '\'' && i > start && i+1 < len(line) && isLetter(line[i-1]) && isLetter(line[i+1])
			if !inWord(r) && !apostrophe || isIdeograph(r) != ideograph && r > '9' {
				break
			}
			i += size
		}
		w := word{text: line[start:i], start: start, end: i, breaks: breaks, quoted: quoted}
		breaks = strings.HasSuffix(w.text, ".") // of a sentence
		if strings.Trim(w.text, "-_.") == "" {
			breaks = true // a bullet or a rule
			continue
		}
		out = append(out, w)
	}
	return out
}

func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || r < utf8.RuneSelf && strings.ContainsRune("-_.&/@#+%~$", r)
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// separator finds the sign between a label that ends at i and its value: a colon or an equals sign, perhaps after the
// quote that closes the label. compact: the value follows without a blank.
func separator(line string, i int) (after int, compact, ok bool) {
	for n := 0; n < widest && i < len(line) && strings.IndexByte("\"'`* \t", line[i]) >= 0; n++ { // "topic" :
		i++
	}
	r, size := utf8.DecodeRuneInString(line[i:])
	if !strings.ContainsRune(":=：＝", r) || size == 0 {
		return 0, false, false
	}
	i += size
	if strings.HasPrefix(line[i:], "~") || strings.HasPrefix(line[i:], "=") || strings.HasPrefix(line[i:], "//") ||
		strings.HasPrefix(line[i:], ":") || r == '=' && strings.HasPrefix(line[i:], ">") {
		return 0, false, false // =~ is a pattern
	}
	return i, i < len(line) && !isBlank(line[i]), true
}

// line reads one line: its labels, and what its sentences name. next is the line after it.
func (r *reader) line(l, next string) {
	ws := split(l)
	phrase := 0 // where the words begin that may be a label
	past := 0   // how far the line is read as values
	other := -1 // the word after a label of something else: its value
	for i, w := range ws {
		if w.start < past {
			phrase = i + 1
			continue
		}
		if w.breaks {
			phrase = i
		}
		after, compact, ok := separator(l, w.end)
		if !ok {
			if end, name := r.sentence(l, ws, phrase, i); name {
				past = end
			}
			continue
		}
		of := ws[phrase : i+1]
		m, known := r.labels.of(of, compact || phrase == other && other == i-1) // env: prod topic: orders
		phrase, other = i+1, i+1
		switch {
		case !known && compact && i+1 < len(ws) && ws[i+1].start == after:
			if _, _, label := separator(l, ws[i+1].end); !label { // the value of another label is no label
				past = ws[i+1].end
			}
		case !known:
		case skipBlanks(l, after) >= len(l):
			r.values(m, w.text, next, 0, false)
		default:
			past = r.values(m, w.text, l, after, compact)
		}
	}
}

// widest is how far a sign may stand behind its label.
const widest = 40

// of finds the label that ends a phrase of words.
func (t labelTable) of(phrase []word, compact bool) (meaning, bool) {
	for n := min(len(phrase), 4); n > 0; n-- {
		name, before := phrase[len(phrase)-n:], ""
		if n < len(phrase) {
			before = strings.ToLower(phrase[len(phrase)-n-1].text)
		}
		m, ok := t[words(joined(name))]
		if !ok {
			continue
		}
		if m.certain || before == "" || mayPrecede[before] || compact && n == 1 && !foreign[before] {
			return m, true
		}
		return meaning{}, false
	}
	return meaning{}, false
}

func joined(ws []word) string {
	var b strings.Builder
	for i, w := range ws {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.text)
	}
	return b.String()
}

// values takes the values of a label that stand at line[i:], and returns where the line goes on.
func (r *reader) values(m meaning, name, line string, i int, compact bool) int {
	v := valueAt(line, i)
	if !v.quoted && r.isLabelled(v) { // a label without a value, and then the next one
		return i
	}
	if v.text == "" || !v.quoted && !compact && !isMarked(v.text) && !r.standsAlone(line, v.end) {
		return max(v.end, i)
	}
	key := words(name)
	if r.seen[key] {
		r.nextAlert()
	}
	r.seen[key] = true
	r.named(m, v.text)
	bracket := strings.IndexByte(line[i:min(len(line), i+3)], '[') >= 0
	for { // a list
		j := skipBlanks(line, v.end)
		if j >= len(line) || line[j] != ',' {
			return v.end
		}
		more := valueAt(line, j+1)
		_, _, label := separator(line, more.end)
		if label || more.text == "" || r.isLabelled(more) || !m.plural && !bracket && !r.isItem(line, more) {
			return v.end
		}
		r.named(m, more.text)
		v = more
	}
}

// isItem reports whether what follows a comma is a further value of a label in the singular: "orders, 5 minutes" is
// none.
func (r *reader) isItem(line string, v value) bool {
	rest := skipBlanks(line, v.end)
	return v.quoted || isMarked(v.text) && (rest >= len(line) || line[rest] == ',')
}

// isLabelled reports what stands where a value is expected and is itself a label: "map[consumergroup: topic:orders]".
func (r *reader) isLabelled(v value) bool {
	name := v.text
	if i := strings.IndexAny(name, ":="); i >= 0 {
		name = name[:i]
	}
	_, known := r.labels[words(name)]
	return known
}

// standsAlone reports whether the word before line[i:] is a name in prose: the line ends there, or goes on with a
// sign, a label or a word that follows names. "Topic: Kafka outage in prod" names no topic.
func (r *reader) standsAlone(line string, i int) bool {
	i = skipBlanks(line, i)
	c, _ := utf8.DecodeRuneInString(line[i:])
	if i >= len(line) || !unicode.IsLetter(c) || isIdeograph(c) {
		return true
	}
	rest := line[i:min(len(line), i+80)]
	ws := split(rest)
	for j, w := range ws {
		if j > 3 || j > 0 && w.breaks {
			break
		}
		if _, _, ok := separator(rest, w.end); ok {
			return true
		}
	}
	return len(ws) > 0 && mayFollow[strings.ToLower(ws[0].text)]
}

// mayFollow are the words after which a name without quotes is taken for one.
var mayFollow = set(`on in is has had lag lags lagging for with of at and or to from was by consumer consumers group
	topic partition cluster offset behind not stuck stopped failed since are does a`)

// named takes a value under its meaning.
func (r *reader) named(m meaning, v string) {
	switch m.class {
	case topic:
		if name, part, ok := cutLast(v, ":"); ok && isName(partition, part) { // orders:7
			v = name
			if isName(topic, name) {
				r.place(name, part)
			}
		}
	case partition:
		if name, part, ok := cutLast(v, "-"); ok && isName(partition, part) && isName(topic, name) { // orders-7
			r.add(topic, m.rank, name)
			r.place(name, part)
			return
		}
	case group, cluster, offset:
	}
	if isName(m.class, v) {
		r.add(m.class, m.rank, v)
	}
}

// place takes a partition that is spelled with its topic.
func (r *reader) place(name, part string) {
	r.addOf(partition, label, part, name)
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
