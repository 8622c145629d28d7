package engine_test

import (
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// A reset at a time has a target that has come by then, also a fixed one: otherwise what is agreed to can only be
// refused when its time comes.
func TestAResetAtATimeGoesToOneThatHasCome(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	at := b.clock().Add(time.Hour)
	r := b.schedule(nightly(func(sc *reset.Schedule) {
		sc.Expr, sc.At = "", at
		sc.Intent.Target = reset.Time{At: at.Add(time.Minute), Said: "later", Zone: "UTC"}
	}))
	r = b.want(r, reset.Refused, "")
	if r.Problem == nil || r.Problem.Code != reset.ProblemFuture {
		t.Error(r.Problem)
	}
}

// To ask again then is about the time as it was read: the other reading is offered for neither a time before it nor one
// behind it.
func TestToAskAgainThenHasOneReading(t *testing.T) {
	t.Parallel()
	b := newNights(t)
	at := b.clock().Add(time.Hour)
	r := b.want(b.ask(mara, reset.Time{At: at, Said: "tomorrow 08:00", Zone: "Europe/Berlin",
		Other: &reset.Time{At: at.Add(time.Hour), Said: "tomorrow 08:00", Zone: "UTC"}}), reset.Planning, "")
	if r.Question != reset.AskLater || len(r.Options) != 2 {
		t.Fatalf("question %q, options %+v", r.Question, r.Options)
	}
	if _, err := b.Choose(t.Context(), b.by(mara, r), 2); err != nil {
		t.Fatal(err)
	}
	b.settle()
	r = b.want(r, reset.Draft, "")
	save, ok := r.Act.(reset.SaveSchedule)
	if !ok || !save.Schedule.At.Equal(at) || len(r.Options) != 0 {
		t.Errorf("%+v, options %+v", r.Act, r.Options)
	}
}
