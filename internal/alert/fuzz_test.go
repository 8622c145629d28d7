package alert

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// Whatever a message holds, reading it ends, and every value is a part of the message that can be a name.
func FuzzRead(f *testing.F) {
	for _, c := range append(cases(f, "testdata/[0-9]*.json"), cases(f, "testdata/own.json")...) {
		if len(c.Message) < 10_000 { // a long one costs the fuzzer a second
			f.Add([]byte(c.Message))
		}
	}
	for _, s := range []string{`{"text":"group=\u202ebilling"}`, `{"text":"<<<<http://x|y>>&amp;lt;"}`,
		`{"text":"***a** *b*","blocks":[{"type":"table","rows":[[1]]}]}`, `[]`, `{"attachments":{}}`, "\xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := Read(raw, Labels{})
		said := everything(raw)
		values := slices.Concat(r.Clusters, r.Groups, r.Topics, r.Below.Groups, r.Below.Topics, r.Below.Clusters)
		for _, v := range values {
			if !strings.Contains(said, v) {
				t.Errorf("%q is not in the message", v)
			}
			if !isName(group, v) && !isName(cluster, v) {
				t.Errorf("%q is no name", v)
			}
		}
		if r.Kind == None && len(values) > 0 {
			t.Errorf("a message about no consumer names %q", values)
		}
	})
}

// everything is the text of all members of a message, as it is and without Slack's and the links' escapes.
func everything(raw []byte) string {
	var v any
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return ""
	}
	var b strings.Builder
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			text, links := unwrap(v)
			b.WriteString(v + "\n" + text + "\n" + entities.Replace(v) + "\n" + strings.Join(links, "\n") + "\n")
			for l := range strings.SplitSeq(text+"\n"+entities.Replace(v), "\n") {
				b.WriteString(plain(l) + "\n")
			}
			for _, l := range append(links, v) {
				if q, err := url.QueryUnescape(entities.Replace(l)); err == nil {
					b.WriteString(q + "\n")
				}
			}
		case json.Number:
			b.WriteString(v.String() + "\n")
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(v)
	return b.String()
}

// The labels that look like a group's and are not, each with a value that would be one.
func TestMisleadingLabelsNameNothing(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"job", "instance", "pod", "container", "namespace", "deployment", "service", "client_id",
		"clientID", "clientId", "consumer_id", "member_host", "grafana_folder", "rulename", "team", "environment",
		"user_group", "rule_group", "resource group", "Security group", "log_group", "alert group", "SNS topic",
		"EKS cluster", "kube_cluster_name", "dlq_topic", "application", "consumer", "gr\u043eup", "t\u043epic"} {
		for _, form := range []string{"lag of a kafka consumer\n%: billing", "kafka consumer lag %=billing",
			"kafka consumer lag {%=\"billing\"}", "kafka lag map[a:b %:billing c:d]", "consumer lag\n • *%:* `billing`",
			"consumer lag %:billing,x:y", "consumer lag on %: billing", "consumer lag { \"%\" : \"billing\" }"} {
			text := strings.ReplaceAll(form, "%", name)
			raw, err := json.Marshal(map[string]string{"text": text})
			if err != nil {
				t.Fatal(err)
			}
			r := Read(raw, Labels{})
			if n := slices.Concat(r.Groups, r.Topics, r.Clusters); len(n) > 0 {
				t.Errorf("%q names %q", text, n)
			}
		}
	}
}

// Labels of the configuration are read as the known ones are.
func TestLabelsOfTheConfiguration(t *testing.T) {
	t.Parallel()
	l := Labels{Group: []string{"abonnent"}, Topic: []string{"kanal"}, Partition: []string{"shard"},
		Cluster: []string{"stretch"}}
	raw := json.RawMessage(`{"text":"kafka lag abonnent=billing kanal=orders shard=7 stretch=eu kafka_cluster=other"}`)
	r := Read(raw, l)
	if !slices.Equal(r.Groups, []string{"billing"}) || !slices.Equal(r.Topics, []string{"orders"}) ||
		!slices.Equal(r.Clusters, []string{"eu"}) || !slices.Equal(r.Partitions["orders"], []int32{7}) {
		t.Errorf("%+v", r)
	}
	if r := Read(raw, Labels{}); len(r.Groups)+len(r.Topics) > 0 || !slices.Equal(r.Clusters, []string{"other"}) {
		t.Errorf("without them: %+v", r)
	}
}

func BenchmarkReadLongest(b *testing.B) {
	for name, line := range map[string]string{"labels": "group=a topic=b-1 ", "bold": "*a* *b* ", "quotes": "topic “x ",
		"angles": "<<<<", "words": "lag of consumer group ", "places": "a-1@2 ", "colons": "a:b:c: "} {
		b.Run(name, func(b *testing.B) {
			raw, err := json.Marshal(map[string]string{"text": strings.Repeat(line, 40_000/len(line))})
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				Read(raw, Labels{})
			}
		})
	}
}
