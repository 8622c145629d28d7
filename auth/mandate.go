package auth

import (
	"context"
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

// rulesForRun rules on a run of a schedule: whether the rule allows schedules, what this effect needs, and whether
// the standing approval still counts. Where it does not, approvals are asked for.
func (p *Policy) rulesForRun(
	ctx context.Context, a reset.PolicyQuestion, rule Rule, found bool, out reset.Ruling,
) reset.Ruling {
	switch {
	case !found:
		return deny(out, reset.DeniedNoRule)
	case !rule.Schedules:
		return deny(out, reset.DeniedSchedules)
	}
	out = rule.applyTiers(out, a)
	if a.Mandate.File {
		out.MandateValid = true // the configuration file was reviewed
		return out
	}
	out.Doubt, out.Note = p.mandateGap(ctx, *a.Mandate, a.Requester, rule, out.Need)
	out.MandateValid = out.Doubt == ""
	return out
}

// mandateGap says why a standing approval no longer counts. A directory that does not answer is no reason.
func (p *Policy) mandateGap(
	ctx context.Context, m reset.Mandate, owner reset.Actor, rule Rule, need int,
) (why reset.Denial, note string) {
	if m.Rule != rule.Name {
		return reset.DeniedChanged, ""
	}
	if need > 0 && !slices.ContainsFunc(rule.Approve, isGroup) {
		return reset.DeniedNoTeam, ""
	}
	if !couldBeMember(owner.ID, rule.Request) {
		return reset.DeniedNotIn, ""
	}
	valid, involved := 0, []string{owner.ID}
	for _, v := range m.Votes {
		involved = append(involved, v.Actor.ID)
		if v.Rule == rule.Name && !sameActor(v.Actor, owner) && couldBeMember(v.Actor.ID, rule.Approve) {
			valid++
		}
	}
	for _, id := range involved {
		who, err := p.dir.Person(ctx, id) // remembered for a minute: many runs are due at once; their writes ask live
		switch {
		case err != nil:
			note = unreadNote
		case who.Deleted:
			return reset.DeniedGone, ""
		}
	}
	if valid < need {
		return reset.DeniedNotIn, note
	}
	return "", note
}

// unreadNote is said when an account could not be looked up.
const unreadNote = "it could not be read whether everybody involved still has an account; memberships count as they were recorded"
