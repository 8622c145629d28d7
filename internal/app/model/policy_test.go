package model

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/slacksim"
)

// rule is one rule of the policy, in the oracle's own words. People are user groups (S...), users (U...), or members.
type rule struct {
	name                        string
	clusters, groups            []string
	request, approve, emergency []string
	tiers                       []tier // the first that covers an effect says how many others have to approve it
	most                        effect // beyond it nothing is written
	alone                       effect // the most that one person may do in an emergency
	schedules                   bool
}

type tier struct {
	effect
	need int
}

// policy is a version of the configuration file. A process knows the one that it was started with.
type policy struct {
	version int
	rules   []rule
	filed   bool // the file keeps a schedule
}

// everything is a limit that nothing is beyond.
var everything = effect{1 << 40, 1 << 40}

func basePolicy() policy {
	tiers := []tier{{effect{100, 0}, 0}, {effect{500, 300}, 1}, {everything, 2}}
	pay := rule{name: "pay on production", clusters: []string{"prod", "prod-dr"}, groups: []string{"billing*"},
		request: []string{"S0PAY", ray}, approve: []string{"S0OWNERS", ann}, emergency: []string{oncall, bob},
		tiers: tiers, most: effect{5000, 1500}, alone: effect{2000, 500}, schedules: true}
	second := pay
	second.name, second.groups, second.tiers = "b on production", []string{"billing-b"}, slices.Clone(tiers)
	second.tiers[0].replay = 60
	sandbox := rule{name: "sandbox", clusters: []string{"dev"}, groups: []string{"*"}, request: []string{"members"},
		approve: []string{ben, gus}, emergency: []string{ben}, tiers: []tier{{everything, 1}}, most: everything,
		alone: everything}
	return policy{rules: []rule{second, pay, sandbox}, filed: true}
}

// changed is the policy after somebody has edited the file.
func (w *world) changed() policy {
	p := basePolicy()
	p.version = w.policy.version + 1
	if w.rand.IntN(3) == 0 {
		return p // as it was at first
	}
	for range 1 + w.rand.IntN(2) {
		what := w.rand.IntN(8)
		for i := range p.rules[:2] {
			r := &p.rules[i]
			switch what {
			case 0:
				r.approve = []string{"S0OWNERS"} // ann is taken off
			case 1:
				r.request = []string{"S0PAY"} // ray is
			case 2:
				r.emergency = []string{bob} // oncall is
			case 3:
				r.tiers = []tier{{effect{20, 0}, 0}, {effect{200, 100}, 1}, {everything, 2}}
			case 4:
				r.schedules = false
			case 5:
				r.approve = []string{jon, ann} // the user group is
			case 6:
				r.most = effect{400, 300}
			case 7:
				r.name += " since " + fmt.Sprint(p.version)
			}
		}
	}
	p.filed = w.rand.IntN(3) > 0
	for i := range p.rules[:2] {
		p.filed = p.filed && p.rules[i].schedules
	}
	return p
}

// match is the rule that decides about a group of production.
func (p policy) match(group string) (rule, bool) {
	for _, r := range p.rules {
		for _, g := range r.groups {
			if slices.Contains(r.clusters, "prod") &&
				(g == group || strings.HasSuffix(g, "*") && strings.HasPrefix(group, g[:len(g)-1])) {
				return r, true
			}
		}
	}
	return rule{}, false
}

func (e effect) within(limit effect) bool { return e.skip <= limit.skip && e.replay <= limit.replay }

// needs is how many others have to approve an effect.
func (r rule) needs(e effect) int {
	for _, t := range r.tiers {
		if e.within(t.effect) {
			return t.need
		}
	}
	return 1 << 20
}

// text is the configuration file.
func (p policy) text(w *world) string {
	var b strings.Builder
	db := filepath.Join(filepath.Dir(w.cfg), "bot.db")
	fmt.Fprintf(&b, configHead, slacksim.AppToken, slacksim.BotToken, w.sim.URL(), db)
	list := func(key string, ids []string) {
		fmt.Fprintf(&b, "    %s: [%s]\n", key, strings.Join(ids, ", "))
	}
	for _, r := range p.rules {
		fmt.Fprintf(&b, "  - name: %s\n", r.name)
		list("clusters", r.clusters)
		fmt.Fprintf(&b, "    groups: [\"%s\"]\n    view: [members]\n", strings.Join(r.groups, `", "`))
		list("request", r.request)
		list("approve", r.approve)
		b.WriteString("    approvals:\n")
		for _, t := range r.tiers {
			if t.effect == everything {
				fmt.Fprintf(&b, "      - {need: %d}\n", t.need)
				continue
			}
			fmt.Fprintf(&b, "      - {skip: %d, reprocess: %d, need: %d}\n", t.skip, t.replay, t.need)
		}
		if r.most != everything {
			fmt.Fprintf(&b, "    cap: {skip: %d, reprocess: %d}\n", r.most.skip, r.most.replay)
		}
		fmt.Fprintf(&b, "    emergency: {who: [%s], skip: %d, reprocess: %d}\n", strings.Join(r.emergency, ", "),
			r.alone.skip, r.alone.replay)
		fmt.Fprintf(&b, "    wait: {default: 20m, max: 1h}\n    schedules: %v\n", r.schedules)
	}
	if p.filed {
		b.WriteString(configFiled)
	}
	return b.String()
}

const configHead = `slack:
  app_token: %s
  bot_token: %s
  api_url: %s/api/
  sockets: 1
store:
  path: %s
clusters:
  - name: prod
    cluster_id: K1
    label: production
    bootstrap: [127.0.0.1:1]
    home_channel: C0KAFKA
  - name: prod-dr
    bootstrap: [127.0.0.1:2]
    home_channel: C0KAFKA
  - name: dev
    cluster_id: K2
    bootstrap: [127.0.0.1:3]
    home_channel: C0KAFKA
policy:
`

const configFiled = `schedules:
  - name: filed
    cron: "10,40 * * * *"
    tz: UTC
    reset: billing-n@prod orders shift -40
    owner: S0OWNERS
    channel: C0PAYOPS
    announce: 2m
`
