package bot

import (
	"context"
	"maps"
	"slices"

	"github.com/slack-go/slack"

	"github.com/kafka-reset-bot/kafka-reset-bot/reset"
)

// Groups returns the faults of user groups that the policy names, from one call for all of them: each needs a person
// to repair it. An error means that Slack did not answer.
func (b *Bot) Groups(ctx context.Context, ids []string) ([]reset.Unread, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	all, err := b.listGroups(ctx)
	if u := reset.UnreadOf(err); err != nil && u.Code != "" && !u.Passing {
		u.Of = ids[0]
		return []reset.Unread{u}, nil
	}
	if err != nil {
		return nil, err
	}
	var out []reset.Unread
	for _, id := range ids {
		i := slices.IndexFunc(all, func(g slack.UserGroup) bool { return g.ID == id })
		switch {
		case i < 0:
			out = append(out, reset.Unread{Of: id, Code: "no_such_subteam"})
		case all[i].DateDelete > 0:
			out = append(out, reset.Unread{Of: id, Code: disabledGroup})
		}
	}
	return out, nil
}

// disabledGroup is the bot's own code: Slack reports a disabled group as no_such_subteam, unless disabled groups are
// asked for too.
const disabledGroup = "subteam_disabled"

func (b *Bot) listGroups(ctx context.Context) ([]slack.UserGroup, error) {
	all, err := retryOnRateLimit(ctx, b, "usergroups.list", "list user groups",
		func(ctx context.Context) ([]slack.UserGroup, error) {
			return b.api.GetUserGroupsContext(ctx, slack.GetUserGroupsOptionIncludeDisabled(true))
		})
	if err != nil {
		return nil, unread("user groups", err)
	}
	return all, nil
}

// explainMissing distinguishes a disabled group from one that does not exist, once for each: that costs a call of its
// own.
func (b *Bot) explainMissing(ctx context.Context, u *reset.Unread) {
	if known, ok := b.health.fault(u.Of); ok && (known.Code == u.Code || known.Code == disabledGroup) {
		u.Code = known.Code
		return
	}
	wrong, err := b.Groups(ctx, []string{u.Of})
	if err == nil && len(wrong) == 1 {
		u.Code = wrong[0].Code
	}
}

// checkPolicyGroups finds missing user groups at the start and not at the first approval.
func (b *Bot) checkPolicyGroups(ctx context.Context) {
	wrong, err := b.Groups(ctx, b.cfg.Groups)
	if err != nil {
		b.log.Info("the user groups of the policy cannot be looked at now", "err", err)
	}
	for _, u := range wrong {
		b.health.recordFault(u.Of, &u)
		b.log.Error("slack does not say who is in a user group of the policy; a person has to correct that", "group",
			u.Of, "err", u.Error())
	}
}

// recordFault stores a fault of the directory that only a person can repair, until the same question is answered
// again.
func (h *health) recordFault(of string, u *reset.Unread) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case u == nil:
		delete(h.faults, of)
	case u.Passing, u.Code == "user_not_found": // of one person, which the operator need not know
	default:
		if h.faults == nil || len(h.faults) > 1000 {
			h.faults = map[string]reset.Unread{}
		}
		h.faults[of] = *u
	}
}

func (h *health) fault(of string) (reset.Unread, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	u, ok := h.faults[of]
	return u, ok
}

// currentFaults are the faults of the directory, each once, and whether one of them concerns the whole app. The lock
// is held.
func (h *health) currentFaults() (faults []reset.Unread, all bool) {
	said := map[string]bool{}
	for _, of := range slices.Sorted(maps.Keys(h.faults)) {
		u := h.faults[of]
		one := u.Code == "no_such_subteam" || u.Code == disabledGroup
		all = all || !one
		key := u.Code + u.Scope
		if one {
			key += of
		}
		if !said[key] {
			faults = append(faults, u)
		}
		said[key] = true
	}
	return faults, all
}
