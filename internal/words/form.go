package words

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// FormText is what the form says beside the numbers.
var FormText = struct {
	Title, Close, Preview, Wait, Reading, Loading, Skip, Back string
	OtherGroup, AllTopics, Unread                             string
}{
	Title: "Reset offsets", Close: "Close", Preview: "Preview", Skip: "Skip messages", Back: "Back",
	Wait:       "Nothing is changed yet. The numbers appear here once the form is filled in.",
	Reading:    "Reading the numbers from Kafka. Nothing is changed yet.",
	Loading:    "Reading from Slack what you may view.",
	OtherGroup: "Another group...",
	AllTopics:  "All topics with committed offsets",
	Unread:     "The numbers below have only just come. Read them, then submit again: nothing is changed yet.",
}

// FormInput is what a field of the form is called.
type FormInput struct{ Label, Hint, Placeholder string }

// FormInputs are the fields of the form, but for the value, which depends on the target: FormValues.
//
//exhaustive:ignore
var FormInputs = map[commands.FormField]FormInput{
	commands.FieldCluster: {Label: "Cluster", Placeholder: "Choose a cluster"},
	commands.FieldGroup:   {Label: "Consumer group", Placeholder: "Type a part of its name"},
	commands.FieldTopics:  {Label: "Topics", Placeholder: "Choose topics, or all"},
	commands.FieldWhere:   {Label: "Where to", Placeholder: "Choose a target"},
	commands.FieldReason: {Label: "Reason", Hint: "It is shown on the card and kept in the history.",
		Placeholder: "bad deploy 4711"},
}

// FormTargets are the targets of the form.
var FormTargets = map[commands.FormTarget]string{
	commands.ToLatest:   "Latest: clear the lag, skip what is not consumed",
	commands.ToEarliest: "Earliest: from the start of the log",
	commands.ToTime:     "A time, past or future",
	commands.GoBack:     "Back by a duration",
	commands.ShiftBy:    "Shift by a number of messages",
	commands.ToOffset:   "One offset on every partition",
	commands.SkipOne:    "Skip one message",
	commands.FromRows:   "Offsets by partition (CSV)",
}

// FormValues are the fields that belong to a target. Latest and earliest have none.
//
//exhaustive:ignore
var FormValues = map[commands.FormTarget]FormInput{
	commands.ToTime: {Label: "Time",
		Hint: "In your own time zone. If it has not come yet, the reset waits for it."},
	commands.GoBack:   {Label: "How far back", Hint: "A duration such as 50m, 24h, 2d or PT1H30M.", Placeholder: "50m"},
	commands.ShiftBy:  {Label: "By how many", Hint: "Back with -, forward with +.", Placeholder: "-100"},
	commands.ToOffset: {Label: "Offset", Hint: "0 or greater.", Placeholder: "46020"},
	commands.SkipOne: {Label: "Which message", Hint: "TOPIC:PARTITION@OFFSET. Applied only if it is the next one.",
		Placeholder: "orders:7@18231"},
	commands.FromRows: {Label: "Rows", Hint: "One TOPIC,PARTITION,OFFSET a line, or a table with its header.",
		Placeholder: "orders,0,46020"},
}

// formMissing asks for what a field lacks.
var formMissing = map[commands.FormField]string{
	commands.FieldCluster: "Choose a cluster.",
	commands.FieldGroup:   "Choose a consumer group.",
	commands.FieldTopics:  "Choose topics, or all with committed offsets.",
	commands.FieldWhere:   "Choose where to.",
	commands.FieldValue:   "Fill this in.",
	commands.FieldReason:  "Say why: this group requires a reason.",
}

// FormMistake is what is wrong with a field, as it stands under it.
func FormMistake(field commands.FormField, err error) string {
	if commands.IsMissing(err) {
		return formMissing[field]
	}
	return text.Capital(err.Error())
}

// FormReason asks for the reason that a rule requires; pattern is what it has to match, if anything.
func FormReason(pattern string) string {
	if pattern == "" {
		return formMissing[commands.FieldReason]
	}
	return text.Clip("This group requires a reason that matches "+pattern, 150)
}

// FormNothing is the answer to who may view nothing, for whom there is nothing to choose in a form.
func FormNothing() Content {
	c := Content{Title: "Nothing to reset", Status: "nothing was changed", Lines: []Line{
		say("No rule lets you view a consumer group here. ", code("access GROUP@CLUSTER"), " shows who may.")}}
	c.Fallback = fallback(c)
	return c
}

// FormStatus is what the form shows instead of numbers: what is wrong with what was filled in, else what is missing.
func FormStatus(wrong commands.FormErrors) []Line {
	var lines []Line
	for _, field := range formOrder {
		if err := wrong[field]; err != nil && !commands.IsMissing(err) {
			lines = append(lines, say("⚠ ", FormMistake(field, err)))
		}
	}
	if len(lines) == 0 {
		lines = []Line{say(FormText.Wait)}
	}
	return lines
}

var formOrder = []commands.FormField{commands.FieldCluster, commands.FieldGroup, commands.FieldTopics,
	commands.FieldWhere, commands.FieldValue, commands.FieldReason}

// FormSubmit is what the submit button of the form does with a plan, and what is asked before: nothing, unless it
// skips messages. Without a plan that can be agreed to it is empty.
func FormSubmit(s reset.Story) (label, confirm string) {
	if s.Request.State != reset.Draft {
		return "", ""
	}
	for _, b := range PreviewOf(s).Buttons {
		if b.Verb == "approve" {
			return b.Label, b.Confirm
		}
	}
	return "", ""
}

// FormPlan is what the form shows of a request: what its preview says. Of its buttons there are those that change what
// is planned, and, where the rule has it, the one that goes without approval; the form's own submit agrees to it.
func FormPlan(s reset.Story) Content {
	c := PreviewOf(s)
	var choices []Button
	for _, b := range append(append([]Button{}, c.Buttons...), c.Menu...) {
		if b.Verb == "choose" || b.Verb == "retry" {
			choices = append(choices, b)
		}
	}
	if s.Request.State == reset.Draft && s.Request.Need > 0 {
		choices = append(choices, emergencyEntries(s)...)
	}
	c.Buttons, c.Menu, c.Details = choices, nil, nil
	if s.Request.State == reset.Planning && s.Request.Problem != nil && s.Request.Question == "" {
		c.Lines = append(c.Lines, say("Kafka does not answer. ", strong(FormText.Preview), " saves this request; the preview comes as a "+
			"message when Kafka answers."))
	}
	return c
}

// SuggestionNote says of what a list of suggestions was made, and how old that is.
func SuggestionNote(s reset.Suggestions, now time.Time) string {
	switch age := now.Sub(s.At); {
	case s.At.IsZero() && s.Failed:
		return "Kafka does not answer: type the name"
	case s.At.IsZero():
		return "Not read from Kafka yet: type the name"
	case s.Failed:
		return "Kafka does not answer; read " + text.Duration(age) + " ago"
	case s.More:
		return fmt.Sprintf("The first %d, read %s ago: type more", len(s.Names), text.Duration(age))
	default:
		return "Read " + text.Duration(age) + " ago"
	}
}

// SuggestionAbout is the small print of a suggestion.
func SuggestionAbout(n reset.Suggestion) string {
	var parts []string
	if n.State != "" {
		parts = append(parts, n.State)
	}
	if n.Own {
		parts = append(parts, "has committed offsets")
	}
	if n.Read {
		parts = append(parts, "lag "+text.WithCommas(n.Lag))
	}
	return strings.Join(parts, " · ")
}

// SuggestionTyped is the small print of what was typed and is in no list.
const SuggestionTyped = "As typed: not in the list"

// IsFormField reports whether a form has such a field.
func IsFormField(f commands.FormField) bool { return slices.Contains(formOrder, f) }
