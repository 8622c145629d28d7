package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/app"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/config"
)

const serveLong = `It connects to Slack and to the configured clusters and needs no open port.
SIGTERM or SIGINT ends it: nothing new is begun, and a write that has begun is
finished within 25 seconds. The log goes to standard error.

One process serves one database: a second one is refused.`

func newServe() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:               "serve -c FILE",
		Short:             "Run the bot.",
		Long:              serveLong,
		Example:           "kafka-reset-bot serve -c config.yaml",
		Args:              noWords,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := loadConfig(c, file)
			if err != nil {
				return err
			}
			return serve(c.Context(), cfg, c.ErrOrStderr())
		},
	}
	addConfig(c, &file)
	return c
}

// serve runs the bot until a signal comes.
func serve(ctx context.Context, cfg *config.Config, stderr io.Writer) error {
	log := newLog(cfg.Log, stderr)
	a, err := app.New(ctx, cfg, app.Options{Now: time.Now, Log: log})
	if err != nil {
		return err
	}
	log.Info("serving", "version", versionOf(), "clusters", len(cfg.Clusters), "rules", len(cfg.Policy))
	err = errors.Join(a.Run(ctx), a.Close())
	if err == nil {
		log.Info("stopped")
	}
	return err
}

func newLog(c config.Log, w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.Level)) // config has checked it
	o := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}
