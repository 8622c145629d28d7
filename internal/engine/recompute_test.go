package engine_test

import (
	"math"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// goesOn is a consumer of billing that has read as far as this.
func (b *bench) goesOn(offset int64) {
	b.t.Helper()
	b.cluster.Join("billing", crashing)
	b.cluster.Commit("billing", "orders", 0, offset)
	b.cluster.Commit("billing", "orders", 1, offset)
}

// rewinds asks for orders to offset 700 while billing runs: 400 messages are reprocessed, which needs one approval of
// kim or jon.
func (b *bench) rewinds() reset.Request {
	b.t.Helper()
	b.goesOn(900)
	r := b.ask(mara, reset.Exact{Offset: 700})
	b.approve(mara, r)
	if r = b.want(r, reset.Pending, ""); r.Need != 1 || r.Effect.Replay != 400 {
		b.t.Fatalf("need %d, effect %+v", r.Need, r.Effect)
	}
	return r
}

func (b *bench) events(r reset.Request, ev reset.Event) (out []reset.Entry) {
	b.t.Helper()
	all, err := b.Store.Audit(b.t.Context(), r.ID, 0)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, e := range all {
		if e.Event == ev {
			out = append(out, e)
		}
	}
	return out
}

func TestPendingShowsTheNumbersOfNow(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.rewinds()
	all, _ := b.Store.Audit(t.Context(), r.ID, 0)
	b.live(31 * time.Second)
	if now := b.load(r.ID); now.Version != r.Version {
		t.Errorf("nothing moved, and version %d became %d", r.Version, now.Version)
	}
	b.goesOn(940) // 480: the same tier
	b.live(28 * time.Second)
	if now := b.load(r.ID); now.Drift != nil {
		t.Errorf("recomputed after %s", now.Drift.At.Sub(r.PlannedAt))
	}
	b.live(3 * time.Second)
	now := b.want(r, reset.Pending, "")
	if now.Actual().Replay != 480 || now.Effect.Replay != 400 || now.Revision != 1 || now.Need != 1 {
		t.Errorf("effect %+v, planned %+v, revision %d, need %d", now.Actual(), now.Effect, now.Revision, now.Need)
	}
	if after, _ := b.Store.Audit(t.Context(), r.ID, 0); len(after) != len(all) {
		t.Errorf("drift alone wrote %+v", after[len(all):])
	}
	b.cluster.Join("billing")
	b.live(31 * time.Second)
	if now = b.load(r.ID); !now.Observation.Group.Idle() ||
		len(now.Warnings) > 0 && now.Warnings[0].Code == reset.WarnBusy {
		t.Errorf("consumers have gone: %+v, %+v", now.Observation.Group, now.Warnings)
	}
	b.approve(kim, r) // the same revision as ever
	b.live(settled)
	b.want(r, reset.Applied, reset.Verified)
	b.committed(700, 700)
}

// T25: crossing a tier is said while the service still runs, whether the request is still pending or already approved.
func TestMoreApprovalsAreAskedForWhileTheServiceRuns(t *testing.T) {
	t.Parallel()
	for name, approved := range map[string]bool{"pending": false, "armed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			r := b.rewinds()
			if approved {
				b.approve(kim, r)
				b.want(r, reset.Approved, "")
			}
			b.goesOn(960) // 520: two approvals
			b.live(32 * time.Second)
			now := b.want(r, reset.Pending, "")
			if now.Revision != 2 || now.Need != 2 || now.Effect.Replay != 520 || now.Before == nil ||
				now.Before.Replay != 400 {
				t.Fatalf("revision %d needs %d for %+v, before %+v", now.Revision, now.Need, now.Effect, now.Before)
			}
			if said := b.events(r, reset.EvVoided); len(said) != 1 || said[0].Facts["need"] != "2" ||
				said[0].Facts["was"] != "1" || said[0].Facts["replay"] != "520" {
				t.Errorf("said %+v", said)
			}
			_, err := b.Approve(t.Context(), b.by(kim, r))
			problem(t, err, reset.ProblemStale)
			b.live(3 * time.Second)
			if reply := b.approve(kim, now); reply.Did != reset.DidVote || reply.Votes != 1 {
				t.Fatalf("who approved revision 1 approves revision 2: %+v", reply)
			}
			b.goesOn(980)
			b.live(32 * time.Second)
			b.cluster.Commit("billing", "orders", 0, 800) // 380: one would be enough
			b.live(32 * time.Second)
			if now = b.want(r, reset.Pending, ""); now.Revision != 2 || now.Need != 2 || now.Actual().Replay != 380 {
				t.Errorf("revision %d needs %d for %+v", now.Revision, now.Need, now.Actual())
			}
			if said := b.events(r, reset.EvVoided); len(said) != 1 {
				t.Errorf("said again: %+v", said)
			}
			b.approve(jon, now)
			b.cluster.Join("billing")
			b.live(2 * settled)
			b.want(r, reset.Applied, reset.Verified)
			b.committed(700, 700)
		})
	}
}

// A tier that covers more and needs as many approvals is no other agreement.
func TestAWiderTierOfTheSameNeedVoidsNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.rule = func(r *auth.Rule) {
		r.Approvals = []auth.Tier{{Replay: 100}, {Replay: 500, Need: 1}, {Replay: 2000, Need: 1},
			{Skip: math.MaxInt64, Replay: math.MaxInt64, Need: 2}}
	}
	b.start()
	r := b.rewinds()
	b.approve(kim, r)
	b.goesOn(980)
	b.live(32 * time.Second)
	b.cluster.Join("billing")
	b.live(settled)
	if r = b.want(r, reset.Applied, reset.Verified); r.Revision != 1 || r.Bounds.MaxReplay != 2000 {
		t.Errorf("revision %d, bounds %+v", r.Revision, r.Bounds)
	}
}

// A target that is copied from another group is that group's place when it was agreed to.
func TestACopiedTargetThatMovesIsAskedForAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cluster.Join("billing", crashing)
	b.cluster.Commit("audit", "orders", 0, 700)
	b.cluster.Commit("audit", "orders", 1, 700)
	r := b.ask(mara, reset.Like{Group: "audit"})
	b.approve(mara, r)
	b.approve(kim, r)
	b.want(r, reset.Approved, "")
	b.goesOn(901) // the group itself may move
	b.live(32 * time.Second)
	b.want(r, reset.Approved, "")
	b.cluster.Commit("audit", "orders", 0, 701)
	b.live(32 * time.Second)
	now := b.want(r, reset.Pending, "")
	if now.Revision != 2 || now.Problem == nil || now.Problem.Want != "copied" {
		t.Fatalf("revision %d, problem %v", now.Revision, now.Problem)
	}
	b.live(3 * time.Second)
	if reply := b.approve(kim, now); reply.Did != reset.DidArm {
		t.Errorf("%+v", reply)
	}
}

// T15: a log start that overtakes a rewind makes messages go that the group was not to skip.
func TestALogStartThatOvertakesARewindIsAskedForAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cluster.Join("billing", crashing)
	r := b.ask(mara, reset.Shift{By: -50})
	b.approve(mara, r)
	b.cluster.SetLog("orders", 1, 950, 1000)
	b.cluster.Join("billing")
	b.live(2 * settled)
	if r = b.load(r.ID); r.Revision != 2 || r.State == reset.Applied || r.Problem == nil || r.Problem.Want != "skips" {
		t.Fatalf("%s at revision %d, problem %v", r.State, r.Revision, r.Problem)
	}
	b.committed(900, 900)
}

// A button that changes under the finger decides nothing.
func TestAClickRightAfterANewRevisionIsAskedAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.rewinds()
	b.goesOn(960)
	for b.load(r.ID).Revision == 1 {
		b.live(time.Second)
	}
	now := b.load(r.ID)
	_, err := b.Approve(t.Context(), b.by(kim, now))
	if p := problem(t, err, reset.ProblemStale); p.Want != "2" || p.Count != 520 {
		t.Errorf("%+v", p)
	}
	click := b.by(kim, now)
	click.At = b.clock()
	b.live(3 * time.Second)
	if _, err := b.Approve(t.Context(), click); err == nil {
		t.Error("a click counts that was received at once and decided later")
	}
	// The card was edited a moment ago only: that is when the new button came.
	if err := b.Store.SaveCard(t.Context(), engine.Card{Request: r.ID, Revision: 2, RevisedAt: b.clock()}); err != nil {
		t.Fatal(err)
	}
	_, err = b.Approve(t.Context(), b.by(kim, now))
	problem(t, err, reset.ProblemStale)
	b.live(3 * time.Second)
	if reply := b.approve(kim, now); reply.Did != reset.DidVote {
		t.Errorf("%+v", reply)
	}
}
