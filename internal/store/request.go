package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// requestColumns are all columns of a request but its id and its document, in the order of row.
var requestColumns = []string{"version", "revision", "state", "outcome", "origin", "cluster", "cluster_id", "grp",
	"actor_kind", "actor_team", "actor_id", "undoes", "settled", "settled_by", "settled_why", "settled_at",
	"empty_since", "created_at", "deadline", "ended_at"}

// updateRequestSQL is the one statement that sets a request's state, when it is created (version 1) and after.
var updateRequestSQL = func() string {
	set := make([]string, len(requestColumns))
	for i, c := range requestColumns {
		set[i] = c + " = excluded." + c
	}
	return `INSERT INTO requests (id, doc, ` + strings.Join(requestColumns, ", ") + `) VALUES (` +
		placeholders(len(requestColumns)+2) + `)
		ON CONFLICT (id) DO UPDATE SET doc = excluded.doc, ` + strings.Join(set, ", ") + `
		WHERE requests.version = excluded.version - 1`
}()

// requestRow is a request as its columns and its document. Both are made here and nowhere else.
func requestRow(r reset.Request) ([]any, error) {
	doc, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	in, _ := r.Intent()
	settled, by := reset.Settlement{}, ""
	if r.Settled != nil {
		settled, by = *r.Settled, r.Settled.By.ID
	}
	return []any{r.ID, string(doc), r.Version, r.Revision, r.State, r.Outcome, r.Origin, in.Cluster, r.ClusterID,
		in.Group, r.Actor.Kind, r.Actor.Team, r.Actor.ID, r.Undoes, r.Settled != nil, by, settled.Why,
		toMicros(settled.At), toMicros(r.Observation.EmptySince), toMicros(r.CreatedAt), toMicros(r.Deadline),
		toMicros(r.EndedAt)}, nil
}

// saveRequest writes a request with its version one higher than in the store: ErrConflict when it is not, or when an
// index or a trigger refuses it. Its card is due.
func saveRequest(ctx context.Context, tx *sql.Tx, r reset.Request) error {
	args, err := requestRow(r)
	if err == nil {
		var res sql.Result
		res, err = tx.ExecContext(ctx, updateRequestSQL, args...)
		err = checkRowMatched(res, asConflict(err), reset.ErrConflict)
	}
	if err != nil {
		return fmt.Errorf("save request %q as %s: %w", r.ID, r.State, err)
	}
	return makeDue(ctx, tx, engine.DueCard, r.ID, clusterOf(r), atOnce)
}

func clusterOf(r reset.Request) string {
	in, _ := r.Intent()
	return in.Cluster
}

func scanRequest(row scanner) (r reset.Request, err error) {
	var doc []byte
	if err := row.Scan(&doc); err != nil {
		return r, err
	}
	err = json.Unmarshal(doc, &r)
	r.FromEarlier()
	return r, err
}

// Create implements engine.Store. An id that is taken by another origin is ErrConflict: try again with another id.
func (s *Store) Create(ctx context.Context, r reset.Request, entries []reset.Entry) (reset.Request, bool, error) {
	err := s.write(ctx, func(tx *sql.Tx) (err error) {
		r, err = create(ctx, tx, r, entries)
		return err
	})
	if errors.Is(err, errKnown) {
		return r, false, nil
	}
	if err != nil {
		return reset.Request{}, false, fmt.Errorf("create request: %w", err)
	}
	return r, true, nil
}

// create is how a request is born. When its origin already has one, that one is returned with errKnown.
func create(ctx context.Context, tx *sql.Tx, r reset.Request, entries []reset.Entry) (reset.Request, error) {
	known, err := queryOne(ctx, tx, scanRequest, `SELECT doc FROM requests WHERE origin = ?`, r.Origin)
	if err == nil {
		return known, errKnown
	}
	if !errors.Is(err, reset.ErrNotFound) {
		return r, err
	}
	if err := undoable(ctx, tx, r.Undoes); err != nil {
		return r, err
	}
	r.Version = 1
	if err := saveRequest(ctx, tx, r); err != nil {
		return r, err
	}
	if err := logEntries(ctx, tx, r.ID, entries); err != nil {
		return r, err
	}
	return r, makeDue(ctx, tx, engine.DueRequest, r.ID, clusterOf(r), atOnce)
}

// undoable refuses a second undo with a problem. The index one_undo would refuse it too.
func undoable(ctx context.Context, q querier, undone string) error {
	if undone == "" {
		return nil
	}
	undo, err := queryOne(ctx, q, scanRequest, `SELECT doc FROM requests WHERE undoes = ?
		AND state IN ('planning', 'draft', 'pending', 'approved', 'applying', 'applied')`, undone)
	if errors.Is(err, reset.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return reset.UndoneProblem(undone, undo)
}

// Load implements engine.Store.
func (s *Store) Load(ctx context.Context, id string) (reset.Request, error) {
	return load(ctx, s.readers, id)
}

func load(ctx context.Context, q querier, id string) (reset.Request, error) {
	r, err := queryOne(ctx, q, scanRequest, `SELECT doc FROM requests WHERE id = ?`, id)
	if err != nil {
		return r, fmt.Errorf("request %q: %w", id, err)
	}
	return r, nil
}

// rivals are the other requests of r's group that matter before it may write: see engine.Tx. Two clusters are the
// same when their Kafka cluster ids are, or, as long as one of them is not known, when their names are.
func rivals(ctx context.Context, q querier, r reset.Request) ([]reset.Request, error) {
	in, ok := r.Intent()
	if !ok {
		return nil, nil
	}
	return queryAll(ctx, q, scanRequest, `
		SELECT doc FROM requests WHERE grp = ? AND id <> ?
			AND state IN ('draft', 'approved', 'applying', 'failed') AND (state <> 'failed' OR id IN (SELECT id FROM blocking))
			AND (cluster_id = ? OR cluster_id = '' OR ? = '') AND (cluster = ? OR cluster_id <> '' AND cluster_id = ?)
		ORDER BY created_at, id`, in.Group, r.ID, r.ClusterID, r.ClusterID, in.Cluster, r.ClusterID)
}

// List implements engine.Store.
func (s *Store) List(ctx context.Context, f engine.Filter) ([]reset.Request, error) {
	where, args := conditions(f)
	found, err := queryAll(ctx, s.readers, scanRequest, `SELECT doc FROM requests WHERE `+where+
		` ORDER BY created_at DESC, id LIMIT ?`, append(args, limit(f.Limit))...)
	if err != nil {
		return nil, fmt.Errorf("list requests: %w", err)
	}
	return found, nil
}

// shownSQL is Request.Asked, as the index requests_shown has it.
const shownSQL = `doc ->> '$.Asked'`

// conditions are a filter as SQL.
func conditions(f engine.Filter) (string, []any) {
	var where []string
	var args []any
	narrow := func(on bool, cond string, vals ...any) {
		if on {
			where = append(where, cond)
			args = append(args, vals...)
		}
	}
	narrow(true, `1 = 1`)
	narrow(f.Cluster != "", `cluster = ?`, f.Cluster)
	narrow(f.Group != "", `grp = ?`, f.Group)
	narrow(f.Origin != "", `origin = ?`, f.Origin)
	narrow(f.Undoes != "", `undoes = ?`, f.Undoes)
	none := reset.Actor{}
	const isActor = `actor_kind = ? AND actor_team = ? AND actor_id = ?`
	narrow(f.Actor != none, isActor, f.Actor.Kind, f.Actor.Team, f.Actor.ID)
	narrow(f.Person != none, `(`+isActor+` OR id IN (SELECT request FROM votes WHERE `+isActor+`))`,
		f.Person.Kind, f.Person.Team, f.Person.ID, f.Person.Kind, f.Person.Team, f.Person.ID)
	narrow(f.Shown && f.Own == none, shownSQL)
	narrow(f.Shown && f.Own != none, `(`+shownSQL+` OR `+isActor+` AND doc ->> '$.Form' IS NULL)`,
		f.Own.Kind, f.Own.Team, f.Own.ID)
	narrow(!f.Since.IsZero(), `(ended_at = 0 OR ended_at >= ?)`, toMicros(f.Since))
	narrow(!f.Until.IsZero(), `created_at < ?`, toMicros(f.Until))
	at := toMicros(f.Before.At)
	narrow(at != 0, `created_at <= ? AND (created_at < ? OR id > ?)`, at, at, f.Before.ID)
	states := make([]any, len(f.States))
	for i, st := range f.States {
		states[i] = st
	}
	narrow(len(states) > 0, `state IN (`+placeholders(len(states))+`)`, states...)
	return strings.Join(where, " AND "), args
}

// People implements engine.Store.
func (s *Store) People(ctx context.Context, most int) ([]reset.Actor, error) {
	found, err := queryAll(ctx, s.readers, func(row scanner) (a reset.Actor, err error) {
		var last int64
		return a, row.Scan(&a.Kind, &a.Team, &a.ID, &last)
	}, `SELECT actor_kind, actor_team, actor_id, max(created_at) AS last FROM requests
		GROUP BY actor_kind, actor_team, actor_id ORDER BY last DESC LIMIT ?`, limit(most))
	if err != nil {
		return nil, fmt.Errorf("list who asked: %w", err)
	}
	return found, nil
}
