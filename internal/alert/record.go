package alert

import (
	"regexp"
	"strings"
)

// spelling is a way in which clients and tools write the place of a message. The groups are named t (topic),
// p (partition) and o (offset).
type spelling struct{ *regexp.Regexp }

const (
	topicName = `(?P<t>[A-Za-z0-9._-]+?)`
	number    = `(?P<p>\d{1,9})`
	place     = `(?P<o>\d{1,18})`
)

// spellings, most complete first. Kafka's clients (RecordDeserializationException, "Seeking to offset"), Spring
// (topic-partition@offset), ConsumerRecord's and TopicPartition's own text in Java, Python, Go and .NET, Kafka Connect,
// kafka-go, librdkafka, sarama, Burrow. topic=T, partition=P, offset=O and JSON are read as labels.
var spellings = compile(
	`\bpartition '?`+topicName+`-`+number+`'? at offset '?`+place,
	`(?:^|[\s(\[{'"=:,])`+topicName+`-`+number+`@`+place+`(?:$|[^\w.@-]|\.(?:\s|$))`,
	`ConsumerRecord\(topic ?= ?'?`+topicName+`'?, ?partition ?= ?`+number+`,[^)]{0,160}?offset ?= ?`+place,
	`\b[Tt]opic ['"]?`+topicName+`['"]?,? partition '?`+number+`'?,?(?: at)? offset '?`+place,
	`\bpartition `+number+` of (?:topic )?'?`+topicName+`'? at offset `+place,
	`(?:^|[\s(\[{'"=:,])`+topicName+` ?\[{1,2}`+number+`\]{1,2}(?: at offset | ?@ ?)`+place,
	`\bSeeking to offset `+place+` for partition `+topicName+`-`+number+`\b`,
	`\berror while consuming `+topicName+`/`+number+`\b`,
	`\bpartition '?`+topicName+`-`+number+`(?:$|[^\w.-]|\.(?:\s|$))`,
	`\b[Tt]opic '?`+topicName+`'? \[`+number+`\]`,
	`\b(?:WARN|ERR|STOP|STALL|REWIND)\s+`+topicName+`:`+number+` \(`,
)

func compile(patterns ...string) []spelling {
	out := make([]spelling, len(patterns))
	for i, p := range patterns {
		out[i] = spelling{regexp.MustCompile(p)}
	}
	return out
}

// records reads the places of messages that a line spells.
func (r *reader) records(line string) {
	for _, s := range spellings {
		for _, m := range s.FindAllStringSubmatchIndex(line, mostRecords) {
			last := 0 // where the last of its parts ends
			at := func(name string) string {
				i := s.SubexpIndex(name)
				if i < 0 {
					return ""
				}
				last = max(last, m[2*i+1])
				return line[m[2*i]:m[2*i+1]]
			}
			t, p, o := at("t"), at("p"), at("o")
			if !isName(topic, t) {
				continue
			}
			if isCut(line[last:]) { // "at offset 193..." is not 193
				o = ""
				if s.SubexpIndex("o") < 0 {
					p = ""
				}
			}
			r.add(topic, label, t)
			if p != "" {
				r.place(t, p)
			}
			if o != "" {
				r.addOf(offset, label, o, t)
			}
		}
	}
}

func isCut(rest string) bool { return strings.HasPrefix(rest, "...") || strings.HasPrefix(rest, "…") }

// mostRecords of one spelling are read in a line: what names more points at none.
const mostRecords = 50
