package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
)

const helpLong = `Without a word: the first page. The words behind /kafka-reset have pages too:
target, time, options, names, kafka, file, and each verb (undo, approve, ...).`

func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND | WORD]",
		Short: "Explain a command, or a word that Slack and plan understand.",
		Long:  helpLong,
		Example: `kafka-reset-bot help check
kafka-reset-bot help target
kafka-reset-bot help --tz`,
		DisableFlagParsing: true, // --tz is a word here
		ValidArgsFunction: func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return helpWords(c.Root()), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error {
			return explain(c, args)
		},
	}
}

// explain prints the page of the first word. A command of the program comes before a word of the grammar.
func explain(c *cobra.Command, args []string) error {
	root, out := c.Root(), c.OutOrStdout()
	switch {
	case len(args) == 0:
		fmt.Fprint(out, page(root))
		return nil
	case slices.Contains([]string{"-h", "--help"}, args[0]):
		fmt.Fprint(out, page(c))
		return nil
	}
	for _, sub := range listed(root) {
		if sub.Name() == args[0] {
			fmt.Fprint(out, page(sub)+wordsPage(sub))
			return nil
		}
	}
	words, ok := commands.Usage(args[0])
	if !ok {
		return &usageError{
			text: fmt.Sprintf("there is no help on %q", args[0]), near: text.Nearest(args[0], helpWords(root)),
		}
	}
	fmt.Fprintln(out, words)
	return nil
}

// helpWords are what help can be asked about.
func helpWords(root *cobra.Command) []string {
	words := commands.UsageTopics()
	for _, c := range listed(root) {
		words = append(words, c.Name())
	}
	slices.Sort(words)
	return slices.Compact(words)
}
