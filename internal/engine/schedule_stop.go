package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// stop is how a schedule is stopped, and by whom.
type stop struct {
	by    reset.Actor
	to    reset.Status
	event reset.Event
	why   string   // that its runs end
	facts []string // of the event
}

// stopWithRuns stops a schedule, and ends all that is open of it.
func (s *Service) stopWithRuns(tx *Tx, open []reset.Request, how stop) {
	sc := tx.Schedule
	sc.Status = how.to
	s.endRuns(tx, open, how.by, sc.Ended(how.to, how.why))
	tx.Log(s.entry(tx.Request, how.by, how.event, append([]string{"schedule", sc.Label()}, how.facts...)...))
}

// stopUnasked stops a schedule without a person's decision: by its own judgement, or since the configuration names it,
// or its cluster, no more.
func (s *Service) stopUnasked(ctx context.Context, due *Due, sc reset.Schedule, how stop) error {
	open, err := s.openRuns(ctx, sc.ID)
	if err != nil {
		return err
	}
	return s.Store.Update(ctx, sc.Request, due, func(tx *Tx) error {
		if tx.Schedule == nil || tx.Schedule.Version != sc.Version {
			return reset.ErrConflict // a run was asked for, or it was changed: look again
		}
		tx.Schedule.LastRun = ""
		s.stopWithRuns(tx, open, how)
		return nil
	})
}

// itself is the actor of what a schedule does by its own judgement.
func itself(sc reset.Schedule) reset.Actor { return reset.Actor{Kind: reset.Scheduled, ID: sc.ID} }

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
