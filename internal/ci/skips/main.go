// Command skips reads `go test -json` and prints what go test would have
// printed: a line per package, and in full what failed. Then it counts, and fails
// if a test was skipped: a skip reads as a pass. It runs nothing itself.
//
//	go test -json ./... | go run ./internal/ci/skips
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	count, err := relay(os.Stdin, os.Stdout)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "skips:", err)
	case count.failed > 0 || count.skipped > 0:
	case count.passed == 0:
		fmt.Fprintln(os.Stderr, "skips: no test ran")
	default:
		return
	}
	os.Exit(1)
}

// event is one line of go test -json (go doc test2json), or of a build.
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

type tally struct{ passed, failed, skipped int }

// relay copies the readable part of in to out and counts tests, subtests
// included. A package that fails outside a test (build, timeout) counts as one.
func relay(in io.Reader, out io.Writer) (tally, error) {
	var n tally
	said := map[string][]string{} // output of tests that have not ended yet
	failed := map[string]bool{}   // packages that have a failed test
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			_, err := fmt.Fprintf(out, "%d passed, %d failed, %d skipped\n", n.passed, n.failed, n.skipped)
			return n, err
		}
		if err != nil && err != io.EOF {
			return n, err
		}
		var e event
		if json.Unmarshal(line, &e) != nil {
			e = event{Action: "output", Output: string(line)} // go itself speaks plainly at times
		}
		if text := n.take(e, said, failed); text != "" {
			if _, err := io.WriteString(out, text); err != nil {
				return n, err
			}
		}
	}
}

// take counts an event and returns what is to be printed of it.
func (n *tally) take(e event, said map[string][]string, failed map[string]bool) string {
	key := e.Package + " " + e.Test
	switch {
	case e.Action == "build-output":
		return e.Output
	case e.Action == "output" && e.Test != "":
		said[key] = append(said[key], e.Output)
	case e.Action == "output" && e.Output != "PASS\n":
		return e.Output
	case e.Test == "" && e.Action == "fail" && !failed[e.Package]:
		n.failed++
	case e.Test == "":
		return "" // the package's own end: its closing line was output
	case e.Action == "pass":
		n.passed++
		delete(said, key)
	case e.Action == "skip":
		n.skipped++
		return strings.Join(said[key], "")
	case e.Action == "fail":
		n.failed++
		failed[e.Package] = true
		return strings.Join(said[key], "")
	}
	return ""
}
