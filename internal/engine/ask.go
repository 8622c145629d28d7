package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Receive stores an envelope. What it stored may be acknowledged: it will be decided, whatever happens to this process.
func (s *Service) Receive(ctx context.Context, in Inbox) (bool, error) {
	fresh, err := s.Store.Record(ctx, in)
	if err != nil {
		return false, fmt.Errorf("record envelope %s: %w", in.ID, err)
	}
	s.Wake()
	return fresh, nil
}

// Ask stores a wish as a request. It is planned by Reconcile. The same origin always gives the same request.
func (s *Service) Ask(ctx context.Context, a Ask) (reset.Request, error) {
	if a.Act == nil {
		a.Act = reset.Move{Intent: a.Intent}
	}
	return s.create(ctx, reset.Request{Origin: a.Origin, Actor: a.Actor, Place: a.Place, Act: a.Act})
}

// Undo asks for the way back: a new request, with a plan of its own, to the positions that the last attempt saved.
func (s *Service) Undo(ctx context.Context, d Decision) (reset.Reply, error) {
	old, err := s.load(ctx, d.Ref)
	if err != nil {
		return reset.Reply{}, err
	}
	in, move := old.Intent()
	if !move || old.Outcome == "" || old.Outcome == reset.Unchanged || old.Outcome == reset.RolledBack {
		return reset.Reply{}, &reset.Problem{Code: reset.ProblemNoUndo, Request: old.ID, State: old.State,
			Cluster: in.Cluster, Group: in.Group, Got: string(old.Outcome)}
	}
	if err := s.checkAllowed(ctx, d, &old, reset.VerbUndo, nil); err != nil {
		return reset.Reply{}, err
	}
	back := reset.Intent{Cluster: in.Cluster, Group: in.Group, Target: reset.Undo{Of: old.ID}, Zone: in.Zone,
		Reason: d.Why}
	r, err := s.create(ctx, reset.Request{Origin: d.Origin, Actor: d.Actor, Place: d.Place,
		Act: reset.Move{Intent: back}, Undoes: old.ID})
	if err != nil {
		return reset.Reply{}, err
	}
	return reset.Reply{Did: reset.DidUndo, Request: r}, nil
}

// create stores a request in planning, under an id that nobody has.
func (s *Service) create(ctx context.Context, r reset.Request) (reset.Request, error) {
	now := s.Now()
	r.Revision, r.State, r.CreatedAt = 1, reset.Planning, now
	if r.Deadline.IsZero() {
		r.Deadline = now.Add(s.Times.Draft)
	}
	for range 5 {
		r.ID = s.NewID()
		made, fresh, err := s.Store.Create(ctx, r,
			[]reset.Entry{{At: now, Request: r.ID, Revision: 1, Actor: r.Actor, Event: reset.EvAsked}})
		if errors.Is(err, reset.ErrConflict) {
			continue // the id is taken
		}
		if err != nil {
			return reset.Request{}, fmt.Errorf("store request: %w", err)
		}
		if !fresh {
			s.Log.Info("the same envelope again", "request", made.ID, "origin", r.Origin)
		}
		s.Wake()
		return made, nil
	}
	return reset.Request{}, errors.New("no free request id in 5 tries")
}

// Resolve names the cluster that is meant: the named one, the one bound to the channel, or the only one. Never a guess.
func (s *Service) Resolve(channel, cluster string) (string, error) {
	names := make([]string, len(s.Infos))
	for i, c := range s.Infos {
		names[i] = c.Name
		if cluster == c.Name {
			return cluster, nil
		}
	}
	if cluster != "" {
		return "", &reset.Problem{Code: reset.ProblemNoCluster, Got: cluster, Names: names}
	}
	for _, c := range s.Infos {
		if slices.Contains(c.Channels, channel) {
			return c.Name, nil
		}
	}
	if len(names) == 1 {
		return names[0], nil
	}
	return "", &reset.Problem{Code: reset.ProblemAmbiguous, Want: "cluster", Names: names}
}

// Info is what the configuration says about a cluster.
func (s *Service) Info(cluster string) reset.ClusterInfo {
	for _, c := range s.Infos {
		if c.Name == cluster {
			return c
		}
	}
	if cluster == reset.Everything && len(s.Infos) > 0 {
		return reset.ClusterInfo{Name: "all clusters", Label: s.Infos[0].Label, Home: s.Infos[0].Home}
	}
	return reset.ClusterInfo{Name: cluster}
}

// load reads a request; one that does not exist is a Problem.
func (s *Service) load(ctx context.Context, ref reset.Ref) (reset.Request, error) {
	r, err := s.Store.Load(ctx, ref.ID)
	if errors.Is(err, reset.ErrNotFound) {
		return reset.Request{}, &reset.Problem{Code: reset.ProblemNoRequest, Request: ref.ID}
	}
	return r, err
}

// checkAllowed asks the policy about a person's word on a request. A no is recorded and is a Problem.
func (s *Service) checkAllowed(
	ctx context.Context, d Decision, r *reset.Request, verb reset.Verb, e *reset.Effect,
) error {
	_, err := s.ruleOn(ctx, d, r, verb, e)
	return err
}

// ruleOn is allow, with the ruling.
func (s *Service) ruleOn(
	ctx context.Context, d Decision, r *reset.Request, verb reset.Verb, e *reset.Effect,
) (reset.Ruling, error) {
	in, _ := r.Intent()
	ruling, err := s.Policy.Rule(ctx, reset.PolicyQuestion{Actor: d.Actor, Channel: d.Place.Channel, Verb: verb,
		Cluster: in.Cluster, Group: in.Group, Effect: e, Requester: requesterOf(r)})
	if err == nil && ruling.Allowed {
		return ruling, nil
	}
	p := &reset.Problem{Code: reset.ProblemDenied, Request: r.ID, State: r.State, Cluster: in.Cluster, Group: in.Group,
		Verb: verb, Ruling: &ruling}
	var later *reset.Later
	if err != nil && errors.As(s.policyError(p, ruling, err), &later) {
		return ruling, later
	}
	err = s.Store.Update(ctx, r.ID, nil, func(tx *Tx) error {
		tx.Log(s.entry(tx.Request, d.Actor, reset.EvDenied, "verb", string(verb), "denial", string(p.Ruling.Denial),
			"rule", ruling.Rule))
		return nil
	})
	if err != nil {
		return ruling, fmt.Errorf("record a refusal: %w", err)
	}
	return ruling, p
}

// entry is an audit entry about a request as it is now. Facts are pairs of name and value.
func (s *Service) entry(r *reset.Request, a reset.Actor, ev reset.Event, facts ...string) reset.Entry {
	e := reset.Entry{At: s.Now(), Request: r.ID, Revision: r.Revision, Actor: a, Event: ev}
	for i := 0; i+1 < len(facts); i += 2 {
		if e.Facts == nil {
			e.Facts = map[string]string{}
		}
		e.Facts[facts[i]] = facts[i+1]
	}
	return e
}

// asProblem makes of any error of a cluster something that can be shown: what is not a Problem means that it did not
// answer.
func asProblem(err error, cluster string) *reset.Problem {
	var p *reset.Problem
	if errors.As(err, &p) {
		c := *p
		if c.Cluster == "" {
			c.Cluster = cluster
		}
		return &c
	}
	return &reset.Problem{Code: reset.ProblemUnreachable, Cluster: cluster, Got: err.Error()}
}
