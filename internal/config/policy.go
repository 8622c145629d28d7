package config

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
)

// members is the word for every full member of the workspace.
const members = "members"

var peopleID = regexp.MustCompile(`^[SUW][A-Z0-9]{2,}$`)

func (r *reader) checkPolicy(rules []Rule, clusters []Cluster) {
	names := map[string]int{}
	for i := range rules {
		rule, at := &rules[i], fmt.Sprintf("policy[%d]", i)
		r.once(names, rule.Name, at+".name", i,
			"policy[%d] has this name too; rename one, because refusals name the rule")
		for j, name := range rule.Clusters {
			r.clusterIs(fmt.Sprintf("%s.clusters[%d]", at, j), name, clusters)
		}
		for j, g := range rule.Groups {
			key := fmt.Sprintf("%s.groups[%d]", at, j)
			if g == "" {
				r.bad(key, "is empty; give a group or a pattern such as pay-*")
			}
			r.pattern(key, g)
		}
		r.people(at+".view", rule.View, true)
		r.people(at+".request", rule.Request, true)
		r.people(at+".approve", rule.Approve, false)
		for j, ch := range rule.Channels {
			r.channel(fmt.Sprintf("%s.channels[%d]", at, j), ch)
		}
		r.checkTiers(at, rule)
		if rule.Emergency != nil {
			r.people(at+".emergency.who", rule.Emergency.Who, false)
		}
		if _, said := r.at[at+".wait.default"]; !said { // a default that nobody wrote must not contradict what somebody did write
			rule.Wait.Default = min(rule.Wait.Default, rule.Wait.Max)
		}
		if rule.Wait.Default > rule.Wait.Max && !r.broken(at+".wait") {
			r.bad(at+".wait", "has a default (%v) longer than its max (%v); shorten the one or lengthen the other",
				rule.Wait.Default, rule.Wait.Max)
		}
		r.reasonPattern(at+".require_reason", rule)
		r.oneOf(at+".isolation", rule.Isolation, "read_uncommitted", "read_committed")
		if rule.Owner != "" {
			r.person(at+".owner", rule.Owner, false)
		}
		r.oneLine(at+".stop", rule.Stop)
		r.oneLine(at+".start", rule.Start)
		r.link(at+".runbook", rule.Runbook)
	}
}

// reasonPattern accepts true, false, or a regular expression (RE2) that is found in a reason, wherever it stands.
func (r *reader) reasonPattern(key string, rule *Rule) {
	switch pattern, err := regexp.Compile(rule.Reason); {
	case err != nil:
		r.bad(key, "of rule %s must be true, false, or a regular expression (RE2) such as 'INC-\\d+': %s: %v",
			quote(rule.Name), r.written(key), err)
	case rule.Reason != "" && pattern.MatchString(""):
		r.bad(key, "of rule %s matches an empty reason, so that it requires none: %s; write true for any reason, or "+
			"such as 'INC-\\d+'", quote(rule.Name), r.written(key))
	}
}

var day = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)

// checkSchedules does not parse the resets: internal/app does, and check reports the result.
func (r *reader) checkSchedules(schedules []Schedule) {
	names := map[string]int{}
	for i, s := range schedules {
		at := fmt.Sprintf("schedules[%d]", i)
		r.once(names, s.Name, at+".name", i, "schedules[%d] has this name too; rename one")
		r.person(at+".owner", s.Owner, false)
		r.channel(at+".channel", s.Channel)
		if s.Until != "" && !day.MatchString(s.Until) {
			r.bad(at+".until", "must be a day such as 2027-03-01; it is %s", r.written(at+".until"))
		}
	}
}

func (r *reader) clusterIs(key, name string, clusters []Cluster) {
	var known []string
	for _, c := range clusters {
		known = append(known, quote(c.Name))
	}
	if len(known) > 0 && !slices.ContainsFunc(clusters, func(c Cluster) bool { return c.Name == name }) {
		r.bad(key, "is no cluster of this file: %s; there are %s", r.written(key), strings.Join(known, ", "))
	}
}

func (r *reader) people(key string, ids []string, membersToo bool) {
	for i, id := range ids {
		r.person(fmt.Sprintf("%s[%d]", key, i), id, membersToo)
	}
}

// orDefault are people whose list may be left out. An empty list is a mistake: it reads as "no one" and as "the
// default".
func (r *reader) orDefault(key string, ids []string, membersToo bool) {
	if ids != nil && len(ids) == 0 {
		r.bad(key, "is empty; name who may, or remove the key for its default")
	}
	r.people(key, ids, membersToo)
}

func (r *reader) person(key, id string, membersToo bool) {
	switch {
	case peopleID.MatchString(id) || membersToo && id == members:
	case id == members:
		r.bad(key, "must not be members: they may view, request and freeze, nothing else; name a user group (S...) or users (U...)")
	case membersToo:
		r.bad(key, "must be the id of a user group (S...) or user (U... or W...), or members, not %s; names can be taken by others",
			r.written(key))
	default:
		r.bad(key, "must be the id of a user group (S...) or user (U... or W...), not %s; names can be taken by others",
			r.written(key))
	}
}

// checkTiers requires limits that grow, so that the first tier that covers an effect is unambiguous, and that every
// effect below the cap is covered.
func (r *reader) checkTiers(at string, rule *Rule) {
	if r.broken(at + ".approvals") {
		return
	}
	most := 0
	for i, t := range rule.Approvals {
		key := fmt.Sprintf("%s.approvals[%d]", at, i)
		most = max(most, t.Need)
		if i == 0 {
			continue
		}
		before := rule.Approvals[i-1]
		skips, replays := limit(t.Skip)-limit(before.Skip), limit(t.Replay)-limit(before.Replay)
		switch {
		case skips < 0 || replays < 0:
			r.bad(key, "has a lower limit than the tier before it; write the tiers from small effects to large ones")
		case skips == 0 && replays == 0:
			r.bad(key, "can never match, because the tier before it covers as much; raise a limit or remove it")
		case t.Need < before.Need:
			r.bad(key+".need",
				"is lower than in the tier before it, so that a larger effect needs fewer approvals; raise it")
		}
	}
	if most > 0 && len(rule.Approve) == 0 {
		r.bad(at+".approve", "is empty although approvals are needed; name who may give them")
	}
	if len(rule.Approvals) == 0 || r.broken(at+".cap") {
		return
	}
	last := rule.Approvals[len(rule.Approvals)-1]
	open := last.Skip == nil && last.Replay == nil
	covers := rule.Cap != nil && limit(last.Skip) >= rule.Cap.Skip && limit(last.Replay) >= rule.Cap.Replay
	if !open && !covers {
		r.bad(fmt.Sprintf("%s.approvals[%d]", at, len(rule.Approvals)-1),
			"is the last tier and leaves larger effects undecided; add {need: N} without limits, or a cap that it covers")
	}
}

func limit(n *int64) int64 {
	if n == nil {
		return math.MaxInt64
	}
	return *n
}

func (r *reader) oneLine(key, value string) {
	if strings.ContainsAny(strings.TrimRight(value, "\n"), "\r\n") {
		r.bad(key, "must be one line, because cards show it for copying")
	}
}
