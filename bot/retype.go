package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// retypeVerb is a button that sends a line again, put right. Its value is the id of the recorded envelope that held the
// line: what is sent is made from that one, and judged as if the person who clicked had typed it.
const retypeVerb = "retype"

// retypeButton is the button beside a line that was not understood; nil: there is none.
func (b *Bot) retypeButton(e envelope, err error) []words.Button {
	var wrong *commands.SyntaxError
	if e.Kind != command && e.Kind != atMention || !errors.As(err, &wrong) || !b.mayRetype(wrong.Corrected) {
		return nil
	}
	label := text.Clip(cmp.Or(wrong.Near, "Use the corrected line"), 70)
	return []words.Button{{Verb: retypeVerb, Ref: e.ID, Label: label, Typed: wrong.Corrected}}
}

// mayRetype reports whether a line asks for something, or looks at something. What decides, or freezes a cluster, is
// typed by hand: correcting a word approves nothing.
func (b *Bot) mayRetype(line string) bool {
	if line == "" {
		return false
	}
	cmd, err := commands.Parse(line, commands.Context{At: b.now(), Clusters: b.clusterNames()})
	if err != nil {
		return false
	}
	_, moves := cmd.(commands.Reset)
	_, group := cmd.(commands.Overview)
	_, later := cmd.(commands.Schedule)
	return moves || group || later || commands.Looks(cmd)
}

// retype runs the line of a recorded envelope, put right. It is its author's alone.
func (b *Bot) retype(ctx context.Context, in engine.Inbox, e envelope) error {
	first, err := b.Core.Envelope(ctx, e.Value)
	if errors.Is(err, reset.ErrNotFound) {
		return errForged
	}
	if err != nil {
		return err
	}
	var was envelope
	if err := json.Unmarshal(first.Raw, &was); err != nil || was.actor() != e.actor() ||
		was.Kind != command && was.Kind != atMention {
		return errForged
	}
	zone, name, _ := b.zone(ctx, e.User)
	_, err = commands.Parse(was.Text,
		commands.Context{At: first.ReceivedAt, Zone: zone, ZoneName: name, Clusters: b.clusterNames()})
	var wrong *commands.SyntaxError
	if !errors.As(err, &wrong) || !b.mayRetype(wrong.Corrected) {
		return errForged
	}
	e.Text = wrong.Corrected
	return b.runCommand(ctx, in, e)
}
