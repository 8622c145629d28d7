package reset

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/vocabulary"
)

// allStates are the constants of state.go.
func allStates(t *testing.T) (all []State) {
	t.Helper()
	for _, s := range vocabulary.Constants(t, ".", "State") {
		all = append(all, State(s))
	}
	return all
}

// TestARequestMovesAsThePictureSays: every pair of states, with docs/states.md and not the table as the judge.
func TestARequestMovesAsThePictureSays(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../docs/states.md")
	if err != nil {
		t.Fatal(err)
	}
	drawn := map[[2]State]bool{}
	for _, m := range regexp.MustCompile(`(?m)^    (\w+) --> (\w+)$`).FindAllStringSubmatch(string(doc), -1) {
		drawn[[2]State{State(m[1]), State(m[2])}] = true
	}
	moves := 0
	for _, from := range allStates(t) {
		if !strings.Contains(string(doc), "--> "+string(from)+"\n") {
			t.Errorf("docs/states.md draws nothing that leads to %s", from)
		}
		for _, to := range allStates(t) {
			r := Request{ID: "k7f3", State: from}
			err := r.Advance(to)
			var te *TransitionError
			switch allowed := drawn[[2]State{from, to}]; {
			case allowed && (err != nil || r.State != to):
				t.Errorf("%s to %s is drawn in docs/states.md: %v, state %s", from, to, err, r.State)
			case !allowed && (!errors.As(err, &te) || r.State != from):
				t.Errorf("%s to %s is not drawn in docs/states.md: %v, state %s", from, to, err, r.State)
			case allowed:
				moves++
			}
		}
	}
	if moves != len(drawn) {
		t.Errorf("docs/states.md draws %d moves, of which %d are between states that there are", len(drawn), moves)
	}
}

// TestTheWriteHasOneDoor: whatever is drawn, a request is written only after it was approved, and what has ended stays
// so.
func TestTheWriteHasOneDoor(t *testing.T) {
	t.Parallel()
	for _, from := range allStates(t) {
		for _, to := range allStates(t) {
			if err := (&Request{State: from}).Advance(to); err == nil && (to == Applying && from != Approved ||
				to == Applied && from != Applying || to == Failed && from != Applying) {
				t.Errorf("%s becomes %s", from, to)
			}
		}
	}
	for _, ended := range []State{Applied, Failed, Refused, Rejected, Cancelled, Expired} {
		if ended.Open() {
			t.Errorf("%s can change", ended)
		}
	}
}

func TestStateIsSetInOnePlace(t *testing.T) {
	t.Parallel()
	assign := regexp.MustCompile(`(?m)^.*\.State\s*=[^=].*$|^.*\.State, .* = .*$`)
	var found []string
	for _, room := range []string{".", "../internal/engine"} {
		files, err := filepath.Glob(filepath.Join(room, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no files in %s: %v", room, err)
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			src, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range assign.FindAllString(string(src), -1) {
				found = append(found, f+": "+m)
			}
		}
	}
	want := []string{
		"state.go: \tr.State = to",
		"../internal/engine/ask.go: \tr.Revision, r.State, r.CreatedAt = 1, reset.Planning, now",
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("a request is born planning in one place and moves in one other (-want +got):\n%s", diff)
	}
}
