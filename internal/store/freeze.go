package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

const freezeColumns = `request, cluster, cluster_id, actor_kind, actor_team, actor_id, why, at`

// Freezes implements engine.Store.
func (s *Store) Freezes(ctx context.Context) ([]reset.Frozen, error) { return freezes(ctx, s.readers) }

func freezes(ctx context.Context, q querier) ([]reset.Frozen, error) {
	found, err := queryAll(ctx, q, scanFrozen, `SELECT `+freezeColumns+` FROM freezes ORDER BY at, request`)
	if err != nil {
		return nil, fmt.Errorf("read freezes: %w", err)
	}
	return found, nil
}

func scanFrozen(row scanner) (f reset.Frozen, err error) {
	var at int64
	err = row.Scan(&f.ID, &f.Cluster, &f.ClusterID, &f.By.Kind, &f.By.Team, &f.By.ID, &f.Why, &at)
	f.At = fromMicros(at)
	return f, err
}

// saveFreezes puts freezes in force and lifts others. Lifting one that is not there is ErrConflict: another person
// lifted it.
func saveFreezes(ctx context.Context, tx *sql.Tx, frozen []reset.Frozen, thawed []string) error {
	for _, f := range frozen {
		_, err := tx.ExecContext(ctx, `INSERT INTO freezes (`+freezeColumns+`) VALUES (`+placeholders(8)+`)`,
			f.ID, f.Cluster, f.ClusterID, f.By.Kind, f.By.Team, f.By.ID, f.Why, toMicros(f.At))
		if err != nil {
			return fmt.Errorf("freeze %q of %q: %w", f.ID, f.Cluster, asConflict(err))
		}
	}
	for _, id := range thawed {
		res, err := tx.ExecContext(ctx, `DELETE FROM freezes WHERE request = ?`, id)
		if err := checkRowMatched(res, err, reset.ErrConflict); err != nil {
			return fmt.Errorf("lift freeze %q: %w", id, err)
		}
	}
	return nil
}

// freezing are the freezes that were asked for and are not decided yet: recorded envelopes, and requests that have not
// put theirs in force. Only what may be written is held by them. At is when it was typed.
func freezing(ctx context.Context, q querier, r reset.Request) ([]reset.Frozen, error) {
	if _, move := r.Intent(); !move || r.State != reset.Approved {
		return nil, nil
	}
	envelopes, err := queryAll(ctx, q, scanInbox,
		`SELECT `+inboxColumns+` FROM inbox WHERE verb = ? AND decided_at = 0 ORDER BY received_at, id`,
		reset.VerbFreeze)
	if err != nil {
		return nil, err
	}
	requests, err := queryAll(ctx, q, scanRequest,
		`SELECT doc FROM requests WHERE grp = '' AND state IN ('planning', 'approved') ORDER BY created_at, id`)
	if err != nil {
		return nil, err
	}
	var out []reset.Frozen
	for _, in := range envelopes {
		out = append(out, reset.Frozen{ID: in.ID, Cluster: in.About, At: in.ReceivedAt})
	}
	for _, o := range requests {
		a, freezes := o.Act.(reset.Freeze)
		if !freezes {
			continue
		}
		at := o.CreatedAt
		in, err := queryOne(ctx, q, scanInbox, `SELECT `+inboxColumns+` FROM inbox WHERE id = ?`, o.Origin)
		switch {
		case err == nil && in.ReceivedAt.Before(at):
			at = in.ReceivedAt // what it asks for counts from when it was typed, not once more from here
		case err != nil && !errors.Is(err, reset.ErrNotFound):
			return nil, err
		}
		out = append(out, reset.Frozen{ID: o.ID, Cluster: a.Cluster, By: o.Actor, Why: a.Why, At: at})
	}
	return out, nil
}

// concerned are the requests whose audit records a freeze or a thaw: all that are open, and those that set the
// freezes in force.
func concerned(ctx context.Context, q querier, r reset.Request) ([]reset.Request, error) {
	switch r.Act.(type) {
	case reset.Freeze, reset.Thaw:
	default:
		return nil, nil
	}
	return queryAll(ctx, q, scanRequest, `SELECT doc FROM requests
		WHERE id <> ? AND (id IN (SELECT request FROM freezes)
			OR state IN ('planning', 'draft', 'pending', 'approved', 'applying'))
		ORDER BY created_at, id`, r.ID)
}

// Kafkas implements engine.Store.
func (s *Store) Kafkas(ctx context.Context) (map[string]string, error) { return kafkas(ctx, s.readers) }

func kafkas(ctx context.Context, q querier) (map[string]string, error) {
	type kafka struct{ name, id string }
	scan := func(row scanner) (k kafka, err error) {
		err = row.Scan(&k.name, &k.id)
		return k, err
	}
	found, err := queryAll(ctx, q, scan, `SELECT name, cluster_id FROM kafkas`)
	if err != nil {
		return nil, fmt.Errorf("read which kafka each name leads to: %w", err)
	}
	out := map[string]string{}
	for _, k := range found {
		out[k.name] = k.id
	}
	return out, nil
}

// Learn implements engine.Store.
func (s *Store) Learn(ctx context.Context, name, id string, at time.Time) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO kafkas (name, cluster_id, at) VALUES (?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET cluster_id = excluded.cluster_id, at = excluded.at`, name, id,
			toMicros(at))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE freezes SET cluster_id = ? WHERE cluster = ? AND cluster_id = ''`, id,
			name)
		return err
	})
	if err != nil {
		return fmt.Errorf("note which kafka %q leads to: %w", name, err)
	}
	return nil
}
