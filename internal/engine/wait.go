package engine

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// checkIdle looks at an approved request: is the group idle, has it been quiet for long enough, may it be written
// now? The state of the group comes from a look that many requests share.
func (s *Service) checkIdle(ctx context.Context, due *Due, r reset.Request, look groupChecks) (time.Time, error) {
	in, _ := r.Intent()
	if s.Now().Before(r.NotBefore) {
		if again, err := s.recompute(ctx, due, r); again || err != nil {
			return s.Now(), err
		}
		return s.checkBeforeTime(due, r, look), nil
	}
	if next, waits, err := s.startRun(ctx, *due, r); waits || err != nil {
		return next, err
	}
	if s.isPastDeadline(r) {
		return s.expire(ctx, *due, r.ID, nil)
	}
	if again, err := s.recompute(ctx, due, r); again || err != nil {
		return s.Now(), err
	}
	if look.began.IsZero() && look.err == nil {
		return s.Now(), nil // its time came between the round of looks and now
	}
	l, err := look.of(in.Group)
	if err != nil {
		due.Note.Streak = IdleStreak{}
		return s.waitForKafka(ctx, *due, r, asProblem(err, in.Cluster))
	}
	if !l.Group.Idle() {
		due.Note.Streak = IdleStreak{}
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
	if f, err := s.frozen(ctx, in.Cluster); f != nil || err != nil {
		if err != nil {
			return time.Time{}, err
		}
		// without asking Kafka for more, which may be what is being mended
		return s.waitBehind(ctx, *due, r, f.Problem(r.ID, in.Group))
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
	if snap.Group.Epoch != l.Group.Epoch || movedSince(l.Commits, snap.Partitions) {
		due.Note.Streak = IdleStreak{}
		return s.nextCheck(), nil
	}
	return s.startApply(ctx, due, r, snap)
}

// busy keeps a request armed, or gives it up under --no-wait.
func (s *Service) busy(ctx context.Context, due Due, r reset.Request, g reset.GroupState) (time.Time, error) {
	in, _ := r.Intent()
	if in.NoWait {
		return s.giveUp(ctx, due, r, &reset.Problem{Code: reset.ProblemBusy, Request: r.ID, Cluster: in.Cluster,
			Group: in.Group, Got: g.State, Members: g.Members})
	}
	seen := observationOf(r.Observation, g, s.Now())
	if after := s.Now().Sub(r.Observation.LastLeft); !r.Observation.LastLeft.IsZero() && after < restartWithin {
		seen.Restarted = &reset.Return{At: s.Now(), After: after, Hosts: hosts(g.Members)}
	}
	seen.LastLeft = time.Time{}
	return s.nextCheck(), s.recordObservation(ctx, due, r, seen, reset.EvBusy, nil)
}

// restartWithin is how soon after they left consumers are restarted by something, and not by somebody.
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

// recordObservation stores what was seen, when it says something new. A look that saw the same as the one before
// writes nothing.
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

// errWait is returned by the transaction that would enter applying when something has to be waited for; the problem
// says what.
type errWait struct{ problem *reset.Problem }

func (e errWait) Error() string { return e.problem.Error() }

// startApply enters applying, if what was approved still covers what would be written, and then writes.
func (s *Service) startApply(ctx context.Context, due *Due, r reset.Request, snap reset.Snapshot) (time.Time, error) {
	planned, err := s.Store.Steps(ctx, r.ID, r.Revision, 0, 0)
	if err != nil {
		return time.Time{}, err
	}
	rc := reset.Recheck(r, planned, snap, s.Now())
	switch {
	case rc.Wait != nil:
		return s.waitForKafka(ctx, *due, r, rc.Wait)
	case rc.Void != nil:
		return s.Now(), s.void(ctx, *due, r, rc.Void)
	}
	bounds, p, err := s.widenBounds(ctx, r, rc.Effect)
	switch {
	case err != nil:
		return time.Time{}, err
	case p != nil:
		return s.Now(), s.void(ctx, *due, r, p)
	}
	r.Bounds = bounds
	if _, p, err := s.checkRules(ctx, r, rc.Effect); err != nil || p != nil {
		if err != nil {
			return time.Time{}, err
		}
		return s.Now(), s.void(ctx, *due, r, p)
	}
	attempt, writes := s.attempt(r, *due, rc)
	err = s.Store.Update(ctx, r.ID, due, func(tx *Tx) error { return s.enterApplying(tx, r, attempt, writes) })
	var wait errWait
	switch {
	case errors.As(err, &wait):
		return s.waitBehind(ctx, *due, r, wait.problem)
	case err != nil:
		return time.Time{}, err
	}
	due.Note.Streak = IdleStreak{} // what is tried again after this attempt settles again
	return s.write(ctx, *due, r, attempt, writes)
}

// attempt is what will be tried: the offsets as they were, the offsets to write, cut into chunks.
func (s *Service) attempt(r reset.Request, due Due, rc reset.Rechecked) (reset.Attempt, []reset.Write) {
	in, _ := r.Intent()
	writes := make([]reset.Write, len(rc.Steps))
	for i, st := range rc.Steps {
		writes[i] = reset.Write{Step: st}
	}
	a := reset.Attempt{Request: r.ID, N: r.Attempt + 1, Fence: due.Fence, Revision: r.Revision, StartedAt: s.Now(),
		Effect: rc.Effect, Gone: rc.Gone, ExtraParts: rc.Extra}
	a.Chunks = reset.Chunks(in.Group, writes, 0, false)
	return a, writes
}

// enterApplying is the transaction that enters applying. It honours every cancel that is recorded, decided or not,
// and every other reset of the group.
func (s *Service) enterApplying(tx *Tx, seen reset.Request, a reset.Attempt, writes []reset.Write) error {
	r := tx.Request
	if r.State != reset.Approved || r.Version != seen.Version {
		return reset.ErrConflict
	}
	in, _ := r.Intent()
	for _, u := range tx.Undecided {
		if u.Verb == string(reset.VerbCancel) {
			return errWait{&reset.Problem{Code: reset.ProblemStopping, Request: r.ID, Cluster: in.Cluster,
				Group: in.Group}}
		}
	}
	if tx.Frozen != nil {
		return errWait{tx.Frozen.Problem(r.ID, in.Group)}
	}
	if err := s.rivals(tx, in); err != nil {
		return err
	}
	r.Attempt, r.Problem, r.Retries, r.Observation, r.Bounds = a.N, nil, 0, seen.Observation, seen.Bounds
	r.Drift = &reset.Drift{At: s.Now(), Effect: a.Effect}
	tx.Begin(a, writes)
	tx.Log(s.entry(r, reset.Actor{}, reset.EvApplying, "attempt", strconv.Itoa(a.N), "partitions",
		strconv.Itoa(len(writes)), "replay", strconv.FormatInt(a.Effect.Replay, 10), "skip",
		strconv.FormatInt(a.Effect.Skip, 10)))
	return r.Advance(reset.Applying)
}

// rivals makes room: one writer at a time, none beside an unsettled outcome, and what others had approved is planned
// again, because it was approved for offsets that this reset moves.
func (s *Service) rivals(tx *Tx, in reset.Intent) error {
	for _, o := range tx.Rivals {
		if _, move := o.Intent(); !move || o.State == reset.Approved && o.NotBefore.After(s.Now()) {
			continue // nothing of it is frozen to offsets, or it looks again at its time
		}
		if tx.Request.Run != nil && o.State == reset.Approved {
			return errWait{&reset.Problem{Code: reset.ProblemConflictingRequest, Request: o.ID, State: o.State,
				Cluster: in.Cluster, Group: in.Group}}
		}
		blocks := o.State == reset.Failed && o.Outcome.Blocks()
		switch {
		case o.State == reset.Applying, blocks && o.ID != tx.Request.Undoes:
			return errWait{&reset.Problem{Code: reset.ProblemBlocked, Request: o.ID, State: o.State,
				Got: string(o.Outcome), Cluster: in.Cluster, Group: in.Group}}
		case blocks: // its own undo: it is settled once that has written something, see undone
		case o.State == reset.Approved:
			o.Problem = &reset.Problem{Code: reset.ProblemVoided, Want: "rival", Request: tx.Request.ID,
				Cluster: in.Cluster, Group: in.Group}
			before := o.Effect
			o.Before = &before
			if err := o.Advance(reset.Planning); err != nil {
				return err
			}
			tx.Log(s.entry(&o, reset.Actor{}, reset.EvVoided, "why", "rival", "by", tx.Request.ID))
			tx.AlsoSave(o)
		}
	}
	return nil
}

// checkRules asks whether the rules as they are now still allow what was approved, with the memberships as they were
// recorded: a change of shift must not cancel an armed reset.
func (s *Service) checkRules(
	ctx context.Context, r reset.Request, e reset.Effect,
) (reset.Ruling, *reset.Problem, error) {
	in, _ := r.Intent()
	votes, err := s.countedVotes(ctx, r, e)
	if err != nil {
		return reset.Ruling{}, nil, err
	}
	asking := reset.PolicyQuestion{Actor: r.Actor, Channel: r.Place.Channel, Verb: reset.VerbApply, Cluster: in.Cluster,
		Group: in.Group, Effect: &e, Requester: requesterOf(&r), Votes: votes, OneIsEnough: s.Now().Before(r.SoloUntil)}
	if r.Run != nil {
		asking.Mandate = &r.Run.Mandate
	}
	if r.Emergency != nil {
		asking.EmergencyBy = r.Emergency.By
	}
	ruling, err := s.Policy.Rule(ctx, asking)
	if err != nil {
		return ruling, nil, err
	}
	if ruling.Note != "" {
		s.Log.Warn("rules were checked with recorded memberships", "request", r.ID, "note", ruling.Note)
	}
	if ruling.Allowed && len(votes) >= ruling.Need {
		return ruling, nil, nil
	}
	return ruling, &reset.Problem{Code: reset.ProblemVoided, Want: "rule", Request: r.ID, Cluster: in.Cluster,
		Group: in.Group, Ruling: &ruling}, nil
}

// widenBounds asks about an effect that has left the tier that was asked for. Where the tier that covers it now needs
// no more approvals, what was agreed to stands, and its bounds are that tier's; where it needs more, or nothing
// covers it, it has to be agreed to anew. What rests on a limit of its own (an emergency, an eased undo, a standing
// approval) has no other tier.
func (s *Service) widenBounds(
	ctx context.Context, r reset.Request, e reset.Effect,
) (reset.Bounds, *reset.Problem, error) {
	if r.Bounds.Covers(e) {
		return r.Bounds, nil, nil
	}
	in, _ := r.Intent()
	p := &reset.Problem{Code: reset.ProblemVoided, Want: "effect", Request: r.ID, Cluster: in.Cluster, Group: in.Group}
	if r.Emergency != nil || !r.SoloUntil.IsZero() || r.Run != nil && !r.Run.Mandate.File || r.StandingApproval != nil {
		return r.Bounds, p, nil
	}
	ruling, _, err := s.checkRules(ctx, r, e)
	if err != nil {
		return r.Bounds, nil, err
	}
	if ruling.Cap != "" || ruling.Need > r.Need {
		p.Ruling = &ruling
		return r.Bounds, p, nil
	}
	b := r.Bounds
	if b.MaxSkip, b.MaxReplay = ruling.MaxSkip, ruling.MaxReplay; !b.Covers(e) {
		// the rules say no for a reason that has nothing to do with the effect: that is said before the write
		return r.Bounds, nil, nil
	}
	return b, nil, nil
}

// void takes an approval back: the request is planned again, and the old numbers stay beside the new ones.
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

// waitBehind keeps a request armed behind something that people do: an undecided cancel, another reset of its group.
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
