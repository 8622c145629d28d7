package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
)

const (
	rootLong = `plan takes the words of /kafka-reset and the flags of kafka-consumer-groups.sh.
Its CSV is what kafka-consumer-groups.sh --reset-offsets --from-file reads.`

	rootExample = `kafka-reset-bot check -c config.yaml
kafka-reset-bot serve -c config.yaml
kafka-reset-bot plan -c config.yaml billing@prod-eu orders to 02:10
kafka-reset-bot help target`

	exitStatuses = `Exit status: 0 done, 1 it did not work (the reason is on standard error),
2 the command line was not understood.`
)

// newRoot is the program as a tree of commands. It is made anew for each run: cobra keeps what was given in it.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "kafka-reset-bot",
		Short:         "kafka-reset-bot moves Kafka consumer-group offsets safely, from Slack.",
		Long:          rootLong,
		Example:       rootExample,
		SilenceErrors: true, // run says them, with the exit status that fits
		SilenceUsage:  true,
		// Only what names no command comes here. Parsed, an unknown option would hide the word that is wrong.
		DisableFlagParsing: true,
		Args:               cobra.ArbitraryArgs,
		RunE:               noCommand,
	}
	root.CompletionOptions.DisableDefaultCmd = true // ours has one page for all shells
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { fmt.Fprint(c.OutOrStdout(), page(c)+wordsPage(c)) })
	root.AddCommand(newServe(), newCheck(), newPlan(), newSchedule(), newManifest(), newVersion(), newCompletion())
	root.SetHelpCommand(newHelp())
	root.InitDefaultHelpCmd()
	return root
}

// listed are the commands in the order of the first page: what a team needs first stands first.
func listed(root *cobra.Command) []*cobra.Command {
	var out []*cobra.Command
	for _, name := range []string{"serve", "check", "plan", "schedule", "manifest", "help", "completion", "version"} {
		for _, c := range root.Commands() {
			if c.Name() == name {
				out = append(out, c)
			}
		}
	}
	return out
}

// page is the help of a command: what it does, how it is written, its options, examples.
func page(c *cobra.Command) string {
	var b strings.Builder
	paragraph := func(title, body string) {
		if body = strings.TrimRight(body, "\n"); body == "" {
			return
		}
		b.WriteString("\n")
		if title == "" {
			b.WriteString(body + "\n")
			return
		}
		b.WriteString(title + "\n")
		for line := range strings.SplitSeq(body, "\n") {
			b.WriteString("  " + line + "\n")
		}
	}
	b.WriteString(c.Short + "\n")
	if c.HasParent() {
		paragraph("Usage", "kafka-reset-bot "+c.Use)
	} else {
		var list strings.Builder
		for _, sub := range listed(c) {
			fmt.Fprintf(&list, "%-11s %s\n", sub.Name(), strings.TrimSuffix(sub.Short, "."))
		}
		paragraph("Usage", "kafka-reset-bot COMMAND [OPTION]...")
		paragraph("Commands", list.String())
	}
	paragraph("", c.Long)
	paragraph("Options", options(c))
	paragraph("For example", c.Example)
	if !c.HasParent() {
		paragraph("", exitStatuses)
	}
	return b.String()
}

// wordsPage is the page of what a command of that name means in Slack.
func wordsPage(c *cobra.Command) string {
	if !c.HasParent() || !slices.Contains(commands.UsageTopics(), c.Name()) {
		return ""
	}
	words, _ := commands.Usage(c.Name())
	return "\nIn Slack, after /kafka-reset\n\n" + words
}

// options are those that a command has of its own, one a line; --help is understood everywhere and listed nowhere.
func options(c *cobra.Command) string {
	var (
		names, usages []string
		most          int
		b             strings.Builder
	)
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" {
			return
		}
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		if value := f.Annotations[valueName]; value != nil {
			name += " " + value[0]
		}
		names, usages, most = append(names, name), append(usages, f.Usage), max(most, len(name))
	})
	for i := range names {
		fmt.Fprintf(&b, "%-*s  %s\n", most, names[i], usages[i])
	}
	return b.String()
}

// valueName is the annotation that holds what a page calls a flag's value. (pflag's own way, backquotes in the usage,
// shows the backquotes in completions.)
const valueName = "value"

// usageError is a command line that was not understood.
type usageError struct {
	text string
	near string // what was probably meant
	page string // the help to read: "" is the first page
}

func (e *usageError) Error() string {
	see := strings.TrimSpace("kafka-reset-bot help " + e.page)
	if e.near != "" {
		return fmt.Sprintf("%s; did you mean %s? See %s", e.text, e.near, see)
	}
	return e.text + "; see " + see
}

// noCommand answers a line that names no command. A word of the conversation in Slack is told apart from a typo.
func noCommand(root *cobra.Command, args []string) error {
	var names []string
	for _, c := range listed(root) {
		names = append(names, c.Name())
	}
	switch word := args[0]; {
	case word == "-h", word == "--help":
		return pflag.ErrHelp
	case word == "--version":
		fmt.Fprint(root.OutOrStdout(), versionLine())
		return nil
	case strings.HasPrefix(word, "-"):
		return &usageError{text: fmt.Sprintf("there is no option %q; a command comes first: %s", word,
			strings.Join(names, ", "))}
	default:
		near := text.Nearest(word, names)
		if _, known := commands.Usage(word); known && near == "" {
			return &usageError{text: fmt.Sprintf("%q is typed in Slack, after /kafka-reset", word), page: word}
		}
		return &usageError{text: fmt.Sprintf("there is no command %q", word), near: near}
	}
}

// noWords refuses words where a command has options alone.
func noWords(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return &usageError{text: fmt.Sprintf("%s does not understand %q", c.Name(), args[0]), page: pageOf(c)}
}

// flagError says in our words what pflag found.
func flagError(c *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		bare    *pflag.ValueRequiredError
	)
	switch {
	case errors.As(err, &unknown):
		typed := "--" + unknown.GetSpecifiedName()
		if short := unknown.GetSpecifiedShortnames(); short != "" {
			typed = "-" + short
		}
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
		return &usageError{
			text: fmt.Sprintf("%s does not understand %q", c.Name(), typed), near: text.Nearest(typed, names),
			page: pageOf(c),
		}
	case errors.As(err, &bare):
		typed := "--" + bare.GetSpecifiedName()
		if short := bare.GetSpecifiedShortnames(); short != "" {
			typed = "-" + short
		}
		return &usageError{text: typed + " needs a value", page: pageOf(c)}
	}
	return &usageError{text: err.Error(), page: pageOf(c)}
}

func pageOf(c *cobra.Command) string {
	if c.HasParent() {
		return c.Name()
	}
	return ""
}
