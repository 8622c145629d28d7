package words

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
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
	all := alone()
	maps.Copy(all, cards())
	return all
}

// alone are those that one person sees: previews, questions, answers.
func alone() map[string]Content {
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
		"skip-record":     PreviewOf(skipStory()),
		"latest":          PreviewOf(blocked),
		"clamped":         PreviewOf(clampedStory()),
		"never-committed": PreviewOf(neverStory()),
		"undo":            PreviewOf(undoStory()),
		"lag":             LagOf(lagStory(), 1, clockAt("03:12:44")),
		"status":          StatusOf(several()[:2], false, nil, []reset.ClusterInfo{prodEU}, clockAt("02:30:00")),
		"schedule":        PreviewOf(scheduleStory()),
		"reading":         PreviewOf(asked(wrongDeploy(), nil)),
		"break-glass":     PreviewOf(emergencyStory()),
		"nothing-moves":   PreviewOf(nothingStory()),
		"many-warnings":   PreviewOf(warnedStory()),
		"freeze-preview":  PreviewOf(freezeStory(reset.Freeze{Cluster: "prod-eu", Why: "INC-4711"}, reset.Draft)),
		"show":            ShowOf(appliedStory(), wholeLife()),
	}
}

// cards are those that a channel sees.
func cards() map[string]Content {
	return map[string]Content{
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
		"announced":        CardOf(announcedStory()),
		"approve-skip":     CardOf(skipAllStory()),
		"approve-schedule": CardOf(waits(scheduleStory())),
		"waiting-alone":    CardOf(aloneStory()),
		"frozen-waiting":   CardOf(frozenStory()),
		"checking":         CardOf(checkingStory()),
		"caught-up":        CardOf(watchedStory(caughtUp)),
		"watched":          CardOf(watchedStory(cameBack)),
		"no-consumer":      CardOf(watchedStory(noOneBack)),
		"overwritten":      CardOf(watchedStory(hit)),
		"undone":           CardOf(undoneStory()),
		"rolled-back":      CardOf(failedStory(reset.RolledBack, 0, 12, 0)),
		"accepted":         CardOf(acceptedStory()),
		"rejected":         CardOf(rejectedStory()),
		"schedule-active":  CardOf(savedStory(reset.Active)),
		"schedule-paused":  CardOf(savedStory(reset.Paused)),
		"schedule-expired": CardOf(savedStory(reset.Lapsed)),
		"freeze-approve":   CardOf(freezeStory(reset.Freeze{Cluster: "prod-eu", Why: "INC-4711"}, reset.Pending)),
		"frozen": CardOf(freezeStory(reset.Freeze{Cluster: "prod-eu", Why: "INC-4711"}, reset.Applied,
			over(inForce("k7f3", jon, "INC-4711")))),
		"thawed": CardOf(freezeStory(reset.Thaw{FreezeID: "m2n8", Cluster: "prod-eu",
			Lifts: inForce("m2n8", mara, "data loss").Frozen}, reset.Applied)),
		"still-frozen": CardOf(freezeStory(reset.Thaw{FreezeID: "m2n8", Cluster: "prod-eu",
			Lifts: inForce("m2n8", mara, "data loss").Frozen}, reset.Applied, over(inForce("p4x1", jon, "upgrade")))),
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for name, c := range said() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := fmt.Sprintf("%s\n> words: %d\n> %s\n", c, OwnWords(c), c.Fallback)
			for _, l := range c.Details {
				got += "> details: " + l.String() + "\n"
			}
			for _, b := range c.Buttons {
				if b.Confirm != "" {
					got += "> [" + b.Label + "] asks: " + b.Confirm + "\n"
				}
			}
			isGolden(t, filepath.Join("testdata", name+".golden"), got)
			if n := strings.Count(got, "\n"); n > 60 {
				t.Errorf("%d lines: nobody reads that at three in the morning", n)
			}
		})
	}
}

// isGolden compares a text with its file, or writes the file with -update.
func isGolden(t *testing.T, file, got string) {
	t.Helper()
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
		t.Errorf("%s (-want +got)\n%s\nif that is better: go test ./internal/words -run Golden -update", file, diff)
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

// TestGoldenScenes: pictures are taken of what is said now. samples.json has the cards; here is what else there is, and
// which of those one person alone sees.
func TestGoldenScenes(t *testing.T) {
	t.Parallel()
	type form struct {
		Plan           Content
		Label, Confirm string
	}
	scenes := struct {
		Alone []string // of the samples
		Views map[string]Content
		Homes map[string][]Content
		Forms map[string]form
	}{Alone: slices.Sorted(maps.Keys(alone())), Views: views(), Homes: map[string][]Content{}, Forms: map[string]form{}}
	for name, s := range map[string]reset.Story{"preview": busyStory(), "skip": free(latestStory()),
		"refused": refusedStory(denied(reset.DeniedNotIn, reset.VerbRequest))} {
		label, confirm := FormSubmit(s)
		scenes.Forms[name] = form{FormPlan(s), label, confirm}
	}
	for name, h := range homes() {
		scenes.Homes[name] = homeContent(h)
	}
	got, err := json.Marshal(scenes)
	if err != nil {
		t.Fatal(err)
	}
	isGolden(t, filepath.Join("testdata", "scenes.json"), strings.ReplaceAll(string(got), `},"`, "},\n\"")+"\n")
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
	if len(now) > 65 {
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

// notCards are contents that are lists or answers: their length has no limit here.
var notCards = map[string]bool{"lag": true, "status": true, "show": true}

// TestCardsAreReadInTenSeconds holds what a card may have before a person has to scroll: few own words, two buttons and
// one menu, and rows that fit a phone.
func TestCardsAreReadInTenSeconds(t *testing.T) {
	t.Parallel()
	for name, c := range said() {
		if notCards[name] {
			continue
		}
		if n := OwnWords(c); n > 45 {
			t.Errorf("%s: %d words before the buttons:\n%s", name, n, c)
		}
		if asks := strings.HasPrefix(c.Title, "❓"); len(c.Buttons) > 2 && !asks || len(c.Menu) > 5 {
			t.Errorf("%s: %d buttons and %d entries", name, len(c.Buttons), len(c.Menu))
		}
		if c.Table == nil {
			continue
		}
		for line := range strings.Lines(c.Table.String()) {
			if n := utf8.RuneCountInString(strings.TrimRight(line[2:], "\n")); n > 32 || len(c.Table.Head) > 3 {
				t.Errorf("%s: a row of %d characters: %s", name, n, line)
			}
		}
	}
}

// TestEveryPhaseHasAHeader holds that each phase has a word of its own, and that one of the goldens shows it.
func TestEveryPhaseHasAHeader(t *testing.T) {
	t.Parallel()
	var titles []string
	for _, c := range said() {
		titles = append(titles, c.Title)
	}
	all := strings.Join(titles, "\n")
	for p, f := range faces {
		if f.sign == "" || f.word == "" || f.tell == nil {
			t.Errorf("phase %d has no header", p)
		}
		if !strings.Contains(all, f.word) && !rare[p] {
			t.Errorf("no golden shows %s", f.word)
		}
	}
}

// rare are phases that last for seconds, or say what another one says.
var rare = map[phase]bool{phaseSaving: true, phaseFreezing: true, phaseReplacedSchedule: true,
	phaseEndedSchedule: true, phaseRemovedSchedule: true, phaseUnchanged: true}

// TestNamesAreShortenedAtTheirBeginning: the partition is at the end of a name, and a number is never cut.
func TestNamesAreShortenedAtTheirBeginning(t *testing.T) {
	t.Parallel()
	s := story(wrongDeploy(), []reset.Step{
		oneStep("a-very-long-name-of-a-topic.with-a-suffix", 117, 18_000_000_000, 17_000_000_000, reset.HowExact),
		oneStep("orders", 3, 5, 4, reset.HowExact)})
	rows := PreviewOf(s).Table.Rows
	if got := rows[0]; len(got) != 2 || got[0] != "…th-a-suffix-117" || got[1] != "−1,000,000,000" {
		t.Errorf("%q", got)
	}
}

func TestOwnWordsCountsOursAlone(t *testing.T) {
	t.Parallel()
	c := Content{Title: "🟡 APPROVE? billing@prod-eu", Lines: []Line{
		say(strong("Reprocesses up to 16,800 messages."), " Skips none."),
		say(name("orders"), " → 07:27:38 (06:27:38 UTC), −1,400 on each of 12 partitions"),
		say(person(mara), ": ", quoted("bad deploy of the third kind"), " ", code("kubectl scale it"))},
		Foot: []Line{say("🔴 PRODUCTION · k7f3.1")}}
	if got := OwnWords(c); got != 13 {
		t.Errorf("%d words", got)
	}
}
