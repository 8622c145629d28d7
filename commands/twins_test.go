package commands

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// What the bot tells people to type, it understands: the text twin of every button on every golden card.
func TestEveryTextTwinParses(t *testing.T) {
	t.Parallel()
	cards, err := filepath.Glob("../internal/words/testdata/*.golden")
	views, bad := filepath.Glob("../internal/words/testdata/views/*.golden")
	if err != nil || bad != nil || len(cards) == 0 || len(views) == 0 {
		t.Fatal("no golden cards", err, bad)
	}
	button := regexp.MustCompile(`(?m)^\[[^\]]+\]  (\S.*)$`)
	twins := 0
	for _, card := range append(cards, views...) {
		text, err := os.ReadFile(card)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range button.FindAllStringSubmatch(string(text), -1) {
			twins++
			switch cmd, err := Parse(m[1], askerOf(t)); cmd.(type) {
			case Decide, Show, Schedules, ShowSchedule:
			default:
				if err == nil && Looks(cmd) {
					continue
				}
				t.Errorf("%s: %s: %#v, %v", card, m[1], cmd, err)
			}
		}
	}
	if twins == 0 {
		t.Error("no buttons on any golden card")
	}
}

// The commands of the design's conversation, in the order in which it tells them.
func TestConversationParses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"billing@prod-eu orders to 02:10", "billing@prod-eu", "billing orders to latest",
		"biling@prod-eu orders to latest", "billing@prod-eu to latest", "billing@prod-eu orders to 23:30",
		"billing@prod-eu orders to tomorrow 08:00", "billing@prod-eu skip orders:7@18231",
		"billing@prod-eu orders shift -100", "billing@prod-eu orders:7 shift -100", "approve k7f3", "approve k7f3.1",
		"undo k7f3", "show k7f3", `settle k7f3 "why"`, "billing@prod-eu orders to 2026-11-22T02:10:00Z",
		"--group billing --reset-offsets --topic orders --to-datetime 2026-11-22T09:30:00.000 --execute",
	} {
		if _, err := Parse(text, askerOf(t)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}
