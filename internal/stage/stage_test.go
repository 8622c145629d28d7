package stage_test

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/stage"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/stage/stagetest"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// TestThePolicyShowsAllOfTheProduct: what a policy can say is there to be tried.
func TestThePolicyShowsAllOfTheProduct(t *testing.T) {
	s := stagetest.Start(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	types := func(p *slacksim.Person, channel, text string, parts ...string) slacksim.Message {
		t.Helper()
		d, err := p.Command(channel, "/kafka-reset", text)
		if err == nil {
			_, err = d.Wait(ctx)
		}
		if err != nil {
			t.Fatal(err)
		}
		m, err := p.WaitText(ctx, channel, parts...)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		return m
	}
	types(s.Mara, world.PayOps, "pay-mail@prod-eu refunds shift -10", "pay-mail@prod-eu", "No approval required")
	types(s.Mara, world.PayOps, "pay-ledger@prod-eu orders back 50m", "pay-ledger@prod-eu", "Needs 1 approval")
	types(s.Mara, world.PayOps, "billing@prod-eu orders to earliest", "billing@prod-eu", "Needs 2 approvals")
	types(s.Mara, world.PayOps, "fraud-score@prod-eu orders shift -1", "REFUSED", "A reason is required", `INC-\d+`)
	types(s.Mara, world.PayOps, `etl-enrich@prod-eu orders shift -1 --reason "INC-1"`, "REFUSED", "Flink")
	types(s.Mara, world.PayOps, "audit-export@prod-eu refunds shift -1", "REFUSED", "No rule covers audit-export")
	types(s.Ben, world.Sandbox, "billing orders to earliest", "billing@sandbox-eu", "No approval required")
	types(s.Mara, world.PayOps, `schedule add "0 2 * * *" -- pay-mail@prod-eu refunds to earliest`, "pay-mail@prod-eu",
		"Save schedule")
	types(s.Mara, world.PayOps, `schedule add "0 2 * * *" -- fraud-score@prod-eu orders back 1h --reason "INC-1"`,
		"fraud-score@prod-eu", "schedules")
	types(s.Kim, world.PayOps, "billing@prod-eu orders back 50m --emergency INC-4711", "billing@prod-eu", "INC-4711",
		"[Apply BREAK-GLASS]")
	types(s.Ben, world.PayOps, "freeze prod-eu looks wrong", "FROZEN", "paused by @ben")
}

// TestAStageEndsWhateverIsStopped: with brokers down, producers on and consumers running.
func TestAStageEndsWhateverIsStopped(t *testing.T) {
	s := stagetest.Start(t)
	if err := s.StartConsumers(t.Context(), "prod-eu", stage.Fraud, 2); err != nil {
		t.Fatal(err)
	}
	if err := s.SetProducer("sandbox-eu", world.Orders, true); err != nil {
		t.Fatal(err)
	}
	for id := range int32(3) {
		if err := s.SetBroker("prod-eu", id, false); err != nil {
			t.Fatal(err)
		}
	}
	s.SetSlack429(true)
}

func TestWhatIsNotThereIsNamed(t *testing.T) {
	s := stagetest.Start(t)
	for want, err := range map[string]error{
		`no cluster "prod-us"; there are prod-eu and sandbox-eu`: s.StartConsumers(t.Context(), "prod-us", "x", 1),
		"0 consumers of x run already, and 20 are the most":      s.StartConsumers(t.Context(), "sandbox-eu", "x", 21),
		"give the group's name":                                  s.StartConsumers(t.Context(), "sandbox-eu", "", 1),
		`no topic "bills"`:                                       s.SetProducer("prod-eu", "bills", true),
		"no broker 1; its brokers are 0 to 0":                    s.SetBroker("sandbox-eu", 1, false),
		"more than 0 seconds":                                    s.SkipTime(0),
		"24h0m0s at most":                                        s.SkipTime(25 * time.Hour),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if n := s.Consumers("sandbox-eu", "x") + s.Consumers("sandbox-eu", ""); n != 0 {
		t.Errorf("%d consumers run that were refused", n)
	}
}

// TestTheBotTalksToTheSimulatorsOnly: whatever the environment says, its Slack and its brokers are on loopback.
func TestTheBotTalksToTheSimulatorsOnly(t *testing.T) {
	for _, name := range []string{"SLACK_APP_TOKEN", "SLACK_BOT_TOKEN", "SLACK_API_URL", "KAFKA_CLUSTER"} {
		t.Setenv(name, "example.com:9092")
	}
	s := stagetest.Start(t)
	text, err := os.ReadFile(s.ConfigFile)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, m := range regexp.MustCompile(`(\S+?):(\d{4,5})\b`).FindAllStringSubmatch(string(text), -1) {
		found++
		if host := strings.TrimLeft(strings.TrimPrefix(m[1], "http://"), "["); host != "127.0.0.1" {
			t.Errorf("the configuration names %s", m[0])
		}
	}
	if found != 1+3+1 || strings.Contains(string(text), "${") || strings.Contains(string(text), "example.com:") {
		t.Errorf("%d addresses in the configuration, want Slack's and four brokers':\n%s", found, text)
	}
}
