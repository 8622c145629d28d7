package engine

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Numbers say when the effect of a revision was last recomputed, and how long that took.
type Numbers struct {
	Revision int
	At       time.Time
	Took     time.Duration
}

const (
	// the effect of what is written at a time to come is recomputed from so long before it on
	numbersAhead = 15 * time.Minute
	numbersShare = 20          // recomputing takes a twentieth of a cluster's time for a request at most
	maxRecompute = 4           // number of requests recomputed at a time
	clockSetBack = time.Minute // no click comes so long before a card is shown: the clock was set back meanwhile
)

// recomputeAt is when the effect of a waiting request is recomputed next.
func (s *Service) recomputeAt(due Due, r reset.Request) time.Time {
	last, now := r.PlannedAt, s.Now()
	if n := due.Note.Numbers; n.Revision == r.Revision && (n.At.After(last) || last.After(now)) {
		last = n.At
	}
	if last.After(now) { // the clock was set back
		return now
	}
	at := last.Add(max(s.Times.Numbers, numbersShare*due.Note.Numbers.Took))
	if first := r.NotBefore.Add(-numbersAhead); first.After(at) {
		return first
	}
	return at
}

// pending waits for approvals, with current numbers.
func (s *Service) pending(ctx context.Context, due *Due, r reset.Request) (time.Time, error) {
	if s.isPastDeadline(r) {
		return s.expire(ctx, *due, r.ID, nil)
	}
	if again, err := s.recompute(ctx, due, r); again || err != nil {
		return s.Now(), err
	}
	next := s.recomputeAt(*due, r)
	if !next.After(s.Now()) {
		next = s.nextCheck() // others are being recomputed
	}
	if reset.InFuture(intentOf(r)) || r.Deadline.Before(next) {
		next = r.Deadline
	}
	return next, nil
}

func intentOf(r reset.Request) reset.Intent { in, _ := r.Intent(); return in }

// recompute recomputes the effect of a waiting request, when it is due. A need for new approvals is reported at once,
// while the service still runs, and not after it was stopped. Again reports that the request was changed.
func (s *Service) recompute(ctx context.Context, due *Due, r reset.Request) (again bool, err error) {
	in, _ := r.Intent()
	// what a time to come finds is not known before it
	if s.Now().Before(s.recomputeAt(*due, r)) || reset.InFuture(in) {
		return false, nil
	}
	return s.recomputeNow(ctx, due, r)
}

// recomputeNow recomputes what a waiting request would do, unless many others are being recomputed.
func (s *Service) recomputeNow(ctx context.Context, due *Due, r reset.Request) (again bool, err error) {
	in, _ := r.Intent()
	l := s.checkBatch(in.Cluster)
	if l.numbering.Add(1) > maxRecompute {
		l.numbering.Add(-1)
		return false, nil
	}
	defer l.numbering.Add(-1)
	rc, snap, err := s.recheck(ctx, due, r)
	if err != nil || rc.Wait != nil {
		// the old numbers stay, with their time
		s.Log.Debug("numbers could not be recomputed", "request", r.ID, "err", err)
		return false, nil
	}
	if rc.Void != nil {
		return true, s.voidNow(ctx, *due, r, rc, rc.Void)
	}
	a, j, err := s.judgeNow(ctx, r, rc, snap.Group)
	switch {
	case err != nil:
		s.Log.Warn("policy cannot tell how many approvals are needed now; it is asked again", "request", r.ID,
			"err", err)
		return false, nil
	case j.problem != nil:
		return true, s.voidNow(ctx, *due, r, rc, j.problem)
	case a.changes(r, j):
		return true, s.reopen(ctx, *due, r, a, j)
	}
	return s.recordDrift(ctx, *due, r, rc.Effect, j.bounds, snap.Group)
}

// judgeNow says what becomes of a waiting request by the rules in force. What a standing approval covers is asked of it
// again when it is written.
func (s *Service) judgeNow(
	ctx context.Context, r reset.Request, rc reset.Rechecked, g reset.GroupState,
) (authority, judgement, error) {
	if restsOnMandate(r) {
		a := authority{ruling: r.Ruling}
		if !r.Bounds.Covers(rc.Effect) {
			return a, a.again(r, reset.VoidEffect), nil
		}
		return a, judgement{bounds: r.Bounds, need: r.Need}, nil
	}
	a, err := s.rulesInForce(ctx, r, rc, g, true)
	return a, a.judge(r, rc.Effect), err
}

// voidNow is void, with the numbers of now.
func (s *Service) voidNow(
	ctx context.Context, due Due, r reset.Request, rc reset.Rechecked, p *reset.Problem,
) error {
	if len(rc.Steps) > 0 {
		p.Count, p.Other = rc.Effect.Replay, rc.Effect.Skip
	}
	return s.void(ctx, due, r, p)
}

// recheck reads the current effect of a request, and records how long that took.
func (s *Service) recheck(ctx context.Context, due *Due, r reset.Request) (reset.Rechecked, reset.Snapshot, error) {
	in, _ := r.Intent()
	began := s.Now()
	defer func() { due.Note.Numbers = Numbers{Revision: r.Revision, At: s.Now(), Took: s.Now().Sub(began)} }()
	planned, err := s.Store.Steps(ctx, r.ID, r.Revision, 0, 0)
	if err != nil {
		return reset.Rechecked{}, reset.Snapshot{}, err
	}
	saved, err := s.undoSteps(ctx, in)
	if err != nil {
		return reset.Rechecked{}, reset.Snapshot{}, err
	}
	q := reset.QueryOf(in, saved, r.Isolation)
	q.At = time.Time{} // a time was looked up when it was planned
	kafka, err := s.cluster(in.Cluster)
	if err != nil {
		return reset.Rechecked{}, reset.Snapshot{}, err
	}
	snap, err := kafka.Inspect(ctx, q)
	if err != nil {
		return reset.Rechecked{}, reset.Snapshot{}, err
	}
	return reset.Recheck(r, planned, snap, s.Now()), snap, nil
}

// recordDrift stores changed numbers: the card is edited, without a notification.
func (s *Service) recordDrift(
	ctx context.Context, due Due, r reset.Request, e reset.Effect, b reset.Bounds, g reset.GroupState,
) (again bool, err error) {
	was := r.Actual()
	moved := was.Replay != e.Replay || was.Skip != e.Skip || was.Changed != e.Changed || was.Clamped != e.Clamped ||
		b.MaxSkip != r.Bounds.MaxSkip || b.MaxReplay != r.Bounds.MaxReplay
	who := r.State == reset.Pending && !sameGroup(r.Observation.Group, g) // for an armed request the checks show it
	if !moved && !who {
		return false, nil
	}
	return true, s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		if r.State != reset.Pending && r.State != reset.Approved {
			return reset.ErrConflict
		}
		r.Drift, r.Bounds = &reset.Drift{At: s.Now(), Effect: e}, b
		if who {
			r.Observation, r.Warnings = observationOf(r.Observation, g, s.Now()), withCurrentMembers(r.Warnings, g)
		}
		return nil
	})
}

// withCurrentMembers is a plan's warnings with the current members of the group.
func withCurrentMembers(ws []reset.Warning, g reset.GroupState) []reset.Warning {
	ws = slices.DeleteFunc(slices.Clone(ws), func(w reset.Warning) bool { return w.Code == reset.WarnBusy })
	if !g.Idle() {
		ws = slices.Insert(ws, 0, reset.Warning{Code: reset.WarnBusy, Count: int64(len(g.Members)), Text: g.State})
	}
	return ws
}

// facts of a voided approval: how many are needed now, and for what.
func voidFacts(r reset.Request, p *reset.Problem) []string {
	facts := []string{"why", p.Want + string(p.Code)}
	if p.Topic != "" {
		facts = append(facts, "topic", partitionOf(p))
	}
	if (p.Want == string(reset.VoidEffect) || p.Want == string(reset.VoidTouched)) && p.Ruling != nil {
		facts = append(facts, "need", strconv.Itoa(p.Ruling.Need), "was", strconv.Itoa(r.Need), "cap", p.Ruling.Cap)
	}
	if p.Count+p.Other > 0 {
		facts = append(facts, "replay", strconv.FormatInt(p.Count, 10), "skip", strconv.FormatInt(p.Other, 10))
	}
	return facts
}

func partitionOf(p *reset.Problem) string {
	if len(p.Parts) == 1 {
		return p.Topic + "-" + strconv.Itoa(int(p.Parts[0]))
	}
	return p.Topic
}

// approvalsNeeded is how many approvals the plan needs. After approval was asked for it only rises: otherwise waiting
// for better numbers would lower it.
func (d draftResult) approvalsNeeded(r reset.Request) int {
	if r.Asked && r.Before != nil {
		return max(r.Need, d.ruling.Need)
	}
	return d.ruling.Need
}

// keepVoid keeps the reason of a voided approval with the new plan; every other problem is resolved.
func keepVoid(p *reset.Problem) *reset.Problem {
	if p != nil && p.Code == reset.ProblemVoided {
		return p
	}
	return nil
}
