package words

import (
	"path/filepath"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/vocabulary"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Every field and every target of the form has its words, within Slack's limits of an option and a label.
func TestTheFormHasWordsForAll(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("..", "..", "commands")
	for _, name := range vocabulary.Constants(t, dir, "FormField") {
		field := commands.FormField(name)
		if formMissing[field] == "" || !IsFormField(field) {
			t.Errorf("the field %s is not asked for", field)
		}
		if in, has := FormInputs[field]; field != commands.FieldValue && (!has || in.Label == "" || in.Placeholder == "") {
			t.Errorf("the field %s has no label", field)
		}
	}
	targets := vocabulary.Constants(t, dir, "FormTarget")
	if len(targets) != len(commands.FormTargets) {
		t.Errorf("%d targets, %d are offered", len(targets), len(commands.FormTargets))
	}
	for _, name := range targets {
		target := commands.FormTarget(name)
		if n := utf8.RuneCountInString(FormTargets[target]); n == 0 || n > 75 {
			t.Errorf("the target %s has a label of %d characters", target, n)
		}
		_, wrong := commands.Form{Cluster: "c", Group: "g", Topics: []string{"t"}, Where: target}.Read(commands.Context{})
		_, needs := FormValues[target]
		if commands.IsMissing(wrong[commands.FieldValue]) != needs {
			t.Errorf("the target %s: a value is needed: %v, and has a field: %v", target, wrong, needs)
		}
	}
}

// The heading of suggestions says how old they are, and what to do where there are none.
func TestSuggestionsSayTheirAge(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	for want, s := range map[string]reset.Suggestions{
		"Read 40 s ago":                          {At: now.Add(-40 * time.Second)},
		"The first 0, read 40 s ago: type more":  {At: now.Add(-40 * time.Second), More: true},
		"Kafka does not answer; read 2 h ago":    {At: now.Add(-2 * time.Hour), Failed: true},
		"Kafka does not answer: type the name":   {Failed: true},
		"Not read from Kafka yet: type the name": {},
	} {
		if got := SuggestionNote(s, now); got != want || utf8.RuneCountInString(got) > 75 {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
