package main

import (
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/app"
)

const planLong = `Kafka is asked, nothing is written, and Slack is not needed. The words are those
behind /kafka-reset, or the flags of kafka-consumer-groups.sh:
kafka-reset-bot help target, time, options, names, kafka, file.

A time without a zone is read in TZ, or as --tz says; without either in UTC.
The CSV is what kafka-consumer-groups.sh --reset-offsets --from-file reads.`

func newPlan() *cobra.Command {
	var file, output string
	formats := []string{"table", "json", "csv"}
	c := &cobra.Command{
		Use:   "plan -c FILE GROUP[@CLUSTER] TOPIC... TARGET [--tz ZONE] [-o FORMAT]",
		Short: "Show what a reset would do, and write nothing.",
		Long:  planLong,
		Example: `kafka-reset-bot plan -c config.yaml billing@prod-eu orders to 02:10
kafka-reset-bot plan -c config.yaml billing@prod-eu orders back 90m --tz UTC
kafka-reset-bot plan -c config.yaml billing@prod-eu orders to earliest -o csv
kafka-reset-bot plan -c config.yaml --group billing --cluster prod-eu \
  --topic orders --to-datetime 2026-11-22T02:10:00.000`,
		DisableFlagParsing: true,
		ValidArgsFunction:  completeTaken(commands.OptionNames()...),
		RunE: func(c *cobra.Command, args []string) error {
			words, err := takeFlags(c, args)
			if err != nil {
				return err
			}
			if err := oneOf(c, "output", output, formats); err != nil {
				return err
			}
			cfg, err := loadConfig(c, file)
			if err != nil {
				return err
			}
			out, err := app.Plan(c.Context(), cfg, app.Options{Now: time.Now, Log: slog.New(slog.DiscardHandler)},
				app.PlanOptions{Words: words, Output: output, Zone: zone(), Now: time.Now})
			if err == nil {
				fmt.Fprint(c.OutOrStdout(), out)
			}
			return err
		},
	}
	addConfig(c, &file)
	c.Flags().StringVarP(&output, "output", "o", "table", "table (the default), json or csv")
	_ = c.Flags().SetAnnotation("output", valueName, []string{"FORMAT"}) // it was added just now
	_ = c.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// zone is that of the person at the terminal.
func zone() string {
	if tz := os.Getenv("TZ"); tz != "" {
		return tz
	}
	return "UTC"
}
