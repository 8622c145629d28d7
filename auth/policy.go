package auth

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Policy is all rules, in order. It implements reset.Policy.
type Policy struct {
	rules []Rule
	dir   *Cache
}

var _ reset.Policy = (*Policy)(nil)

// New returns a policy that asks dir who people are.
func New(rules []Rule, dir *Cache) *Policy { return &Policy{rules: rules, dir: dir} }

// Rule answers by the first rule that matches. Its error says that the directory could not be read.
func (p *Policy) Rule(ctx context.Context, a reset.Asking) (reset.Ruling, error) {
	i := slices.IndexFunc(p.rules, func(r Rule) bool { return r.Matches(a.Cluster, a.Group) })
	if i < 0 {
		return reset.Ruling{Denial: reset.DeniedNoRule}, nil
	}
	rule := p.rules[i]
	out := rule.ruling(a.Verb)
	if a.Verb == reset.VerbApply {
		return p.apply(ctx, rule, a, out)
	}
	denial, err := p.judge(ctx, rule, a)
	if denial == "" && err == nil {
		denial = weigh(&out, rule, a.Effect)
	}
	out.Denial, out.Allowed = denial, denial == "" && err == nil
	return out, err
}

// ruling is what a rule says to everybody.
func (r Rule) ruling(v reset.Verb) reset.Ruling {
	return reset.Ruling{Rule: r.Name, Who: r.may(v), Approvers: r.Approve, Isolation: r.Isolation, Wait: r.Wait, MaxWait: r.MaxWait,
		Owner: r.Owner, Stop: r.Stop, Start: r.Start, Runbook: r.Runbook}
}

// judge says why somebody may not; "" means that they may.
func (p *Policy) judge(ctx context.Context, rule Rule, a reset.Asking) (reset.Denial, error) {
	if a.Actor.Kind == reset.OS {
		if a.Verb == reset.VerbView {
			return "", nil // whoever has the configuration can read the cluster without the bot
		}
		return reset.DeniedNotIn, nil
	}
	if a.Actor.Kind != reset.Person || a.Actor.ID == "" || a.Actor.Team == "" {
		return reset.DeniedStranger, nil
	}
	live := a.Verb != reset.VerbView
	if denial, err := p.account(ctx, live, a.Actor); denial != "" || err != nil {
		return denial, err
	}
	if a.Verb == reset.VerbApprove && a.Actor == a.Requester {
		return reset.DeniedSelf, nil
	}
	stops := a.Verb == reset.VerbCancel || a.Verb == reset.VerbReject // stopping something is never a matter of where
	if !stops && len(rule.Channels) > 0 && !slices.Contains(rule.Channels, a.Channel) {
		return reset.DeniedChannel, nil
	}
	if a.Verb == reset.VerbCancel && a.Actor == a.Requester {
		return "", nil
	}
	return p.in(ctx, live, a.Actor.ID, rule.may(a.Verb))
}

// account refuses those who never may.
func (p *Policy) account(ctx context.Context, live bool, a reset.Actor) (reset.Denial, error) {
	who, err := p.dir.person(ctx, live, a.Team, a.ID)
	if err != nil {
		return reset.DeniedUnknown, fmt.Errorf("who is %s: %w", a.ID, err)
	}
	switch {
	case who.Stranger:
		return reset.DeniedStranger, nil
	case who.Gone:
		return reset.DeniedGone, nil
	case who.Bot:
		return reset.DeniedBot, nil
	case who.Guest:
		return reset.DeniedGuest, nil
	}
	return "", nil
}

// in reports whether a full member is on a list. A user group that cannot be read counts as no, and is the error only when no
// other entry of the list says yes.
func (p *Policy) in(ctx context.Context, live bool, user string, list []string) (reset.Denial, error) {
	if slices.Contains(list, Members) || slices.Contains(list, user) {
		return "", nil
	}
	var unread error
	for _, id := range list {
		if !strings.HasPrefix(id, "S") {
			continue
		}
		members, err := p.dir.membersOf(ctx, live, id)
		if err != nil {
			unread = errors.Join(unread, fmt.Errorf("members of %s: %w", id, err))
			continue
		}
		if slices.Contains(members, user) {
			return "", nil
		}
	}
	if unread != nil {
		return reset.DeniedUnknown, unread
	}
	return reset.DeniedNotIn, nil
}

// apply checks the rules in force with the memberships as they were recorded: a change of shift must not cancel an armed
// reset, but a rule that was taken away, or a person who was, does.
func (p *Policy) apply(ctx context.Context, rule Rule, a reset.Asking, out reset.Ruling) (reset.Ruling, error) {
	if denial := weigh(&out, rule, a.Effect); denial != "" {
		out.Denial = denial
		return out, nil
	}
	involved := []reset.Actor{a.Requester}
	for _, v := range a.Votes {
		if v.Rule != rule.Name {
			out.Denial = reset.DeniedNoRule
			return out, nil
		}
		involved = append(involved, v.Actor)
	}
	for _, who := range involved {
		if who.Kind != reset.Person {
			continue
		}
		denial, err := p.account(ctx, true, who)
		switch {
		case err != nil:
			out.Note = "Slack did not say whether everybody involved is still there; memberships as recorded were used"
		case denial != "":
			out.Denial, out.Who = denial, []string{who.ID}
			return out, nil
		}
	}
	out.Allowed = true
	return out, nil
}

// weigh puts an effect's tier and bounds into a ruling; the denial says that it is beyond the cap. Where no effect is known,
// only the right as such was asked for.
func weigh(out *reset.Ruling, rule Rule, e *reset.Effect) reset.Denial {
	if e == nil {
		return ""
	}
	limit := Cap{math.MaxInt64, math.MaxInt64}
	if rule.Cap != nil {
		limit = *rule.Cap
	}
	switch {
	case e.Skip > limit.Skip:
		out.Cap = "skip " + thousands(limit.Skip)
		return reset.DeniedCap
	case e.Replay > limit.Replay:
		out.Cap = "replay " + thousands(limit.Replay)
		return reset.DeniedCap
	}
	t, ok := rule.tier(*e)
	if !ok {
		out.Cap = "the last approval tier"
		return reset.DeniedCap
	}
	out.Need, out.MaxSkip, out.MaxReplay = t.Need, min(t.Skip, limit.Skip), min(t.Replay, limit.Replay)
	return ""
}

func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
