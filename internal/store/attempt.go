package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// beginAttempt stores a new attempt with its writes. Where the offsets were (From) never changes afterwards.
func beginAttempt(ctx context.Context, tx *sql.Tx, id string, a reset.Attempt, writes []reset.Write) error {
	effect, err := json.Marshal(a.Effect)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO attempts
		(request, n, fence, revision, started_at, read_at, ended_at, outcome, effect, gone, extra_parts) VALUES (`+
		placeholders(11)+`)`,
		id, a.N, a.Fence, a.Revision, toMicros(a.StartedAt), toMicros(a.ReadAt), toMicros(a.EndedAt), a.Outcome,
		string(effect), a.Gone, a.ExtraParts)
	if err != nil {
		return fmt.Errorf("begin attempt %d: %w", a.N, asConflict(err))
	}
	if err := saveChunks(ctx, tx, id, a); err != nil {
		return err
	}
	return insert(ctx, tx,
		`INSERT INTO writes (request, attempt, chunk, written, rejected, detail, stands, read_offset, read_metadata,
		read_none, `+stepColumns+`) VALUES `, stepCount+10, len(writes), func(i int) []any {
			return append(append([]any{id, a.N}, knownArgs(writes[i])...), stepArgs(writes[i].Step)...)
		})
}

// saveAttempt stores the state of an attempt.
func saveAttempt(ctx context.Context, tx *sql.Tx, id string, a reset.Attempt) error {
	effect, err := json.Marshal(a.Effect)
	if err != nil {
		return err
	}
	res, err := tx.ExecContext(ctx,
		`UPDATE attempts SET fence = ?, revision = ?, started_at = ?, read_at = ?, ended_at = ?, outcome = ?, effect = ?,
		gone = ?, extra_parts = ? WHERE request = ? AND n = ?`,
		a.Fence, a.Revision, toMicros(a.StartedAt), toMicros(a.ReadAt), toMicros(a.EndedAt), a.Outcome, string(effect),
		a.Gone, a.ExtraParts, id, a.N)
	if err := checkRowMatched(res, err, reset.ErrNotFound); err != nil {
		return fmt.Errorf("attempt %d: %w", a.N, err)
	}
	return saveChunks(ctx, tx, id, a)
}

func saveChunks(ctx context.Context, tx *sql.Tx, id string, a reset.Attempt) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM chunks WHERE request = ? AND attempt = ?`, id, a.N); err != nil {
		return err
	}
	return insert(ctx, tx, `INSERT INTO chunks (request, attempt, n, phase, sent_at, deletes, back) VALUES `, 7,
		len(a.Chunks),
		func(i int) []any {
			c := a.Chunks[i]
			return []any{id, a.N, c.N, c.Phase, toMicros(c.SentAt), c.Delete, c.Back}
		})
}

// knownArgs are the columns of a write that change after it was created.
func knownArgs(w reset.Write) []any {
	return []any{w.Chunk, w.Result.Written, w.Result.Rejected, w.Result.Detail, w.ReadState, w.Read.Offset,
		w.Read.Metadata, w.Read.None}
}

// saveWrites stores the current state of writes of an attempt.
func saveWrites(ctx context.Context, tx *sql.Tx, id string, a *reset.Attempt, writes []reset.Write) error {
	if len(writes) == 0 {
		return nil
	}
	if a == nil {
		return errors.New("writes without an attempt")
	}
	stmt, err := tx.PrepareContext(ctx, `UPDATE writes SET chunk = ?, written = ?, rejected = ?, detail = ?, stands = ?,
		read_offset = ?, read_metadata = ?, read_none = ? WHERE request = ? AND attempt = ? AND topic = ? AND partition = ?`)
	if err != nil {
		return err
	}
	defer stmt.Close()
	for _, w := range writes {
		res, err := stmt.ExecContext(ctx, append(knownArgs(w), id, a.N, w.Topic, w.Partition)...)
		if err := checkRowMatched(res, err, reset.ErrNotFound); err != nil {
			return fmt.Errorf("write of %s-%d in attempt %d: %w", w.Topic, w.Partition, a.N, err)
		}
	}
	return nil
}

// LastAttempt implements engine.Store.
func (s *Store) LastAttempt(ctx context.Context, id string) (a reset.Attempt, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		a, err = lastAttempt(ctx, tx, id)
		return err
	})
	return a, err
}

func lastAttempt(ctx context.Context, q querier, id string) (reset.Attempt, error) {
	a, err := queryOne(ctx, q, scanAttempt,
		`SELECT request, n, fence, revision, started_at, read_at, ended_at, outcome, effect, gone, extra_parts
		FROM attempts WHERE request = ? ORDER BY n DESC LIMIT 1`, id)
	if err == nil {
		a.Chunks, err = queryAll(ctx, q, scanChunk,
			`SELECT n, phase, sent_at, deletes, back FROM chunks WHERE request = ? AND attempt = ? ORDER BY n`, id, a.N)
	}
	if err != nil {
		return a, fmt.Errorf("last attempt of request %q: %w", id, err)
	}
	return a, nil
}

func scanAttempt(row scanner) (a reset.Attempt, err error) {
	var started, read, ended int64
	var effect []byte
	err = row.Scan(&a.Request, &a.N, &a.Fence, &a.Revision, &started, &read, &ended, &a.Outcome, &effect, &a.Gone,
		&a.ExtraParts)
	if err != nil {
		return a, err
	}
	a.StartedAt, a.ReadAt, a.EndedAt = fromMicros(started), fromMicros(read), fromMicros(ended)
	return a, json.Unmarshal(effect, &a.Effect)
}

func scanChunk(row scanner) (c reset.ChunkState, err error) {
	var sent int64
	err = row.Scan(&c.N, &c.Phase, &sent, &c.Delete, &c.Back)
	c.SentAt = fromMicros(sent)
	return c, err
}

// Writes implements engine.Store.
func (s *Store) Writes(ctx context.Context, id string, attempt int) ([]reset.Write, error) {
	writes, err := queryAll(ctx, s.readers, scanWrite,
		`SELECT chunk, written, rejected, detail, stands, read_offset, read_metadata,
		read_none, `+stepColumns+` FROM writes WHERE request = ? AND attempt = ? ORDER BY topic, partition`, id,
		attempt)
	if err != nil {
		return nil, fmt.Errorf("writes of attempt %d of request %q: %w", attempt, id, err)
	}
	return writes, nil
}

// Counts implements engine.Store.
func (s *Store) Counts(ctx context.Context, id string, attempt int) (map[reset.WriteState]int, error) {
	type count struct {
		state reset.WriteState
		n     int
	}
	counts, err := queryAll(ctx, s.readers, func(row scanner) (c count, err error) {
		return c, row.Scan(&c.state, &c.n)
	}, `SELECT stands, count(*) FROM writes WHERE request = ? AND attempt = ? GROUP BY stands`, id, attempt)
	if err != nil {
		return nil, fmt.Errorf("count the writes of attempt %d of request %q: %w", attempt, id, err)
	}
	out := make(map[reset.WriteState]int, len(counts))
	for _, c := range counts {
		out[c.state] = c.n
	}
	return out, nil
}

func scanWrite(row scanner) (w reset.Write, err error) {
	var at int64
	known := []any{&w.Chunk, &w.Result.Written, &w.Result.Rejected, &w.Result.Detail, &w.ReadState,
		&w.Read.Offset, &w.Read.Metadata, &w.Read.None}
	err = row.Scan(append(known, stepDest(&w.Step, &at)...)...)
	w.RecordAt = recordMoment(at)
	return w, err
}
