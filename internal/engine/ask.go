package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Receive stores an envelope. A stored envelope may be acknowledged: it will be decided even if this process dies.
func (s *Service) Receive(ctx context.Context, in Inbox) (bool, error) {
	fresh, err := s.Store.Record(ctx, in)
	if err != nil {
		return false, fmt.Errorf("record envelope %s: %w", in.ID, err)
	}
	s.Wake()
	return fresh, nil
}

// Envelope is one that was recorded; reset.ErrNotFound: there is none of that id.
func (s *Service) Envelope(ctx context.Context, id string) (Inbox, error) {
	return s.Store.Envelope(ctx, id)
}

// Ask stores a new request. It is planned by Reconcile. The same origin always gives the same request.
func (s *Service) Ask(ctx context.Context, a Ask) (reset.Request, error) {
	if a.Act == nil {
		a.Act = reset.Move{Intent: a.Intent}
	}
	return s.create(ctx, reset.Request{Origin: a.Origin, Actor: a.Actor, Place: a.Place, Act: a.Act, Form: a.Form})
}

// create stores a request in planning, under a new id.
func (s *Service) create(ctx context.Context, r reset.Request) (reset.Request, error) {
	for range 5 {
		r = s.newRequest(r)
		made, fresh, err := s.Store.Create(ctx, r,
			[]reset.Entry{{At: r.CreatedAt, Request: r.ID, Revision: 1, Actor: r.Actor, Event: reset.EvAsked}})
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

// newRequest is a request as it begins: in planning, with an id of its own.
func (s *Service) newRequest(r reset.Request) reset.Request {
	now := s.Now()
	r.ID = s.NewID()
	r.Revision, r.State, r.CreatedAt = 1, reset.Planning, now
	if r.Deadline.IsZero() {
		r.Deadline = now.Add(s.Times.Draft)
	}
	return r
}

// Resolve names the cluster that is meant: the named one, the one bound to the channel, or the only one. Never a guess:
// where a pasted line named a server instead, which no configured cluster has, it is a question, even of one cluster.
func (s *Service) Resolve(channel, cluster, server string) (string, error) {
	names := make([]string, len(s.Infos))
	for i, c := range s.Infos {
		names[i] = c.Name
		if cluster == c.Name {
			return cluster, nil
		}
	}
	if cluster != "" {
		return "", reset.NoClusterProblem(cluster, names)
	}
	if server != "" {
		return "", reset.UnknownServerProblem(server, names)
	}
	for _, c := range s.Infos {
		if slices.Contains(c.Channels, channel) {
			return c.Name, nil
		}
	}
	if len(names) == 1 {
		return names[0], nil
	}
	p := reset.AmbiguousProblem(reset.AskCluster)
	p.Names = names
	return "", p
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
		return reset.Request{}, reset.NoRequestProblem(ref.ID)
	}
	return r, err
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

// asProblem turns any error of a cluster into a Problem: every other error means that the cluster did not answer.
func asProblem(err error, cluster string) *reset.Problem {
	var p *reset.Problem
	if errors.As(err, &p) {
		c := *p
		if c.Cluster == "" {
			c.Cluster = cluster
		}
		return &c
	}
	return reset.UnreachableProblem(cluster, nil, err.Error())
}
