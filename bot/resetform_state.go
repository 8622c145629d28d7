package bot

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/alert"
)

// formState is what the reset form holds: what it is opened with, and what a person has filled in since.
type formState struct {
	Cluster string
	Group   string
	Topics  []string // "orders", "orders:0,3-5", or commands.AllTopics
	Where   commands.FormTarget
	At      time.Time // of commands.ToTime
	Value   string    // of the other targets that need one
	Reason  string

	Groups   []string // instead of all groups, these are offered: what an alert may mean
	Notes    []string // stand above the fields: what was read from an alert, and what was not
	Clusters []string // that are offered; one: it is not asked for
	Required string   // a reason is required: the pattern that it has to match, or anyReason

	Alert   *alertHints    `json:",omitempty"` // of the message that it was opened from
	Way     string         `json:",omitempty"` // the target that was chosen is one that the message suggested
	reading *alert.Reading // of that message, until the form is open
}

// anyReason is Required where the rule names no pattern.
const anyReason = "."

// form is what a state means to the grammar.
func (s formState) form() commands.Form {
	return commands.Form{Cluster: s.Cluster, Group: s.Group, Topics: s.Topics, Where: s.Where, At: s.At, Value: s.Value,
		Reason: s.Reason}
}

// digest tells apart what was filled in, but for the reason: that may be typed after the numbers are shown, since they
// do not depend on it.
func (s formState) digest() string {
	topics := slices.Sorted(slices.Values(s.Topics))
	if s.Where.NamesTopics() {
		topics = nil
	}
	at := int64(0)
	if s.Where == commands.ToTime {
		at = s.At.Unix()
	}
	// strings and numbers: it does not fail
	doc, _ := json.Marshal([]any{s.Cluster, s.Group, topics, s.Where, at, strings.TrimSpace(s.Value)})
	sum := sha256.Sum256(doc)
	return hex.EncodeToString(sum[:9])
}

// stored is the state as the request keeps it that was made for it. The database keeps no text of a message: the words
// that are matched with groups are left out.
func (s formState) stored() ([]byte, error) {
	if s.Alert != nil {
		kept := *s.Alert
		kept.Words, s.Alert = nil, &kept
	}
	return json.Marshal(s)
}

func (s *formState) restore(doc []byte) error { return json.Unmarshal(doc, s) }

// formMeta is what a form remembers in its private_metadata, beside its request and channel on the first line.
type formMeta struct {
	Shown    string   `json:",omitempty"` // digest of the fields that the shown numbers are about
	Confirm  string   `json:",omitempty"` // is asked before the submit counts: it skips messages
	Label    string   `json:",omitempty"` // of the submit button there
	Cluster  string   `json:",omitempty"` // it is not asked for
	Required string   `json:",omitempty"`
	Groups   []string `json:",omitempty"`
	// Group and Topics are those that were filled in when the form was drawn: of a field that was filled in by us and is
	// untouched, Slack does not say what it holds (bolt-js#1258), and a target that names its topics has no field for
	// them.
	Group  string      `json:",omitempty"`
	Topics []string    `json:",omitempty"`
	Notes  []string    `json:",omitempty"`
	Alert  *alertHints `json:",omitempty"`
	Reason string      `json:",omitempty"` // as it was submitted, while the confirmation is open
}

// private is the private_metadata of a form. What does not fit is left out, what matters least first.
func (m formMeta) private(ref, channel string) string {
	for {
		out := cmp.Or(ref, "-") + " " + channel + "\n" + m.doc()
		if utf8.RuneCountInString(out) <= maxMetadata {
			return out
		}
		switch {
		case m.Alert != nil && len(m.Alert.Words) > 0:
			less := *m.Alert
			less.Words, m.Alert = less.Words[:len(less.Words)/2], &less
		case m.Alert != nil && len(m.Alert.ByGroup) > 0:
			less := *m.Alert
			less.ByGroup, m.Alert = nil, &less
		case len(m.Notes) > 0:
			m.Notes = m.Notes[:len(m.Notes)-1]
		case len(m.Groups)+len(m.Topics) > 0:
			m.Groups, m.Topics = nil, nil
		case m.Alert != nil:
			m.Alert = nil
		default: // only a confirmation or a reason of thousands of characters; then nothing is agreed to
			return "- " + channel + "\n{}"
		}
	}
}

// doc leaves <, > and & as they are: six characters for each would not leave room for a reason.
func (m formMeta) doc() string {
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(m) // strings and numbers
	return strings.TrimSuffix(out.String(), "\n")
}

// readFormMeta never fails: what cannot be read remembers nothing, and agrees to nothing.
func readFormMeta(private string) (m formMeta) {
	_, doc, _ := strings.Cut(private, "\n")
	if json.Unmarshal([]byte(doc), &m) != nil {
		return formMeta{}
	}
	return m
}

// inputValue is an element of view.state.values.
type inputValue struct {
	Value   string         `json:"value"`
	Files   []named        `json:"files"`
	Option  chosenOption   `json:"selected_option"`
	Options []chosenOption `json:"selected_options"`
	At      int64          `json:"selected_date_time"`
}

type chosenOption struct {
	Value string `json:"value"`
}

// readForm reads the fields of the reset form by their action_id, and in which block each is.
func readForm(values map[string]map[string]inputValue, private string) (formState, map[commands.FormField]string) {
	m := readFormMeta(private)
	s := formState{Cluster: m.Cluster, Group: m.Group, Groups: m.Groups, Topics: m.Topics, Notes: m.Notes,
		Required: m.Required, Alert: m.Alert}
	blocks := make(map[commands.FormField]string, len(values))
	for block, actions := range values {
		for action, v := range actions {
			field := commands.FormField(action)
			switch blocks[field] = block; field {
			case commands.FieldCluster:
				s.Cluster = v.Option.Value
			case commands.FieldGroup:
				s.Group = v.Option.Value
			case commands.FieldTopics:
				s.Topics = nil
				for _, o := range v.Options {
					s.Topics = append(s.Topics, o.Value)
				}
			case commands.FieldWhere:
				s.Where = commands.FormTarget(v.Option.Value)
			case commands.FieldValue:
				s.Value = strings.TrimSpace(v.Value)
				if v.At > 0 {
					s.At = time.Unix(v.At, 0).UTC()
				}
			case commands.FieldReason:
				s.Reason = strings.TrimSpace(v.Value)
			}
		}
	}
	s.chooseWay()
	return s, blocks
}

// The value of an option has at most maxValue characters, and a name of Kafka may have more: then the value is a
// stand-in, and the name is found among those that are remembered.
const standsIn = "…"

// optionValue is a name as the value of an option.
func optionValue(name string) string {
	if utf8.RuneCountInString(name) <= maxValue && !strings.HasPrefix(name, standsIn) {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return standsIn + hex.EncodeToString(sum[:16])
}

// wholeNames puts names in the place of their stand-ins. One that is not remembered any more is not chosen.
func (b *Bot) wholeNames(s *formState) {
	whole := func(value string) string {
		if !strings.HasPrefix(value, standsIn) {
			return value
		}
		name, _ := b.Core.NameOf(s.Cluster, func(name string) bool { return optionValue(name) == value })
		return name
	}
	s.Group = whole(s.Group)
	for i := range s.Topics {
		s.Topics[i] = whole(s.Topics[i])
	}
	s.Topics = slices.DeleteFunc(s.Topics, func(topic string) bool { return topic == "" })
}
