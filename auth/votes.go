package auth

import (
	"cmp"
	"context"
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// What was agreed to is judged again until it is written, by the rule in force. What people did is recorded with the
// principal by which they had the right. It counts while the rule lists that principal: leaving the user group
// afterwards changes nothing, because a change of shift must not cancel a reset. Being deactivated does. A directory
// that does not answer is not that.

// rulesAtWrite rules on what was approved: by the rules as they are now, with the memberships as they were recorded.
// The ruling names the votes that no longer count, whatever else it says.
func (p *Policy) rulesAtWrite(
	ctx context.Context, a reset.PolicyQuestion, rule Rule, found bool, out reset.Ruling,
) reset.Ruling {
	out.Principal = a.Principal
	requester := p.account(ctx, a, a.Requester, &out)
	listed := func(v reset.Vote) bool {
		return (v.Principal != "" || v.Rule == rule.Name) && lists(rule.Approve, v.Principal, v.Actor.ID)
	}
	barred := []string{requester.id}
	for _, also := range a.Barred {
		barred = append(barred, p.account(ctx, a, also, &out).id)
	}
	valid := p.countVotes(ctx, a, listed, barred, &out)
	if !found {
		return deny(out, reset.DeniedNoRule)
	}
	if a.Emergency != nil {
		out.EmergencyOver = p.emergencyOver(ctx, a, rule, &out)
	}
	switch own := a.Emergency != nil && a.Emergency.By == a.Requester; {
	case own && out.EmergencyOver != "":
		out.Who = rule.allowedTo(reset.VerbEmergency)
		return deny(out, out.EmergencyOver)
	case !own && (a.Requester.Kind != reset.Person || !lists(rule.Request, a.Principal, a.Requester.ID)):
		out.Who = rule.Request
		return deny(out, reset.DeniedNotIn)
	case requester.gone:
		return deny(out, reset.DeniedGone)
	case len(rule.Channels) > 0 && !slices.Contains(rule.Channels, a.Channel):
		return deny(out, reset.DeniedChannel)
	case rule.reasonMissing(a):
		return rule.withoutReason(out)
	case out.EmergencyOver != "":
		a.Emergency = nil // what it needs now is what it would need without
	}
	out = rule.applyTiers(out, a)
	if out.Allowed && valid < out.Need {
		return deny(out, reset.DeniedVotes)
	}
	return out
}

// countVotes counts the votes that still do, one for each person, and names the others in the ruling.
func (p *Policy) countVotes(
	ctx context.Context, a reset.PolicyQuestion, listed func(reset.Vote) bool, barred []string, out *reset.Ruling,
) int {
	var counted []string
	for _, v := range a.Votes {
		why := reset.DeniedNotIn
		if listed(v) {
			why = p.voteOver(ctx, a, v, barred, &counted, out)
		}
		if why != "" {
			out.Dropped = append(out.Dropped, reset.DroppedVote{Actor: v.Actor, Principal: v.Principal, Why: why})
		}
	}
	return len(counted)
}

// voteOver says why the vote of a voter who is still listed no longer counts; one that does is added to those that
// are counted.
func (p *Policy) voteOver(
	ctx context.Context, a reset.PolicyQuestion, v reset.Vote, barred []string, counted *[]string, out *reset.Ruling,
) reset.Denial {
	voter := p.account(ctx, a, v.Actor, out)
	switch {
	case voter.gone:
		return reset.DeniedGone
	case slices.Contains(barred, voter.id):
		return reset.DeniedSelf
	case slices.Contains(*counted, voter.id):
		return reset.DeniedTwice
	}
	*counted = append(*counted, voter.id)
	return ""
}

// emergencyOver says why an emergency no longer counts.
func (p *Policy) emergencyOver(
	ctx context.Context, a reset.PolicyQuestion, rule Rule, out *reset.Ruling,
) reset.Denial {
	switch {
	case !lists(rule.allowedTo(reset.VerbEmergency), a.Emergency.Principal, a.Emergency.By.ID):
		return reset.DeniedNotIn
	case p.account(ctx, a, a.Emergency.By, out).gone:
		return reset.DeniedGone
	}
	return ""
}

// lists reports whether a list still holds the principal by which a person had a right. What was recorded before
// principals were counts as it did then: while the list could have named them.
func lists(who []string, principal, id string) bool {
	if principal == "" {
		return couldBeMember(id, who)
	}
	return slices.Contains(who, principal)
}

// couldBeMember reports whether a list could have named a user when their membership was recorded.
func couldBeMember(id string, who []string) bool {
	return slices.Contains(who, id) || slices.Contains(who, members) || slices.ContainsFunc(who, isGroup)
}

// account is what is known of a person who acted earlier.
type account struct {
	id   string // the same for all ids of one person
	gone bool   // known to be deactivated
}

func (p *Policy) account(
	ctx context.Context, a reset.PolicyQuestion, who reset.Actor, out *reset.Ruling,
) account {
	if who.Kind != reset.Person {
		return account{id: who.ID}
	}
	known, err := p.directory(a).Person(ctx, who.ID)
	if err != nil {
		out.Note = unreadNote
		return account{id: who.ID}
	}
	return account{id: cmp.Or(known.OrgID, who.ID), gone: known.Deleted}
}
