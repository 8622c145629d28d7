package engine

import (
	"cmp"
	"context"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// IdleStreak is a series of checks without a gap that found a group inactive, its committed offsets unmoved. It is
// stored with the due row, because a check without a result does not change the request, and another process
// continues it only as far as the times prove it.
type IdleStreak struct {
	Cluster, Group string
	Since          time.Time // when the first of them ended; zero: none
	Last           time.Time // when the latest began
	Commits        string    // digest of all the group's commits
	Epoch          int32     // of a group that has one
	Exists         bool

	Duration time.Duration `json:"Took"` // by the latest
	// the longest time covered by two consecutive checks: what happened between them is not known
	Widest time.Duration
}

// add is the streak after one more check. A check that found a member, moved offsets or another epoch, that came too
// late after the previous one, or that could not read everything, begins a new one: what happened in between is not
// known. So does one that took longer than the lease, see timesOf: the process was stopped meanwhile, or the clock was
// set, and that says nothing of the cluster's speed.
func (st IdleStreak) add(cluster, group string, l reset.Look, began, ended time.Time, t Times) IdleStreak {
	if !l.Group.Idle() || l.Commits == nil {
		return IdleStreak{}
	}
	next := IdleStreak{Cluster: cluster, Group: group, Since: ended, Last: began, Commits: digestOf(l.Commits),
		Epoch: l.Group.Epoch, Exists: l.Group.Exists, Duration: ended.Sub(began)}
	switch {
	case next.Duration > t.Lease:
		next.Last, next.Duration = ended, 0
	case st.follows(next) && !began.Before(st.Last) && st.closeTo(began, ended, t):
		next.Since, next.Widest = st.Since, max(st.Widest, ended.Sub(st.Last))
	}
	return next
}

// closeTo reports whether a check came soon enough after the latest to count as the next one. On a slow cluster
// checks are further apart, and no streak would be long enough; it has to last longer instead, see required.
func (st IdleStreak) closeTo(began, ended time.Time, t Times) bool {
	slow := checkShare*max(st.Duration, ended.Sub(began)) + t.CheckInterval
	return ended.Sub(st.Last) <= max(t.maxGap(), slow)
}

// follows reports whether two checks show no change between them.
func (st IdleStreak) follows(next IdleStreak) bool {
	return !st.Since.IsZero() && st.Cluster == next.Cluster && st.Group == next.Group &&
		st.Commits == next.Commits && st.Epoch == next.Epoch && st.Exists == next.Exists
}

// checkShare is how many times its widest gap a streak of slow checks has to last: at least four checks.
const checkShare = 3

// required is how long a streak has to last: the settle time, and longer where the cluster is so slow that checks are
// far apart.
func (st IdleStreak) required(t Times) time.Duration {
	if st.Widest <= t.maxGap() {
		return t.Settle
	}
	return max(t.Settle, checkShare*st.Widest)
}

// complete reports whether the group was inactive for the whole settle time.
func (st IdleStreak) complete(t Times) bool {
	return !st.Since.IsZero() && st.Last.Sub(st.Since) >= st.required(t)
}

// maxGap is how far apart two checks may be and still count as consecutive. It is never less than a round of the
// loop.
func (t Times) maxGap() time.Duration {
	return cmp.Or(t.Gap, max(3*t.CheckInterval, t.Settle/2, 2*idlePollInterval))
}

// timesOf are the times for a cluster: the lease is longer than its worst call.
func (s *Service) timesOf(cluster string) Times {
	t := s.Times
	t.Lease = s.lease(cluster)
	return t
}

// nextCheck is when groups are checked again: once in each period. All requests check at the same instants, so that
// one round of calls serves them all; and the instants are not evenly spaced (0.6 or 1.6 periods apart), so that
// consumers that restart in step with the checks are not missed each time.
func (s *Service) nextCheck() time.Time { return nextCheckAfter(s.Now(), s.Times.CheckInterval) }

func nextCheckAfter(now time.Time, period time.Duration) time.Time {
	for n := now.UnixNano()/int64(period) - 2; ; n++ {
		at := time.Unix(0, n*int64(period)+checkOffset(n, period)).Truncate(time.Microsecond)
		if at.After(now) {
			return at
		}
	}
}

// checkOffset moves the n-th check by a fraction of its period, another one each time: the multiples of the golden
// ratio spread evenly.
func checkOffset(n int64, period time.Duration) int64 {
	const golden = 11400714819323198485 // 2^64 divided by the golden ratio
	part := uint64(n) * golden >> 40    // of 2^24
	return int64(float64(period) * float64(part) / (1 << 24))
}

// streak is the streak so far: none, when something else that this process looked for showed a member since it began.
func (s *Service) streak(due *Due, in reset.Intent) IdleStreak {
	if s.members.since(in.Cluster, in.Group, due.Note.Streak.Since) {
		return IdleStreak{}
	}
	return due.Note.Streak
}

// settling checks an approved request's inactive group once more. Served is true when it has been inactive for long
// enough.
func (s *Service) settling(
	ctx context.Context, due *Due, r reset.Request, look groupChecks,
) (next time.Time, served bool, err error) {
	in, _ := r.Intent()
	l := look.groups[in.Group]
	before := s.streak(due, in)
	st := before.add(in.Cluster, in.Group, l, look.began, look.ended, s.timesOf(in.Cluster))
	due.Note.Streak = st
	switch {
	case st.Since.IsZero():
		next, err := s.waitForKafka(ctx, *due, r,
			reset.IncompleteProblem(in.Cluster, cmp.Or(l.Why, "no committed offsets in its answer")).On(in.Cluster,
				in.Group))
		return next, false, err
	case !before.Since.IsZero() && before.closeTo(look.began, look.ended, s.Times) && before.Epoch == st.Epoch &&
		before.Commits != st.Commits:
		return s.restartSettling(ctx, due, r, look)
	}
	if st.complete(s.Times) {
		return time.Time{}, true, nil // the observation is stored with the attempt
	}
	next = s.nextCheck()
	if end := st.Since.Add(st.required(s.Times)); end.After(s.Now()) && end.Before(next) {
		next = end
	}
	return next, false, s.recordObservation(ctx, *due, r, s.idleObservation(r, l, st), reset.EvIdle, nil)
}

// idleObservation is the observation of an inactive group whose committed offsets did not move.
func (s *Service) idleObservation(r reset.Request, l reset.Look, st IdleStreak) reset.Observation {
	seen := observationOf(r.Observation, l.Group, s.Now())
	seen.EmptySince, seen.Commits = st.Since, st.Commits
	return seen
}

// restartSettling restarts the settle time after the offsets of an inactive group moved. The group is read once more
// to see whether a new member or a process without membership committed: the offsets were read after its state.
func (s *Service) restartSettling(
	ctx context.Context, due *Due, r reset.Request, look groupChecks,
) (time.Time, bool, error) {
	in, _ := r.Intent()
	st := due.Note.Streak
	var states map[string]reset.GroupState
	cluster, err := s.cluster(in.Cluster)
	if err == nil {
		states, err = cluster.States(ctx, []string{in.Group})
	}
	if err != nil {
		due.Note.Streak = IdleStreak{}
		next, err := s.waitForKafka(ctx, *due, r, asProblem(err, in.Cluster))
		return next, false, err
	}
	l := look.groups[in.Group]
	if l.Group = states[in.Group]; !l.Group.Idle() || l.Group.Epoch != st.Epoch {
		due.Note.Streak = IdleStreak{}
		next, err := s.busy(ctx, *due, r, l.Group)
		return next, false, err
	}
	seen := s.idleObservation(r, l, st)
	seen.MovedWhileEmpty++
	p := reset.PhantomProblem(seen.MovedWhileEmpty).On(in.Cluster, in.Group).For(r.ID)
	return s.nextCheck(), false, s.recordObservation(ctx, *due, r, seen, reset.EvIdle, p)
}

// settleLead is how long before its time an approved request's group is checked, so that the settle time has passed
// by then.
func (s *Service) settleLead() time.Duration { return s.Times.Settle + s.Times.maxGap() }

// checksNow reports whether an approved request's group is checked now: not long before its time.
func (s *Service) checksNow(r reset.Request) bool {
	return r.State == reset.Approved && !s.Now().Before(r.NotBefore.Add(-s.settleLead()))
}

// checkBeforeTime checks an approved request's group before its time has come.
func (s *Service) checkBeforeTime(due *Due, r reset.Request, look groupChecks) time.Time {
	if first := r.NotBefore.Add(-s.settleLead()); s.Now().Before(first) {
		if next := s.recomputeAt(*due, r); next.Before(first) && !reset.InFuture(intentOf(r)) {
			return reset.LaterOf(next, s.nextCheck())
		}
		return first
	}
	in, _ := r.Intent()
	due.Note.Streak = s.streak(due, in).add(in.Cluster, in.Group, look.groups[in.Group], look.began, look.ended,
		s.timesOf(in.Cluster))
	if next := s.nextCheck(); next.Before(r.NotBefore) {
		return next
	}
	return r.NotBefore
}

// isFreshDraft reports whether a draft's group is checked before the click: for a short time after the preview, and
// only where no approval is needed, so that a quick click finds the settle time passed.
func (s *Service) isFreshDraft(r reset.Request) bool {
	_, move := r.Intent()
	return move && r.State == reset.Draft && r.Need == 0 && r.Observation.Group.Idle() && !r.Observation.At.IsZero() &&
		s.Now().Before(r.Observation.At.Add(s.Times.Fresh))
}

// checkDraftIdle checks the group of a fresh draft.
func (s *Service) checkDraftIdle(due *Due, r reset.Request, look groupChecks) time.Time {
	in, _ := r.Intent()
	due.Note.Streak = s.streak(due, in).add(in.Cluster, in.Group, look.groups[in.Group], look.began, look.ended,
		s.timesOf(in.Cluster))
	if next := s.nextCheck(); s.isFreshDraft(r) && next.Before(r.Deadline) {
		return next
	}
	return r.Deadline
}

// observationOf is a new observation of a group. Since is kept while its state does not change.
func observationOf(old reset.Observation, g reset.GroupState, now time.Time) reset.Observation {
	seen := reset.Observation{At: now, Group: g, Since: old.Since, LastLeft: old.LastLeft, Restarted: old.Restarted,
		MovedWhileEmpty: old.MovedWhileEmpty}
	if g.Idle() && !old.At.IsZero() && !old.Group.Idle() {
		seen.LastLeft = now
	}
	if old.At.IsZero() || old.Group.State != g.State || old.Group.Exists != g.Exists {
		seen.Since = now
	}
	return seen
}
