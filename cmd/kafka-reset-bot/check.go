package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/app"
)

const checkLong = `First every mistake of the file, each with its line and key. Then Slack is asked
about tokens, scopes, user groups and home channels, and Kafka about brokers,
cluster ids and the rights of the bot's login. Nothing is written.

--dm sends one direct message: Slack tells in no other way whether they arrive.
--cards lets Slack judge a card of each kind (blocks.validate); none is posted.

Rights are looked at for the groups that the policy names, or for those given.`

func newCheck() *cobra.Command {
	var (
		file string
		o    app.CheckOptions
	)
	c := &cobra.Command{
		Use:   "check -c FILE [--offline] [--group GROUP]... [--topic TOPIC]...\n  [--dm USER] [--cards]",
		Short: "Check the configuration, Slack, the clusters and the ACLs.",
		Long:  checkLong,
		Example: `kafka-reset-bot check -c config.yaml
kafka-reset-bot check -c config.yaml --offline
kafka-reset-bot check -c config.yaml --group billing --topic orders
kafka-reset-bot check -c config.yaml --dm U0MARA --cards`,
		Args:              noWords,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := loadConfig(c, file)
			if err != nil {
				return err
			}
			return app.Check(c.Context(), cfg, o, c.OutOrStdout(), time.Now)
		},
	}
	addConfig(c, &file)
	c.Flags().BoolVar(&o.Offline, "offline", false, "check only the file; do not call Slack or Kafka")
	// Arrays, not slices: a comma may stand in no topic, but in a group's name.
	c.Flags().StringArrayVar(&o.Groups, "group", nil, "check the ACLs on this group; may be repeated")
	c.Flags().StringArrayVar(&o.Topics, "topic", nil, "check the ACLs on this topic; may be repeated")
	c.Flags().StringVar(&o.Tell, "dm", "", "send a test message to this Slack user (a member ID)")
	c.Flags().BoolVar(&o.Cards, "cards", false, "let Slack judge a card of each kind")
	for name, value := range map[string]string{"group": "GROUP", "topic": "TOPIC", "dm": "USER"} {
		_ = c.Flags().SetAnnotation(name, valueName, []string{value}) // all were added just now
	}
	return c
}
