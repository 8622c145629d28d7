package main

import (
	"github.com/spf13/cobra"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/app"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/config"
)

const manifestLong = `At api.slack.com/apps: Create New App, From a manifest, and paste it as JSON. An app
that exists already takes it under App Manifest; install the app again afterwards.

It names all that the app needs but one thing: the app-level token (xapp-) with the
scope connections:write is made under Basic Information.`

func newManifest() *cobra.Command {
	var command string
	c := &cobra.Command{
		Use:   "manifest [--command NAME]",
		Short: "Print the manifest of the Slack app.",
		Long:  manifestLong,
		Example: `kafka-reset-bot manifest
kafka-reset-bot manifest --command /kafka-reset-test`,
		Args:              noWords,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			if !config.IsSlashCommand(command) {
				return &usageError{text: "--command needs a slash and up to 31 small letters, digits, - or _", page: pageOf(c)}
			}
			out, err := app.Manifest(command)
			if err != nil {
				return err
			}
			_, err = c.OutOrStdout().Write(out)
			return err
		},
	}
	c.Flags().StringVar(&command, "command", "/kafka-reset", "the slash command, as slack.command has it")
	_ = c.Flags().SetAnnotation("command", valueName, []string{"NAME"}) // it was added just now
	return c
}
