package alert

import "strings"

// vocabulary is what a message says, as words.
type vocabulary struct {
	has   map[string]bool
	prose map[string]bool // as words of their own, not as parts of names such as billing-consumer
	plain strings.Builder // the words in their order
	raw   strings.Builder // the text, for scripts without blanks
}

func (v *vocabulary) add(s string) {
	if v.has == nil {
		v.has, v.prose = map[string]bool{}, map[string]bool{}
	}
	for w := range strings.FieldsSeq(s) {
		if !strings.ContainsAny(w, "-_/@") {
			for part := range strings.FieldsSeq(words(w)) {
				v.prose[part] = true
			}
		}
	}
	ws := words(s)
	for w := range strings.FieldsSeq(ws) {
		v.has[w] = true
	}
	v.plain.WriteString(ws + " . ")
	v.raw.WriteString(strings.ToLower(s) + "\n")
}

// any reports whether one of the words was said.
func (v *vocabulary) any(list map[string]bool) bool { return meets(v.has, list) }

func meets(said, list map[string]bool) bool {
	for w := range list {
		if said[w] {
			return true
		}
	}
	return false
}

// phrase reports whether one of the phrases was said, each a part of the text in words or of the text itself.
func (v *vocabulary) phrase(phrases []string) bool {
	plain, raw := v.plain.String(), v.raw.String()
	for _, p := range phrases {
		if strings.Contains(plain, p) || p[0] >= 0x80 && strings.Contains(raw, p) {
			return true
		}
	}
	return false
}

var (
	// evidence that a message is about Kafka or a consumer of it.
	evidence  = set("kafka consumer consumers consumergroup consumergroups msk redpanda burrow kminion offset offsets partition partitions kafkajs")
	consuming = set("consumer consumers consumergroup consumergroups consumed consume consuming listener")
	producers = set("producer producers producing")
	brokers   = set("broker brokers replica replicas replicated isr controller zookeeper kraft replicafetcher fetcher underreplicated")

	behind = set(`lag lags lagging lagged behind backlog offsetlag lagseconds rückstand retard atraso retraso ritardo
		отставание verzögerung unprocessed`)
	behindPhrases = []string{"积压", "堆积", "堆積", "滞后", "延迟", "延遲", "遅延", "ラグ", "지연", "랙"}

	stuck        = set("stuck stalled stall stalls stagnant halted")
	stuckPhrases = []string{"no progress", "not progressing", "not making progress", "not make progress",
		"no offset moved", "no offsets moved", "nothing was committed", "nothing committed", "no commits", "no commit in",
		"no offset commit", "stopped consuming", "not consuming", "has not moved", "have not moved", "did not move",
		"not moving", "not been moving", "hasn t moved", "not committed", "not advancing", "not advanced",
		"has not committed", "stopped committing", "stopped processing",
		"not processing", "no longer consuming", "has not changed", "not changed for", "未消费", "停止消费", "卡住", "停滞",
		"没有进展", "停止"}

	poison = []string{"deserializ", "deserialis", "poison", "undecodable", "unprocessable"}
	failed = set(`error errors exception exceptions failed failure failing fails fail crash crashed fatal exhausted invalid
		corrupt corrupted malformed unable cannot panic retry retries skip skipping dlt dlq`)
	trouble = set(`error errors exception exceptions failed failure failing fails crash crashed fatal panic rebalance
		rebalances rebalancing rebalanced dead unavailable timeout expired evicted revoked removed`)
	noMembers = []string{"no active members", "no members", "no active consumer", "0 members"}
	clients   = []string{"rdkafka#consumer", "rdkafka consumer", "kafkajs"}
	notPoison = []string{"out of range", "outofrange", "commit failed", "commit cannot be completed", "replica fetcher"}
)

// kind says what the message is about.
func (r *reader) kind() Kind {
	named := r.count(group) > 0
	spelled := r.count(offset) > 0 && r.count(topic) > 0
	t := &r.text
	about := named || meets(t.prose, consuming) || t.phrase(clients)
	late := t.any(behind) || t.phrase(behindPhrases)
	still := t.any(stuck) || t.phrase(stuckPhrases)
	switch {
	case !named && !spelled && !t.any(evidence) && !t.phrase([]string{"消费"}),
		!named && t.phrase([]string{"datasource no data", "datasource error"}):
		return None
	case !about && r.count(offset) == 0 && t.any(producers):
		return None
	case !named && t.any(brokers) && (!about || t.phrase(notPoison[4:])):
		return None
	case spelled && t.any(failed) && !t.phrase(notPoison):
		return Poison
	case t.phrase(poison) && !late && !still:
		return Poison
	case still && (about || r.count(topic) > 0 || meets(t.prose, evidence)):
		return Stuck
	case late:
		return Lag
	case about && (t.any(trouble) || t.phrase(notPoison) || t.phrase(noMembers)), r.count(topic) > 0 && t.any(trouble):
		return Error
	case named:
		return Lag // a rule on a group that says no more: its name is mostly all that a template left
	}
	return None
}

func (r *reader) count(c class) int {
	n := 0
	for _, f := range r.facts {
		if f.class == c {
			n++
		}
	}
	return n
}
