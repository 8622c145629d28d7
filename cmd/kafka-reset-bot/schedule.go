package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/app"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
)

const scheduleLong = `It reads the bot's database, also while the bot runs. Schedules are saved, paused
and removed in Slack.`

func newSchedule() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:                "schedule list -c FILE",
		Short:              "List the schedules, and when each of them runs next.",
		Long:               scheduleLong,
		Example:            "kafka-reset-bot schedule list -c config.yaml",
		DisableFlagParsing: true,
		ValidArgsFunction:  completeTaken("list"),
		RunE: func(c *cobra.Command, args []string) error {
			words, err := takeFlags(c, args)
			if err != nil {
				return err
			}
			if !slices.Equal(words, []string{"list"}) {
				return notListed(c, words)
			}
			cfg, err := loadConfig(c, file)
			if err != nil {
				return err
			}
			out, err := app.Schedules(c.Context(), cfg, time.Now)
			fmt.Fprint(c.OutOrStdout(), out)
			return err
		},
	}
	addConfig(c, &file)
	return c
}

// notListed answers what cannot be done with schedules in a terminal.
func notListed(c *cobra.Command, words []string) error {
	e := &usageError{
		text: "in a terminal schedules can be listed: kafka-reset-bot schedule list; the rest is typed in Slack",
		page: pageOf(c),
	}
	if len(words) == 1 && text.Nearest(words[0], []string{"list"}) != "" {
		e.text, e.near = fmt.Sprintf("schedule does not understand %q", words[0]), "list"
	}
	return e
}
