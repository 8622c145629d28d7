package reset

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"
)

// readBack asks for every partition once, when every answer is known, and ends the attempt.
func (s *Service) readBack(ctx context.Context, due Due, r Request, a Attempt, writes []Write) (time.Time, error) {
	reads, err := s.read(ctx, r, writes)
	if err != nil {
		return s.waitForKafka(ctx, due, r, asProblem(err, ""))
	}
	for i := range writes {
		writes[i].Read, writes[i].Stands = reads[i], writes[i].stand(reads[i])
	}
	return time.Time{}, s.finish(ctx, due, r, a, writes)
}

// pickUp takes up an attempt that somebody left: it reads, twice, and never writes.
func (s *Service) pickUp(ctx context.Context, due Due, r Request) (time.Time, error) {
	a, err := s.Store.LastAttempt(ctx, r.ID)
	if err != nil {
		return time.Time{}, err
	}
	if !slices.ContainsFunc(a.Chunks, func(c ChunkState) bool { return c.Phase != Planned }) {
		return s.neverSent(ctx, due, r, a)
	}
	if at := s.certain(r, a); s.Now().Before(at) {
		return at, nil
	}
	writes, err := s.Store.Writes(ctx, r.ID, a.N)
	if err != nil {
		return time.Time{}, err
	}
	if in, _ := r.Move(); s.left(in.Cluster) {
		return time.Time{}, s.unseen(ctx, due, r, a, writes)
	}
	reads, err := s.read(ctx, r, writes)
	if err != nil {
		return s.waitForKafka(ctx, due, r, asProblem(err, ""))
	}
	if a.ReadAt.IsZero() {
		return s.firstReading(ctx, due, r, writes, reads)
	}
	if at := a.ReadAt.Add(secondLook); s.Now().Before(at) {
		return at, nil
	}
	for i := range writes {
		stands := writes[i].stand(reads[i])
		if !same(writes[i].Read, reads[i]) {
			stands = StandsMoved // it moves while it is watched: neither reading proves anything
		}
		writes[i].Read, writes[i].Stands = reads[i], stands
	}
	return time.Time{}, s.finish(ctx, due, r, a, writes)
}

// neverSent goes back to approved: a chunk that was not marked was not sent.
func (s *Service) neverSent(ctx context.Context, due Due, r Request, a Attempt) (time.Time, error) {
	err := s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		tx.Attempt.EndedAt, tx.Attempt.Outcome = s.Now(), Unchanged
		r.Seen.EmptySince, r.Seen.Commits = time.Time{}, ""
		tx.Log(s.entry(r, Actor{}, EvTurnedDown, "sent", "no", "attempt", strconv.Itoa(a.N)))
		return r.advance(Approved)
	})
	return s.Now(), err
}

func (s *Service) firstReading(ctx context.Context, due Due, r Request, writes []Write, reads []Position) (time.Time, error) {
	for i := range writes {
		writes[i].Read = reads[i]
	}
	err := s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		tx.Attempt.ReadAt = s.Now()
		tx.SetWrites(writes)
		return nil
	})
	return s.Now().Add(secondLook), err
}

func (s *Service) read(ctx context.Context, r Request, writes []Write) ([]Position, error) {
	in, _ := r.Move()
	cluster, err := s.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	return cluster.ReadBack(ctx, in.Group, partsOf(writes))
}

// finish ends an attempt with what is known.
func (s *Service) finish(ctx context.Context, due Due, r Request, a Attempt, writes []Write) error {
	unsent(a, writes)
	outcome := Judge(writes, a.putsBack())
	in, _ := r.Move()
	gone := s.left(in.Cluster)
	if gone && outcome != Unchanged {
		outcome = Unclear // even what Kafka said it wrote was never read back
	}
	undone, err := s.undone(ctx, r, outcome)
	if err != nil {
		return err
	}
	late, rollback := s.lateWatch(a, writes, outcome), rollbackOf(r, outcome)
	err = s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		if r.State != Applying || tx.Attempt == nil || tx.Attempt.N != a.N {
			return ErrConflict
		}
		tx.Attempt.EndedAt, tx.Attempt.Outcome = s.Now(), outcome
		tx.SetWrites(writes)
		r.Written = writtenEffect(outcome, writes)
		to, ev := Failed, EvFailed
		if outcome == Verified || outcome == Overtaken {
			to, ev = Applied, EvApplied
			r.Watch = &Watch{Since: s.Now(), Parts: len(writes)}
			tx.WatchAt(s.Now().Add(s.Times.WatchFirst))
		}
		if r.Late = late; late != nil {
			tx.WatchAt(s.Now().Add(s.lateLook()))
		}
		s.alsoUndone(tx, undone)
		r.Outcome, r.EndedAt, r.Deadline, r.Problem = outcome, s.Now(), time.Time{}, whyFailed(r, to, writes, rollback)
		if gone {
			r.Problem = s.goneProblem(*r, in.Cluster)
		}
		facts := []string{"outcome", string(outcome), "partitions", strconv.Itoa(len(writes)),
			"replay", strconv.FormatInt(a.Effect.Replay, 10), "skip", strconv.FormatInt(a.Effect.Skip, 10)}
		if late != nil {
			facts = append(facts, "first", late.First.UTC().Format(time.RFC3339), "second", late.Second.UTC().Format(time.RFC3339))
		}
		tx.Log(s.entry(r, Actor{}, ev, facts...))
		return r.advance(to)
	})
	if err == nil && late != nil {
		s.lateLooks.Store(r.ID, late.Second)
	}
	return err
}

// unsent marks what belongs to a request that never left: an answer that is missing there proves that nothing was written.
func unsent(a Attempt, writes []Write) {
	for i, w := range writes {
		if w.Result == (StepResult{}) && a.Chunks[w.Chunk].Phase == Planned {
			writes[i].Result.Rejected = NotSent
		}
	}
}

// putsBack reports whether an attempt that Kafka took in part has begun to write the offsets of before again.
func (a Attempt) putsBack() bool {
	return slices.ContainsFunc(a.Chunks, func(c ChunkState) bool { return c.Back })
}

// rollbackOf is why a rollback failed, as Kafka answered. When the offsets were read where they had been, it did not fail: its answer
// was lost, or an error although it was done, and a card must not say both.
func rollbackOf(r Request, outcome Outcome) *Rollback {
	if r.Problem == nil || outcome == PutBack {
		return nil
	}
	return r.Problem.Rollback
}

// whyFailed is Kafka's reason, where it gave one.
func whyFailed(r *Request, to State, writes []Write, rollback *Rollback) *Problem {
	if to == Applied {
		return nil
	}
	in, _ := r.Move()
	p := &Problem{Code: ProblemTurnedDown, Request: r.ID, Cluster: in.Cluster, Group: in.Group, Rollback: rollback}
	for _, w := range writes {
		if w.Result.Doubtful() {
			p.Code, p.Got = ProblemLost, cmp.Or(p.Got, w.Result.said())
		}
	}
	for _, w := range writes {
		if w.Result.Rejected != "" && w.Result.Rejected != NotSent && !w.Result.Doubtful() {
			p.Code, p.Got, p.Topic = ProblemTurnedDown, w.Result.Rejected, w.Topic
			p.Parts = append(p.Parts, w.Partition)
		}
	}
	return p
}
