package auth

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/internal/text"
	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Rule is one rule of the policy, as its owner writes it. People are named by id: user groups (S…), users (U…, W…),
// or the word members.
type Rule struct {
	Name      string
	Clusters  []string // configured names; * stands for any characters
	Groups    []string // consumer groups; * stands for any characters
	View      []string // besides those who may request, approve or use emergency
	Request   []string
	Approve   []string
	Channels  []string // when not empty, requests come from these alone
	Approvals []Tier
	Cap       *Limit // nil: none
	Emergency *Emergency
	Wait      time.Duration
	MaxWait   time.Duration
	Isolation reset.Isolation
	Schedules bool
	Reason    *regexp.Regexp // nil: none is required; see reasonMissing
	Owner     string
	Stop      string
	Start     string
	Runbook   string
}

// Tier is how many approvals an effect needs that skips and replays no more than this. math.MaxInt64: any number of
// records.
type Tier struct {
	Skip, Replay int64
	Need         int
}

// Limit is the most records that may be skipped and replayed.
type Limit struct{ Skip, Replay int64 }

// Emergency is who may apply without approval, and up to which effect.
type Emergency struct {
	Who []string
	Limit
}

// members means all full members of the workspace.
const members = "members"

// isGroup reports whether an id is a user group's.
func isGroup(id string) bool { return strings.HasPrefix(id, "S") }

func (r Rule) matches(cluster, group string) bool {
	return anyMatches(r.Clusters, cluster) && anyMatches(r.Groups, group)
}

func anyMatches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return reset.Matches(p, name) })
}

// allowedTo lists the users and user groups with the right to a verb.
func (r Rule) allowedTo(v reset.Verb) []string {
	var alone []string
	if r.Emergency != nil {
		alone = r.Emergency.Who
	}
	switch v {
	case reset.VerbView:
		return mergeLists(r.View, r.Request, r.Approve, alone)
	case reset.VerbRequest, reset.VerbRetry, reset.VerbUndo, reset.VerbSchedule:
		return r.Request
	case reset.VerbApprove, reset.VerbReject, reset.VerbApply:
		return r.Approve
	case reset.VerbCancel:
		return mergeLists(r.Request, r.Approve)
	case reset.VerbSettle:
		return mergeLists(r.Approve, alone)
	case reset.VerbEmergency:
		return alone
	case reset.VerbFreeze, reset.VerbThaw: // of a cluster as such, see domain
	}
	return nil
}

func mergeLists(lists ...[]string) []string {
	var out []string
	for _, id := range slices.Concat(lists...) {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// ruling is what the rule says about a verb, before the directory is asked.
func (r Rule) ruling(v reset.Verb) reset.Ruling {
	out := reset.Ruling{Rule: r.Name, Who: r.allowedTo(v), Approvers: r.Approve,
		EmergencyApprovers: r.allowedTo(reset.VerbEmergency), Isolation: r.Isolation, Wait: r.Wait, MaxWait: r.MaxWait,
		Owner: r.Owner, Stop: r.Stop, Start: r.Start, Runbook: r.Runbook}
	if e := r.Emergency; e != nil {
		out.EmergencyMost = &reset.Reach{Skip: e.Skip, Replay: e.Replay}
	}
	return out
}

// applyTiers allows an effect within the cap and sets what it needs: the first tier that covers it, which then bounds
// it. An emergency has one tier, and needs no approval. Without an effect only the right is checked.
func (r Rule) applyTiers(out reset.Ruling, a reset.PolicyQuestion) reset.Ruling {
	if a.Effect == nil {
		return allow(out)
	}
	e := *a.Effect
	most := Limit{Skip: math.MaxInt64, Replay: math.MaxInt64}
	if r.Cap != nil {
		most = *r.Cap
	}
	tiers := r.Approvals
	if a.Verb == reset.VerbEmergency || a.Emergency != nil {
		tiers = []Tier{{Skip: r.Emergency.Skip, Replay: r.Emergency.Replay}}
	}
	var widest Limit
	for _, t := range tiers {
		widest = Limit{Skip: min(t.Skip, most.Skip), Replay: min(t.Replay, most.Replay)}
		if widest.exceededBy(e) == "" {
			out.Need, out.MaxSkip, out.MaxReplay = t.Need, widest.Skip, widest.Replay
			if a.OneIsEnough {
				out.Need = 0
			}
			return allow(out)
		}
	}
	out.Cap = widest.exceededBy(e) // the tiers end below the cap, or with it
	return deny(out, reset.DeniedCap)
}

// exceededBy names the limits that an effect exceeds, as in "skip 1,000,000".
func (l Limit) exceededBy(e reset.Effect) string {
	var over []string
	if e.Skip > l.Skip {
		over = append(over, "skip "+text.WithCommas(l.Skip))
	}
	if e.Replay > l.Replay {
		over = append(over, "reprocess "+text.WithCommas(l.Replay))
	}
	return strings.Join(over, " and ")
}

// GroupsOf are the user groups that rules and clusters name.
func GroupsOf(rules []Rule, clusters []Cluster) []string {
	var out []string
	for _, c := range clusters {
		named := mergeLists(c.Freeze, c.Thaw)
		out = mergeLists(out, slices.DeleteFunc(named, func(id string) bool { return !isGroup(id) }))
	}
	for _, r := range rules {
		named := mergeLists(r.View, r.Request, r.Approve)
		if r.Emergency != nil {
			named = mergeLists(named, r.Emergency.Who)
		}
		out = mergeLists(out, slices.DeleteFunc(named, func(id string) bool { return !isGroup(id) }))
	}
	return out
}

// NeverMatch says which rules can never match, because earlier ones match everything that they match. Group names may
// hold any characters, so that several patterns together cover another only when one of them does.
func NeverMatch(rules []Rule) []string {
	var out []string
	for i, r := range rules {
		var before []string
		if r.coveredBy(rules[:i], &before) {
			out = append(out,
				fmt.Sprintf("rule %q can never match: all its groups are decided before it, by %s; move it up, narrow those, or remove it",
					r.Name, strings.Join(before, " and ")))
		}
	}
	return out
}

// coveredBy reports whether earlier rules match all that r matches, and adds their names.
func (r Rule) coveredBy(earlier []Rule, names *[]string) bool {
	for _, cluster := range r.Clusters {
		for _, group := range r.Groups {
			// A pattern covers another when it matches that one's text: a * of the other can only be matched by a *
			// of its own.
			i := slices.IndexFunc(earlier, func(e Rule) bool { return e.matches(cluster, group) })
			if i < 0 {
				return false
			}
			*names = mergeLists(*names, []string{strconv.Quote(earlier[i].Name)})
		}
	}
	return true
}
