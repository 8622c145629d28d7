package realkafka

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// pom names the jars; Maven fetches what they need and checks their sums.
//
//go:embed pom.xml
var pom []byte

// fetchJars returns a directory with the jars of one version, asking Maven only
// the first time. KAFKA_DIR, else the user's cache, holds a directory per version.
func fetchJars(ctx context.Context, version string) (string, error) {
	if _, err := exec.LookPath("java"); err != nil {
		return "", fmt.Errorf("%w; a real Kafka needs Java 17 and Maven (Debian: openjdk-17-jre-headless, maven)", err)
	}
	base := os.Getenv("KAFKA_DIR")
	if base == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("%w; or say with KAFKA_DIR where Kafka's jars may lie", err)
		}
		base = filepath.Join(cache, "kafka-reset-bot")
	}
	dir := filepath.Join(base, "kafka-"+version)
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	if err := os.MkdirAll(base, 0o755); err != nil {
		return "", err
	}
	// Into a directory beside it, renamed when complete: two test packages may
	// fetch at once, and half a download must not look like a whole one.
	partial, err := os.MkdirTemp(base, "partial-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(partial) }()
	project := filepath.Join(partial, "pom.xml")
	if err := os.WriteFile(project, pom, 0o600); err != nil {
		return "", err
	}
	jars := filepath.Join(partial, "jars")
	out, err := exec.CommandContext(ctx, "mvn", "--batch-mode", "--quiet", "--file", project,
		"-Dkafka.version="+version, "dependency:copy-dependencies", "-DincludeScope=runtime",
		"-DoutputDirectory="+jars).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("fetch the jars of Kafka %s: %w\n%s", version, err, lastLines(string(out), 20))
	}
	if err := os.Rename(jars, dir); err != nil && !errors.Is(err, os.ErrExist) {
		if _, statErr := os.Stat(dir); statErr != nil { // no other process was faster
			return "", err
		}
	}
	return dir, nil
}

func lastLines(s string, n int) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return cmp.Or(strings.Join(lines[max(0, len(lines)-n):], "\n"), "(no output)")
}

func tail(file string, n int) string {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	return string(raw[max(0, len(raw)-n):])
}
