package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestTakeFlags: the program's own flags leave a line wherever they stand; all else reaches the grammar as typed.
func TestTakeFlags(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ args, words, config, output, err string }{
		{args: "-c a.yaml billing orders to latest", words: "billing orders to latest", config: "a.yaml",
			output: "table"},
		{args: "billing --config a.yaml orders -o csv to latest", words: "billing orders to latest", config: "a.yaml",
			output: "csv"},
		{args: "billing --output=json orders --config=a.yaml", words: "billing orders", config: "a.yaml",
			output: "json"},
		{args: "-c=a.yaml g orders:7 shift -100", words: "g orders:7 shift -100", config: "a.yaml", output: "table"},
		{args: "-c a.yaml -c b.yaml", config: "b.yaml", output: "table"},
		{args: "--group g --tz UTC --to-datetime x --all-topics",
			words: "--group g --tz UTC --to-datetime x --all-topics", output: "table"},
		{args: "--reason=-c billing", words: "--reason=-c billing", output: "table"},
		{args: "-c a.yaml add x -- billing -c b.yaml --output csv", words: "add x -- billing -c b.yaml --output csv",
			config: "a.yaml", output: "table"},
		{args: "-- --help", words: "-- --help", output: "table"},
		{args: "- — -100 --", words: "- — -100 --", output: "table"},
		{args: "-config a.yaml", words: "-config a.yaml", output: "table"}, // Go's own way: the grammar refuses it
		{args: "billing --output", err: "--output needs a value; see kafka-reset-bot help plan"},
		{args: "billing -c", err: "-c needs a value; see kafka-reset-bot help plan"},
		{args: "-h", err: "pflag: help requested"},
		{args: "billing --help orders", err: "pflag: help requested"},
	} {
		var config, output string
		c := &cobra.Command{Use: "plan"}
		(&cobra.Command{Use: "kafka-reset-bot"}).AddCommand(c)
		addConfig(c, &config)
		c.Flags().StringVarP(&output, "output", "o", "table", "")
		c.InitDefaultHelpFlag()
		words, err := takeFlags(c, strings.Fields(tt.args))
		if err != nil || tt.err != "" {
			if err == nil || err.Error() != tt.err {
				t.Errorf("%s: %v, want %s", tt.args, err, tt.err)
			}
			continue
		}
		got, want := []string{strings.Join(words, " "), config, output}, []string{tt.words, tt.config, tt.output}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", tt.args, diff)
		}
	}
}

// TestGrammarCommandsLeaveFlagsAlone: pflag would take -100 apart and refuse --to-latest.
func TestGrammarCommandsLeaveFlagsAlone(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"plan", "schedule"} {
		c, _, err := newRoot().Find([]string{name})
		if err != nil || c.Name() != name || !c.DisableFlagParsing {
			t.Errorf("%s: %v, %v", name, c.Name(), err)
		}
	}
	if _, err := takeFlags(&cobra.Command{}, nil); !errors.Is(err, pflag.ErrHelp) {
		t.Errorf("without a help flag: %v", err)
	}
}
