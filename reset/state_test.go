package reset

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPictureOfTheStatesIsTheTable(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../docs/states.md")
	if err != nil {
		t.Fatal(err)
	}
	var drawn, table []string
	for _, m := range regexp.MustCompile(`(?m)^    (\w+) --> (\w+)$`).FindAllStringSubmatch(string(doc), -1) {
		drawn = append(drawn, m[1]+" to "+m[2])
	}
	for from, tos := range Transitions {
		for _, to := range tos {
			table = append(table, fmt.Sprintf("%s to %s", from, to))
		}
	}
	slices.Sort(drawn)
	slices.Sort(table)
	if diff := cmp.Diff(table, drawn); diff != "" {
		t.Errorf("docs/states.md differs from the table (-table +drawn):\n%s", diff)
	}
}

func TestOnlyTheTableMoves(t *testing.T) {
	t.Parallel()
	all := []State{Planning, Draft, Pending, Approved, Applying, Applied, Failed, Refused, Rejected, Cancelled, Expired}
	for _, from := range all {
		for _, to := range all {
			r := Request{ID: "k7f3", State: from}
			err := r.Advance(to)
			allowed := slices.Contains(Transitions[from], to)
			var te *TransitionError
			if allowed != (err == nil) || !allowed && (!errors.As(err, &te) || r.State != from) {
				t.Errorf("%s to %s: %v, state %s", from, to, err, r.State)
			}
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
