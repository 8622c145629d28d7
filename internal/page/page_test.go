package page_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/page"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/stage"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/stage/stagetest"
)

// patience bounds every wait.
const patience = 30 * time.Second

// browser is the page without a browser: what it sends, and what it is sent.
type browser struct {
	t     *testing.T
	stage *stage.Stage
	page  *page.Server
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	s := stagetest.Start(t)
	p, err := page.Start(t.Context(), s, page.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return &browser{t: t, stage: s, page: p}
}

// denied is the status of what Slack, Kafka or the stage does not take.
const denied = http.StatusUnprocessableEntity

type fields map[string]any

// tries does an act, and returns the status and what came.
func (b *browser) tries(who, do string, f fields) (int, map[string]any) {
	b.t.Helper()
	body := fields{"as": who, "do": do}
	for key, value := range f {
		body[key] = value
	}
	text, err := json.Marshal(body)
	if err != nil {
		b.t.Fatal(err)
	}
	answer, err := http.Post(b.page.URL()+"act", "application/json", bytes.NewReader(text))
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	var out map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&out); err != nil {
		b.t.Fatal(err)
	}
	return answer.StatusCode, out
}

// acts does an act that must work.
func (b *browser) acts(who, do string, f fields) map[string]any {
	b.t.Helper()
	status, out := b.tries(who, do, f)
	if status != http.StatusOK {
		b.t.Fatalf("%s %s %v: %d %v", who, do, f, status, out)
	}
	return out
}

// refused does an act that must be refused, with a sentence that says so.
func (b *browser) refused(status int, who, do string, f fields, says string) {
	b.t.Helper()
	got, out := b.tries(who, do, f)
	if sentence, _ := out["error"].(string); got != status || !strings.Contains(sentence, says) {
		b.t.Errorf("%s %s %v: %d %v, want %d and %q", who, do, f, got, out, status, says)
	}
}

// The events as the front end declares them, as far as the tests read them.
type (
	message struct {
		Channel, TS, Thread, Author, Text string
		AuthorName                        string `json:"author_name"`
		App, Ephemeral, Edited            bool
		Blocks                            []any
		Attachments                       []any
		Files                             []struct {
			ID, Name string
			Size     int
		}
	}
	view struct {
		ID, Hash, Type, Title, Submit, Close, Trouble string
		Blocks                                        []any
		Errors                                        map[string]string
		State                                         map[string]map[string]any
	}
	slackEvent struct {
		Now, Me string
		People  []struct {
			ID, Name, Zone, About string
			Guest                 bool
		}
		App       struct{ ID, Name string }
		Command   string
		Shortcuts []struct {
			Type, Name string
			CallbackID string `json:"callback_id"`
		}
		Channels []struct {
			ID, Name, About string
			Bot, DM         bool
		}
		Messages map[string][]message
		Views    []view
		Home     *view
		Trouble  []string
	}
	kafkaEvent struct {
		Clusters []struct {
			Name    string
			Brokers []struct {
				ID int
				Up bool
			}
			Topics []struct {
				Name       string
				Producing  bool
				Partitions []struct{ Start, End int64 }
			}
			Groups []group
		}
	}
	group struct {
		Name, State string
		Members     []struct{ ID, Host string }
		Ours        int
		Topics      []struct {
			Name       string
			Partitions []struct{ Partition, Committed, Start, End int64 }
		}
	}
)

// events is what one person's page is sent: the newest of each.
type events struct {
	b       *browser
	who     string
	mu      sync.Mutex
	raw     map[string][]byte
	changed chan struct{}
}

// watches opens the events of a person, until the test ends.
func (b *browser) watches(who string) *events {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, b.page.URL()+"events?as="+who, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil || answer.StatusCode != http.StatusOK ||
		answer.Header.Get("Content-Type") != "text/event-stream" {
		b.t.Fatal(answer, err)
	}
	e := &events{b: b, who: who, raw: map[string][]byte{}, changed: make(chan struct{}, 1)}
	done := make(chan struct{})
	go func() { defer close(done); e.read(answer.Body) }()
	b.t.Cleanup(func() { cancel(); _ = answer.Body.Close(); <-done })
	return e
}

func (e *events) read(body io.Reader) {
	name := ""
	for lines := bufio.NewReader(body); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		if event, ok := strings.CutPrefix(line, "event: "); ok {
			name = strings.TrimSpace(event)
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			e.mu.Lock()
			e.raw[name] = []byte(data)
			e.mu.Unlock()
			select {
			case e.changed <- struct{}{}:
			default:
			}
		}
	}
}

func (e *events) newest(name string, into any) bool {
	e.mu.Lock()
	raw := e.raw[name]
	e.mu.Unlock()
	return raw != nil && json.Unmarshal(raw, into) == nil
}

// until waits until an event says so.
func (e *events) until(what string, ok func() bool) {
	e.b.t.Helper()
	for limit := time.After(patience); !ok(); {
		select {
		case <-e.changed:
		case <-limit:
			e.b.t.Fatalf("%s's page: not %s; it has\n%s", e.who, what, e.screen())
		}
	}
}

// screen is what the page shows, for the error of a wait that came to nothing.
func (e *events) screen() string {
	var s slackEvent
	e.newest("slack", &s)
	var out []string
	for channel, all := range s.Messages {
		for _, m := range all {
			out = append(out, channel+": "+m.said())
		}
	}
	for _, v := range s.Views {
		out = append(out, said(v.Title, v.Blocks, v.Errors))
	}
	if s.Home != nil {
		out = append(out, "home: "+said(s.Home.Blocks))
	}
	return strings.Join(append(out, s.Trouble...), "\n--\n")
}

// slack waits for a snapshot that is as wanted.
func (e *events) slack(what string, ok func(slackEvent) bool) (s slackEvent) {
	e.b.t.Helper()
	e.until(what, func() bool {
		s = slackEvent{}
		return e.newest("slack", &s) && ok(s)
	})
	return s
}

// sees waits for a message in a channel that says all parts.
func (e *events) sees(channel string, parts ...string) (found message) {
	e.b.t.Helper()
	e.slack(fmt.Sprintf("a message in %s that says %q", channel, parts), func(s slackEvent) bool {
		for _, m := range s.Messages[channel] {
			if holds(m.said(), parts) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

// opens waits for a view on top that says all parts.
func (e *events) opens(parts ...string) (top view) {
	e.b.t.Helper()
	e.slack(fmt.Sprintf("a view on top that says %q", parts), func(s slackEvent) bool {
		if len(s.Views) == 0 {
			return false
		}
		top = s.Views[len(s.Views)-1]
		return holds(said(top.Title, top.Blocks, top.Errors), parts)
	})
	return top
}

// group waits for a group of a cluster to be as wanted.
func (e *events) group(what, cluster, name string, ok func(group) bool) {
	e.b.t.Helper()
	e.until(what, func() bool {
		var k kafkaEvent
		if !e.newest("kafka", &k) {
			return false
		}
		for _, c := range k.Clusters {
			for _, g := range c.Groups {
				if c.Name == cluster && g.Name == name {
					return ok(g)
				}
			}
		}
		return false
	})
}

func (m message) said() string { return said(m.Text, m.Blocks, m.Attachments) }

// said is all that is written somewhere in blocks.
func said(parts ...any) string {
	var out []string
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			out = append(out, v)
		case []any:
			for _, one := range v {
				walk(one)
			}
		case map[string]string:
			for _, one := range v {
				walk(one)
			}
		case map[string]any:
			for _, one := range v {
				walk(one)
			}
		}
	}
	for _, part := range parts {
		walk(part)
	}
	return strings.Join(out, "\n")
}

func holds(text string, parts []string) bool {
	return !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(text, part) })
}

// action is the action_id of the button with this label.
func (m message) action(t *testing.T, label string) string {
	t.Helper()
	found := ""
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, one := range v {
				walk(one)
			}
		case map[string]any:
			text, _ := v["text"].(map[string]any)
			if v["type"] == "button" && text["text"] == label {
				found, _ = v["action_id"].(string)
			}
			for _, one := range v {
				walk(one)
			}
		}
	}
	walk(m.Blocks)
	if found == "" {
		t.Fatalf("no button %q in %s", label, m.said())
	}
	return found
}
