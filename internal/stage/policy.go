package stage

import (
	"errors"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
	"github.com/kafka-reset-bot/kafka-reset-bot/internal/world"
)

// OnCall is the user group that may use break-glass.
const OnCall = "S0ONCALL"

// The groups that are seeded on prod-eu besides billing.
const (
	Ledger = "pay-ledger"   // a little behind on orders
	Mail   = "pay-mail"     // behind on refunds
	Fraud  = "fraud-score"  // far behind on orders; its rule requires a reason
	Enrich = "etl-enrich"   // Flink's: it is reset by another tool
	Audit  = "audit-export" // no rule is about it
)

// policy shows all that a policy can say: tiers, caps, break-glass, schedules, a required reason, and two clusters.
const policy = `
  - name: pay on production
    clusters: [prod-eu]
    groups: ["billing*"]
    view: [members]
    request: [S0PAY]
    approve: [S0PAYOWNERS]
    approvals:
      - {skip: 0, reprocess: 10_000, need: 0}
      - {skip: 1_000, reprocess: 20_000, need: 1}
      - {need: 2}
    cap: {skip: 1_000_000, reprocess: 50_000_000}
    emergency: {who: [S0ONCALL], skip: 100_000, reprocess: 5_000_000}
    wait: {default: 30m, max: 4h}
    schedules: true
    owner: S0PAYOWNERS
    stop: "kubectl -n pay scale deploy/billing --replicas=0"
    start: "kubectl -n pay scale deploy/billing --replicas=3"
    runbook: https://runbooks.example.com/billing
  - name: pay services on production
    clusters: [prod-eu]
    groups: ["pay-*"]
    view: [members]
    request: [S0PAY]
    approve: [S0PAYOWNERS]
    approvals:
      - {skip: 1_000, reprocess: 1_000, need: 0}
      - {need: 1}
    emergency: {who: [S0ONCALL], skip: 10_000, reprocess: 100_000}
    schedules: true
    owner: S0PAYOWNERS
    runbook: https://runbooks.example.com/pay
  - name: data on production
    clusters: [prod-eu]
    groups: ["fraud-*", "etl-*"]
    view: [members]
    request: [S0PAY]
    approve: [S0PAYOWNERS]
    approvals: [{need: 1}]
    require_reason: 'INC-\d+'
    owner: S0PAYOWNERS
  - name: everybody on the sandbox
    clusters: [sandbox-eu]
    groups: ["*"]
    view: [members]
    request: [members]
    approvals: [{need: 0}]
    schedules: true
`

// cluster is what the configuration says of prod-eu besides where it is.
const cluster = `
    groups: [{name: "etl-*", kind: flink}]
    freeze: [members]
    runbook: https://runbooks.example.com/kafka/prod-eu
`

// Person is one of the people who can be acted as.
type Person struct{ Name, About string }

// People are all of them, mara first: she asks.
var People = []Person{
	{"mara", "may ask for resets (@pay), Berlin"},
	{"jon", "may approve them (@pay-owners), London"},
	{"kim", "may do both and is on call, New York"},
	{"ben", "may only look, Berlin"},
	{"gus", "is a guest"},
	{"sol", "is of another organisation"},
}

// Channel is a place of the workspace.
type Channel struct{ ID, Name, About string }

// Channels are all of them.
var Channels = []Channel{
	{world.Incident, "inc-4711", "the incident; the bot is not a member"},
	{world.PayOps, "pay-ops", "the bot is a member"},
	{world.Home, "kafka-prod", "home of prod-eu: cards go here unless the bot is a member where they were asked for"},
	{world.Sandbox, "sandbox", "home of sandbox-eu, and bound to it: no @CLUSTER needed here"},
}

// furnish adds to the seeded world what the policy is about.
func (s *Stage) furnish() error {
	s.Slack.AddGroup(slacksim.UserGroup{ID: OnCall, Handle: "oncall", Name: "On call", Members: []string{"U0KIM"}})
	behind := func(end, behind int64, partitions int32) map[int32]int64 {
		out := map[int32]int64{}
		for p := range partitions {
			out[p] = end - behind
		}
		return out
	}
	return errors.Join(
		s.Prod.Commit(Ledger, world.Orders, behind(world.PerOrders, 20, world.Partitions)),
		s.Prod.Commit(Mail, world.Refunds, behind(50, 12, 3)),
		s.Prod.Commit(Fraud, world.Orders, behind(world.PerOrders, 500, world.Partitions)),
		s.Prod.Commit(Enrich, world.Orders, behind(world.PerOrders, 0, world.Partitions)),
		s.Prod.Commit(Audit, world.Refunds, behind(50, 40, 3)),
	)
}

// topicsOf are what a group of the stage reads.
func topicsOf(group string) []string {
	switch group {
	case Ledger, Fraud, Enrich:
		return []string{world.Orders}
	case Mail, Audit:
		return []string{world.Refunds}
	}
	return []string{world.Orders, world.Refunds}
}
