package engine

import (
	"context"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// soloUndoWithin is how long after a reset one authorised person may undo it, while the group's offsets did not
// change.
const soloUndoWithin = 30 * time.Minute

// soloUndoUntil is until when an undo needs no approval. It refuses a pointless undo: when consumers have read past
// the previous position, it would only replay.
func (s *Service) soloUndoUntil(ctx context.Context, undone string, d draftResult) (time.Time, *reset.Problem, error) {
	old, err := s.Store.Load(ctx, undone)
	if err != nil {
		return time.Time{}, nil, err
	}
	a, err := s.Store.LastAttempt(ctx, undone)
	if err != nil {
		return time.Time{}, nil, err
	}
	writes, err := s.Store.Writes(ctx, undone, a.N)
	if err != nil {
		return time.Time{}, nil, err
	}
	now := make(map[reset.Partition]reset.Position, len(d.plan.Steps))
	for _, st := range d.plan.Steps {
		now[reset.Partition{Topic: st.Topic, Partition: st.Partition}] = st.From
	}
	if past, pointless := readPast(writes, now); pointless {
		return time.Time{}, reset.ReadPastProblem(undone, old.Outcome, past).On(d.intent.Cluster, d.intent.Group), nil
	}
	until := old.EndedAt.Add(soloUndoWithin)
	if !d.snap.Group.Idle() || !offsetsUntouched(writes, now) || !s.Now().Before(until) {
		return time.Time{}, nil, nil
	}
	return until, nil, nil
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
