package words

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// A line to copy asks for the same again.
func TestALineAsksForTheSameAgain(t *testing.T) {
	t.Parallel()
	at := clockAt("02:14:00")
	for line, want := range map[string]string{
		"billing@prod-eu orders to 02:10":                "billing@prod-eu orders to 2026-11-22T02:10:00Z",
		"billing@prod-eu orders:0,3-5 refunds back 1h":   "billing@prod-eu orders:0,3,4,5 refunds back 1h",
		"billing@prod-eu --all-topics back 90m":          "billing@prod-eu --all-topics back 1h30m",
		"billing@prod-eu orders back 10s":                "billing@prod-eu orders back 10s",
		"billing@prod-eu orders to offset 1234":          "billing@prod-eu orders to offset 1234",
		"billing@prod-eu orders clear":                   "billing@prod-eu orders to latest",
		"billing@prod-eu orders to earliest":             "billing@prod-eu orders to earliest",
		"billing@prod-eu orders to current":              "billing@prod-eu orders to current",
		"billing@prod-eu orders shift -5":                "billing@prod-eu orders shift -5",
		"billing@prod-eu orders shift +5":                "billing@prod-eu orders shift 5",
		"billing@prod-eu orders like blue":               "billing@prod-eu orders like blue",
		"billing@prod-eu skip orders:7@18231":            "",
		"delete-offsets billing@prod-eu orders":          "",
		"billing@prod-eu orders:1 to offset 0 --wait 5m": "billing@prod-eu orders:1 to offset 0",
	} {
		read := func(line string) reset.Intent {
			t.Helper()
			cmd, err := commands.Parse(line, commands.Context{At: at, Zone: time.UTC,
				Clusters: []commands.ClusterName{{Name: "prod-eu"}}})
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			return cmd.(commands.Reset).Intent
		}
		got := retyped(read(line))
		if got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
		if got == "" {
			continue
		}
		again, first := read(got), read(line)
		if diff := cmp.Diff(first.Scope, again.Scope); diff != "" {
			t.Errorf("%s: another scope: %s", got, diff)
		}
		if again.Group != first.Group || again.Target.Kind() != first.Target.Kind() {
			t.Errorf("%s asks for something else: %+v", got, again)
		}
	}
}
