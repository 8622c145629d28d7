package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// shownRuns is how many runs, past and to come, are told of a schedule.
const shownRuns, upcomingRuns = 20, 5

// Schedules lists the schedules that somebody may view, by name.
func (s *Service) Schedules(
	ctx context.Context, a reset.Actor, channel, cluster, group string,
) ([]reset.Schedule, error) {
	all, err := s.Store.Schedules(ctx, reset.ScheduleFilter{Cluster: cluster, Group: group, Kept: true})
	if err != nil {
		return nil, fmt.Errorf("list schedules: %w", err)
	}
	var later *reset.Later
	seen := slices.DeleteFunc(all, func(sc reset.Schedule) bool {
		if later != nil {
			return true
		}
		_, err := s.viewRuling(ctx, a, channel, sc.Intent.Cluster, sc.Intent.Group)
		errors.As(err, &later)
		return err != nil
	})
	if later != nil {
		return nil, later // a list that leaves out what could not be judged would say that nothing is there
	}
	return seen, nil
}

// ScheduleStory tells of a schedule, by id or name: what comes, and what was.
func (s *Service) ScheduleStory(ctx context.Context, a reset.Actor, channel, name string) (reset.ScheduleStory, error) {
	sc, err := s.schedule(ctx, name)
	if err != nil {
		return reset.ScheduleStory{}, noSchedule(err, name)
	}
	if err := s.mayViewSchedule(ctx, a, channel, sc, name); err != nil {
		return reset.ScheduleStory{}, err
	}
	st := s.describeSchedule(sc)
	if st.Runs, err = s.Store.List(ctx,
		Filter{Actor: reset.Actor{Kind: reset.Scheduled, ID: sc.ID}, Limit: shownRuns}); err != nil {
		return reset.ScheduleStory{}, fmt.Errorf("runs of schedule %s: %w", sc.ID, err)
	}
	r, err := s.Store.Load(ctx, sc.Request)
	st.Request = &r
	return st, err
}

// mayViewSchedule refuses a person who may not view a schedule, as if there were none of that name.
func (s *Service) mayViewSchedule(
	ctx context.Context, a reset.Actor, channel string, sc reset.Schedule, name string,
) error {
	_, p := s.permit(ctx, reset.PolicyQuestion{Actor: a, Channel: channel, Verb: reset.VerbView,
		Cluster: sc.Intent.Cluster, Group: sc.Intent.Group}, "")
	if p == nil {
		return nil
	}
	if p = hidden(name, p); p.Code == reset.ProblemNoRequest {
		return reset.NoScheduleProblem(name)
	}
	return s.postponed(p)
}

// describeSchedule is a schedule with what comes of it.
func (s *Service) describeSchedule(sc reset.Schedule) reset.ScheduleStory {
	st := reset.ScheduleStory{Schedule: sc, Cluster: s.Info(sc.Intent.Cluster), Now: s.Now()}
	if sc.RunsOnce() {
		if sc.At.After(st.Now) {
			st.Upcoming = []reset.UpcomingRun{{At: sc.At}}
		}
		return st
	}
	rhythm, err := s.Cron.Parse(sc.Expr, sc.Zone)
	if err != nil {
		return st // its request says so
	}
	st.Rule = rhythm.Rule()
	for at := s.nextRunOf(sc, rhythm); !at.IsZero() && len(st.Upcoming) < upcomingRuns; at = rhythm.Next(at) {
		if !sc.Until.IsZero() && !at.Before(sc.Until) {
			break
		}
		st.Upcoming = append(st.Upcoming, reset.UpcomingRun{At: at, Note: rhythm.Note(at)})
	}
	return st
}

// nextRunOf is the next run: one that was left out does not come again.
func (s *Service) nextRunOf(sc reset.Schedule, rhythm reset.Recurrence) time.Time {
	if sc.Next.After(s.Now()) {
		return rhythm.Next(sc.Next.Add(-time.Second))
	}
	return rhythm.Next(s.Now())
}

// scheduleOfStory is the schedule that a request saves or is a run of; nil for all others.
func (s *Service) scheduleOfStory(ctx context.Context, r reset.Request) (*reset.ScheduleStory, error) {
	var sc reset.Schedule
	switch a := r.Act.(type) {
	case reset.SaveSchedule:
		sc = a.Schedule
	default:
		if r.Run == nil {
			return nil, nil
		}
		sc.ID = r.Run.Schedule
	}
	if found, err := s.Store.Schedules(ctx, reset.ScheduleFilter{ID: sc.ID}); err != nil {
		return nil, err
	} else if sc.ID != "" && len(found) > 0 && (r.Run != nil || found[0].Request == r.ID) {
		sc = found[0]
	}
	st := s.describeSchedule(sc)
	return &st, nil
}

// schedule finds a schedule by its name or id.
func (s *Service) schedule(ctx context.Context, name string) (reset.Schedule, error) {
	for _, f := range []reset.ScheduleFilter{{Name: name, Kept: true, Limit: 1}, {ID: name}} {
		found, err := s.Store.Schedules(ctx, f)
		if err != nil || len(found) > 0 {
			return append(found, reset.Schedule{})[0], err
		}
	}
	return reset.Schedule{}, reset.ErrNotFound
}

// scheduleOf is a schedule by its id; nil when there is none.
func (s *Service) scheduleOf(ctx context.Context, id string) (*reset.Schedule, error) {
	found, err := s.Store.Schedules(ctx, reset.ScheduleFilter{ID: id})
	if err != nil || len(found) == 0 || id == "" {
		return nil, err
	}
	return &found[0], nil
}

// noSchedule says that there is none of a name.
func noSchedule(err error, name string) error {
	if errors.Is(err, reset.ErrNotFound) {
		return reset.NoScheduleProblem(name)
	}
	return err
}
