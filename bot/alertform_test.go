package bot

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/alert"
)

// However much a message says, the form remembers what Slack takes, and its targets longest.
func TestAFormRemembersWhatFitsOfAnAlert(t *testing.T) {
	t.Parallel()
	var words, groups []string
	var pairs []alert.Pair
	for i := range 60 {
		words = append(words, fmt.Sprintf("%s-%d", strings.Repeat("w", 200), i))
		groups = append(groups, fmt.Sprintf("%s-%d", strings.Repeat("g", 30), i))
		pairs = append(pairs, alert.Pair{Group: groups[i], Topics: []string{strings.Repeat("t", 200)}})
	}
	now := time.Date(2026, 11, 27, 2, 0, 0, 0, time.UTC)
	for name, r := range map[string]alert.Reading{
		"words":  {Words: words, Since: alert.Moment{At: now, Source: alert.Stated}},
		"groups": {Groups: groups, Since: alert.Moment{At: now, Source: alert.Stated}},
		"pairs":  {Groups: groups, Pairs: pairs, Since: alert.Moment{At: now, Source: alert.Stated}},
	} {
		s := formState{Alert: hintsOf(r, time.UTC, now), Groups: groups[:20], Notes: []string{strings.Repeat("n", 200)}}
		view := drawForm(s, "C01", formShown{})
		if n := utf8.RuneCountInString(view.PrivateMetadata); n > maxMetadata {
			t.Errorf("%s: %d characters", name, n)
		}
		if m := readFormMeta(view.PrivateMetadata); m.Alert == nil || len(m.Alert.Ways) != 1 {
			t.Errorf("%s: the targets are forgotten: %.200s", name, view.PrivateMetadata)
		}
	}
}

// The words of a message are matched as long as its form is open, and kept by no request.
func TestARequestKeepsNoWordsOfAnAlert(t *testing.T) {
	t.Parallel()
	s := formState{Alert: &alertHints{Words: []string{"confidential"}, Groups: []string{"billing"}}}
	doc, err := s.stored()
	if err != nil || strings.Contains(string(doc), "confidential") || !strings.Contains(string(doc), "billing") {
		t.Errorf("%s, %v", doc, err)
	}
	if len(s.Alert.Words) != 1 {
		t.Error("the open form has lost them")
	}
}

// Slack wants a list, also where nothing is suggested.
func TestNoSuggestionIsAnEmptyList(t *testing.T) {
	t.Parallel()
	if doc, err := json.Marshal(offer(nil, "")); err != nil || string(doc) != `{"options":[]}` {
		t.Errorf("%s, %v", doc, err)
	}
}

// The option of a suggested target stands for it; one that was never offered stands for nothing.
func TestATargetOfAnAlertIsOneThatWasOffered(t *testing.T) {
	t.Parallel()
	h := &alertHints{Ways: []alertWay{{Label: "To 01:00", Where: commands.ToTime, At: 1795741200},
		{Label: "Skip", Where: commands.SkipOne, Value: "orders:7@1931"}}}
	meta, err := json.Marshal(formMeta{Alert: h})
	if err != nil {
		t.Fatal(err)
	}
	for chosen, want := range map[string]formState{
		"alert.0":  {Where: commands.ToTime, At: time.Unix(1795741200, 0).UTC(), Way: "alert.0"},
		"alert.1":  {Where: commands.SkipOne, Value: "orders:7@1931", Way: "alert.1"},
		"alert.2":  {},
		"alert.-1": {},
		"alert.":   {},
		"latest":   {Where: commands.ToLatest},
	} {
		s, _ := readForm(map[string]map[string]inputValue{"where": {string(commands.FieldWhere): {
			Option: chosenOption{Value: chosen}}}}, "- C01\n"+string(meta))
		if s.Where != want.Where || !s.At.Equal(want.At) || s.Value != want.Value || s.Way != want.Way {
			t.Errorf("%s: %+v", chosen, s)
		}
	}
}
