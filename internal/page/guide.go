package page

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/stage"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// incident leads a newcomer through one: an alert, a reset, its approval, its undo. It goes only by what people see and
// by what Kafka holds, never by what the bot has inside, and what it does itself is what Alertmanager would: it posts
// the alert. People may do things in another order, or not at all.
type incident struct {
	world *world.World

	mu      sync.Mutex
	deploy  int               // that the alert is about
	posted  string            // ts of the alert; empty: none is posted yet
	undoes  map[string]string // by the id of an undo, what it undoes
	at      int               // index of the step that is next
	most    int64             // the greatest lag since the consumers were to be started
	note    string            // why the guide has gone back
	skipped bool

	stale <-chan struct{} // closed once cards and form are not up to date any more
	cards []seenRequest
	form  *seenForm

	following string    // the id of the request that was seen last
	nothing   time.Time // since when there is neither a form nor a request
}

func newGuide(s *stage.Stage) *incident {
	return &incident{world: s.World, deploy: firstDeploy, undoes: map[string]string{}}
}

// run looks at the world until ctx is done and calls changed after each change of what the guide shows: some of it
// comes with time alone. It begins once a page has asked, because the alert is posted then.
func (g *incident) run(ctx context.Context, changed func()) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var last []byte
	for {
		if g.begun() {
			if now, err := json.Marshal(g.state()); err == nil && !bytes.Equal(now, last) {
				last = now
				changed()
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (g *incident) begun() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.posted != ""
}

const lookEvery = 250 * time.Millisecond

// state is what the page gets. Without an alert there is nothing to lead through: the guide is skipped then.
func (g *incident) state() any {
	shown, err := g.show()
	if err != nil {
		return guideShown{Current: -1, Skipped: true, Steps: []stepTitle{}, Note: err.Error()}
	}
	return shown
}

const firstDeploy = 4711

// guideShown is what the page gets of the guide.
type guideShown struct {
	Steps   []stepTitle `json:"steps"`
	Current int         `json:"current"` // -1: over or skipped
	Step    *stepShown  `json:"step"`
	Skipped bool        `json:"skipped"`
	Over    bool        `json:"over"`
	Note    string      `json:"note"`  // what happened that the guide has gone back for
	Ideas   []idea      `json:"ideas"` // what to try when it is over
}

type stepTitle struct {
	Title string `json:"title"`
	Done  bool   `json:"done"`
}

// stepShown is what to do next, and why.
type stepShown struct {
	Title  string     `json:"title"`
	Text   string     `json:"text"`
	As     string     `json:"as"`    // the person to act as; empty: any
	Place  string     `json:"place"` // a channel's id, home or kafka
	Target stepTarget `json:"target"`
}

// stepTarget is what the page points at: a label that can be read on it, or a place in the Kafka panel.
type stepTarget struct {
	Kind  string `json:"kind"`
	Label string `json:"label"`
}

// show is the guide as it stands now. The first call posts the alert.
func (g *incident) show() (guideShown, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.posted == "" {
		if err := g.post(); err != nil {
			return guideShown{}, err
		}
	}
	s := g.look()
	g.advance(s)
	out := guideShown{Current: -1, Skipped: g.skipped, Over: g.at == len(guideSteps), Note: g.note, Steps: []stepTitle{}}
	for i, step := range guideSteps {
		out.Steps = append(out.Steps, stepTitle{Title: step.title, Done: i < g.at})
	}
	switch {
	case g.skipped:
		out.Note = ""
	case out.Over:
		out.Ideas = guideIdeas
	default:
		show := guideSteps[g.at].show
		if s.request == nil && g.at > stepAsk && g.at < stepStart { // the card is not seen for a moment
			show = showAsk
		}
		next := show(s, g)
		next.Title, out.Current, out.Step = guideSteps[g.at].title, g.at, &next
	}
	return out, nil
}

// post posts the alert, about what is so at this moment.
func (g *incident) post() error {
	_, lag := g.group()
	ts, err := g.world.Slack.Post(world.PayOps, alertOf(g.deploy, lag, g.world.Slack.Now()))
	if err != nil {
		return fmt.Errorf("post the alert of the guide: %w", err)
	}
	g.posted = ts
	return nil
}

// advance goes to the first step that is not done. A request says by itself how far it is, so where one falls behind
// (it needs another approval, or is cancelled and another one goes on) the guide goes back. Once a reset was applied,
// a step that was done stays done.
func (g *incident) advance(s sight) {
	from := g.at
	switch cancelled := s.over != nil && s.over.id == g.following; {
	case s.request != nil && g.at > stepShortcut && g.at < stepUndo:
		g.at = stepShortcut
		g.goOn(s)
		if g.at < from && cancelled {
			g.note = goneBack(from, s)
		}
	case g.lost(s):
		g.at, g.note = stepShortcut, goneBack(g.at, s)
		from = g.at
	}
	g.goOn(s)
	if g.at > from {
		g.note = ""
	}
	if s.request != nil {
		g.following = s.request.id
	}
}

func (g *incident) goOn(s sight) {
	for g.at < len(guideSteps) && guideSteps[g.at].done(s, g) {
		g.at++
	}
}

// lost reports whether there is nothing to go on with. Between a form and the card that it asked for there is neither
// for a moment, so that is waited out.
func (g *incident) lost(s sight) bool {
	nothing := s.request == nil && (s.form == nil || g.at > stepAsk)
	if g.at <= stepShortcut || g.at >= stepUndo || !nothing {
		g.nothing = time.Time{}
		return false
	}
	now := g.world.Slack.Now()
	if g.nothing.IsZero() {
		g.nothing = now
	}
	cancelled := s.over != nil && s.over.id == g.following
	return cancelled || now.Sub(g.nothing) >= grace
}

// grace is how long a card may take to come.
const grace = 3 * time.Second

// goneBack says why a request is asked for again.
func goneBack(at int, s sight) string {
	if s.over != nil && at > stepAsk {
		again := " Ask again from the alert."
		if s.request != nil {
			again = fmt.Sprintf(" Go on with %s.", s.request.id)
		}
		return fmt.Sprintf("%s is %s. Nothing was written.%s", s.over.id, strings.ToLower(s.over.word), again)
	}
	return "The form was closed. Nothing was written. Ask again from the alert."
}

// skip hides the guide, or shows it again where it stood. When it was over, it starts anew with the next deploy.
func (g *incident) skip(on bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.skipped = on
	if !on && g.at == len(guideSteps) {
		g.deploy++
		g.posted, g.at, g.most, g.note, g.stale = "", 0, 0, "", nil
	}
}

func counted(n int64) string { return text.WithCommas(n) }
