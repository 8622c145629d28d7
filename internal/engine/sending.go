package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// grace is the tolerance for clocks, and for the time from a mark to the send. From the time of a mark it is computed
// when the write has been applied or never will be (settledBy): a mark must not be older when the request is sent.
const grace = time.Second

// callTimeout is the default timeout of one call to Kafka.
const callTimeout = 5 * time.Second

// worstCalls is how many timeouts of its cluster a write may take, see Cluster.Write.
const worstCalls = 4

func (s *Service) callTimeout(cluster string) time.Duration {
	return cmp.Or(s.Info(cluster).Timeout, callTimeout)
}

// lease is how long a claim under which offsets may be written is held without a renewal: longer than the worst call,
// so that no other process continues the request while this one may still send.
func (s *Service) lease(cluster string) time.Duration {
	return max(s.Times.Lease, worstCalls*s.callTimeout(cluster)+grace)
}

// leaseOf is the lease of a claim of any kind.
func (s *Service) leaseOf(d Due, r *reset.Request) time.Duration {
	if r == nil || d.Kind != DueRequest || r.State != reset.Approved && r.State != reset.Applying {
		return s.Times.Lease
	}
	in, _ := r.Intent()
	return s.lease(in.Cluster)
}

// settledBy is when a write whose answer was lost has been applied, or will not be as far as client and broker
// decide: the call's timeout and the brokers' commit timeout after the last chunk was marked, plus grace. The network
// may delay it longer, hence the LateWatch.
func (s *Service) settledBy(r reset.Request, a reset.Attempt) time.Time {
	var last time.Time
	for _, c := range a.Chunks {
		if c.Phase == reset.Sending && c.SentAt.After(last) {
			last = c.SentAt
		}
	}
	if last.IsZero() {
		return last
	}
	in, _ := r.Intent()
	return last.Add(s.callTimeout(in.Cluster) + cmp.Or(r.CommitTimeout, s.Times.Commit) + grace)
}

// errSlowStore is the error for a chunk whose mark takes too long to store: its request must not be sent.
var errSlowStore = fmt.Errorf("the store takes longer than %s to note that a write begins", grace)

// saveSending stores that a chunk is about to be sent. If that took long (a stalled disk, a stopped process) it is
// stored again, which fails once another process has taken over.
func (s *Service) saveSending(ctx context.Context, due Due, r reset.Request, a *reset.Attempt, i int) error {
	for range 3 {
		if err := s.savePhase(ctx, due, r, a, i, reset.Sending); err != nil {
			return err
		}
		if s.Now().Sub(a.Chunks[i].SentAt) < grace {
			return nil
		}
	}
	// Its request was not sent, and must not count as one whose answer was lost.
	return errors.Join(errSlowStore, s.savePhase(ctx, due, r, a, i, reset.Planned))
}

// savePhase stores a chunk's phase, and holds the claim for as long as the worst call takes.
func (s *Service) savePhase(
	ctx context.Context, due Due, r reset.Request, a *reset.Attempt, i int, phase reset.Phase,
) error {
	in, _ := r.Intent()
	if err := s.Store.Renew(ctx, due, s.Now().Add(s.lease(in.Cluster))); err != nil {
		return err
	}
	c := a.Chunks[i]
	c.Phase, c.SentAt = phase, s.Now()
	if phase == reset.Planned {
		c.SentAt = time.Time{}
	}
	err := s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		if tx.Request.State != reset.Applying || tx.Attempt == nil || tx.Attempt.N != a.N {
			return reset.ErrConflict
		}
		tx.Attempt.Chunks[i] = c
		return nil
	})
	if err == nil {
		a.Chunks[i] = c
	}
	return err
}
