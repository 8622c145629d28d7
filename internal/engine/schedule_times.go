package engine

import (
	"errors"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// checkTimes refuses invalid times, and sets when the standing approval ends.
func (s *Service) checkTimes(sc *reset.Schedule, in reset.Intent) *reset.Problem {
	now := s.Now()
	first, p := s.nextRun(*sc, now)
	latest := now.Add(reset.LongestApproval)
	switch {
	case p != nil:
		p.Cluster, p.Group = in.Cluster, in.Group
		return p
	case sc.RunsOnce() && !sc.At.After(now):
		return reset.TimePassedProblem(sc.At.UTC().Format(time.RFC3339)).On(in.Cluster, in.Group)
	case sc.RunsOnce():
		sc.Until = sc.At.Add(reset.OnceApprovalLasts)
	case sc.Until.IsZero() && sc.Source == reset.FromSlack:
		sc.Until = now.Add(reset.ApprovalLasts).Truncate(time.Second)
		if !first.Before(sc.Until) && first.Add(day).Before(latest) {
			sc.Until = first.Add(day) // it runs once a year: the approval is for its next run
		}
	}
	if end := sc.Until; !end.IsZero() &&
		(end.After(latest.Add(reset.OnceApprovalLasts)) || !end.After(now) || !first.Before(end)) {
		return reset.EndProblem(now, end, latest, first.In(zoneOf(*sc))).On(in.Cluster, in.Group)
	}
	return s.comesTooLate(*sc, in, first)
}

// nextRun is the first run after a time; zero: none.
func (s *Service) nextRun(sc reset.Schedule, after time.Time) (time.Time, *reset.Problem) {
	if sc.RunsOnce() {
		if sc.At.After(after) {
			return sc.At, nil
		}
		return time.Time{}, nil
	}
	rhythm, err := s.Cron.Parse(sc.Expr, sc.Zone)
	if err != nil {
		var p *reset.Problem
		if !errors.As(err, &p) {
			p = reset.ExpressionProblem(sc.Expr, err.Error())
		}
		return time.Time{}, p
	}
	return rhythm.Next(after), nil
}

const day = 24 * time.Hour

func zoneOf(sc reset.Schedule) *time.Location {
	zone, err := time.LoadLocation(sc.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// comesTooLate refuses a time that is later than the run that goes there: it would not have come.
func (s *Service) comesTooLate(sc reset.Schedule, in reset.Intent, first time.Time) *reset.Problem {
	t, ok := in.Target.(reset.Time)
	switch {
	case ok && !t.Recurs() && sc.RunsOnce() && t.At.After(sc.At):
		return reset.NotYetProblem(t, sc.At.In(zoneOf(sc))).On(in.Cluster, in.Group)
	case !ok || t.Day == "":
		return nil
	}
	const aDay = 24 * 12 // runs, five minutes apart
	for run, n := first, 0; !run.IsZero() && run.Before(first.Add(day)) && n < aDay; n++ {
		if at := t.From(run); at.At.After(run) {
			return reset.NotYetProblem(t, run.In(zoneOf(sc))).On(in.Cluster, in.Group)
		}
		if sc.RunsOnce() {
			return nil
		}
		var p *reset.Problem
		if run, p = s.nextRun(sc, run); p != nil {
			return p
		}
	}
	return nil
}
