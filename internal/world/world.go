// Package world is where the bot can be tried without Slack and without Kafka: two simulated clusters with topics,
// commits and consumers, a simulated workspace with the people of the documentation, and a configuration that binds
// the two. The demo and the end-to-end tests are this world with different faces. It is never linked into the binary.
package world

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/app"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/config"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/kafkasim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

// The channels of the workspace.
const (
	Incident = "C0INC4711" // #inc-4711: a public channel where the bot is not a member
	PayOps   = "C0PAYOPS"  // #pay-ops: the bot is a member
	Home     = "C0KAFKA"   // #kafka-prod: home of prod-eu; the bot is a member
	Sandbox  = "C0SANDBOX" // #sandbox: home of sandbox-eu, and bound to it
)

// The user groups of the workspace.
const (
	Pay       = "S0PAY"
	PayOwners = "S0PAYOWNERS"
)

// Bootstrap tokens of the simulated app. They are secrets to the bot all the same: a test looks for them in all it
// says.
const (
	AppToken = slacksim.AppToken
	BotToken = slacksim.BotToken
)

// Topics and groups that are seeded on both clusters.
const (
	Orders     = "orders"  // 12 partitions, a record every 2 s on each
	Refunds    = "refunds" // 3 partitions
	Billing    = "billing" // behind on orders, caught up on refunds
	Partitions = 12
	PerOrders  = 2000
	Step       = 2 * time.Second
	Behind     = 100 // of billing on each partition of orders
)

// Options are what a test may want otherwise.
type Options struct {
	Dir    string           // for the database and the configuration; it must exist
	Slack  slacksim.Options // of the workspace
	Kafka  kafkasim.Options // of prod-eu
	Policy string           // replaces the policy; YAML
	More   string           // more keys of prod-eu; YAML lines, indented by four blanks
	Clean  bool             // leave prod-eu without topics and groups

	// Brokers of a Kafka that runs elsewhere: it is prod-eu then, as it is (nothing is seeded, Prod is nil, the bot
	// has its usual patience with it), and ClusterID is what it has to answer to.
	Brokers   []string
	ClusterID string
}

// World is a workspace and two clusters.
type World struct {
	Slack          *slacksim.Sim
	Prod, Sandbox  *kafkasim.Sim    // Prod is nil when the brokers were given
	Mara, Jon, Kim *slacksim.Person // mara asks (pay); jon and kim approve (pay-owners)
	Ben, Gus, Sol  *slacksim.Person // ben is a member of neither; gus is a guest; sol is of another organisation
	People         map[string]*slacksim.Person
	Born           time.Time // when the seeded records end
	Database       string
	ConfigFile     string
}

// New builds a world and starts its simulators.
func New(ctx context.Context, o Options) (w *World, err error) {
	w = &World{Database: filepath.Join(o.Dir, "kafka-reset-bot.db"), ConfigFile: filepath.Join(o.Dir, "config.yaml"),
		Born: time.Now().Truncate(time.Second)}
	defer func() {
		if err != nil {
			w.Close()
		}
	}()
	if o.Slack.Manifest == nil { // the app is the one that the program's own manifest makes
		if o.Slack.Manifest, err = app.Manifest("/kafka-reset"); err != nil {
			return nil, err
		}
	}
	if w.Slack, err = slacksim.New(o.Slack); err != nil {
		return nil, err
	}
	w.people()
	if err := w.clusters(ctx, &o); err != nil {
		return nil, err
	}
	return w, os.WriteFile(w.ConfigFile, []byte(w.configText(o)), 0o600)
}

// clusters starts and seeds what is simulated, and notes in the options where prod-eu is.
func (w *World) clusters(ctx context.Context, o *Options) (err error) {
	if len(o.Brokers) == 0 {
		o.Kafka.ClusterID = cmp.Or(o.Kafka.ClusterID, "prodEuClusterIdXXXXXX")
		if w.Prod, err = kafkasim.New(ctx, o.Kafka); err != nil {
			return err
		}
		o.Brokers, o.ClusterID = w.Prod.Addrs(), w.Prod.ClusterID()
		if !o.Clean {
			if err := w.seed(w.Prod); err != nil {
				return err
			}
		}
	}
	if w.Sandbox, err = kafkasim.New(ctx,
		kafkasim.Options{Brokers: 1, ClusterID: "sandboxEuClusterIdXXX"}); err != nil {
		return err
	}
	return w.seed(w.Sandbox)
}

// Close stops the simulators.
func (w *World) Close() {
	if w.Slack != nil {
		w.Slack.Close()
	}
	for _, sim := range []*kafkasim.Sim{w.Prod, w.Sandbox} {
		if sim != nil {
			sim.Close()
		}
	}
}

// App is the bot in this world, ready to run.
func (w *World) App(ctx context.Context, o app.Options) (*app.App, error) {
	cfg, err := config.Load(w.ConfigFile, os.LookupEnv, os.ReadFile)
	if err != nil {
		return nil, err
	}
	return app.New(ctx, cfg, o)
}

func (w *World) people() {
	s := w.Slack
	s.AddTeam("T0OTHER", "another organisation")
	w.Mara = s.AddUser(slacksim.User{ID: "U0MARA", Name: "mara", Zone: "Europe/Berlin"})
	w.Jon = s.AddUser(slacksim.User{ID: "U0JON", Name: "jon", Zone: "Europe/London"})
	w.Kim = s.AddUser(slacksim.User{ID: "U0KIM", Name: "kim", Zone: "America/New_York"})
	w.Ben = s.AddUser(slacksim.User{ID: "U0BEN", Name: "ben", Zone: "Europe/Berlin"})
	w.Gus = s.AddUser(slacksim.User{ID: "U0GUS", Name: "gus", Guest: true})
	w.Sol = s.AddUser(slacksim.User{ID: "U0SOL", Name: "sol", Team: "T0OTHER"})
	w.People = map[string]*slacksim.Person{"mara": w.Mara, "jon": w.Jon, "kim": w.Kim, "ben": w.Ben, "gus": w.Gus,
		"sol": w.Sol}
	s.AddGroup(slacksim.UserGroup{ID: Pay, Handle: "pay", Name: "Pay", Members: []string{"U0MARA", "U0KIM"}})
	s.AddGroup(slacksim.UserGroup{ID: PayOwners, Handle: "pay-owners", Name: "Owners of pay",
		Members: []string{"U0JON", "U0KIM"}})
	all := []string{"U0MARA", "U0JON", "U0KIM", "U0BEN", "U0GUS", "U0SOL"}
	s.AddChannel(slacksim.Channel{ID: Incident, Name: "inc-4711", Members: all})
	s.AddChannel(slacksim.Channel{ID: PayOps, Name: "pay-ops", Members: all, Bot: true})
	s.AddChannel(slacksim.Channel{ID: Home, Name: "kafka-prod", Members: all, Bot: true})
	s.AddChannel(slacksim.Channel{ID: Sandbox, Name: "sandbox", Members: all, Bot: true})
}

// seed fills a cluster: the last record of orders is as old as the world.
func (w *World) seed(sim *kafkasim.Sim) error {
	series := kafkasim.Series{First: w.Born.Add(-PerOrders * Step), Step: Step, Count: PerOrders}
	orders, refunds := map[int32]int64{}, map[int32]int64{}
	for p := range int32(Partitions) {
		orders[p] = PerOrders - Behind
	}
	for p := range int32(3) {
		refunds[p] = 50
	}
	return errors.Join(
		sim.SeedSeries(Orders, Partitions, series),
		sim.SeedSeries(Refunds, 3, kafkasim.Series{First: w.Born.Add(-50 * time.Minute), Step: time.Minute, Count: 50}),
		sim.Commit(Billing, Orders, orders),
		sim.Commit(Billing, Refunds, refunds),
	)
}

// Policy is the policy of the seeded world.
const Policy = `
  - name: pay on production
    clusters: [prod-eu]
    groups: ["billing*", "pay-*"]
    view: [members]
    request: [S0PAY]
    approve: [S0PAYOWNERS]
    approvals:
      - {skip: 0, reprocess: 10_000, need: 0}
      - {skip: 1_000, reprocess: 20_000, need: 1}
      - {need: 2}
    cap: {skip: 1_000_000, reprocess: 50_000_000}
    wait: {default: 30m, max: 4h}
    owner: S0PAYOWNERS
    stop: "kubectl -n pay scale deploy/billing --replicas=0"
    start: "kubectl -n pay scale deploy/billing --replicas=3"
    runbook: https://runbooks.example.com/billing
  - name: everybody on the sandbox
    clusters: [sandbox-eu]
    groups: ["*"]
    view: [members]
    request: [members]
    approvals: [{need: 0}]
`

func (w *World) configText(o Options) string {
	list := func(addrs []string) string { return "[" + strings.Join(addrs, ", ") + "]" }
	patience, more := "", ""
	if o.More != "" {
		more = "\n" + strings.TrimRight(o.More, "\n")
	}
	if w.Prod != nil {
		patience = "\n    timeout: 2s"
	}
	return fmt.Sprintf(`slack:
  app_token: %s
  bot_token: %s
  api_url: %s/api/
store:
  path: %s
clusters:
  - name: prod-eu
    cluster_id: %s
    label: production
    bootstrap: %s
    home_channel: %s%s%s
  - name: sandbox-eu
    label: sandbox
    bootstrap: %s
    home_channel: %s
    channels: [%s]
    timeout: 2s
policy:%s
log: {level: debug}
`, AppToken, BotToken, w.Slack.URL(), w.Database, o.ClusterID, list(o.Brokers), Home, patience, more, list(w.Sandbox.Addrs()),
		Sandbox, Sandbox, cmp.Or(o.Policy, Policy))
}
