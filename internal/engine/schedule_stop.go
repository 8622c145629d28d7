package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Pause stops a schedule, and the run that it has announced. Ref.ID is the schedule's id or name.
func (s *Service) Pause(ctx context.Context, d Decision) (reset.Reply, error) {
	return s.stopSchedule(ctx, d, reset.Paused, reset.EvPaused, reset.DidPause)
}

// Remove ends a schedule for good, and the run that it has announced.
func (s *Service) Remove(ctx context.Context, d Decision) (reset.Reply, error) {
	return s.stopSchedule(ctx, d, reset.Removed, reset.EvRemoved, reset.DidRemove)
}

// stopSchedule pauses or removes a schedule: safe, and so at once.
func (s *Service) stopSchedule(
	ctx context.Context, d Decision, to reset.Status, ev reset.Event, did reset.Did,
) (reset.Reply, error) {
	sc, again, err := s.loadScheduleOnce(ctx, d, reset.VerbCancel)
	if err != nil || again.Did != "" {
		return again, err
	}
	if sc.Source == reset.FromFile {
		return reset.Reply{}, reset.ReadOnlyProblem(sc).On(sc.Intent.Cluster, sc.Intent.Group)
	}
	if to == reset.Paused && sc.Status != reset.Active {
		return reset.Reply{}, sc.Inactive()
	}
	var reply reset.Reply
	for range 3 { // a run may be moving
		if reply, err = s.stopWithRuns(ctx, d, sc, to, ev, reset.Reply{Did: did}); !errors.Is(err, reset.ErrConflict) {
			return reply, err
		}
		if sc, again, err = s.loadScheduleOnce(ctx, d, reset.VerbCancel); err != nil || again.Did != "" {
			return again, err
		}
	}
	return reply, reset.ErrConflict
}

// stopWithRuns stops a schedule, and ends all that is open of it.
func (s *Service) stopWithRuns(
	ctx context.Context, d Decision, sc reset.Schedule, to reset.Status, ev reset.Event, reply reset.Reply,
) (reset.Reply, error) {
	open, err := s.openRuns(ctx, sc.ID)
	if err != nil {
		return reset.Reply{}, err
	}
	return s.updateSchedule(ctx, d, sc, reply, func(tx *Tx) error {
		tx.Schedule.Status = to
		s.endRuns(tx, open, d.Actor, sc.Ended(to, d.Why))
		tx.Log(s.entry(tx.Request, d.Actor, ev, "schedule", sc.Label(), "why", d.Why))
		return nil
	})
}

// stopItself stops a schedule by its own judgement, and ends all that is open of it.
func (s *Service) stopItself(
	ctx context.Context, due *Due, sc reset.Schedule, to reset.Status, ev reset.Event, why string, facts ...string,
) error {
	by := reset.Actor{Kind: reset.Scheduled, ID: sc.ID}
	open, err := s.openRuns(ctx, sc.ID)
	if err != nil {
		return err
	}
	return s.Store.Update(ctx, sc.Request, due, func(tx *Tx) error {
		if tx.Schedule == nil || tx.Schedule.Version != sc.Version {
			return reset.ErrConflict
		}
		tx.Schedule.Status, tx.Schedule.LastRun = to, ""
		s.endRuns(tx, open, by, sc.Ended(to, why))
		tx.Log(s.entry(tx.Request, by, ev, append([]string{"schedule", sc.Label()}, facts...)...))
		return nil
	})
}

// openRuns are the requests of a schedule that can still be ended: those that are announced, wait, or were told to run
// now. What is being written ends by itself.
func (s *Service) openRuns(ctx context.Context, id string) ([]reset.Request, error) {
	open, err := s.Store.List(ctx, Filter{Actor: reset.Actor{Kind: reset.Scheduled, ID: id},
		States: []reset.State{reset.Planning, reset.Draft, reset.Pending, reset.Approved}})
	if err != nil {
		return nil, fmt.Errorf("list the open runs of schedule %s: %w", id, err)
	}
	return open, nil
}

// endRuns ends open requests of a schedule together with what happens to it. The store refuses when one of them, or the
// schedule, has moved on meanwhile: then both are looked at again.
func (s *Service) endRuns(tx *Tx, open []reset.Request, by reset.Actor, why string) {
	for _, o := range open {
		if o.Advance(reset.Cancelled) != nil {
			continue
		}
		o.EndedAt, o.Deadline, o.Asked = s.Now(), time.Time{}, true
		tx.Log(s.entry(&o, by, reset.EvCancelled, "why", why))
		tx.AlsoSave(o)
	}
}

// endRun ends one run whose schedule asks for it no more; the problem says why.
func (s *Service) endRun(ctx context.Context, due Due, r reset.Request, p *reset.Problem) error {
	why := "schedule " + p.Got + " is " + p.Want
	return s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		if !slices.Contains(reset.Transitions[tx.Request.State], reset.Cancelled) {
			return reset.ErrConflict
		}
		tx.Request.EndedAt, tx.Request.Deadline, tx.Request.Asked = s.Now(), time.Time{}, true
		tx.Log(s.entry(tx.Request, tx.Request.Actor, reset.EvCancelled, "why", why))
		return tx.Request.Advance(reset.Cancelled)
	})
}

// isOfActiveSchedule: no run of a schedule that is paused, removed, expired or saved anew is written.
func isOfActiveSchedule(_ facts, tx *Tx) verdict {
	if r := tx.Request; r.Run != nil && !tx.Schedule.Current(*r.Run) {
		return verdict{then: endRun, problem: inactiveRun(tx.Schedule, r)}
	}
	return verdict{}
}

// inactiveRun says why a schedule asks for a run no more.
func inactiveRun(sc *reset.Schedule, r *reset.Request) *reset.Problem {
	is := reset.Schedule{Name: r.Run.Name, Status: reset.Removed}
	switch {
	case sc == nil:
	case sc.Status != reset.Active:
		is.Status = sc.Status
	default:
		is.Status = "changed"
	}
	in := intentOf(*r)
	return reset.InactiveProblem(is).On(in.Cluster, in.Group).For(r.ID)
}
