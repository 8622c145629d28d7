//go:build chromium

package browser

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/page"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/stage"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/stage/stagetest"
)

// demo is what `go run ./cmd/demo` starts, with its page in a tab. What a test does, it does through the page.
type demo struct {
	*tab
	stage *stage.Stage
}

func newDemo(t *testing.T, on screen) *demo {
	t.Helper()
	s := stagetest.Start(t)
	server, err := page.Start(t.Context(), s, page.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	d := &demo{tab: open(t, server.URL(), on), stage: s}
	d.sees(id("guide"), "Reset from this alert")
	return d
}

// become acts as another person.
func (d *demo) become(name string) {
	d.t.Helper()
	d.click(id("person-"+name), "")
	d.until("acting as "+name, fmt.Sprintf(`document.querySelector(%s)?.getAttribute("aria-pressed") === "true"`,
		quoted(id("person-"+name))))
}

// enter opens a channel, the direct messages (dm) or the home.
func (d *demo) enter(channel string) {
	d.t.Helper()
	d.click(id("channel-"+channel), "")
}

// write writes a line into the conversation's message box, and sends it.
func (d *demo) write(line string) {
	d.t.Helper()
	d.click(id("composer"), "")
	d.types(line)
	d.strikes(enter)
	d.until("the line to be sent", fmt.Sprintf(`document.querySelector(%s).value === ""`, quoted(id("composer"))))
}

// message waits for the newest message that only the one who acts sees and that shows all parts; it returns its
// selector. card does so for those that the channel sees.
func (d *demo) message(parts ...string) string {
	d.t.Helper()
	return d.newest(append(parts, aside), nil)
}

func (d *demo) card(parts ...string) string {
	d.t.Helper()
	return d.newest(parts, []string{aside})
}

// aside stands over what Slack shows to one person.
const aside = "Only visible to you"

func (d *demo) newest(with, without []string) string {
	d.t.Helper()
	doc, err := json.Marshal([][]string{with, append([]string{}, without...)})
	if err != nil {
		d.t.Fatal(err)
	}
	ts := fmt.Sprintf(`(([with_, without]) => finders.all(%s).filter(e => with_.every(part => e.innerText.includes(part)) &&
		!without.some(part => e.innerText.includes(part))).at(-1)?.dataset.ts)(%s)`, quoted(id("message")), doc)
	d.until("a message with "+strings.Join(with, ", "), ts)
	return id("message") + "[data-ts=" + quoted(evaluate[string](d.tab, ts)) + "]"
}

// violation is what axe finds.
type violation struct {
	ID, Impact, Help string
	Nodes            []struct {
		HTML           string
		FailureSummary string
		Target         []any
	}
}

// accessible lets axe-core judge what is shown now: nothing may be serious or critical.
func (b *tab) accessible(what string) {
	b.t.Helper()
	if !evaluate[bool](b, `typeof axe === "object"`) {
		source, err := os.ReadFile(filepath.Join("..", "web", "node_modules", "axe-core", "axe.min.js"))
		if err != nil {
			b.t.Fatalf("%v\nmake web installs it", err)
		}
		evaluate[[]byte](b, string(source)+"; 1")
	}
	found := evaluate[[]violation](b, `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations)`)
	for _, v := range found {
		if v.Impact != "serious" && v.Impact != "critical" {
			continue
		}
		for _, n := range v.Nodes {
			b.t.Errorf("%s: %s (%s): %s\n%v\n%.300s\n%s", what, v.ID, v.Impact, v.Help, n.Target, n.HTML, n.FailureSummary)
		}
	}
}
