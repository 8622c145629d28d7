package commands

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// maxPartitions bounds what one command may name: "orders:0-2147483647" is a typo, not a topic.
const maxPartitions = 100_000

// topicShape is what Kafka allows as a topic's name.
var topicShape = regexp.MustCompile(`^[a-zA-Z0-9._-]{1,249}$`)

const topicExample = "billing orders to latest, billing orders:0,3-5 to latest"

// scopeReader gathers topics and partitions; what is named twice is merged.
type scopeReader struct {
	order []string
	parts map[string]map[int32]bool // nil set: the whole topic
	named int
	exact bool // patterns are not read
}

// add reads TOPIC or TOPIC:0,3-5.
func (s *scopeReader) add(w word) error {
	topic, list, some := strings.Cut(w.text, ":")
	if err := s.pattern(w, topic, some); err != nil {
		return err
	}
	if !strings.Contains(topic, "*") && !isTopic(topic) {
		return notATopic(w, topic)
	}
	if !some {
		s.addTopic(topic)
		return nil
	}
	for _, part := range strings.Split(list, ",") {
		from, to, err := partitionRange(part)
		switch {
		case err != nil:
			e := syntaxError(w, topicExample, fmt.Sprintf("%%s: %v", err))
			if to < from {
				turned := strings.Replace(w.text, part, fmt.Sprintf("%d-%d", to, from), 1)
				e = e.instead(w.text, turned)
			}
			return e
		case s.named+int(to-from) >= maxPartitions:
			return syntaxError(w, topicExample,
				fmt.Sprintf("%%s: more than %s partitions", text.WithCommas(maxPartitions)))
		}
		for p := from; p <= to; p++ {
			s.addPartition(topic, int32(p))
		}
	}
	return nil
}

func isTopic(s string) bool { return topicShape.MatchString(s) && s != "." && s != ".." }

// pattern refuses a pattern where names alone are read, and one that says nothing.
func (s *scopeReader) pattern(w word, topic string, some bool) error {
	switch stem := strings.ReplaceAll(topic, "*", ""); {
	case !strings.Contains(topic, "*"):
		return nil
	case stem == "" && !some && !s.exact:
		return syntaxError(w, topicExample, "%s is every topic: say --all-topics").instead(w.text, "--all-topics")
	case some || s.exact || !isTopic(stem):
		return syntaxError(w, topicExample, "%s is not a topic: a pattern stands alone, as orders-*, and in a reset")
	}
	return nil
}

func notATopic(w word, topic string) *SyntaxError {
	switch {
	case isMention(w.text):
		return syntaxError(w, topicExample, "%s is a mention, not a topic: write the name as plain text")
	case topic == "" || strings.ContainsAny(w.text, ", "):
		return syntaxError(w, topicExample,
			"%s is not a topic: separate topics by spaces, and write partitions as TOPIC:0,3-5 without spaces").instead(
			w.text, strings.Trim(strings.ReplaceAll(w.text, ",", " "), " "))
	}
	return syntaxError(w, topicExample, "%s is not a topic: their names are made of letters, digits, dots, _ and -")
}

// partitionRange reads 3 or 3-5; phones correct the hyphen to a dash.
func partitionRange(s string) (from, to int64, err error) {
	a, b, isRange := strings.Cut(strings.NewReplacer("–", "-", "—", "-").Replace(s), "-")
	from, err = partitionNumber(a)
	if to = from; isRange && err == nil {
		to, err = partitionNumber(b)
	}
	if err == nil && to < from {
		err = fmt.Errorf("the range %s runs backwards", quoted(s))
	}
	return from, to, err
}

func partitionNumber(s string) (int64, error) {
	if s == "" {
		return 0, errors.New("a partition number is missing (write them without spaces)")
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || !digits(s) {
		return 0, fmt.Errorf("%s is not a partition's number", quoted(s))
	}
	return n, nil
}

func (s *scopeReader) meet(topic string) (parts map[int32]bool, known bool) {
	if s.parts == nil {
		s.parts = map[string]map[int32]bool{}
	}
	parts, known = s.parts[topic]
	if !known {
		s.order = append(s.order, topic)
	}
	return parts, known
}

func (s *scopeReader) addTopic(topic string) {
	s.meet(topic)
	s.parts[topic] = nil
}

func (s *scopeReader) addPartition(topic string, p int32) {
	s.named++
	parts, known := s.meet(topic)
	switch {
	case !known:
		s.parts[topic] = map[int32]bool{p: true}
	case parts != nil: // otherwise the whole topic is in scope already
		parts[p] = true
	}
}

// scopes returns the scopes, topics in the order in which they were named.
func (s *scopeReader) scopes() []reset.TopicScope {
	var out []reset.TopicScope
	for _, topic := range s.order {
		t := reset.TopicScope{Topic: topic}
		for p := range s.parts[topic] {
			t.Partitions = append(t.Partitions, p)
		}
		slices.Sort(t.Partitions)
		out = append(out, t)
	}
	return out
}
