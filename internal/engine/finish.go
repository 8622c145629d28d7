package engine

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// readBack reads every partition once, when every answer is known, and ends the attempt.
func (s *Service) readBack(
	ctx context.Context, due Due, r reset.Request, a reset.Attempt, writes []reset.Write,
) (time.Time, error) {
	reads, err := s.readPositions(ctx, r, writes)
	if err != nil {
		return s.waitForKafka(ctx, due, r, asProblem(err, ""))
	}
	for i := range writes {
		writes[i].Read, writes[i].ReadState = reads[i], writes[i].StateAt(reads[i])
	}
	return time.Time{}, s.finish(ctx, due, r, a, writes)
}

// resumeAttempt continues the attempt of a process that died: it reads, twice, and never writes.
func (s *Service) resumeAttempt(ctx context.Context, due Due, r reset.Request) (time.Time, error) {
	a, err := s.Store.LastAttempt(ctx, r.ID)
	if err != nil {
		return time.Time{}, err
	}
	if !slices.ContainsFunc(a.Chunks, func(c reset.ChunkState) bool { return c.Phase != reset.Planned }) {
		return s.backToApproved(ctx, due, r, a)
	}
	if s.isAhead(a) {
		return s.Now(), s.countFromNow(ctx, due, r)
	}
	if at := s.settledBy(r, a); s.Now().Before(at) {
		return at, nil
	}
	writes, err := s.Store.Writes(ctx, r.ID, a.N)
	if err != nil {
		return time.Time{}, err
	}
	if in, _ := r.Intent(); s.isUnconfigured(in.Cluster) {
		return time.Time{}, s.endUnread(ctx, due, r, a, writes)
	}
	reads, err := s.readPositions(ctx, r, writes)
	if err != nil {
		return s.waitForKafka(ctx, due, r, asProblem(err, ""))
	}
	if a.ReadAt.IsZero() {
		return s.firstReading(ctx, due, r, writes, reads)
	}
	if at := a.ReadAt.Add(secondReading); s.Now().Before(at) {
		return at, nil
	}
	for i := range writes {
		stands := writes[i].StateAt(reads[i])
		if !reset.SamePosition(writes[i].Read, reads[i]) {
			stands = reset.WriteMoved // it moved between the readings: neither proves anything
		}
		writes[i].Read, writes[i].ReadState = reads[i], stands
	}
	return time.Time{}, s.finish(ctx, due, r, a, writes)
}

// isAhead reports that the clock was set back since a request of the attempt was marked, or its offsets were read: what
// is waited for would come as much later.
func (s *Service) isAhead(a reset.Attempt) bool {
	latest := s.Now().Add(grace)
	return a.ReadAt.After(latest) ||
		slices.ContainsFunc(a.Chunks, func(c reset.ChunkState) bool { return c.SentAt.After(latest) })
}

// countFromNow lets what is waited for begin anew: how much of it has passed, nobody knows.
func (s *Service) countFromNow(ctx context.Context, due Due, r reset.Request) error {
	return s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		a, now := tx.Attempt, s.Now()
		if tx.Request.State != reset.Applying || a == nil {
			return reset.ErrConflict
		}
		a.ReadAt = time.Time{}
		for i := range a.Chunks {
			if a.Chunks[i].SentAt.After(now) {
				a.Chunks[i].SentAt = now
			}
		}
		return nil
	})
}

// backToApproved returns to approved: a chunk that was not marked was not sent.
func (s *Service) backToApproved(ctx context.Context, due Due, r reset.Request, a reset.Attempt) (time.Time, error) {
	err := s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		tx.Attempt.EndedAt, tx.Attempt.Outcome = s.Now(), reset.Unchanged
		r.Observation.EmptySince, r.Observation.Commits = time.Time{}, ""
		tx.Log(s.entry(r, reset.Actor{}, reset.EvKafkaRejected, "sent", "no", "attempt", strconv.Itoa(a.N)))
		return r.Advance(reset.Approved)
	})
	return s.Now(), err
}

func (s *Service) firstReading(
	ctx context.Context, due Due, r reset.Request, writes []reset.Write, reads []reset.Position,
) (time.Time, error) {
	for i := range writes {
		writes[i].Read = reads[i]
	}
	err := s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		tx.Attempt.ReadAt = s.Now()
		tx.SetWrites(writes)
		return nil
	})
	return s.Now().Add(secondReading), err
}

func (s *Service) readPositions(ctx context.Context, r reset.Request, writes []reset.Write) ([]reset.Position, error) {
	in, _ := r.Intent()
	cluster, err := s.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	return cluster.ReadBack(ctx, in.Group, partsOf(writes))
}

// finish ends an attempt with what is known.
func (s *Service) finish(ctx context.Context, due Due, r reset.Request, a reset.Attempt, writes []reset.Write) error {
	markUnsent(a, writes)
	outcome := reset.Judge(writes, a.IsRollingBack())
	in, _ := r.Intent()
	gone := s.isUnconfigured(in.Cluster)
	if gone && outcome != reset.Unchanged {
		outcome = reset.OutcomeUnknown // what Kafka reported as written was not read back either
	}
	undone, err := s.undoneRequest(ctx, r, outcome)
	if err != nil {
		return err
	}
	late, rollback := s.lateWatch(a, writes, outcome), rollbackOf(r, outcome)
	err = s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		if r.State != reset.Applying || tx.Attempt == nil || tx.Attempt.N != a.N {
			return reset.ErrConflict
		}
		tx.Attempt.EndedAt, tx.Attempt.Outcome = s.Now(), outcome
		tx.SetWrites(writes)
		r.Written = writtenEffect(outcome, writes)
		to, ev := reset.Failed, reset.EvFailed
		if outcome == reset.Verified || outcome == reset.Overtaken {
			to, ev = reset.Applied, reset.EvApplied
			r.Watch = &reset.Watch{Since: s.Now(), Parts: len(writes)}
			tx.WatchAt(s.Now().Add(s.Times.WatchFirst))
		}
		if r.Late = late; late != nil {
			tx.WatchAt(s.Now().Add(s.lateInterval()))
		}
		s.saveUndone(tx, undone)
		r.Outcome, r.EndedAt, r.Deadline, r.Problem = outcome, s.Now(), time.Time{}, whyFailed(r, to, writes, rollback)
		if gone {
			r.Problem = s.unconfiguredProblem(*r, in.Cluster, namesOf(s.Infos, tx))
		}
		facts := []string{"outcome", string(outcome), "partitions", strconv.Itoa(len(writes)),
			"replay", strconv.FormatInt(a.Effect.Replay, 10), "skip", strconv.FormatInt(a.Effect.Skip, 10)}
		if late != nil {
			facts = append(facts, "first", late.First.UTC().Format(time.RFC3339), "second",
				late.Second.UTC().Format(time.RFC3339))
		}
		tx.Log(s.entry(r, reset.Actor{}, ev, facts...))
		if outcome == reset.Verified || outcome == reset.Overtaken || outcome == reset.AppliedLate {
			// again: for what was planned while the offsets were moving. What was approved is recomputed, and judged
			// at its own write
			if err := s.makeRoom(tx, reset.Draft); err != nil {
				return err
			}
		}
		return r.Advance(to)
	})
	if err == nil && late != nil {
		s.lateChecks.Store(r.ID, late.Second)
	}
	return err
}

// markUnsent marks the writes of a chunk that was never sent: a missing answer proves there that nothing was written.
func markUnsent(a reset.Attempt, writes []reset.Write) {
	for i, w := range writes {
		if w.Result == (reset.StepResult{}) && a.Chunks[w.Chunk].Phase == reset.Planned {
			writes[i].Result.Rejected = reset.NotSent
		}
	}
}

// rollbackOf is why a rollback failed, as Kafka answered. When the previous offsets were read back, it did not fail:
// the answer was lost, or an error although it was applied, and a card must not say both.
func rollbackOf(r reset.Request, outcome reset.Outcome) *reset.Rollback {
	if r.Problem == nil || outcome == reset.RolledBack {
		return nil
	}
	return r.Problem.Rollback
}

// whyFailed is Kafka's reason, where it gave one.
func whyFailed(r *reset.Request, to reset.State, writes []reset.Write, rollback *reset.Rollback) *reset.Problem {
	if to == reset.Applied {
		return nil
	}
	in, _ := r.Intent()
	p := reset.KafkaRejectedProblem("").On(in.Cluster, in.Group).For(r.ID)
	p.Rollback = rollback
	for _, w := range writes {
		if w.Result.Doubtful() {
			p.Code, p.Got = reset.ProblemLost, cmp.Or(p.Got, w.Result.Reason())
		}
	}
	for _, w := range writes {
		if w.Result.Rejected != "" && w.Result.Rejected != reset.NotSent && !w.Result.Doubtful() {
			p.Code, p.Got, p.Topic = reset.ProblemKafkaRejected, w.Result.Rejected, w.Topic
			p.Parts = append(p.Parts, w.Partition)
		}
	}
	return p
}
