package app_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// pastes runs the command of a message after some words in a shell, as a user who pastes it, and returns what Kafka's
// tool is called with.
func (s *stage) pastes(m slacksim.Message, behind string) []string {
	s.t.Helper()
	dir := s.t.TempDir()
	tool := "#!/bin/sh\nprintf '%s\\0' \"$@\"\n"
	if err := os.WriteFile(filepath.Join(dir, "kafka-consumer-groups.sh"), []byte(tool),
		0o700); err != nil { //nolint:gosec // it has to be run
		s.t.Fatal(err)
	}
	for line := range strings.Lines(m.Text()) {
		_, command, found := strings.Cut(strings.TrimSuffix(line, "\n"), behind)
		if !found {
			continue
		}
		cmd := exec.CommandContext(s.ctx, "/bin/sh", "-c",
			strings.Trim(command, "` ")) //nolint:gosec // that is what people do with it
		cmd.Dir, cmd.Env = dir, []string{"PATH=" + dir + ":/bin:/usr/bin", "HOME=/nowhere"}
		out, err := cmd.CombinedOutput()
		if err != nil {
			s.t.Fatalf("%s: %v\n%s", command, err, out)
		}
		return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	}
	s.t.Fatalf("nothing is told behind %q:\n%s", behind, m.Text())
	return nil
}

// The undo command is needed when the bot is down: two commands where some partitions had no committed offset, with
// the file for the login, and with a name that no shell reads anything into.
func TestUndoCommandCanBePasted(t *testing.T) {
	t.Parallel()
	s := newStage(t,
		world.Options{Kafka: kafkasim.Options{Users: []kafkasim.User{{Mechanism: "SCRAM-SHA-512", Name: "bot",
			Password: password}}}})
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const at = "    home_channel: " + world.Home + "\n"
	s.configure(at, at+"    sasl: {mechanism: SCRAM-SHA-512, username: bot, password_file: "+file+"}\n")
	group := "pay-it's $HOME $(id) `id` " + strings.Repeat("long ", 40) + "end"
	if err := s.Prod.Commit(group, world.Orders, map[int32]int64{0: before}); err != nil {
		t.Fatal(err)
	}
	s.start()
	quoted := strings.NewReplacer("`", "\\`", "$", `\$`).Replace(group)
	preview := s.tells(s.Mara, world.Home, `"`+quoted+`@prod-eu" orders:0-2 to latest`, "PREVIEW", "Ask for approval")
	s.clicks(s.Mara, preview, "approve")
	card := s.sees(s.Jon, world.Home, s.ref(preview), "APPROVE?")
	s.clicks(s.Jon, card, "approve")
	s.clicks(s.Kim, card, "approve")
	card = s.shows(s.Jon, card, "DONE")
	whole := s.tells(s.Mara, world.Home, "show "+s.id(card), "DONE", "client.properties")

	common := []string{"--bootstrap-server", strings.Join(s.Prod.Addrs(), ","), "--command-config", "client.properties",
		"--group", group}
	for behind, rest := range map[string][]string{
		"Undo with Kafka's own tool: ": {"--reset-offsets", "--from-file", s.id(card) + "-undo.csv", "--execute"},
		"Undo with Kafka's own tool, for 2 partitions that had no committed offset: ": {"--delete-offsets", "--topic", "orders:1,2"},
	} {
		if got, want := s.pastes(whole, behind), slices.Concat(common, rest); !slices.Equal(got, want) {
			t.Errorf("%s\ngot  %q\nwant %q", behind, got, want)
		}
	}

	// Once it is undone there is no undo command any more, and a rejected one has none either.
	undo := s.tells(s.Mara, world.Home, "undo "+s.id(card), "PREVIEW", "Apply")
	s.clicks(s.Mara, undo, "approve")
	s.sees(s.Jon, world.Home, s.id(undo), "DONE")
	card = s.shows(s.Jon, card, "UNDONE by "+s.id(undo))
	rejected := s.asks(s.Mara, world.Home, "billing@prod-eu orders to latest")
	s.clicks(s.Jon, rejected, "reject")
	rejected = s.shows(s.Jon, rejected, "REJECTED")
	for _, m := range []slacksim.Message{card, rejected} {
		if strings.Contains(m.Text(), "kafka-consumer-groups.sh") {
			t.Errorf("a command that nobody should run is told:\n%s", m.Text())
		}
	}
}

// What cannot be seen is shown, and no command lies about it.
func TestANameThatCannotBeSeenIsInNoCommand(t *testing.T) {
	t.Parallel()
	s := newStage(t, world.Options{})
	const group = "pay-\u202egnillib"
	if err := s.Prod.Commit(group, world.Orders, map[int32]int64{0: before}); err != nil {
		t.Fatal(err)
	}
	s.start()
	s.tells(s.Mara, world.Home, group+"@prod-eu orders:0 to latest", `the text holds the invisible character \u202e`)
	preview := s.tells(s.Mara, world.Home, `"`+group+`@prod-eu" orders:0 to offset 1800`, "PREVIEW",
		`pay-\u202egnillib@prod-eu`)
	s.clicks(s.Mara, preview, "approve")
	card := s.sees(s.Jon, world.Home, s.id(preview), "DONE", `pay-\u202egnillib`)
	said := []string{"No command for Kafka's own tool is shown", `pay-\u202egnillib`}
	s.clicks(s.Jon, card, "manual") // is answered to Jon alone; the thread says it too
	s.finds(s.Jon, world.Home, said, func(m slacksim.Message) bool { return m.Ephemeral && holds(m, said) })
	if strings.Contains(card.Text(), "kafka-consumer-groups.sh") {
		t.Errorf("a command that lies is told:\n%s", card.Text())
	}
}
