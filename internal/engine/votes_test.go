package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/auth"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// waiting is a reset by 400 that one person approved, and that waits for a member to leave.
func (b *bench) waiting(by ...reset.Actor) reset.Request {
	b.t.Helper()
	b.cluster.Join("billing", reset.Member{ID: "m1"})
	r := b.ask(mara, reset.Shift{By: -200})
	b.approve(mara, r)
	for _, who := range by {
		b.approve(who, r)
	}
	return b.want(r, reset.Approved, "")
}

// idle lets the group be inactive for longer than the settle time.
func (b *bench) idle() {
	b.t.Helper()
	b.cluster.Join("billing")
	b.wait(settled)
	b.wait(settled)
}

// reload is the same process with another rule.
func (b *bench) reload(change func(*auth.Rule)) {
	b.t.Helper()
	b.rule = change
	b.start()
	b.wait(31 * time.Second)
}

// A deactivated voter's vote is dropped, at the next look or at the write; the request waits for another one at the
// same
// revision, and nothing is written meanwhile.
func TestAVoterWhoIsDeactivatedIsReplaced(t *testing.T) {
	t.Parallel()
	for name, then := range map[string]func(*bench){
		"while it waits":        func(b *bench) { b.wait(2 * time.Minute) },
		"just before the write": func(b *bench) { b.idle() },
	} {
		b := newBench(t)
		r := b.waiting(kim)
		b.people.gone[kim.ID] = true
		then(b)
		if r = b.want(r, reset.Pending, ""); r.Revision != 1 || r.Need != 1 || !r.DecidedAt.IsZero() {
			t.Errorf("%s: revision %d, need %d, decided at %v", name, r.Revision, r.Need, r.DecidedAt)
		}
		if strings.Count(b.told(r.ID), string(reset.EvVoteDropped)) != 1 || strings.Count(b.told(r.ID),
			string(reset.EvReopened)) != 1 || strings.Count(b.told(r.ID), string(reset.EvVoided)) != 0 {
			t.Errorf("%s: it is not told once", name)
		}
		if _, err := b.Approve(t.Context(), b.by(kim, r)); err == nil {
			t.Errorf("%s: a deactivated person approved", name)
		}
		b.idle()
		b.committed(900, 900)
		b.approve(jon, r)
		b.idle()
		b.want(r, reset.Applied, reset.Verified)
	}
}

// The first vote counts no more when the second comes: it does not make two.
func TestAVoteIsCountedWithThoseThatStillCount(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.rule = func(r *auth.Rule) { r.Approve = append(r.Approve, ben.ID) }
	b.start()
	r := b.ask(mara, reset.Earliest{}) // needs two
	b.approve(mara, r)
	b.approve(kim, r)
	b.people.gone[kim.ID] = true
	if reply := b.approve(jon, r); reply.Did != reset.DidVote || reply.Votes != 1 {
		t.Errorf("did %q, %d votes", reply.Did, reply.Votes)
	}
	b.want(r, reset.Pending, "")
	if reply := b.approve(ben, r); reply.Did != reset.DidArm {
		t.Errorf("did %q", reply.Did)
	}
}

// The rule in force decides: by its list and its tiers. What was asked for is the same, so its revision is.
func TestTheRulesChangeWhileAResetWaits(t *testing.T) {
	t.Parallel()
	list := func(who ...string) func(*auth.Rule) { return func(r *auth.Rule) { r.Approve = who } }
	need := func(n int) func(*auth.Rule) { return func(r *auth.Rule) { r.Approvals[1].Need = n } }
	for name, tt := range map[string]struct {
		change func(*auth.Rule)
		state  reset.State
		need   int
		votes  int
	}{
		"the list holds the voter still": {list(ben.ID, kim.ID), reset.Approved, 1, 1},
		"the list holds others":          {list(ben.ID, jon.ID), reset.Pending, 1, 0},
		"the rule has another name":      {func(r *auth.Rule) { r.Name = "billing" }, reset.Approved, 1, 1},
		"another rule that wants two": {func(r *auth.Rule) { r.Name = "billing"; need(2)(r) }, reset.Pending,
			2, 1},
		"it wants two":  {need(2), reset.Pending, 2, 1},
		"it wants none": {need(0), reset.Approved, 1, 1},
		"it wants none and holds others": {func(r *auth.Rule) { list(jon.ID)(r); need(0)(r) }, reset.Pending, 1,
			0},
		"the requester is no longer listed": {func(r *auth.Rule) { r.Request = []string{ben.ID} }, reset.Refused, 1,
			0},
		"what it would do is beyond a new cap": {func(r *auth.Rule) { r.Cap = &auth.Limit{Replay: 10} }, reset.Refused,
			1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			r := b.waiting(kim)
			b.reload(tt.change)
			if r = b.want(r, tt.state, ""); r.Revision != 1 || r.Need != tt.need {
				t.Errorf("revision %d, need %d, want 1 and %d", r.Revision, r.Need, tt.need)
			}
			votes, err := b.Store.Votes(t.Context(), r.ID, 1)
			if err != nil || tt.state != reset.Refused && len(votes) != tt.votes {
				t.Errorf("votes %+v, %v, want %d", votes, err, tt.votes)
			}
			b.idle()
			if tt.state != reset.Approved {
				b.committed(900, 900)
				return
			}
			b.want(r, reset.Applied, reset.Verified)
		})
	}
}

// A vote that was dropped because its principal is no longer listed is no "already" when the list names the voter
// again.
func TestADroppedVoteMayBeGivenAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.waiting(kim)
	b.reload(func(r *auth.Rule) { r.Approve = []string{jon.ID} })
	b.want(r, reset.Pending, "")
	b.reload(func(*auth.Rule) {})
	if reply := b.approve(kim, r); reply.Did != reset.DidArm {
		t.Errorf("did %q", reply.Did)
	}
}

// A person's emergency counts while they have an account and are listed, and for the revision that they saw.
func TestAnEmergencyThatCountsNoMore(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		then     func(*bench)
		revision int
	}{
		"deactivated":      {func(b *bench) { b.people.gone[oncall.ID] = true; b.wait(2 * time.Minute) }, 1},
		"no longer listed": {func(b *bench) { b.reload(func(r *auth.Rule) { r.Emergency.Who = []string{ben.ID} }) }, 1},
		"beyond its limit": {func(b *bench) {
			for p := range int32(2) {
				b.cluster.Commit("billing", "orders", p, 999)
			}
			b.wait(31 * time.Second)
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.rule = func(r *auth.Rule) { r.Emergency.Limit.Replay = 450 }
			b.start()
			b.cluster.Join("billing", reset.Member{ID: "m1"})
			r := b.ask(mara, reset.Exact{Offset: 700})
			b.approve(mara, r)
			if _, err := b.Emergency(t.Context(), b.by(oncall, r)); err != nil {
				t.Fatal(err)
			}
			tt.then(b)
			r = b.load(r.ID)
			if r.State != reset.Pending || r.Revision != tt.revision || r.Emergency != nil || r.Need == 0 {
				t.Fatalf("%s at revision %d, need %d, emergency %+v", r.State, r.Revision, r.Need, r.Emergency)
			}
			b.wait(time.Minute)
			for _, who := range []reset.Actor{jon, kim} {
				if b.load(r.ID).State == reset.Pending {
					b.approve(who, r)
				}
			}
			b.idle()
			b.want(r, reset.Applied, reset.Verified)
		})
	}
}

// Who asked is deactivated: the request ends, whoever approved it.
func TestARequesterWhoIsDeactivatedWritesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	armed := b.waiting(kim)
	pending := b.ask(mara, reset.Shift{By: -201})
	b.approve(mara, pending)
	b.people.gone[mara.ID] = true
	b.wait(2 * time.Minute)
	for _, r := range []reset.Request{armed, pending} {
		r = b.want(r, reset.Refused, "")
		if r.Problem == nil || r.Problem.Ruling == nil || r.Problem.Ruling.Denial != reset.DeniedGone {
			t.Errorf("problem %+v", r.Problem)
		}
	}
	b.idle()
	b.committed(900, 900)
}

// A draft that a rule without approvals was asked for is confirmed under one that wants one: it is asked for.
func TestADraftIsSubmittedUnderTheRuleInForce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := b.armed()
	b.reload(func(r *auth.Rule) { r.Approvals[0].Need = 1 })
	if reply := b.approve(mara, r); reply.Did != reset.DidSubmit {
		t.Errorf("did %q", reply.Did)
	}
	if r = b.want(r, reset.Pending, ""); r.Need != 1 || r.Revision != 1 {
		t.Errorf("need %d at revision %d", r.Need, r.Revision)
	}
}

// A vote in the moment in which the plan is made anew is for the revision that it names, or for none.
func TestAVoteInTheMomentOfANewRevision(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cluster.Join("billing", reset.Member{ID: "m1"})
	r := b.ask(mara, reset.Exact{Offset: 700})
	b.approve(mara, r)
	b.cluster.Commit("billing", "orders", 0, 999)
	b.cluster.Commit("billing", "orders", 1, 999)
	b.wait(31 * time.Second) // 598: needs two
	now := b.want(r, reset.Pending, "")
	if now.Revision != 2 || now.Need != 2 {
		t.Fatalf("revision %d, need %d", now.Revision, now.Need)
	}
	_, err := b.Approve(t.Context(), b.by(kim, r))
	problem(t, err, reset.ProblemStale)
	early := b.by(kim, now)
	early.At = now.PlannedAt
	_, err = b.Approve(t.Context(), early)
	problem(t, err, reset.ProblemStale)
	for revision := range 2 {
		votes, err := b.Store.Votes(t.Context(), r.ID, revision+1)
		if err != nil || len(votes) != 0 {
			t.Errorf("votes on revision %d: %+v, %v", revision+1, votes, err)
		}
	}
	b.wait(5 * time.Second)
	if reply := b.approve(kim, now); reply.Did != reset.DidVote || reply.Votes != 1 {
		t.Errorf("did %+v", reply)
	}
}

// Votes store the principal that matched.
func TestAVoteStoresThePrincipal(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.rule = func(r *auth.Rule) { r.Approve = []string{"members"} }
	b.start()
	r := b.waiting(kim)
	votes, err := b.Store.Votes(t.Context(), r.ID, 1)
	if err != nil || len(votes) != 1 || votes[0].Principal != "members" || votes[0].Rule != "pay" {
		t.Errorf("votes %+v, %v", votes, err)
	}
	if r.Ruling.Principal != mara.ID {
		t.Errorf("the requester had the right by %q", r.Ruling.Principal)
	}
	if !slices.Contains(reset.Transitions[reset.Approved], reset.Pending) {
		t.Error("approved cannot become pending")
	}
}
