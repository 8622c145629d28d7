package engine

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Kafka cannot be fenced, so the writer is bounded: each chunk is sent once, over a connection of its own, after it
// was marked in the store as being sent and while the claim is still held. Lost answers are resolved by reading.

// secondReading is the pause between the two readings that follow a lost answer.
const secondReading = 2 * time.Second

// maxAttempts bounds how often a write that Kafka rejected is tried again.
const maxAttempts = 20

// write sends an attempt's chunks, one after the other, until one is not applied completely.
func (s *Service) write(
	ctx context.Context, due Due, r reset.Request, a reset.Attempt, writes []reset.Write,
) (time.Time, error) {
	ctx = context.WithoutCancel(ctx) // a shutdown waits for a write that has begun; every call is bounded
	_, unsent, err := s.send(ctx, due, r, &a, writes, 0)
	if err != nil {
		return time.Time{}, err
	}
	t := countAnswers(a, writes)
	switch {
	case t.lost > 0:
		return s.answerLost(ctx, due, r, a, t.said)
	case t.written == len(writes):
		return s.readBack(ctx, due, r, a, writes)
	case t.written == 0 && (unsent != nil || canRetry(t.rejections)) && a.N < maxAttempts:
		return s.nothingWritten(ctx, due, r, a, t, unsent)
	case t.written == 0:
		return s.readBack(ctx, due, r, a, writes)
	}
	return s.rollBack(ctx, due, r, a, writes)
}

// send sends the chunks from an index on. It stops at the first that is not applied completely; said is the error,
// and unsent why a chunk was not sent.
func (s *Service) send(
	ctx context.Context, due Due, r reset.Request, a *reset.Attempt, writes []reset.Write, from int,
) (said string, unsent, err error) {
	in, _ := r.Intent()
	cluster, err := s.cluster(in.Cluster)
	if err != nil {
		return "", nil, err
	}
	for i := from; i < len(a.Chunks); i++ {
		chunk, at := reset.ChunkOf(a.Chunks[i], writes)
		ready := func() error { return s.saveSending(ctx, due, r, a, i) }
		results, err := cluster.Write(ctx, in.Group, chunk, ready)
		if err != nil {
			if errors.Is(err, reset.ErrConflict) || a.Chunks[i].Phase == reset.Sending {
				return "", nil, err
			}
			return err.Error(), err, nil
		}
		if err := s.saveAnswer(ctx, due, r.ID, a, i, writes, at, results); err != nil {
			return "", nil, err
		}
		if k := slices.IndexFunc(results, func(res reset.StepResult) bool { return !res.Written }); k >= 0 {
			return results[k].Reason(), nil, nil
		}
	}
	return "", nil, nil
}

// saveAnswer stores the answer for a chunk. A chunk whose answer was lost, or proves nothing, stays marked as being
// sent.
func (s *Service) saveAnswer(
	ctx context.Context, due Due, id string, a *reset.Attempt, i int, writes []reset.Write, at []int,
	results []reset.StepResult,
) error {
	changed := make([]reset.Write, len(at))
	lost := len(results) != len(at)
	for k, w := range at {
		res := reset.StepResult{Detail: "no answer for this partition"}
		if k < len(results) {
			res = results[k]
		}
		lost = lost || res.Doubtful()
		if !a.Chunks[i].Back {
			writes[w].Result = res
		}
		changed[k] = writes[w]
	}
	if !lost {
		a.Chunks[i].Phase = reset.Answered
	}
	return s.Store.Update(ctx, id, &due, func(tx *Tx) error {
		tx.Attempt.Chunks[i] = a.Chunks[i]
		tx.SetWrites(changed)
		tx.Log(s.entry(tx.Request, reset.Actor{}, reset.EvSent, "chunk", strconv.Itoa(i+1), "of",
			strconv.Itoa(len(a.Chunks)), "partitions", strconv.Itoa(len(at)), "answered", strconv.FormatBool(!lost)))
		return nil
	})
}

// answerCounts are the totals of Kafka's answers.
type answerCounts struct {
	written, lost int
	rejections    []string
	said          string // of the first lost one: the error instead of an answer
}

func countAnswers(a reset.Attempt, writes []reset.Write) answerCounts {
	var t answerCounts
	for _, w := range writes {
		switch {
		case w.Result.Written:
			t.written++
		case a.Chunks[w.Chunk].Phase == reset.Sending && w.Result.Doubtful():
			t.said = cmp.Or(t.said, w.Result.Reason())
			t.lost++
		case w.Result.Rejected != "":
			t.rejections = append(t.rejections, w.Result.Rejected)
		}
	}
	return t
}

func canRetry(rejections []string) bool {
	return len(rejections) > 0 && !slices.ContainsFunc(rejections,
		func(r string) bool { return !slices.Contains(reset.Retriable, r) })
}

// nothingWritten returns to approved: Kafka's answer, or a failed connection, proves that nothing was written.
func (s *Service) nothingWritten(
	ctx context.Context, due Due, r reset.Request, a reset.Attempt, t answerCounts, unsent error,
) (time.Time, error) {
	in, _ := r.Intent()
	p := reset.KafkaRejectedProblem("").On(in.Cluster, in.Group).For(r.ID)
	sent := "yes"
	if unsent != nil {
		p, sent = asProblem(unsent, in.Cluster), "no"
		if errors.Is(unsent, errSlowStore) {
			p = reset.SlowStoreProblem(grace).On(in.Cluster, in.Group).For(r.ID)
		}
	} else {
		p.Got = t.rejections[0]
	}
	err := s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		tx.Attempt.EndedAt, tx.Attempt.Outcome = s.Now(), reset.Unchanged
		r.Problem, r.Observation.EmptySince, r.Observation.Commits = p, time.Time{}, ""
		tx.Log(s.entry(r, reset.Actor{}, reset.EvKafkaRejected, "sent", sent, "got", p.Got, "attempt",
			strconv.Itoa(a.N)))
		return r.Advance(reset.Approved)
	})
	return s.Now().Add(s.Times.CheckInterval * time.Duration(a.N)), err
}

// rollBack restores what was written of an attempt that Kafka applied only in part.
func (s *Service) rollBack(
	ctx context.Context, due Due, r reset.Request, a reset.Attempt, writes []reset.Write,
) (time.Time, error) {
	in, _ := r.Intent()
	var back []reset.Write
	for _, w := range writes {
		if w.Result.Written {
			back = append(back, w)
		}
	}
	first := len(a.Chunks)
	a.Chunks = append(a.Chunks, reset.Chunks(in.Group, back, first, true)...)
	err := s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		tx.Attempt.Chunks = a.Chunks
		tx.SetWrites(back)
		tx.Log(s.entry(tx.Request, reset.Actor{}, reset.EvRollingBack, "partitions", strconv.Itoa(len(back))))
		return nil
	})
	if err != nil {
		return time.Time{}, err
	}
	said, _, err := s.send(ctx, due, r, &a, back, first)
	if err != nil {
		return time.Time{}, err // the state is found by reading
	}
	if said != "" {
		r.Problem = s.notRolledBack(ctx, r, said)
	}
	if a.HasLostAnswer() {
		return s.answerLost(ctx, due, r, a, said)
	}
	return s.readBack(ctx, due, r, a, writes)
}

// notRolledBack says why the written part could not be rolled back, and which members the group had then.
func (s *Service) notRolledBack(ctx context.Context, r reset.Request, said string) *reset.Problem {
	in, _ := r.Intent()
	p := reset.KafkaRejectedProblem("").On(in.Cluster, in.Group).For(r.ID)
	p.Rollback = &reset.Rollback{Got: said}
	var states map[string]reset.GroupState
	cluster, err := s.cluster(in.Cluster)
	if err == nil {
		states, err = cluster.States(ctx, []string{in.Group})
	}
	if err != nil {
		s.Log.Info("who is in the group cannot be read", "request", r.ID, "cluster", in.Cluster, "err", err)
		return p
	}
	p.Rollback.Members = states[in.Group].Members
	return p
}

// answerLost records a lost answer, and when the offsets are read.
func (s *Service) answerLost(
	ctx context.Context, due Due, r reset.Request, a reset.Attempt, said string,
) (time.Time, error) {
	in, _ := r.Intent()
	p := reset.LostProblem(said).On(in.Cluster, in.Group).For(r.ID)
	if r.Problem != nil {
		p.Rollback = r.Problem.Rollback
	}
	err := s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		tx.Request.Problem = p
		return nil
	})
	return s.settledBy(r, a), err
}
