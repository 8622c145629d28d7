//go:build soak

package model

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// mutant is a promise of the product broken on purpose: texts of files are replaced by others. Where two lines hold a
// promise, both have to break.
type mutant struct {
	name  string
	edits []edit
}

type edit struct{ file, old, now string }

func one(name, file, old, now string) mutant { return mutant{name, []edit{{file, old, now}}} }

// shown are promises about what people are told and when something is written.
var shown = []mutant{
	one("a lost write is not looked for after \"as before\"", "internal/engine/late.go",
		"if !a.HasLostAnswer() ||", "if true || !a.HasLostAnswer() ||"),
	one("the offsets decide nothing: Kafka's error means that nothing was written", "reset/judge.go",
		"case written+doubtful == 0 && target == stays:", "case written == 0:"),
	one("the second reading is the first one", "internal/engine/finish.go",
		"if !reset.SamePosition(writes[i].Read, reads[i]) {", "if false {"),
	one("the settle time is not served", "internal/engine/settle.go", "if st.complete(s.Times) {", "if true {"),
	one("half of what is skipped is not told", "internal/engine/written.go",
		"\t\te := reset.Total(stepsOf(writes))\n", "\t\te := reset.Total(stepsOf(writes))\n\t\te.Skip /= 2\n"),
	one("partitions that went elsewhere are not named", "reset/written.go",
		"case HowClampStart, HowClampEnd, HowNoLater, HowStartInDoubt:\n\t\treturn true",
		"case HowNoLater:\n\t\treturn true"),
	one("a refused click or command is not answered", "bot/handle.go",
		"b.answer(ctx, e, content, e.Ephemeral && buttonsUseless(err))", "_ = content"),
	one("an answer is given twice", "bot/answer.go", "err := b.deliver(ctx, e, c, replace, e.URL != \"\")\n",
		"_ = b.deliver(ctx, e, c, replace, e.URL != \"\")\n\terr := b.deliver(ctx, e, c, replace, e.URL != \"\")\n"),
	one("an expired request stays open", "internal/engine/loop.go",
		"case reset.Draft:\n\t\tif s.isPastDeadline(r) {", "case reset.Draft:\n\t\tif false {"),
	one("a card is not edited once its request has ended", "bot/show.go",
		"\tnow := b.now()\n\tif d := b.pace.postponed(updating, now); d > 0 {\n",
		"\tnow := b.now()\n\tif !s.Request.State.Open() {\n\t\treturn time.Time{}, nil, nil\n\t}\n\tif d := b.pace.postponed(updating, now); d > 0 {\n"),
}

// allowed are promises about who has to agree to a write.
var allowed = []mutant{
	one("all full members may what the rule lets some do", "auth/policy.go",
		"\treturn \"\", reset.DeniedNotIn, nil\n", "\treturn rule.allowedTo(a.Verb)[0], \"\", nil\n"),
	one("guests may what their groups may", "auth/policy.go", "return reset.DeniedGuest, nil", "return \"\", nil"),
	one("one approval fewer is enough", "auth/rule.go", "out.Need, out.MaxSkip, out.MaxReplay = t.Need,",
		"out.Need, out.MaxSkip, out.MaxReplay = max(0, t.Need-1),"),
	{"votes of an older revision count (T7)", []edit{
		{"internal/store/audit.go", "WHERE request = ? AND revision = ? ORDER BY",
			"WHERE request = ? AND revision <= ? ORDER BY"},
		{"internal/engine/gate.go", "if v.Revision != tx.Request.Revision || v.Digest != tx.Request.Digest {",
			"if v.Digest == \"\" {"},
	}},
	{"who started a run of a schedule approves it (T4)", []edit{
		{"auth/policy.go", "return sameActor(who, a.Requester) ||", "return sameActor(who, a.Requester) || false &&"},
		{"auth/votes.go", "case slices.Contains(barred, voter.id):", "case false:"},
	}},
	one("a vote on one revision takes the place of one on the next (T8)", "internal/store/audit.go",
		"WHERE request = ? AND revision = ? ORDER BY", "WHERE request = ? AND revision <= ? ORDER BY"),
	one("the vote of who was deactivated counts (T9)", "auth/votes.go", "case voter.gone:", "case false:"),
	one("an undo by one person is not judged again (T10, T35)", "internal/engine/undo.go",
		"if err != nil || !g.Idle() || !offsetsUntouched(writes, positionsOf(steps)) {", "if err != nil {"),
	one("a voter counts though the rule in force lists only others (T6)", "auth/votes.go",
		"if principal == \"\" {", "if principal != \"*\" {"),
	one("all clusters need the right on one (T13)", "auth/cluster.go",
		"\tfor _, c := range p.Clusters {\n\t\tout = append(out, p.domain(c))\n\t}\n\treturn out",
		"\tfor _, c := range p.Clusters[len(p.Clusters)-1:] {\n\t\tout = append(out, p.domain(c))\n\t}\n\treturn out"),
	one("one Kafka may have two names (T34)", "reset/names.go",
		"holder != \"\" && holder != name && n.Configured(name)", "holder == \"?\" && n.Configured(name)"),
	one("what goes beyond its tier is not asked for again", "internal/engine/authority.go",
		"case a.ruling.Need > max(r.Need, a.agreed.Need):", "case false:"),
	one("a freeze stops nothing", "reset/freeze.go",
		"if name == Everything || f.Covers(name, n.ID(name), n) {", "if name == Everything {"),
	one("a thaw lifts all freezes (T12)", "internal/store/freeze.go",
		"DELETE FROM freezes WHERE request = ?", "DELETE FROM freezes WHERE request = ? OR 1"),
}

var mutants = append(shown, allowed...)

var stopped = regexp.MustCompile(`STOPPED after (\d+) steps: \[([^\]]+)\]`)

// TestMutants shows that the oracle can fail: each mutant is built and run until the model finds it.
func TestMutants(t *testing.T) {
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			overlay := overlayOf(t, root, m)
			cmd := exec.CommandContext(t.Context(), "go", "test", "-overlay", overlay, "-vet=off", "-count=1", "-run",
				"^TestModel$", "-v", "-timeout", "1h", ".")
			cmd.Env = append(os.Environ(), "MODEL_RUNS=100", "MODEL_STEPS=100", "MODEL_FROM=1", "MODEL_STOP=1")
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			err = cmd.Run()
			found := stopped.FindStringSubmatch(out.String())
			if err == nil || found == nil {
				t.Fatalf("not found (%v):\n%s", err, tail(out.String()))
			}
			fmt.Printf("MUTANT | %s | %s | %s |\n", m.name, found[1], found[2])
		})
	}
}

// overlayOf writes the mutant and returns the file that makes go test build it.
func overlayOf(t *testing.T, root string, m mutant) string {
	t.Helper()
	dir, replace := t.TempDir(), map[string]string{}
	for _, e := range m.edits {
		file := filepath.Join(root, e.file)
		from := cmp.Or(replace[file], file)
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), e.old); n != 1 {
			t.Fatalf("%s holds %q %d times, want once: the mutant has to follow the code", e.file, e.old, n)
		}
		replace[file] = filepath.Join(dir, strings.ReplaceAll(e.file, "/", "_"))
		changed := []byte(strings.Replace(string(text), e.old, e.now, 1))
		if err := os.WriteFile(replace[file], changed, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	doc, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	overlay := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, doc, 0o600); err != nil {
		t.Fatal(err)
	}
	return overlay
}

func tail(s string) string { return s[max(0, len(s)-2000):] }
