package engine_test

import (
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// A click answers the question that it was made on: the second one of a double click does not answer what is asked
// next.
func TestAClickAnswersTheQuestionThatWasShown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cluster.Topic("refunds", "t2", 1, 0, 10)
	b.cluster.Commit("billing", "refunds", 0, 10)
	r := b.ask(mara, reset.Latest{}, func(in *reset.Intent) { in.Group, in.Scope = "biling", reset.Scope{} })
	if r.Question != reset.AskGroup || len(r.Options) != 1 {
		t.Fatalf("question %q, options %+v", r.Question, r.Options)
	}
	d := b.by(mara, r)
	d.Choice = r.Options[0].Tag()
	if _, err := b.Choose(t.Context(), d, 1); err != nil {
		t.Fatal(err)
	}
	b.settle()
	r = b.want(r, reset.Planning, "")
	if len(r.Options) < 2 || r.Options[0].Label != "orders" {
		t.Fatalf("question %q, options %+v", r.Question, r.Options)
	}
	again := b.by(mara, r)
	again.Choice = d.Choice
	_, err := b.Choose(t.Context(), again, 1)
	problem(t, err, reset.ProblemNoOption)
	b.settle()
	r = b.want(r, reset.Planning, "")
	d = b.by(mara, r)
	d.Choice = r.Options[1].Tag()
	if _, err := b.Choose(t.Context(), d, 2); err != nil {
		t.Fatal(err)
	}
	b.settle()
	b.want(r, reset.Draft, "")
}
