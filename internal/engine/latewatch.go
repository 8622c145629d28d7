package engine

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// lateGap is how many checks may be missed before a consumer may have joined and left between two of them.
const lateGap = 5

// lateInterval is the time between two checks for a late write: shorter than a consumer needs to join, commit and
// leave.
func (s *Service) lateInterval() time.Duration { return 2 * s.Times.CheckInterval }

// checkLate checks once whether a write whose answer was lost was applied late. When Kafka or the store does not
// answer, it is retried later.
func (s *Service) checkLate(ctx context.Context, due Due, r reset.Request) (time.Time, error) {
	began := s.Now()
	in, _ := r.Intent()
	cluster, gone := s.cluster(in.Cluster)
	if gone != nil {
		return time.Time{}, s.endWatch(ctx, due, r)
	}
	a, err := s.Store.LastAttempt(ctx, r.ID)
	if err != nil {
		return time.Time{}, err
	}
	writes, err := s.Store.Writes(ctx, r.ID, a.N)
	if err != nil {
		return time.Time{}, err
	}
	reads, err := cluster.ReadBack(ctx, in.Group, partsOf(writes))
	var states map[string]reset.GroupState
	if err == nil { // the group after its offsets: a client that commits is then seen as a member
		states, err = cluster.States(ctx, []string{in.Group})
	}
	if err != nil {
		s.Log.Info("a late write cannot be looked for", "request", r.ID, "cluster", in.Cluster, "err", err)
		return s.lateUnread(ctx, due, r)
	}
	others, err := s.excludeOtherWrites(ctx, r, writes, began)
	if err != nil || others.busy {
		return s.Now().Add(s.lateInterval()), err
	}
	look := lateReading{attempt: a, writes: writes, reads: reads, idle: states[in.Group].Idle(), newer: others.newer,
		rolledBack: others.rolledBack, at: began}
	alone := look.idle && !r.Late.Moved
	look.gap = !s.continuous(r.ID, began)
	look.landing = compareReadings(a, writes, reads, alone)
	if look.gap && !look.landing.complete() { // consumers may have joined and left
		look.landing = compareReadings(a, writes, reads, false)
	}
	return s.saveReading(ctx, due, r, look)
}

// lateUnread retries later, and gives up some time after the write can no longer be applied: then its result is not
// known.
func (s *Service) lateUnread(ctx context.Context, due Due, r reset.Request) (time.Time, error) {
	if now := s.Now(); now.Before(r.Late.Until.Add(s.Times.Late)) {
		return now.Add(s.Times.WatchSlow), nil
	}
	l := *r.Late
	l.Ended, l.Why = s.Now(), reset.LateUnread
	s.lateChecks.Delete(r.ID)
	return time.Time{}, s.saveLate(ctx, due, r.ID, l, nil)
}

// lateReading is the result of one check.
type lateReading struct {
	attempt reset.Attempt
	writes  []reset.Write
	reads   []reset.Position
	idle    bool
	newer   string // the request that has reset the group since the previous check
	// another reset was written in part and rolled back since the look before: the lost write may have landed
	// beneath it, and nothing is left of it to see
	rolledBack bool
	gap        bool // there was no check for a while before it
	at         time.Time
	landing    landing
}

// continuous reports whether this process checked a moment ago. The time is in memory: after a restart or a takeover
// it is not known which consumers joined and left.
func (s *Service) continuous(id string, now time.Time) bool {
	last, ok := s.lateChecks.Swap(id, now)
	if !ok {
		return false
	}
	since := now.Sub(last.(time.Time))
	return since >= 0 && since <= lateGap*s.lateInterval()
}

// saveReading stores the result of a check, unless it shows nothing new.
func (s *Service) saveReading(ctx context.Context, due Due, r reset.Request, look lateReading) (time.Time, error) {
	now, l := s.Now(), *r.Late
	switch {
	case look.landing.arrived > 0 && !look.landing.complete() && l.Suspected.IsZero():
		l.Suspected = now // a commit becomes visible at once: what is seen in part has to be seen twice
		return now.Add(secondReading), s.saveLate(ctx, due, r.ID, l, nil)
	case look.landing.arrived > 0 && !look.landing.complete() && now.Before(l.Suspected.Add(secondReading)):
		return l.Suspected.Add(secondReading), nil
	case look.landing.arrived > 0:
		return time.Time{}, s.recordLanded(ctx, due, r, look)
	case !look.idle:
		l.Ended, l.Why = now, reset.LateMember
	case look.newer != "" && !look.landing.visible():
		l.Ended, l.Why, l.By = now, reset.LateNewer, look.newer
	case !now.Before(l.Until):
		l.Ended, l.Why = now, reset.LateTime
	}
	if look.newer == "" && !look.rolledBack && !look.landing.moved && l.Open() && l.Suspected.IsZero() {
		return now.Add(s.lateInterval()), nil
	}
	l.Suspected, l.Moved = time.Time{}, l.Moved || look.landing.moved || look.rolledBack
	if look.newer != "" || look.rolledBack {
		l.Base = look.at
	}
	for i := range look.writes {
		look.writes[i].Read = look.reads[i]
	}
	err := s.saveLate(ctx, due, r.ID, l, look.writes)
	if err != nil || !l.Open() {
		s.lateChecks.Delete(r.ID)
		return time.Time{}, err
	}
	return s.Now().Add(s.lateInterval()), nil
}

// saveLate stores a LateWatch after a check, with the offsets that the next one is compared with.
func (s *Service) saveLate(ctx context.Context, due Due, id string, l reset.LateWatch, writes []reset.Write) error {
	return s.Store.Update(ctx, id, &due, func(tx *Tx) error {
		if !tx.Request.Late.Open() {
			return reset.ErrConflict
		}
		tx.Request.Late = &l
		tx.SetWrites(writes)
		if !l.Open() {
			tx.Log(s.entry(tx.Request, reset.Actor{}, reset.EvLateOver, "why", string(l.Why), "by", l.By))
		}
		return nil
	})
}

// recordLanded corrects the outcome of a write that was applied late, and with it the card, the audit and what may be
// undone. A partially applied or unknown outcome blocks the group from now on, whatever was settled before.
func (s *Service) recordLanded(ctx context.Context, due Due, r reset.Request, look lateReading) error {
	for i := range look.writes {
		look.writes[i].Read, look.writes[i].ReadState = look.reads[i], look.writes[i].StateAt(look.reads[i])
	}
	outcome := lateOutcome(look.writes, look.attempt.IsRollingBack())
	undone, err := s.undoneRequest(ctx, r, outcome)
	if err != nil {
		return err
	}
	hit, err := s.overwrittenReset(ctx, r, look)
	if err != nil {
		return err
	}
	err = s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		if !r.Late.Open() || slices.ContainsFunc(tx.Rivals,
			func(o reset.Request) bool { return o.State == reset.Applying }) {
			return reset.ErrConflict // another reset of the group is being written: the offsets may be its own
		}
		l := *r.Late
		l.Landed, l.Ended, l.Why, l.Suspected, l.Gap = look.at, s.Now(), reset.LateLanded, time.Time{}, look.gap
		r.Late, r.Outcome, tx.Attempt.Outcome, r.Written = &l, outcome, outcome, writtenEffect(outcome, look.writes)
		if outcome.Blocks() {
			r.Settled = nil
		}
		// the rollback that was reported as failed was applied late
		if outcome == reset.RolledBack && r.Problem != nil {
			p := *r.Problem
			p.Rollback, r.Problem = nil, &p
		}
		tx.SetWrites(look.writes)
		s.saveUndone(tx, undone)
		if hit != nil {
			tx.AlsoSave(*hit)
			tx.Log(s.entry(hit, reset.Actor{}, reset.EvOverwritten,
				append(hit.Watch.Overwritten.Facts(), "by", r.ID)...))
		}
		tx.Log(s.entry(r, reset.Actor{}, reset.EvLanded, "outcome", string(outcome), "was", string(l.Was), "partitions",
			strconv.Itoa(look.landing.at), "of", strconv.Itoa(len(look.writes))))
		return nil
	})
	if err == nil {
		s.lateChecks.Delete(r.ID)
	}
	return err
}

// overwrittenReset is the last reset of the group, overwritten by a late write; nil when there is none, or when its
// own watch is still open and sees it.
func (s *Service) overwrittenReset(ctx context.Context, r reset.Request, look lateReading) (*reset.Request, error) {
	in, _ := r.Intent()
	applied, err := s.Store.List(ctx, Filter{Group: in.Group, States: []reset.State{reset.Applied}, Limit: 100})
	if err != nil {
		return nil, err
	}
	var last *reset.Request
	for i, o := range applied {
		ours := o.ID != r.ID && o.ClusterID == r.ClusterID && o.Watch != nil && o.EndedAt.After(r.EndedAt)
		if ours && (last == nil || o.EndedAt.After(last.EndedAt)) {
			last = &applied[i]
		}
	}
	if last == nil || last.Watch.Open() {
		return nil, nil
	}
	theirs, err := s.WritesFor(ctx, last.ID)
	if err != nil {
		return nil, err
	}
	w, to := *last.Watch, make(map[reset.Partition]reset.Position, len(theirs))
	for _, x := range theirs {
		to[reset.Partition{Topic: x.Topic, Partition: x.Partition}] = x.To
	}
	for i, x := range look.writes {
		name := reset.Partition{Topic: x.Topic, Partition: x.Partition}
		if theirs, both := to[name]; both && x.ReadState == reset.WriteAtTarget && !reset.SamePosition(look.reads[i],
			theirs) && !w.Overwritten.Has(name) {
			w.Overwritten = w.Overwritten.With(
				reset.Stray{Partition: name, To: theirs, Read: look.reads[i], At: look.at})
		}
	}
	if w.Overwritten.Count() == last.Watch.Overwritten.Count() {
		return nil, nil
	}
	w.OverwrittenBy, last.Watch = r.ID, &w
	return last, nil
}

// otherWrites are what other requests have done to the group since the look before.
type otherWrites struct {
	newer      string // the last one that left its offsets
	rolledBack bool   // one wrote a part, and the offsets of before again
	busy       bool   // one is writing now, or was while Kafka was read: then the look is not used
}

// excludeOtherWrites puts what other requests have written since the previous check into Write.Read, so that their
// writes are not taken for this one.
func (s *Service) excludeOtherWrites(
	ctx context.Context, r reset.Request, writes []reset.Write, began time.Time,
) (found otherWrites, err error) {
	in, _ := r.Intent()
	others, err := s.Store.List(ctx, Filter{Group: in.Group,
		States: []reset.State{reset.Applying, reset.Applied, reset.Failed}, Limit: 100})
	if err != nil {
		return found, err
	}
	slices.SortFunc(others, func(a, b reset.Request) int { return a.EndedAt.Compare(b.EndedAt) })
	at := make(map[reset.Partition]int, len(writes))
	for i, w := range writes {
		at[reset.Partition{Topic: w.Topic, Partition: w.Partition}] = i
	}
	for _, o := range others {
		switch {
		case o.ID == r.ID || o.ClusterID != r.ClusterID || savesSchedule(o.Act):
			continue
		case o.State == reset.Applying, o.EndedAt.After(began):
			return otherWrites{busy: true}, nil
		case !o.EndedAt.After(r.Late.Base), o.Outcome == reset.Unchanged:
			continue
		case o.Outcome == reset.RolledBack:
			found.rolledBack = true
			continue
		}
		theirs, err := s.WritesFor(ctx, o.ID)
		if err != nil {
			return found, err
		}
		for _, w := range theirs {
			if i, ours := at[reset.Partition{Topic: w.Topic, Partition: w.Partition}]; ours &&
				w.ReadState != reset.WriteUnchanged {
				writes[i].Read = w.To
				if w.ReadState == reset.WriteMoved {
					writes[i].Read = w.Read
				}
			}
		}
		found.newer = o.ID
	}
	return found, nil
}

// lateWriterOf is the request whose lost write explains the offsets at which another request's partitions strayed;
// empty: none.
func (s *Service) lateWriterOf(ctx context.Context, r reset.Request, strays []reset.Stray) (string, error) {
	in, _ := r.Intent()
	failed, err := s.Store.List(ctx, Filter{Group: in.Group, States: []reset.State{reset.Failed}, Limit: 100})
	if err != nil {
		return "", err
	}
	for _, o := range failed {
		if o.ID == r.ID || o.ClusterID != r.ClusterID || o.Late == nil ||
			!o.Late.Open() && o.Late.Why != reset.LateLanded {
			continue
		}
		a, err := s.Store.LastAttempt(ctx, o.ID)
		if err != nil {
			return "", err
		}
		writes, err := s.Store.Writes(ctx, o.ID, a.N)
		if err != nil {
			return "", err
		}
		goals := map[reset.Partition]reset.Position{}
		for _, w := range writes {
			if a.Chunks[w.Chunk].Phase == reset.Sending {
				goals[reset.Partition{Topic: w.Topic, Partition: w.Partition}] = w.Position(a.Chunks[w.Chunk].Back)
			}
		}
		if !slices.ContainsFunc(strays, func(st reset.Stray) bool {
			goal, ok := goals[st.Partition]
			return !ok || !reset.SamePosition(goal, st.Read)
		}) {
			return o.ID, nil
		}
	}
	return "", nil
}

// lateWriteWarnings warns of writes to the group whose answers were lost and that may still be applied: they would
// overwrite the new one.
func (s *Service) lateWriteWarnings(ctx context.Context, r reset.Request, in reset.Intent) ([]reset.Warning, error) {
	failed, err := s.Store.List(ctx, Filter{Cluster: in.Cluster, Group: in.Group, States: []reset.State{reset.Failed},
		Limit: 100})
	var ws []reset.Warning
	for _, f := range failed {
		if f.Late.Open() && f.ID != r.ID {
			ws = append(ws, reset.Warning{Code: reset.WarnAwaited, Names: []string{f.ID}, At: f.Late.Until})
		}
	}
	return ws, err
}
