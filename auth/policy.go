// Package auth says who may view, request, approve and settle what, and why not. It is the policy of
// config.example.yaml, and it denies by default.
//
// It knows rules, tiers and caps (rule.go), and the conditions on a person (directory.go declares the Directory that
// it asks). It fetches nothing itself (package bot does), words nothing (internal/words) and counts no records
// (package reset).
package auth

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Policy decides by the first rule that matches cluster and group.
type Policy struct {
	Clusters []Cluster // all that are configured, and who may freeze and thaw them

	rules []Rule
	dir   *Cached
}

// New returns a policy of rules, in the order in which they are tried.
func New(rules []Rule, dir *Cached) *Policy { return &Policy{rules: rules, dir: dir} }

// Rule implements engine.Policy. Every ruling, a refusal too, carries the rule and who may. What cannot be read is a
// refusal (DeniedUnknown) with the error.
func (p *Policy) Rule(ctx context.Context, a reset.PolicyQuestion) (reset.Ruling, error) {
	if a.AnyGroup {
		return p.onSomeGroup(ctx, a)
	}
	if a.Group == "" {
		return p.ofClusters(ctx, a)
	}
	rule, found := p.match(a.Cluster, a.Group)
	out := rule.ruling(a.Verb)
	switch {
	case a.Verb == reset.VerbApply && a.Mandate != nil:
		return p.rulesForRun(ctx, a, rule, found, out)
	case a.Verb == reset.VerbApply:
		return p.rulesAtWrite(ctx, a, rule, found, out), nil
	case a.Verb == reset.VerbCancel && asked(a, a.Actor):
		return allow(out), nil // whatever became of rule, membership or Slack: cancelling one's own request is safe
	case a.Actor.Kind == reset.Person && a.RuleBefore != "" && a.RuleBefore == out.Rule && found:
		return allow(out), nil // the right was found before; it is checked live when there is a plan to decide on
	case a.Actor.Kind == reset.Person:
		if denial, err := p.checkPerson(ctx, a); denial != "" {
			return deny(out, denial), err
		}
	case a.Actor.Kind == reset.Scheduled && a.Verb == reset.VerbRequest && a.Mandate != nil:
		return p.rulesForRun(ctx, a, rule, found, out)
	case a.Actor.Kind == reset.Config && a.Verb == reset.VerbSchedule:
	case a.Actor.Kind != reset.OS || a.Verb != reset.VerbView:
		return deny(out, reset.DeniedNotIn), nil // the terminal only reads
	}
	if !found {
		return deny(out, reset.DeniedNoRule), nil
	}
	if a.Actor.Kind == reset.Person {
		principal, denial, err := p.checkNamed(ctx, a, rule)
		if denial != "" {
			return deny(out, denial), err
		}
		out.Principal = principal
	}
	if rule.reasonMissing(a) {
		return rule.withoutReason(out), nil
	}
	if a.Verb == reset.VerbSchedule {
		a.OneIsEnough = a.Actor.Kind == reset.Config // the configuration file was reviewed
		return p.quorum(ctx, a, rule, rule.checkSchedule(rule.applyTiers(out, a), a)), nil
	}
	return p.quorum(ctx, a, rule, rule.applyTiers(out, a)), nil
}

// match returns the rule that decides about a group.
func (p *Policy) match(cluster, group string) (Rule, bool) {
	i := slices.IndexFunc(p.rules, func(r Rule) bool { return r.matches(cluster, group) })
	if i < 0 {
		return Rule{}, false
	}
	return p.rules[i], true
}

// directory is the directory for a question. Views and previews decide nothing, so a minute's memory is enough for
// them; votes, submissions, settlements and emergencies read live.
func (p *Policy) directory(a reset.PolicyQuestion) Directory {
	if a.Verb == reset.VerbView || a.Preview {
		return p.dir
	}
	return p.dir.Uncached()
}

// checkPerson refuses accounts that no rule can allow: guests, bots, deactivated and foreign users. An event without
// team or channel is not trusted.
func (p *Policy) checkPerson(ctx context.Context, a reset.PolicyQuestion) (reset.Denial, error) {
	switch {
	case a.Actor.Team == "" || a.Actor.ID == "":
		return reset.DeniedStranger, nil
	case a.Channel == "":
		return reset.DeniedChannel, nil
	case a.Verb == reset.VerbApprove && asked(a, a.Actor):
		return reset.DeniedSelf, nil
	}
	who, err := p.directory(a).Person(ctx, a.Actor.ID)
	switch {
	case err != nil:
		return reset.DeniedUnknown, fmt.Errorf("read who %s is: %w", a.Actor.ID, err)
	case who.Stranger || who.Team != a.Actor.Team:
		return reset.DeniedStranger, nil
	case who.Bot:
		return reset.DeniedBot, nil
	case who.Deleted:
		return reset.DeniedGone, nil
	case who.Guest:
		return reset.DeniedGuest, nil
	case a.Verb == reset.VerbApprove && who.OrgID != "":
		return p.checkNotRequester(ctx, a, who)
	}
	return "", nil
}

// checkNotRequester refuses an approval by a person who made the request under another id.
func (p *Policy) checkNotRequester(
	ctx context.Context, a reset.PolicyQuestion, who Person,
) (reset.Denial, error) {
	for _, asker := range append([]reset.Actor{a.Requester}, a.Barred...) {
		if asker.Kind != reset.Person || isGroup(asker.ID) { // a schedule of the file may belong to a user group
			continue
		}
		by, err := p.directory(a).Person(ctx, asker.ID)
		if err != nil {
			return reset.DeniedUnknown, fmt.Errorf("read who %s is: %w", asker.ID, err)
		}
		if who.OrgID == cmp.Or(by.OrgID, asker.ID) {
			return reset.DeniedSelf, nil
		}
	}
	return "", nil
}

// checkNamed finds the principal by which the rule names a user. It refuses users whom the rule does not name, and
// requests from other channels. Channels narrow requests alone: an approval may come from any channel.
func (p *Policy) checkNamed(
	ctx context.Context, a reset.PolicyQuestion, rule Rule,
) (principal string, _ reset.Denial, _ error) {
	asks := a.Verb == reset.VerbRequest || a.Verb == reset.VerbRetry || a.Verb == reset.VerbUndo ||
		a.Verb == reset.VerbSchedule || a.Verb == reset.VerbEmergency && sameActor(a.Actor, a.Requester)
	principal, err := principalOf(ctx, p.directory(a), a.Actor.ID, rule.allowedTo(a.Verb))
	switch {
	case principal != "" && asks && len(rule.Channels) > 0 && !slices.Contains(rule.Channels, a.Channel):
		return "", reset.DeniedChannel, nil
	case principal != "":
		return principal, "", nil
	case err != nil:
		return "", reset.DeniedUnknown, err
	}
	return "", reset.DeniedNotIn, nil
}

// principalOf is what names a full member among users and user groups: the person, all members, or the first user
// group that has them; empty: nothing does. A group that cannot be read matters only when no other one has them.
func principalOf(ctx context.Context, dir Directory, id string, who []string) (string, error) {
	for _, principal := range []string{id, members} {
		if slices.Contains(who, principal) {
			return principal, nil
		}
	}
	var unread error
	for _, group := range who {
		if !isGroup(group) {
			continue
		}
		in, err := dir.Members(ctx, group)
		if err != nil && (unread == nil || reset.UnreadOf(err).Passing) { // a temporary error may turn out to be a yes
			unread = fmt.Errorf("read who is in %s: %w", group, err)
		}
		if err == nil && slices.Contains(in, id) {
			return group, nil
		}
	}
	return "", unread
}

// asked reports whether somebody counts as having asked for the request: whoever did approves it not.
func asked(a reset.PolicyQuestion, who reset.Actor) bool {
	return sameActor(who, a.Requester) ||
		slices.ContainsFunc(a.Barred, func(also reset.Actor) bool { return sameActor(who, also) })
}

func sameActor(a, b reset.Actor) bool {
	return a == b && a.Kind == reset.Person && a.Team != "" && a.ID != ""
}

func allow(r reset.Ruling) reset.Ruling {
	r.Allowed, r.Denial = true, ""
	return r
}

func deny(r reset.Ruling, why reset.Denial) reset.Ruling {
	r.Allowed, r.Denial = false, why
	return r
}
