package bot

import (
	"bytes"
	"encoding/json"
	"flag"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
)

var update = flag.Bool("update", false, "write the blocks of the scenes anew")

// scene is what is shown in one state: a message, a modal or a home, as Slack gets it. Pictures are taken of them.
type scene struct {
	Name   string            `json:"name"`
	To     string            `json:"to"`             // channel, alone, home, modal
	Text   string            `json:"text,omitempty"` // of a message: its fallback
	Blocks []slack.Block     `json:"blocks,omitempty"`
	View   any               `json:"view,omitempty"`
	Errors map[string]string `json:"errors,omitempty"` // of a modal, as its submission is answered
}

// scenesFile is where the pictures are.
var scenesFile = filepath.Join("..", "docs", "cards", "blocks.json")

// TestGoldenScenes: the pictures are of what is drawn now.
func TestGoldenScenes(t *testing.T) {
	t.Parallel()
	all := slices.Concat(messageScenes(t), formScenes(t), modalScenes(t))
	slices.SortFunc(all, func(a, b scene) int { return bytes.Compare([]byte(a.Name), []byte(b.Name)) })
	got := []byte("[\n")
	for i, s := range all {
		line, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, line...); i < len(all)-1 {
			got = append(got, ',')
		}
		got = append(got, '\n')
	}
	got = append(got, "]\n"...)
	if *update {
		if err := os.WriteFile(scenesFile, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(scenesFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got)\n%s\nif that is better: go test ./bot -run Golden -update, then make pictures", scenesFile,
			diff)
	}
}

// said are the scenes of package words, which its golden files hold fast.
type said struct {
	Alone []string
	Views map[string]words.Content
	Homes map[string][]words.Content
	Forms map[string]struct {
		Plan           words.Content
		Label, Confirm string
	}
}

func readSaid(t *testing.T) (out said) {
	t.Helper()
	doc, err := os.ReadFile(filepath.Join("..", "internal", "words", "testdata", "scenes.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(doc, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// messageScenes are the cards, the answers and the homes, drawn as they are where they are sent.
func messageScenes(t *testing.T) (all []scene) {
	t.Helper()
	b := quietBot(t)
	said := readSaid(t)
	samples, err := words.Samples()
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(samples, said.Views)
	for name, c := range samples {
		s := scene{Name: name, To: "channel"}
		l := renderOptions{key: name, dataTables: c.Table != nil && c.Table.Caption != ""}
		if _, view := said.Views[name]; view || slices.Contains(said.Alone, name) {
			s.To, l.plainTables, l.ephemeral = "alone", true, true
		}
		m := b.draw(t.Context(), c, l)
		s.Text, s.Blocks = m.text, m.blocks
		all = append(all, s)
	}
	for name, parts := range said.Homes {
		s := scene{Name: "home-" + name, To: "home"}
		for i, c := range parts {
			s.Blocks = append(s.Blocks, b.draw(t.Context(), c, renderOptions{key: "home." + string(rune('a'+i)),
				plainTables: true, ephemeral: true}).blocks...)
		}
		all = append(all, s)
	}
	return all
}

// quietBot is a bot that can look up the people of the scenes, and does nothing by itself.
func quietBot(t *testing.T) *Bot {
	t.Helper()
	now := time.Date(2026, 11, 22, 2, 30, 0, 0, time.UTC)
	sim, err := slacksim.New(slacksim.Options{Now: func() time.Time { return now }, Unhurried: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	for _, name := range []string{"mara", "jon", "ben", "kim"} {
		sim.AddUser(slacksim.User{ID: "U0" + string(bytes.ToUpper([]byte(name))), Name: name, Zone: "Europe/Berlin"})
	}
	sim.AddGroup(slacksim.UserGroup{ID: "S0PAY", Handle: "pay", Name: "Pay"})
	sim.AddGroup(slacksim.UserGroup{ID: "S0PAYOWNERS", Handle: "pay-owners", Name: "Owners of pay"})
	return New(Config{AppToken: slacksim.AppToken, BotToken: slacksim.BotToken, APIURL: sim.APIURL(),
		Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
}

// formScenes are the reset form in its states.
func formScenes(t *testing.T) []scene {
	t.Helper()
	b, said := quietBot(t), readSaid(t)
	empty := formState{Clusters: []string{"prod-eu", "sandbox-eu"}}
	filled := empty
	filled.Cluster, filled.Group, filled.Topics = "prod-eu", "billing", []string{"orders"}
	filled.Where, filled.At = commands.ToTime, time.Date(2026, 11, 22, 1, 10, 0, 0, time.UTC)
	filled.Reason = "bad deploy 4711"
	latest := filled
	latest.Where, latest.Topics, latest.Reason = commands.ToLatest, []string{commands.AllTopics}, ""
	mistaken := filled
	mistaken.Where, mistaken.Value = commands.GoBack, "50 parsecs"
	form := func(name string, s formState, plan string) scene {
		shown := formShown{blocks: statusBlocks(words.FormStatus(nil))}
		if f, has := said.Forms[plan]; has {
			shown = formShown{ref: "k7f3.1", label: f.Label, confirm: f.Confirm, blocks: b.draw(t.Context(), f.Plan,
				renderOptions{key: "k7f3.1", plainTables: true, ephemeral: true}).blocks}
		}
		return scene{Name: name, To: "modal", View: drawForm(s, "C0INC", shown)}
	}
	_, wrong := mistaken.form().Read(commands.Context{At: b.now(),
		Clusters: []commands.ClusterName{{Name: "prod-eu"}, {Name: "sandbox-eu"}}})
	mistake := form("form-mistake", mistaken, "")
	mistake.Errors = map[string]string{}
	for field, err := range wrong {
		mistake.Errors[string(field)+"."+string(mistaken.Where)] = words.FormMistake(field, err)
	}
	confirm := said.Forms["skip"]
	return []scene{form("form-empty", empty, ""), form("form-preview", filled, "preview"),
		form("form-skip", latest, "skip"), form("form-refused", filled, "refused"), mistake,
		{Name: "form-confirm", To: "modal", View: confirmationView(formMeta{Label: confirm.Label, Confirm: confirm.Confirm},
			"k7f3.1", "C0INC", "")}}
}

// modalScenes are the other modals, as the bot opens them.
func modalScenes(t *testing.T) (all []scene) {
	t.Helper()
	b := newBench(t, slacksim.Options{}, nil).up(t)
	opened := func(name string) {
		t.Helper()
		b.until(t, name+" is open", func() bool { return len(b.slack.Calls("views.open")) == len(all)+1 })
		all = append(all, scene{Name: name, To: "modal",
			View: json.RawMessage(b.slack.Calls("views.open")[len(all)].Params["view"])})
	}
	d, err := b.mara.Command("C0INC", "/kafka-reset", "billing@prod-eu --from-file")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Wait(ctx5(t)); err != nil {
		t.Fatal(err)
	}
	opened("rows-form")
	card := b.carded(t, "C0INC", "C0INC")
	b.click(t, b.jon, card, "rows")
	opened("partitions")
	b.click(t, b.jon, card, "emergency")
	opened("break-glass-reason")
	return all
}
