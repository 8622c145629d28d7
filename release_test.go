//go:build release

package architecture

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestBinaryIsStatic builds as the Dockerfile does and looks into the result: a
// program interpreter would be one that the image does not have. It stands
// behind a tag because it compiles everything a second time.
func TestBinaryIsStatic(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "kafka-reset-bot")
	line := strings.ReplaceAll(buildLine(t, "Makefile", `(?m)^BUILD = (.*)$`), "=VERSION", "=v9.9.9-test")
	build := exec.CommandContext(t.Context(), "sh", "-c", line+` -o "$1" ./cmd/kafka-reset-bot`, "build", binary)
	build.Env = append(os.Environ(), "GOOS=linux")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", line, err, out)
	}
	f, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			t.Error("the binary asks for a dynamic loader")
		}
	}
	if libs, err := f.ImportedLibraries(); err != nil || len(libs) > 0 {
		t.Errorf("the binary needs libraries %v (%v)", libs, err)
	}
	if runtime.GOOS != "linux" {
		return // what was built does not run here
	}
	// Without PATH, HOME and zone files, as in the image.
	version := exec.CommandContext(t.Context(), binary, "version")
	version.Env = []string{"ZONEINFO=/nonexistent"}
	if out, err := version.CombinedOutput(); err != nil || !strings.Contains(string(out), "v9.9.9-test") {
		t.Errorf("version: %v, printed %q", err, out)
	}
}
