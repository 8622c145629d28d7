package auth_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// gated answers who is in a group when it is let to, with the members as they were when it was asked.
type gated struct {
	*town
	mu   sync.Mutex
	gate chan struct{}
}

func (d *gated) Members(ctx context.Context, group string) ([]string, error) {
	d.mu.Lock()
	in, err := d.town.Members(ctx, group)
	gate := d.gate
	d.mu.Unlock()
	<-gate
	return in, err
}

// TestOneQuestionServesAllWhoWait: 20 looks and then 20 votes at the same time cost Slack two calls. Votes are not
// served by the question that was under way before them: the group has other members since then.
func TestOneQuestionServesAllWhoWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &gated{town: newTown(), gate: make(chan struct{})}
		d.groups["S0PAY"] = []string{"U0MARA"}
		dir := auth.NewDirectory(d, time.Now)
		var wg sync.WaitGroup
		ask := func(dir auth.Directory, want int) {
			for range 20 {
				wg.Go(func() {
					if in, err := dir.Members(t.Context(), "S0PAY"); err != nil || len(in) != want {
						t.Errorf("members %v, error %v, want %d of them", in, err, want)
					}
				})
			}
		}
		ask(dir, 1)
		synctest.Wait()
		d.mu.Lock()
		d.groups["S0PAY"] = nil // mara is removed, and then they vote
		d.mu.Unlock()
		ask(dir.Uncached(), 0)
		synctest.Wait()
		close(d.gate)
		wg.Wait()
		if len(d.asked) != 2 {
			t.Errorf("slack was asked %d times, want once for the looks and once for the votes", len(d.asked))
		}
	})
}

// TestCallerThatGivesUpDoesNotEndTheQuestion: the question goes on for the others.
func TestCallerThatGivesUpDoesNotEndTheQuestion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &gated{town: newTown(), gate: make(chan struct{})}
		dir := auth.NewDirectory(d, time.Now)
		ctx, cancel := context.WithCancel(t.Context())
		first, second := make(chan error), make(chan error)
		go func() { _, err := dir.Members(ctx, "S0PAY"); first <- err }()
		synctest.Wait()
		go func() { _, err := dir.Members(t.Context(), "S0PAY"); second <- err }()
		synctest.Wait()
		cancel()
		if err := <-first; !errors.Is(err, context.Canceled) {
			t.Errorf("the one who gave up got %v", err)
		}
		close(d.gate)
		if err := <-second; err != nil || len(d.asked) != 1 {
			t.Errorf("the other one got %v after %d questions", err, len(d.asked))
		}
	})
}

// TestFoundToHaveTheRightBefore: while Kafka is waited for, the directory is left alone as long as the same rule
// decides.
func TestFoundToHaveTheRightBefore(t *testing.T) {
	t.Parallel()
	d := newTown()
	p := auth.New([]auth.Rule{pay()}, auth.NewDirectory(d, time.Now))
	a := asking("U0BEN", reset.VerbRequest) // in no group: only what was found before can say yes
	a.RuleBefore = pay().Name
	if got, err := p.Rule(t.Context(), a); err != nil || !got.Allowed || len(d.asked) != 0 {
		t.Errorf("the same rule: %+v, %v, asked %v", got, err, d.asked)
	}
	a.RuleBefore = "another rule"
	if got, err := p.Rule(t.Context(), a); err != nil || got.Allowed {
		t.Errorf("another rule: %+v, %v", got, err)
	}
}

// TestAGroupThatMayAnswerLaterMattersMost: one group is gone for good, the other one cannot be read just now and may
// hold the person: the answer is to wait.
func TestAGroupThatMayAnswerLaterMattersMost(t *testing.T) {
	t.Parallel()
	for _, groups := range [][]string{{"S0GONE", "S0BUSY"}, {"S0BUSY", "S0GONE"}} {
		rule := pay()
		rule.Approve = groups
		p := auth.New([]auth.Rule{rule}, auth.NewDirectory(moods{newTown()}, time.Now))
		got, err := p.Rule(t.Context(), asking("U0JON", reset.VerbApprove))
		if u := reset.UnreadOf(err); got.Allowed || !u.Passing || u.Of != "S0BUSY" {
			t.Errorf("%v: %+v, %v", groups, got, err)
		}
	}
}

type moods struct{ *town }

func (moods) Members(_ context.Context, group string) ([]string, error) {
	if group == "S0GONE" {
		return nil, &reset.Unread{Of: group, Code: "no_such_subteam"}
	}
	return nil, &reset.Unread{Of: group, Code: "ratelimited", Passing: true, Wait: time.Second}
}
