package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.yaml.in/yaml/v3"

	"github.com/kafka-reset-bot/kafka-reset-bot/commands"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/config"
)

const root = "../.."

// block is a fenced block of a document.
type block struct {
	file, kind string
	line       int
	text       []string
}

// blocks are those of README.md and docs. A kind without a check fails: it needs one.
func blocks(t *testing.T) []block {
	t.Helper()
	files, err := filepath.Glob(root + "/docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	var out []block
	for _, file := range append(files, root+"/README.md") {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var open *block
		for i, line := range strings.Split(string(src), "\n") {
			kind, fence := strings.CutPrefix(strings.TrimSpace(line), "```")
			switch {
			case fence && open == nil:
				open = &block{file: filepath.Base(file), kind: kind, line: i + 1}
			case fence:
				out, open = append(out, *open), nil
			case open != nil:
				open.text = append(open.text, line)
			}
		}
	}
	return out
}

// TestDocumentsCommands runs what the documents tell people to type, in a world, or checks what cannot run in a test.
func TestDocumentsCommands(t *testing.T) {
	t.Parallel()
	dir, ran := t.TempDir(), 0
	for _, b := range blocks(t) {
		if b.kind != "sh" {
			continue
		}
		script := []string{"world", "replace 'label: sandbox' 'cluster_id: sandboxEuClusterIdXXX' config.yaml"}
		for _, line := range b.text {
			line, _, _ = strings.Cut(line, "  # ") // what it is for
			line = strings.TrimSpace(line)
			if words, ok := strings.CutPrefix(line, "kafka-reset-bot "); ok {
				script = append(script, inScript(words)...)
				ran++
			} else if line != "" && !strings.HasPrefix(line, "#") && !known(t, line) {
				t.Errorf("%s:%d: nothing checks %q", b.file, b.line, line)
			}
		}
		name := filepath.Join(dir, fmt.Sprintf("%s-line-%d.txtar", strings.TrimSuffix(b.file, ".md"), b.line))
		if err := os.WriteFile(name, []byte(strings.Join(script, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if ran < 4 {
		t.Errorf("only %d commands of kafka-reset-bot in README and docs: are they found?", ran)
	}
	testscript.Run(t, params(dir))
}

// inScript is a command as a script runs it; serve is started, seen to connect, and stopped.
func inScript(words string) []string {
	if strings.HasPrefix(words, "serve") {
		return []string{"exec kafka-reset-bot " + words + " &serve&", "connected", "terminate", "wait serve"}
	}
	return []string{"exec kafka-reset-bot " + words, "stdout ."}
}

// known recognises what is not run here, and checks what can be checked of it.
func known(t *testing.T, line string) bool {
	t.Helper()
	read := func(file string) string {
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	target, isMake := strings.CutPrefix(line, "make ")
	switch {
	case line == "go run ./cmd/demo -script": // played by cmd/demo's own test
		return strings.Contains(read("cmd/demo/main_test.go"), `"-script"`)
	case line == "go run ./cmd/demo": // served in cmd/demo's own test
		return strings.Contains(read("cmd/demo/main_test.go"), "func TestPageIsServed(")
	case line == "go test ./...": // this
		return true
	case isMake:
		return regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(target) + `:.* ##`).MatchString(read("Makefile"))
	case strings.HasPrefix(line, "docker build"):
		return strings.Contains(read("Dockerfile"), line)
	case strings.HasPrefix(line, "docker run"):
		return strings.Contains(line, "kafka-reset-bot:/data ") &&
			strings.Contains(read("Dockerfile"), "VOLUME /data") &&
			strings.Contains(line, "config.yaml:/etc/kafka-reset-bot/config.yaml") &&
			strings.Contains(read("Dockerfile"), `"/etc/kafka-reset-bot/config.yaml"`)
	// Kafka's own; what it grants is held to the rights that check asks about
	case strings.HasPrefix(line, "kafka-acls.sh "):
		return regexp.MustCompile(`^kafka-acls\.sh --bootstrap-server \S+ --add --allow-principal User:kafka-reset-bot( --operation \w+)+ --(cluster|group '\*'|topic '\*')$`).MatchString(
			line)
	case strings.HasPrefix(line, "sqlite3 "): // SQLite's own shell; the statement is not run here
		return strings.HasPrefix(line, `sqlite3 kafka-reset-bot.db "VACUUM INTO '`)
	}
	return false
}

// TestDocumentsOtherBlocks reads what is not typed into a shell: configurations, units, commands for Slack.
func TestDocumentsOtherBlocks(t *testing.T) {
	t.Parallel()
	for _, b := range blocks(t) {
		text := strings.Join(b.text, "\n")
		switch b.kind {
		case "sh", "mermaid": // above; the picture of the states is checked where the table is
		case "transcript": // compared with the demo's output, in cmd/demo
		case "yaml":
			checkYAML(t, b, text)
		case "ini":
			if !strings.Contains(text, "ExecStart=/usr/local/bin/kafka-reset-bot serve -c ") {
				t.Errorf("%s:%d: the unit starts something else", b.file, b.line)
			}
		case "text":
			for _, line := range b.text {
				typed, ok := strings.CutPrefix(line, "/kafka-reset ")
				if _, err := commands.Parse(typed,
					commands.Context{At: time.Now(), Zone: time.UTC, ZoneName: "UTC"}); !ok || err != nil {
					t.Errorf("%s:%d: %q: %v", b.file, b.line, line, err)
				}
			}
		default:
			t.Errorf("%s:%d: nothing checks blocks of kind %q", b.file, b.line, b.kind)
		}
	}
}

func checkYAML(t *testing.T, b block, text string) {
	t.Helper()
	var doc map[string]any
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		t.Errorf("%s:%d: %v", b.file, b.line, err)
	}
	if doc["slack"] == nil {
		return
	}
	env := map[string]string{"SLACK_APP_TOKEN": "xapp-1-A-1-x", "SLACK_BOT_TOKEN": "xoxb-1-x"}
	read := func(name string) ([]byte, error) {
		if name == "config.yaml" {
			lines := bytes.Split([]byte(text), []byte("\n"))
			for i := range lines {
				lines[i] = bytes.TrimPrefix(lines[i], []byte("   ")) // within a list
			}
			return bytes.Join(lines, []byte("\n")), nil
		}
		return nil, os.ErrNotExist
	}
	if _, err := config.Load("config.yaml", func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		read); err != nil {
		t.Errorf("%s:%d: %v", b.file, b.line, err)
	}
}

// TestReadmeNamesEveryVerb holds the README's table to the verbs on the first page of help (a reset is its first row,
// without a verb), its scopes to the manifest, and its links to what there is.
func TestReadmeNamesEveryVerb(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(root + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := os.ReadFile(root + "/manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, line := range strings.Split(string(readme), "\n") {
		if strings.HasPrefix(line, "| `") {
			first, _, _ := strings.Cut(line[2:], " | ")
			for _, cell := range strings.Split(first, ", ") {
				rows = append(rows, strings.Trim(cell, "`"))
			}
		}
	}
	first, _ := commands.Usage("")
	for _, word := range regexp.MustCompile(`\b[a-z]+(?:-[a-z]+)*\b`).FindAllString(first, -1) {
		page, ok := commands.Usage(word)
		verb := ok && word != "reset" && word != "to" && regexp.MustCompile(`(?m)^  `+word+`\b`).MatchString(page)
		if verb && !slices.Contains(rows, word) {
			t.Errorf("README has no row about %s", word)
		}
	}
	for _, scope := range regexp.MustCompile(`"([a-z]+:[a-z]+)"`).FindAllSubmatch(manifest, -1) {
		if name := string(scope[1]); !slices.Contains(rows, name) {
			t.Errorf("README does not say what the scope %s is for", name)
		}
	}
	for _, link := range regexp.MustCompile(`\]\(([^)#]+)\)`).FindAllSubmatch(readme, -1) {
		if _, err := os.Stat(filepath.Join(root, string(link[1]))); err != nil {
			t.Errorf("README links to nothing: %v", err)
		}
	}
}
