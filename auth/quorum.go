package auth

import (
	"cmp"
	"context"
	"slices"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// quorum says of a preview whether enough people can approve it. Without that, who asks waits for people who are not
// there, until it expires. It decides nothing: a list that Slack does not say is not counted, and nothing is said.
func (p *Policy) quorum(ctx context.Context, a reset.PolicyQuestion, rule Rule, out reset.Ruling) reset.Ruling {
	if !a.Preview || a.Effect == nil || !out.Allowed || out.Need == 0 {
		return out
	}
	able, known := p.ableToApprove(ctx, a, rule.Approve, out.Need)
	if known && able < out.Need {
		out.Unreachable = &reset.Quorum{Able: able}
	}
	return out
}

// ableToApprove counts the people of a list who may approve what others than they asked for, each once, as far as most.
// Known is false where it cannot be read who they are.
func (p *Policy) ableToApprove(
	ctx context.Context, a reset.PolicyQuestion, list []string, most int,
) (able int, known bool) {
	asker, err := p.directory(a).Person(ctx, a.Requester.ID)
	if err != nil {
		return 0, false
	}
	counted := []string{a.Requester.ID, cmp.Or(asker.OrgID, a.Requester.ID)}
	for _, principal := range list {
		ids := []string{principal}
		if isGroup(principal) {
			if ids, err = p.directory(a).Members(ctx, principal); err != nil {
				return 0, false
			}
		}
		for _, id := range ids {
			who, err := p.directory(a).Person(ctx, id)
			if err != nil {
				return 0, false
			}
			same := cmp.Or(who.OrgID, id)
			if who.Deleted || who.Bot || who.Guest || who.Stranger || who.Team != a.Requester.Team ||
				slices.Contains(counted, id) || slices.Contains(counted, same) {
				continue
			}
			if counted, able = append(counted, id, same), able+1; able == most {
				return able, true
			}
		}
	}
	return able, true
}
