package engine_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// laterChat is a Slack that does not say who somebody is: what it receives stays recorded and undecided.
type laterChat struct{ b *bench }

func (c laterChat) Receive(context.Context, engine.Inbox) error {
	return &reset.Later{At: c.b.clock().Add(5 * time.Second), Problem: &reset.Problem{Code: reset.ProblemDenied}}
}
func (laterChat) Show(context.Context, reset.Story) (time.Time, error) { return time.Time{}, nil }

// What would stop a run and is recorded, though nobody can decide it yet, holds the run: also where it names the
// schedule and not the run.
func TestARecordedActOnAScheduleHoldsItsRun(t *testing.T) {
	t.Parallel()
	for _, verb := range []engine.DecisionVerb{engine.DoCancel, engine.DoSkipNext, engine.DoDelay, engine.DoPause,
		engine.DoRemove} {
		t.Run(string(verb), func(t *testing.T) {
			t.Parallel()
			b := newNights(t)
			sc := b.save(nightly())
			b.upto(night.Add(-5 * time.Minute))
			run := b.run(sc.ID)
			b.Chat = laterChat{b}
			about := run.ID
			if verb == engine.DoPause || verb == engine.DoRemove {
				about = sc.Name
			}
			if _, err := b.Receive(t.Context(), engine.Inbox{ID: "e1", Kind: "click", Verb: string(verb), About: about,
				Raw: json.RawMessage("{}"), ReceivedAt: b.clock()}); err != nil {
				t.Fatal(err)
			}
			b.upto(night.Add(2 * time.Minute))
			b.committed(900, 900)
		})
	}
}

// What would stop a thaw and is recorded, though nobody can decide it yet, holds the thaw: once its freeze is lifted
// everything that waited is written.
func TestARecordedActHoldsAThaw(t *testing.T) {
	t.Parallel()
	for _, verb := range []engine.DecisionVerb{engine.DoCancel, engine.DoUnapprove} {
		t.Run(string(verb), func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.want(b.act(jon, reset.Freeze{Cluster: "prod"}), reset.Applied, reset.Verified)
			thaw := b.want(b.act(kim, reset.Thaw{Cluster: "prod"}), reset.Pending, "")
			b.Chat = laterChat{b}
			if _, err := b.Receive(t.Context(), engine.Inbox{ID: "e1", Kind: "command", Verb: string(verb), About: thaw.ID,
				Raw: json.RawMessage("{}"), ReceivedAt: b.clock()}); err != nil {
				t.Fatal(err)
			}
			b.approve(jon, thaw)
			b.wait(10 * time.Second)
			b.want(thaw, reset.Approved, "")
			if frozen, err := b.Frozen(t.Context()); err != nil || len(frozen) != 1 {
				t.Errorf("frozen: %+v, %v", frozen, err)
			}
			b.Chat = mute{}
			b.wait(time.Minute)
			b.want(thaw, reset.Applied, reset.Verified)
		})
	}
}

// A withdrawal or a cancellation that came before a schedule was saved is decided before it is.
func TestARecordedActHoldsASchedule(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	r := b.act(mara, reset.SaveSchedule{Schedule: nightly()})
	b.want(r, reset.Draft, "")
	b.Chat = laterChat{b}
	if _, err := b.Receive(t.Context(), engine.Inbox{ID: "e1", Kind: "command", Verb: "cancel", About: r.ID,
		Raw: json.RawMessage("{}"), ReceivedAt: b.clock()}); err != nil {
		t.Fatal(err)
	}
	b.approve(mara, r)
	if r = b.load(r.ID); r.State == reset.Pending {
		b.approve(kim, r)
	}
	b.wait(10 * time.Second)
	b.want(r, reset.Approved, "")
	b.Chat = mute{}
	b.wait(time.Minute)
	b.want(r, reset.Applied, reset.Verified)
}
