package commands

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestEveryExampleOfTheHelpParses(t *testing.T) {
	t.Parallel()
	ctx := askerOf(t)
	ctx.Terminal = true
	ctx.ReadFile = func(string) ([]byte, error) { return []byte("orders,0,46020\n"), nil }
	for topic, u := range usages {
		for _, e := range u.examples {
			cmd, err := Parse(e, ctx)
			if err != nil {
				t.Errorf("help %s: %s: %v", topic, e, err)
			}
			// The examples of a verb are of that verb.
			if _, isReset := cmd.(Reset); readerOf(topic) != nil && topic != "reset" && topic != "delete-offsets" &&
				isReset {
				t.Errorf("help %s: %s is a reset", topic, e)
			}
		}
	}
}

func TestHelpCoversEveryVerbAndOption(t *testing.T) {
	t.Parallel()
	first, _ := Usage("")
	for _, verb := range verbWords {
		if _, ok := Usage(verb); !ok {
			t.Errorf("no help on %s", verb)
		}
		if verb != "help" && verb != "choose" && !strings.Contains(first, verb) {
			t.Errorf("the first page does not name %s", verb)
		}
	}
	ours, _ := Usage("options")
	kafkas, _ := Usage("kafka")
	schedules, _ := Usage("schedule")
	views, _ := Usage("history")
	lag, _ := Usage("lag")
	groups, _ := Usage("groups")
	views += lag + groups
	for name, o := range options {
		if o.refuse == "" && !strings.Contains(ours+kafkas+schedules+views, "--"+name) {
			t.Errorf("no help on --%s", name)
		}
	}
	targets, _ := Usage("target")
	for _, w := range targetWords {
		if !strings.Contains(targets, w) {
			t.Errorf("no help on %s", w)
		}
	}
	for alias, topic := range usageAliases {
		if _, ok := usages[topic]; !ok {
			t.Errorf("help %s leads to %q, which is not there", alias, topic)
		}
	}
	if page, ok := Usage("nonsense"); ok || strings.TrimSpace(page) != "" {
		t.Errorf("help on nonsense: %q", page)
	}
}

// A phone shows some 60 characters of text, and fewer of what is set as code before it wraps.
func TestHelpFitsAPhone(t *testing.T) {
	t.Parallel()
	for _, topic := range slices.Sorted(maps.Keys(usages)) {
		page, _ := Usage(topic)
		lines := strings.Split(strings.TrimSuffix(page, "\n"), "\n")
		if len(lines) > 20 {
			t.Errorf("help %s has %d lines", topic, len(lines))
		}
		for _, l := range lines {
			if n := utf8.RuneCountInString(l); n > 60 || l != strings.TrimRight(l, " ") {
				t.Errorf("help %s: %d characters: %q", topic, n, l)
			}
		}
	}
}
