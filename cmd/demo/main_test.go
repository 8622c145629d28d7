package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// TestScript is the README's `go run ./cmd/demo -script`, with a shorter wait for a quiet group.
func TestScript(t *testing.T) {
	clean := leavesNothing(t)
	var out, errs strings.Builder
	if status := run(t.Context(), []string{"-script", "-settle", "2s"}, strings.NewReader(""), &out,
		&errs); status != 0 {
		t.Fatalf("exit status %d: %s\n%s", status, errs.String(), out.String())
	}
	for _, part := range []string{
		"Ask for approval", "you are not among them. Rule: pay on production", "1 of 2 consumers is still running",
		"verified", "Kafka itself: billing is Empty, 0 members", "ben was not allowed to approve",
		"All of it went as it should.",
	} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("the transcript does not say %q:\n%s", part, out.String())
		}
	}
	clean()
	for _, line := range transcript(t) {
		if !strings.Contains(unnumbered(out.String()), unnumbered(line)) {
			t.Errorf("the README shows %q, the demo does not", line)
		}
	}
}

// transcript is the part of the demo's output that the README shows.
func transcript(t *testing.T) []string {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(readme), "```transcript\n")
	shown, _, ok := strings.Cut(after, "\n```")
	if !ok {
		t.Fatal("the README shows no transcript")
	}
	return strings.Split(shown, "\n")
}

// unnumbered takes out what differs from run to run: ids, times, numbers, and the widths that follow from them.
func unnumbered(text string) string {
	text = regexp.MustCompile(`(?m)(^| )[a-z][a-z0-9]{3}((\.\d)?(?: · |$)| needs )`).ReplaceAllString(text, "${1}ID$2")
	text = regexp.MustCompile(`\d[\d,:.]*`).ReplaceAllString(text, "#")
	return regexp.MustCompile(` +`).ReplaceAllString(text, " ")
}

// leavesNothing gives the demo a place for its files, and returns a check that neither they nor goroutines are left.
func leavesNothing(t *testing.T) func() {
	t.Helper()
	dir, before := t.TempDir(), len(goroutines())
	t.Setenv("TMPDIR", dir)
	return func() {
		t.Helper()
		if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v %v", left, err)
		}
		for deadline := time.After(patience); len(goroutines()) > before; {
			select {
			case <-deadline:
				t.Fatalf("%d goroutines, %d before:\n%s", len(goroutines()), before, strings.Join(goroutines(), "\n\n"))
			case <-time.After(10 * time.Millisecond):
			}
		}
	}
}

// goroutines are those that run, without the one that sarama's go-metrics keeps for the whole process.
func goroutines() []string {
	stacks := make([]byte, 1<<20)
	all := strings.Split(string(stacks[:runtime.Stack(stacks, true)]), "\n\n")
	return slices.DeleteFunc(all, func(stack string) bool {
		return strings.Contains(stack, "go-metrics.(*meterArbiter)")
	})
}

// started is a demo for half a minute. It is stopped before what it leaves is looked for, and so not by Cleanup.
func started(t *testing.T) (context.Context, *demo, func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	d, err := start(ctx, 2*time.Second, io.Discard)
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	return ctx, d, func() {
		if err := d.Stop(); err != nil {
			t.Error(err)
		}
		cancel()
	}
}

func TestStepThatDiffersIsNamed(t *testing.T) {
	clean := leavesNothing(t)
	defer clean()
	ctx, d, stop := started(t)
	defer stop()
	s := &script{demo: d, id: "zzzz"}
	if err := s.ask(ctx); err == nil || !strings.Contains(err.Error(), `sees no button "Ask for approval"`) {
		t.Errorf("a click on nothing: %v", err)
	}
	if err := d.types(ctx, "mara", world.Incident, "help"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.expect(ctx, "mara", world.Incident, "Move a consumer group's offsets"); err != nil {
		t.Error(err)
	}
}

func TestAnEntryOfAMenuIsClickedByItsText(t *testing.T) {
	clean := leavesNothing(t)
	defer clean()
	ctx, d, stop := started(t)
	defer stop()
	answer, err := http.PostForm(d.Slack.APIURL()+"chat.postMessage", url.Values{
		"token": {slacksim.BotToken}, "channel": {world.Home}, "text": {"x"},
		"blocks": {`[{"type":"actions","elements":[{"type":"overflow","action_id":"more","options":[` +
			`{"text":{"type":"plain_text","text":"Runbook"},"value":"runbook"},` +
			`{"text":{"type":"plain_text","text":"Discard"},"value":"discard"}]}]}]`},
	})
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if err := d.obey(ctx, "jon click discard"); err != nil {
		t.Error(err)
	}
	if err := d.obey(ctx, "jon click Emergency"); err == nil || !strings.Contains(err.Error(), "jon sees no button") {
		t.Errorf("a click on nothing: %v", err)
	}
}

// terminal is a user of the typed demo.
type terminal struct {
	t     *testing.T
	keys  *io.PipeWriter
	lines chan string
	said  strings.Builder
}

func newTerminal(t *testing.T) (*terminal, <-chan int) {
	t.Helper()
	in, keys := io.Pipe()
	out, screen := io.Pipe()
	term := &terminal{t: t, keys: keys, lines: make(chan string, 10_000)}
	done := make(chan int, 1)
	go func() {
		status := run(t.Context(), []string{"-terminal", "-settle", "2s"}, in, screen, screen)
		_ = screen.Close()
		done <- status
	}()
	go func() {
		defer close(term.lines)
		for scan := bufio.NewScanner(out); scan.Scan(); {
			term.lines <- scan.Text()
		}
	}()
	return term, done
}

func (term *terminal) types(line string) {
	term.t.Helper()
	if _, err := io.WriteString(term.keys, line+"\n"); err != nil {
		term.t.Fatal(err)
	}
}

// reads waits for a line that holds text, and returns it.
func (term *terminal) reads(text string) string {
	term.t.Helper()
	for deadline := time.After(patience); ; {
		select {
		case line, ok := <-term.lines:
			if !ok {
				term.t.Fatalf("ended without %q:\n%s", text, term.said.String())
			}
			term.said.WriteString(line + "\n")
			if strings.Contains(line, text) {
				return line
			}
		case <-deadline:
			term.t.Fatalf("no line with %q:\n%s", text, term.said.String())
		}
	}
}

func TestTyped(t *testing.T) {
	clean := leavesNothing(t)
	term, done := newTerminal(t)
	database := strings.Fields(term.reads("the bot's database"))
	if _, err := os.Stat(database[len(database)-1]); err != nil {
		t.Error(err)
	}
	term.reads("people, channels, help, quit")
	term.types("kafka")
	term.reads("billing is Empty, 0 members")
	term.types("produce 5 refunds")
	term.reads("5 records written to each of the 3 partitions of refunds")
	term.types("consumers start 1")
	term.reads("consumers of billing that run: 1")
	term.types("mara #inc-4711 /kafka-reset billing@prod-eu orders back 50m")
	term.reads("to mara alone")
	id := regexp.MustCompile(`[a-z0-9]{4}`).FindString(after(term.reads("PRODUCTION · "), "PRODUCTION · "))
	term.reads("[Ask for approval]")
	term.types("mara click partitions")
	term.reads("a window before mara")
	term.reads("orders-11")
	term.types("mara close")
	term.reads("mara closes the window")
	term.types("mara click " + id + " ask for approval")
	term.reads("APPROVE?")
	term.types("jon click Reject me")
	term.reads(`jon sees no button "Reject me"; in sight, newest first: [Approve rewind] [Reject]`)
	term.types("jon click Approve")
	term.reads("1 consumer is still running")
	term.types("consumers stop")
	term.reads("12 of 12 partitions")
	term.types("jon look #kafka-prod")
	term.reads("jon sees ")
	term.types("quit")
	if status := <-done; status != 0 {
		t.Errorf("exit status %d", status)
	}
	_ = term.keys.Close() // as the end of the process would
	clean()
}

func TestTypedMistakesSayTheNextStep(t *testing.T) {
	clean := leavesNothing(t)
	term, done := newTerminal(t)
	for line, want := range map[string]string{
		"frobnicate":              "help lists what you can type",
		"mara":                    "mara #inc-4711 /kafka-reset help",
		"mara #nowhere /kafka":    "there are #inc-4711, #pay-ops",
		"mara #inc-4711 hello":    "the demo sends only commands",
		"jon click":               "which button?",
		"jon click Approve":       "in sight, newest first: ",
		"jon submit why=because":  "jon has no window open",
		"consumers":               "consumers start 2",
		"kafka nothing@prod-eu":   "there is no group",
		"kafka billing@prod-us":   "there are prod-eu and sandbox-eu",
		"produce nowhere":         "there is no topic",
		"people":                  "sol   is of another organisation",
		"channels":                "home of prod-eu",
		"ben dm /kafka-reset nop": "ben alone",
	} {
		term.types(line)
		if strings.HasPrefix(want, "ben") {
			term.reads("ben types")
		}
		term.reads(want)
	}
	_ = term.keys.Close() // the end of input ends the demo
	if status := <-done; status != 0 {
		t.Errorf("exit status %d", status)
	}
	clean()
}

// TestPageIsServed is the README's `go run ./cmd/demo`: one line says where the page is, and a signal ends it.
func TestPageIsServed(t *testing.T) {
	clean := leavesNothing(t)
	ctx, signal := context.WithCancel(t.Context())
	defer signal()
	out, screen := io.Pipe()
	done := make(chan int, 1)
	go func() { done <- run(ctx, nil, strings.NewReader(""), screen, screen) }()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	url := regexp.MustCompile(`^Open (http://127\.0\.0\.1:\d+/\w{20,}/) in a browser`).FindStringSubmatch(line)
	if url == nil {
		t.Fatalf("no address in %q", line)
	}
	answer, err := http.Get(url[1])
	if err != nil {
		t.Fatal(err)
	}
	shown, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil || answer.StatusCode != http.StatusOK || !strings.Contains(string(shown), `src="page.js"`) {
		t.Errorf("the page: %s %v\n%s", answer.Status, err, shown)
	}
	http.DefaultClient.CloseIdleConnections()
	signal()
	if status := <-done; status != 0 {
		t.Errorf("exit status %d", status)
	}
	clean()
}

// TestStoppedWhileItStarts: Ctrl-C is no failure that one would have to look into.
func TestStoppedWhileItStarts(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for _, args := range [][]string{nil, {"-script"}, {"-terminal"}} {
		var said bytes.Buffer
		status := run(ctx, args, strings.NewReader(""), &said, &said)
		if status != exitFailed || !strings.Contains(said.String(), "stopped before it was done") ||
			strings.Count(said.String(), "\n") != 1 {
			t.Errorf("%v: status %d, said %q", args, status, &said)
		}
	}
}

func TestFlagsNotUnderstood(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-nonsense"}, {"play"}, {"-settle", "soon"}, {"-port", "many"},
		{"-script", "-terminal"}} {
		var errs strings.Builder
		if status := run(t.Context(), args, strings.NewReader(""), io.Discard,
			&errs); status != exitUsage || errs.Len() == 0 {
			t.Errorf("%v: exit status %d, said %q", args, status, errs.String())
		}
	}
}

// after is what a line says after a mark.
func after(line, mark string) string {
	_, rest, _ := strings.Cut(line, mark)
	return rest
}

// TestNoFlagNamesAnotherSlackOrKafka: the demo cannot be pointed at a real one.
func TestNoFlagNamesAnotherSlackOrKafka(t *testing.T) {
	t.Parallel()
	var help strings.Builder
	run(t.Context(), []string{"-help"}, strings.NewReader(""), io.Discard, &help)
	var flags []string
	for _, m := range regexp.MustCompile(`(?m)^  -(\w+)`).FindAllStringSubmatch(help.String(), -1) {
		flags = append(flags, m[1])
	}
	if want := []string{"port", "script", "settle", "terminal"}; !slices.Equal(flags, want) {
		t.Errorf("the flags are %v, want %v", flags, want)
	}
}
