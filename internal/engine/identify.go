package engine

import (
	"context"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/guard"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Which Kafka a configured name leads to is found out as soon as the process runs, and with every plan. It is kept,
// so that a second name of one Kafka is refused after a restart too, before anything has answered.

// askAgain is the pause before a cluster without a known id is asked again.
const askAgain = time.Minute

// names are the configured clusters with what is known of which Kafka they lead to.
func (s *Service) names(ctx context.Context) (reset.Names, error) {
	known, err := s.Store.Kafkas(ctx)
	return reset.Names{Infos: s.Infos, Known: known}, err
}

// refused is the problem with a name whose Kafka goes by another one.
func (s *Service) refused(ctx context.Context, name, group string) (*reset.Problem, error) {
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	p := names.Refused(name)
	if p != nil {
		p.Group = group
	}
	return p, nil
}

// inspect reads what a plan needs, and refuses a name that shows only now to be another one's.
func (s *Service) inspect(
	ctx context.Context, in reset.Intent, q reset.Query,
) (reset.Snapshot, *reset.Problem, error) {
	cluster, err := s.cluster(in.Cluster)
	if err != nil {
		return reset.Snapshot{}, asProblem(err, in.Cluster), nil
	}
	snap, err := cluster.Inspect(ctx, q)
	if err != nil {
		return snap, asProblem(err, in.Cluster), nil
	}
	p, err := s.refused(ctx, in.Cluster, in.Group)
	return snap, p, err
}

// inUse is refused as an error.
func (s *Service) inUse(ctx context.Context, name, group string) error {
	p, err := s.refused(ctx, name, group)
	if p != nil {
		return p
	}
	return err
}

// namesOf are the names as a transaction sees them.
func namesOf(infos []reset.ClusterInfo, tx *Tx) reset.Names {
	return reset.Names{Infos: infos, Known: tx.Kafkas}
}

// learner is a cluster whose id is noted with every snapshot.
type learner struct {
	Cluster
	service *Service
	name    string
}

func (l learner) Inspect(ctx context.Context, q reset.Query) (reset.Snapshot, error) {
	snap, err := l.Cluster.Inspect(ctx, q)
	if err == nil {
		err = l.service.learn(ctx, l.name, snap.ClusterID)
	}
	return snap, err
}

// learn stores the id that a cluster answered with. When that makes it the second name of a Kafka, or the first, what
// is open under the refused name ends.
func (s *Service) learn(ctx context.Context, name, id string) error {
	if was, ok := s.learned.Load(name); ok && was == id {
		return nil
	}
	if id == "" { // some services have none: then only the name is known
		s.learned.Store(name, id)
		return nil
	}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	if names.Known[name] != id {
		if err := s.Store.Learn(ctx, name, id, s.Now()); err != nil {
			return err
		}
		names.Known[name] = id
	}
	s.learned.Store(name, id)
	for _, info := range s.Infos {
		if p := names.Refused(info.Name); p != nil && p.Got == id {
			s.Log.Warn("two names of the configuration lead to one Kafka: the second one is refused", "cluster",
				p.Cluster, "same_as", p.Want, "id", id)
			return s.endAllUnconfigured(ctx)
		}
	}
	return nil
}

// identify asks every cluster for its id until each has answered once.
func (s *Service) identify(ctx context.Context) error {
	for {
		var unknown guard.Group
		left := false
		for name, c := range s.Clusters {
			if _, ok := s.learned.Load(name); ok || s.Info(name).ID != "" {
				continue
			}
			left = true
			unknown.Go(func() { s.ask(ctx, name, c) })
		}
		unknown.Wait()
		if !left {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(askAgain):
		}
	}
}

func (s *Service) ask(ctx context.Context, name string, c Cluster) {
	id, err := c.ID(ctx)
	if err == nil {
		err = s.learn(ctx, name, id)
	}
	if err != nil && ctx.Err() == nil {
		s.Log.Info("which Kafka a name leads to is not known yet", "cluster", name, "err", err)
	}
}
