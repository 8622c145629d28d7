package architecture

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documents are the Markdown files that git keeps, or is about to.
func documents(t *testing.T) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md")
	out, err := cmd.Output()
	if err != nil {
		return walked(t) // a tree without git, as an archive of a release is
	}
	return strings.Fields(string(out))
}

func walked(t *testing.T) (files []string) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if d.IsDir() && path != "." && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".md") {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// markdown is a document without its fenced blocks, in which brackets are no links.
func markdown(t *testing.T, file string) string {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile("(?ms)^ *```.*?^ *```").ReplaceAllString(string(src), "")
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// linked are the files that a document links to, from the root.
func linked(t *testing.T, file string) (to []string) {
	t.Helper()
	for _, m := range link.FindAllStringSubmatch(markdown(t, file), -1) {
		path, _, _ := strings.Cut(m[1], "#")
		if path != "" && !strings.Contains(path, "://") && !strings.HasPrefix(path, "mailto:") {
			to = append(to, filepath.Join(filepath.Dir(file), path))
		}
	}
	return to
}

func TestEveryLinkLeadsToAFile(t *testing.T) {
	t.Parallel()
	all := documents(t)
	if !slices.Contains(all, "README.md") || len(all) < 15 {
		t.Fatalf("these are not the documents: %q", all)
	}
	links := 0
	for _, file := range all {
		for _, to := range linked(t, file) {
			links++
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s links to nothing: %s", file, to)
			}
		}
	}
	if links < 30 {
		t.Errorf("%d links in all: are they found?", links)
	}
}

// TestEveryDocumentIsListed: docs/README.md is the way to each document, docs/adr/README.md to each decision.
func TestEveryDocumentIsListed(t *testing.T) {
	t.Parallel()
	index, decisions := linked(t, "docs/README.md"), linked(t, "docs/adr/README.md")
	for _, file := range documents(t) {
		in := index
		switch {
		case file == "docs/README.md":
			continue
		case strings.HasPrefix(file, "docs/adr/0"):
			in = decisions
		case strings.HasPrefix(file, "docs/adr/"):
			if !slices.Contains(index, "docs/adr") && !slices.Contains(index, file) {
				t.Errorf("docs/README.md does not list %s", file)
			}
			continue
		}
		if !slices.Contains(in, file) {
			t.Errorf("%s is in no list: docs/README.md, or docs/adr/README.md for a decision", file)
		}
	}
	for _, doc := range []string{"docs/README.md", "SECURITY.md", "CONTRIBUTING.md"} {
		if !slices.Contains(linked(t, "README.md"), doc) {
			t.Errorf("README.md does not lead to %s", doc)
		}
	}
}

// TestDocumentsNameTestsThatExist: SECURITY.md and CONTRIBUTING.md say which test holds what, and where code is. A name
// or a path that is no more is worse than none.
func TestDocumentsNameTestsThatExist(t *testing.T) {
	t.Parallel()
	var code bytes.Buffer
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		src, err := os.ReadFile(path)
		code.Write(src)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	test := regexp.MustCompile("`(Test[A-Za-z0-9]+)`")
	path := regexp.MustCompile("`((?:[a-z-]+/)+[a-z0-9_.-]*|[a-z0-9_.]+\\.(?:go|md|yaml|yml))`")
	for _, file := range []string{"SECURITY.md", "CONTRIBUTING.md"} {
		text := markdown(t, file)
		tests, paths := test.FindAllStringSubmatch(text, -1), path.FindAllStringSubmatch(text, -1)
		for _, m := range tests {
			if !bytes.Contains(code.Bytes(), []byte("func "+m[1]+"(")) {
				t.Errorf("%s names %s, which is not there", file, m[1])
			}
		}
		for _, m := range paths {
			if _, err := os.Stat(m[1]); err != nil {
				t.Errorf("%s names %s, which is not there", file, m[1])
			}
		}
		if len(tests) == 0 || len(paths) == 0 {
			t.Errorf("%s: %d tests and %d paths found", file, len(tests), len(paths))
		}
	}
}

// TestEveryDependencyHasItsReason: what go.mod asks for directly has a line in 0001.
func TestEveryDependencyHasItsReason(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	reasons, err := os.ReadFile("docs/adr/0001-dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	direct := regexp.MustCompile(`(?m)^\t(\S+) v\S+$`).FindAllStringSubmatch(string(mod), -1)
	for _, m := range direct {
		name := strings.TrimPrefix(m[1], "github.com/")
		family := strings.HasPrefix(name, "twmb/franz-go") // one row for its modules
		if !family && !bytes.Contains(reasons, []byte("`"+name)) {
			t.Errorf("docs/adr/0001-dependencies.md has no line on %s", name)
		}
	}
	if len(direct) < 10 {
		t.Errorf("go.mod has %d direct dependencies: are they found?", len(direct))
	}
}
