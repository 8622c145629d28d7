package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// logEntries appends to the audit. An entry that names no request is about this one. Triggers refuse to change it
// later.
func logEntries(ctx context.Context, tx *sql.Tx, id string, entries []reset.Entry) error {
	for _, e := range entries {
		if e.Request == "" {
			e.Request = id
		}
		facts, err := json.Marshal(e.Facts)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx,
			`INSERT INTO audit (at, request, revision, actor_kind, actor_team, actor_id, event, facts)
			VALUES (`+placeholders(8)+`)`, toMicros(e.At), e.Request, e.Revision, e.Actor.Kind, e.Actor.Team,
			e.Actor.ID, e.Event, string(facts))
		if err != nil {
			return fmt.Errorf("audit %q: %w", e.Event, err)
		}
	}
	return nil
}

// Audit implements engine.Store.
func (s *Store) Audit(ctx context.Context, id string, after int64) ([]reset.Entry, error) {
	entries, err := queryAll(ctx, s.readers, scanEntry,
		`SELECT seq, at, request, revision, actor_kind, actor_team, actor_id, event, facts
		FROM audit WHERE request = ? AND seq > ? ORDER BY seq`, id, after)
	if err != nil {
		return nil, fmt.Errorf("audit of request %q: %w", id, err)
	}
	return entries, nil
}

func scanEntry(row scanner) (e reset.Entry, err error) {
	var at int64
	var facts []byte
	err = row.Scan(&e.Seq, &at, &e.Request, &e.Revision, &e.Actor.Kind, &e.Actor.Team, &e.Actor.ID, &e.Event, &facts)
	if err != nil {
		return e, err
	}
	e.At = fromMicros(at)
	return e, json.Unmarshal(facts, &e.Facts)
}

// Votes implements engine.Store.
func (s *Store) Votes(ctx context.Context, id string, revision int) ([]reset.Vote, error) {
	v, err := votes(ctx, s.readers, id, revision)
	if err != nil {
		return nil, fmt.Errorf("votes on request %q: %w", id, err)
	}
	return v, nil
}

func votes(ctx context.Context, q querier, id string, revision int) ([]reset.Vote, error) {
	return queryAll(ctx, q, scanVote,
		`SELECT request, revision, digest, actor_kind, actor_team, actor_id, rule, principal, at FROM votes
		WHERE request = ? AND revision = ? ORDER BY at, actor_kind, actor_team, actor_id`, id, revision)
}

func scanVote(row scanner) (v reset.Vote, err error) {
	var at int64
	err = row.Scan(&v.Request, &v.Revision, &v.Digest, &v.Actor.Kind, &v.Actor.Team, &v.Actor.ID, &v.Rule,
		&v.Principal, &at)
	v.At = fromMicros(at)
	return v, err
}

// dropVotes removes votes that no longer count: their voters may vote again.
func dropVotes(ctx context.Context, tx *sql.Tx, id string, votes []reset.Vote) error {
	for _, v := range votes {
		_, err := tx.ExecContext(ctx, `DELETE FROM votes
			WHERE request = ? AND revision = ? AND actor_kind = ? AND actor_team = ? AND actor_id = ?`,
			id, v.Revision, v.Actor.Kind, v.Actor.Team, v.Actor.ID)
		if err != nil {
			return fmt.Errorf("drop the vote of %q: %w", v.Actor.ID, err)
		}
	}
	return nil
}

// addVotes adds votes. A second one by the same person is ErrConflict and rolls back the whole update: the vote must
// not count twice.
func addVotes(ctx context.Context, tx *sql.Tx, id string, votes []reset.Vote) error {
	for _, v := range votes {
		_, err := tx.ExecContext(ctx,
			`INSERT INTO votes (request, revision, digest, actor_kind, actor_team, actor_id, rule, principal, at)
			VALUES (`+placeholders(9)+`)`, id, v.Revision, v.Digest, v.Actor.Kind, v.Actor.Team, v.Actor.ID, v.Rule,
			v.Principal, toMicros(v.At))
		if err != nil {
			return fmt.Errorf("vote of %q: %w", v.Actor.ID, asConflict(err))
		}
	}
	return nil
}
