package engine_test

import (
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// act asks for a freeze or a thaw.
func (b *bench) act(who reset.Actor, a reset.Act) reset.Request {
	b.t.Helper()
	b.mu.Lock()
	b.ids++
	origin := "envelope of act " + b.now.String() + who.ID + string(rune('a'+b.ids))
	b.mu.Unlock()
	r, err := b.Ask(b.t.Context(), engine.Ask{Actor: who, Place: reset.Place{Channel: "C1"}, Origin: origin, Act: a,
		At: b.clock()})
	if err != nil {
		b.t.Fatal(err)
	}
	b.settle()
	return b.load(r.ID)
}

func TestFrozenClusterIsNotWritten(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.armed()
	b.wait(6 * time.Second)
	b.want(b.act(jon, reset.Freeze{Cluster: "prod", Why: "brokers are replaced"}), reset.Applied, reset.Verified)
	b.want(b.act(kim, reset.Freeze{Cluster: "prod"}), reset.Refused, "")
	b.approve(mara, r)
	b.wait(time.Minute)
	if r = b.want(r, reset.Approved, ""); r.Problem == nil || r.Problem.Code != reset.ProblemFrozen ||
		r.Problem.Got != "brokers are replaced" {
		t.Fatalf("problem %v", r.Problem)
	}
	story, err := b.Story(t.Context(), r.ID)
	if err != nil || story.Frozen == nil || story.Frozen.By != jon {
		t.Fatalf("story says frozen %+v, %v", story.Frozen, err)
	}
	b.committed(900, 900)

	if denied := b.act(ben, reset.Thaw{Cluster: "prod"}); denied.State != reset.Refused ||
		denied.Problem.Code != reset.ProblemDenied {
		t.Fatalf("%s %v", denied.State, denied.Problem)
	}
	thaw := b.want(b.act(kim, reset.Thaw{Cluster: "prod"}), reset.Pending, "") // not hers: a second person
	_, err = b.Approve(t.Context(), b.by(kim, thaw))
	problem(t, err, reset.ProblemDenied)
	b.approve(jon, thaw)
	b.want(thaw, reset.Applied, reset.Verified)
	b.wait(6 * time.Second)
	b.want(r, reset.Applied, reset.Verified)
	b.want(b.act(kim, reset.Thaw{Cluster: "prod"}), reset.Refused, "")
}

func TestWhoeverFrozeMayThaw(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.want(b.act(jon, reset.Freeze{Cluster: reset.Everything}), reset.Applied, reset.Verified)
	r := b.armed()
	b.wait(6 * time.Second)
	b.approve(mara, r)
	b.want(r, reset.Approved, "")
	b.want(b.act(jon, reset.Thaw{Cluster: "prod"}), reset.Refused, "") // prod by itself is not frozen
	b.want(b.act(jon, reset.Thaw{Cluster: reset.Everything}), reset.Applied, reset.Verified)
	b.wait(6 * time.Second)
	b.want(r, reset.Applied, reset.Verified)
}

func TestFrozenOutlivesARestart(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.act(jon, reset.Freeze{Cluster: "prod"})
	b.start()
	r := b.armed()
	b.wait(6 * time.Second)
	b.approve(mara, r)
	b.wait(31 * time.Minute)
	b.want(r, reset.Expired, "")
	b.committed(900, 900)
}
