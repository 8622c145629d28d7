package alert

import (
	"regexp"
	"strings"
)

// segment reads one text of the message, line by line.
func (r *reader) segment(s segment) {
	if s.unit != r.unit {
		r.unit, r.section = s.unit, unknown
		r.nextAlert()
	}
	r.unitOf[r.alert] = s.unit
	ls := strings.Split(strings.ReplaceAll(s.text, "```", "\n"), "\n")
	if s.label != "" {
		r.field(s.label, ls)
	}
	var t *table
	above := s.label // the label of a field, or a line in bold
	for i, raw := range ls {
		l := withoutPayload(plain(raw))
		if t = r.row(t, l); t != nil {
			r.text.add(l)
			continue
		}
		next := ""
		if i+1 < len(ls) {
			next = plain(ls[i+1])
		}
		r.begins(l)
		r.prose(above, l)
		r.line(l, next)
		above = s.label
		if isHeading(raw, l) {
			above = strings.TrimSpace(l)
			if m, ok := r.labels[words(l)]; ok {
				r.values(m, l, next, 0, false)
			}
		}
	}
}

var payload = regexp.MustCompile(`\bpayload=.*, headers=`)

// withoutPayload leaves out what a log line quotes of the message itself: its fields are of the business, and its
// "group" is no consumer group.
func withoutPayload(l string) string {
	if _, after, ok := strings.Cut(l, "ConsumerRecord("); ok {
		if m := quotedRecord.FindStringIndex(after); m != nil {
			from := len(l) - len(after) + m[1]
			return l[:from] + l[max(from, strings.LastIndexByte(l, ')')):]
		}
	}
	return payload.ReplaceAllString(l, "headers=")
}

var quotedRecord = regexp.MustCompile(`\boffset ?= ?\d+`)

// prose reads what a line says as a sentence of words: records, times, states, what it is about.
func (r *reader) prose(label, l string) {
	r.records(l)
	r.dimensions(l)
	r.text.add(l)
	r.words.add(l)
	if label != "" {
		l = label + ": " + strings.TrimSpace(l)
	}
	r.moments(l)
	r.state(l)
}

// field reads the field of a title, as attachments have them.
func (r *reader) field(title string, ls []string) {
	r.text.add(title)
	m, ok := r.labels.of(split(title), false)
	if !ok {
		return
	}
	for i, l := range ls {
		key := title
		if i > 0 {
			key = "" // another line of the same field
		}
		r.values(m, key, plain(l), 0, false)
	}
}

var (
	// dimension is a label and its value in the JSON of AWS, in either order.
	dimension = regexp.MustCompile(`(?i)"name"\s*:\s*"([^"]{1,80})"\s*,\s*"value"\s*:\s*"([^"]{1,255})"` +
		`|"value"\s*:\s*"([^"]{1,255})"\s*,\s*"name"\s*:\s*"([^"]{1,80})"`)
	// columnsOfTwo is a label and its value in a listing ("GROUP        billing").
	columnsOfTwo = regexp.MustCompile(`^\s*(\pL[\pL -]{2,30}?)(?:\s{2,}|\t)(\S+)\s*$`)
)

// dimensions reads labels and values without a sign between them.
func (r *reader) dimensions(l string) {
	found := dimension.FindAllStringSubmatch(l, mostRecords)
	if m := columnsOfTwo.FindStringSubmatch(l); m != nil {
		found = append(found, m)
	}
	for _, m := range found {
		name, v := m[1], m[2]
		if name == "" {
			name, v = m[4], m[3]
		}
		if of, ok := r.labels[words(name)]; ok && !r.isLabelled(value{text: v}) {
			r.named(of, v)
		}
	}
}

// isHeading reports a line in bold that stands above what it names.
func isHeading(raw, l string) bool {
	t := strings.TrimSpace(raw)
	return len(t) > 2 && t[0] == '*' && t[len(t)-1] == '*' && !strings.ContainsAny(l, ":：") && strings.TrimSpace(l) != ""
}

// nextAlert begins another alert of the message.
func (r *reader) nextAlert() {
	r.alert++
	r.seen = map[string]bool{}
	r.alerts[r.alert], r.unitOf[r.alert] = r.section, r.unit
}

// borders are lines at which another alert begins, in the templates of Alertmanager and Grafana.
var borders = regexp.MustCompile(`^\s*(?:[-=_—─]{3,}\s*$|(?:Value|Labels|Alert)\s*:)`)

// begins looks for the border between two alerts.
func (r *reader) begins(l string) {
	switch strings.ToLower(strings.Trim(l, " \t:*_")) {
	case "firing", "alerts firing", "firing alerts":
		r.section = firing
		r.nextAlert()
	case "resolved", "alerts resolved", "resolved alerts":
		r.section = resolved
		r.nextAlert()
	default:
		if len(r.seen) > 0 && borders.MatchString(l) {
			r.nextAlert()
		}
	}
}
