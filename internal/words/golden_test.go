package words

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

var update = flag.Bool("update", false, "write the golden files anew")

var berlin = timeFormatOf(reset.Intent{Zone: "Europe/Berlin"}, time.Time{}).zone

// said are the contents whose wording is held fast. A change of words shows as a change of these files.
func said() map[string]Content {
	blocked := latestStory()
	blocked.Blocking = "p4x1"
	return map[string]Content{
		"preview":       PreviewOf(free(story(wrongDeploy(), orders()))),
		"preview-busy":  PreviewOf(busyStory()),
		"which-cluster": PreviewOf(whichClusterStory()),
		"which-topics":  PreviewOf(whichTopicsStory()),
		"no-group": PreviewOf(refusedStory(&reset.Problem{Code: reset.ProblemNoGroup, Cluster: "prod-eu",
			Group: "biling", Names: []string{"billing"}})),
		"no-right": PreviewOf(refusedStory(denied(reset.DeniedNotIn, reset.VerbRequest))),
		"unreachable": PreviewOf(asked(wrongDeploy(),
			&reset.Problem{Code: reset.ProblemUnreachable, Cluster: "prod-eu", Names: []string{"k1", "k2", "k3"},
				Got: "5 s"})),
		"skip-record":      PreviewOf(skipStory()),
		"latest":           PreviewOf(blocked),
		"clamped":          PreviewOf(clampedStory()),
		"never-committed":  PreviewOf(neverStory()),
		"undo":             PreviewOf(undoStory()),
		"pending":          CardOf(pendingStory()),
		"voided":           CardOf(voidedStory()),
		"waiting":          CardOf(waitingStory()),
		"applying":         CardOf(applyingStory()),
		"applied":          CardOf(appliedStory()),
		"failed-unchanged": CardOf(failedStory(reset.Unchanged, 0, 12, 0)),
		"failed-mixed":     CardOf(failedStory(reset.PartiallyApplied, 8, 4, 0)),
		"failed-unclear":   CardOf(failedStory(reset.OutcomeUnknown, 7, 4, 1)),
		"failed-as-before": CardOf(asBeforeStory()),
		"late":             CardOf(lateStory()),
		"expired":          CardOf(expiredStory()),
		"cancelled":        CardOf(cancelledStory()),
		"lag":              LagOf(lagStory(), 1, clockAt("03:12:44")),
		"status":           StatusOf(several()[:2], false, nil, []reset.ClusterInfo{prodEU}, clockAt("02:30:00")),
		"schedule":         PreviewOf(scheduleStory()),
		"announced":        CardOf(announcedStory()),
		"show":             ShowOf(appliedStory(), wholeLife()),
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for name, c := range said() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join("testdata", name+".golden")
			got := c.String() + "\n> " + c.Fallback + "\n"
			for _, b := range c.Buttons {
				if b.Confirm != "" {
					got += "> [" + b.Label + "] asks: " + b.Confirm + "\n"
				}
			}
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got)\n%s\nif that is better: go test ./internal/words -run TestGolden -update", diff)
			}
			if n := strings.Count(got, "\n"); n > 60 {
				t.Errorf("%d lines: nobody reads that at three in the morning", n)
			}
		})
	}
}

// TestGoldenSamples: what Slack is asked about by `check --cards` is what is said now.
func TestGoldenSamples(t *testing.T) {
	t.Parallel()
	all, err := json.Marshal(said())
	if err != nil {
		t.Fatal(err)
	}
	want := append(bytes.ReplaceAll(all, []byte(`},"`), []byte("},\n\"")), '\n') // one a line, or less
	if *update {
		if err := os.WriteFile("samples.json", want, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("samples.json")
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(got) {
		t.Error("samples.json is not what is said now: go test ./internal/words -run 'Golden' -update")
	}
	samples, err := Samples()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(said(), samples, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("read back: -want +got\n%s", diff)
	}
}

// TestEveryGoldenIsUsed finds files that no story writes any more.
func TestEveryGoldenIsUsed(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "*.golden"))
	if err != nil {
		t.Fatal(err)
	}
	now := said()
	for _, f := range files {
		if _, ok := now[strings.TrimSuffix(filepath.Base(f), ".golden")]; !ok {
			t.Errorf("%s is told by no story", f)
		}
	}
	if len(now) > 30 {
		t.Errorf("%d golden files", len(now))
	}
}

// TestButtons holds what every button must be: referring to a request, typed the same way, and confirmed within
// Slack's limits.
func TestButtons(t *testing.T) {
	t.Parallel()
	for name, c := range said() {
		primary := 0
		for _, b := range c.Buttons {
			if b.Ref == "" || b.Typed == "" || b.Label == "" || b.Verb == "" {
				t.Errorf("%s: incomplete %+v", name, b)
			}
			if b.Style == "primary" {
				primary++
			}
			if utf8.RuneCountInString(b.Confirm) > 300 || utf8.RuneCountInString(b.Label) > 75 {
				t.Errorf("%s: too long %+v", name, b)
			}
			if id, _, _ := strings.Cut(b.Ref, "."); !strings.Contains(b.Typed, id) {
				t.Errorf("%s: %q does not name %q", name, b.Typed, id)
			}
		}
		if primary > 1 {
			t.Errorf("%s: %d primary buttons", name, primary)
		}
		if c.Title == "" || c.Fallback == "" {
			t.Errorf("%s: no title or no fallback", name)
		}
	}
}
