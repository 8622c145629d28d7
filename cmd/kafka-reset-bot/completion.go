package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

const completionLong = `The shell then completes commands, options and file names. Load it in one shell:
  source <(kafka-reset-bot completion bash)
  source <(kafka-reset-bot completion zsh)
  kafka-reset-bot completion fish | source
  kafka-reset-bot completion powershell | Out-String | Invoke-Expression

For every shell, write it where that shell looks:
  bash  /etc/bash_completion.d/kafka-reset-bot
  zsh   a directory of $fpath, as _kafka-reset-bot
  fish  ~/.config/fish/completions/kafka-reset-bot.fish`

func newCompletion() *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:       "completion SHELL",
		Short:     "Print the completion script of a shell: bash, zsh, fish or powershell.",
		Long:      completionLong,
		Example:   "kafka-reset-bot completion bash > /etc/bash_completion.d/kafka-reset-bot",
		ValidArgs: shells,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				return oneOf(c, "shell", args[0], shells)
			}
			return &usageError{text: "completion needs one shell: " + strings.Join(shells, ", "), page: pageOf(c)}
		},
		RunE: func(c *cobra.Command, args []string) error {
			root, out := c.Root(), c.OutOrStdout()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(out, true)
			case "zsh":
				return root.GenZshCompletion(out)
			case "fish":
				return root.GenFishCompletion(out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(out)
			}
			return fmt.Errorf("shell %q has no completion", args[0])
		},
	}
}

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version.",
		Example: "kafka-reset-bot version",
		Args:    noWords,
		Run: func(c *cobra.Command, _ []string) {
			fmt.Fprint(c.OutOrStdout(), versionLine())
		},
	}
}
