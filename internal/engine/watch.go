package engine

import (
	"context"
	"slices"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// checkWatch checks once a group whose reset was applied. When Kafka does not answer, it is retried later without a
// message.
func (s *Service) checkWatch(ctx context.Context, due Due) (time.Time, error) {
	r, err := s.Store.Load(ctx, due.ID)
	if err == nil && r.State == reset.Failed && r.Late.Open() {
		return s.checkLate(ctx, due, r)
	}
	if err != nil || r.State != reset.Applied || !r.Watch.Open() {
		return time.Time{}, err
	}
	began := s.Now()
	if first := r.Watch.Since.Add(s.Times.WatchFirst); began.Before(first) {
		return first, nil
	}
	writes, err := s.Store.Writes(ctx, r.ID, r.Attempt)
	if err != nil {
		return time.Time{}, err
	}
	in, _ := r.Intent()
	later := r.Watch.NextCheck(began, s.Times.watching())
	cluster, gone := s.cluster(in.Cluster)
	if gone != nil {
		return time.Time{}, s.endWatch(ctx, due, r)
	}
	snap, err := cluster.Inspect(ctx, reset.Query{Group: in.Group, Scope: reset.ScopeOf(partsOf(writes)),
		Isolation: r.Isolation, Markers: true})
	if err != nil {
		s.Log.Info("a watch sees nothing", "request", r.ID, "cluster", in.Cluster, "err", err)
		return later, nil
	}
	// Read after Kafka was: the writes of another reset must not look like a client outside the group.
	newer, busy, err := s.newerReset(ctx, r, began)
	switch {
	case err != nil:
		return time.Time{}, err
	case busy:
		return later, nil
	}
	w, said := reset.Observe(r, writes, snap, s.Now(), s.Times.watching())
	if said, err = s.nameOverwriter(ctx, r, &w, said); err != nil {
		return time.Time{}, err
	}
	if newer != "" {
		w, said = *r.Watch,
			[]reset.Finding{{Event: reset.EvUnwatched, Facts: []string{"why", string(reset.WatchNewer), "by", newer}}}
		w.Ended, w.Why, w.By = s.Now(), reset.WatchNewer, newer
	}
	if len(said) == 0 && !w.WorthSaying(*r.Watch) {
		return later, nil
	}
	err = s.Store.Update(ctx, r.ID, &due, func(tx *Tx) error {
		if !tx.Request.Watch.Open() {
			return reset.ErrConflict
		}
		tx.Request.Watch = &w
		for _, n := range said {
			tx.Log(s.entry(tx.Request, reset.Actor{}, n.Event, n.Facts...))
		}
		return nil
	})
	if err != nil || !w.Open() {
		return time.Time{}, err
	}
	return w.NextCheck(s.Now(), s.Times.watching()), nil
}

// newerReset is the request that has reset the group since r was applied. Busy reports that one is writing, or was
// while Kafka was read: then the reading is not used.
func (s *Service) newerReset(ctx context.Context, r reset.Request, began time.Time) (id string, busy bool, err error) {
	in, _ := r.Intent()
	others, err := s.Store.List(ctx, Filter{Group: in.Group,
		States: []reset.State{reset.Applying, reset.Applied, reset.Failed}, Limit: 100})
	for _, o := range others {
		switch {
		case o.ID == r.ID || o.ClusterID != r.ClusterID || savesSchedule(o.Act):
		case o.State == reset.Applying, o.EndedAt.After(began):
			return "", true, err
		case o.EndedAt.After(r.EndedAt) && o.Outcome != reset.Unchanged && o.Outcome != reset.RolledBack:
			id = o.ID
		}
	}
	return id, false, err
}

// nameOverwriter finds the request whose lost write explains a newly overwritten partition, and adds it to the
// findings.
func (s *Service) nameOverwriter(
	ctx context.Context, r reset.Request, w *reset.Watch, said []reset.Finding,
) ([]reset.Finding, error) {
	if w.OverwrittenBy != "" || w.Overwritten.Count() <= r.Watch.Overwritten.Count() {
		return said, nil
	}
	var err error
	w.OverwrittenBy, err = s.lateWriterOf(ctx, r, w.Overwritten.Evidence)
	for i, n := range said {
		if n.Event == reset.EvOverwritten && w.OverwrittenBy != "" {
			said[i].Facts = append(slices.Clip(n.Facts), "by", w.OverwrittenBy)
		}
	}
	return said, err
}

// partsOf names the partitions of an attempt.
func partsOf(writes []reset.Write) []reset.Partition {
	parts := make([]reset.Partition, len(writes))
	for i, w := range writes {
		parts[i] = reset.Partition{Topic: w.Topic, Partition: w.Partition}
	}
	return parts
}
