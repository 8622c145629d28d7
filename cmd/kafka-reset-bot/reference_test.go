package main

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/app"
)

var update = flag.Bool("update", false, "write docs/reference/cli.md and manifest.json anew")

const reference = root + "/docs/reference/cli.md"

// TestReferenceIsUpToDate: docs/reference/cli.md holds the pages as the program prints them. After a change of a page:
// make docs.
func TestReferenceIsUpToDate(t *testing.T) {
	t.Parallel()
	want := referencePage()
	if *update {
		if err := os.WriteFile(reference, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("run make docs: -program +docs/reference/cli.md\n%s", diff)
	}
}

const manifestFile = root + "/manifest.json"

// TestManifestIsUpToDate: manifest.json is what the program prints, so that the app can be created before the program
// is there.
func TestManifestIsUpToDate(t *testing.T) {
	t.Parallel()
	want, err := app.Manifest("/kafka-reset")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(manifestFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(manifestFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("run make docs: -program +manifest.json\n%s", diff)
	}
}

func referencePage() string {
	var b strings.Builder
	b.WriteString("# The command line\n\n" +
		"These are the pages of `kafka-reset-bot help COMMAND`. `make docs` writes this file; a test fails when it is out of date.\n" +
		"The words behind `/kafka-reset` have pages of their own: `kafka-reset-bot help target`.\n")
	top := newRoot()
	b.WriteString("\n```usage\n" + page(top) + "```\n")
	for _, c := range listed(top) {
		b.WriteString("\n## " + c.Name() + "\n\n```usage\n" + page(c) + "```\n")
	}
	return b.String()
}

// TestEveryCommandHasAPage: none is added without a line on the first page and an example, and no page is wider than a
// terminal.
func TestEveryCommandHasAPage(t *testing.T) {
	t.Parallel()
	top := newRoot()
	first := page(top)
	for _, c := range top.Commands() {
		if !c.IsAvailableCommand() && c.Name() != "help" {
			continue
		}
		if !strings.Contains(first, "\n  "+c.Name()+" ") {
			t.Errorf("the first page does not name %s", c.Name())
		}
		if c.Example == "" || !strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s has no example, or a short text that is no sentence: %q", c.Name(), c.Short)
		}
		for _, line := range strings.Split(page(c), "\n") {
			if len(line) > 90 {
				t.Errorf("help %s: %d columns: %s", c.Name(), len(line), line)
			}
		}
	}
}
