package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/config"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
)

// takeFlags takes a command's own flags out of a line whose other words belong to the grammar of /kafka-reset, wherever
// they stand before a "--". That one stays, with all behind it: it separates a schedule from its reset, and nothing
// behind it is ours. The commands that use it have DisableFlagParsing: pflag would refuse --to-datetime, and read -100
// as three flags.
func takeFlags(c *cobra.Command, args []string) (words []string, err error) {
	for len(args) > 0 {
		arg := args[0]
		if arg == "--" {
			return append(words, args...), helpAsked(c)
		}
		args = args[1:]
		name, value, joined := cutFlag(arg)
		flag := lookup(c, name)
		switch {
		case flag == nil:
			words = append(words, arg)
			continue
		case joined:
		case flag.NoOptDefVal != "": // it takes none
			value = flag.NoOptDefVal
		case len(args) == 0:
			return nil, &usageError{text: name + " needs a value", page: pageOf(c)}
		default:
			value, args = args[0], args[1:]
		}
		if err := c.Flags().Set(flag.Name, value); err != nil {
			return nil, &usageError{text: fmt.Sprintf("%s: %v", name, err), page: pageOf(c)}
		}
	}
	return words, helpAsked(c)
}

// helpAsked is the error by which cobra shows a command's page.
func helpAsked(c *cobra.Command) error {
	if asked, err := c.Flags().GetBool("help"); err != nil || asked {
		return pflag.ErrHelp
	}
	return nil
}

// cutFlag parts "--name=value" and "-n=value".
func cutFlag(arg string) (name, value string, joined bool) {
	if len(arg) < 2 || arg[0] != '-' {
		return arg, "", false
	}
	return strings.Cut(arg, "=")
}

func lookup(c *cobra.Command, name string) *pflag.Flag {
	if long, ok := strings.CutPrefix(name, "--"); ok {
		return c.Flags().Lookup(long)
	}
	if len(name) == 2 && name[0] == '-' {
		return c.Flags().ShorthandLookup(name[1:])
	}
	return nil
}

// completeTaken completes a line that takeFlags reads: the values of the command's own flags, else the given words.
// cobra itself completes no values where it does not parse flags.
func completeTaken(words ...string) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		var flag *pflag.Flag
		if len(args) > 0 {
			flag = lookup(c, args[len(args)-1])
		}
		if flag == nil || flag.NoOptDefVal != "" {
			return words, cobra.ShellCompDirectiveNoFileComp
		}
		if values, ok := c.GetFlagCompletionFunc(flag.Name); ok {
			return values(c, args, typed)
		}
		return flag.Annotations[cobra.BashCompFilenameExt], cobra.ShellCompDirectiveFilterFileExt
	}
}

// addConfig gives a command its -c.
func addConfig(c *cobra.Command, into *string) {
	c.Flags().StringVarP(into, "config", "c", "", "the configuration, as config.example.yaml")
	_ = c.Flags().SetAnnotation("config", valueName, []string{"FILE"}) // the flag was added just now; below too
	_ = c.MarkFlagFilename("config", "yaml", "yml")
}

// loadConfig reads the file that -c names.
func loadConfig(c *cobra.Command, file string) (*config.Config, error) {
	if file == "" {
		return nil, &usageError{text: c.Name() + " needs the configuration: -c config.yaml", page: pageOf(c)}
	}
	return config.Load(file, os.LookupEnv, os.ReadFile)
}

// oneOf refuses a value that is none of those that there are.
func oneOf(c *cobra.Command, what, value string, known []string) error {
	if slices.Contains(known, value) {
		return nil
	}
	last := len(known) - 1
	return &usageError{
		text: fmt.Sprintf("%s %q is not known; give %s or %s", what, value, strings.Join(known[:last], ", "),
			known[last]),
		near: text.Nearest(value, known), page: pageOf(c),
	}
}
