package engine

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// A voter may take their vote back until the write begins. That is always safe, so it needs no right but the vote: who
// has left the approvers since has a vote that counts, and may withdraw it all the same.

// unapprove takes a person's vote away in the transaction that judges the state: either it comes before the one that
// enters applying, which then finds another version of the request, or it comes too late.
func unapprove(s *Service, tx *Tx, x *deciding) error {
	r := tx.Request
	ahead := votedAhead(*r, x.voter)
	i := voteOfActor(tx.Votes, x.voter)
	switch {
	case i >= 0:
		tx.DropVote(tx.Votes[i])
	case ahead:
	default:
		return noVote(*r, x.Actor)
	}
	x.reply.Did, x.reply.Votes = reset.DidUnapprove, len(tx.Votes)
	tx.Log(s.entry(r, x.Actor, reset.EvVoteWithdrawn, "votes", strconv.Itoa(x.reply.Votes), "need",
		strconv.Itoa(r.Need)))
	if ahead { // without one of its votes, what was agreed to ahead of its time covers nothing
		r.Mandate = nil
	}
	switch {
	case r.State != reset.Approved:
		return nil
	case i < 0:
		return s.planWithdrawn(tx)
	case len(tx.Votes) >= r.Need: // those that are left are judged again before the write
		return nil
	}
	if r.Emergency != nil {
		s.endEmergency(tx, string(reset.VoidWithdrawn))
	}
	return s.waitForApprovals(tx, len(tx.Votes))
}

// waitForApprovals takes an approved request back to pending, at the same revision: what was asked for is the same.
func (s *Service) waitForApprovals(tx *Tx, votes int) error {
	r := tx.Request
	tx.Log(s.entry(r, reset.Actor{}, reset.EvReopened, "votes", strconv.Itoa(votes), "need", strconv.Itoa(r.Need)))
	if r.State != reset.Approved {
		return nil
	}
	r.DecidedAt, r.Problem = time.Time{}, nil
	r.Deadline = reset.LaterOf(s.Now(), r.NotBefore).Add(s.Times.Approval)
	return r.Advance(reset.Pending)
}

// planWithdrawn plans a request again whose time has come and that rested on what was agreed to before: it is asked for
// as it is now.
func (s *Service) planWithdrawn(tx *Tx) error {
	r := tx.Request
	in, _ := r.Intent()
	r.DecidedAt, r.Problem = time.Time{}, reset.VoidedProblem(reset.VoidWithdrawn).On(in.Cluster, in.Group).For(r.ID)
	r.Deadline = s.Now().Add(s.Times.Draft)
	tx.Log(s.entry(r, reset.Actor{}, reset.EvVoided, "why", string(reset.VoidWithdrawn)))
	return r.Advance(reset.Planning)
}

// votedAhead reports whether a person's vote is one of those that were given before a time in the future came. The
// votes of a schedule's standing approval are given to all its runs: no run of it withdraws them.
func votedAhead(r reset.Request, who reset.Actor) bool {
	return r.Run == nil && r.Mandate != nil && voteOfActor(r.Mandate.Votes, who) >= 0
}

func voteOfActor(votes []reset.Vote, who reset.Actor) int {
	return slices.IndexFunc(votes, func(v reset.Vote) bool { return v.Actor == who })
}

// voteStays answers a withdrawal in every other state: of a schedule that is saved, whose approval holds for the runs
// to come, what stops those.
func voteStays(tx *Tx, x *deciding) error {
	r := *tx.Request
	if r.State == reset.Applied && savesSchedule(r.Act) {
		return noVote(r, x.Actor)
	}
	return tooLate(r)
}

// noVote says that a person has no vote to withdraw, and what stops the request instead.
func noVote(r reset.Request, who reset.Actor) error {
	in, _ := r.Intent()
	return reset.NoVoteProblem(r, who).On(in.Cluster, in.Group)
}

// hasVoted reports whether a person has a vote on the current revision of a request, under whatever id they gave it.
func (s *Service) hasVoted(ctx context.Context, x *deciding, r reset.Request) bool {
	x.voter = x.Actor
	votes, err := s.Store.Votes(ctx, r.ID, r.Revision)
	if err != nil {
		return false
	}
	if voteOfActor(votes, x.Actor) >= 0 || votedAhead(r, x.Actor) {
		return true
	}
	if r.Run == nil && r.Mandate != nil {
		votes = append(votes, r.Mandate.Votes...)
	}
	i := slices.IndexFunc(votes, func(v reset.Vote) bool { return s.isSamePerson(ctx, r, v, x.Actor) })
	if i >= 0 {
		x.voter = votes[i].Actor
	}
	return i >= 0
}

// isSamePerson reports whether a voter acts under another id now: the policy would count a second vote of theirs as the
// first one.
func (s *Service) isSamePerson(ctx context.Context, r reset.Request, v reset.Vote, who reset.Actor) bool {
	in, _ := r.Intent()
	again := v
	again.Actor = who
	q := question(&r, in, reset.VerbApply, nil)
	q.Mandate, q.Votes = nil, []reset.Vote{v, again}
	if _, thaws := r.Act.(reset.Thaw); thaws {
		q.For = reset.VerbThaw
	}
	ruling, _ := s.permit(ctx, q, r.ID)
	return slices.ContainsFunc(ruling.Dropped, func(d reset.DroppedVote) bool {
		return d.Actor == who && d.Why == reset.DeniedTwice
	})
}
