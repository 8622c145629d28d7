package engine_test

import (
	"context"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// unapprove takes a person's vote back.
func (b *bench) unapprove(who reset.Actor, r reset.Request) reset.Reply {
	b.t.Helper()
	reply, err := b.say(b.t.Context(), engine.DoUnapprove, b.by(who, r))
	if err != nil {
		b.t.Fatalf("%s withdraws from %s: %v", who.ID, r.ID, err)
	}
	b.settle()
	return reply
}

// What was approved waits for approvals again, at the same revision, and whoever took a vote back may give it again.
func TestAVoteIsWithdrawnUntilTheWrite(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.waiting(kim)
	if reply := b.unapprove(kim, r); reply.Did != reset.DidUnapprove || reply.Votes != 0 {
		t.Errorf("did %q, %d votes", reply.Did, reply.Votes)
	}
	if r = b.want(r, reset.Pending, ""); r.Revision != 1 || r.Need != 1 || !r.DecidedAt.IsZero() {
		t.Errorf("revision %d, need %d, decided at %v", r.Revision, r.Need, r.DecidedAt)
	}
	if want := b.clock().Add(b.Times.Approval); !r.Deadline.Equal(want) {
		t.Errorf("it waits for approvals until %v, not %v", r.Deadline, want)
	}
	if b.count(r, reset.EvVoteWithdrawn) != 1 || b.count(r, reset.EvReopened) != 1 || b.count(r, reset.EvVoided) != 0 {
		t.Error("it is not told once")
	}
	_, err := b.say(t.Context(), engine.DoUnapprove, b.by(kim, r))
	problem(t, err, reset.ProblemNoVote)
	b.idle()
	b.committed(900, 900)
	b.approve(kim, r)
	b.idle()
	b.want(r, reset.Applied, reset.Verified)
	_, err = b.say(t.Context(), engine.DoUnapprove, b.by(kim, r))
	problem(t, err, reset.ProblemTooLate)
}

// One of two votes goes, and the other one stays.
func TestOneOfTwoVotesIsWithdrawn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cluster.Join("billing", reset.Member{ID: "m1"})
	r := b.ask(mara, reset.Earliest{}) // needs two
	b.approve(mara, r)
	b.approve(kim, r)
	if reply := b.unapprove(kim, r); reply.Votes != 0 {
		t.Errorf("%d votes", reply.Votes)
	}
	b.approve(kim, r)
	if reply := b.approve(jon, r); reply.Did != reset.DidArm {
		t.Errorf("did %q", reply.Did)
	}
	if reply := b.unapprove(jon, r); reply.Votes != 1 {
		t.Errorf("%d votes", reply.Votes)
	}
	b.want(r, reset.Pending, "")
	if reply := b.approve(jon, r); reply.Did != reset.DidArm {
		t.Errorf("did %q", reply.Did)
	}
}

// A voter whom no rule lists any more, and who may not even look, has a vote that may still count: it is theirs to
// take back, although Slack does not say who they are.
func TestAVoterNeedsNoRightToWithdraw(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.waiting(kim)
	b.rule = func(r *auth.Rule) { r.View, r.Approve = nil, []string{jon.ID} }
	b.start()
	b.people.err = context.DeadlineExceeded
	if reply := b.unapprove(kim, r); reply.Did != reset.DidUnapprove {
		t.Errorf("did %q", reply.Did)
	}
	b.want(r, reset.Pending, "")
}

// racing is a policy that lets something happen after the rules were read for the write and before it begins.
type racing struct {
	engine.Policy
	then func()
}

func (p *racing) Rule(ctx context.Context, q reset.PolicyQuestion) (reset.Ruling, error) {
	out, err := p.Policy.Rule(ctx, q)
	if then := p.then; then != nil && q.Verb == reset.VerbApply && !q.Preview {
		p.then = nil
		then()
	}
	return out, err
}

// A vote that goes in the moment in which the write is about to begin is judged in its transaction.
func TestAVoteIsWithdrawnAsTheWriteBegins(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.waiting(kim)
	raced := false
	b.Policy = &racing{b.Policy, func() {
		raced = true
		if _, err := b.say(t.Context(), engine.DoUnapprove, b.by(kim, r)); err != nil {
			t.Errorf("it is not withdrawn: %v", err)
		}
	}}
	b.idle()
	if !raced {
		t.Fatal("nothing was read for the write")
	}
	b.want(r, reset.Pending, "")
	b.committed(900, 900)
}

// A withdrawal that is recorded and not decided yet holds the write, as a cancellation does.
func TestARecordedWithdrawalHoldsTheWrite(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.waiting(kim)
	if _, err := b.Store.Record(t.Context(),
		engine.Inbox{ID: "word 9", Kind: "command", Verb: "unapprove", About: r.ID, ReceivedAt: b.clock()}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Store.Claim(t.Context(), engine.Claim{Owner: "another", Now: b.clock(), Lease: time.Hour, Limit: 10,
		Kinds: []engine.Kind{engine.DueInbox}}); err != nil {
		t.Fatal(err)
	}
	b.idle()
	b.committed(900, 900)
	b.unapprove(kim, r)
	b.want(r, reset.Pending, "")
}

// What was agreed to before its time came is withdrawn after it, too: it is asked for as it is now.
func TestAVoteIsWithdrawnAfterTheTimeHasCome(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cluster.Join("billing", reset.Member{ID: "m1"})
	r := b.ask(mara, reset.Time{At: b.clock().Add(time.Hour), Future: true},
		func(in *reset.Intent) { in.Upto, in.SkipAhead = reset.Reach{Skip: 300, Replay: 300}, true })
	b.approve(mara, r)
	b.approve(kim, r)
	b.wait(time.Hour + time.Minute)
	r = b.want(r, reset.Approved, "")
	if r.Mandate == nil {
		t.Fatal("it does not rest on what was agreed to before")
	}
	b.unapprove(kim, r)
	if r = b.want(r, reset.Pending, ""); r.Mandate != nil {
		t.Errorf("it still rests on %+v", r.Mandate)
	}
	b.idle()
	b.committed(900, 900)
}

// Whoever went alone has no vote, and may stop it.
func TestAnEmergencyIsStoppedByItsPerson(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cluster.Join("billing", reset.Member{ID: "m1"})
	r := b.ask(mara, reset.Shift{By: -200})
	b.approve(mara, r)
	if _, err := b.say(t.Context(), engine.DoEmergency, b.by(oncall, r)); err != nil {
		t.Fatal(err)
	}
	_, err := b.say(t.Context(), engine.DoUnapprove, b.by(oncall, r))
	if p := problem(t, err, reset.ProblemNoVote); p.Want != string(reset.RestsOnEmergency) {
		t.Errorf("%+v", p)
	}
	if _, err := b.Cancel(t.Context(), b.by(oncall, r)); err != nil {
		t.Errorf("they may not stop it: %v", err)
	}
}

// An approval that is taken back while an emergency carries the request stops it: what is approved after that needs all
// of its approvals, and none of them is made up for by the emergency.
func TestAWithdrawalEndsTheEmergency(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cluster.Join("billing", reset.Member{ID: "m1"})
	r := b.ask(mara, reset.Shift{By: -300}) // needs two
	b.approve(mara, r)
	b.approve(kim, r)
	if _, err := b.say(t.Context(), engine.DoEmergency, b.by(oncall, r)); err != nil {
		t.Fatal(err)
	}
	b.settle()
	b.want(r, reset.Approved, "")
	b.unapprove(kim, r)
	b.want(r, reset.Pending, "")
	b.approve(kim, r)
	b.approve(jon, r)
	b.want(r, reset.Approved, "")
	b.people.gone[kim.ID] = true
	b.idle()
	b.want(r, reset.Pending, "")
	b.committed(900, 900)
}

// A vote is its person's under whatever id of theirs they take it back, and nobody else's.
func TestAVoteIsWithdrawnUnderAnotherID(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.people.ids = map[string]string{kim.ID: "W0KIM", "W0KIM": "W0KIM", ben.ID: "W0BEN"}
	r := b.waiting(kim)
	_, err := b.say(t.Context(), engine.DoUnapprove, b.by(ben, r))
	problem(t, err, reset.ProblemNoVote)
	other := reset.Actor{Kind: reset.Person, Team: kim.Team, ID: "W0KIM"}
	if reply := b.unapprove(other, r); reply.Did != reset.DidUnapprove || reply.Votes != 0 {
		t.Errorf("did %q, %d votes", reply.Did, reply.Votes)
	}
	b.want(r, reset.Pending, "")
	_, err = b.say(t.Context(), engine.DoUnapprove, b.by(other, r))
	problem(t, err, reset.ProblemNoVote)
}
