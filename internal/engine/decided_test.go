package engine_test

import (
	"context"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// The verbs, as tests say them. All of them enter through Decide.

func (b *bench) say(ctx context.Context, v engine.DecisionVerb, d engine.Decision) (reset.Reply, error) {
	d.Verb = v
	return b.Decide(ctx, d)
}

func (b *bench) Approve(ctx context.Context, d engine.Decision) (reset.Reply, error) {
	return b.say(ctx, engine.DoApprove, d)
}

func (b *bench) Reject(ctx context.Context, d engine.Decision) (reset.Reply, error) {
	return b.say(ctx, engine.DoReject, d)
}

func (b *bench) Cancel(ctx context.Context, d engine.Decision) (reset.Reply, error) {
	return b.say(ctx, engine.DoCancel, d)
}

func (b *bench) Retry(ctx context.Context, d engine.Decision) (reset.Reply, error) {
	return b.say(ctx, engine.DoRetry, d)
}

func (b *bench) Settle(ctx context.Context, d engine.Decision) (reset.Reply, error) {
	return b.say(ctx, engine.DoSettle, d)
}

func (b *bench) Emergency(ctx context.Context, d engine.Decision) (reset.Reply, error) {
	return b.say(ctx, engine.DoEmergency, d)
}

func (b *bench) Undo(ctx context.Context, d engine.Decision) (reset.Reply, error) {
	return b.say(ctx, engine.DoUndo, d)
}

func (b *bench) Choose(ctx context.Context, d engine.Decision, option int) (reset.Reply, error) {
	d.Option = option
	return b.say(ctx, engine.DoChoose, d)
}

func (b *bench) Pause(ctx context.Context, d engine.Decision) (reset.Reply, error) {
	return b.say(ctx, engine.DoPause, d)
}

func (b *bench) Resume(ctx context.Context, d engine.Decision) (reset.Reply, error) {
	return b.say(ctx, engine.DoResume, d)
}

func (b *bench) Remove(ctx context.Context, d engine.Decision) (reset.Reply, error) {
	return b.say(ctx, engine.DoRemove, d)
}

func (b *bench) RunNow(ctx context.Context, d engine.Decision) (reset.Reply, error) {
	return b.say(ctx, engine.DoRunNow, d)
}

func (b *bench) SkipNext(ctx context.Context, d engine.Decision) (reset.Reply, error) {
	return b.say(ctx, engine.DoSkipNext, d)
}

func (b *bench) Delay(ctx context.Context, d engine.Decision) (reset.Reply, error) {
	return b.say(ctx, engine.DoDelay, d)
}
