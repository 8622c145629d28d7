package auth

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// A standing approval relies on a team and not on the person on call: where an approval is needed, the rule has a
// user group among its approvers. It is checked again at every run, and counts for the person who gave it alone.

// checkSchedule refuses a schedule that the rule does not allow.
func (r Rule) checkSchedule(out reset.Ruling, a reset.PolicyQuestion) reset.Ruling {
	switch {
	case !r.Schedules:
		return deny(out, reset.DeniedSchedules)
	case a.Effect != nil && out.Allowed && out.Need > 0 && !slices.ContainsFunc(r.Approve, isGroup):
		return deny(out, reset.DeniedNoTeam)
	}
	return out
}

// rulesForRun rules on a run that rests on a standing approval: whether the rule lets schedules run at all, what this
// effect needs, and whether what was agreed to is still valid. It is the same when a run is planned and when it is
// written. An error means that Slack did not answer and that its answer matters.
func (p *Policy) rulesForRun(
	ctx context.Context, a reset.PolicyQuestion, rule Rule, found bool, out reset.Ruling,
) (reset.Ruling, error) {
	switch {
	case !found:
		return deny(out, reset.DeniedNoRule), nil
	case !rule.Schedules:
		return deny(out, reset.DeniedSchedules), nil
	case rule.reasonMissing(a):
		return rule.withoutReason(out), nil
	case a.Mandate.File: // it was reviewed where the rules are kept
		a.OneIsEnough = true
	}
	out = rule.applyTiers(out, a)
	if out.MandateValid = a.Mandate.File; a.Mandate.File || !out.Allowed {
		return out, nil
	}
	need := out.Need
	if a.Effect != nil && !a.Mandate.Bounds.Covers(*a.Effect) {
		need = a.Mandate.Need // what goes beyond is asked about; the votes are judged by what they agreed to
	}
	doubt, who, err := p.mandateGap(ctx, a, rule, need)
	if err != nil {
		return deny(out, reset.DeniedUnknown), err
	}
	out.Doubt, out.DoubtAbout, out.MandateValid = doubt, who, doubt == ""
	return out, nil
}

// mandateGap says why a standing approval is valid no more, and whose right is missing. It rests on people as they are
// now: its owner may still ask, and enough of those who voted, each counted once, may still approve. Without an answer
// from Slack nothing is concluded, unless what is known is enough.
func (p *Policy) mandateGap(
	ctx context.Context, a reset.PolicyQuestion, rule Rule, need int,
) (why reset.Denial, who []string, err error) {
	m := *a.Mandate
	switch {
	case m.Rule != rule.Name:
		return reset.DeniedChanged, nil, nil
	case need > 0 && !slices.ContainsFunc(rule.Approve, isGroup):
		return reset.DeniedNoTeam, nil, nil
	case len(rule.Channels) > 0 && !slices.Contains(rule.Channels, a.Channel):
		return reset.DeniedChannel, nil, nil
	}
	owner, why, err := p.checkRight(ctx, a, m.Owner.ID, rule.Request)
	if why != "" {
		return why, []string{m.Owner.ID}, err
	}
	counted, unread := []string{}, error(nil)
	for _, v := range m.Votes {
		if v.Rule != rule.Name || sameActor(v.Actor, m.Owner) {
			continue
		}
		voter, no, err := p.checkRight(ctx, a, v.Actor.ID, rule.Approve)
		switch {
		case err != nil:
			unread = err
			continue
		case no == "" && voter == owner:
			no = reset.DeniedSelf
		case no == "" && slices.Contains(counted, voter):
			no = reset.DeniedTwice
		case no == "":
			counted = append(counted, voter)
		}
		if no != "" {
			why, who = no, append(who, v.Actor.ID)
		}
	}
	switch {
	case len(counted) >= need:
		return "", nil, nil
	case unread != nil:
		return reset.DeniedUnknown, nil, unread
	}
	return cmp.Or(why, reset.DeniedNotIn), who, nil
}

// checkRight says why a list does not give a person the right now, and who they are under all their ids. Memberships
// may be a minute old, because thousands of runs can be due at once; accounts are looked up for each write.
func (p *Policy) checkRight(
	ctx context.Context, a reset.PolicyQuestion, id string, list []string,
) (person string, why reset.Denial, err error) {
	who, err := p.directory(a).Person(ctx, id)
	person = cmp.Or(who.OrgID, id)
	switch {
	case err != nil:
		return person, reset.DeniedUnknown, fmt.Errorf("read who %s is: %w", id, err)
	case who.Deleted:
		return person, reset.DeniedGone, nil
	case who.Stranger, who.Bot, who.Guest:
		return person, reset.DeniedNotIn, nil
	}
	principal, err := principalOf(ctx, p.dir, id, list)
	switch {
	case principal != "":
		return person, "", nil
	case err != nil:
		return person, reset.DeniedUnknown, err
	}
	return person, reset.DeniedNotIn, nil
}

// unreadNote is said when an account could not be looked up.
const unreadNote = "Slack did not answer whether all involved accounts are active; the recorded memberships count"
