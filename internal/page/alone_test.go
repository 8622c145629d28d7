package page_test

import (
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// TestWhatOnePersonAloneSees: an answer, a form, a home tab and a direct message are in no other person's page, and no
// other person can use them.
func TestWhatOnePersonAloneSees(t *testing.T) {
	b := newBrowser(t)
	mara, ben := b.watches("mara"), b.watches("ben")
	b.acts("mara", "command", fields{"channel": world.PayOps, "text": "billing@prod-eu orders back 50m"})
	preview := mara.sees(world.PayOps, "PREVIEW", "billing@prod-eu", "Ask for approval")
	b.acts("mara", "openHome", nil)
	home := mara.slack("her home", func(s slackEvent) bool { return s.Home != nil }).Home
	b.acts("mara", "shortcut", fields{"callback_id": "reset_offsets"})
	form := mara.opens("Reset offsets")

	b.acts("jon", "say", fields{"channel": world.PayOps, "text": "said after all that"})
	ben.sees(world.PayOps, "said after all that")
	ben.mu.Lock()
	seen := string(ben.raw["slack"])
	ben.mu.Unlock()
	for what, id := range map[string]string{"answer": preview.TS, "home tab": home.ID, "form": form.ID,
		"direct message": "D0MARA"} {
		if strings.Contains(seen, `"`+id+`"`) {
			t.Errorf("ben's page has mara's %s, %s", what, id)
		}
	}

	hers := fields{"channel": world.PayOps, "ts": preview.TS, "action_id": preview.action(t, "Ask for approval")}
	b.refused(denied, "ben", "click", hers, "cannot see the message")
	b.refused(denied, "ben", "messageShortcut", fields{"channel": world.PayOps, "ts": preview.TS,
		"callback_id": "reset_from_alert"}, "sees no message")
	for _, view := range []string{form.ID, home.ID} {
		for _, do := range []string{"viewAct", "suggest", "submit"} {
			b.refused(denied, "ben", do, fields{"view": view, "action_id": "cluster", "value": "prod-eu"}, "no longer open")
		}
		b.acts("ben", "close", fields{"view": view})
	}
	for _, do := range []string{"say", "command"} {
		b.refused(denied, "ben", do, fields{"channel": "D0MARA", "text": "help"}, "not a member")
	}
	b.acts("ben", "reload", nil)
	b.acts("jon", "say", fields{"channel": world.PayOps, "text": "and after that"})
	mara.sees(world.PayOps, "and after that")
	mara.sees(world.PayOps, "PREVIEW", "billing@prod-eu", "Ask for approval")
	mara.opens("Reset offsets")
}
