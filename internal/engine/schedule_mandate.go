package engine

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// useStandingApproval takes a planned request on without asking anybody, where what was agreed to before covers it;
// and asks where the request is nobody's to confirm. Done is false when the ordinary road is the one.
func (s *Service) useStandingApproval(tx *Tx, d draftResult) (done bool, err error) {
	r := tx.Request
	if t, ok := d.intent.Target.(reset.Time); ok && t.Future && t.At.After(r.NotBefore) {
		r.NotBefore = t.At
	}
	if r.Actor.Kind == reset.Config {
		r.Asked = true
		return true, s.arm(tx, r.Actor)
	}
	gap := s.mandateGap(r, d)
	switch {
	case gap == "" && r.Mandate != nil:
		r.Asked = true
		if !r.Mandate.File {
			r.Bounds.MaxSkip, r.Bounds.MaxReplay = r.Mandate.Bounds.MaxSkip, r.Mandate.Bounds.MaxReplay
		}
		return true, s.armRun(tx)
	case r.Run != nil:
		return true, s.askForRun(tx, d, gap)
	case r.Mandate != nil:
		r.Problem = reset.VoidedProblem(gap).On(d.intent.Cluster, d.intent.Group).For(r.ID)
	}
	return false, nil
}

// mandateGap says why what was agreed to before does not cover a plan; empty: it does.
func (s *Service) mandateGap(r *reset.Request, d draftResult) reset.VoidReason {
	m := r.Mandate
	switch {
	case m == nil, r.Run != nil && !r.Run.Covers(r.NotBefore, s.Now()):
		return reset.VoidTime
	case !m.Covers(d.plan.Effect, d.plan.Steps):
		return reset.VoidEffect
	case !d.ruling.MandateValid, !m.Until.IsZero() && !s.Now().Before(m.Until):
		return reset.VoidStanding
	}
	return ""
}

// armRun arms what a standing approval covers. A run that made way for others announces itself again.
func (s *Service) armRun(tx *Tx) error {
	r, now := tx.Request, s.Now()
	if r.Run == nil {
		return s.arm(tx, r.Actor)
	}
	if r.Run.Postponed && !r.NotBefore.After(now) {
		last := r.Run.PostponedUntil().Add(-time.Minute) // so that its group is looked at before it is given up
		r.NotBefore = slices.MinFunc([]time.Time{now.Add(r.Run.Announce), last}, time.Time.Compare)
	}
	r.Run.Postponed = false
	tx.Log(s.entry(r, r.Actor, reset.EvAnnounced, "run", timeFact(r.Run.At), "begins", timeFact(r.NotBefore),
		"revision", strconv.Itoa(r.Revision)))
	err := s.arm(tx, r.Actor)
	boundDeadline(tx)
	return err
}

// boundDeadline ends the wait of a run that nobody was asked about where what was agreed to ends.
func boundDeadline(tx *Tx) {
	r := tx.Request
	if r.Run == nil || r.Mandate == nil || len(tx.Votes) > 0 {
		return
	}
	if latest := r.Run.Latest(); !latest.IsZero() && latest.Before(r.Deadline) {
		r.Deadline = latest
	}
}

// askForRun asks about a run that no standing approval covers. Where the run was asked for by a person, it needs what
// the same reset would need if it were typed, and to ask was to confirm it; else another person has to look at it.
func (s *Service) askForRun(tx *Tx, d draftResult, gap reset.VoidReason) error {
	r := tx.Request
	r.Asked = true
	if r.Run.By == (reset.Actor{}) {
		r.Need = max(1, r.Need)
	}
	if r.Need == 0 {
		return s.arm(tx, r.Run.By)
	}
	ruling := d.ruling
	r.Problem = reset.VoidedProblem(gap).On(d.intent.Cluster, d.intent.Group).For(r.ID)
	r.Problem.Ruling = &ruling
	r.Deadline = reset.LaterOf(s.Now(), r.NotBefore).Add(s.Times.Approval)
	tx.Log(s.entry(r, r.Actor, reset.EvSubmitted, "need", strconv.Itoa(r.Need), "why", string(gap)))
	return r.Advance(reset.Pending)
}

// pauseDoubted pauses the schedule of a run whose standing approval is valid no more, and ends the run with it. A run
// that was being written when its schedule ended is still there, and ends alone.
func (s *Service) pauseDoubted(ctx context.Context, due Due, r reset.Request, ruling reset.Ruling) error {
	sc, err := s.scheduleOf(ctx, r.Run.Schedule)
	switch {
	case err != nil:
		return err
	case !sc.Current(*r.Run):
		return s.endRun(ctx, due, r, inactiveRun(sc, &r))
	}
	return s.stopUnasked(ctx, nil, *sc, stop{itself(*sc), reset.Paused, reset.EvPaused,
		"its standing approval is valid no more", []string{"run", timeFact(r.Run.At), "request", r.ID,
			"doubt", string(ruling.Doubt), "about", strings.Join(ruling.DoubtAbout, " ")}})
}

// rulingBefore is the ruling on what was agreed to before its time came, with the memberships as they were recorded
// then. Ok is false when it has to be asked for anew.
func (s *Service) rulingBefore(
	ctx context.Context, r reset.Request, in reset.Intent, e *reset.Effect,
) (reset.Ruling, bool) {
	if r.Run != nil || r.Mandate == nil || e != nil && !r.Mandate.Bounds.Covers(*e) {
		return reset.Ruling{}, false
	}
	ruling, denied := s.permit(ctx, reset.PolicyQuestion{Actor: r.Actor, Channel: r.Place.Channel,
		Verb: reset.VerbApply, Cluster: in.Cluster, Group: in.Group, Effect: e, Requester: r.Actor,
		Principal: r.Ruling.Principal, Votes: r.Mandate.Votes, Reasons: reasonsOf(&r, &deciding{})}, r.ID)
	ruling.MandateValid = true
	return ruling, denied == nil
}

// countedVotes are the votes that count when a request is written: those on it, or else those that it rests on, within
// their bounds.
func (s *Service) countedVotes(
	ctx context.Context, r reset.Request, e reset.Effect,
) ([]reset.Vote, *reset.Mandate, error) {
	votes, err := s.Store.Votes(ctx, r.ID, r.Revision)
	m := r.Mandate
	if err != nil || len(votes) > 0 || m == nil || !m.File && !m.Bounds.Covers(e) ||
		!m.Until.IsZero() && !s.Now().Before(m.Until) {
		return votes, nil, err
	}
	return m.Votes, m, nil
}

// isAtApprovedTime: what nobody was asked about is written at the times of its standing approval, and while that lasts.
func isAtApprovedTime(f facts, tx *Tx) verdict {
	r := tx.Request
	if r.Run == nil || f.mandate == nil {
		return verdict{}
	}
	if ended := !f.mandate.Until.IsZero() &&
		!f.now.Before(f.mandate.Until); ended || !r.Run.Covers(r.NotBefore, f.now) {
		return voided(tx, reset.VoidTime, nil)
	}
	return verdict{}
}

// isMandateValid: those on whose rights a standing approval rests still have them. While Slack does not say so, the run
// waits within its window.
func isMandateValid(f facts, tx *Tx) verdict {
	switch {
	case tx.Request.Run == nil || f.mandate == nil:
		return verdict{}
	case f.unread != nil:
		return verdict{then: askKafka, problem: f.unread}
	case f.ruling.Doubt != "":
		ruling := f.ruling
		p := reset.NoStandingApprovalProblem(reset.GapPeople)
		p.Ruling = &ruling
		return object(pauseSchedule, tx, p)
	}
	return verdict{}
}

// unreadMandate says that Slack did not answer whether a standing approval is still valid. Whatever keeps it from
// answering, the run waits within its window.
func unreadMandate(p *reset.Problem) *reset.Problem {
	waits := *p
	waits.Code, waits.Want = reset.ProblemDirectory, "mandate"
	return &waits
}
