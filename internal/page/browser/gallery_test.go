//go:build chromium

package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/page"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/stage"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// hung is the time in the gallery: it stands still, so that pictures are the same tomorrow.
var hung = time.Date(2026, 11, 22, 4, 5, 0, 0, time.UTC)

// gallery is a Slack without the bot: the scenes are posted into it as the bot would, and an app that answers with a
// scene's modal stands in for it.
type gallery struct {
	t    *testing.T
	sim  *slacksim.Sim
	mara *slacksim.Person
	app  *socketmode.Client
	page *page.Server
}

func newGallery(t *testing.T) *gallery {
	t.Helper()
	s, err := stage.Still(t.Context(), hung)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	g := &gallery{t: t, sim: s.Slack, mara: s.Mara}
	s.Slack.AddChannel(slacksim.Channel{ID: "C0KAFKA", Name: "kafka-prod", Members: []string{s.Mara.ID}, Bot: true})
	g.connect()
	if g.page, err = page.Start(t.Context(), s, page.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.page.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

// connect opens the app's socket: a modal needs an answer to what a person did.
func (g *gallery) connect() {
	g.t.Helper()
	api := slack.New(slacksim.BotToken, slack.OptionAppLevelToken(slacksim.AppToken), slack.OptionAPIURL(g.sim.APIURL()))
	g.app = socketmode.New(api)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = g.app.RunContext(ctx) // it ends with the context
	}()
	g.t.Cleanup(func() { stop(); <-done })
	g.next(socketmode.EventTypeHello)
}

// next waits for something that the app is told.
func (g *gallery) next(kind socketmode.EventType) socketmode.Event {
	g.t.Helper()
	late := time.After(patience)
	for {
		select {
		case e := <-g.app.Events:
			if e.Type == kind {
				return e
			}
		case <-late:
			g.t.Fatalf("the gallery's app is not told of %s", kind)
		}
	}
}

// call is a method of Slack's Web API.
func (g *gallery) call(method string, params url.Values) {
	g.t.Helper()
	request, err := http.NewRequestWithContext(g.t.Context(), http.MethodPost, g.sim.APIURL()+method,
		strings.NewReader(params.Encode()))
	if err != nil {
		g.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Authorization", "Bearer "+slacksim.BotToken)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		g.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	doc, err := io.ReadAll(answer.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	var verdict struct{ OK bool }
	if err := json.Unmarshal(doc, &verdict); err != nil || !verdict.OK {
		g.t.Fatalf("%s: %s", method, doc)
	}
}

// wall is the channel of a scene: a message that follows another one has no head.
func wall(s scene) string { return "C0" + strings.ToUpper(strings.ReplaceAll(s.Name, "-", "0")) }

// hang posts a scene, and returns the selector of what shows it.
func (g *gallery) hang(s scene) (selector string) {
	g.t.Helper()
	switch s.To {
	case "channel", "alone":
		g.sim.AddChannel(slacksim.Channel{ID: wall(s), Name: s.Name, Members: []string{g.mara.ID}, Bot: true})
		params := url.Values{"channel": {wall(s)}, "text": {s.Text}, "blocks": {string(s.Blocks)}}
		method := "chat.postMessage"
		if s.To == "alone" {
			method = "chat.postEphemeral"
			params.Set("user", g.mara.ID)
		}
		g.call(method, params)
		said := g.mara.Messages(wall(s))
		return id("message") + "[data-ts=" + quoted(said[len(said)-1].TS) + "]"
	case "home":
		view, err := json.Marshal(map[string]any{"type": "home", "blocks": s.Blocks})
		if err != nil {
			g.t.Fatal(err)
		}
		g.call("views.publish", url.Values{"user_id": {g.mara.ID}, "view": {string(view)}})
		return id("home")
	case "modal":
		g.opens(s)
		return id("modal")
	default:
		g.t.Fatalf("%s is shown nowhere: %q", s.Name, s.To)
		return ""
	}
}

// opens shows a modal to mara, and lets her submit it where the scene has mistakes in it.
func (g *gallery) opens(s scene) {
	g.t.Helper()
	if _, err := g.mara.Command(world.PayOps, "/kafka-reset", s.Name); err != nil {
		g.t.Fatal(err)
	}
	e := g.next(socketmode.EventTypeSlashCommand)
	if err := g.app.Ack(*e.Request); err != nil {
		g.t.Fatal(err)
	}
	g.call("views.open", url.Values{"trigger_id": {e.Data.(slack.SlashCommand).TriggerID}, "view": {string(s.View)}})
	if len(s.Errors) == 0 {
		return
	}
	open := g.mara.Views()
	d, err := g.mara.Submit(open[len(open)-1], nil)
	if err != nil {
		g.t.Fatal(err)
	}
	e = g.next(socketmode.EventTypeInteractive)
	if err := g.app.Ack(*e.Request, slack.NewErrorsViewSubmissionResponse(s.Errors)); err != nil {
		g.t.Fatal(err)
	}
	if _, err := d.Wait(g.t.Context()); err != nil {
		g.t.Fatal(err)
	}
}

// closes takes mara's modals away.
func (g *gallery) closes() {
	g.t.Helper()
	for open := g.mara.Views(); len(open) > 0; open = g.mara.Views() {
		if _, err := g.mara.CloseView(open[len(open)-1]); err != nil {
			g.t.Fatal(err)
		}
	}
}

// visit opens the gallery on a screen. The guide is not what the pictures are of; a modal is shown whole, and without a
// caret that blinks.
func (g *gallery) visit(on screen) *tab {
	g.t.Helper()
	b := open(g.t, g.page.URL(), on)
	b.sees(id("composer"), "")
	evaluate[[]byte](b, `fetch("act", {method: "POST", headers: {"Content-Type": "application/json"},
		body: JSON.stringify({as: "mara", do: "guide", skip: true})}).then(r => r.ok)`)
	b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.head.append(Object.assign(document.createElement("style"),
		{textContent: %s}))`, quoted("* { caret-color: transparent; transition: none !important } "+id("modal")+
		" { max-height: none !important; height: auto !important; min-height: 0 !important }"))))
	return b
}

// shows turns the page to where a scene is.
func (g *gallery) shows(b *tab, s scene) {
	g.t.Helper()
	place := map[string]string{"channel": wall(s), "alone": wall(s), "modal": world.PayOps, "home": "home"}[s.To]
	b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf("location.hash = %s", quoted("#mara/"+place))))
}
