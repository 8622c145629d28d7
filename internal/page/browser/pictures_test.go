package browser

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// cards is where the pictures are, and the blocks that they are of.
var cards = filepath.Join("..", "..", "..", "docs", "cards")

// scene is one state as Slack gets it: package bot draws it from what package words says.
type scene struct {
	Name   string            `json:"name"`
	To     string            `json:"to"` // channel, alone, home, modal
	Text   string            `json:"text"`
	Blocks json.RawMessage   `json:"blocks"`
	View   json.RawMessage   `json:"view"`
	Errors map[string]string `json:"errors"`
}

// sum tells whether a picture is of this scene.
func (s scene) sum(t *testing.T) string {
	t.Helper()
	doc, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(doc)
	return hex.EncodeToString(sum[:12])
}

// says are texts that a scene shows, whatever else stands around them.
func (s scene) says(t *testing.T) (texts []string) {
	t.Helper()
	shown := s.Blocks
	if s.View != nil {
		shown = s.View
	}
	var doc any
	if err := json.Unmarshal(shown, &doc); err != nil {
		t.Fatalf("%s: %v", s.Name, err)
	}
	var look func(any)
	look = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, one := range v {
				look(one)
			}
		case map[string]any:
			kind, _ := v["type"].(string)
			if text, ok := v["text"].(string); ok && (kind == "text" || kind == "plain_text") {
				texts = append(texts, text)
			}
			for key, one := range v {
				// What is only shown when one opens it, or is asked.
				if key != "options" && key != "confirm" && key != "placeholder" && key != "initial_option" {
					look(one)
				}
			}
		}
	}
	look(doc)
	return texts
}

func readScenes(t *testing.T) (all []scene) {
	t.Helper()
	readJSON(t, "blocks.json", &all)
	if len(all) < 70 {
		t.Fatalf("%d scenes in %s: are they found?", len(all), cards)
	}
	return all
}

func readJSON(t *testing.T, name string, into any) {
	t.Helper()
	doc, err := os.ReadFile(filepath.Join(cards, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(doc, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// widths are the screens that pictures are taken on.
var widths = []string{"desktop", "phone"}

func pictureFile(state, width string) string { return state + "-" + width + ".png" }

// album is docs/cards/README.md.
func album(scenes []scene) string {
	var out strings.Builder
	out.WriteString(`# What people see

Each state in which a card, an answer, a form or the home tab can be, as the demo's page draws it: on a desktop, and on
a phone of 390 pixels. The words are those of the golden files, the blocks are drawn by the bot, and posted into the
simulator of Slack. In Slack itself fonts and margins differ a little. The blocks are in [blocks.json](blocks.json);
Slack's Block Kit Builder takes them.

` + "`make pictures`" + ` takes them anew. A test fails where a state has no picture, or where its blocks have changed since.
`)
	for _, part := range []struct{ to, title string }{
		{"channel", "Cards, which a channel sees"},
		{"alone", "Previews and answers, which one person sees"},
		{"modal", "Forms"},
		{"home", "The home tab"},
	} {
		fmt.Fprintf(&out, "\n## %s\n\n| state | desktop | phone |\n|---|---|---|\n", part.title)
		for _, s := range scenes {
			if s.To != part.to {
				continue
			}
			fmt.Fprintf(&out, "| %s", strings.ReplaceAll(s.Name, "-", " "))
			for _, width := range widths {
				fmt.Fprintf(&out, " | ![%s on a %s](%s)", s.Name, width, pictureFile(s.Name, width))
			}
			out.WriteString(" |\n")
		}
	}
	return out.String()
}
