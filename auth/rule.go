// Package auth decides who may view, request, approve and stop what, and why not. It holds the policy as its owner wrote it
// and asks a Directory who somebody is. It denies by default, grants nothing by channel, and fetches nothing itself: package
// bot implements Directory, internal/config reads the rules.
package auth

import (
	"slices"
	"strings"
	"time"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Rule is one rule of the policy. The first that matches cluster and group decides alone.
type Rule struct {
	Name      string
	Clusters  []string
	Groups    []string // patterns: * stands for any characters, everything else for itself
	View      []string // user groups (S…), users (U…, W…), or Members
	Request   []string
	Approve   []string
	Channels  []string // empty: everywhere; otherwise only there. A channel never grants anything
	Approvals []Tier   // the first that covers the effect
	Cap       *Cap     // beyond it: refused, whoever agrees
	Emergency *Emergency
	Wait      time.Duration
	MaxWait   time.Duration
	Isolation reset.Isolation
	Schedules bool
	Owner     string
	Stop      string
	Start     string
	Runbook   string
}

// Members in a list stands for the full members of the bot's own workspace.
const Members = "members"

// Tier is how many approvals an effect up to its limits needs. math.MaxInt64 is no limit.
type Tier struct {
	Skip, Replay int64
	Need         int
}

// Cap is the largest effect that a rule allows at all.
type Cap struct{ Skip, Replay int64 }

// Emergency is who may go alone, and how far.
type Emergency struct {
	Who          []string
	Skip, Replay int64
}

// Matches reports whether the rule is about this group.
func (r Rule) Matches(cluster, group string) bool {
	return slices.Contains(r.Clusters, cluster) && slices.ContainsFunc(r.Groups, func(p string) bool { return match(p, group) })
}

// match reports whether a pattern stands for a name. A group's name may hold anything, so nothing but * is special.
func match(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == name
	}
	first, last := parts[0], parts[len(parts)-1]
	if !strings.HasPrefix(name, first) || len(name) < len(first)+len(last) || !strings.HasSuffix(name, last) {
		return false
	}
	name = name[len(first) : len(name)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(name, part)
		if i < 0 {
			return false
		}
		name = name[i+len(part):]
	}
	return true
}

// covers reports whether every name that pattern b stands for, a stands for too. It reads b's stars as a character that no
// literal of a can match, which is exact for patterns of this kind.
func covers(a, b string) bool { return match(a, strings.ReplaceAll(b, "*", "\x00")) }

// NeverMatch names the rules that earlier ones hide, wholly or on a cluster.
func NeverMatch(rules []Rule) []string {
	var out []string
	for i, r := range rules {
		hidden, by := 0, ""
		for _, cluster := range r.Clusters {
			if name, ok := hiddenOn(cluster, r, rules[:i]); ok {
				hidden++
				by = name
			}
		}
		switch {
		case hidden == 0:
		case hidden == len(r.Clusters):
			out = append(out, "rule "+quote(r.Name)+" can never match: "+quote(by)+" stands before it and matches the same; move or remove it")
		default:
			out = append(out, "rule "+quote(r.Name)+" can never match on some of its clusters: "+quote(by)+" stands before it")
		}
	}
	return out
}

// hiddenOn reports which earlier rule is the last that is needed to hide all of a rule's patterns on a cluster.
func hiddenOn(cluster string, r Rule, earlier []Rule) (by string, ok bool) {
	for _, p := range r.Groups {
		i := slices.IndexFunc(earlier, func(e Rule) bool {
			return slices.Contains(e.Clusters, cluster) && slices.ContainsFunc(e.Groups, func(q string) bool { return covers(q, p) })
		})
		if i < 0 {
			return "", false
		}
		by = earlier[i].Name
	}
	return by, true
}

func quote(s string) string { return `"` + s + `"` }

// tier is the first tier that covers an effect; ok is false when none does.
func (r Rule) tier(e reset.Effect) (Tier, bool) {
	for _, t := range r.Approvals {
		if e.Skip <= t.Skip && e.Replay <= t.Replay {
			return t, true
		}
	}
	return Tier{}, false
}

// may are those whom a rule names for a verb.
func (r Rule) may(v reset.Verb) []string {
	switch v {
	case reset.VerbView:
		return slices.Concat(r.View, r.Request, r.Approve)
	case reset.VerbRequest, reset.VerbRetry, reset.VerbUndo:
		return r.Request
	case reset.VerbApprove, reset.VerbReject:
		return r.Approve
	case reset.VerbCancel:
		return slices.Concat(r.Request, r.Approve)
	case reset.VerbSettle:
		if r.Emergency != nil {
			return slices.Concat(r.Approve, r.Emergency.Who)
		}
		return r.Approve
	}
	return nil
}
