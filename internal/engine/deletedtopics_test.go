package engine_test

import (
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// A topic that was there when the plan was made, and is no more, was deleted: the rest can go on when its requester
// says so.
func TestATopicDeletedWhileArmed(t *testing.T) {
	t.Parallel()
	for _, rest := range []bool{true, false} {
		b := newBench(t)
		b.cluster.Topic("refunds", "t2", 1, 0, 50)
		b.cluster.Commit("billing", "refunds", 0, 50)
		topics := []reset.TopicScope{{Topic: "refunds"}}
		if rest {
			topics = append(topics, reset.TopicScope{Topic: "orders"})
		}
		planned := b.clock()
		r := b.ask(mara, reset.Shift{By: -20}, func(in *reset.Intent) { in.Scope.Topics = topics })
		b.cluster.Join("billing", reset.Member{ID: "m1"})
		b.approve(mara, r)
		b.wait(time.Minute)
		b.want(r, reset.Approved, "")
		b.cluster.DeleteTopic("refunds")
		b.cluster.Join("billing")
		b.wait(10 * time.Second)
		state := reset.Refused
		if rest {
			state = reset.Planning
		}
		r = b.want(r, state, "")
		if r.Problem == nil || r.Problem.Code != reset.ProblemDeleted || r.Problem.Topic != "refunds" ||
			!r.Problem.Since.Equal(planned) {
			t.Fatalf("rest %t: %+v", rest, r.Problem)
		}
		if !rest {
			continue
		}
		if len(r.Options) != 1 {
			t.Fatalf("options %+v", r.Options)
		}
		if _, err := b.Choose(t.Context(), b.by(mara, r), 1); err != nil {
			t.Fatal(err)
		}
		b.settle()
		r = b.want(r, reset.Draft, "")
		if r.Revision != 2 || r.Effect.Topics != 1 || r.Effect.Replay != 40 {
			t.Errorf("revision %d: %+v", r.Revision, r.Effect)
		}
		b.wait(3 * time.Second) // a click right after a new revision is asked again
		b.approve(mara, r)
		b.wait(10 * time.Second)
		b.want(r, reset.Applied, reset.Verified)
		b.committed(880, 880)
	}
}
