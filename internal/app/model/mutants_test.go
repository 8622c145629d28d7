//go:build soak

package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// mutant is a promise of the product broken on purpose: one text of one file replaced by another.
type mutant struct{ name, file, old, now string }

var mutants = []mutant{
	{"a lost write is not looked for after \"as before\"", "reset/late.go", "if !a.unanswered() ||",
		"if true || !a.unanswered() ||"},
	{"the offsets decide nothing: Kafka's error means that nothing was written", "reset/judge.go",
		"case written+doubtful == 0 && target == stays:", "case written == 0:"},
	{"the second reading is the first one", "reset/finish.go", "if !same(writes[i].Read, reads[i]) {", "if false {"},
	{"the settle time is not served", "reset/settle.go", "if st.served(s.Times.Settle) {", "if true {"},
	{"half of what is skipped is not told", "reset/written.go", "\te := Total(stepsOf(writes))\n",
		"\te := Total(stepsOf(writes))\n\t\te.Skip /= 2\n"},
	{"partitions that went elsewhere are not named", "reset/written.go",
		"case HowClampStart, HowClampEnd, HowNoLater, HowStartInDoubt:\n\t\treturn true",
		"case HowNoLater:\n\t\treturn true"},
	{"a refused click or command is not answered", "bot/handle.go", "b.answer(ctx, e, content, e.Alone && moot(err))",
		"_ = content"},
	{"an answer is given twice", "bot/answer.go", "err := b.deliver(ctx, e, c, replace, e.URL != \"\")\n",
		"_ = b.deliver(ctx, e, c, replace, e.URL != \"\")\n\terr := b.deliver(ctx, e, c, replace, e.URL != \"\")\n"},
	{"all full members may what the rule lets some do", "auth/policy.go", "\treturn reset.DeniedNotIn, nil\n",
		"\treturn \"\", nil\n"},
	{"an expired request stays open", "reset/reconcile.go", "if s.over(r) {", "if false {"},
	{"a card is not edited once its request has ended", "bot/show.go",
		"\tnow := b.now()\n\tif d := b.pace.postponed(updating, now); d > 0 {\n",
		"\tnow := b.now()\n\tif !s.Request.State.Open() {\n\t\treturn time.Time{}, nil, nil\n\t}\n\tif d := b.pace.postponed(updating, now); d > 0 {\n"},
	{"guests may what their groups may", "auth/policy.go", "return reset.DeniedGuest, nil", "return \"\", nil"},
	{"one approval fewer is enough", "auth/rule.go", "out.Need, out.MaxSkip, out.MaxReplay = t.Need,",
		"out.Need, out.MaxSkip, out.MaxReplay = max(0, t.Need-1),"},
}

var stopped = regexp.MustCompile(`STOPPED after (\d+) steps: \[([^\]]+)\]`)

// TestMutants shows that the oracle can fail: each mutant is built and run until the model finds it.
func TestMutants(t *testing.T) {
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			file := filepath.Join(root, m.file)
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(text), m.old); n != 1 {
				t.Fatalf("%s holds %q %d times, want once: the mutant has to follow the code", m.file, m.old, n)
			}
			dir := t.TempDir()
			mutated, overlay := filepath.Join(dir, "mutated.go"), filepath.Join(dir, "overlay.json")
			replace, err := json.Marshal(map[string]any{"Replace": map[string]string{file: mutated}})
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(mutated, []byte(strings.Replace(string(text), m.old, m.now, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(overlay, replace, 0o600); err != nil {
				t.Fatal(err)
			}
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

func tail(s string) string { return s[max(0, len(s)-2000):] }
