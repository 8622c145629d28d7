package page

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

// mostSent bounds what a page sends at once: a file of the largest size that the bot reads, as JSON writes it.
const mostSent = 9 << 20

// act is what a person does, in Slack or with Kafka. Each uses its own part of it.
type act struct {
	As string `json:"as"`
	Do string `json:"do"`

	Channel    string            `json:"channel"`
	Thread     string            `json:"thread"`
	TS         string            `json:"ts"`
	Text       string            `json:"text"`
	View       string            `json:"view"`
	ActionID   string            `json:"action_id"`
	Value      string            `json:"value"`
	Values     map[string]string `json:"values"`
	Typed      string            `json:"typed"`
	CallbackID string            `json:"callback_id"`
	Name       string            `json:"name"`
	Content    string            `json:"content"`

	Cluster string  `json:"cluster"`
	Group   string  `json:"group"`
	Topic   string  `json:"topic"`
	ID      int32   `json:"id"`
	Delta   int     `json:"delta"`
	N       int     `json:"n"`
	Seconds float64 `json:"seconds"`
	On      bool    `json:"on"`
	Up      bool    `json:"up"`
	Skip    bool    `json:"skip"`
}

// actor is the person of an act, and the page.
type actor struct {
	*Server
	*slacksim.Person
}

// acts are what can be done. The result is what the page gets; nil: {}.
var acts = map[string]func(actor, context.Context, act) (any, error){
	"command":         actor.command,
	"say":             actor.say,
	"click":           actor.click,
	"viewAct":         actor.viewAct,
	"suggest":         actor.suggest,
	"submit":          actor.submit,
	"close":           actor.close,
	"openHome":        actor.openHome,
	"openMessages":    actor.openMessages,
	"shortcut":        actor.shortcut,
	"messageShortcut": actor.messageShortcut,
	"upload":          actor.upload,
	"reload":          actor.reload,
	"skipTime":        actor.skipTime,
	"consumers":       actor.consumers,
	"producer":        actor.producer,
	"produce":         actor.produce,
	"broker":          actor.broker,
	"slack429":        actor.slack429,
	"guide":           actor.skipGuide,
}

// serveAct does one act, and answers when it is done: in Slack, when the bot has acknowledged it.
func (p *Server) serveAct(w http.ResponseWriter, r *http.Request) {
	var a act
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, mostSent)).Decode(&a); err != nil {
		if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
			refuse(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("That is more than %d MiB; send less at once.",
				mostSent>>20))
			return
		}
		refuse(w, http.StatusBadRequest, fmt.Sprintf("The body is not an act: %v. An act is JSON, such as "+
			`{"as": "mara", "do": "command", "channel": "C0PAYOPS", "text": "help"}.`, err))
		return
	}
	do, known := acts[a.Do]
	if !known {
		refuse(w, http.StatusBadRequest, fmt.Sprintf("Nothing is called %q here; there are %s.", a.Do,
			strings.Join(slices.Sorted(maps.Keys(acts)), ", ")))
		return
	}
	who, known := p.stage.People[a.As]
	if !known {
		refuseStranger(w, http.StatusBadRequest, a.As)
		return
	}
	result, err := do(actor{p, who}, r.Context(), a)
	p.acted.fire() // also after a failure: it may have done a part
	if err != nil {
		status := http.StatusUnprocessableEntity
		if errors.Is(err, errNoAck) {
			status = http.StatusBadGateway
		}
		refuse(w, status, sentence(err))
		return
	}
	if result == nil {
		result = struct{}{}
	}
	answer(w, http.StatusOK, result)
}

// sentence is an error as a person reads it.
func sentence(err error) string {
	text := strings.TrimSpace(err.Error())
	if text == "" {
		return "That did not work, and the demo does not know why."
	}
	text = strings.ToUpper(text[:1]) + text[1:]
	if !strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "?") {
		text += "."
	}
	return text
}

// ackWithin is more than Slack waits itself.
const ackWithin = 10 * time.Second

var errNoAck = errors.New("the bot did not acknowledge it")

// acked waits until the bot has acknowledged an act; a nil delivery needs none.
func acked(ctx context.Context, d *slacksim.Delivery, err error) (any, error) {
	if err != nil || d == nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, ackWithin)
	defer cancel()
	ack, err := d.Wait(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoAck, err)
	}
	if ack.Err != "" {
		return nil, fmt.Errorf("%w (%s); try again, and look whether the demo still runs", errNoAck, ack.Err)
	}
	return nil, nil
}
