//go:build bolt

// Package bolttest points Slack's own SDK for Node at the simulator: an app in app.mjs that nobody of this project's
// Go code had a hand in. It needs node and npm with a registry; a machine without them fails, it does not skip.
package bolttest

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

// fact is a line the app printed.
type fact struct {
	Ready     bool
	Kind      string
	Action    string
	User      string
	Ephemeral bool
	Members   []string
	Zone      string
	Scopes    []string
	Error     string
	Messages  []string
	Failure   string
	Bare      bool
	Values    map[string]map[string]struct {
		Value    string
		Option   struct{ Value string }   `json:"selected_option"`
		Options  []struct{ Value string } `json:"selected_options"`
		DateTime int64                    `json:"selected_date_time"`
	}
}

// start installs Bolt in a temporary directory and runs the app against sim; it stops with the test.
func start(t *testing.T, sim *slacksim.Sim) func() fact {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"package.json", "app.mjs"} {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	install := exec.CommandContext(t.Context(), "npm", "install", "--no-audit", "--no-fund", "--no-package-lock")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("npm install (node and npm have to be there): %v\n%s", err, out)
	}
	app := exec.CommandContext(context.WithoutCancel(t.Context()), "node", "app.mjs")
	app.Dir, app.Stderr = dir, os.Stderr
	app.Env = append(os.Environ(), "BOT_TOKEN="+slacksim.BotToken, "APP_TOKEN="+slacksim.AppToken,
		"API_URL="+sim.APIURL())
	stdin, err := app.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := app.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := app.Start(); err != nil {
		t.Fatalf("start node: %v", err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		time.AfterFunc(5*time.Second, func() { _ = app.Process.Kill() })
		_ = app.Wait()
	})
	facts := make(chan fact, 100)
	go func() {
		defer close(facts)
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			var f fact
			if json.Unmarshal(lines.Bytes(), &f) != nil {
				f.Failure = lines.Text()
			}
			facts <- f
		}
	}()
	return func() fact {
		t.Helper()
		select {
		case f, ok := <-facts:
			if !ok || f.Failure != "" {
				t.Fatalf("the app failed: %+v", f)
			}
			return f
		case <-time.After(20 * time.Second):
			t.Fatal("the app says nothing")
			return fact{}
		}
	}
}

// TestBoltTakesTheOtherWaysIn: shortcuts, the home tab, a mention in a thread, and a form whose inputs act.
func TestBoltTakesTheOtherWaysIn(t *testing.T) {
	sim, err := slacksim.New(slacksim.Options{
		Scopes: append(slices.Clone(slacksim.DefaultScopes), "app_mentions:read"),
		Events: append(slices.Clone(slacksim.DefaultEvents), "app_mention"),
		Shortcuts: []slacksim.Shortcut{{Type: "global", CallbackID: "reset", Name: "Reset", Description: "x"},
			{Type: "message", CallbackID: "from-alert", Name: "Reset from this alert", Description: "x"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	mara := sim.AddUser(slacksim.User{ID: "U0MARA", Name: "mara", Zone: "Europe/Berlin"})
	sim.AddChannel(slacksim.Channel{ID: "C0INC", Name: "inc", Members: []string{"U0MARA"}, Bot: true})
	next := start(t, sim)
	if f := next(); !f.Ready {
		t.Fatalf("began with %+v", f)
	}
	t.Run("global shortcut, its form, closed", func(t *testing.T) {
		d, err := mara.Shortcut("reset")
		heard(t, d, err)
		if f := next(); f.Kind != "shortcut" || f.Action != "reset" || f.User != "U0MARA" || !f.Bare {
			t.Errorf("shortcut = %+v", f)
		}
		d, err = mara.CloseView(opened(t, mara, "Form"))
		heard(t, d, err)
		if f := next(); f.Kind != "view_closed" || f.Action != "Form" {
			t.Errorf("closed = %+v", f)
		}
	})
	t.Run("message shortcut", func(t *testing.T) {
		if _, err := sim.Post("C0INC", map[string]any{"username": "AlertManager", "bot_id": "B0HOOK", "text": "",
			"attachments": []any{map[string]any{"title": "[FIRING:1] KafkaConsumerLag"}}}); err != nil {
			t.Fatal(err)
		}
		d, err := mara.MessageShortcut(see(t, mara, "C0INC", "KafkaConsumerLag"), "from-alert")
		heard(t, d, err)
		if f := next(); f.Kind != "message_action" || f.Action != "AlertManager: [FIRING:1] KafkaConsumerLag" || !f.Bare {
			t.Errorf("shortcut = %+v", f)
		}
		see(t, mara, "C0INC", "read in C0INC")
	})
	t.Run("home, published, clicked, published again", func(t *testing.T) {
		d, err := mara.OpenHome()
		heard(t, d, err)
		if f := next(); f.Kind != "app_home_opened" || f.Action != "home" || !f.Bare {
			t.Errorf("opened = %+v", f)
		}
		home, err := mara.WaitHome(soon(t), func(v slacksim.View) bool { return v.Text() == "home of @mara\n[Reset...]" })
		if err != nil {
			t.Fatal(err)
		}
		d, err = mara.OpenHome()
		heard(t, d, err)
		if f := next(); f.Bare {
			t.Errorf("opened again = %+v", f)
		}
		if _, err := mara.WaitHome(soon(t), func(v slacksim.View) bool { return v.Hash != home.Hash }); err != nil {
			t.Fatal(err)
		}
		d, err = mara.ClickHome("start", "")
		heard(t, d, err)
		if f := next(); f.Kind != "view" || f.Action != "home go" || !f.Bare {
			t.Errorf("clicked = %+v", f)
		}
	})
	t.Run("a form whose inputs act and suggest", func(t *testing.T) {
		view := opened(t, mara, "Form")
		d, err := mara.SetField(view, "when", "1795313400")
		if err != nil || d != nil {
			t.Fatalf("%v, %v", d, err)
		}
		if options, err := mara.Suggest(soon(t), view, "topics", "ord"); err != nil || len(options) != 1 ||
			options[0].Value != "ord-topic" {
			t.Fatalf("offered %+v, %v", options, err)
		}
		if _, err := mara.Pick(view, "topics", "ord topic"); err != nil {
			t.Fatal(err)
		}
		d, err = mara.Pick(view, "policy", "Time")
		heard(t, d, err)
		if f := next(); f.Kind != "static_select" || f.Action != "time" || f.Values["when"]["when"].DateTime != 1795313400 ||
			f.Values["topics"]["topics"].Options[0].Value != "ord-topic" {
			t.Errorf("acted = %+v", f)
		}
		view, err = mara.WaitView(soon(t), func(v slacksim.View) bool { return v.Hash != view.Hash })
		if err != nil {
			t.Fatal(err)
		}
		d, err = mara.Submit(view, nil)
		heard(t, d, err)
		if f := next(); f.Kind != "view_submission" || f.Action != "home" || f.Values["policy"]["policy"].Option.Value !=
			"time" || f.Values["rows"]["rows"].Value != "orders,0,42" {
			t.Errorf("submitted = %+v", f)
		}
		opened(t, mara, "Asked")
	})
	t.Run("mention in a thread", func(t *testing.T) {
		root, _, err := mara.Say("C0INC", "billing is behind")
		if err != nil {
			t.Fatal(err)
		}
		_, d, err := mara.Mention("C0INC", root.TS, "@kafka-reset help")
		heard(t, d, err)
		if m := see(t, mara, "C0INC", "heard @mara"); m.Thread != root.TS {
			t.Errorf("answered in %q, not in the thread", m.Thread)
		}
	})
}

func opened(t *testing.T, p *slacksim.Person, title string) slacksim.View {
	t.Helper()
	view, err := p.WaitView(soon(t), func(v slacksim.View) bool { return v.Title == title })
	if err != nil {
		for _, v := range p.Views() {
			t.Log(v.Text())
		}
		t.Fatalf("wait for %s: %v", title, err)
	}
	return view
}

func TestBoltTalksToTheSimulator(t *testing.T) {
	sim, err := slacksim.New(slacksim.Options{
		Scopes: append(slices.Clone(slacksim.DefaultScopes), "app_mentions:read"),
		Events: append(slices.Clone(slacksim.DefaultEvents), "app_mention"),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	mara := sim.AddUser(slacksim.User{ID: "U0MARA", Name: "mara", Zone: "Europe/Berlin"})
	jon := sim.AddUser(slacksim.User{ID: "U0JON", Name: "jon", Zone: "America/New_York"})
	sim.AddGroup(slacksim.UserGroup{ID: "S0PAY", Handle: "pay-owners", Members: []string{"U0JON"}})
	sim.AddChannel(slacksim.Channel{ID: "C0INC", Name: "inc-4711", Members: []string{"U0MARA", "U0JON"}, Bot: true})
	next := start(t, sim)
	if f := next(); !f.Ready {
		t.Fatalf("first word = %+v", f)
	}
	t.Run("ack with payload", func(t *testing.T) {
		command(t, mara, "in the ack")
		see(t, jon, "C0INC", "from the ack")
	})
	t.Run("command, response_url, click, post, replace", func(t *testing.T) {
		command(t, mara, "billing")
		click(t, mara, see(t, mara, "C0INC", "preview of billing"), "ask")
		if f := next(); f.Action != "k7f3.1" || f.User != "U0MARA" || !f.Ephemeral {
			t.Errorf("click = %+v", f)
		}
		if m := see(t, mara, "C0INC", "asked"); !m.Ephemeral || len(m.History) != 2 {
			t.Errorf("the preview was not replaced: %+v", m)
		}
	})
	t.Run("entry of an overflow menu", func(t *testing.T) {
		d, err := jon.ChooseEntry(see(t, jon, "C0INC", "waiting for approval"), "Discard")
		heard(t, d, err)
		if f := next(); f.Kind != "overflow" || f.Action != "k7f3.1 discard" || f.User != "U0JON" {
			t.Errorf("chosen = %+v", f)
		}
	})
	t.Run("click on a card, update, thread, ephemeral, look-ups, file, refusal", func(t *testing.T) {
		click(t, jon, see(t, jon, "C0INC", "waiting for approval"), "approve")
		see(t, mara, "C0INC", "approved by @jon")
		see(t, jon, "C0INC", "thank you")
		if f := next(); !slices.Equal(f.Members,
			[]string{"U0JON"}) || f.Zone != "America/New_York" || !slices.Contains(f.Scopes, "chat:write") {
			t.Errorf("looked up %+v", f)
		}
		if f := next(); f.Error != "invalid_blocks" || len(f.Messages) != 1 {
			t.Errorf("refused with %+v", f)
		}
		see(t, mara, "C0INC", "plan.csv, 15 bytes")
	})
	t.Run("view, suggestion, errors, submission", func(t *testing.T) {
		command(t, mara, "form")
		view, err := mara.WaitView(soon(t), func(v slacksim.View) bool { return v.CallbackID == "ask" })
		if err != nil {
			t.Fatal(err)
		}
		if options, err := mara.Suggest(soon(t), view, "group",
			"bil"); err != nil || len(options) != 1 || options[0].Value != "billing@prod-eu" {
			t.Errorf("offered %+v, %v", options, err)
		}
		submit(t, mara, view, "x")
		if open := mara.Views(); len(open) != 1 || open[0].Errors["why"] != "say more" {
			t.Errorf("views = %+v", open)
		}
		submit(t, mara, view, "bad deploy")
		see(t, mara, sim.DM("U0MARA"), "k7f3: bad deploy")
	})
	t.Run("mention, then a refresh of the socket", func(t *testing.T) {
		for range 2 {
			asked, _, err := mara.Say("C0INC", "<@"+slacksim.BotUser+"> hello")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := mara.WaitMessage(soon(t), "C0INC",
				func(m slacksim.Message) bool {
					return m.Thread == asked.TS &&
						m.Text() == "heard @mara"
				}); err != nil {
				t.Fatal(err)
			}
			opened := len(sim.Calls(slacksim.Sockets))
			sim.Disconnect(slacksim.ReasonRefreshRequested)
			if err := sim.Await(soon(t), func() bool {
				return len(sim.Calls(slacksim.Sockets)) > opened &&
					sim.Connections() == 1
			}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func see(t *testing.T, p *slacksim.Person, channel, text string) slacksim.Message {
	t.Helper()
	m, err := p.WaitText(soon(t), channel, text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func heard(t *testing.T, d *slacksim.Delivery, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if ack, err := d.Wait(soon(t)); err != nil || ack.Err != "" {
		t.Fatalf("ack = %+v, %v", ack, err)
	}
}

func command(t *testing.T, p *slacksim.Person, text string) {
	t.Helper()
	d, err := p.Command("C0INC", "/kafka-reset", text)
	heard(t, d, err)
}

func click(t *testing.T, p *slacksim.Person, m slacksim.Message, action string) {
	t.Helper()
	d, err := p.Click(m, action)
	heard(t, d, err)
}

func submit(t *testing.T, p *slacksim.Person, v slacksim.View, reason string) {
	t.Helper()
	d, err := p.Submit(v, map[string]string{"reason": reason})
	heard(t, d, err)
}
