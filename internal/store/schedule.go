package store

import (
	"context"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Schedules implements reset.Store.
func (s *Store) Schedules(ctx context.Context, f reset.ScheduleFilter) ([]reset.Schedule, error) {
	return nil, nil
}
