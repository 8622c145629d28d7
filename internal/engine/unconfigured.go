package engine

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// A cluster can be removed from the configuration, or renamed in it, while it has requests, watches and schedules. It
// can no longer be read or written, so all of them end with a reason: requests that were not written are cancelled, a
// write that had begun ends as unknown, because the offsets cannot be read.

// configActor is the actor of changes by the configuration.
var configActor = reset.Actor{Kind: reset.Config, ID: "config"}

// cluster returns the cluster of a name. For a name that is not configured (any more) it returns a problem, never a
// nil cluster.
func (s *Service) cluster(name string) (Cluster, error) {
	if c := s.Clusters[name]; c != nil {
		return noticing{learner{c, s, name}, name, s}, nil
	}
	return nil, s.unconfiguredProblem(reset.Request{}, name, reset.Names{Infos: s.Infos})
}

// isUnconfigured reports whether a name is of a cluster that is not configured.
func (s *Service) isUnconfigured(cluster string) bool {
	return cluster != "" && cluster != reset.Everything && s.Clusters[cluster] == nil
}

// unconfiguredProblem says that a cluster is not configured any more, and what the same Kafka is called now.
func (s *Service) unconfiguredProblem(r reset.Request, cluster string, names reset.Names) *reset.Problem {
	in, _ := r.Intent()
	var configured []string
	for _, info := range s.Infos {
		configured = append(configured, info.Name)
	}
	return reset.ClusterGoneProblem(cluster, names.Holder(r.ClusterID), configured).On(cluster, in.Group).For(r.ID)
}

// unusable says why nothing can be planned or written under the cluster name of a request any more: it has left the
// configuration, or its Kafka goes by another name. nil: it can.
func (s *Service) unusable(r reset.Request, names reset.Names) *reset.Problem {
	in, _ := r.Intent()
	if _, thaw := r.Act.(reset.Thaw); thaw {
		return nil // its freeze is lifted under whatever name: see checkThaw
	}
	if s.isUnconfigured(in.Cluster) {
		return s.unconfiguredProblem(r, in.Cluster, names)
	}
	p := names.Refused(in.Cluster)
	if p != nil {
		p.Request, p.Group = r.ID, in.Group
	}
	return p
}

// whyUnusable is what the audit says of it.
func whyUnusable(p *reset.Problem) string {
	if p.Code == reset.ProblemSameKafka {
		return p.Cluster + " is the same Kafka as " + p.Want
	}
	return p.Cluster + " is no longer in the configuration"
}

// endUnconfigured ends a request that was not written, because nothing can be written under its cluster's name.
func (s *Service) endUnconfigured(ctx context.Context, due *Due, r reset.Request, p *reset.Problem) error {
	return s.Store.Update(ctx, r.ID, due, func(tx *Tx) error {
		r := tx.Request
		if !slices.Contains(reset.Transitions[r.State], reset.Cancelled) {
			return reset.ErrConflict
		}
		r.Problem, r.EndedAt, r.Deadline, r.Question, r.Options = p, s.Now(), time.Time{}, "", nil
		tx.Log(s.entry(r, configActor, reset.EvCancelled, "why", whyUnusable(p)))
		return r.Advance(reset.Cancelled)
	})
}

// endAllUnconfigured ends what is kept of cluster names under which nothing can be written any more, and logs it once
// for each. A write that had begun is ended by its own row.
func (s *Service) endAllUnconfigured(ctx context.Context) error {
	open, err := s.Store.List(ctx,
		Filter{States: []reset.State{reset.Planning, reset.Draft, reset.Pending, reset.Approved, reset.Applying}})
	if err != nil {
		return err
	}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	schedules, noSchedules := s.Store.Schedules(ctx, reset.ScheduleFilter{Kept: true})
	type count struct {
		why                 *reset.Problem
		requests, schedules int
	}
	counts := map[string]count{}
	var failed []error
	ended := func(err error) {
		if err != nil && !errors.Is(err, reset.ErrConflict) { // another process was first
			failed = append(failed, err)
		}
	}
	for _, r := range open {
		p := s.unusable(r, names)
		if p == nil {
			continue
		}
		n := counts[p.Cluster]
		counts[p.Cluster] = count{p, n.requests + 1, n.schedules}
		if r.State != reset.Applying {
			ended(s.endUnconfigured(ctx, nil, r, p))
		}
	}
	for _, sc := range schedules {
		p := s.unusable(reset.Request{Act: reset.SaveSchedule{Schedule: sc}}, names)
		if p == nil || sc.Status != reset.Active {
			continue
		}
		n := counts[p.Cluster]
		counts[p.Cluster] = count{p, n.requests, n.schedules + 1}
		ended(s.pauseUnconfigured(ctx, nil, sc, p))
	}
	for cluster, n := range counts {
		if n.why.Code == reset.ProblemSameKafka {
			s.Log.Warn("a second name of a Kafka is refused: its open requests are ended and its schedules paused",
				"cluster", cluster, "same_as", n.why.Want, "requests", n.requests, "schedules", n.schedules)
			continue
		}
		s.Log.Warn("a cluster is no longer configured: its open requests are ended and its schedules paused",
			"cluster", cluster, "requests", n.requests, "schedules", n.schedules)
	}
	return errors.Join(append(failed, noSchedules)...)
}

// pauseUnconfigured pauses a schedule under whose cluster name nothing can be written.
func (s *Service) pauseUnconfigured(ctx context.Context, due *Due, sc reset.Schedule, p *reset.Problem) error {
	why := whyUnusable(p)
	return s.stopUnasked(ctx, due, sc, stop{configActor, reset.Paused, reset.EvPaused, why, []string{"why", why}})
}

// endUnread ends a write that had begun on a cluster that is no longer configured. Kafka's answers count where they
// prove that nothing was written; everything else is unknown.
func (s *Service) endUnread(
	ctx context.Context, due Due, r reset.Request, a reset.Attempt, writes []reset.Write,
) error {
	for i := range writes {
		writes[i].ReadState = reset.WriteUnread
	}
	return s.finish(ctx, due, r, a, writes)
}

// endWatch ends the watch of a reset on a cluster that is no longer configured.
func (s *Service) endWatch(ctx context.Context, due Due, r reset.Request) error {
	in, _ := r.Intent()
	return s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		r := tx.Request
		switch {
		case r.Late.Open():
			l := *r.Late
			l.Ended, l.Why = s.Now(), reset.LateCluster
			r.Late = &l
			tx.Log(s.entry(r, configActor, reset.EvLateOver, "why", string(l.Why), "cluster", in.Cluster))
		case r.Watch.Open():
			w := *r.Watch
			w.Ended, w.Why = s.Now(), reset.WatchCluster
			r.Watch = &w
			tx.Log(s.entry(r, configActor, reset.EvUnwatched, "why", string(w.Why), "cluster", in.Cluster, "partitions",
				strconv.Itoa(w.Parts)))
		default:
			return reset.ErrConflict
		}
		return nil
	})
}
