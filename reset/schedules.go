package reset

import (
	"context"
	"errors"
)

var errSoon = errors.New("not built yet")

// SyncSchedules makes the schedules of the configuration file those that are stored: new and changed ones are saved (each by a
// request that anybody can see), those that are gone are removed.
func (s *Service) SyncSchedules(ctx context.Context, file []Schedule) error { return errSoon }

// Schedules lists the schedules that somebody may view, by name.
func (s *Service) Schedules(ctx context.Context, a Actor, channel, cluster, group string) ([]Schedule, error) {
	return nil, errSoon
}

// ScheduleStory tells of a schedule, by id or name: what comes, and what was.
func (s *Service) ScheduleStory(ctx context.Context, a Actor, channel, name string) (ScheduleStory, error) {
	return ScheduleStory{}, errSoon
}

// Pause stops a schedule, and the run that it has announced. Ref.ID is the schedule's id or name.
func (s *Service) Pause(ctx context.Context, d Decision) (Reply, error) { return Reply{}, errSoon }

// Resume lets a paused schedule run again, while what was agreed to still stands.
func (s *Service) Resume(ctx context.Context, d Decision) (Reply, error) { return Reply{}, errSoon }

// Remove ends a schedule for good, and the run that it has announced.
func (s *Service) Remove(ctx context.Context, d Decision) (Reply, error) { return Reply{}, errSoon }

// SkipNext leaves the next run out: the announced one, or the one that comes. Ref.ID is a schedule's id or name, or a run's request.
func (s *Service) SkipNext(ctx context.Context, d Decision) (Reply, error) { return Reply{}, errSoon }

// Delay puts an announced run off by an hour. Ref.ID is the run's request.
func (s *Service) Delay(ctx context.Context, d Decision) (Reply, error) { return Reply{}, errSoon }

// RunNow begins an announced run at once (Ref.ID is its request), or makes a run beside the plan (a schedule's id or name).
func (s *Service) RunNow(ctx context.Context, d Decision) (Reply, error) { return Reply{}, errSoon }
