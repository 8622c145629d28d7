package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Update implements engine.Store. change must not update this store itself: it would wait for its own transaction.
//
// A change that does nothing writes nothing, and one that only sets when it is due, or moves a schedule to its next
// run, does not raise the version: thousands of cards are not edited at each run to show the next five. A schedule
// that has ended, or is paused, is shown, and one whose card was found to be of the past (Redraw).
func (s *Store) Update(ctx context.Context, id string, hold *engine.Due, change func(*engine.Tx) error) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		if hold != nil {
			if err := checkClaim(ctx, tx, *hold); err != nil {
				return err
			}
		}
		view, err := loadTx(ctx, tx, id)
		if err != nil {
			return err
		}
		before, err := copyState(view)
		if err != nil {
			return err
		}
		if err := change(view); err != nil {
			return err
		}
		after, err := copyState(view)
		if err != nil {
			return err
		}
		if view.Request.ID != id {
			return fmt.Errorf("update of request %q: its id became %q", id, view.Request.ID)
		}
		return write(ctx, tx, view, before.changes(after), hold)
	})
}

// loadTx fills the part of a Tx that a change sees.
func loadTx(ctx context.Context, q querier, id string) (*engine.Tx, error) {
	r, err := load(ctx, q, id)
	if err != nil {
		return nil, err
	}
	view := &engine.Tx{Request: &r}
	if view.Votes, err = votes(ctx, q, id, r.Revision); err != nil {
		return nil, fmt.Errorf("votes on request %q: %w", id, err)
	}
	if view.Rivals, err = rivals(ctx, q, r); err != nil {
		return nil, fmt.Errorf("rivals of request %q: %w", id, err)
	}
	if view.Freezes, err = freezes(ctx, q); err != nil {
		return nil, err
	}
	if view.Freezing, err = freezing(ctx, q, r); err != nil {
		return nil, fmt.Errorf("freezes that were asked for: %w", err)
	}
	if view.Kafkas, err = kafkas(ctx, q); err != nil {
		return nil, err
	}
	if view.Concerned, err = concerned(ctx, q, r); err != nil {
		return nil, fmt.Errorf("what %q concerns: %w", id, err)
	}
	if view.Undecided, err = undecided(ctx, q, id); err != nil {
		return nil, fmt.Errorf("envelopes about request %q: %w", id, err)
	}
	if view.Schedule, err = scheduleOf(ctx, q, r); err != nil {
		return nil, err
	}
	if sc := view.Schedule; sc != nil && r.Run != nil { // what is about the schedule is about its runs
		for _, name := range slices.Compact(slices.Sorted(slices.Values([]string{sc.ID, sc.Label(), sc.Request}))) {
			acts, err := undecided(ctx, q, name)
			if err != nil {
				return nil, fmt.Errorf("envelopes about schedule %q: %w", name, err)
			}
			view.Undecided = append(view.Undecided, acts...)
		}
	}
	last, err := lastAttempt(ctx, q, id)
	if errors.Is(err, reset.ErrNotFound) {
		return view, nil
	}
	view.Attempt = &last
	return view, err
}

// txState is what can change in place while a change runs.
type txState struct {
	request, attempt, schedule []byte
	status                     reset.Status
}

func copyState(view *engine.Tx) (m txState, err error) {
	if m.request, err = json.Marshal(view.Request); err != nil {
		return m, err
	}
	if m.attempt, err = json.Marshal(view.Attempt); err != nil {
		return m, err
	}
	if view.Schedule != nil {
		m.status = view.Schedule.Status
	}
	m.schedule, err = json.Marshal(view.Schedule)
	return m, err
}

// txChanges records which of them changed.
type txChanges struct{ request, attempt, schedule, status bool }

func (m txState) changes(after txState) txChanges {
	return txChanges{!bytes.Equal(m.request, after.request), !bytes.Equal(m.attempt, after.attempt),
		!bytes.Equal(m.schedule, after.schedule), m.status != after.status}
}

// write stores what a change did.
func write(ctx context.Context, tx *sql.Tx, view *engine.Tx, was txChanges, hold *engine.Due) error {
	done := view.Done()
	r := *view.Request
	visible := was.request || was.attempt || was.status || done.Planned || done.Begun != nil || done.Redraw ||
		len(done.Votes)+len(done.Dropped)+len(done.Changed)+len(done.Entries)+len(done.Others)+
			len(done.Frozen)+len(done.Thawed) > 0
	if !visible && !was.schedule && len(done.Made) == 0 && !done.Recheck && !done.Watches {
		return nil
	}
	if visible {
		r.Version++
		if err := saveRequest(ctx, tx, r); err != nil {
			return err
		}
		if err := writeParts(ctx, tx, r, view.Attempt, was.attempt, done); err != nil {
			return fmt.Errorf("save request %q: %w", r.ID, err)
		}
	}
	if was.schedule && view.Schedule != nil {
		if err := writeSchedule(ctx, tx, *view.Schedule, hold != nil && hold.Kind == engine.DueSchedule); err != nil {
			return err
		}
	}
	for _, o := range done.Others {
		if err := saveOther(ctx, tx, o); err != nil {
			return err
		}
	}
	for _, n := range done.Made {
		if _, err := create(ctx, tx, n.Request, n.Entries); err != nil && !errors.Is(err, errKnown) {
			return fmt.Errorf("make request %q: %w", n.Request.ID, err)
		}
	}
	if r.Run != nil && !r.State.Open() && was.request { // its schedule learns how it ended
		if err := makeDue(ctx, tx, engine.DueSchedule, r.Run.Schedule, clusterOf(r), atOnce); err != nil {
			return err
		}
	}
	if done.Watches {
		if err := makeDue(ctx, tx, engine.DueWatch, r.ID, clusterOf(r), done.Watch); err != nil {
			return err
		}
	}
	switch {
	case done.Recheck:
		return makeDue(ctx, tx, engine.DueRequest, r.ID, clusterOf(r), done.RecheckAt)
	case hold != nil, done.Aside:
		return nil // its Release sets when it is due; and what changed nothing leaves that as it is
	case r.State.Open():
		return makeDue(ctx, tx, engine.DueRequest, r.ID, clusterOf(r), atOnce)
	}
	_, err := tx.ExecContext(ctx, `UPDATE due SET at = NULL WHERE kind = ? AND id = ? AND owner = ''`,
		engine.DueRequest, r.ID)
	return err
}

// writeParts stores everything of a change that has a table of its own.
func writeParts(
	ctx context.Context, tx *sql.Tx, r reset.Request, last *reset.Attempt, lastChanged bool, done engine.Done,
) error {
	if done.Planned {
		if err := saveSteps(ctx, tx, r.ID, r.Revision, done.Steps); err != nil {
			return err
		}
	}
	if err := dropVotes(ctx, tx, r.ID, done.Dropped); err != nil {
		return err
	}
	if err := addVotes(ctx, tx, r.ID, done.Votes); err != nil {
		return err
	}
	if lastChanged && last != nil {
		if err := saveAttempt(ctx, tx, r.ID, *last); err != nil {
			return err
		}
	}
	if done.Begun != nil {
		if err := beginAttempt(ctx, tx, r.ID, *done.Begun, done.Writes); err != nil {
			return err
		}
		last = done.Begun
	}
	if err := saveWrites(ctx, tx, r.ID, last, done.Changed); err != nil {
		return err
	}
	if err := saveFreezes(ctx, tx, done.Frozen, done.Thawed); err != nil {
		return err
	}
	return logEntries(ctx, tx, r.ID, done.Entries)
}

// saveOther stores another request in the update of a request.
func saveOther(ctx context.Context, tx *sql.Tx, o reset.Request) error {
	if _, err := load(ctx, tx, o.ID); err != nil {
		return err // only Create creates a request
	}
	o.Version++
	if err := saveRequest(ctx, tx, o); err != nil {
		return err
	}
	return makeDue(ctx, tx, engine.DueRequest, o.ID, clusterOf(o), atOnce)
}
