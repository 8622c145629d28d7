package engine

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// checkIdle checks an approved request: is the group idle, has it been idle for long enough, may it be written now?
// The state of the group comes from a check that many requests share.
func (s *Service) checkIdle(ctx context.Context, due *Due, r reset.Request, look groupChecks) (time.Time, error) {
	in, _ := r.Intent()
	if s.Now().Before(r.NotBefore) {
		if again, err := s.recompute(ctx, due, r); again || err != nil {
			return s.Now(), err
		}
		return s.checkBeforeTime(due, r, look), nil
	}
	if next, waits, err := s.beforeFirstCheck(ctx, *due, r); waits || err != nil {
		return next, err
	}
	if s.isPastDeadline(r) {
		return s.expire(ctx, *due, r.ID, nil)
	}
	if again, err := s.recompute(ctx, due, r); again || err != nil {
		return s.Now(), err
	}
	if look.began.IsZero() && look.err == nil {
		return s.Now(), nil // its time came between the checks and now
	}
	l, err := look.of(in.Group)
	if err != nil {
		due.Note.Streak = IdleStreak{}
		return s.waitForKafka(ctx, *due, r, asProblem(err, in.Cluster))
	}
	if !l.Group.Idle() {
		due.Note.Streak = IdleStreak{}
		if !r.SoloUntil.IsZero() { // who joins touches the group: one person is not enough for the undo any more
			if again, err := s.recomputeNow(ctx, due, r); again || err != nil {
				return s.Now(), err
			}
		}
		return s.busy(ctx, *due, r, l.Group)
	}
	if next, served, err := s.settling(ctx, due, r, look); !served {
		return next, err
	}
	return s.recheckAndApply(ctx, due, r, l)
}

// recheckAndApply reads everything once more about a group that has been inactive for long enough, and writes.
func (s *Service) recheckAndApply(ctx context.Context, due *Due, r reset.Request, l reset.Look) (time.Time, error) {
	in, _ := r.Intent()
	frozen, err := s.frozen(ctx, in.Cluster)
	if err != nil {
		return time.Time{}, err
	}
	if p := reset.FrozenBy(frozen, in.Group); p != nil {
		// without further requests to Kafka, which may be under repair
		return s.waitBehind(ctx, *due, r, p)
	}
	r.Observation = s.idleObservation(r, l, due.Note.Streak)
	saved, err := s.undoSteps(ctx, in)
	if err != nil {
		return time.Time{}, err
	}
	cluster, err := s.cluster(in.Cluster)
	if err != nil {
		return time.Time{}, err
	}
	snap, err := cluster.Inspect(ctx, reset.QueryOf(in, saved, r.Isolation))
	if err != nil {
		due.Note.Streak = IdleStreak{}
		return s.waitForKafka(ctx, *due, r, asProblem(err, in.Cluster))
	}
	if !snap.Group.Idle() {
		due.Note.Streak = IdleStreak{}
		return s.busy(ctx, *due, r, snap.Group)
	}
	if snap.Group.Epoch != l.Group.Epoch || movedSince(l.Commits, snap.Partitions) ||
		s.members.since(in.Cluster, in.Group, due.Note.Streak.Since) {
		due.Note.Streak = IdleStreak{}
		return s.nextCheck(), nil
	}
	return s.startApply(ctx, due, r, snap)
}

// busy keeps a request armed, or gives it up under --no-wait.
func (s *Service) busy(ctx context.Context, due Due, r reset.Request, g reset.GroupState) (time.Time, error) {
	in, _ := r.Intent()
	if in.NoWait {
		return s.expire(ctx, due, r.ID, reset.BusyProblem(g).On(in.Cluster, in.Group).For(r.ID))
	}
	seen := observationOf(r.Observation, g, s.Now())
	if after := s.Now().Sub(r.Observation.LastLeft); !r.Observation.LastLeft.IsZero() && after < restartWithin {
		seen.Restarted = &reset.Return{At: s.Now(), After: after, Hosts: hosts(g.Members)}
	}
	seen.LastLeft = time.Time{}
	return s.nextCheck(), s.recordObservation(ctx, due, r, seen, reset.EvBusy, nil)
}

// restartWithin is how soon consumers come back when a controller restarts them, and not a person.
const restartWithin = time.Minute

func hosts(members []reset.Member) []string {
	var out []string
	for _, m := range members {
		if !slices.Contains(out, m.Host) {
			out = append(out, m.Host)
		}
	}
	return out
}

// recordObservation stores an observation when it shows something new. A check with the same result as the previous
// one writes nothing.
func (s *Service) recordObservation(
	ctx context.Context, due Due, r reset.Request, seen reset.Observation, ev reset.Event, p *reset.Problem,
) error {
	was := r.Observation
	if p == nil && (r.Problem == nil || r.Problem.Code == reset.ProblemPhantom) &&
		was.EmptySince.Equal(seen.EmptySince) && was.Commits == seen.Commits && sameGroup(was.Group, seen.Group) {
		return nil
	}
	return s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		if r.State != reset.Approved {
			return reset.ErrConflict
		}
		if was.EmptySince.IsZero() != seen.EmptySince.IsZero() {
			tx.Log(s.entry(r, reset.Actor{}, ev, "members", strconv.Itoa(len(seen.Group.Members)), "state",
				seen.Group.State))
		}
		r.Observation, r.Problem, r.Retries = seen, p, 0
		return nil
	})
}

func sameGroup(a, b reset.GroupState) bool {
	if a.Exists != b.Exists || a.State != b.State || len(a.Members) != len(b.Members) {
		return false
	}
	ids := make(map[string]bool, len(a.Members))
	for _, m := range a.Members {
		ids[m.ID] = true
	}
	for _, m := range b.Members {
		if !ids[m.ID] {
			return false
		}
	}
	return true
}

// void voids an approval: the request is planned again, and the old numbers stay with the new ones.
func (s *Service) void(ctx context.Context, due Due, r reset.Request, p *reset.Problem) error {
	return s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		if r.State != reset.Approved && r.State != reset.Pending {
			return reset.ErrConflict
		}
		before := r.Effect
		r.Before, r.Problem, r.Drift = &before, p, nil
		tx.Log(s.entry(r, reset.Actor{}, reset.EvVoided, voidFacts(*r, p)...))
		return r.Advance(reset.Planning)
	})
}

// waitBehind keeps a request armed while a person's action is pending: an undecided cancellation, another reset of
// its group.
func (s *Service) waitBehind(ctx context.Context, due Due, r reset.Request, p *reset.Problem) (time.Time, error) {
	if p.Code == reset.ProblemConflictingRequest {
		return s.postpone(ctx, due, r, p)
	}
	if p.Code == reset.ProblemStopping {
		return s.nextCheck(), nil
	}
	if r.Problem != nil && r.Problem.Code == p.Code && r.Problem.Request == p.Request {
		return s.nextCheck(), nil
	}
	err := s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		if tx.Request.State != reset.Approved {
			return reset.ErrConflict
		}
		tx.Request.Problem = p
		return nil
	})
	return s.nextCheck(), err
}
