package engine

import (
	"context"
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// voteOf is the vote that a decision casts.
func (s *Service) voteOf(r reset.Request, x *deciding) reset.Vote {
	return reset.Vote{Request: r.ID, Revision: r.Revision, Digest: r.Digest, Actor: x.Actor, Rule: x.ruling.Rule,
		Principal: x.ruling.Principal, At: s.Now()}
}

// judgeVotes judges the votes on a request together with one more. Where its voter has one that still counts, that one
// is judged; one that counts no more is no reason to refuse another.
func (s *Service) judgeVotes(ctx context.Context, r reset.Request, more reset.Vote) (authority, error) {
	votes, err := s.Store.Votes(ctx, r.ID, r.Revision)
	if err != nil {
		return authority{}, err
	}
	if slices.ContainsFunc(votes, func(v reset.Vote) bool { return v.Actor == more.Actor }) {
		a, err := s.authorityOver(ctx, r, r.Actual(), authority{votes: votes}, false)
		if err != nil || a.dropped(more.Actor) == "" {
			return a, err
		}
	}
	return s.authorityOver(ctx, r, r.Actual(), authority{votes: append(votes, more)}, false)
}

// settleVotes stores what became of the votes that are there before another one is added. Votes that were added since
// they were judged were judged on their own.
func (s *Service) settleVotes(tx *Tx, a authority) error {
	r := *tx.Request
	j := a.judge(r, r.Actual())
	if _, move := r.Intent(); !move || j.problem != nil { // what has to be agreed to anew is said by the next look
		for _, v := range a.ruling.Dropped {
			s.dropVote(tx, v)
		}
		return nil
	}
	return s.settle(tx, a, j)
}

// judgedBy stores the ruling by which a requester's word counts. The rule may have changed since the preview: approvals
// are asked for as the rules in force say.
func (s *Service) judgedBy(tx *Tx, ruling reset.Ruling) {
	r := tx.Request
	if !s.Now().Before(r.SoloUntil) {
		r.Need = max(r.Need, ruling.Need)
		if !sameRules(r.Ruling, ruling) {
			r.Bounds.MaxSkip, r.Bounds.MaxReplay = ruling.MaxSkip, ruling.MaxReplay
		}
	}
	r.Ruling = ruling
}
