package reset

import (
	"context"
	"fmt"
	"slices"
)

// SyncSchedules makes the schedules of the configuration file those that are stored: new and changed ones are saved (each by a
// request that anybody can see), those that are gone are removed. Nobody is asked: the file was reviewed where the rules are
// kept, and the rule's cap and its word on schedules hold for it at every run.
func (s *Service) SyncSchedules(ctx context.Context, file []Schedule) error {
	stored, err := s.Store.Schedules(ctx, ScheduleFilter{Source: FromFile, Kept: true})
	if err != nil {
		return fmt.Errorf("read the schedules of the file: %w", err)
	}
	for _, want := range file {
		want.Source = FromFile
		i := slices.IndexFunc(stored, func(have Schedule) bool { return have.Name == want.Name })
		if i >= 0 && stored[i].sameAs(want) {
			continue
		}
		if err := s.saveFromFile(ctx, want); err != nil {
			return fmt.Errorf("schedule %q of the file: %w", want.Name, err)
		}
	}
	for _, have := range stored {
		if slices.ContainsFunc(file, func(want Schedule) bool { return have.Name == want.Name }) {
			continue
		}
		d := Decision{Actor: Actor{Kind: Config}, Why: "it is no longer in the configuration file"}
		if _, err := s.retire(ctx, d, have, Removed, EvRemoved, Reply{Did: DidRemove}); err != nil {
			return fmt.Errorf("remove schedule %q: %w", have.Name, err)
		}
	}
	return nil
}

// sameAs reports whether a schedule of the file is the one that is stored.
func (s Schedule) sameAs(want Schedule) bool {
	want.Revision, want.WhenBusy.Do = s.Revision, orWait(want.WhenBusy.Do)
	if want.once() {
		want.Until = s.Until
	}
	digest, err := want.digest(s.Mandate.Bounds, s.Mandate.Rule, s.Mandate.Need)
	return err == nil && digest == s.Mandate.Digest && want.Owner == s.Owner && want.Place == s.Place && want.Intent.Group == s.Intent.Group
}

func orWait(b Busy) Busy {
	if b == "" {
		return BusyWait
	}
	return b
}

// saveFromFile asks for a schedule of the file. Processes that start together ask once; what was refused before is asked again.
func (s *Service) saveFromFile(ctx context.Context, want Schedule) error {
	digest, err := want.digest(Bounds{}, want.Name+want.Owner.ID+want.Place.Channel, 0)
	if err != nil {
		return err
	}
	origin := "config " + want.Name + " " + digest
	for _, o := range []string{origin, origin + " @ " + fact(s.Now())} {
		made, err := s.create(ctx, Request{Origin: o, Actor: Actor{Kind: Config, ID: "config"}, Place: want.Place, Act: SaveSchedule{want},
			Deadline: s.Now().Add(fileAsks)})
		if err != nil || made.State.Open() {
			return err
		}
	}
	return nil
}
