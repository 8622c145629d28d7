package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/engine"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

const cardColumns = `request, channel, ts, version, shown_at, revision, revised_at, shown_seq, thread_seq, files_seq, told_seq, unshown, preview_kind, preview_team, preview_actor, preview_channel,
	preview_url, preview_replaces, preview_used, preview_until, preview_version, preview_revision`

// Card implements engine.Store.
func (s *Store) Card(ctx context.Context, id string) (engine.Card, error) {
	c, err := queryOne(ctx, s.readers, scanCard, `SELECT `+cardColumns+` FROM cards WHERE request = ?`, id)
	if errors.Is(err, reset.ErrNotFound) {
		return engine.Card{}, nil
	}
	if err != nil {
		return c, fmt.Errorf("card of request %q: %w", id, err)
	}
	return c, nil
}

func scanCard(row scanner) (c engine.Card, err error) {
	var shown, revised, until int64
	p := &c.Preview
	err = row.Scan(&c.Request, &c.Channel, &c.TS, &c.Version, &shown, &c.Revision, &revised, &c.ShownSeq, &c.ThreadSeq,
		&c.FilesSeq, &c.ToldSeq, &c.Unshown, &p.Actor.Kind, &p.Actor.Team, &p.Actor.ID, &p.Channel, &p.URL, &p.Replaces,
		&p.Used, &until, &p.Version, &p.Revision)
	c.ShownAt, c.RevisedAt, p.Until = fromMicros(shown), fromMicros(revised), fromMicros(until)
	return c, err
}

// SaveCard implements engine.Store. The preview's URL is a secret that lives as long as the preview: once the request
// has left planning and draft, the card that was shown with it for the last time is saved without it.
func (s *Store) SaveCard(ctx context.Context, c engine.Card) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		r, err := load(ctx, tx, c.Request)
		if err != nil {
			return err
		}
		p := c.Preview
		// A preview that was shown as the request was before may be saved after it has moved on: that one still needs
		// the address. Once others see the request, the update that shows it drops the address when the preview's
		// last message is said.
		if p.Version >= r.Version && r.State != reset.Planning && r.State != reset.Draft {
			p.URL = ""
		}
		_, err = tx.ExecContext(ctx, `INSERT OR REPLACE INTO cards (`+cardColumns+`) VALUES (`+placeholders(22)+`)`,
			c.Request, c.Channel, c.TS, c.Version, toMicros(c.ShownAt), c.Revision, toMicros(c.RevisedAt), c.ShownSeq,
			c.ThreadSeq, c.FilesSeq, c.ToldSeq, c.Unshown, p.Actor.Kind, p.Actor.Team, p.Actor.ID, p.Channel, p.URL,
			p.Replaces, p.Used, toMicros(p.Until), p.Version, p.Revision)
		return err
	})
	if err != nil {
		return fmt.Errorf("save card of request %q: %w", c.Request, err)
	}
	return nil
}
