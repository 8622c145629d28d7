package engine

import (
	"context"
	"strconv"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// plan ends planning: with a draft (or pending again, when approval was asked for before), a question, or a refusal.
// When Kafka does not answer the request stays in planning.
func (s *Service) plan(ctx context.Context, due Due, r reset.Request) (time.Time, error) {
	if s.isPastDeadline(r) {
		return s.expire(ctx, due, r.ID, nil)
	}
	if r.Question != "" {
		return r.Deadline, nil
	}
	began := s.Now()
	d, problem, err := s.makeDraft(ctx, r)
	if err == nil && problem == nil {
		var again time.Time
		if again, err = s.afterWrite(ctx, r.ID, d.intent, began); !again.IsZero() {
			return again, err
		}
	}
	if err == nil && problem != nil {
		s.offerInstead(ctx, r, &d, problem)
	}
	switch {
	case err != nil:
		return time.Time{}, err
	case r.Run != nil:
		if next, done, err := s.planRun(ctx, due, r, d, problem); done || err != nil {
			return next, err
		}
	}
	switch {
	case problem == nil:
		return s.savePlan(ctx, due, r, d)
	case asked(problem) != "" && len(d.options) > 0 && r.Actor.Kind == reset.Person:
		return r.Deadline, s.askRequester(ctx, due, r, problem, d)
	case transient(problem):
		if problem.Ruling == nil {
			problem.Ruling = &d.ruling // so that Slack is not asked again as long as there is no plan
		}
		return s.waitForKafka(ctx, due, r, problem)
	}
	return time.Time{}, s.refuse(ctx, due, r, problem)
}

// writesAtMost is how long a plan waits for another write of the group. One that takes longer is being retried or
// looked into: then the plan shows the offsets as they are, and is made again when that write ends.
const writesAtMost = 3 * time.Second

// afterWrite is when to plan again because another reset is writing to the group, or has ended since the reading began:
// what was read may be from before it. Zero: not at all.
func (s *Service) afterWrite(ctx context.Context, id string, in reset.Intent, began time.Time) (time.Time, error) {
	writes, err := s.Store.List(ctx, Filter{Cluster: in.Cluster, Group: in.Group, Since: began,
		States: []reset.State{reset.Applying, reset.Applied, reset.Failed}})
	for _, o := range writes {
		switch {
		case o.ID == id:
		case o.State == reset.Applying && o.Drift != nil && s.Now().Sub(o.Drift.At) < writesAtMost:
			return s.Now().Add(min(s.Times.CheckInterval, writesAtMost)), err
		case o.EndedAt.After(began):
			return s.Now(), err
		}
	}
	return time.Time{}, err
}

// draftResult is the result of planning.
type draftResult struct {
	intent    reset.Intent
	snap      reset.Snapshot
	plan      reset.Plan
	ruling    reset.Ruling
	options   []reset.Option
	soloUntil time.Time

	schedule reset.Schedule // that is saved
}

// makeDraft asks policy and Kafka, and makes the plan. It writes nothing.
func (s *Service) makeDraft(ctx context.Context, r reset.Request) (draftResult, *reset.Problem, error) {
	var d draftResult
	var problem *reset.Problem
	d.intent = s.effectiveIntent(r)
	if d.intent, d.options, problem = s.whichCluster(ctx, r, d.intent); problem != nil {
		return d, problem, nil
	}
	if d.ruling, problem = s.rule(ctx, r, d.intent, nil, false); problem != nil {
		return d, s.suggestGroups(ctx, r, d.intent, problem), nil
	}
	if problem, err := s.refused(ctx, d.intent.Cluster, d.intent.Group); problem != nil || err != nil {
		return d, problem, err
	}
	if problem := s.checkUnblocked(ctx, r, d.intent); problem != nil {
		return d, problem, nil
	}
	if problem, err := s.checkScheduled(ctx, r, &d); problem != nil || err != nil {
		return d, problem, err
	}
	if problem := s.expandTopics(ctx, &d); problem != nil {
		return d, problem, nil
	}
	saved, err := s.undoSteps(ctx, d.intent)
	if err != nil {
		return d, nil, err
	}
	q := reset.QueryOf(d.intent, saved, d.ruling.Isolation)
	q.Environment = true
	if d.snap, problem, err = s.inspect(ctx, d.intent, q); problem != nil || err != nil {
		return d, problem, err
	}
	if d.options, problem = reset.CheckGroup(d.intent, s.Info(d.intent.Cluster), d.snap); problem != nil {
		return d, problem, nil
	}
	if d.options, problem = reset.Missing(d.intent, d.snap); problem != nil {
		return d, problem, nil
	}
	if d.plan, problem = reset.MakePlan(d.intent, saved, d.snap, s.Now()); problem != nil {
		problem, err = s.deletedTopics(ctx, r, &d, saved, problem)
		return d, problem, err
	}
	if problem = d.doubt(r); problem != nil {
		return d, problem, nil
	}
	late, err := s.lateWriteWarnings(ctx, r, d.intent)
	if err != nil {
		return d, nil, err
	}
	d.plan.Warnings = append(d.plan.Warnings, late...)
	if r.Undoes != "" {
		if d.soloUntil, problem, err = s.soloUndoUntil(ctx, r.ID, r.Undoes, d); problem != nil || err != nil {
			return d, problem, err
		}
	}
	reach := d.askedEffect(r)
	d.ruling, problem = s.rule(ctx, r, d.intent, &reach, !d.soloUntil.IsZero())
	d.plan.Warnings = append(d.plan.Warnings, reset.QuorumWarnings(d.ruling)...)
	d.options = timeReadings(d.intent)
	return d, problem, nil
}

// doubt is why a plan is not what was meant: it moves nothing, or skips where the past was meant. What is agreed to
// beforehand says how much it may skip.
func (d *draftResult) doubt(r reset.Request) (problem *reset.Problem) {
	if _, move := r.Act.(reset.Move); !move || r.Run != nil || r.Mandate != nil {
		return nil
	}
	if problem = reset.ThereProblem(d.intent, d.plan, d.snap.Group); problem == nil {
		d.options, problem = reset.Ahead(d.intent, d.plan, d.snap)
	}
	return problem
}

// rule asks the policy whether the requester may, and for what effect.
func (s *Service) rule(
	ctx context.Context, r reset.Request, in reset.Intent, e *reset.Effect, eased bool,
) (reset.Ruling, *reset.Problem) {
	verb := askVerb(&r)
	if ruling, ok := s.rulingBefore(ctx, r, in, e); ok {
		return ruling, nil
	}
	asking := question(&r, in, verb, e)
	asking.OneIsEnough, asking.Preview = eased, true // what is done with the plan is judged anew, live
	if was := r.Problem; e == nil && was != nil && transient(was) && was.Ruling != nil && was.Ruling.Allowed {
		asking.RuleBefore = was.Ruling.Rule
	}
	ruling, p := s.permit(ctx, asking, r.ID)
	if p != nil && asking.Mandate != nil && ruling.Denial == reset.DeniedUnknown {
		return ruling, unreadMandate(p)
	}
	if p != nil {
		return ruling, p
	}
	if ruling.MaxWait > 0 && in.Wait > ruling.MaxWait && r.Run == nil { // a run waits as long as it may
		return ruling, reset.TooLongProblem(in.Wait, ruling).On(in.Cluster, in.Group)
	}
	return ruling, nil
}

// checkUnblocked refuses a group whose last reset has an outcome that must be settled first. Its own undo is allowed.
func (s *Service) checkUnblocked(ctx context.Context, r reset.Request, in reset.Intent) *reset.Problem {
	failed, err := s.Store.List(ctx, Filter{Cluster: in.Cluster, Group: in.Group, States: []reset.State{reset.Failed}})
	if err != nil {
		return asProblem(err, in.Cluster)
	}
	for _, f := range failed {
		if f.Outcome.Blocks() && f.Settled == nil && f.ID != r.Undoes {
			return reset.BlockedProblem(f).On(in.Cluster, in.Group)
		}
	}
	return nil
}

// whichCluster names the cluster. Where several are configured and none was given, the group is looked up on each
// that the requester may use; a single match is still a question, because no cluster is ever guessed.
func (s *Service) whichCluster(
	ctx context.Context, r reset.Request, in reset.Intent,
) (reset.Intent, []reset.Option, *reset.Problem) {
	name, err := s.Resolve(r.Place.Channel, in.Cluster, in.Server)
	if err == nil {
		in.Cluster = name
		options, several := s.oneGroup(ctx, r, in)
		return in, options, several
	}
	problem := asProblem(err, in.Cluster)
	problem.Group = in.Group
	if problem.Code != reset.ProblemAmbiguous {
		return in, nil, problem
	}
	var options []reset.Option
	var denied *reset.Problem
	no := 0
	for _, info := range s.Infos {
		there := in
		there.Cluster, there.Server = info.Name, ""
		if _, several := s.oneGroup(ctx, r, there); several != nil && several.Code == reset.ProblemAmbiguous {
			options = append(options, clusterOption(there))
			continue
		}
		if _, denied = s.rule(ctx, r, there, nil, false); denied != nil {
			if transient(denied) {
				return in, nil, denied
			}
			no++
			continue
		}
		if p, err := s.refused(ctx, info.Name, in.Group); p != nil || err != nil {
			continue // the same Kafka is offered by its name
		}
		kafka, err := s.cluster(info.Name)
		if err != nil {
			continue
		}
		states, err := kafka.States(ctx, []string{in.Group})
		if err == nil && !states[in.Group].Exists {
			continue
		}
		options = append(options, clusterOption(there))
	}
	problem.Names = nil
	for _, o := range options {
		problem.Names = append(problem.Names, o.Label)
	}
	switch {
	case no > 0 && no == len(s.Infos):
		return in, nil, denied
	case len(options) == 0:
		problem = reset.NoGroupProblem(problem.Cluster, problem.Group, nil)
	}
	return in, options, problem
}

func clusterOption(in reset.Intent) reset.Option {
	return reset.Option{Label: in.Cluster, Typed: in.Group + "@" + in.Cluster, Intent: in}
}

// transient reports a temporary problem.
func transient(p *reset.Problem) bool {
	return p.Code == reset.ProblemUnreachable || p.Code == reset.ProblemIncomplete ||
		p.Code == reset.ProblemDirectory || p.Code == reset.ProblemUnread && p.Got == "COORDINATOR_LOAD_IN_PROGRESS"
}

// savePlan stores a plan as what can be approved.
func (s *Service) savePlan(ctx context.Context, due Due, r reset.Request, d draftResult) (time.Time, error) {
	in, bounds := d.intent, reset.BoundsOf(d.plan, d.ruling)
	digest, err := reset.DigestOf(d.snap.ClusterID, in, d.plan.Steps, bounds, d.ruling.Need)
	if _, saves := r.Act.(reset.SaveSchedule); saves && err == nil {
		d.schedule.Intent = in
		digest, err = d.schedule.Digest(bounds, d.ruling.Rule, d.ruling.Need)
	}
	if err != nil {
		return time.Time{}, err
	}
	var look time.Time
	err = s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		if r.State != reset.Planning {
			return reset.ErrConflict
		}
		if r.Digest != "" {
			r.Revision++
			r.Emergency = nil // what one person took upon themselves was the revision before, as votes were for it
		}
		r.Act, r.Options, r.Question, r.Problem, r.Topics, r.Retries = d.plannedAct(r.Act), d.options, "",
			keepVoid(r.Problem), nil, 0
		r.ClusterID, r.Isolation, r.Effect, r.Warnings = d.snap.ClusterID, d.ruling.Isolation, d.plan.Effect,
			d.plan.Warnings
		r.CommitTimeout = d.snap.Environment.CommitTimeout
		r.PlannedAt, r.Drift = s.Now(), nil
		r.Bounds, r.Digest, r.Need, r.Ruling, r.SoloUntil = bounds, digest, d.approvalsNeeded(*r), d.ruling, d.soloUntil
		r.Observation = observationOf(r.Observation, d.snap.Group, s.Now())
		tx.SetSteps(d.plan.Steps)
		tx.Log(s.entry(r, r.Actor, reset.EvPlanned, "partitions", strconv.Itoa(r.Effect.Partitions), "digest", digest,
			"replay", strconv.FormatInt(r.Effect.Replay, 10), "skip", strconv.FormatInt(r.Effect.Skip, 10), "rule",
			r.Ruling.Rule))
		if done, err := s.useStandingApproval(tx, d); done || err != nil {
			look = s.Now()
			return err
		}
		to, wait := reset.Draft, s.Times.Draft
		if r.Asked && r.Need > 0 {
			to, wait = reset.Pending, s.Times.Approval
		}
		r.Deadline = s.Now().Add(wait)
		look = r.Deadline
		err := r.Advance(to)
		if s.isFreshDraft(*r) {
			look = s.Now()
		}
		return err
	})
	return look, err
}

// askRequester leaves a request in planning until its requester chooses an option.
func (s *Service) askRequester(ctx context.Context, due Due, r reset.Request, p *reset.Problem, d draftResult) error {
	return s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		if r.State != reset.Planning {
			return reset.ErrConflict
		}
		r.Act, r.Question, r.Options, r.Problem, r.Topics = withIntent(r.Act, d.intent), asked(p),
			d.options, p, reset.Lags(d.snap)
		r.Topics = r.Topics[:min(20, len(r.Topics))]
		r.Observation = observationOf(r.Observation, d.snap.Group, s.Now())
		return nil
	})
}

// refuse ends a request that the policy or Kafka refused.
func (s *Service) refuse(ctx context.Context, due Due, r reset.Request, p *reset.Problem) error {
	return s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		if r.State != reset.Planning {
			return reset.ErrConflict
		}
		if p.Request == "" {
			p.Request = r.ID
		}
		r.Problem, r.EndedAt, r.Deadline = p, s.Now(), time.Time{}
		tx.Log(s.entry(r, r.Actor, reset.EvRefused, "why", string(p.Code), "got", p.Got))
		return r.Advance(reset.Refused)
	})
}
