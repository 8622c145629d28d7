package engine

import (
	"context"
	"slices"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// soloUndoWithin is how long after a reset one authorised person may undo it, while the group's offsets did not
// change.
const soloUndoWithin = 30 * time.Minute

// soloUndoUntil is until when an undo needs no approval. It refuses a pointless undo: when consumers have read past
// the previous position, it would only replay.
func (s *Service) soloUndoUntil(
	ctx context.Context, self, undone string, d draftResult,
) (time.Time, *reset.Problem, error) {
	old, writes, err := s.writtenBy(ctx, undone)
	if err != nil {
		return time.Time{}, nil, err
	}
	now := positionsOf(d.plan.Steps)
	if past, pointless := readPast(writes, now); pointless {
		return time.Time{}, reset.ReadPastProblem(undone, old.Outcome, past).On(d.intent.Cluster, d.intent.Group), nil
	}
	until := old.EndedAt.Add(soloUndoWithin)
	if old.Undoes != "" || !d.snap.Group.Idle() || !offsetsUntouched(writes, now) || !s.Now().Before(until) {
		return time.Time{}, nil, nil // to do again what was taken back is a reset like any other
	}
	since, err := s.resetSince(ctx, old, self)
	if since || err != nil {
		return time.Time{}, nil, err
	}
	return until, nil, nil
}

// isUntouched reports whether the group is untouched since the reset that an undo takes back: its offsets are where
// that left them, no member is there, and no other reset was begun.
func (s *Service) isUntouched(
	ctx context.Context, r reset.Request, steps []reset.Step, g reset.GroupState,
) (bool, error) {
	old, writes, err := s.writtenBy(ctx, r.Undoes)
	if err != nil || !g.Idle() || !offsetsUntouched(writes, positionsOf(steps)) {
		return false, err
	}
	since, err := s.resetSince(ctx, old, r.ID)
	return !since, err
}

// writtenBy is a request and what its last attempt wrote.
func (s *Service) writtenBy(ctx context.Context, id string) (reset.Request, []reset.Write, error) {
	old, err := s.Store.Load(ctx, id)
	if err != nil {
		return old, nil, err
	}
	a, err := s.Store.LastAttempt(ctx, id)
	if err != nil {
		return old, nil, err
	}
	writes, err := s.Store.Writes(ctx, id, a.N)
	return old, writes, err
}

// resetSince reports whether another reset of the group than self was begun since old ended, and may have written.
// Offsets that were moved there and back again look untouched.
func (s *Service) resetSince(ctx context.Context, old reset.Request, self string) (bool, error) {
	in, _ := old.Intent()
	others, err := s.Store.List(ctx, Filter{Cluster: in.Cluster, Group: in.Group,
		States: []reset.State{reset.Applying, reset.Applied, reset.Failed}, Limit: 100})
	return slices.ContainsFunc(others, func(o reset.Request) bool {
		wrote := o.State == reset.Applying || o.EndedAt.After(old.EndedAt) && o.Outcome != reset.Unchanged &&
			o.Outcome != reset.RolledBack
		_, move := o.Intent()
		return move && o.ID != old.ID && o.ID != self && wrote
	}), err
}

// positionsOf are where steps begin.
func positionsOf(steps []reset.Step) map[reset.Partition]reset.Position {
	now := make(map[reset.Partition]reset.Position, len(steps))
	for _, st := range steps {
		now[reset.Partition{Topic: st.Topic, Partition: st.Partition}] = st.From
	}
	return now
}

// offsetsUntouched reports whether every partition is still at the reset's target.
func offsetsUntouched(writes []reset.Write, now map[reset.Partition]reset.Position) bool {
	for _, w := range writes {
		if !reset.SamePosition(now[reset.Partition{Topic: w.Topic, Partition: w.Partition}], w.To) {
			return false
		}
	}
	return true
}

// readPast reports whether every partition that the reset moved back has been read past its previous position again,
// and by how much in total. An undo of a reset that skipped messages is never pointless: they would be read.
func readPast(writes []reset.Write, now map[reset.Partition]reset.Position) (past int64, pointless bool) {
	back := false
	for _, w := range writes {
		at := now[reset.Partition{Topic: w.Topic, Partition: w.Partition}]
		switch {
		case reset.SamePosition(w.From, w.To):
			continue
		case w.From.None || w.To.None || at.None, w.To.Offset > w.From.Offset, at.Offset < w.From.Offset:
			return 0, false
		}
		back = true
		past = reset.AddSaturating(past, at.Offset-w.From.Offset)
	}
	return past, back && past > 0
}

// undoneRequest is the request that r undoes, changed by r's outcome; nil when that changes nothing. Once an undo has
// written something, the undone outcome no longer blocks the group: its own does.
func (s *Service) undoneRequest(ctx context.Context, r reset.Request, outcome reset.Outcome) (*reset.Request, error) {
	if r.Undoes == "" || outcome == reset.Unchanged || outcome == reset.RolledBack {
		return nil, nil
	}
	old, err := s.Store.Load(ctx, r.Undoes)
	if err != nil {
		return nil, err
	}
	if old.Outcome.Blocks() && old.Settled == nil {
		old.Settled = &reset.Settlement{By: r.Actor, Why: "undo " + r.ID, At: s.Now()}
	}
	if !outcome.Blocks() && old.UndoneBy == "" {
		old.UndoneBy = r.ID
	}
	return &old, nil
}

// saveUndone stores the undone request, in the transaction that ends the undo.
func (s *Service) saveUndone(tx *Tx, old *reset.Request) {
	if old == nil {
		return
	}
	if w := old.Settled; w != nil && w.Why == "undo "+tx.Request.ID && w.By == tx.Request.Actor {
		tx.Log(s.entry(old, w.By, reset.EvSettled, "why", w.Why))
	}
	tx.AlsoSave(*old)
}
