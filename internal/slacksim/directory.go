package slacksim

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
)

func (s *Sim) authTest(args) (obj, *refusal) {
	out := obj{
		"url": s.url + "/", "team": s.teams[HomeTeam], "user": s.users[BotUser].Name, "team_id": HomeTeam,
		"user_id": BotUser, "bot_id": BotID, "is_enterprise_install": false,
	}
	if s.opts.Enterprise != "" { // ref, auth.test: of workspaces that belong to an org only
		out["enterprise_id"] = s.opts.Enterprise
	}
	return out, nil
}

// readable finds a channel the bot may read about. A private one it is not in does not exist for it, and each kind
// needs its own scope (docs, conversations.info).
func (s *Sim) readable(id string) (*Channel, *refusal) {
	c, ok := s.channels[id]
	if !ok || c.Private && !c.Bot {
		return nil, refuse("channel_not_found")
	}
	scope := "channels:read"
	switch {
	case c.DM != "":
		scope = "im:read"
	case c.Private:
		scope = "groups:read"
	}
	if no := s.need(scope); no != nil {
		return nil, no
	}
	return c, nil
}

func (s *Sim) conversationInfo(a args) (obj, *refusal) {
	c, no := s.readable(a.str("channel"))
	if no != nil {
		return nil, no
	}
	return obj{"channel": describe(c)}, nil
}

func describe(c *Channel) obj {
	if c.DM != "" {
		return obj{"id": c.ID, "is_im": true, "user": c.DM, "is_org_shared": false, "is_user_deleted": false,
			"priority": 0}
	}
	return obj{
		"id": c.ID, "name": c.Name, "name_normalized": c.Name, "is_channel": !c.Private, "is_group": c.Private,
		"is_im": false, "is_mpim": false, "is_private": c.Private, "is_archived": c.Archived, "is_general": false,
		"is_member": c.Bot, "num_members": len(c.Members), "is_shared": c.ExtShared || c.OrgShared,
		"is_ext_shared": c.ExtShared, "is_org_shared": c.OrgShared, "is_pending_ext_shared": c.Pending,
		"context_team_id": HomeTeam,
	}
}

func (s *Sim) openConversation(a args) (obj, *refusal) {
	if id := a.str("channel"); id != "" {
		c, ok := s.channels[id]
		if !ok {
			return nil, refuse("channel_not_found")
		}
		return obj{"channel": describe(c)}, nil
	}
	users := strings.Split(a.str("users"), ",")
	switch u, ok := s.users[users[0]]; {
	case users[0] == "":
		return nil, refuse("users_list_not_supplied")
	case len(users) > 1: // a group message needs mpim:write as well, and nothing here needs group messages
		return nil, refuse("too_many_users")
	case !ok:
		return nil, refuse("user_not_found")
	case u.Deleted:
		return nil, refuse("user_disabled")
	case u.Bot:
		return nil, refuse("cannot_dm_bot")
	}
	return obj{"channel": obj{"id": s.dm(users[0]).ID}, "no_op": true, "already_open": true}, nil
}

func (s *Sim) conversationMembers(a args) (obj, *refusal) {
	c, no := s.readable(a.str("channel"))
	if no != nil {
		return nil, no
	}
	members := slices.Clone(c.Members)
	if c.Bot {
		members = append(members, BotUser)
	}
	limit := 100 // docs, conversations.members: the default
	if n, err := strconv.Atoi(a.str("limit")); err == nil && n > 0 {
		limit = min(n, 1000)
	}
	from := 0
	if cursor := a.str("cursor"); cursor != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(cursor, "after:"))
		if err != nil || n < 0 || n > len(members) {
			return nil, refuse("invalid_cursor")
		}
		from = n
	}
	to, next := min(from+limit, len(members)), ""
	if to < len(members) {
		next = "after:" + strconv.Itoa(to)
	}
	return obj{"members": members[from:to], "response_metadata": obj{"next_cursor": next}}, nil
}

func (s *Sim) userInfo(a args) (obj, *refusal) {
	u, ok := s.users[a.str("user")]
	switch {
	case !ok:
		return nil, refuse("user_not_found")
	case u.Invisible:
		return nil, refuse("user_not_visible") // ref, users.info
	}
	_, offset := s.opts.Now().In(u.location()).Zone()
	out := obj{
		"id": u.ID, "team_id": u.Team, "name": u.Name, "real_name": u.RealName, "deleted": u.Deleted, "is_bot": u.Bot,
		"is_app_user": false, "updated": 0,
		"profile": obj{"real_name": u.RealName, "display_name": u.Name, "team": u.Team},
	}
	if !u.Deleted { // deactivated accounts come without zone and roles (docs, user object)
		maps.Copy(out, obj{
			"tz": u.Zone, "tz_label": u.Zone, "tz_offset": offset, "is_admin": false, "is_owner": false,
			"is_primary_owner": false, "is_restricted": u.Guest || u.SingleChannelGuest,
			"is_ultra_restricted": u.SingleChannelGuest,
		})
	}
	if u.Stranger {
		out["is_stranger"] = true
	}
	if u.Enterprise != "" {
		// docs, user object: who has an id of a workspace and one of the org is told apart by the root id, and is one
		// by this one
		out["enterprise_user"] = obj{"id": cmp.Or(u.EnterpriseUser, u.ID), "enterprise_id": u.Enterprise,
			"teams": []string{u.Team}}
	}
	return obj{"user": out}, nil
}

func (s *Sim) listGroups(a args) (obj, *refusal) {
	if s.free {
		return nil, refuse("plan_upgrade_required") // facts 3.4: paid plans only
	}
	ids := slices.SortedFunc(maps.Keys(s.groups), cmp.Compare[string])
	list := []obj{}
	for _, id := range ids {
		g := s.groups[id]
		if g.Disabled && !a.truth("include_disabled") {
			continue
		}
		entry := obj{
			"id": g.ID, "team_id": HomeTeam, "is_usergroup": true, "name": g.Name, "handle": g.Handle,
			"description": "", "date_create": 0, "date_update": 0, "date_delete": 0, "user_count": len(g.Members),
		}
		if g.Disabled {
			entry["date_delete"] = s.opts.Now().Unix()
		}
		if a.truth("include_users") {
			entry["users"] = g.Members
		}
		list = append(list, entry)
	}
	return obj{"usergroups": list}, nil
}

func (s *Sim) listGroupUsers(a args) (obj, *refusal) {
	if s.free {
		return nil, refuse("plan_upgrade_required")
	}
	g, ok := s.groups[a.str("usergroup")]
	if !ok || g.Disabled && !a.truth("include_disabled") {
		return nil, refuse("no_such_subteam") // ref, usergroups.users.list
	}
	return obj{"users": slices.Clone(g.Members)}, nil
}
