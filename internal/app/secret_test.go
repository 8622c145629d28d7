package app_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/app"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/config"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

const (
	password      = "hunter2-and-much-longer"
	wrongPassword = "hunter3-and-much-longer"
)

// TestNoSecretIsEverShown puts secrets everywhere a configuration takes one, lets things go wrong, and reads all that
// came out. (That tokens and response_urls are in no log and no message is checked at the end of every story: see
// behaved.)
func TestNoSecretIsEverShown(t *testing.T) {
	t.Parallel()
	s := newStage(t,
		world.Options{Kafka: kafkasim.Options{Users: []kafkasim.User{{Mechanism: "SCRAM-SHA-512", Name: "bot",
			Password: password}}}})
	s.errors = append(s.errors, "slack", "envelope")
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const at = "    home_channel: " + world.Home + "\n"
	s.configure(at, at+"    sasl: {mechanism: SCRAM-SHA-512, username: bot, password_file: "+file+"}\n")
	s.start()
	preview := s.tells(s.Mara, world.Home, "billing@prod-eu orders back 50m", "PREVIEW")
	for _, m := range []string{"chat.postMessage", slacksim.ResponseURLs, "chat.update", "users.info"} {
		s.Slack.Fail(m, slacksim.Fault{Drop: true, Times: 2})
	}
	s.clicks(s.Mara, preview, "approve")
	s.clicks(s.Mara, preview, "cancel")
	s.Slack.Fail("apps.connections.open", slacksim.Fault{Drop: true, Times: 1})
	s.Slack.Cut()
	s.back()
	for _, m := range []string{slacksim.ResponseURLs, "users.info"} {
		s.Slack.Heal(m)
	}
	s.Prod.Unreachable(true)
	s.tells(s.Mara, world.Incident, "lag billing@prod-eu", "prod-eu does not answer")
	s.Prod.Unreachable(false)
	s.tells(s.Mara, world.Incident, "status", "Open requests")
	s.stop()

	// The wrong password, and tokens that are wrong: what start and check say.
	if err := os.WriteFile(file, []byte(wrongPassword+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := s.check()
	if !strings.Contains(out, "WRONG  cluster prod-eu") {
		t.Errorf("check does not mind the password:\n%s", out)
	}
	s.start()
	s.tells(s.Mara, world.Incident, "lag billing@prod-eu", "prod-eu")
	s.configure(world.BotToken, "xoxb-9-9-this0token0is0wrong")
	s.configure(world.AppToken, "xapp-9-A0SIM-9-this0token0is0wrong")
	out += s.check()
	if !strings.Contains(out, "WRONG  slack") {
		t.Errorf("check does not mind the token:\n%s", out)
	}
	s.refused = append(s.refused, "invalid_auth")
	for name, said := range map[string]string{"check": out, "the log": s.log.String(), "slack": s.Slack.Sent()} {
		for _, secret := range []string{password, wrongPassword, world.AppToken, world.BotToken,
			"this0token0is0wrong"} {
			if name == "slack" && secret == "this0token0is0wrong" {
				continue // Slack itself is given the token
			}
			if strings.Contains(said, secret) {
				t.Errorf("%s holds %q", name, secret)
			}
		}
	}
}

// check is what `kafka-reset-bot check` prints.
func (s *stage) check() string {
	s.t.Helper()
	cfg, err := config.Load(s.ConfigFile, os.LookupEnv, os.ReadFile)
	if err != nil {
		s.t.Fatal(err)
	}
	var out bytes.Buffer
	err = app.Check(s.ctx, cfg, app.CheckOptions{}, &out, time.Now)
	if err != nil {
		out.WriteString(err.Error())
	}
	return out.String()
}
