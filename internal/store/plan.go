package store

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// stepColumns are the columns of a step, in plan_rows and in writes alike.
const stepColumns = `topic, partition, topic_id, log_start, log_end, from_offset, from_metadata, from_none,
	to_offset, to_metadata, to_none, how, asked, record_at, replay, skip`

const stepCount = 16

func stepArgs(s reset.Step) []any {
	return []any{s.Topic, s.Partition, s.TopicID, s.Start, s.End, s.From.Offset, s.From.Metadata, s.From.None,
		s.To.Offset, s.To.Metadata, s.To.None, s.How, s.Asked, recordTime(s.RecordAt), s.Replay, s.Skip}
}

// stepDest is where the columns of a step are scanned to; its time is set by the caller.
func stepDest(s *reset.Step, recordAt *int64) []any {
	return []any{&s.Topic, &s.Partition, &s.TopicID, &s.Start, &s.End, &s.From.Offset, &s.From.Metadata, &s.From.None,
		&s.To.Offset, &s.To.Metadata, &s.To.None, &s.How, &s.Asked, recordAt, &s.Replay, &s.Skip}
}

// recordTime is how the time of a record is stored. Records may be dated in any year (a producer that counts in
// nanoseconds), and microseconds end in the year 294,247: later times are negative, and whole milliseconds, as Kafka
// counts. No record is dated before 1970; the first instant of 1970 is stored as its first microsecond, because 0 is
// no time.
func recordTime(t time.Time) int64 {
	switch ms := t.UnixMilli(); {
	case t.IsZero():
		return 0
	case ms == 0:
		return 1
	case ms > math.MaxInt64/1000:
		return -ms
	}
	return t.UnixMicro()
}

// recordMoment reads what recordTime wrote, in UTC.
func recordMoment(n int64) time.Time {
	switch {
	case n < 0:
		return time.UnixMilli(-n).UTC()
	case n == 1:
		return time.UnixMilli(0).UTC()
	}
	return fromMicros(n)
}

func scanStep(row scanner) (s reset.Step, err error) {
	var at int64
	err = row.Scan(stepDest(&s, &at)...)
	s.RecordAt = recordMoment(at)
	return s, err
}

// saveSteps replaces the steps of a revision.
func saveSteps(ctx context.Context, tx *sql.Tx, id string, revision int, steps []reset.Step) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM plan_rows WHERE request = ? AND revision = ?`, id,
		revision); err != nil {
		return err
	}
	return insert(ctx, tx, `INSERT INTO plan_rows (request, revision, `+stepColumns+`) VALUES `, stepCount+2,
		len(steps), func(i int) []any { return append([]any{id, revision}, stepArgs(steps[i])...) })
}

// rowsAtOnce is how many rows one INSERT carries: a plan has up to ten thousand, and SQLite takes 32,766 values.
const rowsAtOnce = 100

// insert adds n rows, many per statement.
func insert(ctx context.Context, tx *sql.Tx, into string, columns, n int, row func(int) []any) error {
	one := `(` + placeholders(columns) + `)`
	for from := 0; from < n; from += rowsAtOnce {
		upto := min(from+rowsAtOnce, n)
		args := make([]any, 0, (upto-from)*columns)
		for i := from; i < upto; i++ {
			args = append(args, row(i)...)
		}
		query := into + strings.Repeat(one+`, `, upto-from-1) + one
		if _, err := tx.ExecContext(ctx, query, args...); err != nil {
			return err
		}
	}
	return nil
}

// Steps implements engine.Store.
func (s *Store) Steps(ctx context.Context, id string, revision, offset, count int) ([]reset.Step, error) {
	steps, err := queryAll(ctx, s.readers, scanStep,
		`SELECT `+stepColumns+` FROM plan_rows WHERE request = ? AND revision = ?
		ORDER BY topic, partition LIMIT ? OFFSET ?`, id, revision, limit(count), offset)
	if err != nil {
		return nil, fmt.Errorf("steps of %s.%d: %w", id, revision, err)
	}
	return steps, nil
}

// Worst implements engine.Store. Topics come with the largest effect first.
func (s *Store) Worst(
	ctx context.Context, id string, revision, count int,
) (steps []reset.Step, topics []reset.TopicEffect, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		steps, err = queryAll(ctx, tx, scanStep,
			`SELECT `+stepColumns+` FROM plan_rows WHERE request = ? AND revision = ?
			ORDER BY replay + skip DESC, topic, partition LIMIT ?`, id, revision, limit(count))
		if err != nil {
			return err
		}
		topics, err = queryAll(ctx, tx, scanTopicEffect, `
			SELECT topic, count(*),
				sum(from_none <> to_none OR from_offset <> to_offset),
				total(replay), total(skip), sum(from_none),
				sum(how IN ('clamped to start', 'clamped to end')),
				coalesce(min(CASE WHEN record_at > 0 THEN record_at END), max(CASE WHEN record_at < 0 THEN record_at END)),
				coalesce(min(CASE WHEN record_at < 0 THEN record_at END), max(CASE WHEN record_at > 0 THEN record_at END))
			FROM plan_rows WHERE request = ? AND revision = ?
			GROUP BY topic ORDER BY total(replay) + total(skip) DESC, topic`, id, revision)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("worst steps of %s.%d: %w", id, revision, err)
	}
	return steps, topics, nil
}

func scanTopicEffect(row scanner) (t reset.TopicEffect, err error) {
	var from, upto sql.NullInt64
	var replay, skip float64
	e := &t.Effect
	err = row.Scan(&t.Topic, &e.Partitions, &e.Changed, &replay, &skip, &e.None, &e.Clamped, &from, &upto)
	e.Topics, e.From, e.Upto = 1, recordMoment(from.Int64), recordMoment(upto.Int64)
	e.Replay, e.Skip = saturated(replay), saturated(skip)
	return t, err
}

// saturated is a total of counts as reset.Total has it. SQL's sum fails where int64 ends; its total is a float, and
// exact up to 9,007,199,254,740,992 records.
func saturated(total float64) int64 {
	if total >= math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(total)
}
