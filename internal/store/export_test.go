package store

import "context"

// Pragma sets up a fault of the disk on the connection that writes.
func (s *Store) Pragma(ctx context.Context, text string) error {
	_, err := s.writer.ExecContext(ctx, "PRAGMA "+text)
	return err
}
