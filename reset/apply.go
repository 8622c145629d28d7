package reset

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Kafka cannot be fenced, so the writer is bounded: each chunk is sent once, over a connection of its own, after it was
// marked in the store as being sent and while the claim is still held. What is not known afterwards is found out by reading.

// pause between the two readings that follow a lost answer.
const secondLook = 2 * time.Second

// mostAttempts bounds how often a write that Kafka turned down is tried again.
const mostAttempts = 20

// retriable are Kafka's answers that reject everything and go away by themselves: a member is there, or the coordinator is
// still loading. They prove that nothing was written. COORDINATOR_NOT_AVAILABLE and NOT_COORDINATOR do not: a coordinator that
// has appended a commit and then loses its replicas or its group answers with them, so they count as a lost answer.
var retriable = []string{
	"UNKNOWN_MEMBER_ID", "REBALANCE_IN_PROGRESS", "ILLEGAL_GENERATION", "NON_EMPTY_GROUP", "GROUP_SUBSCRIBED_TO_TOPIC",
	"COORDINATOR_LOAD_IN_PROGRESS", "THROTTLING_QUOTA_EXCEEDED",
}

// write sends an attempt's chunks, one after the other, until one is not taken whole.
func (s *Service) write(ctx context.Context, due Due, r Request, a Attempt, writes []Write) (time.Time, error) {
	ctx = context.WithoutCancel(ctx) // a shutdown waits for a write that has begun; every call is bounded
	unsent, err := s.send(ctx, due, r, &a, writes, 0)
	if err != nil {
		return time.Time{}, err
	}
	t := tally(a, writes)
	switch {
	case t.lost > 0:
		return s.lost(ctx, due, r, a)
	case t.written == len(writes):
		return s.readBack(ctx, due, r, a, writes, false)
	case t.written == 0 && (unsent != nil || canRetry(t.rejections)) && a.N < mostAttempts:
		return s.nothingWritten(ctx, due, r, a, t, unsent)
	case t.written == 0:
		return s.readBack(ctx, due, r, a, writes, false)
	}
	return s.putBack(ctx, due, r, a, writes)
}

// send sends chunks from one on. It stops at the first that is not written whole; unsent says why a chunk did not leave.
func (s *Service) send(ctx context.Context, due Due, r Request, a *Attempt, writes []Write, from int) (unsent error, err error) {
	in, _ := r.Move()
	for i := from; i < len(a.Chunks); i++ {
		chunk, at := chunkOf(a.Chunks[i], writes)
		ready := func() error { return s.mark(ctx, due, r.ID, a, i) }
		results, err := s.Clusters[in.Cluster].Write(ctx, in.Group, chunk, ready)
		if err != nil {
			if errors.Is(err, ErrConflict) || a.Chunks[i].Phase == Sending {
				return nil, err
			}
			return err, nil
		}
		if err := s.answered(ctx, due, r.ID, a, i, writes, at, results); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(results, func(res StepResult) bool { return !res.Written }) {
			return nil, nil
		}
	}
	return nil, nil
}

// grace is what clocks, and the way from a mark to the wire, may take. Whoever finds a mark later reckons from its time when
// the write has landed or never will (certain): a mark must not be older when the request leaves.
const grace = time.Second

// mark stores that a chunk is about to leave. One that took long to store (a disk that stalls, a process that was frozen)
// is made anew, which fails once somebody else has taken over.
func (s *Service) mark(ctx context.Context, due Due, id string, a *Attempt, i int) error {
	for range 3 {
		if err := s.markNow(ctx, due, id, a, i); err != nil {
			return err
		}
		if s.Now().Sub(a.Chunks[i].SentAt) < grace {
			return nil
		}
	}
	return fmt.Errorf("the store takes longer than %s to note that a write begins; it was not begun", grace)
}

// markNow stores the mark, and holds the claim for as long as the worst call takes.
func (s *Service) markNow(ctx context.Context, due Due, id string, a *Attempt, i int) error {
	if err := s.Store.Renew(ctx, due, s.Now().Add(s.Times.Lease)); err != nil {
		return err
	}
	c := a.Chunks[i]
	c.Phase, c.SentAt = Sending, s.Now()
	err := s.Store.Update(ctx, id, &due, func(tx *Tx) error {
		if tx.Request.State != Applying || tx.Attempt == nil || tx.Attempt.N != a.N {
			return ErrConflict
		}
		tx.Attempt.Chunks[i] = c
		return nil
	})
	if err == nil {
		a.Chunks[i] = c
	}
	return err
}

// answered stores what came back for a chunk. A chunk with a lost answer stays marked as being sent.
func (s *Service) answered(ctx context.Context, due Due, id string, a *Attempt, i int, writes []Write, at []int, results []StepResult) error {
	changed := make([]Write, len(at))
	lost := len(results) != len(at)
	for k, w := range at {
		res := StepResult{Detail: "no answer for this partition"}
		if k < len(results) {
			res = results[k]
		}
		lost = lost || res.Lost()
		if !a.Chunks[i].Back {
			writes[w].Result = res
		}
		changed[k] = writes[w]
	}
	if !lost {
		a.Chunks[i].Phase = Answered
	}
	return s.Store.Update(ctx, id, &due, func(tx *Tx) error {
		tx.Attempt.Chunks[i] = a.Chunks[i]
		tx.SetWrites(changed)
		tx.Log(s.entry(tx.Request, Actor{}, EvSent, "chunk", strconv.Itoa(i+1), "of", strconv.Itoa(len(a.Chunks)),
			"partitions", strconv.Itoa(len(at)), "answered", strconv.FormatBool(!lost)))
		return nil
	})
}

// counted is what Kafka answered in all.
type counted struct {
	written, lost int
	rejections    []string
}

func tally(a Attempt, writes []Write) counted {
	var t counted
	for _, w := range writes {
		switch {
		case w.Result.Written:
			t.written++
		case w.Result.Rejected != "":
			t.rejections = append(t.rejections, w.Result.Rejected)
		case a.Chunks[w.Chunk].Phase == Sending:
			t.lost++
		}
	}
	return t
}

func canRetry(rejections []string) bool {
	return len(rejections) > 0 && !slices.ContainsFunc(rejections, func(r string) bool { return !slices.Contains(retriable, r) })
}

// nothingWritten goes back to approved: Kafka's answer, or a connection that never came about, proves it.
func (s *Service) nothingWritten(ctx context.Context, due Due, r Request, a Attempt, t counted, unsent error) (time.Time, error) {
	in, _ := r.Move()
	p := &Problem{Code: ProblemTurnedDown, Request: r.ID, Cluster: in.Cluster, Group: in.Group}
	sent := "yes"
	if unsent != nil {
		p, sent = asProblem(unsent, in.Cluster), "no"
	} else {
		p.Got = t.rejections[0]
	}
	err := s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		tx.Attempt.EndedAt, tx.Attempt.Outcome = s.Now(), Unchanged
		r.Problem, r.Seen.EmptySince, r.Seen.Commits = p, time.Time{}, ""
		tx.Log(s.entry(r, Actor{}, EvTurnedDown, "sent", sent, "got", p.Got, "attempt", strconv.Itoa(a.N)))
		return r.advance(Approved)
	})
	return s.Now().Add(s.Times.Look * time.Duration(a.N)), err
}

// putBack restores what was written of an attempt that Kafka took only in part.
func (s *Service) putBack(ctx context.Context, due Due, r Request, a Attempt, writes []Write) (time.Time, error) {
	in, _ := r.Move()
	var back []Write
	for _, w := range writes {
		if w.Result.Written {
			back = append(back, w)
		}
	}
	first := len(a.Chunks)
	a.Chunks = append(a.Chunks, chunksOf(in.Group, back, first, true)...)
	err := s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		tx.Attempt.Chunks = a.Chunks
		tx.SetWrites(back)
		tx.Log(s.entry(tx.Request, Actor{}, EvPutBack, "partitions", strconv.Itoa(len(back))))
		return nil
	})
	if err != nil {
		return time.Time{}, err
	}
	if unsent, err := s.send(ctx, due, r, &a, back, first); err != nil || unsent != nil {
		return s.Now().Add(s.Times.Look), err // what stands is found out by reading
	}
	if slices.ContainsFunc(a.Chunks[first:], func(c ChunkState) bool { return c.Phase == Sending }) {
		return s.lost(ctx, due, r, a)
	}
	return s.readBack(ctx, due, r, a, writes, true)
}

// lost says that an answer is missing, and when the offsets will tell.
func (s *Service) lost(ctx context.Context, due Due, r Request, a Attempt) (time.Time, error) {
	in, _ := r.Move()
	err := s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		tx.Request.Problem = &Problem{Code: ProblemLost, Request: r.ID, Cluster: in.Cluster, Group: in.Group}
		return nil
	})
	return s.certain(a), err
}

// certain is when a write whose answer was lost has happened or never will: a call's timeout and the brokers' own commit
// timeout after the last chunk was marked, and some grace.
func (s *Service) certain(a Attempt) time.Time {
	var last time.Time
	for _, c := range a.Chunks {
		if c.Phase == Sending && c.SentAt.After(last) {
			last = c.SentAt
		}
	}
	if last.IsZero() {
		return last
	}
	return last.Add(2*s.Times.Commit + grace)
}

// readBack asks for every partition once, when every answer is known, and ends the attempt.
func (s *Service) readBack(ctx context.Context, due Due, r Request, a Attempt, writes []Write, back bool) (time.Time, error) {
	reads, err := s.read(ctx, r, writes)
	if err != nil {
		return s.waitForKafka(ctx, due, r, asProblem(err, ""))
	}
	for i := range writes {
		writes[i].Read, writes[i].Stands = reads[i], writes[i].stand(reads[i])
	}
	return time.Time{}, s.finish(ctx, due, r, a, writes, back)
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
	if at := s.certain(a); s.Now().Before(at) {
		return at, nil
	}
	writes, err := s.Store.Writes(ctx, r.ID, a.N)
	if err != nil {
		return time.Time{}, err
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
	back := slices.ContainsFunc(a.Chunks, func(c ChunkState) bool { return c.Back })
	return time.Time{}, s.finish(ctx, due, r, a, writes, back)
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
	return s.Clusters[in.Cluster].ReadBack(ctx, in.Group, partsOf(writes))
}

// finish ends an attempt with what is known.
func (s *Service) finish(ctx context.Context, due Due, r Request, a Attempt, writes []Write, back bool) error {
	outcome := Judge(writes, back)
	applied := outcome == Verified || outcome == Overtaken
	var undone *Request
	if applied && r.Undoes != "" {
		old, err := s.Store.Load(ctx, r.Undoes)
		if err != nil {
			return err
		}
		old.UndoneBy, undone = r.ID, &old
	}
	return s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		if r.State != Applying || tx.Attempt == nil || tx.Attempt.N != a.N {
			return ErrConflict
		}
		tx.Attempt.EndedAt, tx.Attempt.Outcome = s.Now(), outcome
		tx.SetWrites(writes)
		r.Written = writtenEffect(outcome, writes)
		to, ev := Failed, EvFailed
		if applied {
			to, ev = Applied, EvApplied
			r.Watch = &Watch{Since: s.Now(), Parts: len(writes)}
			tx.WatchAt(s.Now().Add(s.Times.WatchFirst))
		}
		if undone != nil {
			tx.AlsoSave(*undone)
		}
		r.Outcome, r.EndedAt, r.Deadline, r.Problem = outcome, s.Now(), time.Time{}, whyFailed(r, to, writes)
		tx.Log(s.entry(r, Actor{}, ev, "outcome", string(outcome), "partitions", strconv.Itoa(len(writes)),
			"replay", strconv.FormatInt(a.Effect.Replay, 10), "skip", strconv.FormatInt(a.Effect.Skip, 10)))
		return r.advance(to)
	})
}

// whyFailed is Kafka's reason, where it gave one.
func whyFailed(r *Request, to State, writes []Write) *Problem {
	if to == Applied {
		return nil
	}
	in, _ := r.Move()
	p := &Problem{Code: ProblemLost, Request: r.ID, Cluster: in.Cluster, Group: in.Group}
	for _, w := range writes {
		if w.Result.Rejected != "" {
			p.Code, p.Got, p.Topic = ProblemTurnedDown, w.Result.Rejected, w.Topic
			p.Parts = append(p.Parts, w.Partition)
		}
	}
	return p
}
