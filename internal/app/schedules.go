package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/config"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/store"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/words"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// schedules are those of the file, parsed like typed text.
func schedules(cfg *config.Config, now time.Time) ([]reset.Schedule, error) {
	var (
		out  []reset.Schedule
		errs []error
	)
	for i, entry := range cfg.Schedules {
		s, err := readSchedule(cfg, entry, now)
		if err != nil {
			errs = append(errs, fmt.Errorf("schedules[%d] %s: %w", i, entry.Name, err))
		}
		out = append(out, s)
	}
	return out, errors.Join(errs...)
}

func readSchedule(cfg *config.Config, entry config.Schedule, now time.Time) (reset.Schedule, error) {
	words := []string{"schedule", "add", entry.Cron, "--tz", entry.TZ, "--name", entry.Name, "--announce",
		entry.Announce, "--if-missed", entry.IfMissed}
	if entry.WhenBusy != "" {
		words = append(words, "--when-busy", entry.WhenBusy)
	}
	if entry.Until != "" {
		words = append(words, "--until", entry.Until)
	}
	words = append(append(words, "--"), strings.Fields(entry.Reset)...)
	cmd, err := commands.ParseArgs(words, contextOf(cfg, now))
	if err != nil {
		return reset.Schedule{}, err
	}
	s := cmd.(commands.Schedule).Schedule // no other command begins with these words
	s.Owner, s.Place = reset.Actor{Kind: reset.Person, ID: entry.Owner}, reset.Place{Channel: entry.Channel}
	if s.Intent.Cluster == "" {
		return s, fmt.Errorf("the cluster of %q is not named: write %s@CLUSTER", entry.Reset, s.Intent.Group)
	}
	if _, err = (cronParser{}).Parse(s.Expr, s.Zone); err != nil {
		return s, errors.New(Words(err))
	}
	return s, nil
}

// contextOf is the context of a terminal, in UTC.
func contextOf(cfg *config.Config, now time.Time) commands.Context {
	ctx := commands.Context{At: now, Zone: time.UTC, ZoneName: "UTC", Terminal: true}
	for _, c := range cfg.Clusters {
		ctx.Clusters = append(ctx.Clusters, commands.ClusterName{Name: c.Name, Bootstrap: c.Bootstrap})
	}
	return ctx
}

// Schedules lists the schedules in the store of a configuration, for a terminal.
func Schedules(ctx context.Context, cfg *config.Config, now func() time.Time) (string, error) {
	db, err := store.OpenReadOnly(ctx, cfg.Store.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Sprintf("There is no database %s yet, so nothing is scheduled. kafka-reset-bot serve makes it.\n",
			cfg.Store.Path), nil
	}
	if err != nil {
		return "", fmt.Errorf("open the store %s: %w", cfg.Store.Path, err)
	}
	all, err := db.Schedules(ctx, reset.ScheduleFilter{Kept: true})
	if err := errors.Join(err, db.Close()); err != nil {
		return "", fmt.Errorf("list schedules: %w", err)
	}
	return words.SchedulesOf(all, now()).String(), nil
}
