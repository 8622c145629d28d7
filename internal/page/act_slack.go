package page

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

func (p actor) command(ctx context.Context, a act) (any, error) {
	d, err := p.Command(a.Channel, p.stage.Slack.Commands()[0], strings.TrimSpace(a.Text))
	return acked(ctx, d, err)
}

func (p actor) say(ctx context.Context, a act) (any, error) {
	if strings.TrimSpace(a.Text) == "" {
		return nil, errors.New("there is nothing to send; type a message first")
	}
	_, d, err := p.Mention(a.Channel, a.Thread, a.Text)
	return acked(ctx, d, err)
}

// click uses an element of a message. A button needs no value.
func (p actor) click(ctx context.Context, a act) (any, error) {
	d, err := p.Choose(slacksim.Message{Channel: a.Channel, TS: a.TS}, a.ActionID, a.Value)
	if err != nil {
		err = fmt.Errorf("%w; the message may have changed", err)
	}
	return acked(ctx, d, err)
}

// seen is a view that this person has open, the home tab among them.
func (p actor) seen(id string) (slacksim.View, error) {
	for _, v := range p.Views() {
		if v.ID == id {
			return v, nil
		}
	}
	if home, there := p.Home(); there && home.ID == id {
		return home, nil
	}
	return slacksim.View{}, errors.New("this window is no longer open; open it again")
}

// viewAct uses an element of a view. The bot hears of it only where the element says so.
func (p actor) viewAct(ctx context.Context, a act) (any, error) {
	v, err := p.seen(a.View)
	if err != nil {
		return nil, err
	}
	d, err := p.SetField(v, a.ActionID, a.Value)
	return acked(ctx, d, err)
}

// option is a choice that is offered for what was typed.
type option struct {
	Text        string `json:"text"`
	Value       string `json:"value"`
	Description string `json:"description,omitempty"`
	Group       string `json:"group,omitempty"`
}

func (p actor) suggest(ctx context.Context, a act) (any, error) {
	v, err := p.seen(a.View)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, ackWithin)
	defer cancel()
	offered, err := p.SuggestAtOnce(ctx, v, a.ActionID, a.Typed)
	if err != nil {
		return nil, err
	}
	out := []option{}
	for _, o := range offered {
		out = append(out, option(o))
	}
	return map[string]any{"options": out}, nil
}

func (p actor) submit(ctx context.Context, a act) (any, error) {
	v, err := p.seen(a.View)
	if err != nil {
		return nil, err
	}
	d, err := p.Submit(v, a.Values)
	return acked(ctx, d, err)
}

func (p actor) close(ctx context.Context, a act) (any, error) {
	if v, err := p.seen(a.View); err == nil {
		d, err := p.CloseView(v)
		return acked(ctx, d, err)
	}
	return nil, nil // closed already: it is as it should be
}

func (p actor) openHome(ctx context.Context, _ act) (any, error) {
	d, err := p.OpenHome()
	return acked(ctx, d, err)
}

func (p actor) openMessages(ctx context.Context, _ act) (any, error) {
	d, err := p.OpenMessages()
	return acked(ctx, d, err)
}

func (p actor) shortcut(ctx context.Context, a act) (any, error) {
	d, err := p.Shortcut(a.CallbackID)
	return acked(ctx, d, err)
}

func (p actor) messageShortcut(ctx context.Context, a act) (any, error) {
	d, err := p.MessageShortcut(slacksim.Message{Channel: a.Channel, TS: a.TS}, a.CallbackID)
	return acked(ctx, d, err)
}

// upload is a file for a file input; its id stands for it there.
func (p actor) upload(_ context.Context, a act) (any, error) {
	if a.Name == "" || a.Content == "" {
		return nil, errors.New("the file has no name or is empty; choose another")
	}
	return map[string]string{"id": p.Upload(a.Name, a.Content)}, nil
}

// reload is a client that starts again.
func (p actor) reload(context.Context, act) (any, error) {
	p.Reload()
	return nil, nil
}
