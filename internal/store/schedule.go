package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// updateScheduleSQL is the one statement that writes a schedule, when it is created (version 1) and after.
const updateScheduleSQL = `INSERT INTO schedules (id, name, version, status, source, cluster, grp, request, doc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (id) DO UPDATE SET name = excluded.name, version = excluded.version, status = excluded.status,
		source = excluded.source,
		cluster = excluded.cluster, grp = excluded.grp, request = excluded.request, doc = excluded.doc
	WHERE schedules.version = excluded.version - 1`

// writeSchedule stores a schedule with its version one higher than in the store: ErrConflict when it is not, or when
// its name is taken. It is due, unless the writer holds its claim and sets the time by Release.
func writeSchedule(ctx context.Context, tx *sql.Tx, sc reset.Schedule, held bool) error {
	sc.Version++
	doc, err := json.Marshal(sc)
	if err != nil {
		return err
	}
	in := sc.Intent
	res, err := tx.ExecContext(ctx, updateScheduleSQL, sc.ID, sc.Label(), sc.Version, sc.Status, sc.Source, in.Cluster,
		in.Group, sc.Request, string(doc))
	if err := checkRowMatched(res, asConflict(err), reset.ErrConflict); err != nil {
		return fmt.Errorf("save schedule %q: %w", sc.ID, err)
	}
	if held {
		return nil
	}
	return makeDue(ctx, tx, engine.DueSchedule, sc.ID, in.Cluster, atOnce)
}

// scheduleOf is the schedule that a request makes, changes or has made, or that it is a run of; nil when there is none
// (yet).
func scheduleOf(ctx context.Context, q querier, r reset.Request) (*reset.Schedule, error) {
	var id string
	switch a, saves := r.Act.(reset.SaveSchedule); {
	case saves:
		id = cmp.Or(a.Schedule.ID, r.ID)
	case r.Run != nil:
		id = r.Run.Schedule
	default:
		return nil, nil
	}
	sc, err := queryOne(ctx, q, scanSchedule, `SELECT doc FROM schedules WHERE id = ?`, id)
	if errors.Is(err, reset.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("schedule %q: %w", id, err)
	}
	return &sc, nil
}

func scanSchedule(row scanner) (sc reset.Schedule, err error) {
	var doc []byte
	if err := row.Scan(&doc); err != nil {
		return sc, err
	}
	err = json.Unmarshal(doc, &sc)
	sc.FromEarlier()
	return sc, err
}

// Schedules implements engine.Store.
func (s *Store) Schedules(ctx context.Context, f reset.ScheduleFilter) ([]reset.Schedule, error) {
	where, args := []string{`1 = 1`}, []any{}
	for _, c := range []struct {
		column, value string
	}{{"id", f.ID}, {"name", f.Name}, {"cluster", f.Cluster}, {"grp", f.Group}, {"source", string(f.Source)}} {
		if c.value != "" {
			where, args = append(where, c.column+` = ?`), append(args, c.value)
		}
	}
	if f.Kept {
		where = append(where, `status <> 'removed'`)
	}
	found, err := queryAll(ctx, s.readers, scanSchedule,
		`SELECT doc FROM schedules WHERE `+strings.Join(where, " AND ")+` ORDER BY name, id LIMIT ?`,
		append(args, limit(f.Limit))...)
	if err != nil {
		return nil, fmt.Errorf("list schedules: %w", err)
	}
	return found, nil
}
