package engine

import (
	"context"
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// standingVote is a person's vote on the request as it is now, if it still counts: one that does not is no reason to
// refuse another.
func (s *Service) standingVote(ctx context.Context, r reset.Request, who reset.Actor) (reset.Vote, bool, error) {
	v, ok, err := s.findVote(ctx, r, who)
	if !ok || err != nil {
		return v, false, err
	}
	a, err := s.judgeVotes(ctx, r, reset.Vote{})
	return v, a.dropped(who) == "", err
}

// judgeVotes judges the votes on a request together with one more. An earlier vote of the same person counts no more:
// the person has the right by another principal now, or the question would not have come up.
func (s *Service) judgeVotes(ctx context.Context, r reset.Request, more reset.Vote) (authority, error) {
	votes, err := s.Store.Votes(ctx, r.ID, r.Revision)
	if err != nil {
		return authority{}, err
	}
	if more.Actor != (reset.Actor{}) {
		votes = append(votes, more)
	}
	return s.authorityOver(ctx, r, r.Actual(), votes, false, false)
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

// findVote finds a person's vote on the request as it is now.
func (s *Service) findVote(ctx context.Context, r reset.Request, a reset.Actor) (reset.Vote, bool, error) {
	votes, err := s.Store.Votes(ctx, r.ID, r.Revision)
	i := slices.IndexFunc(votes, func(v reset.Vote) bool { return v.Actor == a })
	if err != nil || i < 0 {
		return reset.Vote{}, false, err
	}
	return votes[i], true, nil
}
