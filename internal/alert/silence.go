package alert

import (
	"net/url"
	"regexp"
	"strings"
)

// matcher is one label of an Alertmanager filter: name="value". Other operators hold patterns, which are no names.
var matcher = regexp.MustCompile(`([A-Za-z_][A-Za-z0-9_]*)\s*(=~|!=|!~|=)\s*"((?:[^"\\]|\\.)*)"`)

// link reads the labels in a link that opens a new silence: filter={name="value",...} of Alertmanager,
// matcher=name=value of Grafana. Other links hold queries and variables, which are patterns.
func (r *reader) link(address string) {
	if !strings.Contains(address, "silence") || len(address) > mostLink {
		return
	}
	address = entities.Replace(address)
	path, query, ok := strings.Cut(address, "?")
	if !ok || !strings.Contains(path, "/silences/new") && !strings.Contains(path, "/silence/new") {
		return
	}
	query, _, _ = strings.Cut(query, "#")
	values, err := url.ParseQuery(query)
	if err != nil && len(values) == 0 {
		return
	}
	r.alert = common
	for _, f := range values["filter"] {
		for _, m := range matcher.FindAllStringSubmatch(f, -1) {
			r.matched(m[1], m[2], m[3])
		}
	}
	for _, m := range values["matcher"] {
		name, value, _ := strings.Cut(m, "=")
		r.matched(name, "=", value)
	}
	for _, list := range values["matchers"] {
		for m := range strings.SplitSeq(list, ",") {
			name, value, _ := strings.Cut(m, "=")
			r.matched(name, "=", strings.Trim(value, `"`))
		}
	}
}

// mostLink is the longest link that is read.
const mostLink = 8_000

func (r *reader) matched(name, operator, value string) {
	if m, ok := r.labels[words(name)]; ok && operator == "=" && isName(m.class, value) {
		r.add(m.class, m.rank, value)
	}
	r.text.add(value)
}
