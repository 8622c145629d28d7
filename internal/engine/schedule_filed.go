package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// SyncFileSchedules makes the schedules of the configuration file those that are stored: new and changed ones are
// saved (each by a visible request), missing ones are removed. No approval is asked for: the file was reviewed, and
// the rule's cap and its setting for schedules apply at every run.
func (s *Service) SyncFileSchedules(ctx context.Context, file []reset.Schedule) error {
	stored, err := s.Store.Schedules(ctx, reset.ScheduleFilter{Source: reset.FromFile, Kept: true})
	if err != nil {
		return fmt.Errorf("read the schedules of the file: %w", err)
	}
	for _, want := range file {
		want.Source = reset.FromFile
		i := slices.IndexFunc(stored, func(have reset.Schedule) bool { return have.Name == want.Name })
		if i >= 0 && stored[i].SameAs(want) {
			continue
		}
		if err := s.saveFromFile(ctx, want); err != nil {
			return fmt.Errorf("schedule %q of the file: %w", want.Name, err)
		}
	}
	for _, have := range stored {
		if slices.ContainsFunc(file, func(want reset.Schedule) bool { return have.Name == want.Name }) {
			continue
		}
		const why = "it is no longer in the configuration file"
		if err := s.stopUnasked(ctx, nil, have, stop{reset.Actor{Kind: reset.Config}, reset.Removed, reset.EvRemoved, why,
			[]string{"why", why}}); err != nil {
			return fmt.Errorf("remove schedule %q: %w", have.Name, err)
		}
	}
	s.Wake()
	return nil
}

// saveFromFile asks for a schedule of the file. Processes that start together ask once; what was refused before is
// asked again.
func (s *Service) saveFromFile(ctx context.Context, want reset.Schedule) error {
	digest, err := want.Digest(reset.Bounds{}, want.Name+want.Owner.ID+want.Place.Channel, 0)
	if err != nil {
		return err
	}
	origin := "config " + want.Name + " " + digest
	for _, o := range []string{origin, origin + " @ " + timeFact(s.Now())} {
		made, err := s.create(ctx, reset.Request{Origin: o, Actor: reset.Actor{Kind: reset.Config, ID: "config"},
			Place: want.Place, Act: reset.SaveSchedule{Schedule: want}, Deadline: s.Now().Add(reset.FileApprovalWait)})
		if err != nil || made.State.Open() {
			return err
		}
	}
	return nil
}
